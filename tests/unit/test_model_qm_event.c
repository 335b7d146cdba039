/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Event queues, arming, interrupts (hisi-qm 4.5 to 4.7, 1.4). */
#include "model_qm_support.h"

static void one(struct bench *b, unsigned int qn, unsigned int tail)
{
	sq_bell(b, 0, qn, tail);
	assert_int_equal(steps(b), 1);
}

static void test_eqe_once_until_armed_again(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);

	(void)state;
	one(b, 1, 1);
	assert_int_equal(ram32(b, EQ_AT), 0x00010001);
	assert_int_equal(b->irqs[0][0], 1);
	one(b, 1, 2);
	cq_bell(b, 0, 1, 1, false);
	one(b, 1, 3);
	assert_int_equal(ram32(b, EQ_AT + 4), 0);
	cq_bell(b, 0, 1, 3, true);		/* nothing left: wait */
	assert_int_equal(ram32(b, EQ_AT + 4), 0);
	eq_bell(b, 0, 1);
	one(b, 1, 4);
	assert_int_equal(ram32(b, EQ_AT + 4), 0x00010001);
	assert_int_equal(b->irqs[0][0], 2);
	bench_free(b);
}

/* A completion between the driver's last look and its arming doorbell. */
static void test_arming_with_completions_outstanding_fires_at_once(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);

	(void)state;
	one(b, 1, 1);
	one(b, 1, 2);
	eq_bell(b, 0, 1);
	cq_bell(b, 0, 1, 1, true);
	assert_int_equal(ram32(b, EQ_AT + 4), 0x00010001);
	assert_int_equal(b->irqs[0][0], 2);
	one(b, 1, 3);				/* disarmed by that */
	assert_int_equal(ram32(b, EQ_AT + 8), 0);
	bench_free(b);
}

static void test_armed_without_an_eq_stays_armed(void **state)
{
	struct bench *b = bench_new(HISI_QM_REV_V3, 0);

	(void)state;
	give_queues(b, 0, 0, 8);
	qp_start(b, 0, 1, 16);
	one(b, 1, 1);
	assert_int_equal(b->guest_errors, 1);
	func_start(b, 0, false);
	one(b, 1, 2);
	assert_int_equal(ram32(b, EQ_AT), 0x00010001);
	assert_int_equal(b->irqs[0][0], 1);
	bench_free(b);
}

/* 4.7: c_flag 0 takes an arming back. */
static void test_unarmed_doorbell_disarms(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);

	(void)state;
	cq_bell(b, 0, 1, 0, false);
	one(b, 1, 1);
	assert_int_equal(ram32(b, EQ_AT), 0);
	assert_int_equal(b->irqs[0][0], 0);
	bench_free(b);
}

static void test_eq_interrupt_is_one_until_the_doorbell(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);

	(void)state;
	one(b, 1, 1);
	one(b, 2, 1);
	one(b, 3, 1);
	assert_int_equal(b->irqs[0][0], 1);
	assert_int_equal(rd(b, 0, 0x8), 1);
	eq_bell(b, 0, 1);		/* two are left: again */
	assert_int_equal(b->irqs[0][0], 2);
	assert_int_equal(rd(b, 0, 0x8), 1);
	eq_bell(b, 0, 3);
	assert_int_equal(b->irqs[0][0], 2);
	assert_int_equal(rd(b, 0, 0x8), 0);
	eq_bell(b, 0, 3);		/* spurious: nothing found */
	assert_int_equal(b->irqs[0][0], 2);
	bench_free(b);
}

static void test_unmasking_raises_what_is_pending(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);

	(void)state;
	wr(b, 0, 0xc, 1);
	assert_int_equal(rd(b, 0, 0xc), 1);
	one(b, 1, 1);
	assert_int_equal(b->irqs[0][0], 0);
	assert_int_equal(rd(b, 0, 0x8), 1);
	wr(b, 0, 0xc, 0);
	assert_int_equal(b->irqs[0][0], 1);
	wr(b, 0, 0xc, 0);
	assert_int_equal(b->irqs[0][0], 1);
	eq_bell(b, 0, 1);
	wr(b, 0, 0xc, 1);
	wr(b, 0, 0xc, 0);
	assert_int_equal(b->irqs[0][0], 1);
	bench_free(b);
}

