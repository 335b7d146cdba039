/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A program that knows zlib only, and is linked with the drop-in in its place. */
#include <string.h>

#include <zlib.h>

int main(void)
{
	static const char text[] = "compressed by whoever is there, and back";
	unsigned char packed[200];
	uLongf packed_len = sizeof(packed), back_len = sizeof(text);
	char back[sizeof(text)];

	if (compress(packed, &packed_len, (const Bytef *)text, sizeof(text)) ||
	    uncompress((Bytef *)back, &back_len, packed, packed_len))
		return 1;
	return memcmp(text, back, sizeof(text)) != 0;
}
