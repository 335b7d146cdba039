/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The less usual calls for streams that are being decompressed. */
#include <stdlib.h>
#include <string.h>

#include "wdz_inflate.h"

/*
 * Be where zlib can answer for itself. Before the first byte of input the stream
 * may still go to the device afterwards.
 */
static int settle(struct wdz_inflate *d)
{
	switch (d->place) {
	case WDZ_INFLATE_HEADER:
	case WDZ_INFLATE_DEVICE:
		return wdz_inflate_to_soft(d, "only zlib has an answer", false);
	case WDZ_INFLATE_LOST:
		return d->error;
	default:
		return Z_OK;
	}
}

/* zlib's call for a stream that it has, with the state that it knows. */
#define ASK_ZLIB(d, ret, name, ...) \
	do { \
		wdz_inflate_lend(d); \
		(ret) = wdz_real(name)(__VA_ARGS__); \
		wdz_inflate_return(d); \
	} while (0)

int wdz_inflateResetKeep(z_streamp strm)
{
	struct wdz_inflate *d = wdz_inflate_of(strm);
	int ret;

	if (!d)
		return wdz_real(inflateResetKeep)(strm);
	/* It keeps the window, which has to be zlib's for that. */
	settle(d);
	wdz_inflate_clear(d);
	d->is_soft_only = true;
	ASK_ZLIB(d, ret, inflateResetKeep, strm);
	return ret;
}

int wdz_inflateSetDictionary(z_streamp strm, const Bytef *dict, uInt len)
{
	struct wdz_inflate *d = wdz_inflate_of(strm);
	int ret;

	if (!d)
		return wdz_real(inflateSetDictionary)(strm, dict, len);
	ret = settle(d);
	if (ret != Z_OK)
		return ret;
	ASK_ZLIB(d, ret, inflateSetDictionary, strm, dict, len);
	if (ret == Z_OK)
		d->is_soft_only = true;
	return ret;
}

int wdz_inflateGetDictionary(z_streamp strm, Bytef *dict, uInt *len)
{
	struct wdz_inflate *d = wdz_inflate_of(strm);
	int ret;

	if (!d)
		return wdz_real(inflateGetDictionary)(strm, dict, len);
	ret = settle(d);
	if (ret != Z_OK)
		return ret;
	ASK_ZLIB(d, ret, inflateGetDictionary, strm, dict, len);
	return ret;
}

int wdz_inflateSync(z_streamp strm)
{
	struct wdz_inflate *d = wdz_inflate_of(strm);
	int ret;

	if (!d)
		return wdz_real(inflateSync)(strm);
	/* It looks for a new beginning; what was lost is passed over anyway. */
	if (settle(d) != Z_OK)
		d->place = WDZ_INFLATE_SOFT;
	wdz_inflate_catch_up(d);
	d->is_soft_only = true;
	ASK_ZLIB(d, ret, inflateSync, strm);
	/* zlib compares no check values any more, not even after inflateReset(). */
	if (ret == Z_OK)
		d->is_unchecked = true;
	return ret;
}

int wdz_inflateSyncPoint(z_streamp strm)
{
	struct wdz_inflate *d = wdz_inflate_of(strm);
	int ret;

	if (!d)
		return wdz_real(inflateSyncPoint)(strm);
	ret = settle(d);
	if (ret != Z_OK)
		return ret;
	ASK_ZLIB(d, ret, inflateSyncPoint, strm);
	return ret;
}

/* Copy what is beside zlib's state; the stream is in software, or undecided. */
static struct wdz_inflate *copy_own(const struct wdz_inflate *d)
{
	struct wdz_inflate *copy = malloc(sizeof(*copy));

	if (!copy)
		return NULL;
	*copy = *d;
	copy->ahead = NULL;
	copy->kept = NULL;
	copy->kept_bytes = 0;
	copy->kept_room = 0;
	copy->carry = 0;
	if (d->kept)
		wdz_inflate_keep(copy, d->kept + d->carry,
				 d->kept_bytes - d->carry);
	if (copy->kept_bytes == d->kept_bytes - d->carry)
		return copy;
	free(copy);
	return NULL;
}

int wdz_inflateCopy(z_streamp dest, z_streamp source)
{
	struct wdz_inflate *d = wdz_inflate_of(source), *copy;
	int ret;

	if (!d || !dest)
		return wdz_real(inflateCopy)(dest, source);
	ret = settle(d);
	if (ret != Z_OK)
		return Z_STREAM_ERROR;
	ASK_ZLIB(d, ret, inflateCopy, dest, source);
	if (ret != Z_OK)
		return ret;
	copy = copy_own(d);
	if (!copy) {
		wdz_real(inflateEnd)(dest);
		return Z_MEM_ERROR;
	}
	copy->strm = dest;
	wdz_inflate_return(copy);
	return Z_OK;
}

int wdz_inflatePrime(z_streamp strm, int bits, int value)
{
	struct wdz_inflate *d = wdz_inflate_of(strm);
	int ret;

	if (!d)
		return wdz_real(inflatePrime)(strm, bits, value);
	ret = settle(d);
	if (ret != Z_OK)
		return ret;
	d->is_soft_only = true;
	ASK_ZLIB(d, ret, inflatePrime, strm, bits, value);
	return ret;
}

long wdz_inflateMark(z_streamp strm)
{
	struct wdz_inflate *d = wdz_inflate_of(strm);
	long ret;

	if (!d)
		return wdz_real(inflateMark)(strm);
	if (settle(d) != Z_OK)
		return -65536;
	ASK_ZLIB(d, ret, inflateMark, strm);
	return ret;
}

int wdz_inflateGetHeader(z_streamp strm, gz_headerp head)
{
	struct wdz_inflate *d = wdz_inflate_of(strm);
	int ret;

	if (!d)
		return wdz_real(inflateGetHeader)(strm, head);
	ASK_ZLIB(d, ret, inflateGetHeader, strm, head);
	return ret;
}

int wdz_inflateUndermine(z_streamp strm, int subvert)
{
	struct wdz_inflate *d = wdz_inflate_of(strm);
	int ret;

	if (!d)
		return wdz_real(inflateUndermine)(strm, subvert);
	ret = settle(d);
	if (ret != Z_OK)
		return ret;
	d->is_soft_only = true;
	ASK_ZLIB(d, ret, inflateUndermine, strm, subvert);
	return ret;
}

int wdz_inflateValidate(z_streamp strm, int check)
{
	struct wdz_inflate *d = wdz_inflate_of(strm);
	int ret;

	if (!d)
		return wdz_real(inflateValidate)(strm, check);
	ret = settle(d);
	if (ret != Z_OK)
		return ret;
	ASK_ZLIB(d, ret, inflateValidate, strm, check);
	/* Sessions always compare them. */
	if (ret == Z_OK)
		d->is_unchecked = !check;
	return ret;
}

unsigned long wdz_inflateCodesUsed(z_streamp strm)
{
	struct wdz_inflate *d = wdz_inflate_of(strm);
	unsigned long ret;

	if (!d)
		return wdz_real(inflateCodesUsed)(strm);
	if (settle(d) != Z_OK)
		return (unsigned long)-1;
	ASK_ZLIB(d, ret, inflateCodesUsed, strm);
	return ret;
}
