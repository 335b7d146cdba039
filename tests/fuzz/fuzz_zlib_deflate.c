/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Compression by zlib and by the drop-in on the built-in device: the same
 * input and the same calls. The compressed bytes may differ, and with them how
 * many calls it takes to get at them; the rest may not: return codes,
 * counters, check values, messages, what a flush promises, and what zlib makes
 * of the bytes, which it decompresses as they come. In some runs streams begin
 * in software.
 */
#include "wdz_config.h"

#include "fuzz_zlib.h"

#define MAX_PLAIN	200000u
#define MAX_OPS		48
#define MAX_CALLS	400000
/* "avail_out greater than six to avoid repeated flush markers", zlib.h */
#define FLUSH_ROOM	7

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A gzip header as zlib reads it back. */
struct header {
	gz_header got;
	uint8_t extra[40];
	uint8_t name[40];
	uint8_t comment[40];
};

/* One of the two, and the decoder that judges it. */
struct side {
	const struct zcalls *calls;
	z_stream z;
	struct heap *heap;
	size_t at;		/* input that it took, in bytes of plain */
	z_stream decoder;
	struct header header;
	size_t decoded;		/* bytes of plain that came out of it */
	bool ended;		/* so says the decoder */
};

/* Parameters of one stream. */
struct way {
	int level;
	int bits;
	int mem_level;
	int strategy;
	bool heap;		/* allocators of the program's */
	bool refuses;		/* they have nothing to give */
	bool one_level;		/* never changed */
};

struct fuzz {
	struct input in;
	uint8_t *plain;
	size_t len;
	size_t begin;		/* where this stream began in plain */
	size_t goal;		/* input handed in so far */
	struct way way;
	bool finishing;		/* Z_FINISH was asked for */
	bool fresh;		/* no call that compresses since init or reset */
	bool flushed;		/* all input is out, at a byte's boundary */
	bool starved;		/* the sides may be at different points */
	bool forgotten;		/* Z_FULL_FLUSH was asked for */
	bool primed;		/* there are bits before the first block */
	bool has_header;
	gz_header set;
	uint8_t fields[3][40];	/* what it points to */
	uint8_t *dict;		/* of this stream, or NULL */
	size_t dict_len;
	struct heap heap[2];
	struct side side[2];
};

#define ZLIB(f)	(&(f)->side[0])
#define OURS(f)	(&(f)->side[1])

static bool is_raw(const struct fuzz *f)
{
	return f->way.bits < 0;
}

static bool is_gzip(const struct fuzz *f)
{
	return f->way.bits > 15;
}

static int decoder_bits(const struct way *way)
{
	int bits = way->bits;

	/* zlib makes 9 of 8, and says so in the header. */
	if (bits == 8 || bits == 24)
		bits++;
	return bits;
}

static void watch_header(struct side *side)
{
	struct header *h = &side->header;

	memset(&h->got, 0, sizeof(h->got));
	h->got.extra = h->extra;
	h->got.extra_max = sizeof(h->extra);
	h->got.name = h->name;
	h->got.name_max = sizeof(h->name);
	h->got.comment = h->comment;
	h->got.comm_max = sizeof(h->comment);
	CHECK(inflateGetHeader(&side->decoder, &h->got) == Z_OK);
}

static void decoder_start(struct fuzz *f, struct side *side)
{
	memset(&side->decoder, 0, sizeof(side->decoder));
	CHECK(inflateInit2(&side->decoder, decoder_bits(&f->way)) == Z_OK);
	if (is_gzip(f))
		watch_header(side);
	side->decoded = f->begin;
	side->at = f->begin;
	side->ended = false;
}

