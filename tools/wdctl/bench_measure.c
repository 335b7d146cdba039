/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Two measurements a point: one block alone, again and again (latency), and
 * many at once (throughput). The first answer is checked: figures of wrong
 * answers are worth nothing.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"

#define MAX_SAMPLES	20000
#define IN_FLIGHT	8	/* a queue */
#define WAIT_MS		5000

/**
 * struct work - of one point
 * @in: what the device is given
 * @out: what it makes of it, IN_FLIGHT * queues times
 * @plain: the uncompressed side, not ours
 * @room: for the answer to one request
 * @nr: requests at once
 */
struct work {
	struct wd_comp_session *session;
	uint8_t *plain;
	uint8_t *in;
	uint8_t *out;
	size_t in_bytes;
	size_t out_bytes;
	size_t room;
	unsigned int nr;
};

static double now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e6 + ts.tv_nsec / 1e3;
}

static int prepare_input(const struct bench *b, const struct point *p,
			 struct work *w)
{
	ssize_t packed;

	if (p->direction == WD_COMP_COMPRESS) {
		w->in = w->plain;
		w->in_bytes = p->bytes;
		return 0;
	}
	w->in = malloc(w->room);
	if (!w->in)
		return -ENOMEM;
	packed = zlib_deflate(b->format, w->plain, p->bytes, w->in, w->room);
	if (packed < 0)
		return packed;
	w->in_bytes = packed;
	return 0;
}

static int prepare(const struct bench *b, const struct point *p, struct work *w)
{
	int ret;

	*w = (struct work){
		.room = wd_comp_bound(p->bytes),
		.nr = IN_FLIGHT * b->queues,
	};
	w->plain = b->data;
	w->out = malloc(w->room * w->nr);
	if (!w->out)
		return -ENOMEM;
	/* Pages that nobody touched yet would count as the device's time. */
	memset(w->out, 0, w->room * w->nr);
	ret = prepare_input(b, p, w);
	if (!ret)
		ret = trial_open(b->device, p->direction, b->format, b->queues,
				 &w->session);
	return ret;
}

static void finish(struct work *w)
{
	wd_comp_session_free(w->session);
	if (w->in != w->plain)
		free(w->in);
	free(w->out);
}

static int check(const struct bench *b, const struct point *p,
		 const struct work *w)
{
	uint8_t *back;
	ssize_t got;

	if (p->direction == WD_COMP_DECOMPRESS)
		return w->out_bytes == p->bytes &&
		       !memcmp(w->out, w->plain, p->bytes) ? 0 : -EBADMSG;
	back = malloc(p->bytes);
	if (!back)
		return -ENOMEM;
	got = zlib_inflate(b->format, w->out, w->out_bytes, back, p->bytes);
	if (got != (ssize_t)p->bytes || memcmp(back, w->plain, p->bytes))
		got = -EBADMSG;
	free(back);
	return got < 0 ? got : 0;
}

static int one(struct work *w)
{
	w->out_bytes = w->room;
	return wd_comp_oneshot(w->session, w->in, w->in_bytes, w->out,
			       &w->out_bytes, NULL);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int latency(const struct bench *b, struct point *p, struct work *w)
{
	double *samples = malloc(MAX_SAMPLES * sizeof(*samples));
	double start = now_us(), before, end = start + b->time_ms * 1e3;
	unsigned int n = 0;
	int ret = 0;

	if (!samples)
		return -ENOMEM;
	do {
		before = now_us();
		ret = one(w);
		samples[n++] = now_us() - before;
	} while (!ret && n < MAX_SAMPLES && (n < 3 || now_us() < end));
	if (!ret) {
		qsort(samples, n, sizeof(*samples), compare);
		p->median_us = samples[n / 2];
		p->p99_us = samples[n - 1 - n / 100];
	}
	free(samples);
	return ret;
}

/**
 * struct flow - many blocks at once
 * @ready: requests that are ours
 * @end: when to stop, microseconds
 * @blocks: answered
 * @error: the first
 */
struct flow {
	struct wd_comp_req **ready;
	unsigned int nr_ready;
	uint64_t blocks;
	int error;
};

static void done(struct wd_comp_req *req)
{
	struct flow *flow = req->user;

	flow->ready[flow->nr_ready++] = req;
	flow->blocks++;
	if (req->result && !flow->error)
		flow->error = req->result;
}

static int keep_busy(struct wd_comp_session *session, struct flow *flow,
		     double end)
{
	int ret;

	while (!flow->error && now_us() < end) {
		ret = 0;
		if (flow->nr_ready) {
			ret = wd_comp_submit(session, flow->ready +
					     flow->nr_ready - 1, 1);
			flow->nr_ready -= ret == 1;
		}
		if (ret != 1 && (!ret || ret == -EAGAIN))
			ret = wd_comp_wait(session, WAIT_MS);
		if (ret < 0)
			return ret;
	}
	while (!flow->error && wd_comp_in_flight(session)) {
		ret = wd_comp_wait(session, WAIT_MS);
		if (ret < 0)
			return ret;
	}
	return flow->error;
}

static void setup(struct work *w, struct flow *flow, struct wd_comp_req *reqs)
{
	for (unsigned int i = 0; i < w->nr; i++) {
		reqs[i].src = w->in;
		reqs[i].src_bytes = w->in_bytes;
		reqs[i].dst = w->out + i * w->room;
		reqs[i].dst_bytes = w->room;
		reqs[i].done = done;
		reqs[i].user = flow;
		flow->ready[flow->nr_ready++] = &reqs[i];
	}
}

/* The session is gone afterwards: requests in flight are on this frame. */
static int throughput(const struct bench *b, struct point *p, struct work *w)
{
	struct wd_comp_req *reqs = calloc(w->nr, sizeof(*reqs));
	struct flow flow = { .ready = calloc(w->nr, sizeof(*flow.ready)) };
	double start;
	int ret = -ENOMEM;

	if (reqs && flow.ready) {
		setup(w, &flow, reqs);
		start = now_us();
		ret = keep_busy(w->session, &flow, start + b->time_ms * 1e3);
		p->mb_s = flow.blocks * (double)p->bytes / (now_us() - start);
	}
	wd_comp_session_free(w->session);
	w->session = NULL;
	free(reqs);
	free(flow.ready);
	return ret;
}

int bench_measure(const struct bench *b, struct point *p)
{
	size_t packed;
	struct work w;
	int ret;

	ret = prepare(b, p, &w);
	if (!ret)
		ret = one(&w);
	if (!ret)
		ret = check(b, p, &w);
	if (!ret) {
		packed = p->direction == WD_COMP_COMPRESS ? w.out_bytes :
			 w.in_bytes;
		p->ratio = (double)p->bytes / packed;
		ret = latency(b, p, &w);
	}
	if (!ret)
		ret = throughput(b, p, &w);
	finish(&w);
	return ret;
}
