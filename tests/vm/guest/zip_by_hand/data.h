/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Data to be compressed, and check values the slow way, from their RFCs. */
#ifndef DATA_H
#define DATA_H

#include <stddef.h>
#include <stdint.h>

/* Words of a vocabulary: compresses well. */
void data_text(uint8_t *to, size_t bytes, uint32_t seed);

/* Does not compress. */
void data_noise(uint8_t *to, size_t bytes, uint32_t seed);

uint32_t data_adler32(const uint8_t *data, size_t bytes);	/* RFC 1950 */
uint32_t data_crc32(const uint8_t *data, size_t bytes);		/* RFC 1952 */

uint32_t data_be32(const uint8_t *at);
uint32_t data_le32(const uint8_t *at);

#endif /* DATA_H */
