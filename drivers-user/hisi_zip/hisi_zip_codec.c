/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "hisi_zip_codec.h"

void hisi_zip_codec_init(struct hisi_zip_codec *codec, uint32_t format,
			 const struct wd_memory *memory, bool emulated)
{
	codec->memory = memory;
	codec->format = format;
	codec->other = memory->any ? HISI_ZIP_PARAM_STREAM : UINT32_MAX;
	codec->level = emulated ? HISI_ZIP_DW9_MODEL_LEVEL_MASK <<
				  HISI_ZIP_PARAM_LEVEL_SHIFT : 0;
}

static int translate_ctx(const struct hisi_zip_codec *codec, uint64_t *addr,
			 const struct wd_comp_msg *msg)
{
	uint64_t dma;

	if (!msg->ctx || (uintptr_t)msg->ctx % HISI_ZIP_SGL_ALIGN ||
	    msg->dst_bytes < WD_COMP_STREAM_MIN_OUT)
		return -EINVAL;
	if (!wd_memory_translate(codec->memory, msg->ctx, WD_COMP_CTX_BYTES,
				 &dma))
		return -EFAULT;
	*addr = dma + HISI_ZIP_CTX_HW_OFFSET;
	return 0;
}

int hisi_zip_encode_other(const struct hisi_zip_codec *codec, uint32_t type,
			  hisi_zip_word *w, const struct wd_comp_msg *msg)
{
	uint64_t src, dst, stream_ctx = 0;
	int ret;

	if (hisi_zip_is_bad(codec, msg, 0))
		return -EINVAL;
	if (msg->op & WD_COMP_MSG_STREAM) {
		ret = translate_ctx(codec, &stream_ctx, msg);
		if (ret)
			return ret;
	}
	/* Also for no input the address has to be a valid one. */
	if (!wd_memory_translate(codec->memory, msg->src,
				 msg->src_bytes ? msg->src_bytes : 1, &src) ||
	    !wd_memory_translate(codec->memory, msg->dst, msg->dst_bytes, &dst))
		return -EFAULT;
	hisi_zip_encode_plain(codec, type, w, msg);
	w[HISI_ZIP_WORD_SRC] = src;
	w[HISI_ZIP_WORD_DST] = dst;
	if (msg->op & WD_COMP_MSG_STREAM) {
		w[HISI_ZIP_WORD_CTX] = stream_ctx;
		w[HISI_ZIP_WORD_CTX_DW0] |= (uint64_t)msg->ctx_dw0 << 32;
		memcpy(&w[HISI_ZIP_WORD_STATE], &msg->ctx_dw1,
		       HISI_ZIP_STATE_BYTES);
	}
	return 0;
}

int hisi_zip_decode_other(uint32_t type, const struct hisi_zip_sqe *sqe,
			  struct wd_comp_msg *msg)
{
	uint32_t dw3 = sqe->dw3;

	if (hisi_zip_wrong_tag(type, sqe, msg) ||
	    hisi_zip_wrong_lengths(msg))
		return -EIO;
	if (msg->op & WD_COMP_MSG_STREAM) {
		msg->ctx_dw0 = sqe->ctx_dw0;
		memcpy(&msg->ctx_dw1, &sqe->ctx_dw1, HISI_ZIP_STATE_BYTES);
	}
	msg->status = dw3 & HISI_ZIP_DW3_STATUS_MASK;
	msg->result = hisi_zip_status_to_errno(msg->status);
	if (dw3 & HISI_ZIP_DW3_LAST_BLOCK)
		msg->ended |= WD_COMP_MSG_LAST_BLOCK;
	if (msg->status == HISI_ZIP_STATUS_NEGATIVE)
		msg->ended |= WD_COMP_MSG_EXPANDED;
	return 0;
}
