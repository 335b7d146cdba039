/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Decompression by the model of the ZIP engine (hisi-zip 7.5 to 7.8, 10.6a). */
#include "model_zip_support.h"

static const uint32_t formats[] = { DW9_DEFLATE, DW9_ZLIB, DW9_GZIP };
static const unsigned int trailers[] = { 0, 4, 8 };

/* Ways to make zlib write stored, fixed, and dynamic blocks, many of them. */
static const struct {
	int level;
	int strategy;
} codings[] = {
	{ 0, Z_DEFAULT_STRATEGY },
	{ 6, Z_FIXED },
	{ 1, Z_DEFAULT_STRATEGY },
	{ 9, Z_DEFAULT_STRATEGY },
	{ 6, Z_HUFFMAN_ONLY },
	{ 6, Z_RLE },
};

#define CODINGS	(sizeof(codings) / sizeof(codings[0]))

/* Data at SRC_AT, coded at DST_AT; what comes back goes to BACK_AT. */
static uint32_t encode(struct zt *t, uint32_t dw9, unsigned int coding,
		       uint32_t len)
{
	return zt_encode(dw9, codings[coding].level, codings[coding].strategy,
			 t->ram + SRC_AT, len, t->ram + DST_AT, 0xb00000);
}

static struct zt_req stateless(uint32_t dw9, uint32_t in_len, uint32_t out_len)
{
	return (struct zt_req) {
		.alg = 1, .dw7 = DW7_STATELESS, .dw9 = dw9, .src = DST_AT,
		.src_len = in_len, .dst = BACK_AT, .dst_len = out_len,
	};
}

static void test_stateless_every_format_and_coding_is_decoded(void **state)
{
	static const uint32_t lens[] = { 0, 1, 300, 70000, 500000 };
	struct zt *t = *state;
	unsigned int f, c, l, kind;
	struct hisi_zip_sqe sqe;
	struct zt_req req;
	uint32_t in;

	for (kind = 0; kind < ZT_DATAS; kind++) {
		zt_make(t->ram + SRC_AT, 500000, kind, kind);
		for (f = 0; f < 3; f++) {
			for (c = 0; c < CODINGS; c++) {
				for (l = 0; l < 5; l++) {
					in = encode(t, formats[f], c, lens[l]);
					/* What follows is not consumed. */
					memset(t->ram + DST_AT + in, 0x5a, 16);
					req = stateless(formats[f], in + 16,
							lens[l] < 16 ? 16 :
							lens[l]);
					t->no_map = c & 1;
					sqe = zt_run(t, &req);
					assert_int_equal(sqe.dw3, 0);
					assert_int_equal(sqe.consumed, in);
					assert_int_equal(sqe.produced, lens[l]);
					assert_int_equal(sqe.ctx_dw0, 0);
					assert_int_equal(sqe.ctx_dw1, 0);
					assert_int_equal(sqe.ctx_dw2, 0);
					assert_memory_equal(t->ram + SRC_AT,
							    t->ram + BACK_AT,
							    lens[l]);
				}
			}
		}
	}
}

static void test_stateless_short_output_is_0e(void **state)
{
	struct zt *t = *state;
	struct hisi_zip_sqe sqe;
	struct zt_req req;
	uint32_t in, room;

	zt_make(t->ram + SRC_AT, 5000, ZT_TEXT, 3);
	in = encode(t, DW9_GZIP, 3, 5000);
	for (room = 16; room < 5000; room += room < 300 ? 1 : 331) {
		req = stateless(DW9_GZIP, in, room);
		memset(t->ram + BACK_AT + room, 0x77, 300);
		sqe = zt_run(t, &req);
		assert_int_equal(sqe.dw3, 0x0e);
		assert_int_equal(sqe.produced, 0);
		assert_int_equal(t->ram[BACK_AT + room], 0x77);
		assert_int_equal(t->ram[BACK_AT + room + 299], 0x77);
	}
}

static void test_stateless_cut_off_is_bad_data(void **state)
{
	struct zt *t = *state;
	struct hisi_zip_sqe sqe;
	struct zt_req req;
	unsigned int f;
	uint32_t in, n;

	zt_make(t->ram + SRC_AT, 2000, ZT_TEXT, 3);
	for (f = 0; f < 3; f++) {
		in = encode(t, formats[f], 3, 2000);
		for (n = 0; n < in; n++) {
			req = stateless(formats[f], n, 4000);
			assert_int_equal(zt_run(t, &req).dw3,
					 ZM_STATUS_BAD_DATA);
			/* Without room for more it may be that which is short. */
			req = stateless(formats[f], n, 2000);
			sqe = zt_run(t, &req);
			assert_true(sqe.dw3 == ZM_STATUS_BAD_DATA ||
				    sqe.dw3 == 0x0e);
			assert_int_equal(sqe.produced, 0);
		}
	}
}

