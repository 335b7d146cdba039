/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The zlib drop-in, compression: whatever happens, zlib gets the data back. */
#include "wdz_support.h"

#define BYTES	(300 * KIB)

static uint8_t *data;

static int setup(void **state)
{
	(void)state;
	return wdz_setup(&data, 4 * MIB, 1);
}

static int teardown(void **state)
{
	(void)state;
	return wdz_teardown(data);
}

static void begin(z_stream *strm, int level, int bits)
{
	*strm = (z_stream){ 0 };
	assert_int_equal(INIT(strm, deflateInit2, level, Z_DEFLATED, bits, 8,
			      Z_DEFAULT_STRATEGY), Z_OK);
}

/* All of @data in calls of @in bytes, the output in steps of @room. */
static void pack(int level, int bits, size_t bytes, size_t in, size_t room)
{
	struct bytes out = { 0 };
	size_t at, part;
	z_stream strm;
	int ret = Z_OK;

	begin(&strm, level, bits);
	for (at = 0; at < bytes; at += part) {
		part = bytes - at < in ? bytes - at : in;
		ret = wdz_push(&strm, data + at, part, at + part == bytes ?
			       Z_FINISH : Z_NO_FLUSH, room, &out);
	}
	assert_int_equal(ret, Z_STREAM_END);
	assert_int_equal(strm.total_in, bytes);
	assert_int_equal(strm.total_out, out.bytes);
	assert_int_equal(wdz_deflateEnd(&strm), Z_OK);
	wdz_judge(&out, bits, data, bytes);
	bytes_free(&out);
}

static void test_deflate_all_formats_device_works(void **state)
{
	static const size_t in[] = { 1, 1000, 70000, 4 * MIB };
	static const size_t room[] = { 1, 7, 4096, 512 * KIB };
	unsigned int j, k;
	int bits;

	(void)state;
	for_each_bits(bits, i) {
		for (j = 0; j < COUNT_OF(in); j++) {
			for (k = 0; k < COUNT_OF(room); k++)
				pack(1 + (i + j + k) % 9, bits,
				     in[j] == 1 || room[k] < 10 ? 3000 : BYTES,
				     in[j], room[k]);
		}
	}
	assert_true(wdz_counter(WDZ_COUNT_DEFLATE_DEVICE_IN) > 10 * BYTES);
	assert_int_equal(wdz_counter(WDZ_COUNT_DEFLATE_SOFT_IN), 0);
	assert_int_equal(wdz_counter(WDZ_COUNT_DEFLATE_MOVED), 0);
}

static void test_deflate_large_pieces_device_works(void **state)
{
	(void)state;
	pack(6, 15, 4 * MIB, 4 * MIB, 5 * MIB);
	pack(6, 31, 4 * MIB, 3 * MIB, 100 * KIB);
	pack(1, -15, 4 * MIB, 64 * KIB, 64 * KIB);
	assert_int_equal(wdz_counter(WDZ_COUNT_DEFLATE_DEVICE_IN), 12 * MIB);
}

/* QM V2 has no raw deflate: the body is cut out of zlib data. */
static void test_deflate_v2_device_works(void **state)
{
	static const struct wd_fake_config v2 = {
		.instant = true, .revision = HISI_QM_REV_V2,
	};
	int bits;

	(void)state;
	wdz_stop();
	wdz_start(&v2);
	for_each_bits(bits, i) {
		pack(6, bits, BYTES, BYTES, 2 * BYTES);
		pack(6, bits, 2 * MIB, 10000, 10000);
	}
	assert_true(wdz_counter(WDZ_COUNT_DEFLATE_DEVICE_IN) > 6 * MIB);
}

static void test_deflate_flushes_end_aligned(void **state)
{
	static const int flushes[] = {
		Z_PARTIAL_FLUSH, Z_SYNC_FLUSH, Z_FULL_FLUSH, Z_BLOCK,
	};
	static const uint8_t mark[] = { 0, 0, 0xff, 0xff };
	struct bytes out = { 0 };
	z_stream strm;
	size_t at;
	int bits;

	(void)state;
	for_each_bits(bits, i) {
		begin(&strm, 6, bits);
		for (at = 0; at < BYTES; at += 10000) {
			assert_int_equal(wdz_push(&strm, data + at, 10000,
						  at ? flushes[at / 10000 % 4] :
						  Z_SYNC_FLUSH, 999, &out),
					 Z_OK);
			assert_memory_equal(out.at + out.bytes - 4, mark, 4);
		}
		/* With nothing new there is nothing to flush. */
		assert_int_equal(wdz_push(&strm, NULL, 0, Z_SYNC_FLUSH, 10,
					  &out), Z_BUF_ERROR);
		assert_int_equal(wdz_push(&strm, NULL, 0, Z_FINISH, 3, &out),
				 Z_STREAM_END);
		assert_int_equal(wdz_deflateEnd(&strm), Z_OK);
		wdz_judge(&out, bits, data, at);
		bytes_free(&out);
	}
	assert_int_equal(wdz_counter(WDZ_COUNT_DEFLATE_MOVED), 0);
}

