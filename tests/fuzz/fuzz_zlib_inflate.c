/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Decompression by zlib and by the drop-in on the built-in device: the same
 * input, good or damaged, and the same calls. After each of them there are the
 * same bytes, return code, check value and message. How much input was taken
 * is the same wherever zlib.h says how much that is: when there was room left,
 * at the end of the stream, and at the boundaries where Z_BLOCK stops.
 */
#include "fuzz_zlib.h"

#define MAX_PLAIN	60000u
#define MAX_CODED	400000u
#define MAX_FLUSHES	200
#define MAX_OPS		64
#define MAX_CALLS	100000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Where inflateGetHeader() puts things. */
struct header {
	gz_header got;
	uint8_t extra[24];
	uint8_t name[24];
	uint8_t comment[24];
};

/* One of the two. */
struct side {
	const struct zcalls *calls;
	z_stream z;
	struct heap heap;
	struct header header;
	size_t at;		/* input that it took */
	uint8_t *out;		/* of the last call */
	size_t produced;
	int ret;
};

struct fuzz {
	struct input in;
	uint8_t *coded;
	size_t len;
	size_t goal;		/* input handed in so far */
	int format;
	int skip;		/* bits before the first stream */
	bool damaged;
	size_t flushed_at[MAX_FLUSHES];	/* ends of what was flushed or ended */
	unsigned int flushes;
	uint8_t *dict;		/* that it was compressed with, or NULL */
	size_t dict_len;
	bool heap;
	bool fresh;		/* no call that decompresses since init or reset */
	bool ended;		/* at its end or at an error, since then */
	bool unchecked;		/* inflateValidate() was called */
	bool read_ahead;	/* the drop-in has, since then */
	bool at_block;		/* Z_BLOCK or Z_TREES was the last */
	bool has_header;
	bool parted;		/* nothing can be compared any more */
	uint8_t *late_bytes;	/* zlib's output that is still to come from ours */
	size_t late;
	struct side side[2];
};

#define ZLIB(f)	(&(f)->side[0])
#define OURS(f)	(&(f)->side[1])
#define FOR_SIDES(f, side) \
	for (side = (f)->side; side < (f)->side + 2; side++)

/* Compressing, to have something to decompress. */

enum {
	RAW,
	ZLIB_FORMAT,
	GZIP,
};

static int with_format(int format, int bits)
{
	return format == RAW ? -bits : format == GZIP ? bits + 16 : bits;
}

static void coded_header(struct fuzz *f, z_stream *z, gz_header *head)
{
	static uint8_t name[] = "a name that is there",
		       comment[] = "a comment that is longer than there is room for";
	uint8_t what = take(&f->in);

	memset(head, 0, sizeof(*head));
	head->os = 3;
	head->hcrc = what & 1;
	head->text = what >> 1 & 1;
	if (what & 4)
		head->name = name;
	if (what & 8)
		head->comment = comment;
	if (what & 16) {
		head->extra = comment;
		head->extra_len = what >> 3;
	}
	CHECK(deflateSetHeader(z, head) == Z_OK);
}

static void coded_dictionary(struct fuzz *f, z_stream *z, const uint8_t *plain,
			     size_t len)
{
	if (f->dict || !len)
		return;
	f->dict_len = len / 2 + 1;
	f->dict = exact(plain, f->dict_len);
	CHECK(deflateSetDictionary(z, f->dict, (uInt)f->dict_len) == Z_OK);
}

