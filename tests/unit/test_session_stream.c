/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* wd_comp_stream(), compression: flushes, pieces, ends, misuse. */
#include "session_support.h"

/*
 * A stream on its way to zlib: what is given is compressed, what comes out is
 * decompressed at once and has to be what was given, as far as it goes.
 */
struct way {
	struct wd_comp_session *s;
	uint32_t format;
	const uint8_t *data;
	size_t given;
	size_t decoded;
	size_t out_bytes;
	size_t room;		/* most output of a call */
	z_stream z;
	bool is_over;
};

static void way_start(struct way *way, struct wd_comp_session *s,
		      uint32_t format, const uint8_t *data, size_t room)
{
	memset(way, 0, sizeof(*way));
	way->s = s;
	way->format = format;
	way->data = data;
	way->room = room;
	assert_int_equal(inflateInit2(&way->z, zlib_bits(format)), Z_OK);
}

static void way_end(struct way *way)
{
	assert_int_equal(inflateEnd(&way->z), Z_OK);
	assert_int_equal(wd_comp_stream_reset(way->s), 0);
}

static void way_decode(struct way *way, uint8_t *out, size_t bytes)
{
	static uint8_t plain[256 * KIB];
	int ret = Z_OK;

	way->out_bytes += bytes;
	way->z.next_in = out;
	way->z.avail_in = bytes;
	do {
		way->z.next_out = plain;
		way->z.avail_out = sizeof(plain);
		ret = inflate(&way->z, Z_SYNC_FLUSH);
		size_t got = sizeof(plain) - way->z.avail_out;

		check(way->decoded + got <= way->given, "too much");
		assert_memory_equal(plain, way->data + way->decoded, got);
		way->decoded += got;
	} while (ret == Z_OK && !way->z.avail_out);
	check(ret == Z_OK || ret == Z_BUF_ERROR || ret == Z_STREAM_END,
	      "zlib: %d %s", ret, way->z.msg);
	if (ret == Z_STREAM_END) {
		assert_int_equal(way->z.avail_in, 0);
		way->is_over = true;
	}
}

/*
 * Give @bytes with @flush until that is complete.
 *
 * Return: what the last call said.
 */
static int way_give(struct way *way, size_t bytes, int flush)
{
	struct guarded out = guarded_new(way->room);
	struct wd_comp_io io = {
		.src = way->data + way->given, .src_bytes = bytes,
	};
	int ret;

	way->given += bytes;
	do {
		io.dst = out.at;
		io.dst_bytes = way->room;
		ret = wd_comp_stream(way->s, &io, flush);
		check(ret >= 0 || ret == -EAGAIN, "%d", ret);
		assert_ptr_equal(io.dst, out.at + way->room - io.dst_bytes);
		assert_ptr_equal(io.src, way->data + way->given - io.src_bytes);
		way_decode(way, out.at, way->room - io.dst_bytes);
	} while (!ret && !io.dst_bytes);
	guarded_free(&out);
	assert_int_equal(io.src_bytes, 0);
	if (flush == WD_COMP_SYNC_FLUSH)
		check(way->decoded == way->given, "%zu of %zu bytes after the flush",
		      way->decoded, way->given);
	return ret;
}

static void way_finish(struct way *way, size_t bytes)
{
	assert_int_equal(way_give(way, bytes, WD_COMP_FINISH),
			 WD_COMP_STREAM_END);
	assert_true(way->is_over);
	assert_int_equal(way->decoded, way->given);
}

static size_t random_size(uint64_t *state, size_t left)
{
	static const size_t limits[] = { 1, 10, 300, 5000, 70000, 600000 };
	size_t bytes = next_random(state) %
		       (limits[next_random(state) % COUNT_OF(limits)] + 1);

	return bytes < left ? bytes : left;
}

static void random_stream(const char *device, uint32_t format, uint64_t seed)
{
	static const size_t rooms[] = { 1, 15, 201, 300, 4096, 65536, MIB };
	struct wd_comp_session *s = session_open(device, WD_COMP_COMPRESS,
						 format);
	uint64_t state = seed * 77 + format;
	size_t all, bytes;
	uint8_t *data;
	struct way way;

	for (unsigned int round = 0; round < 3; round++) {
		way_start(&way, s, format, NULL,
			  rooms[next_random(&state) % COUNT_OF(rooms)]);
		all = way.room < 200 ? 30000 : 1500000;
		data = data_new(all, next_random(&state) % DATA_KINDS, seed);
		way.data = data;
		while (way.given < all && next_random(&state) % 40) {
			bytes = random_size(&state, all - way.given);
			way_give(&way, bytes, next_random(&state) % 3 ?
				 WD_COMP_NO_FLUSH : WD_COMP_SYNC_FLUSH);
		}
		way_finish(&way, next_random(&state) % 2 ?
			   all - way.given : 0);
		way_end(&way);
		free(data);
	}
	wd_comp_session_free(s);
}

