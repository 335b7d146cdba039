/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* wd_comp_stream(), decompression: splits, ends, damage, members. */
#include "session_support.h"

/* Streams of zlib that look different from inside. */
static uint8_t *pack_kind(uint32_t format, unsigned int kind,
			  const uint8_t *data, size_t bytes, size_t *packed)
{
	static const struct {
		int level;
		int strategy;
		int flush;
	} kinds[] = {
		{ 6, Z_DEFAULT_STRATEGY, Z_NO_FLUSH },
		{ 6, Z_FIXED, Z_NO_FLUSH },
		{ 0, Z_DEFAULT_STRATEGY, Z_NO_FLUSH },
		{ 9, Z_DEFAULT_STRATEGY, Z_SYNC_FLUSH },
		{ 1, Z_HUFFMAN_ONLY, Z_PARTIAL_FLUSH },
	};
	z_stream z = { .next_in = (z_const Bytef *)data };
	size_t room = 2 * bytes + 1000, step = bytes / 5 + 1;
	uint8_t *out = malloc(room);

	assert_non_null(out);
	kind %= COUNT_OF(kinds);
	assert_int_equal(deflateInit2(&z, kinds[kind].level, Z_DEFLATED,
				      zlib_bits(format), 8,
				      kinds[kind].strategy), Z_OK);
	z.next_out = out;
	z.avail_out = room;
	for (; bytes > step; bytes -= step) {
		z.avail_in = step;
		assert_int_equal(deflate(&z, kinds[kind].flush), Z_OK);
		assert_int_equal(z.avail_in, 0);
	}
	z.avail_in = bytes;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	*packed = z.total_out;
	assert_int_equal(deflateEnd(&z), Z_OK);
	return out;
}

enum { PACK_KINDS = 5 };

/*
 * Decompress with input in pieces of @in_piece and output in pieces of
 * @out_piece, a first one of each being different. Nothing may move without
 * being counted, nobody may be called in vain for ever.
 */
struct cut {
	size_t in_first, in_piece;
	size_t out_first, out_piece;
};

static int decode(struct wd_comp_session *s, const struct cut *cut,
		  const uint8_t *packed, size_t packed_bytes,
		  const uint8_t *want, size_t bytes, size_t *produced,
		  size_t *used)
{
	struct guarded out = guarded_new(bytes);
	struct wd_comp_io io = {
		.src = packed, .src_bytes = cut->in_first,
		.dst = out.at, .dst_bytes = cut->out_first,
	};
	size_t in = 0, room = 0;
	unsigned int idle = 0;
	int ret;

	for (;;) {
		if (io.src_bytes > packed_bytes - in)
			io.src_bytes = packed_bytes - in;
		if (io.dst_bytes > bytes - room)
			io.dst_bytes = bytes - room;
		in += io.src_bytes;
		room += io.dst_bytes;
		ret = wd_comp_stream(s, &io, WD_COMP_NO_FLUSH);
		idle = ret == -EAGAIN ? idle + 1 : 0;
		in -= io.src_bytes;
		room -= io.dst_bytes;
		check((const uint8_t *)io.src == packed + in, "input");
		check((uint8_t *)io.dst == out.at + room, "output");
		if ((ret && ret != -EAGAIN) || idle > 2)
			break;
		io.src_bytes = cut->in_piece;
		io.dst_bytes = cut->out_piece;
	}
	check(!memcmp(out.at, want, room), "other data in %zu bytes", room);
	*produced = room;
	*used = in;
	guarded_free(&out);
	assert_int_equal(wd_comp_stream_reset(s), 0);
	return ret;
}

static void decode_well(struct wd_comp_session *s, const struct cut *cut,
			const uint8_t *packed, size_t packed_bytes,
			const uint8_t *want, size_t bytes)
{
	size_t produced, used;
	int ret;

	ret = decode(s, cut, packed, packed_bytes, want, bytes, &produced,
		     &used);
	check(ret == WD_COMP_STREAM_END && produced == bytes &&
	      used == packed_bytes,
	      "%d after %zu of %zu, %zu of %zu; in %zu %zu, out %zu %zu", ret,
	      used, packed_bytes, produced, bytes, cut->in_first,
	      cut->in_piece, cut->out_first, cut->out_piece);
}

