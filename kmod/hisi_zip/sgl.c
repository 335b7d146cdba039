// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hardware scatter lists (7.9). Lists are not chained: what has more pieces
 * than a list has entries (module parameter sgl_sge_nr) is for software.
 */
#include <linux/dma-mapping.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "hisi_zip_hw.h"
#include "sgl.h"

int zip_sgl_pool_init(struct zip_sgl_pool *pool, struct device *dev,
		      unsigned int count, unsigned int entries)
{
	pool->dev = dev;
	pool->entries = entries;
	pool->stride = ALIGN(sizeof(struct hisi_zip_sgl) +
			     entries * sizeof(struct hisi_zip_sge),
			     HISI_ZIP_SGL_ALIGN);
	pool->bytes = pool->stride * count;
	pool->copies = kvcalloc((size_t)count * entries, sizeof(*pool->copies),
				GFP_KERNEL);
	if (!pool->copies)
		return -ENOMEM;
	pool->mapped = kvcalloc(count, sizeof(*pool->mapped), GFP_KERNEL);
	if (!pool->mapped)
		goto err_copies;
	pool->virt = dma_alloc_coherent(dev, pool->bytes, &pool->dma,
					GFP_KERNEL | __GFP_NOWARN);
	if (!pool->virt)
		goto err_mapped;
	return 0;

err_mapped:
	kvfree(pool->mapped);
err_copies:
	kvfree(pool->copies);
	return -ENOMEM;
}

void zip_sgl_pool_exit(struct zip_sgl_pool *pool)
{
	dma_free_coherent(pool->dev, pool->bytes, pool->virt, pool->dma);
	kvfree(pool->mapped);
	kvfree(pool->copies);
}

/* Exactly @bytes of @sg, without its empty entries. Return: entries, -E2BIG. */
static int sgl_copy(struct scatterlist *copy, unsigned int entries,
		    struct scatterlist *sg, u32 bytes)
{
	struct scatterlist *last = copy;
	unsigned int n = 0;
	u32 here;

	sg_init_table(copy, entries);
	for (; bytes; sg = sg_next(sg)) {
		here = min(sg->length, bytes);
		if (!here)
			continue;
		if (n == entries)
			return -E2BIG;
		last = &copy[n++];
		sg_set_page(last, sg_page(sg), here, sg->offset);
		bytes -= here;
	}
	sg_mark_end(last);
	return n;
}

static void sgl_fill(struct hisi_zip_sgl *sgl, struct scatterlist *copy,
		     unsigned int used, unsigned int capacity)
{
	struct hisi_zip_sge *entry = (struct hisi_zip_sge *)(sgl + 1);
	struct scatterlist *sg;
	unsigned int i;

	sgl->next = 0;
	sgl->entry_sum_in_chain = cpu_to_le16(used);
	sgl->entry_sum_in_sgl = cpu_to_le16(used);
	sgl->entry_length_in_sgl = cpu_to_le16(capacity);
	for_each_sg(copy, sg, used, i) {
		entry[i].addr = cpu_to_le64(sg_dma_address(sg));
		entry[i].length = cpu_to_le32(sg_dma_len(sg));
	}
}

int zip_sgl_map(struct zip_sgl_pool *pool, unsigned int index,
		struct scatterlist *sg, u32 bytes,
		enum dma_data_direction dir, dma_addr_t *addr)
{
	struct scatterlist *copy = pool->copies + index * pool->entries;
	size_t offset = index * pool->stride;
	int used, entries;

	entries = sgl_copy(copy, pool->entries, sg, bytes);
	if (entries < 0)
		return entries;
	used = dma_map_sg(pool->dev, copy, entries, dir);
	if (used <= 0)
		return -EIO;
	pool->mapped[index] = entries;
	sgl_fill(pool->virt + offset, copy, used, pool->entries);
	*addr = pool->dma + offset;
	return 0;
}

void zip_sgl_unmap(struct zip_sgl_pool *pool, unsigned int index,
		   enum dma_data_direction dir)
{
	dma_unmap_sg(pool->dev, pool->copies + index * pool->entries,
		     pool->mapped[index], dir);
}
