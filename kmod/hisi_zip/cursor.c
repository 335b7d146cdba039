// SPDX-License-Identifier: GPL-2.0-only
/* The CPU's way through a buffer. */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "cursor.h"

void zip_cursor_sg(struct zip_cursor *cursor, struct scatterlist *sg,
		   size_t bytes, unsigned int direction)
{
	cursor->left = bytes;
	cursor->virt = NULL;
	sg_miter_start(&cursor->miter, sg, sg_nents(sg),
		       SG_MITER_ATOMIC | direction);
}

void zip_cursor_virt(struct zip_cursor *cursor, void *virt, size_t bytes)
{
	cursor->left = bytes;
	cursor->virt = virt;
}

u8 *zip_cursor_map(struct zip_cursor *cursor, size_t *bytes)
{
	if (cursor->virt || !cursor->left) {
		*bytes = cursor->left;
		return cursor->virt;
	}
	/* An entry without bytes but with an offset is a step of its own. */
	do {
		if (!sg_miter_next(&cursor->miter)) {
			cursor->left = 0;
			*bytes = 0;
			return NULL;
		}
	} while (!cursor->miter.length);
	*bytes = min(cursor->miter.length, cursor->left);
	return cursor->miter.addr;
}

void zip_cursor_unmap(struct zip_cursor *cursor, size_t used)
{
	bool mapped = cursor->left;

	cursor->left -= used;
	if (cursor->virt) {
		cursor->virt += used;
	} else if (mapped) {
		cursor->miter.consumed = used;
		sg_miter_stop(&cursor->miter);
	}
}

int zip_cursor_read(struct zip_cursor *cursor, void *to, size_t bytes)
{
	size_t here;
	u8 *from;

	while (bytes) {
		from = zip_cursor_map(cursor, &here);
		here = min(here, bytes);
		memcpy(to, from, here);
		zip_cursor_unmap(cursor, here);
		if (!here)
			return -EINVAL;
		to += here;
		bytes -= here;
	}
	return 0;
}

int zip_cursor_write(struct zip_cursor *cursor, const void *from, size_t bytes)
{
	size_t here;
	u8 *to;

	if (bytes > cursor->left)
		return -ENOSPC;
	while (bytes) {
		to = zip_cursor_map(cursor, &here);
		here = min(here, bytes);
		memcpy(to, from, here);
		zip_cursor_unmap(cursor, here);
		if (!here)
			return -ENOSPC;
		from += here;
		bytes -= here;
	}
	return 0;
}
