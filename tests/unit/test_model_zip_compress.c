/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Compression by the model of the ZIP engine (hisi-zip 7.5 to 7.8, 10.6). */
#include "model_zip_support.h"

static const uint32_t formats[] = { DW9_DEFLATE, DW9_ZLIB, DW9_GZIP };

static void round_trip(struct zt *t, uint32_t dw9, uint32_t len)
{
	struct zt_req req = {
		.dw7 = DW7_STATELESS, .dw9 = dw9, .src = SRC_AT, .src_len = len,
		.dst = DST_AT, .dst_len = len + len / 8 + 64,
	};
	struct hisi_zip_sqe sqe = zt_run(t, &req);

	assert_int_equal(sqe.dw3, sqe.produced > len ? 0x0d : 0);
	assert_int_equal(sqe.consumed, len);
	zt_assert_decodes(dw9, t->ram + DST_AT, sqe.produced, t->ram + SRC_AT,
			  len);
}

static void test_stateless_every_format_level_and_kind_decodes(void **state)
{
	static const uint32_t lens[] = {
		0, 1, 2, 15, 56, 57, 300, 4096, 70001, 400003
	};
	struct zt *t = *state;
	unsigned int level, f, l, kind;

	for (kind = 0; kind < ZT_DATAS; kind++) {
		zt_make(t->ram + SRC_AT, 400003, kind, 7 + kind);
		for (level = 0; level <= 9; level++)
			for (f = 0; f < 3; f++)
				for (l = 0; l < 10 - (level == 9); l++)
					round_trip(t, formats[f] |
						   DW9_LEVEL(level), lens[l]);
	}
}

static void test_stateless_bounced_is_the_same(void **state)
{
	struct zt *t = *state;

	zt_make(t->ram + SRC_AT, 100000, ZT_TEXT, 3);
	t->no_map = true;
	round_trip(t, DW9_GZIP, 100000);
	round_trip(t, DW9_ZLIB, 0);
}

static void test_stateless_largest_request_works(void **state)
{
	struct zt_req req = {
		.dw7 = DW7_STATELESS, .dw9 = DW9_GZIP | DW9_LEVEL(1),
		.src = SRC_AT, .src_len = 0x800000, .dst = DST_AT,
		.dst_len = 0x800000,
	};
	struct zt *t = *state;
	struct hisi_zip_sqe sqe;

	zt_make(t->ram + SRC_AT, 0x800000, ZT_TEXT, 3);
	sqe = zt_run(t, &req);
	assert_int_equal(sqe.dw3, 0);
	zt_assert_decodes(DW9_GZIP, t->ram + DST_AT, sqe.produced,
			  t->ram + SRC_AT, 0x800000);
}

static void test_stateless_random_data_is_negative(void **state)
{
	struct zt_req req = {
		.dw7 = DW7_STATELESS, .dw9 = DW9_ZLIB, .src = SRC_AT,
		.src_len = 5000, .dst = DST_AT, .dst_len = 6000,
	};
	struct zt *t = *state;
	struct hisi_zip_sqe sqe;

	zt_make(t->ram + SRC_AT, 5000, ZT_RANDOM, 11);
	sqe = zt_run(t, &req);
	assert_int_equal(sqe.dw3, 0x0d);
	assert_true(sqe.produced > 5000);
	zt_assert_decodes(DW9_ZLIB, t->ram + DST_AT, sqe.produced,
			  t->ram + SRC_AT, 5000);
}

/* The result fits exactly although compressors want some bytes more. */
static void test_stateless_exact_room_suffices_one_less_does_not(void **state)
{
	struct zt_req req = {
		.dw7 = DW7_STATELESS, .src = SRC_AT, .src_len = 3000,
		.dst = DST_AT,
	};
	struct zt *t = *state;
	struct hisi_zip_sqe sqe;
	unsigned int level, f;
	uint32_t exact;

	zt_make(t->ram + SRC_AT, 3000, ZT_TEXT, 5);
	for (level = 1; level <= 9; level++) {
		for (f = 0; f < 3; f++) {
			req.dw9 = formats[f] | DW9_LEVEL(level);
			req.dst_len = 4000;
			exact = zt_run(t, &req).produced;
			req.dst_len = exact;
			sqe = zt_run(t, &req);
			assert_int_equal(sqe.dw3, 0);
			assert_int_equal(sqe.produced, exact);
			zt_assert_decodes(req.dw9, t->ram + DST_AT, exact,
					  t->ram + SRC_AT, 3000);
			req.dst_len = exact - 1;
			memset(t->ram + DST_AT + exact - 1, 0x77, 16);
			sqe = zt_run(t, &req);
			assert_int_equal(sqe.dw3, 0x0e);
			assert_int_equal(sqe.consumed, 0);
			assert_int_equal(sqe.produced, 0);
			assert_int_equal(t->ram[DST_AT + exact - 1], 0x77);
		}
	}
}

