/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Requests through the rings: phases, order, turns, overflow (hisi-qm 4.6). */
#include <time.h>

#include "model_qm_support.h"

static void run_laps(unsigned int revision, unsigned int depth,
		     unsigned int burst)
{
	struct bench *b = bench_new(revision, 0);
	bool v1 = revision == HISI_QM_REV_V1;
	uint64_t bell = v1 ? 0x340 : 0x1000;
	uint64_t cq_cmd = v1 ? 0x10000 : 0x1000;
	unsigned int laps = 3, n = 0, i;

	vft_write(b, 0, 0, 0x0007F00000000000ULL);
	vft_write(b, 1, 0, 1ULL << 28);
	func_start(b, 0, v1);
	qp_start_rev(b, v1, 0, 0, depth);
	while (n < laps * depth) {
		for (i = 0; i < burst; i++)
			put_sqe(b, 0, depth, (n + i) % depth, n + i);
		wr64(b, 0, bell, (uint64_t)((n + burst) % depth) << 32);
		assert_int_equal(steps(b), burst);
		for (i = 0; i < burst; i++, n++) {
			unsigned int slot = n % depth;
			unsigned int phase = !((n / depth) & 1);

			assert_int_equal(cqe_slot(b, 0, depth, slot, phase),
					 slot);
			assert_int_equal(answer_of(b, 0, depth, slot), ~n);
		}
		/* what comes next still has the other phase */
		assert_int_equal(cqe_slot(b, 0, depth, n % depth,
					  !((n / depth) & 1)), -1);
		wr64(b, 0, bell, cq_cmd | (uint64_t)(n % depth) << 32);
	}
	assert_int_equal(rd(b, 0, 0x100000), 0);
	assert_int_equal(b->guest_errors, 0);
	bench_free(b);
}

static void test_phases_over_laps_of_all_depths(void **state)
{
	(void)state;
	run_laps(HISI_QM_REV_V1, 2, 1);
	run_laps(HISI_QM_REV_V2, 2, 1);
	run_laps(HISI_QM_REV_V3, 2, 1);
	run_laps(HISI_QM_REV_V3, 3, 2);
	run_laps(HISI_QM_REV_V1, 1024, 1023);
	run_laps(HISI_QM_REV_V2, 1024, 7);
	run_laps(HISI_QM_REV_V3, 4096, 4095);
	run_laps(HISI_QM_REV_V1, 4096, 100);
}

static void test_queues_take_turns(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);
	struct hisi_qm_model_worker *worker;
	struct hisi_qm_model_task task;
	unsigned int n, order[9];

	(void)state;
	assert_int_equal(hisi_qm_model_worker_create(b->model, &worker), 0);
	sq_bell(b, 0, 2, 3);
	sq_bell(b, 0, 0, 3);
	sq_bell(b, 0, 1, 3);
	for (n = 0; n < 9; n++) {
		assert_true(hisi_qm_model_fetch(b->model, HISI_QM_MODEL_ANY,
						HISI_QM_MODEL_ANY, &task));
		order[n] = task.qn;
		assert_int_equal(task.slot, n / 3);
		hisi_qm_model_run(worker, &task);
		hisi_qm_model_complete(b->model, &task);
	}
	for (n = 0; n < 9; n += 3) {
		assert_int_equal(order[n], 2);
		assert_int_equal(order[n + 1], 0);
		assert_int_equal(order[n + 2], 1);
	}
	hisi_qm_model_worker_destroy(worker);
	bench_free(b);
}

