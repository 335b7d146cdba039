/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One PCI function as its client sees it: regions, configuration space,
 * interrupts, memory. All of it is called by the event loop's thread.
 *
 * Register writes are posted: they are answered at once, and carried out in
 * order as soon as the model is free, which they nearly always are at once.
 * Until then a read gives what was written last, as behind a write buffer; a
 * mailbox command that has not begun must not look as if it had ended.
 */
#ifndef VFU_FUNCTION_H
#define VFU_FUNCTION_H

#include <stdbool.h>

#include "vfu_device.h"
#include "vfu_loop.h"

struct vfu_function;

/**
 * struct vfu_function_config - what a function needs
 * @device: its device
 * @loop: event loop
 * @func: number
 * @name: for messages; must stay
 * @timeout_ms: see struct vfu_server_config
 * @gone: the client has left, and the function has been reset
 * @arg: handed to @gone
 */
struct vfu_function_config {
	struct vfu_device *device;
	struct vfu_loop *loop;
	unsigned int func;
	const char *name;
	unsigned int timeout_ms;
	void (*gone)(void *arg, unsigned int func);
	void *arg;
};

int vfu_function_create(const struct vfu_function_config *config,
			struct vfu_function **function);
/* Ends the connection, without @gone. NULL is fine. */
void vfu_function_destroy(struct vfu_function *function);

/* @fd is a connected socket, the function's from now on, also if it fails.
 * Return: 0, -EBUSY (it has a client), -ENOMEM, -errno.
 */
int vfu_function_connect(struct vfu_function *function, int fd);
bool vfu_function_has_client(const struct vfu_function *function);

/* Configuration space as after power on. */
void vfu_function_power_on(struct vfu_function *function);

/* Carries out what had to wait. Not within a wait. Return: true if all. */
bool vfu_function_catch_up(struct vfu_function *function);

/* See vfu_connection_check(). */
int vfu_function_check(struct vfu_function *function);

#endif /* VFU_FUNCTION_H */
