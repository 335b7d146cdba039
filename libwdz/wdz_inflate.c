/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Life of a stream, the decision where it goes, and its header. */
#include <stdlib.h>
#include <string.h>

#include "wdz_choice.h"
#include "wdz_config.h"
#include "wdz_count.h"
#include "wdz_device.h"
#include "wdz_inflate.h"

/* zlib is between two blocks (zlib.h on data_type and Z_BLOCK). */
#define AT_BLOCK	128

const char wdz_inflate_tag;

int wdz_inflateInit2_(z_streamp strm, int bits, const char *version, int size)
{
	struct wdz_inflate *d;
	int ret;

	ret = wdz_real(inflateInit2_)(strm, bits, version, size);
	if (ret != Z_OK || wdz_config()->use == WDZ_USE_OFF)
		return ret;
	/* Without a state of ours the stream is zlib's. */
	d = calloc(1, sizeof(*d));
	if (!d)
		return ret;
	d->tag = &wdz_inflate_tag;
	d->strm = strm;
	d->bits = bits;
	d->is_kept = true;
	wdz_inflate_return(d);
	return ret;
}

int wdz_inflateInit_(z_streamp strm, const char *version, int size)
{
	return wdz_inflateInit2_(strm, MAX_WBITS, version, size);
}

void wdz_inflate_clear(struct wdz_inflate *d)
{
	const struct wdz_inflate old = *d;

	wdz_engine_put(d->engine, true);
	free(d->kept);
	free(d->ahead);
	*d = (struct wdz_inflate) {
		.tag = old.tag, .strm = old.strm, .zlib = old.zlib,
		.bits = old.bits, .is_unchecked = old.is_unchecked,
		.is_kept = true,
	};
}

/* The stream is zlib's from here on. */
static void leave(struct wdz_inflate *d)
{
	d->strm->state = d->zlib;
	wdz_inflate_clear(d);
	free(d);
}

int wdz_inflateEnd(z_streamp strm)
{
	struct wdz_inflate *d = wdz_inflate_of(strm);

	if (d)
		leave(d);
	return wdz_real(inflateEnd)(strm);
}

int wdz_inflateReset(z_streamp strm)
{
	struct wdz_inflate *d = wdz_inflate_of(strm);
	int ret;

	if (!d)
		return wdz_real(inflateReset)(strm);
	wdz_inflate_clear(d);
	wdz_inflate_lend(d);
	ret = wdz_real(inflateReset)(strm);
	wdz_inflate_return(d);
	return ret;
}

int wdz_inflateReset2(z_streamp strm, int bits)
{
	struct wdz_inflate *d = wdz_inflate_of(strm);
	int ret;

	if (!d)
		return wdz_real(inflateReset2)(strm, bits);
	wdz_inflate_lend(d);
	ret = wdz_real(inflateReset2)(strm, bits);
	wdz_inflate_return(d);
	if (ret != Z_OK)
		return ret;
	wdz_inflate_clear(d);
	d->bits = bits;
	d->is_unchecked = false;
	return ret;
}

/* zlib refuses what reaches farther back than a small window; no device does. */
static bool is_possible(const struct wdz_inflate *d, int flush)
{
	int bits = d->bits < 0 ? -d->bits : d->bits & 15;

	return !d->is_soft_only && !d->is_unchecked && (bits == 15 || !bits) &&
	       (flush == Z_NO_FLUSH || flush == Z_SYNC_FLUSH ||
		flush == Z_FINISH);
}

static uint32_t format_of(const struct wdz_inflate *d)
{
	if (!d->is_checked)
		return WD_COMP_DEFLATE;
	return d->is_gzip ? WD_COMP_GZIP : WD_COMP_ZLIB;
}

static void to_soft(struct wdz_inflate *d)
{
	d->place = WDZ_INFLATE_SOFT;
	wdz_count(WDZ_COUNT_INFLATE_SOFT, 1);
	wdz_trace("inflate: software");
}

/* The session has to see a header, too; any will do. */
static bool skip_header(struct wdz_engine *engine)
{
	uint8_t head[WD_COMP_HEAD_MAX_BYTES];
	struct wd_comp_io io = { .src = head };

	io.src_bytes = wdz_device()->stream_head(engine->format, head);
	if (!io.src_bytes)
		return true;
	return !wdz_device()->stream(engine->session, &io, WD_COMP_NO_FLUSH) &&
	       !io.src_bytes;
}

/* zlib waits at the start of the body. */
static void begin_body(struct wdz_inflate *d)
{
	struct wdz_engine want = {
		.direction = WD_COMP_DECOMPRESS,
		.format = format_of(d),
	};

	d->engine = wdz_engine_get(&want);
	if (d->engine && !skip_header(d->engine)) {
		wdz_engine_put(d->engine, false);
		d->engine = NULL;
	}
	if (!d->engine) {
		to_soft(d);
		return;
	}
	d->place = WDZ_INFLATE_DEVICE;
	wdz_count(WDZ_COUNT_INFLATE_DEVICE, 1);
	wdz_trace("inflate: device");
}

