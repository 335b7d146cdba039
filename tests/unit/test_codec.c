/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Requests to SQEs and back: golden bytes (hisi-zip 7.13), limits, lies. */
#include "hisi_zip_codec.h"
#include "queue_support.h"

#define COUNT_OF(array)	(sizeof(array) / sizeof((array)[0]))
#define SRC	0x0000111122223330ULL
#define DST	0x0000444455556668ULL
#define CTX	0x0000777788889980ULL

/* An SQE as the dwords of the specification. */
union sqe {
	hisi_zip_word w[16];
	uint32_t dw[32];
	struct hisi_zip_sqe sqe;
} __attribute__((aligned(HISI_ZIP_SQE_BYTES)));

static const struct wd_memory everything = { .any = true };

static struct hisi_zip_codec codec_of(uint32_t format, bool emulated)
{
	struct hisi_zip_codec codec;

	hisi_zip_codec_init(&codec, format, &everything, emulated);
	return codec;
}

static struct wd_comp_msg message(uint32_t format)
{
	return (struct wd_comp_msg){
		.src = (void *)SRC, .dst = (void *)DST, .ctx = (void *)CTX,
		.src_bytes = 0x1234, .dst_bytes = 0x5678, .format = format,
		.window = WD_COMP_WINDOW_32K,
	};
}

static int encode(const struct hisi_zip_codec *codec, unsigned int type,
		  union sqe *sqe, const struct wd_comp_msg *msg)
{
	/* What an earlier request left must not shine through. */
	memset(sqe, 0xff, sizeof(*sqe));
	if (type == HISI_ZIP_SQE_TYPE_0)
		return hisi_zip_encode(codec, HISI_ZIP_SQE_TYPE_0, sqe->w, msg);
	return hisi_zip_encode(codec, HISI_ZIP_SQE_TYPE_3, sqe->w, msg);
}

static int decode(unsigned int type, const union sqe *sqe,
		  struct wd_comp_msg *msg)
{
	if (type == HISI_ZIP_SQE_TYPE_0)
		return hisi_zip_decode(HISI_ZIP_SQE_TYPE_0, &sqe->sqe, msg);
	return hisi_zip_decode(HISI_ZIP_SQE_TYPE_3, &sqe->sqe, msg);
}

struct golden {
	const char *name;
	unsigned int type;
	uint32_t format, op, window, dw7, dw9;
};

static const struct golden golden[] = {
	{ "zlib, stateless, flat, 32 KiB", 3, WD_COMP_ZLIB,
	  WD_COMP_MSG_NEW | WD_COMP_MSG_FINISH, WD_COMP_WINDOW_32K,
	  0x3a000000, 0x00004002 },
	{ "stateful, first", 3, WD_COMP_GZIP,
	  WD_COMP_MSG_STREAM | WD_COMP_MSG_NEW, WD_COMP_WINDOW_32K,
	  0x3c000000, 0x00004003 },
	{ "stateful, middle", 3, WD_COMP_GZIP,
	  WD_COMP_MSG_STREAM, WD_COMP_WINDOW_32K, 0x34000000, 0x00004003 },
	{ "stateful, last", 3, WD_COMP_GZIP,
	  WD_COMP_MSG_STREAM | WD_COMP_MSG_FINISH, WD_COMP_WINDOW_32K,
	  0x36000000, 0x00004003 },
	{ "stateful, first and last", 3, WD_COMP_GZIP,
	  WD_COMP_MSG_STREAM | WD_COMP_MSG_FINISH | WD_COMP_MSG_NEW,
	  WD_COMP_WINDOW_32K, 0x3e000000, 0x00004003 },
	{ "deflate, bare", 3, WD_COMP_DEFLATE, 0, WD_COMP_WINDOW_4K,
	  0x30000000, 0x00000001 },
	{ "deflate, 16 KiB", 3, WD_COMP_DEFLATE, 0, WD_COMP_WINDOW_16K,
	  0x30000000, 0x00002001 },
	{ "V2, stateful, first", 0, WD_COMP_ZLIB,
	  WD_COMP_MSG_STREAM | WD_COMP_MSG_NEW, WD_COMP_WINDOW_4K,
	  0x0c000000, 0x00000002 },
	{ "V2, stateful, middle", 0, WD_COMP_GZIP,
	  WD_COMP_MSG_STREAM, WD_COMP_WINDOW_4K, 0x04000000, 0x00000003 },
	{ "V2, stateful, last", 0, WD_COMP_ZLIB,
	  WD_COMP_MSG_STREAM | WD_COMP_MSG_FINISH, WD_COMP_WINDOW_4K,
	  0x06000000, 0x00000002 },
	{ "V2, stateless", 0, WD_COMP_ZLIB, 0, WD_COMP_WINDOW_4K,
	  0x00000000, 0x00000002 },
};

