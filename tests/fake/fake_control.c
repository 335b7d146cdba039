/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What tests do to the fake devices. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fake.h"
#include "hisi_qm_hw.h"
#include "hisi_zip_model.h"

#define PASID			1
#define DEFAULT_QUEUES		8
#define DEFAULT_DEPTH		1024
#define QP_DEPTH_CAP		((HISI_QM_CAP_QP_DEPTH - HISI_QM_CAP_FIRST) / 4)

static void lock(void)
{
	pthread_mutex_lock(&fake.lock);
}

static void unlock(void)
{
	pthread_mutex_unlock(&fake.lock);
}

static void queue_news(void *arg, struct emu_qp *qp)
{
	struct fake_device *dev = arg;
	struct fake_channel *chan = dev->channels[qp->qn];
	uint64_t one = 1;

	chan->has_news = true;
	if (write(chan->event_fd, &one, sizeof(one)) != sizeof(one))
		abort();
}

static void queue_died(void *arg, struct emu_qp *qp)
{
	struct fake_device *dev = arg;
	uint64_t one = 1;

	if (write(dev->channels[qp->qn]->event_fd, &one, sizeof(one)) !=
	    sizeof(one))
		abort();
}

unsigned int fake_pump(struct fake_device *dev)
{
	unsigned int count = 0, vector;

	while (dev->irqs) {
		vector = __builtin_ctz(dev->irqs);
		dev->irqs &= ~(1U << vector);
		emu_function_irq(dev->func, vector);
		count++;
	}
	return count;
}

void fake_settle(struct fake_device *dev)
{
	if (!dev->holds_irqs)
		fake_pump(dev);
}

unsigned int fake_run(struct fake_device *dev, unsigned int max)
{
	unsigned int done = 0;

	while ((!max || done < max) && hisi_qm_model_step(dev->model)) {
		fake_settle(dev);
		done++;
	}
	return done;
}

static int make_model(struct fake_device *dev)
{
	const struct wd_fake_config *config = &fake.config;
	struct hisi_qm_model_config model_config = {
		.engine = &hisi_zip_model_engine,
		.revision = config->revision,
		.isolation = config->isolation,
		.model_levels = config->model_levels,
	};
	struct hisi_qm_model_host host;

	if (config->revision >= HISI_QM_REV_V3) {
		model_config.queues = config->queues;
		model_config.cap_override = 1U << QP_DEPTH_CAP;
		model_config.cap[QP_DEPTH_CAP] = config->sq_depth << 16 |
						 config->sq_depth;
	}
	fake_host_init(dev, &host);
	return hisi_qm_model_create(&model_config, &host, &dev->model);
}

static int make_device(struct fake_device *dev, unsigned int index)
{
	bool has_pasid = fake.config.mode == WD_MODE_SVA ||
			 fake.config.mode == WD_MODE_PASID;
	struct emu_function_config config = {
		.revision = fake.config.revision,
		.queues = fake.config.queues,
		.depth = fake.config.sq_depth,
		.pasid = has_pasid ? PASID : HISI_QM_MODEL_NO_PASID,
		.use_memfd = true,
		.news = queue_news,
		.died = queue_died,
		.arg = dev,
	};
	int ret;

	memset(dev, 0, sizeof(*dev));
	dev->index = index;
	dev->channels = calloc(fake.config.queues,
			       sizeof(struct fake_channel *));
	if (!dev->channels)
		return -ENOMEM;
	ret = make_model(dev);
	if (ret)
		goto free_channels;
	config.model = dev->model;
	ret = emu_function_probe(&config, &dev->func);
	if (ret)
		goto destroy_model;
	return 0;

destroy_model:
	hisi_qm_model_destroy(dev->model);
free_channels:
	free(dev->channels);
	return ret;
}

static unsigned int free_device(struct fake_device *dev)
{
	unsigned int leaks = 0, qn;

	for (qn = 0; qn < fake.config.queues; qn++)
		if (dev->channels[qn])
			leaks += 1 + fake_channel_free(dev->channels[qn]);
	hisi_qm_model_worker_destroy(dev->worker);
	emu_function_remove(dev->func);
	hisi_qm_model_destroy(dev->model);
	free(dev->channels);
	free(dev->held);
	return leaks;
}

