/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The operations of the fake backend. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <misc/uacce/hisi_qm.h>

#include "fake.h"
#include "hisi_qm_hw.h"

#define NAME_PREFIX	"hisi_zip-"
#define NAP_NS		1000000L

struct fake fake = { .lock = PTHREAD_MUTEX_INITIALIZER };

static struct fake_channel *to_fake(struct wd_channel *ch)
{
	return (struct fake_channel *)ch;
}

/* Count a call; the error if it is to fail. */
static int enter(enum wd_fake_op op, const struct fake_device *dev)
{
	struct fake_failure *failure = &fake.failures[op];

	fake.calls[op]++;
	if (failure->nth && !--failure->nth)
		return failure->err;
	return dev && dev->is_removed ? -ENODEV : 0;
}

static void call_hook(enum wd_fake_op op, unsigned int dev, unsigned int qn)
{
	struct fake_hook hook;

	pthread_mutex_lock(&fake.lock);
	hook = fake.hooks[op];
	pthread_mutex_unlock(&fake.lock);
	if (hook.fn)
		hook.fn(hook.arg, dev, qn);
}

struct fake_channel *fake_channel_get(unsigned int dev, unsigned int qn)
{
	if (dev >= fake.config.devices || qn >= fake.config.queues)
		return NULL;
	return fake.devices[dev].channels[qn];
}

static unsigned int free_queues(const struct fake_device *dev)
{
	unsigned int count = emu_function_free_queues(dev->func);

	return count > dev->others ? count - dev->others : 0;
}

/* 6.3 */
static size_t mmio_bytes(void)
{
	size_t page = sysconf(_SC_PAGESIZE);

	if (fake.config.isolation)
		return HISI_QM_ISO_STRIDE;
	if (fake.config.revision == HISI_QM_REV_V1)
		return page;
	return (1 + HISI_QM_DOORBELL_SQ_CQ / page) * page;
}

static void describe(const struct fake_device *dev,
		     struct wd_device_info *info)
{
	const struct wd_fake_config *config = &fake.config;
	unsigned int version = config->revision - HISI_QM_REV_V1 + 1;

	if (config->revision >= HISI_QM_REV_V3)
		version = config->revision == HISI_QM_REV_V5 ? 5 : 3;
	memset(info, 0, sizeof(*info));
	snprintf(info->name, sizeof(info->name), NAME_PREFIX "%u", dev->index);
	snprintf(info->path, sizeof(info->path), "/dev/%s", info->name);
	snprintf(info->api, sizeof(info->api), "hisi_qm_v%u%s", version,
		 config->mode == WD_MODE_NOIOMMU ? "_noiommu" : "");
	snprintf(info->algorithms, sizeof(info->algorithms), "%s",
		 config->algorithms);
	info->flags = fake_ss_flags();
	info->mode = config->mode;
	info->numa_node = config->numa_node ? config->numa_node[dev->index] :
			  WD_NUMA_ANY;
	info->numa_distance = config->numa_distance ?
			      config->numa_distance[dev->index] : 10;
	info->available_instances = free_queues(dev);
	info->isolated = dev->is_isolated;
	info->region_mmio_bytes = mmio_bytes();
	info->region_dus_bytes = emu_dus_bytes(config->sq_depth);
}

static int fake_enumerate(int (*add)(void *arg, const struct wd_device_info *),
			  void *arg)
{
	struct wd_device_info info;
	unsigned int i;
	bool is_there;
	int ret;

	pthread_mutex_lock(&fake.lock);
	ret = enter(WD_FAKE_OP_ENUMERATE, NULL);
	pthread_mutex_unlock(&fake.lock);
	for (i = 0; !ret && i < fake.config.devices; i++) {
		pthread_mutex_lock(&fake.lock);
		is_there = !fake.devices[i].is_removed;
		describe(&fake.devices[i], &info);
		pthread_mutex_unlock(&fake.lock);
		if (is_there)
			ret = add(arg, &info);
	}
	return ret;
}

static struct fake_device *find_device(const char *name)
{
	struct wd_device_info info;
	unsigned int i;

	for (i = 0; i < fake.config.devices; i++) {
		describe(&fake.devices[i], &info);
		if (!strcmp(info.name, name))
			return &fake.devices[i];
	}
	return NULL;
}

