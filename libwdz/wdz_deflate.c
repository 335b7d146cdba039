/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Life of a stream, and the decision where it goes. */
#include <stdlib.h>
#include <string.h>

#include "wdz_config.h"
#include "wdz_count.h"
#include "wdz_deflate.h"

/*
 * Devices may refer back over all of 32 KiB, whatever window a request names
 * (hisi-zip 11, item 11): who asks for less gets it from zlib.
 */
#define WINDOW_BITS	15

/*
 * For fewer bytes in a single call deflateBound() may leave no room for a stored
 * block, which is what devices make of them.
 */
#define STORED_MIN	8

/* What an undecided stream gathers, at most. */
#define GATHER_MAX	(512u << 10)
#define GATHER_MIN	(8u << 10)

const char wdz_deflate_tag;

void wdz_pending_drop(struct wdz_pending *pending)
{
	free(pending->memory);
	memset(pending, 0, sizeof(*pending));
}

void wdz_pending_give(struct wdz_pending *pending, z_streamp strm)
{
	size_t bytes = pending->bytes;

	if (bytes > strm->avail_out)
		bytes = strm->avail_out;
	if (!bytes)
		return;
	memcpy(strm->next_out, pending->at, bytes);
	strm->next_out += bytes;
	strm->avail_out -= bytes;
	strm->total_out += bytes;
	pending->at += bytes;
	pending->bytes -= bytes;
	if (!pending->bytes)
		wdz_pending_drop(pending);
}

/* zlib has checked the parameters already. */
static void set_format(struct wdz_deflate *d, int bits)
{
	d->wrap = WDZ_ZLIB;
	if (bits < 0) {
		d->wrap = WDZ_RAW;
		bits = -bits;
	} else if (bits > 15) {
		d->wrap = WDZ_GZIP;
		bits -= 16;
	}
	d->window_bits = bits == 8 ? 9 : bits;
	d->check = d->wrap == WDZ_ZLIB;
}

static struct wdz_deflate *new_state(z_streamp strm)
{
	struct wdz_deflate *d;

	d = calloc(1, sizeof(*d));
	if (!d)
		return NULL;
	d->tag = &wdz_deflate_tag;
	d->strm = strm;
	d->last_flush = -2;
	return d;
}

int wdz_deflateInit2_(z_streamp strm, int level, int method, int bits,
		      int mem_level, int strategy, const char *version,
		      int size)
{
	struct wdz_deflate *d;
	int ret;

	ret = wdz_real()->deflateInit2_(strm, level, method, bits, mem_level,
					strategy, version, size);
	if (ret != Z_OK || wdz_config()->use == WDZ_USE_OFF)
		return ret;
	/* Without a state of ours the stream is zlib's. */
	d = new_state(strm);
	if (!d)
		return ret;
	d->level = level == Z_DEFAULT_COMPRESSION ? 6 : level;
	d->strategy = strategy;
	d->mem_level = mem_level;
	set_format(d, bits);
	wdz_deflate_return(d);
	return ret;
}

int wdz_deflateInit_(z_streamp strm, int level, const char *version, int size)
{
	return wdz_deflateInit2_(strm, level, Z_DEFLATED, MAX_WBITS,
				 8, Z_DEFAULT_STRATEGY, version, size);
}

void wdz_deflate_clear(struct wdz_deflate *d)
{
	wdz_pending_drop(&d->pending);
	if (d->place == WDZ_DEVICE)
		wdz_body_exit(&d->body);
	else
		free(d->gathered);
	d->gathered = NULL;
	d->gathered_bytes = 0;
	d->gathered_room = 0;
	d->place = WDZ_UNDECIDED;
	d->last_flush = -2;
	d->is_soft_only = false;
	d->has_begun = false;
	d->has_header = false;
	d->is_finishing = false;
	d->is_flushed = false;
	d->total_in = 0;
	d->check = d->wrap == WDZ_ZLIB;
}

int wdz_deflateEnd(z_streamp strm)
{
	struct wdz_deflate *d = wdz_deflate_of(strm);
	bool is_ours, is_early;
	int ret;

	if (!d)
		return wdz_real()->deflateEnd(strm);
	is_ours = d->place == WDZ_DEVICE ||
		  (d->place == WDZ_UNDECIDED && d->has_begun);
	is_early = d->has_begun && !d->is_finishing;
	strm->state = d->zlib;
	wdz_deflate_clear(d);
	free(d);
	ret = wdz_real()->deflateEnd(strm);
	if (is_ours && ret != Z_STREAM_ERROR)
		return is_early ? Z_DATA_ERROR : Z_OK;
	return ret;
}