/* What was flushed fully can be decompressed without what came before. */
static void test_deflate_full_flush_forgets(void **state)
{
	struct bytes out = { 0 }, rest;
	z_stream strm;
	size_t first;

	(void)state;
	begin(&strm, 6, -15);
	wdz_push(&strm, data, 50000, Z_FULL_FLUSH, 4096, &out);
	first = out.bytes;
	wdz_push(&strm, data, 50000, Z_FINISH, 4096, &out);
	wdz_deflateEnd(&strm);
	rest = (struct bytes){ .at = out.at + first,
			       .bytes = out.bytes - first };
	wdz_judge(&rest, -15, data, 50000);
	assert_true(rest.bytes > 5000);
	bytes_free(&out);
}

/* A device that goes away between two calls, once a call earlier each time. */
static void test_deflate_device_dies_software_goes_on(void **state)
{
	struct bytes out = { 0 };
	unsigned int when, call;
	z_stream strm;
	int bits;

	(void)state;
	for_each_bits(bits, i) {
		for (when = 0; when < 6; when++) {
			wdz_stop();
			wdz_start(NULL);
			begin(&strm, 6, bits);
			for (call = 0; call < 6; call++) {
				if (call == when)
					wd_fake_remove(0);
				wdz_push(&strm, data + call * 40000, 40000,
					 call == 5 ? Z_FINISH : Z_SYNC_FLUSH,
					 5000, &out);
			}
			assert_int_equal(wdz_deflateEnd(&strm), Z_OK);
			wdz_judge(&out, bits, data, 6 * 40000);
			bytes_free(&out);
			assert_int_equal(wdz_counter(WDZ_COUNT_DEFLATE_MOVED),
					 when ? 1 : 0);
		}
	}
}

/* Behind zlib's part, too: zlib made what it may refer to. */
static void test_deflate_device_dies_after_zlibs_part(void **state)
{
	struct bytes out = { 0 };
	z_stream strm;
	size_t at;
	int bits;

	(void)state;
	for_each_bits(bits, i) {
		wdz_stop();
		wdz_start(NULL);
		assert_int_equal(wdz_config_set("use", "auto"), 0);
		assert_int_equal(wdz_config_set("threshold", "50000"), 0);
		begin(&strm, 6, bits);
		for (at = 0; at < 200000; at += 10000)
			wdz_push(&strm, data + at, 10000, Z_NO_FLUSH, 5000,
				 &out);
		assert_int_equal(wdz_counter(WDZ_COUNT_DEFLATE_DEVICE), 1);
		wd_fake_remove(0);
		wdz_push(&strm, data + at, 300000 - at, Z_FINISH, 5000, &out);
		assert_int_equal(wdz_deflateEnd(&strm), Z_OK);
		wdz_judge(&out, bits, data, 300000);
		bytes_free(&out);
		assert_int_equal(wdz_counter(WDZ_COUNT_DEFLATE_MOVED), 1);
		assert_int_equal(wdz_counter(WDZ_COUNT_DEFLATE_DEVICE_IN), 0);
	}
}

static void test_deflate_no_device_software(void **state)
{
	(void)state;
	wd_fake_remove(0);
	pack(6, 15, BYTES, 1000, 1000);
	pack(6, 31, BYTES, BYTES, 1000);
	assert_int_equal(wdz_counter(WDZ_COUNT_DEFLATE_DEVICE), 0);
	assert_int_equal(wdz_counter(WDZ_COUNT_DEFLATE_SOFT), 2);
}

/* What the instant device says it has made is not what it was given. */
static void test_deflate_verify_catches_wrong_output(void **state)
{
	(void)state;
	wdz_stop();
	wdz_start(NULL);
	assert_int_equal(wd_fake_stop(), 0);
	assert_int_equal(wd_fake_instant_start(NULL), 0);
	assert_int_equal(wdz_config_set("verify", "yes"), 0);
	pack(6, 15, BYTES, BYTES, BYTES);
	pack(6, 31, BYTES, 10000, 100);
	assert_int_equal(wdz_counter(WDZ_COUNT_VERIFY_ERRORS), 2);
	assert_int_equal(wdz_counter(WDZ_COUNT_DEFLATE_MOVED), 2);
	wdz_engines_close();
	assert_int_equal(wd_fake_instant_stop(), 0);
	wdz_start(NULL);
}

