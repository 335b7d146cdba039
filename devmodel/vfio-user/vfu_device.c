/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "vfu_device.h"
#include "vfu_device_port.h"

struct worker {
	struct vfu_device *dev;
	struct hisi_qm_model_worker *model_worker;
	pthread_t thread;
};

struct vfu_device {
	struct vfu_device_config config;
	struct vfu_loop *loop;
	struct hisi_qm_model *model;
	struct worker workers[VFU_DEVICE_MAX_WORKERS];
	unsigned int nr_workers;

	/*
	 * Protects the model and everything below. Taken before the lock of a
	 * function, a connection or guest memory.
	 */
	pthread_mutex_t lock;
	pthread_cond_t work;		/* a queue is ready, or it is the end */
	pthread_cond_t change;		/* the model is free, a request ended */
	struct vfu_device_port ports[VFU_DEVICE_MAX_FUNCS];
	unsigned int requests_out[VFU_DEVICE_MAX_FUNCS];
	unsigned int total_out;
	unsigned int kicks;		/* not yet passed on to a worker */
	unsigned int resets;		/* waiting for requests to end */
	uint32_t delay_us;
	bool is_waiting;		/* who is in the model waits for memory */
	bool is_behind;			/* the loop has writes to make up for */
	bool is_stopping;
	uint64_t requests;

	atomic_bool is_removed;
	atomic_ullong irqs;
	atomic_ullong irqs_dropped;
	atomic_ullong messages;
};

/* The device whose model this thread is in. */
static _Thread_local struct vfu_device *inside;

void vfu_device_log(const struct vfu_device *dev, enum vfu_log_level level,
		    const char *fmt, ...)
{
	char text[512];
	va_list args;

	if (!dev->config.log)
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	dev->config.log(dev->config.arg, level, text);
}

void vfu_device_trace(const struct vfu_device *dev,
		      const struct vfu_trace *event)
{
	if (dev->config.trace)
		dev->config.trace(dev->config.arg, event);
}

static bool is_loop(const struct vfu_device *dev)
{
	return dev->loop && vfu_loop_is_own_thread(dev->loop);
}

/* Until something has changed. Locked; unlocks meanwhile. */
static void wait_for_change(struct vfu_device *dev)
{
	struct vfu_device *was_inside = inside;

	if (!is_loop(dev)) {
		pthread_cond_wait(&dev->change, &dev->lock);
		return;
	}
	inside = NULL;
	pthread_mutex_unlock(&dev->lock);
	vfu_loop_wait(dev->loop, -1);
	pthread_mutex_lock(&dev->lock);
	inside = was_inside;
}

static void tell_change(struct vfu_device *dev)
{
	pthread_cond_broadcast(&dev->change);
	if (dev->loop && (dev->is_behind || dev->resets))
		vfu_loop_wake(dev->loop);
}

static void enter(struct vfu_device *dev)
{
	bool was_behind;

	pthread_mutex_lock(&dev->lock);
	was_behind = dev->is_behind;
	while (dev->is_waiting) {
		/* The loop wants to be woken, and to be the next. */
		dev->is_behind |= is_loop(dev);
		wait_for_change(dev);
	}
	if (dev->is_behind && !was_behind) {
		dev->is_behind = false;
		pthread_cond_broadcast(&dev->change);
	}
	inside = dev;
}

static void pass_kicks(struct vfu_device *dev, unsigned int own)
{
	unsigned int kicks = dev->kicks;

	dev->kicks = 0;
	kicks -= kicks < own ? kicks : own;
	if (kicks > 1)
		pthread_cond_broadcast(&dev->work);
	else if (kicks)
		pthread_cond_signal(&dev->work);
}

static void leave(struct vfu_device *dev)
{
	pass_kicks(dev, 0);
	inside = NULL;
	pthread_mutex_unlock(&dev->lock);
}

bool vfu_device_wait_begin(struct vfu_device *dev)
{
	if (inside != dev)
		return false;
	dev->is_waiting = true;
	inside = NULL;
	pthread_mutex_unlock(&dev->lock);
	return true;
}

void vfu_device_wait_end(struct vfu_device *dev)
{
	pthread_mutex_lock(&dev->lock);
	inside = dev;
	dev->is_waiting = false;
	tell_change(dev);
}

static int host_read(void *opaque, unsigned int func, uint32_t pasid,
		     uint64_t addr, void *buf, size_t len)
{
	struct vfu_device *dev = opaque;
	const struct vfu_device_port *port = &dev->ports[func];

	(void)pasid;
	return port->dma_read ? port->dma_read(port->arg, addr, buf, len) :
				-EFAULT;
}

