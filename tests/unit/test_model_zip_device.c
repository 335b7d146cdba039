/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The ZIP engine behind the queue manager, as a driver sees the two. */
#include <zlib.h>

#include "hisi_zip_hw.h"
#include "hisi_zip_model.h"
#include "model_qm_support.h"

#define DEPTH	8u
#define SRC	DATA_AT
#define DST	(DATA_AT + 0x8000u)
#define BACK	(DATA_AT + 0x10000u)
#define BYTES	0x7000u

/* Queue 0 compresses, queue 1 decompresses: SQC W13 bits 11:8 (7.1). */
static struct bench *zip_started(void)
{
	struct hisi_qm_model_config config = {
		.engine = &hisi_zip_model_engine,
		.revision = HISI_QM_REV_V3,
		.vfs = 1,
	};
	struct bench *b = bench_new_config(&config);
	unsigned int i;

	give_queues(b, 0, 0, 64);
	func_start(b, 0, false);
	qp_start(b, 0, 0, DEPTH);
	qp_start(b, 0, 1, DEPTH);
	put_sqc(b, false, 1, DEPTH);
	set16(b, IMAGE_AT + 0x1a, 0x0110);
	assert_int_equal(mb(b, 0, 0x2000, 1, RAM_BASE + IMAGE_AT), 0x0000);
	assert_int_equal(b->guest_errors, 0);
	for (i = 0; i < BYTES; i++)
		*at(b, SRC + i) = "device model of an accelerator"[i * i % 29];
	return b;
}

static void put_request(struct bench *b, unsigned int qn, unsigned int slot,
			uint32_t src, uint32_t src_len, uint32_t dst)
{
	uint32_t sqe = sq_at(qn, DEPTH) + slot * SQE_BYTES;
	uint64_t from = RAM_BASE + src, to = RAM_BASE + dst;

	memset(at(b, sqe), 0, SQE_BYTES);
	set32(b, sqe + 4 * 4, src_len);
	set32(b, sqe + 4 * 7, 0x30000000);
	set32(b, sqe + 4 * 9, 0x4003);
	set32(b, sqe + 4 * 14, 0x8000);
	memcpy(at(b, sqe + 4 * 18), &from, 8);
	memcpy(at(b, sqe + 4 * 20), &to, 8);
	set32(b, sqe + 4 * 26, 0x11223344);
	set32(b, sqe + 4 * 27, 0x55667788);
}

static uint32_t dw(struct bench *b, unsigned int qn, unsigned int slot,
		   unsigned int n)
{
	return ram32(b, sq_at(qn, DEPTH) + slot * SQE_BYTES + 4 * n);
}

static void test_device_compresses_and_decompresses(void **state)
{
	struct bench *b = zip_started();
	uint32_t crc = crc32(0, at(b, SRC), BYTES), produced;

	(void)state;
	put_request(b, 0, 0, SRC, BYTES, DST);
	sq_bell(b, 0, 0, 1);
	assert_int_equal(steps(b), 1);
	assert_int_equal(cqe_slot(b, 0, DEPTH, 0, 1), 0);
	assert_int_equal(dw(b, 0, 0, 3), 0);
	assert_int_equal(dw(b, 0, 0, 0), BYTES);
	assert_int_equal(dw(b, 0, 0, 26), 0x11223344);
	assert_int_equal(dw(b, 0, 0, 27), 0x55667788);
	produced = dw(b, 0, 0, 1);
	assert_in_range(produced, 20, BYTES / 2);
	assert_int_equal(ram32(b, DST + produced - 8), crc);
	assert_int_equal(ram32(b, DST + produced - 4), BYTES);

	put_request(b, 1, 0, DST, produced, BACK);
	sq_bell(b, 0, 1, 1);
	assert_int_equal(steps(b), 1);
	assert_int_equal(cqe_slot(b, 1, DEPTH, 0, 1), 0);
	assert_int_equal(dw(b, 1, 0, 3), 0);
	assert_int_equal(dw(b, 1, 0, 1), BYTES);
	assert_memory_equal(at(b, SRC), at(b, BACK), BYTES);
	assert_int_equal(rd(b, 0, 0x302000), 1);
	assert_int_equal(rd(b, 0, 0x304000 + 0x38), produced);
	bench_free(b);
}

static void test_device_registers_are_the_pf_s(void **state)
{
	struct bench *b = zip_started();

	(void)state;
	wr(b, 0, 0x301004, 0x1001f);
	assert_int_equal(rd(b, 0, 0x301004), 0x1001f);
	assert_int_equal(rd(b, 1, 0x301004), 0);
	assert_int_equal(rd(b, 0, 0x3148), 0x3f);
	/* There is no DAE block (7.2.6). */
	assert_int_equal(rd(b, 0, 0x331c84), 0);
	hisi_qm_model_reset(b->model);
	assert_int_equal(rd(b, 0, 0x301004), 0);
	bench_free(b);
}

static void test_device_error_interrupts_and_shuts_the_master(void **state)
{
	struct bench *b = zip_started();
	unsigned int before;

	(void)state;
	wr(b, 0, 0x301164, 0x1ffe);
	wr(b, 0, 0x30120c, 0x7fe);
	wr(b, 0, 0x30100c, 0x4000);
	wr(b, 0, 0x3010a4, 0);
	before = b->irqs[0][3];
	wr(b, 0, 0x3010a8, 0x2);
	assert_int_equal(rd(b, 0, 0x3010ac), 0x2);
	assert_int_equal(b->irqs[0][3], before + 1);
	put_request(b, 0, 0, SRC, BYTES, DST);
	sq_bell(b, 0, 0, 1);
	assert_int_equal(steps(b), 0);
	bench_free(b);
}

/* Injected faults are the request's error and the engine's. */
static void test_device_dma_fault_fails_the_request(void **state)
{
	struct bench *b = zip_started();

	(void)state;
	put_request(b, 0, 0, SRC, BYTES, DST);
	put_request(b, 0, 1, SRC, BYTES, DST);
	assert_int_equal(hisi_qm_model_inject(b->model,
					      HISI_QM_MODEL_FAULT_DMA, true,
					      1), 0);
	sq_bell(b, 0, 0, 2);
	assert_int_equal(steps(b), 2);
	assert_int_not_equal(dw(b, 0, 0, 3) & 0xff, 0);
	assert_int_equal(dw(b, 0, 0, 1), 0);
	assert_int_equal(dw(b, 0, 1, 3), 0);
	assert_int_equal(rd(b, 0, 0x3010a0), 0x4);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_device_compresses_and_decompresses),
		cmocka_unit_test(test_device_registers_are_the_pf_s),
		cmocka_unit_test(test_device_error_interrupts_and_shuts_the_master),
		cmocka_unit_test(test_device_dma_fault_fails_the_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
