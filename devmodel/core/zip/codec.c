/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Deflate by the library that does the job best; how that was found is in
 * README.md.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "zip_model.h"

/*
 * libdeflate knows no history. A piece as long as this loses less than 0.3 %
 * without; shorter ones that have a history go to zlib.
 */
#define NO_HISTORY_BYTES	(2u << 20)

enum library {
	ISAL,
	LIBDEFLATE,
};

static const struct {
	enum library library;
	unsigned int level;
} levels[10] = {
	[1] = { ISAL, 1 },
	[2] = { ISAL, 2 },
	[3] = { LIBDEFLATE, 1 },
	[4] = { LIBDEFLATE, 3 },
	[5] = { LIBDEFLATE, 5 },
	[6] = { LIBDEFLATE, 6 },
	[7] = { LIBDEFLATE, 7 },
	[8] = { LIBDEFLATE, 8 },
	[9] = { LIBDEFLATE, 10 },
};

static const unsigned int isal_level_bytes[] = {
	ISAL_DEF_LVL0_DEFAULT,
	ISAL_DEF_LVL1_DEFAULT,
	ISAL_DEF_LVL2_DEFAULT,
};

/** hisi_zip_model_deflate_bound() - output that any level gets along with */
size_t hisi_zip_model_deflate_bound(size_t in_len)
{
	return in_len + in_len / 8 + 1024;
}

static const uint8_t sync_block[] = { 0x00, 0x00, 0x00, 0xff, 0xff };

static int deflate_nothing(const struct zm_piece *piece, uint8_t *out,
			   size_t cap, size_t *produced)
{
	static const uint8_t final[] = { 0x03, 0x00 };
	const uint8_t *from = piece->is_final ? final : sync_block;
	size_t len = piece->is_final ? sizeof(final) : sizeof(sync_block);

	if (len > cap)
		return -ENOSPC;
	memcpy(out, from, len);
	*produced = len;
	return 0;
}

/*
 * ISA-L looks at entries of its hash tables that it did not write. What it does
 * with them is right whatever they are, but depends on them: they begin as
 * zeros rather than as what the memory held.
 */
static int isal_prepare(struct zm_worker *w, unsigned int level)
{
	const size_t size = (sizeof(*w->isal) + 63) & ~(size_t)63;
	size_t before = w->isal_level.size;

	if (!w->isal) {
		w->isal = aligned_alloc(64, size);
		if (!w->isal)
			return -ENOMEM;
		memset(w->isal, 0, size);
	}
	if (!hisi_zip_model_mem_need(&w->isal_level, isal_level_bytes[level]))
		return -ENOMEM;
	if (w->isal_level.size != before)
		memset(w->isal_level.ptr, 0, w->isal_level.size);
	return 0;
}

/* With a history: the streaming interface. */
static int isal_continue(struct isal_zstream *s, const struct zm_piece *piece)
{
	int err;

	err = isal_deflate_set_dict(s, (uint8_t *)piece->history,
				    piece->history_bytes);
	if (err)
		return -EINVAL;
	s->flush = piece->is_final ? NO_FLUSH : SYNC_FLUSH;
	err = isal_deflate(s);
	if (err)
		return -EINVAL;
	/* A full buffer cannot be told from one that is just enough. */
	if (s->avail_in || !s->avail_out ||
	    (piece->is_final && s->internal_state.state != ZSTATE_END))
		return -ENOSPC;
	return 0;
}

/*
 * Stored data are byte aligned by themselves, and ISA-L leaves it at that; who
 * flushes may look for the mark of a sync flush, though.
 */
static int isal_mark(uint8_t *out, size_t cap, size_t *produced)
{
	const unsigned int mark = 4;

	if (*produced >= mark &&
	    !memcmp(out + *produced - mark, sync_block + 1, mark))
		return 0;
	if (cap - *produced < sizeof(sync_block))
		return -ENOSPC;
	memcpy(out + *produced, sync_block, sizeof(sync_block));
	*produced += sizeof(sync_block);
	return 0;
}

