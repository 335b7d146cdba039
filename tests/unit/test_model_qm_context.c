/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Contexts: golden images, dumps, the cache, migration (hisi-qm 4, 5.8, 2.8). */
#include "model_qm_support.h"

#define IMAGE	(RAM_BASE + IMAGE_AT)

/* 4.8: SQC for qn 5, SQ at 0x123456000, depth 1024, compress, kernel */
static const uint8_t golden_sqc[32] = {
	0x00, 0x00, 0x00, 0x00, 0x00, 0x60, 0x45, 0x23, 0x01, 0x00, 0x00, 0x00,
	0xff, 0x73, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x05, 0x00, 0x10, 0x00, 0x00, 0x00, 0x00, 0x00,
};

/* 4.8: CQC for qn 5, CQ at 0x123476000 */
static const uint8_t golden_cqc[32] = {
	0x00, 0x00, 0x00, 0x00, 0x00, 0x60, 0x47, 0x23, 0x01, 0x00, 0x00, 0x00,
	0xff, 0x43, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
};

#define GOLDEN_SQ	0x56000u	/* from RAM_BASE */
#define GOLDEN_CQ	0x76000u

static struct bench *golden_new(void)
{
	struct bench *b = bench_new(HISI_QM_REV_V3, 0);

	give_queues(b, 0, 0, 64);
	func_start(b, 0, false);
	memcpy(at(b, IMAGE_AT), golden_sqc, 32);
	assert_int_equal(mb(b, 0, 0x2000, 5, IMAGE), 0x0000);
	memcpy(at(b, IMAGE_AT), golden_cqc, 32);
	assert_int_equal(mb(b, 0, 0x2001, 5, IMAGE), 0x0001);
	return b;
}

static void test_golden_images_dump_unchanged(void **state)
{
	struct bench *b = golden_new();

	(void)state;
	memset(at(b, IMAGE_AT), 0xee, 32);
	assert_int_equal(mb(b, 0, 0x6000, 5, IMAGE), 0x4000);
	assert_memory_equal(at(b, IMAGE_AT), golden_sqc, 32);
	memset(at(b, IMAGE_AT), 0xee, 32);
	assert_int_equal(mb(b, 0, 0x6001, 5, IMAGE), 0x4001);
	assert_memory_equal(at(b, IMAGE_AT), golden_cqc, 32);
	bench_free(b);
}

/* 4.8: the request in slot 9 of SQ 5 gives this CQE and this EQE. */
static void test_golden_request_to_cqe_and_eqe(void **state)
{
	static const uint8_t cqe[16] = {
		0, 0, 0, 0, 0, 0, 0, 0, 0x09, 0x00, 0x05, 0x00, 0, 0, 0x01, 0x00,
	};
	struct bench *b = golden_new();
	unsigned int i;

	(void)state;
	for (i = 0; i < 10; i++)
		set32(b, GOLDEN_SQ + i * 128, 1000 + i);
	wr64(b, 0, 0x1000, 0x0000000900000005ULL);
	assert_int_equal(steps(b), 9);
	memset(at(b, GOLDEN_CQ + 9 * 16), 0xee, 16);
	wr64(b, 0, 0x1000, 0x0000000a00000005ULL);
	assert_int_equal(steps(b), 1);
	assert_memory_equal(at(b, GOLDEN_CQ + 9 * 16), cqe, 16);
	assert_int_equal(ram32(b, GOLDEN_SQ + 9 * 128), 1009);
	assert_int_equal(ram32(b, GOLDEN_SQ + 9 * 128 + 4), ~1009u);
	assert_int_equal(ram32(b, EQ_AT), 0x00010005);
	assert_int_equal(ram32(b, EQ_AT + 4), 0);
	bench_free(b);
}

