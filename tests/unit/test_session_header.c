/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Headers that others write: optional fields, and what is none. */
#include "session_support.h"

#define DATA_BYTES	300

/* A gzip header, and the bytes it has by itself. */
struct variant {
	gz_header head;
	const char *what;
};

static uint8_t long_extra[65535];

static const struct variant variants[] = {
	{ { .os = 255 }, "unknown system" },
	{ { .text = 1, .time = 0x12345678, .os = 3 }, "text, time" },
	{ { .extra = (Bytef *)"AB\1\0x", .extra_len = 5 }, "extra" },
	{ { .extra = long_extra, .extra_len = 0 }, "empty extra" },
	{ { .extra = long_extra, .extra_len = 256 }, "high byte of XLEN" },
	{ { .extra = long_extra, .extra_len = 65535 }, "longest extra" },
	{ { .name = (Bytef *)"file.txt" }, "name" },
	{ { .name = (Bytef *)"" }, "empty name" },
	{ { .comment = (Bytef *)"made by zlib" }, "comment" },
	{ { .comment = (Bytef *)"" }, "empty comment" },
	{ { .hcrc = 1 }, "header CRC" },
	{ { .name = (Bytef *)"n", .comment = (Bytef *)"c" }, "name, comment" },
	{ { .extra = (Bytef *)"xy", .extra_len = 2, .hcrc = 1 },
	  "extra, header CRC" },
	{ { .extra = long_extra, .extra_len = 0, .hcrc = 1 },
	  "empty extra, header CRC" },
	{ { .extra = (Bytef *)"AB\1\0x", .extra_len = 5,
	    .name = (Bytef *)"a.out", .comment = (Bytef *)"all of it",
	    .hcrc = 1, .text = 1, .time = 1, .os = 11 }, "everything" },
};

/* A stream with that header. @head_bytes: length of the header */
static uint8_t *pack_variant(const struct variant *v, const uint8_t *data,
			     size_t *bytes, size_t *head_bytes)
{
	size_t room = DATA_BYTES * 2 + 70000, plain_bytes;
	gz_header head = v->head;
	uint8_t *out = malloc(room), *plain;
	z_stream z = {
		.next_in = (z_const Bytef *)data, .avail_in = DATA_BYTES,
		.next_out = out, .avail_out = room,
	};

	assert_non_null(out);
	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, MAX_WBITS + 16, 8,
				      Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflateSetHeader(&z, &head), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	*bytes = z.total_out;
	assert_int_equal(deflateEnd(&z), Z_OK);
	/* The body is that of a stream without all this. */
	plain = zlib_pack(WD_COMP_GZIP, 6, data, DATA_BYTES, &plain_bytes);
	*head_bytes = *bytes - plain_bytes + 10;
	free(plain);
	return out;
}

/* zlib's answer for a whole stream, in our words. */
static int verdict(uint32_t format, const uint8_t *src, size_t bytes)
{
	z_stream z = { .next_in = (z_const Bytef *)src, .avail_in = bytes };
	uint8_t out[DATA_BYTES];
	int ret;

	assert_int_equal(inflateInit2(&z, zlib_bits(format)), Z_OK);
	z.next_out = out;
	z.avail_out = sizeof(out);
	ret = inflate(&z, Z_FINISH);
	if (ret == Z_STREAM_END)
		ret = 0;
	else if (ret == Z_BUF_ERROR)
		ret = -ENODATA;
	else
		ret = -EILSEQ;
	assert_int_equal(inflateEnd(&z), Z_OK);
	return ret;
}

static int oneshot(struct wd_comp_session *s, const uint8_t *src, size_t bytes,
		   const uint8_t *want)
{
	struct guarded in = guarded_copy(src, bytes);
	uint8_t out[DATA_BYTES];
	size_t produced = sizeof(out), consumed;
	int ret;

	ret = wd_comp_oneshot(s, in.at, bytes, out, &produced, &consumed);
	if (!ret) {
		assert_int_equal(produced, DATA_BYTES);
		assert_int_equal(consumed, bytes);
		assert_memory_equal(out, want, DATA_BYTES);
	}
	guarded_free(&in);
	return ret;
}

/*
 * As a stream whose input comes in two pieces. There is more room than needed:
 * only then is a stream that ends too early told from one that wants room.
 */
static int stream_split(struct wd_comp_session *s, const uint8_t *src,
			size_t bytes, size_t split, const uint8_t *want)
{
	struct guarded in = guarded_copy(src, split);
	uint8_t out[DATA_BYTES + 1];
	struct wd_comp_io io = {
		.src = in.at, .src_bytes = split,
		.dst = out, .dst_bytes = sizeof(out),
	};
	int ret;

	ret = wd_comp_stream(s, &io, WD_COMP_NO_FLUSH);
	guarded_free(&in);
	if (!ret || ret == -EAGAIN) {
		assert_int_equal(io.src_bytes, 0);
		in = guarded_copy(src + split, bytes - split);
		io.src = in.at;
		io.src_bytes = bytes - split;
		ret = wd_comp_stream(s, &io, WD_COMP_FINISH);
		guarded_free(&in);
	}
	if (ret == WD_COMP_STREAM_END) {
		assert_int_equal(io.src_bytes, 0);
		assert_int_equal(io.dst_bytes, 1);
		assert_memory_equal(out, want, DATA_BYTES);
	}
	assert_int_equal(wd_comp_stream_reset(s), 0);
	return ret == WD_COMP_STREAM_END ? 0 : ret;
}

