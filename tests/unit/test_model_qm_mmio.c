/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Accesses, the probe trace and whole ranges (hisi-zip 10.3, hisi-qm 2.2.5). */
#include "model_qm_support.h"

static void test_accesses_of_other_shapes_are_guest_errors(void **state)
{
	static const struct {
		unsigned int func, bar, bytes;
		uint64_t offset;
	} bad[] = {
		{ 0, 2, 1, 0x300 }, { 0, 2, 2, 0x300 }, { 0, 2, 3, 0x300 },
		{ 0, 2, 12, 0x300 }, { 0, 2, 4, 0x301 }, { 0, 2, 8, 0x302 },
		{ 0, 2, 4, 0x400000 }, { 0, 2, 8, 0x3ffffc },
		{ 0, 2, 16, ~3ULL }, { 0, 4, 4, 0x1000 }, { 0, 0, 4, 0 },
		{ 0, 5, 4, 0 }, { 9, 2, 4, 0 }, { 1, 2, 4, 0x10000 },
		{ 1, 2, 4, 0x100000 },
	};
	struct bench *b = bench_new(HISI_QM_REV_V3, 1);
	uint8_t buf[16];
	unsigned int i, j;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memset(buf, 0xee, sizeof(buf));
		hisi_qm_model_mmio_read(b->model, bad[i].func, bad[i].bar,
					bad[i].offset, buf, bad[i].bytes);
		for (j = 0; j < 16; j++)
			assert_int_equal(buf[j], j < bad[i].bytes ? 0 : 0xee);
		hisi_qm_model_mmio_write(b->model, bad[i].func, bad[i].bar,
					 bad[i].offset, buf, bad[i].bytes);
		assert_int_equal(b->guest_errors, 2 * (i + 1));
	}
	bench_free(b);
}

static void test_unknown_registers_read_0_and_keep_nothing(void **state)
{
	static const uint32_t offsets[] = {
		0x10, 0x310, 0x340, 0x3180, 0x8000, 0xfffc, 0x10000, 0xffffc,
		0x10001c, 0x1002fc, 0x105000, 0x2ffffc, 0x300004, 0x301008,
		0x3ffffc,
	};
	struct bench *b = bench_new(HISI_QM_REV_V3, 0);
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
		assert_int_equal(rd(b, 0, offsets[i]), 0);
		assert_int_equal(b->guest_errors, i);
		wr(b, 0, offsets[i], 0x55);
		assert_int_equal(b->guest_errors, i + 1);
		assert_int_equal(rd(b, 0, offsets[i]), 0);
	}
	bench_free(b);
}

static void check_stored(unsigned int revision, const uint32_t *offsets,
			 unsigned int count)
{
	struct bench *b = bench_new(revision, 0);
	unsigned int i;

	for (i = 0; i < count; i++)
		wr(b, 0, offsets[i], 0xa5000001 + (i << 8));
	for (i = 0; i < count; i++)
		assert_int_equal(rd(b, 0, offsets[i]), 0xa5000001 + (i << 8));
	assert_int_equal(b->guest_errors, 0);
	bench_free(b);
}

static void test_registers_that_are_written_read_back(void **state)
{
	static const uint32_t offsets[] = {
		0x100004, 0x1000ec, 0x1000f0, 0x1000f4, 0x1000f8, 0x100050,
		0x100058, 0x10005c, 0x100060, 0x100064, 0x100068, 0x100070,
		0x100074, 0x100078, 0x100088, 0x100090, 0x100098, 0x1000a0,
		0x1000a8, 0x1000ac, 0x1000b0, 0x1000cc, 0x1000d0, 0x1000d8,
		0x100120, 0x100144, 0x104010, 0x104020, 0x104030, 0x104040,
		0x1040f4, 0x1040fc, 0x300014, 0x300018, 0x30001c,
		/* V3 */
		0x34, 0x60, 0x100134, 0x100148, 0x100164, 0x1040f8,
	};
	unsigned int count = sizeof(offsets) / sizeof(offsets[0]);

	(void)state;
	check_stored(HISI_QM_REV_V1, offsets, count - 6);
	check_stored(HISI_QM_REV_V2, offsets, count - 6);
	check_stored(HISI_QM_REV_V3, offsets, count);
}

static void test_rob_ecc_status_can_be_cleared(void **state)
{
	struct bench *b = bench_new(HISI_QM_REV_V2, 0);

	(void)state;
	wr(b, 0, 0x300104, 2);
	assert_int_equal(rd(b, 0, 0x300104), 0);
	assert_int_equal(b->guest_errors, 0);
	bench_free(b);
}

