/* SPDX-License-Identifier: GPL-2.0-only */
/* Hardware scatter lists (7.9) of a queue. */
#ifndef WD_HISI_ZIP_SGL_H
#define WD_HISI_ZIP_SGL_H

#include <linux/dma-direction.h>
#include <linux/scatterlist.h>
#include <linux/types.h>

/**
 * struct zip_sgl_pool - scatter lists of equal size, by index
 * @dev: device
 * @entries: capacity of each
 * @stride: bytes from one to the next
 * @bytes: of all
 * @virt: hardware's lists, coherent
 * @dma: where they are for the device
 * @copies: @entries entries each: what is mapped. The caller's own entries are
 *	not: they may be longer than the request, empty, or used by somebody else
 * @mapped: how many of @copies are, by index
 *
 * An index belongs to one request at a time: nothing here needs a lock.
 */
struct zip_sgl_pool {
	struct device *dev;
	unsigned int entries;
	size_t stride;
	size_t bytes;
	void *virt;
	dma_addr_t dma;
	struct scatterlist *copies;
	u16 *mapped;
};

int zip_sgl_pool_init(struct zip_sgl_pool *pool, struct device *dev,
		      unsigned int count, unsigned int entries);
void zip_sgl_pool_exit(struct zip_sgl_pool *pool);

/**
 * zip_sgl_map() - let the device see the first bytes of a scatterlist
 * @pool: pool
 * @index: list to use
 * @sg: any scatterlist
 * @bytes: how many, all within @sg
 * @dir: DMA_TO_DEVICE or DMA_FROM_DEVICE
 * @addr: hardware list
 *
 * Return: 0, -E2BIG (more pieces than the list has entries), -EIO (the DMA API
 * refused).
 */
int zip_sgl_map(struct zip_sgl_pool *pool, unsigned int index,
		struct scatterlist *sg, u32 bytes,
		enum dma_data_direction dir, dma_addr_t *addr);
void zip_sgl_unmap(struct zip_sgl_pool *pool, unsigned int index,
		   enum dma_data_direction dir);

#endif /* WD_HISI_ZIP_SGL_H */
