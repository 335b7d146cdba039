/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "wdz_body.h"
#include "wdz_config.h"
#include "wdz_count.h"
#include "wdz_device.h"

/* Sets of buffers that wait for the next stream. */
#define SPARES_MAX	4

/*
 * The device model's fast compressors know no history. For pieces as large as
 * that they are worth more than it is.
 */
#define NO_HISTORY_BYTES	(192u << 10)

/* Most bytes of one stored block (RFC 1951, 3.2.4). */
#define STORED_MAX	65535u

/* Header and trailer that a session writes around zlib data. */
#define ZLIB_HEAD	2u
#define ZLIB_TAIL	4u

/* Protects the spare buffers; held for moments only. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct wdz_buffers *spares;
static unsigned int nr_spares;

static const uint8_t mark[] = { 0x00, 0x00, 0x00, 0xff, 0xff };

/* Where a fork() left the lock taken, memory is as good. */
static struct wdz_buffers *get_buffers(void)
{
	struct wdz_buffers *buffers = NULL;

	if (!pthread_mutex_trylock(&lock)) {
		buffers = spares;
		if (buffers) {
			spares = buffers->next;
			nr_spares--;
		}
		pthread_mutex_unlock(&lock);
	}
	return buffers ? buffers : malloc(sizeof(*buffers));
}

static void put_buffers(struct wdz_buffers *buffers)
{
	if (buffers && !pthread_mutex_trylock(&lock)) {
		if (nr_spares < SPARES_MAX) {
			buffers->next = spares;
			spares = buffers;
			nr_spares++;
			buffers = NULL;
		}
		pthread_mutex_unlock(&lock);
	}
	free(buffers);
}

bool wdz_body_init(struct wdz_body *body, const struct wdz_engine *want)
{
	body->engine = wdz_engine_get(want);
	if (!body->engine)
		return false;
	body->buffers = get_buffers();
	if (!body->buffers) {
		wdz_engine_put(body->engine, true);
		body->engine = NULL;
		return false;
	}
	body->engine_is_new = true;
	body->must_restart = false;
	body->history_bytes = 0;
	return true;
}

static void free_soft(z_stream *soft)
{
	if (soft)
		wdz_real(deflateEnd)(soft);
	free(soft);
}

void wdz_body_exit(struct wdz_body *body)
{
	wdz_engine_put(body->engine, true);
	free_soft(body->soft);
	put_buffers(body->buffers);
	memset(body, 0, sizeof(*body));
}

void wdz_body_end(struct wdz_body *body)
{
	wdz_engine_put(body->engine, true);
	body->engine = NULL;
}

int wdz_body_copy(struct wdz_body *body, const struct wdz_body *from)
{
	*body = *from;
	body->engine = NULL;
	body->soft = NULL;
	body->buffers = get_buffers();
	if (!body->buffers)
		return Z_MEM_ERROR;
	memcpy(body->buffers->history, from->buffers->history,
	       from->history_bytes);
	if (!from->soft)
		return 0;
	body->soft = malloc(sizeof(*body->soft));
	if (body->soft &&
	    wdz_real(deflateCopy)(body->soft, from->soft) == Z_OK)
		return 0;
	free(body->soft);
	body->soft = NULL;
	put_buffers(body->buffers);
	body->buffers = NULL;
	return Z_MEM_ERROR;
}

void wdz_body_forget(struct wdz_body *body)
{
	body->history_bytes = 0;
	/* Whether it can be reset shows when the next piece is made. */
	body->must_restart = body->engine && !body->engine_is_new;
}

void wdz_body_remember(struct wdz_body *body, const uint8_t *data, size_t bytes)
{
	if (bytes > WDZ_HISTORY) {
		data += bytes - WDZ_HISTORY;
		bytes = WDZ_HISTORY;
	}
	memcpy(body->buffers->history, data, bytes);
	body->history_bytes = bytes;
}

