/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The event loop. Everything is called by the thread that polls, but for
 * vfu_loop_wake(), vfu_loop_is_own_thread() and vfu_loop_modify().
 *
 * A handler that has to wait for something that only other handlers bring about
 * calls vfu_loop_wait(): it serves the urgent sources meanwhile. Their handlers
 * must therefore expect to be called while another one is at work
 * (vfu_loop_is_nested()), and must not wait themselves then.
 */
#ifndef VFU_LOOP_H
#define VFU_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct vfu_loop;
struct vfu_source;

/**
 * struct vfu_source_ops - what a source does
 * @handler: events are there
 * @pending: optional, urgent sources: do what has been received already; called
 *	when a wait begins
 */
struct vfu_source_ops {
	void (*handler)(void *arg, uint32_t events);
	void (*pending)(void *arg);
};

int vfu_loop_create(struct vfu_loop **loop);
void vfu_loop_destroy(struct vfu_loop *loop);

/* @ops must outlive the source. */
int vfu_loop_add(struct vfu_loop *loop, int fd, uint32_t events, bool is_urgent,
		 const struct vfu_source_ops *ops, void *arg,
		 struct vfu_source **source);
int vfu_loop_modify(struct vfu_source *source, uint32_t events);
/* The handler is not called any more. NULL is fine. */
void vfu_loop_remove(struct vfu_source *source);
struct vfu_source *vfu_loop_find(struct vfu_loop *loop, int fd);

/* One round. Return: 0 or -errno. */
int vfu_loop_poll(struct vfu_loop *loop, int timeout_ms);

/* One round of the urgent sources, from within a handler or before any. */
void vfu_loop_wait(struct vfu_loop *loop, int timeout_ms);

/* The round that goes on, or the next one, does not wait. Any thread, signals. */
void vfu_loop_wake(struct vfu_loop *loop);

bool vfu_loop_is_own_thread(const struct vfu_loop *loop);
bool vfu_loop_is_nested(const struct vfu_loop *loop);

#endif /* VFU_LOOP_H */
