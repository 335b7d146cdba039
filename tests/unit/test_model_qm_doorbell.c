/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Doorbells (hisi-qm 4.7, 4.8, 2.7). */
#include "model_qm_support.h"

#define ABN_BOTH	(1u << 7)
#define ABN_CQ		(1u << 8)
#define ABN_SQ		(1u << 9)
#define ABN_RAND	(1u << 12)

static uint32_t take_errors(struct bench *b)
{
	uint32_t errors = rd(b, 0, 0x100000);

	wr(b, 0, 0x100000, ~0u);
	return errors;
}

/* 4.8: the values as they stand there */
static void test_golden_doorbells_v2(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V2, 16);

	(void)state;
	qp_start(b, 0, 5, 16);
	put_sqe(b, 5, 16, 0, 77);
	wr64(b, 0, 0x1000, 0x0000000100000005ULL);
	assert_int_equal(steps(b), 1);
	assert_int_equal(answer_of(b, 5, 16, 0), ~77u);
	assert_int_equal(ram32(b, EQ_AT), 0x00010005);
	wr64(b, 0, 0x1000, 0x0000000100001005ULL);
	wr64(b, 0, 0x1000, 0x0001000100001005ULL);
	wr64(b, 0, 0x2000, 0x0000000100002000ULL);
	assert_int_equal(rd(b, 0, 0x8), 0);
	wr64(b, 0, 0x2000, 0x0000000000003000ULL);
	wr64(b, 0, 0x1000, 0x0000000200000005ULL);
	assert_int_equal(steps(b), 1);
	assert_int_equal(ram32(b, EQ_AT + 4), 0x00010005);
	assert_int_equal(b->guest_errors, 0);
	bench_free(b);
}

static void test_golden_doorbells_v1(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V1, 16);

	(void)state;
	qp_start_rev(b, true, 0, 5, 16);
	wr64(b, 0, 0x340, 0x0000000100000005ULL);
	assert_int_equal(steps(b), 1);
	assert_int_equal(cqe_slot(b, 5, 16, 0, 1), 0);
	assert_int_equal(ram32(b, EQ_AT), 0x00010005);
	assert_int_equal(b->irqs[0][0], 1);
	wr64(b, 0, 0x340, 0x0001000100010005ULL);
	wr64(b, 0, 0x340, 0x0000000100020000ULL);
	wr64(b, 0, 0x340, 0x0000000200000005ULL);
	assert_int_equal(steps(b), 1);
	assert_int_equal(b->irqs[0][0], 2);
	assert_int_equal(b->guest_errors, 0);
	/* There is no command 4, and no V2 doorbell. */
	wr64(b, 0, 0x340, 0x0000000300040005ULL);
	wr64(b, 0, 0x1000, 0x0000000300000005ULL);
	assert_int_equal(steps(b), 0);
	assert_int_equal(b->guest_errors, 3);
	bench_free(b);
}

/* hisi-zip 10.3a: the high half is what counts. */
static void test_doorbell_in_halves_triggers_on_the_high_one(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);

	(void)state;
	wr(b, 0, 0x1000, 0x00000001);
	assert_int_equal(b->kicks, 0);
	wr(b, 0, 0x2000, 0x00003000);	/* another doorbell's half */
	wr(b, 0, 0x1004, 0x00000002);
	assert_int_equal(b->kicks, 1);
	assert_int_equal(steps(b), 2);
	assert_int_equal(cqe_slot(b, 1, 16, 1, 1), 1);
	/* The other order takes the old low half: it is not undone. */
	wr(b, 0, 0x1004, 0x00000003);
	assert_int_equal(steps(b), 1);
	bench_free(b);
}

static void test_doorbell_commands_at_the_wrong_place_are_ignored(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);

	(void)state;
	sq_bell(b, 0, 1, 1);
	steps(b);
	wr64(b, 0, 0x1000, 0x0000000100002000ULL);	/* EQ at SQ's */
	assert_int_equal(rd(b, 0, 0x8), 1);
	wr64(b, 0, 0x2000, 0x0000000200000001ULL);	/* SQ at EQ's */
	assert_int_equal(steps(b), 0);
	wr64(b, 0, 0x1000, 0x000000020000f001ULL);
	wr64(b, 0, 0x340, 0x0000000200000001ULL);	/* V1's */
	assert_int_equal(steps(b), 0);
	/* the V1 register does not exist: two halves, two complaints */
	assert_int_equal(b->guest_errors, 5);
	bench_free(b);
}