static void test_golden_eqc_dump(void **state)
{
	static const uint8_t dw6[4] = { 0xff, 0x07, 0x01, 0x00 };
	struct bench *b = bench_new(HISI_QM_REV_V3, 0);

	(void)state;
	put_eqc(b, 0x123450000ULL, 2048);
	assert_memory_equal(at(b, IMAGE_AT + 0x18), dw6, 4);
	assert_int_equal(mb(b, 0, 0x2002, 0, IMAGE), 0x0002);
	memset(at(b, IMAGE_AT), 0xee, 32);
	assert_int_equal(mb(b, 0, 0x6002, 0, IMAGE), 0x4002);
	assert_int_equal(ram32(b, IMAGE_AT), 0);
	assert_int_equal(ram32(b, IMAGE_AT + 4), 0x23450000);
	assert_int_equal(ram32(b, IMAGE_AT + 8), 1);
	assert_memory_equal(at(b, IMAGE_AT + 0x18), dw6, 4);
	/* 28 bytes are the context's; the rest is not touched */
	assert_int_equal(ram32(b, IMAGE_AT + 0x1c), 0xeeeeeeee);
	bench_free(b);
}

static void read_tails(struct bench *b, uint16_t tail[2], bool wrap[2])
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		assert_int_equal(mb(b, 0, (uint16_t)(0x6000 + i), 1, IMAGE),
				 0x4000 + i);
		tail[i] = ram16(b, IMAGE_AT + 2);
		wrap[i] = ram16(b, IMAGE_AT + 0x16) & 0x40;
	}
}

/* 4.6: drained is when tails and wrap bits agree. */
static void test_dump_tails_and_wraps_over_laps(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V2, 4);
	unsigned int n, sent = 0;
	uint16_t tail[2];
	bool wrap[2];

	(void)state;
	for (n = 0; n < 11; n++) {
		sent += 3;
		sq_bell(b, 0, 1, sent % 4);
		read_tails(b, tail, wrap);
		assert_int_equal(tail[0], sent % 4);
		assert_int_equal(wrap[0], (sent / 4) & 1);
		assert_true(tail[0] != tail[1] || wrap[0] != wrap[1]);
		assert_int_equal(steps(b), 3);
		read_tails(b, tail, wrap);
		assert_int_equal(tail[1], sent % 4);
		assert_int_equal(wrap[1], wrap[0]);
		cq_bell(b, 0, 1, sent % 4, false);
	}
	bench_free(b);
}

static void test_dump_cqc_shows_arming_phase_and_head(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 4);

	(void)state;
	sq_bell(b, 0, 1, 3);
	steps(b);
	assert_int_equal(mb(b, 0, 0x6001, 1, IMAGE), 0x4001);
	assert_int_equal(ram32(b, IMAGE_AT + 0x18), 1);	/* fired: disarmed */
	cq_bell(b, 0, 1, 3, true);
	sq_bell(b, 0, 1, 0);
	assert_int_equal(mb(b, 0, 0x6001, 1, IMAGE), 0x4001);
	assert_int_equal(ram32(b, IMAGE_AT + 0x18), 3);
	assert_int_equal(ram16(b, IMAGE_AT), 3);
	assert_int_equal(steps(b), 1);
	assert_int_equal(mb(b, 0, 0x6001, 1, IMAGE), 0x4001);
	assert_int_equal(ram32(b, IMAGE_AT + 0x18), 0);	/* second lap */
	bench_free(b);
}

/* 5.8: cache written back, then poisoned: a late doorbell does nothing. */
static void test_write_back_then_poison_stops_late_doorbells(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);

	(void)state;
	sq_bell(b, 0, 1, 2);
	assert_int_equal(steps(b), 2);
	assert_int_equal(rd(b, 0, 0x208), 0);
	wr(b, 0, 0x204, 1);
	assert_int_equal(rd(b, 0, 0x208), 1);
	/* the table now has the live context */
	assert_int_equal(ram16(b, SQC_BT_AT + 32 + 2), 2);
	assert_int_equal(ram16(b, SQC_BT_AT + 32 + 0x18), 1);
	assert_int_equal(ram16(b, CQC_BT_AT + 32 + 2), 2);
	set16(b, SQC_BT_AT + 32 + 0x10, 0xaaaa);
	set16(b, SQC_BT_AT + 32 + 0x1a, 0x0040);
	set16(b, CQC_BT_AT + 32 + 0x10, 0xaaaa);
	sq_bell(b, 0, 1, 3);
	assert_int_equal(steps(b), 0);
	assert_int_equal(rd(b, 0, 0x100000), 1u << 12);
	wr(b, 0, 0x100000, ~0u);
	cq_bell(b, 0, 1, 1, false);
	assert_int_equal(rd(b, 0, 0x100000), 1u << 12);
	/* even one that guesses the value: the queue is closed */
	wr64(b, 0, 0x1000, 1 | 0xaaaaULL << 16 | 3ULL << 32);
	assert_int_equal(steps(b), 0);
	/* the others are as before */
	put_sqe(b, 2, 16, 0, 5);
	sq_bell(b, 0, 2, 1);
	assert_int_equal(steps(b), 1);
	assert_int_equal(answer_of(b, 2, 16, 0), ~5u);
	bench_free(b);
}

