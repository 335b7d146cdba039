// SPDX-License-Identifier: GPL-2.0-only
/*
 * deflate (RFC 1951), zlib (RFC 1950) and gzip (RFC 1952) around a deflate
 * body. A gzip file's further members are not looked at: a request is one
 * stream, and what follows it is left alone.
 */
#include <linux/bits.h>
#include <linux/crc32.h>
#include <linux/errno.h>
#include <linux/zutil.h>

#include <asm/byteorder.h>

#include "cursor.h"
#include "format.h"
#include "hisi_zip_hw.h"

#define ZLIB_CM_MASK		0x0f
#define ZLIB_CM_DEFLATE		8
#define ZLIB_CINFO_SHIFT	4
#define ZLIB_CINFO_MAX		7
#define ZLIB_FDICT		0x20

#define GZIP_CM_DEFLATE		8
#define GZIP_FHCRC		BIT(1)
#define GZIP_FEXTRA		BIT(2)
#define GZIP_FNAME		BIT(3)
#define GZIP_FCOMMENT		BIT(4)
#define GZIP_RESERVED		0xe0

/* Names have no limit of their own; the engine's offset has (DW7). */
#define GZIP_NAME_MAX		0x10000

static int none_skip(struct zip_cursor *cursor)
{
	return 0;
}

static u32 none_check(u32 check, const u8 *data, size_t bytes)
{
	return 0;
}

static void none_trailer(u8 *out, u32 check, u32 bytes)
{
}

static int zlib_skip(struct zip_cursor *cursor)
{
	u8 head[2];

	if (zip_cursor_read(cursor, head, sizeof(head)))
		return -EINVAL;
	if ((head[0] & ZLIB_CM_MASK) != ZLIB_CM_DEFLATE ||
	    head[0] >> ZLIB_CINFO_SHIFT > ZLIB_CINFO_MAX ||
	    head[1] & ZLIB_FDICT || (head[0] << 8 | head[1]) % 31)
		return -EINVAL;
	return sizeof(head);
}

static u32 zlib_check(u32 check, const u8 *data, size_t bytes)
{
	/* The library takes NULL for a question about the start value. */
	return bytes ? zlib_adler32(check, data, bytes) : check;
}

static void zlib_trailer(u8 *out, u32 check, u32 bytes)
{
	__be32 value = cpu_to_be32(check);

	memcpy(out, &value, sizeof(value));
}

static int gzip_skip_bytes(struct zip_cursor *cursor, u32 bytes)
{
	u8 byte;
	u32 i;

	for (i = 0; i < bytes; i++)
		if (zip_cursor_read(cursor, &byte, 1))
			return -EINVAL;
	return bytes;
}

static int gzip_skip_extra(struct zip_cursor *cursor)
{
	u8 bytes[2];

	if (zip_cursor_read(cursor, bytes, sizeof(bytes)) ||
	    gzip_skip_bytes(cursor, bytes[0] | bytes[1] << 8) < 0)
		return -EINVAL;
	return sizeof(bytes) + (bytes[0] | bytes[1] << 8);
}

static int gzip_skip_string(struct zip_cursor *cursor)
{
	int bytes = 0;
	u8 byte;

	do {
		if (++bytes > GZIP_NAME_MAX || zip_cursor_read(cursor, &byte, 1))
			return -EINVAL;
	} while (byte);
	return bytes;
}

/* The optional fields, in their order in the header. */
static int gzip_skip_field(struct zip_cursor *cursor, u8 field)
{
	switch (field) {
	case GZIP_FEXTRA:
		return gzip_skip_extra(cursor);
	case GZIP_FNAME:
	case GZIP_FCOMMENT:
		return gzip_skip_string(cursor);
	default:
		return gzip_skip_bytes(cursor, 2);
	}
}

static int gzip_skip(struct zip_cursor *cursor)
{
	static const u8 fields[] = {
		GZIP_FEXTRA, GZIP_FNAME, GZIP_FCOMMENT, GZIP_FHCRC,
	};
	int total = ZIP_HEADER_MAX;
	u8 head[ZIP_HEADER_MAX];
	unsigned int i;
	int bytes;

	if (zip_cursor_read(cursor, head, sizeof(head)))
		return -EINVAL;
	if (head[0] != 0x1f || head[1] != 0x8b || head[2] != GZIP_CM_DEFLATE ||
	    head[3] & GZIP_RESERVED)
		return -EINVAL;
	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		if (!(head[3] & fields[i]))
			continue;
		bytes = gzip_skip_field(cursor, fields[i]);
		if (bytes < 0)
			return bytes;
		total += bytes;
	}
	return total;
}

static u32 gzip_check(u32 check, const u8 *data, size_t bytes)
{
	return ~crc32_le(~check, data, bytes);
}

static void gzip_trailer(u8 *out, u32 check, u32 bytes)
{
	__le32 values[2] = { cpu_to_le32(check), cpu_to_le32(bytes) };

	memcpy(out, values, sizeof(values));
}

const struct zip_format zip_formats[ZIP_FORMATS] = {
	[ZIP_FORMAT_DEFLATE] = {
		.request = HISI_ZIP_REQ_DEFLATE,
		.caps = 0x30,
		.skip_header = none_skip,
		.check = none_check,
		.trailer = none_trailer,
	},
	[ZIP_FORMAT_ZLIB] = {
		.request = HISI_ZIP_REQ_ZLIB,
		.caps = 0x03,
		.header_bytes = 2,
		.trailer_bytes = 4,
		.header = { 0x78, 0x9c },
		.skip_header = zlib_skip,
		.check_start = 1,
		.check = zlib_check,
		.trailer = zlib_trailer,
	},
	[ZIP_FORMAT_GZIP] = {
		.request = HISI_ZIP_REQ_GZIP,
		.caps = 0x0c,
		.header_bytes = 10,
		.trailer_bytes = 8,
		.header = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3 },
		.skip_header = gzip_skip,
		.check = gzip_check,
		.trailer = gzip_trailer,
	},
};