static int set_config(const struct wd_fake_config *config)
{
	struct wd_fake_config *c = &fake.config;

	*c = config ? *config : (struct wd_fake_config){ 0 };
	if (!c->devices)
		c->devices = 1;
	if (!c->revision)
		c->revision = HISI_QM_REV_V3;
	if (!c->queues)
		c->queues = DEFAULT_QUEUES;
	if (!c->sq_depth)
		c->sq_depth = DEFAULT_DEPTH;
	if (!c->algorithms)
		c->algorithms = c->revision < HISI_QM_REV_V3 ?
				"zlib\ngzip" : "zlib\ngzip\ndeflate";
	if (c->devices > WD_FAKE_MAX_DEVICES || c->sq_depth < 2 ||
	    c->sq_depth > HISI_QM_MAX_DEPTH)
		return -EINVAL;
	if (c->isolation && c->revision < HISI_QM_REV_V3)
		return -EINVAL;
	return 0;
}

int wd_fake_start(const struct wd_fake_config *config)
{
	unsigned int i;
	int ret;

	lock();
	ret = fake.is_started ? -EBUSY : set_config(config);
	if (ret)
		goto unlock;
	memset(fake.failures, 0, sizeof(fake.failures));
	memset(fake.calls, 0, sizeof(fake.calls));
	memset(fake.hooks, 0, sizeof(fake.hooks));
	for (i = 0; i < fake.config.devices; i++) {
		ret = make_device(&fake.devices[i], i);
		if (ret)
			goto free_devices;
	}
	fake.is_started = true;
	wd_backend_register(fake.config.mmio ? &fake_mmio_ops : &fake_ops,
			    true);
	unlock();
	return 0;

free_devices:
	while (i--)
		free_device(&fake.devices[i]);
unlock:
	unlock();
	return ret;
}

int wd_fake_stop(void)
{
	unsigned int i, leaks = 0;

	lock();
	if (fake.is_started) {
		wd_backend_register(NULL, false);
		for (i = 0; i < fake.config.devices; i++)
			leaks += free_device(&fake.devices[i]);
		fake.is_started = false;
	}
	unlock();
	return leaks;
}

struct hisi_qm_model *wd_fake_model(unsigned int dev)
{
	return fake.devices[dev].model;
}

unsigned int wd_fake_step(unsigned int dev, unsigned int max)
{
	unsigned int done;

	lock();
	done = fake_run(&fake.devices[dev], max);
	unlock();
	return done;
}

static bool step_one(struct fake_device *dev, unsigned int qn)
{
	struct hisi_qm_model_task task;

	if (!dev->worker &&
	    hisi_qm_model_worker_create(dev->model, &dev->worker))
		return false;
	if (!hisi_qm_model_fetch(dev->model, 0, qn, &task))
		return false;
	hisi_qm_model_run(dev->worker, &task);
	hisi_qm_model_complete(dev->model, &task);
	fake_settle(dev);
	return true;
}

unsigned int wd_fake_step_queue(unsigned int dev, unsigned int qn,
				unsigned int max)
{
	unsigned int done = 0;

	lock();
	while ((!max || done < max) && step_one(&fake.devices[dev], qn))
		done++;
	unlock();
	return done;
}

void wd_fake_hold_irqs(unsigned int dev, bool hold)
{
	lock();
	fake.devices[dev].holds_irqs = hold;
	unlock();
}

unsigned int wd_fake_pump_irqs(unsigned int dev)
{
	unsigned int count;

	lock();
	count = fake_pump(&fake.devices[dev]);
	unlock();
	return count;
}

void wd_fake_set_tx_stop(unsigned int dev, unsigned int qn, uint32_t value)
{
	lock();
	__atomic_store_n(emu_qp_tx_stop(fake_channel_get(dev, qn)->qp), value,
			 __ATOMIC_RELEASE);
	unlock();
}

void wd_fake_set_rx_stop(unsigned int dev, unsigned int qn, uint32_t value)
{
	lock();
	__atomic_store_n(emu_qp_rx_stop(fake_channel_get(dev, qn)->qp), value,
			 __ATOMIC_RELEASE);
	unlock();
}

void wd_fake_kill_queue(unsigned int dev, unsigned int qn)
{
	lock();
	emu_qp_kill(fake_channel_get(dev, qn)->qp);
	unlock();
}

void wd_fake_remove(unsigned int dev)
{
	struct fake_device *device = &fake.devices[dev];
	unsigned int qn;

	lock();
	for (qn = 0; qn < fake.config.queues; qn++)
		if (device->channels[qn])
			emu_qp_kill(device->channels[qn]->qp);
	hisi_qm_model_inject(device->model, HISI_QM_MODEL_FAULT_REMOVED, true,
			     0);
	device->is_removed = true;
	unlock();
}