static void gzip_variants_are_read(void **state)
{
	struct wd_comp_session *s = emu_open(WD_COMP_DECOMPRESS, WD_COMP_GZIP);
	uint8_t *data = data_new(DATA_BYTES, DATA_TEXT, 1), *packed;
	size_t bytes, head, at;

	(void)state;
	data_fill(long_extra, sizeof(long_extra), DATA_NOISE, 1);
	for (unsigned int i = 0; i < COUNT_OF(variants); i++) {
		packed = pack_variant(&variants[i], data, &bytes, &head);
		assert_int_equal(verdict(WD_COMP_GZIP, packed, bytes), 0);
		check(!oneshot(s, packed, bytes, data), "%s", variants[i].what);
		for (at = 0; at <= bytes; at += head > 1000 ? head / 50 : 1)
			check(!stream_split(s, packed, bytes, at, data),
			      "%s, split at %zu", variants[i].what, at);
		free(packed);
	}
	free(data);
	wd_comp_session_free(s);
}

/* Byte by byte, and with nothing now and then. */
static void gzip_variants_in_bytes(void **state)
{
	struct wd_comp_session *s = emu_open(WD_COMP_DECOMPRESS, WD_COMP_GZIP);
	uint8_t *data = data_new(DATA_BYTES, DATA_TEXT, 1), *packed;
	uint8_t out[DATA_BYTES];
	size_t bytes, head, at;
	int ret;

	(void)state;
	for (unsigned int i = 0; i < COUNT_OF(variants); i++) {
		struct wd_comp_io io = { .dst = out, .dst_bytes = sizeof(out) };

		packed = pack_variant(&variants[i], data, &bytes, &head);
		for (at = 0, ret = 0; at < bytes; at++) {
			io.src_bytes = 0;
			assert_int_equal(wd_comp_stream(s, &io,
					 WD_COMP_NO_FLUSH), -EAGAIN);
			io.src = packed + at;
			io.src_bytes = 1;
			ret = wd_comp_stream(s, &io, WD_COMP_NO_FLUSH);
			assert_int_equal(ret, at + 1 < bytes ? 0 :
					 WD_COMP_STREAM_END);
			assert_int_equal(io.src_bytes, 0);
		}
		assert_int_equal(io.dst_bytes, 0);
		assert_memory_equal(out, data, DATA_BYTES);
		assert_int_equal(wd_comp_stream_reset(s), 0);
		free(packed);
	}
	free(data);
	wd_comp_session_free(s);
}

static void gzip_variants_truncated(void **state)
{
	struct wd_comp_session *s = emu_open(WD_COMP_DECOMPRESS, WD_COMP_GZIP);
	uint8_t *data = data_new(DATA_BYTES, DATA_TEXT, 1), *packed;
	size_t bytes, head, at;

	(void)state;
	for (unsigned int i = 0; i < COUNT_OF(variants); i++) {
		packed = pack_variant(&variants[i], data, &bytes, &head);
		for (at = 0; at < bytes; at += head > 1000 ? head / 50 : 1) {
			check(oneshot(s, packed, at, data) == -ENODATA,
			      "%s, %zu bytes", variants[i].what, at);
			check(stream_split(s, packed, at, at / 2, data) ==
			      -ENODATA, "%s, %zu bytes", variants[i].what, at);
		}
		free(packed);
	}
	free(data);
	wd_comp_session_free(s);
}

static void gzip_header_crc_wrong(void **state)
{
	const struct variant *v = &variants[COUNT_OF(variants) - 1];
	struct wd_comp_session *s = emu_open(WD_COMP_DECOMPRESS, WD_COMP_GZIP);
	uint8_t *data = data_new(DATA_BYTES, DATA_TEXT, 1), *packed;
	size_t bytes, head, at;

	(void)state;
	packed = pack_variant(v, data, &bytes, &head);
	/* Everything that is only covered by the check value. */
	for (at = 4; at < head; at++) {
		/* XLEN, and the zeros that end fields: another header. */
		if (at == 10 || at == 11 || !packed[at])
			continue;
		packed[at] ^= 0x80;
		check(oneshot(s, packed, bytes, data) == -EBADMSG,
		      "byte %zu", at);
		check(stream_split(s, packed, bytes, 11, data) == -EBADMSG,
		      "byte %zu", at);
		packed[at] ^= 0x80;
	}
	assert_int_equal(oneshot(s, packed, bytes, data), 0);
	free(packed);
	free(data);
	wd_comp_session_free(s);
}