/* 5.10 step 6: the ordering probe before a reset of V1 and V2 */
static void test_peh_vendor_id_probe(void **state)
{
	struct bench *b = bench_new(HISI_QM_REV_V2, 0);

	(void)state;
	assert_int_equal(rd(b, 0, 0x1000d8), 0x19e5);
	wr(b, 0, 0x1000d8, 0x5a5a);
	assert_int_equal(rd(b, 0, 0x1000d8), 0x5a5a);
	wr(b, 0, 0x1000d8, 0x19e5);
	assert_int_equal(rd(b, 0, 0x1000d8), 0x19e5);
	bench_free(b);
}

static void read_range(struct bench *b, uint32_t from, unsigned int dwords)
{
	unsigned int i;

	for (i = 0; i < dwords; i++)
		rd(b, 0, from + 4 * i);
}

static void test_debugfs_ranges_are_readable(void **state)
{
	static const unsigned int revisions[] = {
		HISI_QM_REV_V1, HISI_QM_REV_V2, HISI_QM_REV_V3,
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < 3; i++) {
		struct bench *b = bench_new(revisions[i], 0);

		read_range(b, 0x100000, 0x5a);
		read_range(b, 0x104000, 0x2e);
		read_range(b, 0x1040c8, 0x11);
		read_range(b, 0x0, 0xc3);
		read_range(b, 0x300100, 0x22);
		rd(b, 0, 0x200);
		assert_int_equal(b->guest_errors, 0);
		assert_int_equal(b->traces, 0x5a + 0x2e + 0x11 + 0xc3 + 0x22 + 1);
		bench_free(b);
	}
}

static void expect(struct bench *b, uint32_t offset, uint32_t value)
{
	assert_int_equal(rd(b, 0, offset), value);
}

static void trace_discovery(struct bench *b)
{
	expect(b, 0x210, 0);				/* 1 */
	expect(b, 0x30, 0);				/* 2 */
	expect(b, 0x3100, 0x00000601);			/* 3 */
	expect(b, 0x3104, 0x04000800);
	expect(b, 0x3108, 0x04000400);
	expect(b, 0x310c, 0x10000);
	expect(b, 0x3110, 0x10001);
	expect(b, 0x3114, 0x10003);
	expect(b, 0x3118, 0);
	expect(b, 0x3120, 0x14);
	expect(b, 0x100158, 0x00080100);		/* 4 */
	expect(b, 0x311c, 0x00040003);			/* 5 */
	expect(b, 0x3124, 0x7c77);			/* 6 */
	expect(b, 0x3128, 0x6c77);
	expect(b, 0x312c, 8);
	wr(b, 0, 0x100074, 0x1fffff);			/* 7 */
	expect(b, 0x100148, 0);
	wr(b, 0, 0x100148, 1u << 9);
	expect(b, 0x100148, 1u << 9);
	wr(b, 0, 0x100040, 1);				/* 8 */
	expect(b, 0x100044, 1);
}

static void trace_attributes(struct bench *b)
{
	static const struct {
		uint32_t offset, value;
	} writes[] = {
		{ 0x100088, 0x40001070 }, { 0x100090, 0xfffffffe },
		{ 0x100098, 0x40001070 }, { 0x1000a0, 0xfffffffe },
		{ 0x1000a8, 0xffffffff }, { 0x1000ac, 0x0000ffff },
		{ 0x1000b0, 0xffffffff }, { 0x1000cc, 0x00401001 },
		{ 0x1000d0, 0xffffffff }, { 0x100050, 0x1833 },
		{ 0x301004, 0x2001ff1f },
	};
	unsigned int i;

	for (i = 0; i < sizeof(writes) / sizeof(writes[0]); i++)
		wr(b, 0, writes[i].offset, writes[i].value);	/* 11 */
	for (i = 0; i < sizeof(writes) / sizeof(writes[0]); i++)
		expect(b, writes[i].offset, writes[i].value);
	wr(b, 0, 0x100000, ~0u);			/* 12 */
	wr(b, 0, 0x1000ec, 8);
	wr(b, 0, 0x1000f8, 1);
	wr(b, 0, 0x1000f4, 0x7c77);
	wr(b, 0, 0x1000f0, 0);
	wr(b, 0, 0x1040f8, 0x6c77);
	wr(b, 0, 0x100004, ~0x7c7fu);
}

static void trace_counters(struct bench *b)
{
	static const uint32_t counters[] = {
		0x104000, 0x104008, 0x104018, 0x104028, 0x104038, 0x104048,
		0x104050, 0x104058, 0x104060, 0x1040b4,
	};
	unsigned int i;

	wr(b, 0, 0x104010, 0);				/* 13 */
	wr(b, 0, 0x104020, 0);
	wr(b, 0, 0x104030, 0);
	wr(b, 0, 0x104040, 0);
	wr(b, 0, 0x100118, 1);
	for (i = 0; i < 10; i++)
		expect(b, counters[i], 0);
	wr(b, 0, 0x100118, 0);
}

