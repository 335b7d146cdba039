/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Requests as the drivers of hisi-zip 7.13 write them, word by word, what must
 * stay as it is in them, and requests that must be refused.
 */
#include "model_zip_support.h"

#define TEXT_BYTES	4096

static void put(struct zt *t, struct hisi_qm_model_task *task,
		unsigned int alg, const uint32_t dw[32])
{
	memset(task, 0, sizeof(*task));
	task->model = t->model;
	task->alg = alg;
	memcpy(task->sqe, dw, 128);
	hisi_zip_model_engine.prepare(t->engine, task);
	hisi_zip_model_engine.run(t->worker, task);
	hisi_zip_model_engine.finish(t->engine, task, false);
}

static void put_sgl(struct zt *t, uint32_t at, uint32_t data, uint32_t len)
{
	uint64_t addr = zt_addr(data);

	/* K writes its capacity to the sum of the chain: 10 */
	memset(t->ram + at, 0, 64 + 32);
	t->ram[at + 8] = 10;
	t->ram[at + 10] = 1;
	t->ram[at + 12] = 10;
	memcpy(t->ram + at + 64, &addr, 8);
	memcpy(t->ram + at + 80, &len, 4);
}

/* 7.13: DW7, DW8, DW9 of each way there and back */
static const struct {
	const char *who;
	uint32_t dw7, dw8, dw9;		/* compression */
	uint32_t back7, back8, back9;	/* decompression */
	uint32_t format;		/* as DW9 */
	unsigned int header;
} drivers[] = {
	{ "K7.2 deflate", 0x30000000, 0, 0x00002101,
	  0x30000000, 0, 0x00002101, DW9_DEFLATE, 0 },
	{ "K6.12 deflate", 0x30000000, 0, 0x00000101,
	  0x30000000, 0, 0x00000101, DW9_DEFLATE, 0 },
	{ "KAE2 zlib on V2", 0x00000000, 2, 0x00000102,
	  0x00000002, 0, 0x00000102, DW9_ZLIB, 2 },
	{ "KAE2 gzip on V3", 0x30000000, 10, 0x00000103,
	  0x3000000a, 0, 0x00000103, DW9_GZIP, 10 },
	{ "UADK2 zlib flat", 0x3a000000, 0, 0x00004002,
	  0x3a000000, 0, 0x00004002, DW9_ZLIB, 2 },
};

static void set_addresses(struct zt *t, uint32_t dw[32], uint32_t src,
			  uint32_t src_len, uint32_t dst, uint32_t dst_len,
			  unsigned int src_header, unsigned int dst_header)
{
	uint64_t from = zt_addr(src), to = zt_addr(dst);

	if (dw[9] & 0x100) {
		put_sgl(t, SGL_AT, src, src_len);
		put_sgl(t, SGL_AT + 0x1000, dst, dst_len);
		from = zt_addr(SGL_AT);
		to = zt_addr(SGL_AT + 0x1000);
	} else {
		from += src_header;
		to += dst_header;
	}
	dw[4] = src_len - src_header;
	dw[14] = dst_len - dst_header;
	dw[18] = from;
	dw[19] = from >> 32;
	dw[20] = to;
	dw[21] = to >> 32;
	/* both tags */
	dw[13] = 0xcafef00d;
	dw[26] = 0x12345678;
	dw[27] = 0x9abcdef0;
}

static void assert_inputs_kept(const uint32_t before[32],
			       const uint32_t after[32])
{
	static const uint8_t outputs[] = { 0, 1, 2, 3, 30, 31 };
	uint32_t expected[32];
	unsigned int i;

	memcpy(expected, before, 128);
	for (i = 0; i < sizeof(outputs); i++)
		expected[outputs[i]] = after[outputs[i]];
	assert_memory_equal(after, expected, 128);
}