static void eq_laps(unsigned int depth)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 4);
	unsigned int n;

	put_eqc(b, RAM_BASE + EQ_AT, depth);
	assert_int_equal(mb(b, 0, 0x2002, 0, RAM_BASE + IMAGE_AT), 2);
	for (n = 0; n < 3 * depth; n++) {
		uint32_t phase = !((n / depth) & 1);

		one(b, 2, (n + 1) % 4);
		assert_int_equal(ram32(b, EQ_AT + 4 * (n % depth)),
				 2 | phase << 16);
		eq_bell(b, 0, (n + 1) % depth);
		cq_bell(b, 0, 2, (n + 1) % 4, true);
		assert_int_equal(b->irqs[0][0], n + 1);
	}
	bench_free(b);
}

static void test_eq_phases_over_laps(void **state)
{
	(void)state;
	eq_laps(2);
	eq_laps(5);
	eq_laps(2048);
}

static void test_aeq_phases_over_laps(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V2, 2);
	unsigned int n;

	(void)state;
	put_eqc(b, RAM_BASE + AEQ_AT, 4);
	assert_int_equal(mb(b, 0, 0x2003, 0, RAM_BASE + IMAGE_AT), 3);
	for (n = 0; n < 12; n++) {
		uint32_t phase = !((n / 4) & 1);

		qp_start(b, 0, 3, 2);
		one(b, 3, 1);
		one(b, 3, 0);		/* one fits, this does not */
		assert_int_equal(ram32(b, AEQ_AT + 4 * (n % 4)),
				 3 | phase << 16);
		assert_int_equal(rd(b, 0, 0x0), 1);
		assert_int_equal(b->irqs[0][1], n + 1);
		aeq_bell(b, 0, (n + 1) % 4);
		assert_int_equal(rd(b, 0, 0x0), 0);
	}
	bench_free(b);
}

static void test_eq_overflow_is_one_aeqe_and_recovers(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);

	(void)state;
	put_eqc(b, RAM_BASE + EQ_AT, 3);
	assert_int_equal(mb(b, 0, 0x2002, 0, RAM_BASE + IMAGE_AT), 2);
	one(b, 0, 1);
	one(b, 1, 1);
	one(b, 2, 1);			/* two fit */
	assert_int_equal(ram32(b, AEQ_AT), 0x00030000);	/* type 1 */
	one(b, 3, 1);
	assert_int_equal(ram32(b, AEQ_AT + 4), 0);
	assert_int_equal(ram32(b, EQ_AT + 8), 0);
	eq_bell(b, 0, 2);
	/* CQ 2 is still armed: its next completion makes itself known */
	one(b, 2, 2);
	assert_int_equal(ram32(b, EQ_AT + 8), 0x00010002);
	/* the next time it is full is the next event */
	one(b, 3, 2);
	assert_int_equal(ram32(b, EQ_AT), 0x00000003);
	cq_bell(b, 0, 0, 0, true);
	assert_int_equal(ram32(b, AEQ_AT + 4), 0x00030000);
	bench_free(b);
}

/* Nobody is left to tell but the device: INF00 says what was lost (2.2.1). */
static void test_aeq_overflow_is_a_fifo_overflow(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 2);

	(void)state;
	put_eqc(b, RAM_BASE + AEQ_AT, 2);
	assert_int_equal(mb(b, 0, 0x2003, 0, RAM_BASE + IMAGE_AT), 3);
	one(b, 1, 1);
	one(b, 1, 0);
	assert_int_equal(ram32(b, AEQ_AT), 0x00010001);
	assert_int_equal(rd(b, 0, 0x100000), 0);
	one(b, 2, 1);
	one(b, 2, 0);
	assert_int_equal(rd(b, 0, 0x100000), 1u << 11);
	assert_int_equal(rd(b, 0, 0x100010), 2u << 6);
	bench_free(b);
}