static void random_chunks_and_flushes(void **state)
{
	(void)state;
	for_each_format(format, i)
		for (uint64_t seed = 0; seed < 12; seed++)
			random_stream(test_device(), format, seed);
	for (uint64_t seed = 0; seed < 4; seed++) {
		random_stream("emu:v1", WD_COMP_ZLIB, seed);
		random_stream("emu:v2", WD_COMP_GZIP, seed);
	}
}

/* Every mode: what the device does not reach goes through a copy. */
static void random_chunks_all_modes(void **state)
{
	static const struct wd_fake_config configs[] = {
		{ .mode = WD_MODE_SVA, .instant = true },
		{ .mode = WD_MODE_PASID, .instant = true },
		{ .mode = WD_MODE_SHARE_DOMAIN, .auto_step = true },
		{ .mode = WD_MODE_DMA, .instant = true },
		{ .mode = WD_MODE_NOIOMMU, .slice_units = 4, .instant = true },
		{ .mode = WD_MODE_DMA, .slice_units = 2,
		  .slices_adjacent = true, .instant = true },
		{ .mode = WD_MODE_DMA, .slice_units = 64, .instant = true,
		  .revision = HISI_QM_REV_V2 },
	};

	(void)state;
	for (unsigned int i = 0; i < COUNT_OF(configs); i++) {
		fake_start(&configs[i]);
		for (uint64_t seed = 0; seed < 4; seed++)
			random_stream(NULL, i % 2 ? WD_COMP_GZIP : WD_COMP_ZLIB,
				      seed);
		assert_int_equal(wd_fake_stop(), 0);
	}
}

static void output_in_pieces_of_1_to_300(void **state)
{
	const size_t bytes = 2000;
	struct wd_comp_session *s = emu_open(WD_COMP_COMPRESS, WD_COMP_GZIP);
	uint8_t *data = data_new(bytes, DATA_TEXT, 1);
	struct way way;
	size_t room;

	(void)state;
	for (room = 1; room <= 300; room++) {
		way_start(&way, s, WD_COMP_GZIP, data, room);
		way_give(&way, 700, WD_COMP_NO_FLUSH);
		way_give(&way, 300, WD_COMP_SYNC_FLUSH);
		way_finish(&way, 1000);
		way_end(&way);
	}
	free(data);
	wd_comp_session_free(s);
}

static void second_flush_adds_nothing(void **state)
{
	uint8_t *data = data_new(5000, DATA_TEXT, 1);
	struct way way;
	size_t after;

	(void)state;
	for_each_format(format, i) {
		struct wd_comp_session *s = emu_open(WD_COMP_COMPRESS, format);

		way_start(&way, s, format, data, 10000);
		/* Of nothing it gives what the head is, once. */
		assert_int_equal(way_give(&way, 0, WD_COMP_SYNC_FLUSH), 0);
		after = way.out_bytes;
		assert_int_equal(after, format == WD_COMP_GZIP ? 10 :
				 format == WD_COMP_ZLIB ? 2 : 0);
		assert_int_equal(way_give(&way, 0, WD_COMP_SYNC_FLUSH), 0);
		assert_int_equal(way.out_bytes, after);
		assert_int_equal(way_give(&way, 5000, WD_COMP_SYNC_FLUSH), 0);
		after = way.out_bytes;
		assert_int_equal(way_give(&way, 0, WD_COMP_SYNC_FLUSH), 0);
		assert_int_equal(way.out_bytes, after);
		assert_int_equal(way_give(&way, 0, WD_COMP_NO_FLUSH), -EAGAIN);
		assert_int_equal(way.out_bytes, after);
		way_finish(&way, 0);
		way_end(&way);
		wd_comp_session_free(s);
	}
	free(data);
}

