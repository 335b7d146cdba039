/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include "emu_worker.h"

/*
 * An idle thread looks for this long before it sleeps, some microseconds: as
 * long as it takes an application to send the next request.
 */
#define SPINS	200

static void relax(void)
{
#if defined(__aarch64__)
	__asm__ __volatile__("yield" ::: "memory");
#elif defined(__x86_64__)
	__builtin_ia32_pause();
#endif
}

static void task_done(struct emu_device *dev, struct emu_channel *chan)
{
	chan->running--;
	if (dev->closers)
		pthread_cond_broadcast(&dev->idle);
}

/* Locked; a fetched task is run without the lock. */
static bool run_one(struct emu_device *dev, struct hisi_qm_model_worker *worker,
		    unsigned int func, unsigned int qn, bool is_thread)
{
	struct hisi_qm_model_task task;
	struct emu_channel *chan;

	if (!hisi_qm_model_fetch(dev->model, func, qn, &task))
		return false;
	if (dev->ready)
		dev->ready--;
	chan = dev->channels[task.qn];
	chan->running++;
	dev->looking -= is_thread;
	emu_device_unlock(dev);
	hisi_qm_model_run(worker, &task);
	emu_device_lock(dev);
	/* Before the next request of the queue can make the model kick. */
	dev->looking += is_thread;
	hisi_qm_model_complete(dev->model, &task);
	emu_device_pump(dev);
	task_done(dev, chan);
	return true;
}

/* Return: true if it is worth to fetch again. Locked; unlocks meanwhile. */
static bool spin(struct emu_device *dev)
{
	uint32_t kicks = dev->kicks;
	unsigned int i;

	emu_device_unlock(dev);
	for (i = 0; i < SPINS; i++) {
		if (__atomic_load_n(&dev->kicks, __ATOMIC_RELAXED) != kicks)
			break;
		relax();
	}
	emu_device_lock(dev);
	return dev->kicks != kicks || dev->is_stopping;
}

static void sleep_until_woken(struct emu_device *dev)
{
	dev->looking--;
	dev->sleeping++;
	while (!dev->tokens && !dev->is_stopping)
		pthread_cond_wait(&dev->wake, &dev->lock);
	if (dev->tokens) {
		/* Whoever gave it has counted this thread as looking. */
		dev->tokens--;
	} else {
		dev->sleeping--;
		dev->looking++;
	}
}

static struct hisi_qm_model_worker *own_worker(struct emu_device *dev)
{
	unsigned int i;

	for (i = 0; i < dev->nr_threads; i++)
		if (pthread_equal(dev->threads[i], pthread_self()))
			break;
	return dev->workers[i];
}

static void *thread_main(void *arg)
{
	struct emu_device *dev = arg;
	struct hisi_qm_model_worker *worker;

	emu_device_lock(dev);
	worker = own_worker(dev);
	dev->looking++;
	while (!dev->is_stopping) {
		if (run_one(dev, worker, HISI_QM_MODEL_ANY, HISI_QM_MODEL_ANY,
			    true))
			continue;
		dev->ready = 0;
		if (!spin(dev))
			sleep_until_woken(dev);
	}
	dev->looking--;
	emu_device_unlock(dev);
	return NULL;
}

/* As many as there are processors that this process may use. */
static unsigned int count_threads(void)
{
	cpu_set_t set;
	long n;

	if (!sched_getaffinity(0, sizeof(set), &set))
		n = CPU_COUNT(&set);
	else
		n = sysconf(_SC_NPROCESSORS_ONLN);
	if (n < 1)
		return 1;
	return n < EMU_MAX_THREADS ? n : EMU_MAX_THREADS;
}

static int start_thread(struct emu_device *dev)
{
	unsigned int i = dev->nr_threads;
	int ret;

	ret = hisi_qm_model_worker_create(dev->model, &dev->workers[i]);
	if (ret)
		return ret;
	ret = -pthread_create(&dev->threads[i], NULL, thread_main, dev);
	if (ret) {
		hisi_qm_model_worker_destroy(dev->workers[i]);
		return ret;
	}
	pthread_setname_np(dev->threads[i], "wd-emu");
	dev->nr_threads++;
	return 0;
}

int emu_workers_start(struct emu_device *dev)
{
	unsigned int wanted = count_threads();
	sigset_t all, old;
	int ret = 0;

	if (dev->nr_threads)
		return 0;
	/* Signals are the application's and so are for its threads. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	while (!ret && dev->nr_threads < wanted)
		ret = start_thread(dev);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return dev->nr_threads ? 0 : ret;
}

void emu_workers_stop(struct emu_device *dev)
{
	unsigned int i;

	emu_device_lock(dev);
	dev->is_stopping = true;
	pthread_cond_broadcast(&dev->wake);
	emu_device_unlock(dev);
	for (i = 0; i < dev->nr_threads; i++)
		pthread_join(dev->threads[i], NULL);
	emu_device_lock(dev);
	for (i = 0; i < dev->nr_threads; i++)
		hisi_qm_model_worker_destroy(dev->workers[i]);
	dev->nr_threads = 0;
	while (dev->nr_helpers) {
		hisi_qm_model_worker_destroy(dev->helpers[--dev->nr_helpers]);
		dev->made_helpers--;
	}
	dev->is_stopping = false;
	emu_device_unlock(dev);
}

static struct hisi_qm_model_worker *take_helper(struct emu_device *dev)
{
	struct hisi_qm_model_worker *worker;

	if (dev->nr_helpers)
		return dev->helpers[--dev->nr_helpers];
	if (dev->made_helpers == EMU_MAX_THREADS ||
	    hisi_qm_model_worker_create(dev->model, &worker))
		return NULL;
	dev->made_helpers++;
	return worker;
}

bool emu_worker_help(struct emu_device *dev, struct emu_channel *chan)
{
	struct hisi_qm_model_worker *worker;
	bool is_done;

	worker = take_helper(dev);
	if (!worker)
		return false;
	is_done = run_one(dev, worker, 0, chan->qp->qn, false);
	dev->helpers[dev->nr_helpers++] = worker;
	return is_done;
}

void emu_worker_wait_idle(struct emu_device *dev, struct emu_channel *chan)
{
	dev->closers++;
	while (chan->running)
		pthread_cond_wait(&dev->idle, &dev->lock);
	dev->closers--;
}
