/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The zlib drop-in, decompression: beside zlib, call by call. */
#include "wdz_support.h"

#define BYTES	(300 * KIB)

static uint8_t *data;

static int setup(void **state)
{
	(void)state;
	return wdz_setup(&data, 4 * MIB, 2);
}

static int teardown(void **state)
{
	(void)state;
	return wdz_teardown(data);
}

static void begin(z_stream *strm, int bits)
{
	*strm = (z_stream){ 0 };
	assert_int_equal(INIT(strm, inflateInit2, bits), Z_OK);
}

/* What came out of a stream, and how it ended. */
struct outcome {
	struct bytes out;
	int ret;
	uLong total_in, adler;
	char msg[64];
};

static void take_outcome(struct outcome *o, const z_stream *strm, int ret)
{
	o->ret = ret;
	o->total_in = strm->total_in;
	o->adler = strm->adler;
	snprintf(o->msg, sizeof(o->msg), "%s", strm->msg ? strm->msg : "");
}

/*
 * A whole stream, in calls of @in bytes and @room, by the calls given. It ends
 * with the stream, an error, or when neither input nor progress is left.
 */
static struct outcome unpack_by(int (*inflate_call)(z_streamp, int),
				z_stream *strm, const struct bytes *packed,
				size_t in, size_t room, int flush)
{
	uint8_t *buf = malloc(room);
	struct outcome o = { 0 };
	size_t at = 0, left;
	int ret;

	assert_non_null(buf);
	do {
		left = packed->bytes - at;
		strm->next_in = packed->at + at;
		strm->avail_in = left < in ? left : in;
		strm->next_out = buf;
		strm->avail_out = room;
		ret = inflate_call(strm, flush);
		at = strm->next_in - packed->at;
		bytes_add(&o.out, buf, room - strm->avail_out);
	} while (ret == Z_OK || (ret == Z_BUF_ERROR &&
				 (!strm->avail_out || at < packed->bytes)));
	take_outcome(&o, strm, ret);
	free(buf);
	return o;
}

static struct outcome unpack(int bits, const struct bytes *packed, size_t in,
			     size_t room, int flush)
{
	struct outcome o;
	z_stream strm;

	begin(&strm, bits);
	o = unpack_by(wdz_inflate, &strm, packed, in, room, flush);
	assert_int_equal(strm.total_out, o.out.bytes);
	assert_int_equal(wdz_inflateEnd(&strm), Z_OK);
	return o;
}

static struct outcome unpack_zlib(int bits, const struct bytes *packed,
				  size_t in, size_t room, int flush)
{
	z_stream strm = { 0 };
	struct outcome o;

	assert_int_equal(inflateInit2(&strm, bits), Z_OK);
	o = unpack_by(inflate, &strm, packed, in, room, flush);
	inflateEnd(&strm);
	return o;
}

static void expect_same(const struct outcome *ours,
			const struct outcome *theirs, const char *where)
{
	check(ours->ret == theirs->ret, "%s: %d, zlib %d", where, ours->ret,
	      theirs->ret);
	check(!strcmp(ours->msg, theirs->msg), "%s: %s, zlib %s", where,
	      ours->msg, theirs->msg);
	check(ours->out.bytes == theirs->out.bytes &&
	      (!ours->out.bytes ||
	       !memcmp(ours->out.at, theirs->out.at, ours->out.bytes)),
	      "%s: other output, %zu bytes, zlib %zu", where, ours->out.bytes,
	      theirs->out.bytes);
	/* What the device has used of the input of earlier calls is gone. */
	check(ours->total_in == theirs->total_in ||
	      (ours->ret == Z_DATA_ERROR && ours->total_in > theirs->total_in),
	      "%s: used %lu, zlib %lu", where, ours->total_in,
	      theirs->total_in);
	check(ours->adler == theirs->adler, "%s: check value", where);
}

static void test_inflate_all_formats_device_works(void **state)
{
	static const size_t in[] = { 1, 777, 70000, MIB };
	static const size_t room[] = { 1, 7, 4096, MIB };
	struct bytes packed;
	struct outcome o;
	unsigned int j, k;
	size_t bytes;
	int bits;

	(void)state;
	for_each_bits(bits, i) {
		for (j = 0; j < COUNT_OF(in); j++) {
			for (k = 0; k < COUNT_OF(room); k++) {
				bytes = in[j] == 1 || room[k] < 10 ? 3000 :
				        BYTES;
				packed = wdz_packed(data, bytes, 6, bits);
				o = unpack(bits, &packed, in[j], room[k],
					   Z_NO_FLUSH);
				assert_int_equal(o.ret, Z_STREAM_END);
				assert_int_equal(o.out.bytes, bytes);
				assert_memory_equal(o.out.at, data, bytes);
				assert_int_equal(o.total_in, packed.bytes);
				bytes_free(&o.out);
				bytes_free(&packed);
			}
		}
	}
	assert_true(wdz_counter(WDZ_COUNT_INFLATE_DEVICE_OUT) > 10 * BYTES);
	assert_int_equal(wdz_counter(WDZ_COUNT_INFLATE_SOFT_OUT), 0);
	assert_int_equal(wdz_counter(WDZ_COUNT_INFLATE_MOVED), 0);
}

