/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * DOC: uacce, queues of an accelerator as character devices
 *
 * A device driver describes its accelerator with &struct uacce_params and gets
 * a character device whose every open() is one hardware queue. What user space
 * sees is uapi/misc/uacce/uacce.h.
 *
 * Life times: a queue lives until its file is closed, and its mappings hold the
 * file. uacce_remove() turns all queues into zombies: from then on the driver's
 * operations are not called any more and nothing of the device is used, but the
 * pages that user space has mapped stay. Registers of a removed device, or of a
 * queue that its driver has cut off, become ordinary memory, so that a store to
 * a doorbell is no signal, and no error on the bus.
 *
 * Locks, outer ones first: &uacce_device.lock, mmap_lock of the process (taken
 * inside when an address space is bound), &uacce_queue.lock, locks of the
 * driver, &uacce_queue.mmio_lock. Operations are called with the queue's lock or
 * the device's held and must not touch user memory.
 */
#ifndef WD_UACCE_H
#define WD_UACCE_H

#include <linux/device.h>
#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <misc/uacce/uacce.h>

#define UACCE_NAME_MAX	32

struct uacce_device;
struct uacce_memory;
struct uacce_mode;
struct uacce_queue;

/**
 * enum uacce_queue_state - what a queue is doing
 * @UACCE_Q_ZOMBIE: the device is gone
 * @UACCE_Q_INIT: has a hardware queue that does not run
 * @UACCE_Q_STARTED: the hardware queue runs
 */
enum uacce_queue_state {
	UACCE_Q_ZOMBIE = 0,
	UACCE_Q_INIT = 1,
	UACCE_Q_STARTED = 2,
};

/**
 * struct uacce_mmio - registers of a queue in its MMIO region
 * @phys: physical address of the first page that user space may have
 * @first_page: where in the region that page is
 * @pages: so many pages; 0 if there is none
 *
 * The rest of the region reads as zeros.
 */
struct uacce_mmio {
	phys_addr_t phys;
	unsigned int first_page;
	unsigned int pages;
};

/**
 * struct uacce_queue - one open file
 * @uacce: its device; a reference is held
 * @priv: the driver's, set by get_queue
 * @mmio: set by get_queue
 * @dus: memory of the DUS region, set by get_queue; the driver keeps its own
 *	reference
 * @pasid: address space of the process, in modes that have one; 0 otherwise
 * @wait: sleepers in poll()
 * @lock: protects @state, @ss, @mapped and all calls of the driver
 * @state: see there
 * @ss: data memory, once it has been mapped or shared
 * @mapped: regions that have been mapped, a bit each; a region is mapped once
 * @mode_priv: the memory mode's
 * @mm: the process that the queue belongs to; only compared
 * @mmio_lock: protects @is_cut, and that page tables follow it
 * @is_cut: no register is mapped any more
 * @sink: takes accesses to registers that are not there any more
 * @mapping: where the file's pages are mapped
 * @node: in the device's list, under its lock
 */
struct uacce_queue {
	struct uacce_device *uacce;
	void *priv;
	struct uacce_mmio mmio;
	struct uacce_memory *dus;
	u32 pasid;
	wait_queue_head_t wait;

	struct mutex lock;
	enum uacce_queue_state state;
	struct uacce_memory *ss;
	unsigned long mapped;

	void *mode_priv;
	struct mm_struct *mm;
	struct mutex mmio_lock;
	bool is_cut;
	struct page *sink;
	struct address_space *mapping;
	struct list_head node;
};

/**
 * struct uacce_ops - what a driver does
 * @available: free queues, 0 if there are none
 * @get_queue: reserve a queue and fill in @priv, @mmio and @dus of it. -EBUSY
 *	if none is free, -EAGAIN or -EIO while the device is unusable
 * @put_queue: give it back. The queue has been stopped
 * @start_queue: let the hardware execute what is in the rings
 * @stop_queue: stop it, and return when it has no access to memory any more
 * @is_updated: whether there are completions since the last call, or the queue
 *	has been stopped by an error
 * @ioctl: calls of the driver's own. @arg is a copy in kernel memory of as many
 *	bytes as @cmd says and is copied back on success; -EINVAL for an unknown
 *	@cmd
 * @state: 0, or -1 if the device is in error
 * @isolate: whether it has been taken out of service
 * @get_isolate_threshold: errors an hour; 0 never
 * @set_isolate_threshold: -EPERM if it can't be set here
 *
 * Missing operations get a default: always free, nothing to do, never updated,
 * -EINVAL, 0, false, 0, -EPERM. @get_queue has none.
 */
