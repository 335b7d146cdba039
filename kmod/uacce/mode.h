/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * DOC: memory modes
 *
 * A mode decides how a request's addresses get to memory: docs/modes.md. One
 * file a mode, each with a table of operations.
 */
#ifndef WD_UACCE_MODE_H
#define WD_UACCE_MODE_H

#include <linux/types.h>

struct device;
struct uacce_device;
struct uacce_memory;
struct uacce_queue;

/**
 * struct uacce_mode - operations of a memory mode
 * @name: as in sysfs
 * @flags: UACCE_DEV_* that a device in this mode has; what a driver must
 *	accept for the mode to be tried
 * @init: prepare the device; -ENODEV if machine or kernel can't do it
 * @exit: undo @init
 * @open: of a queue, by the process that is going to own it
 * @close: undo @open; the queue has been stopped. Not necessarily by that
 *	process
 * @ss_alloc: data memory for a queue
 */
struct uacce_mode {
	const char *name;
	u32 flags;
	int (*init)(struct device *parent);
	void (*exit)(struct device *parent);
	int (*open)(struct uacce_queue *q);
	void (*close)(struct uacce_queue *q);
	struct uacce_memory *(*ss_alloc)(struct uacce_queue *q, size_t bytes);
};

extern const struct uacce_mode uacce_mode_sva;
extern const struct uacce_mode uacce_mode_dma;
extern const struct uacce_mode uacce_mode_noiommu;

/** uacce_mode_choose() - the best one among @flags; NULL if there is none */
const struct uacce_mode *uacce_mode_choose(struct device *parent, u32 flags);

/** uacce_has_iommu() - whether the device's addresses are translated */
bool uacce_has_iommu(struct device *dev);

#endif /* WD_UACCE_MODE_H */