static int host_write(void *opaque, unsigned int func, uint32_t pasid,
		      uint64_t addr, const void *buf, size_t len)
{
	struct vfu_device *dev = opaque;
	const struct vfu_device_port *port = &dev->ports[func];

	(void)pasid;
	return port->dma_write ? port->dma_write(port->arg, addr, buf, len) :
				 -EFAULT;
}

static void host_raise_irq(void *opaque, unsigned int func,
			   unsigned int vector)
{
	struct vfu_device *dev = opaque;
	const struct vfu_device_port *port = &dev->ports[func];

	if (port->raise_irq)
		port->raise_irq(port->arg, vector);
	else
		vfu_device_count_irq(dev, true);
}

static void host_kick(void *opaque, unsigned int func, unsigned int qn)
{
	struct vfu_device *dev = opaque;

	(void)func;
	(void)qn;
	dev->kicks++;
}

static void host_log(void *opaque, enum hisi_qm_model_log_level level,
		     const char *text)
{
	struct vfu_device *dev = opaque;

	if (level == HISI_QM_MODEL_LOG_GUEST_ERROR)
		vfu_device_log(dev, VFU_LOG_GUEST_ERROR, "%s", text);
	else if (level == HISI_QM_MODEL_LOG_EVENT)
		vfu_device_log(dev, VFU_LOG_INFO, "%s", text);
}

/* A reset need not see the end of it. Locked; unlocks meanwhile. */
static void be_slow(struct vfu_device *dev)
{
	struct timespec until;

	if (!dev->delay_us)
		return;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += dev->delay_us % 1000000 * 1000L;
	until.tv_sec += dev->delay_us / 1000000 + until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	while (!dev->resets && !dev->is_stopping && dev->delay_us)
		if (pthread_cond_timedwait(&dev->change, &dev->lock, &until))
			break;
}

static bool may_begin(const struct vfu_device *dev)
{
	return !dev->is_waiting && !dev->is_behind && !dev->resets;
}

/* Locked; the request is carried out without the lock. */
static void carry_out(struct vfu_device *dev, struct worker *worker,
		      struct hisi_qm_model_task *task)
{
	dev->requests_out[task->func]++;
	dev->total_out++;
	leave(dev);
	hisi_qm_model_run(worker->model_worker, task);
	pthread_mutex_lock(&dev->lock);
	be_slow(dev);
	while (dev->is_waiting)
		pthread_cond_wait(&dev->change, &dev->lock);
	inside = dev;
	hisi_qm_model_complete(dev->model, task);
	inside = NULL;
	dev->requests_out[task->func]--;
	dev->total_out--;
	dev->requests++;
	if (dev->resets)
		tell_change(dev);
}

static void *worker_main(void *arg)
{
	struct hisi_qm_model_task task;
	struct worker *worker = arg;
	struct vfu_device *dev = worker->dev;
	bool is_found;

	pthread_mutex_lock(&dev->lock);
	while (!dev->is_stopping) {
		if (!may_begin(dev)) {
			pthread_cond_wait(&dev->change, &dev->lock);
			continue;
		}
		inside = dev;
		is_found = hisi_qm_model_fetch(dev->model, HISI_QM_MODEL_ANY,
					       HISI_QM_MODEL_ANY, &task);
		if (is_found)
			carry_out(dev, worker, &task);
		inside = NULL;
		/* One of what has become ready is this thread's. */
		pass_kicks(dev, is_found);
		if (!is_found && may_begin(dev) && !dev->is_stopping)
			pthread_cond_wait(&dev->work, &dev->lock);
	}
	pthread_mutex_unlock(&dev->lock);
	return NULL;
}

static int start_worker(struct vfu_device *dev)
{
	struct worker *worker = &dev->workers[dev->nr_workers];
	int ret;

	worker->dev = dev;
	ret = hisi_qm_model_worker_create(dev->model, &worker->model_worker);
	if (ret)
		return ret;
	ret = -pthread_create(&worker->thread, NULL, worker_main, worker);
	if (ret) {
		hisi_qm_model_worker_destroy(worker->model_worker);
		return ret;
	}
	dev->nr_workers++;
	return 0;
}

/* Signals are for the loop's thread. */
static int start_workers(struct vfu_device *dev, unsigned int wanted)
{
	sigset_t all, old;
	int ret = 0;

	sigfillset(&all);
	/* Caused by the thread itself, and handled there. */
	sigdelset(&all, SIGBUS);
	sigdelset(&all, SIGSEGV);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	while (!ret && dev->nr_workers < wanted)
		ret = start_worker(dev);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return ret;
}

