/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Decompression requests: libdeflate where all of the stream is there, which is
 * fastest, ISA-L where it comes in pieces. Either decodes the body only: ISA-L
 * would consume input beyond the end of a stream, and check values have to
 * follow DW31.
 */
#include <stdlib.h>
#include <string.h>

#include "zip_model.h"

/* Output that is checked before it leaves the second-level cache. */
#define CHUNK_BYTES	(256u << 10)

/* Take the whole bytes back that the decoder holds but has not decoded. */
static void unread(struct inflate_state *s, uint32_t max)
{
	uint32_t bytes = s->read_in_length > 0 ? s->read_in_length / 8 : 0;

	if (bytes > max)
		bytes = max;
	s->next_in -= bytes;
	s->avail_in += bytes;
	s->read_in_length -= 8 * bytes;
	if (s->read_in_length < 64)
		s->read_in &= (1ull << s->read_in_length) - 1;
}

static uint8_t check_trailer(const struct zm_req *req, uint32_t check,
			     uint32_t isize, const uint8_t *got)
{
	unsigned int bytes = hisi_zip_model_trailer_bytes(req->type);
	uint8_t want[8];

	hisi_zip_model_trailer(req->type, check, isize, want);
	return memcmp(want, got, bytes) ? HISI_ZIP_STATUS_CHECK : 0;
}

static uint8_t inflate_all(struct zm_worker *w, const struct zm_req *req,
			   const struct zm_buf *src, const struct zm_buf *dst,
			   struct zm_result *result)
{
	unsigned int trailer = hisi_zip_model_trailer_bytes(req->type);
	size_t consumed, produced;
	enum libdeflate_result ret;

	ret = libdeflate_deflate_decompress_ex(w->decompressor, src->ptr,
					       src->len, dst->ptr, dst->len,
					       &consumed, &produced);
	if (ret == LIBDEFLATE_INSUFFICIENT_SPACE)
		return HISI_ZIP_STATUS_NO_SPACE;
	if (ret || src->len - consumed < trailer)
		return ZM_STATUS_BAD_DATA;

	result->consumed = consumed + trailer;
	result->produced = produced;
	result->isize = produced;
	result->check = hisi_zip_model_check(req->type, req->check, dst->ptr,
					     produced);
	result->status = check_trailer(req, result->check, result->isize,
				       (const uint8_t *)src->ptr + consumed);
	return 0;
}

static uint8_t decompress(struct zm_worker *w, struct hisi_qm_model_task *task,
			  const struct zm_req *req, struct zm_result *result)
{
	struct zm_buf src, dst;
	uint8_t status;

	if (!w->decompressor)
		w->decompressor = libdeflate_alloc_decompressor();
	if (!w->decompressor)
		return ZM_STATUS_INTERNAL;
	status = hisi_zip_model_buf_source(&src, &w->in, &w->in_list, task,
					   req);
	if (status)
		return status;
	status = hisi_zip_model_buf_dest(&dst, &w->out, &w->out_list, task,
					 req);
	if (status)
		goto out_source;
	status = inflate_all(w, req, &src, &dst, result);
	if (status)
		hisi_zip_model_buf_release(&dst, task);
	else
		status = hisi_zip_model_buf_commit(&dst, task,
						   result->produced);
out_source:
	hisi_zip_model_buf_release(&src, task);
	return status;
}

/**
 * hisi_zip_model_decompress() - run a request that holds a complete stream
 * @w: worker
 * @task: task
 * @req: its request, valid and not ignored
 */
void hisi_zip_model_decompress(struct zm_worker *w,
			       struct hisi_qm_model_task *task,
			       const struct zm_req *req)
{
	struct zm_result result = { 0 };
	uint8_t status;

	status = decompress(w, task, req, &result);
	if (status)
		hisi_zip_model_encode_error(task, status);
	else
		hisi_zip_model_encode(task, req, &result);
}

/* Collect the trailer; true when it is complete. */
static bool take_trailer(struct zm_stream *stream)
{
	unsigned int want = hisi_zip_model_trailer_bytes(stream->type);
	struct inflate_state *s = &stream->inflate;

	/* First what the decoder could not give back. */
	s->read_in >>= s->read_in_length % 8;
	s->read_in_length -= s->read_in_length % 8;
	while (stream->trailer_got < want && s->read_in_length > 0) {
		stream->trailer[stream->trailer_got++] = s->read_in;
		s->read_in >>= 8;
		s->read_in_length -= 8;
	}
	while (stream->trailer_got < want && s->avail_in) {
		stream->trailer[stream->trailer_got++] = *s->next_in++;
		s->avail_in--;
	}
	return stream->trailer_got == want;
}