/* Byte aligned, and with the mark that those who look for it expect. */
static void flush_ends_with_its_mark(void **state)
{
	static const uint8_t mark[] = { 0x00, 0x00, 0xff, 0xff };
	uint8_t *data = data_new(30000, DATA_TEXT, 1), out[40000];
	struct wd_comp_session *s = emu_open(WD_COMP_COMPRESS, WD_COMP_ZLIB);
	struct wd_comp_io io = {
		.src = data, .dst = out, .dst_bytes = sizeof(out),
	};

	(void)state;
	for (size_t bytes = 1; bytes < 6000; bytes += 997) {
		io.src_bytes = bytes;
		assert_int_equal(wd_comp_stream(s, &io, WD_COMP_SYNC_FLUSH), 0);
		assert_int_equal(io.src_bytes, 0);
		assert_memory_equal((uint8_t *)io.dst - 4, mark, 4);
	}
	free(data);
	wd_comp_session_free(s);
}

static void finish_empty(void **state)
{
	static const size_t prefixes[] = { 0, 1, 100, 300000 };
	uint8_t *data = data_new(300000, DATA_TEXT, 1);
	struct way way;

	(void)state;
	for_each_format(format, i) {
		struct wd_comp_session *s = emu_open(WD_COMP_COMPRESS, format);

		for (unsigned int k = 0; k < 2 * COUNT_OF(prefixes); k++) {
			way_start(&way, s, format, data, k % 3 ? 7 : 400000);
			way_give(&way, prefixes[k / 2], k % 2 ?
				 WD_COMP_SYNC_FLUSH : WD_COMP_NO_FLUSH);
			way_finish(&way, 0);
			way_end(&way);
		}
		wd_comp_session_free(s);
	}
	free(data);
}

/* The end of a stream stays the end. */
static void after_the_end(void **state)
{
	struct wd_comp_session *s = emu_open(WD_COMP_COMPRESS, WD_COMP_GZIP);
	uint8_t data[100] = "some input", out[300];
	struct wd_comp_io io = {
		.src = data, .src_bytes = 100, .dst = out, .dst_bytes = 300,
	};
	size_t left;
	int flush;

	(void)state;
	assert_int_equal(wd_comp_stream(s, &io, WD_COMP_FINISH),
			 WD_COMP_STREAM_END);
	left = io.dst_bytes;
	for (flush = WD_COMP_NO_FLUSH; flush <= WD_COMP_FINISH; flush++) {
		assert_int_equal(wd_comp_stream(s, &io, flush),
				 WD_COMP_STREAM_END);
		io.src = data;
		io.src_bytes = 1;
		assert_int_equal(wd_comp_stream(s, &io, flush), -EINVAL);
		assert_int_equal(io.src_bytes, 1);
		io.src_bytes = 0;
	}
	assert_int_equal(io.dst_bytes, left);
	assert_packed(WD_COMP_GZIP, out, 300 - left, data, 100);
	/* And a new one may begin. */
	assert_int_equal(wd_comp_stream_reset(s), 0);
	io = (struct wd_comp_io){
		.src = data, .src_bytes = 50, .dst = out, .dst_bytes = 300,
	};
	assert_int_equal(wd_comp_stream(s, &io, WD_COMP_FINISH),
			 WD_COMP_STREAM_END);
	assert_packed(WD_COMP_GZIP, out, 300 - io.dst_bytes, data, 50);
	wd_comp_session_free(s);
}

/* Input behind the end while there is still output to hand out. */
static void input_behind_finish(void **state)
{
	struct wd_comp_session *s = emu_open(WD_COMP_COMPRESS, WD_COMP_ZLIB);
	uint8_t data[100] = "some input", out[300];
	struct wd_comp_io io = {
		.src = data, .src_bytes = 100, .dst = out, .dst_bytes = 3,
	};

	(void)state;
	assert_int_equal(wd_comp_stream(s, &io, WD_COMP_FINISH), 0);
	assert_int_equal(io.src_bytes, 0);
	io.src = data;
	io.src_bytes = 5;
	io.dst_bytes = 297;
	assert_int_equal(wd_comp_stream(s, &io, WD_COMP_FINISH), -EINVAL);
	assert_int_equal(io.src_bytes, 5);
	assert_int_equal(io.dst_bytes, 297);
	io.src_bytes = 0;
	/* FINISH stays, whatever is said later. */
	assert_int_equal(wd_comp_stream(s, &io, WD_COMP_NO_FLUSH),
			 WD_COMP_STREAM_END);
	assert_packed(WD_COMP_ZLIB, out, 300 - io.dst_bytes, data, 100);
	wd_comp_session_free(s);
}