/* Dword by dword as in 7.3. */
static union sqe expected_sqe(const struct golden *g,
			      const struct wd_comp_msg *msg)
{
	bool is_stream = g->op & WD_COMP_MSG_STREAM;
	uint64_t tag = (uintptr_t)msg, ctx = CTX + 64;
	union sqe sqe = { 0 };

	sqe.dw[4] = 0x1234;
	sqe.dw[7] = g->dw7;
	sqe.dw[9] = g->dw9;
	if (g->type == 0)
		sqe.dw[13] = (uint32_t)tag;
	sqe.dw[14] = 0x5678;
	sqe.dw[18] = 0x22223330;
	sqe.dw[19] = 0x1111;
	sqe.dw[20] = 0x55556668;
	sqe.dw[21] = 0x4444;
	if (g->type == 3) {
		sqe.dw[26] = (uint32_t)tag;
		sqe.dw[27] = tag >> 32;
	}
	if (is_stream) {
		sqe.dw[22] = (uint32_t)ctx;
		sqe.dw[23] = ctx >> 32;
		sqe.dw[15] = 0xc0c0c0c0;
		sqe.dw[28] = 0xc1c1c1c1;
		sqe.dw[29] = 0xc2c2c2c2;
		sqe.dw[30] = 0xc3c3c3c3;
		sqe.dw[31] = 0xc4c4c4c4;
	}
	return sqe;
}

static void test_encode_has_the_bytes_of_the_specification(void **state)
{
	struct hisi_zip_codec codec;
	union sqe sqe, expected;
	struct wd_comp_msg msg;
	unsigned int i, dw;

	(void)state;
	for (i = 0; i < COUNT_OF(golden); i++) {
		const struct golden *g = &golden[i];

		print_message("%s\n", g->name);
		codec = codec_of(g->format, false);
		msg = message(g->format);
		msg.op = g->op;
		msg.window = g->window;
		/* Effort is not for hardware. */
		msg.level = 9;
		/* These reach it only with a stream. */
		msg.ctx_dw0 = 0xc0c0c0c0;
		msg.ctx_dw1 = 0xc1c1c1c1;
		msg.ctx_dw2 = 0xc2c2c2c2;
		msg.isize = 0xc3c3c3c3;
		msg.checksum = 0xc4c4c4c4;
		/* These never do. */
		msg.consumed = msg.produced = UINT32_MAX;
		msg.result = -1;
		msg.user = &msg;
		assert_int_equal(encode(&codec, g->type, &sqe, &msg), 0);
		expected = expected_sqe(g, &msg);
		for (dw = 0; dw < 32; dw++)
			if (sqe.dw[dw] != expected.dw[dw])
				fail_msg("DW%u is %08x, not %08x", dw,
					 sqe.dw[dw], expected.dw[dw]);
	}
}

static void test_encode_level_reaches_the_model_only(void **state)
{
	struct hisi_zip_codec model = codec_of(WD_COMP_ZLIB, true);
	struct hisi_zip_codec hardware = codec_of(WD_COMP_ZLIB, false);
	struct wd_comp_msg msg = message(WD_COMP_ZLIB);
	union sqe sqe;

	(void)state;
	for (msg.level = 0; msg.level <= 9; msg.level++)
		for (msg.op = 0; msg.op <= 7; msg.op++) {
			assert_int_equal(encode(&model, 3, &sqe, &msg), 0);
			assert_int_equal(sqe.dw[9],
					 0x4002 | (uint32_t)msg.level << 16);
			assert_int_equal(encode(&hardware, 3, &sqe, &msg), 0);
			assert_int_equal(sqe.dw[9], 0x4002);
		}
}

