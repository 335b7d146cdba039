/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Mailbox, VFT, stop and flush (hisi-qm 2.4, 3). */
#include "model_qm_support.h"

#define IMAGE	(RAM_BASE + IMAGE_AT)

static void test_mailbox_any_width_triggers_on_byte_15(void **state)
{
	static const unsigned int widths[] = { 4, 8, 16 };
	struct bench *b = bench_new(HISI_QM_REV_V3, 0);
	unsigned int i, offset;

	(void)state;
	for (i = 0; i < 3; i++) {
		uint64_t bt = 0x1122334455667780ULL + i;
		uint32_t dw[4] = { 0x2004, (uint32_t)bt, (uint32_t)(bt >> 32) };
		uint8_t reply[16];

		for (offset = 0; offset < 16; offset += widths[i]) {
			/* K6.12 polls with 32 bits; so far it is busy. */
			if (offset)
				assert_int_equal(rd(b, 0, 0x300), 0x2004);
			hisi_qm_model_mmio_write(b->model, 0, 2, 0x300 + offset,
						 (uint8_t *)dw + offset,
						 widths[i]);
		}
		assert_int_equal(rd(b, 0, 0x300), 0x0004);
		assert_int_equal(mb(b, 0, 0x6004, 0, 0), 0x4004);
		assert_int_equal(mb_base(b, 0), bt);
		/* K7.2: all of it in one read */
		hisi_qm_model_mmio_read(b->model, 0, 2, 0x300, reply, 16);
		assert_int_equal(reply[0] | reply[1] << 8, 0x4004);
		assert_memory_equal(reply + 4, &bt, 8);
	}
	bench_free(b);
}

static void test_mailbox_without_busy_does_nothing(void **state)
{
	struct bench *b = bench_new(HISI_QM_REV_V3, 0);

	(void)state;
	assert_int_equal(mb(b, 0, 0x0004, 0, 0x5000), 0x0004);
	assert_int_equal(b->guest_errors, 1);
	assert_int_equal(mb(b, 0, 0x6004, 0, 0), 0x4004);
	assert_int_equal(mb_base(b, 0), 0);
	/* each table has its own address, and the VFT can only be asked for */
	assert_int_equal(mb(b, 0, 0x2005, 0, 0x5000), 0x0005);
	assert_int_equal(mb(b, 0, 0x6005, 0, 0), 0x4005);
	assert_int_equal(mb_base(b, 0), 0x5000);
	assert_int_equal(mb_status(mb(b, 0, 0x2006, 0, 0)), 1);
	bench_free(b);
}

static void check_command(unsigned int revision, uint16_t cmd, bool known)
{
	struct bench *b = bench_new(revision, 1);
	uint16_t word0;

	word0 = mb(b, 1, WORD0_GET(cmd), 0, 0);
	assert_int_equal(word0 & 0x2000, 0);
	assert_int_equal(mb_status(word0) != 1, known);
	bench_free(b);
}

static void test_mailbox_commands_of_each_generation(void **state)
{
	(void)state;
	check_command(HISI_QM_REV_V1, 0x4, true);
	check_command(HISI_QM_REV_V1, 0x6, false);
	check_command(HISI_QM_REV_V2, 0x6, true);
	check_command(HISI_QM_REV_V2, 0x7, false);
	check_command(HISI_QM_REV_V2, 0x8, false);
	check_command(HISI_QM_REV_V2, 0xe, false);
	check_command(HISI_QM_REV_V3, 0x8, true);
	check_command(HISI_QM_REV_V3, 0x9, true);
	check_command(HISI_QM_REV_V3, 0xa, false);
	check_command(HISI_QM_REV_V3, 0xb, false);
	check_command(HISI_QM_REV_V3, 0xc, false);	/* no capability */
	check_command(HISI_QM_REV_V3, 0xe, true);
	check_command(HISI_QM_REV_V3, 0xf, false);
	check_command(HISI_QM_REV_V3, 0x10, false);
	check_command(HISI_QM_REV_V3, 0xff, false);
}

