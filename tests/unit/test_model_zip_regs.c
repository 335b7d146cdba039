/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Registers, errors and counters of the ZIP engine's model (hisi-zip 7.2). */
#include "model_zip_support.h"

static struct zt_req work(unsigned int alg)
{
	return (struct zt_req) {
		.alg = alg, .dw7 = DW7_STATELESS, .dw9 = DW9_ZLIB,
		.src = SRC_AT, .src_len = 1000, .dst = DST_AT, .dst_len = 2000,
	};
}

static void test_regs_hold_what_a_driver_writes(void **state)
{
	/* 7.2.5 */
	static const struct {
		uint32_t offset;
		uint32_t value;
	} writes[] = {
		{ 0x301040, 0xffffffff }, { 0x301044, 0xffffffff },
		{ 0x301060, 0xffffffff }, { 0x301064, 0xffffffff },
		{ 0x301110, 0x40001070 }, { 0x301140, 0x40001070 },
		{ 0x301128, 0x40001070 }, { 0x301134, 0x40001070 },
		{ 0x30111c, 0x40001070 }, { 0x301004, 0x2001ff1f },
		{ 0x301208, 1 }, { 0x301204, 0 }, { 0x3011a8, 1 },
		{ 0x301160, 1 }, { 0x301164, 0x1ffe }, { 0x301168, 0x2 },
		{ 0x30120c, 0x7fe }, { 0x30100c, 0x4000 },
		{ 0x3010a4, 0x1800 }, { 0x3011b0, 0 }, { 0x301000, 5 },
		{ 0x301008, 0x1234 },
	};
	struct zt *t = *state;
	unsigned int i;

	assert_int_equal(zt_reg(t, 0x3011b0) & 0x04000000, 0x04000000);
	assert_int_equal(zt_reg(t, 0x301204) & 0x10, 0x10);
	for (i = 0; i < sizeof(writes) / sizeof(writes[0]); i++)
		zt_reg_set(t, writes[i].offset, writes[i].value);
	for (i = 0; i < sizeof(writes) / sizeof(writes[0]); i++)
		assert_int_equal(zt_reg(t, writes[i].offset), writes[i].value);
	/* SVA translation is idle at all times. */
	assert_int_equal(zt_reg(t, 0x3011c4), 0);

	hisi_zip_model_engine.reset(t->engine);
	assert_int_equal(zt_reg(t, 0x301004), 0);
	assert_int_equal(zt_reg(t, 0x3010a4), 0x1fff);
}

static void test_regs_that_debugfs_reads_are_all_there(void **state)
{
	struct zt *t = *state;
	uint32_t offset, core;

	for (offset = 0x301000; offset < 0x3012c0; offset += 4)
		zt_reg(t, offset);
	for (core = 0; core < 8; core++)
		for (offset = 0; offset < 0xa0; offset += 4)
			assert_int_equal(zt_reg(t, 0x302000 + core * 0x1000 +
						offset), 0);
}

static void test_regs_elsewhere_do_not_answer(void **state)
{
	static const uint32_t none[] = {
		0x3012c0, 0x3020a0, 0x30a000, 0x330000, 0x331c84, 0x33400c,
		0x3ffffc, 0x301001, 0x302002,
	};
	struct zt *t = *state;
	uint32_t value = 5;
	unsigned int i;

	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		assert_false(hisi_zip_model_engine.mmio_read(t->engine, none[i],
							     &value));
		assert_int_equal(value, 5);
		assert_false(hisi_zip_model_engine.mmio_write(t->engine,
							      none[i], 1));
	}
	/* counters and holes are not to be written */
	assert_false(hisi_zip_model_engine.mmio_write(t->engine, 0x302000, 1));
	assert_false(hisi_zip_model_engine.mmio_write(t->engine, 0x301200, 1));
}

static void test_caps_are_those_of_v3(void **state)
{
	static const struct {
		uint32_t offset;
		uint32_t value;
	} caps[] = {
		{ 0x3124, 0x7c77 }, { 0x3128, 0x6c77 }, { 0x312c, 8 },
		{ 0x3130, 0x1ffe }, { 0x3134, 0x7fe }, { 0x3138, 1 },
		{ 0x313c, 0x12050203 }, { 0x3140, 0x001c0003 },
		{ 0x3144, 0x30 }, { 0x3148, 0x3f }, { 0x314c, 0xd5 },
		{ 0x3150, 0xd5 }, { 0x3154, 0x2a }, { 0x3158, 0x2a },
		{ 0x315c, 0x2a }, { 0x3160, 0 }, { 0x317c, 0 },
	};
	struct zt *t = *state;
	unsigned int i;

	for (i = 0; i < sizeof(caps) / sizeof(caps[0]); i++)
		assert_int_equal(hisi_zip_model_engine.cap(t->engine,
							   caps[i].offset),
				 caps[i].value);
}

