/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Memory for the device. It consists of huge pages: they do not move, and what
 * lies within one is contiguous for a device without an IOMMU too.
 */
#ifndef DMA_H
#define DMA_H

#include <stddef.h>
#include <stdint.h>

#define DMA_PAGE_BYTES	0x200000u
#define DMA_PAGES	16

/* A piece: where the program sees it, and where the device does. */
struct dma {
	uint8_t *va;
	uint64_t addr;
	size_t bytes;
};

struct dma_arena {
	uint8_t *va;
	uint64_t addr[DMA_PAGES];
	size_t used;
};

/* The pages, without addresses for the device. Ends the program on failure. */
void dma_arena_create(struct dma_arena *arena);

/* The addresses of a device without an IOMMU. Ends the program on failure. */
void dma_arena_physical(struct dma_arena *arena);

void dma_arena_destroy(struct dma_arena *arena);

/*
 * A zeroed piece of at most DMA_PAGE_BYTES, aligned to @align, a power of two.
 * Ends the program if the arena has no room.
 */
struct dma dma_alloc(struct dma_arena *arena, size_t bytes, size_t align);

#endif /* DMA_H */
