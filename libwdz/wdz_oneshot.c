/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Buffers in one go. zlib's own calls for that would find ours only where the
 * loader lets them.
 */
#include <limits.h>
#include <stdint.h>
#include <string.h>

#include "wdz.h"

/* Lengths of a stream are narrower than those of these calls. */
static uInt part_of(uLong *left)
{
	uInt part = *left > UINT_MAX ? UINT_MAX : *left;

	*left -= part;
	return part;
}

int wdz_compress2(Bytef *dest, uLongf *dest_len, const Bytef *source, uLong len,
		  int level)
{
	z_stream strm = { .next_out = dest };
	uLong room = *dest_len;
	int ret;

	*dest_len = 0;
	ret = wdz_deflateInit_(&strm, level, ZLIB_VERSION, sizeof(strm));
	if (ret != Z_OK)
		return ret;
	strm.next_in = (Bytef *)(uintptr_t)source;
	do {
		if (!strm.avail_out)
			strm.avail_out = part_of(&room);
		if (!strm.avail_in)
			strm.avail_in = part_of(&len);
		ret = wdz_deflate(&strm, len ? Z_NO_FLUSH : Z_FINISH);
	} while (ret == Z_OK);
	*dest_len = strm.total_out;
	wdz_deflateEnd(&strm);
	return ret == Z_STREAM_END ? Z_OK : ret;
}

int wdz_compress(Bytef *dest, uLongf *dest_len, const Bytef *source, uLong len)
{
	return wdz_compress2(dest, dest_len, source, len,
			     Z_DEFAULT_COMPRESSION);
}

/* Of a stream that is cut off there is output still to come. */
static int end_of_uncompress(int ret, uLong room)
{
	if (ret == Z_STREAM_END)
		return Z_OK;
	if (ret == Z_NEED_DICT || (ret == Z_BUF_ERROR && room))
		return Z_DATA_ERROR;
	return ret;
}

int wdz_uncompress2(Bytef *dest, uLongf *dest_len, const Bytef *source,
		    uLong *source_len)
{
	/* Without room, a byte of output tells an end from what is too long. */
	Bytef spare[1];
	z_stream strm = { .next_out = *dest_len ? dest : spare };
	uLong left = *source_len, room = *dest_len ? *dest_len : 1;
	bool is_empty = !*dest_len;
	int ret;

	*dest_len = 0;
	strm.next_in = (Bytef *)(uintptr_t)source;
	ret = wdz_inflateInit_(&strm, ZLIB_VERSION, sizeof(strm));
	if (ret != Z_OK)
		return ret;
	do {
		if (!strm.avail_out)
			strm.avail_out = part_of(&room);
		if (!strm.avail_in)
			strm.avail_in = part_of(&left);
		/* All there is of a stream that is cut off, too. */
		ret = wdz_inflate(&strm, Z_SYNC_FLUSH);
	} while (ret == Z_OK);
	*source_len -= left + strm.avail_in;
	if (!is_empty)
		*dest_len = strm.total_out;
	else if (strm.total_out && ret == Z_BUF_ERROR)
		room = 1;
	room += strm.avail_out;
	wdz_inflateEnd(&strm);
	return end_of_uncompress(ret, room);
}

int wdz_uncompress(Bytef *dest, uLongf *dest_len, const Bytef *source,
		   uLong source_len)
{
	return wdz_uncompress2(dest, dest_len, source, &source_len);
}