/* What came out has to be what went in, and no more than that. */
static void decode(struct fuzz *f, struct side *side, const uint8_t *in, size_t len)
{
	z_stream *d = &side->decoder;
	/* Small pieces make it use its window, which may be smaller than ours. */
	uint8_t out[4096];
	uInt room = f->way.bits == 15 || f->way.bits == -15 ? sizeof(out) : 64;
	size_t got;
	int ret;

	d->next_in = (uint8_t *)in;
	d->avail_in = (uInt)len;
	do {
		if (side->ended) {
			if (d->avail_in)
				FAIL("%s: %u bytes behind the end",
				     side->calls->who, d->avail_in);
			return;
		}
		d->next_out = out;
		d->avail_out = room;
		ret = inflate(d, Z_SYNC_FLUSH);
		if (ret == Z_NEED_DICT && f->dict)
			ret = inflateSetDictionary(d, f->dict, (uInt)f->dict_len);
		if (ret != Z_OK && ret != Z_BUF_ERROR && ret != Z_STREAM_END)
			FAIL("%s: zlib refuses it: %d %s", side->calls->who, ret,
			     d->msg ? d->msg : "");
		got = room - d->avail_out;
		if (got > side->at - side->decoded ||
		    memcmp(out, f->plain + side->decoded, got))
			FAIL("%s: wrong bytes behind %zu", side->calls->who,
			     side->decoded);
		side->decoded += got;
		side->ended = ret == Z_STREAM_END;
	} while (d->avail_in || !d->avail_out);
}

/* One call with buffers that are gone afterwards. */
static int call(struct fuzz *f, struct side *side, size_t n, int flush, size_t room)
{
	uint8_t *in = exact(f->plain + side->at, n), *out = exact(NULL, room);
	uLong total_in = side->z.total_in, total_out = side->z.total_out;
	z_stream *z = &side->z;
	size_t produced, consumed;
	int ret;

	z->next_in = in;
	z->avail_in = (uInt)n;
	z->next_out = out;
	z->avail_out = (uInt)room;
	ret = side->calls->deflate(z, flush);
	CHECK(z->avail_in <= n && z->avail_out <= room);
	consumed = n - z->avail_in;
	produced = room - z->avail_out;
	CHECK(z->next_in == in + consumed && z->next_out == out + produced);
	CHECK(z->total_in == total_in + consumed);
	CHECK(z->total_out == total_out + produced);
	side->at += consumed;
	free(in);
	decode(f, side, out, produced);
	free(out);
	return ret;
}

/* Calls until all that was asked for is done; the last one's answer. */
static int drain(struct fuzz *f, struct side *side, int flush, size_t room)
{
	size_t n = f->goal - side->at;
	unsigned int calls = 0;
	int ret;

	for (;;) {
		ret = call(f, side, f->goal - side->at, flush, room);
		if (++calls > MAX_CALLS)
			FAIL("%s: no end of %zu bytes, flush %d", side->calls->who,
			     n, flush);
		if (ret == Z_BUF_ERROR && calls > 1)
			ret = Z_OK;
		else if (ret == Z_OK && (flush == Z_FINISH || !side->z.avail_out))
			continue;
		if (ret == Z_OK && side->at != f->goal)
			FAIL("%s: room, but %zu bytes not taken",
			     side->calls->who, f->goal - side->at);
		return ret;
	}
}

static void same(struct fuzz *f, const char *what, int zlib, int ours)
{
	SAME(what, zlib, ours);
	same_msg(what, zlib, &ZLIB(f)->z, &OURS(f)->z);
	SAME("total_in", ZLIB(f)->z.total_in, OURS(f)->z.total_in);
	SAME("adler", ZLIB(f)->z.adler, OURS(f)->z.adler);
}

static void check_flushed(struct fuzz *f, struct side *side, int flush)
{
	unsigned int pending = 1;
	int bits = 1;

	if (flush == Z_NO_FLUSH || flush == Z_BLOCK)
		return;
	if (side->decoded != f->goal)
		FAIL("%s: %zu of %zu bytes behind flush %d", side->calls->who,
		     side->decoded - f->begin, f->goal - f->begin, flush);
	CHECK(side->calls->deflatePending(&side->z, &pending, &bits) == Z_OK);
	CHECK(pending == 0);
	if (flush != Z_PARTIAL_FLUSH)
		CHECK(bits == 0);
}

static void check_header(const gz_header *set, const struct header *h)
{
	const gz_header *got = &h->got;

	CHECK(got->done == 1);
	SAME("gzip time", set->time, got->time);
	SAME("gzip text", !!set->text, got->text);
	SAME("gzip os", set->os & 0xff, got->os);
	SAME("gzip hcrc", !!set->hcrc, got->hcrc);
	CHECK(!set->extra == !got->extra);
	if (set->extra) {
		SAME("gzip extra_len", set->extra_len, got->extra_len);
		CHECK(!memcmp(set->extra, h->extra, set->extra_len));
	}
	CHECK(!set->name == !got->name);
	CHECK(!set->name || !strcmp((char *)set->name, (char *)h->name));
	CHECK(!set->comment == !got->comment);
	CHECK(!set->comment || !strcmp((char *)set->comment, (char *)h->comment));
}