/* One of a queue at a time; other queues go on. */
static void test_fetch_selects_and_keeps_order(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);
	struct hisi_qm_model_worker *worker;
	struct hisi_qm_model_task t1, t2, t3;

	(void)state;
	assert_int_equal(hisi_qm_model_worker_create(b->model, &worker), 0);
	sq_bell(b, 0, 1, 2);
	sq_bell(b, 0, 3, 1);
	assert_false(hisi_qm_model_fetch(b->model, 0, 2, &t1));
	assert_false(hisi_qm_model_fetch(b->model, 1, HISI_QM_MODEL_ANY, &t1));
	assert_false(hisi_qm_model_fetch(b->model, 3, 0, &t1));
	assert_true(hisi_qm_model_fetch(b->model, 0, 1, &t1));
	assert_false(hisi_qm_model_fetch(b->model, 0, 1, &t2));
	assert_true(hisi_qm_model_fetch(b->model, 0, HISI_QM_MODEL_ANY, &t2));
	assert_int_equal(t2.qn, 3);
	assert_false(hisi_qm_model_fetch(b->model, HISI_QM_MODEL_ANY,
					 HISI_QM_MODEL_ANY, &t3));
	assert_int_equal(rd(b, 0, 0x1040e4), 0);
	hisi_qm_model_run(worker, &t2);
	hisi_qm_model_run(worker, &t1);
	hisi_qm_model_complete(b->model, &t2);
	assert_int_equal(b->kicks, 2);
	hisi_qm_model_complete(b->model, &t1);
	assert_int_equal(b->kicks, 3);	/* queue 1 has more */
	assert_int_equal(steps(b), 1);
	assert_int_equal(rd(b, 0, 0x1040e4), 1);
	assert_int_equal(b->prepared, 3);
	assert_int_equal(b->finished, 3);
	assert_int_equal(b->dropped, 0);
	hisi_qm_model_worker_destroy(worker);
	bench_free(b);
}

static void check_pasid(unsigned int revision, uint16_t w11, uint32_t expect)
{
	struct bench *b = bench_started(revision, 16);
	struct hisi_qm_model_worker *worker;
	struct hisi_qm_model_task task;
	uint64_t from = RAM_BASE + DATA_AT;
	bool v1 = revision == HISI_QM_REV_V1;

	assert_int_equal(hisi_qm_model_worker_create(b->model, &worker), 0);
	put_sqc(b, v1, 1, 16);
	set16(b, IMAGE_AT + 0x14, 0x4321);
	set16(b, IMAGE_AT + 0x16, w11);
	set16(b, IMAGE_AT + 0x1a, 0x0110);
	assert_int_equal(mb(b, 0, 0x2000, 1, RAM_BASE + IMAGE_AT), 0);
	put_sqe(b, 1, 16, 0, 1);
	set32(b, sq_at(1, 16) + 8, 1);
	memcpy(at(b, sq_at(1, 16) + 16), &from, 8);
	from += 64;
	memcpy(at(b, sq_at(1, 16) + 24), &from, 8);
	memcpy(at(b, DATA_AT), "sixteen bytes...", 16);
	wr64(b, 0, v1 ? 0x340 : 0x1000, 1 | 1ULL << 32);
	assert_true(hisi_qm_model_fetch(b->model, 0, 1, &task));
	/* the ring is the kernel's */
	assert_int_equal(b->last_pasid, HISI_QM_MODEL_NO_PASID);
	assert_int_equal(task.pasid, expect);
	assert_int_equal(task.alg, 1);
	hisi_qm_model_run(worker, &task);
	assert_int_equal(b->last_pasid, expect);
	hisi_qm_model_complete(b->model, &task);
	assert_int_equal(b->last_pasid, HISI_QM_MODEL_NO_PASID);
	assert_memory_equal(at(b, DATA_AT + 64), "sixteen bytes...", 16);
	assert_int_equal(ram32(b, sq_at(1, 16) + 12), 0);
	hisi_qm_model_worker_destroy(worker);
	bench_free(b);
}

static void test_pasid_counts_when_v3_says_it_is_valid(void **state)
{
	(void)state;
	check_pasid(HISI_QM_REV_V1, 0x80, HISI_QM_MODEL_NO_PASID);
	check_pasid(HISI_QM_REV_V2, 0x80, HISI_QM_MODEL_NO_PASID);
	check_pasid(HISI_QM_REV_V3, 0x00, HISI_QM_MODEL_NO_PASID);
	check_pasid(HISI_QM_REV_V3, 0x01, HISI_QM_MODEL_NO_PASID);
	check_pasid(HISI_QM_REV_V3, 0x80, 0x4321);
}

