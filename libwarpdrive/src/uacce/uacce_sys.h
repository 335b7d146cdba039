/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The system calls of the uacce backend, in a table so that tests can stand in
 * for a kernel with devices.
 */
#ifndef UACCE_SYS_H
#define UACCE_SYS_H

#include <poll.h>
#include <stddef.h>
#include <sys/types.h>

/**
 * struct uacce_sys - system calls, each returning -errno on failure
 * @sysfs_root: directory of the class, ends without a slash
 * @node_root: directory of the NUMA nodes in sysfs
 * @dev_root: directory of the device files
 * @open: open a device file for reading and writing, close-on-exec
 * @close: as close()
 * @ioctl: as ioctl()
 * @mmap: shared, readable and writable mapping of a device file
 * @munmap: as munmap()
 * @poll: as poll()
 * @node: NUMA node of the calling thread
 */
struct uacce_sys {
	const char *sysfs_root;
	const char *node_root;
	const char *dev_root;
	int (*open)(const char *path);
	int (*close)(int fd);
	int (*ioctl)(int fd, unsigned long cmd, void *arg);
	int (*mmap)(int fd, size_t bytes, off_t offset, void **addr);
	int (*munmap)(void *addr, size_t bytes);
	int (*poll)(struct pollfd *fds, nfds_t n, int timeout_ms);
	int (*node)(void);
};

/* The table in use. */
const struct uacce_sys *uacce_sys(void);

/* Use another table, for tests; NULL goes back to the real one. */
void uacce_sys_set(const struct uacce_sys *sys);

#endif /* UACCE_SYS_H */
