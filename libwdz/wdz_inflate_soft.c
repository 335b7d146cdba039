/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* inflate() in software, from the start or from where the device was. */
#include <stdlib.h>
#include <string.h>

#include "wdz_choice.h"
#include "wdz_config.h"
#include "wdz_count.h"
#include "wdz_inflate.h"

#define SCRATCH	32768
#define KEPT_MIN	4096

/* data_type: zlib is behind a block, or behind that or the header of one. */
#define AT_BLOCK	128
#define AT_STOP		(AT_BLOCK | 256)

static int call_zlib(struct wdz_inflate *d, int flush)
{
	z_streamp strm = d->strm;
	const uInt in = strm->avail_in, out = strm->avail_out;
	uint64_t begin = wdz_choice_begin(in);
	int ret;

	wdz_inflate_lend(d);
	ret = wdz_real(inflate)(strm, flush);
	wdz_inflate_return(d);
	if (begin)
		wdz_choice_soft(WDZ_KIND_INFLATE, in - strm->avail_in, begin);
	wdz_count(WDZ_COUNT_INFLATE_SOFT_IN, in - strm->avail_in);
	wdz_count(WDZ_COUNT_INFLATE_SOFT_OUT, out - strm->avail_out);
	return ret;
}

static bool keep_room(struct wdz_inflate *d, size_t bytes)
{
	size_t room = d->kept_room ? d->kept_room : KEPT_MIN;
	uint8_t *memory;

	if (bytes > wdz_config()->replay_bytes)
		return false;
	while (room < bytes)
		room *= 2;
	if (room == d->kept_room)
		return true;
	memory = realloc(d->kept, room);
	if (!memory)
		return false;
	d->kept = memory;
	d->kept_room = room;
	return true;
}

void wdz_inflate_keep(struct wdz_inflate *d, const uint8_t *data, size_t bytes)
{
	if (!bytes || !d->is_kept)
		return;
	if (!keep_room(d, d->kept_bytes + bytes)) {
		free(d->kept);
		d->kept = NULL;
		d->kept_bytes = 0;
		d->kept_room = 0;
		d->is_kept = false;
		return;
	}
	memcpy(d->kept + d->kept_bytes, data, bytes);
	d->kept_bytes += bytes;
}

/*
 * Let zlib work on what was kept, with room for @room bytes.
 *
 * Return: as inflate().
 */
static int call_on_kept(struct wdz_inflate *d, uint8_t *out, size_t room,
			int flush)
{
	z_streamp strm = d->strm;
	const z_stream saved = *strm;
	int ret;

	strm->next_in = d->kept + d->carry;
	strm->avail_in = d->kept_bytes - d->carry;
	strm->next_out = out;
	strm->avail_out = room;
	ret = call_zlib(d, flush);
	d->carry = d->kept_bytes - strm->avail_in;
	strm->next_in = saved.next_in;
	strm->avail_in = saved.avail_in;
	strm->total_in = saved.total_in;
	return ret;
}

/* Pass over what was handed out. Return: false if zlib sees it otherwise. */
static bool pass_over(struct wdz_inflate *d)
{
	z_streamp strm = d->strm;
	Bytef *const next_out = strm->next_out;
	const uInt avail_out = strm->avail_out;
	const uLong total_out = strm->total_out;
	uint64_t left = d->given;
	uint8_t *scratch = malloc(SCRATCH);
	size_t room, got = 1;
	int ret;

	if (!scratch)
		return false;
	/* Without output, too, it would have gone on as far as it can. */
	if (!left && d->is_full && d->kept_bytes)
		call_on_kept(d, scratch, 0, Z_NO_FLUSH);
	while (left && got) {
		room = left < SCRATCH ? left : SCRATCH;
		ret = call_on_kept(d, scratch, room, Z_SYNC_FLUSH);
		got = room - strm->avail_out;
		left -= got;
		if (ret != Z_OK && ret != Z_STREAM_END)
			break;
	}
	free(scratch);
	strm->next_out = next_out;
	strm->avail_out = avail_out;
	strm->total_out = total_out;
	return !left;
}