/* Poisoned without a write-back (soft reset) the cache does not notice. */
static void test_poison_without_write_back_has_no_effect(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);

	(void)state;
	set16(b, SQC_BT_AT + 32 + 0x10, 0xaaaa);
	sq_bell(b, 0, 1, 1);
	assert_int_equal(steps(b), 1);
	assert_int_equal(rd(b, 0, 0x100000), 0);
	bench_free(b);
}

static void test_write_back_and_go_on_loses_nothing(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V2, 4);
	unsigned int n;

	(void)state;
	for (n = 0; n < 23; n++) {
		unsigned int slot = n % 4, next = (n + 1) % 4;

		put_sqe(b, 1, 4, slot, n);
		if (n & 1)
			wr(b, 0, 0x204, 1);
		sq_bell(b, 0, 1, next);
		if (n & 2)
			wr(b, 0, 0x204, 1);	/* with work to do */
		assert_int_equal(steps(b), 1);
		assert_int_equal(cqe_slot(b, 1, 4, slot, !((n / 4) & 1)), slot);
		assert_int_equal(answer_of(b, 1, 4, slot), ~n);
		if (n & 4)
			wr(b, 0, 0x204, 1);
		cq_bell(b, 0, 1, next, false);
	}
	assert_int_equal(b->guest_errors, 0);
	bench_free(b);
}

static void test_write_back_with_a_task_out(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);
	struct hisi_qm_model_worker *worker;
	struct hisi_qm_model_task task;

	(void)state;
	assert_int_equal(hisi_qm_model_worker_create(b->model, &worker), 0);
	sq_bell(b, 0, 1, 1);
	assert_true(hisi_qm_model_fetch(b->model, 0, 1, &task));
	wr(b, 0, 0x204, 1);
	sq_bell(b, 0, 1, 2);		/* reloads */
	hisi_qm_model_run(worker, &task);
	hisi_qm_model_complete(b->model, &task);
	assert_int_equal(cqe_slot(b, 1, 16, 0, 1), 0);
	assert_int_equal(steps(b), 1);
	assert_int_equal(cqe_slot(b, 1, 16, 1, 1), 1);
	/* again, and now the table turns to garbage meanwhile */
	sq_bell(b, 0, 1, 3);
	assert_true(hisi_qm_model_fetch(b->model, 0, 1, &task));
	wr(b, 0, 0x204, 1);
	memset(at(b, SQC_BT_AT + 32), 0, 32);
	sq_bell(b, 0, 1, 4);
	hisi_qm_model_run(worker, &task);
	hisi_qm_model_complete(b->model, &task);
	assert_int_equal(b->dropped, 1);
	assert_int_equal(cqe_slot(b, 1, 16, 2, 1), -1);
	assert_int_equal(rd(b, 0, 0x100000), 1u << 9);
	hisi_qm_model_worker_destroy(worker);
	bench_free(b);
}

static void test_write_back_without_tables_keeps_contexts(void **state)
{
	struct bench *b = bench_new(HISI_QM_REV_V3, 0);

	(void)state;
	give_queues(b, 0, 0, 4);
	qp_start(b, 0, 0, 16);
	wr(b, 0, 0x204, 1);
	assert_int_equal(rd(b, 0, 0x208), 1);
	assert_int_equal(rd(b, 0, 0x100000), 0);
	sq_bell(b, 0, 0, 1);
	assert_int_equal(steps(b), 1);
	bench_free(b);
}

