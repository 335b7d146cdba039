/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A backend is a way to get at queues: "uacce" opens the kernel's device
 * files, "emu" runs the device model inside the process, and the tests have
 * one of their own. A channel is one open queue of a backend.
 *
 * Missing operations are filled in by wd_backend_register(), so that callers
 * never test for NULL.
 */
#ifndef WD_BACKEND_H
#define WD_BACKEND_H

#include <warpdrive/wd.h>
#include <misc/uacce/uacce.h>

struct wd_backend_ops;

/**
 * struct wd_channel - one open queue
 * @ops: its backend
 * @info: its device, as it was when the channel was opened
 *
 * Backends embed it as the first member of their own structure.
 */
struct wd_channel {
	const struct wd_backend_ops *ops;
	struct wd_device_info info;
};

/**
 * struct wd_backend_ops - operations of a backend
 * @name: for messages
 * @enumerate: call @add for each device; its return value other than 0 ends
 *	the walk and is returned
 * @lookup: describe the device called @name, also one that @enumerate does not
 *	list. Return 0 or -ENODEV
 * @open: open a queue of @info's device. Return 0, -EBUSY (none is free), or
 *	another -errno
 * @close: stop and close; regions are unmapped already
 * @ioctl: a UACCE_CMD_*; @arg as for ioctl(). Return the result or -errno
 * @map: map a region from its start. Return 0 or -errno
 * @unmap: undo @map
 * @start: start the queue. Return 0 or -errno
 * @wait: sleep until the device signals an answer of an armed queue. Return 1,
 *	0 after @timeout_ms milliseconds or a signal handler, or -errno: -ENODEV
 *	(removed), -EIO (dead)
 * @doorbell: NULL if the MMIO region is real and can be stored to; else called
 *	with what would be stored at @offset of it
 * @fd: descriptor for poll()
 *
 * In a forked child only @close is called, with @is_child set: it must free
 * the child's memory and descriptors and leave the device alone.
 */
struct wd_backend_ops {
	const char *name;
	int (*enumerate)(int (*add)(void *arg, const struct wd_device_info *),
			 void *arg);
	int (*lookup)(const char *name, struct wd_device_info *info);
	int (*open)(const struct wd_device_info *info, struct wd_channel **ch);
	void (*close)(struct wd_channel *ch, bool is_child);
	int (*ioctl)(struct wd_channel *ch, unsigned long cmd, void *arg);
	int (*map)(struct wd_channel *ch, enum uacce_qfrt region, size_t bytes,
		   void **addr);
	void (*unmap)(struct wd_channel *ch, enum uacce_qfrt region, void *addr,
		      size_t bytes);
	int (*start)(struct wd_channel *ch);
	int (*wait)(struct wd_channel *ch, int timeout_ms);
	void (*doorbell)(struct wd_channel *ch, uint32_t offset,
			 uint64_t value);
	int (*fd)(struct wd_channel *ch);
};

extern const struct wd_backend_ops wd_backend_uacce;
extern const struct wd_backend_ops wd_backend_emu;

/*
 * wd_backend_register() - add a backend before the built-in ones, for tests
 * @ops: lives as long as it is registered; NULL goes back to the built-in ones
 * @only: leave the built-in ones out
 */
void wd_backend_register(const struct wd_backend_ops *ops, bool only);

#endif /* WD_BACKEND_H */
