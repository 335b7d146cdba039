/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Scatter lists in the ZIP engine's model (hisi-zip 7.9). */
#include "model_zip_support.h"

#define TEXT_BYTES	100000u

/* One SGL at @at with @n entries, which @next follows. */
static void put_sgl(struct zt *t, uint32_t at, unsigned int n, uint32_t next)
{
	uint8_t *p = t->ram + at;
	uint64_t addr = zt_addr(next);
	uint16_t sum = n;

	memset(p, 0xcc, 64);
	memcpy(p, &addr, 8);
	memcpy(p + 10, &sum, 2);
}

static void put_entry(struct zt *t, uint32_t sgl, unsigned int i, uint32_t at,
		      uint32_t len)
{
	uint8_t *p = t->ram + sgl + 64 + 32 * i;
	uint64_t addr = zt_addr(at);

	memset(p, 0xdd, 32);
	memcpy(p, &addr, 8);
	memcpy(p + 16, &len, 4);
}

/*
 * @len bytes at @at as a chain of SGLs of @per entries each, in pieces of
 * @piece bytes; the first address of the chain is @sgl.
 */
static void put_chain(struct zt *t, uint32_t sgl, unsigned int per,
		      uint32_t at, uint32_t len, uint32_t piece)
{
	uint32_t stride = (64 + 32 * per + 63) & ~63u, n;
	unsigned int i;

	while (len) {
		for (i = 0; i < per && len; i++) {
			n = len < piece ? len : piece;
			put_entry(t, sgl, i, at, n);
			at += n;
			len -= n;
		}
		put_sgl(t, sgl, i, len ? sgl + stride : 0);
		sgl += stride;
	}
}

static struct zt_req request(uint32_t src, uint32_t dst)
{
	return (struct zt_req) {
		.dw7 = DW7_STATELESS, .dw9 = DW9_ZLIB | DW9_SGL, .src = src,
		.src_len = TEXT_BYTES, .dst = dst, .dst_len = TEXT_BYTES,
	};
}

static void test_sgl_chains_give_what_flat_buffers_give(void **state)
{
	static const struct {
		unsigned int per;
		uint32_t piece;
	} shapes[] = {
		{ 1, TEXT_BYTES }, { 10, 12345 }, { 255, 1000 }, { 3, 4096 },
		{ 255, 2 }, { 1, 391 },
	};
	struct zt *t = *state;
	struct hisi_zip_sqe sqe;
	struct zt_req req;
	unsigned int i, j;
	uint32_t out;

	zt_make(t->ram + SRC_AT, TEXT_BYTES, ZT_TEXT, 1);
	for (i = 0; i < 6; i++) {
		for (j = 0; j < 6; j++) {
			put_chain(t, SGL_AT, shapes[i].per, SRC_AT, TEXT_BYTES,
				  shapes[i].piece);
			put_chain(t, 0x220000, shapes[j].per, DST_AT,
				  TEXT_BYTES, shapes[j].piece);
			req = request(SGL_AT, 0x220000);
			memset(t->ram + DST_AT, 0, TEXT_BYTES);
			sqe = zt_run(t, &req);
			assert_int_equal(sqe.dw3, 0);
			out = sqe.produced;
			zt_assert_decodes(DW9_ZLIB, t->ram + DST_AT, out,
					  t->ram + SRC_AT, TEXT_BYTES);
			req = request(0x220000, SGL_AT);
			req.alg = 1;
			req.src_len = out;
			memmove(t->ram + BACK_AT, t->ram + SRC_AT, TEXT_BYTES);
			memset(t->ram + SRC_AT, 0, TEXT_BYTES);
			sqe = zt_run(t, &req);
			assert_int_equal(sqe.dw3, 0);
			assert_int_equal(sqe.consumed, out);
			assert_int_equal(sqe.produced, TEXT_BYTES);
			assert_memory_equal(t->ram + SRC_AT, t->ram + BACK_AT,
					    TEXT_BYTES);
		}
	}
}

static void test_sgl_offsets_skip_into_the_chain(void **state)
{
	static const uint32_t skips[] = { 0, 1, 2, 10, 999, 1000, 1001, 25500 };
	struct zt *t = *state;
	struct hisi_zip_sqe sqe;
	struct zt_req req;
	unsigned int i;

	zt_make(t->ram + SRC_AT, TEXT_BYTES, ZT_TEXT, 1);
	put_chain(t, SGL_AT, 20, SRC_AT, TEXT_BYTES, 1000);
	put_chain(t, 0x100000, 7, DST_AT, TEXT_BYTES, 700);
	for (i = 0; i < 8; i++) {
		req = request(SGL_AT, 0x100000);
		req.dw7 |= skips[i];
		req.src_len = 50000;
		req.dst_len = 50000;
		zt_begin(t, &t->task, &req);
		/* DW8, which the helper leaves 0 */
		memcpy(t->task.sqe + 32, &skips[7 - i], 4);
		memset(t->ram + DST_AT, 0xee, TEXT_BYTES);
		sqe = zt_finish(t, &t->task);
		assert_int_equal(sqe.dw3, 0);
		zt_assert_decodes(DW9_ZLIB, t->ram + DST_AT + skips[7 - i],
				  sqe.produced, t->ram + SRC_AT + skips[i],
				  50000);
		if (skips[7 - i])
			assert_int_equal(t->ram[DST_AT + skips[7 - i] - 1],
					 0xee);
		assert_int_equal(t->ram[DST_AT + skips[7 - i] + sqe.produced],
				 0xee);
	}
}