static void test_deflate_verify_accepts_right_output(void **state)
{
	int bits;

	(void)state;
	assert_int_equal(wdz_config_set("verify", "yes"), 0);
	for_each_bits(bits, i)
		pack(6, bits, 2 * MIB, 100000, 100000);
	assert_int_equal(wdz_counter(WDZ_COUNT_VERIFY_ERRORS), 0);
	assert_int_equal(wdz_counter(WDZ_COUNT_DEFLATE_MOVED), 0);
}

/* In one call with that much room, whatever the data are. */
static void test_deflate_bound_holds(void **state)
{
	static const size_t sizes[] = {
		8, 9, 10, 100, 4000, 65535, 65536, 131070, 131071, 1000000,
		4 * MIB - 3,
	};
	uint8_t *noise = data_new(4 * MIB, DATA_NOISE, 3), *out;
	z_stream strm;
	uLong room;
	unsigned int j;
	int bits;

	(void)state;
	for_each_bits(bits, i) {
		for (j = 0; j < COUNT_OF(sizes); j++) {
			begin(&strm, 6, bits);
			room = wdz_deflateBound(&strm, sizes[j]);
			out = malloc(room);
			assert_non_null(out);
			strm.next_in = noise;
			strm.avail_in = sizes[j];
			strm.next_out = out;
			strm.avail_out = room;
			assert_int_equal(wdz_deflate(&strm, Z_FINISH),
					 Z_STREAM_END);
			assert_int_equal(wdz_deflateEnd(&strm), Z_OK);
			wdz_judge(&(struct bytes){ .at = out,
						   .bytes = strm.total_out },
				  bits, noise, sizes[j]);
			free(out);
		}
	}
	assert_int_equal(wdz_counter(WDZ_COUNT_DEFLATE_SOFT), 0);
	free(noise);
}

/* zlib's own bound is short of a stored block for the smallest. */
static void test_deflate_bound_holds_for_tiny_input(void **state)
{
	uint8_t out[100];
	z_stream strm;
	unsigned int n, mem_level;

	(void)state;
	for (n = 0; n < 20; n++) {
		for (mem_level = 1; mem_level <= 9; mem_level++) {
			strm = (z_stream){ .next_in = data, .avail_in = n,
					   .next_out = out };
			assert_int_equal(INIT(&strm, deflateInit2, 6,
					      Z_DEFLATED, 15, mem_level,
					      Z_DEFAULT_STRATEGY), Z_OK);
			strm.avail_out = wdz_deflateBound(&strm, n);
			assert_int_equal(wdz_deflate(&strm, Z_FINISH),
					 Z_STREAM_END);
			assert_int_equal(wdz_deflateEnd(&strm), Z_OK);
		}
	}
	assert_true(wdz_counter(WDZ_COUNT_DEFLATE_DEVICE) >= 9 * 12);
}

static void test_deflate_check_values_as_zlib(void **state)
{
	z_stream ours, theirs = { 0 };
	uint8_t out[2][4096];
	unsigned int call;
	int bits;

	(void)state;
	for_each_bits(bits, i) {
		begin(&ours, 6, bits);
		assert_int_equal(deflateInit2(&theirs, 6, Z_DEFLATED, bits, 8,
					      Z_DEFAULT_STRATEGY), Z_OK);
		assert_int_equal(ours.adler, theirs.adler);
		for (call = 0; call < 20; call++) {
			ours.next_in = theirs.next_in = data + call * 1000;
			ours.avail_in = theirs.avail_in = 1000;
			ours.next_out = out[0];
			theirs.next_out = out[1];
			ours.avail_out = theirs.avail_out = 4096;
			assert_int_equal(wdz_deflate(&ours, call % 4 / 3 * 2),
					 deflate(&theirs, call % 4 / 3 * 2));
			assert_int_equal(ours.adler, theirs.adler);
			assert_int_equal(ours.total_in, theirs.total_in);
			if (call % 4 == 3)
				assert_int_equal(ours.data_type,
						 theirs.data_type);
		}
		assert_int_equal(wdz_deflateEnd(&ours), deflateEnd(&theirs));
	}
}

