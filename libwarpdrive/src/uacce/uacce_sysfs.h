/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What sysfs says about accelerators. */
#ifndef UACCE_SYSFS_H
#define UACCE_SYSFS_H

#include <warpdrive/wd.h>

/* Call @add for each device of the class, as wd_backend_ops.enumerate. */
int uacce_sysfs_enumerate(int (*add)(void *arg, const struct wd_device_info *),
			  void *arg);

/* Read one device. 0, or -ENODEV if a mandatory attribute is missing. */
int uacce_sysfs_read(const char *name, struct wd_device_info *info);

#endif /* UACCE_SYSFS_H */
