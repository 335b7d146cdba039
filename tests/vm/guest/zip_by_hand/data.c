// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "data.h"

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

void data_text(uint8_t *to, size_t bytes, uint32_t seed)
{
	static const char *const words[] = {
		"queue ", "engine ", "doorbell ", "the ", "of ", "a ",
		"completion\n", "return ", "struct ", "0x", ";\n\t", "phase ",
		"interrupt ", "mailbox ", "and ", "window ",
	};
	size_t at = 0, n;
	const char *word;

	while (at < bytes) {
		word = words[next(&seed) % 16];
		n = strlen(word);
		if (n > bytes - at)
			n = bytes - at;
		memcpy(to + at, word, n);
		at += n;
	}
}

void data_noise(uint8_t *to, size_t bytes, uint32_t seed)
{
	size_t at;

	for (at = 0; at < bytes; at++)
		to[at] = (uint8_t)next(&seed);
}

uint32_t data_adler32(const uint8_t *data, size_t bytes)
{
	uint32_t a = 1, b = 0;
	size_t i;

	for (i = 0; i < bytes; i++) {
		a = (a + data[i]) % 65521;
		b = (b + a) % 65521;
	}
	return b << 16 | a;
}

uint32_t data_crc32(const uint8_t *data, size_t bytes)
{
	uint32_t crc = UINT32_MAX;
	unsigned int bit;
	size_t i;

	for (i = 0; i < bytes; i++) {
		crc ^= data[i];
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

uint32_t data_be32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
	       (uint32_t)at[2] << 8 | at[3];
}

uint32_t data_le32(const uint8_t *at)
{
	return (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 |
	       (uint32_t)at[1] << 8 | at[0];
}
