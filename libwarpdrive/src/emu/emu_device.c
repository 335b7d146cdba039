/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "emu_device.h"
#include "emu_worker.h"
#include "hisi_qm_hw.h"
#include "hisi_zip_model.h"
#include "wd_fork.h"

/* The device has one process to tell apart from none. */
#define PASID	1

/* Nothing is ever mapped below: this is where NULL pointers point to. */
#define LOWEST_ADDRESS	0x1000

const struct emu_kind emu_kinds[] = {
	{
		.name = "emu",
		.api = "hisi_qm_v3",
		.algorithms = "zlib\ngzip\ndeflate",
		.revision = HISI_QM_REV_V3,
		.queues = 256,
		.is_listed = true,
	},
	{
		.name = "emu:v1",
		.api = "hisi_qm_v1",
		.algorithms = "zlib\ngzip",
		.revision = HISI_QM_REV_V1,
		.queues = 64,
	},
	{
		.name = "emu:v2",
		.api = "hisi_qm_v2",
		.algorithms = "zlib\ngzip",
		.revision = HISI_QM_REV_V2,
		.queues = 256,
	},
	{
		.name = "emu:v3",
		.api = "hisi_qm_v3",
		.algorithms = "zlib\ngzip\ndeflate",
		.revision = HISI_QM_REV_V3,
		.queues = 256,
	},
	{ .name = NULL },
};

#define NR_KINDS	(sizeof(emu_kinds) / sizeof(emu_kinds[0]) - 1)

/* Protects the array; taken before a device's lock. */
static pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER;
static struct emu_device *devices[NR_KINDS];
static bool has_fork_handlers;

static bool is_address(uint64_t addr, size_t len)
{
	return addr >= LOWEST_ADDRESS && addr <= UINTPTR_MAX - len;
}

static int dma_read(void *opaque, unsigned int func, uint32_t pasid,
		    uint64_t addr, void *buf, size_t len)
{
	(void)opaque;
	(void)func;
	(void)pasid;
	if (!is_address(addr, len))
		return -EFAULT;
	memcpy(buf, (const void *)(uintptr_t)addr, len);
	return 0;
}

/*
 * The last word is stored after all others: it has the phase of a CQE, and the
 * user driver loads it with acquire. Nobody else looks without the lock.
 */
static int dma_write(void *opaque, unsigned int func, uint32_t pasid,
		     uint64_t addr, const void *buf, size_t len)
{
	char *to = (char *)(uintptr_t)addr;
	uint64_t last;

	(void)opaque;
	(void)func;
	(void)pasid;
	if (!is_address(addr, len))
		return -EFAULT;
	if (len < sizeof(last) || (addr + len) % sizeof(last)) {
		memcpy(to, buf, len);
		return 0;
	}
	len -= sizeof(last);
	memcpy(to, buf, len);
	memcpy(&last, (const char *)buf + len, sizeof(last));
	__atomic_store_n((uint64_t *)(to + len), last, __ATOMIC_RELEASE);
	return 0;
}

static void *dma_map(void *opaque, unsigned int func, uint32_t pasid,
		     uint64_t addr, size_t len, bool is_write)
{
	(void)opaque;
	(void)func;
	(void)pasid;
	(void)is_write;
	return is_address(addr, len) ? (void *)(uintptr_t)addr : NULL;
}

static void dma_unmap(void *opaque, void *ptr, size_t len, bool is_write)
{
	(void)opaque;
	(void)ptr;
	(void)len;
	(void)is_write;
}

/* The model may not be called from here, so the pump does the rest. */
static void raise_irq(void *opaque, unsigned int func, unsigned int vector)
{
	struct emu_device *dev = opaque;

	(void)func;
	dev->irqs |= 1U << vector;
}

