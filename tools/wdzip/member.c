/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <string.h>

#include "wdzip.h"

enum {
	FHCRC = 0x02,
	FEXTRA = 0x04,
	FNAME = 0x08,
	FCOMMENT = 0x10,
	FRESERVED = 0xe0,
};

#define HEAD_BYTES	10
#define DEFLATE		8
#define OS_UNIX		3

size_t member_write(uint8_t *dst, const char *name, uint32_t mtime,
		    unsigned int level)
{
	size_t len = name ? strlen(name) + 1 : 0;

	if (len > MEMBER_NAME_BYTES)
		len = 0;
	dst[0] = 0x1f;
	dst[1] = 0x8b;
	dst[2] = DEFLATE;
	dst[3] = len ? FNAME : 0;
	for (int i = 0; i < 4; i++)
		dst[4 + i] = mtime >> (8 * i);
	dst[8] = level == 9 ? 2 : level == 1 ? 4 : 0;
	dst[9] = OS_UNIX;
	if (len)
		memcpy(dst + HEAD_BYTES, name, len);
	return HEAD_BYTES + len;
}

/* A header has few bytes: no table is worth its while. */
static uint16_t crc16(const uint8_t *src, size_t bytes)
{
	uint32_t crc = ~0u;

	while (bytes--) {
		crc ^= *src++;
		for (int i = 0; i < 8; i++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return ~crc & 0xffff;
}

/* Skip a zero-terminated string; @at is then behind its zero. */
static bool skip_string(const uint8_t *src, size_t bytes, size_t *at)
{
	const uint8_t *zero = *at < bytes ?
			      memchr(src + *at, 0, bytes - *at) : NULL;

	if (!zero)
		return false;
	*at = zero + 1 - src;
	return true;
}

static void copy_name(struct member *m, const uint8_t *src, size_t bytes)
{
	if (bytes <= sizeof(m->name))
		memcpy(m->name, src, bytes);
}

static enum member_state parse_optional(const uint8_t *src, size_t bytes,
					struct member *m)
{
	size_t at = HEAD_BYTES;

	if (m->flags & FEXTRA) {
		if (bytes < at + 2)
			return MEMBER_SHORT;
		at += 2 + (src[at] | src[at + 1] << 8);
	}
	if (m->flags & FNAME) {
		size_t from = at;

		if (!skip_string(src, bytes, &at))
			return MEMBER_SHORT;
		copy_name(m, src + from, at - from);
	}
	if (m->flags & FCOMMENT && !skip_string(src, bytes, &at))
		return MEMBER_SHORT;
	if (m->flags & FHCRC) {
		if (bytes < at + 2)
			return MEMBER_SHORT;
		if (crc16(src, at) != (src[at] | src[at + 1] << 8))
			return MEMBER_CHECKSUM;
		at += 2;
	}
	if (bytes < at)
		return MEMBER_SHORT;
	m->bytes = at;
	return MEMBER_OK;
}

enum member_state member_parse(const uint8_t *src, size_t bytes,
			       struct member *m)
{
	if (bytes < 2)
		return MEMBER_SHORT;
	if (src[0] != 0x1f || src[1] != 0x8b)
		return MEMBER_NOT_GZIP;
	if (bytes < HEAD_BYTES)
		return MEMBER_SHORT;
	memset(m, 0, sizeof(*m));
	m->method = src[2];
	m->flags = src[3];
	for (int i = 0; i < 4; i++)
		m->mtime |= (uint32_t)src[4 + i] << (8 * i);
	if (m->method != DEFLATE)
		return MEMBER_METHOD;
	if (m->flags & FRESERVED)
		return MEMBER_FLAGS;
	return parse_optional(src, bytes, m);
}