/* Appends a stream, in pieces that end with a flush. */
static void add_member(struct fuzz *f, int format)
{
	static const uint8_t flushes[] = { Z_NO_FLUSH, Z_SYNC_FLUSH, Z_FULL_FLUSH,
					   Z_PARTIAL_FLUSH, Z_BLOCK };
	uint8_t how = take(&f->in), more = take(&f->in);
	size_t len, piece = take_size(&f->in) + 1, n;
	uint8_t *plain = make_plain(&f->in, &len, MAX_PLAIN);
	z_stream z = { 0 };
	gz_header head;
	int flush, ret;

	CHECK(deflateInit2(&z, how % 10, Z_DEFLATED,
			   with_format(format, more & 7 ? 15 : 9 + how % 7),
			   1 + how % 9, more >> 3 & 3) == Z_OK);
	if (format == GZIP && more & 32)
		coded_header(f, &z, &head);
	if (format != GZIP && more >> 5 == 7)
		coded_dictionary(f, &z, plain, len);
	if (format == RAW && more & 64 && !f->len) {
		f->skip = how % 7 + 1;
		CHECK(deflatePrime(&z, f->skip, 0) == Z_OK);
	}
	if (piece < len / 50)
		piece += len / 50;
	z.next_in = plain;
	z.next_out = f->coded + f->len;
	z.avail_out = (uInt)(MAX_CODED - f->len);
	n = len;
	do {
		z.avail_in = (uInt)(n < piece ? n : piece);
		n -= z.avail_in;
		flush = n ? flushes[how % sizeof(flushes)] : Z_FINISH;
		ret = deflate(&z, flush);
		CHECK(ret == (n ? Z_OK : Z_STREAM_END) || ret == Z_BUF_ERROR);
		if (flush != Z_NO_FLUSH && flush != Z_BLOCK &&
		    f->flushes < MAX_FLUSHES)
			f->flushed_at[f->flushes++] = MAX_CODED - z.avail_out;
	} while (n);
	CHECK(ret == Z_STREAM_END);
	f->len = MAX_CODED - z.avail_out;
	deflateEnd(&z);
	free(plain);
}

static void add_rest(struct fuzz *f)
{
	size_t n = take(&f->in);

	if (n > f->in.left)
		n = f->in.left;
	memcpy(f->coded + f->len, f->in.next, n);
	f->in.next += n;
	f->in.left -= n;
	f->len += n;
}

static void damage(struct fuzz *f)
{
	unsigned int edits = take(&f->in);
	size_t at;

	/* Most are whole. */
	for (edits = edits < 128 ? 0 : edits % 5; edits && f->len; edits--) {
		at = take(&f->in);
		at = (at | (size_t)take(&f->in) << 8) % f->len;
		f->coded[at] ^= (uint8_t)(1 + take(&f->in) % 255);
		f->damaged = true;
	}
	if (take(&f->in) % 16 == 1)
		f->len -= take_size(&f->in) % (f->len + 1);
	if (!f->len)
		f->skip = 0;
}

static void make_coded(struct fuzz *f)
{
	unsigned int members = take(&f->in) % 8;

	f->coded = malloc(MAX_CODED);
	CHECK(f->coded);
	f->format = take(&f->in) % 3;
	if (members > 3)
		members = 1;
	while (members--)
		add_member(f, f->format);
	add_rest(f);
	damage(f);
}

/* The calls. */

static void call(struct fuzz *f, struct side *side, int flush, size_t room)
{
	size_t n = f->goal - side->at;
	uint8_t *in = exact(f->coded + side->at, n);
	uLong total_in = side->z.total_in, total_out = side->z.total_out;
	z_stream *z = &side->z;

	free(side->out);
	side->out = exact(NULL, room);
	z->next_in = in;
	z->avail_in = (uInt)n;
	z->next_out = side->out;
	z->avail_out = (uInt)room;
	side->ret = side->calls->inflate(z, flush);
	CHECK(z->avail_in <= n && z->avail_out <= room);
	n -= z->avail_in;
	side->produced = room - z->avail_out;
	CHECK(z->next_in == in + n && z->next_out == side->out + side->produced);
	/* zlib forgets to count before it asks for a dictionary. */
	if (side->ret != Z_NEED_DICT)
		CHECK(z->total_in == total_in + n);
	CHECK(z->total_out == total_out + side->produced);
	side->at += n;
	free(in);
}

/* There was nothing to read or no room to write to: no way to tell them apart. */
static bool same_ret(const struct fuzz *f, size_t room)
{
	int zlib = f->side[0].ret, ours = f->side[1].ret;

	if (zlib == ours)
		return true;
	return !room && (zlib == Z_OK || zlib == Z_BUF_ERROR) &&
	       (ours == Z_OK || ours == Z_BUF_ERROR);
}