static void test_deflate_wrong_calls_as_zlib(void **state)
{
	uint8_t out[100];
	z_stream strm, moved;

	(void)state;
	begin(&strm, 6, 15);
	assert_int_equal(wdz_deflate(NULL, Z_FINISH), Z_STREAM_ERROR);
	strm.next_out = out;
	strm.avail_out = 100;
	strm.avail_in = 1;
	assert_int_equal(wdz_deflate(&strm, Z_FINISH), Z_STREAM_ERROR);
	strm.next_in = data;
	assert_int_equal(wdz_deflate(&strm, 6), Z_STREAM_ERROR);
	assert_int_equal(wdz_deflate(&strm, -1), Z_STREAM_ERROR);
	moved = strm;
	assert_int_equal(wdz_deflate(&moved, Z_FINISH), Z_STREAM_ERROR);
	assert_int_equal(wdz_inflate(&strm, Z_FINISH), Z_STREAM_ERROR);
	strm.avail_out = 0;
	assert_int_equal(wdz_deflate(&strm, Z_FINISH), Z_BUF_ERROR);
	strm.avail_out = 100;
	assert_int_equal(wdz_deflate(&strm, Z_FINISH), Z_STREAM_END);
	assert_int_equal(wdz_deflate(&strm, Z_FINISH), Z_STREAM_END);
	assert_int_equal(wdz_deflate(&strm, Z_NO_FLUSH), Z_STREAM_ERROR);
	assert_string_equal(strm.msg, "stream error");
	strm.avail_in = 1;
	assert_int_equal(wdz_deflate(&strm, Z_FINISH), Z_BUF_ERROR);
	assert_int_equal(wdz_deflateEnd(&strm), Z_OK);
	assert_int_equal(wdz_deflateEnd(&strm), Z_STREAM_ERROR);
	assert_null(strm.state);
}

static void test_deflate_end_in_the_middle_data_error(void **state)
{
	struct bytes out = { 0 };
	z_stream strm;

	(void)state;
	begin(&strm, 6, 15);
	assert_int_equal(wdz_deflateEnd(&strm), Z_OK);
	begin(&strm, 6, 15);
	wdz_push(&strm, data, 1000, Z_NO_FLUSH, 100, &out);
	assert_int_equal(wdz_deflateEnd(&strm), Z_DATA_ERROR);
	bytes_free(&out);
}

static void test_deflate_reset_begins_anew(void **state)
{
	struct bytes out = { 0 };
	z_stream strm;
	unsigned int i;

	(void)state;
	begin(&strm, 6, 31);
	for (i = 0; i < 3; i++) {
		wdz_push(&strm, data + i, 20000, Z_SYNC_FLUSH, 100, &out);
		out.bytes = 0;
		assert_int_equal(wdz_deflateReset(&strm), Z_OK);
		assert_int_equal(strm.total_in, 0);
		wdz_push(&strm, data + i, 20000, Z_FINISH, 100, &out);
		wdz_judge(&out, 31, data + i, 20000);
		out.bytes = 0;
		assert_int_equal(wdz_deflateReset(&strm), Z_OK);
	}
	assert_int_equal(wdz_deflateEnd(&strm), Z_OK);
	assert_int_equal(wdz_counter(WDZ_COUNT_DEFLATE_DEVICE), 6);
	bytes_free(&out);
}

static void test_deflate_params_go_on(void **state)
{
	struct bytes out = { 0 };
	z_stream strm;
	uint8_t buf[100 * KIB];
	int bits;

	(void)state;
	for_each_bits(bits, i) {
		begin(&strm, 6, bits);
		assert_int_equal(wdz_deflateParams(&strm, 5,
						   Z_DEFAULT_STRATEGY), Z_OK);
		wdz_push(&strm, data, 50000, Z_NO_FLUSH, 1000, &out);
		strm.next_in = data + 50000;
		strm.avail_in = 50000;
		strm.next_out = buf;
		strm.avail_out = 100;
		assert_int_equal(wdz_deflateParams(&strm, 10,
						   Z_DEFAULT_STRATEGY),
				 Z_STREAM_ERROR);
		while (wdz_deflateParams(&strm, 0, Z_DEFAULT_STRATEGY) ==
		       Z_BUF_ERROR) {
			bytes_add(&out, buf, strm.next_out - buf);
			strm.next_out = buf;
			strm.avail_out = sizeof(buf);
		}
		bytes_add(&out, buf, strm.next_out - buf);
		assert_int_equal(strm.avail_in, 0);
		wdz_push(&strm, data + 100000, 50000, Z_NO_FLUSH, 1000, &out);
		strm.avail_out = 0;
		assert_int_equal(wdz_deflateParams(&strm, 9, Z_HUFFMAN_ONLY),
				 Z_BUF_ERROR);
		wdz_push(&strm, NULL, 0, Z_BLOCK, 1000, &out);
		strm.avail_out = sizeof(buf);
		strm.next_out = buf;
		assert_int_equal(wdz_deflateParams(&strm, 9, Z_HUFFMAN_ONLY),
				 Z_OK);
		bytes_add(&out, buf, strm.next_out - buf);
		wdz_push(&strm, data + 150000, 50000, Z_FINISH, 1000, &out);
		assert_int_equal(wdz_deflateEnd(&strm), Z_OK);
		wdz_judge(&out, bits, data, 200000);
		bytes_free(&out);
	}
	assert_int_equal(wdz_counter(WDZ_COUNT_DEFLATE_MOVED), 3);
}

