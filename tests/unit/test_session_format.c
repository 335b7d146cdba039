/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the library itself knows of the formats: heads, tails, check values, and
 * streams that are put together from segments.
 */
#include "session_support.h"

#define CHECK_TEXT	"123456789"

static void head_is_what_zlib_reads(void **state)
{
	static const size_t lengths[] = {
		[WD_COMP_DEFLATE] = 0, [WD_COMP_ZLIB] = 2, [WD_COMP_GZIP] = 10,
	};
	static const uint8_t body[] = { 0x03, 0x00 };
	uint8_t stream[WD_COMP_HEAD_MAX_BYTES + sizeof(body) + 8];
	size_t bytes, trailer, used;

	(void)state;
	for_each_format(format, i) {
		struct guarded head = guarded_new(WD_COMP_HEAD_MAX_BYTES);

		bytes = wd_comp_stream_head(format, head.at);
		assert_int_equal(bytes, lengths[format]);
		memset(stream, 0, sizeof(stream));
		memcpy(stream, head.at, bytes);
		memcpy(stream + bytes, body, sizeof(body));
		bytes += sizeof(body);
		trailer = format == WD_COMP_GZIP ? 8 :
			  format == WD_COMP_ZLIB ? 4 : 0;
		if (format == WD_COMP_ZLIB)
			stream[bytes + 3] = 1;
		assert_int_equal(zlib_compare(format, stream, bytes + trailer,
					      body, 0, &used), Z_STREAM_END);
		assert_int_equal(used, bytes + trailer);
		guarded_free(&head);
	}
}

static void head_unknown_format_nothing(void **state)
{
	uint8_t byte = 0x5a;

	(void)state;
	assert_int_equal(wd_comp_stream_head(0, &byte), 0);
	assert_int_equal(wd_comp_stream_head(WD_COMP_GZIP + 1, &byte), 0);
	assert_int_equal(byte, 0x5a);
}

static void head_golden_bytes(void **state)
{
	static const uint8_t zlib[] = { 0x78, 0x9c };
	static const uint8_t gzip[] = {
		0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0, 0x03,
	};
	uint8_t head[WD_COMP_HEAD_MAX_BYTES];

	(void)state;
	assert_int_equal(wd_comp_stream_head(WD_COMP_ZLIB, head), 2);
	assert_memory_equal(head, zlib, sizeof(zlib));
	assert_int_equal(wd_comp_stream_head(WD_COMP_GZIP, head), 10);
	assert_memory_equal(head, gzip, sizeof(gzip));
}

static void tail_golden_bytes(void **state)
{
	static const uint8_t gzip[] = {
		0x01, 0x00, 0x00, 0xff, 0xff, 0x44, 0x33, 0x22, 0x11,
		0xdd, 0xcc, 0xbb, 0xaa,
	};
	static const uint8_t zlib[] = {
		0x01, 0x00, 0x00, 0xff, 0xff, 0x11, 0x22, 0x33, 0x44,
	};
	struct guarded tail = guarded_new(WD_COMP_TAIL_MAX_BYTES);

	(void)state;
	/* The length is counted modulo 2^32. */
	assert_int_equal(wd_comp_stream_tail(WD_COMP_GZIP, 0x11223344,
					     0x7aabbccdd, tail.at), 13);
	assert_memory_equal(tail.at, gzip, sizeof(gzip));
	assert_int_equal(wd_comp_stream_tail(WD_COMP_ZLIB, 0x11223344, 5,
					     tail.at), 9);
	assert_memory_equal(tail.at, zlib, sizeof(zlib));
	assert_int_equal(wd_comp_stream_tail(WD_COMP_DEFLATE, 0x11223344, 5,
					     tail.at), 5);
	assert_memory_equal(tail.at, zlib, 5);
	guarded_free(&tail);
}

/* The smallest stream there is: a head, and a tail at once. */
static void tail_behind_head_is_empty_stream(void **state)
{
	uint8_t stream[WD_COMP_HEAD_MAX_BYTES + WD_COMP_TAIL_MAX_BYTES];
	size_t bytes;

	(void)state;
	for_each_format(format, i) {
		bytes = wd_comp_stream_head(format, stream);
		bytes += wd_comp_stream_tail(format, wd_comp_check_init(format),
					     0, stream + bytes);
		assert_packed(format, stream, bytes, stream, 0);
	}
}

static void check_init_is_that_of_nothing(void **state)
{
	(void)state;
	for_each_format(format, i)
		assert_int_equal(wd_comp_check_init(format),
				 zlib_check(format, "", 0));
	assert_int_equal(wd_comp_check_init(0), 0);
}

static void check_combine_every_split(void **state)
{
	enum { BYTES = 3000 };
	uint8_t *data = data_new(BYTES, DATA_TEXT, 1);
	uint32_t first, second;
	size_t at;

	(void)state;
	for_each_format(format, i) {
		for (at = 0; at <= BYTES; at++) {
			first = zlib_check(format, data, at);
			second = zlib_check(format, data + at, BYTES - at);
			check(wd_comp_check_combine(format, first, second,
						    BYTES - at) ==
			      zlib_check(format, data, BYTES),
			      "format %u, split at %zu", format, at);
		}
	}
	free(data);
}