static void test_stateless_check_words_as_hardware_encodes(void **state)
{
	struct zt_req req = {
		.dw7 = DW7_STATELESS, .dw9 = DW9_GZIP, .src = SRC_AT,
		.src_len = 9, .dst = DST_AT, .dst_len = 64,
	};
	struct zt *t = *state;
	struct hisi_zip_sqe sqe;

	memcpy(t->ram + SRC_AT, "123456789", 9);
	sqe = zt_run(t, &req);
	/* CRC-32 0xcbf43926; ~bitreverse() of it is the register. */
	assert_int_equal(sqe.checksum, 0x9b63d02c);
	assert_int_equal(sqe.isize, 9);
	req.dw9 = DW9_ZLIB;
	sqe = zt_run(t, &req);
	assert_int_equal(sqe.checksum, 0x091e01de);
	req.dw9 = DW9_DEFLATE;
	sqe = zt_run(t, &req);
	assert_int_equal(sqe.checksum, 0);
	assert_int_equal(sqe.isize, 0);
}

/* Requests of @step bytes each; the compressed length. */
static uint32_t compress_stream(struct zt *t, uint32_t dw9, uint32_t len,
				uint32_t step, bool is_moving)
{
	struct zt_req req = { .dw9 = dw9, .ctx = CTX_AT };
	uint32_t in = 0, out = 0, n;
	struct hisi_zip_sqe sqe;
	uint32_t dw7;

	do {
		n = len - in < step ? len - in : step;
		dw7 = in ? DW7_MIDDLE : DW7_FIRST;
		if (in + n == len)
			dw7 |= DW7_LAST;
		req.dw7 = dw7;
		req.src = SRC_AT + in;
		req.src_len = n;
		req.dst = DST_AT + out;
		req.dst_len = n + n / 8 + 236;
		req.prev = in ? &sqe : NULL;
		sqe = zt_run(t, &req);
		assert_int_equal(sqe.dw3, 0);
		assert_int_equal(sqe.consumed, n);
		assert_int_equal(sqe.ctx_dw0, 0);
		in += n;
		out += sqe.produced;
		if (in < len) {
			static const uint8_t sync[] = { 0, 0, 0xff, 0xff };

			assert_memory_equal(t->ram + DST_AT + out - 4, sync, 4);
		}
		if (is_moving) {
			/* A context may be copied, as in a migration. */
			uint32_t to = req.ctx == CTX_AT ? CTX2_AT : CTX_AT;

			memcpy(t->ram + to, t->ram + req.ctx,
			       HISI_ZIP_CTX_HW_BYTES);
			memset(t->ram + req.ctx, 0xee, HISI_ZIP_CTX_HW_BYTES);
			req.ctx = to;
		}
	} while (in < len);
	zt_assert_decodes(dw9, t->ram + DST_AT, out, t->ram + SRC_AT, len);
	return out;
}

static void test_stream_every_format_level_and_step_decodes(void **state)
{
	static const uint32_t steps[] = { 100, 3000, 40000, 200000 };
	struct zt *t = *state;
	unsigned int level, f, s, kind;

	for (kind = 0; kind < ZT_DATAS; kind++) {
		zt_make(t->ram + SRC_AT, 150000, kind, 20 + kind);
		for (level = 1; level <= 9; level++)
			for (f = 0; f < 3; f++)
				for (s = 0; s < 4; s++)
					compress_stream(t, formats[f] |
							DW9_LEVEL(level),
							s ? 150000 : 2000,
							steps[s], s & 1);
	}
}