/* A copy at each of several places; both go on with different data. */
static void test_deflate_copy_both_go_on(void **state)
{
	struct bytes out = { 0 }, other = { 0 };
	uint8_t *joined = malloc(60000);
	unsigned int parts, i;
	z_stream strm, copy;
	int bits;

	(void)state;
	assert_non_null(joined);
	for_each_bits(bits, k) {
		for (parts = 0; parts < 6; parts++) {
			begin(&strm, 6, bits);
			for (i = 0; i < parts; i++)
				wdz_push(&strm, data + i * 10000, 10000,
					 i & 1 ? Z_SYNC_FLUSH : Z_NO_FLUSH,
					 100, &out);
			assert_int_equal(wdz_deflateCopy(&copy, &strm), Z_OK);
			bytes_add(&other, out.at ? out.at : data, out.bytes);
			wdz_push(&strm, data + parts * 10000, 10000, Z_FINISH,
				 100, &out);
			wdz_push(&copy, data + 100000, 10000, Z_FINISH, 100,
				 &other);
			assert_int_equal(wdz_deflateEnd(&strm), Z_OK);
			assert_int_equal(wdz_deflateEnd(&copy), Z_OK);
			wdz_judge(&out, bits, data, parts * 10000 + 10000);
			memcpy(joined, data, parts * 10000);
			memcpy(joined + parts * 10000, data + 100000, 10000);
			wdz_judge(&other, bits, joined, parts * 10000 + 10000);
			bytes_free(&out);
			bytes_free(&other);
		}
	}
	free(joined);
}

static void test_deflate_dictionary_as_zlib(void **state)
{
	uint8_t ours[32768], theirs[32768];
	struct bytes out = { 0 };
	uInt our_len, their_len;
	z_stream strm, z = { 0 };
	size_t bytes;

	(void)state;
	for (bytes = 1000; bytes <= 100000; bytes *= 10) {
		begin(&strm, 6, 15);
		wdz_push(&strm, data, bytes / 2, Z_SYNC_FLUSH, 1000, &out);
		wdz_push(&strm, data + bytes / 2, bytes / 2, Z_NO_FLUSH, 1000,
			 &out);
		assert_int_equal(wdz_deflateGetDictionary(&strm, ours,
							  &our_len), Z_OK);
		assert_int_equal(wdz_deflateSetDictionary(&strm, data, 10),
				 Z_STREAM_ERROR);
		assert_int_equal(deflateInit(&z, 6), Z_OK);
		z.next_in = data;
		z.avail_in = bytes;
		z.next_out = data + 2 * MIB;
		z.avail_out = MIB;
		assert_int_equal(deflate(&z, Z_NO_FLUSH), Z_OK);
		assert_int_equal(deflateGetDictionary(&z, theirs, &their_len),
				 Z_OK);
		assert_int_equal(our_len, their_len);
		assert_memory_equal(ours, theirs, our_len);
		deflateEnd(&z);
		wdz_deflateEnd(&strm);
		out.bytes = 0;
	}
	bytes_free(&out);
}

/* Raw deflate may be given a dictionary in the middle, and bits. */
static void test_deflate_raw_dictionary_and_bits(void **state)
{
	uint8_t back[30000];
	struct bytes out = { 0 };
	z_stream strm, z = { 0 };
	size_t first;

	(void)state;
	begin(&strm, 6, -15);
	wdz_push(&strm, data, 10000, Z_SYNC_FLUSH, 1000, &out);
	first = out.bytes;
	assert_int_equal(wdz_deflateSetDictionary(&strm, data + 50000, 10000),
			 Z_OK);
	/* An empty stored block by hand, its first bits at least. */
	assert_int_equal(wdz_deflatePrime(&strm, 3, 2), Z_OK);
	assert_int_equal(wdz_deflatePrime(&strm, 7, 0), Z_OK);
	wdz_push(&strm, data + 50000, 10000, Z_FINISH, 1000, &out);
	assert_int_equal(wdz_deflateEnd(&strm), Z_OK);

	assert_int_equal(inflateInit2(&z, -15), Z_OK);
	z.next_in = out.at;
	z.avail_in = first;
	z.next_out = back;
	z.avail_out = sizeof(back);
	assert_int_equal(inflate(&z, Z_SYNC_FLUSH), Z_OK);
	assert_int_equal(inflateSetDictionary(&z, data + 50000, 10000), Z_OK);
	z.avail_in = out.bytes - first;
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(z.total_out, 20000);
	assert_memory_equal(back, data, 10000);
	assert_memory_equal(back + 10000, data + 50000, 10000);
	inflateEnd(&z);
	bytes_free(&out);
}

