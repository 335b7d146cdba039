/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Messages between PF and VFs (hisi-qm 3.8). */
#include "model_qm_support.h"

static struct bench *msg_new(unsigned int vfs)
{
	struct hisi_qm_model_config c = bench_config(HISI_QM_REV_V3, vfs, true);

	return bench_new_config(&c);
}

/* 5.10: soft reset prepare to all, each acknowledges */
static void test_pf_to_all_vfs(void **state)
{
	struct bench *b = msg_new(63);
	unsigned int vf;

	(void)state;
	assert_int_equal(mb(b, 0, 0x200c, 0xffff, 0x0000000500000002ULL), 0xc);
	wr(b, 0, 0x100134, 0x7f);
	assert_int_equal(rd(b, 0, 0x100134), 0x7f);
	wr(b, 0, 0x100130, 1);
	assert_int_equal(rd64(b, 0, 0x100128), ~1ULL);
	assert_int_equal(b->irqs[0][2], 0);
	for (vf = 1; vf < 64; vf++) {
		assert_int_equal(b->irqs[vf][2], 1);
		assert_int_equal(rd(b, vf, 0x28), 1);
		assert_int_equal(rd(b, vf, 0x20), 1);
		/* K6.12 asks with op 0, K7.2 with op 1 */
		assert_int_equal(mb(b, vf, vf & 1 ? 0x200d : 0x600d, 0, 0),
				 vf & 1 ? 0x000d : 0x400d);
		assert_int_equal(mb_base(b, vf), 0x0000000500000002ULL);
		assert_int_equal(rd64(b, 0, 0x100128), ~0ULL << vf);
		wr(b, vf, 0x20, rd(b, vf, 0x20) | 1);
		assert_int_equal(rd(b, vf, 0x28), 0);
	}
	assert_int_equal(rd64(b, 0, 0x100128), 0);
	assert_int_equal(b->guest_errors, 0);
	bench_free(b);
}

static void test_pf_to_one_vf(void **state)
{
	struct bench *b = msg_new(3);

	(void)state;
	assert_int_equal(mb(b, 0, 0x200c, 2, 3), 0xc);
	wr(b, 0, 0x100134, 2);
	wr(b, 0, 0x100130, 1);
	assert_int_equal(rd64(b, 0, 0x100128), 1u << 2);
	assert_int_equal(b->irqs[2][2], 1);
	assert_int_equal(b->irqs[1][2] + b->irqs[3][2], 0);
	assert_int_equal(mb(b, 1, 0x200d, 0, 0), 0xd);
	assert_int_equal(mb_base(b, 1), 0);
	assert_int_equal(mb(b, 2, 0x200d, 0, 0), 0xd);
	assert_int_equal(mb_base(b, 2), 3);
	bench_free(b);
}

static void test_vf_to_pf(void **state)
{
	struct bench *b = msg_new(3);

	(void)state;
	assert_int_equal(mb(b, 3, 0x200c, 0, 0x0000000700000004ULL), 0xc);
	wr(b, 3, 0x2c, 1);
	assert_int_equal(rd(b, 3, 0x2c), 1);
	assert_int_equal(rd(b, 0, 0x28), 1);
	b->irqs[0][2] = 0;
	wr(b, 3, 0x2c, 1);		/* again, before the answer */
	assert_int_equal(rd64(b, 0, 0x100138), 1u << 3);
	assert_int_equal(b->irqs[0][2], 1);
	assert_int_equal(mb(b, 0, 0x600d, 3, 0), 0x400d);
	assert_int_equal(mb_base(b, 0), 0x0000000700000004ULL);
	wr64(b, 0, 0x100138, 1u << 3);
	assert_int_equal(rd(b, 3, 0x2c), 0);
	wr(b, 0, 0x20, 1);
	assert_int_equal(rd(b, 0, 0x28), 0);
	assert_int_equal(rd64(b, 0, 0x100138), 0);
	assert_int_equal(b->irqs[0][2], 1);
	assert_int_equal(b->guest_errors, 0);
	bench_free(b);
}