static void same_header(const struct header *zlib, const struct header *ours)
{
	SAME("gzip done", zlib->got.done, ours->got.done);
	if (zlib->got.done != 1)
		return;
	SAME("gzip text", zlib->got.text, ours->got.text);
	SAME("gzip time", zlib->got.time, ours->got.time);
	SAME("gzip xflags", zlib->got.xflags, ours->got.xflags);
	SAME("gzip os", zlib->got.os, ours->got.os);
	SAME("gzip hcrc", zlib->got.hcrc, ours->got.hcrc);
	SAME("gzip extra", !zlib->got.extra, !ours->got.extra);
	SAME("gzip name", !zlib->got.name, !ours->got.name);
	SAME("gzip comment", !zlib->got.comment, !ours->got.comment);
	SAME("gzip extra_len", zlib->got.extra_len, ours->got.extra_len);
	CHECK(!memcmp(zlib->extra, ours->extra, sizeof(zlib->extra)));
	CHECK(!memcmp(zlib->name, ours->name, sizeof(zlib->name)));
	CHECK(!memcmp(zlib->comment, ours->comment, sizeof(zlib->comment)));
}

/* Where zlib.h says how much input a call takes. */
static bool is_exact(const struct fuzz *f)
{
	const struct side *zlib = &f->side[0];

	if (zlib->ret == Z_STREAM_END || zlib->ret == Z_NEED_DICT)
		return true;
	if (zlib->ret != Z_OK && zlib->ret != Z_BUF_ERROR)
		return false;
	if (zlib->z.avail_out && !f->at_block)
		return true;
	return f->at_block &&
	       (zlib->z.avail_out || zlib->z.data_type & (128 | 256));
}

/* All input so far, and it ends where a flush did. */
static bool is_flushed(const struct fuzz *f)
{
	unsigned int i;

	if (f->damaged || OURS(f)->at != f->goal)
		return false;
	for (i = 0; i < f->flushes; i++)
		if (f->flushed_at[i] == f->goal)
			return true;
	return false;
}

/*
 * Codes with bit patterns that stand for nothing zlib refuses at once; a device
 * may do so only when it meets such a pattern (docs/zlib.md).
 */
