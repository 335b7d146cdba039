/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A stream that is being compressed.
 *
 * z_stream.state points to our state, which has zlib's own state of the same
 * stream. zlib's is put in its place for every call that zlib is to answer. The
 * first call that compresses decides. A stream of which too little is known is
 * zlib's then, and may become ours behind what zlib has made of it. Of a stream
 * that is ours zlib writes the header, wdz_body.c the body and we the trailer.
 */
#ifndef WDZ_DEFLATE_H
#define WDZ_DEFLATE_H

#include "wdz.h"
#include "wdz_body.h"

enum wdz_place {
	WDZ_UNDECIDED,
	WDZ_SOFT,
	WDZ_DEVICE,	/* at first; see wdz_body.h */
};

enum wdz_wrap {
	WDZ_RAW,
	WDZ_ZLIB,
	WDZ_GZIP,
};

/* What is ready to be handed out. @memory is freed with it, if it is not NULL. */
struct wdz_pending {
	const uint8_t *at;
	size_t bytes;
	uint8_t *memory;
};

/**
 * struct wdz_deflate - our state
 * @tag: &wdz_deflate_tag; zlib's states have the address of the stream there
 * @strm: stream that it belongs to; a copy of the structure is none
 * @zlib: zlib's state
 * @place: enum wdz_place
 * @wrap: enum wdz_wrap
 * @level: 0 to 9
 * @strategy: Z_DEFAULT_STRATEGY, ...
 * @window_bits: 8 to 15
 * @mem_level: 1 to 9
 * @last_flush: of the latest call, -1 if it has to go on, -2 if there was none
 * @is_soft_only: something was asked for that the device cannot do
 * @has_begun: input or output was made
 * @has_header: the header is written
 * @is_finishing: the final block is made
 * @is_flushed: nothing came after the latest flush
 * @device_from: SOFT: how much input to come would pay for the device, SIZE_MAX
 *	if it is to stay
 * @check: of all input; Adler-32 or CRC-32
 * @total_in: all input
 * @gathered: DEVICE: input without a piece yet, in the body's buffer
 * @gathered_bytes: how much
 * @gathered_room: size of @gathered
 * @pending: output
 * @body: while @place is WDZ_DEVICE
 */
struct wdz_deflate {
	const void *tag;
	z_streamp strm;
	struct internal_state *zlib;
	enum wdz_place place;
	enum wdz_wrap wrap;
	int level;
	int strategy;
	int window_bits;
	int mem_level;
	int last_flush;
	bool is_soft_only;
	bool has_begun;
	bool has_header;
	bool is_finishing;
	bool is_flushed;
	size_t device_from;
	uint32_t check;
	uint64_t total_in;
	uint8_t *gathered;
	size_t gathered_bytes;
	size_t gathered_room;
	struct wdz_pending pending;
	struct wdz_body body;
};

extern const char wdz_deflate_tag;

/*
 * Our state of a stream. NULL if it has none, or one that zlib would not accept:
 * zlib then finds what is wrong, as our states look to it like foreign ones.
 */
static inline struct wdz_deflate *wdz_deflate_of(z_streamp strm)
{
	struct wdz_deflate *d;

	if (!strm || !strm->state)
		return NULL;
	d = (struct wdz_deflate *)strm->state;
	if (d->tag != &wdz_deflate_tag)
		return NULL;
	return d->strm == strm && strm->zalloc && strm->zfree ? d : NULL;
}

/* Between these two zlib may be called with the stream. */
static inline void wdz_deflate_lend(struct wdz_deflate *d)
{
	d->strm->state = d->zlib;
}

static inline void wdz_deflate_return(struct wdz_deflate *d)
{
	d->zlib = d->strm->state;
	d->strm->state = (struct internal_state *)d;
}

/* deflate() of a stream that is ours. */
int wdz_deflate_own(struct wdz_deflate *d, int flush);

/* The first part of it: is the call answered without a look at the input? */
bool wdz_deflate_is_answered(struct wdz_deflate *d, int flush, int *ret);

/* The rest of it, for a stream that is not ended. */
int wdz_deflate_go_on(struct wdz_deflate *d, int flush);

/* Have zlib's header among the output. 0, Z_MEM_ERROR. */
int wdz_deflate_make_header(struct wdz_deflate *d);

/* The first of the input was taken: to be gathered, or into a piece. */
void wdz_deflate_take_input(struct wdz_deflate *d, size_t bytes);

/* Make pieces of all that was gathered and of the input. As deflate(). */
int wdz_deflate_flush_own(struct wdz_deflate *d, int flush);

/* Our state is as that of a new stream again. */
void wdz_deflate_clear(struct wdz_deflate *d);

/* Hand out what is ready. */
void wdz_pending_give(struct wdz_pending *pending, z_streamp strm);

/* Nothing is ready any more. */
void wdz_pending_drop(struct wdz_pending *pending);

#endif /* WDZ_DEFLATE_H */
