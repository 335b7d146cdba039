/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>

#include "wd_backends.h"

static const struct wd_backend_ops *const builtin[] = {
	&wd_backend_uacce,
	&wd_backend_emu,
};

static struct {
	struct wd_backend_ops ops;
	bool set;
	bool only;
} extra;

static int no_enumerate(int (*add)(void *, const struct wd_device_info *),
			void *arg)
{
	(void)add;
	(void)arg;
	return 0;
}

static int no_lookup(const char *name, struct wd_device_info *info)
{
	(void)name;
	(void)info;
	return -ENODEV;
}

static int no_ioctl(struct wd_channel *ch, unsigned long cmd, void *arg)
{
	(void)ch;
	(void)cmd;
	(void)arg;
	return -EINVAL;
}

static int no_start(struct wd_channel *ch)
{
	(void)ch;
	return 0;
}

static int no_fd(struct wd_channel *ch)
{
	(void)ch;
	return -ENOTSUP;
}

void wd_backend_register(const struct wd_backend_ops *ops, bool only)
{
	extra.set = ops != NULL;
	extra.only = only;
	if (!ops)
		return;
	extra.ops = *ops;
	if (!ops->enumerate)
		extra.ops.enumerate = no_enumerate;
	if (!ops->lookup)
		extra.ops.lookup = no_lookup;
	if (!ops->ioctl)
		extra.ops.ioctl = no_ioctl;
	if (!ops->start)
		extra.ops.start = no_start;
	if (!ops->fd)
		extra.ops.fd = no_fd;
}

const struct wd_backend_ops *wd_backend_get(unsigned int index)
{
	if (extra.set && !index)
		return &extra.ops;
	if (extra.set && extra.only)
		return NULL;
	if (extra.set)
		index--;
	if (index >= sizeof(builtin) / sizeof(builtin[0]))
		return NULL;
	return builtin[index];
}
