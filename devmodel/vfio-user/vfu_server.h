/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * DOC: a vfio-user server for the functions of one device
 *
 * Each function that is shown has a socket and at most one client at a time;
 * the next one waits in the socket's queue until the first has left. All
 * sockets, and whatever else is added, are served by the thread that calls
 * vfu_server_run() or vfu_server_poll(). Only vfu_server_stop() may be called by
 * another thread, or by a signal's handler.
 */
#ifndef VFU_SERVER_H
#define VFU_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "vfu_device.h"

struct vfu_server;

/**
 * struct vfu_server_config - what to show where
 * @device: the device; @device.model.vfs is at least @vfs
 * @socket_path: path of the first socket; NULL for none (vfu_server_adopt())
 * @show_first_vf_at_path: @socket_path is VF 1, VF i has @socket_path.vf<i> for
 *	i > 1, and the PF has none; otherwise @socket_path is the PF and
 *	VF i has @socket_path.vf<i>
 * @vfs: VFs to show
 * @once: end when the client of @socket_path has left
 * @io_timeout_ms: how long a client may not read, or not answer a DMA message;
 *	0 for 10 s
 * @power_on: optional: called whenever the device is as after power on, at
 *	creation and each time the last client has left. Plays the part of
 *	whoever sets the device up before a VF's driver; calls vfu_device_*
 * @power_on_arg: handed to @power_on
 */
struct vfu_server_config {
	struct vfu_device_config device;
	const char *socket_path;
	bool show_first_vf_at_path;
	unsigned int vfs;
	bool once;
	unsigned int io_timeout_ms;
	void (*power_on)(void *arg, struct vfu_device *dev);
	void *power_on_arg;
};

/**
 * vfu_server_create() - device, threads, listening sockets
 * @config: copied, strings too
 * @server: set on success, otherwise left alone
 *
 * What went wrong is said in words to the log callback as well. A socket file
 * that nobody listens to is replaced.
 *
 * Return: 0, -EINVAL (configuration), -ENAMETOOLONG (a path), -EADDRINUSE
 * (somebody listens, or there is something that is no socket), -ENOMEM,
 * another negative errno of socket calls.
 */
int vfu_server_create(const struct vfu_server_config *config,
		      struct vfu_server **server);

/** vfu_server_device() - its device, as long as the server exists */
struct vfu_device *vfu_server_device(struct vfu_server *server);

/** vfu_server_run() - serves until vfu_server_stop() or the end of @once
 *
 * Return: 0 or -errno of the event loop itself.
 */
int vfu_server_run(struct vfu_server *server);

/** vfu_server_poll() - serves what there is, or waits for it @timeout_ms at most
 *
 * Return: false if the server is to end.
 */
bool vfu_server_poll(struct vfu_server *server, int timeout_ms);

/** vfu_server_stop() - makes vfu_server_run() return; async-signal-safe */
void vfu_server_stop(struct vfu_server *server);

/** vfu_server_destroy() - ends connections, removes socket files; NULL is fine */
void vfu_server_destroy(struct vfu_server *server);

/**
 * vfu_server_adopt() - serves a connected socket
 * @server: server
 * @func: function, shown or not
 * @fd: the socket, the server's from now on, also in case of failure
 *
 * Return: 0, -EINVAL (no such function), -EBUSY (it has a client), -ENOMEM.
 */
int vfu_server_adopt(struct vfu_server *server, unsigned int func, int fd);

/** vfu_server_has_client() - is somebody connected to function @func? */
bool vfu_server_has_client(const struct vfu_server *server, unsigned int func);

/** vfu_server_clients() - how many clients there are */
unsigned int vfu_server_clients(const struct vfu_server *server);

/** vfu_server_shows() - has function @func a socket? Its path, else NULL */
const char *vfu_server_shows(const struct vfu_server *server,
			     unsigned int func);

/**
 * vfu_server_add_fd() - a descriptor for the event loop
 * @server: server
 * @fd: descriptor, stays the caller's
 * @events: EPOLLIN, EPOLLOUT, ...
 * @handler: called with what has happened. It may call vfu_device_* and
 *	everything here but run, poll and destroy
 * @arg: handed to @handler
 *
 * Return: 0, -EEXIST, -ENOMEM, -errno.
 */
int vfu_server_add_fd(struct vfu_server *server, int fd, uint32_t events,
		      void (*handler)(void *arg, uint32_t events), void *arg);

/** vfu_server_modify_fd() - other events. Return: 0, -ENOENT, -errno */
int vfu_server_modify_fd(struct vfu_server *server, int fd, uint32_t events);

/** vfu_server_remove_fd() - to be called before the descriptor is closed */
void vfu_server_remove_fd(struct vfu_server *server, int fd);

#endif /* VFU_SERVER_H */