static void check_finished(struct fuzz *f, struct side *side)
{
	if (!side->ended || side->decoded != f->goal)
		FAIL("%s: finished at %zu of %zu bytes", side->calls->who,
		     side->decoded - f->begin, f->goal - f->begin);
	if (f->has_header)
		check_header(&f->set, &side->header);
	if (f->way.level == 0 && f->way.one_level)
		CHECK(side->z.total_out >= f->goal - f->begin);
}

static int take_flush(struct fuzz *f)
{
	static const uint8_t flushes[] = {
		Z_NO_FLUSH, Z_NO_FLUSH, Z_NO_FLUSH, Z_NO_FLUSH, Z_SYNC_FLUSH,
		Z_SYNC_FLUSH, Z_FULL_FLUSH, Z_PARTIAL_FLUSH, Z_BLOCK, Z_FINISH,
		Z_FINISH, Z_NO_FLUSH,
	};

	return flushes[take(&f->in) % sizeof(flushes)];
}

static void hand_in(struct fuzz *f)
{
	size_t n = take_size(&f->in);

	/* After Z_FINISH nothing may be added. */
	if (f->finishing)
		n = 0;
	if (n > f->len - f->goal)
		n = f->len - f->goal;
	f->goal += n;
}

static size_t take_room(struct fuzz *f, int flush)
{
	size_t room = take_size(&f->in) + 1;

	if (flush != Z_NO_FLUSH && flush != Z_FINISH && room < FLUSH_ROOM)
		room = FLUSH_ROOM;
	/* A byte at a time is enough for some thousands of them. */
	if (room < 16 && f->goal - f->begin > 20000)
		room += 1000;
	return room;
}

static void do_deflate(struct fuzz *f)
{
	int flush = take_flush(f), zlib, ours;
	size_t room;

	if (f->finishing)
		flush = Z_FINISH;
	hand_in(f);
	room = take_room(f, flush);
	f->finishing |= flush == Z_FINISH;
	f->forgotten |= flush == Z_FULL_FLUSH;
	f->fresh = false;
	zlib = drain(f, ZLIB(f), flush, room);
	ours = drain(f, OURS(f), flush, room);
	same(f, "deflate", zlib, ours);
	f->flushed = flush == Z_SYNC_FLUSH || flush == Z_FULL_FLUSH;
	if (zlib == Z_OK) {
		check_flushed(f, ZLIB(f), flush);
		check_flushed(f, OURS(f), flush);
	}
	if (zlib == Z_STREAM_END) {
		check_finished(f, ZLIB(f));
		check_finished(f, OURS(f));
	}
}

/* One call that need not have room enough: where it stops is not fixed. */
static void do_starve(struct fuzz *f)
{
	int flush = take_flush(f), ret;
	size_t room = take(&f->in) % 24;
	struct side *side;

	if (f->finishing)
		flush = Z_FINISH;
	hand_in(f);
	f->finishing |= flush == Z_FINISH;
	f->forgotten |= flush == Z_FULL_FLUSH;
	f->fresh = false;
	f->flushed = false;
	f->starved = true;
	for (side = f->side; side < f->side + 2; side++) {
		ret = call(f, side, f->goal - side->at, flush, room);
		if (ret == Z_STREAM_END)
			CHECK(flush == Z_FINISH && side->at == f->goal);
		else
			CHECK(ret == Z_OK || ret == Z_BUF_ERROR);
		if (!room)
			CHECK(ret == Z_BUF_ERROR || side->ended);
	}
}

/* Both to the same point again. */
static void settle(struct fuzz *f)
{
	int flush = f->finishing ? Z_FINISH : Z_NO_FLUSH, zlib, ours;

	if (!f->starved)
		return;
	f->starved = false;
	zlib = drain(f, ZLIB(f), flush, 4096);
	ours = drain(f, OURS(f), flush, 4096);
	/* One may have been there before. */
	if (flush == Z_FINISH)
		SAME("Z_FINISH after a full buffer", zlib, ours);
	else
		CHECK(zlib == Z_OK || zlib == Z_BUF_ERROR);
	SAME("total_in", ZLIB(f)->z.total_in, OURS(f)->z.total_in);
	SAME("adler", ZLIB(f)->z.adler, OURS(f)->z.adler);
	if (zlib == Z_STREAM_END) {
		check_finished(f, ZLIB(f));
		check_finished(f, OURS(f));
	}
}