/* zlib and gzip are told apart, by pieces of one byte as well. */
static void test_inflate_detects_format(void **state)
{
	struct bytes packed;
	struct outcome o;
	unsigned int i;

	(void)state;
	for (i = 0; i < 4; i++) {
		packed = wdz_packed(data, 5000, 6, i & 1 ? 31 : 15);
		o = unpack(47, &packed, i & 2 ? 1 : 5000, 3000, Z_NO_FLUSH);
		assert_int_equal(o.ret, Z_STREAM_END);
		assert_int_equal(o.adler, i & 1 ? crc32(0, data, 5000) :
				 adler32(1, data, 5000));
		assert_memory_equal(o.out.at, data, 5000);
		bytes_free(&o.out);
		bytes_free(&packed);
	}
	assert_int_equal(wdz_counter(WDZ_COUNT_INFLATE_DEVICE), 4);
}

/* Whatever follows the stream is the caller's. */
static void test_inflate_stops_behind_the_end(void **state)
{
	static const size_t rooms[] = { 1, 100, 20000, 20001, MIB };
	struct bytes packed;
	struct outcome o;
	unsigned int j;
	size_t end;
	int bits;

	(void)state;
	for_each_bits(bits, i) {
		for (j = 0; j < COUNT_OF(rooms); j++) {
			packed = wdz_packed(data, 20000, 6, bits);
			end = packed.bytes;
			bytes_add(&packed, data, 5000);
			o = unpack(bits, &packed, packed.bytes, rooms[j],
				   Z_NO_FLUSH);
			assert_int_equal(o.ret, Z_STREAM_END);
			assert_int_equal(o.total_in, end);
			assert_int_equal(o.out.bytes, 20000);
			bytes_free(&o.out);
			bytes_free(&packed);
		}
	}
}

/* In one call, with room for the output and not a byte more. */
static void test_inflate_exact_room_ends_in_one_call(void **state)
{
	uint8_t *out = malloc(MIB);
	struct bytes packed;
	z_stream strm;
	int bits;

	(void)state;
	assert_non_null(out);
	for_each_bits(bits, i) {
		packed = wdz_packed(data, MIB, 6, bits);
		bytes_add(&packed, data, 1000);
		begin(&strm, bits);
		strm.next_in = packed.at;
		strm.avail_in = packed.bytes;
		strm.next_out = out;
		strm.avail_out = MIB;
		assert_int_equal(wdz_inflate(&strm, Z_FINISH), Z_STREAM_END);
		assert_int_equal(strm.avail_in, 1000);
		assert_int_equal(strm.data_type, 64);
		/* And it stays there. */
		assert_int_equal(wdz_inflate(&strm, Z_FINISH), Z_STREAM_END);
		assert_int_equal(strm.avail_in, 1000);
		assert_memory_equal(out, data, MIB);
		assert_int_equal(wdz_inflateEnd(&strm), Z_OK);
		bytes_free(&packed);
	}
	free(out);
}

/* Some callers take a stream without input left for one that is over. */
/*
 * A peer that flushed waits for an answer: all output has to come, by Z_FINISH
 * at once, by Z_SYNC_FLUSH at the latest when asked again.
 */
static void test_inflate_flush_gives_all_there_is(void **state)
{
	struct bytes packed;
	uint8_t ours[3000], theirs[3000];
	z_stream strm, z;
	size_t cut;
	int bits;

	(void)state;
	for_each_bits(bits, i) {
		packed = wdz_packed(data, 2500, 6, bits);
		for (cut = 1; cut < packed.bytes; cut++) {
			begin(&strm, bits);
			z = (z_stream){ 0 };
			assert_int_equal(inflateInit2(&z, bits), Z_OK);
			strm.next_in = z.next_in = packed.at;
			strm.avail_in = z.avail_in = cut;
			strm.next_out = ours;
			z.next_out = theirs;
			strm.avail_out = z.avail_out = sizeof(ours);
			inflate(&z, Z_SYNC_FLUSH);
			if (cut & 1) {
				wdz_inflate(&strm, Z_SYNC_FLUSH);
				wdz_inflate(&strm, Z_SYNC_FLUSH);
			} else {
				wdz_inflate(&strm, Z_FINISH);
			}
			assert_int_equal(strm.total_out, z.total_out);
			assert_memory_equal(ours, theirs, z.total_out);
			inflateEnd(&z);
			assert_int_equal(wdz_inflateEnd(&strm), Z_OK);
		}
		bytes_free(&packed);
	}
}

