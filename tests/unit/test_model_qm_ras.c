/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Errors of the device, automatic shutdown, counters (hisi-qm 2.2, 2.5, 5.9). */
#include "model_qm_support.h"

/* 5.9, with the masks of V3 (2.5) */
static void error_init(struct bench *b)
{
	wr(b, 0, 0x100000, ~0u);
	wr(b, 0, 0x1000ec, 0x0008);
	wr(b, 0, 0x1000f8, 1);
	wr(b, 0, 0x1000f4, 0x7c77);
	wr(b, 0, 0x1000f0, 0);
	wr(b, 0, 0x1040f8, 0x6c77);
	wr(b, 0, 0x100004, ~0x7c7fu);
}

static void test_every_error_bit_can_be_injected(void **state)
{
	unsigned int bit;

	(void)state;
	for (bit = 0; bit < 15; bit++) {
		struct bench *b = bench_new(HISI_QM_REV_V3, 1);
		bool reported = 0x7c7f & (1u << bit);

		error_init(b);
		wr(b, 0, 0x10000c, 1u << bit);
		assert_int_equal(rd(b, 0, 0x100000), 1u << bit);
		assert_int_equal(rd(b, 0, 0x100008),
				 reported ? 1u << bit : 0);
		assert_int_equal(b->irqs[0][3], reported);
		wr(b, 0, 0x10000c, 1u << bit);	/* the same again */
		assert_int_equal(b->irqs[0][3], reported);
		wr(b, 0, 0x100000, 1u << bit);
		assert_int_equal(rd(b, 0, 0x100000), 0);
		assert_int_equal(rd(b, 0, 0x100008), 0);
		wr(b, 0, 0x10000c, 1u << bit);
		assert_int_equal(b->irqs[0][3], 2 * reported);
		assert_int_equal(b->irqs[1][3], 0);
		bench_free(b);
	}
}

static void test_bits_that_do_not_exist_cannot_be_injected(void **state)
{
	struct bench *b = bench_new(HISI_QM_REV_V3, 0);

	(void)state;
	wr(b, 0, 0x10000c, 0xffff8000);
	assert_int_equal(rd(b, 0, 0x100000), 0);
	assert_int_equal(rd(b, 0, 0x10000c), 0);
	bench_free(b);
}

static void test_unmasking_and_enabling_report_what_is_pending(void **state)
{
	struct bench *b = bench_new(HISI_QM_REV_V3, 0);

	(void)state;
	wr(b, 0, 0x100004, ~0u);
	wr(b, 0, 0x1000f4, 1u << 9);
	wr(b, 0, 0x10000c, 1u << 9 | 1u << 10);
	assert_int_equal(b->irqs[0][3], 0);
	assert_int_equal(rd(b, 0, 0x100008), 0);
	wr(b, 0, 0x100004, 0);
	assert_int_equal(b->irqs[0][3], 1);
	/* of no class: a status, but no interrupt */
	assert_int_equal(rd(b, 0, 0x100008), 1u << 9 | 1u << 10);
	wr(b, 0, 0x1000f0, 1u << 10);
	assert_int_equal(b->irqs[0][3], 2);
	/* one acknowledged, the other is reported again */
	wr(b, 0, 0x100000, 1u << 9);
	assert_int_equal(b->irqs[0][3], 3);
	wr(b, 0, 0x100000, 1u << 10);
	assert_int_equal(b->irqs[0][3], 3);
	bench_free(b);
}

static void test_corrected_errors_count_up_to_the_threshold(void **state)
{
	struct bench *b = bench_new(HISI_QM_REV_V3, 0);

	(void)state;
	error_init(b);
	wr(b, 0, 0x1000f8, 3);
	wr(b, 0, 0x10000c, 8);
	wr(b, 0, 0x10000c, 8);
	assert_int_equal(rd(b, 0, 0x100000), 0);
	assert_int_equal(b->irqs[0][3], 0);
	wr(b, 0, 0x10000c, 8);
	assert_int_equal(rd(b, 0, 0x100000), 8);
	assert_int_equal(b->irqs[0][3], 1);
	assert_int_equal(rd(b, 0, 0x104000), 3);
	assert_int_equal(rd(b, 0, 0x104008), 0);
	bench_free(b);
}

