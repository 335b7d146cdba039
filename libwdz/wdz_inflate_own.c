/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* inflate() on the device. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wdz_choice.h"
#include "wdz_count.h"
#include "wdz_device.h"
#include "wdz_inflate.h"

/*
 * A call with less room gets its output from a buffer of that size, which the
 * device fills at once: small reads are not requests.
 */
#define AHEAD	(128u << 10)

/* zlib's data_type at the end of a stream: behind the last block. */
#define AT_END	64

/**
 * struct turn - one call of inflate()
 * @src: input that the device has not seen
 * @left: how much
 * @is_full: the device may have more output than there was room for
 */
struct turn {
	const uint8_t *src;
	size_t left;
	bool is_full;
};

/* Output that is in the caller's memory. */
static void hand_out(struct wdz_inflate *d, size_t bytes)
{
	z_streamp strm = d->strm;

	if (d->is_checked && bytes)
		strm->adler = wdz_check(d->is_gzip, strm->adler,
					strm->next_out, bytes);
	strm->next_out += bytes;
	strm->avail_out -= bytes;
	strm->total_out += bytes;
	d->given += bytes;
}

static void give_ahead(struct wdz_inflate *d)
{
	z_streamp strm = d->strm;
	size_t bytes = d->ahead_bytes;

	if (bytes > strm->avail_out)
		bytes = strm->avail_out;
	if (!bytes)
		return;
	memcpy(strm->next_out, d->ahead + d->ahead_at, bytes);
	d->ahead_at += bytes;
	d->ahead_bytes -= bytes;
	hand_out(d, bytes);
}

/*
 * One step of the session's stream.
 *
 * Return: as wd_comp_stream(); -ENOMEM.
 */
static int step(struct wdz_inflate *d, struct turn *turn)
{
	bool is_direct = d->strm->avail_out >= AHEAD;
	struct wd_comp_io io = {
		.src = turn->src, .src_bytes = turn->left,
	};
	uint64_t begin = wdz_choice_begin(turn->left);
	size_t used, made;
	int ret;

	if (!is_direct && !d->ahead)
		d->ahead = malloc(AHEAD);
	if (!is_direct && !d->ahead)
		return -ENOMEM;
	io.dst = is_direct ? d->strm->next_out : d->ahead;
	io.dst_bytes = is_direct ? d->strm->avail_out : AHEAD;
	made = io.dst_bytes;
	ret = wdz_device()->stream(d->engine->session, &io, WD_COMP_NO_FLUSH);
	if (ret < 0)
		return ret;
	used = turn->left - io.src_bytes;
	made -= io.dst_bytes;
	wdz_choice_device(WDZ_KIND_INFLATE, used, begin);
	wdz_count(WDZ_COUNT_INFLATE_DEVICE_IN, used);
	wdz_count(WDZ_COUNT_INFLATE_DEVICE_OUT, made);
	d->is_over = ret == WD_COMP_STREAM_END;
	turn->is_full = !io.dst_bytes && !d->is_over;
	wdz_inflate_keep(d, turn->src, used);
	if (used)
		turn->src += used;
	turn->left -= used;
	if (is_direct) {
		hand_out(d, made);
	} else {
		d->ahead_at = 0;
		d->ahead_bytes = made;
	}
	return ret;
}

/*
 * Steps until the end, or until there is no room, or no input.
 *
 * Return: 0 or -errno.
 */
static int run(struct wdz_inflate *d, struct turn *turn)
{
	int ret;

	for (;;) {
		give_ahead(d);
		if (d->ahead_bytes || d->is_over)
			return 0;
		ret = step(d, turn);
		if (ret == -EAGAIN)
			return 0;
		if (ret < 0)
			return ret;
		give_ahead(d);
		if (!turn->is_full && !turn->left)
			return 0;
		/* With input left, the end may be right behind the output. */
		if (!d->strm->avail_out && d->ahead_bytes)
			return 0;
	}
}

/*
 * Tell the caller what of its input was used. Some callers take a raw stream for
 * ended once there is no input left: one byte stays as long as there is output
 * to come.
 */
static void take_input(struct wdz_inflate *d, const struct turn *turn,
		       bool is_more)
{
	z_streamp strm = d->strm;
	size_t used = strm->avail_in - turn->left;

	if (strm->avail_in < d->owed)
		return;
	d->owed = 0;
	if (is_more && !turn->left && used) {
		d->owed = 1;
		used--;
	}
	if (!used)
		return;
	strm->next_in += used;
	strm->avail_in -= used;
	strm->total_in += used;
}

/* Go on in software; @error is the device's, 0 for none. */
static int give_up(struct wdz_inflate *d, int error, int flush)
{
	bool is_data = error == -EILSEQ || error == -EBADMSG || !error;
	int ret;

	if (!is_data)
		wdz_count(WDZ_COUNT_DEVICE_ERRORS, 1);
	if (error)
		wdz_trace("the device gave error %d", -error);
	ret = wdz_inflate_to_soft(d, error ? "the device failed" :
				  "there is no more input", is_data);
	return ret ? ret : wdz_inflate_soft(d, flush);
}

/*
 * Devices need some bits of what follows to decode what they have. Who asks for
 * all output, and has no more input, gets the rest from zlib.
 */
static bool is_rest_wanted(const struct wdz_inflate *d, int flush,
			   bool was_input)
{
	if (d->is_over || d->ahead_bytes || !d->strm->avail_out || !d->is_kept)
		return false;
	return flush == Z_FINISH || (flush == Z_SYNC_FLUSH && !was_input);
}

int wdz_inflate_own(struct wdz_inflate *d, int flush)
{
	z_streamp strm = d->strm;
	const uInt in = strm->avail_in, out = strm->avail_out;
	struct turn turn = { .src = strm->next_in };
	bool is_more, was_input;
	int ret;

	/* Of what is owed, the device has seen the beginning. */
	if (in >= d->owed) {
		turn.left = in - d->owed;
		if (d->owed)
			turn.src += d->owed;
	}
	was_input = turn.left;
	ret = run(d, &turn);
	is_more = d->ahead_bytes || turn.is_full;
	take_input(d, &turn, is_more);
	d->is_full = !strm->avail_out;
	if (ret < 0 || is_rest_wanted(d, flush, was_input)) {
		ret = give_up(d, ret, flush);
		/* What the device did before was progress. */
		return ret == Z_BUF_ERROR && flush != Z_FINISH &&
		       (strm->avail_in != in || strm->avail_out != out) ?
		       Z_OK : ret;
	}
	strm->data_type = 0;
	if (d->is_over && !d->ahead_bytes && !d->owed) {
		/* Many a stream is kept long after its end. */
		wdz_engine_put(d->engine, true);
		d->engine = NULL;
		strm->data_type = AT_END;
		return Z_STREAM_END;
	}
	if (flush == Z_FINISH ||
	    (strm->avail_in == in && strm->avail_out == out))
		return Z_BUF_ERROR;
	return Z_OK;
}
