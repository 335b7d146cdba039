/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the tests of the zlib drop-in share. They link with zlib itself, which
 * judges: wdz_deflate() is the drop-in's, deflate() is zlib's.
 */
#ifndef WDZ_SUPPORT_H
#define WDZ_SUPPORT_H

#include "session_support.h"

#include "wdz.h"
#include "wdz_choice.h"
#include "wdz_config.h"
#include "wdz_count.h"
#include "wdz_engine.h"

#define INIT(strm, name, ...) \
	wdz_##name##_(strm, ##__VA_ARGS__, ZLIB_VERSION, sizeof(z_stream))

/* windowBits of each format. */
static const int wdz_bits[] __attribute__((unused)) = { 15, -15, 31 };

#define for_each_bits(bits, i) \
	for (unsigned int i = 0, bits##_once = 1; \
	     i < COUNT_OF(wdz_bits) && ((bits) = wdz_bits[i], bits##_once); i++)

struct bytes {
	uint8_t *at;
	size_t bytes, room;
};

static inline void bytes_add(struct bytes *b, const void *data, size_t bytes)
{
	if (b->bytes + bytes > b->room) {
		b->room = 2 * b->room + bytes;
		b->at = realloc(b->at, b->room);
		assert_non_null(b->at);
	}
	if (bytes)
		memcpy(b->at + b->bytes, data, bytes);
	b->bytes += bytes;
}

static inline void bytes_free(struct bytes *b)
{
	free(b->at);
	*b = (struct bytes){ 0 };
}

/* Start with these devices, and with nothing left of the test before. */
static inline void wdz_start(const struct wd_fake_config *config)
{
	static const struct wd_fake_config plain = { .instant = true };

	assert_int_equal(wd_fake_start(config ? config : &plain), 0);
	wdz_count_clear();
	wdz_choice_clear();
	wdz_config();
	assert_int_equal(wdz_config_set("use", "force"), 0);
	assert_int_equal(wdz_config_set("threshold", "measure"), 0);
	assert_int_equal(wdz_config_set("verify", "no"), 0);
	assert_int_equal(wdz_config_set("replay_bytes", "4194304"), 0);
}

static inline void wdz_stop(void)
{
	wdz_engines_close();
	assert_int_equal(wd_fake_stop(), 0);
}

/* For a program whose cases share one text. */
static inline int wdz_setup(uint8_t **data, size_t bytes, unsigned int seed)
{
	*data = data_new(bytes, DATA_TEXT, seed);
	wdz_start(NULL);
	return 0;
}

static inline int wdz_teardown(uint8_t *data)
{
	free(data);
	wdz_stop();
	return 0;
}

/* One deflate() with all the output that it has to give, in steps of @room. */
static inline int wdz_push(z_stream *strm, const uint8_t *src, size_t bytes,
			   int flush, size_t room, struct bytes *out)
{
	uint8_t *buf = malloc(room);
	int ret;

	assert_non_null(buf);
	strm->next_in = (Bytef *)(uintptr_t)src;
	strm->avail_in = bytes;
	do {
		strm->next_out = buf;
		strm->avail_out = room;
		ret = wdz_deflate(strm, flush);
		bytes_add(out, buf, room - strm->avail_out);
	} while (ret == Z_OK && !strm->avail_out);
	assert_int_equal(strm->avail_in, 0);
	free(buf);
	return ret;
}

/* Does zlib get @data back, all of it and no more, at the end of the stream? */
static inline void wdz_judge(const struct bytes *out, int bits,
			     const uint8_t *data, size_t bytes)
{
	uint8_t *back = malloc(bytes + 1);
	z_stream strm = { 0 };

	assert_non_null(back);
	assert_int_equal(inflateInit2(&strm, bits), Z_OK);
	strm.next_in = out->at;
	strm.avail_in = out->bytes;
	strm.next_out = back;
	strm.avail_out = bytes + 1;
	assert_int_equal(inflate(&strm, Z_FINISH), Z_STREAM_END);
	assert_int_equal(strm.avail_in, 0);
	assert_int_equal(strm.total_out, bytes);
	assert_memory_equal(back, data, bytes);
	inflateEnd(&strm);
	free(back);
}

/* @data as zlib compresses it. */
static inline struct bytes wdz_packed(const uint8_t *data, size_t bytes,
				      int level, int bits)
{
	struct bytes out = { 0 };
	z_stream strm = { 0 };

	assert_int_equal(deflateInit2(&strm, level, Z_DEFLATED, bits, 8,
				      Z_DEFAULT_STRATEGY), Z_OK);
	out.room = deflateBound(&strm, bytes);
	out.at = malloc(out.room);
	assert_non_null(out.at);
	strm.next_in = (Bytef *)(uintptr_t)data;
	strm.avail_in = bytes;
	strm.next_out = out.at;
	strm.avail_out = out.room;
	assert_int_equal(deflate(&strm, Z_FINISH), Z_STREAM_END);
	out.bytes = strm.total_out;
	deflateEnd(&strm);
	return out;
}

#endif /* WDZ_SUPPORT_H */