static int params(struct fuzz *f, struct side *side, int level, int strategy)
{
	size_t n = f->goal - side->at, room = 2 * MAX_PLAIN;
	uint8_t *in = exact(f->plain + side->at, n), *out = exact(NULL, room);
	z_stream *z = &side->z;
	int ret;

	z->next_in = in;
	z->avail_in = (uInt)n;
	z->next_out = out;
	z->avail_out = (uInt)room;
	ret = side->calls->deflateParams(z, level, strategy);
	side->at = f->goal - z->avail_in;
	free(in);
	decode(f, side, out, room - z->avail_out);
	free(out);
	return ret;
}

static void do_params(struct fuzz *f)
{
	int level = take(&f->in) % 12 - 1, strategy = take(&f->in) % 6, zlib, ours;

	/* Of a stream that is being ended, zlib.h says nothing. */
	if (f->finishing)
		return;
	f->way.one_level = false;
	/* With input, too: it belongs to the old parameters. */
	if (take(&f->in) & 1)
		hand_in(f);
	zlib = params(f, ZLIB(f), level, strategy);
	ours = params(f, OURS(f), level, strategy);
	SAME("deflateParams", zlib, ours);
	/* How much it took of the input is its own affair. */
	drain(f, ZLIB(f), Z_NO_FLUSH, 100000);
	drain(f, OURS(f), Z_NO_FLUSH, 100000);
	SAME("total_in", ZLIB(f)->z.total_in, OURS(f)->z.total_in);
	SAME("adler", ZLIB(f)->z.adler, OURS(f)->z.adler);
	f->flushed = false;
	f->fresh = false;
}

/* Two of them, one after the other, are one to zlib. */
static void add_dictionary(struct fuzz *f, const uint8_t *dict, size_t len)
{
	f->dict = realloc(f->dict, f->dict_len + len + 1);
	CHECK(f->dict);
	memcpy(f->dict + f->dict_len, dict, len);
	f->dict_len += len;
}

static void do_dictionary(struct fuzz *f)
{
	size_t len = take_size(&f->in), from = 0;
	struct side *side;
	uint8_t *dict;
	int ret[2];

	/* What else zlib does with it, zlib.h does not promise. */
	if (f->finishing || (is_raw(f) && !f->fresh && !f->flushed))
		return;
	if (len > f->len)
		len = f->len;
	if (len < f->len)
		from = take_size(&f->in) % (f->len - len);
	dict = exact(f->plain + from, len);
	for (side = f->side; side < f->side + 2; side++) {
		ret[side - f->side] = side->calls->deflateSetDictionary(
			&side->z, dict, (uInt)len);
		if (ret[side - f->side] == Z_OK && is_raw(f))
			CHECK(inflateSetDictionary(&side->decoder, dict,
						   (uInt)len) == Z_OK);
	}
	same(f, "deflateSetDictionary", ret[0], ret[1]);
	if (ret[0] == Z_OK)
		add_dictionary(f, dict, len);
	free(dict);
}

static void do_get_dictionary(struct fuzz *f)
{
	struct side *side;
	uInt len[2] = { 0 };
	uint8_t *got;
	int ret[2];

	/* Of a stream that has ended, there is nothing to go on with. */
	if (f->finishing)
		return;
	for (side = f->side; side < f->side + 2; side++) {
		got = exact(NULL, 32768);
		ret[side - f->side] = side->calls->deflateGetDictionary(
			&side->z, got, &len[side - f->side]);
		CHECK(len[side - f->side] <= 32768);
		if (ret[side - f->side] == Z_OK && !f->dict) {
			CHECK(len[side - f->side] <= f->goal - f->begin);
			CHECK(!memcmp(got, f->plain + f->goal - len[side - f->side],
				      len[side - f->side]));
		}
		free(got);
	}
	SAME("deflateGetDictionary", ret[0], ret[1]);
	/*
	 * "Up to 258 bytes less", zlib.h. What was before a dictionary or a full
	 * flush need not be kept.
	 */
	if (!f->dict && !f->forgotten)
		CHECK(len[0] <= len[1] + 258 && len[1] <= len[0] + 258);
}