/* Of the output each fourth, another one for every input. */
static void every_split_of_input_and_output(void **state)
{
	const size_t bytes = 260;
	uint8_t *data = data_new(bytes, DATA_TEXT, 1), *packed;
	struct cut cut = { .in_piece = 10000, .out_piece = 10000 };
	size_t len;

	(void)state;
	for_each_format(format, i) {
		struct wd_comp_session *s = emu_open(WD_COMP_DECOMPRESS, format);

		packed = pack_kind(format, i, data, bytes, &len);
		for (cut.in_first = 0; cut.in_first <= len; cut.in_first++)
			for (cut.out_first = cut.in_first % 4;
			     cut.out_first <= bytes; cut.out_first += 4)
				decode_well(s, &cut, packed, len, data, bytes);
		free(packed);
		wd_comp_session_free(s);
	}
	free(data);
}

static void pieces_on(const char *device, uint32_t format, enum data_kind kind)
{
	static const size_t pieces[] = { 1, 2, 3, 7, 64, 200, 201, 5000 };
	const size_t bytes = 3000;
	struct wd_comp_session *s = session_open(device, WD_COMP_DECOMPRESS,
						 format);
	uint8_t *data = data_new(bytes, kind, 1), *packed;
	struct cut cut;
	size_t len;

	for (unsigned int k = 0; k < PACK_KINDS; k++) {
		packed = pack_kind(format, k, data, bytes, &len);
		for (unsigned int i = 0; i < 64; i++) {
			cut.in_first = pieces[i % 8];
			cut.in_piece = cut.in_first;
			cut.out_first = pieces[i / 8];
			cut.out_piece = cut.out_first;
			decode_well(s, &cut, packed, len, data, bytes);
		}
		free(packed);
	}
	free(data);
	wd_comp_session_free(s);
}

static void pieces_of_all_sizes(void **state)
{
	(void)state;
	for_each_format(format, i) {
		pieces_on(test_device(), format, DATA_TEXT);
		pieces_on(test_device(), format, DATA_ZERO);
	}
	pieces_on("emu:v1", WD_COMP_ZLIB, DATA_TEXT);
	pieces_on("emu:v2", WD_COMP_GZIP, DATA_NOISE);
}

static const struct wd_fake_config modes[] = {
	{ .mode = WD_MODE_SVA, .instant = true },
	{ .mode = WD_MODE_PASID, .instant = true },
	{ .mode = WD_MODE_DMA, .instant = true },
	{ .mode = WD_MODE_NOIOMMU, .slice_units = 4, .instant = true },
	{ .mode = WD_MODE_DMA, .slice_units = 64, .instant = true,
	  .revision = HISI_QM_REV_V1 },
};

static void pieces_all_modes(void **state)
{
	static const struct cut cuts[] = {
		{ 100, 1000, 0, 100000 }, { 200000, 200000, 1, 300000 },
		{ 5, 70000, 64, 70000 }, { 1000000, 1, 5000000, 1 },
	};
	const size_t bytes = 1200000;
	uint8_t *data = data_new(bytes, DATA_TEXT, 1), *packed;
	size_t len;

	(void)state;
	data_fill(data, bytes / 2, DATA_NOISE, 1);
	packed = zlib_pack(WD_COMP_ZLIB, 6, data, bytes, &len);
	for (unsigned int i = 0; i < COUNT_OF(modes); i++) {
		fake_start(&modes[i]);
		pieces_on(NULL, WD_COMP_ZLIB, DATA_TEXT);
		struct wd_comp_session *s =
			session_open(NULL, WD_COMP_DECOMPRESS, WD_COMP_ZLIB);

		for (unsigned int k = 0; k < COUNT_OF(cuts); k++)
			decode_well(s, &cuts[k], packed, len, data, bytes);
		wd_comp_session_free(s);
		assert_int_equal(wd_fake_stop(), 0);
	}
	free(packed);
	free(data);
}