/* 2.6: with version 0 a driver assumes everything. */
static void test_mailbox_cap_version_0_means_all_features(void **state)
{
	struct hisi_qm_model_config c = bench_config(HISI_QM_REV_V3, 1, false);
	struct bench *b;

	(void)state;
	c.cap_override = 1;
	b = bench_new_config(&c);
	assert_int_equal(mb(b, 0, 0x200c, 1, 3), 0x000c);
	assert_int_equal(mb(b, 1, 0x200d, 0, 0), 0x000d);
	assert_int_equal(mb_base(b, 1), 3);
	assert_int_equal(mb(b, 0, 0x2009, 0, 0), 0x0009);
	bench_free(b);
}

/* 2.4: worked values */
static void test_vft_worked_values_read_back(void **state)
{
	struct bench *b = bench_new(HISI_QM_REV_V2, 1);

	(void)state;
	vft_write(b, 0, 0, 0x0007F00000000000ULL);
	vft_write(b, 0, 1, 0x0077F00400000000ULL);
	vft_write(b, 1, 0, 0x0000000010000000ULL);
	assert_int_equal(vft_read(b, 0, 0), 0x0007F00000000000ULL);
	assert_int_equal(rd(b, 0, 0x100064), 0);
	assert_int_equal(rd(b, 0, 0x100068), 0x0007F000);
	assert_int_equal(vft_read(b, 0, 1), 0x0077F00400000000ULL);
	assert_int_equal(vft_read(b, 1, 0), 0x10000000);
	assert_int_equal(vft_read(b, 1, 1), 0);
	/* what a VF is told: base 64, 960 queues */
	assert_int_equal(mb(b, 1, 0x6006, 0, 0), 0x4006);
	assert_int_equal(mb_base(b, 1), 0x0077F00400000000ULL);
	assert_int_equal((mb_base(b, 1) >> 28) & 0xffff, 64);
	assert_int_equal(((mb_base(b, 1) >> 45) & 0x3ff) + 1, 960);
	/* taken away again */
	vft_write(b, 0, 1, 0);
	assert_int_equal(mb(b, 1, 0x6006, 0, 0), 0x4006);
	assert_int_equal(mb_base(b, 1), 0);
	assert_int_equal(b->guest_errors, 0);
	bench_free(b);
}

static void test_vft_shaper_only_from_v3(void **state)
{
	struct bench *b = bench_new(HISI_QM_REV_V3, 3);

	(void)state;
	vft_write(b, 2, 3, 0x00988696);
	vft_write(b, 2, 3 | 1 << 6, 0x00988697);
	assert_int_equal(vft_read(b, 2, 3), 0x00988696);
	assert_int_equal(vft_read(b, 2, 3 | 1 << 6), 0x00988697);
	assert_int_equal(b->guest_errors, 0);
	vft_write(b, 2, 3 | 2 << 6, 1);
	vft_write(b, 3, 0, 1);
	assert_int_equal(b->guest_errors, 2);
	bench_free(b);
	b = bench_new(HISI_QM_REV_V2, 0);
	vft_write(b, 2, 0, 1);
	assert_int_equal(b->guest_errors, 1);
	bench_free(b);
}

/* 2.2.2: entries written before the initialisation are gone. */
static void test_mem_init_wipes_vft_and_contexts(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);

	(void)state;
	sq_bell(b, 0, 1, 1);
	assert_int_equal(steps(b), 1);
	assert_int_equal(rd(b, 0, 0x8), 1);
	put_sqc(b, false, 2, 16);
	set16(b, IMAGE_AT + 0x18, 50);	/* no such CQ: an AEQE */
	assert_int_equal(mb(b, 0, 0x2000, 2, IMAGE), 0);
	sq_bell(b, 0, 2, 1);
	assert_int_equal(steps(b), 1);
	assert_int_equal(rd(b, 0, 0x0), 1);
	wr(b, 0, 0x100000, ~0u);
	assert_int_equal(rd(b, 0, 0x100044), 0);
	wr(b, 0, 0x100040, 1);
	assert_int_equal(rd(b, 0, 0x8), 0);
	assert_int_equal(rd(b, 0, 0x0), 0);
	assert_int_equal(rd(b, 0, 0x100044), 1);
	assert_int_equal(vft_read(b, 0, 0), 0);
	assert_int_equal(vft_read(b, 1, 0), 0);
	assert_int_equal(mb(b, 0, 0x6004, 0, 0), 0x4004);
	assert_int_equal(mb_base(b, 0), 0);
	sq_bell(b, 0, 0, 1);
	assert_int_equal(steps(b), 0);
	assert_int_equal(rd(b, 0, 0x100000), 1u << 7);
	/* with the same queues again, there is still nothing in them */
	give_queues(b, 0, 0, 64);
	wr(b, 0, 0x100000, ~0u);
	sq_bell(b, 0, 1, 2);
	assert_int_equal(rd(b, 0, 0x100000), 1u << 9);
	b->guest_errors = 0;
	eq_bell(b, 0, 1);
	aeq_bell(b, 0, 0);
	assert_int_equal(b->guest_errors, 2);
	bench_free(b);
}

