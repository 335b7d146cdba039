/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* deflate() of a stream that is ours: header, pieces, trailer. */
#include <stdlib.h>
#include <string.h>

#include "wdz_count.h"
#include "wdz_device.h"
#include "wdz_deflate.h"

/* Input that goes straight from the caller's memory to the caller's memory. */
#define DIRECT_MAX	(4u << 20)

static int fail(struct wdz_deflate *d, int ret)
{
	d->strm->msg = (char *)(uintptr_t)wdz_real(zError)(ret);
	return ret;
}

/* zlib writes the header as soon as it is called, whatever it looks like. */
int wdz_deflate_make_header(struct wdz_deflate *d)
{
	z_streamp strm = d->strm;
	const z_stream saved = *strm;
	/* More than header and empty stream: only optional fields count. */
	size_t room = wdz_deflateBound(strm, 0) + 64;
	uint8_t *memory = malloc(room);
	int ret;

	if (!memory)
		return Z_MEM_ERROR;
	strm->avail_in = 0;
	strm->next_out = memory;
	strm->avail_out = room;
	wdz_deflate_lend(d);
	ret = wdz_real(deflate)(strm, Z_NO_FLUSH);
	wdz_deflate_return(d);
	d->pending.memory = memory;
	d->pending.at = memory;
	d->pending.bytes = room - strm->avail_out;
	strm->avail_in = saved.avail_in;
	strm->next_out = saved.next_out;
	strm->avail_out = saved.avail_out;
	strm->total_out = saved.total_out;
	strm->adler = saved.adler;
	if (!d->pending.bytes)
		wdz_pending_drop(&d->pending);
	d->has_header = true;
	return ret == Z_OK ? 0 : Z_MEM_ERROR;
}

static uint8_t *put_le32(uint8_t *at, uint32_t value)
{
	at[0] = value;
	at[1] = value >> 8;
	at[2] = value >> 16;
	at[3] = value >> 24;
	return at + 4;
}

static uint8_t *put_be32(uint8_t *at, uint32_t value)
{
	at[0] = value >> 24;
	at[1] = value >> 16;
	at[2] = value >> 8;
	at[3] = value;
	return at + 4;
}

/* Behind what is pending; there is room for it in the buffer of the body. */
static void add_output(struct wdz_deflate *d, const uint8_t *data, size_t bytes)
{
	uint8_t *out = d->body.buffers->out;
	struct wdz_pending *pending = &d->pending;

	if (!bytes)
		return;
	if (pending->bytes)
		memmove(out, pending->at, pending->bytes);
	memcpy(out + pending->bytes, data, bytes);
	free(pending->memory);
	pending->memory = NULL;
	pending->at = out;
	pending->bytes += bytes;
}

static void make_trailer(struct wdz_deflate *d)
{
	uint8_t trailer[8], *end = trailer;

	if (d->wrap == WDZ_ZLIB)
		end = put_be32(end, d->check);
	if (d->wrap == WDZ_GZIP)
		end = put_le32(put_le32(end, d->check), d->total_in);
	add_output(d, trailer, end - trailer);
}

/* A flush, or an end, with no input that came since the last one. */
static void make_empty(struct wdz_deflate *d, int flush)
{
	static const uint8_t mark[] = { 0x00, 0x00, 0x00, 0xff, 0xff };
	static const uint8_t final[] = { 0x03, 0x00 };
	uint8_t out[64];

	if (d->body.soft)
		add_output(d, out, wdz_body_end_soft(&d->body, flush, out,
						     sizeof(out)));
	else if (flush == Z_FINISH)
		add_output(d, final, sizeof(final));
	else if (!d->is_flushed)
		add_output(d, mark, sizeof(mark));
	if (flush == Z_FULL_FLUSH)
		wdz_body_forget(&d->body);
}

/* zlib's guess at what is compressed, from a look at its beginning. */
static int guess_type(const uint8_t *data, size_t bytes)
{
	/* 0 to 6, 14 to 25 and 28 to 31 are in no text. */
	const uint32_t binary = 0xf3ffc07f;
	bool is_text = false;
	size_t i;

	if (bytes > 16383)
		bytes = 16383;
	for (i = 0; i < bytes; i++) {
		if (data[i] < 32 && binary >> data[i] & 1)
			return Z_BINARY;
		is_text |= data[i] >= 32 || data[i] == '\t' ||
			   data[i] == '\n' || data[i] == '\r';
	}
	return is_text ? Z_TEXT : Z_BINARY;
}

void wdz_deflate_take_input(struct wdz_deflate *d, size_t bytes)
{
	z_streamp strm = d->strm;

	if (d->wrap != WDZ_RAW) {
		d->check = wdz_check(d->wrap == WDZ_GZIP, d->check,
				     strm->next_in, bytes);
		strm->adler = d->check;
	}
	strm->next_in += bytes;
	strm->avail_in -= bytes;
	strm->total_in += bytes;
	d->total_in += bytes;
	d->is_flushed = false;
}

static void gather(struct wdz_deflate *d)
{
	size_t bytes = d->gathered_room - d->gathered_bytes;

	if (bytes > d->strm->avail_in)
		bytes = d->strm->avail_in;
	if (!bytes)
		return;
	memcpy(d->gathered + d->gathered_bytes, d->strm->next_in, bytes);
	d->gathered_bytes += bytes;
	wdz_deflate_take_input(d, bytes);
}

