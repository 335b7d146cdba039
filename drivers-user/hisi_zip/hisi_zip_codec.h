/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Between struct wd_comp_msg and the 128 bytes that the ZIP engine reads and
 * writes. Pure functions of their parameters; here, in a header, because they
 * are the inside of the loop over a burst.
 */
#ifndef HISI_ZIP_CODEC_H
#define HISI_ZIP_CODEC_H

#include <errno.h>
#include <stddef.h>
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

/* ctx_dw1, ctx_dw2, isize and checksum, which are copied together */
#define HISI_ZIP_STATE_BYTES	(4 * sizeof(uint32_t))
_Static_assert(offsetof(struct wd_comp_msg, checksum) -
	       offsetof(struct wd_comp_msg, ctx_dw1) ==
	       HISI_ZIP_STATE_BYTES - sizeof(uint32_t) &&
	       offsetof(struct hisi_zip_sqe, checksum) -
	       offsetof(struct hisi_zip_sqe, ctx_dw1) ==
	       HISI_ZIP_STATE_BYTES - sizeof(uint32_t), "state words");

/* Two dwords of an SQE. */
typedef uint64_t __attribute__((may_alias)) hisi_zip_word;

/* Four dwords, which is what one store can do. */
typedef uint64_t __attribute__((vector_size(16), may_alias, aligned(16)))
	hisi_zip_words;

/* Hardware ignores a request with less room than that (7.6). */
#define HISI_ZIP_MIN_OUT	16

/**
 * struct hisi_zip_codec - what all requests of a queue have in common
 * @memory: translates addresses
 * @format: enum wd_comp_format
 * @other: bits of the parameter word that make hisi_zip_encode_other()
 *	needed; all if the device has addresses of its own
 * @level: bits of the parameter word that reach the device: those of the level
 *	if it is the model, which has levels; else 0
 */
struct hisi_zip_codec {
	const struct wd_memory *memory;
	uint32_t format;
	uint32_t other;
	uint32_t level;
};

/* @emulated: the device is the model */
void hisi_zip_codec_init(struct hisi_zip_codec *codec, uint32_t format,
			 const struct wd_memory *memory, bool emulated);

/*
 * The parameters that are bytes, as one word, and how far each may be below
 * 0x80 at most: adding that sets bit 7 of a byte that is too large.
 */
#define HISI_ZIP_PARAM_LIMITS						\
	((0x7fu - 0) | (0x7fu - 7) << 8 |				\
	 (0x7fu - WD_COMP_WINDOW_32K) << 16 | (0x7fu - 9) << 24)
_Static_assert(offsetof(struct wd_comp_msg, op) ==
	       offsetof(struct wd_comp_msg, format) + 1 &&
	       offsetof(struct wd_comp_msg, window) ==
	       offsetof(struct wd_comp_msg, format) + 2 &&
	       offsetof(struct wd_comp_msg, level) ==
	       offsetof(struct wd_comp_msg, format) + 3, "parameter word");

static inline uint32_t hisi_zip_params(const struct wd_comp_msg *msg)
{
	uint32_t params;

	memcpy(&params, &msg->format, sizeof(params));
	return params;
}

/* Not 0 if a parameter is out of its range. */
static inline uint32_t hisi_zip_bad_params(const struct hisi_zip_codec *codec,
					   uint32_t params)
{
	params ^= codec->format;
	return (params | (params + HISI_ZIP_PARAM_LIMITS)) & 0x80808080u;
}

static inline bool hisi_zip_bad_buffers(const struct wd_comp_msg *msg)
{
	return msg->src_bytes > WD_COMP_MSG_MAX_BYTES ||
	       msg->dst_bytes - HISI_ZIP_MIN_OUT >
			WD_COMP_MSG_MAX_BYTES - HISI_ZIP_MIN_OUT ||
	       !msg->src || !msg->dst;
}

static inline bool hisi_zip_is_bad(const struct hisi_zip_codec *codec,
				   const struct wd_comp_msg *msg,
				   uint32_t other)
{
	uint32_t params = hisi_zip_params(msg);

	return __builtin_expect((hisi_zip_bad_params(codec, params) |
				 (params & other)) ||
				hisi_zip_bad_buffers(msg), 0);
}

/*
 * Is @msg valid, without a stream and on a device that sees the memory as the
 * process does? All else is for hisi_zip_encode_other().
 */
static inline bool hisi_zip_is_plain(const struct hisi_zip_codec *codec,
				     const struct wd_comp_msg *msg)
{
	return !hisi_zip_is_bad(codec, msg, codec->other);
}

/* Words of an SQE that hisi_zip_encode_other() changes. */
#define HISI_ZIP_WORD_SRC	9
#define HISI_ZIP_WORD_DST	10
#define HISI_ZIP_WORD_CTX	11
#define HISI_ZIP_WORD_CTX_DW0	7
#define HISI_ZIP_WORD_STATE	14

/* From where a parameter is in the parameter word to where it is in DW7, DW9. */
#define HISI_ZIP_PARAM_OP_SHIFT		8
#define HISI_ZIP_PARAM_WINDOW_SHIFT	16
#define HISI_ZIP_PARAM_LEVEL_SHIFT	24
#define HISI_ZIP_PARAM_STREAM	(WD_COMP_MSG_STREAM << HISI_ZIP_PARAM_OP_SHIFT)

