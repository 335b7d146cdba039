/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The built-in devices as a backend of the library. */
#include <errno.h>
#include <linux/futex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <misc/uacce/hisi_qm.h>

#include "emu_device.h"
#include "emu_worker.h"

#define LOCAL_DISTANCE	10

static struct emu_channel *to_emu(struct wd_channel *ch)
{
	return (struct emu_channel *)ch;
}

static void describe(const struct emu_kind *kind, struct wd_device_info *info)
{
	memset(info, 0, sizeof(*info));
	snprintf(info->name, sizeof(info->name), "%s", kind->name);
	snprintf(info->api, sizeof(info->api), "%s", kind->api);
	snprintf(info->algorithms, sizeof(info->algorithms), "%s",
		 kind->algorithms);
	info->flags = UACCE_DEV_SVA;
	info->mode = WD_MODE_SVA;
	info->numa_node = WD_NUMA_ANY;
	info->numa_distance = LOCAL_DISTANCE;
	info->available_instances = emu_device_free_queues(kind);
	info->emulated = true;
	info->region_dus_bytes = emu_dus_bytes(EMU_DEPTH);
}

static int emu_enumerate(int (*add)(void *arg, const struct wd_device_info *),
			 void *arg)
{
	const struct emu_kind *kind;
	struct wd_device_info info;
	int ret;

	for (kind = emu_kinds; kind->name; kind++) {
		if (!kind->is_listed)
			continue;
		describe(kind, &info);
		ret = add(arg, &info);
		if (ret)
			return ret;
	}
	return 0;
}

static const struct emu_kind *find_kind(const char *name)
{
	const struct emu_kind *kind;

	for (kind = emu_kinds; kind->name; kind++)
		if (!strcmp(kind->name, name))
			return kind;
	return NULL;
}

static int emu_lookup(const char *name, struct wd_device_info *info)
{
	const struct emu_kind *kind = find_kind(name);

	if (!kind)
		return -ENODEV;
	describe(kind, info);
	return 0;
}

static int emu_open(const struct wd_device_info *info, struct wd_channel **ch)
{
	const struct emu_kind *kind = find_kind(info->name);
	struct emu_channel *chan;
	int ret;

	if (!kind)
		return -ENODEV;
	chan = calloc(1, sizeof(*chan));
	if (!chan)
		return -ENOMEM;
	chan->ch.ops = &wd_backend_emu;
	chan->ch.info = *info;
	chan->event_fd = -1;
	ret = emu_device_get(kind, &chan->dev);
	if (ret)
		goto free_chan;
	emu_device_lock(chan->dev);
	ret = emu_qp_alloc(chan->dev->func, &chan->qp);
	if (!ret)
		chan->dev->channels[chan->qp->qn] = chan;
	emu_device_unlock(chan->dev);
	if (ret)
		goto put_device;
	*ch = &chan->ch;
	return 0;

put_device:
	emu_device_put(chan->dev);
free_chan:
	free(chan);
	return ret;
}

/* Afterwards nothing touches the memory of the queue or of its requests. */
static void stop_queue(struct emu_channel *chan)
{
	emu_qp_stop(chan->qp);
	emu_worker_wait_idle(chan->dev, chan);
}

static void emu_close(struct wd_channel *ch, bool is_child)
{
	struct emu_channel *chan = to_emu(ch);
	struct emu_device *dev = chan->dev;

	/* The rings and the SS region were never mapped in the child. */
	if (!is_child) {
		emu_device_lock(dev);
		stop_queue(chan);
		dev->channels[chan->qp->qn] = NULL;
		emu_qp_free(chan->qp);
		emu_device_unlock(dev);
		emu_device_put(dev);
	}
	if (chan->event_fd >= 0)
		close(chan->event_fd);
	free(chan);
}