static void stop_workers(struct vfu_device *dev)
{
	unsigned int i;

	pthread_mutex_lock(&dev->lock);
	dev->is_stopping = true;
	pthread_cond_broadcast(&dev->work);
	pthread_cond_broadcast(&dev->change);
	pthread_mutex_unlock(&dev->lock);
	for (i = 0; i < dev->nr_workers; i++) {
		pthread_join(dev->workers[i].thread, NULL);
		hisi_qm_model_worker_destroy(dev->workers[i].model_worker);
	}
	dev->nr_workers = 0;
}

static void init_locks(struct vfu_device *dev)
{
	pthread_condattr_t attr;

	pthread_mutex_init(&dev->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&dev->work, &attr);
	pthread_cond_init(&dev->change, &attr);
	pthread_condattr_destroy(&attr);
}

static int create_model(struct vfu_device *dev)
{
	const struct hisi_qm_model_host host = {
		.opaque = dev,
		.dma_read = host_read,
		.dma_write = host_write,
		.raise_irq = host_raise_irq,
		.kick = host_kick,
		.log = host_log,
	};

	return hisi_qm_model_create(&dev->config.model, &host, &dev->model);
}

static unsigned int count_workers(const struct vfu_device_config *config)
{
	long n = config->workers;

	if (!n)
		n = sysconf(_SC_NPROCESSORS_ONLN);
	if (n < 1)
		return 1;
	return n < VFU_DEVICE_MAX_WORKERS ? (unsigned int)n :
					    VFU_DEVICE_MAX_WORKERS;
}

int vfu_device_create(const struct vfu_device_config *config,
		      struct vfu_device **dev)
{
	struct vfu_device *new;
	int ret;

	if (config->workers > VFU_DEVICE_MAX_WORKERS ||
	    config->model.vfs >= VFU_DEVICE_MAX_FUNCS)
		return -EINVAL;
	new = calloc(1, sizeof(*new));
	if (!new)
		return -ENOMEM;
	new->config = *config;
	init_locks(new);
	ret = create_model(new);
	if (!ret)
		ret = start_workers(new, count_workers(config));
	if (ret) {
		vfu_device_destroy(new);
		return ret;
	}
	*dev = new;
	return 0;
}

void vfu_device_destroy(struct vfu_device *dev)
{
	if (!dev)
		return;
	stop_workers(dev);
	hisi_qm_model_destroy(dev->model);
	pthread_cond_destroy(&dev->change);
	pthread_cond_destroy(&dev->work);
	pthread_mutex_destroy(&dev->lock);
	free(dev);
}

void vfu_device_set_port(struct vfu_device *dev, unsigned int func,
			 const struct vfu_device_port *port)
{
	enter(dev);
	dev->ports[func] = port ? *port : (struct vfu_device_port){ 0 };
	leave(dev);
}

void vfu_device_set_loop(struct vfu_device *dev, struct vfu_loop *loop)
{
	pthread_mutex_lock(&dev->lock);
	dev->loop = loop;
	pthread_mutex_unlock(&dev->lock);
}

const struct hisi_qm_model_config *
vfu_device_model_config(const struct vfu_device *dev)
{
	return &dev->config.model;
}

struct hisi_qm_model *vfu_device_model(struct vfu_device *dev)
{
	return dev->model;
}

static void trace_access(const struct vfu_device *dev,
			 enum vfu_trace_type type, unsigned int func,
			 unsigned int bar, uint64_t offset, const void *data,
			 unsigned int bytes)
{
	const struct vfu_trace event = {
		.type = type,
		.func = func,
		.bar = bar,
		.offset = offset,
		.bytes = bytes,
		.data = data,
	};

	vfu_device_trace(dev, &event);
}

/* Also while somebody in the model waits for memory: see hisi_qm_model.h. */
void vfu_device_mmio_read(struct vfu_device *dev, unsigned int func,
			  unsigned int bar, uint64_t offset, void *buf,
			  unsigned int bytes)
{
	pthread_mutex_lock(&dev->lock);
	hisi_qm_model_mmio_read(dev->model, func, bar, offset, buf, bytes);
	if (dev->config.trace)
		trace_access(dev, VFU_TRACE_READ, func, bar, offset, buf,
			     bytes);
	pthread_mutex_unlock(&dev->lock);
}

