/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The less usual calls of the zlib drop-in, at every stage of a stream, beside
 * zlib: the same answers, and streams that go on afterwards.
 */
#include "wdz_support.h"

#define BYTES	20000u

static uint8_t *data;

/* Where a stream is when the call comes. */
enum stage {
	STAGE_NEW,
	STAGE_EMPTY_CALL,	/* deflate() without input */
	STAGE_GATHERED,		/* input that is not compressed yet */
	STAGE_FLUSHED,
	STAGES,
};

/* Settings under which a stream is on the device or in zlib, for now or for good. */
static const char *const uses[][2] = {
	{ "auto", "60000" }, { "force", "measure" }, { "off", "measure" },
	{ "auto", "1000000" }, { "auto", "10000" },
};

static int setup(void **state)
{
	(void)state;
	return wdz_setup(&data, MIB, 5);
}

static int teardown(void **state)
{
	(void)state;
	return wdz_teardown(data);
}

struct pair {
	z_stream ours, theirs;
	struct bytes our_out, their_out;
	int bits;
	enum stage stage;
	size_t in;
	const char *dict;
};

/* One deflate() of both, with room for everything. */
static void both(struct pair *p, const uint8_t *src, size_t bytes, int flush)
{
	uint8_t *buf = malloc(MIB);
	int ours, theirs;

	assert_non_null(buf);
	p->ours.next_in = p->theirs.next_in = (Bytef *)(uintptr_t)src;
	p->ours.avail_in = p->theirs.avail_in = bytes;
	p->ours.next_out = buf;
	p->ours.avail_out = MIB;
	ours = wdz_deflate(&p->ours, flush);
	bytes_add(&p->our_out, buf, MIB - p->ours.avail_out);
	p->theirs.next_out = buf;
	p->theirs.avail_out = MIB;
	theirs = deflate(&p->theirs, flush);
	bytes_add(&p->their_out, buf, MIB - p->theirs.avail_out);
	assert_int_equal(ours, theirs);
	assert_int_equal(p->ours.total_in, p->theirs.total_in);
	assert_int_equal(p->ours.adler, p->theirs.adler);
	p->in += bytes;
	free(buf);
}

