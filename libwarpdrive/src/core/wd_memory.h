/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the device of a queue can reach, and at which address. In the modes
 * without SVA that is the SS region, which lies at one or several places in
 * the device's address space.
 */
#ifndef WD_MEMORY_H
#define WD_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wd_backend.h"

/**
 * struct wd_memory_slice - a piece that is contiguous for the device
 * @start: address in the process
 * @bytes: length
 * @dma: address for the device
 */
struct wd_memory_slice {
	uintptr_t start;
	size_t bytes;
	uint64_t dma;
};

/**
 * struct wd_memory - what a queue reaches
 * @any: all memory of the process, by its own addresses
 * @owned: this queue mapped the region, and unmaps it
 * @base: the SS region, or NULL
 * @bytes: its length
 * @slices: sorted by @start, or NULL
 * @nr_slices: how many
 */
struct wd_memory {
	bool any;
	bool owned;
	void *base;
	size_t bytes;
	struct wd_memory_slice *slices;
	unsigned int nr_slices;
};

void wd_memory_init(struct wd_memory *mem, const struct wd_channel *ch);

/* Map the SS region and learn where the device sees it. 0 or -errno. */
int wd_memory_reserve(struct wd_memory *mem, struct wd_channel *ch,
		      size_t bytes);

/* Let @target reach what @mem reserved. 0 or -errno. */
int wd_memory_share(const struct wd_memory *mem, struct wd_channel *ch,
		    struct wd_memory *target, struct wd_channel *target_ch);

void wd_memory_release(struct wd_memory *mem, struct wd_channel *ch);

bool wd_memory_lookup(const struct wd_memory *mem, const void *addr,
		      size_t bytes, uint64_t *dma);

/*
 * wd_memory_translate() - the device's address of a range
 *
 * Return: true and *@dma, or false if the device cannot reach all of it in one
 * piece.
 */
static inline bool wd_memory_translate(const struct wd_memory *mem,
				       const void *addr, size_t bytes,
				       uint64_t *dma)
{
	if (__builtin_expect(mem->any, 1)) {
		*dma = (uintptr_t)addr;
		return true;
	}
	return wd_memory_lookup(mem, addr, bytes, dma);
}

#endif /* WD_MEMORY_H */
