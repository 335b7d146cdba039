/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Check values and trailers (7.7, 7.8). */
#include <string.h>

#include <isa-l/crc.h>

#include "zip_model.h"

static uint32_t reverse_bits(uint32_t v)
{
	v = (v >> 1 & 0x55555555) | (v & 0x55555555) << 1;
	v = (v >> 2 & 0x33333333) | (v & 0x33333333) << 2;
	v = (v >> 4 & 0x0f0f0f0f) | (v & 0x0f0f0f0f) << 4;
	return __builtin_bswap32(v);
}

/** hisi_zip_model_check_init() - check value of no data */
uint32_t hisi_zip_model_check_init(uint8_t type)
{
	return type == HISI_ZIP_REQ_ZLIB ? 1 : 0;
}

/** hisi_zip_model_check() - go on with @len bytes; fastest library for each */
uint32_t hisi_zip_model_check(uint8_t type, uint32_t check, const void *data,
			      size_t len)
{
	if (!len)
		return check;
	switch (type) {
	case HISI_ZIP_REQ_ZLIB:
		return libdeflate_adler32(check, data, len);
	case HISI_ZIP_REQ_GZIP:
		return crc32_gzip_refl(check, data, len);
	default:
		return check;
	}
}

/** hisi_zip_model_check_to_dw31() - as the hardware writes it */
uint32_t hisi_zip_model_check_to_dw31(uint8_t type, uint32_t check)
{
	/* 7.8: the raw register of a CRC that is not reflected. */
	return type == HISI_ZIP_REQ_GZIP ? ~reverse_bits(check) : check;
}

/** hisi_zip_model_check_from_dw31() - as it stands in a trailer */
uint32_t hisi_zip_model_check_from_dw31(uint8_t type, uint32_t dw31)
{
	return type == HISI_ZIP_REQ_GZIP ? reverse_bits(~dw31) : dw31;
}

/** hisi_zip_model_trailer_bytes() - of a format */
unsigned int hisi_zip_model_trailer_bytes(uint8_t type)
{
	switch (type) {
	case HISI_ZIP_REQ_ZLIB:
		return 4;
	case HISI_ZIP_REQ_GZIP:
		return 8;
	default:
		return 0;
	}
}

/** hisi_zip_model_trailer() - hisi_zip_model_trailer_bytes() are valid */
void hisi_zip_model_trailer(uint8_t type, uint32_t check, uint32_t isize,
			    uint8_t trailer[8])
{
	if (type == HISI_ZIP_REQ_ZLIB)
		check = __builtin_bswap32(check);
	memcpy(trailer, &check, sizeof(check));
	memcpy(trailer + 4, &isize, sizeof(isize));
}