static inline uint64_t hisi_zip_dw7(uint32_t type, uint32_t params)
{
	return type << HISI_ZIP_DW7_TYPE_SHIFT |
	       (params & 7u << HISI_ZIP_PARAM_OP_SHIFT) <<
			(HISI_ZIP_OP_SHIFT - HISI_ZIP_PARAM_OP_SHIFT);
}

static inline uint64_t hisi_zip_dw9(const struct hisi_zip_codec *codec,
				    uint32_t params)
{
	return codec->format |
	       (params & 7u << HISI_ZIP_PARAM_WINDOW_SHIFT) >>
			(HISI_ZIP_PARAM_WINDOW_SHIFT -
			 HISI_ZIP_DW9_WINDOW_SHIFT) |
	       (params & codec->level) >>
			(HISI_ZIP_PARAM_LEVEL_SHIFT -
			 HISI_ZIP_DW9_MODEL_LEVEL_SHIFT);
}

/*
 * hisi_zip_encode_plain() - write a whole SQE
 * @codec: the queue's
 * @type: HISI_ZIP_SQE_TYPE_0 or HISI_ZIP_SQE_TYPE_3, a constant
 * @w: slot of the SQ
 * @msg: request for which hisi_zip_is_plain()
 *
 * The SQE is written in eight stores, a quarter of what struct hisi_zip_sqe
 * takes; word n is DW2n and DW2n+1. What the caller wrote a moment ago is loaded
 * as wide as it was stored.
 */
static inline __attribute__((always_inline)) void
hisi_zip_encode_plain(const struct hisi_zip_codec *codec, uint32_t type,
		      hisi_zip_word *w, const struct wd_comp_msg *msg)
{
	uint32_t params = hisi_zip_params(msg);
	uint64_t tag = (uintptr_t)msg;
	hisi_zip_words *v = (hisi_zip_words *)w;

	v[0] = (hisi_zip_words){ 0, 0 };
	v[1] = (hisi_zip_words){ msg->src_bytes,
				 hisi_zip_dw7(type, params) << 32 };
	v[2] = (hisi_zip_words){ hisi_zip_dw9(codec, params) << 32, 0 };
	v[3] = (hisi_zip_words){ type == HISI_ZIP_SQE_TYPE_0 ? tag << 32 : 0,
				 msg->dst_bytes };
	v[4] = (hisi_zip_words){ 0, (uintptr_t)msg->src };
	v[5] = (hisi_zip_words){ (uintptr_t)msg->dst, 0 };
	v[6] = (hisi_zip_words){ 0, type == HISI_ZIP_SQE_TYPE_3 ? tag : 0 };
	v[7] = (hisi_zip_words){ 0, 0 };
}

/*
 * hisi_zip_encode_other() - check and encode a request that is not plain
 *
 * Return: 0, -EINVAL, -EFAULT (the device cannot reach the memory).
 */
int hisi_zip_encode_other(const struct hisi_zip_codec *codec, uint32_t type,
			  hisi_zip_word *w, const struct wd_comp_msg *msg);

/* hisi_zip_encode() - any request. Return: as hisi_zip_encode_other() */
static inline __attribute__((always_inline)) int
hisi_zip_encode(const struct hisi_zip_codec *codec, uint32_t type,
		hisi_zip_word *w, const struct wd_comp_msg *msg)
{
	if (!hisi_zip_is_plain(codec, msg))
		return hisi_zip_encode_other(codec, type, w, msg);
	hisi_zip_encode_plain(codec, type, w, msg);
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

/* Not 0 if the answer is another request's. */
static inline uint64_t hisi_zip_wrong_tag(uint32_t type,
					  const struct hisi_zip_sqe *sqe,
					  const struct wd_comp_msg *msg)
{
	uint64_t tag;

	if (type == HISI_ZIP_SQE_TYPE_0)
		return sqe->dw13 ^ (uint32_t)(uintptr_t)msg;
	memcpy(&tag, &sqe->dw26, sizeof(tag));
	return tag ^ (uintptr_t)msg;
}

/* Does the device claim to have used or written more than there was? */
static inline bool hisi_zip_wrong_lengths(const struct wd_comp_msg *msg)
{
	return msg->consumed > msg->src_bytes || msg->produced > msg->dst_bytes;
}

/*
 * hisi_zip_decode_other() - the rest of hisi_zip_decode() if the answer is
 * anything but plain success, or a stream's
 *
 * Return: 0, -EIO.
 */
int hisi_zip_decode_other(uint32_t type, const struct hisi_zip_sqe *sqe,
			  struct wd_comp_msg *msg);

/*
 * hisi_zip_decode() - read the answer out of an SQE
 *
 * Return: 0; -EIO if it can't be the answer of @msg: another tag, or more
 * bytes than there were.
 */
static inline __attribute__((always_inline)) int
hisi_zip_decode(uint32_t type, const struct hisi_zip_sqe *sqe,
		struct wd_comp_msg *msg)
{
	uint32_t other = (sqe->dw3 & (HISI_ZIP_DW3_STATUS_MASK |
				      HISI_ZIP_DW3_LAST_BLOCK)) |
			 (msg->op & WD_COMP_MSG_STREAM);

	msg->consumed = sqe->consumed;
	msg->produced = sqe->produced;
	msg->result = 0;
	msg->status = 0;
	msg->ended = 0;
	if (__builtin_expect(other || hisi_zip_wrong_tag(type, sqe, msg) ||
			     hisi_zip_wrong_lengths(msg), 0))
		return hisi_zip_decode_other(type, sqe, msg);
	return 0;
}

#endif /* HISI_ZIP_CODEC_H */
