/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reading headers (RFC 1950, 2.2; RFC 1952, 2.3), which the device does not.
 * They may come in pieces of any size, so the parser is a state machine.
 */
#include <zlib.h>

#include "wd_comp_private.h"

#define GZIP_FIXED_BYTES	10
#define GZIP_FHCRC		0x02
#define GZIP_FEXTRA		0x04
#define GZIP_FNAME		0x08
#define GZIP_FCOMMENT		0x10
#define GZIP_RESERVED		0xe0

#define ZLIB_FIXED_BYTES	2
#define ZLIB_FDICT		0x20

static bool has_flag(const struct wd_comp_parser *p, uint8_t flag)
{
	return p->flags & flag;
}

/* On to @state, or to the first one behind it that the flags ask for. */
static void enter(struct wd_comp_parser *p, uint8_t state)
{
	static const struct {
		uint8_t flag;
		uint16_t bytes;
	} fields[] = {
		[WD_COMP_PARSER_XLEN] = { GZIP_FEXTRA, 2 },
		[WD_COMP_PARSER_EXTRA] = { GZIP_FEXTRA, 0 },
		[WD_COMP_PARSER_NAME] = { GZIP_FNAME, 0 },
		[WD_COMP_PARSER_COMMENT] = { GZIP_FCOMMENT, 0 },
		[WD_COMP_PARSER_HCRC] = { GZIP_FHCRC, 2 },
	};

	while (state < WD_COMP_PARSER_DONE &&
	       !has_flag(p, fields[state].flag))
		state++;
	/* XLEN may be 0: there is no byte then that would end the field. */
	if (state == WD_COMP_PARSER_EXTRA && !p->value) {
		enter(p, state + 1);
		return;
	}
	p->state = state;
	if (state == WD_COMP_PARSER_EXTRA)
		p->left = p->value;
	else if (state < WD_COMP_PARSER_DONE)
		p->left = fields[state].bytes;
	p->value = 0;
}

void wd_comp_parser_init(struct wd_comp_parser *p, uint32_t format)
{
	memset(p, 0, sizeof(*p));
	switch (format) {
	case WD_COMP_GZIP:
		p->left = GZIP_FIXED_BYTES;
		break;
	case WD_COMP_ZLIB:
		p->left = ZLIB_FIXED_BYTES;
		break;
	default:
		p->state = WD_COMP_PARSER_DONE;
	}
}

static int zlib_byte(struct wd_comp_parser *p, uint8_t byte)
{
	p->left--;
	if (p->left) {
		p->flags = byte;
		return (byte & 0x0f) == Z_DEFLATED && byte >> 4 <= 7 ?
		       0 : -EILSEQ;
	}
	if ((byte & ZLIB_FDICT) || (p->flags << 8 | byte) % 31)
		return -EILSEQ;
	p->state = WD_COMP_PARSER_DONE;
	return 0;
}

static int fixed_byte(struct wd_comp_parser *p, uint8_t byte)
{
	static const uint8_t magic[] = { 0x1f, 0x8b, Z_DEFLATED };
	unsigned int index = GZIP_FIXED_BYTES - p->left;

	if (index < sizeof(magic)) {
		if (byte != magic[index])
			return -EILSEQ;
	} else if (index == sizeof(magic)) {
		if (byte & GZIP_RESERVED)
			return -EILSEQ;
		p->flags = byte;
	}
	if (!--p->left)
		enter(p, WD_COMP_PARSER_XLEN);
	return 0;
}

/* The low half of the CRC of all that is before it. */
static int hcrc_byte(struct wd_comp_parser *p, uint8_t byte)
{
	p->value |= byte << 8 * (2 - p->left);
	if (--p->left)
		return 0;
	p->state = WD_COMP_PARSER_DONE;
	return p->value == (p->crc & 0xffff) ? 0 : -EBADMSG;
}

static int gzip_byte(struct wd_comp_parser *p, uint8_t byte)
{
	if (p->state == WD_COMP_PARSER_HCRC)
		return hcrc_byte(p, byte);
	p->crc = crc32(p->crc, &byte, 1);
	switch (p->state) {
	case WD_COMP_PARSER_FIXED:
		return fixed_byte(p, byte);
	case WD_COMP_PARSER_XLEN:
		p->value |= byte << 8 * (2 - p->left);
		if (!--p->left)
			enter(p, WD_COMP_PARSER_EXTRA);
		return 0;
	case WD_COMP_PARSER_EXTRA:
		if (!--p->left)
			enter(p, WD_COMP_PARSER_NAME);
		return 0;
	default:
		/* A name or a comment, ended by a zero. */
		if (!byte)
			enter(p, p->state + 1);
		return 0;
	}
}

int wd_comp_parser_feed(struct wd_comp_parser *p, uint32_t format,
			const uint8_t *src, size_t bytes, size_t *used)
{
	size_t i;
	int ret;

	for (i = 0; i < bytes && p->state != WD_COMP_PARSER_DONE; i++) {
		ret = format == WD_COMP_GZIP ? gzip_byte(p, src[i]) :
					       zlib_byte(p, src[i]);
		if (ret)
			return ret;
	}
	*used = i;
	return p->state == WD_COMP_PARSER_DONE;
}

/* windowBits of inflateInit2(). */
static int window_bits(uint32_t format)
{
	switch (format) {
	case WD_COMP_GZIP:
		return MAX_WBITS + 16;
	case WD_COMP_ZLIB:
		return MAX_WBITS;
	default:
		return -MAX_WBITS;
	}
}

static int error_of(const z_stream *z, int ret)
{
	if (ret == Z_OK || ret == Z_BUF_ERROR)
		return -ENODATA;
	/* The only texts that zlib has for a trailer that does not fit. */
	if (ret == Z_DATA_ERROR && z->msg &&
	    (!strcmp(z->msg, "incorrect data check") ||
	     !strcmp(z->msg, "incorrect length check")))
		return -EBADMSG;
	return -EILSEQ;
}

int wd_comp_diagnose(uint32_t format, const void *src, size_t bytes,
		     size_t room)
{
	z_stream z = { .next_in = (z_const Bytef *)src, .avail_in = bytes };
	uint8_t scratch[4096];
	int ret;

	if (inflateInit2(&z, window_bits(format)) != Z_OK)
		return -EILSEQ;
	do {
		z.next_out = scratch;
		z.avail_out = sizeof(scratch);
		ret = inflate(&z, Z_NO_FLUSH);
	} while (ret == Z_OK && !z.avail_out && z.total_out <= room);
	ret = z.total_out > room ? -ENOSPC : error_of(&z, ret);
	inflateEnd(&z);
	return ret;
}
