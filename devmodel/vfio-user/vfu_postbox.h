/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a client has asked of its function and the model could not do at once,
 * in order. Serialised by the caller.
 */
#ifndef VFU_POSTBOX_H
#define VFU_POSTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vfu_protocol.h"

/* Widest access to a BAR. */
#define VFU_ACCESS_MAX	16

/* More is a client that does not care for an answer. */
#define VFU_POSTBOX_MAX	65536

enum vfu_post_type {
	VFU_POST_WRITE,			/* to a BAR */
	VFU_POST_FLR,			/* by configuration space */
	VFU_POST_RESET,			/* DEVICE_RESET, with a reply */
};

struct vfu_post {
	enum vfu_post_type type;
	uint8_t bar;
	uint8_t bytes;
	uint64_t offset;
	uint8_t data[VFU_ACCESS_MAX];
	struct vfu_header command;
};

struct vfu_postbox {
	struct vfu_post *posts;
	size_t head;
	size_t count;
	size_t room;			/* a power of two */
};

void vfu_postbox_exit(struct vfu_postbox *box);

/* Return: 0, -ENOMEM, -ENOBUFS. */
int vfu_postbox_put(struct vfu_postbox *box, const struct vfu_post *post);

/* The oldest; NULL if there is none. Valid until the next put. */
const struct vfu_post *vfu_postbox_first(const struct vfu_postbox *box);
void vfu_postbox_drop_first(struct vfu_postbox *box);
/* All of them. */
void vfu_postbox_drop(struct vfu_postbox *box);

/* Replaces what writes in the box will change. */
void vfu_postbox_forward(const struct vfu_postbox *box, unsigned int bar,
			 uint64_t offset, void *buf, unsigned int bytes);

#endif /* VFU_POSTBOX_H */