/* Behind a flush nothing is held back even so. */
static void test_inflate_flushed_data_come_at_once(void **state)
{
	static const int flushes[] = { Z_PARTIAL_FLUSH, Z_SYNC_FLUSH };
	uint8_t packed[2000], back[2000];
	z_stream strm, z;
	unsigned int i, j;

	(void)state;
	for (i = 0; i < COUNT_OF(flushes); i++) {
		z = (z_stream){ 0 };
		assert_int_equal(deflateInit(&z, 6), Z_OK);
		begin(&strm, 15);
		for (j = 0; j < 200; j++) {
			z.next_in = data + j * 100;
			z.avail_in = 1 + j % 100;
			z.next_out = packed;
			z.avail_out = sizeof(packed);
			assert_int_equal(deflate(&z, flushes[i]), Z_OK);
			strm.next_in = packed;
			strm.avail_in = sizeof(packed) - z.avail_out;
			strm.next_out = back;
			strm.avail_out = sizeof(back);
			assert_int_equal(wdz_inflate(&strm, Z_SYNC_FLUSH),
					 Z_OK);
			assert_int_equal(sizeof(back) - strm.avail_out,
					 1 + j % 100);
			assert_memory_equal(back, data + j * 100, 1 + j % 100);
		}
		deflateEnd(&z);
		assert_int_equal(wdz_inflateEnd(&strm), Z_OK);
	}
	assert_int_equal(wdz_counter(WDZ_COUNT_INFLATE_MOVED), 0);
}

static void test_inflate_input_is_left_while_output_is(void **state)
{
	struct bytes packed = wdz_packed(data, BYTES, 6, -15);
	uint8_t buf[4096];
	z_stream strm;
	int ret;

	(void)state;
	begin(&strm, -15);
	strm.next_in = packed.at;
	strm.avail_in = packed.bytes;
	do {
		strm.next_out = buf;
		strm.avail_out = sizeof(buf);
		ret = wdz_inflate(&strm, Z_NO_FLUSH);
		assert_true(strm.avail_in || ret == Z_STREAM_END);
	} while (ret == Z_OK);
	assert_int_equal(ret, Z_STREAM_END);
	assert_int_equal(strm.total_out, BYTES);
	wdz_inflateEnd(&strm);
	bytes_free(&packed);
}

/* Damage anywhere: the answer is zlib's, at the place where it gives it. */
static void test_inflate_damaged_as_zlib(void **state)
{
	static const size_t steps[] = { 37, 5000, MIB };
	struct outcome ours, theirs;
	struct bytes packed;
	uint64_t random = 7;
	unsigned int round;
	char where[64];
	size_t at, in, room;
	int bits;

	(void)state;
	for_each_bits(bits, i) {
		packed = wdz_packed(data, 40000, 6, bits);
		for (round = 0; round < 120; round++) {
			at = round < 20 ? round : round < 40 ?
			     packed.bytes - 1 - (round - 20) :
			     next_random(&random) % packed.bytes;
			in = steps[round % 3];
			room = steps[round / 3 % 3];
			snprintf(where, sizeof(where), "bits %d, byte %zu",
				 bits, at);
			packed.at[at] ^= 1 << next_random(&random) % 8;
			ours = unpack(bits, &packed, in, room, Z_NO_FLUSH);
			theirs = unpack_zlib(bits, &packed, in, room,
					     Z_NO_FLUSH);
			expect_same(&ours, &theirs, where);
			bytes_free(&ours.out);
			bytes_free(&theirs.out);
			bytes_free(&packed);
			packed = wdz_packed(data, 40000, 6, bits);
		}
		bytes_free(&packed);
	}
	assert_true(wdz_counter(WDZ_COUNT_INFLATE_MOVED) > 100);
}

