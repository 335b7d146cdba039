/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the formats have around the deflate body: headers, ends, check values. */
#include <zlib.h>

#include "wd_comp_private.h"

/*
 * The gzip check value of the device is the CRC register: neither inverted nor
 * reflected (hisi-zip 7.8).
 */
static uint32_t crc_of_register(uint32_t reg)
{
	uint32_t v = ~reg;

	v = (v & 0x55555555) << 1 | (v >> 1 & 0x55555555);
	v = (v & 0x33333333) << 2 | (v >> 2 & 0x33333333);
	v = (v & 0x0f0f0f0f) << 4 | (v >> 4 & 0x0f0f0f0f);
	return __builtin_bswap32(v);
}

uint32_t wd_comp_msg_check(const struct wd_comp_msg *msg)
{
	switch (msg->format) {
	case WD_COMP_GZIP:
		return crc_of_register(msg->checksum);
	case WD_COMP_ZLIB:
		return msg->checksum;
	default:
		return 0;
	}
}

size_t wd_comp_bound(size_t src_bytes)
{
	/*
	 * 1.125 times is what stateful compression is given (hisi-zip 7.6); a
	 * call may cost an empty block for the byte boundary, and every stream
	 * has a header and an end.
	 */
	const size_t more = src_bytes / 8 + src_bytes / 4096 * 16 +
			    WD_COMP_PIECE_SLACK + WD_COMP_HEAD_MAX_BYTES +
			    WD_COMP_TAIL_MAX_BYTES;

	/* A bound that wraps would let the caller allocate too little. */
	return src_bytes <= SIZE_MAX - more ? src_bytes + more : SIZE_MAX;
}

size_t wd_comp_stream_head(uint32_t format, void *dst)
{
	static const uint8_t zlib[] = { 0x78, 0x9c };
	static const uint8_t gzip[WD_COMP_HEAD_MAX_BYTES] = {
		0x1f, 0x8b, 8, [9] = 3,
	};

	switch (format) {
	case WD_COMP_GZIP:
		memcpy(dst, gzip, sizeof(gzip));
		return sizeof(gzip);
	case WD_COMP_ZLIB:
		memcpy(dst, zlib, sizeof(zlib));
		return sizeof(zlib);
	default:
		return 0;
	}
}

size_t wd_comp_stream_tail(uint32_t format, uint32_t check,
			   uint64_t total_bytes, void *dst)
{
	/* An empty stored block with the final bit (RFC 1951, 3.2.4). */
	static const uint8_t last[] = { 0x01, 0x00, 0x00, 0xff, 0xff };
	const uint32_t size = (uint32_t)total_bytes;
	const uint32_t adler = __builtin_bswap32(check);
	uint8_t *p = dst;

	memcpy(p, last, sizeof(last));
	p += sizeof(last);
	switch (format) {
	case WD_COMP_GZIP:
		memcpy(p, &check, sizeof(check));
		memcpy(p + sizeof(check), &size, sizeof(size));
		p += sizeof(check) + sizeof(size);
		break;
	case WD_COMP_ZLIB:
		memcpy(p, &adler, sizeof(adler));
		p += sizeof(adler);
		break;
	}
	return p - (uint8_t *)dst;
}

uint32_t wd_comp_check_init(uint32_t format)
{
	return format == WD_COMP_ZLIB ? 1 : 0;
}

uint32_t wd_comp_check_combine(uint32_t format, uint32_t first,
			       uint32_t second, uint64_t second_bytes)
{
	switch (format) {
	case WD_COMP_GZIP:
		return crc32_combine(first, second, second_bytes);
	case WD_COMP_ZLIB:
		return adler32_combine(first, second, second_bytes);
	default:
		return 0;
	}
}
