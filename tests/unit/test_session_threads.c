/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Asynchronous requests on the built-in device, whose threads are real. */
#include <pthread.h>

#include "session_async_support.h"

static const uint32_t directions[] = { WD_COMP_COMPRESS, WD_COMP_DECOMPRESS };

static void test_emu_many_requests_of_many_sizes(void **state)
{
	static const size_t sizes[] = { 1, 2, 100, 5000, 70000, 300000 };
	struct wd_comp_session *s;
	struct wd_comp_params params;
	struct ask *asks = calloc(96, sizeof(*asks));
	unsigned int d, i, sent;
	int ret;

	(void)state;
	for (d = 0; d < COUNT_OF(directions); d++) {
		for_each_format(format, f) {
			params = fake_params(directions[d], format);
			params.device = test_device();
			params.queues = 3;
			params.max_in_flight = 20;
			s = session_new(&params);
			for (i = 0; i < 96; i++)
				ask_init(&asks[i], directions[d], format,
					 sizes[i % COUNT_OF(sizes)], i);
			for (sent = 0; sent < 96; sent += ret) {
				ret = asks_submit(s, asks + sent, 96 - sent);
				if (ret == -EAGAIN) {
					assert_true(wd_comp_wait(s, 20000) > 0);
					ret = 0;
				}
				assert_true(ret >= 0);
			}
			while (wd_comp_in_flight(s))
				assert_true(wd_comp_wait(s, 20000) > 0);
			asks_check(asks, 96);
			for (i = 0; i < 96; i++) {
				free(asks[i].plain);
				free(asks[i].packed);
				free(asks[i].req.dst);
			}
			wd_comp_session_free(s);
		}
	}
	free(asks);
}

/* cmocka is for one thread: a thread counts what was wrong. */
struct worker {
	pthread_t thread;
	uint32_t format;
	uint32_t direction;
	unsigned int seed;
	unsigned int failures;
};

#define WORKER_ASKS	8
#define WORKER_LAPS	15

static void count_answer(struct wd_comp_req *req)
{
	((struct ask *)req->user)->answers++;
}

static void work_async(struct worker *w, struct wd_comp_session *s,
		       struct ask *asks)
{
	struct wd_comp_req *reqs[WORKER_ASKS];
	unsigned int i;

	for (i = 0; i < WORKER_ASKS; i++) {
		reqs[i] = &asks[i].req;
		asks[i].answers = 0;
	}
	w->failures += wd_comp_submit(s, reqs, WORKER_ASKS) != WORKER_ASKS;
	while (wd_comp_in_flight(s))
		if (wd_comp_wait(s, 20000) <= 0) {
			w->failures++;
			return;
		}
	for (i = 0; i < WORKER_ASKS; i++)
		w->failures += asks[i].answers != 1 || asks[i].req.result ||
			       asks[i].req.consumed != asks[i].req.src_bytes;
}

static void work_oneshot(struct worker *w, struct wd_comp_session *s,
			 struct ask *ask)
{
	size_t bytes = ask->req.dst_bytes;

	w->failures += wd_comp_oneshot(s, ask->req.src, ask->req.src_bytes,
				       ask->req.dst, &bytes, NULL) != 0;
	ask->req.produced = bytes;
}

static void *work(void *arg)
{
	struct worker *w = arg;
	struct wd_comp_session *s;
	struct wd_comp_params params;
	struct ask asks[WORKER_ASKS];
	unsigned int i, lap;

	params = fake_params(w->direction, w->format);
	params.device = test_device();
	params.queues = 1 + w->seed % 2;
	params.timeout_ms = 60000;
	for (i = 0; i < WORKER_ASKS; i++) {
		ask_init(&asks[i], w->direction, w->format,
			 1000 + 4000 * i + w->seed, w->seed + i);
		asks[i].req.done = count_answer;
	}
	for (lap = 0; lap < WORKER_LAPS; lap++) {
		if (wd_comp_session_alloc(&params, &s)) {
			w->failures++;
			break;
		}
		work_async(w, s, asks);
		work_oneshot(w, s, &asks[lap % WORKER_ASKS]);
		/* Some are still under way. */
		if (lap % 3 == 0)
			wd_comp_submit(s, &(struct wd_comp_req *){
					&asks[lap % WORKER_ASKS].req }, 1);
		wd_comp_session_free(s);
	}
	for (i = 0; i < WORKER_ASKS; i++) {
		if (w->direction == WD_COMP_DECOMPRESS)
			w->failures += memcmp(asks[i].req.dst, asks[i].plain,
					      asks[i].plain_bytes) != 0;
		free(asks[i].plain);
		free(asks[i].packed);
		free(asks[i].req.dst);
	}
	return NULL;
}

static void test_sessions_of_several_threads_are_independent(void **state)
{
	struct worker workers[6];
	unsigned int i;

	(void)state;
	for (i = 0; i < COUNT_OF(workers); i++) {
		workers[i] = (struct worker){
			.format = session_formats[i % 3],
			.direction = directions[i / 3],
			.seed = i,
		};
		assert_int_equal(pthread_create(&workers[i].thread, NULL, work,
						&workers[i]), 0);
	}
	for (i = 0; i < COUNT_OF(workers); i++) {
		assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
		check(!workers[i].failures, "thread %u: %u failures", i,
		      workers[i].failures);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		session_test(test_emu_many_requests_of_many_sizes),
		session_test(test_sessions_of_several_threads_are_independent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
