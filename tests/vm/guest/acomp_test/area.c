// SPDX-License-Identifier: GPL-2.0-only
/* Memory for scatterlists of any shape, and what to put there. */
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "acomp_test.h"

int area_alloc(struct area *area, size_t bytes)
{
	area->count = DIV_ROUND_UP(bytes, AREA_CHUNK);
	area->chunks = kvcalloc(area->count, sizeof(*area->chunks), GFP_KERNEL);
	if (!area->chunks)
		return -ENOMEM;
	for (unsigned int i = 0; i < area->count; i++) {
		area->chunks[i] = alloc_pages(GFP_KERNEL | __GFP_ZERO | __GFP_COMP,
					      AREA_ORDER);
		if (!area->chunks[i]) {
			area_free(area);
			return -ENOMEM;
		}
	}
	return 0;
}

void area_free(struct area *area)
{
	for (unsigned int i = 0; i < area->count; i++)
		if (area->chunks[i])
			__free_pages(area->chunks[i], AREA_ORDER);
	kvfree(area->chunks);
}

static unsigned int pieces_of(size_t bytes, size_t piece)
{
	unsigned int count = 0;
	size_t offset = 0;

	while (offset < bytes) {
		offset += min3(piece, bytes - offset,
			       AREA_CHUNK - offset % AREA_CHUNK);
		count++;
	}
	return count;
}

int area_sg(struct area *area, struct sg_table *table, size_t bytes,
	    size_t piece, bool empties)
{
	unsigned int each = empties ? 2 : 1;
	struct scatterlist *sg;
	size_t offset = 0, here;
	int ret;

	ret = sg_alloc_table(table, each * pieces_of(bytes, piece), GFP_KERNEL);
	if (ret)
		return ret;
	for (sg = table->sgl; offset < bytes; sg = sg_next(sg)) {
		here = min3(piece, bytes - offset,
			    AREA_CHUNK - offset % AREA_CHUNK);
		if (empties) {
			sg_set_page(sg, area->chunks[0], 0, 7);
			sg = sg_next(sg);
		}
		sg_set_page(sg, area->chunks[offset / AREA_CHUNK], here,
			    offset % AREA_CHUNK);
		offset += here;
	}
	return 0;
}

/* Words out of few letters, from a generator that is the same each time. */
static u32 next(u32 *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

void fill(u8 *to, size_t bytes, enum fill kind)
{
	u32 state = 12345;

	for (size_t i = 0; i < bytes; i++) {
		switch (kind == FILL_MIXED ? (i >> 12) % FILL_MIXED : kind) {
		case FILL_TEXT:
			to[i] = "etaoin shrdlu\n"[next(&state) % 14];
			break;
		case FILL_RANDOM:
			to[i] = next(&state);
			break;
		default:
			to[i] = 0;
		}
	}
}
