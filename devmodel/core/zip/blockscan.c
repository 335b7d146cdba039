/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Turns a complete deflate stream into one that goes on: clears the final bit
 * of its last block and appends an empty stored block, as a sync flush would.
 *
 * The last block's header is found by walking over the symbols of those before
 * it. Nothing is decoded: all that counts is how many bits a symbol and its
 * extra bits take, so that one look-up skips as many symbols as its bits hold.
 * The last block itself is not walked: what follows its end-of-block code are
 * only zeros, and the code says how many zeros it ends with itself.
 */
#include <errno.h>
#include <string.h>

#include "zip_model.h"

#define BITS		ZM_SCAN_BITS
#define ENTRIES		(1u << BITS)
#define CODE_MAX	15
#define LITLENS		288
#define DISTS		32
#define END_OF_BLOCK	256
#define MARKER_BYTES	5

/*
 * Entry of a table: bits 7:0 bits to skip, 15:8 bits that had to be seen for
 * that, 28:16 where the next look-up's table begins, 30 a match, 31 needs a
 * closer look: end of block, a code longer than the index, or no code.
 */
#define ENTRY(skip, seen)	((uint32_t)(skip) | (uint32_t)(seen) << 8)
#define ENTRY_SKIP(e)		((e) & 0xff)
#define ENTRY_SEEN(e)		((e) >> 8 & 0xff)
#define ENTRY_NEXT_SHIFT	16
#define ENTRY_NEXT(e)		((e) >> ENTRY_NEXT_SHIFT & 0x1fff)
#define ENTRY_MATCH		0x40000000
#define ENTRY_SPECIAL		0x80000000
#define NEXT_DIST		(ENTRIES << ENTRY_NEXT_SHIFT)

/* Two look-ups with the longest skip each fit into a refilled buffer. */
_Static_assert(2 * (BITS + 13) <= 56, "refill");

struct reader {
	const uint8_t *data;
	size_t bytes;
	size_t pos;		/* in bits */
};

struct code {
	uint16_t first[CODE_MAX + 2];	/* code, by length */
	uint16_t index[CODE_MAX + 2];	/* in sorted, by length */
	uint16_t sorted[LITLENS];
};

struct block {
	unsigned int litlens;
	unsigned int dists;
	uint8_t lens[LITLENS + DISTS];
	struct code litlen;
	struct code dist;
};

static const uint8_t precode_order[19] = {
	16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15
};

/* Extra bits; 286 and 287 never occur in a stream, nor do distances 30, 31. */
static unsigned int length_extra(unsigned int symbol)
{
	if (symbol < 265 || symbol >= 285)
		return 0;
	return (symbol - 261) / 4;
}

static unsigned int dist_extra(unsigned int symbol)
{
	return symbol < 4 ? 0 : symbol / 2 - 1;
}

/* At least 57 bits of the stream from @pos, zeros behind its end. */
static uint64_t peek(const struct reader *r, size_t pos)
{
	size_t byte = pos / 8;
	uint64_t bits = 0;

	if (byte + sizeof(bits) <= r->bytes)
		memcpy(&bits, r->data + byte, sizeof(bits));
	else if (byte < r->bytes)
		memcpy(&bits, r->data + byte, r->bytes - byte);
	return bits >> pos % 8;
}

static unsigned int take(struct reader *r, unsigned int count)
{
	unsigned int value = peek(r, r->pos) & ((1u << count) - 1);

	r->pos += count;
	return value;
}

static int make_code(struct code *code, const uint8_t *lens, unsigned int n)
{
	unsigned int count[CODE_MAX + 2] = { 0 };
	uint16_t at[CODE_MAX + 2];
	unsigned int i, next = 0;

	for (i = 0; i < n; i++)
		count[lens[i]]++;
	code->first[0] = 0;
	code->index[0] = 0;
	code->index[1] = 0;
	for (i = 1; i <= CODE_MAX; i++) {
		code->first[i] = next;
		code->index[i + 1] = code->index[i] + count[i];
		if (next + count[i] > 1u << i)
			return -EBADMSG;
		next = (next + count[i]) << 1;
	}
	memcpy(at, code->index, sizeof(at));
	for (i = 0; i < n; i++)
		if (lens[i])
			code->sorted[at[lens[i]]++] = i;
	return 0;
}

/* The symbol at the front of @bits, bit by bit; its length to @len. */
static int slow_symbol(const struct code *code, uint64_t bits,
		       unsigned int *len)
{
	unsigned int value = 0, i, offset;

	for (i = 1; i <= CODE_MAX; i++) {
		value = value << 1 | (bits & 1);
		bits >>= 1;
		offset = value - code->first[i];
		if (value >= code->first[i] &&
		    offset < (unsigned int)(code->index[i + 1] - code->index[i])) {
			*len = i;
			return code->sorted[code->index[i] + offset];
		}
	}
	return -EBADMSG;
}

static unsigned int reverse(unsigned int value, unsigned int bits)
{
	unsigned int out = 0;

	while (bits--) {
		out = out << 1 | (value & 1);
		value >>= 1;
	}
	return out;
}