/* Finished with much input and little room, then asked for less. */
static void finish_stays(void **state)
{
	const size_t bytes = 900000;
	struct wd_comp_session *s = emu_open(WD_COMP_COMPRESS, WD_COMP_GZIP);
	uint8_t *data = data_new(bytes, DATA_NOISE, 1);
	uint8_t *out = malloc(2 * bytes);
	struct wd_comp_io io = {
		.src = data, .src_bytes = bytes, .dst = out, .dst_bytes = 1000,
	};
	size_t room = 1000;
	int ret;

	(void)state;
	assert_non_null(out);
	ret = wd_comp_stream(s, &io, WD_COMP_FINISH);
	while (!ret) {
		assert_int_equal(io.dst_bytes, 0);
		io.dst_bytes = 50000;
		room += 50000;
		ret = wd_comp_stream(s, &io, WD_COMP_NO_FLUSH);
	}
	assert_int_equal(ret, WD_COMP_STREAM_END);
	assert_packed(WD_COMP_GZIP, out, room - io.dst_bytes, data, bytes);
	free(out);
	free(data);
	wd_comp_session_free(s);
}

static void nothing_moves_again(void **state)
{
	struct wd_comp_session *s = emu_open(WD_COMP_COMPRESS, WD_COMP_GZIP);
	uint8_t data[100] = "some input", out[300];
	struct wd_comp_io io = { .dst = out, .dst_bytes = 300 };

	(void)state;
	/* The header moves. */
	assert_int_equal(wd_comp_stream(s, &io, WD_COMP_NO_FLUSH), 0);
	assert_int_equal(io.dst_bytes, 290);
	assert_int_equal(wd_comp_stream(s, &io, WD_COMP_NO_FLUSH), -EAGAIN);
	assert_int_equal(wd_comp_stream(s, &io, WD_COMP_SYNC_FLUSH), 0);
	io.dst_bytes = 0;
	assert_int_equal(wd_comp_stream(s, &io, WD_COMP_SYNC_FLUSH), -EAGAIN);
	assert_int_equal(wd_comp_stream(s, &io, WD_COMP_NO_FLUSH), -EAGAIN);
	io.dst = NULL;
	assert_int_equal(wd_comp_stream(s, &io, WD_COMP_NO_FLUSH), -EAGAIN);
	io.src = data;
	io.src_bytes = 100;
	assert_int_equal(wd_comp_stream(s, &io, WD_COMP_FINISH), 0);
	assert_int_equal(wd_comp_stream(s, &io, WD_COMP_FINISH), -EAGAIN);
	assert_int_equal(io.src_bytes, 0);
	io.dst = out + 10;
	io.dst_bytes = 290;
	assert_int_equal(wd_comp_stream(s, &io, WD_COMP_FINISH),
			 WD_COMP_STREAM_END);
	assert_packed(WD_COMP_GZIP, out, 300 - io.dst_bytes, data, 100);
	wd_comp_session_free(s);
}

static void invalid_parameters(void **state)
{
	uint8_t byte = 0;
	unsigned int direction;

	(void)state;
	for (direction = 0; direction < 2; direction++) {
		struct wd_comp_session *s = emu_open(direction, WD_COMP_GZIP);
		struct wd_comp_io io = { .src_bytes = 1, .dst = &byte,
					 .dst_bytes = 1 };

		assert_int_equal(wd_comp_stream(s, &io, WD_COMP_NO_FLUSH),
				 -EINVAL);
		io = (struct wd_comp_io){ .src = &byte, .src_bytes = 1,
					  .dst_bytes = 1 };
		assert_int_equal(wd_comp_stream(s, &io, WD_COMP_NO_FLUSH),
				 -EINVAL);
		io.dst = &byte;
		assert_int_equal(wd_comp_stream(s, &io, -1), -EINVAL);
		assert_int_equal(wd_comp_stream(s, &io, 3), -EINVAL);
		/* Nothing has happened to the stream. */
		assert_int_equal(io.src_bytes, 1);
		assert_int_equal(io.dst_bytes, 1);
		wd_comp_session_free(s);
	}
}

/* How a stream is cut into calls, with one a 4 KiB at most. */
enum cut {
	CUT_EVEN,	/* each flushed */
	CUT_KEPT,	/* none flushed */
	CUT_BYTES,	/* all but the last of one byte, flushed */
	CUTS,
};