/* The device's own addresses, in slices. */
static void test_encode_translates_each_address(void **state)
{
	struct wd_memory_slice slices[] = {
		{ SRC - 0x330, 0x10000, 0x5000000000 },
		{ DST - 0x668, 0x10000, 0x123000 },
		{ CTX - 0x980, 0x20000, 0x9999000 },
	};
	struct wd_memory memory = {
		.base = (void *)1, .slices = slices, .nr_slices = 3,
	};
	struct wd_comp_msg msg = message(WD_COMP_GZIP), bad;
	struct hisi_zip_codec codec;
	unsigned int type;
	union sqe sqe;

	(void)state;
	hisi_zip_codec_init(&codec, WD_COMP_GZIP, &memory, false);
	msg.op = WD_COMP_MSG_STREAM;
	for (type = 0; type <= 3; type += 3) {
		assert_int_equal(encode(&codec, type, &sqe, &msg), 0);
		assert_int_equal(sqe.w[9], 0x5000000330);
		assert_int_equal(sqe.w[10], 0x123668);
		assert_int_equal(sqe.w[11], 0x9999980 + 64);
		/* To the last byte of each slice, and one more. */
		bad = msg;
		bad.src_bytes = 0x10000 - 0x330;
		assert_int_equal(encode(&codec, type, &sqe, &bad), 0);
		bad.src_bytes++;
		assert_int_equal(encode(&codec, type, &sqe, &bad), -EFAULT);
		bad = msg;
		bad.dst_bytes = 0x10000 - 0x668;
		assert_int_equal(encode(&codec, type, &sqe, &bad), 0);
		bad.dst_bytes++;
		assert_int_equal(encode(&codec, type, &sqe, &bad), -EFAULT);
		bad = msg;
		bad.ctx = (char *)msg.ctx - 0x980 + 0x10000;
		assert_int_equal(encode(&codec, type, &sqe, &bad), 0);
		bad.ctx = (char *)bad.ctx + 64;
		assert_int_equal(encode(&codec, type, &sqe, &bad), -EFAULT);
		bad.op = 0;
		assert_int_equal(encode(&codec, type, &sqe, &bad), 0);
		assert_int_equal(sqe.w[11], 0);
		/* No input needs a place, too. */
		bad = msg;
		bad.src_bytes = 0;
		assert_int_equal(encode(&codec, type, &sqe, &bad), 0);
		assert_int_equal(sqe.w[9], 0x5000000330);
		bad.src = (char *)msg.src - 0x331;
		assert_int_equal(encode(&codec, type, &sqe, &bad), -EFAULT);
	}
}

/* One thing wrong with a message, and what it is. */
struct fault {
	const char *name;
	void (*break_it)(struct wd_comp_msg *msg);
};

#define FAULT(name, statement)						\
	static void break_##name(struct wd_comp_msg *msg)		\
	{								\
		statement;						\
	}

FAULT(src_null, msg->src = NULL)
FAULT(src_null_and_empty, msg->src = NULL; msg->src_bytes = 0)
FAULT(dst_null, msg->dst = NULL)
FAULT(src_large, msg->src_bytes = WD_COMP_MSG_MAX_BYTES + 1)
FAULT(src_huge, msg->src_bytes = UINT32_MAX)
FAULT(dst_large, msg->dst_bytes = WD_COMP_MSG_MAX_BYTES + 1)
FAULT(dst_huge, msg->dst_bytes = UINT32_MAX)
FAULT(dst_empty, msg->dst_bytes = 0)
FAULT(dst_small, msg->dst_bytes = 15)
FAULT(format_0, msg->format = 0)
FAULT(format_other, msg->format = WD_COMP_GZIP)
FAULT(format_4, msg->format = 4)
FAULT(format_high, msg->format = WD_COMP_ZLIB | 0x80)
FAULT(format_255, msg->format = 255)
FAULT(op_8, msg->op = 8)
FAULT(op_high, msg->op = 0x80)
FAULT(op_255, msg->op = 255)
FAULT(window_5, msg->window = 5)
FAULT(window_high, msg->window = 0x80)
FAULT(window_255, msg->window = 255)
FAULT(level_10, msg->level = 10)
FAULT(level_high, msg->level = 0x80)
FAULT(level_255, msg->level = 255)
FAULT(ctx_null, msg->op = WD_COMP_MSG_STREAM; msg->ctx = NULL)
FAULT(ctx_askew, msg->op = WD_COMP_MSG_STREAM;
      msg->ctx = (char *)msg->ctx + 32)
