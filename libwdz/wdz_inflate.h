/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A stream that is being decompressed.
 *
 * zlib's own state of the stream reads the header and then waits at the first
 * byte of the body. What the device is given of the body is kept: if the stream
 * has to go on in software, for an error, a call that only zlib can answer, or
 * in a forked child, zlib begins there and passes over what was handed out.
 * It then says of an error what it always says.
 */
#ifndef WDZ_INFLATE_H
#define WDZ_INFLATE_H

#include <stdbool.h>
#include <stdint.h>

#include "wdz.h"
#include "wdz_engine.h"

enum wdz_inflate_place {
	WDZ_INFLATE_UNDECIDED,
	WDZ_INFLATE_HEADER,	/* zlib reads it, then comes the device */
	WDZ_INFLATE_DEVICE,
	WDZ_INFLATE_SOFT,
	WDZ_INFLATE_LOST,	/* what was kept does not reach back far enough */
};

/**
 * struct wdz_inflate - our state
 * @tag: &wdz_inflate_tag; zlib's states have the address of the stream there
 * @strm: stream that it belongs to; a copy of the structure is none
 * @zlib: zlib's state
 * @place: enum wdz_inflate_place
 * @bits: windowBits as given
 * @is_soft_only: something was asked for that the device cannot do
 * @is_unchecked: check values are not to be compared, also after a reset
 * @error: LOST: what inflate() returns
 * @engine: DEVICE: session
 * @is_over: the device met the end of the stream
 * @is_checked: output has a check value: not raw deflate
 * @is_gzip: and it is a CRC-32
 * @given: output handed out since the start of the body
 * @kept: input since the start of the body
 * @kept_bytes: how much
 * @kept_room: size of @kept
 * @is_kept: all of it is there
 * @carry: SOFT: where in @kept zlib has to go on before it sees new input
 * @is_full: the latest call had no room left: zlib would be where the output ends
 * @owed: input that was used but not yet taken off the caller, 0 or 1: as long
 *	as there is output to come, the caller is left with some input
 * @ahead: output made ahead of calls with little room
 * @ahead_at: where the next of it is
 * @ahead_bytes: how much there is
 */
struct wdz_inflate {
	const void *tag;
	z_streamp strm;
	struct internal_state *zlib;
	enum wdz_inflate_place place;
	int bits;
	bool is_soft_only;
	bool is_unchecked;
	int error;
	struct wdz_engine *engine;
	bool is_over;
	bool is_checked;
	bool is_gzip;
	uint64_t given;
	uint8_t *kept;
	size_t kept_bytes;
	size_t kept_room;
	bool is_kept;
	size_t carry;
	bool is_full;
	unsigned int owed;
	uint8_t *ahead;
	size_t ahead_at;
	size_t ahead_bytes;
};

extern const char wdz_inflate_tag;

/* As wdz_deflate_of(). */
static inline struct wdz_inflate *wdz_inflate_of(z_streamp strm)
{
	struct wdz_inflate *d;

	if (!strm || !strm->state)
		return NULL;
	d = (struct wdz_inflate *)strm->state;
	if (d->tag != &wdz_inflate_tag)
		return NULL;
	return d->strm == strm && strm->zalloc && strm->zfree ? d : NULL;
}

/* Between these two zlib may be called with the stream. */
static inline void wdz_inflate_lend(struct wdz_inflate *d)
{
	d->strm->state = d->zlib;
}

static inline void wdz_inflate_return(struct wdz_inflate *d)
{
	d->zlib = d->strm->state;
	d->strm->state = (struct internal_state *)d;
}

/* inflate() on the device. */
int wdz_inflate_own(struct wdz_inflate *d, int flush);

/* inflate() in software. */
int wdz_inflate_soft(struct wdz_inflate *d, int flush);

/*
 * wdz_inflate_to_soft() - go on in software; @why is for people
 *
 * Return: 0; if that is no longer possible Z_STREAM_ERROR or Z_DATA_ERROR, for
 * good. Which one, @is_data says: was it the data that the device refused?
 */
int wdz_inflate_to_soft(struct wdz_inflate *d, const char *why, bool is_data);

/* Give zlib what it lacks of the input before the caller's. */
void wdz_inflate_catch_up(struct wdz_inflate *d);

/* Keep input that the device has used. */
void wdz_inflate_keep(struct wdz_inflate *d, const uint8_t *data, size_t bytes);

/* Our state is as that of a new stream again. */
void wdz_inflate_clear(struct wdz_inflate *d);

#endif /* WDZ_INFLATE_H */