static void test_randata_must_match(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);

	(void)state;
	put_sqc(b, false, 1, 16);
	set16(b, IMAGE_AT + 0x10, 0x1234);
	assert_int_equal(mb(b, 0, 0x2000, 1, RAM_BASE + IMAGE_AT), 0);
	sq_bell(b, 0, 1, 1);
	assert_int_equal(steps(b), 0);
	assert_int_equal(take_errors(b), ABN_RAND);
	wr64(b, 0, 0x1000, 0x0000000112340001ULL);
	assert_int_equal(steps(b), 1);
	assert_int_equal(take_errors(b), 0);
	/* the CQ's own value is still 0 */
	wr64(b, 0, 0x1000, 0x0000000112341001ULL);
	assert_int_equal(take_errors(b), ABN_RAND);
	cq_bell(b, 0, 1, 1, false);
	assert_int_equal(take_errors(b), 0);
	bench_free(b);
}

static void test_doorbells_for_no_queue_set_the_error_bits(void **state)
{
	struct bench *b = bench_new(HISI_QM_REV_V2, 1);

	(void)state;
	sq_bell(b, 0, 0, 1);
	assert_int_equal(take_errors(b), ABN_BOTH);
	cq_bell(b, 0, 0, 1, true);
	assert_int_equal(take_errors(b), ABN_BOTH);
	vft_write(b, 0, 0, 7ULL << 45 | 1ULL << 44);
	cq_bell(b, 0, 0, 1, true);
	assert_int_equal(take_errors(b), ABN_CQ);
	give_queues(b, 0, 0, 8);
	sq_bell(b, 0, 0, 1);			/* not installed */
	assert_int_equal(take_errors(b), ABN_SQ);
	cq_bell(b, 0, 7, 1, true);
	assert_int_equal(take_errors(b), ABN_CQ);
	sq_bell(b, 0, 8, 1);			/* not the function's */
	assert_int_equal(take_errors(b), ABN_SQ);
	sq_bell(b, 1, 0, 1);			/* a VF without queues */
	assert_int_equal(take_errors(b), ABN_BOTH);
	assert_int_equal(b->guest_errors, 7);
	assert_int_equal(steps(b), 0);
	bench_free(b);
}

/* Queue numbers are the function's: the VF's 0 is not the PF's. */
static void test_doorbells_are_function_relative(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);

	(void)state;
	give_queues(b, 2, 64, 4);
	put_sqc(b, false, 9, 16);		/* other memory than the PF's */
	set16(b, IMAGE_AT + 0x18, 0);
	assert_int_equal(mb(b, 2, 0x2000, 0, RAM_BASE + IMAGE_AT), 0);
	put_cqc(b, false, 9, 16);
	assert_int_equal(mb(b, 2, 0x2001, 0, RAM_BASE + IMAGE_AT), 1);
	put_sqe(b, 0, 16, 0, 1);
	put_sqe(b, 9, 16, 0, 2);
	sq_bell(b, 2, 0, 1);
	assert_int_equal(steps(b), 1);
	assert_int_equal(b->last_func, 2);
	assert_int_equal(answer_of(b, 9, 16, 0), ~2u);
	assert_int_equal(answer_of(b, 0, 16, 0), 0);
	bench_free(b);
}

static void test_sq_index_is_taken_modulo_the_depth(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);

	(void)state;
	sq_bell(b, 0, 1, 16 + 3);
	assert_int_equal(steps(b), 3);
	assert_int_equal(b->guest_errors, 1);
	sq_bell(b, 0, 1, 3);		/* nothing new */
	assert_int_equal(steps(b), 0);
	sq_bell(b, 0, 1, 16);
	assert_int_equal(steps(b), 13);
	assert_int_equal(b->guest_errors, 2);
	bench_free(b);
}

static void test_cq_head_beyond_the_producer_is_ignored(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);

	(void)state;
	sq_bell(b, 0, 1, 3);
	steps(b);
	cq_bell(b, 0, 1, 4, false);
	assert_int_equal(b->guest_errors, 1);
	assert_int_equal(mb(b, 0, 0x6001, 1, RAM_BASE + IMAGE_AT), 0x4001);
	assert_int_equal(ram16(b, IMAGE_AT), 0);
	cq_bell(b, 0, 1, 3, false);
	cq_bell(b, 0, 1, 1, false);	/* backwards */
	assert_int_equal(b->guest_errors, 2);
	bench_free(b);
}