/* Does it go to the device? The header is read by zlib in any case. */
static void decide(struct wdz_inflate *d, int flush)
{
	const size_t known = d->strm->avail_in;
	struct wdz_engine want = {
		.direction = WD_COMP_DECOMPRESS,
		.format = d->bits < 0 ? WD_COMP_DEFLATE :
			  d->bits > 15 ? WD_COMP_GZIP : WD_COMP_ZLIB,
	};
	size_t threshold;
	bool is_worth_it;

	if (!is_possible(d, flush)) {
		to_soft(d);
		return;
	}
	threshold = wdz_choice_threshold(WDZ_KIND_INFLATE,
					 wdz_engine_waits(&want));
	wdz_trace("inflate: %zu bytes known, threshold %zu", known, threshold);
	is_worth_it = known >= threshold;
	if (wdz_choice_is_probe(WDZ_KIND_INFLATE, known))
		is_worth_it = !is_worth_it;
	if (!is_worth_it)
		to_soft(d);
	else if (d->bits < 0)
		begin_body(d);
	else
		d->place = WDZ_INFLATE_HEADER;
}

/*
 * zlib reads the header and stops behind it.
 *
 * Return: Z_OK if it is through or wants more input, else as inflate(): then
 * the stream is zlib's.
 */
static int read_header(struct wdz_inflate *d)
{
	z_streamp strm = d->strm;
	int ret;

	wdz_inflate_lend(d);
	ret = wdz_real(inflate)(strm, Z_BLOCK);
	wdz_inflate_return(d);
	if (ret != Z_OK && ret != Z_BUF_ERROR) {
		to_soft(d);
		return ret;
	}
	if (strm->data_type & AT_BLOCK) {
		strm->data_type = 0;
		d->is_checked = true;
		d->is_gzip = !strm->adler;
		begin_body(d);
	}
	return Z_OK;
}

/* A stream that is on its way to the device. */
static int inflate_header(struct wdz_inflate *d, int flush)
{
	z_streamp strm = d->strm;
	const uInt in = strm->avail_in, out = strm->avail_out;
	int ret;

	ret = read_header(d);
	if (ret != Z_OK)
		return ret;
	if (d->place == WDZ_INFLATE_SOFT)
		ret = wdz_inflate_soft(d, flush);
	else if (d->place == WDZ_INFLATE_DEVICE)
		ret = wdz_inflate_own(d, flush);
	else if (flush == Z_FINISH)
		ret = Z_BUF_ERROR;
	/* The header was progress, which the rest does not know of. */
	if (ret == Z_BUF_ERROR && flush != Z_FINISH &&
	    (strm->avail_in != in || strm->avail_out != out))
		return Z_OK;
	if (ret == Z_OK && strm->avail_in == in && strm->avail_out == out)
		return Z_BUF_ERROR;
	return ret;
}

static int inflate_undecided(struct wdz_inflate *d, int flush)
{
	z_streamp strm = d->strm;

	if (!strm->next_out || !strm->avail_in || !strm->next_in) {
		int ret;

		wdz_inflate_lend(d);
		ret = wdz_real(inflate)(strm, flush);
		wdz_inflate_return(d);
		return ret;
	}
	decide(d, flush);
	if (d->place == WDZ_INFLATE_SOFT)
		return wdz_inflate_soft(d, flush);
	if (d->place == WDZ_INFLATE_DEVICE)
		return wdz_inflate_own(d, flush);
	return inflate_header(d, flush);
}

static int inflate_placed(struct wdz_inflate *d, int flush)
{
	z_streamp strm = d->strm;

	switch (d->place) {
	case WDZ_INFLATE_SOFT:
		return wdz_inflate_soft(d, flush);
	case WDZ_INFLATE_UNDECIDED:
		return inflate_undecided(d, flush);
	case WDZ_INFLATE_LOST:
		return d->error;
	default:
		break;
	}
	if (!strm->next_out || (strm->avail_in && !strm->next_in))
		return Z_STREAM_ERROR;
	if (!is_possible(d, flush) &&
	    wdz_inflate_to_soft(d, "only zlib stops at blocks", false))
		return d->error;
	if (d->place == WDZ_INFLATE_SOFT)
		return wdz_inflate_soft(d, flush);
	if (d->place == WDZ_INFLATE_HEADER)
		return inflate_header(d, flush);
	return wdz_inflate_own(d, flush);
}

int wdz_inflate(z_streamp strm, int flush)
{
	struct wdz_inflate *d = wdz_inflate_of(strm);
	int ret;

	if (!d)
		return wdz_real(inflate)(strm, flush);
	ret = inflate_placed(d, flush);
	/*
	 * The caller is to answer zlib with a dictionary; our state has nothing
	 * to add to such a stream any more.
	 */
	if (ret == Z_NEED_DICT)
		leave(d);
	return ret;
}