/* Code of the @nth symbol of length @len as it stands in the stream. */
static unsigned int stream_code(const struct code *code, unsigned int len,
				unsigned int nth)
{
	return reverse(code->first[len] + nth, len);
}

static uint32_t entry_of(unsigned int symbol, unsigned int len, bool is_dist)
{
	if (is_dist)
		return ENTRY(len + dist_extra(symbol), len);
	if (symbol < END_OF_BLOCK)
		return ENTRY(len, len);
	if (symbol == END_OF_BLOCK)
		return ENTRY(0, BITS) | ENTRY_SPECIAL;
	return ENTRY(len + length_extra(symbol), len) | ENTRY_MATCH | NEXT_DIST;
}

static void fill_single(uint32_t *table, const struct code *code, bool is_dist)
{
	const uint32_t special = ENTRY(0, BITS) | ENTRY_SPECIAL |
				 (is_dist ? NEXT_DIST : 0);
	unsigned int len, nth, at, count;
	uint32_t entry;

	for (at = 0; at < ENTRIES; at++)
		table[at] = special;
	for (len = 1; len <= BITS; len++) {
		count = code->index[len + 1] - code->index[len];
		for (nth = 0; nth < count; nth++) {
			entry = entry_of(code->sorted[code->index[len] + nth],
					 len, is_dist);
			for (at = stream_code(code, len, nth); at < ENTRIES;
			     at += 1u << len)
				table[at] = entry;
		}
	}
}

/* @first and what follows it, if the index shows all of its code. */
static uint32_t append(uint32_t first, uint32_t second)
{
	unsigned int skip = ENTRY_SKIP(first) + ENTRY_SKIP(second);

	if ((second & ENTRY_SPECIAL) ||
	    ENTRY_SKIP(first) + ENTRY_SEEN(second) > BITS)
		return 0;
	return ENTRY(skip, ENTRY_SKIP(first) + ENTRY_SEEN(second)) |
	       (second & ~0xffffu);
}

/* An entry's rest is a smaller index, so the table can be built upwards. */
static void fill_multi(struct zm_scan *scan)
{
	const uint32_t *dist = scan->table + ENTRIES;
	uint32_t *table = scan->table;
	uint32_t first, both;
	unsigned int i, rest;

	table[0] = scan->single[0];
	for (i = 1; i < ENTRIES; i++) {
		first = scan->single[i];
		table[i] = first;
		if ((first & ENTRY_SPECIAL) || ENTRY_SKIP(first) > BITS)
			continue;
		rest = i >> ENTRY_SKIP(first);
		if (first & ENTRY_MATCH) {
			both = append(first, dist[rest]);
		} else {
			both = append(first, table[rest]);
			if (!both)
				both = append(first, scan->single[rest]);
		}
		if (both)
			table[i] = both;
	}
}

/* The codes of a dynamic block from @lens of the precode. */
static int read_lens(struct reader *r, const struct code *precode,
		     uint8_t *lens, unsigned int total)
{
	unsigned int at = 0, len, repeat;
	uint8_t value;
	int symbol;

	while (at < total) {
		symbol = slow_symbol(precode, peek(r, r->pos), &len);
		if (symbol < 0)
			return symbol;
		r->pos += len;
		value = 0;
		repeat = 1;
		switch (symbol) {
		case 16:
			if (!at)
				return -EBADMSG;
			value = lens[at - 1];
			repeat = 3 + take(r, 2);
			break;
		case 17:
			repeat = 3 + take(r, 3);
			break;
		case 18:
			repeat = 11 + take(r, 7);
			break;
		default:
			value = symbol;
		}
		if (repeat > total - at)
			return -EBADMSG;
		memset(lens + at, value, repeat);
		at += repeat;
	}
	return 0;
}

static int read_dynamic(struct reader *r, struct block *b)
{
	uint8_t precode_lens[19] = { 0 };
	struct code precode;
	unsigned int i, count;
	int err;

	b->litlens = 257 + take(r, 5);
	b->dists = 1 + take(r, 5);
	count = 4 + take(r, 4);
	if (b->litlens > LITLENS || b->dists > DISTS)
		return -EBADMSG;
	for (i = 0; i < count; i++)
		precode_lens[precode_order[i]] = take(r, 3);
	err = make_code(&precode, precode_lens, 19);
	if (!err)
		err = read_lens(r, &precode, b->lens, b->litlens + b->dists);
	return err;
}

static void set_fixed(struct block *b)
{
	b->litlens = LITLENS;
	b->dists = DISTS;
	memset(b->lens, 8, 144);
	memset(b->lens + 144, 9, 112);
	memset(b->lens + 256, 7, 24);
	memset(b->lens + 280, 8, 8);
	memset(b->lens + LITLENS, 5, DISTS);
}

static int read_codes(struct reader *r, struct block *b, unsigned int type)
{
	int err = 0;

	if (type == 1)
		set_fixed(b);
	else
		err = read_dynamic(r, b);
	if (!err && !b->lens[END_OF_BLOCK])
		err = -EBADMSG;
	if (!err)
		err = make_code(&b->litlen, b->lens, b->litlens);
	if (!err)
		err = make_code(&b->dist, b->lens + b->litlens, b->dists);
	return err;
}