/* What a sender has flushed has to arrive. */
static void flushed_data_come_out_at_once(void **state)
{
	const size_t bytes = 200000, step = 20000;
	uint8_t *data = data_new(bytes, DATA_TEXT, 1), wire[2 * 20000];
	uint8_t *out = malloc(bytes);

	(void)state;
	assert_non_null(out);
	for_each_format(format, i) {
		struct wd_comp_session *s = emu_open(WD_COMP_DECOMPRESS, format);
		struct wd_comp_io io = { .dst = out, .dst_bytes = bytes };
		z_stream z = { .next_in = data };

		assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED,
					      zlib_bits(format), 8,
					      Z_DEFAULT_STRATEGY), Z_OK);
		for (size_t at = step; at <= bytes; at += step) {
			z.avail_in = step;
			z.next_out = wire;
			z.avail_out = sizeof(wire);
			assert_int_equal(deflate(&z, Z_SYNC_FLUSH), Z_OK);
			io.src = wire;
			io.src_bytes = sizeof(wire) - z.avail_out;
			assert_int_equal(wd_comp_stream(s, &io,
					 WD_COMP_NO_FLUSH), 0);
			assert_int_equal(io.src_bytes, 0);
			assert_int_equal(bytes - io.dst_bytes, at);
		}
		assert_memory_equal(out, data, bytes);
		deflateEnd(&z);
		wd_comp_session_free(s);
	}
	free(out);
	free(data);
}

/* --- ends --- */

static void input_behind_the_end_is_not_used(void **state)
{
	const size_t bytes = 3000, behind = 5000;
	uint8_t *data = data_new(bytes, DATA_TEXT, 1), *packed, *out;
	size_t len;
	int flush;

	(void)state;
	out = malloc(bytes + 10);
	assert_non_null(out);
	for_each_format(format, i) {
		struct wd_comp_session *s = emu_open(WD_COMP_DECOMPRESS, format);

		packed = pack_kind(format, i, data, bytes, &len);
		packed = realloc(packed, len + behind);
		assert_non_null(packed);
		data_fill(packed + len, behind, DATA_NOISE, 1);
		for (flush = WD_COMP_NO_FLUSH; flush <= WD_COMP_FINISH; flush++) {
			struct wd_comp_io io = {
				.src = packed, .src_bytes = len + behind,
				.dst = out, .dst_bytes = bytes + 10,
			};

			for (unsigned int k = 0; k < 3; k++) {
				assert_int_equal(wd_comp_stream(s, &io, flush),
						 WD_COMP_STREAM_END);
				assert_int_equal(io.src_bytes, behind);
				assert_int_equal(io.dst_bytes, 10);
			}
			assert_memory_equal(out, data, bytes);
			assert_int_equal(wd_comp_stream_reset(s), 0);
		}
		free(packed);
		wd_comp_session_free(s);
	}
	free(out);
	free(data);
}

/* With room for exactly the data the end is found all the same. */
static void exact_room_finds_the_end(void **state)
{
	static const size_t sizes[] = { 0, 1, 200, 201, 3000, 300000 };
	uint8_t *data = data_new(300000, DATA_TEXT, 1), *packed;
	size_t len;
	int ret;

	(void)state;
	for_each_format(format, i) {
		struct wd_comp_session *s = emu_open(WD_COMP_DECOMPRESS, format);

		for (unsigned int k = 0; k < 5 * COUNT_OF(sizes); k++) {
			size_t bytes = sizes[k / 5];
			struct guarded out = guarded_new(bytes);
			struct wd_comp_io io;

			packed = pack_kind(format, k, data, bytes, &len);
			io = (struct wd_comp_io){
				.src = packed, .src_bytes = len,
				.dst = out.at, .dst_bytes = bytes,
			};
			ret = wd_comp_stream(s, &io, WD_COMP_NO_FLUSH);
			/* One more may be needed, but it takes no room. */
			if (!ret)
				ret = wd_comp_stream(s, &io, WD_COMP_NO_FLUSH);
			check(ret == WD_COMP_STREAM_END, "%d, %zu bytes", ret,
			      bytes);
			assert_int_equal(io.src_bytes, 0);
			assert_memory_equal(out.at, data, bytes);
			assert_int_equal(wd_comp_stream_reset(s), 0);
			guarded_free(&out);
			free(packed);
		}
		wd_comp_session_free(s);
	}
	free(data);
}