/* A header with every field, larger than any buffer. */
static void test_deflate_gzip_header_is_the_callers(void **state)
{
	uint8_t name[3000], extra[2000], got_name[3000], got_extra[2000];
	gz_header head = {
		.text = 1, .time = 12345, .os = 7, .extra = extra,
		.extra_len = sizeof(extra), .name = name, .hcrc = 1,
	};
	gz_header got = {
		.name = got_name, .name_max = sizeof(got_name),
		.extra = got_extra, .extra_max = sizeof(got_extra),
	};
	struct bytes out = { 0 };
	z_stream strm, z = { 0 };

	(void)state;
	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	memset(extra, 'e', sizeof(extra));
	begin(&strm, 6, 31);
	assert_int_equal(wdz_deflateSetHeader(&strm, &head), Z_OK);
	wdz_push(&strm, data, 5000, Z_FINISH, 13, &out);
	assert_int_equal(wdz_deflateEnd(&strm), Z_OK);
	wdz_judge(&out, 31, data, 5000);
	assert_int_equal(inflateInit2(&z, 31), Z_OK);
	assert_int_equal(inflateGetHeader(&z, &got), Z_OK);
	z.next_in = out.at;
	z.avail_in = out.bytes;
	z.next_out = data + MIB;
	z.avail_out = 5000;
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(got.done, 1);
	assert_int_equal(got.time, 12345);
	assert_string_equal((char *)got_name, (char *)name);
	assert_memory_equal(got_extra, extra, sizeof(extra));
	inflateEnd(&z);
	bytes_free(&out);
}

/* What the device does not do is byte for byte zlib's. */
static void test_deflate_software_is_zlibs(void **state)
{
	static const struct { int level, bits, strategy; } what[] = {
		{ 0, 15, Z_DEFAULT_STRATEGY }, { 6, 14, Z_DEFAULT_STRATEGY },
		{ 6, -9, Z_DEFAULT_STRATEGY }, { 6, 31, Z_RLE },
		{ 6, 15, Z_HUFFMAN_ONLY }, { 6, 15, Z_FIXED },
	};
	uint8_t *theirs = data + 2 * MIB;
	z_stream strm, z;
	unsigned int i;

	(void)state;
	for (i = 0; i < COUNT_OF(what); i++) {
		strm = (z_stream){ 0 };
		z = (z_stream){ 0 };
		assert_int_equal(INIT(&strm, deflateInit2, what[i].level,
				      Z_DEFLATED, what[i].bits, 8,
				      what[i].strategy), Z_OK);
		assert_int_equal(deflateInit2(&z, what[i].level, Z_DEFLATED,
					      what[i].bits, 8,
					      what[i].strategy), Z_OK);
		strm.next_in = z.next_in = data;
		strm.avail_in = z.avail_in = BYTES;
		strm.next_out = data + MIB;
		z.next_out = theirs;
		strm.avail_out = z.avail_out = MIB;
		assert_int_equal(wdz_deflate(&strm, Z_FINISH), Z_STREAM_END);
		assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
		assert_int_equal(strm.total_out, z.total_out);
		assert_memory_equal(data + MIB, theirs, z.total_out);
		assert_int_equal(wdz_deflateEnd(&strm), Z_OK);
		deflateEnd(&z);
	}
	assert_int_equal(wdz_counter(WDZ_COUNT_DEFLATE_DEVICE), 0);
}

/* Small streams stay with zlib. */
static void test_deflate_threshold_decides(void **state)
{
	struct bytes out = { 0 }, theirs;
	z_stream strm;
	size_t at;

	(void)state;
	assert_int_equal(wdz_config_set("use", "auto"), 0);
	assert_int_equal(wdz_config_set("threshold", "50000"), 0);
	begin(&strm, 6, 31);
	for (at = 0; at < 49000; at += 1000)
		wdz_push(&strm, data + at, 1000, Z_NO_FLUSH, 100, &out);
	assert_int_equal(strm.total_in, 49000);
	assert_int_equal(strm.adler, crc32(0, data, 49000));
	wdz_push(&strm, NULL, 0, Z_FINISH, 100, &out);
	assert_int_equal(wdz_deflateEnd(&strm), Z_OK);
	wdz_judge(&out, 31, data, 49000);
	theirs = wdz_packed(data, 49000, 6, 31);
	assert_int_equal(out.bytes, theirs.bytes);
	assert_memory_equal(out.at, theirs.at, out.bytes);
	bytes_free(&out);
	bytes_free(&theirs);
	assert_int_equal(wdz_counter(WDZ_COUNT_DEFLATE_DEVICE), 0);

	pack(6, 15, 50000, 50000, 100);
	assert_int_equal(wdz_counter(WDZ_COUNT_DEFLATE_DEVICE), 1);
	pack(6, 15, 49999, 49999, 100);
	assert_int_equal(wdz_counter(WDZ_COUNT_DEFLATE_DEVICE), 1);
}