/* V1 entries have no count: a function ends where the next one begins. */
static void test_vft_v1_ranges(void **state)
{
	struct bench *b = bench_new(HISI_QM_REV_V1, 1);

	(void)state;
	vft_write(b, 0, 0, 0x0000100000015700ULL);
	vft_write(b, 1, 0, 0x0000000010015700ULL);
	vft_write(b, 0, 1, 0x0000100400015700ULL);
	vft_write(b, 1, 1, 0x0000000010015700ULL);
	put_sqc(b, true, 63, 16);
	assert_int_equal(mb(b, 0, 0x2000, 63, IMAGE), 0x0000);
	assert_int_equal(mb_status(mb(b, 0, 0x2000, 64, IMAGE)), 2);
	assert_int_equal(mb(b, 1, 0x2000, 4031, IMAGE), 0x0000);
	assert_int_equal(mb_status(mb(b, 1, 0x2000, 4032, IMAGE)), 2);
	assert_int_equal(rd(b, 0, 0x100000), 1u << 9);
	bench_free(b);
}

static void test_mailbox_context_of_no_queue_fails(void **state)
{
	struct bench *b = bench_new(HISI_QM_REV_V3, 1);
	static const uint16_t commands[] = { 0x2000, 0x2001, 0x6000, 0x6001 };
	unsigned int i;

	(void)state;
	for (i = 0; i < 4; i++) {
		uint16_t word0 = mb(b, 0, commands[i], 0, IMAGE);

		assert_int_equal(word0 & 0x2000, 0);
		assert_int_equal(mb_status(word0), 2);
	}
	assert_int_equal(rd(b, 0, 0x100000), 1u << 7);
	wr(b, 0, 0x100000, ~0u);
	give_queues(b, 0, 0, 8);
	assert_int_equal(mb_status(mb(b, 0, 0x2000, 8, IMAGE)), 2);
	assert_int_equal(rd(b, 0, 0x100000), 1u << 9);
	wr(b, 0, 0x100000, ~0u);
	assert_int_equal(mb_status(mb(b, 0, 0x2001, 8, IMAGE)), 2);
	assert_int_equal(rd(b, 0, 0x100000), 1u << 8);
	/* A range that reaches beyond the device has no such queues. */
	give_queues(b, 0, 250, 20);
	put_sqc(b, false, 0, 16);
	assert_int_equal(mb(b, 0, 0x2000, 5, IMAGE), 0x0000);
	assert_int_equal(mb_status(mb(b, 0, 0x2000, 6, IMAGE)), 2);
	bench_free(b);
}

static void test_mailbox_bad_address_is_an_axi_error(void **state)
{
	struct bench *b = bench_new(HISI_QM_REV_V3, 0);

	(void)state;
	give_queues(b, 0, 0, 8);
	assert_int_equal(mb_status(mb(b, 0, 0x2000, 0, 0x1000)), 3);
	assert_int_equal(rd(b, 0, 0x100000), 1u << 0);
	wr(b, 0, 0x100000, ~0u);
	assert_int_equal(mb_status(mb(b, 0, 0x6001, 0, 0x1000)), 3);
	assert_int_equal(rd(b, 0, 0x100000), 1u << 1);
	wr(b, 0, 0x100000, ~0u);
	assert_int_equal(mb_status(mb(b, 0, 0x2002, 0, ~0ULL)), 3);
	assert_int_equal(mb_status(mb(b, 0, 0x6003, 0, ~3ULL)), 3);
	assert_int_equal(rd(b, 0, 0x100000), 3);
	assert_int_equal(mb_status(mb(b, 0, 0x2001, 0, 0x1000)), 3);
	bench_free(b);
}

