/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Opening a complete deflate stream for more (devmodel/core/zip/blockscan.c).
 * What comes out must decode to the same, must not be final, and must be byte
 * aligned: an empty final block behind it makes it complete again.
 */
#include "model_zip_support.h"

#define DATA_BYTES	1500000

static uint8_t data[DATA_BYTES];
static uint8_t stream[2 * DATA_BYTES];
static struct zm_scan scan;

static void assert_opens(size_t len, size_t data_len)
{
	static const uint8_t mark[] = { 0, 0, 0xff, 0xff };
	size_t total = 0;

	assert_int_equal(hisi_zip_model_open_stream(&scan, stream, len, &total),
			 0);
	assert_in_range(total, len + 4, len + 5);
	assert_memory_equal(stream + total - 4, mark, 4);
	memcpy(stream + total, "\1\0\0\xff\xff", 5);
	zt_assert_decodes(DW9_DEFLATE, stream, total + 5, data, data_len);
}

static void test_open_libdeflate_of_every_level(void **state)
{
	static const size_t lens[] = {
		1, 5, 55, 56, 100, 1000, 20000, 70000, 300001, DATA_BYTES
	};
	struct libdeflate_compressor *c;
	unsigned int level, l, kind;
	size_t len;

	(void)state;
	for (kind = 0; kind < ZT_DATAS; kind++) {
		zt_make(data, DATA_BYTES, kind, 100 + kind);
		for (level = 0; level <= 12; level++) {
			c = libdeflate_alloc_compressor(level);
			assert_non_null(c);
			for (l = 0; l < 10 - (level > 8 ? 2 : 0); l++) {
				len = libdeflate_deflate_compress(c, data,
					lens[l], stream, sizeof(stream) - 16);
				assert_int_not_equal(len, 0);
				assert_opens(len, lens[l]);
			}
			libdeflate_free_compressor(c);
		}
	}
}

/* Many blocks of changing statistics, and every length of a short stream. */
static void test_open_many_shapes(void **state)
{
	struct libdeflate_compressor *c = libdeflate_alloc_compressor(6);
	uint32_t seed = 5;
	size_t at = 0, n, len;

	(void)state;
	assert_non_null(c);
	while (at < DATA_BYTES) {
		n = 1 + zt_random(&seed) % 60000;
		if (n > DATA_BYTES - at)
			n = DATA_BYTES - at;
		zt_make(data + at, n, zt_random(&seed) % 3, seed);
		at += n;
	}
	len = libdeflate_deflate_compress(c, data, DATA_BYTES, stream,
					  sizeof(stream) - 16);
	assert_opens(len, DATA_BYTES);
	for (n = 1; n < 3000; n++) {
		len = libdeflate_deflate_compress(c, data + 7 * n, n, stream,
						  sizeof(stream) - 16);
		memmove(data, data + 7 * n, n);
		assert_opens(len, n);
	}
	libdeflate_free_compressor(c);
}

static void test_open_streams_of_zlib(void **state)
{
	static const int strategies[] = {
		Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE, Z_FILTERED
	};
	unsigned int level, s, kind;
	size_t len;

	(void)state;
	for (kind = 0; kind < ZT_DATAS; kind++) {
		zt_make(data, 200000, kind, 50 + kind);
		for (level = 0; level <= 9; level += 3) {
			for (s = 0; s < 5; s++) {
				len = zt_encode(DW9_DEFLATE, level,
						strategies[s], data, 200000,
						stream, sizeof(stream) - 16);
				assert_opens(len, 200000);
				len = zt_encode(DW9_DEFLATE, level,
						strategies[s], data, 3, stream,
						sizeof(stream) - 16);
				assert_opens(len, 3);
			}
		}
	}
}

/* Codes of up to 15 bits need symbols of very unequal frequency. */
static void test_open_long_codes(void **state)
{
	struct libdeflate_compressor *c;
	unsigned int level, symbol, a = 1, b = 1, n, i;
	size_t at = 0, len;
	uint32_t seed = 3, j;
	uint8_t swap;

	(void)state;
	for (symbol = 0; symbol < 24; symbol++) {
		for (i = 0; i < a && at < 200000; i++)
			data[at++] = symbol * 7;
		n = a + b;
		b = a;
		a = n;
	}
	for (i = at; i-- > 1;) {
		j = zt_random(&seed) % i;
		swap = data[i];
		data[i] = data[j];
		data[j] = swap;
	}
	for (level = 1; level <= 9; level++) {
		c = libdeflate_alloc_compressor(level);
		assert_non_null(c);
		len = libdeflate_deflate_compress(c, data, at, stream,
						  sizeof(stream) - 16);
		assert_opens(len, at);
		libdeflate_free_compressor(c);
		len = zt_encode(DW9_DEFLATE, level, Z_HUFFMAN_ONLY, data, at,
				stream, sizeof(stream) - 16);
		assert_opens(len, at);
	}
}

/* The end-of-block code is all zeros: it cannot be told from padding. */
static void test_open_end_code_of_zeros(void **state)
{
	static const struct {
		uint8_t bytes[4];
		size_t len;
		size_t data_len;
	} fixed[] = {
		{ { 0x03, 0x00 }, 2, 0 },
		{ { 0x4b, 0x04, 0x00 }, 3, 1 },
		{ { 0x4b, 0x4c, 0x04, 0x00 }, 4, 2 },
	};
	unsigned int i;

	(void)state;
	memset(data, 'a', 2);
	for (i = 0; i < 3; i++) {
		memcpy(stream, fixed[i].bytes, fixed[i].len);
		assert_opens(fixed[i].len, fixed[i].data_len);
	}
}

/* Only the last block is taken on trust. */
static void test_open_cut_before_last_block_is_refused(void **state)
{
	static uint8_t before[sizeof(stream)];
	struct libdeflate_compressor *c = libdeflate_alloc_compressor(6);
	size_t len, cut, total = 77;
	int err;

	(void)state;
	assert_non_null(c);
	zt_make(data, DATA_BYTES, ZT_MIXED, 9);
	len = libdeflate_deflate_compress(c, data, DATA_BYTES, stream,
					  sizeof(stream) - 16);
	libdeflate_free_compressor(c);
	memcpy(before, stream, len);
	for (cut = 0; cut < len / 2; cut += 1 + cut / 50) {
		err = hisi_zip_model_open_stream(&scan, stream, cut, &total);
		assert_int_equal(err, -EBADMSG);
		assert_int_equal(total, 77);
		assert_memory_equal(stream, before, len);
	}
}

static void test_open_garbage_is_survived(void **state)
{
	uint32_t seed = 1, i, n;
	size_t total, accepted = 0;

	(void)state;
	for (i = 0; i < 20000; i++) {
		for (n = 0; n < 200; n++)
			stream[n] = zt_random(&seed);
		/* mostly a final dynamic block */
		if (i & 1)
			stream[0] = (stream[0] & ~7) | 5;
		accepted += !hisi_zip_model_open_stream(&scan, stream, 200,
							&total);
	}
	assert_true(accepted < 20000 / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open_libdeflate_of_every_level),
		cmocka_unit_test(test_open_many_shapes),
		cmocka_unit_test(test_open_streams_of_zlib),
		cmocka_unit_test(test_open_long_codes),
		cmocka_unit_test(test_open_end_code_of_zeros),
		cmocka_unit_test(test_open_cut_before_last_block_is_refused),
		cmocka_unit_test(test_open_garbage_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
