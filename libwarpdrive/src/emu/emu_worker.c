/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The device's own threads take requests of any queue. A thread of the
 * application that waits takes those of its queue.
 *
 * A queue with one short request at a time, each of them waited for, is best
 * served by the waiting thread alone: to wake another one, and to be woken by it
 * again, takes longer than the request. Once such a queue is known, its doorbell
 * wakes nobody. In case nobody waits this time, one of the threads keeps an eye
 * on the device as long as there are such queues: it sleeps for moments only,
 * and a request that is still there after one is its own.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "emu_worker.h"

/*
 * An idle thread looks for this long before it sleeps, some microseconds: as
 * long as it takes an application to send the next request.
 */
#define SPINS	200

/* From when on a queue is taken for such a one, and up to which task. */
#define STREAK		16
#define SHORT_TASK_NS	50000

/* How long a deferred request waits if nobody waits for it. */
#define WATCH_NS	2000000

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
	int64_t start;

	if (!hisi_qm_model_fetch(dev->model, func, qn, &task))
		return false;
	chan = dev->channels[task.qn];
	if (dev->deferred == chan)
		dev->deferred = NULL;
	else if (dev->ready)
		dev->ready--;
	chan->running++;
	dev->looking -= is_thread;
	emu_device_unlock(dev);
	start = emu_now_ns();
	hisi_qm_model_run(worker, &task);
	start = emu_now_ns() - start;
	emu_device_lock(dev);
	chan->task_ns = start;
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

/* Sleep, for a moment at most. Return: true if it was woken before. */
static bool doze(struct emu_device *dev)
{
	int64_t until = emu_now_ns() + WATCH_NS;
	struct timespec ts = { until / 1000000000, until % 1000000000 };

	while (!dev->tokens && !dev->is_stopping)
		if (pthread_cond_timedwait(&dev->wake, &dev->lock, &ts))
			return false;
	return true;
}

/* Return: true if nobody waits for a deferred request. */
static bool watch(struct emu_device *dev)
{
	bool is_forgotten = false;

	dev->is_watched = true;
	while (dev->wants_watch && !is_forgotten) {
		dev->wants_watch = false;
		if (doze(dev))
			break;
		is_forgotten = dev->deferred;
	}
	dev->is_watched = false;
	if (is_forgotten)
		dev->deferred->streak = 0;
	return is_forgotten;
}

static void sleep_until_woken(struct emu_device *dev)
{
	bool is_over = false;

	dev->looking--;
	dev->sleeping++;
	if (dev->wants_watch && !dev->is_watched)
		is_over = watch(dev);
	while (!is_over && !dev->tokens && !dev->is_stopping)
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

void emu_worker_awaited(struct emu_device *dev, struct emu_channel *chan)
{
	if (!chan->is_unawaited)
		return;
	chan->is_unawaited = false;
	if (chan->streak < STREAK)
		chan->streak++;
	else
		dev->wants_watch = true;
}

void emu_worker_ring(struct emu_device *dev, struct emu_channel *chan,
		     uint32_t offset, uint64_t value)
{
	dev->is_quiet = dev->is_watched && !dev->deferred &&
			chan->streak == STREAK &&
			chan->task_ns < SHORT_TASK_NS;
	emu_qp_doorbell(chan->qp, offset, value);
	dev->is_quiet = false;
}

void emu_worker_wait_idle(struct emu_device *dev, struct emu_channel *chan)
{
	if (dev->deferred == chan)
		dev->deferred = NULL;
	dev->closers++;
	while (chan->running)
		pthread_cond_wait(&dev->idle, &dev->lock);
	dev->closers--;
}