static void do_prime(struct fuzz *f)
{
	int zlib, ours;

	if (!is_raw(f) || f->finishing || !(f->fresh || f->flushed))
		return;
	/* An empty block with fixed codes. */
	zlib = ZLIB(f)->calls->deflatePrime(&ZLIB(f)->z, 10, 2);
	ours = OURS(f)->calls->deflatePrime(&OURS(f)->z, 10, 2);
	same(f, "deflatePrime", zlib, ours);
	f->flushed = false;
	f->primed = true;
}

static void do_tune(struct fuzz *f)
{
	int a = take(&f->in) + 1, b = take(&f->in) + 1, c = take(&f->in) + 3,
	    d = take(&f->in) + 1;

	SAME("deflateTune",
	     ZLIB(f)->calls->deflateTune(&ZLIB(f)->z, a, b, c, d),
	     OURS(f)->calls->deflateTune(&OURS(f)->z, a, b, c, d));
}

/* All the rest in one call, into what deflateBound() says is enough. */
static void do_bound(struct fuzz *f)
{
	struct side *side;
	int ret[2];
	size_t n;

	if (!f->fresh || f->primed || f->finishing)
		return;
	hand_in(f);
	n = f->goal - f->begin;
	f->finishing = true;
	f->fresh = false;
	for (side = f->side; side < f->side + 2; side++)
		ret[side - f->side] = call(f, side, n, Z_FINISH,
					   side->calls->deflateBound(&side->z, n));
	/* zlib 1.2.13 has too little for some memory levels. */
	if (ret[0] != Z_STREAM_END) {
		f->starved = true;
		return;
	}
	same(f, "deflateBound() for Z_FINISH", ret[0], ret[1]);
	check_finished(f, ZLIB(f));
	check_finished(f, OURS(f));
}

static void side_end(struct fuzz *f, struct side *side, int *ret)
{
	*ret = side->calls->deflateEnd(&side->z);
	CHECK(!side->z.state);
	CHECK(inflateEnd(&side->decoder) == Z_OK);
	if (f->way.heap)
		CHECK(side->heap->in_use == 0);
}

/* The copy goes to the end, and may go on in place of what it was made of. */
static void do_copy(struct fuzz *f)
{
	bool swap = take(&f->in) & 1, ended = take(&f->in) & 2;
	struct side *side, copy;
	int ret[2];

	for (side = f->side; side < f->side + 2; side++) {
		copy = *side;
		ret[side - f->side] = side->calls->deflateCopy(&copy.z, &side->z);
		if (ret[side - f->side] != Z_OK)
			continue;
		CHECK(inflateCopy(&copy.decoder, &side->decoder) == Z_OK);
		if (swap) {
			side->calls->deflateEnd(&side->z);
			CHECK(side->calls->deflateCopy(&side->z, &copy.z) == Z_OK);
		}
		if (ended && drain(f, &copy, Z_FINISH, 1000) == Z_STREAM_END &&
		    (copy.decoded != f->goal || !copy.ended))
			FAIL("%s: the copy finished at %zu of %zu bytes",
			     copy.calls->who, copy.decoded - f->begin,
			     f->goal - f->begin);
		copy.calls->deflateEnd(&copy.z);
		inflateEnd(&copy.decoder);
	}
	SAME("deflateCopy", ret[0], ret[1]);
}

static void do_reset(struct fuzz *f)
{
	struct side *side;
	int ret[2];

	f->begin = f->goal;
	f->finishing = f->flushed = f->starved = f->primed = false;
	f->forgotten = false;
	f->fresh = true;
	free(f->dict);
	f->dict = NULL;
	f->dict_len = 0;
	for (side = f->side; side < f->side + 2; side++) {
		ret[side - f->side] = side->calls->deflateReset(&side->z);
		CHECK(inflateEnd(&side->decoder) == Z_OK);
		decoder_start(f, side);
	}
	same(f, "deflateReset", ret[0], ret[1]);
	SAME("total_out", ZLIB(f)->z.total_out, OURS(f)->z.total_out);
	SAME("data_type", ZLIB(f)->z.data_type, OURS(f)->z.data_type);
}

