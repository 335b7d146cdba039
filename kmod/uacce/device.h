/* SPDX-License-Identifier: GPL-2.0-only */
/* A uacce device, for the files of this module. */
#ifndef WD_UACCE_DEVICE_H
#define WD_UACCE_DEVICE_H

#include <linux/atomic.h>
#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/list.h>
#include <linux/mutex.h>

#include "uacce.h"

/**
 * struct uacce_device - an accelerator for user space
 * @dev: its own, in class uacce; lives until the last file is closed
 * @cdev: its character device
 * @parent: the accelerator's; not to be used once @is_dead
 * @params: the driver's description
 * @ops: its operations, all of them set
 * @api: interface of its queues
 * @mode: memory mode
 * @ss_bytes: data memory that its queues have; each piece counts once
 * @id: number in the file's name
 * @is_registered: whether uacce_register() has been called
 * @lock: protects @queues and @is_dead
 * @queues: all queues that are open
 * @is_dead: uacce_remove() has been called
 */
struct uacce_device {
	struct device dev;
	struct cdev cdev;
	struct device *parent;
	struct uacce_params params;
	struct uacce_ops ops;
	char api[UACCE_NAME_MAX];
	const struct uacce_mode *mode;
	atomic_long_t ss_bytes;
	int id;
	bool is_registered;

	struct mutex lock;
	struct list_head queues;
	bool is_dead;
};

extern const struct file_operations uacce_fops;
extern const struct attribute_group *uacce_groups[];

/** uacce_queue_kill() - the device of a queue goes away */
void uacce_queue_kill(struct uacce_queue *q);

/** uacce_queue_detach() - its memory leaves the device, once no queue uses it */
void uacce_queue_detach(struct uacce_queue *q);

/** uacce_ops_fill() - @ops with a default for what is missing */
void uacce_ops_fill(struct uacce_ops *filled, const struct uacce_ops *ops);

/** uacce_mmap() - map a region of a queue */
int uacce_mmap(struct file *file, struct vm_area_struct *vma);

/** uacce_ss_drop() - the queue gives up its data memory */
void uacce_ss_drop(struct uacce_queue *q);

/** uacce_owns() - whether this process opened the queue */
bool uacce_owns(const struct uacce_queue *q);

#endif /* WD_UACCE_DEVICE_H */