static int share_memory(struct emu_channel *chan, int fd)
{
	const struct emu_device *dev = chan->dev;
	const struct emu_channel *target;
	unsigned int i;

	/* Everything is reachable anyway: all that can be wrong is the queue. */
	for (i = 0; i < dev->kind->queues; i++) {
		target = dev->channels[i];
		if (target && target->event_fd == fd && fd >= 0)
			return 0;
	}
	return -EINVAL;
}

/* The region is one slice at its own address. */
static int get_ss_dma(const struct emu_channel *chan, uint64_t *word)
{
	uint64_t units;

	if (!chan->ss || *word)
		return -EINVAL;
	units = (chan->ss_bytes - 1) >> UACCE_SS_DMA_SIZE_SHIFT;
	if (++units > UACCE_SS_DMA_SIZE_MASK)
		units = UACCE_SS_DMA_SIZE_MASK;
	*word = (uintptr_t)chan->ss | units;
	return 0;
}

static int emu_ioctl(struct wd_channel *ch, unsigned long cmd, void *arg)
{
	struct emu_channel *chan = to_emu(ch);
	int ret = 0;

	emu_device_lock(chan->dev);
	switch (cmd) {
	case UACCE_CMD_START_Q:
		ret = emu_workers_start(chan->dev);
		if (!ret)
			ret = emu_qp_start(chan->qp);
		break;
	case UACCE_CMD_PUT_Q:
		stop_queue(chan);
		break;
	case UACCE_CMD_SHARE_SVAS:
		ret = share_memory(chan, (int)(intptr_t)arg);
		break;
	case UACCE_CMD_GET_SS_DMA:
		ret = get_ss_dma(chan, arg);
		break;
	case UACCE_CMD_QM_SET_QP_CTX:
		ret = emu_qp_set_ctx(chan->qp, arg);
		break;
	case UACCE_CMD_QM_SET_QP_INFO:
		emu_qp_get_info(chan->qp, arg);
		break;
	default:
		ret = -EINVAL;
	}
	emu_device_unlock(chan->dev);
	return ret;
}

static int emu_start(struct wd_channel *ch)
{
	return emu_ioctl(ch, UACCE_CMD_START_Q, NULL);
}

static int map_rings(struct emu_channel *chan, size_t bytes, void **addr)
{
	int ret = 0;

	emu_device_lock(chan->dev);
	if (bytes != chan->qp->dus_bytes)
		ret = -EINVAL;
	else if (chan->is_mapped)
		ret = -EEXIST;
	chan->is_mapped |= !ret;
	emu_device_unlock(chan->dev);
	if (!ret)
		*addr = chan->qp->dus;
	return ret;
}

static int map_ss(struct emu_channel *chan, size_t bytes, void **addr)
{
	void *ss;

	if (!bytes)
		return -EINVAL;
	if (chan->ss)
		return -EEXIST;
	ss = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (ss == MAP_FAILED)
		return -ENOMEM;
	madvise(ss, bytes, MADV_DONTFORK);
	emu_device_lock(chan->dev);
	chan->ss = ss;
	chan->ss_bytes = bytes;
	emu_device_unlock(chan->dev);
	*addr = ss;
	return 0;
}

static int emu_map(struct wd_channel *ch, enum uacce_qfrt region, size_t bytes,
		   void **addr)
{
	switch (region) {
	case UACCE_QFRT_DUS:
		return map_rings(to_emu(ch), bytes, addr);
	case UACCE_QFRT_SS:
		return map_ss(to_emu(ch), bytes, addr);
	default:
		return -EINVAL;
	}
}

static void emu_unmap(struct wd_channel *ch, enum uacce_qfrt region,
		      void *addr, size_t bytes)
{
	struct emu_channel *chan = to_emu(ch);

	emu_device_lock(chan->dev);
	/* The device uses the rings themselves: they go with the queue. */
	if (region == UACCE_QFRT_DUS)
		chan->is_mapped = false;
	else if (region == UACCE_QFRT_SS)
		chan->ss = NULL;
	emu_device_unlock(chan->dev);
	if (region == UACCE_QFRT_SS)
		munmap(addr, bytes);
}

