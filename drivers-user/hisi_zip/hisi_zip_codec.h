/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Between struct wd_comp_msg and the 128 bytes that the ZIP engine reads and
 * writes. Pure functions of their parameters; here, in a header, because they
 * are the inside of the loop over a burst.
 */
#ifndef HISI_ZIP_CODEC_H
#define HISI_ZIP_CODEC_H

#include <errno.h>
#include <string.h>

#include <hisi_zip_hw.h>
#include <warpdrive/wd_comp.h>

#include "wd_memory.h"

/* The wire has these values; the compiler is to find out if the API moves. */
_Static_assert(WD_COMP_DEFLATE == HISI_ZIP_REQ_DEFLATE &&
	       WD_COMP_ZLIB == HISI_ZIP_REQ_ZLIB &&
	       WD_COMP_GZIP == HISI_ZIP_REQ_GZIP, "formats");
_Static_assert(WD_COMP_COMPRESS == HISI_ZIP_ALG_COMPRESS &&
	       WD_COMP_DECOMPRESS == HISI_ZIP_ALG_DECOMPRESS, "directions");
_Static_assert(WD_COMP_WINDOW_32K == HISI_ZIP_WINDOW_32K, "windows");
_Static_assert(WD_COMP_MSG_MAX_BYTES == HISI_ZIP_MAX_BYTES, "sizes");

#define HISI_ZIP_OP_SHIFT	25
_Static_assert(WD_COMP_MSG_FINISH << HISI_ZIP_OP_SHIFT == HISI_ZIP_DW7_FINISH &&
	       WD_COMP_MSG_STREAM << HISI_ZIP_OP_SHIFT == HISI_ZIP_DW7_STREAM &&
	       WD_COMP_MSG_NEW << HISI_ZIP_OP_SHIFT == HISI_ZIP_DW7_NEW,
	       "operations");

/* Hardware ignores a request with less room than that (7.6). */
#define HISI_ZIP_MIN_OUT	16

/**
 * struct hisi_zip_codec - what all requests of a queue have in common
 * @memory: translates addresses
 * @type: HISI_ZIP_SQE_TYPE_0 or HISI_ZIP_SQE_TYPE_3
 * @formats: bit n: enum wd_comp_format n is the device's
 * @level_mask: HISI_ZIP_DW9_MODEL_LEVEL_MASK if the device is the model, that
 *	has levels; else 0
 */
struct hisi_zip_codec {
	const struct wd_memory *memory;
	uint32_t type;
	uint32_t formats;
	uint32_t level_mask;
};

/* Is there something in @msg that must not reach the device? */
static inline bool hisi_zip_msg_is_bad(const struct hisi_zip_codec *codec,
				       const struct wd_comp_msg *msg)
{
	uint32_t least = HISI_ZIP_MIN_OUT;

	if (msg->op & WD_COMP_MSG_STREAM) {
		least = WD_COMP_STREAM_MIN_OUT;
		if (!msg->ctx || (uintptr_t)msg->ctx % HISI_ZIP_SGL_ALIGN)
			return true;
	}
	return msg->src_bytes > WD_COMP_MSG_MAX_BYTES ||
	       msg->dst_bytes - least > WD_COMP_MSG_MAX_BYTES - least ||
	       msg->format > WD_COMP_GZIP ||
	       !(codec->formats >> msg->format & 1) ||
	       msg->op > (WD_COMP_MSG_FINISH | WD_COMP_MSG_STREAM |
			  WD_COMP_MSG_NEW) ||
	       msg->window > WD_COMP_WINDOW_32K || msg->level > 9 ||
	       msg->reserved[0] || msg->reserved[1] || !msg->src || !msg->dst;
}

static inline uint32_t hisi_zip_dw9(const struct hisi_zip_codec *codec,
				    const struct wd_comp_msg *msg)
{
	return msg->format |
	       HISI_ZIP_BUF_FLAT << HISI_ZIP_DW9_BUF_SHIFT |
	       (uint32_t)msg->window << HISI_ZIP_DW9_WINDOW_SHIFT |
	       (msg->level & codec->level_mask) <<
			HISI_ZIP_DW9_MODEL_LEVEL_SHIFT;
}

/*
 * hisi_zip_encode() - write a whole SQE
 *
 * @sqe_mem is written as 64-bit words, which the processor does twice as fast
 * as the 32 of struct hisi_zip_sqe; word n is DW2n and DW2n+1.
 *
 * Return: 0, -EINVAL, -EFAULT (not reachable for the device).
 */
