// SPDX-License-Identifier: GPL-2.0-only
/* A queue as a file: open, calls, poll, close. */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/poll.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "device.h"
#include "memory.h"
#include "mode.h"

/* Calls of drivers pass small structures. */
#define ARG_MAX_BYTES	64

bool uacce_owns(const struct uacce_queue *q)
{
	return q->mm == current->mm;
}

/* Caller holds the queue's lock, and the queue is no zombie. */
static void queue_stop(struct uacce_queue *q)
{
	lockdep_assert_held(&q->lock);
	if (q->state != UACCE_Q_STARTED)
		return;
	q->uacce->ops.stop_queue(q);
	q->state = UACCE_Q_INIT;
}

/*
 * The device stops first, then its ways to memory are cut. Pages stay for
 * those who have them mapped.
 */
static void queue_shutdown(struct uacce_queue *q)
{
	const struct uacce_mode *mode = q->uacce->mode;

	lockdep_assert_held(&q->lock);
	if (q->state == UACCE_Q_ZOMBIE)
		return;
	queue_stop(q);
	q->uacce->ops.put_queue(q);
	q->state = UACCE_Q_ZOMBIE;
	if (mode->close)
		mode->close(q);
}

void uacce_queue_kill(struct uacce_queue *q)
{
	/* At once: the lock may be held by somebody who waits for the device. */
	uacce_queue_cut(q);
	mutex_lock(&q->lock);
	queue_shutdown(q);
	mutex_unlock(&q->lock);
	wake_up_all(&q->wait);
}

void uacce_queue_detach(struct uacce_queue *q)
{
	mutex_lock(&q->lock);
	if (q->dus)
		uacce_memory_detach(q->dus);
	if (q->ss)
		uacce_memory_detach(q->ss);
	mutex_unlock(&q->lock);
}

static struct uacce_queue *queue_alloc(struct uacce_device *uacce,
				       struct file *file)
{
	struct uacce_queue *q = kzalloc(sizeof(*q), GFP_KERNEL_ACCOUNT);

	if (!q)
		return NULL;
	q->sink = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!q->sink) {
		kfree(q);
		return NULL;
	}
	q->uacce = uacce;
	q->mapping = file->f_mapping;
	q->state = UACCE_Q_ZOMBIE;
	mutex_init(&q->lock);
	mutex_init(&q->mmio_lock);
	init_waitqueue_head(&q->wait);
	q->mm = current->mm;
	mmgrab(q->mm);
	return q;
}

/* The last owner of a memory takes it away from the device. */
static void queue_drop_memory(struct uacce_queue *q)
{
	uacce_ss_drop(q);
	uacce_memory_put(q->dus);
	q->dus = NULL;
}

static void queue_free(struct uacce_queue *q)
{
	mmdrop(q->mm);
	__free_page(q->sink);
	mutex_destroy(&q->mmio_lock);
	mutex_destroy(&q->lock);
	kfree(q);
}

/*
 * Under the device's lock, so that uacce_remove() sees it or it sees that. The
 * mode comes before the queue's lock, as it may need the process' mmap_lock.
 */
static int queue_attach(struct uacce_queue *q)
{
	struct uacce_device *uacce = q->uacce;
	const struct uacce_mode *mode = uacce->mode;
	int ret;

	lockdep_assert_held(&uacce->lock);
	ret = mode->open ? mode->open(q) : 0;
	if (ret)
		return ret;
	mutex_lock(&q->lock);
	ret = uacce->ops.get_queue(uacce, q);
	if (!ret) {
		q->state = UACCE_Q_INIT;
		list_add(&q->node, &uacce->queues);
	}
	mutex_unlock(&q->lock);
	if (ret && mode->close)
		mode->close(q);
	return ret;
}

static int uacce_open(struct inode *inode, struct file *file)
{
	struct uacce_device *uacce =
		container_of(inode->i_cdev, struct uacce_device, cdev);
	struct uacce_queue *q;
	int ret;

	/* A kernel thread has no memory that a queue could work on. */
	if (!current->mm)
		return -EINVAL;
	q = queue_alloc(uacce, file);
	if (!q)
		return -ENOMEM;
	mutex_lock(&uacce->lock);
	ret = uacce->is_dead ? -ENODEV : queue_attach(q);
	mutex_unlock(&uacce->lock);
	if (ret) {
		queue_free(q);
		return ret;
	}
	get_device(&uacce->dev);
	file->private_data = q;
	return stream_open(inode, file);
}

static int uacce_release(struct inode *inode, struct file *file)
{
	struct uacce_queue *q = file->private_data;
	struct uacce_device *uacce = q->uacce;

	mutex_lock(&q->lock);
	queue_shutdown(q);
	queue_drop_memory(q);
	mutex_unlock(&q->lock);
	/*
	 * Not earlier: as long as it is in the list, uacce_remove() waits for
	 * the queue's lock, so that the driver is there for what was done above.
	 */
	mutex_lock(&uacce->lock);
	list_del(&q->node);
	mutex_unlock(&uacce->lock);
	queue_free(q);
	put_device(&uacce->dev);
	return 0;
}