/* Unconsumed completions: depth - 1 fit, the next one is an AEQE of type 0. */
static void test_cq_overflow_is_an_aeqe_and_stops_the_queue(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 8);

	(void)state;
	sq_bell(b, 0, 1, 7);
	assert_int_equal(steps(b), 7);
	assert_int_equal(ram32(b, AEQ_AT), 0);
	sq_bell(b, 0, 1, 1);
	assert_int_equal(steps(b), 1);
	assert_int_equal(ram32(b, AEQ_AT), 0x00010001);
	assert_int_equal(ram32(b, AEQ_AT + 4), 0);
	assert_int_equal(rd(b, 0, 0x0), 1);
	assert_int_equal(b->irqs[0][1], 1);
	assert_int_equal(rd(b, 0, 0x104108), 1);
	assert_int_equal(cqe_slot(b, 1, 8, 7, 1), -1);
	assert_int_equal(rd(b, 0, 0x100000), 0);
	/* space alone does not help, a new start does */
	cq_bell(b, 0, 1, 7, false);
	sq_bell(b, 0, 1, 2);
	assert_int_equal(steps(b), 0);
	qp_start(b, 0, 1, 8);
	sq_bell(b, 0, 1, 2);
	assert_int_equal(steps(b), 2);
	/* other queues never noticed */
	sq_bell(b, 0, 2, 1);
	assert_int_equal(steps(b), 1);
	bench_free(b);
}

static void test_cq_overflow_v1_has_no_aeq(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V1, 8);

	(void)state;
	wr64(b, 0, 0x340, 2 | 7ULL << 32);
	assert_int_equal(steps(b), 7);
	wr64(b, 0, 0x340, 2 | 1ULL << 32);
	assert_int_equal(steps(b), 1);
	assert_int_equal(ram32(b, AEQ_AT), 0);
	assert_int_equal(b->irqs[0][1], 0);
	assert_int_equal(rd(b, 0, 0x100000), 1u << 11);
	assert_int_equal(rd(b, 0, 0x100010), 2u << 16);
	bench_free(b);
}

/* A CQ that cannot be written or is not there: AEQE of type 2 (4.8). */
static void test_cqe_error_is_an_aeqe_of_type_2(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 8);

	(void)state;
	qp_start(b, 0, 5, 8);
	b->refuse = RAM_BASE + cq_at(5, 8);
	sq_bell(b, 0, 5, 2);
	assert_int_equal(steps(b), 1);
	assert_int_equal(ram32(b, AEQ_AT), 0x00050005);
	assert_int_equal(rd(b, 0, 0x100000), 1u << 1);
	assert_int_equal(rd(b, 0, 0x1040b4), 1);
	wr(b, 0, 0x100000, ~0u);
	/* a CQ number that nobody installed */
	put_sqc(b, false, 6, 8);
	set16(b, IMAGE_AT + 0x18, 40);
	assert_int_equal(mb(b, 0, 0x2000, 6, RAM_BASE + IMAGE_AT), 0);
	sq_bell(b, 0, 6, 1);
	assert_int_equal(steps(b), 1);
	assert_int_equal(ram32(b, AEQ_AT + 4), 0x00050028);
	assert_int_equal(rd(b, 0, 0x100000), 1u << 8);
	bench_free(b);
}

static void test_two_sqs_may_share_a_cq(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 8);

	(void)state;
	put_sqc(b, false, 2, 8);
	set16(b, IMAGE_AT + 0x18, 1);
	assert_int_equal(mb(b, 0, 0x2000, 2, RAM_BASE + IMAGE_AT), 0);
	sq_bell(b, 0, 2, 1);
	assert_int_equal(steps(b), 1);
	sq_bell(b, 0, 1, 1);
	assert_int_equal(steps(b), 1);
	assert_int_equal(ram16(b, cq_at(1, 8) + 10), 2);
	assert_int_equal(ram16(b, cq_at(1, 8) + 16 + 10), 1);
	bench_free(b);
}