static void kick(void *opaque, unsigned int func, unsigned int qn)
{
	struct emu_device *dev = opaque;
	struct emu_channel *chan = dev->channels[qn];

	(void)func;
	if (chan->is_unawaited)
		chan->streak = 0;
	chan->is_unawaited = true;
	if (dev->is_quiet) {
		dev->deferred = chan;
		return;
	}
	dev->ready++;
	__atomic_store_n(&dev->kicks, dev->kicks + 1, __ATOMIC_RELAXED);
}

static void wake_waiters(struct emu_channel *chan)
{
	uint64_t one = 1;

	__atomic_store_n(&chan->news_seq, chan->news_seq + 1, __ATOMIC_RELAXED);
	if (chan->waiters)
		syscall(SYS_futex, &chan->news_seq, FUTEX_WAKE_PRIVATE,
			chan->waiters, NULL, NULL, 0);
	if (chan->event_fd >= 0 && !chan->has_event)
		chan->has_event = write(chan->event_fd, &one, sizeof(one)) ==
				  sizeof(one);
}

static void queue_news(void *arg, struct emu_qp *qp)
{
	struct emu_device *dev = arg;
	struct emu_channel *chan = dev->channels[qp->qn];

	chan->has_news = true;
	wake_waiters(chan);
}

static void queue_died(void *arg, struct emu_qp *qp)
{
	struct emu_device *dev = arg;

	wake_waiters(dev->channels[qp->qn]);
}

void emu_device_pump(struct emu_device *dev)
{
	unsigned int vector;

	while (dev->irqs) {
		vector = __builtin_ctz(dev->irqs);
		dev->irqs &= ~(1U << vector);
		emu_function_irq(dev->func, vector);
	}
}

int64_t emu_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

void emu_device_lock(struct emu_device *dev)
{
	pthread_mutex_lock(&dev->lock);
}

void emu_device_unlock(struct emu_device *dev)
{
	unsigned int wanted = 0;

	emu_device_pump(dev);
	if (dev->ready > dev->looking) {
		wanted = dev->ready - dev->looking;
		if (wanted > dev->sleeping)
			wanted = dev->sleeping;
		dev->sleeping -= wanted;
		dev->looking += wanted;
		dev->tokens += wanted;
	}
	pthread_mutex_unlock(&dev->lock);
	/* Not before: the woken thread's first act is to take the lock. */
	while (wanted--)
		pthread_cond_signal(&dev->wake);
}

static int make_function(struct emu_device *dev)
{
	const struct emu_kind *kind = dev->kind;
	const struct hisi_qm_model_config model_config = {
		.engine = &hisi_zip_model_engine,
		.revision = kind->revision,
		.queues = kind->revision == HISI_QM_REV_V3 ? kind->queues : 0,
		.isolation = kind->revision == HISI_QM_REV_V3,
		.model_levels = true,
	};
	const struct hisi_qm_model_host host = {
		.opaque = dev,
		.dma_read = dma_read,
		.dma_write = dma_write,
		.dma_map = dma_map,
		.dma_unmap = dma_unmap,
		.raise_irq = raise_irq,
		.kick = kick,
	};
	struct emu_function_config config = {
		.revision = kind->revision,
		.queues = kind->queues,
		.depth = EMU_DEPTH,
		.pasid = PASID,
		.news = queue_news,
		.died = queue_died,
		.arg = dev,
	};
	int ret;

	ret = hisi_qm_model_create(&model_config, &host, &dev->model);
	if (ret)
		return ret;
	config.model = dev->model;
	ret = emu_function_probe(&config, &dev->func);
	if (ret)
		hisi_qm_model_destroy(dev->model);
	return ret;
}

static void init_locks(struct emu_device *dev)
{
	pthread_condattr_t attr;

	pthread_mutex_init(&dev->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&dev->wake, &attr);
	pthread_cond_init(&dev->idle, &attr);
	pthread_condattr_destroy(&attr);
}