/* What comes in small pieces begins with zlib, and does not end there. */
static void test_deflate_large_stream_comes_to_the_device(void **state)
{
	unsigned int n = 0;
	int bits;

	(void)state;
	assert_int_equal(wdz_config_set("use", "auto"), 0);
	assert_int_equal(wdz_config_set("threshold", "50000"), 0);
	for_each_bits(bits, i) {
		pack(6, bits, 300000, 1000, 100);
		pack(9, bits, 300000, 16384, 100000);
		n += 2;
		assert_int_equal(wdz_counter(WDZ_COUNT_DEFLATE_SOFT), n);
		assert_int_equal(wdz_counter(WDZ_COUNT_DEFLATE_DEVICE), n);
	}
	assert_int_equal(wdz_counter(WDZ_COUNT_DEFLATE_DEVICE_IN) +
			 wdz_counter(WDZ_COUNT_DEFLATE_SOFT_IN), n * 300000);
	assert_true(wdz_counter(WDZ_COUNT_DEFLATE_DEVICE_IN) > n * 100000);
	assert_int_equal(wdz_counter(WDZ_COUNT_DEFLATE_MOVED), 0);
}

/* A few bytes first, as of a header, then the rest. */
static void test_deflate_large_call_after_a_small_one_device(void **state)
{
	struct bytes out = { 0 };
	z_stream strm;

	(void)state;
	assert_int_equal(wdz_config_set("use", "auto"), 0);
	assert_int_equal(wdz_config_set("threshold", "50000"), 0);
	begin(&strm, 6, 31);
	wdz_push(&strm, data, 12, Z_NO_FLUSH, 100, &out);
	wdz_push(&strm, data + 12, 300000 - 12, Z_FINISH, 1000, &out);
	assert_int_equal(strm.total_in, 300000);
	assert_int_equal(strm.adler, crc32(0, data, 300000));
	assert_int_equal(strm.total_out, out.bytes);
	assert_int_equal(wdz_deflateEnd(&strm), Z_OK);
	wdz_judge(&out, 31, data, 300000);
	bytes_free(&out);
	assert_int_equal(wdz_counter(WDZ_COUNT_DEFLATE_SOFT_IN), 12);
	assert_int_equal(wdz_counter(WDZ_COUNT_DEFLATE_DEVICE_IN), 300000 - 12);
}

/* What zlib could not make smaller keeps to deflateBound(), by staying there. */
static void test_deflate_noise_in_pieces_within_bound(void **state)
{
	const size_t sizes[] = { 100001, 131072 + 4096, 300000, 500000 };
	uint8_t *noise = data_new(500000, DATA_NOISE, 7);
	struct bytes out = { 0 };
	z_stream strm;
	size_t at, part, call;
	unsigned int i;

	(void)state;
	assert_int_equal(wdz_config_set("use", "auto"), 0);
	assert_int_equal(wdz_config_set("threshold", "20000"), 0);
	for (i = 0; i < 2 * COUNT_OF(sizes); i++) {
		const size_t bytes = sizes[i / 2];

		begin(&strm, 6, 15);
		out.bytes = 0;
		call = i & 1 ? 4096 : 140000;
		wdz_push(&strm, noise, 3, Z_NO_FLUSH, 1000, &out);
		for (at = 3; at < bytes; at += part) {
			part = bytes - at < call ? bytes - at : call;
			wdz_push(&strm, noise + at, part, Z_NO_FLUSH, 1000,
				 &out);
		}
		wdz_push(&strm, NULL, 0, Z_FINISH, 1000, &out);
		check(out.bytes <= wdz_deflateBound(&strm, bytes),
		      "%zu bytes in calls of %zu: %zu", bytes, call, out.bytes);
		assert_int_equal(wdz_deflateEnd(&strm), Z_OK);
		wdz_judge(&out, 15, noise, bytes);
	}
	assert_true(wdz_counter(WDZ_COUNT_DEFLATE_DEVICE) > 0);
	bytes_free(&out);
	free(noise);
}