static void test_error_is_masked_raised_and_cleared(void **state)
{
	struct zt *t = *state;

	/* the queue manager's own mask of its abnormal vector */
	hisi_qm_model_mmio_write(t->model, 0, 2, 0x04, &(uint32_t){ 0 }, 4);
	zt_reg_set(t, 0x3010a8, 0x4);
	assert_int_equal(zt_reg(t, 0x3010a0), 0x4);
	assert_int_equal(zt_reg(t, 0x3010ac), 0);
	zt_reg_set(t, 0x3010a4, 0x1ffb);
	assert_int_equal(zt_reg(t, 0x3010ac), 0x4);
	zt_reg_set(t, 0x3010a8, 0xffffe000);
	assert_int_equal(zt_reg(t, 0x3010a0), 0x4);
	zt_reg_set(t, 0x3010a0, 0x3);
	assert_int_equal(zt_reg(t, 0x3010a0), 0x4);
	zt_reg_set(t, 0x3010a0, 0x4);
	assert_int_equal(zt_reg(t, 0x3010a0), 0);
	assert_int_equal(zt_reg(t, 0x3010ac), 0);
	assert_true(t->events >= 1);
}

static void test_error_shuts_master_if_selected(void **state)
{
	struct zt *t = *state;

	zt_reg_set(t, 0x30120c, 0x7fe);
	zt_reg_set(t, 0x3010a8, 0x2);
	assert_false(hisi_zip_model_engine.is_dead(t->engine));
	zt_reg_set(t, 0x30100c, 0x4000);
	assert_true(hisi_zip_model_engine.is_dead(t->engine));
	/* Clearing the error does not open the master again ... */
	zt_reg_set(t, 0x3010a0, 0xffffffff);
	assert_true(hisi_zip_model_engine.is_dead(t->engine));
	/* ... but this does (7.2.1). */
	zt_reg_set(t, 0x30100c, 0);
	zt_reg_set(t, 0x30100c, 0x4000);
	assert_false(hisi_zip_model_engine.is_dead(t->engine));
	zt_reg_set(t, 0x3010a8, 0x801);
	assert_false(hisi_zip_model_engine.is_dead(t->engine));
	zt_reg_set(t, 0x3010a8, 0x400);
	assert_true(hisi_zip_model_engine.is_dead(t->engine));
	hisi_zip_model_engine.reset(t->engine);
	assert_false(hisi_zip_model_engine.is_dead(t->engine));
}

static void test_error_shutdown_of_v2_and_v1(void **state)
{
	struct zt *v2 = zt_new(HISI_QM_REV_V2), *v1 = zt_new(HISI_QM_REV_V1);

	(void)state;
	zt_reg_set(v2, 0x30100c, 0x4000);
	zt_reg_set(v2, 0x3010a8, 0x7fc);
	assert_false(hisi_zip_model_engine.is_dead(v2->engine));
	zt_reg_set(v2, 0x3010a8, 0x2);
	assert_true(hisi_zip_model_engine.is_dead(v2->engine));
	zt_reg_set(v1, 0x30100c, 0x4000);
	zt_reg_set(v1, 0x3010a8, 0x7fe);
	assert_false(hisi_zip_model_engine.is_dead(v1->engine));
	zt_free(v1);
	zt_free(v2);
}

static void test_fault_of_a_request_sets_axi_error(void **state)
{
	struct zt_req req = work(0);
	struct zt *t = *state;

	req.src = RAM_BYTES - 10;
	assert_int_equal(zt_run(t, &req).dw3, ZM_STATUS_DMA_READ);
	assert_int_equal(zt_reg(t, 0x3010a0), 0x4);
	zt_reg_set(t, 0x3010a0, 0x4);
	req = work(0);
	req.dst = RAM_BYTES - 10;
	zt_make(t->ram + SRC_AT, 1000, ZT_RANDOM, 1);
	assert_int_equal(zt_run(t, &req).dw3, ZM_STATUS_DMA_WRITE);
	assert_int_equal(zt_reg(t, 0x3010a0), 0x8);
}

static uint32_t core_sum(struct zt *t, unsigned int first, unsigned int count,
			 uint32_t offset)
{
	uint32_t sum = 0;

	while (count--)
		sum += zt_reg(t, 0x302000 + 0x1000 * first++ + offset);
	return sum;
}