/* Lengths beyond 32 bits, in the same way that a chain of pieces takes. */
static void check_combine_long(void **state)
{
	const uint32_t piece = 1u << 30;
	uint8_t *zeros = calloc(1, MIB);
	uint32_t one, two, four, chain;
	unsigned int k;

	(void)state;
	assert_non_null(zeros);
	for (unsigned int f = WD_COMP_ZLIB; f <= WD_COMP_GZIP; f++) {
		one = zlib_check(f, zeros, MIB);
		for (k = 20; k < 30; k++)
			one = wd_comp_check_combine(f, one, one, 1u << k);
		chain = wd_comp_check_init(f);
		for (k = 0; k < 5; k++)
			chain = wd_comp_check_combine(f, chain, one, piece);
		two = wd_comp_check_combine(f, one, one, piece);
		four = wd_comp_check_combine(f, two, two, 2ull * piece);
		assert_int_equal(wd_comp_check_combine(f, one, four,
						       4ull * piece), chain);
	}
	free(zeros);
}

/* The register of 7.8, bit by bit: not reflected, not inverted. */
static uint32_t crc_register(const uint8_t *data, size_t bytes)
{
	uint32_t reg = 0xffffffff;
	size_t i;
	int bit;

	for (i = 0; i < bytes; i++) {
		for (bit = 0; bit < 8; bit++) {
			reg ^= (uint32_t)(data[i] >> bit & 1) << 31;
			reg = reg << 1 ^ (reg >> 31 ? 0x04c11db7 : 0);
		}
	}
	return reg;
}

static void msg_check_of_register(void **state)
{
	const uint8_t *text = (const uint8_t *)CHECK_TEXT;
	struct wd_comp_msg msg = { .format = WD_COMP_GZIP };
	size_t n;

	(void)state;
	msg.checksum = crc_register(text, 9);
	assert_int_equal(wd_comp_msg_check(&msg), 0xcbf43926);
	for (n = 0; n < sizeof(CHECK_TEXT); n++) {
		msg.checksum = crc_register(text, n);
		assert_int_equal(wd_comp_msg_check(&msg), crc32(0, text, n));
	}
	msg.format = WD_COMP_ZLIB;
	assert_int_equal(wd_comp_msg_check(&msg), msg.checksum);
	msg.format = WD_COMP_DEFLATE;
	assert_int_equal(wd_comp_msg_check(&msg), 0);
}

static void run_msg(struct wd_queue *q, struct wd_comp_msg *msg)
{
	void *back;

	assert_int_equal(wd_send(q, msg), 0);
	assert_int_equal(wd_recv_sync(q, &back), 0);
	assert_ptr_equal(back, msg);
	assert_int_equal(msg->result, 0);
}

static void msg_check_of_device(void **state)
{
	static const char *const names[] = {
		[WD_COMP_DEFLATE] = "deflate", [WD_COMP_ZLIB] = "zlib",
		[WD_COMP_GZIP] = "gzip",
	};
	const size_t bytes = 5000, room = 8000;
	uint8_t *data = data_new(bytes, DATA_TEXT, 2), *at;

	(void)state;
	for_each_format(format, i) {
		struct wd_queue q = {
			.algorithm = names[format], .device = test_device(),
			.op_type = WD_COMP_COMPRESS, .numa_node = WD_NUMA_ANY,
		};
		struct wd_comp_msg msg = {
			.src_bytes = bytes, .dst_bytes = room, .format = format,
			.op = WD_COMP_MSG_STREAM | WD_COMP_MSG_NEW,
			.window = WD_COMP_WINDOW_32K,
		};

		assert_int_equal(wd_request_queue(&q), 0);
		at = wd_reserve_memory(&q, WD_COMP_CTX_BYTES + bytes + room);
		assert_non_null(at);
		msg.ctx = at;
		msg.src = memcpy(at + WD_COMP_CTX_BYTES, data, bytes);
		msg.dst = at + WD_COMP_CTX_BYTES + bytes;
		run_msg(&q, &msg);
		assert_int_equal(wd_comp_msg_check(&msg),
				 zlib_check(format, data, bytes));
		/* 7.8: raw deflate has no use for it. */
		if (format != WD_COMP_DEFLATE)
			assert_int_equal(msg.isize, bytes);
		wd_release_queue(&q);
	}
	free(data);
}

static void bound_grows_and_holds(void **state)
{
	size_t bytes, last = 0;

	(void)state;
	for (bytes = 0; bytes < 70000; bytes++) {
		size_t bound = wd_comp_bound(bytes);

		check(bound >= last, "bound of %zu", bytes);
		/* What a segment is given, and stored blocks. */
		check(bound >= bytes + bytes / 8 + 256, "bound of %zu", bytes);
		last = bound;
	}
	assert_true(wd_comp_bound(1ull << 40) > 1ull << 40);
}