static int make_device(const struct emu_kind *kind, struct emu_device **dev)
{
	struct emu_device *new;
	int ret = -ENOMEM;

	new = aligned_alloc(_Alignof(struct emu_device), sizeof(*new));
	if (!new)
		return -ENOMEM;
	memset(new, 0, sizeof(*new));
	new->kind = kind;
	new->fork_cookie = wd_fork_current();
	new->channels = calloc(kind->queues, sizeof(struct emu_channel *));
	if (!new->channels)
		goto free_device;
	ret = make_function(new);
	if (ret)
		goto free_channels;
	init_locks(new);
	*dev = new;
	return 0;

free_channels:
	free(new->channels);
free_device:
	free(new);
	return ret;
}

static void free_device(struct emu_device *dev)
{
	pthread_cond_destroy(&dev->idle);
	pthread_cond_destroy(&dev->wake);
	pthread_mutex_destroy(&dev->lock);
	emu_function_remove(dev->func);
	hisi_qm_model_destroy(dev->model);
	free(dev->channels);
	free(dev);
}

/*
 * A fork() while another thread holds the registry's lock would leave it locked
 * in the child for good.
 */
static void before_fork(void)
{
	pthread_mutex_lock(&registry_lock);
}

static void after_fork(void)
{
	pthread_mutex_unlock(&registry_lock);
}

static int init_once(void)
{
	int ret;

	ret = wd_fork_init();
	if (ret || has_fork_handlers)
		return ret;
	ret = -pthread_atfork(before_fork, after_fork, after_fork);
	has_fork_handlers = !ret;
	return ret;
}

/* Of this process, not of the one that forked it. */
static struct emu_device *current_device(const struct emu_kind *kind)
{
	struct emu_device *dev = devices[kind - emu_kinds];

	return dev && dev->fork_cookie == wd_fork_current() ? dev : NULL;
}

int emu_device_get(const struct emu_kind *kind, struct emu_device **dev)
{
	struct emu_device *found;
	int ret;

	pthread_mutex_lock(&registry_lock);
	ret = init_once();
	if (ret)
		goto unlock;
	found = current_device(kind);
	if (!found) {
		ret = make_device(kind, &found);
		if (ret)
			goto unlock;
		found->orphan = devices[kind - emu_kinds];
		devices[kind - emu_kinds] = found;
	}
	emu_device_lock(found);
	found->open_channels++;
	emu_device_unlock(found);
	*dev = found;
unlock:
	pthread_mutex_unlock(&registry_lock);
	return ret;
}

void emu_device_put(struct emu_device *dev)
{
	emu_device_lock(dev);
	dev->open_channels--;
	emu_device_unlock(dev);
}

unsigned int emu_device_free_queues(const struct emu_kind *kind)
{
	unsigned int count = kind->queues;
	struct emu_device *dev;

	pthread_mutex_lock(&registry_lock);
	dev = current_device(kind);
	if (dev) {
		emu_device_lock(dev);
		count = emu_function_free_queues(dev->func);
		emu_device_unlock(dev);
	}
	pthread_mutex_unlock(&registry_lock);
	return count;
}

/*
 * The process exits, or the library is unloaded: its threads must not run code
 * or use memory that goes away. A queue that is still open may be in use by a
 * thread that does not know yet, so its device stays; without threads it still
 * answers whoever waits. In a forked child there is nothing to stop.
 */
__attribute__((destructor)) static void stop_devices(void)
{
	struct emu_device *dev;
	bool is_unused;
	unsigned int i;

	pthread_mutex_lock(&registry_lock);
	for (i = 0; i < NR_KINDS; i++) {
		dev = current_device(&emu_kinds[i]);
		if (!dev)
			continue;
		emu_workers_stop(dev);
		emu_device_lock(dev);
		is_unused = !dev->open_channels;
		emu_device_unlock(dev);
		if (is_unused) {
			devices[i] = dev->orphan;
			free_device(dev);
		}
	}
	pthread_mutex_unlock(&registry_lock);
}