static void wr_bar4(struct bench *b, unsigned int func, uint64_t offset,
		    uint64_t value)
{
	hisi_qm_model_mmio_write(b->model, func, 4, offset, &value, 8);
}

static struct bench *isolated_new(void)
{
	struct hisi_qm_model_config c = bench_config(HISI_QM_REV_V3, 1, false);
	struct bench *b;

	c.isolation = true;
	b = bench_new_config(&c);
	give_queues(b, 0, 0, 8);
	func_start(b, 0, false);
	qp_start(b, 0, 1, 16);
	qp_start(b, 0, 2, 16);
	return b;
}

static void test_isolated_doorbells_ring_their_own_queue(void **state)
{
	struct bench *b = isolated_new();
	uint32_t value;

	(void)state;
	wr_bar4(b, 0, 0x11000, 0x0000000100000001ULL);
	wr_bar4(b, 0, 0x21000, 0x0000000200000002ULL);
	assert_int_equal(steps(b), 3);
	wr_bar4(b, 0, 0x11000, 0x0000000100001001ULL);
	/* EQ and AEQ stay in BAR 2; BAR 2 still takes all queues */
	eq_bell(b, 0, 2);
	assert_int_equal(rd(b, 0, 0x8), 0);
	sq_bell(b, 0, 1, 2);
	assert_int_equal(steps(b), 1);
	assert_int_equal(b->guest_errors, 0);
	hisi_qm_model_mmio_read(b->model, 0, 4, 0x11000, &value, 4);
	assert_int_equal(value, 0);
	bench_free(b);
}

static void test_isolated_doorbells_ring_nothing_else(void **state)
{
	struct bench *b = isolated_new();

	(void)state;
	wr_bar4(b, 0, 0x11000, 0x0000000100000002ULL);	/* a neighbour */
	assert_int_equal(take_errors(b), ABN_SQ);
	wr_bar4(b, 0, 0x11000, 0x0000000000001002ULL);
	assert_int_equal(take_errors(b), ABN_CQ);
	wr_bar4(b, 0, 0x11000, 0x0000000000002000ULL);	/* EQ */
	take_errors(b);
	wr_bar4(b, 0, 0x11008, 0x0000000100000001ULL);
	wr_bar4(b, 0, 0x10000, 0x0000000100000001ULL);
	assert_int_equal(take_errors(b), 0);
	wr_bar4(b, 0, 0x81000, 0x0000000100000008ULL);	/* none of ours */
	assert_int_equal(take_errors(b), ABN_SQ);
	assert_int_equal(steps(b), 0);
	assert_true(b->guest_errors >= 6);
	bench_free(b);
}

/* Two processes that write halves in turns do not disturb each other. */
static void test_isolated_halves_are_kept_per_queue(void **state)
{
	struct bench *b = isolated_new();
	static const struct {
		uint64_t offset;
		uint32_t value;
	} writes[] = {
		{ 0x11000, 1 }, { 0x21000, 2 }, { 0x11004, 1 }, { 0x21004, 3 },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < 4; i++)
		hisi_qm_model_mmio_write(b->model, 0, 4, writes[i].offset,
					 &writes[i].value, 4);
	assert_int_equal(steps(b), 4);
	assert_int_equal(cqe_slot(b, 1, 16, 0, 1), 0);
	assert_int_equal(cqe_slot(b, 2, 16, 2, 1), 2);
	assert_int_equal(b->guest_errors, 0);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden_doorbells_v2),
		cmocka_unit_test(test_golden_doorbells_v1),
		cmocka_unit_test(test_doorbell_in_halves_triggers_on_the_high_one),
		cmocka_unit_test(test_doorbell_commands_at_the_wrong_place_are_ignored),
		cmocka_unit_test(test_randata_must_match),
		cmocka_unit_test(test_doorbells_for_no_queue_set_the_error_bits),
		cmocka_unit_test(test_doorbells_are_function_relative),
		cmocka_unit_test(test_sq_index_is_taken_modulo_the_depth),
		cmocka_unit_test(test_cq_head_beyond_the_producer_is_ignored),
		cmocka_unit_test(test_isolated_doorbells_ring_their_own_queue),
		cmocka_unit_test(test_isolated_doorbells_ring_nothing_else),
		cmocka_unit_test(test_isolated_halves_are_kept_per_queue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
