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

/*
 * Input that zlib may have taken without a byte of output for it: what is in
 * its window, and in a block that is not complete.
 */
#define UNSEEN		(64u << 10)

/* Room for all of that, whatever it becomes, and what waits in its buffer. */
#define FLUSH_ROOM	(512u << 10)

/*
 * deflateBound() counts 5 bytes for 16 KiB, devices need 5 for 64 KiB and 5 for
 * a piece. Of so many bytes that leaves more than twice a mark and a block.
 */
#define ROOMY		(128u << 10)

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
	d->device_from = SIZE_MAX;
	return d;
}

int wdz_deflateInit2_(z_streamp strm, int level, int method, int bits,
		      int mem_level, int strategy, const char *version,
		      int size)
{
	struct wdz_deflate *d;
	int ret;

	ret = wdz_real(deflateInit2_)(strm, level, method, bits, mem_level,
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
	d->device_from = SIZE_MAX;
	d->total_in = 0;
	d->check = d->wrap == WDZ_ZLIB;
}

int wdz_deflateEnd(z_streamp strm)
{
	struct wdz_deflate *d = wdz_deflate_of(strm);
	bool is_ours, is_early;
	int ret;

	if (!d)
		return wdz_real(deflateEnd)(strm);
	is_ours = d->place == WDZ_DEVICE;
	is_early = d->has_begun && !d->is_finishing;
	strm->state = d->zlib;
	wdz_deflate_clear(d);
	free(d);
	ret = wdz_real(deflateEnd)(strm);
	if (is_ours && ret != Z_STREAM_ERROR)
		return is_early ? Z_DATA_ERROR : Z_OK;
	return ret;
}

int wdz_deflateReset(z_streamp strm)
{
	struct wdz_deflate *d = wdz_deflate_of(strm);
	int ret;

	if (!d)
		return wdz_real(deflateReset)(strm);
	wdz_deflate_lend(d);
	ret = wdz_real(deflateReset)(strm);
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
	ret = wdz_real(deflate)(strm, flush);
	wdz_deflate_return(d);
	if (begin)
		wdz_choice_soft(wdz_kind_of(d->level), in - strm->avail_in,
				begin);
	d->total_in += in - strm->avail_in;
	wdz_count(WDZ_COUNT_DEFLATE_SOFT_IN, in - strm->avail_in);
	wdz_count(WDZ_COUNT_DEFLATE_SOFT_OUT, out - strm->avail_out);
	return ret;
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

/* The stream becomes ours. False if that cannot be. */
static bool to_device(struct wdz_deflate *d, const struct wdz_engine *want)
{
	struct wdz_body *body = &d->body;

	if (!wdz_body_init(body, want))
		return false;
	body->level = d->level;
	body->strategy = d->strategy;
	body->window_bits = d->window_bits;
	body->mem_level = d->mem_level;
	d->gathered = body->buffers->in;
	d->gathered_room = sizeof(body->buffers->in);
	d->place = WDZ_DEVICE;
	wdz_count(WDZ_COUNT_DEFLATE_DEVICE, 1);
	wdz_trace("deflate, level %d: device", d->level);
	return true;
}

/*
 * Have zlib put out all that it was given, up to a byte boundary.
 *
 * Return: false if it is not there; what came is pending all the same.
 */
static bool flush_zlib(struct wdz_deflate *d)
{
	z_streamp strm = d->strm;
	const z_stream saved = *strm;
	uint8_t *out = malloc(FLUSH_ROOM);
	unsigned int bytes = 1;
	int bits = 1;

	if (!out)
		return false;
	strm->avail_in = 0;
	strm->next_out = out;
	strm->avail_out = FLUSH_ROOM;
	wdz_deflate_lend(d);
	/* A stream of which there is only a header needs no mark behind it. */
	wdz_real(deflate)(strm, d->total_in ? Z_SYNC_FLUSH : Z_NO_FLUSH);
	wdz_real(deflatePending)(strm, &bytes, &bits);
	wdz_deflate_return(d);
	d->pending = (struct wdz_pending) {
		.memory = out, .at = out, .bytes = FLUSH_ROOM - strm->avail_out,
	};
	wdz_count(WDZ_COUNT_DEFLATE_SOFT_OUT, d->pending.bytes);
	if (!d->pending.bytes)
		wdz_pending_drop(&d->pending);
	strm->avail_in = saved.avail_in;
	strm->next_out = saved.next_out;
	strm->avail_out = saved.avail_out;
	strm->total_out = saved.total_out;
	/* That there was nothing to flush is no error of the caller's. */
	strm->msg = saved.msg;
	return !bytes && !bits;
}

/*
 * The stream becomes ours behind what zlib has made of it. False if that cannot
 * be: it goes on there.
 */
static bool to_device_later(struct wdz_deflate *d)
{
	struct wdz_body *body = &d->body;
	struct wdz_engine want;
	uInt history = 0;

	describe(d, &want);
	d->device_from = SIZE_MAX;
	if (!to_device(d, &want))
		return false;
	if (!flush_zlib(d)) {
		wdz_trace("deflate goes on in software: zlib cannot stop here");
		wdz_count(WDZ_COUNT_DEFLATE_MOVED, 1);
		wdz_body_exit(body);
		d->gathered = NULL;
		d->gathered_room = 0;
		d->place = WDZ_SOFT;
		return false;
	}
	wdz_deflate_lend(d);
	wdz_real(deflateGetDictionary)(d->strm, body->buffers->history,
				       &history);
	wdz_deflate_return(d);
	body->history_bytes = history;
	d->has_begun = true;
	d->has_header = true;
	if (d->wrap != WDZ_RAW)
		d->check = d->strm->adler;
	return true;
}

/* What zlib refuses, or answers, before it looks at the input. */
static bool is_refused(const struct wdz_deflate *d, int flush)
{
	const z_stream *strm = d->strm;

	return flush < Z_NO_FLUSH || flush > Z_BLOCK || !strm->next_out ||
	       (strm->avail_in && !strm->next_in) || !strm->avail_out;
}

/*
 * There is to be room for a mark between zlib's part and the device's: a stream
 * of a few calls shall not exceed deflateBound(), either. The input that comes
 * leaves it, if it is some, or what became smaller so far.
 */
static bool has_room(const struct wdz_deflate *d)
{
	const uint64_t total = d->total_in;

	return !total || d->strm->avail_in >= ROOMY ||
	       d->strm->total_out + UNSEEN < total - total / 16;
}

/*
 * Is it time for that? What is still to come of a stream nobody knows: as much
 * as has come already, for want of anything better.
 */
static bool is_time(const struct wdz_deflate *d, int flush)
{
	const size_t bytes = d->strm->avail_in;

	if (d->device_from == SIZE_MAX || !bytes)
		return false;
	if (bytes < d->device_from &&
	    (flush != Z_NO_FLUSH || d->total_in / 2 < d->device_from))
		return false;
	return !d->pending.bytes && !is_refused(d, flush) && is_possible(d) &&
	       (flush == Z_NO_FLUSH || bytes >= STORED_MIN) && has_room(d);
}

static int deflate_soft(struct wdz_deflate *d, int flush)
{
	z_streamp strm = d->strm;
	int ret;

	if (is_time(d, flush) && to_device_later(d))
		return wdz_deflate_own(d, flush);
	/* Behind its end nothing of a stream can go anywhere. */
	if (flush == Z_FINISH)
		d->device_from = SIZE_MAX;
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

/*
 * Where does the stream go? It begins in zlib if too little is known of it, and
 * comes to the device when it turns out to be worth it.
 */
static void decide(struct wdz_deflate *d, int flush)
{
	const size_t known = d->strm->avail_in;
	struct wdz_engine want;
	size_t threshold;
	bool is_worth_it;

	if (is_possible(d)) {
		describe(d, &want);
		threshold = wdz_choice_threshold(wdz_kind_of(d->level),
						 wdz_engine_waits(&want));
		wdz_trace("deflate: %zu bytes known, threshold %zu", known,
			  threshold);
		is_worth_it = known >= (flush == Z_FINISH ? STORED_MIN : 1) &&
			      known >= threshold;
		if ((flush != Z_NO_FLUSH || is_worth_it) &&
		    wdz_choice_is_probe(wdz_kind_of(d->level), known))
			is_worth_it = !is_worth_it;
		else if (!is_worth_it)
			d->device_from = threshold;
		if (is_worth_it && to_device(d, &want))
			return;
	}
	d->place = WDZ_SOFT;
	wdz_count(WDZ_COUNT_DEFLATE_SOFT, 1);
	wdz_trace("deflate, level %d: software", d->level);
}

static int deflate_undecided(struct wdz_deflate *d, int flush)
{
	if (is_refused(d, flush))
		return call_zlib(d, flush);
	decide(d, flush);
	if (d->place == WDZ_DEVICE)
		return wdz_deflate_own(d, flush);
	return deflate_soft(d, flush);
}

int wdz_deflate(z_streamp strm, int flush)
{
	struct wdz_deflate *d = wdz_deflate_of(strm);

	if (!d)
		return wdz_real(deflate)(strm, flush);
	if (d->place == WDZ_SOFT)
		return deflate_soft(d, flush);
	if (d->place == WDZ_DEVICE)
		return wdz_deflate_own(d, flush);
	return deflate_undecided(d, flush);
}