static void bring(struct pair *p, int bits, enum stage stage)
{
	*p = (struct pair){ .bits = bits, .stage = stage };
	assert_int_equal(INIT(&p->ours, deflateInit2, 6, Z_DEFLATED, bits, 8,
			      Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflateInit2(&p->theirs, 6, Z_DEFLATED, bits, 8,
				      Z_DEFAULT_STRATEGY), Z_OK);
	if (stage == STAGE_EMPTY_CALL)
		both(p, NULL, 0, Z_NO_FLUSH);
	if (stage >= STAGE_GATHERED)
		both(p, data, BYTES, stage == STAGE_FLUSHED ? Z_SYNC_FLUSH :
		     Z_NO_FLUSH);
}

/* The rest of the stream; zlib decompresses ours. */
static void finish(struct pair *p)
{
	both(p, data + p->in, BYTES, Z_FINISH);
	assert_int_equal(wdz_deflateEnd(&p->ours), deflateEnd(&p->theirs));
	if (!p->dict)
		wdz_judge(&p->our_out, p->bits, data, p->in);
	bytes_free(&p->our_out);
	bytes_free(&p->their_out);
}

static void at_every_stage(void (*ask)(struct pair *p))
{
	enum stage stage;
	struct pair p;
	unsigned int u;
	int bits;

	for (u = 0; u < COUNT_OF(uses); u++) {
		assert_int_equal(wdz_config_set("use", uses[u][0]), 0);
		assert_int_equal(wdz_config_set("threshold", uses[u][1]), 0);
		for_each_bits(bits, i) {
			for (stage = 0; stage < STAGES; stage++) {
				bring(&p, bits, stage);
				ask(&p);
				finish(&p);
			}
		}
	}
}

static void tune(struct pair *p)
{
	assert_int_equal(wdz_deflateTune(&p->ours, 4, 5, 16, 8),
			 deflateTune(&p->theirs, 4, 5, 16, 8));
}

static void test_tune(void **state)
{
	(void)state;
	at_every_stage(tune);
}

static void set_header(struct pair *p)
{
	static gz_header head = { .os = 3, .time = 1 };

	assert_int_equal(wdz_deflateSetHeader(&p->ours, &head),
			 deflateSetHeader(&p->theirs, &head));
}

static void test_set_header(void **state)
{
	(void)state;
	at_every_stage(set_header);
}

/* How much is pending is each compressor's own; behind a flush it is nothing. */
static void pending(struct pair *p)
{
	unsigned int ours = 7, theirs = 7;
	int our_bits = 7, their_bits = 7;

	assert_int_equal(wdz_deflatePending(&p->ours, &ours, &our_bits),
			 deflatePending(&p->theirs, &theirs, &their_bits));
	if (p->stage != STAGE_GATHERED) {
		assert_int_equal(ours, theirs);
		assert_int_equal(our_bits, their_bits);
	}
	assert_int_equal(wdz_deflatePending(&p->ours, NULL, NULL), Z_OK);
}

static void test_pending(void **state)
{
	(void)state;
	at_every_stage(pending);
}

static void set_dictionary(struct pair *p)
{
	int ours = wdz_deflateSetDictionary(&p->ours, data + 5000, 3000);
	int theirs = deflateSetDictionary(&p->theirs, data + 5000, 3000);

	/* Raw: whether anything is left to compress is each one's own. */
	if (p->bits > 0 || p->stage != STAGE_GATHERED)
		assert_int_equal(ours, theirs);
	assert_int_equal(wdz_deflateSetDictionary(&p->ours, NULL, 1),
			 Z_STREAM_ERROR);
	if (ours == Z_OK)
		p->dict = "it is needed to decompress";
}

static void test_set_dictionary(void **state)
{
	(void)state;
	at_every_stage(set_dictionary);
}

static void get_dictionary(struct pair *p)
{
	uint8_t ours[32768], theirs[32768];
	uInt our_len = 7, their_len = 7;

	assert_int_equal(wdz_deflateGetDictionary(&p->ours, ours, &our_len),
			 deflateGetDictionary(&p->theirs, theirs, &their_len));
	assert_int_equal(our_len, their_len);
	assert_memory_equal(ours, theirs, our_len);
	assert_int_equal(wdz_deflateGetDictionary(&p->ours, NULL, NULL), Z_OK);
}

static void test_get_dictionary(void **state)
{
	(void)state;
	at_every_stage(get_dictionary);
}

static void prime(struct pair *p)
{
	/* In front of a header they would spoil it, with zlib as well. */
	if (p->bits > 0 && p->stage == STAGE_NEW)
		return;
	/* An empty block with fixed codes. */
	assert_int_equal(wdz_deflatePrime(&p->ours, 10, 2),
			 deflatePrime(&p->theirs, 10, 2));
}

static void test_prime(void **state)
{
	(void)state;
	at_every_stage(prime);
}

static void params(struct pair *p)
{
	uint8_t buf[2 * BYTES];

	p->ours.next_out = buf;
	p->ours.avail_out = sizeof(buf);
	assert_int_equal(wdz_deflateParams(&p->ours, 2, Z_FILTERED), Z_OK);
	bytes_add(&p->our_out, buf, sizeof(buf) - p->ours.avail_out);
	p->theirs.next_out = buf;
	p->theirs.avail_out = sizeof(buf);
	assert_int_equal(deflateParams(&p->theirs, 2, Z_FILTERED), Z_OK);
	bytes_add(&p->their_out, buf, sizeof(buf) - p->theirs.avail_out);
	assert_int_equal(wdz_deflateParams(&p->ours, 2, Z_FILTERED), Z_OK);
	assert_int_equal(wdz_deflateParams(&p->ours, -2, 0), Z_STREAM_ERROR);
	assert_int_equal(wdz_deflateParams(&p->ours, 2, 5), Z_STREAM_ERROR);
}

static void test_params(void **state)
{
	(void)state;
	at_every_stage(params);
}

static void copy_and_end(struct pair *p)
{
	z_stream copy;

	assert_int_equal(wdz_deflateCopy(&copy, &p->ours), Z_OK);
	assert_int_equal(copy.total_in, p->ours.total_in);
	assert_int_equal(wdz_deflateEnd(&copy),
			 p->stage == STAGE_NEW ? Z_OK : Z_DATA_ERROR);
	assert_int_equal(wdz_deflateCopy(NULL, &p->ours), Z_STREAM_ERROR);
}

static void test_copy(void **state)
{
	(void)state;
	at_every_stage(copy_and_end);
}

static void reset(struct pair *p)
{
	assert_int_equal(wdz_deflateReset(&p->ours), deflateReset(&p->theirs));
	p->our_out.bytes = 0;
	p->their_out.bytes = 0;
	p->in = 0;
}

static void reset_keep(struct pair *p)
{
	reset(p);
	assert_int_equal(wdz_deflateResetKeep(&p->ours),
			 deflateResetKeep(&p->theirs));
}

static void test_reset(void **state)
{
	(void)state;
	at_every_stage(reset);
	at_every_stage(reset_keep);
}

static void bound(struct pair *p)
{
	/* The bound is for all of a stream: in the middle it means nothing. */
	if (p->stage > STAGE_EMPTY_CALL)
		return;
	assert_int_equal(wdz_deflateBound(&p->ours, 12345),
			 deflateBound(&p->theirs, 12345));
}

static void test_bound(void **state)
{
	(void)state;
	at_every_stage(bound);
}

/* Without a stream, or with one of neither kind. */
static void test_no_stream_as_zlib(void **state)
{
	z_stream strm = { 0 };
	Bytef byte = 0;
	uInt len;

	(void)state;
	assert_int_equal(wdz_deflateReset(NULL), Z_STREAM_ERROR);
	assert_int_equal(wdz_deflateResetKeep(&strm), Z_STREAM_ERROR);
	assert_int_equal(wdz_deflateSetDictionary(&strm, &byte, 1),
			 Z_STREAM_ERROR);
	assert_int_equal(wdz_deflateGetDictionary(&strm, &byte, &len),
			 Z_STREAM_ERROR);
	assert_int_equal(wdz_deflateCopy(&strm, &strm), Z_STREAM_ERROR);
	assert_int_equal(wdz_deflateParams(&strm, 1, 0), Z_STREAM_ERROR);
	assert_int_equal(wdz_deflateTune(&strm, 1, 1, 1, 1), Z_STREAM_ERROR);
	assert_int_equal(wdz_deflateBound(NULL, 100), deflateBound(NULL, 100));
	assert_int_equal(wdz_deflatePending(&strm, NULL, NULL),
			 Z_STREAM_ERROR);
	assert_int_equal(wdz_deflatePrime(&strm, 1, 1), Z_STREAM_ERROR);
	assert_int_equal(wdz_deflateSetHeader(&strm, NULL), Z_STREAM_ERROR);
	assert_int_equal(wdz_inflateReset(&strm), Z_STREAM_ERROR);
	assert_int_equal(wdz_inflateReset2(&strm, 15), Z_STREAM_ERROR);
	assert_int_equal(wdz_inflateResetKeep(&strm), Z_STREAM_ERROR);
	assert_int_equal(wdz_inflateSetDictionary(&strm, &byte, 1),
			 Z_STREAM_ERROR);
	assert_int_equal(wdz_inflateGetDictionary(&strm, &byte, &len),
			 Z_STREAM_ERROR);
	assert_int_equal(wdz_inflateSync(&strm), Z_STREAM_ERROR);
	assert_int_equal(wdz_inflateSyncPoint(&strm), Z_STREAM_ERROR);
	assert_int_equal(wdz_inflateCopy(&strm, &strm), Z_STREAM_ERROR);
	assert_int_equal(wdz_inflatePrime(&strm, 1, 1), Z_STREAM_ERROR);
	assert_int_equal(wdz_inflateMark(&strm), inflateMark(&strm));
	assert_int_equal(wdz_inflateGetHeader(&strm, NULL), Z_STREAM_ERROR);
	assert_int_equal(wdz_inflateUndermine(&strm, 1), Z_STREAM_ERROR);
	assert_int_equal(wdz_inflateValidate(&strm, 1), Z_STREAM_ERROR);
	assert_true(wdz_inflateCodesUsed(&strm) == inflateCodesUsed(&strm));
}

static void test_inflate_reset_keep_as_zlib(void **state)
{
	struct bytes packed = wdz_packed(data, BYTES, 6, -15);
	uint8_t ours[2][BYTES], *window = ours[1];
	z_stream strm = { 0 };
	uInt len = 0;

	(void)state;
	assert_int_equal(INIT(&strm, inflateInit2, -15), Z_OK);
	strm.next_in = packed.at;
	strm.avail_in = packed.bytes / 2;
	strm.next_out = ours[0];
	strm.avail_out = BYTES;
	assert_int_equal(wdz_inflate(&strm, Z_NO_FLUSH), Z_OK);
	assert_int_equal(wdz_inflateGetHeader(&strm, NULL), Z_STREAM_ERROR);
	assert_int_equal(wdz_inflateResetKeep(&strm), Z_OK);
	assert_int_equal(wdz_inflateGetDictionary(&strm, window, &len), Z_OK);
	assert_true(len > 0 && len <= BYTES);
	assert_memory_equal(window, data, len);
	assert_int_equal(wdz_inflateEnd(&strm), Z_OK);
	bytes_free(&packed);
}

#define case(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		case(test_tune),
		case(test_set_header),
		case(test_pending),
		case(test_set_dictionary),
		case(test_get_dictionary),
		case(test_prime),
		case(test_params),
		case(test_copy),
		case(test_reset),
		case(test_bound),
		case(test_no_stream_as_zlib),
		case(test_inflate_reset_keep_as_zlib),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