static void test_requests_of_every_driver_work(void **state)
{
	struct zt *t = *state;
	struct hisi_qm_model_task task;
	uint32_t dw[32], out, h;
	unsigned int i;

	for (i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++) {
		h = drivers[i].header;
		zt_make(t->ram + SRC_AT, TEXT_BYTES, ZT_TEXT, i);
		memset(t->ram + DST_AT, 0xaa, 16);
		memset(dw, 0, sizeof(dw));
		dw[7] = drivers[i].dw7;
		dw[8] = drivers[i].dw8;
		dw[9] = drivers[i].dw9;
		set_addresses(t, dw, SRC_AT, TEXT_BYTES, DST_AT, TEXT_BYTES, 0,
			      h);
		put(t, &task, 0, dw);
		assert_inputs_kept(dw, (uint32_t *)task.sqe);
		memcpy(dw, task.sqe, 128);
		assert_int_equal(dw[3], 0);
		assert_int_equal(dw[0], TEXT_BYTES);
		out = dw[1];
		if (h)
			assert_int_equal(t->ram[DST_AT + h - 1], 0xaa);
		zt_assert_decodes(drivers[i].format, t->ram + DST_AT + h, out,
				  t->ram + SRC_AT, TEXT_BYTES);

		memset(dw, 0, sizeof(dw));
		dw[7] = drivers[i].back7;
		dw[8] = drivers[i].back8;
		dw[9] = drivers[i].back9;
		set_addresses(t, dw, DST_AT, out + h, BACK_AT, TEXT_BYTES, h,
			      0);
		put(t, &task, 1, dw);
		assert_inputs_kept(dw, (uint32_t *)task.sqe);
		memcpy(dw, task.sqe, 128);
		assert_int_equal(dw[3], 0);
		assert_int_equal(dw[0], out);
		assert_int_equal(dw[1], TEXT_BYTES);
		assert_memory_equal(t->ram + BACK_AT, t->ram + SRC_AT,
				    TEXT_BYTES);
	}
}

/* First, middle and last request of a stream, in both generations' words. */
static void stream_words(struct zt *t, const uint32_t dw7[3], uint32_t dw9)
{
	struct hisi_qm_model_task task;
	uint32_t dw[32] = { 0 }, before[32], out = 0, i;

	zt_make(t->ram + SRC_AT, 3 * TEXT_BYTES, ZT_TEXT, 9);
	for (i = 0; i < 3; i++) {
		dw[7] = dw7[i];
		dw[9] = dw9;
		set_addresses(t, dw, SRC_AT + i * TEXT_BYTES, TEXT_BYTES,
			      DST_AT + out, TEXT_BYTES, 0, 0);
		dw[22] = (uint32_t)zt_addr(CTX_AT);
		dw[23] = zt_addr(CTX_AT) >> 32;
		memcpy(before, dw, 128);
		put(t, &task, 0, dw);
		memcpy(dw, task.sqe, 128);
		assert_int_equal(dw[3], 0);
		assert_int_equal(dw[30], (i + 1) * TEXT_BYTES);
		before[15] = dw[15];
		before[28] = dw[28];
		before[29] = dw[29];
		assert_inputs_kept(before, dw);
		out += dw[1];
	}
	zt_assert_decodes(dw9 & 0xff, t->ram + DST_AT, out, t->ram + SRC_AT,
			  3 * TEXT_BYTES);
}

static void test_requests_of_streams_work(void **state)
{
	static const uint32_t uadk2[] = { 0x3c000000, 0x34000000, 0x36000000 };
	static const uint32_t uadk1[] = { 0x0c000000, 0x04000000, 0x06000000 };
	struct zt *t = *state;

	stream_words(t, uadk2, 0x00004003);
	stream_words(t, uadk2, 0x00004002);
	stream_words(t, uadk1, 0x00000002);
	stream_words(t, uadk1, 0x00000003);
}

static void test_request_opaque_context_words_are_kept_stateless(void **state)
{
	struct zt *t = *state;
	struct hisi_qm_model_task task;
	uint32_t dw[32] = { 0 };
	unsigned int i;

	for (i = 0; i < 32; i++)
		dw[i] = 0x01010101 * i;
	dw[7] = 0x30000000;
	dw[8] = 0;
	dw[9] = 0x4003;
	zt_make(t->ram + SRC_AT, TEXT_BYTES, ZT_TEXT, 9);
	set_addresses(t, dw, SRC_AT, TEXT_BYTES, DST_AT, TEXT_BYTES, 0, 0);
	put(t, &task, 0, dw);
	assert_inputs_kept(dw, (uint32_t *)task.sqe);
	assert_int_equal(((uint32_t *)task.sqe)[3], 0);
}