static void test_stream_uses_history(void **state)
{
	struct zt *t = *state;
	unsigned int level, i;
	uint32_t out;

	/* The same random block four times: only history finds it. */
	zt_make(t->ram + SRC_AT, 10000, ZT_RANDOM, 1);
	for (i = 1; i < 4; i++)
		memcpy(t->ram + SRC_AT + 10000 * i, t->ram + SRC_AT, 10000);
	for (level = 1; level <= 9; level++) {
		out = compress_stream(t, DW9_GZIP | DW9_LEVEL(level), 40000,
				      10000, true);
		assert_in_range(out, 10000, 11500);
	}
}

static void test_stream_empty_finish_ends_it(void **state)
{
	struct zt_req req = {
		.dw7 = DW7_FIRST, .dw9 = DW9_ZLIB, .src = SRC_AT,
		.src_len = 1000, .dst = DST_AT, .dst_len = 2000, .ctx = CTX_AT,
	};
	struct zt *t = *state;
	struct hisi_zip_sqe sqe;
	uint32_t len;

	zt_make(t->ram + SRC_AT, 1000, ZT_TEXT, 9);
	sqe = zt_run(t, &req);
	len = sqe.produced;
	req.dw7 = DW7_MIDDLE;
	req.src_len = 0;
	req.dst = DST_AT + len;
	req.prev = &sqe;
	sqe = zt_run(t, &req);
	assert_int_equal(sqe.dw3, 0);
	assert_int_equal(sqe.produced, 5);
	len += 5;
	req.dw7 = DW7_LAST;
	req.dst = DST_AT + len;
	sqe = zt_run(t, &req);
	assert_int_equal(sqe.dw3, 0);
	assert_int_equal(sqe.isize, 1000);
	zt_assert_decodes(DW9_ZLIB, t->ram + DST_AT, len + sqe.produced,
			  t->ram + SRC_AT, 1000);
}

/* As wdzip does: independent pieces, ended by software. */
static void test_stream_new_pieces_concatenate(void **state)
{
	struct zt_req req = {
		.dw7 = DW7_FIRST, .dst_len = 0x100000, .ctx = CTX_AT,
	};
	struct zt *t = *state;
	struct hisi_zip_sqe sqe;
	unsigned int level, i;
	uint32_t out, crc;

	for (i = 0; i < 4; i++)
		zt_make(t->ram + SRC_AT + 300000 * i, 300000, i, 30);
	for (level = 1; level <= 8; level++) {
		req.dw9 = DW9_GZIP | DW9_LEVEL(level);
		for (i = 0, out = 0; i < 4; i++, out += sqe.produced) {
			req.src = SRC_AT + 300000 * i;
			req.src_len = 300000;
			req.dst = DST_AT + out;
			sqe = zt_run(t, &req);
			assert_int_equal(sqe.dw3, 0);
			assert_int_equal(sqe.isize, 300000);
		}
		crc = crc32(0, t->ram + SRC_AT, 1200000);
		memcpy(t->ram + DST_AT + out, "\1\0\0\xff\xff", 5);
		memcpy(t->ram + DST_AT + out + 5, &crc, 4);
		memcpy(t->ram + DST_AT + out + 9, &(uint32_t){ 1200000 }, 4);
		zt_assert_decodes(DW9_GZIP, t->ram + DST_AT, out + 13,
				  t->ram + SRC_AT, 1200000);
	}
}

static void test_stream_check_words_follow_input(void **state)
{
	struct zt_req req = {
		.dw7 = DW7_FIRST, .dw9 = DW9_GZIP, .src = SRC_AT, .src_len = 4,
		.dst = DST_AT, .dst_len = 300, .ctx = CTX_AT,
	};
	struct hisi_zip_sqe stale = { .checksum = 0x5555, .isize = 77 };
	struct zt *t = *state;
	struct hisi_zip_sqe sqe;

	memcpy(t->ram + SRC_AT, "123456789", 9);
	/* A new stream starts from the engine's own value. */
	req.prev = &stale;
	sqe = zt_run(t, &req);
	assert_int_equal(sqe.isize, 4);
	req.dw7 = DW7_LAST;
	req.src = SRC_AT + 4;
	req.src_len = 5;
	req.prev = &sqe;
	sqe = zt_run(t, &req);
	assert_int_equal(sqe.checksum, 0x9b63d02c);
	assert_int_equal(sqe.isize, 9);
}

