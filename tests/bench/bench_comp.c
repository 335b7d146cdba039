/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A request through a session on a device that completes at once, two flat
 * buffers that the device reaches, in nanoseconds a request:
 *
 *  single     wd_comp_oneshot()
 *  burst16    wd_comp_submit() of 16 and wd_comp_poll() until all called back
 *
 * The device here does the writing of answers within the doorbell call, which
 * "ours" contains and "floor", the ring's, does not.
 */
#include <errno.h>
#include <string.h>

#include <warpdrive/wd_comp.h>

#include "bench.h"
#include "bench_baseline.h"
#include "wd_fake.h"

#define ROUND		1024
#define ROUNDS		BENCH_SAMPLES
#define BURST		16
#define BYTES		4096

static uint8_t src[BYTES], dst[2 * BYTES];
static unsigned int answered;

static void done(struct wd_comp_req *req)
{
	answered += req->result == 0;
}

static void single_round(struct wd_comp_session *session)
{
	size_t bytes;
	int i, ret;

	for (i = 0; i < ROUND; i++) {
		bytes = sizeof(dst);
		ret = wd_comp_oneshot(session, src, BYTES, dst, &bytes, NULL);
		if (ret)
			bench_fail("wd_comp_oneshot", ret);
	}
}

static void burst_round(struct wd_comp_session *session,
			struct wd_comp_req *const *reqs)
{
	unsigned int sent;
	int ret;

	answered = 0;
	for (sent = 0; sent < ROUND; sent += BURST) {
		ret = wd_comp_submit(session, reqs, BURST);
		if (ret != BURST)
			bench_fail("wd_comp_submit", ret);
		while (wd_comp_in_flight(session))
			wd_comp_poll(session, 0);
	}
	if (answered != ROUND)
		bench_fail("wd_comp_poll", -EIO);
}

static void floor_round(struct bench_baseline *floor, struct bench_device *dev,
			unsigned int burst, struct bench_series *series)
{
	uint64_t start;

	bench_device_lap(dev);
	start = bench_now_ns();
	bench_floor_lap(floor, burst);
	bench_add(series, (double)(bench_now_ns() - start) / BENCH_DEPTH);
}

static void print(const char *name, struct bench_series *ours,
		  struct bench_series *floor)
{
	char key[64];

	snprintf(key, sizeof(key), "comp.%s.ours_ns", name);
	bench_print(key, bench_median(ours));
	snprintf(key, sizeof(key), "comp.%s.floor_ns", name);
	bench_print(key, bench_median(floor));
}

static struct wd_comp_session *open_session(void)
{
	struct wd_comp_session *session;
	struct wd_comp_params params;
	int ret;

	wd_comp_params_init(&params, WD_COMP_COMPRESS, WD_COMP_GZIP);
	ret = wd_comp_session_alloc(&params, &session);
	if (ret)
		bench_fail("wd_comp_session_alloc", ret);
	return session;
}

int main(void)
{
	static struct bench_series ours[2], floor[2];
	static struct bench_baseline rings;
	static struct bench_device dev;
	static struct wd_comp_req req[BURST];
	struct wd_comp_req *reqs[BURST];
	struct wd_comp_session *session;
	uint64_t start;
	int i;

	for (i = 0; i < BURST; i++) {
		reqs[i] = &req[i];
		req[i] = (struct wd_comp_req){
			.src = src, .src_bytes = BYTES,
			.dst = dst, .dst_bytes = sizeof(dst), .done = done,
		};
	}
	if (wd_fake_instant_start(NULL))
		bench_fail("wd_fake_instant_start", -EIO);
	bench_baseline_open(&rings, &dev);
	session = open_session();
	for (i = 0; i < ROUNDS; i++) {
		start = bench_now_ns();
		single_round(session);
		bench_add(&ours[0], (double)(bench_now_ns() - start) / ROUND);
		floor_round(&rings, &dev, 1, &floor[0]);
		start = bench_now_ns();
		burst_round(session, reqs);
		bench_add(&ours[1], (double)(bench_now_ns() - start) / ROUND);
		floor_round(&rings, &dev, BURST, &floor[1]);
	}
	print("single", &ours[0], &floor[0]);
	print("burst16", &ours[1], &floor[1]);
	wd_comp_session_free(session);
	return wd_fake_instant_stop();
}
