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
 * Entry of a table: bits 5:0 bits to skip, 9:6 bits that had to be seen for
 * that, 10 the next look-up is in the table of distances (which follows that of
 * literals and lengths, so that the bit is the index's), 12 a match, 15 needs a
 * closer look: end of block, a code longer than the index, or no code.
 */
#define ENTRY(skip, seen)	((skip) | (seen) << 6)
#define ENTRY_SKIP(e)		((e) & 0x3f)
#define ENTRY_SEEN(e)		((e) >> 6 & 0xf)
#define ENTRY_DIST		ENTRIES
#define ENTRY_MATCH		0x1000
#define ENTRY_SPECIAL		0x8000
#define ENTRY_FLAGS		(ENTRY_DIST | ENTRY_MATCH | ENTRY_SPECIAL)

/* Two look-ups with the longest skip each fit into a refilled buffer. */
#define REFILL_BITS		56
_Static_assert(2 * (BITS + 14) <= REFILL_BITS, "refill");
_Static_assert(ENTRY_DIST == 0x400, "the bit's place in an entry");

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

/* Codes stand in the stream with their first bit lowest. */
static unsigned int reverse(unsigned int value, unsigned int bits)
{
	value = (value >> 1 & 0x5555) | (value & 0x5555) << 1;
	value = (value >> 2 & 0x3333) | (value & 0x3333) << 2;
	value = (value >> 4 & 0x0f0f) | (value & 0x0f0f) << 4;
	value = (value >> 8 & 0x00ff) | (value & 0x00ff) << 8;
	return value >> (16 - bits);
}

static uint16_t entry_of(unsigned int symbol, unsigned int len, bool is_dist)
{
	if (is_dist)
		return ENTRY(len + dist_extra(symbol), len);
	if (symbol < END_OF_BLOCK)
		return ENTRY(len, len);
	if (symbol == END_OF_BLOCK)
		return ENTRY(0, len) | ENTRY_SPECIAL;
	return ENTRY(len + length_extra(symbol), len) | ENTRY_MATCH |
	       ENTRY_DIST;
}

/* The table for codes up to a length, doubled, begins that for one more. */
static void fill_single(uint16_t *table, const struct code *code, bool is_dist)
{
	unsigned int len, at, value;

	table[0] = ENTRY_SPECIAL | (is_dist ? ENTRY_DIST : 0);
	for (len = 1; len <= BITS; len++) {
		memcpy(table + (1u << (len - 1)), table,
		       sizeof(*table) << (len - 1));
		value = code->first[len];
		for (at = code->index[len]; at < code->index[len + 1]; at++)
			table[reverse(value++, len)] =
				entry_of(code->sorted[at], len, is_dist);
	}
}

/* @first and what follows it, if the index shows all of its code. */
static uint16_t append(uint16_t first, uint16_t second, uint16_t otherwise)
{
	unsigned int skip = ENTRY_SKIP(first) + ENTRY_SKIP(second);
	unsigned int seen = ENTRY_SKIP(first) + ENTRY_SEEN(second);
	uint16_t both = ENTRY(skip, seen & 0xf) | (second & ENTRY_FLAGS);

	if ((first | second) & ENTRY_SPECIAL)
		return otherwise;
	return seen > BITS ? otherwise : both;
}

/* An entry's rest is a smaller index, so the table can be built upwards. */
static void fill_multi(struct zm_scan *scan)
{
	const uint16_t *dist = scan->table + ENTRIES;
	uint16_t *table = scan->table;
	uint16_t first, second, third;
	unsigned int i, rest;

	table[0] = scan->single[0];
	for (i = 1; i < ENTRIES; i++) {
		first = scan->single[i];
		rest = i >> ENTRY_SKIP(first);
		second = scan->single[rest];
		third = rest < i ? table[rest] : second;
		if (first & ENTRY_MATCH)
			second = third = dist[rest];
		table[i] = append(first, third, append(first, second, first));
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

/* One symbol the slow way, with its distance if it is a match; 1 at the end. */
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

/* What the walk keeps in registers. */
struct bits {
	uint64_t buffer;
	unsigned int left;	/* valid bits in it */
	size_t next;		/* byte that follows them */
};

/* At least %REFILL_BITS bits; only where 8 bytes can be read. */
static inline void refill(struct bits *bits, const uint8_t *data)
{
	uint64_t word;

	memcpy(&word, data + bits->next, sizeof(word));
	bits->buffer |= word << bits->left;
	bits->next += (63 - bits->left) / 8;
	bits->left |= REFILL_BITS;
}

static inline void skip(struct bits *bits, uint16_t entry)
{
	bits->buffer >>= ENTRY_SKIP(entry);
	bits->left -= ENTRY_SKIP(entry);
}

/*
 * Skip symbols until something special comes or the data's end is near; true
 * if a distance is what comes.
 */
static bool walk_fast(struct reader *r, const uint16_t *table)
{
	const uint32_t mask = ENTRIES - 1;
	struct bits bits = { .next = r->pos / 8 };
	uint16_t entry = 0, ahead;

	if (r->bytes < 16 || bits.next > r->bytes - 16)
		return false;
	refill(&bits, r->data);
	bits.buffer >>= r->pos % 8;
	bits.left -= r->pos % 8;
	do {
		refill(&bits, r->data);
		ahead = (table + (entry & ENTRY_DIST))[bits.buffer & mask];
		if (ahead & ENTRY_SPECIAL)
			break;
		entry = ahead;
		skip(&bits, entry);
		ahead = (table + (entry & ENTRY_DIST))[bits.buffer & mask];
		if (ahead & ENTRY_SPECIAL)
			break;
		entry = ahead;
		skip(&bits, entry);
	} while (bits.next <= r->bytes - 16);
	r->pos = 8 * bits.next - bits.left;
	return entry & ENTRY_DIST;
}

/* Skip a block's symbols up to and including its end-of-block code. */
static int walk_symbols(struct reader *r, const struct block *b,
			const uint16_t *table)
{
	bool is_dist;
	int end;

	do {
		is_dist = walk_fast(r, table);
		end = walk_special(r, b, is_dist);
		if (r->pos > 8 * r->bytes)
			return -EBADMSG;
	} while (!end);
	return end < 0 ? end : 0;
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
 * @data: a stream as a compressor has made it, and room for 5 bytes more; what
 *	its last block holds is not looked at
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