static void test_stateless_wrong_check_value_is_10(void **state)
{
	struct zt *t = *state;
	struct hisi_zip_sqe sqe;
	struct zt_req req;
	unsigned int f, i;
	uint32_t in;

	zt_make(t->ram + SRC_AT, 2000, ZT_TEXT, 3);
	for (f = 1; f < 3; f++) {
		for (i = 1; i <= trailers[f]; i++) {
			in = encode(t, formats[f], 3, 2000);
			t->ram[DST_AT + in - i] ^= 1;
			req = stateless(formats[f], in, 2000);
			sqe = zt_run(t, &req);
			assert_int_equal(sqe.dw3, 0x10);
		}
	}
}

/* Whatever is in the stream, there is an answer, and never status 0x13. */
static void test_stateless_damage_never_ends_a_stream(void **state)
{
	struct zt *t = *state;
	uint32_t in = 0, i, seed = 1, bad = 0, status;
	struct zt_req req;

	zt_make(t->ram + SRC_AT, 3000, ZT_TEXT, 3);
	for (i = 0; i < 3000; i++) {
		if (i % 500 == 0)
			in = encode(t, DW9_ZLIB, i / 500 % CODINGS, 3000);
		t->ram[DST_AT + zt_random(&seed) % in] ^=
			1 << zt_random(&seed) % 8;
		req = stateless(DW9_ZLIB, in, 4000);
		status = zt_run(t, &req).dw3;
		assert_int_not_equal(status, 0x0d);
		assert_int_not_equal(status & 0xff, 0x13);
		bad += status != 0;
	}
	assert_true(bad > 2900);
}

struct pieces {
	uint32_t dw9;
	uint32_t in_len;
	uint32_t in_step;
	uint32_t out_step;
	uint32_t want;
	uint32_t extra;		/* bytes behind the stream */
	unsigned int requests;
	unsigned int pending;	/* answers with ctx_st 1 */
};

/* A driver's loop: input as it is consumed, output space as asked for. */
static void decode_stream(struct zt *t, struct pieces *p)
{
	struct zt_req req = {
		.alg = 1, .dw7 = DW7_FIRST, .dw9 = p->dw9, .ctx = CTX_AT,
	};
	uint32_t in = 0, out = 0, total = p->in_len + p->extra, idle = 0;
	struct hisi_zip_sqe sqe = { 0 };

	memset(t->ram + BACK_AT, 0xa5, p->want + 1);
	p->requests = p->pending = 0;
	for (;;) {
		req.src = DST_AT + in;
		req.src_len = total - in < p->in_step ? total - in : p->in_step;
		/* Empty input and 16 bytes of room would be the no-op. */
		req.dst_len = p->out_step == 16 && !req.src_len ? 17 :
								 p->out_step;
		req.dst = BACK_AT + out;
		req.prev = p->requests ? &sqe : NULL;
		sqe = zt_run(t, &req);
		req.dw7 = DW7_MIDDLE;
		p->requests++;
		assert_true(sqe.consumed <= req.src_len);
		assert_true(sqe.produced <= req.dst_len);
		in += sqe.consumed;
		out += sqe.produced;
		assert_true(out <= p->want);
		if (sqe.dw3)
			break;
		/* 10.6a.3: input is left only where output is full. */
		if (sqe.consumed < req.src_len)
			assert_int_equal(sqe.produced, req.dst_len);
		if ((sqe.ctx_dw0 & 0xf) == 1) {
			assert_int_equal(sqe.consumed, req.src_len);
			assert_int_equal(sqe.produced, req.dst_len);
			p->pending++;
		}
		idle = sqe.consumed || sqe.produced ? 0 : idle + 1;
		assert_true(idle < 3);
	}
	assert_int_equal(sqe.dw3, 0x113);
	assert_int_equal(in, p->in_len);
	assert_int_equal(out, p->want);
	assert_memory_equal(t->ram + BACK_AT, t->ram + SRC_AT, p->want);
	if ((p->dw9 & 0xff) != 1)
		assert_int_equal(sqe.isize, p->want);
}