static void test_stream_trashed_context_is_refused(void **state)
{
	struct zt_req req = {
		.dw7 = DW7_FIRST, .dw9 = DW9_GZIP, .src = SRC_AT,
		.src_len = 5000, .dst = DST_AT, .dst_len = 9000, .ctx = CTX_AT,
	};
	struct zt *t = *state;
	struct hisi_zip_sqe first, sqe;
	unsigned int i;

	zt_make(t->ram + SRC_AT, 5000, ZT_TEXT, 9);
	first = zt_run(t, &req);
	assert_int_equal(first.dw3, 0);
	req.dw7 = DW7_MIDDLE;
	req.prev = &first;
	for (i = 0; i < 5032; i += i < 32 ? 1 : 500) {
		t->ram[CTX_AT + i] ^= 0x10;
		sqe = zt_run(t, &req);
		assert_int_equal(sqe.dw3, ZM_STATUS_BAD_CTX);
		t->ram[CTX_AT + i] ^= 0x10;
	}
	memset(t->ram + CTX_AT, 0, 100);
	assert_int_equal(zt_run(t, &req).dw3, ZM_STATUS_BAD_CTX);
	/* The context of a decompression is not one of a compression. */
	req = (struct zt_req) {
		.alg = 1, .dw7 = DW7_FIRST, .dw9 = DW9_GZIP, .src = DST_AT,
		.src_len = 10, .dst = BACK_AT, .dst_len = 9000, .ctx = CTX_AT,
	};
	assert_int_equal(zt_run(t, &req).dw3, 0);
	req.alg = 0;
	req.dw7 = DW7_MIDDLE;
	assert_int_equal(zt_run(t, &req).dw3, ZM_STATUS_BAD_CTX);
}

static void test_stream_short_output_keeps_context(void **state)
{
	struct zt_req req = {
		.dw7 = DW7_FIRST, .dw9 = DW9_GZIP, .src = SRC_AT,
		.src_len = 5000, .dst = DST_AT, .dst_len = 9000, .ctx = CTX_AT,
	};
	struct zt *t = *state;
	struct hisi_zip_sqe first, sqe;

	zt_make(t->ram + SRC_AT, 10000, ZT_RANDOM, 9);
	first = zt_run(t, &req);
	req.dw7 = DW7_LAST;
	req.prev = &first;
	req.src = SRC_AT + 5000;
	req.dst = DST_AT + first.produced;
	req.dst_len = 300;
	assert_int_equal(zt_run(t, &req).dw3, 0x0e);
	req.dst_len = 9000;
	sqe = zt_run(t, &req);
	assert_int_equal(sqe.dw3, 0);
	zt_assert_decodes(DW9_GZIP, t->ram + DST_AT,
			  first.produced + sqe.produced, t->ram + SRC_AT,
			  10000);
}

/* The same for pieces, with and without a history, flushed and final. */
static void test_stream_exact_room_suffices(void **state)
{
	static const uint32_t dw7[] = { DW7_MIDDLE, DW7_LAST, DW7_FIRST };
	struct zt_req first = {
		.dw7 = DW7_FIRST, .src = SRC_AT, .src_len = 3000,
		.dst = DST_AT, .dst_len = 5000, .ctx = CTX_AT,
	};
	struct zt_req req = {
		.src = SRC_AT + 3000, .src_len = 3000, .dst = BACK_AT,
		.ctx = CTX2_AT,
	};
	struct zt *t = *state;
	struct hisi_zip_sqe begun, sqe;
	unsigned int level, i, kind;
	uint32_t exact;

	for (kind = 0; kind < ZT_DATAS; kind++) {
		zt_make(t->ram + SRC_AT, 6000, kind, 5);
		for (level = 1; level <= 9; level++) {
			req.dw9 = first.dw9 = DW9_ZLIB | DW9_LEVEL(level);
			begun = zt_run(t, &first);
			assert_int_equal(begun.dw3, 0);
			req.prev = &begun;
			for (i = 0; i < 3; i++) {
				req.dw7 = dw7[i];
				req.dst_len = 5000;
				memcpy(t->ram + CTX2_AT, t->ram + CTX_AT, 4000);
				exact = zt_run(t, &req).produced;
				assert_int_not_equal(exact, 0);
				memcpy(t->ram + CTX2_AT, t->ram + CTX_AT, 4000);
				/* ISA-L may find a shorter way when it must. */
				req.dst_len = exact - 1;
				sqe = zt_run(t, &req);
				if (sqe.dw3 || exact > 40)
					assert_int_equal(sqe.dw3, 0x0e);
				assert_true(sqe.produced < exact);
				memcpy(t->ram + CTX2_AT, t->ram + CTX_AT, 4000);
				req.dst_len = exact < 16 ? 16 : exact;
				sqe = zt_run(t, &req);
				assert_int_equal(sqe.dw3, 0);
				assert_true(sqe.produced <= exact);
			}
		}
	}
}