/*
 * One symbol that the tables cannot tell, or 1 at the end of the block. In the
 * litlen table everything special is, in the dist table only long codes are.
 */
static int walk_special(struct reader *r, const struct block *b, bool is_dist)
{
	const struct code *code = is_dist ? &b->dist : &b->litlen;
	unsigned int len;
	int symbol;

	symbol = slow_symbol(code, peek(r, r->pos), &len);
	if (symbol < 0)
		return symbol;
	r->pos += len;
	if (is_dist) {
		r->pos += dist_extra(symbol);
		return 0;
	}
	if (symbol == END_OF_BLOCK)
		return 1;
	if (symbol < END_OF_BLOCK)
		return 0;
	r->pos += length_extra(symbol);
	/* A match: its distance right away, so that literals come next. */
	return walk_special(r, b, true);
}

/* Skip a block's symbols up to and including its end-of-block code. */
static int walk_symbols(struct reader *r, const struct block *b,
			const uint32_t *table)
{
	const uint32_t mask = ENTRIES - 1;
	uint32_t entry, base = 0;
	uint64_t bits;
	size_t pos;
	int end;

	for (;;) {
		if (r->pos > 8 * r->bytes)
			return -EBADMSG;
		pos = r->pos;
		bits = peek(r, pos);
		entry = table[base + (bits & mask)];
		if (!(entry & ENTRY_SPECIAL)) {
			base = ENTRY_NEXT(entry);
			pos += ENTRY_SKIP(entry);
			bits >>= ENTRY_SKIP(entry);
			entry = table[base + (bits & mask)];
			r->pos = pos;
		}
		if (!(entry & ENTRY_SPECIAL)) {
			base = ENTRY_NEXT(entry);
			r->pos = pos + ENTRY_SKIP(entry);
			continue;
		}
		end = walk_special(r, b, base);
		if (end)
			return end < 0 ? end : 0;
		base = 0;
	}
}

static int walk_stored(struct reader *r)
{
	unsigned int len;

	r->pos = (r->pos + 7) & ~(size_t)7;
	len = take(r, 16);
	if (take(r, 16) != (len ^ 0xffff))
		return -EBADMSG;
	r->pos += 8 * (size_t)len;
	return 0;
}

/* Where the zeros behind the last block begin, without walking over it. */
static int end_by_code(const struct reader *r, const struct block *b,
		       size_t *end)
{
	unsigned int len = b->lens[END_OF_BLOCK], nth = 0, i, code;
	size_t last = r->bytes;

	for (i = 0; i < END_OF_BLOCK; i++)
		nth += b->lens[i] == len;
	code = b->litlen.first[len] + nth;
	/* All zeros cannot be told from padding. */
	if (!code)
		return -EAGAIN;
	while (last && !r->data[last - 1])
		last--;
	if (!last)
		return -EBADMSG;
	*end = 8 * last - __builtin_clz(r->data[last - 1]) + 24 +
	       __builtin_ctz(code);
	return 0;
}

/* Walk over a block that is not stored. */
static int walk_coded(struct reader *r, struct zm_scan *scan, unsigned int type,
		      bool is_final)
{
	struct block b;
	int err;

	err = read_codes(r, &b, type);
	if (err)
		return err;
	if (is_final) {
		err = end_by_code(r, &b, &r->pos);
		if (err != -EAGAIN)
			return err;
	}
	fill_single(scan->table + ENTRIES, &b.dist, true);
	fill_single(scan->single, &b.litlen, false);
	fill_multi(scan);
	return walk_symbols(r, &b, scan->table);
}

/**
 * hisi_zip_model_open_stream() - make a complete stream one that goes on
 * @scan: memory for tables
 * @data: a stream as a compressor has made it, and room for 5 bytes more
 * @len: bytes of the stream
 * @total: set to bytes with the marker
 *
 * Return: 0, -EBADMSG if it is no complete stream; @data is unchanged then.
 */
int hisi_zip_model_open_stream(struct zm_scan *scan, uint8_t *data,
			       size_t len, size_t *total)
{
	struct reader r = { .data = data, .bytes = len };
	unsigned int header, type;
	size_t start;
	int err;

	do {
		start = r.pos;
		header = take(&r, 3);
		type = header >> 1;
		if (type == 3 || r.pos > 8 * len)
			return -EBADMSG;
		if (type == 0)
			err = walk_stored(&r);
		else
			err = walk_coded(&r, scan, type, header & 1);
		if (err)
			return err;
	} while (!(header & 1));
	if (r.pos > 8 * len || 8 * len - r.pos > 7)
		return -EBADMSG;

	data[start / 8] &= ~(1u << start % 8);
	/* The marker's block header may fit into the last byte's padding. */
	memcpy(data + len, "\0\0\0\xff\xff", MARKER_BYTES);
	*total = len + MARKER_BYTES;
	if (8 * len - r.pos >= 3) {
		memcpy(data + len, "\0\0\xff\xff", MARKER_BYTES - 1);
		*total = len + MARKER_BYTES - 1;
	}
	return 0;
}