static inline __attribute__((always_inline)) int
hisi_zip_encode(const void *ctx, void *sqe_mem, void *req)
{
	typedef uint64_t __attribute__((may_alias)) word;
	const struct hisi_zip_codec *codec = ctx;
	const struct wd_comp_msg *msg = req;
	uint64_t src, dst, stream_ctx = 0, tag = (uintptr_t)req;
	bool type3 = codec->type == HISI_ZIP_SQE_TYPE_3;
	word *w = sqe_mem;

	if (__builtin_expect(hisi_zip_msg_is_bad(codec, msg), 0))
		return -EINVAL;
	if (__builtin_expect(!wd_memory_translate(codec->memory, msg->src,
						  msg->src_bytes ?
						  msg->src_bytes : 1, &src) ||
			     !wd_memory_translate(codec->memory, msg->dst,
						  msg->dst_bytes, &dst), 0))
		return -EFAULT;
	if ((msg->op & WD_COMP_MSG_STREAM) &&
	    !wd_memory_translate(codec->memory, msg->ctx, WD_COMP_CTX_BYTES,
				 &stream_ctx))
		return -EFAULT;
	if (stream_ctx)
		stream_ctx += HISI_ZIP_CTX_HW_OFFSET;

	w[0] = 0;
	w[1] = 0;
	w[2] = msg->src_bytes;
	w[3] = (uint64_t)(codec->type << HISI_ZIP_DW7_TYPE_SHIFT |
			  (uint32_t)msg->op << HISI_ZIP_OP_SHIFT) << 32;
	w[4] = (uint64_t)hisi_zip_dw9(codec, msg) << 32;
	w[5] = 0;
	w[6] = type3 ? 0 : tag << 32;
	w[7] = msg->dst_bytes | (uint64_t)msg->ctx_dw0 << 32;
	w[8] = 0;
	w[9] = src;
	w[10] = dst;
	w[11] = stream_ctx;
	w[12] = 0;
	w[13] = type3 ? tag : 0;
	w[14] = msg->ctx_dw1 | (uint64_t)msg->ctx_dw2 << 32;
	w[15] = msg->isize | (uint64_t)msg->checksum << 32;
	return 0;
}

/* The one place where a status of the device becomes an error (7.5). */
static inline int hisi_zip_status_to_errno(uint32_t status)
{
	switch (status) {
	case HISI_ZIP_STATUS_OK:
	case HISI_ZIP_STATUS_NEGATIVE:
	case HISI_ZIP_STATUS_STREAM_END:
		return 0;
	case HISI_ZIP_STATUS_NO_SPACE:
		return -ENOSPC;
	case HISI_ZIP_STATUS_CHECK:
		return -EBADMSG;
	default:
		return -EILSEQ;
	}
}

/* Everything but plain success. */
void hisi_zip_decode_status(uint32_t dw3, struct wd_comp_msg *msg)
	__attribute__((cold));

/*
 * hisi_zip_decode() - read the answer out of an SQE
 *
 * Return: 0; -EIO if it can't be the answer of @req: another tag, or more
 * bytes than there were.
 */
static inline __attribute__((always_inline)) int
hisi_zip_decode(const void *ctx, const void *sqe_mem, void *req)
{
	const struct hisi_zip_codec *codec = ctx;
	const struct hisi_zip_sqe *sqe = sqe_mem;
	struct wd_comp_msg *msg = req;
	uint64_t tag = (uintptr_t)req;
	uint32_t dw3 = sqe->dw3, consumed = sqe->consumed,
		 produced = sqe->produced;
	bool ours;

	if (codec->type == HISI_ZIP_SQE_TYPE_3)
		ours = sqe->dw26 == (uint32_t)tag && sqe->dw27 == tag >> 32;
	else
		ours = sqe->dw13 == (uint32_t)tag;
	if (__builtin_expect(!ours || consumed > msg->src_bytes ||
			     produced > msg->dst_bytes, 0))
		return -EIO;
	msg->ctx_dw0 = sqe->ctx_dw0;
	/* ctx_dw1, ctx_dw2, isize and checksum, in one go */
	memcpy(&msg->ctx_dw1, &sqe->ctx_dw1, 4 * sizeof(uint32_t));
	msg->consumed = consumed;
	msg->produced = produced;
	msg->result = 0;
	msg->status = 0;
	msg->ended = 0;
	if (__builtin_expect(dw3 & (HISI_ZIP_DW3_STATUS_MASK |
				    HISI_ZIP_DW3_LAST_BLOCK), 0))
		hisi_zip_decode_status(dw3, msg);
	return 0;
}

_Static_assert(offsetof(struct wd_comp_msg, checksum) -
	       offsetof(struct wd_comp_msg, ctx_dw1) == 3 * sizeof(uint32_t) &&
	       offsetof(struct hisi_zip_sqe, checksum) -
	       offsetof(struct hisi_zip_sqe, ctx_dw1) == 3 * sizeof(uint32_t),
	       "the state words are copied together");

#endif /* HISI_ZIP_CODEC_H */