static void forget_news(struct emu_channel *chan)
{
	uint64_t count;

	chan->has_news = false;
	/* That the queue is dead stays true. */
	if (chan->has_event && !chan->qp->is_dead)
		chan->has_event = read(chan->event_fd, &count,
				       sizeof(count)) != sizeof(count);
}

/*
 * Sleep until there is something to know. Locked; unlocks meanwhile.
 *
 * Return: false after @deadline (a negative one never comes) or a signal.
 */
static bool sleep_for_news(struct emu_channel *chan, int64_t deadline)
{
	uint32_t seq = chan->news_seq;
	int64_t left = deadline < 0 ? 0 : deadline - emu_now_ns();
	struct timespec ts = { left / 1000000000, left % 1000000000 };
	bool goes_on = true;

	if (left < 0)
		return false;
	chan->waiters++;
	emu_device_unlock(chan->dev);
	if (syscall(SYS_futex, &chan->news_seq, FUTEX_WAIT_PRIVATE, seq,
		    deadline < 0 ? NULL : &ts, NULL, 0))
		goes_on = errno == EAGAIN;
	emu_device_lock(chan->dev);
	chan->waiters--;
	return goes_on;
}

/*
 * The calling thread has nothing better to do, so it works off its own queue
 * instead of waking another thread for it. That may take longer than the
 * timeout, by one request.
 */
static int emu_wait(struct wd_channel *ch, int timeout_ms)
{
	struct emu_channel *chan = to_emu(ch);
	int64_t deadline = -1;
	int ret = 0;

	if (timeout_ms > 0)
		deadline = emu_now_ns() + timeout_ms * 1000000LL;
	emu_device_lock(chan->dev);
	if (timeout_ms)
		emu_worker_awaited(chan->dev, chan);
	for (;;) {
		if (chan->has_news)
			ret = 1;
		else if (chan->qp->is_dead)
			ret = -EIO;
		else if (timeout_ms && emu_worker_help(chan->dev, chan))
			ret = 1;
		if (ret || !timeout_ms || !sleep_for_news(chan, deadline))
			break;
	}
	if (ret == 1)
		forget_news(chan);
	emu_device_unlock(chan->dev);
	return ret;
}

static void emu_doorbell(struct wd_channel *ch, uint32_t offset, uint64_t value)
{
	struct emu_channel *chan = to_emu(ch);

	emu_device_lock(chan->dev);
	/* What was announced before is old news. */
	if (emu_qp_is_arming(chan->qp, value))
		forget_news(chan);
	emu_worker_ring(chan->dev, chan, offset, value);
	emu_device_unlock(chan->dev);
}

static int make_event_fd(struct emu_channel *chan)
{
	unsigned int is_set = chan->has_news || chan->qp->is_dead;
	int fd;

	fd = eventfd(is_set, EFD_CLOEXEC | EFD_NONBLOCK);
	if (fd < 0)
		return -errno;
	chan->event_fd = fd;
	chan->has_event = is_set;
	return fd;
}

static int emu_fd(struct wd_channel *ch)
{
	struct emu_channel *chan = to_emu(ch);
	int fd;

	emu_device_lock(chan->dev);
	fd = chan->event_fd;
	if (fd < 0)
		fd = make_event_fd(chan);
	emu_device_unlock(chan->dev);
	return fd;
}

const struct wd_backend_ops wd_backend_emu = {
	.name = "emu",
	.enumerate = emu_enumerate,
	.lookup = emu_lookup,
	.open = emu_open,
	.close = emu_close,
	.ioctl = emu_ioctl,
	.map = emu_map,
	.unmap = emu_unmap,
	.start = emu_start,
	.wait = emu_wait,
	.doorbell = emu_doorbell,
	.fd = emu_fd,
};