/* Neither a finished stream nor one with bits of the caller's moves. */
static void test_deflate_what_only_zlib_has_stays(void **state)
{
	struct bytes out = { 0 };
	z_stream strm;
	uint8_t buf[100];

	(void)state;
	assert_int_equal(wdz_config_set("use", "auto"), 0);
	assert_int_equal(wdz_config_set("threshold", "5000"), 0);
	begin(&strm, 6, 31);
	wdz_push(&strm, data, 4000, Z_FINISH, 10000, &out);
	strm.next_in = data;
	strm.avail_in = 300000;
	strm.next_out = buf;
	strm.avail_out = sizeof(buf);
	assert_int_not_equal(wdz_deflate(&strm, Z_NO_FLUSH), Z_OK);
	assert_int_equal(strm.avail_in, 300000);
	assert_int_equal(wdz_deflateReset(&strm), Z_OK);
	out.bytes = 0;
	wdz_push(&strm, data, 300000, Z_FINISH, 10000, &out);
	wdz_judge(&out, 31, data, 300000);
	assert_int_equal(wdz_deflateEnd(&strm), Z_OK);
	assert_int_equal(wdz_counter(WDZ_COUNT_DEFLATE_DEVICE), 1);

	begin(&strm, 6, -15);
	out.bytes = 0;
	wdz_push(&strm, data, 4000, Z_SYNC_FLUSH, 10000, &out);
	assert_int_equal(wdz_deflatePrime(&strm, 10, 2), Z_OK);
	wdz_push(&strm, data + 4000, 296000, Z_FINISH, 10000, &out);
	wdz_judge(&out, -15, data, 300000);
	assert_int_equal(wdz_deflateEnd(&strm), Z_OK);
	assert_int_equal(wdz_counter(WDZ_COUNT_DEFLATE_DEVICE), 1);
	bytes_free(&out);
}

static void test_deflate_off_is_zlib(void **state)
{
	z_stream strm;

	(void)state;
	assert_int_equal(wdz_config_set("use", "off"), 0);
	begin(&strm, 6, 15);
	/* Not even a state of ours: zlib knows the stream. */
	assert_int_equal(deflateEnd(&strm), Z_OK);
}

static void test_compress_round_trip(void **state)
{
	uLong room = compressBound(MIB), back = MIB, used;
	uint8_t *out = malloc(room);

	(void)state;
	assert_non_null(out);
	assert_int_equal(wdz_compress2(out, &room, data, MIB, 6), Z_OK);
	assert_int_equal(uncompress(data + 2 * MIB, &back, out, room), Z_OK);
	assert_memory_equal(data, data + 2 * MIB, MIB);
	used = room;
	assert_int_equal(wdz_uncompress2(data + 3 * MIB, &back, out, &used),
			 Z_OK);
	assert_int_equal(used, room);
	assert_memory_equal(data, data + 3 * MIB, MIB);
	back = MIB - 1;
	assert_int_equal(wdz_uncompress(data + 3 * MIB, &back, out, room),
			 Z_BUF_ERROR);
	back = MIB + 1;
	assert_int_equal(wdz_uncompress(data + 2 * MIB, &back, out, room - 1),
			 Z_DATA_ERROR);
	back = 0;
	assert_int_equal(wdz_uncompress(data + 3 * MIB, &back, out, room),
			 uncompress(data + 3 * MIB, &back, out, room));
	assert_int_equal(back, 0);
	room = 100;
	assert_int_equal(wdz_compress(out, &room, data, MIB), Z_BUF_ERROR);
	free(out);
}

#define case(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		case(test_deflate_all_formats_device_works),
		case(test_deflate_large_pieces_device_works),
		case(test_deflate_v2_device_works),
		case(test_deflate_flushes_end_aligned),
		case(test_deflate_full_flush_forgets),
		case(test_deflate_device_dies_software_goes_on),
		case(test_deflate_device_dies_after_zlibs_part),
		case(test_deflate_no_device_software),
		case(test_deflate_verify_catches_wrong_output),
		case(test_deflate_verify_accepts_right_output),
		case(test_deflate_bound_holds),
		case(test_deflate_bound_holds_for_tiny_input),
		case(test_deflate_check_values_as_zlib),
		case(test_deflate_wrong_calls_as_zlib),
		case(test_deflate_end_in_the_middle_data_error),
		case(test_deflate_reset_begins_anew),
		case(test_deflate_params_go_on),
		case(test_deflate_copy_both_go_on),
		case(test_deflate_dictionary_as_zlib),
		case(test_deflate_raw_dictionary_and_bits),
		case(test_deflate_gzip_header_is_the_callers),
		case(test_deflate_software_is_zlibs),
		case(test_deflate_threshold_decides),
		case(test_deflate_large_stream_comes_to_the_device),
		case(test_deflate_large_call_after_a_small_one_device),
		case(test_deflate_noise_in_pieces_within_bound),
		case(test_deflate_what_only_zlib_has_stays),
		case(test_deflate_off_is_zlib),
		case(test_compress_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
