/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* UNIX sockets that have a name. */
#ifndef VFU_SOCKET_H
#define VFU_SOCKET_H

/**
 * vfu_socket_listen() - a socket that waits for clients
 * @path: its name. A socket of that name that nobody listens to is removed
 *
 * Return: a descriptor that does not block, -ENAMETOOLONG, -EADDRINUSE
 * (somebody listens), -EEXIST (there is something else), another -errno.
 */
int vfu_socket_listen(const char *path);

#endif /* VFU_SOCKET_H */