static void test_inflate_truncated_as_zlib(void **state)
{
	struct outcome ours, theirs;
	struct bytes packed;
	size_t whole;
	int bits;

	(void)state;
	for_each_bits(bits, i) {
		packed = wdz_packed(data, 2000, 6, bits);
		whole = packed.bytes;
		for (packed.bytes = 0; packed.bytes < whole; packed.bytes++) {
			ours = unpack(bits, &packed, 100, 9999, Z_FINISH);
			theirs = unpack_zlib(bits, &packed, 100, 9999,
					     Z_FINISH);
			assert_int_equal(ours.ret, theirs.ret);
			assert_int_equal(ours.ret, Z_BUF_ERROR);
			assert_int_equal(ours.total_in, theirs.total_in);
			bytes_free(&ours.out);
			bytes_free(&theirs.out);
		}
		bytes_free(&packed);
	}
}

/* One call of a stream that is being read. */
static void pull(z_stream *strm, struct bytes *out, size_t room)
{
	uint8_t *buf = malloc(room);

	assert_non_null(buf);
	strm->next_out = buf;
	strm->avail_out = room;
	assert_int_equal(wdz_inflate(strm, Z_NO_FLUSH), Z_OK);
	bytes_add(out, buf, room - strm->avail_out);
	free(buf);
}

/* What is left of it. */
static void pull_rest(z_stream *strm, struct bytes *out, const uint8_t *want)
{
	uint8_t *buf = malloc(MIB);
	int ret;

	assert_non_null(buf);
	do {
		strm->next_out = buf;
		strm->avail_out = MIB;
		ret = wdz_inflate(strm, Z_NO_FLUSH);
		bytes_add(out, buf, MIB - strm->avail_out);
	} while (ret == Z_OK);
	assert_int_equal(ret, Z_STREAM_END);
	assert_int_equal(out->bytes, BYTES);
	assert_memory_equal(out->at, want, BYTES);
	free(buf);
}

static void test_inflate_device_dies_software_goes_on(void **state)
{
	struct bytes packed, out = { 0 };
	unsigned int when, call;
	z_stream strm;
	int bits;

	(void)state;
	for_each_bits(bits, i) {
		packed = wdz_packed(data, BYTES, 6, bits);
		for (when = 0; when < 4; when++) {
			wdz_stop();
			wdz_start(NULL);
			begin(&strm, bits);
			strm.next_in = packed.at;
			for (call = 0; call < 4; call++) {
				if (call == when)
					wd_fake_remove(0);
				strm.avail_in = packed.bytes / 5;
				pull(&strm, &out, 20000);
			}
			strm.avail_in = packed.at + packed.bytes - strm.next_in;
			pull_rest(&strm, &out, data);
			assert_int_equal(strm.total_in, packed.bytes);
			assert_int_equal(wdz_inflateEnd(&strm), Z_OK);
			assert_int_equal(wdz_counter(WDZ_COUNT_INFLATE_SOFT),
					 when ? 0 : 1);
			bytes_free(&out);
		}
		bytes_free(&packed);
	}
}

/* With too little kept the stream ends, and says so ever after. */
static void test_inflate_device_dies_nothing_kept_is_lost(void **state)
{
	struct bytes packed = wdz_packed(data, BYTES, 6, 15), out = { 0 };
	uint8_t buf[256 * KIB];
	z_stream strm;
	unsigned int i;

	(void)state;
	assert_int_equal(wdz_config_set("replay_bytes", "100"), 0);
	begin(&strm, 15);
	strm.next_in = packed.at;
	strm.avail_in = packed.bytes / 2;
	pull(&strm, &out, 256 * KIB);
	wd_fake_remove(0);
	strm.avail_in = packed.bytes - strm.total_in;
	for (i = 0; i < 2; i++) {
		strm.next_out = buf;
		strm.avail_out = sizeof(buf);
		assert_int_equal(wdz_inflate(&strm, Z_NO_FLUSH),
				 Z_STREAM_ERROR);
		assert_non_null(strm.msg);
	}
	assert_memory_equal(out.at, data, out.bytes);
	assert_int_equal(wdz_inflateReset(&strm), Z_OK);
	assert_int_equal(wdz_inflateEnd(&strm), Z_OK);
	bytes_free(&out);
	bytes_free(&packed);
}

/* What only zlib can answer, in the middle; the stream goes on after it. */
static void ask_mark(z_stream *strm)
{
	assert_int_not_equal(wdz_inflateMark(strm), -65536);
}

static void ask_dictionary(z_stream *strm)
{
	uint8_t window[32768];
	uInt len;

	assert_int_equal(wdz_inflateGetDictionary(strm, window, &len), Z_OK);
	assert_int_equal(len, 32768);
	assert_memory_equal(window, data + strm->total_out - len, len);
}

static void ask_sync_point(z_stream *strm)
{
	assert_int_equal(wdz_inflateSyncPoint(strm), 0);
}

static void ask_codes(z_stream *strm)
{
	assert_true(wdz_inflateCodesUsed(strm) != (unsigned long)-1);
}