static void test_stream_context_faults_are_the_request_s(void **state)
{
	struct zt_req req = {
		.dw7 = DW7_FIRST, .dw9 = DW9_GZIP, .src = SRC_AT,
		.src_len = 5000, .dst = DST_AT, .dst_len = 9000, .ctx = CTX_AT,
	};
	struct zt *t = *state;
	struct hisi_zip_sqe sqe;

	zt_make(t->ram + SRC_AT, 5000, ZT_TEXT, 9);
	t->refuse = RAM_BASE + CTX_AT + 3000;
	assert_int_equal(zt_run(t, &req).dw3, ZM_STATUS_DMA_WRITE);
	t->refuse = 0;
	sqe = zt_run(t, &req);
	assert_int_equal(sqe.dw3, 0);
	t->refuse = RAM_BASE + CTX_AT + 3000;
	req.dw7 = DW7_MIDDLE;
	req.prev = &sqe;
	assert_int_equal(zt_run(t, &req).dw3, ZM_STATUS_DMA_READ);
}

static void test_levels_are_ordered_and_optional(void **state)
{
	struct hisi_qm_model_config config = {
		.engine = &hisi_zip_model_engine, .revision = HISI_QM_REV_V3,
	};
	struct zt_req req = {
		.dw7 = DW7_STATELESS, .src = SRC_AT, .src_len = 500000,
		.dst = DST_AT, .dst_len = 600000,
	};
	struct zt *t = *state, *plain;
	uint32_t size[16], i;

	zt_make(t->ram + SRC_AT, 500000, ZT_TEXT, 9);
	for (i = 0; i < 16; i++) {
		req.dw9 = DW9_DEFLATE | DW9_LEVEL(i);
		size[i] = zt_run(t, &req).produced;
	}
	/* Neighbours may be as good as the same on data this regular. */
	for (i = 2; i <= 9; i++)
		assert_true(size[i] <= size[i - 1] + size[i - 1] / 1000);
	assert_true(size[9] < size[1]);
	assert_int_equal(size[0], size[6]);
	assert_int_equal(size[12], size[9]);

	zt_reg_set(t, HISI_ZIP_HIGH_PERF, 1);
	req.dw9 = DW9_DEFLATE;
	assert_int_equal(zt_run(t, &req).produced, size[1]);

	/* Hardware knows no levels: the field is somebody else's. */
	plain = zt_new_config(&config);
	memcpy(plain->ram + SRC_AT, t->ram + SRC_AT, 500000);
	req.dw9 = DW9_DEFLATE | DW9_LEVEL(9);
	assert_int_equal(zt_run(plain, &req).produced, size[6]);
	zt_free(plain);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, zt_setup, zt_teardown)
	const struct CMUnitTest tests[] = {
		T(test_stateless_every_format_level_and_kind_decodes),
		T(test_stateless_bounced_is_the_same),
		T(test_stateless_largest_request_works),
		T(test_stateless_random_data_is_negative),
		T(test_stateless_exact_room_suffices_one_less_does_not),
		T(test_stateless_check_words_as_hardware_encodes),
		T(test_stream_every_format_level_and_step_decodes),
		T(test_stream_uses_history),
		T(test_stream_empty_finish_ends_it),
		T(test_stream_new_pieces_concatenate),
		T(test_stream_check_words_follow_input),
		T(test_stream_trashed_context_is_refused),
		T(test_stream_short_output_keeps_context),
		T(test_stream_exact_room_suffices),
		T(test_stream_context_faults_are_the_request_s),
		T(test_levels_are_ordered_and_optional),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