void wd_fake_isolate(unsigned int dev, bool isolated)
{
	lock();
	fake.devices[dev].is_isolated = isolated;
	unlock();
}

void wd_fake_set_free(unsigned int dev, unsigned int n)
{
	struct fake_device *device = &fake.devices[dev];
	unsigned int count;

	lock();
	count = emu_function_free_queues(device->func);
	device->others = n < count ? count - n : 0;
	unlock();
}

void wd_fake_fail(enum wd_fake_op op, unsigned int nth, int err)
{
	lock();
	fake.failures[op] = (struct fake_failure){ .nth = nth, .err = err };
	unlock();
}

unsigned int wd_fake_calls(enum wd_fake_op op)
{
	unsigned int calls;

	lock();
	calls = fake.calls[op];
	unlock();
	return calls;
}

unsigned int wd_fake_doorbells(unsigned int dev, unsigned int qn,
			       struct wd_fake_doorbell *log, unsigned int max)
{
	const struct fake_channel *chan;
	unsigned int total, count, i;

	lock();
	chan = fake_channel_get(dev, qn);
	total = chan->doorbells;
	count = total < WD_FAKE_DOORBELL_LOG ? total : WD_FAKE_DOORBELL_LOG;
	if (count > max)
		count = max;
	for (i = 0; i < count; i++)
		log[i] = chan->log[(total - count + i) % WD_FAKE_DOORBELL_LOG];
	unlock();
	return total;
}

void wd_fake_hold_doorbells(unsigned int dev, bool hold)
{
	lock();
	fake.devices[dev].holds_doorbells = hold;
	unlock();
}

unsigned int wd_fake_release_doorbells(unsigned int dev, unsigned int n)
{
	struct fake_device *device = &fake.devices[dev];
	unsigned int i;

	lock();
	if (!n || n > device->nr_held)
		n = device->nr_held;
	for (i = 0; i < n; i++)
		fake_ring(device, device->held[i].qn, &device->held[i].bell);
	device->nr_held -= n;
	if (n)
		memmove(device->held, device->held + n,
			device->nr_held * sizeof(*device->held));
	unlock();
	return n;
}

void *wd_fake_mmio(unsigned int dev, unsigned int qn)
{
	struct fake_channel *chan;
	void *mmio;

	lock();
	chan = fake_channel_get(dev, qn);
	mmio = chan ? chan->mmio : NULL;
	unlock();
	return mmio;
}

void wd_fake_mmio_ring(unsigned int dev, unsigned int qn)
{
	struct wd_fake_doorbell bell = {
		.offset = fake.config.revision == HISI_QM_REV_V1 ?
			  HISI_QM_DOORBELL_V1 : HISI_QM_DOORBELL_SQ_CQ,
	};
	struct fake_channel *chan;

	lock();
	chan = fake_channel_get(dev, qn);
	bell.value = __atomic_load_n((uint64_t *)((char *)chan->mmio +
						  bell.offset),
				     __ATOMIC_ACQUIRE);
	fake_ring(chan->dev, qn, &bell);
	unlock();
}

void *wd_fake_dus(unsigned int dev, unsigned int qn, size_t *bytes)
{
	struct fake_channel *chan;
	void *dus = NULL;

	lock();
	chan = fake_channel_get(dev, qn);
	if (chan) {
		dus = chan->qp->dus;
		*bytes = chan->qp->dus_bytes;
	}
	unlock();
	return dus;
}

uint64_t wd_fake_ss_dma(unsigned int dev, const void *addr)
{
	uint64_t dma;

	lock();
	dma = fake_ss_find(&fake.devices[dev], addr);
	unlock();
	return dma;
}

unsigned int wd_fake_open_queues(unsigned int dev)
{
	unsigned int count = 0, qn;

	lock();
	for (qn = 0; qn < fake.config.queues; qn++)
		count += fake.devices[dev].channels[qn] != NULL;
	unlock();
	return count;
}

void wd_fake_hook(enum wd_fake_op op,
		  void (*hook)(void *arg, unsigned int dev, unsigned int qn),
		  void *arg)
{
	lock();
	fake.hooks[op] = (struct fake_hook){ .fn = hook, .arg = arg };
	unlock();
}