static void ask_validate(z_stream *strm)
{
	assert_int_equal(wdz_inflateValidate(strm, 1), Z_OK);
}

static void ask_undermine(z_stream *strm)
{
	wdz_inflateUndermine(strm, 0);
}

static void ask_block(z_stream *strm)
{
	uint8_t byte[1];

	strm->next_out = byte;
	strm->avail_out = 0;
	strm->avail_in = 0;
	assert_int_equal(wdz_inflate(strm, Z_BLOCK), Z_BUF_ERROR);
}

static void ask_wrong_dictionary(z_stream *strm)
{
	/* Raw deflate takes one at any time. */
	if (strm->adler)
		assert_int_equal(wdz_inflateSetDictionary(strm, data, 10),
				 Z_STREAM_ERROR);
}

static void test_inflate_zlibs_answers_then_on(void **state)
{
	static void (*const asks[])(z_stream *) = {
		ask_mark, ask_dictionary, ask_sync_point, ask_codes,
		ask_validate, ask_undermine, ask_block, ask_wrong_dictionary,
	};
	struct bytes packed, out = { 0 };
	z_stream strm;
	unsigned int j;
	int bits;

	(void)state;
	for_each_bits(bits, i) {
		packed = wdz_packed(data, BYTES, 6, bits);
		for (j = 0; j < COUNT_OF(asks); j++) {
			begin(&strm, bits);
			strm.next_in = packed.at;
			strm.avail_in = packed.bytes / 2;
			pull(&strm, &out, 50000);
			asks[j](&strm);
			strm.avail_in = packed.at + packed.bytes - strm.next_in;
			pull_rest(&strm, &out, data);
			assert_int_equal(wdz_inflateEnd(&strm), Z_OK);
			bytes_free(&out);
		}
		bytes_free(&packed);
	}
}

/* A stream of blocks that end after every 1000 bytes. */
static struct bytes packed_blocks(int bits, unsigned int blocks)
{
	struct bytes out = { .room = MIB, .at = malloc(MIB) };
	z_stream strm = { .next_in = data, .next_out = out.at, .avail_out = MIB };

	assert_non_null(out.at);
	assert_int_equal(deflateInit2(&strm, 6, Z_DEFLATED, bits, 8,
				      Z_DEFAULT_STRATEGY), Z_OK);
	while (blocks--) {
		strm.avail_in = 1000;
		assert_int_equal(deflate(&strm, blocks ? Z_BLOCK : Z_FINISH),
				 blocks ? Z_OK : Z_STREAM_END);
	}
	out.bytes = strm.total_out;
	deflateEnd(&strm);
	return out;
}

/* Every length that is cut off. */
static void uncompress_cut_off(const struct bytes *packed)
{
	uint8_t ours[8000], theirs[8000];
	uLongf our_len, their_len;
	uLong cut;

	for (cut = 0; cut <= packed->bytes; cut++) {
		our_len = their_len = sizeof(ours);
		check(wdz_uncompress(ours, &our_len, packed->at, cut) ==
		      uncompress(theirs, &their_len, packed->at, cut),
		      "cut at %lu", cut);
		check(our_len == their_len, "cut at %lu: %lu, zlib %lu", cut,
		      our_len, their_len);
		assert_memory_equal(ours, theirs, our_len);
	}
}

/* In one go, too: what there is comes out to the last byte. */
static void test_uncompress_truncated_as_zlib(void **state)
{
	struct bytes packed = packed_blocks(15, 2);

	(void)state;
	uncompress_cut_off(&packed);
	bytes_free(&packed);
	packed = wdz_packed((const uint8_t *)"a short text, a shorter one", 28,
			    1, 15);
	uncompress_cut_off(&packed);
	bytes_free(&packed);
}

/* One call of each; where they stop is the same. */
static int both_stop(z_stream *ours, z_stream *theirs, int flush, size_t room)
{
	uint8_t buf[2][8000];
	int ret;

	ours->next_out = buf[0];
	theirs->next_out = buf[1];
	ours->avail_out = theirs->avail_out = room;
	ret = wdz_inflate(ours, flush);
	assert_int_equal(ret, inflate(theirs, flush));
	assert_int_equal(ours->total_out, theirs->total_out);
	assert_memory_equal(buf[0], buf[1], ours->next_out - buf[0]);
	if (flush != Z_NO_FLUSH)
		assert_int_equal(ours->data_type & 384,
				 theirs->data_type & 384);
	return ret;
}