static int fake_lookup(const char *name, struct wd_device_info *info)
{
	struct fake_device *dev;
	int ret;

	pthread_mutex_lock(&fake.lock);
	dev = find_device(name);
	ret = enter(WD_FAKE_OP_LOOKUP, dev);
	if (!ret && !dev)
		ret = -ENODEV;
	if (!ret)
		describe(dev, info);
	pthread_mutex_unlock(&fake.lock);
	return ret;
}

static int make_channel(struct fake_device *dev,
			const struct wd_device_info *info,
			struct fake_channel **chan)
{
	struct fake_channel *new;
	int ret;

	if (!free_queues(dev))
		return -EBUSY;
	new = calloc(1, sizeof(*new));
	if (!new)
		return -ENOMEM;
	new->ch.ops = fake.config.mmio ? &fake_mmio_ops : &fake_ops;
	new->ch.info = *info;
	new->dev = dev;
	new->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (new->event_fd < 0) {
		ret = -errno;
		goto free_chan;
	}
	ret = emu_qp_alloc(dev->func, &new->qp);
	if (ret)
		goto close_fd;
	dev->channels[new->qp->qn] = new;
	*chan = new;
	return 0;

close_fd:
	close(new->event_fd);
free_chan:
	free(new);
	return ret;
}

static int fake_open(const struct wd_device_info *info, struct wd_channel **ch)
{
	struct fake_channel *chan = NULL;
	struct fake_device *dev;
	int ret;

	pthread_mutex_lock(&fake.lock);
	dev = find_device(info->name);
	pthread_mutex_unlock(&fake.lock);
	if (dev)
		call_hook(WD_FAKE_OP_OPEN, dev->index, 0);
	pthread_mutex_lock(&fake.lock);
	ret = enter(WD_FAKE_OP_OPEN, dev);
	if (!ret)
		ret = dev ? make_channel(dev, info, &chan) : -ENODEV;
	pthread_mutex_unlock(&fake.lock);
	if (!ret)
		*ch = &chan->ch;
	return ret;
}

unsigned int fake_channel_free(struct fake_channel *chan)
{
	unsigned int mapped = 0;

	chan->dev->channels[chan->qp->qn] = NULL;
	if (chan->dus) {
		munmap(chan->dus, chan->qp->dus_bytes);
		mapped++;
	}
	if (chan->mmio) {
		munmap(chan->mmio, mmio_bytes());
		mapped++;
	}
	if (chan->ss) {
		fake_ss_unmap(chan);
		mapped++;
	}
	emu_qp_free(chan->qp);
	close(chan->event_fd);
	free(chan);
	return mapped;
}

static void fake_close(struct wd_channel *ch, bool is_child)
{
	struct fake_channel *chan = to_fake(ch);
	struct fake_device *dev = chan->dev;

	/* No lock: in a child, a thread that is not there may hold it. */
	if (is_child) {
		close(chan->event_fd);
		dev->channels[chan->qp->qn] = NULL;
		free(chan);
		return;
	}
	pthread_mutex_lock(&fake.lock);
	enter(WD_FAKE_OP_CLOSE, NULL);
	fake_channel_free(chan);
	fake_settle(dev);
	pthread_mutex_unlock(&fake.lock);
}