static void test_write_back_of_what_is_there_only(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);

	(void)state;
	put_cqc(b, false, 9, 16);
	assert_int_equal(mb(b, 0, 0x2001, 9, IMAGE), 1);
	put_sqc(b, false, 10, 16);
	assert_int_equal(mb(b, 0, 0x2000, 10, IMAGE), 0);
	memset(at(b, SQC_BT_AT + 9 * 32), 0xee, 64);
	memset(at(b, CQC_BT_AT + 9 * 32), 0xee, 64);
	wr(b, 0, 0x204, 1);
	assert_int_equal(ram32(b, SQC_BT_AT + 9 * 32), 0xeeeeeeee);
	assert_int_equal(ram32(b, CQC_BT_AT + 9 * 32), 0);
	assert_int_equal(ram32(b, SQC_BT_AT + 10 * 32), 0);
	assert_int_equal(ram32(b, CQC_BT_AT + 10 * 32), 0xeeeeeeee);
	bench_free(b);
}

/* Work whose context turned to garbage is not waited for. */
static void test_lost_context_loses_its_work(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);

	(void)state;
	sq_bell(b, 0, 1, 5);
	assert_int_equal(rd(b, 0, 0x200), 1);
	wr(b, 0, 0x204, 1);
	memset(at(b, SQC_BT_AT + 32), 0, 32);
	sq_bell(b, 0, 1, 6);
	assert_int_equal(rd(b, 0, 0x100000), 1u << 9);
	assert_int_equal(rd(b, 0, 0x200), 0);
	assert_int_equal(mb(b, 0, 0x2009, 0, 0), 0x0009);
	bench_free(b);
}

static void test_cq_poisoned_beyond_recognition(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);

	(void)state;
	wr(b, 0, 0x204, 1);
	memset(at(b, CQC_BT_AT + 32), 0, 32);
	sq_bell(b, 0, 1, 1);
	assert_int_equal(steps(b), 1);
	assert_int_equal(rd(b, 0, 0x100000), 1u << 8);
	assert_int_equal(ram32(b, AEQ_AT), 0x00050001);
	wr(b, 0, 0x100000, ~0u);
	cq_bell(b, 0, 1, 0, true);
	assert_int_equal(rd(b, 0, 0x100000), 1u << 8);
	bench_free(b);
}

static void test_poison_with_work_queued_stops_it(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);

	(void)state;
	sq_bell(b, 0, 1, 5);
	sq_bell(b, 0, 2, 2);
	wr(b, 0, 0x204, 1);
	set16(b, SQC_BT_AT + 32 + 0x10, 0xaaaa);
	set16(b, SQC_BT_AT + 32 + 0x1a, 0x0040);
	assert_int_equal(steps(b), 2);
	assert_int_equal(cqe_slot(b, 2, 16, 1, 1), 1);
	assert_int_equal(cqe_slot(b, 1, 16, 0, 1), -1);
	assert_int_equal(rd(b, 0, 0x200), 0);
	bench_free(b);
}

static void test_write_back_does_not_exist_on_v1(void **state)
{
	struct bench *b = bench_new(HISI_QM_REV_V1, 0);

	(void)state;
	wr(b, 0, 0x204, 1);
	assert_int_equal(b->guest_errors, 1);
	assert_int_equal(rd(b, 0, 0x208), 0);
	bench_free(b);
}

static void save(struct bench *from, unsigned int func, uint32_t eqc[7],
		 uint32_t aeqc[7])
{
	unsigned int i;

	assert_int_equal(mb(from, func, 0x200e, 0, 0), 0x000e);
	wr(from, func, 0x204, 1);
	for (i = 0; i < 7; i++) {
		eqc[i] = rd(from, func, 0x8000 + 4 * i);
		aeqc[i] = rd(from, func, 0x8020 + 4 * i);
	}
}

