/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vfu_postbox.h"

#define FIRST_ROOM	64

void vfu_postbox_exit(struct vfu_postbox *box)
{
	free(box->posts);
	memset(box, 0, sizeof(*box));
}

static struct vfu_post *at(const struct vfu_postbox *box, size_t i)
{
	return &box->posts[(box->head + i) & (box->room - 1)];
}

static int grow(struct vfu_postbox *box)
{
	size_t room = box->room ? 2 * box->room : FIRST_ROOM, i;
	struct vfu_post *posts;

	if (room > VFU_POSTBOX_MAX)
		return -ENOBUFS;
	posts = malloc(room * sizeof(*posts));
	if (!posts)
		return -ENOMEM;
	for (i = 0; i < box->count; i++)
		posts[i] = *at(box, i);
	free(box->posts);
	box->posts = posts;
	box->head = 0;
	box->room = room;
	return 0;
}

int vfu_postbox_put(struct vfu_postbox *box, const struct vfu_post *post)
{
	int ret;

	if (box->count == box->room) {
		ret = grow(box);
		if (ret)
			return ret;
	}
	*at(box, box->count++) = *post;
	return 0;
}

const struct vfu_post *vfu_postbox_first(const struct vfu_postbox *box)
{
	return box->count ? at(box, 0) : NULL;
}

void vfu_postbox_drop_first(struct vfu_postbox *box)
{
	box->head++;
	box->count--;
}

void vfu_postbox_drop(struct vfu_postbox *box)
{
	box->count = 0;
}

void vfu_postbox_forward(const struct vfu_postbox *box, unsigned int bar,
			 uint64_t offset, void *buf, unsigned int bytes)
{
	const struct vfu_post *post;
	unsigned int byte;
	uint64_t inside;
	size_t i;

	for (i = 0; i < box->count; i++) {
		post = at(box, i);
		if (post->type != VFU_POST_WRITE || post->bar != bar)
			continue;
		for (byte = 0; byte < bytes; byte++) {
			inside = offset + byte - post->offset;
			if (inside < post->bytes)
				((uint8_t *)buf)[byte] = post->data[inside];
		}
	}
}