static __poll_t uacce_poll(struct file *file, poll_table *wait)
{
	struct uacce_queue *q = file->private_data;
	__poll_t events = 0;

	poll_wait(file, &q->wait, wait);
	mutex_lock(&q->lock);
	if (q->state == UACCE_Q_ZOMBIE)
		events = EPOLLERR | EPOLLHUP;
	else if (q->uacce->ops.is_updated(q))
		events = EPOLLIN | EPOLLRDNORM;
	mutex_unlock(&q->lock);
	return events;
}

static long start_queue(struct uacce_queue *q)
{
	int ret;

	if (q->state != UACCE_Q_INIT)
		return -EINVAL;
	ret = q->uacce->ops.start_queue(q);
	if (!ret)
		q->state = UACCE_Q_STARTED;
	return ret;
}

static long put_queue(struct uacce_queue *q)
{
	queue_stop(q);
	return 0;
}

static long driver_call(struct uacce_queue *q, unsigned int cmd, void *arg)
{
	return q->uacce->ops.ioctl(q, cmd, arg);
}

/* In: the index of a slice. Out: where it is. */
static long get_ss_dma(struct uacce_queue *q, u64 *word)
{
	const struct uacce_slice *slice;
	unsigned int index;

	if (!q->ss || *word >= q->ss->nr_slices)
		return -EINVAL;
	index = array_index_nospec(*word, q->ss->nr_slices);
	slice = q->ss->slices + index;
	*word = slice->dma |
		((slice->bytes >> UACCE_SS_DMA_SIZE_SHIFT) &
		 UACCE_SS_DMA_SIZE_MASK);
	return q->ss->nr_slices - 1 - index;
}

static long queue_call(struct uacce_queue *q, unsigned int cmd, void *arg)
{
	switch (cmd) {
	case UACCE_CMD_START_Q:
		return start_queue(q);
	case UACCE_CMD_PUT_Q:
		return put_queue(q);
	case UACCE_CMD_GET_SS_DMA:
		return get_ss_dma(q, arg);
	default:
		return driver_call(q, cmd, arg);
	}
}

/* Locks of two queues are taken in the order of their addresses. */
static void lock_both(struct uacce_queue *a, struct uacce_queue *b)
{
	if (a > b)
		swap(a, b);
	mutex_lock(&a->lock);
	mutex_lock_nested(&b->lock, SINGLE_DEPTH_NESTING);
}

static long share_ss(struct uacce_queue *q, struct uacce_queue *target)
{
	long ret = 0;

	if (q == target || q->uacce != target->uacce || !uacce_owns(target))
		return -EINVAL;
	lock_both(q, target);
	if (q->state == UACCE_Q_ZOMBIE || target->state == UACCE_Q_ZOMBIE)
		ret = -ENXIO;
	else if (!q->ss)
		ret = -EINVAL;
	else if (target->ss)
		ret = -EEXIST;
	else
		target->ss = uacce_memory_get(q->ss);
	mutex_unlock(&target->lock);
	mutex_unlock(&q->lock);
	return ret;
}

static long share_with_file(struct uacce_queue *q, unsigned long fd)
{
	struct file *file = fd > INT_MAX ? NULL : fget(fd);
	long ret = -EBADF;

	if (!file)
		return ret;
	if (file->f_op == &uacce_fops)
		ret = share_ss(q, file->private_data);
	fput(file);
	return ret;
}

static long uacce_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct uacce_queue *q = file->private_data;
	void __user *user = (void __user *)arg;
	size_t bytes = _IOC_SIZE(cmd);
	u8 data[ARG_MAX_BYTES] __aligned(8) = { 0 };
	long ret;

	if (!uacce_owns(q))
		return -EPERM;
	if (cmd == UACCE_CMD_SHARE_SVAS)
		return share_with_file(q, arg);
	if (bytes > sizeof(data))
		return -EINVAL;
	/* "Read" means that user space reads; these calls do both. */
	if (bytes && copy_from_user(data, user, bytes))
		return -EFAULT;
	mutex_lock(&q->lock);
	ret = q->state == UACCE_Q_ZOMBIE ? -ENXIO : queue_call(q, cmd, data);
	mutex_unlock(&q->lock);
	if (ret >= 0 && bytes && copy_to_user(user, data, bytes))
		return -EFAULT;
	return ret;
}

const struct file_operations uacce_fops = {
	.owner = THIS_MODULE,
	.open = uacce_open,
	.release = uacce_release,
	.unlocked_ioctl = uacce_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.poll = uacce_poll,
	.mmap = uacce_mmap,
};
