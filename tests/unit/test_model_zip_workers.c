/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Two workers on one ZIP engine: prepare and finish are serialised, run is not.
 * For ThreadSanitizer as much as for the results.
 */
#include <pthread.h>

#include "model_zip_support.h"

#define ROUNDS		30
#define BYTES		60000u
#define PIECE		7000u

/* A thread's own part of memory, from the places in model_zip_support.h. */
#define PART		0x100000u

struct side {
	struct zt *t;
	pthread_mutex_t *lock;
	uint32_t part;
	void *worker;
};

static struct hisi_zip_sqe run_locked(struct side *s, const struct zt_req *req)
{
	struct hisi_qm_model_task task;
	struct hisi_zip_sqe sqe;

	pthread_mutex_lock(s->lock);
	zt_begin(s->t, &task, req);
	pthread_mutex_unlock(s->lock);
	hisi_zip_model_engine.run(s->worker, &task);
	pthread_mutex_lock(s->lock);
	hisi_zip_model_engine.finish(s->t->engine, &task, false);
	pthread_mutex_unlock(s->lock);
	memcpy(&sqe, task.sqe, sizeof(sqe));
	return sqe;
}

static uint32_t compress_pieces(struct side *s, uint32_t dw9)
{
	struct zt_req req = { .dw9 = dw9, .ctx = CTX_AT + s->part / 16 };
	struct hisi_zip_sqe sqe;
	uint32_t in, out = 0;

	for (in = 0; in < BYTES; in += req.src_len) {
		req.src_len = BYTES - in < PIECE ? BYTES - in : PIECE;
		req.dw7 = in ? DW7_MIDDLE : DW7_FIRST;
		if (in + req.src_len == BYTES)
			req.dw7 |= DW7_LAST;
		req.src = SRC_AT + s->part + in;
		req.dst = DST_AT + s->part + out;
		req.dst_len = 2 * PIECE;
		req.prev = in ? &sqe : NULL;
		sqe = run_locked(s, &req);
		assert_int_equal(sqe.dw3, 0);
		out += sqe.produced;
	}
	return out;
}

static void decompress_pieces(struct side *s, uint32_t dw9, uint32_t len)
{
	struct zt_req req = {
		.alg = 1, .dw7 = DW7_FIRST, .dw9 = dw9,
		.ctx = CTX_AT + s->part / 16, .dst_len = 3 * PIECE,
	};
	uint32_t in = 0, out = 0;
	struct hisi_zip_sqe sqe;

	do {
		req.src = DST_AT + s->part + in;
		req.src_len = len - in < 1000 ? len - in : 1000;
		req.dst = BACK_AT + s->part + out;
		sqe = run_locked(s, &req);
		req.dw7 = DW7_MIDDLE;
		req.prev = &sqe;
		in += sqe.consumed;
		out += sqe.produced;
	} while (!sqe.dw3);
	assert_int_equal(sqe.dw3, 0x113);
	assert_int_equal(out, BYTES);
}

static void *work(void *arg)
{
	struct side *s = arg;
	uint32_t dw9, len;
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		dw9 = DW9_DEFLATE + i % 3 + DW9_LEVEL(1 + i % 8);
		zt_make(s->t->ram + SRC_AT + s->part, BYTES, i % ZT_DATAS, i);
		len = compress_pieces(s, dw9);
		decompress_pieces(s, dw9, len);
		assert_memory_equal(s->t->ram + SRC_AT + s->part,
				    s->t->ram + BACK_AT + s->part, BYTES);
	}
	return NULL;
}

static void test_two_workers_do_not_disturb_each_other(void **state)
{
	struct zt *t = *state;
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	struct side sides[2];
	pthread_t threads[2];
	unsigned int i;

	for (i = 0; i < 2; i++) {
		sides[i] = (struct side) {
			.t = t, .lock = &lock, .part = PART * i,
		};
		assert_int_equal(hisi_zip_model_engine.worker_create(t->engine,
						&sides[i].worker), 0);
	}
	for (i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, work,
						&sides[i]), 0);
	for (i = 0; i < 2; i++) {
		pthread_join(threads[i], NULL);
		hisi_zip_model_engine.worker_destroy(sides[i].worker);
	}
}

/* A stream may go from one worker to another between its requests. */
static void test_stream_changes_workers(void **state)
{
	struct zt *t = *state;
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	struct side s = { .t = t, .lock = &lock };
	struct zt_req req = {
		.alg = 1, .dw7 = DW7_FIRST, .dw9 = DW9_ZLIB, .ctx = CTX_AT,
		.dst_len = 40000,
	};
	struct hisi_zip_sqe sqe;
	uint32_t len, in = 0, out = 0;
	void *other;

	assert_int_equal(hisi_zip_model_engine.worker_create(t->engine,
							     &other), 0);
	zt_make(t->ram + SRC_AT, BYTES, ZT_TEXT, 1);
	len = zt_encode(DW9_ZLIB, 6, Z_DEFAULT_STRATEGY, t->ram + SRC_AT,
			BYTES, t->ram + DST_AT, 0x100000);
	do {
		s.worker = s.worker == other ? t->worker : other;
		req.src = DST_AT + in;
		req.src_len = len - in < 300 ? len - in : 300;
		req.dst = BACK_AT + out;
		sqe = run_locked(&s, &req);
		req.dw7 = DW7_MIDDLE;
		req.prev = &sqe;
		in += sqe.consumed;
		out += sqe.produced;
	} while (!sqe.dw3);
	assert_int_equal(sqe.dw3, 0x113);
	assert_memory_equal(t->ram + SRC_AT, t->ram + BACK_AT, BYTES);
	hisi_zip_model_engine.worker_destroy(other);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, zt_setup, zt_teardown)
	const struct CMUnitTest tests[] = {
		T(test_two_workers_do_not_disturb_each_other),
		T(test_stream_changes_workers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