int wdz_deflateReset(z_streamp strm)
{
	struct wdz_deflate *d = wdz_deflate_of(strm);
	int ret;

	if (!d)
		return wdz_real()->deflateReset(strm);
	wdz_deflate_lend(d);
	ret = wdz_real()->deflateReset(strm);
	wdz_deflate_return(d);
	if (ret == Z_OK)
		wdz_deflate_clear(d);
	return ret;
}

/* --- software --- */

/* deflate() of zlib. @begin of wdz_choice.h, for @in bytes. */
static int call_zlib(struct wdz_deflate *d, int flush)
{
	z_streamp strm = d->strm;
	const uInt in = strm->avail_in, out = strm->avail_out;
	uint64_t begin = wdz_choice_begin(in);
	int ret;

	wdz_deflate_lend(d);
	ret = wdz_real()->deflate(strm, flush);
	wdz_deflate_return(d);
	if (begin)
		wdz_choice_soft(wdz_kind_of(d->level), in - strm->avail_in,
				begin);
	wdz_count(WDZ_COUNT_DEFLATE_SOFT_IN, in - strm->avail_in);
	wdz_count(WDZ_COUNT_DEFLATE_SOFT_OUT, out - strm->avail_out);
	return ret;
}

/* Everything that was gathered through zlib, into memory of ours. */
static int replay(struct wdz_deflate *d)
{
	z_streamp strm = d->strm;
	const z_stream saved = *strm;
	const size_t before = d->pending.bytes;
	size_t room = wdz_deflateBound(strm, d->gathered_bytes);
	uint8_t *out = malloc(before + room);
	int ret;

	if (!out)
		return Z_MEM_ERROR;
	if (before)
		memcpy(out, d->pending.at, before);
	wdz_pending_drop(&d->pending);
	/* It is in these two already, and zlib will add it to them again. */
	strm->total_in = saved.total_in - d->gathered_bytes;
	if (d->wrap != WDZ_RAW)
		strm->adler = d->wrap == WDZ_ZLIB;
	strm->next_in = d->gathered;
	strm->avail_in = d->gathered_bytes;
	strm->next_out = out + before;
	strm->avail_out = room;
	ret = call_zlib(d, Z_NO_FLUSH);
	d->pending.memory = out;
	d->pending.at = out;
	d->pending.bytes = before + room - strm->avail_out;
	if (!d->pending.bytes)
		wdz_pending_drop(&d->pending);
	ret = ret != Z_OK || strm->avail_in ? Z_MEM_ERROR : 0;
	strm->next_in = saved.next_in;
	strm->avail_in = saved.avail_in;
	strm->next_out = saved.next_out;
	strm->avail_out = saved.avail_out;
	strm->total_in = saved.total_in;
	strm->total_out = saved.total_out;
	return ret;
}

int wdz_deflate_to_soft(struct wdz_deflate *d)
{
	int ret = 0;

	if (d->gathered_bytes)
		ret = replay(d);
	if (ret)
		return ret;
	free(d->gathered);
	d->gathered = NULL;
	d->gathered_bytes = 0;
	d->place = WDZ_SOFT;
	wdz_count(WDZ_COUNT_DEFLATE_SOFT, 1);
	wdz_trace("deflate, level %d: software", d->level);
	return 0;
}

static int deflate_soft(struct wdz_deflate *d, int flush)
{
	z_streamp strm = d->strm;
	int ret;

	if (!d->pending.bytes)
		return call_zlib(d, flush);
	if (!strm->next_out || !strm->avail_out ||
	    (strm->avail_in && !strm->next_in))
		return call_zlib(d, flush);
	wdz_pending_give(&d->pending, strm);
	if (!strm->avail_out)
		return Z_OK;
	ret = call_zlib(d, flush);
	/* It does not know that there was progress. */
	return ret == Z_BUF_ERROR ? Z_OK : ret;
}

/* --- decision --- */

static bool is_possible(const struct wdz_deflate *d)
{
	return !d->is_soft_only && d->level > 0 &&
	       (d->strategy == Z_DEFAULT_STRATEGY ||
		d->strategy == Z_FILTERED) &&
	       d->window_bits == WINDOW_BITS;
}

static void describe(const struct wdz_deflate *d, struct wdz_engine *want)
{
	*want = (struct wdz_engine) {
		.direction = WD_COMP_COMPRESS,
		.format = WD_COMP_DEFLATE,
		.level = d->level,
	};
}