/* A length without a bound has the largest there is. */
static void bound_does_not_wrap(void **state)
{
	(void)state;
	assert_true(wd_comp_bound(SIZE_MAX) == SIZE_MAX);
	assert_true(wd_comp_bound(SIZE_MAX / 2) > SIZE_MAX / 2);
	assert_true(wd_comp_bound(SIZE_MAX / 9 * 8) >= SIZE_MAX / 9 * 8);
}

/* --- segments --- */

enum { MAX_SEGMENTS = 40 };

static void segment_done(struct wd_comp_req *req)
{
	unsigned int *count = req->user;

	++*count;
}

struct pieces {
	struct wd_comp_req reqs[MAX_SEGMENTS];
	unsigned int n;
	size_t piece;
};

/* Some of them wait where the device needs copies, of which few are so large. */
static void submit_all(struct wd_comp_session *s, struct wd_comp_req **list,
		       unsigned int n, unsigned int *done)
{
	unsigned int sent = 0;
	int ret;

	while (*done < n) {
		ret = wd_comp_submit(s, list + sent, n - sent);
		if (ret != -EAGAIN) {
			assert_true(ret >= 0);
			sent += (unsigned int)ret;
		}
		assert_true(wd_comp_wait(s, WD_TIMEOUT_INFINITE) > 0);
	}
	assert_int_equal(sent, n);
}

static void run_segments(struct wd_comp_session *s, struct pieces *p,
			 uint8_t *data, size_t bytes)
{
	struct wd_comp_req *list[MAX_SEGMENTS];
	unsigned int i, done = 0;
	size_t at = 0;

	for (i = 0; at < bytes || !i; i++) {
		size_t len = bytes - at < p->piece ? bytes - at : p->piece;

		p->reqs[i] = (struct wd_comp_req){
			.src = data + at, .src_bytes = len,
			.dst = malloc(wd_comp_bound(len)),
			.dst_bytes = wd_comp_bound(len),
			.flags = WD_COMP_REQ_SEGMENT, .done = segment_done,
			.user = &done,
		};
		list[i] = &p->reqs[i];
		at += len;
	}
	p->n = i;
	submit_all(s, list, i, &done);
}

static void join_and_check(uint32_t format, struct pieces *p,
			   const uint8_t *data, size_t bytes)
{
	uint8_t *out = malloc(wd_comp_bound(bytes) + MAX_SEGMENTS * 300);
	uint32_t sum = wd_comp_check_init(format);
	unsigned int i;
	size_t len;

	assert_non_null(out);
	len = wd_comp_stream_head(format, out);
	for (i = 0; i < p->n; i++) {
		struct wd_comp_req *req = &p->reqs[i];

		assert_int_equal(req->result, 0);
		assert_int_equal(req->consumed, req->src_bytes);
		assert_int_equal(req->check, zlib_check(format, req->src,
							req->src_bytes));
		memcpy(out + len, req->dst, req->produced);
		len += req->produced;
		sum = wd_comp_check_combine(format, sum, req->check,
					    req->src_bytes);
		free(req->dst);
	}
	len += wd_comp_stream_tail(format, sum, bytes, out + len);
	assert_packed(format, out, len, data, bytes);
	free(out);
}

static void segments_are_one_stream(void **state)
{
	static const size_t pieces[] = { 1, 1000, 65536, 300000, 4 * MIB };
	const size_t all = 2 * MIB + 17;
	struct wd_comp_params params;
	uint8_t *data = data_new(all, DATA_TEXT, 3);
	struct pieces p;

	(void)state;
	memcpy(data + MIB, data, MIB / 2);
	data_fill(data + MIB / 2, MIB / 4, DATA_NOISE, 4);
	for_each_format(format, i) {
		struct wd_comp_session *s;

		wd_comp_params_init(&params, WD_COMP_COMPRESS, format);
		params.device = test_device();
		params.segment_bytes = 4 * MIB;
		params.queues = 2;
		/* Copies of the largest, where copies are needed. */
		params.bounce_bytes = 16 * MIB;
		s = session_new(&params);
		for (unsigned int k = 0; k < COUNT_OF(pieces); k++) {
			size_t bytes = pieces[k] * (MAX_SEGMENTS - 1) + 1;

			p.piece = pieces[k];
			bytes = bytes < all ? bytes : all;
			run_segments(s, &p, data, bytes);
			join_and_check(format, &p, data, bytes);
		}
		/* An empty one is nothing, but is answered. */
		run_segments(s, &p, data, 0);
		assert_int_equal(p.reqs[0].produced, 0);
		join_and_check(format, &p, data, 0);
		wd_comp_session_free(s);
	}
	free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		session_test(head_is_what_zlib_reads),
		session_test(head_unknown_format_nothing),
		session_test(head_golden_bytes),
		session_test(tail_golden_bytes),
		session_test(tail_behind_head_is_empty_stream),
		session_test(check_init_is_that_of_nothing),
		session_test(check_combine_every_split),
		session_test(check_combine_long),
		session_test(msg_check_of_register),
		session_test(msg_check_of_device),
		session_test(bound_grows_and_holds),
		session_test(bound_does_not_wrap),
		session_test(segments_are_one_stream),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
