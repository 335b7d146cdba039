/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "uacce_sys.h"

static int sys_open(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int sys_close(int fd)
{
	return close(fd) ? -errno : 0;
}

static int sys_ioctl(int fd, unsigned long cmd, void *arg)
{
	int ret = ioctl(fd, cmd, arg);

	return ret < 0 ? -errno : ret;
}

static int sys_mmap(int fd, size_t bytes, off_t offset, void **addr)
{
	void *mem = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			 offset);

	if (mem == MAP_FAILED)
		return -errno;
	*addr = mem;
	return 0;
}

static int sys_munmap(void *addr, size_t bytes)
{
	return munmap(addr, bytes) ? -errno : 0;
}

static int sys_poll(struct pollfd *fds, nfds_t n, int timeout_ms)
{
	int ret = poll(fds, n, timeout_ms);

	return ret < 0 ? -errno : ret;
}

static int sys_node(void)
{
	unsigned int cpu, node;

	return getcpu(&cpu, &node) ? 0 : (int)node;
}

static const struct uacce_sys real = {
	.sysfs_root = "/sys/class/uacce",
	.node_root = "/sys/devices/system/node",
	.dev_root = "/dev",
	.open = sys_open,
	.close = sys_close,
	.ioctl = sys_ioctl,
	.mmap = sys_mmap,
	.munmap = sys_munmap,
	.poll = sys_poll,
	.node = sys_node,
};

static const struct uacce_sys *current = &real;

const struct uacce_sys *uacce_sys(void)
{
	return current;
}

void uacce_sys_set(const struct uacce_sys *sys)
{
	current = sys ? sys : &real;
}