static void test_stream_every_two_way_split_is_decoded(void **state)
{
	struct zt *t = *state;
	struct pieces p = { .out_step = 1000, .want = 700 };
	unsigned int f, c;

	zt_make(t->ram + SRC_AT, 700, ZT_TEXT, 17);
	for (f = 0; f < 3; f++) {
		for (c = 0; c < CODINGS; c++) {
			p.dw9 = formats[f];
			p.in_len = encode(t, p.dw9, c, p.want);
			for (p.in_step = 1; p.in_step <= p.in_len; p.in_step++)
				decode_stream(t, &p);
			assert_int_equal(p.requests, 1);
		}
	}
}

static void test_stream_starved_of_output_is_decoded(void **state)
{
	static const uint32_t in_steps[] = { 1, 7, 100, 100000 };
	struct zt *t = *state;
	struct pieces p = { .want = 9000, .extra = 40 };
	unsigned int f, c, i, pending = 0;

	zt_make(t->ram + SRC_AT, p.want, ZT_MIXED, 17);
	for (f = 0; f < 3; f++) {
		for (c = 0; c < CODINGS; c++) {
			p.dw9 = formats[f];
			p.in_len = encode(t, p.dw9, c, p.want);
			memset(t->ram + DST_AT + p.in_len, 0x1f, p.extra);
			for (i = 0; i < 4; i++) {
				p.in_step = in_steps[i];
				for (p.out_step = 16; p.out_step <= 300;
				     p.out_step += p.out_step < 40 ? 1 : 37) {
					decode_stream(t, &p);
					pending += p.pending;
				}
			}
		}
	}
	assert_true(pending > 0);
}

static void test_stream_long_with_every_kind_of_step_is_decoded(void **state)
{
	static const uint32_t in_steps[] = { 4096, 65536, 262144, 0x800000 };
	static const uint32_t out_steps[] = { 3000, 32768, 65536, 400000,
					      0x800000 };
	struct zt *t = *state;
	struct pieces p = { .want = 3000000 };
	unsigned int kind, i, o, c;

	for (kind = 0; kind < ZT_DATAS; kind++) {
		zt_make(t->ram + SRC_AT, p.want, kind, 23);
		p.dw9 = formats[kind % 3];
		for (c = 0; c < CODINGS; c += 2) {
			p.in_len = encode(t, p.dw9, c, p.want);
			for (i = 0; i < 4; i++) {
				for (o = 0; o < 5; o++) {
					if (!i && !o)
						continue;
					p.in_step = in_steps[i];
					p.out_step = out_steps[o];
					t->no_map = o & 1;
					decode_stream(t, &p);
				}
			}
		}
	}
}

/* 10.6a.4: all input is in, output is pending: come again without input. */
static void test_stream_pending_output_gives_ctx_st_1(void **state)
{
	struct zt *t = *state;
	struct zt_req req = {
		.alg = 1, .dw7 = DW7_FIRST, .dw9 = DW9_ZLIB, .src = DST_AT,
		.dst = BACK_AT, .dst_len = 300, .ctx = CTX_AT,
	};
	struct hisi_zip_sqe sqe;

	zt_make(t->ram + SRC_AT, 1000, ZT_ZEROS, 0);
	/* Without its trailer, so that nothing is left to consume. */
	req.src_len = encode(t, DW9_ZLIB, 3, 1000) - 4;
	sqe = zt_run(t, &req);
	assert_int_equal(sqe.dw3, 0);
	assert_int_equal(sqe.ctx_dw0 & 0xf, 1);
	assert_int_equal(sqe.ctx_dw0 & 0x80, 0x80);
	assert_int_equal(sqe.produced, 300);
	assert_int_equal(sqe.consumed, req.src_len);
	req.dw7 = DW7_MIDDLE;
	req.src += req.src_len;
	req.src_len = 0;
	req.dst_len = 10000;
	req.prev = &sqe;
	sqe = zt_run(t, &req);
	assert_int_equal(sqe.dw3, 0);
	assert_int_equal(sqe.ctx_dw0 & 0xf, 0);
	assert_int_equal(sqe.produced, 700);
	req.src_len = 4;
	sqe = zt_run(t, &req);
	assert_int_equal(sqe.dw3, 0x113);
	assert_int_equal(sqe.consumed, 4);
	assert_int_equal(sqe.produced, 0);
}

static void test_stream_stored_block_shows_what_is_left(void **state)
{
	struct zt *t = *state;
	struct zt_req req = {
		.alg = 1, .dw7 = DW7_FIRST, .dw9 = DW9_DEFLATE, .src = DST_AT,
		.src_len = 105, .dst = BACK_AT, .dst_len = 3000, .ctx = CTX_AT,
	};
	struct hisi_zip_sqe sqe;

	zt_make(t->ram + SRC_AT, 1000, ZT_RANDOM, 1);
	encode(t, DW9_DEFLATE, 0, 1000);
	sqe = zt_run(t, &req);
	assert_int_equal(sqe.dw3, 0);
	assert_int_equal(sqe.produced, 100);
	assert_int_equal(sqe.ctx_dw1 & 0x7ffff, 900);
	assert_int_equal(sqe.ctx_dw2 & 0xffff, 100);
}

