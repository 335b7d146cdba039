/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "wdz_body.h"

#define WINDOW	65536

struct checker {
	z_stream z;
	uint8_t window[WINDOW];
};

/* Does what comes out of the checker equal the input of the piece? */
static bool is_same(struct checker *checker, const struct wdz_piece *piece)
{
	z_stream *z = &checker->z;
	size_t done = 0, got;
	int ret;

	do {
		z->next_out = checker->window;
		z->avail_out = WINDOW;
		ret = wdz_real(inflate)(z, Z_SYNC_FLUSH);
		got = WINDOW - z->avail_out;
		if (got > piece->bytes - done ||
		    memcmp(checker->window, piece->src + done, got))
			return false;
		done += got;
	} while (ret == Z_OK && (z->avail_in || !z->avail_out));
	if (z->avail_in || done != piece->bytes)
		return false;
	return ret == (piece->flush == Z_FINISH ? Z_STREAM_END : Z_OK) ||
	       (ret == Z_BUF_ERROR && piece->flush != Z_FINISH);
}

bool wdz_body_is_right(const struct wdz_body *body,
		       const struct wdz_piece *piece, size_t produced)
{
	struct checker *checker = calloc(1, sizeof(*checker));
	bool is_right = false;

	if (!checker)
		return false;
	if (wdz_real(inflateInit2_)(&checker->z, -MAX_WBITS, ZLIB_VERSION,
				    sizeof(checker->z)) == Z_OK) {
		if (body->history_bytes)
			wdz_real(inflateSetDictionary)(&checker->z,
				body->buffers->history, body->history_bytes);
		checker->z.next_in = piece->dst;
		checker->z.avail_in = produced;
		is_right = is_same(checker, piece);
		wdz_real(inflateEnd)(&checker->z);
	}
	free(checker);
	return is_right;
}