/* hisi-zip 10.3: PF, V3, K7.2; the engine's own registers are its tests' */
static void test_probe_trace_of_a_v3_pf(void **state)
{
	struct bench *b = bench_new(HISI_QM_REV_V3, 0);

	(void)state;
	trace_discovery(b);
	trace_attributes(b);
	trace_counters(b);
	vft_write(b, 0, 0, 0x0007F00000000000ULL);	/* 15 */
	vft_write(b, 1, 0, 0x0000000010000000ULL);
	expect(b, 0x100008, 0);				/* 16 */
	func_start(b, 0, false);			/* 17, 19 */
	expect(b, 0x100008, 0);
	expect(b, 0x8, 0);
	expect(b, 0x0, 0);
	assert_int_equal(b->irqs[0][0] + b->irqs[0][1] + b->irqs[0][2] +
			 b->irqs[0][3], 0);
	qp_start(b, 0, 0, 1024);			/* 21 */
	put_sqe(b, 0, 1024, 0, 42);
	sq_bell(b, 0, 0, 1);
	assert_int_equal(steps(b), 1);
	assert_int_equal(b->irqs[0][0], 1);
	assert_int_equal(answer_of(b, 0, 1024, 0), ~42u);
	assert_int_equal(b->guest_errors, 0);
	bench_free(b);
}

/* hisi-zip 10.3, VF: command 6 before anything else, no device space */
static void test_probe_trace_of_a_v3_vf(void **state)
{
	struct bench *b = bench_new(HISI_QM_REV_V3, 1);

	(void)state;
	give_queues(b, 1, 64, 192);
	assert_int_equal(rd(b, 1, 0x210), 0);
	assert_int_equal(rd(b, 1, 0x30), 0);
	assert_int_equal(rd(b, 1, 0x3100), 0x601);
	assert_int_equal(mb(b, 1, 0x6006, 0, 0), 0x4006);
	assert_int_equal((rd(b, 1, 0x304) >> 28 | rd(b, 1, 0x308) << 4) & 0xffff,
			 64);
	assert_int_equal(((rd(b, 1, 0x308) >> 13) & 0x3ff) + 1, 192);
	func_start(b, 1, false);
	wr(b, 1, 0x60, 1);
	assert_int_equal(rd(b, 1, 0x60), 1);
	wr(b, 1, 0x60, 0);
	assert_int_equal(rd(b, 1, 0x60), 0);
	wr(b, 1, 0x30, 1);	/* migration restores it; it is not a setting */
	assert_int_equal(rd(b, 1, 0x30), 0);
	assert_int_equal(b->guest_errors, 0);
	bench_free(b);
}

static void test_64_bit_registers_read_in_one(void **state)
{
	struct hisi_qm_model_config c = bench_config(HISI_QM_REV_V3, 63, true);
	struct bench *b = bench_new_config(&c);
	uint64_t four[2];

	(void)state;
	wr(b, 63, 0x2c, 1);
	wr(b, 2, 0x2c, 1);
	assert_int_equal(rd64(b, 0, 0x100138), 1ULL << 63 | 1ULL << 2);
	hisi_qm_model_mmio_read(b->model, 0, 2, 0x100130, four, 16);
	assert_int_equal(four[1], 1ULL << 63 | 1ULL << 2);
	wr64(b, 0, 0x100138, ~0ULL);
	assert_int_equal(rd64(b, 0, 0x100138), 0);
	bench_free(b);
}

static void test_no_log_is_fine(void **state)
{
	struct hisi_qm_model_config c = bench_config(HISI_QM_REV_V3, 0, false);
	struct bench b = { 0 };
	struct hisi_qm_model_host host = bench_host(&b);

	(void)state;
	host.log = NULL;
	host.kick = NULL;
	bench_in_creation = &b;
	assert_int_equal(hisi_qm_model_create(&c, &host, &b.model), 0);
	sq_bell(&b, 0, 0, 1);
	wr(&b, 0, 0x10000c, 0x10);
	assert_int_equal(rd(&b, 0, 0x100000), 0x90);
	hisi_qm_model_destroy(b.model);
	assert_int_equal(b.traces + b.guest_errors + b.events, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accesses_of_other_shapes_are_guest_errors),
		cmocka_unit_test(test_unknown_registers_read_0_and_keep_nothing),
		cmocka_unit_test(test_registers_that_are_written_read_back),
		cmocka_unit_test(test_rob_ecc_status_can_be_cleared),
		cmocka_unit_test(test_peh_vendor_id_probe),
		cmocka_unit_test(test_debugfs_ranges_are_readable),
		cmocka_unit_test(test_probe_trace_of_a_v3_pf),
		cmocka_unit_test(test_probe_trace_of_a_v3_vf),
		cmocka_unit_test(test_64_bit_registers_read_in_one),
		cmocka_unit_test(test_no_log_is_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