/* Decode until input ends, output is full or the body ends (10.6a.3). */
static int inflate_body(struct zm_stream *stream, const struct zm_req *req,
			const struct zm_buf *dst, struct zm_result *result)
{
	struct inflate_state *s = &stream->inflate;
	uint8_t *out = dst->ptr;
	size_t left = dst->len, chunk;

	do {
		chunk = left < CHUNK_BYTES ? left : CHUNK_BYTES;
		s->next_out = out;
		s->avail_out = chunk;
		if (isal_inflate(s) < 0)
			return -1;
		chunk -= s->avail_out;
		result->check = hisi_zip_model_check(req->type, result->check,
						     out, chunk);
		out += chunk;
		left -= chunk;
		stream->is_body_done = s->block_state == ISAL_BLOCK_FINISH;
	} while (left && !s->avail_out && !stream->is_body_done);
	result->produced = dst->len - left;
	return 0;
}

static uint8_t inflate_some(struct zm_stream *stream, const struct zm_req *req,
			    const struct zm_buf *src, const struct zm_buf *dst,
			    struct zm_result *result)
{
	struct inflate_state *s = &stream->inflate;

	s->next_in = src->ptr;
	s->avail_in = src->len;
	result->check = req->check;
	if (!stream->is_body_done) {
		if (inflate_body(stream, req, dst, result))
			return ZM_STATUS_BAD_DATA;
		/*
		 * Bytes kept for a header that is not complete stay in order
		 * only if those before them stay too.
		 */
		if (stream->is_body_done || (!s->avail_out && !s->tmp_in_size))
			unread(s, src->len - s->avail_in);
	}
	result->isize = req->isize + result->produced;
	if (stream->is_body_done && take_trailer(stream)) {
		result->status = check_trailer(req, result->check,
					       result->isize, stream->trailer);
		result->last_block = !result->status;
		if (!result->status)
			result->status = HISI_ZIP_STATUS_STREAM_END;
	}
	result->consumed = src->len - s->avail_in;
	return 0;
}

/* ctx_dw0 to 2, as far as software looks at them (7.6, 10.6a). */
static void describe(const struct zm_stream *stream, const struct zm_req *req,
		     struct zm_result *result)
{
	const struct inflate_state *s = &stream->inflate;
	uint32_t window = result->isize;

	if (s->bfinal)
		result->ctx_dw0 |= HISI_ZIP_CTX_DW0_FINAL;
	if (!stream->is_body_done && !s->avail_out &&
	    result->consumed == req->in_len)
		result->ctx_dw0 |= HISI_ZIP_CTX_STATE_PENDING_END;
	if (s->block_state == ISAL_BLOCK_TYPE0)
		result->ctx_dw1 = s->type0_block_len &
				  HISI_ZIP_CTX_DW1_STORED_MASK;
	if (window > ZM_HISTORY_BYTES || s->total_out > ZM_HISTORY_BYTES)
		window = ZM_HISTORY_BYTES;
	result->ctx_dw2 = window;
}

static uint8_t check_context(struct hisi_qm_model_task *task,
			     const struct zm_req *req,
			     const struct zm_stream *stream)
{
	struct zm_context ctx;
	uint8_t status;

	if (req->is_new)
		return 0;
	status = hisi_zip_model_context_load(task, req, &ctx, NULL);
	if (status)
		return status;
	if (ctx.cookie != stream->cookie || ctx.seq != stream->seq)
		return ZM_STATUS_BAD_CTX;
	return 0;
}

static uint8_t continue_stream(struct zm_worker *w,
			       struct hisi_qm_model_task *task,
			       const struct zm_req *req,
			       struct zm_result *result)
{
	struct zm_stream *stream = task->engine_data;
	struct zm_context ctx = { .cookie = stream->cookie };
	struct zm_buf src, dst;
	uint8_t status;

	status = check_context(task, req, stream);
	if (status)
		return status;
	status = hisi_zip_model_buf_source(&src, &w->in, &w->in_list, task,
					   req);
	if (status)
		return status;
	status = hisi_zip_model_buf_dest(&dst, &w->out, &w->out_list, task,
					 req);
	if (status)
		goto out_source;
	status = inflate_some(stream, req, &src, &dst, result);
	if (status) {
		hisi_zip_model_buf_release(&dst, task);
		goto out_source;
	}
	describe(stream, req, result);
	status = hisi_zip_model_buf_commit(&dst, task, result->produced);
	if (!status && !result->status) {
		ctx.seq = ++stream->seq;
		status = hisi_zip_model_context_save(task, req, &ctx, NULL);
	}
out_source:
	hisi_zip_model_buf_release(&src, task);
	return status;
}

/**
 * hisi_zip_model_decompress_stream() - run a request of a stream
 * @w: worker
 * @task: task; its engine_data is the stream
 * @req: its request, valid and not ignored
 */
void hisi_zip_model_decompress_stream(struct zm_worker *w,
				      struct hisi_qm_model_task *task,
				      const struct zm_req *req)
{
	struct zm_stream *stream = task->engine_data;
	struct zm_result result = { 0 };
	uint8_t status;

	status = continue_stream(w, task, req, &result);
	stream->is_over = status || result.status;
	if (status)
		hisi_zip_model_encode_error(task, status);
	else
		hisi_zip_model_encode(task, req, &result);
}
