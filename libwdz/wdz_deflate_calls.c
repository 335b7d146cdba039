/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The less usual calls for streams that are being compressed. */
#include <stdlib.h>
#include <string.h>

#include "wdz_count.h"
#include "wdz_deflate.h"

/* zlib's call for a stream that it has, with the state that it knows. */
#define ASK_ZLIB(d, ret, name, ...) \
	do { \
		wdz_deflate_lend(d); \
		(ret) = wdz_real(name)(__VA_ARGS__); \
		wdz_deflate_return(d); \
	} while (0)

int wdz_deflateResetKeep(z_streamp strm)
{
	struct wdz_deflate *d = wdz_deflate_of(strm);
	int ret;

	if (!d)
		return wdz_real(deflateResetKeep)(strm);
	ASK_ZLIB(d, ret, deflateResetKeep, strm);
	if (ret != Z_OK)
		return ret;
	/* What it keeps is zlib's to know: it stays there. */
	wdz_deflate_clear(d);
	d->is_soft_only = true;
	return ret;
}

/* A dictionary in the middle, for raw deflate only. */
static int set_dictionary_own(struct wdz_deflate *d, const Bytef *dict,
			      uInt len)
{
	struct wdz_body *body = &d->body;
	int ret;

	if (!dict || d->wrap != WDZ_RAW || d->gathered_bytes)
		return Z_STREAM_ERROR;
	if (wdz_body_move(body, "it is given a dictionary"))
		return Z_MEM_ERROR;
	ret = wdz_real(deflateSetDictionary)(body->soft, dict, len);
	if (ret != Z_OK)
		return ret;
	wdz_body_remember(body, dict, len);
	/* zlib takes a dictionary as it takes input, and counts it. */
	d->strm->total_in += len < WDZ_HISTORY ? len : WDZ_HISTORY;
	return ret;
}

int wdz_deflateSetDictionary(z_streamp strm, const Bytef *dict, uInt len)
{
	struct wdz_deflate *d = wdz_deflate_of(strm);
	int ret;

	if (!d)
		return wdz_real(deflateSetDictionary)(strm, dict, len);
	if (d->place == WDZ_DEVICE)
		return set_dictionary_own(d, dict, len);
	ASK_ZLIB(d, ret, deflateSetDictionary, strm, dict, len);
	if (ret == Z_OK)
		d->is_soft_only = true;
	return ret;
}

/* The last of history and gathered input, as much as the window holds. */
static int get_dictionary_own(const struct wdz_deflate *d, Bytef *dict,
			      uInt *len)
{
	size_t window = (size_t)1 << d->window_bits;
	size_t fresh = d->gathered_bytes < window ? d->gathered_bytes : window;
	size_t old = d->body.history_bytes;

	if (old > window - fresh)
		old = window - fresh;
	if (dict && old)
		memcpy(dict, d->body.buffers->history + d->body.history_bytes -
		       old, old);
	if (dict && fresh)
		memcpy(dict + old, d->gathered + d->gathered_bytes - fresh,
		       fresh);
	if (len)
		*len = old + fresh;
	return Z_OK;
}

int wdz_deflateGetDictionary(z_streamp strm, Bytef *dict, uInt *len)
{
	struct wdz_deflate *d = wdz_deflate_of(strm);
	int ret;

	if (!d)
		return wdz_real(deflateGetDictionary)(strm, dict, len);
	if (d->place == WDZ_DEVICE)
		return get_dictionary_own(d, dict, len);
	ASK_ZLIB(d, ret, deflateGetDictionary, strm, dict, len);
	return ret;
}

/* Copy what is beside zlib's state. */
static int copy_own(struct wdz_deflate *copy, const struct wdz_deflate *d)
{
	copy->pending = (struct wdz_pending){ 0 };
	copy->gathered = NULL;
	if (d->place == WDZ_DEVICE) {
		if (wdz_body_copy(&copy->body, &d->body))
			return Z_MEM_ERROR;
		copy->gathered = copy->body.buffers->in;
	}
	if (d->gathered_bytes)
		memcpy(copy->gathered, d->gathered, d->gathered_bytes);
	if (!d->pending.bytes)
		return 0;
	copy->pending.memory = malloc(d->pending.bytes);
	if (!copy->pending.memory)
		return Z_MEM_ERROR;
	memcpy(copy->pending.memory, d->pending.at, d->pending.bytes);
	copy->pending.at = copy->pending.memory;
	copy->pending.bytes = d->pending.bytes;
	return 0;
}

static void drop_copy(struct wdz_deflate *copy)
{
	wdz_pending_drop(&copy->pending);
	if (copy->place == WDZ_DEVICE && copy->body.buffers)
		wdz_body_exit(&copy->body);
	free(copy);
}

int wdz_deflateCopy(z_streamp dest, z_streamp source)
{
	struct wdz_deflate *d = wdz_deflate_of(source), *copy;
	int ret;

	if (!d || !dest)
		return wdz_real(deflateCopy)(dest, source);
	ASK_ZLIB(d, ret, deflateCopy, dest, source);
	if (ret != Z_OK)
		return ret;
	copy = malloc(sizeof(*copy));
	if (copy) {
		*copy = *d;
		copy->strm = dest;
		ret = copy_own(copy, d);
	}
	if (!copy || ret) {
		if (copy)
			drop_copy(copy);
		wdz_real(deflateEnd)(dest);
		return Z_MEM_ERROR;
	}
	wdz_deflate_return(copy);
	return Z_OK;
}