static void do_header(struct fuzz *f)
{
	uint8_t what = take(&f->in);
	size_t i;

	if (!f->fresh)
		return;
	memset(&f->set, 0, sizeof(f->set));
	for (i = 0; i < sizeof(f->fields[0]) - 1; i++)
		f->fields[0][i] = f->fields[1][i] = f->fields[2][i] =
			(uint8_t)(take(&f->in) % 255 + 1);
	f->set.text = what & 1;
	f->set.time = take(&f->in) * 16843009u;
	f->set.os = take(&f->in);
	f->set.hcrc = what >> 1 & 1;
	if (what & 4) {
		f->set.extra = f->fields[0];
		f->set.extra_len = take(&f->in) % sizeof(f->fields[0]);
	}
	if (what & 8)
		f->set.name = f->fields[1];
	if (what & 16)
		f->set.comment = f->fields[2];
	f->fields[1][take(&f->in) % sizeof(f->fields[1])] = 0;
	same(f, "deflateSetHeader",
	     ZLIB(f)->calls->deflateSetHeader(&ZLIB(f)->z, &f->set),
	     OURS(f)->calls->deflateSetHeader(&OURS(f)->z, &f->set));
	f->has_header = is_gzip(f);
}

/* What a program must not do. */
static int misuse(struct side *side, uint8_t how)
{
	uint8_t in[4] = { 0 }, out[4];
	z_stream *z = &side->z;
	z_stream wrong = *z;
	int ret;

	z->next_in = in;
	z->avail_in = 0;
	z->next_out = out;
	z->avail_out = sizeof(out);
	switch (how % 9) {
	case 0:
		return side->calls->deflate(z, 6);
	case 1:
		return side->calls->deflate(z, -1);
	case 2:
		z->next_out = NULL;
		return side->calls->deflate(z, Z_NO_FLUSH);
	case 3:
		z->next_in = NULL;
		z->avail_in = 4;
		ret = side->calls->deflate(z, Z_NO_FLUSH);
		z->avail_in = 0;
		return ret;
	case 4:
		return side->calls->deflate(NULL, Z_FINISH);
	case 5:
		return side->calls->deflateParams(z, 10, 0);
	case 6:
		return side->calls->deflateParams(z, 1, 5);
	case 7:
		return side->calls->deflateSetDictionary(z, NULL, 0);
	default:
		/* Not where it was initialised. */
		return side->calls->deflate(&wrong, Z_NO_FLUSH);
	}
}

static void do_misuse(struct fuzz *f)
{
	uint8_t how = take(&f->in);

	same(f, "misuse", misuse(ZLIB(f), how), misuse(OURS(f), how));
}

static void take_way(struct fuzz *f)
{
	static const int8_t bits[] = {
		15, 31, -15, 15, 31, -15, 15, 31, -15, 9, 25, -9, 12, 28, -12, 8,
		24, -8, 14, 7, 32, 0, -16, 48,
	};
	struct way *way = &f->way;
	uint8_t more = take(&f->in);

	way->level = take(&f->in) % 12 - 1;
	way->bits = bits[take(&f->in) % sizeof(bits)];
	way->mem_level = more & 1 ? 8 : (more >> 1) % 11;
	way->strategy = more & 1 ? 0 : take(&f->in) % 6;
	way->heap = more >> 5 & 1;
	way->refuses = more >> 6 == 3;
	way->one_level = true;
}

static int side_init(struct fuzz *f, struct side *side)
{
	struct way *way = &f->way;
	int ret;

	memset(&side->z, 0, sizeof(side->z));
	side->heap = f->heap + (side - f->side);
	memset(side->heap, 0, sizeof(*side->heap));
	side->heap->refuses = way->refuses;
	if (way->heap)
		heap_attach(side->heap, &side->z);
	ret = side->calls->deflateInit2_(&side->z, way->level, Z_DEFLATED,
					 way->bits, way->mem_level, way->strategy,
					 ZLIB_VERSION, (int)sizeof(z_stream));
	if (way->heap && way->refuses)
		CHECK(ret != Z_OK);
	return ret;
}