FAULT(stream_dst_small, msg->op = WD_COMP_MSG_STREAM; msg->dst_bytes = 200)
FAULT(stream_format, msg->op = WD_COMP_MSG_STREAM; msg->format = 1)
FAULT(stream_level, msg->op = WD_COMP_MSG_STREAM; msg->level = 10)
FAULT(stream_src_large, msg->op = WD_COMP_MSG_STREAM;
      msg->src_bytes = WD_COMP_MSG_MAX_BYTES + 1)

#define NAMED(name)	{ #name, break_##name }

static const struct fault faults[] = {
	NAMED(src_null), NAMED(src_null_and_empty), NAMED(dst_null),
	NAMED(src_large), NAMED(src_huge), NAMED(dst_large), NAMED(dst_huge),
	NAMED(dst_empty), NAMED(dst_small), NAMED(format_0),
	NAMED(format_other), NAMED(format_4), NAMED(format_high),
	NAMED(format_255), NAMED(op_8), NAMED(op_high), NAMED(op_255),
	NAMED(window_5), NAMED(window_high), NAMED(window_255),
	NAMED(level_10), NAMED(level_high), NAMED(level_255), NAMED(ctx_null),
	NAMED(ctx_askew), NAMED(stream_dst_small), NAMED(stream_format),
	NAMED(stream_level), NAMED(stream_src_large),
};

static void test_encode_parameter_out_of_range_is_einval(void **state)
{
	struct wd_memory_slice slice = { 4096, SIZE_MAX / 2, 0x1000 };
	struct wd_memory own = {
		.base = (void *)4096, .slices = &slice, .nr_slices = 1,
	};
	struct hisi_zip_codec codec[2];
	struct wd_comp_msg msg;
	unsigned int i, c, type;
	union sqe sqe;

	(void)state;
	codec[0] = codec_of(WD_COMP_ZLIB, true);
	hisi_zip_codec_init(&codec[1], WD_COMP_ZLIB, &own, false);
	for (i = 0; i < COUNT_OF(faults); i++)
		for (c = 0; c < 2; c++)
			for (type = 0; type <= 3; type += 3) {
				msg = message(WD_COMP_ZLIB);
				assert_int_equal(encode(&codec[c], type, &sqe,
							&msg), 0);
				faults[i].break_it(&msg);
				if (encode(&codec[c], type, &sqe, &msg) !=
				    -EINVAL)
					fail_msg("%s", faults[i].name);
			}
}

/* Every byte of the parameter word with every value. */
static void test_encode_parameter_bytes_exactly_their_range(void **state)
{
	struct hisi_zip_codec codec = codec_of(WD_COMP_ZLIB, true);
	static const unsigned int last[] = { 2, 7, WD_COMP_WINDOW_32K, 9 };
	struct wd_comp_msg msg;
	unsigned int at, value;
	union sqe sqe;
	bool good;

	(void)state;
	for (at = 0; at < 4; at++)
		for (value = 0; value < 256; value++) {
			msg = message(WD_COMP_ZLIB);
			(&msg.format)[at] = value;
			good = value <= last[at] && (at || value == 2);
			assert_int_equal(encode(&codec, 3, &sqe, &msg),
					 good ? 0 : -EINVAL);
		}
}

static void test_encode_limits_are_in_range(void **state)
{
	struct hisi_zip_codec codec = codec_of(WD_COMP_ZLIB, false);
	struct wd_comp_msg msg = message(WD_COMP_ZLIB);
	union sqe sqe;

	(void)state;
	msg.src_bytes = WD_COMP_MSG_MAX_BYTES;
	msg.dst_bytes = WD_COMP_MSG_MAX_BYTES;
	assert_int_equal(encode(&codec, 3, &sqe, &msg), 0);
	assert_int_equal(sqe.dw[4], 0x800000);
	assert_int_equal(sqe.dw[14], 0x800000);
	msg.src_bytes = 0;
	msg.dst_bytes = 16;
	assert_int_equal(encode(&codec, 3, &sqe, &msg), 0);
	assert_int_equal(sqe.dw[4], 0);
	assert_int_equal(sqe.dw[14], 16);
	msg.op = WD_COMP_MSG_STREAM;
	msg.dst_bytes = WD_COMP_STREAM_MIN_OUT;
	assert_int_equal(encode(&codec, 3, &sqe, &msg), 0);
	/* Without a stream nobody looks at the context. */
	msg.op = 0;
	msg.ctx = (void *)7;
	assert_int_equal(encode(&codec, 3, &sqe, &msg), 0);
	assert_int_equal(sqe.w[11], 0);
}