/* Blocks that the device had, but whose output had no room. */
static void test_inflate_stops_at_blocks_behind_full_output(void **state)
{
	static const int flushes[] = { Z_BLOCK, Z_TREES };
	static const size_t rooms[] = { 1, 500, 999, 1000, 1001, 2500, 4999 };
	struct bytes packed;
	z_stream ours, theirs;
	unsigned int j, k;
	int bits, ret;

	(void)state;
	for_each_bits(bits, i) {
		packed = packed_blocks(bits, 5);
		for (j = 0; j < COUNT_OF(rooms) * COUNT_OF(flushes); j++) {
			begin(&ours, bits);
			theirs = (z_stream){ 0 };
			assert_int_equal(inflateInit2(&theirs, bits), Z_OK);
			ours.next_in = theirs.next_in = packed.at;
			ours.avail_in = theirs.avail_in = packed.bytes;
			both_stop(&ours, &theirs, Z_NO_FLUSH, rooms[j / 2]);
			ret = Z_OK;
			for (k = 0; k < 40 && ret != Z_STREAM_END; k++)
				ret = both_stop(&ours, &theirs, flushes[j % 2],
						8000);
			assert_int_equal(ret, Z_STREAM_END);
			assert_int_equal(ours.total_in, theirs.total_in);
			assert_int_equal(wdz_inflateEnd(&ours), Z_OK);
			inflateEnd(&theirs);
		}
		bytes_free(&packed);
	}
	assert_true(wdz_counter(WDZ_COUNT_INFLATE_MOVED) > 0);
}

static void test_inflate_copy_both_go_on(void **state)
{
	struct bytes packed, out = { 0 }, other = { 0 };
	z_stream strm, copy;
	unsigned int calls, j;
	int bits;

	(void)state;
	for_each_bits(bits, i) {
		packed = wdz_packed(data, BYTES, 6, bits);
		for (calls = 0; calls < 4; calls++) {
			begin(&strm, bits);
			strm.next_in = packed.at;
			strm.avail_in = packed.bytes;
			for (j = 0; j < calls; j++)
				pull(&strm, &out, 33333);
			assert_int_equal(wdz_inflateCopy(&copy, &strm), Z_OK);
			bytes_add(&other, out.at, out.bytes);
			pull_rest(&strm, &out, data);
			assert_int_equal(wdz_inflateEnd(&strm), Z_OK);
			pull_rest(&copy, &other, data);
			assert_int_equal(wdz_inflateEnd(&copy), Z_OK);
			bytes_free(&out);
			bytes_free(&other);
		}
		bytes_free(&packed);
	}
}

/* Behind damage, at the next full flush, there is data again. */
static void test_inflate_sync_finds_the_next_flush(void **state)
{
	struct bytes packed = { 0 };
	z_stream strm, z = { 0 };
	uint8_t buf[20000];

	(void)state;
	assert_int_equal(deflateInit(&z, 6), Z_OK);
	packed.at = malloc(BYTES);
	assert_non_null(packed.at);
	z.next_out = packed.at;
	z.avail_out = BYTES;
	z.next_in = data;
	z.avail_in = 10000;
	assert_int_equal(deflate(&z, Z_FULL_FLUSH), Z_OK);
	packed.at[2] = 0xff;
	z.next_in = data;
	z.avail_in = 10000;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	packed.bytes = z.total_out;
	deflateEnd(&z);

	begin(&strm, 15);
	strm.next_in = packed.at;
	strm.avail_in = packed.bytes;
	strm.next_out = buf;
	strm.avail_out = sizeof(buf);
	assert_int_equal(wdz_inflate(&strm, Z_NO_FLUSH), Z_DATA_ERROR);
	assert_int_equal(wdz_inflateSync(&strm), Z_OK);
	strm.next_out = buf;
	strm.avail_out = sizeof(buf);
	wdz_inflate(&strm, Z_FINISH);
	assert_int_equal(sizeof(buf) - strm.avail_out, 10000);
	assert_memory_equal(buf, data, 10000);
	wdz_inflateEnd(&strm);
	bytes_free(&packed);
}

static int finish(z_stream *strm, const struct bytes *packed, uint8_t *buf)
{
	strm->next_in = packed->at;
	strm->avail_in = packed->bytes;
	strm->next_out = buf;
	strm->avail_out = BYTES;
	return wdz_inflate(strm, Z_FINISH);
}