/* 2.8: a V3 VF moves to another device with work queued and rings wrapped. */
static void test_migration_of_a_vf(void **state)
{
	struct bench *src = bench_new(HISI_QM_REV_V3, 1);
	struct bench *dst = bench_new(HISI_QM_REV_V3, 1);
	uint32_t eqc[7], aeqc[7];
	unsigned int i;

	(void)state;
	give_queues(src, 1, 8, 4);
	give_queues(dst, 1, 100, 4);
	func_start(src, 1, false);
	qp_start(src, 1, 2, 4);
	for (i = 0; i < 6; i++) {
		put_sqe(src, 2, 4, i % 4, i);
		sq_bell(src, 1, 2, (i + 1) % 4);
		assert_int_equal(steps(src), 1);
		cq_bell(src, 1, 2, (i + 1) % 4, false);
	}
	put_sqe(src, 2, 4, 2, 6);
	cq_bell(src, 1, 2, 2, true);
	wr(src, 1, 0x60, 0);
	save(src, 1, eqc, aeqc);
	assert_int_equal(eqc[6], 0x10000 | (EQ_DEPTH - 1));
	assert_int_equal(eqc[0], 1u << 16);
	assert_int_equal(aeqc[6], 0x10000 | (AEQ_DEPTH - 1));
	sq_bell(src, 1, 2, 3);		/* queued, but paused */
	assert_int_equal(steps(src), 0);
	wr(src, 1, 0x204, 1);

	memcpy(dst->ram, src->ram, RAM_BYTES);
	for (i = 0; i < 7; i++) {
		wr(dst, 1, 0x8000 + 4 * i, eqc[i]);
		wr(dst, 1, 0x8020 + 4 * i, aeqc[i]);
	}
	for (i = 0; i < 7; i++)
		assert_int_equal(rd(dst, 1, 0x8000 + 4 * i), eqc[i]);
	assert_int_equal(mb(dst, 1, 0x2004, 0, RAM_BASE + SQC_BT_AT), 0x0004);
	assert_int_equal(mb(dst, 1, 0x2005, 0, RAM_BASE + CQC_BT_AT), 0x0005);
	for (i = 0; i < 4; i++)		/* also those never started */
		wr64(dst, 1, 0x1000, 1ULL << 48 | i);
	assert_int_equal(steps(dst), 1);
	assert_int_equal(answer_of(dst, 2, 4, 2), ~6u);
	assert_int_equal(cqe_slot(dst, 2, 4, 2, 0), 2);
	assert_int_equal(ram32(dst, EQ_AT + 4), 0x00010002);
	assert_int_equal(dst->irqs[1][0], 1);
	/* the source goes on as well when the move is called off */
	wr64(src, 1, 0x1000, 1ULL << 48 | 2);
	assert_int_equal(steps(src), 1);
	assert_int_equal(cqe_slot(src, 2, 4, 2, 0), 2);
	assert_int_equal(src->guest_errors + dst->guest_errors, 0);
	assert_int_equal(rd(dst, 0, 0x100000), 0);
	bench_free(src);
	bench_free(dst);
}

static void test_migration_images_only_in_v3_vfs(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);

	(void)state;
	assert_int_equal(rd(b, 0, 0x8018), 0);
	wr(b, 0, 0x8018, 0x1000f);
	assert_int_equal(b->guest_errors, 1);
	/* an image that makes no sense is refused as a whole */
	wr(b, 1, 0x8000, 0x00400000);
	wr(b, 1, 0x8018, 0x1000f);
	assert_int_equal(b->guest_errors, 2);
	assert_int_equal(rd(b, 1, 0x8018), 0);
	bench_free(b);
	b = bench_new(HISI_QM_REV_V2, 1);
	wr(b, 1, 0x8018, 0x1000f);
	assert_int_equal(b->guest_errors, 1);
	assert_int_equal(rd(b, 1, 0x8018), 0);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden_images_dump_unchanged),
		cmocka_unit_test(test_golden_request_to_cqe_and_eqe),
		cmocka_unit_test(test_golden_eqc_dump),
		cmocka_unit_test(test_dump_tails_and_wraps_over_laps),
		cmocka_unit_test(test_dump_cqc_shows_arming_phase_and_head),
		cmocka_unit_test(test_write_back_then_poison_stops_late_doorbells),
		cmocka_unit_test(test_poison_without_write_back_has_no_effect),
		cmocka_unit_test(test_write_back_and_go_on_loses_nothing),
		cmocka_unit_test(test_write_back_with_a_task_out),
		cmocka_unit_test(test_write_back_without_tables_keeps_contexts),
		cmocka_unit_test(test_write_back_of_what_is_there_only),
		cmocka_unit_test(test_lost_context_loses_its_work),
		cmocka_unit_test(test_cq_poisoned_beyond_recognition),
		cmocka_unit_test(test_poison_with_work_queued_stops_it),
		cmocka_unit_test(test_write_back_does_not_exist_on_v1),
		cmocka_unit_test(test_migration_of_a_vf),
		cmocka_unit_test(test_migration_images_only_in_v3_vfs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