static int expected_result(unsigned int status)
{
	switch (status) {
	case 0x00:
	case 0x0d:
	case 0x13:
		return 0;
	case 0x0e:
		return -ENOSPC;
	case 0x10:
		return -EBADMSG;
	default:
		return -EILSEQ;
	}
}

/* What a device writes into the SQE of @msg. */
static void answer(union sqe *sqe, uint32_t dw3)
{
	sqe->dw[0] = 0x1000;
	sqe->dw[1] = 0x3e8;
	sqe->dw[3] = dw3;
	sqe->dw[15] = 0xd0d0d0d0;
	sqe->dw[28] = 0xd1d1d1d1;
	sqe->dw[29] = 0xd2d2d2d2;
	sqe->dw[30] = 0xd3d3d3d3;
	sqe->dw[31] = 0xd4d4d4d4;
}

static void check_state(const struct wd_comp_msg *msg, uint32_t mask)
{
	assert_int_equal(msg->ctx_dw0, 0xd0d0d0d0 & mask);
	assert_int_equal(msg->ctx_dw1, 0xd1d1d1d1 & mask);
	assert_int_equal(msg->ctx_dw2, 0xd2d2d2d2 & mask);
	assert_int_equal(msg->isize, 0xd3d3d3d3 & mask);
	assert_int_equal(msg->checksum, 0xd4d4d4d4 & mask);
}

static void check_answer(unsigned int type, uint8_t op, uint32_t dw3)
{
	struct hisi_zip_codec codec = codec_of(WD_COMP_GZIP, false);
	struct wd_comp_msg msg = message(WD_COMP_GZIP);
	unsigned int status = dw3 & 0xff, ended = 0;
	union sqe sqe;

	msg.op = op;
	msg.result = -1;
	msg.status = 0xee;
	msg.ended = 0xff;
	msg.user = &sqe;
	assert_int_equal(encode(&codec, type, &sqe, &msg), 0);
	answer(&sqe, dw3);
	assert_int_equal(decode(type, &sqe, &msg), 0);
	assert_int_equal(msg.consumed, 0x1000);
	assert_int_equal(msg.produced, 0x3e8);
	assert_int_equal(msg.status, status);
	assert_int_equal(msg.result, expected_result(status));
	if (dw3 & 0x100)
		ended |= WD_COMP_MSG_LAST_BLOCK;
	if (status == 0x0d)
		ended |= WD_COMP_MSG_EXPANDED;
	assert_int_equal(msg.ended, ended);
	check_state(&msg, op & WD_COMP_MSG_STREAM ? UINT32_MAX : 0);
	/* The caller's stays the caller's. */
	assert_ptr_equal(msg.user, &sqe);
	assert_ptr_equal(msg.src, (void *)SRC);
	assert_ptr_equal(msg.dst, (void *)DST);
	assert_int_equal(msg.op, op);
	assert_int_equal(msg.src_bytes, 0x1234);
	assert_int_equal(msg.dst_bytes, 0x5678);
}

static void test_decode_every_status(void **state)
{
	/* The upper ones are not software's business. */
	static const uint32_t around[] = { 0, 0x100, 0xfffffe00, 0xffffff00 };
	unsigned int status, i, type, op;

	(void)state;
	for (status = 0; status < 256; status++)
		for (i = 0; i < COUNT_OF(around); i++)
			for (type = 0; type <= 3; type += 3)
				for (op = 0; op <= 2; op += 2)
					check_answer(type, op,
						     status | around[i]);
}

static void test_decode_another_requests_tag_is_eio(void **state)
{
	struct hisi_zip_codec codec = codec_of(WD_COMP_GZIP, false);
	struct wd_comp_msg msg = message(WD_COMP_GZIP);
	unsigned int type, bit, op;
	union sqe sqe;

	(void)state;
	for (type = 0; type <= 3; type += 3)
		for (op = 0; op <= 2; op += 2)
			for (bit = 0; bit < (type ? 64 : 32); bit++) {
				msg.op = op;
				assert_int_equal(encode(&codec, type, &sqe,
							&msg), 0);
				answer(&sqe, 0);
				if (type)
					sqe.w[13] ^= 1ULL << bit;
				else
					sqe.dw[13] ^= 1U << bit;
				assert_int_equal(decode(type, &sqe, &msg),
						 -EIO);
				sqe.dw[3] = HISI_ZIP_STATUS_CHECK;
				assert_int_equal(decode(type, &sqe, &msg),
						 -EIO);
			}
}