static int fake_ioctl(struct wd_channel *ch, unsigned long cmd, void *arg)
{
	static const struct {
		unsigned long cmd;
		enum wd_fake_op op;
	} ops[] = {
		{ UACCE_CMD_START_Q, WD_FAKE_OP_START },
		{ UACCE_CMD_PUT_Q, WD_FAKE_OP_PUT_Q },
		{ UACCE_CMD_SHARE_SVAS, WD_FAKE_OP_SHARE_SVAS },
		{ UACCE_CMD_GET_SS_DMA, WD_FAKE_OP_GET_SS_DMA },
		{ UACCE_CMD_QM_SET_QP_CTX, WD_FAKE_OP_SET_QP_CTX },
		{ UACCE_CMD_QM_SET_QP_INFO, WD_FAKE_OP_SET_QP_INFO },
	};
	struct fake_channel *chan = to_fake(ch);
	unsigned int i = 0, count = sizeof(ops) / sizeof(ops[0]);
	int ret;

	while (i < count && ops[i].cmd != cmd)
		i++;
	if (i == count)
		return -EINVAL;
	if (cmd == UACCE_CMD_START_Q)
		call_hook(WD_FAKE_OP_START, chan->dev->index, chan->qp->qn);
	pthread_mutex_lock(&fake.lock);
	ret = enter(ops[i].op, chan->dev);
	if (ret)
		goto unlock;
	if (cmd == UACCE_CMD_START_Q)
		ret = emu_qp_start(chan->qp);
	else if (cmd == UACCE_CMD_PUT_Q)
		emu_qp_stop(chan->qp);
	else if (cmd == UACCE_CMD_SHARE_SVAS)
		ret = fake_ss_share(chan, (int)(intptr_t)arg);
	else if (cmd == UACCE_CMD_GET_SS_DMA)
		ret = fake_ss_dma(chan, arg);
	else if (cmd == UACCE_CMD_QM_SET_QP_CTX)
		ret = emu_qp_set_ctx(chan->qp, arg);
	else
		emu_qp_get_info(chan->qp, arg);
	fake_settle(chan->dev);
unlock:
	pthread_mutex_unlock(&fake.lock);
	return ret;
}

static int fake_start(struct wd_channel *ch)
{
	return fake_ioctl(ch, UACCE_CMD_START_Q, NULL);
}

static int map_shared(int fd, size_t bytes, void **addr)
{
	int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
	void *at;

	at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, fd, 0);
	if (at == MAP_FAILED)
		return -ENOMEM;
	madvise(at, bytes, MADV_DONTFORK);
	*addr = at;
	return 0;
}

static int map_dus(struct fake_channel *chan, size_t bytes, void **addr)
{
	int ret;

	ret = enter(WD_FAKE_OP_MAP_DUS, chan->dev);
	if (ret)
		return ret;
	if (bytes != chan->qp->dus_bytes)
		return -EINVAL;
	if (chan->dus)
		return -EEXIST;
	ret = map_shared(chan->qp->dus_fd, bytes, &chan->dus);
	if (!ret)
		*addr = chan->dus;
	return ret;
}

static int map_mmio(struct fake_channel *chan, size_t bytes, void **addr)
{
	int ret;

	ret = enter(WD_FAKE_OP_MAP_MMIO, chan->dev);
	if (ret)
		return ret;
	if (!fake.config.mmio || bytes != mmio_bytes())
		return -EINVAL;
	if (chan->mmio)
		return -EEXIST;
	ret = map_shared(-1, bytes, &chan->mmio);
	if (!ret)
		*addr = chan->mmio;
	return ret;
}

static int fake_map(struct wd_channel *ch, enum uacce_qfrt region, size_t bytes,
		    void **addr)
{
	struct fake_channel *chan = to_fake(ch);
	int ret = -EINVAL;

	pthread_mutex_lock(&fake.lock);
	if (region == UACCE_QFRT_DUS) {
		ret = map_dus(chan, bytes, addr);
	} else if (region == UACCE_QFRT_MMIO) {
		ret = map_mmio(chan, bytes, addr);
	} else if (region == UACCE_QFRT_SS) {
		ret = enter(WD_FAKE_OP_MAP_SS, chan->dev);
		if (!ret)
			ret = fake_ss_map(chan, bytes, addr);
	}
	pthread_mutex_unlock(&fake.lock);
	return ret;
}

static void fake_unmap(struct wd_channel *ch, enum uacce_qfrt region,
		       void *addr, size_t bytes)
{
	struct fake_channel *chan = to_fake(ch);

	pthread_mutex_lock(&fake.lock);
	enter(WD_FAKE_OP_UNMAP, NULL);
	/* Anything else stays mapped and is found when the test ends. */
	if (region == UACCE_QFRT_DUS && addr == chan->dus &&
	    bytes == chan->qp->dus_bytes) {
		munmap(addr, bytes);
		chan->dus = NULL;
	} else if (region == UACCE_QFRT_MMIO && addr == chan->mmio &&
		   bytes == mmio_bytes()) {
		munmap(addr, bytes);
		chan->mmio = NULL;
	} else if (region == UACCE_QFRT_SS && addr == chan->ss &&
		   bytes == chan->ss_bytes) {
		fake_ss_unmap(chan);
	}
	pthread_mutex_unlock(&fake.lock);
}

