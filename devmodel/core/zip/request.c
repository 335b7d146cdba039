/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Submission queue element to request, and result to element (7.3 to 7.6). */
#include "zip_model.h"

/* Effort of a request that does not say: what HIGH_PERF chooses between. */
#define LEVEL_RATIO		6
#define LEVEL_THROUGHPUT	1
#define LEVEL_MAX		9

static struct hisi_zip_sqe *sqe_of(struct hisi_qm_model_task *task)
{
	return (struct hisi_zip_sqe *)task->sqe;
}

static uint64_t join(uint32_t low, uint32_t high)
{
	return (uint64_t)high << 32 | low;
}

static uint8_t parse_level(const struct hisi_qm_model_task *task,
			   bool model_levels, uint32_t dw9)
{
	uint32_t level = dw9 >> HISI_ZIP_DW9_MODEL_LEVEL_SHIFT &
			 HISI_ZIP_DW9_MODEL_LEVEL_MASK;

	if (model_levels && level)
		return level > LEVEL_MAX ? LEVEL_MAX : level;
	return task->scratch[ZM_SCRATCH_HIGH_PERF] ? LEVEL_THROUGHPUT :
						     LEVEL_RATIO;
}

static uint8_t check_req(const struct hisi_zip_sqe *sqe,
			 const struct zm_req *req)
{
	uint32_t sqe_type = sqe->dw7 >> HISI_ZIP_DW7_TYPE_SHIFT &
			    HISI_ZIP_DW7_TYPE_MASK;
	uint32_t buf_type = sqe->dw9 >> HISI_ZIP_DW9_BUF_SHIFT &
			    HISI_ZIP_DW9_BUF_MASK;
	uint32_t window = sqe->dw9 >> HISI_ZIP_DW9_WINDOW_SHIFT &
			  HISI_ZIP_DW9_WINDOW_MASK;

	if (sqe_type != HISI_ZIP_SQE_TYPE_0 && sqe_type != HISI_ZIP_SQE_TYPE_3)
		return ZM_STATUS_BAD_REQUEST;
	if (req->type < HISI_ZIP_REQ_DEFLATE || req->type > HISI_ZIP_REQ_GZIP)
		return ZM_STATUS_BAD_REQUEST;
	if (buf_type > HISI_ZIP_BUF_SGL)
		return ZM_STATUS_BAD_REQUEST;
	if (!req->decompress && window > HISI_ZIP_WINDOW_32K)
		return ZM_STATUS_BAD_REQUEST;
	if (req->in_len > HISI_ZIP_MAX_BYTES ||
	    req->out_len > HISI_ZIP_MAX_BYTES)
		return ZM_STATUS_BAD_LENGTH;
	if (req->is_stream && !req->ctx)
		return ZM_STATUS_BAD_CTX;
	return 0;
}

/**
 * hisi_zip_model_parse() - decode a request
 * @task: with the element as fetched
 * @model_levels: whether the element may name a level
 * @req: filled in, as far as the element goes, also on failure
 *
 * Return: 0 or the status that refuses the request.
 */
uint8_t hisi_zip_model_parse(const struct hisi_qm_model_task *task,
			     bool model_levels, struct zm_req *req)
{
	const struct hisi_zip_sqe *sqe = (const struct hisi_zip_sqe *)task->sqe;

	*req = (struct zm_req) {
		.type = sqe->dw9 & HISI_ZIP_DW9_REQ_MASK,
		.level = parse_level(task, model_levels, sqe->dw9),
		.decompress = task->alg == HISI_ZIP_ALG_DECOMPRESS,
		.is_sgl = (sqe->dw9 >> HISI_ZIP_DW9_BUF_SHIFT &
			   HISI_ZIP_DW9_BUF_MASK) == HISI_ZIP_BUF_SGL,
		.is_stream = sqe->dw7 & HISI_ZIP_DW7_STREAM,
		.is_new = sqe->dw7 & HISI_ZIP_DW7_NEW,
		.is_finish = sqe->dw7 & HISI_ZIP_DW7_FINISH,
		.in_len = sqe->input_data_length,
		.out_len = sqe->dest_avail_out,
		.src_skip = sqe->dw7 & HISI_ZIP_OFFSET_MASK,
		.dst_skip = sqe->dw8 & HISI_ZIP_OFFSET_MASK,
		.src = join(sqe->source_addr_l, sqe->source_addr_h),
		.dst = join(sqe->dest_addr_l, sqe->dest_addr_h),
		.ctx = join(sqe->stream_ctx_addr_l, sqe->stream_ctx_addr_h),
	};
	if (task->alg > HISI_ZIP_ALG_DECOMPRESS)
		return ZM_STATUS_BAD_REQUEST;

	/* A new stream's check values are the engine's to set (7.6). */
	req->check = hisi_zip_model_check_init(req->type);
	if (req->is_stream && !req->is_new) {
		req->check = hisi_zip_model_check_from_dw31(req->type,
							    sqe->checksum);
		req->isize = sqe->isize;
	}
	return check_req(sqe, req);
}

/**
 * hisi_zip_model_is_ignored() - requests that leave everything as it is
 * @req: a valid request
 * @status: the answer, if so
 *
 * Return: true for the no-op of 10.6a.6 and for output space below the
 * hardware's minimum (7.6).
 */
bool hisi_zip_model_is_ignored(const struct zm_req *req, uint8_t *status)
{
	if (req->out_len < ZM_MIN_OUT) {
		*status = HISI_ZIP_STATUS_NO_SPACE;
		return true;
	}
	if (req->is_stream && !req->in_len && req->out_len == ZM_MIN_OUT) {
		*status = HISI_ZIP_STATUS_OK;
		return true;
	}
	return false;
}

/** hisi_zip_model_encode() - the dwords that hardware writes, and no other */
void hisi_zip_model_encode(struct hisi_qm_model_task *task,
			   const struct zm_req *req,
			   const struct zm_result *result)
{
	struct hisi_zip_sqe *sqe = sqe_of(task);

	sqe->consumed = result->consumed;
	sqe->produced = result->produced;
	sqe->comp_data_length = 0;
	sqe->dw3 = result->status;
	if (result->last_block)
		sqe->dw3 |= HISI_ZIP_DW3_LAST_BLOCK;
	/* 10.6: without a stream these stay as they came. */
	if (req->is_stream) {
		sqe->ctx_dw0 = result->ctx_dw0;
		sqe->ctx_dw1 = result->ctx_dw1;
		sqe->ctx_dw2 = result->ctx_dw2;
	}
	if (req->type != HISI_ZIP_REQ_DEFLATE) {
		sqe->isize = result->isize;
		sqe->checksum = hisi_zip_model_check_to_dw31(req->type,
							     result->check);
	}
}

/** hisi_zip_model_encode_error() - nothing done; stream state untouched */
void hisi_zip_model_encode_error(struct hisi_qm_model_task *task,
				 uint8_t status)
{
	struct hisi_zip_sqe *sqe = sqe_of(task);

	sqe->consumed = 0;
	sqe->produced = 0;
	sqe->comp_data_length = 0;
	sqe->dw3 = status;
}