static void test_mailbox_bad_images_are_refused(void **state)
{
	struct bench *b = bench_new(HISI_QM_REV_V3, 0);

	(void)state;
	give_queues(b, 0, 0, 8);
	put_sqc(b, false, 0, 16);
	set32(b, IMAGE_AT + 0x0c, 0x600f);	/* 64-byte elements */
	assert_int_equal(mb_status(mb(b, 0, 0x2000, 0, IMAGE)), 4);
	put_sqc(b, false, 0, 16);
	set16(b, IMAGE_AT + 0x02, 16);		/* tail outside */
	assert_int_equal(mb_status(mb(b, 0, 0x2000, 0, IMAGE)), 4);
	put_sqc(b, false, 0, 16);
	set16(b, IMAGE_AT + 0x00, 0xffff);
	assert_int_equal(mb_status(mb(b, 0, 0x2000, 0, IMAGE)), 4);
	put_cqc(b, false, 0, 16);
	set32(b, IMAGE_AT + 0x0c, 0x500f);
	assert_int_equal(mb_status(mb(b, 0, 0x2001, 0, IMAGE)), 4);
	put_cqc(b, false, 0, 16);
	set16(b, IMAGE_AT + 0x02, 16);
	assert_int_equal(mb_status(mb(b, 0, 0x2001, 0, IMAGE)), 4);
	put_eqc(b, RAM_BASE, 64);
	set16(b, IMAGE_AT, 64);
	assert_int_equal(mb_status(mb(b, 0, 0x2002, 0, IMAGE)), 4);
	assert_int_equal(mb_status(mb(b, 0, 0x2003, 0, IMAGE)), 4);
	/* nothing of this took effect */
	assert_int_equal(mb(b, 0, 0x6000, 0, IMAGE), 0x4000);
	assert_int_equal(ram32(b, IMAGE_AT + 0x0c), 0);
	assert_int_equal(mb(b, 0, 0x6002, 0, IMAGE), 0x4002);
	assert_int_equal(ram32(b, IMAGE_AT + 0x18), 0);
	bench_free(b);
}

static void test_stop_idle_queue_is_done_at_once(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);

	(void)state;
	assert_int_equal(mb(b, 0, 0x2008, 1, 0), 0x0008);
	/* stopped: it takes no doorbells until it is installed again */
	put_sqe(b, 1, 16, 0, 7);
	sq_bell(b, 0, 1, 1);
	assert_int_equal(steps(b), 0);
	assert_int_equal(b->guest_errors, 1);
	qp_start(b, 0, 1, 16);
	sq_bell(b, 0, 1, 1);
	assert_int_equal(steps(b), 1);
	assert_int_equal(answer_of(b, 1, 16, 0), ~7u);
	assert_int_equal(mb_status(mb(b, 0, 0x2008, 9, 0)), 2);
	assert_int_equal(mb_status(mb(b, 0, 0x2008, 999, 0)), 2);
	bench_free(b);
}

static void test_stop_waits_for_what_is_queued(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);
	unsigned int i;

	(void)state;
	for (i = 0; i < 3; i++)
		put_sqe(b, 1, 16, i, i);
	sq_bell(b, 0, 1, 3);
	assert_int_equal(mb(b, 0, 0x2008, 1, 0), 0x2008);
	sq_bell(b, 0, 1, 5);		/* comes too late */
	/* while it is busy the mailbox takes nothing else */
	assert_int_equal(mb(b, 0, 0x6004, 0, 0), 0x2008);
	assert_true(hisi_qm_model_step(b->model));
	assert_true(hisi_qm_model_step(b->model));
	assert_int_equal(rd(b, 0, 0x300) & 0xffff, 0x2008);
	assert_int_equal(steps(b), 1);
	assert_int_equal(rd(b, 0, 0x300) & 0xffff, 0x0008);
	assert_int_equal(cqe_slot(b, 1, 16, 2, 1), 2);
	assert_int_equal(cqe_slot(b, 1, 16, 3, 1), -1);
	bench_free(b);
}

