/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Send and receive of a request on a device that completes at once, in
 * nanoseconds a request:
 *
 *  ours   wd_send/wd_recv, or the burst calls, with struct wd_comp_msg
 *  floor, usual  see bench_baseline.h
 *
 * The three take turns, a lap of the ring each; medians over the laps.
 */
#include <errno.h>
#include <string.h>

#include <warpdrive/wd_comp.h>

#include "bench.h"
#include "bench_baseline.h"
#include "bench_device.h"
#include "wd_queue_private.h"

#define LAPS		(BENCH_SAMPLES * 4)

static struct wd_comp_msg msgs[BENCH_BURST_MAX];
static uint8_t buffer[64];

/* Not inlined: callgrind is told to count in here. */
static __attribute__((noinline)) void ours_lap(struct wd_queue *q, unsigned int burst)
{
	void *reqs[BENCH_BURST_MAX], *back[BENCH_BURST_MAX];
	unsigned int i, done;

	for (i = 0; i < burst; i++)
		reqs[i] = &msgs[i];
	for (done = 0; done < BENCH_DEPTH; done += burst) {
		if (burst == 1) {
			if (wd_send(q, reqs[0]) || wd_recv(q, back))
				bench_fail("single", -EIO);
		} else if (wd_send_burst(q, reqs, burst) != (int)burst ||
			   wd_recv_burst(q, back, burst) != (int)burst) {
			bench_fail("burst", -EIO);
		}
	}
}

struct variants {
	struct wd_queue *q;
	struct bench_device *dev;
	struct bench_baseline floor;
	struct bench_device floor_dev;
	struct bench_baseline usual;
	struct bench_device usual_dev;
};

static void print_case(const char *name, struct bench_series series[3],
		       uint64_t sq_doorbells, uint64_t cq_doorbells,
		       unsigned int burst)
{
	static const char *const variant[] = { "ours", "floor", "usual" };
	double bursts = (double)LAPS * BENCH_DEPTH / burst;
	char key[64];
	int i;

	for (i = 0; i < 3; i++) {
		snprintf(key, sizeof(key), "ring.%s.%s_ns", name, variant[i]);
		bench_print(key, bench_median(&series[i]));
	}
	snprintf(key, sizeof(key), "ring.%s.sq_doorbells", name);
	bench_print(key, sq_doorbells / bursts);
	snprintf(key, sizeof(key), "ring.%s.cq_doorbells", name);
	bench_print(key, cq_doorbells / bursts);
}

static void run_case(struct variants *v, const char *name, unsigned int burst)
{
	static struct bench_series series[3];
	struct wd_queue_info before, after;
	uint64_t start;
	int lap, i;

	memset(series, 0, sizeof(series));
	wd_queue_get_info(v->q, &before);
	for (lap = 0; lap < LAPS; lap++) {
		for (i = 0; i < 3; i++) {
			bench_device_lap(i == 0 ? v->dev : i == 1 ?
					 &v->floor_dev : &v->usual_dev);
			start = bench_now_ns();
			if (i == 0)
				ours_lap(v->q, burst);
			else if (i == 1)
				bench_floor_lap(&v->floor, burst);
			else
				bench_usual_lap(&v->usual, burst);
			/* Each sample of the series is one lap of four. */
			if (lap % 4 == 3)
				bench_add(&series[i], (double)(bench_now_ns() -
					  start) / BENCH_DEPTH);
		}
	}
	wd_queue_get_info(v->q, &after);
	print_case(name, series, after.sq_doorbells - before.sq_doorbells,
		   after.cq_doorbells - before.cq_doorbells, burst);
}

/* One lap in bursts of a given size, for counting instructions. */
static int count_lap(struct wd_queue *q, struct bench_device *dev,
		     const char *burst)
{
	bench_device_lap(dev);
	ours_lap(q, atoi(burst));
	wd_release_queue(q);
	return 0;
}

int main(int argc, char **argv)
{
	static struct bench_device dev;
	static struct variants v = { .dev = &dev };
	struct wd_queue q = {
		.algorithm = "gzip",
		.numa_node = WD_NUMA_ANY,
	};
	unsigned int i;
	int ret;

	for (i = 0; i < BENCH_BURST_MAX; i++)
		msgs[i] = (struct wd_comp_msg){
			.src = buffer, .dst = buffer,
			.src_bytes = sizeof(buffer), .dst_bytes = sizeof(buffer),
			.format = WD_COMP_GZIP,
			.window = WD_COMP_WINDOW_32K,
		};
	bench_device_register(&dev);
	ret = wd_request_queue(&q);
	if (ret)
		bench_fail("wd_request_queue", ret);
	if (argc > 1)
		return count_lap(&q, &dev, argv[1]);
	v.q = &q;
	bench_baseline_open(&v.floor, &v.floor_dev);
	bench_baseline_open(&v.usual, &v.usual_dev);
	run_case(&v, "single", 1);
	run_case(&v, "burst16", 16);
	run_case(&v, "burst64", BENCH_BURST_MAX);
	wd_release_queue(&q);
	return 0;
}