/* Each value of each of the four bytes that say what it is. */
static void gzip_fixed_bytes_every_value(void **state)
{
	struct wd_comp_session *s = emu_open(WD_COMP_DECOMPRESS, WD_COMP_GZIP);
	uint8_t *data = data_new(DATA_BYTES, DATA_TEXT, 1), *packed, keep;
	unsigned int value, at;
	size_t bytes;
	int want;

	(void)state;
	packed = zlib_pack(WD_COMP_GZIP, 6, data, DATA_BYTES, &bytes);
	for (at = 0; at < 3; at++) {
		keep = packed[at];
		for (value = 0; value < 256; value++) {
			packed[at] = value;
			want = value == keep ? 0 : -EILSEQ;
			assert_int_equal(oneshot(s, packed, bytes, data), want);
			assert_int_equal(stream_split(s, packed, bytes, at,
						      data), want);
		}
		packed[at] = keep;
	}
	/* Flags that RFC 1952 reserves must not be ignored (2.3.1.2). */
	for (value = 0x20; value < 256; value++) {
		packed[3] = value;
		if (!(value & 0xe0))
			continue;
		assert_int_equal(oneshot(s, packed, bytes, data), -EILSEQ);
		assert_int_equal(stream_split(s, packed, bytes, 4, data),
				 -EILSEQ);
	}
	free(packed);
	free(data);
	wd_comp_session_free(s);
}

/* All 65536 headers there can be, against zlib's opinion. */
static void zlib_header_every_value(void **state)
{
	struct wd_comp_session *s = emu_open(WD_COMP_DECOMPRESS, WD_COMP_ZLIB);
	uint8_t *data = data_new(DATA_BYTES, DATA_ZERO, 1), *packed;
	unsigned int value, good = 0;
	size_t bytes;
	int want;

	(void)state;
	packed = zlib_pack(WD_COMP_ZLIB, 6, data, DATA_BYTES, &bytes);
	for (value = 0; value < 65536; value++) {
		packed[0] = value >> 8;
		packed[1] = value;
		want = value % 31 ? -EILSEQ : verdict(WD_COMP_ZLIB, packed, bytes);
		good += !want;
		check(oneshot(s, packed, bytes, data) == want, "%04x", value);
		if (!(value % 31) || !(value % 97))
			check(stream_split(s, packed, bytes, 1, data) == want,
			      "%04x", value);
	}
	/* Eight windows and four levels. */
	assert_int_equal(good, 32);
	free(packed);
	free(data);
	wd_comp_session_free(s);
}

/* A stream that needs a dictionary is no damaged one; we say what zlib can't. */
static void zlib_preset_dictionary_refused(void **state)
{
	struct wd_comp_session *s = emu_open(WD_COMP_DECOMPRESS, WD_COMP_ZLIB);
	uint8_t *data = data_new(DATA_BYTES, DATA_TEXT, 1);
	uint8_t packed[2 * DATA_BYTES];
	z_stream z = {
		.next_in = data, .avail_in = DATA_BYTES,
		.next_out = packed, .avail_out = sizeof(packed),
	};

	(void)state;
	assert_int_equal(deflateInit(&z, 6), Z_OK);
	assert_int_equal(deflateSetDictionary(&z, (const Bytef *)"request ", 8),
			 Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	assert_true(packed[1] & 0x20);
	assert_int_equal(oneshot(s, packed, z.total_out, data), -EILSEQ);
	assert_int_equal(stream_split(s, packed, z.total_out, 2, data),
			 -EILSEQ);
	/* The header alone says so. */
	assert_int_equal(oneshot(s, packed, 2, data), -EILSEQ);
	assert_int_equal(deflateEnd(&z), Z_OK);
	free(data);
	wd_comp_session_free(s);
}

/* Windows as small as zlib makes them. */
static void zlib_window_bits(void **state)
{
	struct wd_comp_session *s = emu_open(WD_COMP_DECOMPRESS, WD_COMP_ZLIB);
	uint8_t *data = data_new(DATA_BYTES, DATA_TEXT, 1);
	uint8_t packed[2 * DATA_BYTES];
	int bits, level;

	(void)state;
	for (bits = 9; bits <= MAX_WBITS; bits++) {
		for (level = 0; level <= 9; level++) {
			z_stream z = {
				.next_in = data, .avail_in = DATA_BYTES,
				.next_out = packed,
				.avail_out = sizeof(packed),
			};

			assert_int_equal(deflateInit2(&z, level, Z_DEFLATED,
					 bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
			assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
			assert_int_equal(oneshot(s, packed, z.total_out, data),
					 0);
			assert_int_equal(stream_split(s, packed, z.total_out,
						      1, data), 0);
			assert_int_equal(deflateEnd(&z), Z_OK);
		}
	}
	free(data);
	wd_comp_session_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		session_test(gzip_variants_are_read),
		session_test(gzip_variants_in_bytes),
		session_test(gzip_variants_truncated),
		session_test(gzip_header_crc_wrong),
		session_test(gzip_fixed_bytes_every_value),
		session_test(zlib_header_every_value),
		session_test(zlib_preset_dictionary_refused),
		session_test(zlib_window_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