static int decode_at_once(struct wd_comp_session *s, const uint8_t *packed,
			  size_t len, struct guarded *out, int flush,
			  size_t *produced)
{
	struct wd_comp_io io = {
		.src = packed, .src_bytes = len,
		.dst = out->at, .dst_bytes = out->bytes,
	};
	int ret;

	do {
		ret = wd_comp_stream(s, &io, flush);
	} while (!ret);
	*produced = out->bytes - io.dst_bytes;
	return ret;
}

static void truncated_anywhere_no_data(void **state)
{
	const size_t bytes = 500;
	uint8_t *data = data_new(bytes, DATA_TEXT, 1), *packed;
	struct guarded out = guarded_new(1000);
	size_t len, at, produced;
	int ret;

	(void)state;
	for_each_format(format, i) {
		struct wd_comp_session *s = emu_open(WD_COMP_DECOMPRESS, format);

		for (unsigned int k = 0; k < PACK_KINDS; k++) {
			packed = pack_kind(format, k, data, bytes, &len);
			for (at = 0; at < len; at++) {
				ret = decode_at_once(s, packed, at, &out,
						     WD_COMP_FINISH, &produced);
				check(ret == -ENODATA, "%d at %zu", ret, at);
				/* What was there until then is there. */
				assert_memory_equal(out.at, data, produced);
				assert_int_equal(wd_comp_stream_reset(s), 0);
				/* Not told so, it waits for more. */
				ret = decode_at_once(s, packed, at, &out,
						     WD_COMP_NO_FLUSH,
						     &produced);
				check(ret == -EAGAIN, "%d at %zu", ret, at);
				assert_int_equal(wd_comp_stream_reset(s), 0);
			}
			free(packed);
		}
		wd_comp_session_free(s);
	}
	guarded_free(&out);
	free(data);
}

/* Without room nobody can tell whether the stream is truncated. */
static void finish_without_room_again(void **state)
{
	struct wd_comp_session *s = emu_open(WD_COMP_DECOMPRESS, WD_COMP_GZIP);
	uint8_t *data = data_new(500, DATA_TEXT, 1), *packed, out[501];
	struct wd_comp_io io = { .dst = out, .dst_bytes = 500 };
	size_t len;

	(void)state;
	packed = zlib_pack(WD_COMP_GZIP, 6, data, 500, &len);
	io.src = packed;
	io.src_bytes = len - 3;
	assert_int_equal(wd_comp_stream(s, &io, WD_COMP_FINISH), 0);
	assert_int_equal(wd_comp_stream(s, &io, WD_COMP_FINISH), -EAGAIN);
	io.dst_bytes = 1;
	assert_int_equal(wd_comp_stream(s, &io, WD_COMP_NO_FLUSH), -ENODATA);
	assert_int_equal(io.dst_bytes, 1);
	/* The same in a header. */
	assert_int_equal(wd_comp_stream_reset(s), 0);
	io = (struct wd_comp_io){ .src = packed, .src_bytes = 5 };
	assert_int_equal(wd_comp_stream(s, &io, WD_COMP_FINISH), 0);
	assert_int_equal(wd_comp_stream(s, &io, WD_COMP_FINISH), -EAGAIN);
	free(packed);
	free(data);
	wd_comp_session_free(s);
}

/* --- damage --- */