/* From inflateSync() on zlib compares no check values, until inflateReset2(). */
static void test_inflate_sync_outlasts_reset(void **state)
{
	struct bytes packed = wdz_packed(data, BYTES, 6, 15);
	uint8_t *buf = malloc(BYTES);
	z_stream strm;

	(void)state;
	assert_non_null(buf);
	begin(&strm, 15);
	strm.next_in = packed.at;
	strm.avail_in = 2;
	strm.next_out = buf;
	strm.avail_out = BYTES;
	assert_int_equal(wdz_inflate(&strm, Z_NO_FLUSH), Z_OK);
	strm.next_in = (uint8_t *)"\x00\x00\xff\xff";
	strm.avail_in = 4;
	assert_int_equal(wdz_inflateSync(&strm), Z_OK);

	assert_int_equal(wdz_inflateReset(&strm), Z_OK);
	assert_int_equal(finish(&strm, &packed, buf), Z_STREAM_END);
	assert_int_equal(strm.adler, 1);
	assert_memory_equal(buf, data, BYTES);
	packed.at[packed.bytes - 1] ^= 1;
	assert_int_equal(wdz_inflateReset(&strm), Z_OK);
	assert_int_equal(finish(&strm, &packed, buf), Z_STREAM_END);
	assert_int_equal(wdz_inflateReset2(&strm, 15), Z_OK);
	assert_int_equal(finish(&strm, &packed, buf), Z_DATA_ERROR);
	wdz_inflateEnd(&strm);
	free(buf);
	bytes_free(&packed);
}

static void test_inflate_preset_dictionary(void **state)
{
	z_stream strm, z = { 0 };
	uint8_t packed[20000], buf[10000];

	(void)state;
	assert_int_equal(deflateInit(&z, 6), Z_OK);
	assert_int_equal(deflateSetDictionary(&z, data, 5000), Z_OK);
	z.next_in = data;
	z.avail_in = 10000;
	z.next_out = packed;
	z.avail_out = sizeof(packed);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);

	begin(&strm, 15);
	strm.next_in = packed;
	strm.avail_in = z.total_out;
	strm.next_out = buf;
	strm.avail_out = sizeof(buf);
	assert_int_equal(wdz_inflate(&strm, Z_NO_FLUSH), Z_NEED_DICT);
	assert_int_equal(strm.adler, adler32(1, data, 5000));
	assert_int_equal(wdz_inflateSetDictionary(&strm, data, 5000), Z_OK);
	assert_int_equal(wdz_inflate(&strm, Z_FINISH), Z_STREAM_END);
	assert_memory_equal(buf, data, 10000);
	assert_int_equal(wdz_inflateEnd(&strm), Z_OK);
}

static void test_inflate_reset_begins_anew(void **state)
{
	struct bytes packed[2] = {
		wdz_packed(data, BYTES, 6, 31), wdz_packed(data, BYTES, 6, -15),
	}, out = { 0 };
	z_stream strm;
	unsigned int i;

	(void)state;
	begin(&strm, 31);
	for (i = 0; i < 4; i++) {
		strm.next_in = packed[0].at;
		strm.avail_in = packed[0].bytes;
		pull(&strm, &out, 1000);
		out.bytes = 0;
		assert_int_equal(i & 1 ? wdz_inflateReset2(&strm, -15) :
				 wdz_inflateReset(&strm), Z_OK);
		assert_int_equal(strm.total_out, 0);
		strm.next_in = packed[i & 1].at;
		strm.avail_in = packed[i & 1].bytes;
		pull_rest(&strm, &out, data);
		out.bytes = 0;
		assert_int_equal(wdz_inflateReset2(&strm, 31), Z_OK);
	}
	assert_int_equal(wdz_inflateReset2(&strm, 99), Z_STREAM_ERROR);
	assert_int_equal(wdz_inflateEnd(&strm), Z_OK);
	assert_int_equal(wdz_counter(WDZ_COUNT_INFLATE_DEVICE), 8);
	bytes_free(&out);
	bytes_free(&packed[0]);
	bytes_free(&packed[1]);
}

/* A wrong check value is none if it is not to be looked at, resets included. */
static void test_inflate_unchecked_lasts_over_reset(void **state)
{
	struct bytes packed = wdz_packed(data, BYTES, 6, 31), out = { 0 };
	z_stream strm;
	unsigned int i;

	(void)state;
	packed.at[packed.bytes - 5] ^= 1;
	begin(&strm, 31);
	assert_int_equal(wdz_inflateValidate(&strm, 0), Z_OK);
	for (i = 0; i < 2; i++) {
		strm.next_in = packed.at;
		strm.avail_in = packed.bytes;
		out.bytes = 0;
		pull_rest(&strm, &out, data);
		assert_int_equal(wdz_inflateReset(&strm), Z_OK);
	}
	assert_int_equal(wdz_counter(WDZ_COUNT_INFLATE_DEVICE), 0);
	assert_int_equal(wdz_inflateReset2(&strm, 31), Z_OK);
	strm.next_in = packed.at;
	strm.avail_in = packed.bytes;
	pull(&strm, &out, 1000);
	assert_int_equal(wdz_counter(WDZ_COUNT_INFLATE_DEVICE), 1);
	assert_int_equal(wdz_inflateEnd(&strm), Z_OK);
	bytes_free(&out);
	bytes_free(&packed);
}

