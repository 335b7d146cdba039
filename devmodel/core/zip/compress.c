/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Compression requests: history, body, trailer, context. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "zip_model.h"

static uint8_t load_history(struct zm_worker *w,
			    struct hisi_qm_model_task *task,
			    const struct zm_req *req, struct zm_piece *piece)
{
	struct zm_context ctx;
	uint8_t status;

	if (!w->history)
		w->history = malloc(ZM_HISTORY_BYTES);
	if (!w->history)
		return ZM_STATUS_INTERNAL;
	status = hisi_zip_model_context_load(task, req, &ctx, w->history);
	if (status)
		return status;
	/* Only decompression numbers its streams. */
	if (ctx.cookie)
		return ZM_STATUS_BAD_CTX;
	piece->history = w->history;
	piece->history_bytes = ctx.history_bytes;
	return 0;
}

/* The last bytes of history and input together. */
static uint8_t save_history(struct zm_worker *w,
			    struct hisi_qm_model_task *task,
			    const struct zm_req *req,
			    const struct zm_piece *piece)
{
	const uint8_t *history = piece->in;
	struct zm_context ctx = { 0 };
	size_t old = 0;

	if (piece->in_len >= ZM_HISTORY_BYTES) {
		history += piece->in_len - ZM_HISTORY_BYTES;
		ctx.history_bytes = ZM_HISTORY_BYTES;
		return hisi_zip_model_context_save(task, req, &ctx, history);
	}
	if (!w->history)
		w->history = malloc(ZM_HISTORY_BYTES);
	if (!w->history)
		return ZM_STATUS_INTERNAL;
	if (piece->history_bytes) {
		old = ZM_HISTORY_BYTES - piece->in_len;
		if (old > piece->history_bytes)
			old = piece->history_bytes;
		memmove(w->history, piece->history + piece->history_bytes - old,
			old);
	}
	memcpy(w->history + old, piece->in, piece->in_len);
	ctx.history_bytes = old + piece->in_len;
	return hisi_zip_model_context_save(task, req, &ctx, w->history);
}

/*
 * Compressors give up when room is short though the result might still fit:
 * then there is a second try with as much room as they like.
 */
static uint8_t deflate_body(struct zm_worker *w, const struct zm_req *req,
			    const struct zm_piece *piece, uint8_t *out,
			    size_t cap, size_t *produced)
{
	size_t bound = hisi_zip_model_deflate_bound(piece->in_len);
	int err;

	err = hisi_zip_model_deflate(w, req->level, piece, out, cap, produced);
	if (err == -ENOSPC && cap < bound) {
		if (!hisi_zip_model_mem_need(&w->spare, bound))
			return ZM_STATUS_INTERNAL;
		err = hisi_zip_model_deflate(w, req->level, piece,
					     w->spare.ptr, bound, produced);
		if (!err && *produced > cap)
			err = -ENOSPC;
		if (!err)
			memcpy(out, w->spare.ptr, *produced);
	}
	if (err == -ENOSPC)
		return HISI_ZIP_STATUS_NO_SPACE;
	return err ? ZM_STATUS_INTERNAL : 0;
}

static uint8_t deflate_stream(struct zm_worker *w, const struct zm_req *req,
			      const struct zm_piece *piece,
			      const struct zm_buf *dst,
			      struct zm_result *result)
{
	unsigned int trailer_bytes = 0;
	uint8_t trailer[8];
	uint8_t *out = dst->ptr;
	size_t produced;
	uint8_t status;

	if (piece->is_final)
		trailer_bytes = hisi_zip_model_trailer_bytes(req->type);
	if (dst->len < trailer_bytes)
		return HISI_ZIP_STATUS_NO_SPACE;
	status = deflate_body(w, req, piece, out, dst->len - trailer_bytes,
			      &produced);
	if (status)
		return status;

	result->consumed = piece->in_len;
	result->produced = produced + trailer_bytes;
	result->isize = req->isize + piece->in_len;
	result->check = hisi_zip_model_check(req->type, req->check, piece->in,
					     piece->in_len);
	hisi_zip_model_trailer(req->type, result->check, result->isize,
			       trailer);
	memcpy(out + produced, trailer, trailer_bytes);
	return 0;
}

static uint8_t compress_piece(struct zm_worker *w,
			      struct hisi_qm_model_task *task,
			      const struct zm_req *req, struct zm_piece *piece,
			      struct zm_result *result)
{
	struct zm_buf src, dst;
	uint8_t status;

	status = hisi_zip_model_buf_source(&src, &w->in, &w->in_list, task,
					   req);
	if (status)
		return status;
	status = hisi_zip_model_buf_dest(&dst, &w->out, &w->out_list, task,
					 req);
	if (status)
		goto out_source;
	piece->in = src.ptr;
	piece->in_len = src.len;
	status = deflate_stream(w, req, piece, &dst, result);
	if (status) {
		hisi_zip_model_buf_release(&dst, task);
		goto out_source;
	}
	status = hisi_zip_model_buf_commit(&dst, task, result->produced);
	if (!status && !piece->is_final)
		status = save_history(w, task, req, piece);
out_source:
	hisi_zip_model_buf_release(&src, task);
	return status;
}

/**
 * hisi_zip_model_compress() - run a compression request
 * @w: worker
 * @task: task
 * @req: its request, valid and not ignored
 */
void hisi_zip_model_compress(struct zm_worker *w,
			     struct hisi_qm_model_task *task,
			     const struct zm_req *req)
{
	struct zm_piece piece = { .is_final = !req->is_stream || req->is_finish };
	struct zm_result result = { 0 };
	uint8_t status = 0;

	if (req->is_stream && !req->is_new)
		status = load_history(w, task, req, &piece);
	if (!status)
		status = compress_piece(w, task, req, &piece, &result);
	if (status) {
		hisi_zip_model_encode_error(task, status);
		return;
	}
	/* 10.6a.2: a stream's pieces are never refused as too large. */
	if (!req->is_stream && result.produced > result.consumed)
		result.status = HISI_ZIP_STATUS_NEGATIVE;
	hisi_zip_model_encode(task, req, &result);
}
