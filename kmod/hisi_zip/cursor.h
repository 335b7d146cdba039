/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The CPU's way through a buffer: scatterlists of any shape, with empty
 * entries, offsets and pages that need mapping, or one linear piece.
 */
#ifndef WD_HISI_ZIP_CURSOR_H
#define WD_HISI_ZIP_CURSOR_H

#include <linux/scatterlist.h>
#include <linux/types.h>

/**
 * struct zip_cursor - where one is in a buffer
 * @left: bytes from here to the end
 * @virt: linear buffer from here on, or NULL
 * @miter: if not linear
 *
 * Belongs to one thread. Nothing is mapped outside of a map/unmap pair, so that
 * two cursors can be used in turns; pairs nest like those of kmap_local_page().
 */
struct zip_cursor {
	size_t left;
	u8 *virt;
	struct sg_mapping_iter miter;
};

/* Directions, from the view of the CPU. */
enum { ZIP_CURSOR_READ = SG_MITER_FROM_SG, ZIP_CURSOR_WRITE = SG_MITER_TO_SG };

void zip_cursor_sg(struct zip_cursor *cursor, struct scatterlist *sg,
		   size_t bytes, unsigned int direction);
void zip_cursor_virt(struct zip_cursor *cursor, void *virt, size_t bytes);

/**
 * zip_cursor_map() - look at what comes next
 * @cursor: cursor
 * @bytes: how many there are, 0 only at the end
 *
 * Context: any; preemption may be off until zip_cursor_unmap(), which has to
 * follow also at the end.
 */
u8 *zip_cursor_map(struct zip_cursor *cursor, size_t *bytes);

/** zip_cursor_unmap() - opposite; @used bytes are behind the cursor then */
void zip_cursor_unmap(struct zip_cursor *cursor, size_t used);

/** zip_cursor_read() - Return: 0, or -EINVAL if fewer than @bytes are left */
int zip_cursor_read(struct zip_cursor *cursor, void *to, size_t bytes);

/** zip_cursor_write() - Return: 0, or -ENOSPC if fewer than @bytes are left */
int zip_cursor_write(struct zip_cursor *cursor, const void *from, size_t bytes);

#endif /* WD_HISI_ZIP_CURSOR_H */
