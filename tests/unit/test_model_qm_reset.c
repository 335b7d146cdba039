/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* FLR, controller reset, shutting the bus master (hisi-qm 2.3, 5.10, 5.11). */
#include "model_qm_support.h"

static struct hisi_qm_model_worker *worker_new(struct bench *b)
{
	struct hisi_qm_model_worker *worker;

	assert_int_equal(hisi_qm_model_worker_create(b->model, &worker), 0);
	return worker;
}

static void fetch_one(struct bench *b, unsigned int func, unsigned int qn,
		      struct hisi_qm_model_task *task)
{
	sq_bell(b, func, qn, 1);
	assert_true(hisi_qm_model_fetch(b->model, func, qn, task));
}

static void test_reset_with_tasks_out_drops_their_results(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);
	struct hisi_qm_model_worker *worker = worker_new(b);
	struct hisi_qm_model_task t1, t2;

	(void)state;
	fetch_one(b, 0, 1, &t1);
	fetch_one(b, 0, 2, &t2);
	wr(b, 0, 0x60, 1);
	wr(b, 0, 0xc, 1);
	hisi_qm_model_reset(b->model);
	assert_int_equal(b->resets, 1);
	assert_int_equal(rd(b, 0, 0x60), 0);
	assert_int_equal(rd(b, 0, 0xc), 0);
	/* the driver is back before the first worker is done */
	give_queues(b, 0, 0, 64);
	func_start(b, 0, false);
	qp_start(b, 0, 1, 16);
	put_sqe(b, 1, 16, 0, 9);
	hisi_qm_model_run(worker, &t1);
	hisi_qm_model_complete(b->model, &t1);
	assert_int_equal(cqe_slot(b, 1, 16, 0, 1), -1);
	assert_int_equal(answer_of(b, 1, 16, 0), 0);
	sq_bell(b, 0, 1, 1);
	hisi_qm_model_run(worker, &t2);
	hisi_qm_model_complete(b->model, &t2);
	assert_int_equal(steps(b), 1);
	assert_int_equal(cqe_slot(b, 1, 16, 0, 1), 0);
	assert_int_equal(answer_of(b, 1, 16, 0), ~9u);
	assert_int_equal(b->dropped, 2);
	assert_int_equal(b->finished, 3);
	hisi_qm_model_worker_destroy(worker);
	bench_free(b);
}

static void test_reinstalled_queue_drops_the_old_result(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);
	struct hisi_qm_model_worker *worker = worker_new(b);
	struct hisi_qm_model_task old, new;

	(void)state;
	fetch_one(b, 0, 1, &old);
	qp_start(b, 0, 1, 16);
	fetch_one(b, 0, 1, &new);
	hisi_qm_model_run(worker, &old);
	hisi_qm_model_complete(b->model, &old);
	assert_int_equal(b->dropped, 1);
	assert_int_equal(cqe_slot(b, 1, 16, 0, 1), -1);
	hisi_qm_model_run(worker, &new);
	hisi_qm_model_complete(b->model, &new);
	assert_int_equal(b->dropped, 1);
	assert_int_equal(cqe_slot(b, 1, 16, 0, 1), 0);
	hisi_qm_model_worker_destroy(worker);
	bench_free(b);
}

static void test_flr_of_a_vf_touches_nobody_else(void **state)
{
	struct hisi_qm_model_config c = bench_config(HISI_QM_REV_V3, 2, true);
	struct bench *b = bench_new_config(&c);

	(void)state;
	give_queues(b, 0, 0, 8);
	give_queues(b, 1, 8, 8);
	func_start(b, 0, false);
	func_start(b, 1, false);
	qp_start(b, 0, 0, 16);
	qp_start(b, 1, 1, 16);
	sq_bell(b, 0, 0, 1);
	sq_bell(b, 1, 1, 1);
	wr(b, 1, 0x2c, 1);
	wr(b, 0, 0x100134, 0x7f);
	wr(b, 0, 0x100130, 1);
	wr(b, 1, 0x34, 2);
	hisi_qm_model_flr(b->model, 1);
	assert_int_equal(rd(b, 1, 0x34), 0);
	assert_int_equal(rd(b, 1, 0x2c), 0);
	assert_int_equal(rd(b, 1, 0x20), 0);
	/* no longer asks, no longer owes; VF 2 still does */
	assert_int_equal(rd64(b, 0, 0x100138), 0);
	assert_int_equal(rd64(b, 0, 0x100128), 1u << 2);
	assert_int_equal(steps(b), 1);
	assert_int_equal(cqe_slot(b, 0, 16, 0, 1), 0);
	/* its queues are still its own */
	assert_int_equal(mb(b, 1, 0x6006, 0, 0), 0x4006);
	assert_int_equal((mb_base(b, 1) >> 28) & 0xffff, 8);
	qp_start(b, 1, 1, 16);
	sq_bell(b, 1, 1, 1);
	assert_int_equal(steps(b), 1);
	hisi_qm_model_flr(b->model, 3);		/* there is none */
	bench_free(b);
}

static void test_flr_of_the_pf_leaves_the_vfs_running(void **state)
{
	struct bench *b = bench_new(HISI_QM_REV_V3, 1);

	(void)state;
	give_queues(b, 0, 0, 8);
	give_queues(b, 1, 8, 8);
	func_start(b, 0, false);
	qp_start(b, 0, 0, 16);
	sq_bell(b, 0, 0, 1);
	hisi_qm_model_flr(b->model, 0);
	assert_int_equal(rd(b, 0, 0x1040e4), 1);
	assert_int_equal(rd(b, 0, 0x200), 0);
	assert_int_equal(steps(b), 0);
	assert_int_equal(mb(b, 0, 0x6004, 0, 0), 0x4004);
	assert_int_equal(mb_base(b, 0), 0);
	qp_start(b, 1, 1, 16);
	sq_bell(b, 1, 1, 1);
	assert_int_equal(steps(b), 1);
	assert_int_equal(b->resets, 0);
	bench_free(b);
}