/* The stream becomes ours, with what was gathered. False if that cannot be. */
static bool to_device(struct wdz_deflate *d, const struct wdz_engine *want)
{
	struct wdz_body *body = &d->body;

	if (!wdz_body_init(body, want))
		return false;
	body->level = d->level;
	body->strategy = d->strategy;
	body->window_bits = d->window_bits;
	body->mem_level = d->mem_level;
	if (d->gathered_bytes)
		memcpy(body->buffers->in, d->gathered, d->gathered_bytes);
	free(d->gathered);
	d->gathered = body->buffers->in;
	d->gathered_room = sizeof(body->buffers->in);
	d->place = WDZ_DEVICE;
	wdz_count(WDZ_COUNT_DEFLATE_DEVICE, 1);
	wdz_trace("deflate, level %d: device", d->level);
	return true;
}

static bool grow(struct wdz_deflate *d, size_t bytes)
{
	size_t room = d->gathered_room ? d->gathered_room : GATHER_MIN;
	uint8_t *memory;

	while (room < bytes)
		room *= 2;
	if (room == d->gathered_room)
		return true;
	memory = realloc(d->gathered, room);
	if (!memory)
		return false;
	d->gathered = memory;
	d->gathered_room = room;
	return true;
}

/* Take the input, to see whether more of it comes. */
static bool gather(struct wdz_deflate *d)
{
	z_streamp strm = d->strm;
	size_t bytes = strm->avail_in;

	if (d->gathered_bytes + bytes > GATHER_MAX ||
	    !grow(d, d->gathered_bytes + bytes) ||
	    (!d->has_header && wdz_deflate_make_header(d)))
		return false;
	d->has_begun = true;
	wdz_pending_give(&d->pending, strm);
	if (!strm->avail_out)
		d->last_flush = -1;
	if (!bytes)
		return true;
	memcpy(d->gathered + d->gathered_bytes, strm->next_in, bytes);
	d->gathered_bytes += bytes;
	wdz_deflate_take_input(d, bytes);
	return true;
}

/* Where does the stream go? It may stay undecided if it is not flushed yet. */
static int decide(struct wdz_deflate *d, int flush)
{
	const size_t known = d->gathered_bytes + d->strm->avail_in;
	struct wdz_engine want;
	size_t threshold;
	bool is_worth_it;

	if (!is_possible(d))
		return wdz_deflate_to_soft(d);
	describe(d, &want);
	threshold = wdz_choice_threshold(wdz_kind_of(d->level),
					 wdz_engine_waits(&want));
	is_worth_it = known >= (flush == Z_FINISH ? STORED_MIN : 1) &&
		      known >= threshold;
	if (flush != Z_NO_FLUSH || is_worth_it)
		wdz_trace("deflate: %zu bytes known, threshold %zu", known,
			  threshold);
	if (flush == Z_NO_FLUSH && !is_worth_it) {
		if (threshold <= GATHER_MAX && gather(d))
			return 0;
	} else if (wdz_choice_is_probe(wdz_kind_of(d->level), known)) {
		is_worth_it = !is_worth_it;
	}
	if (is_worth_it && to_device(d, &want))
		return 0;
	return wdz_deflate_to_soft(d);
}

/* What zlib refuses, or answers, before it looks at the input. */
static bool is_refused(const struct wdz_deflate *d, int flush)
{
	const z_stream *strm = d->strm;

	return flush < Z_NO_FLUSH || flush > Z_BLOCK || !strm->next_out ||
	       (strm->avail_in && !strm->next_in) || !strm->avail_out;
}

static int deflate_undecided(struct wdz_deflate *d, int flush)
{
	int ret;

	if (is_refused(d, flush))
		return call_zlib(d, flush);
	if (wdz_deflate_is_answered(d, flush, &ret))
		return ret;
	ret = decide(d, flush);
	if (ret)
		return ret;
	if (d->place == WDZ_DEVICE)
		return wdz_deflate_go_on(d, flush);
	if (d->place == WDZ_SOFT)
		return deflate_soft(d, flush);
	return Z_OK;
}

int wdz_deflate(z_streamp strm, int flush)
{
	struct wdz_deflate *d = wdz_deflate_of(strm);

	if (!d)
		return wdz_real()->deflate(strm, flush);
	if (d->place == WDZ_SOFT)
		return deflate_soft(d, flush);
	if (d->place == WDZ_DEVICE)
		return wdz_deflate_own(d, flush);
	return deflate_undecided(d, flush);
}