static void test_stream_wrong_check_value_is_10_and_ends_it(void **state)
{
	struct zt *t = *state;
	struct zt_req req = {
		.alg = 1, .dw7 = DW7_FIRST, .src = DST_AT, .dst = BACK_AT,
		.dst_len = 3000, .ctx = CTX_AT,
	};
	struct hisi_zip_sqe sqe;
	unsigned int f, i;
	uint32_t in;

	zt_make(t->ram + SRC_AT, 2000, ZT_TEXT, 3);
	for (f = 1; f < 3; f++) {
		for (i = 1; i <= trailers[f]; i++) {
			req.dw9 = formats[f];
			req.dw7 = DW7_FIRST;
			in = encode(t, formats[f], 3, 2000);
			t->ram[DST_AT + in - i] ^= 0x80;
			/* The trailer comes in two pieces. */
			req.src = DST_AT;
			req.src_len = in - i;
			sqe = zt_run(t, &req);
			assert_int_equal(sqe.dw3, 0);
			req.dw7 = DW7_MIDDLE;
			req.src = DST_AT + in - i;
			req.src_len = i;
			req.prev = &sqe;
			sqe = zt_run(t, &req);
			assert_int_equal(sqe.dw3, 0x10);
			assert_int_equal(zt_run(t, &req).dw3,
					 ZM_STATUS_BAD_CTX);
		}
	}
}

/* The running value is the request's, not the engine's (7.8). */
static void test_stream_check_words_are_fed_back(void **state)
{
	struct zt *t = *state;
	struct zt_req req = {
		.alg = 1, .dw7 = DW7_FIRST, .dw9 = DW9_GZIP, .src = DST_AT,
		.dst = BACK_AT, .dst_len = 3000, .ctx = CTX_AT,
	};
	struct hisi_zip_sqe sqe;
	uint32_t in;

	zt_make(t->ram + SRC_AT, 2000, ZT_TEXT, 3);
	in = encode(t, DW9_GZIP, 3, 2000);
	req.src_len = in / 2;
	sqe = zt_run(t, &req);
	assert_int_equal(sqe.isize, sqe.produced);
	sqe.isize++;
	req.dw7 = DW7_MIDDLE;
	req.src += req.src_len;
	req.src_len = in - req.src_len;
	req.prev = &sqe;
	assert_int_equal(zt_run(t, &req).dw3, 0x10);
}

static void test_stream_corrupt_is_bad_data_and_ends_it(void **state)
{
	struct zt *t = *state;
	struct zt_req req = {
		.alg = 1, .dw7 = DW7_FIRST, .dw9 = DW9_DEFLATE, .src = DST_AT,
		.src_len = 20, .dst = BACK_AT, .dst_len = 3000, .ctx = CTX_AT,
	};
	struct zt_req next = req;
	uint32_t in;

	zt_make(t->ram + SRC_AT, 2000, ZT_TEXT, 3);
	in = encode(t, DW9_DEFLATE, 3, 2000);
	assert_int_equal(zt_run(t, &req).dw3, 0);
	memset(t->ram + DST_AT + 20, 0xff, in);
	next.dw7 = DW7_MIDDLE;
	next.src += 20;
	next.src_len = in;
	assert_int_equal(zt_run(t, &next).dw3, ZM_STATUS_BAD_DATA);
	assert_int_equal(zt_run(t, &next).dw3, ZM_STATUS_BAD_CTX);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, zt_setup, zt_teardown)
	const struct CMUnitTest tests[] = {
		T(test_stateless_every_format_and_coding_is_decoded),
		T(test_stateless_short_output_is_0e),
		T(test_stateless_cut_off_is_bad_data),
		T(test_stateless_wrong_check_value_is_10),
		T(test_stateless_damage_never_ends_a_stream),
		T(test_stream_every_two_way_split_is_decoded),
		T(test_stream_starved_of_output_is_decoded),
		T(test_stream_long_with_every_kind_of_step_is_decoded),
		T(test_stream_pending_output_gives_ctx_st_1),
		T(test_stream_stored_block_shows_what_is_left),
		T(test_stream_wrong_check_value_is_10_and_ends_it),
		T(test_stream_check_words_are_fed_back),
		T(test_stream_corrupt_is_bad_data_and_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