static int isal(struct zm_worker *w, unsigned int level,
		const struct zm_piece *piece, uint8_t *out, size_t cap,
		size_t *produced)
{
	struct isal_zstream *s;
	int err;

	err = isal_prepare(w, level);
	if (err)
		return err;
	s = w->isal;
	if (piece->history_bytes)
		isal_deflate_init(s);
	else
		isal_deflate_stateless_init(s);
	s->level = level;
	s->level_buf = w->isal_level.ptr;
	s->level_buf_size = isal_level_bytes[level];
	s->next_in = (uint8_t *)piece->in;
	s->avail_in = piece->in_len;
	s->next_out = out;
	s->avail_out = cap;
	s->end_of_stream = piece->is_final;
	if (piece->history_bytes) {
		err = isal_continue(s, piece);
	} else {
		s->flush = piece->is_final ? NO_FLUSH : FULL_FLUSH;
		err = isal_deflate_stateless(s) ? -ENOSPC : 0;
	}
	if (err)
		return err;
	*produced = s->total_out;
	return piece->is_final ? 0 : isal_mark(out, cap, produced);
}

static int zlib_prepare(struct zm_worker *w, unsigned int level)
{
	z_stream *s;

	if (!w->zlib) {
		s = calloc(1, sizeof(*s));
		if (!s)
			return -ENOMEM;
		if (deflateInit2(s, level, Z_DEFLATED, -MAX_WBITS,
				 MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK) {
			free(s);
			return -ENOMEM;
		}
		w->zlib = s;
	}
	if (deflateReset(w->zlib) != Z_OK ||
	    deflateParams(w->zlib, level, Z_DEFAULT_STRATEGY) != Z_OK)
		return -EINVAL;
	return 0;
}

static int zlib(struct zm_worker *w, unsigned int level,
		const struct zm_piece *piece, uint8_t *out, size_t cap,
		size_t *produced)
{
	z_stream *s;
	int err;

	err = zlib_prepare(w, level);
	if (err)
		return err;
	s = w->zlib;
	if (piece->history_bytes &&
	    deflateSetDictionary(s, piece->history, piece->history_bytes))
		return -EINVAL;
	s->next_in = (uint8_t *)piece->in;
	s->avail_in = piece->in_len;
	s->next_out = out;
	s->avail_out = cap;
	err = deflate(s, piece->is_final ? Z_FINISH : Z_SYNC_FLUSH);
	if (piece->is_final ? err != Z_STREAM_END : err || !s->avail_out)
		return -ENOSPC;
	*produced = cap - s->avail_out;
	return 0;
}

static int libdeflate(struct zm_worker *w, unsigned int level,
		      const struct zm_piece *piece, uint8_t *out, size_t cap,
		      size_t *produced)
{
	const size_t marker = 5;
	size_t len;

	if (!w->compressors[level])
		w->compressors[level] = libdeflate_alloc_compressor(level);
	if (!w->scan && !piece->is_final)
		w->scan = malloc(sizeof(*w->scan));
	if (!w->compressors[level] || (!w->scan && !piece->is_final))
		return -ENOMEM;
	if (cap < marker)
		return -ENOSPC;

	len = libdeflate_deflate_compress(w->compressors[level], piece->in,
					  piece->in_len, out,
					  piece->is_final ? cap : cap - marker);
	if (!len)
		return -ENOSPC;
	*produced = len;
	if (piece->is_final)
		return 0;
	return hisi_zip_model_open_stream(w->scan, out, len, produced);
}

/**
 * hisi_zip_model_deflate() - compress a piece of a stream
 * @w: worker
 * @level: 1 to 9
 * @piece: what and how
 * @out: at most @cap bytes, byte aligned at either end
 * @cap: room; a compressor may want some bytes more than it uses in the end,
 *	hisi_zip_model_deflate_bound() is always enough
 * @produced: set on success
 *
 * Return: 0, -ENOSPC, -ENOMEM, or another negative errno if a library fails.
 */
int hisi_zip_model_deflate(struct zm_worker *w, unsigned int level,
			   const struct zm_piece *piece, uint8_t *out,
			   size_t cap, size_t *produced)
{
	unsigned int inner = levels[level].level;

	if (!piece->in_len)
		return deflate_nothing(piece, out, cap, produced);
	if (levels[level].library == ISAL)
		return isal(w, inner, piece, out, cap, produced);
	if (piece->history_bytes && piece->in_len < NO_HISTORY_BYTES)
		return zlib(w, level, piece, out, cap, produced);
	return libdeflate(w, inner, piece, out, cap, produced);
}