static void damage_anywhere_is_found(void **state)
{
	static const uint8_t masks[] = { 0x01, 0x10, 0x80, 0xff };
	const size_t bytes = 500;
	uint8_t *data = data_new(bytes, DATA_TEXT, 1), *packed;
	struct guarded out = guarded_new(bytes + 300);
	size_t len, at, produced;
	int ret;

	(void)state;
	for_each_format(format, i) {
		struct wd_comp_session *s = emu_open(WD_COMP_DECOMPRESS, format);

		packed = pack_kind(format, i, data, bytes, &len);
		for (at = 0; at < len * 4; at++) {
			packed[at / 4] ^= masks[at % 4];
			ret = decode_at_once(s, packed, len, &out,
					     WD_COMP_FINISH, &produced);
			packed[at / 4] ^= masks[at % 4];
			assert_int_equal(wd_comp_stream_reset(s), 0);
			if (ret == WD_COMP_STREAM_END) {
				if (format == WD_COMP_DEFLATE)
					continue;
				check(produced == bytes &&
				      !memcmp(out.at, data, bytes),
				      "format %u, byte %zu: other data", format,
				      at / 4);
				continue;
			}
			check(ret == -EILSEQ || ret == -EBADMSG ||
			      ret == -ENODATA || ret == -EAGAIN,
			      "format %u, byte %zu: %d", format, at / 4, ret);
			/* Too much output ends in a lack of room. */
			check(ret != -EAGAIN || produced == out.bytes,
			      "format %u, byte %zu: stuck", format, at / 4);
		}
		free(packed);
		wd_comp_session_free(s);
	}
	guarded_free(&out);
	free(data);
}

/* "the stream is lost, wd_comp_stream_reset() makes the session usable again" */
static void lost_stream_stays_lost(void **state)
{
	static const struct {
		int error;
		size_t from_end;
	} cases[] = { { -EBADMSG, 8 }, { -EBADMSG, 1 }, { -EILSEQ, 0 } };
	struct wd_comp_session *s = emu_open(WD_COMP_DECOMPRESS, WD_COMP_GZIP);
	uint8_t *data = data_new(500, DATA_TEXT, 1), *packed;
	struct guarded out = guarded_new(600);
	size_t len, produced, at;

	(void)state;
	packed = zlib_pack(WD_COMP_GZIP, 6, data, 500, &len);
	for (unsigned int i = 0; i < COUNT_OF(cases); i++) {
		/* The last case is the first byte. */
		at = cases[i].from_end ? len - cases[i].from_end : 0;
		packed[at] ^= 1;
		for (unsigned int k = 0; k < 3; k++)
			assert_int_equal(decode_at_once(s, packed, len, &out,
					 k % 2, &produced), cases[i].error);
		packed[at] ^= 1;
		assert_int_equal(decode_at_once(s, packed, len, &out,
				 WD_COMP_FINISH, &produced), cases[i].error);
		assert_int_equal(wd_comp_stream_reset(s), 0);
		assert_int_equal(decode_at_once(s, packed, len, &out,
				 WD_COMP_FINISH, &produced),
				 WD_COMP_STREAM_END);
		assert_int_equal(produced, 500);
		assert_int_equal(wd_comp_stream_reset(s), 0);
	}
	free(packed);
	free(data);
	guarded_free(&out);
	wd_comp_session_free(s);
}

/* --- members, and much of everything --- */