/* V1 has no abnormal interrupt, V2's is 3. */
static void test_abnormal_vector_of_each_generation(void **state)
{
	struct bench *b = bench_new(HISI_QM_REV_V1, 0);

	(void)state;
	wr(b, 0, 0x1000f4, 0x1c57);
	wr(b, 0, 0x10000c, 1);
	assert_int_equal(rd(b, 0, 0x100008), 1);
	assert_int_equal(b->irqs[0][3], 0);
	bench_free(b);
	b = bench_new(HISI_QM_REV_V2, 0);
	wr(b, 0, 0x1000f4, 0x1c57);
	wr(b, 0, 0x10000c, 1);
	assert_int_equal(b->irqs[0][3], 1);
	bench_free(b);
}

static void test_shutdown_by_error_lasts_until_the_reset(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);

	(void)state;
	error_init(b);
	wr(b, 0, 0x10000c, 1u << 12);		/* not selected */
	sq_bell(b, 0, 1, 1);
	assert_int_equal(steps(b), 1);
	wr(b, 0, 0x10000c, 1u << 4);		/* selected */
	sq_bell(b, 0, 1, 2);
	assert_int_equal(steps(b), 0);
	assert_int_equal(mb_status(mb(b, 0, 0x2002, 0, RAM_BASE + IMAGE_AT)),
			 3);
	wr(b, 0, 0x100000, ~0u);
	wr(b, 0, 0x1040f8, 0);
	assert_int_equal(steps(b), 0);
	hisi_qm_model_reset(b->model);
	assert_int_equal(b->resets, 1);
	assert_int_equal(rd(b, 0, 0x100000), 0);
	give_queues(b, 0, 0, 64);
	qp_start(b, 0, 1, 16);
	sq_bell(b, 0, 1, 1);
	assert_int_equal(steps(b), 1);
	bench_free(b);
}

/* Selecting an error that is already there shuts as well. */
static void test_shutdown_selected_late(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);

	(void)state;
	wr(b, 0, 0x10000c, 1u << 4);
	sq_bell(b, 0, 1, 1);
	assert_int_equal(steps(b), 1);
	wr(b, 0, 0x1040f8, 0x6c77);
	sq_bell(b, 0, 1, 2);
	assert_int_equal(steps(b), 0);
	bench_free(b);
}

/* V2 shuts on multi-bit ECC alone, V1 on nothing (2.5). */
static void test_shutdown_of_v2_and_v1_is_fixed(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V2, 16);

	(void)state;
	wr(b, 0, 0x10000c, 0x7ffb);
	sq_bell(b, 0, 1, 1);
	assert_int_equal(steps(b), 1);
	wr(b, 0, 0x1040f8, 1);			/* not a register of V2 */
	assert_int_equal(b->guest_errors, 1);
	assert_int_equal(rd(b, 0, 0x1040f8), 0);
	wr(b, 0, 0x10000c, 4);
	sq_bell(b, 0, 1, 2);
	assert_int_equal(steps(b), 0);
	assert_int_equal(rd(b, 0, 0x104008), 1);
	bench_free(b);
	b = bench_started(HISI_QM_REV_V1, 16);
	wr(b, 0, 0x10000c, 0x7fff);
	wr64(b, 0, 0x340, 1 | 1ULL << 32);
	assert_int_equal(steps(b), 1);
	bench_free(b);
}

static void test_engine_error_reports_and_stops(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);

	(void)state;
	sq_bell(b, 0, 1, 1);
	assert_int_equal(mb(b, 0, 0x2009, 0, 0), 0x2009);
	b->dead = true;
	hisi_qm_model_engine_irq(b->model);
	assert_int_equal(b->irqs[0][3], 1);
	assert_int_equal(mb_status((uint16_t)rd(b, 0, 0x300)), 5);
	assert_int_equal(steps(b), 0);
	hisi_qm_model_reset(b->model);
	assert_false(b->dead);
	bench_free(b);
}

static void test_engine_register_shuts_and_opens(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);

	(void)state;
	sq_bell(b, 0, 1, 1);
	assert_int_equal(mb(b, 0, 0x2008, 1, 0), 0x2008);
	wr(b, 0, 0x301000, 1);
	assert_int_equal(mb_status((uint16_t)rd(b, 0, 0x300)), 5);
	assert_int_equal(steps(b), 0);
	b->kicks = 0;
	wr(b, 0, 0x301000, 0);
	assert_int_equal(b->kicks, 1);
	assert_int_equal(steps(b), 1);
	bench_free(b);
}