static void test_counters_count(void **state)
{
	struct zt_req good = work(0), bad = work(0);
	struct zt *t = *state;
	uint32_t produced = 0;
	unsigned int i;

	bad.dw9 = 0x99;
	for (i = 0; i < 5; i++)
		produced += zt_run(t, &good).produced;
	zt_run(t, &bad);
	assert_int_equal(core_sum(t, 0, 2, 0x00), 6);
	assert_int_equal(core_sum(t, 0, 2, 0x04), 5);
	assert_int_equal(core_sum(t, 0, 2, 0x08), 1);
	assert_int_equal(core_sum(t, 0, 2, 0x0c), 6);
	assert_int_equal(core_sum(t, 0, 2, 0x38), 5000);
	assert_int_equal(core_sum(t, 0, 2, 0x40), produced);
	assert_int_equal(core_sum(t, 0, 2, 0x7c), 6);
	assert_int_equal(core_sum(t, 0, 2, 0x80), 6);
	assert_int_equal(core_sum(t, 0, 2, 0x88), 1);
	/* Both took part, the decompressors did not. */
	assert_int_equal(core_sum(t, 0, 1, 0x00), 3);
	assert_int_equal(core_sum(t, 2, 6, 0x00), 0);
	good.alg = 1;
	for (i = 0; i < 6; i++)
		zt_run(t, &good);
	assert_int_equal(core_sum(t, 2, 6, 0x08), 6);
	assert_int_equal(core_sum(t, 2, 3, 0x08), 6);
}

static void test_counters_clear_on_read_if_told_to(void **state)
{
	struct zt_req req = work(0);
	struct zt *t = *state;

	zt_run(t, &req);
	zt_run(t, &req);
	assert_int_equal(core_sum(t, 0, 2, 0x00), 2);
	assert_int_equal(core_sum(t, 0, 2, 0x00), 2);
	zt_reg_set(t, 0x301000, 5);
	assert_int_equal(core_sum(t, 0, 2, 0x00), 2);
	assert_int_equal(core_sum(t, 0, 2, 0x00), 0);
	zt_reg_set(t, 0x301000, 0);
	zt_run(t, &req);
	assert_int_equal(core_sum(t, 0, 2, 0x00), 1);
	assert_int_equal(core_sum(t, 0, 2, 0x00), 1);
	assert_int_equal(core_sum(t, 0, 2, 0x0c), 3);
}

static void test_counters_of_bytes_carry(void **state)
{
	struct zm_core core = { 0 };

	(void)state;
	hisi_zip_model_core_add(&core, HISI_ZIP_CORE_CONSUMED, 0xfffffff0);
	hisi_zip_model_core_add(&core, HISI_ZIP_CORE_CONSUMED, 0x20);
	assert_int_equal(core.regs[0x38 / 4], 0x10);
	assert_int_equal(core.regs[0x3c / 4], 1);
	hisi_zip_model_core_add(&core, HISI_ZIP_CORE_DONE, 0xffffffff);
	hisi_zip_model_core_add(&core, HISI_ZIP_CORE_DONE, 2);
	assert_int_equal(core.regs[0x0c / 4], 1);
	assert_int_equal(core.regs[0x10 / 4], 0);
}

static void collect(void *arg, const char *line)
{
	char *text = arg;

	strcat(text, line);
	strcat(text, "\n");
}

static void test_dump_says_what_happened(void **state)
{
	struct zt_req req = work(0);
	struct zt *t = *state;
	char text[2000] = "";

	zt_run(t, &req);
	zt_reg_set(t, 0x3010a8, 0x20);
	hisi_zip_model_engine.dump(t->engine, collect, text);
	assert_non_null(strstr(text, "0 streams"));
	assert_non_null(strstr(text, "0x20"));
	assert_non_null(strstr(text, "core 0: 1 requests, 1 good, 0 bad"));
	assert_null(strstr(text, "core 1"));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, zt_setup, zt_teardown)
	const struct CMUnitTest tests[] = {
		T(test_regs_hold_what_a_driver_writes),
		T(test_regs_that_debugfs_reads_are_all_there),
		T(test_regs_elsewhere_do_not_answer),
		T(test_caps_are_those_of_v3),
		T(test_error_is_masked_raised_and_cleared),
		T(test_error_shuts_master_if_selected),
		T(test_error_shutdown_of_v2_and_v1),
		T(test_fault_of_a_request_sets_axi_error),
		T(test_counters_count),
		T(test_counters_clear_on_read_if_told_to),
		T(test_counters_of_bytes_carry),
		T(test_dump_says_what_happened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
