// SPDX-License-Identifier: GPL-2.0-only
/* Many transforms at once, and what a request costs. */
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "acomp_test.h"

/* More than the device has queues for with its defaults. */
#define WORKERS		40
#define ROUNDS		25
#define BYTES		4096
#define BENCH_REQUESTS	1000

/**
 * struct worker - a thread with a transform of its own
 * @driver: algorithm
 * @seconds: it ends when that is 0; NULL: after ROUNDS rounds
 * @until: with @seconds, end in jiffies
 * @rounds: done
 * @errors: in them
 * @done: it has ended
 * @data: original
 * @packed: compressed
 * @back: decompressed
 */
struct worker {
	const char *driver;
	const unsigned int *seconds;
	unsigned long until;
	unsigned int rounds;
	unsigned int errors;
	struct completion done;
	u8 data[BYTES];
	u8 packed[2 * BYTES];
	u8 back[BYTES];
};

static bool worker_round(struct worker *worker, struct crypto_acomp *tfm)
{
	unsigned int packed = sizeof(worker->packed), back = BYTES;

	fill(worker->data, BYTES, worker->rounds % FILLS);
	memset(worker->back, 0xa5, BYTES);
	return !run_linear(tfm, true, worker->data, BYTES, worker->packed,
			   &packed) &&
	       !run_linear(tfm, false, worker->packed, packed, worker->back,
			   &back) &&
	       back == BYTES && !memcmp(worker->data, worker->back, BYTES);
}

static bool worker_goes_on(struct worker *worker)
{
	if (!worker->seconds)
		return worker->rounds < ROUNDS;
	return READ_ONCE(*worker->seconds) &&
	       time_before(jiffies, worker->until);
}

static int worker_run(void *arg)
{
	struct worker *worker = arg;
	struct crypto_acomp *tfm = crypto_alloc_acomp(worker->driver, 0, 0);

	if (IS_ERR(tfm)) {
		worker->errors++;
	} else {
		/* Once at least: on a slow machine the time may be over by now. */
		do {
			if (!worker_round(worker, tfm))
				worker->errors++;
			worker->rounds++;
		} while (worker_goes_on(worker));
		crypto_free_acomp(tfm);
	}
	complete(&worker->done);
	return 0;
}

static struct worker *worker_start(const char *driver,
				   const unsigned int *seconds)
{
	struct worker *worker = kzalloc(sizeof(*worker), GFP_KERNEL);
	struct task_struct *task;

	if (!worker)
		return NULL;
	worker->driver = driver;
	worker->seconds = seconds;
	if (seconds)
		worker->until = jiffies + *seconds * HZ;
	init_completion(&worker->done);
	task = kthread_run(worker_run, worker, "acomp_test");
	if (IS_ERR(task)) {
		kfree(worker);
		return NULL;
	}
	return worker;
}

void busy_run(const char *driver, const unsigned int *seconds)
{
	unsigned int rounds = 0, errors = 0, started = 0;
	struct worker *workers[WORKERS];

	for (size_t i = 0; i < WORKERS; i++)
		workers[i] = worker_start(driver, seconds);
	for (size_t i = 0; i < WORKERS; i++) {
		if (!workers[i])
			continue;
		wait_for_completion(&workers[i]->done);
		started++;
		rounds += workers[i]->rounds;
		errors += workers[i]->errors;
		kfree(workers[i]);
	}
	point(started == WORKERS && rounds && !errors,
	      "%u transforms at once: %u rounds, %u wrong", started, rounds,
	      errors);
}

static void bench_one(struct crypto_acomp *tfm, const char *name,
		      struct worker *buffers)
{
	unsigned int packed = 0, back;
	u64 start = ktime_get_ns(), middle;

	for (int i = 0; i < BENCH_REQUESTS; i++) {
		packed = sizeof(buffers->packed);
		run_linear(tfm, true, buffers->data, BYTES, buffers->packed,
			   &packed);
	}
	middle = ktime_get_ns();
	for (int i = 0; i < BENCH_REQUESTS; i++) {
		back = BYTES;
		run_linear(tfm, false, buffers->packed, packed, buffers->back,
			   &back);
	}
	note("%s: a page takes %llu ns to compress, %llu ns to decompress", name,
	     (middle - start) / BENCH_REQUESTS,
	     (ktime_get_ns() - middle) / BENCH_REQUESTS);
}

void bench_run(void)
{
	struct worker *buffers = kzalloc(sizeof(*buffers), GFP_KERNEL);

	if (!buffers)
		return;
	fill(buffers->data, BYTES, FILL_TEXT);
	bench_one(tested, "tested", buffers);
	bench_one(reference, "reference", buffers);
	kfree(buffers);
}