static void count_some(struct bench *b)
{
	sq_bell(b, 0, 1, 2);
	assert_int_equal(steps(b), 2);
	cq_bell(b, 0, 1, 2, false);
	sq_bell(b, 0, 2, 1);
	assert_int_equal(steps(b), 1);
}

static void test_counters_count_per_selection(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);

	(void)state;
	count_some(b);
	mb(b, 1, 0x6004, 0, 0);
	/* 4 contexts, 4 queues of two each; 2 + 3 doorbells */
	assert_int_equal(rd(b, 0, 0x104018), 12);
	assert_int_equal(rd(b, 0, 0x104028), 5);
	wr(b, 0, 0x104010, 1);
	assert_int_equal(rd(b, 0, 0x104018), 1);
	wr(b, 0, 0x104020, 1);
	assert_int_equal(rd(b, 0, 0x104028), 0);
	wr(b, 0, 0x104010, 33);			/* no such function */
	assert_int_equal(rd(b, 0, 0x104018), 0);
	wr(b, 0, 0x104030, 1u << 16);
	assert_int_equal(rd(b, 0, 0x104038), 2);
	wr(b, 0, 0x104040, 2u << 16);
	assert_int_equal(rd(b, 0, 0x104048), 1);
	wr(b, 0, 0x104040, 3000u << 16);
	assert_int_equal(rd(b, 0, 0x104048), 0);
	assert_int_equal(rd(b, 0, 0x104040), 3000u << 16);
	assert_int_equal(rd(b, 0, 0x104050), 3);
	assert_int_equal(rd(b, 0, 0x104058), 3);
	assert_int_equal(rd(b, 0, 0x104060), 3);
	assert_int_equal(rd(b, 0, 0x104100), 3);
	assert_int_equal(rd(b, 0, 0x104104), 2);
	assert_int_equal(rd(b, 0, 0x104108), 0);
	assert_int_equal(rd(b, 0, 0x104180), 2);
	assert_int_equal(rd(b, 0, 0x104184), 1);
	/* read again: nothing is cleared */
	assert_int_equal(rd(b, 0, 0x104050), 3);
	bench_free(b);
}

/* 2.2.5: the ten that clear on read, and when */
static void test_counters_clear_on_read_when_told(void **state)
{
	static const uint32_t cleared[] = {
		0x104018, 0x104028, 0x104038, 0x104048, 0x104050, 0x104058,
		0x104060,
	};
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);
	unsigned int i;

	(void)state;
	count_some(b);
	wr(b, 0, 0x104030, 1u << 16);
	wr(b, 0, 0x104040, 1u << 16);
	wr(b, 0, 0x100118, 1);
	assert_int_equal(rd(b, 0, 0x100118), 1);
	for (i = 0; i < sizeof(cleared) / sizeof(cleared[0]); i++) {
		assert_true(rd(b, 0, cleared[i]) > 0);
		assert_int_equal(rd(b, 0, cleared[i]), 0);
	}
	assert_int_equal(rd(b, 0, 0x104100), 3);
	assert_int_equal(rd(b, 0, 0x104100), 3);
	wr(b, 0, 0x100118, 0);
	assert_int_equal(rd(b, 0, 0x100118), 0);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_error_bit_can_be_injected),
		cmocka_unit_test(test_bits_that_do_not_exist_cannot_be_injected),
		cmocka_unit_test(test_unmasking_and_enabling_report_what_is_pending),
		cmocka_unit_test(test_corrected_errors_count_up_to_the_threshold),
		cmocka_unit_test(test_abnormal_vector_of_each_generation),
		cmocka_unit_test(test_shutdown_by_error_lasts_until_the_reset),
		cmocka_unit_test(test_shutdown_selected_late),
		cmocka_unit_test(test_shutdown_of_v2_and_v1_is_fixed),
		cmocka_unit_test(test_engine_error_reports_and_stops),
		cmocka_unit_test(test_engine_register_shuts_and_opens),
		cmocka_unit_test(test_counters_count_per_selection),
		cmocka_unit_test(test_counters_clear_on_read_when_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