static void stream_in_bound(uint32_t level, enum data_kind kind, enum cut cut)
{
	const size_t step = 4096, bytes = 64 * step;
	struct wd_comp_params params;
	uint8_t *data = data_new(bytes, kind, level);
	struct guarded out = guarded_new(wd_comp_bound(bytes));
	struct wd_comp_io io = {
		.src = data, .dst = out.at, .dst_bytes = out.bytes,
	};
	struct wd_comp_session *s;
	size_t at, len;

	wd_comp_params_init(&params, WD_COMP_COMPRESS, WD_COMP_GZIP);
	params.device = test_device();
	params.level = level;
	s = session_new(&params);
	for (at = 0; at < bytes; at += len) {
		len = cut != CUT_BYTES ? step : at < 62 ? 1 : bytes - at;
		io.src_bytes = len;
		assert_int_equal(wd_comp_stream(s, &io, cut == CUT_KEPT ?
						WD_COMP_NO_FLUSH :
						WD_COMP_SYNC_FLUSH), 0);
		assert_int_equal(io.src_bytes, 0);
	}
	assert_int_equal(wd_comp_stream(s, &io, WD_COMP_FINISH),
			 WD_COMP_STREAM_END);
	assert_packed(WD_COMP_GZIP, out.at, out.bytes - io.dst_bytes, data,
		      bytes);
	wd_comp_session_free(s);
	guarded_free(&out);
	free(data);
}

/* "a stream of any number of calls up to one a 4 KiB of input" */
static void bound_is_enough_for_streams(void **state)
{
	static const uint32_t levels[] = { 1, 3, 6, 9 };
	unsigned int i, kind, cut;

	(void)state;
	for (i = 0; i < COUNT_OF(levels); i++)
		for (kind = 0; kind < DATA_KINDS; kind++)
			for (cut = 0; cut < CUTS; cut++)
				stream_in_bound(levels[i], kind, cut);
}

static void large_input_in_one_call(void **state)
{
	const size_t bytes = 17 * MIB + 3;
	struct wd_comp_session *s = emu_open(WD_COMP_COMPRESS, WD_COMP_ZLIB);
	uint8_t *data = data_new(bytes, DATA_NOISE, 1);
	struct way way;

	(void)state;
	data_fill(data, 9 * MIB, DATA_ZERO, 1);
	way_start(&way, s, WD_COMP_ZLIB, data, 12 * MIB);
	assert_int_equal(way_give(&way, bytes - 100, WD_COMP_NO_FLUSH), 0);
	way_finish(&way, 100);
	way_end(&way);
	way_start(&way, s, WD_COMP_ZLIB, data, 300000);
	way_finish(&way, bytes);
	way_end(&way);
	free(data);
	wd_comp_session_free(s);
}

static void reset_in_the_middle(void **state)
{
	struct wd_comp_session *s = emu_open(WD_COMP_COMPRESS, WD_COMP_GZIP);
	uint8_t *data = data_new(400000, DATA_TEXT, 1);
	struct way way;

	(void)state;
	for (unsigned int i = 0; i < 6; i++) {
		way_start(&way, s, WD_COMP_GZIP, data, 200000);
		way_give(&way, i < 3 ? 1000 : 390000,
			 i % 3 == 0 ? WD_COMP_NO_FLUSH : WD_COMP_SYNC_FLUSH);
		if (i % 3 == 2)
			way_finish(&way, 10000);
		way_end(&way);
	}
	/* Nothing of those is in this one. */
	way_start(&way, s, WD_COMP_GZIP, data, 7);
	way_finish(&way, 5000);
	way_end(&way);
	free(data);
	wd_comp_session_free(s);
}

/* "A stream under way on the session is not touched." */
static void oneshot_between(void **state)
{
	const size_t bytes = 9 * MIB;
	struct wd_comp_session *s = emu_open(WD_COMP_COMPRESS, WD_COMP_GZIP);
	uint8_t *data = data_new(bytes, DATA_TEXT, 1);
	size_t room = wd_comp_bound(bytes), sizes[] = { 0, 10, 1000, bytes };
	uint8_t *out = malloc(room);
	struct way way;

	(void)state;
	assert_non_null(out);
	way_start(&way, s, WD_COMP_GZIP, data, 7000);
	for (unsigned int i = 0; i < 3 * COUNT_OF(sizes); i++) {
		size_t len = room;

		way_give(&way, 20000, i % 3 ? WD_COMP_SYNC_FLUSH :
			 WD_COMP_NO_FLUSH);
		assert_int_equal(wd_comp_oneshot(s, data, sizes[i / 3], out,
						 &len, NULL), 0);
		assert_packed(WD_COMP_GZIP, out, len, data, sizes[i / 3]);
	}
	way_finish(&way, 100);
	way_end(&way);
	free(out);
	free(data);
	wd_comp_session_free(s);
}

