/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the tests of sessions share: data, zlib as the judge, guarded memory. */
#ifndef SESSION_SUPPORT_H
#define SESSION_SUPPORT_H

#include "queue_support.h"

#define KIB	1024u
#define MIB	(1024u * KIB)

#define COUNT_OF(array)	(sizeof(array) / sizeof((array)[0]))

/* A test in loops has to say where it was. */
#define check(condition, ...)						\
	do {								\
		if (!(condition))					\
			fail_msg(__VA_ARGS__);				\
	} while (0)

static const uint32_t session_formats[] __attribute__((unused)) = {
	WD_COMP_DEFLATE, WD_COMP_ZLIB, WD_COMP_GZIP,
};

#define for_each_format(format, i)					\
	for (unsigned int i = 0, format;				\
	     i < COUNT_OF(session_formats) &&				\
	     ((format) = session_formats[i], true); i++)

/* --- data --- */

enum data_kind {
	DATA_TEXT,	/* compresses like a log file */
	DATA_NOISE,	/* does not compress */
	DATA_ZERO,	/* compresses to nearly nothing */
	DATA_KINDS,
};

static inline uint32_t next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return *state >> 33;
}

static inline void fill_text(uint8_t *at, size_t bytes, uint64_t *state)
{
	static const char *const words[] = {
		"queue ", "device ", "the ", "0x%08x ", "returned ", "-5\n",
		"[   12.", "] hisi_zip: ", "request ", "in flight, ", "page ",
	};
	const char *word;
	size_t len, i;

	for (i = 0; i < bytes; i += len) {
		word = words[next_random(state) % COUNT_OF(words)];
		len = strlen(word);
		if (len > bytes - i)
			len = bytes - i;
		memcpy(at + i, word, len);
		if (next_random(state) % 4 == 0)
			at[i] = next_random(state);
	}
}

static inline void data_fill(uint8_t *at, size_t bytes, enum data_kind kind,
			     uint64_t seed)
{
	uint64_t state = seed * 2654435761u + kind + 1;
	uint32_t word = 0;
	size_t i;

	switch (kind) {
	case DATA_TEXT:
		fill_text(at, bytes, &state);
		break;
	case DATA_NOISE:
		for (i = 0; i < bytes; i++) {
			if (i % 4 == 0)
				word = next_random(&state) ^
				       next_random(&state) << 16;
			at[i] = word >> 8 * (i % 4);
		}
		break;
	default:
		memset(at, 0, bytes);
	}
}

static inline uint8_t *data_new(size_t bytes, enum data_kind kind,
				uint64_t seed)
{
	uint8_t *data = malloc(bytes + 1);

	assert_non_null(data);
	data_fill(data, bytes, kind, seed);
	return data;
}

/* --- memory that ends where it ends --- */

#define GUARD_CANARY	0xa7

/* @at: @bytes bytes, a page that faults right behind them. */
struct guarded {
	uint8_t *at;
	size_t bytes;
	uint8_t *map;
	size_t map_bytes;
};

