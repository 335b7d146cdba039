/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a queue of the built-in device costs: requesting and releasing it, and
 * the memory that stays resident for it beside its ring region.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <warpdrive/wd_comp.h>

#include "bench.h"

#define QUEUES	64

static void request(struct wd_queue *q)
{
	int ret;

	memset(q, 0, sizeof(*q));
	q->algorithm = "gzip";
	q->device = WD_DEVICE_EMU;
	q->numa_node = WD_NUMA_ANY;
	ret = wd_request_queue(q);
	if (ret)
		bench_fail("wd_request_queue", ret);
}

static long resident_bytes(void)
{
	long pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (!f || fscanf(f, "%*d %ld", &pages) != 1)
		bench_fail("/proc/self/statm", -EIO);
	fclose(f);
	return pages * sysconf(_SC_PAGESIZE);
}

static void measure_open(void)
{
	static struct bench_series series;
	struct wd_queue q;
	uint64_t start;
	int i;

	for (i = 0; i < BENCH_SAMPLES; i++) {
		start = bench_now_ns();
		request(&q);
		wd_release_queue(&q);
		bench_add(&series, (bench_now_ns() - start) / 1000.0);
	}
	bench_print("queue.open_us", bench_median(&series));
}

/*
 * Includes whatever part of the ring regions was touched, so it is rather too
 * much than too little.
 */
static void measure_memory(void)
{
	static struct wd_queue queues[QUEUES];
	long before;
	int i;

	before = resident_bytes();
	for (i = 0; i < QUEUES; i++)
		request(&queues[i]);
	bench_print("queue.rss_bytes",
		    (double)(resident_bytes() - before) / QUEUES);
	for (i = 0; i < QUEUES; i++)
		wd_release_queue(&queues[i]);
}

int main(void)
{
	struct wd_queue keep;

	/* The device itself is made with its first queue. */
	request(&keep);
	measure_open();
	measure_memory();
	wd_release_queue(&keep);
	return 0;
}