static void not_done(struct wd_comp_req *req)
{
	req->user = NULL;
}

/* One kind of work at a time. */
static void asynchronous_and_streams_exclude_each_other(void **state)
{
	struct wd_comp_session *s = emu_open(WD_COMP_COMPRESS, WD_COMP_GZIP);
	uint8_t data[100] = "some input", out[300], async[300];
	struct wd_comp_io io = {
		.src = data, .src_bytes = 10, .dst = out, .dst_bytes = 300,
	};
	struct wd_comp_req req = {
		.src = data, .src_bytes = 100, .dst = async, .dst_bytes = 300,
		.done = not_done, .user = &req,
	}, *reqs[] = { &req };
	size_t room = 300;

	(void)state;
	assert_int_equal(wd_comp_stream(s, &io, WD_COMP_NO_FLUSH), 0);
	assert_int_equal(wd_comp_submit(s, reqs, 1), -EBUSY);
	assert_int_equal(wd_comp_stream_reset(s), 0);
	assert_int_equal(wd_comp_submit(s, reqs, 1), 1);
	assert_int_equal(wd_comp_stream(s, &io, WD_COMP_NO_FLUSH), -EBUSY);
	assert_int_equal(wd_comp_oneshot(s, data, 1, out, &room, NULL), -EBUSY);
	assert_int_equal(room, 300);
	while (req.user)
		assert_true(wd_comp_wait(s, 20000) >= 0);
	assert_int_equal(req.result, 0);
	io = (struct wd_comp_io){
		.src = data, .src_bytes = 10, .dst = out, .dst_bytes = 300,
	};
	assert_int_equal(wd_comp_stream(s, &io, WD_COMP_FINISH),
			 WD_COMP_STREAM_END);
	/* A stream that is over is not under way, */
	req.user = &req;
	assert_int_equal(wd_comp_submit(s, reqs, 1), 1);
	while (req.user)
		assert_true(wd_comp_wait(s, 20000) >= 0);
	/* but one that has output left is. */
	assert_int_equal(wd_comp_stream_reset(s), 0);
	io.src_bytes = 10;
	io.src = data;
	io.dst = out;
	io.dst_bytes = 20;
	assert_int_equal(wd_comp_stream(s, &io, WD_COMP_FINISH), 0);
	assert_int_equal(wd_comp_submit(s, reqs, 1), -EBUSY);
	wd_comp_session_free(s);
}

/* A callback of wd_comp_session_free() tries to go on. */
static void try_again(struct wd_comp_req *req)
{
	struct wd_comp_session *s = req->user;

	assert_int_equal(req->result, -ECANCELED);
	wd_comp_stream_reset(s);
	assert_int_equal(wd_comp_submit(s, &req, 1), -ECANCELED);
	req->user = NULL;
}

static void nothing_begins_in_the_end(void **state)
{
	const struct wd_fake_config config = { .devices = 1 };
	struct wd_comp_session *s;
	uint8_t data[100] = "some input", out[300];
	struct wd_comp_req req = {
		.src = data, .src_bytes = 100, .dst = out, .dst_bytes = 300,
		.done = try_again,
	}, *reqs[] = { &req };

	(void)state;
	fake_start(&config);
	s = session_open(NULL, WD_COMP_COMPRESS, WD_COMP_GZIP);
	req.user = s;
	assert_int_equal(wd_comp_submit(s, reqs, 1), 1);
	wd_comp_session_free(s);
	assert_null(req.user);
	assert_int_equal(wd_fake_stop(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		session_test(random_chunks_and_flushes),
		session_test(random_chunks_all_modes),
		session_test(output_in_pieces_of_1_to_300),
		session_test(second_flush_adds_nothing),
		session_test(flush_ends_with_its_mark),
		session_test(finish_empty),
		session_test(after_the_end),
		session_test(input_behind_finish),
		session_test(finish_stays),
		session_test(nothing_moves_again),
		session_test(invalid_parameters),
		session_test(bound_is_enough_for_streams),
		session_test(large_input_in_one_call),
		session_test(reset_in_the_middle),
		session_test(oneshot_between),
		session_test(asynchronous_and_streams_exclude_each_other),
		session_test(nothing_begins_in_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