/* The last bytes of history and piece together. */
static void add_history(struct wdz_body *body, const struct wdz_piece *piece)
{
	size_t old = body->history_bytes;
	uint8_t *history = body->buffers->history;

	if (piece->bytes >= WDZ_HISTORY) {
		wdz_body_remember(body, piece->src, piece->bytes);
		return;
	}
	if (old > WDZ_HISTORY - piece->bytes) {
		old = WDZ_HISTORY - piece->bytes;
		memmove(history, history + body->history_bytes - old, old);
	}
	memcpy(history + old, piece->src, piece->bytes);
	body->history_bytes = old + piece->bytes;
}

static z_stream *new_soft(const struct wdz_body *body)
{
	z_stream *soft = calloc(1, sizeof(*soft));

	if (!soft)
		return NULL;
	if (wdz_real(deflateInit2_)(soft, body->level, Z_DEFLATED,
				    -body->window_bits, body->mem_level,
				    body->strategy, ZLIB_VERSION,
				    sizeof(*soft)) != Z_OK) {
		free(soft);
		return NULL;
	}
	if (body->history_bytes)
		wdz_real(deflateSetDictionary)(soft, body->buffers->history,
					       body->history_bytes);
	return soft;
}

int wdz_body_move(struct wdz_body *body, const char *why)
{
	if (!body->soft)
		body->soft = new_soft(body);
	if (!body->soft)
		return Z_MEM_ERROR;
	if (body->engine) {
		wdz_trace("deflate goes on in software: %s", why);
		wdz_count(WDZ_COUNT_DEFLATE_MOVED, 1);
		wdz_engine_put(body->engine, false);
		body->engine = NULL;
	}
	return 0;
}

/* A piece in software. It cannot fail for lack of room. */
static int make_soft(struct wdz_body *body, const struct wdz_piece *piece,
		     size_t *produced)
{
	z_stream *soft = body->soft;
	int ret;

	soft->next_in = (Bytef *)(uintptr_t)piece->src;
	soft->avail_in = piece->bytes;
	soft->next_out = piece->dst;
	soft->avail_out = piece->room;
	ret = wdz_real(deflate)(soft, piece->flush);
	*produced = piece->room - soft->avail_out;
	wdz_count(WDZ_COUNT_DEFLATE_SOFT_IN, piece->bytes);
	wdz_count(WDZ_COUNT_DEFLATE_SOFT_OUT, *produced);
	if (soft->avail_in || (ret != Z_OK && ret != Z_STREAM_END))
		return Z_MEM_ERROR;
	return 0;
}

size_t wdz_body_end_soft(struct wdz_body *body, int flush, uint8_t *dst,
			 size_t room)
{
	z_stream *soft = body->soft;

	soft->avail_in = 0;
	soft->next_out = dst;
	soft->avail_out = room;
	/* That there is nothing to do is no failure here. */
	wdz_real(deflate)(soft, flush);
	return room - soft->avail_out;
}

static size_t stored_bytes(size_t bytes)
{
	return bytes + (bytes + STORED_MAX - 1) / STORED_MAX * 5;
}

/* The piece as it is, in stored blocks (RFC 1951, 3.2.4). */
static size_t make_stored(const struct wdz_piece *piece)
{
	const uint8_t *src = piece->src;
	uint8_t *dst = piece->dst;
	size_t left = piece->bytes, len;

	while (left) {
		len = left < STORED_MAX ? left : STORED_MAX;
		left -= len;
		*dst++ = piece->flush == Z_FINISH && !left;
		*dst++ = len & 0xff;
		*dst++ = len >> 8;
		*dst++ = ~len & 0xff;
		*dst++ = ~len >> 8 & 0xff;
		memcpy(dst, src, len);
		dst += len;
		src += len;
	}
	return dst - piece->dst;
}

/* Who flushes may look for the mark of a flush at its end. */
static size_t add_mark(uint8_t *dst, size_t produced)
{
	if (produced >= sizeof(mark) - 1 &&
	    !memcmp(dst + produced - sizeof(mark) + 1, mark + 1,
		    sizeof(mark) - 1))
		return produced;
	memcpy(dst + produced, mark, sizeof(mark));
	return produced + sizeof(mark);
}

/*
 * The session's stream until it has taken all input and given all output.
 *
 * Return: bytes written, -1 if they did not fit or it failed.
 */