/* As gzip does it: one member behind the other, some of them empty. */
static void members_one_by_one(void **state)
{
	static const size_t sizes[] = { 3000, 0, 1, 0, 0, 100000, 7 };
	struct wd_comp_session *s = emu_open(WD_COMP_DECOMPRESS, WD_COMP_GZIP);
	uint8_t *data = data_new(100000, DATA_TEXT, 1), *packed, *out;
	uint8_t *file = malloc(300000);
	struct wd_comp_io io = { .src = file };
	size_t len, bytes = 0, piece;
	unsigned int i;
	int ret;

	(void)state;
	out = malloc(100001);
	assert_true(file && out);
	for (i = 0; i < COUNT_OF(sizes); i++) {
		packed = pack_kind(WD_COMP_GZIP, i, data, sizes[i], &len);
		memcpy(file + bytes, packed, len);
		bytes += len;
		free(packed);
	}
	for (piece = 1; piece < 100000; piece = piece * 5 + 3) {
		io.src = file;
		io.src_bytes = 0;
		for (i = 0; i < COUNT_OF(sizes); i++) {
			io.dst = out;
			io.dst_bytes = 100001;
			do {
				if (!io.src_bytes)
					io.src_bytes = piece;
				if (io.src_bytes > (size_t)(file + bytes -
						   (const uint8_t *)io.src))
					io.src_bytes = file + bytes -
						       (const uint8_t *)io.src;
				ret = wd_comp_stream(s, &io, WD_COMP_NO_FLUSH);
			} while (!ret);
			assert_int_equal(ret, WD_COMP_STREAM_END);
			assert_int_equal(100001 - io.dst_bytes, sizes[i]);
			assert_memory_equal(out, data, sizes[i]);
			assert_int_equal(wd_comp_stream_reset(s), 0);
		}
		assert_ptr_equal(io.src, file + bytes);
	}
	free(out);
	free(file);
	free(data);
	wd_comp_session_free(s);
}

static void reset_in_the_middle(void **state)
{
	const size_t bytes = 50000;
	struct wd_comp_session *s = emu_open(WD_COMP_DECOMPRESS, WD_COMP_ZLIB);
	uint8_t *data = data_new(bytes, DATA_TEXT, 1), *packed;
	const struct cut whole = { 100000, 1, 100000, 1 };
	size_t len;

	(void)state;
	packed = zlib_pack(WD_COMP_ZLIB, 6, data, bytes, &len);
	for (size_t at = 0; at < len; at += at < 20 ? 1 : 997) {
		uint8_t out[300];
		struct wd_comp_io io = {
			.src = packed, .src_bytes = at,
			.dst = out, .dst_bytes = at % 2 ? sizeof(out) : 10,
		};

		assert_true(wd_comp_stream(s, &io, WD_COMP_NO_FLUSH) ==
			    (at ? 0 : -EAGAIN));
		assert_int_equal(wd_comp_stream_reset(s), 0);
		decode_well(s, &whole, packed, len, data, bytes);
	}
	free(packed);
	free(data);
	wd_comp_session_free(s);
}

/* 20 KiB that become 20 MiB, in steps that are all smaller or larger. */
static void output_far_beyond_the_input(void **state)
{
	static const struct cut cuts[] = {
		{ 100000, 1, 100000, 100000 },
		{ 100000, 1, 30 * MIB, 1 },
		{ 1000, 1000, 777777, 777777 },
	};
	const size_t bytes = 20 * MIB;
	struct wd_comp_session *s = emu_open(WD_COMP_DECOMPRESS, WD_COMP_GZIP);
	uint8_t *data = data_new(bytes, DATA_ZERO, 0), *packed;
	size_t len;

	(void)state;
	packed = zlib_pack(WD_COMP_GZIP, 9, data, bytes, &len);
	for (unsigned int i = 0; i < COUNT_OF(cuts); i++)
		decode_well(s, &cuts[i], packed, len, data, bytes);
	free(packed);
	free(data);
	wd_comp_session_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		session_test(every_split_of_input_and_output),
		session_test(pieces_of_all_sizes),
		session_test(pieces_all_modes),
		session_test(flushed_data_come_out_at_once),
		session_test(input_behind_the_end_is_not_used),
		session_test(exact_room_finds_the_end),
		session_test(truncated_anywhere_no_data),
		session_test(finish_without_room_again),
		session_test(damage_anywhere_is_found),
		session_test(lost_stream_stays_lost),
		session_test(members_one_by_one),
		session_test(reset_in_the_middle),
		session_test(output_far_beyond_the_input),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