/* zlib has one way of compressing for each of these. */
static int way_of(int level)
{
	return level == 0 ? 0 : level <= 3 ? 1 : 2;
}

/*
 * The input before the change is compressed as it was to be, then software goes
 * on with what the device's sessions cannot change.
 */
static int set_params_own(struct wdz_deflate *d, int level, int strategy)
{
	struct wdz_body *body = &d->body;
	z_streamp strm = d->strm;
	int ret;

	if (level == d->level && strategy == d->strategy)
		return Z_OK;
	if (!strm->next_out || (strm->avail_in && !strm->next_in))
		return Z_STREAM_ERROR;
	if (d->has_begun && !d->is_finishing) {
		if (strm->avail_out && (strm->avail_in || d->gathered_bytes)) {
			ret = wdz_deflate_flush_own(d, Z_BLOCK);
			if (ret)
				return ret;
		}
		if (strm->avail_in || d->gathered_bytes)
			return Z_BUF_ERROR;
	}
	if (wdz_body_move(body, "its parameters changed"))
		return Z_MEM_ERROR;
	/* Between pieces there is nothing that zlib would have to write. */
	body->soft->avail_in = 0;
	body->soft->next_out = body->buffers->history;
	body->soft->avail_out = 0;
	ret = wdz_real(deflateParams)(body->soft, level, strategy);
	if (ret == Z_STREAM_ERROR)
		return ret;
	/* zlib ends the block for that, which counts as a flush. */
	if (d->has_begun && strm->avail_out &&
	    (strategy != d->strategy || way_of(level) != way_of(d->level)))
		d->last_flush = Z_BLOCK;
	d->level = level;
	d->strategy = strategy;
	body->level = level;
	body->strategy = strategy;
	return Z_OK;
}

int wdz_deflateParams(z_streamp strm, int level, int strategy)
{
	struct wdz_deflate *d = wdz_deflate_of(strm);
	uInt in;
	int ret;

	if (!d)
		return wdz_real(deflateParams)(strm, level, strategy);
	if (level == Z_DEFAULT_COMPRESSION)
		level = 6;
	if (level < 0 || level > 9 || strategy < 0 || strategy > Z_FIXED)
		return Z_STREAM_ERROR;
	if (d->place == WDZ_DEVICE)
		return set_params_own(d, level, strategy);
	/* It may want to write, behind what was written for it before. */
	wdz_pending_give(&d->pending, strm);
	if (d->pending.bytes)
		return Z_BUF_ERROR;
	in = strm->avail_in;
	ASK_ZLIB(d, ret, deflateParams, strm, level, strategy);
	d->total_in += in - strm->avail_in;
	if (ret == Z_OK) {
		d->level = level;
		d->strategy = strategy;
	}
	return ret;
}

/* What it tunes, the device does not have. */
int wdz_deflateTune(z_streamp strm, int good_length, int max_lazy,
		    int nice_length, int max_chain)
{
	struct wdz_deflate *d = wdz_deflate_of(strm);
	int ret;

	if (!d)
		return wdz_real(deflateTune)(strm, good_length, max_lazy,
					     nice_length, max_chain);
	ASK_ZLIB(d, ret, deflateTune, strm, good_length, max_lazy, nice_length,
		 max_chain);
	return ret;
}

uLong wdz_deflateBound(z_streamp strm, uLong len)
{
	struct wdz_deflate *d = wdz_deflate_of(strm);
	uLong ret;

	if (!d)
		return wdz_real(deflateBound)(strm, len);
	ASK_ZLIB(d, ret, deflateBound, strm, len);
	return ret;
}

int wdz_deflatePending(z_streamp strm, unsigned int *pending, int *bits)
{
	struct wdz_deflate *d = wdz_deflate_of(strm);
	int ret;

	if (!d)
		return wdz_real(deflatePending)(strm, pending, bits);
	if (d->place == WDZ_DEVICE) {
		if (pending)
			*pending = d->pending.bytes;
		if (bits)
			*bits = 0;
		return Z_OK;
	}
	ASK_ZLIB(d, ret, deflatePending, strm, pending, bits);
	if (ret == Z_OK && pending)
		*pending += d->pending.bytes;
	return ret;
}

/* Bits in front of the next piece: only zlib makes what is not aligned. */
static int prime_own(struct wdz_deflate *d, int bits, int value)
{
	unsigned int bytes = 0;
	int ret;

	if (wdz_body_move(&d->body, "bits are put in"))
		return Z_MEM_ERROR;
	d->is_flushed = false;
	ret = wdz_real(deflatePrime)(d->body.soft, bits, value);
	/* Whole bytes are output to come: the next call has something to do. */
	wdz_real(deflatePending)(d->body.soft, &bytes, NULL);
	if (bytes)
		d->last_flush = -1;
	return ret;
}

int wdz_deflatePrime(z_streamp strm, int bits, int value)
{
	struct wdz_deflate *d = wdz_deflate_of(strm);
	int ret;

	if (!d)
		return wdz_real(deflatePrime)(strm, bits, value);
	if (d->place == WDZ_DEVICE)
		return prime_own(d, bits, value);
	d->is_soft_only = true;
	ASK_ZLIB(d, ret, deflatePrime, strm, bits, value);
	return ret;
}

int wdz_deflateSetHeader(z_streamp strm, gz_headerp head)
{
	struct wdz_deflate *d = wdz_deflate_of(strm);
	int ret;

	if (!d)
		return wdz_real(deflateSetHeader)(strm, head);
	ASK_ZLIB(d, ret, deflateSetHeader, strm, head);
	return ret;
}