static void test_flr_ends_a_busy_mailbox(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);
	struct hisi_qm_model_worker *worker = worker_new(b);
	struct hisi_qm_model_task task;

	(void)state;
	fetch_one(b, 0, 1, &task);
	assert_int_equal(mb(b, 0, 0x2008, 1, 0), 0x2008);
	hisi_qm_model_flr(b->model, 0);
	assert_int_equal(rd(b, 0, 0x300), 0);
	assert_int_equal(mb(b, 0, 0x2004, 0, 64), 0x0004);
	hisi_qm_model_run(worker, &task);
	hisi_qm_model_complete(b->model, &task);
	assert_int_equal(b->dropped, 1);
	assert_int_equal(rd(b, 0, 0x300) & 0xffff, 0x0004);
	hisi_qm_model_worker_destroy(worker);
	bench_free(b);
}

/* A pause waits for requests of queues that are no more as well. */
static void test_pause_waits_for_dropped_tasks_too(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);
	struct hisi_qm_model_worker *worker = worker_new(b);
	struct hisi_qm_model_task task;

	(void)state;
	fetch_one(b, 0, 1, &task);
	qp_start(b, 0, 1, 16);
	assert_int_equal(mb(b, 0, 0x200e, 0, 0), 0x200e);
	hisi_qm_model_run(worker, &task);
	hisi_qm_model_complete(b->model, &task);
	assert_int_equal(b->dropped, 1);
	assert_int_equal(rd(b, 0, 0x300) & 0xffff, 0x000e);
	hisi_qm_model_worker_destroy(worker);
	bench_free(b);
}

/* 5.10 step 9: 0x300150 is 3 when nothing is on its way any more. */
static void test_shut_master_returns_when_all_is_back(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);
	struct hisi_qm_model_worker *worker = worker_new(b);
	struct hisi_qm_model_task task;

	(void)state;
	fetch_one(b, 0, 1, &task);
	wr(b, 0, 0x300000, 1);
	assert_int_equal(rd(b, 0, 0x300000), 1);
	assert_int_equal(rd(b, 0, 0x300150), 0);
	sq_bell(b, 0, 2, 1);
	assert_int_equal(steps(b), 0);
	hisi_qm_model_run(worker, &task);
	hisi_qm_model_complete(b->model, &task);
	assert_int_equal(rd(b, 0, 0x300150), 3);
	assert_int_equal(b->dropped, 1);
	assert_int_equal(cqe_slot(b, 1, 16, 0, 1), -1);
	/* taken back: what was interrupted is done again */
	b->kicks = 0;
	wr(b, 0, 0x300000, 0);
	assert_int_equal(rd(b, 0, 0x300150), 0);
	assert_int_equal(b->kicks, 2);
	assert_int_equal(steps(b), 2);
	assert_int_equal(cqe_slot(b, 1, 16, 0, 1), 0);
	hisi_qm_model_worker_destroy(worker);
	bench_free(b);
}

static void test_shut_master_at_rest_returns_at_once(void **state)
{
	struct bench *b = bench_new(HISI_QM_REV_V1, 0);

	(void)state;
	wr(b, 0, 0x300000, 1);
	assert_int_equal(rd(b, 0, 0x300150), 3);
	hisi_qm_model_reset(b->model);
	assert_int_equal(rd(b, 0, 0x300000), 0);
	assert_int_equal(rd(b, 0, 0x300150), 0);
	bench_free(b);
}

static void test_reset_clears_counters_and_errors(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);

	(void)state;
	wr(b, 0, 0x104030, 1u << 16);
	sq_bell(b, 0, 1, 1);
	assert_int_equal(steps(b), 1);
	assert_int_equal(rd(b, 0, 0x104038), 1);
	wr(b, 0, 0x10000c, 8);
	wr(b, 0, 0x100088, 0x40001070);
	hisi_qm_model_reset(b->model);
	assert_int_equal(rd(b, 0, 0x104030), 0);
	assert_int_equal(rd(b, 0, 0x104000), 0);
	assert_int_equal(rd(b, 0, 0x104050), 0);
	assert_int_equal(rd(b, 0, 0x100088), 0);
	assert_int_equal(rd(b, 0, 0x100000), 0);
	give_queues(b, 0, 0, 8);
	wr(b, 0, 0x104030, 1u << 16);
	assert_int_equal(rd(b, 0, 0x104038), 0);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reset_with_tasks_out_drops_their_results),
		cmocka_unit_test(test_reinstalled_queue_drops_the_old_result),
		cmocka_unit_test(test_flr_of_a_vf_touches_nobody_else),
		cmocka_unit_test(test_flr_of_the_pf_leaves_the_vfs_running),
		cmocka_unit_test(test_flr_ends_a_busy_mailbox),
		cmocka_unit_test(test_pause_waits_for_dropped_tasks_too),
		cmocka_unit_test(test_shut_master_returns_when_all_is_back),
		cmocka_unit_test(test_shut_master_at_rest_returns_at_once),
		cmocka_unit_test(test_reset_clears_counters_and_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