/* One VF asks while another is answered: the PF must hear of it. */
static void test_pf_hears_of_the_second_vf(void **state)
{
	struct bench *b = msg_new(40);

	(void)state;
	wr(b, 1, 0x2c, 1);
	wr(b, 40, 0x2c, 1);
	assert_int_equal(rd64(b, 0, 0x100138), 1ULL << 40 | 2);
	wr(b, 0, 0x100138, 2);		/* in halves */
	assert_int_equal(rd(b, 1, 0x2c), 0);
	assert_int_equal(rd(b, 40, 0x2c), 1);
	b->irqs[0][2] = 0;
	wr(b, 0, 0x20, 1);
	assert_int_equal(b->irqs[0][2], 1);
	assert_int_equal(rd(b, 0, 0x28), 1);
	wr(b, 0, 0x10013c, 1u << 8);
	wr(b, 0, 0x20, 1);
	assert_int_equal(b->irqs[0][2], 1);
	assert_int_equal(rd(b, 0, 0x28), 0);
	assert_int_equal(rd(b, 40, 0x2c), 0);
	bench_free(b);
}

/* 5.12: the VF masks its interrupt and polls the source. */
static void test_masked_vf_polls_its_source(void **state)
{
	struct bench *b = msg_new(1);

	(void)state;
	wr(b, 1, 0x24, 1);
	assert_int_equal(rd(b, 1, 0x24), 1);
	wr(b, 0, 0x100134, 1);
	wr(b, 0, 0x100130, 1);
	assert_int_equal(b->irqs[1][2], 0);
	assert_int_equal(rd(b, 1, 0x20), 1);
	assert_int_equal(rd(b, 1, 0x28), 0);
	wr(b, 1, 0x24, 0);
	assert_int_equal(b->irqs[1][2], 1);
	assert_int_equal(rd(b, 1, 0x28), 1);
	bench_free(b);
}

static void test_messages_to_nobody_fail(void **state)
{
	struct bench *b = msg_new(2);

	(void)state;
	assert_int_equal(mb_status(mb(b, 0, 0x200c, 3, 1)), 2);
	assert_int_equal(mb_status(mb(b, 0, 0x200c, 0, 1)), 2);
	assert_int_equal(mb_status(mb(b, 0, 0x200d, 3, 1)), 2);
	assert_int_equal(mb_status(mb(b, 0, 0x200d, 0, 1)), 2);
	assert_int_equal(mb_status(mb(b, 1, 0x200c, 2, 1)), 2);
	assert_int_equal(mb_status(mb(b, 1, 0x200d, 2, 1)), 2);
	b->guest_errors = 0;
	wr(b, 0, 0x100134, 3);
	wr(b, 0, 0x100130, 1);
	wr(b, 0, 0x100134, 0);
	wr(b, 0, 0x100130, 1);
	wr(b, 0, 0x2c, 1);		/* the PF has no PF */
	assert_int_equal(b->guest_errors, 3);
	assert_int_equal(rd64(b, 0, 0x100128), 0);
	assert_int_equal(rd(b, 0, 0x2c), 0);
	bench_free(b);
}

static void test_message_registers_do_not_exist_before_v3(void **state)
{
	static const uint32_t offsets[] = {
		0x20, 0x24, 0x2c, 0x34, 0x60, 0x100130, 0x100134, 0x100138,
		0x100148, 0x100164,
	};
	struct bench *b = bench_new(HISI_QM_REV_V2, 1);
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
		wr(b, 0, offsets[i], 1);
		assert_int_equal(b->guest_errors, i + 1);
		assert_int_equal(rd(b, 0, offsets[i]), 0);
	}
	bench_free(b);
}

/* The bus master is shut, but the PF still has to tell its VFs (5.10). */
static void test_messages_work_on_a_dead_device(void **state)
{
	struct bench *b = msg_new(1);

	(void)state;
	wr(b, 0, 0x1040f8, 0x6c77);
	wr(b, 0, 0x10000c, 4);
	assert_int_equal(mb(b, 0, 0x200c, 0xffff, 2), 0xc);
	wr(b, 0, 0x100134, 0x7f);
	wr(b, 0, 0x100130, 1);
	assert_int_equal(b->irqs[1][2], 1);
	assert_int_equal(mb(b, 1, 0x200d, 0, 0), 0xd);
	assert_int_equal(mb_base(b, 1), 2);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pf_to_all_vfs),
		cmocka_unit_test(test_pf_to_one_vf),
		cmocka_unit_test(test_vf_to_pf),
		cmocka_unit_test(test_pf_hears_of_the_second_vf),
		cmocka_unit_test(test_masked_vf_polls_its_source),
		cmocka_unit_test(test_messages_to_nobody_fail),
		cmocka_unit_test(test_message_registers_do_not_exist_before_v3),
		cmocka_unit_test(test_messages_work_on_a_dead_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