static uint32_t status_of(struct zt *t, unsigned int alg, unsigned int at,
			  uint32_t value)
{
	struct hisi_qm_model_task task;
	uint32_t dw[32] = { 0 };

	dw[7] = 0x30000000;
	dw[9] = 0x4003;
	set_addresses(t, dw, SRC_AT, TEXT_BYTES, DST_AT, TEXT_BYTES, 0, 0);
	dw[at] = value;
	put(t, &task, alg, dw);
	assert_int_equal(((uint32_t *)task.sqe)[0], 0);
	assert_int_equal(((uint32_t *)task.sqe)[1], 0);
	assert_inputs_kept(dw, (uint32_t *)task.sqe);
	return ((uint32_t *)task.sqe)[3];
}

static void test_request_that_makes_no_sense_is_refused(void **state)
{
	static const uint32_t types[] = {
		0x00, 0x04, 0x05, 0x10, 0x20, 0x30, 0x40, 0x41, 0x42, 0x43,
		0xff,
	};
	struct zt *t = *state;
	unsigned int alg, i;

	for (alg = 0; alg < 2; alg++) {
		for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
			assert_int_equal(status_of(t, alg, 9, types[i]),
					 ZM_STATUS_BAD_REQUEST);
		for (i = 0; i < 16; i++) {
			if (i == 0 || i == 3)
				continue;
			assert_int_equal(status_of(t, alg, 7, i << 28),
					 ZM_STATUS_BAD_REQUEST);
		}
		for (i = 2; i < 16; i++)
			assert_int_equal(status_of(t, alg, 9, 0x3 | i << 8),
					 ZM_STATUS_BAD_REQUEST);
		assert_int_equal(status_of(t, alg, 4, 0x800001),
				 ZM_STATUS_BAD_LENGTH);
		assert_int_equal(status_of(t, alg, 14, 0x800001),
				 ZM_STATUS_BAD_LENGTH);
		assert_int_equal(status_of(t, alg, 4, 0xffffffff),
				 ZM_STATUS_BAD_LENGTH);
		assert_int_equal(status_of(t, alg, 14, 0xf), 0x0e);
		assert_int_equal(status_of(t, alg, 14, 0), 0x0e);
		/* a stream needs a context */
		assert_int_equal(status_of(t, alg, 7, DW7_FIRST),
				 ZM_STATUS_BAD_CTX);
		assert_int_equal(status_of(t, alg, 19, 0), ZM_STATUS_DMA_READ);
	}
	assert_int_equal(status_of(t, 0, 9, 0x5003), ZM_STATUS_BAD_REQUEST);
	/* 7.1: DAE queues and types that nobody has */
	assert_int_equal(status_of(t, 2, 13, 0), ZM_STATUS_BAD_REQUEST);
	assert_int_equal(status_of(t, 15, 13, 0), ZM_STATUS_BAD_REQUEST);
}

/* The codes that mean something to software are never used for errors. */
static void test_request_errors_have_codes_of_their_own(void **state)
{
	static const uint8_t errors[] = {
		ZM_STATUS_BAD_REQUEST, ZM_STATUS_BAD_LENGTH, ZM_STATUS_BAD_SGL,
		ZM_STATUS_BAD_DATA, ZM_STATUS_BAD_CTX, ZM_STATUS_BUSY,
		ZM_STATUS_DMA_READ, ZM_STATUS_DMA_WRITE, ZM_STATUS_INTERNAL,
	};
	static const uint8_t taken[] = {
		0x00, 0x0d, 0x0e, 0x0f, 0x10, 0x12, 0x13
	};
	unsigned int i, j;

	(void)state;
	for (i = 0; i < sizeof(errors); i++) {
		for (j = 0; j < sizeof(taken); j++)
			assert_int_not_equal(errors[i], taken[j]);
		for (j = 0; j < i; j++)
			assert_int_not_equal(errors[i], errors[j]);
	}
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, zt_setup, zt_teardown)
	const struct CMUnitTest tests[] = {
		T(test_requests_of_every_driver_work),
		T(test_requests_of_streams_work),
		T(test_request_opaque_context_words_are_kept_stateless),
		T(test_request_that_makes_no_sense_is_refused),
		T(test_request_errors_have_codes_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