/* Locked, with the model free. */
static void write_locked(struct vfu_device *dev, unsigned int func,
			 unsigned int bar, uint64_t offset, const void *buf,
			 unsigned int bytes)
{
	if (dev->config.trace)
		trace_access(dev, VFU_TRACE_WRITE, func, bar, offset, buf,
			     bytes);
	hisi_qm_model_mmio_write(dev->model, func, bar, offset, buf, bytes);
}

void vfu_device_mmio_write(struct vfu_device *dev, unsigned int func,
			   unsigned int bar, uint64_t offset, const void *buf,
			   unsigned int bytes)
{
	enter(dev);
	write_locked(dev, func, bar, offset, buf, bytes);
	leave(dev);
}

bool vfu_device_try_write(struct vfu_device *dev, unsigned int func,
			  unsigned int bar, uint64_t offset, const void *buf,
			  unsigned int bytes)
{
	bool is_free;

	pthread_mutex_lock(&dev->lock);
	is_free = !dev->is_waiting;
	if (!is_free) {
		dev->is_behind = true;
		pthread_mutex_unlock(&dev->lock);
		return false;
	}
	inside = dev;
	write_locked(dev, func, bar, offset, buf, bytes);
	leave(dev);
	return true;
}

void vfu_device_caught_up(struct vfu_device *dev)
{
	pthread_mutex_lock(&dev->lock);
	if (dev->is_behind) {
		dev->is_behind = false;
		pthread_cond_broadcast(&dev->change);
	}
	pthread_mutex_unlock(&dev->lock);
}

/* Entered. New requests do not begin meanwhile. */
static void wait_for_requests(struct vfu_device *dev, const unsigned int *out)
{
	dev->resets++;
	/* Who is slow on purpose stops being so. */
	pthread_cond_broadcast(&dev->change);
	while (*out || dev->is_waiting)
		wait_for_change(dev);
	inside = dev;
	dev->resets--;
	pthread_cond_broadcast(&dev->change);
}

void vfu_device_flr(struct vfu_device *dev, unsigned int func)
{
	const struct vfu_trace event = {
		.type = VFU_TRACE_FLR,
		.func = func,
	};

	enter(dev);
	wait_for_requests(dev, &dev->requests_out[func]);
	vfu_device_trace(dev, &event);
	hisi_qm_model_flr(dev->model, func);
	leave(dev);
}

void vfu_device_reset(struct vfu_device *dev)
{
	const struct vfu_trace event = { .type = VFU_TRACE_RESET };

	enter(dev);
	wait_for_requests(dev, &dev->total_out);
	vfu_device_trace(dev, &event);
	hisi_qm_model_reset(dev->model);
	leave(dev);
}

int vfu_device_inject(struct vfu_device *dev, enum hisi_qm_model_fault fault,
		      bool on, uint32_t arg)
{
	int ret;

	enter(dev);
	ret = hisi_qm_model_inject(dev->model, fault, on, arg);
	if (!ret && fault == HISI_QM_MODEL_FAULT_REMOVED)
		atomic_store(&dev->is_removed, on);
	leave(dev);
	return ret;
}

bool vfu_device_is_removed(const struct vfu_device *dev)
{
	return atomic_load(&dev->is_removed);
}

void vfu_device_set_delay_us(struct vfu_device *dev, uint32_t us)
{
	pthread_mutex_lock(&dev->lock);
	dev->delay_us = us;
	pthread_cond_broadcast(&dev->change);
	pthread_mutex_unlock(&dev->lock);
}

void vfu_device_dump(struct vfu_device *dev,
		     void (*emit)(void *arg, const char *line), void *arg)
{
	enter(dev);
	hisi_qm_model_dump(dev->model, emit, arg);
	leave(dev);
}

void vfu_device_get_stats(struct vfu_device *dev,
			  struct vfu_device_stats *stats)
{
	pthread_mutex_lock(&dev->lock);
	stats->requests = dev->requests;
	stats->requests_out = dev->total_out;
	pthread_mutex_unlock(&dev->lock);
	stats->irqs = atomic_load(&dev->irqs);
	stats->irqs_dropped = atomic_load(&dev->irqs_dropped);
	stats->dma_messages = atomic_load(&dev->messages);
}

void vfu_device_count_irq(struct vfu_device *dev, bool is_dropped)
{
	atomic_fetch_add(is_dropped ? &dev->irqs_dropped : &dev->irqs, 1);
}

void vfu_device_count_message(struct vfu_device *dev)
{
	atomic_fetch_add(&dev->messages, 1);
}