static bool refuses_codes(const struct side *zlib)
{
	static const char *const words[] = {
		"invalid code lengths set", "invalid literal/lengths set",
		"invalid distances set",
	};
	size_t i;

	if (zlib->ret != Z_DATA_ERROR)
		return false;
	for (i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (zlib->z.msg && !strcmp(zlib->z.msg, words[i]))
			return true;
	return false;
}

/* What zlib gave, as far as the drop-in has not. */
static void same_bytes(struct fuzz *f)
{
	struct side *zlib = ZLIB(f), *ours = OURS(f);

	if (refuses_codes(zlib) && ours->produced > f->late + zlib->produced) {
		f->parted = true;
		return;
	}
	f->late_bytes = realloc(f->late_bytes, f->late + zlib->produced + 1);
	CHECK(f->late_bytes);
	memcpy(f->late_bytes + f->late, zlib->out, zlib->produced);
	f->late += zlib->produced;
	zlib->produced = 0;
	if (ours->produced > f->late)
		FAIL("%zu bytes more than zlib's %lu", ours->produced - f->late,
		     zlib->z.total_out);
	if (memcmp(f->late_bytes, ours->out, ours->produced))
		FAIL("different bytes in the last %zu of %lu", ours->produced,
		     ours->z.total_out);
	f->late -= ours->produced;
	memmove(f->late_bytes, f->late_bytes + ours->produced, f->late);
	ours->produced = 0;
}

/*
 * "It may introduce some output latency", says zlib.h, "except when forced to
 * flush": one call without input and with that much room has to give the rest.
 * Behind what its writer flushed there is no latency at all.
 */
static void catch_up(struct fuzz *f)
{
	/* Of what is wrong there it may learn later, too. */
	bool is_error = ZLIB(f)->ret == Z_DATA_ERROR &&
			(OURS(f)->ret == Z_OK || OURS(f)->ret == Z_BUF_ERROR);

	if (f->parted || (!f->late && !is_error))
		return;
	if (f->late && is_flushed(f))
		FAIL("%zu bytes are late behind a flush", f->late);
	/* No more than zlib had room for. */
	call(f, OURS(f), Z_SYNC_FLUSH,
	     f->late + (ZLIB(f)->z.avail_out || !f->late));
	same_bytes(f);
	if (f->parted)
		return;
	if (f->late)
		FAIL("%zu bytes that zlib gave are not given when asked to flush",
		     f->late);
	/* That there was nothing more to be had is no news. */
	if (OURS(f)->ret == Z_BUF_ERROR || OURS(f)->ret == Z_OK)
		OURS(f)->ret = ZLIB(f)->ret == Z_BUF_ERROR ? Z_BUF_ERROR : Z_OK;
}

/* After a call of both with the same room. */
static void same(struct fuzz *f, int flush, size_t room)
{
	struct side *zlib = ZLIB(f), *ours = OURS(f);
	int ret = zlib->ret;

	f->read_ahead |= zlib->at != ours->at;
	f->ended |= ret != Z_OK && ret != Z_BUF_ERROR;
	same_bytes(f);
	if (flush == Z_NO_FLUSH || flush == Z_SYNC_FLUSH)
		catch_up(f);
	f->parted |= refuses_codes(zlib) && ours->ret != Z_DATA_ERROR;
	if (f->parted)
		return;
	if (f->late)
		FAIL("%zu bytes less than zlib's %lu", f->late, zlib->z.total_out);
	if (!same_ret(f, room))
		FAIL("inflate: zlib %d %s, drop-in %d %s", ret,
		     zlib->z.msg ? zlib->z.msg : "", ours->ret,
		     ours->z.msg ? ours->z.msg : "");
	same_msg("inflate", ret == ours->ret ? ret : Z_OK, &zlib->z, &ours->z);
	SAME("total_out", zlib->z.total_out, ours->z.total_out);
	SAME("adler", zlib->z.adler, ours->z.adler);
	if (f->has_header)
		same_header(&zlib->header, &ours->header);
	if (is_exact(f))
		SAME("input taken", zlib->at, ours->at);
	if (zlib->at == ours->at)
		SAME("total_in", zlib->z.total_in, ours->z.total_in);
	/* When zlib asks for a dictionary it leaves what an earlier call told. */
	if (f->at_block && ret != Z_NEED_DICT && is_exact(f))
		SAME("data_type", zlib->z.data_type, ours->z.data_type);
}

static int take_flush(struct fuzz *f)
{
	static const uint8_t flushes[] = {
		Z_NO_FLUSH, Z_NO_FLUSH, Z_NO_FLUSH, Z_SYNC_FLUSH, Z_SYNC_FLUSH,
		Z_NO_FLUSH, Z_FINISH, Z_FINISH,
	};
	uint8_t what = take(&f->in);

	if (what >= 240)
		return what & 1 ? Z_BLOCK : Z_TREES;
	return flushes[what % sizeof(flushes)];
}

/*
 * Who has read ahead cannot stop at a block any more: it has taken what is
 * behind it. So blocks are asked for only where both have taken the same.
 */
static int block_or_sync(struct fuzz *f, int flush)
{
	f->at_block = (flush == Z_BLOCK || flush == Z_TREES) && !f->read_ahead;
	if (!f->at_block && (flush == Z_BLOCK || flush == Z_TREES))
		return Z_SYNC_FLUSH;
	return flush;
}

static void hand_in(struct fuzz *f)
{
	size_t n = take_size(&f->in);
	unsigned int i;

	if (n > f->len - f->goal)
		n = f->len - f->goal;
	f->goal += n;
	/* Often to where something was flushed. */
	for (i = 0; n % 4 == 3 && i < f->flushes; i++) {
		if (f->flushed_at[i] >= f->goal && f->flushed_at[i] <= f->len) {
			f->goal = f->flushed_at[i];
			break;
		}
	}
}

static void do_inflate(struct fuzz *f)
{
	int flush = take_flush(f);
	size_t room;

	hand_in(f);
	room = take_size(&f->in);
	f->fresh = false;
	flush = block_or_sync(f, flush);
	call(f, ZLIB(f), flush, room);
	call(f, OURS(f), flush, room);
	same(f, flush, room);
}

/* All that there is to be had from the input so far. */
static void do_drain(struct fuzz *f)
{
	size_t room = take_size(&f->in) + 1;
	unsigned int calls;
	int flush = take_flush(f);

	hand_in(f);
	/* Every call copies the input, so not thousands of calls with much of it. */
	if (room < 64 + (f->goal - ZLIB(f)->at) / 16)
		room += 64 + (f->goal - ZLIB(f)->at) / 16;
	f->fresh = false;
	for (calls = 0; calls < MAX_CALLS; calls++) {
		flush = block_or_sync(f, flush);
		call(f, ZLIB(f), flush, room);
		call(f, OURS(f), flush, room);
		same(f, flush, room);
		if (f->parted)
			return;
		if (ZLIB(f)->ret != Z_OK && (ZLIB(f)->ret != Z_BUF_ERROR ||
					     ZLIB(f)->z.avail_out))
			return;
		if (ZLIB(f)->z.avail_out && !f->at_block)
			return;
	}
}

static void same_rets(const char *what, const struct fuzz *f, const int *ret)
{
	SAME(what, ret[0], ret[1]);
	same_msg(what, ret[0], &f->side[0].z, &f->side[1].z);
	SAME("total_in", f->side[0].z.total_in, f->side[1].z.total_in);
	SAME("total_out", f->side[0].z.total_out, f->side[1].z.total_out);
	SAME("adler", f->side[0].z.adler, f->side[1].z.adler);
}

static int take_bits(struct fuzz *f)
{
	static const int8_t wrong[] = { 7, -7, -16, 16, 23, 48, 1, -1 };
	uint8_t how = take(&f->in);

	switch (how & 15) {
	case 0:
		return wrong[(how >> 4) % sizeof(wrong)];
	case 1:
		return 0;
	case 2:
		return with_format(how >> 4, 8 + (how >> 6) % 8);
	case 3:
		return with_format(f->format, 8 + (how >> 4) % 8);
	case 4:
	case 5:
	case 6:
		return f->format == RAW ? -15 : 47;
	case 7:
		return 32;
	default:
		return with_format(f->format, 15);
	}
}

static void started(struct fuzz *f)
{
	f->fresh = true;
	f->at_block = false;
	f->ended = false;
	f->read_ahead = false;
	f->unchecked = false;
	f->parted = false;
	f->late = 0;
	ZLIB(f)->ret = OURS(f)->ret = Z_OK;
	f->has_header = false;
}

static void do_reset(struct fuzz *f)
{
	/* Whether inflateValidate() outlasts inflateReset(), zlib.h leaves open. */
	bool two = (take(&f->in) & 1) || f->unchecked;
	int bits = two ? take_bits(f) : 0, ret[2];
	struct side *side;

	FOR_SIDES(f, side)
		ret[side - f->side] = two ?
			side->calls->inflateReset2(&side->z, bits) :
			side->calls->inflateReset(&side->z);
	SAME("inflateReset", ret[0], ret[1]);
	if (ret[0] != Z_OK)
		return;
	same_rets("inflateReset", f, ret);
	started(f);
	/* Both go on at the same point of the input. */
	ZLIB(f)->at = OURS(f)->at;
}

static void do_set_dictionary(struct fuzz *f)
{
	bool right = take(&f->in) & 3;
	const uint8_t *from = right && f->dict ? f->dict : f->coded;
	size_t len = right && f->dict ? f->dict_len : take_size(&f->in);
	struct side *side;
	int ret[2];

	if (!right && len > f->len)
		len = f->len;
	if (right && !f->dict)
		len = f->len / 2;
	FOR_SIDES(f, side) {
		/* Without the rest of what it was copied from. */
		uint8_t *dict = exact(from, len);

		ret[side - f->side] = side->calls->inflateSetDictionary(
			&side->z, dict, (uInt)len);
		free(dict);
	}
	SAME("inflateSetDictionary", ret[0], ret[1]);
}

/*
 * Behind the last block what zlib has kept depends on how the calls were cut. It
 * tells that it is in that block, and had room left if it came to its end.
 */
static bool may_be_behind(const struct fuzz *f)
{
	const z_stream *zlib = &f->side[0].z;

	return f->ended || (zlib->data_type & 64 && zlib->avail_out);
}

static void do_get_dictionary(struct fuzz *f)
{
	uint8_t *got[2] = { exact(NULL, 32768), exact(NULL, 32768) };
	uInt len[2] = { 0 };
	struct side *side;
	int ret[2];

	FOR_SIDES(f, side)
		ret[side - f->side] = side->calls->inflateGetDictionary(
			&side->z, got[side - f->side], &len[side - f->side]);
	SAME("inflateGetDictionary", ret[0], ret[1]);
	if (ret[0] == Z_OK && !may_be_behind(f)) {
		SAME("its length", len[0], len[1]);
		CHECK(!memcmp(got[0], got[1], len[0]));
	}
	free(got[0]);
	free(got[1]);
}

static void do_sync(struct fuzz *f)
{
	struct side *side;
	size_t n;
	int ret[2];

	if (ZLIB(f)->at != OURS(f)->at)
		return;
	hand_in(f);
	/* Of bits that were read before, only zlib knows. */
	if (f->goal == ZLIB(f)->at)
		return;
	f->fresh = false;
	FOR_SIDES(f, side) {
		uint8_t *in;

		n = f->goal - side->at;
		in = exact(f->coded + side->at, n);
		side->z.next_in = in;
		side->z.avail_in = (uInt)n;
		ret[side - f->side] = side->calls->inflateSync(&side->z);
		side->at = f->goal - side->z.avail_in;
		free(in);
	}
	SAME("inflateSync", ret[0], ret[1]);
	SAME("input taken by inflateSync", ZLIB(f)->at, OURS(f)->at);
}

static void do_copy(struct fuzz *f)
{
	bool swap = take(&f->in) & 1;
	struct side *side;
	z_stream copy;
	int ret[2];

	FOR_SIDES(f, side) {
		ret[side - f->side] = side->calls->inflateCopy(&copy, &side->z);
		if (ret[side - f->side] != Z_OK)
			continue;
		if (swap) {
			CHECK(side->calls->inflateEnd(&side->z) == Z_OK);
			CHECK(side->calls->inflateCopy(&side->z, &copy) == Z_OK);
		}
		CHECK(side->calls->inflateEnd(&copy) == Z_OK);
	}
	SAME("inflateCopy", ret[0], ret[1]);
}

/*
 * The bits behind those that are no part of the stream, or any. Not eight:
 * zlib would give them back as a byte that it had read.
 */
static void do_prime(struct fuzz *f)
{
	int bits = take(&f->in) % 8, value = take(&f->in), ret[2];
	bool begins = f->skip && !ZLIB(f)->at && !OURS(f)->at;
	struct side *side;

	if (!f->fresh)
		return;
	if (begins) {
		bits = 8 - f->skip;
		value = f->coded[0] >> f->skip;
	}
	FOR_SIDES(f, side) {
		ret[side - f->side] = side->calls->inflatePrime(&side->z, bits,
								value);
		if (begins)
			side->at = 1;
	}
	if (begins && !f->goal)
		f->goal = 1;
	f->fresh = false;
	SAME("inflatePrime", ret[0], ret[1]);
}

static void do_header(struct fuzz *f)
{
	struct side *side;
	int ret[2];

	if (!f->fresh)
		return;
	FOR_SIDES(f, side) {
		struct header *h = &side->header;

		memset(h, 0, sizeof(*h));
		h->got.extra = h->extra;
		h->got.extra_max = sizeof(h->extra);
		h->got.name = h->name;
		h->got.name_max = sizeof(h->name);
		h->got.comment = h->comment;
		h->got.comm_max = sizeof(h->comment);
		ret[side - f->side] = side->calls->inflateGetHeader(&side->z,
								    &h->got);
	}
	SAME("inflateGetHeader", ret[0], ret[1]);
	f->has_header = ret[0] == Z_OK;
}

/* What only tells. */
static void do_ask(struct fuzz *f)
{
	z_stream *zlib = &ZLIB(f)->z, *ours = &OURS(f)->z;
	uint8_t what = take(&f->in);

	switch (what % 4) {
	case 0:
		SAME("inflateUndermine", inflateUndermine(zlib, what >> 2 & 1),
		     our_calls.inflateUndermine(ours, what >> 2 & 1));
		break;
	case 1:
		f->unchecked = true;
		SAME("inflateValidate", inflateValidate(zlib, what >> 2 & 1),
		     our_calls.inflateValidate(ours, what >> 2 & 1));
		break;
	case 2:
		if (f->at_block && is_exact(f))
			SAME("inflateMark", inflateMark(zlib),
			     our_calls.inflateMark(ours));
		break;
	default:
		if (f->at_block && is_exact(f))
			SAME("inflateSyncPoint", inflateSyncPoint(zlib),
			     our_calls.inflateSyncPoint(ours));
	}
}

static int misuse(struct side *side, uint8_t how)
{
	z_stream *z = &side->z, wrong = *z;
	uint8_t in[4] = { 0 }, out[4];
	int ret;

	z->next_in = in;
	z->avail_in = 0;
	z->next_out = out;
	z->avail_out = sizeof(out);
	switch (how % 5) {
	case 0:
		z->next_out = NULL;
		return side->calls->inflate(z, Z_NO_FLUSH);
	case 1:
		z->next_in = NULL;
		z->avail_in = 4;
		ret = side->calls->inflate(z, Z_NO_FLUSH);
		z->avail_in = 0;
		return ret;
	case 2:
		return side->calls->inflate(NULL, Z_FINISH);
	case 3:
		return side->calls->inflatePrime(z, 17, 0);
	default:
		return side->calls->inflate(&wrong, Z_NO_FLUSH);
	}
}

static void do_misuse(struct fuzz *f)
{
	uint8_t how = take(&f->in);
	struct side *side;
	int ret[2];

	FOR_SIDES(f, side)
		ret[side - f->side] = misuse(side, how);
	SAME("misuse", ret[0], ret[1]);
}

static bool init(struct fuzz *f)
{
	int bits = take_bits(f), ret[2];
	bool refuses = take(&f->in) == 255;
	struct side *side;

	f->heap = refuses || take(&f->in) & 1;
	ZLIB(f)->at = OURS(f)->at;
	FOR_SIDES(f, side) {
		memset(&side->z, 0, sizeof(side->z));
		memset(&side->heap, 0, sizeof(side->heap));
		side->heap.refuses = refuses;
		if (f->heap)
			heap_attach(&side->heap, &side->z);
		ret[side - f->side] = side->calls->inflateInit2_(
			&side->z, bits, ZLIB_VERSION, (int)sizeof(z_stream));
	}
	started(f);
	SAME("inflateInit2", ret[0], ret[1]);
	return ret[0] == Z_OK;
}

static void end(struct fuzz *f)
{
	struct side *side;

	FOR_SIDES(f, side) {
		CHECK(side->calls->inflateEnd(&side->z) == Z_OK);
		CHECK(!side->z.state && side->heap.in_use == 0);
	}
}

static void step(struct fuzz *f)
{
	switch (take(&f->in) & 31) {
	case 16:
		do_misuse(f);
		break;
	case 17:
	case 18:
		do_reset(f);
		break;
	case 19:
		do_copy(f);
		break;
	case 20:
	case 21:
		do_set_dictionary(f);
		break;
	case 22:
		do_get_dictionary(f);
		break;
	case 23:
	case 24:
		do_sync(f);
		break;
	case 25:
		do_prime(f);
		break;
	case 26:
		do_header(f);
		break;
	case 27:
		do_ask(f);
		break;
	case 28:
	case 29:
	case 30:
	case 31:
		do_drain(f);
		break;
	default:
		do_inflate(f);
	}
}

/* uncompress2(), with room enough and without. */
static void one_shot(struct fuzz *f)
{
	uLongf len[2];
	uLong source[2] = { f->len, f->len };
	size_t room = take_size(&f->in) << (take(&f->in) & 3);
	struct side *side;
	uint8_t *out[2];
	int ret[2];

	FOR_SIDES(f, side) {
		size_t i = (size_t)(side - f->side);

		out[i] = exact(NULL, room);
		len[i] = room;
		ret[i] = side->calls->uncompress2(out[i], &len[i], f->coded,
						  &source[i]);
	}
	SAME("uncompress2", ret[0], ret[1]);
	SAME("its length", len[0], len[1]);
	if (ret[0] == Z_OK) {
		SAME("input taken", source[0], source[1]);
		CHECK(!memcmp(out[0], out[1], len[0]));
	}
	free(out[0]);
	free(out[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz *f = calloc(1, sizeof(*f));
	unsigned int steps, streams;

	CHECK(f);
	f->in = (struct input){ .next = data, .left = size };
	f->side[0].calls = &zlib_calls;
	f->side[1].calls = &our_calls;
	streams = take(&f->in) % 3 + 1;
	make_coded(f);
	if (take(&f->in) % 16 == 1)
		one_shot(f);
	while (streams-- && init(f)) {
		for (steps = 0; steps < MAX_OPS && f->in.left && !f->parted;
		     steps++)
			step(f);
		end(f);
	}
	free(f->side[0].out);
	free(f->side[1].out);
	free(f->late_bytes);
	free(f->dict);
	free(f->coded);
	free(f);
	return 0;
}