/* The input of the next piece: what was gathered, or the caller's. */
static void choose_input(struct wdz_deflate *d, struct wdz_piece *piece)
{
	z_streamp strm = d->strm;

	if (d->gathered_bytes) {
		gather(d);
		piece->src = d->gathered;
		piece->bytes = d->gathered_bytes;
		return;
	}
	piece->src = strm->next_in;
	piece->bytes = strm->avail_in;
	if (piece->bytes > DIRECT_MAX)
		piece->bytes = DIRECT_MAX;
	if (piece->bytes > WDZ_PIECE && piece->room < WDZ_ROOM(piece->bytes))
		piece->bytes = WDZ_PIECE;
}

static int make_piece(struct wdz_deflate *d, int flush)
{
	z_streamp strm = d->strm;
	struct wdz_piece piece = {
		.dst = strm->next_out, .room = strm->avail_out,
	};
	size_t produced;
	bool is_last;
	int ret;

	choose_input(d, &piece);
	if (strm->data_type == Z_UNKNOWN)
		strm->data_type = guess_type(piece.src, piece.bytes);
	is_last = d->gathered_bytes ? !strm->avail_in :
				      piece.bytes == strm->avail_in;
	piece.flush = is_last && (flush == Z_FINISH || flush == Z_FULL_FLUSH) ?
		      flush : Z_SYNC_FLUSH;
	ret = wdz_body_make(&d->body, &piece, &produced);
	if (ret)
		return ret;
	if (!d->gathered_bytes)
		wdz_deflate_take_input(d, piece.bytes);
	d->gathered_bytes = 0;
	if (piece.dst == strm->next_out) {
		strm->next_out += produced;
		strm->avail_out -= produced;
		strm->total_out += produced;
	} else {
		d->pending.at = piece.dst;
		d->pending.bytes = produced;
	}
	d->is_flushed = true;
	if (piece.flush == Z_FINISH)
		d->is_finishing = true;
	return 0;
}

/*
 * Pieces until the input is used up, or there is no room for more output.
 *
 * Return: 0, Z_MEM_ERROR.
 */
static int make_pieces(struct wdz_deflate *d, int flush)
{
	z_streamp strm = d->strm;
	int ret;

	while (strm->avail_in || d->gathered_bytes) {
		if (flush == Z_NO_FLUSH &&
		    d->gathered_bytes + strm->avail_in < d->gathered_room) {
			gather(d);
			return 0;
		}
		wdz_pending_give(&d->pending, strm);
		if (d->pending.bytes)
			return 0;
		ret = make_piece(d, flush);
		if (ret)
			return ret;
		wdz_pending_give(&d->pending, strm);
		if (!strm->avail_out)
			break;
	}
	return 0;
}

/* All input is in pieces: what the flush asks for beyond that. */
static void end_flush(struct wdz_deflate *d, int flush)
{
	if (flush == Z_NO_FLUSH)
		return;
	if (!d->is_finishing)
		make_empty(d, flush);
	d->is_flushed = true;
	if (flush == Z_FINISH) {
		d->is_finishing = true;
		make_trailer(d);
		wdz_body_end(&d->body);
	}
}

int wdz_deflate_flush_own(struct wdz_deflate *d, int flush)
{
	z_streamp strm = d->strm;
	int ret;

	if (!d->has_header) {
		ret = wdz_deflate_make_header(d);
		if (ret)
			return ret;
	}
	d->has_begun = true;
	/* As in zlib nothing is begun behind a header that is not out. */
	wdz_pending_give(&d->pending, strm);
	if (d->pending.bytes)
		return 0;
	ret = make_pieces(d, flush);
	if (ret)
		return ret;
	if (!strm->avail_in && !d->gathered_bytes)
		end_flush(d, flush);
	wdz_pending_give(&d->pending, strm);
	return 0;
}

/* Z_BLOCK asks for less than Z_PARTIAL_FLUSH. */
static int rank(int flush)
{
	return flush * 2 - (flush > Z_FINISH ? 9 : 0);
}

/*
 * The order of the questions, and the answers, are zlib's (deflate.c of 1.3.1):
 * a call while there is output to come, a call without progress.
 */
bool wdz_deflate_is_answered(struct wdz_deflate *d, int flush, int *ret)
{
	z_streamp strm = d->strm;
	const int last_flush = d->last_flush;

	d->last_flush = flush;
	if (d->pending.bytes) {
		wdz_pending_give(&d->pending, strm);
		if (strm->avail_out)
			return false;
		d->last_flush = -1;
		*ret = Z_OK;
		return true;
	}
	if (strm->avail_in || rank(flush) > rank(last_flush) ||
	    flush == Z_FINISH)
		return false;
	*ret = fail(d, Z_BUF_ERROR);
	return true;
}

int wdz_deflate_go_on(struct wdz_deflate *d, int flush)
{
	int ret;

	ret = wdz_deflate_flush_own(d, flush);
	if (ret)
		return fail(d, ret);
	if (!d->strm->avail_out)
		d->last_flush = -1;
	if (flush != Z_FINISH || !d->is_finishing || d->pending.bytes)
		return Z_OK;
	return Z_STREAM_END;
}

int wdz_deflate_own(struct wdz_deflate *d, int flush)
{
	z_streamp strm = d->strm;
	int ret;

	if (flush < Z_NO_FLUSH || flush > Z_BLOCK)
		return Z_STREAM_ERROR;
	if (!strm->next_out || (strm->avail_in && !strm->next_in) ||
	    (d->is_finishing && flush != Z_FINISH))
		return fail(d, Z_STREAM_ERROR);
	if (!strm->avail_out)
		return fail(d, Z_BUF_ERROR);
	if (wdz_deflate_is_answered(d, flush, &ret))
		return ret;
	if (!d->is_finishing)
		return wdz_deflate_go_on(d, flush);
	if (strm->avail_in)
		return fail(d, Z_BUF_ERROR);
	return d->pending.bytes ? Z_OK : Z_STREAM_END;
}