void fake_forget_news(struct fake_channel *chan)
{
	uint64_t count;
	ssize_t got;

	chan->has_news = false;
	/* It does not block, and nothing to read is fine. */
	got = read(chan->event_fd, &count, sizeof(count));
	(void)got;
}

/* What the wait operation answers now. */
static int look(struct fake_channel *chan)
{
	if (chan->dev->is_removed)
		return -ENODEV;
	if (fake.config.auto_step)
		fake_run(chan->dev, 0);
	if (chan->has_news) {
		fake_forget_news(chan);
		return 1;
	}
	return chan->qp->is_dead ? -EIO : 0;
}

/*
 * Nothing happens by itself here, so with a timeout it only makes room for
 * other threads of the test before it says that nothing did.
 */
static int fake_wait(struct wd_channel *ch, int timeout_ms)
{
	struct fake_channel *chan = to_fake(ch);
	const struct timespec nap = { .tv_nsec = NAP_NS };
	bool is_hooked;
	int ret;

	call_hook(WD_FAKE_OP_WAIT, chan->dev->index, chan->qp->qn);
	pthread_mutex_lock(&fake.lock);
	ret = enter(WD_FAKE_OP_WAIT, NULL);
	if (!ret)
		ret = look(chan);
	is_hooked = fake.hooks[WD_FAKE_OP_WAIT].fn;
	pthread_mutex_unlock(&fake.lock);
	if (ret || !timeout_ms || is_hooked || fake.config.auto_step)
		return ret;
	nanosleep(&nap, NULL);
	pthread_mutex_lock(&fake.lock);
	ret = look(chan);
	pthread_mutex_unlock(&fake.lock);
	return ret;
}

void fake_ring(struct fake_device *dev, unsigned int qn,
	       const struct wd_fake_doorbell *bell)
{
	struct fake_channel *chan = dev->channels[qn];

	if (!chan)
		return;
	if (emu_qp_is_arming(chan->qp, bell->value))
		fake_forget_news(chan);
	emu_qp_doorbell(chan->qp, bell->offset, bell->value);
	fake_settle(dev);
}

static void hold(struct fake_device *dev, unsigned int qn,
		 const struct wd_fake_doorbell *bell)
{
	struct fake_held *held;

	held = reallocarray(dev->held, dev->nr_held + 1, sizeof(*held));
	if (!held)
		abort();
	dev->held = held;
	held[dev->nr_held++] = (struct fake_held){ .qn = qn, .bell = *bell };
}

static void fake_doorbell(struct wd_channel *ch, uint32_t offset,
			  uint64_t value)
{
	const struct wd_fake_doorbell bell = { offset, value };
	struct fake_channel *chan = to_fake(ch);
	struct fake_device *dev = chan->dev;

	call_hook(WD_FAKE_OP_DOORBELL, dev->index, chan->qp->qn);
	pthread_mutex_lock(&fake.lock);
	chan->log[chan->doorbells++ % WD_FAKE_DOORBELL_LOG] = bell;
	if (enter(WD_FAKE_OP_DOORBELL, dev))
		goto unlock;
	if (dev->holds_doorbells)
		hold(dev, chan->qp->qn, &bell);
	else
		fake_ring(dev, chan->qp->qn, &bell);
	if (fake.config.instant)
		fake_run(dev, 0);
unlock:
	pthread_mutex_unlock(&fake.lock);
}

static int fake_fd(struct wd_channel *ch)
{
	struct fake_channel *chan = to_fake(ch);
	int ret;

	pthread_mutex_lock(&fake.lock);
	ret = enter(WD_FAKE_OP_FD, chan->dev);
	pthread_mutex_unlock(&fake.lock);
	return ret ? ret : chan->event_fd;
}

#define FAKE_OPS \
	.name = "fake", \
	.enumerate = fake_enumerate, \
	.lookup = fake_lookup, \
	.open = fake_open, \
	.close = fake_close, \
	.ioctl = fake_ioctl, \
	.map = fake_map, \
	.unmap = fake_unmap, \
	.start = fake_start, \
	.wait = fake_wait, \
	.fd = fake_fd

const struct wd_backend_ops fake_ops = {
	FAKE_OPS,
	.doorbell = fake_doorbell,
};

const struct wd_backend_ops fake_mmio_ops = {
	FAKE_OPS,
};
