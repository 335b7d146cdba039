/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * DOC: commands to an emulator that runs
 *
 * A UNIX stream socket takes one command a line. The answer begins with a line
 * "ok", with "ok " and more, or with "error: " and what to do about it; further
 * lines may follow; a line with nothing but "." ends it. Only the owner may
 * connect. What a client does or leaves undone harms nobody but itself.
 */
#ifndef CONTROL_H
#define CONTROL_H

#include "faults.h"
#include "vfu_server.h"

struct control;

/**
 * struct control_config - where commands come from and what they act on
 * @server: its event loop is used, its device is acted on
 * @path: of the socket
 * @faults: what has been switched on already, for the command "status"
 * @fault_count: how many
 * @set_up: optional: to be called after a controller reset, as the server's
 *	power_on
 * @set_up_arg: handed to @set_up
 */
struct control_config {
	struct vfu_server *server;
	const char *path;
	const struct fault_setting *faults;
	unsigned int fault_count;
	void (*set_up)(void *arg, struct vfu_device *dev);
	void *set_up_arg;
};

/**
 * control_create() - begin to take commands
 * @config: copied, except for the server
 * @control: set on success
 *
 * What goes wrong is also said in words to the device's log. A socket that
 * nobody listens to is replaced.
 *
 * Return: 0, -ENAMETOOLONG, -EADDRINUSE (somebody listens, or there is something
 * else), -ENOMEM, another negative errno.
 */
int control_create(const struct control_config *config,
		   struct control **control);

/** control_destroy() - ends all connections, removes the socket; NULL is fine
 *
 * To be called before the server is destroyed.
 */
void control_destroy(struct control *control);

#endif /* CONTROL_H */