static void test_sgl_offset_does_not_apply_to_flat_buffers(void **state)
{
	struct zt *t = *state;
	struct hisi_zip_sqe sqe;
	struct zt_req req = request(SRC_AT, DST_AT);

	zt_make(t->ram + SRC_AT, TEXT_BYTES, ZT_TEXT, 1);
	req.dw9 = DW9_ZLIB;
	req.dw7 |= 1000;
	sqe = zt_run(t, &req);
	zt_assert_decodes(DW9_ZLIB, t->ram + DST_AT, sqe.produced,
			  t->ram + SRC_AT, TEXT_BYTES);
}

static uint32_t run_status(struct zt *t)
{
	struct zt_req req = request(SGL_AT, 0x100000);

	return zt_run(t, &req).dw3;
}

static void test_sgl_that_makes_no_sense_is_refused(void **state)
{
	struct zt *t = *state;
	struct zt_req req;

	zt_make(t->ram + SRC_AT, TEXT_BYTES, ZT_TEXT, 1);
	put_chain(t, 0x100000, 4, DST_AT, TEXT_BYTES, TEXT_BYTES);
	put_chain(t, SGL_AT, 4, SRC_AT, TEXT_BYTES, 30000);
	assert_int_equal(run_status(t), 0);
	/* too short, by a missing entry and by a missing SGL */
	put_sgl(t, SGL_AT, 3, 0);
	assert_int_equal(run_status(t), ZM_STATUS_BAD_SGL);
	/* no entry, or more than there can be */
	put_sgl(t, SGL_AT, 0, 0);
	assert_int_equal(run_status(t), ZM_STATUS_BAD_SGL);
	put_sgl(t, SGL_AT, 256, 0);
	assert_int_equal(run_status(t), ZM_STATUS_BAD_SGL);
	put_sgl(t, SGL_AT, 65535, 0);
	assert_int_equal(run_status(t), ZM_STATUS_BAD_SGL);
	/* entries of no or too much length */
	put_sgl(t, SGL_AT, 4, 0);
	put_entry(t, SGL_AT, 1, SRC_AT, 0);
	assert_int_equal(run_status(t), ZM_STATUS_BAD_SGL);
	put_entry(t, SGL_AT, 1, SRC_AT, 0x800001);
	assert_int_equal(run_status(t), ZM_STATUS_BAD_SGL);
	/* a loop */
	put_entry(t, SGL_AT, 0, SRC_AT, 1);
	put_sgl(t, SGL_AT, 1, SGL_AT);
	assert_int_equal(run_status(t), ZM_STATUS_BAD_SGL);
	/* not aligned, nowhere */
	req = request(SGL_AT + 32, 0x100000);
	assert_int_equal(zt_run(t, &req).dw3, ZM_STATUS_BAD_SGL);
	req = request(0, 0x100000);
	assert_int_equal(zt_run(t, &req).dw3, ZM_STATUS_BAD_SGL);
	/* the destination is looked at as closely */
	put_chain(t, SGL_AT, 4, SRC_AT, TEXT_BYTES, 30000);
	put_sgl(t, 0x100000, 0, 0);
	assert_int_equal(run_status(t), ZM_STATUS_BAD_SGL);
	req = request(SGL_AT, 0x100000);
	req.alg = 1;
	assert_int_equal(zt_run(t, &req).dw3, ZM_STATUS_BAD_SGL);
	req.dw7 = DW7_FIRST;
	req.ctx = CTX_AT;
	assert_int_equal(zt_run(t, &req).dw3, ZM_STATUS_BAD_SGL);
	assert_int_equal(zt_reg(t, HISI_ZIP_CORE_INT_SOURCE), 0);
}

static void test_sgl_chain_of_256_is_the_longest(void **state)
{
	struct zt *t = *state;
	struct zt_req req;

	zt_make(t->ram + SRC_AT, TEXT_BYTES, ZT_TEXT, 1);
	put_chain(t, 0x100000, 1, DST_AT, TEXT_BYTES, TEXT_BYTES);
	put_chain(t, SGL_AT, 1, SRC_AT, 257 * 10, 10);
	req = request(SGL_AT, 0x100000);
	req.src_len = 2560;
	assert_int_equal(zt_run(t, &req).dw3, 0);
	req.src_len = 2561;
	assert_int_equal(zt_run(t, &req).dw3, ZM_STATUS_BAD_SGL);
}

static void test_sgl_that_cannot_be_read_is_a_fault(void **state)
{
	const uint32_t faults[] = {
		SGL_AT + 8, SGL_AT + 64 + 40, SRC_AT + 40000,
	};
	struct zt *t = *state;
	unsigned int i;

	zt_make(t->ram + SRC_AT, TEXT_BYTES, ZT_TEXT, 1);
	put_chain(t, 0x100000, 4, DST_AT, TEXT_BYTES, 200);
	put_chain(t, SGL_AT, 4, SRC_AT, TEXT_BYTES, 30000);
	for (i = 0; i < 3; i++) {
		t->refuse = RAM_BASE + faults[i];
		assert_int_equal(run_status(t), ZM_STATUS_DMA_READ);
	}
	t->refuse = RAM_BASE + DST_AT + 15;
	assert_int_equal(run_status(t), ZM_STATUS_DMA_WRITE);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, zt_setup, zt_teardown)
	const struct CMUnitTest tests[] = {
		T(test_sgl_chains_give_what_flat_buffers_give),
		T(test_sgl_offsets_skip_into_the_chain),
		T(test_sgl_offset_does_not_apply_to_flat_buffers),
		T(test_sgl_that_makes_no_sense_is_refused),
		T(test_sgl_chain_of_256_is_the_longest),
		T(test_sgl_that_cannot_be_read_is_a_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