static void test_event_queue_that_cannot_be_written(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V2, 16);

	(void)state;
	b->refuse = RAM_BASE + EQ_AT;
	one(b, 1, 1);
	assert_int_equal(rd(b, 0, 0x100000), 1u << 1);
	assert_int_equal(b->irqs[0][0], 0);
	b->refuse = 0;
	one(b, 1, 2);			/* still armed */
	assert_int_equal(ram32(b, EQ_AT), 0x00010001);
	bench_free(b);
}

static void test_eq_head_out_of_range_is_ignored(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);

	(void)state;
	one(b, 1, 1);
	eq_bell(b, 0, 2);
	eq_bell(b, 0, EQ_DEPTH);
	eq_bell(b, 0, 0xffff);
	assert_int_equal(b->guest_errors, 3);
	assert_int_equal(rd(b, 0, 0x8), 1);
	eq_bell(b, 0, 1);
	assert_int_equal(rd(b, 0, 0x8), 0);
	/* a function without event queues */
	eq_bell(b, 1, 0);
	aeq_bell(b, 1, 0);
	assert_int_equal(b->guest_errors, 5);
	bench_free(b);
}

static void test_vectors_come_from_the_capabilities(void **state)
{
	struct hisi_qm_model_config c = bench_config(HISI_QM_REV_V3, 0, false);
	struct bench *b;

	(void)state;
	c.cap_override = 1u << 3 | 1u << 4;
	c.cap[3] = 0x10005;
	c.cap[4] = 0x00001;		/* type 0: no such interrupt */
	b = bench_new_config(&c);
	give_queues(b, 0, 0, 4);
	func_start(b, 0, false);
	qp_start(b, 0, 0, 2);
	one(b, 0, 1);
	assert_int_equal(b->irqs[0][5], 1);
	one(b, 0, 0);
	assert_int_equal(ram32(b, AEQ_AT), 0x00010000);
	assert_int_equal(rd(b, 0, 0x0), 1);
	assert_int_equal(b->irqs[0][0] + b->irqs[0][1], 0);
	bench_free(b);
}

static void test_vf_has_its_own_event_queues(void **state)
{
	struct bench *b = bench_new(HISI_QM_REV_V2, 2);

	(void)state;
	give_queues(b, 2, 64, 8);
	func_start(b, 2, false);
	qp_start(b, 2, 7, 2);
	sq_bell(b, 2, 7, 1);
	assert_int_equal(steps(b), 1);
	assert_int_equal(ram32(b, EQ_AT), 0x00010007);
	sq_bell(b, 2, 7, 0);
	assert_int_equal(steps(b), 1);
	assert_int_equal(b->irqs[2][0], 1);
	assert_int_equal(b->irqs[2][1], 1);
	assert_int_equal(b->irqs[0][0] + b->irqs[0][1], 0);
	assert_int_equal(rd(b, 2, 0x8), 1);
	assert_int_equal(rd(b, 0, 0x8), 0);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_eqe_once_until_armed_again),
		cmocka_unit_test(test_arming_with_completions_outstanding_fires_at_once),
		cmocka_unit_test(test_armed_without_an_eq_stays_armed),
		cmocka_unit_test(test_unarmed_doorbell_disarms),
		cmocka_unit_test(test_eq_interrupt_is_one_until_the_doorbell),
		cmocka_unit_test(test_unmasking_raises_what_is_pending),
		cmocka_unit_test(test_eq_phases_over_laps),
		cmocka_unit_test(test_aeq_phases_over_laps),
		cmocka_unit_test(test_eq_overflow_is_one_aeqe_and_recovers),
		cmocka_unit_test(test_aeq_overflow_is_a_fifo_overflow),
		cmocka_unit_test(test_event_queue_that_cannot_be_written),
		cmocka_unit_test(test_eq_head_out_of_range_is_ignored),
		cmocka_unit_test(test_vectors_come_from_the_capabilities),
		cmocka_unit_test(test_vf_has_its_own_event_queues),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