static void test_flush_waits_for_all_queues_of_the_function(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);

	(void)state;
	assert_int_equal(mb(b, 0, 0x2009, 0, 0), 0x0009);
	qp_start(b, 0, 0, 16);
	qp_start(b, 0, 2, 16);
	sq_bell(b, 0, 0, 2);
	sq_bell(b, 0, 2, 1);
	assert_int_equal(mb(b, 0, 0x2009, 0, 0), 0x2009);
	assert_int_equal(rd(b, 0, 0x200), 1);
	assert_true(hisi_qm_model_step(b->model));
	assert_true(hisi_qm_model_step(b->model));
	assert_int_equal(rd(b, 0, 0x300) & 0xffff, 0x2009);
	assert_int_equal(steps(b), 1);
	assert_int_equal(rd(b, 0, 0x300) & 0xffff, 0x0009);
	assert_int_equal(rd(b, 0, 0x200), 0);
	sq_bell(b, 0, 0, 3);
	assert_int_equal(steps(b), 0);
	bench_free(b);
}

/* A device that will not finish says so. */
static void test_stop_fails_when_the_master_is_shut(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);

	(void)state;
	sq_bell(b, 0, 1, 3);
	assert_int_equal(mb(b, 0, 0x2008, 1, 0), 0x2008);
	wr(b, 0, 0x300000, 1);
	assert_int_equal(mb_status((uint16_t)rd(b, 0, 0x300)), 5);
	assert_int_equal(mb_status(mb(b, 0, 0x2009, 0, 0)), 5);
	assert_int_equal(mb_status(mb(b, 0, 0x2000, 1, IMAGE)), 3);
	/* what needs no memory still works */
	assert_int_equal(mb(b, 0, 0x6006, 0, 0), 0x4006);
	bench_free(b);
}

static void test_pause_holds_back_until_a_kick(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);
	struct hisi_qm_model_task task;
	struct hisi_qm_model_worker *worker;

	(void)state;
	assert_int_equal(hisi_qm_model_worker_create(b->model, &worker), 0);
	sq_bell(b, 0, 1, 3);
	assert_true(hisi_qm_model_fetch(b->model, 0, 1, &task));
	assert_int_equal(mb(b, 0, 0x200e, 0, 0), 0x200e);
	hisi_qm_model_run(worker, &task);
	hisi_qm_model_complete(b->model, &task);
	assert_int_equal(rd(b, 0, 0x300) & 0xffff, 0x000e);
	assert_int_equal(steps(b), 0);
	/* 2.8: SQ doorbell, index 0, priority 1 */
	wr64(b, 0, 0x1000, 1ULL << 48 | 1);
	assert_int_equal(steps(b), 2);
	assert_int_equal(cqe_slot(b, 1, 16, 2, 1), 2);
	hisi_qm_model_worker_destroy(worker);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mailbox_any_width_triggers_on_byte_15),
		cmocka_unit_test(test_mailbox_without_busy_does_nothing),
		cmocka_unit_test(test_mailbox_commands_of_each_generation),
		cmocka_unit_test(test_mailbox_cap_version_0_means_all_features),
		cmocka_unit_test(test_vft_worked_values_read_back),
		cmocka_unit_test(test_vft_shaper_only_from_v3),
		cmocka_unit_test(test_mem_init_wipes_vft_and_contexts),
		cmocka_unit_test(test_vft_v1_ranges),
		cmocka_unit_test(test_mailbox_context_of_no_queue_fails),
		cmocka_unit_test(test_mailbox_bad_address_is_an_axi_error),
		cmocka_unit_test(test_mailbox_bad_images_are_refused),
		cmocka_unit_test(test_stop_idle_queue_is_done_at_once),
		cmocka_unit_test(test_stop_waits_for_what_is_queued),
		cmocka_unit_test(test_flush_waits_for_all_queues_of_the_function),
		cmocka_unit_test(test_stop_fails_when_the_master_is_shut),
		cmocka_unit_test(test_pause_holds_back_until_a_kick),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