static void test_decode_more_bytes_than_there_were_is_eio(void **state)
{
	static const struct {
		uint32_t consumed, produced;
		int ret;
	} cases[] = {
		{ 0x1234, 0x5678, 0 }, { 0, 0, 0 },
		{ 0x1235, 0x5678, -EIO }, { 0x1234, 0x5679, -EIO },
		{ UINT32_MAX, 0, -EIO }, { 0, UINT32_MAX, -EIO },
		{ 0x80000000, 0, -EIO }, { 0, 0x80000000, -EIO },
	};
	static const uint32_t dw3[] = { 0, 0x0d, 0x0e, 0x113, 0x55 };
	struct hisi_zip_codec codec = codec_of(WD_COMP_GZIP, false);
	struct wd_comp_msg msg;
	unsigned int i, j, type, op;
	union sqe sqe;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++)
		for (j = 0; j < COUNT_OF(dw3); j++)
			for (type = 0; type <= 3; type += 3)
				for (op = 0; op <= 2; op += 2) {
					msg = message(WD_COMP_GZIP);
					msg.op = op;
					encode(&codec, type, &sqe, &msg);
					answer(&sqe, dw3[j]);
					sqe.dw[0] = cases[i].consumed;
					sqe.dw[1] = cases[i].produced;
					assert_int_equal(decode(type, &sqe,
								&msg),
							 cases[i].ret);
				}
}

/* Through a queue: one by one, and at every place of a burst. */
static void do_faults_on_queue(enum wd_mode mode, unsigned int revision)
{
	const struct wd_fake_config config = {
		.mode = mode, .sq_depth = 8, .revision = revision,
	};
	void *reqs[4], *back[4];
	struct job *jobs;
	unsigned int i, at;
	struct wd_queue q;
	char *mem;

	fake_start(&config);
	q = queue_open();
	mem = wd_reserve_memory(&q, 0x30000);
	assert_non_null(mem);
	jobs = (struct job *)(mem + WD_COMP_CTX_BYTES);
	for (i = 0; i < COUNT_OF(faults); i++)
		for (at = 0; at < 4; at++) {
			struct wd_comp_msg *bad = &jobs[at].msg;

			for (unsigned int j = 0; j < 4; j++) {
				job_init(&jobs[j], i + j);
				jobs[j].msg.ctx = mem;
				reqs[j] = &jobs[j].msg;
			}
			faults[i].break_it(bad);
			assert_int_equal(wd_send(&q, bad), -EINVAL);
			assert_int_equal(wd_send_burst(&q, reqs, 4),
					 at ? (int)at : -EINVAL);
			assert_int_equal(queue_info(&q).in_flight, at);
			assert_int_equal(wd_fake_step(0, 0), at);
			assert_int_equal(wd_recv_burst(&q, back, 4), at);
			for (unsigned int j = 0; j < at; j++)
				job_check(back[j]);
		}
	queue_close(&q);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_send_malformed_request_is_einval_and_others_work(void **state)
{
	(void)state;
	do_faults_on_queue(WD_MODE_SVA, HISI_QM_REV_V3);
	do_faults_on_queue(WD_MODE_SVA, HISI_QM_REV_V2);
	do_faults_on_queue(WD_MODE_DMA, HISI_QM_REV_V3);
	do_faults_on_queue(WD_MODE_SHARE_DOMAIN, HISI_QM_REV_V1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		queue_test(test_encode_has_the_bytes_of_the_specification),
		queue_test(test_encode_level_reaches_the_model_only),
		queue_test(test_encode_translates_each_address),
		queue_test(test_encode_parameter_out_of_range_is_einval),
		queue_test(test_encode_parameter_bytes_exactly_their_range),
		queue_test(test_encode_limits_are_in_range),
		queue_test(test_decode_every_status),
		queue_test(test_decode_another_requests_tag_is_eio),
		queue_test(test_decode_more_bytes_than_there_were_is_eio),
		queue_test(test_send_malformed_request_is_einval_and_others_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
