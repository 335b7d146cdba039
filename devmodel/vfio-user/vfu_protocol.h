/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What travels between a vfio-user client and its server, as QEMU's
 * docs/interop/vfio-user.rst describes it. Everything is in the byte order of
 * the machine. Payloads that VFIO has a structure for use <linux/vfio.h>.
 */
#ifndef VFU_PROTOCOL_H
#define VFU_PROTOCOL_H

#include <assert.h>
#include <stdint.h>

#define VFU_MAJOR	0
#define VFU_MINOR	1

enum vfu_command {
	VFU_VERSION = 1,
	VFU_DMA_MAP = 2,
	VFU_DMA_UNMAP = 3,
	VFU_DEVICE_GET_INFO = 4,
	VFU_DEVICE_GET_REGION_INFO = 5,
	VFU_DEVICE_GET_REGION_IO_FDS = 6,
	VFU_DEVICE_GET_IRQ_INFO = 7,
	VFU_DEVICE_SET_IRQS = 8,
	VFU_REGION_READ = 9,
	VFU_REGION_WRITE = 10,
	VFU_DMA_READ = 11,		/* from the server */
	VFU_DMA_WRITE = 12,		/* from the server */
	VFU_DEVICE_RESET = 13,
	VFU_REGION_WRITE_MULTI = 15,
	VFU_DEVICE_FEATURE = 16,
	VFU_MIG_DATA_READ = 17,
	VFU_MIG_DATA_WRITE = 18,
};

#define VFU_FLAG_TYPE		0x0f
#define VFU_FLAG_COMMAND	0x00
#define VFU_FLAG_REPLY		0x01
#define VFU_FLAG_NO_REPLY	0x10
#define VFU_FLAG_ERROR		0x20

/* @bytes is that of the whole message, @error an errno. */
struct vfu_header {
	uint16_t id;
	uint16_t command;
	uint32_t bytes;
	uint32_t flags;
	uint32_t error;
};

/* Followed by a string, JSON with its NUL, or by nothing. */
struct vfu_version {
	uint16_t major;
	uint16_t minor;
};

#define VFU_DMA_MAP_READ	0x1
#define VFU_DMA_MAP_WRITE	0x2

struct vfu_dma_map_request {
	uint32_t argsz;
	uint32_t flags;
	uint64_t offset;
	uint64_t address;
	uint64_t bytes;
};

/* As VFIO has it; the protocol's text does not name it, QEMU sends it. */
#define VFU_DMA_UNMAP_ALL	0x2

struct vfu_dma_unmap_request {
	uint32_t argsz;
	uint32_t flags;
	uint64_t address;
	uint64_t bytes;
};

/* Of REGION_READ and REGION_WRITE; data follows. */
struct vfu_region_access {
	uint64_t offset;
	uint32_t region;
	uint32_t count;
};

/* One of REGION_WRITE_MULTI, behind a 64-bit count of them. */
struct vfu_region_write {
	struct vfu_region_access access;
	uint8_t data[8];
};

/* Of DMA_READ and DMA_WRITE; data follows. */
struct vfu_dma_access {
	uint64_t address;
	uint64_t count;
};

/* What clients assume if the version data do not say otherwise. */
#define VFU_DEFAULT_XFER	1048576

static_assert(sizeof(struct vfu_header) == 16, "vfio-user header");
static_assert(sizeof(struct vfu_version) == 4, "vfio-user version");
static_assert(sizeof(struct vfu_dma_map_request) == 32, "vfio-user map");
static_assert(sizeof(struct vfu_dma_unmap_request) == 24, "vfio-user unmap");
static_assert(sizeof(struct vfu_region_access) == 16, "vfio-user region");
static_assert(sizeof(struct vfu_region_write) == 24, "vfio-user multi");
static_assert(sizeof(struct vfu_dma_access) == 16, "vfio-user DMA");

#endif /* VFU_PROTOCOL_H */
