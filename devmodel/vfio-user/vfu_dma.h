/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Memory of a guest as one function sees it: ranges of addresses, each of them
 * a piece of a file, which is mapped here, or reachable by messages only.
 *
 * The event loop's thread maps and unmaps; any thread accesses. An unmap waits
 * for the accesses that go on.
 *
 * A client may cut off a file after it has been mapped. The kernel then answers
 * an access with SIGBUS, which is caught for the time of the copy, in the thread
 * that copies; the access fails, like one to an address that is not mapped.
 * Reading and writing the file by system calls would do as well, but costs one
 * an access, does not exist for files of huge pages, and gives no order in which
 * the bytes of a completion become visible.
 */
#ifndef VFU_DMA_H
#define VFU_DMA_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VFU_DMA_MAX_MAPS	65535
#define VFU_DMA_PAGE		4096

struct vfu_dma_range;
struct vfu_dma_file;

struct vfu_dma {
	/* Read to access, write to change; protects everything here. */
	pthread_rwlock_t lock;
	struct vfu_dma_range *ranges;	/* in ascending order */
	size_t count;
	size_t room;
	struct vfu_dma_file *files;
};

int vfu_dma_init(struct vfu_dma *dma);
void vfu_dma_exit(struct vfu_dma *dma);

/**
 * vfu_dma_map() - a range appears
 * @dma: memory
 * @address: of its first byte
 * @bytes: its size; both are multiples of VFU_DMA_PAGE
 * @offset: in the file
 * @flags: VFU_DMA_MAP_READ, VFU_DMA_MAP_WRITE
 * @fd: the file, which stays the caller's; -1: reachable by messages only
 *
 * Return: 0, -EINVAL (not aligned, wraps around, unknown flags, a file that is
 * none or too short), -EACCES (the descriptor does not allow it), -EEXIST
 * (overlaps), -ENOSPC (VFU_DMA_MAX_MAPS), -ENOMEM.
 */
int vfu_dma_map(struct vfu_dma *dma, uint64_t address, uint64_t bytes,
		uint64_t offset, uint32_t flags, int fd);

/**
 * vfu_dma_unmap() - ranges disappear
 *
 * All within @address and @bytes, which may be none: virtual IOMMUs invalidate
 * whatever a guest may have mapped, as VFIO in the kernel allows.
 *
 * Return: 0, -EINVAL (would split a range, or makes no sense).
 */
int vfu_dma_unmap(struct vfu_dma *dma, uint64_t address, uint64_t bytes);

void vfu_dma_unmap_all(struct vfu_dma *dma);

/** Return of vfu_dma_access(): the rest is for a message. */
#define VFU_DMA_BY_MESSAGE	1

/**
 * vfu_dma_access() - copies as far as memory is mapped here
 * @dma: memory
 * @address: device's address
 * @buf: @bytes bytes, read from if @is_write
 * @bytes: how many
 * @is_write: to the guest's memory
 * @done: how many bytes were copied
 * @chunk: VFU_DMA_BY_MESSAGE: so many bytes from @address + @done are in a range
 *	that only messages reach
 *
 * The last word becomes visible last, as it has a completion's phase.
 *
 * Return: 0, VFU_DMA_BY_MESSAGE, -EFAULT (not mapped, or gone), -EACCES.
 */
int vfu_dma_access(struct vfu_dma *dma, uint64_t address, void *buf,
		   size_t bytes, bool is_write, size_t *done, size_t *chunk);

#endif /* VFU_DMA_H */
