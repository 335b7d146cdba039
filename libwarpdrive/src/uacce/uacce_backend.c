/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Queues of the kernel's uacce devices: one open file is one queue. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "uacce_sys.h"
#include "uacce_sysfs.h"
#include "wd_backend.h"
#include "wd_log.h"

struct uacce_channel {
	struct wd_channel base;
	int fd;
};

static struct uacce_channel *to_uacce(struct wd_channel *ch)
{
	return (struct uacce_channel *)ch;
}

static const char *hint(int error)
{
	switch (error) {
	case -EACCES:
		return "; is the user in the group uacce?";
	case -EPERM:
		return "; without an IOMMU the device wants CAP_SYS_RAWIO";
	case -ENOENT:
		return "; the device file is missing, is udev running?";
	case -EBUSY:
		return "; all its queues are in use";
	default:
		return "";
	}
}

static int uacce_open(const struct wd_device_info *info, struct wd_channel **ch)
{
	struct uacce_channel *uch;
	int fd;

	fd = uacce_sys()->open(info->path);
	if (fd < 0) {
		wd_log(WD_LOG_WARNING, "%s: %s%s", info->path, strerror(-fd),
		       hint(fd));
		/* What the callers of the library know as "no such device". */
		return fd == -ENOENT || fd == -ENXIO ? -ENODEV : fd;
	}
	uch = calloc(1, sizeof(*uch));
	if (!uch) {
		uacce_sys()->close(fd);
		return -ENOMEM;
	}
	uch->base.ops = &wd_backend_uacce;
	uch->base.info = *info;
	uch->fd = fd;
	*ch = &uch->base;
	return 0;
}

static void uacce_close(struct wd_channel *ch, bool is_child)
{
	/* The child has a descriptor of its own to close; the queue stays. */
	(void)is_child;
	uacce_sys()->close(to_uacce(ch)->fd);
	free(ch);
}

/* A queue whose device is gone answers -ENXIO to everything. */
static int translate(int ret)
{
	return ret == -ENXIO ? -ENODEV : ret;
}

static int uacce_ioctl(struct wd_channel *ch, unsigned long cmd, void *arg)
{
	return translate(uacce_sys()->ioctl(to_uacce(ch)->fd, cmd, arg));
}

static int uacce_map(struct wd_channel *ch, enum uacce_qfrt region,
		     size_t bytes, void **addr)
{
	off_t offset = (off_t)region * sysconf(_SC_PAGESIZE);

	return translate(uacce_sys()->mmap(to_uacce(ch)->fd, bytes, offset,
					   addr));
}

static void uacce_unmap(struct wd_channel *ch, enum uacce_qfrt region,
			void *addr, size_t bytes)
{
	(void)ch;
	(void)region;
	uacce_sys()->munmap(addr, bytes);
}

static int uacce_start(struct wd_channel *ch)
{
	int ret = uacce_ioctl(ch, UACCE_CMD_START_Q, NULL);

	return ret < 0 ? ret : 0;
}

static int uacce_wait(struct wd_channel *ch, int timeout_ms)
{
	struct pollfd pfd = { .fd = to_uacce(ch)->fd, .events = POLLIN };
	int ret;

	ret = uacce_sys()->poll(&pfd, 1, timeout_ms);
	if (ret == -EINTR)
		return 0;
	if (ret <= 0)
		return translate(ret);
	/*
	 * Removal hangs the file up; an error is the queue's own. Both before
	 * the news of an answer, which is in the rings anyway.
	 */
	if (pfd.revents & (POLLHUP | POLLNVAL))
		return -ENODEV;
	return pfd.revents & POLLERR ? -EIO : 1;
}

static int uacce_fd(struct wd_channel *ch)
{
	return to_uacce(ch)->fd;
}

const struct wd_backend_ops wd_backend_uacce = {
	.name = "uacce",
	.enumerate = uacce_sysfs_enumerate,
	.lookup = uacce_sysfs_read,
	.open = uacce_open,
	.close = uacce_close,
	.ioctl = uacce_ioctl,
	.map = uacce_map,
	.unmap = uacce_unmap,
	.start = uacce_start,
	.wait = uacce_wait,
	.fd = uacce_fd,
};