static inline struct guarded guarded_new(size_t bytes)
{
	size_t page = sysconf(_SC_PAGESIZE);
	size_t used = (bytes + 64 + page - 1) / page * page;
	struct guarded g = { .bytes = bytes, .map_bytes = used + page };

	g.map = mmap(NULL, g.map_bytes, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(g.map, MAP_FAILED);
	assert_int_equal(mprotect(g.map + used, page, PROT_NONE), 0);
	g.at = g.map + used - bytes;
	memset(g.map, GUARD_CANARY, g.at - g.map);
	return g;
}

static inline struct guarded guarded_copy(const void *data, size_t bytes)
{
	struct guarded g = guarded_new(bytes);

	memcpy(g.at, data, bytes);
	return g;
}

/* Also sees what was written before the start. */
static inline void guarded_free(struct guarded *g)
{
	const uint8_t *p;

	for (p = g->map; p < g->at; p++)
		check(*p == GUARD_CANARY, "%td bytes before the buffer",
		      g->at - p);
	assert_int_equal(munmap(g->map, g->map_bytes), 0);
}

/* --- zlib as the judge --- */

/* windowBits of deflateInit2() and inflateInit2() */
static inline int zlib_bits(uint32_t format)
{
	switch (format) {
	case WD_COMP_GZIP:
		return MAX_WBITS + 16;
	case WD_COMP_ZLIB:
		return MAX_WBITS;
	default:
		return -MAX_WBITS;
	}
}

/* A complete stream made by zlib, to be freed. */
static inline uint8_t *zlib_pack(uint32_t format, int level, const void *src,
				 size_t bytes, size_t *packed)
{
	z_stream z = { .next_in = (z_const Bytef *)src, .avail_in = bytes };
	uint8_t *out;
	size_t room;

	assert_int_equal(deflateInit2(&z, level, Z_DEFLATED, zlib_bits(format),
				      8, Z_DEFAULT_STRATEGY), Z_OK);
	room = deflateBound(&z, bytes) + 64;
	out = malloc(room);
	assert_non_null(out);
	z.next_out = out;
	z.avail_out = room;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	*packed = z.total_out;
	assert_int_equal(deflateEnd(&z), Z_OK);
	return out;
}

/*
 * Decompress what is there and compare it with @want.
 *
 * Return: what the last inflate() said; @used is set to the input used.
 */
static inline int zlib_compare(uint32_t format, const void *src, size_t bytes,
			       const uint8_t *want, size_t want_bytes,
			       size_t *used)
{
	z_stream z = { .next_in = (z_const Bytef *)src, .avail_in = bytes };
	static uint8_t out[64 * KIB];
	size_t at = 0, got;
	int ret;

	assert_int_equal(inflateInit2(&z, zlib_bits(format)), Z_OK);
	do {
		z.next_out = out;
		z.avail_out = sizeof(out);
		ret = inflate(&z, Z_NO_FLUSH);
		got = sizeof(out) - z.avail_out;
		check(at + got <= want_bytes, "%zu bytes too many",
		      at + got - want_bytes);
		check(!memcmp(out, want + at, got), "other data from %zu on",
		      at);
		at += got;
	} while (ret == Z_OK && !z.avail_out);
	check(at == want_bytes, "%zu of %zu bytes, zlib: %d %s", at, want_bytes,
	      ret, z.msg ? z.msg : "");
	*used = z.total_in;
	assert_int_equal(inflateEnd(&z), Z_OK);
	return ret;
}

/* @packed is one stream of @want, and nothing is behind it. */
static inline void assert_packed(uint32_t format, const void *packed,
				 size_t packed_bytes, const uint8_t *want,
				 size_t want_bytes)
{
	size_t used;
	int ret;

	ret = zlib_compare(format, packed, packed_bytes, want, want_bytes,
			   &used);
	check(ret == Z_STREAM_END, "no stream: %d", ret);
	check(used == packed_bytes, "%zu bytes behind the stream",
	      packed_bytes - used);
}

/* What zlib has as the check value of a format. */
static inline uint32_t zlib_check(uint32_t format, const void *data,
				  size_t bytes)
{
	switch (format) {
	case WD_COMP_GZIP:
		return crc32(0, data, bytes);
	case WD_COMP_ZLIB:
		return adler32(1, data, bytes);
	default:
		return 0;
	}
}

/* --- sessions --- */

static inline struct wd_comp_session *
session_new(const struct wd_comp_params *params)
{
	struct wd_comp_session *session = NULL;

	assert_int_equal(wd_comp_session_alloc(params, &session), 0);
	assert_non_null(session);
	return session;
}

/* @device: NULL where a fake or the hand is the only backend */
static inline struct wd_comp_session *
session_open(const char *device, uint32_t direction, uint32_t format)
{
	struct wd_comp_params params;

	wd_comp_params_init(&params, direction, format);
	params.device = device;
	params.timeout_ms = 20000;
	return session_new(&params);
}

/* Tests of data are the same on a device that the machine has: tests/vm. */
static inline const char *test_device(void)
{
	const char *name = getenv("WD_TEST_DEVICE");

	return name ? name : WD_DEVICE_EMU;
}

static inline struct wd_comp_session *emu_open(uint32_t direction,
					       uint32_t format)
{
	return session_open(test_device(), direction, format);
}

#define session_test(fn)	cmocka_unit_test_teardown(fn, queue_teardown)

#endif /* SESSION_SUPPORT_H */