static void test_inflate_small_window_is_zlibs(void **state)
{
	struct bytes packed = wdz_packed(data, 20000, 6, -15);
	struct outcome ours, theirs;

	(void)state;
	ours = unpack(-10, &packed, 100, 100, Z_NO_FLUSH);
	theirs = unpack_zlib(-10, &packed, 100, 100, Z_NO_FLUSH);
	expect_same(&ours, &theirs, "window of 1 KiB");
	assert_int_equal(ours.ret, Z_DATA_ERROR);
	assert_int_equal(wdz_counter(WDZ_COUNT_INFLATE_DEVICE), 0);
	bytes_free(&ours.out);
	bytes_free(&theirs.out);
	bytes_free(&packed);
}

/* QM V2 has no raw deflate; that costs a look at the devices, not the stream. */
static void test_inflate_v2_raw_is_zlibs(void **state)
{
	static const struct wd_fake_config v2 = {
		.instant = true, .revision = HISI_QM_REV_V2,
	};
	struct bytes packed;
	struct outcome o;
	int bits;

	(void)state;
	wdz_stop();
	wdz_start(&v2);
	for_each_bits(bits, i) {
		packed = wdz_packed(data, BYTES, 6, bits);
		o = unpack(bits, &packed, 5000, 5000, Z_NO_FLUSH);
		assert_int_equal(o.ret, Z_STREAM_END);
		assert_memory_equal(o.out.at, data, BYTES);
		bytes_free(&o.out);
		bytes_free(&packed);
	}
	assert_int_equal(wdz_counter(WDZ_COUNT_INFLATE_DEVICE), 2);
	assert_int_equal(wdz_counter(WDZ_COUNT_INFLATE_SOFT), 1);
}

static void test_inflate_wrong_calls_as_zlib(void **state)
{
	struct bytes packed = wdz_packed(data, BYTES, 6, 15), out = { 0 };
	z_stream strm, moved;
	uint8_t byte[1];

	(void)state;
	begin(&strm, 15);
	assert_int_equal(wdz_inflate(NULL, 0), Z_STREAM_ERROR);
	assert_int_equal(wdz_inflate(&strm, 0), Z_STREAM_ERROR);
	strm.next_in = packed.at;
	strm.avail_in = packed.bytes / 2;
	pull(&strm, &out, 1000);
	strm.next_out = NULL;
	assert_int_equal(wdz_inflate(&strm, 0), Z_STREAM_ERROR);
	strm.next_out = byte;
	moved = strm;
	assert_int_equal(wdz_inflate(&moved, 0), Z_STREAM_ERROR);
	strm.next_in = NULL;
	assert_int_equal(wdz_inflate(&strm, 0), Z_STREAM_ERROR);
	assert_int_equal(wdz_deflate(&strm, 0), Z_STREAM_ERROR);
	assert_int_equal(wdz_inflateEnd(&strm), Z_OK);
	assert_int_equal(wdz_inflateEnd(&strm), Z_STREAM_ERROR);
	bytes_free(&out);
	bytes_free(&packed);
}

#define case(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		case(test_inflate_all_formats_device_works),
		case(test_inflate_detects_format),
		case(test_inflate_stops_behind_the_end),
		case(test_inflate_exact_room_ends_in_one_call),
		case(test_inflate_flush_gives_all_there_is),
		case(test_inflate_flushed_data_come_at_once),
		case(test_inflate_input_is_left_while_output_is),
		case(test_inflate_damaged_as_zlib),
		case(test_inflate_truncated_as_zlib),
		case(test_inflate_device_dies_software_goes_on),
		case(test_inflate_device_dies_nothing_kept_is_lost),
		case(test_inflate_zlibs_answers_then_on),
		case(test_uncompress_truncated_as_zlib),
		case(test_inflate_stops_at_blocks_behind_full_output),
		case(test_inflate_copy_both_go_on),
		case(test_inflate_sync_finds_the_next_flush),
		case(test_inflate_sync_outlasts_reset),
		case(test_inflate_preset_dictionary),
		case(test_inflate_reset_begins_anew),
		case(test_inflate_unchecked_lasts_over_reset),
		case(test_inflate_small_window_is_zlibs),
		case(test_inflate_v2_raw_is_zlibs),
		case(test_inflate_wrong_calls_as_zlib),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