static bool init(struct fuzz *f)
{
	int zlib, ours;

	take_way(f);
	f->begin = f->goal;
	f->finishing = f->flushed = f->starved = f->primed = false;
	f->forgotten = false;
	f->has_header = false;
	f->fresh = true;
	free(f->dict);
	f->dict = NULL;
	f->dict_len = 0;
	zlib = side_init(f, ZLIB(f));
	ours = side_init(f, OURS(f));
	same(f, "deflateInit2", zlib, ours);
	if (zlib != Z_OK)
		return false;
	SAME("data_type", ZLIB(f)->z.data_type, OURS(f)->z.data_type);
	decoder_start(f, ZLIB(f));
	decoder_start(f, OURS(f));
	return true;
}

static void end(struct fuzz *f)
{
	int zlib, ours;

	side_end(f, ZLIB(f), &zlib);
	side_end(f, OURS(f), &ours);
	if (!f->starved)
		SAME("deflateEnd", zlib, ours);
}

static void step(struct fuzz *f)
{
	uint8_t op = take(&f->in) & 31;

	/* The others compare answers, so both have to be at the same point. */
	if (op != 17 && op != 18 && op != 19)
		settle(f);
	/* What earlier calls said, of which there may be more on one side. */
	ZLIB(f)->z.msg = OURS(f)->z.msg = NULL;
	switch (op) {
	case 16:
		do_misuse(f);
		break;
	case 17:
		do_reset(f);
		break;
	case 18:
		do_copy(f);
		break;
	case 19:
	case 20:
		do_starve(f);
		break;
	case 21:
	case 22:
		do_params(f);
		break;
	case 23:
	case 24:
		do_dictionary(f);
		break;
	case 25:
		do_get_dictionary(f);
		break;
	case 26:
		do_prime(f);
		break;
	case 27:
		do_tune(f);
		break;
	case 28:
	case 29:
		do_bound(f);
		break;
	case 30:
		do_header(f);
		break;
	default:
		do_deflate(f);
	}
}

static void check_one_shot(const uint8_t *in, size_t n, const uint8_t *out,
			   uLongf len)
{
	uint8_t *plain = exact(NULL, n);
	uLongf back = n;

	CHECK(uncompress(plain, &back, out, len) == Z_OK);
	CHECK(back == n && !memcmp(plain, in, n));
	free(plain);
}

/* compress2() with room enough, and with a byte less than it used then. */
static void one_shot(struct fuzz *f)
{
	int level = take(&f->in) % 12 - 1, zlib, ours;
	size_t n = f->len - f->goal;
	uLongf bound = compressBound(n), len[2] = { bound, bound }, less;
	uint8_t *in = exact(f->plain + f->goal, n), *out = exact(NULL, bound);

	zlib = compress2(out, &len[0], in, n, level);
	ours = our_calls.compress2(out, &len[1], in, n, level);
	SAME("compress2", zlib, ours);
	if (ours == Z_OK) {
		CHECK(len[1] <= bound);
		check_one_shot(in, n, out, len[1]);
		less = len[1] - 1;
		free(out);
		out = exact(NULL, less);
		ours = our_calls.compress2(out, &less, in, n, level);
		/* Software may do it in less than the device. */
		if (ours == Z_OK)
			check_one_shot(in, n, out, less);
		else
			CHECK(ours == Z_BUF_ERROR);
	}
	free(in);
	free(out);
}

/* To the device at once, or from zlib to the device sooner or later. */
static void choose(unsigned int way)
{
	static const char *const thresholds[] = { "30", "1000", "20000" };

	CHECK(!wdz_config_set("use", way ? "auto" : "force"));
	CHECK(!wdz_config_set("threshold", way ? thresholds[way - 1] :
			      "measure"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz *f = calloc(1, sizeof(*f));
	unsigned int steps, streams, first;

	CHECK(f);
	f->in = (struct input){ .next = data, .left = size };
	f->side[0].calls = &zlib_calls;
	f->side[1].calls = &our_calls;
	first = take(&f->in);
	streams = first % 3 + 1;
	choose(first / 3 % 4);
	f->plain = make_plain(&f->in, &f->len, MAX_PLAIN);
	if (take(&f->in) % 16 == 0)
		one_shot(f);
	while (streams-- && init(f)) {
		for (steps = 0; steps < MAX_OPS && f->in.left; steps++)
			step(f);
		end(f);
	}
	free(f->dict);
	free(f->plain);
	free(f);
	return 0;
}
