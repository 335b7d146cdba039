/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the engine keeps in the stream's context buffer (7.6). Compression: the
 * history window, so that a stream survives migration and copying of its
 * context. Decompression: which of the engine's streams it is. The guest may
 * write there whatever it likes, hence the check value.
 */
#include <isa-l/crc.h>

#include "zip_model.h"

#define CONTEXT_MAGIC	0x315a4d57	/* "WMZ1" */

_Static_assert(sizeof(struct zm_context) == 32, "context");
_Static_assert(sizeof(struct zm_context) + ZM_HISTORY_BYTES <=
	       HISI_ZIP_CTX_HW_BYTES, "context does not fit");

static uint32_t crc_of(const struct zm_context *ctx, const uint8_t *history)
{
	uint32_t crc;

	crc = crc32_gzip_refl(0, (const uint8_t *)ctx,
			      offsetof(struct zm_context, crc));
	if (ctx->history_bytes)
		crc = crc32_gzip_refl(crc, history, ctx->history_bytes);
	return crc;
}

/**
 * hisi_zip_model_context_load() - read back what the last request saved
 * @task: task
 * @req: its request
 * @ctx: filled in
 * @history: %ZM_HISTORY_BYTES bytes, or NULL if none are expected
 *
 * Return: 0 or the request's status.
 */
uint8_t hisi_zip_model_context_load(struct hisi_qm_model_task *task,
				    const struct zm_req *req,
				    struct zm_context *ctx, uint8_t *history)
{
	if (hisi_qm_model_task_read(task, req->ctx, ctx, sizeof(*ctx)))
		return hisi_zip_model_fault(task, false);
	if (ctx->magic != CONTEXT_MAGIC || ctx->type != req->type ||
	    ctx->history_bytes > (history ? ZM_HISTORY_BYTES : 0))
		return ZM_STATUS_BAD_CTX;
	if (ctx->history_bytes &&
	    hisi_qm_model_task_read(task, req->ctx + sizeof(*ctx), history,
				    ctx->history_bytes))
		return hisi_zip_model_fault(task, false);
	return ctx->crc == crc_of(ctx, history) ? 0 : ZM_STATUS_BAD_CTX;
}

/**
 * hisi_zip_model_context_save() - for the stream's next request
 * @task: task
 * @req: its request
 * @ctx: history_bytes, seq and cookie are the caller's
 * @history: the bytes
 *
 * Return: 0 or the request's status.
 */
uint8_t hisi_zip_model_context_save(struct hisi_qm_model_task *task,
				    const struct zm_req *req,
				    struct zm_context *ctx,
				    const uint8_t *history)
{
	ctx->magic = CONTEXT_MAGIC;
	ctx->type = req->type;
	ctx->crc = crc_of(ctx, history);
	if (ctx->history_bytes &&
	    hisi_qm_model_task_write(task, req->ctx + sizeof(*ctx), history,
				     ctx->history_bytes))
		return hisi_zip_model_fault(task, true);
	if (hisi_qm_model_task_write(task, req->ctx, ctx, sizeof(*ctx)))
		return hisi_zip_model_fault(task, true);
	return 0;
}
