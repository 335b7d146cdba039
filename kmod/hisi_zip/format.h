/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What surrounds a deflate body (7.7, 7.8): headers, which are software's in
 * any case, and trailers, which are the hardware's unless software does it all.
 */
#ifndef WD_HISI_ZIP_FORMAT_H
#define WD_HISI_ZIP_FORMAT_H

#include <linux/types.h>

struct zip_cursor;

enum zip_format_id {
	ZIP_FORMAT_DEFLATE,
	ZIP_FORMAT_ZLIB,
	ZIP_FORMAT_GZIP,
	ZIP_FORMATS,
};

#define ZIP_HEADER_MAX		10
#define ZIP_TRAILER_MAX		8

/**
 * struct zip_format - a format
 * @request: request type (7.4)
 * @caps: bits of the algorithm bitmaps (7.2.4) for both directions
 * @header_bytes: of @header
 * @trailer_bytes: of what follows the body
 * @header: written in front of every compressed body
 * @skip_header: moves behind the header at the cursor. Return: its bytes, or
 *	-EINVAL if it is none or not whole
 * @check_start: check value of nothing
 * @check: check value of @check's data followed by @data
 * @trailer: writes the trailer of @bytes bytes with check value @check
 */
struct zip_format {
	u8 request;
	u8 caps;
	u8 header_bytes;
	u8 trailer_bytes;
	u8 header[ZIP_HEADER_MAX];
	int (*skip_header)(struct zip_cursor *cursor);
	u32 check_start;
	u32 (*check)(u32 check, const u8 *data, size_t bytes);
	void (*trailer)(u8 *out, u32 check, u32 bytes);
};

extern const struct zip_format zip_formats[ZIP_FORMATS];

#endif /* WD_HISI_ZIP_FORMAT_H */