static ssize_t drive(struct wdz_engine *engine, const struct wdz_piece *piece)
{
	int flush = piece->flush == Z_FINISH ? WD_COMP_FINISH :
					       WD_COMP_SYNC_FLUSH;
	struct wd_comp_io io = {
		.src = piece->src, .src_bytes = piece->bytes,
		.dst = piece->dst, .dst_bytes = piece->room,
	};
	int ret;

	do {
		ret = wdz_device()->stream(engine->session, &io, flush);
		if (ret < 0) {
			wdz_count(WDZ_COUNT_DEVICE_ERRORS, 1);
			wdz_trace("the device gave error %d", -ret);
			return -1;
		}
	} while (ret != WD_COMP_STREAM_END && io.dst_bytes &&
		 (io.src_bytes || flush == WD_COMP_FINISH));
	if (io.src_bytes || (flush == WD_COMP_FINISH ?
			     ret != WD_COMP_STREAM_END : !io.dst_bytes))
		return -1;
	return piece->room - io.dst_bytes;
}

/* Only a session for zlib data could be had: cut the body out of it. */
static ssize_t drive_zlib(struct wdz_body *body, const struct wdz_piece *piece)
{
	size_t head = body->engine_is_new ? ZLIB_HEAD : 0;
	ssize_t got = drive(body->engine, piece);

	if (got < 0)
		return got;
	if (piece->flush == Z_FINISH)
		got -= ZLIB_TAIL;
	got -= head;
	if (got <= 0)
		return -1;
	memmove(piece->dst, piece->dst + head, got);
	return got;
}

static int restart(struct wdz_body *body)
{
	if (wdz_device()->stream_reset(body->engine->session))
		return -1;
	body->engine_is_new = true;
	body->must_restart = false;
	return 0;
}

/* Return: bytes written, -1 if the device failed. */
static ssize_t make_on_device(struct wdz_body *body,
			      const struct wdz_piece *piece)
{
	uint64_t begin = wdz_choice_begin(piece->bytes);
	ssize_t got;

	if (body->engine->is_emulated && !body->engine_is_new &&
	    piece->bytes >= NO_HISTORY_BYTES)
		body->must_restart = true;
	if (body->must_restart && restart(body))
		return -1;
	if (body->engine->format == WD_COMP_ZLIB)
		got = drive_zlib(body, piece);
	else
		got = drive(body->engine, piece);
	if (got < 0)
		return -1;
	body->engine_is_new = false;
	wdz_choice_device(wdz_kind_of(body->level), piece->bytes, begin);
	return got;
}

/* What has grown is stored: the output never exceeds deflateBound(). */
static int try_device(struct wdz_body *body, const struct wdz_piece *piece,
		      size_t *produced)
{
	ssize_t got = make_on_device(body, piece);

	if (got < 0)
		return -1;
	if ((size_t)got > stored_bytes(piece->bytes))
		got = make_stored(piece);
	if (piece->flush != Z_FINISH)
		got = add_mark(piece->dst, got);
	*produced = got;
	if (wdz_config()->verify && !wdz_body_is_right(body, piece, got)) {
		wdz_count(WDZ_COUNT_VERIFY_ERRORS, 1);
		return -1;
	}
	wdz_count(WDZ_COUNT_DEFLATE_DEVICE_IN, piece->bytes);
	wdz_count(WDZ_COUNT_DEFLATE_DEVICE_OUT, got);
	return 0;
}

int wdz_body_make(struct wdz_body *body, struct wdz_piece *piece,
		  size_t *produced)
{
	int ret = -1;

	if (piece->room < WDZ_ROOM(piece->bytes)) {
		piece->dst = body->buffers->out;
		piece->room = sizeof(body->buffers->out);
	}
	if (body->engine)
		ret = try_device(body, piece, produced);
	if (ret) {
		ret = wdz_body_move(body, "the device failed");
		if (!ret)
			ret = make_soft(body, piece, produced);
	}
	if (ret || piece->flush == Z_FINISH)
		return ret;
	add_history(body, piece);
	if (piece->flush == Z_FULL_FLUSH)
		wdz_body_forget(body);
	return 0;
}