static void test_unreadable_sq_is_an_axi_error_and_halts(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V2, 8);

	(void)state;
	put_sqc(b, false, 1, 8);
	set32(b, IMAGE_AT + 8, 0x7fffffff);
	assert_int_equal(mb(b, 0, 0x2000, 1, RAM_BASE + IMAGE_AT), 0);
	sq_bell(b, 0, 1, 3);
	sq_bell(b, 0, 2, 1);
	assert_int_equal(steps(b), 1);		/* queue 2's */
	assert_int_equal(rd(b, 0, 0x100000), 1u << 0);
	assert_int_equal(rd(b, 0, 0x200), 0);
	b->refuse = RAM_BASE + sq_at(3, 8);
	sq_bell(b, 0, 3, 1);
	assert_int_equal(steps(b), 1);
	assert_int_equal(rd(b, 0, 0x100000), 3);
	assert_int_equal(cqe_slot(b, 3, 8, 0, 1), -1);
	bench_free(b);
}

/* 5.7: a function whose VFT entry is taken away executes nothing more. */
static void test_vft_taken_away_stops_execution(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 8);

	(void)state;
	sq_bell(b, 0, 1, 2);
	vft_write(b, 0, 0, 0);
	vft_write(b, 1, 0, 0);
	assert_int_equal(steps(b), 0);
	/* and another function gets the queues, with nothing in them */
	give_queues(b, 1, 0, 8);
	put_sqe(b, 1, 8, 0, 3);
	qp_start(b, 1, 1, 8);
	assert_int_equal(steps(b), 0);
	sq_bell(b, 1, 1, 1);
	assert_int_equal(steps(b), 1);
	assert_int_equal(answer_of(b, 1, 8, 0), ~3u);
	bench_free(b);
}

static void test_all_queues_of_v1_and_many_functions(void **state)
{
	struct bench *b = bench_new(HISI_QM_REV_V2, 63);
	unsigned int func;

	(void)state;
	for (func = 0; func < 64; func++) {
		give_queues(b, func, func * 16, 16);
		qp_start(b, func, 15, 4);
		sq_bell(b, func, 15, 1);
	}
	assert_int_equal(steps(b), 64);
	assert_int_equal(b->guest_errors, 64);	/* armed, but no EQ */
	bench_free(b);
	b = bench_new(HISI_QM_REV_V1, 0);
	vft_write(b, 0, 0, 0x0000100000015700ULL);
	vft_write(b, 1, 0, 0x0000000010015700ULL);
	func_start(b, 0, true);
	for (func = 0; func < 4096; func++)
		qp_start_rev(b, true, 0, func, 2);
	for (func = 0; func < 4096; func++)
		wr64(b, 0, 0x340, func | 1ULL << 32);
	assert_int_equal(b->kicks, 4096);
	assert_int_equal(steps(b), 4096);
	bench_free(b);
}

/* Every process that uses the built-in accelerator makes one. */
static void test_create_is_cheap(void **state)
{
	struct timespec from, to;
	unsigned int i;
	long long us;

	(void)state;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	for (i = 0; i < 100; i++) {
		struct bench b = { 0 };
		struct hisi_qm_model_host host = bench_host(&b);
		struct hisi_qm_model_config c =
			bench_config(HISI_QM_REV_V1, 63, false);

		bench_in_creation = &b;
		assert_int_equal(hisi_qm_model_create(&c, &host, &b.model), 0);
		hisi_qm_model_destroy(b.model);
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	us = (to.tv_sec - from.tv_sec) * 1000000LL +
	     (to.tv_nsec - from.tv_nsec) / 1000;
	assert_true(us / 100 < 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_phases_over_laps_of_all_depths),
		cmocka_unit_test(test_queues_take_turns),
		cmocka_unit_test(test_fetch_selects_and_keeps_order),
		cmocka_unit_test(test_pasid_counts_when_v3_says_it_is_valid),
		cmocka_unit_test(test_cq_overflow_is_an_aeqe_and_stops_the_queue),
		cmocka_unit_test(test_cq_overflow_v1_has_no_aeq),
		cmocka_unit_test(test_cqe_error_is_an_aeqe_of_type_2),
		cmocka_unit_test(test_two_sqs_may_share_a_cq),
		cmocka_unit_test(test_unreadable_sq_is_an_axi_error_and_halts),
		cmocka_unit_test(test_vft_taken_away_stops_execution),
		cmocka_unit_test(test_all_queues_of_v1_and_many_functions),
		cmocka_unit_test(test_create_is_cheap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