struct uacce_ops {
	unsigned int (*available)(struct uacce_device *uacce);
	int (*get_queue)(struct uacce_device *uacce, struct uacce_queue *q);
	void (*put_queue)(struct uacce_queue *q);
	int (*start_queue)(struct uacce_queue *q);
	void (*stop_queue)(struct uacce_queue *q);
	bool (*is_updated)(struct uacce_queue *q);
	int (*ioctl)(struct uacce_queue *q, unsigned int cmd, void *arg);
	int (*state)(struct uacce_device *uacce);
	bool (*isolate)(struct uacce_device *uacce);
	u32 (*get_isolate_threshold)(struct uacce_device *uacce);
	int (*set_isolate_threshold)(struct uacce_device *uacce, u32 errors);
};

/**
 * struct uacce_params - an accelerator
 * @name: of the driver; the device is called <name>-<n>
 * @algorithms: names, separated by newlines
 * @api: interface of its queues; without an IOMMU "_noiommu" is appended
 * @flags: the UACCE_DEV_* bits of all modes that the driver accepts
 * @mmio_bytes: size of the MMIO region
 * @dus_bytes: size of the DUS region
 * @ops: operations
 * @priv: the driver's
 */
struct uacce_params {
	const char *name;
	const char *algorithms;
	const char *api;
	u32 flags;
	size_t mmio_bytes;
	size_t dus_bytes;
	const struct uacce_ops *ops;
	void *priv;
};

/**
 * uacce_alloc() - prepare a device and choose its memory mode
 * @parent: the accelerator's device; bound, with its DMA mask set
 * @params: copied, but the strings and operations have to stay
 *
 * The mode is the best one among @params->flags that machine and kernel offer;
 * uacce_flags() tells which one it became. If there is none, the way out has
 * been logged.
 *
 * Return: the device, or -ENODEV (no mode), -EOPNOTSUPP (none, but one that was
 * asked for is one that this module does not have: PASID, SHARE_DOMAIN),
 * -EINVAL, -ENOMEM.
 */
struct uacce_device *uacce_alloc(struct device *parent,
				 const struct uacce_params *params);

/** uacce_flags() - UACCE_DEV_* of the mode that was chosen */
u32 uacce_flags(const struct uacce_device *uacce);

/** uacce_priv() - the driver's, from &struct uacce_params */
void *uacce_priv(const struct uacce_device *uacce);

/** uacce_name() - name of the device file */
const char *uacce_name(const struct uacce_device *uacce);

/**
 * uacce_register() - let user space in
 * @uacce: device; on failure it still has to be removed
 *
 * Return: 0 or a negative errno.
 */
int uacce_register(struct uacce_device *uacce);

/**
 * uacce_remove() - the end of a device, whether registered or not
 * @uacce: device; NULL is fine
 *
 * Stops and puts all queues. On return no operation is running or will be
 * called, and no memory of user space is reachable by the device.
 */
void uacce_remove(struct uacce_device *uacce);

/**
 * uacce_queue_cut() - the process does not reach the queue's registers any more
 * @q: queue; between get_queue and put_queue. There is no way back
 *
 * For a device that is going to be reset: while it does not answer, an access
 * could bring the machine down, and doorbells would keep it busy until then.
 * Context: may sleep.
 */
void uacce_queue_cut(struct uacce_queue *q);

/** uacce_wake_up() - something happened to a queue; from any context */
static inline void uacce_wake_up(struct uacce_queue *q)
{
	wake_up_interruptible(&q->wait);
}

#endif /* WD_UACCE_H */