static int lose(struct wdz_inflate *d, bool is_data)
{
	static const char bad[] = "invalid compressed data";
	static const char gone[] = "the device failed in the middle";

	d->place = WDZ_INFLATE_LOST;
	d->error = is_data ? Z_DATA_ERROR : Z_STREAM_ERROR;
	d->strm->msg = (char *)(uintptr_t)(is_data ? bad : gone);
	return d->error;
}

int wdz_inflate_to_soft(struct wdz_inflate *d, const char *why, bool is_data)
{
	wdz_trace("inflate goes on in software: %s", why);
	wdz_count(d->place == WDZ_INFLATE_DEVICE ? WDZ_COUNT_INFLATE_MOVED :
		  WDZ_COUNT_INFLATE_SOFT, 1);
	/* A session that has refused data is none the worse for it. */
	wdz_engine_put(d->engine, is_data);
	d->engine = NULL;
	d->ahead_bytes = 0;
	d->is_over = false;
	if (!d->is_kept)
		return lose(d, is_data);
	d->place = WDZ_INFLATE_SOFT;
	d->carry = 0;
	return pass_over(d) ? 0 : lose(d, is_data);
}

/* What zlib has had from us is taken off the caller. */
static void take_owed(struct wdz_inflate *d)
{
	z_streamp strm = d->strm;

	if (!d->owed || !strm->avail_in)
		return;
	strm->next_in++;
	strm->avail_in--;
	strm->total_in++;
	d->owed = 0;
}

static void drop_kept(struct wdz_inflate *d)
{
	free(d->kept);
	d->kept = NULL;
	d->kept_bytes = 0;
	d->kept_room = 0;
	d->carry = 0;
}

void wdz_inflate_catch_up(struct wdz_inflate *d)
{
	z_streamp strm = d->strm;
	Bytef *const next_out = strm->next_out;
	const uInt avail_out = strm->avail_out;
	uint8_t none[1];

	if (d->kept_bytes) {
		call_on_kept(d, none, 0, Z_NO_FLUSH);
		strm->next_out = next_out;
		strm->avail_out = avail_out;
	}
	drop_kept(d);
	d->owed = 0;
}

/* What was kept comes before the input. */
static int inflate_carry(struct wdz_inflate *d, int flush)
{
	z_streamp strm = d->strm;
	const uInt in = strm->avail_in, out = strm->avail_out;
	bool may_stop = d->is_full && (flush == Z_BLOCK || flush == Z_TREES);
	int ret;

	/* With room zlib would be behind this: nobody wants to stop there. */
	ret = call_on_kept(d, strm->next_out, strm->avail_out,
			   may_stop ? flush : Z_NO_FLUSH);
	if (d->carry < d->kept_bytes)
		return ret == Z_OK && flush == Z_FINISH ? Z_BUF_ERROR : ret;
	drop_kept(d);
	take_owed(d);
	/* As long as a byte is owed, the stream is not over for the caller. */
	if (ret == Z_STREAM_END && d->owed)
		return flush == Z_FINISH ? Z_BUF_ERROR : Z_OK;
	if (ret != Z_OK && ret != Z_BUF_ERROR)
		return ret;
	if (may_stop && strm->data_type & (flush == Z_TREES ? AT_STOP : AT_BLOCK))
		return ret;
	ret = call_zlib(d, flush);
	if (ret == Z_BUF_ERROR && flush != Z_FINISH &&
	    (strm->avail_in != in || strm->avail_out != out))
		return Z_OK;
	return ret;
}

int wdz_inflate_soft(struct wdz_inflate *d, int flush)
{
	z_streamp strm = d->strm;

	if (!d->kept_bytes && !d->owed)
		return call_zlib(d, flush);
	if (!strm->next_out || (strm->avail_in && !strm->next_in))
		return Z_STREAM_ERROR;
	if (d->kept_bytes)
		return inflate_carry(d, flush);
	take_owed(d);
	return call_zlib(d, flush);
}
