/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Life cycle of the engine, its workers and its tasks. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "hisi_zip_model.h"
#include "zip_model.h"

#define MAX_STREAMS_DEFAULT	4096

static void engine_reset(void *arg)
{
	struct zm_engine *engine = arg;

	hisi_zip_model_regs_reset(engine);
	hisi_zip_model_streams_forget(&engine->streams);
}

static int engine_create(struct hisi_qm_model *model,
			 const struct hisi_qm_model_config *config,
			 void **result)
{
	unsigned int max = config->max_streams;
	struct zm_engine *engine;
	int err;

	engine = calloc(1, sizeof(*engine));
	if (!engine)
		return -ENOMEM;
	engine->model = model;
	engine->revision = config->revision;
	engine->model_levels = config->model_levels;
	err = hisi_zip_model_streams_init(&engine->streams,
					  max ? max : MAX_STREAMS_DEFAULT);
	if (err) {
		free(engine);
		return err;
	}
	hisi_zip_model_regs_reset(engine);
	*result = engine;
	return 0;
}

static void engine_destroy(void *arg)
{
	struct zm_engine *engine = arg;

	if (!engine)
		return;
	hisi_zip_model_streams_exit(&engine->streams);
	free(engine);
}

static bool engine_is_dead(void *arg)
{
	struct zm_engine *engine = arg;

	return engine->is_shut;
}

/* Cores take turns; V3 has fewer for decompression (7.1). */
static unsigned int choose_core(struct zm_engine *engine, bool decompress)
{
	unsigned int decompressors = HISI_ZIP_DECOMP_CORES;
	unsigned int count, core;

	if (engine->revision >= HISI_QM_REV_V3)
		decompressors /= 2;
	count = decompress ? decompressors : HISI_ZIP_COMP_CORES;
	core = engine->next_core[decompress]++ % count;
	return decompress ? HISI_ZIP_COMP_CORES + core : core;
}

static uint8_t take_stream(struct zm_engine *engine,
			   struct hisi_qm_model_task *task,
			   const struct zm_req *req)
{
	struct zm_key key = {
		.ctx = req->ctx,
		.pasid = task->pasid,
		.func = task->func,
	};
	struct zm_stream *stream;
	uint8_t status;

	status = hisi_zip_model_stream_take(&engine->streams, &key,
					    req->is_new, req->type, &stream);
	if (!status)
		task->engine_data = stream;
	return status;
}

static void engine_prepare(void *arg, struct hisi_qm_model_task *task)
{
	struct zm_engine *engine = arg;
	struct zm_core *core;
	struct zm_req req;
	uint8_t status, ignored;
	unsigned int n;

	n = choose_core(engine, task->alg == HISI_ZIP_ALG_DECOMPRESS);
	core = &engine->cores[n];
	hisi_zip_model_core_add(core, HISI_ZIP_CORE_REQUESTS, 1);
	hisi_zip_model_core_add(core, HISI_ZIP_CORE_BD_READS, 1);

	task->engine_data = NULL;
	task->scratch[ZM_SCRATCH_CORE] = n;
	task->scratch[ZM_SCRATCH_RAS] = 0;
	task->scratch[ZM_SCRATCH_HIGH_PERF] =
		hisi_zip_model_reg(engine, HISI_ZIP_HIGH_PERF);
	status = hisi_zip_model_parse(task, engine->model_levels, &req);
	if (!status && req.decompress && req.is_stream &&
	    !hisi_zip_model_is_ignored(&req, &ignored))
		status = take_stream(engine, task, &req);
	task->scratch[ZM_SCRATCH_STATUS] = status;
}

static void engine_run(void *arg, struct hisi_qm_model_task *task)
{
	struct zm_worker *w = arg;
	struct zm_req req;
	uint8_t status;

	status = task->scratch[ZM_SCRATCH_STATUS];
	if (!status)
		status = hisi_zip_model_parse(task, w->model_levels, &req);
	if (status || hisi_zip_model_is_ignored(&req, &status))
		hisi_zip_model_encode_error(task, status);
	else if (!req.decompress)
		hisi_zip_model_compress(w, task, &req);
	else if (req.is_stream)
		hisi_zip_model_decompress_stream(w, task, &req);
	else
		hisi_zip_model_decompress(w, task, &req);
}

static bool is_good(uint32_t dw3)
{
	uint32_t status = dw3 & HISI_ZIP_DW3_STATUS_MASK;

	return status == HISI_ZIP_STATUS_OK ||
	       status == HISI_ZIP_STATUS_NEGATIVE ||
	       status == HISI_ZIP_STATUS_STREAM_END;
}

static void count(struct zm_core *core, const struct hisi_zip_sqe *sqe)
{
	uint32_t status = sqe->dw3 & HISI_ZIP_DW3_STATUS_MASK;

	hisi_zip_model_core_add(core, is_good(sqe->dw3) ? HISI_ZIP_CORE_GOOD :
							  HISI_ZIP_CORE_BAD, 1);
	hisi_zip_model_core_add(core, HISI_ZIP_CORE_DONE, 1);
	hisi_zip_model_core_add(core, HISI_ZIP_CORE_BD_WRITES, 1);
	hisi_zip_model_core_add(core, HISI_ZIP_CORE_CONSUMED, sqe->consumed);
	hisi_zip_model_core_add(core, HISI_ZIP_CORE_PRODUCED, sqe->produced);
	if (status == ZM_STATUS_BAD_REQUEST || status == ZM_STATUS_BAD_LENGTH ||
	    status == ZM_STATUS_BAD_SGL)
		hisi_zip_model_core_add(core, HISI_ZIP_CORE_PARSE_ERRORS, 1);
}

static void engine_finish(void *arg, struct hisi_qm_model_task *task,
			  bool dropped)
{
	struct zm_engine *engine = arg;

	if (task->engine_data)
		hisi_zip_model_stream_give(&engine->streams, task->engine_data,
					   dropped);
	task->engine_data = NULL;
	if (dropped)
		return;
	count(&engine->cores[task->scratch[ZM_SCRATCH_CORE]],
	      (const struct hisi_zip_sqe *)task->sqe);
	hisi_zip_model_ras(engine, task->scratch[ZM_SCRATCH_RAS]);
}

static int worker_create(void *arg, void **worker)
{
	struct zm_engine *engine = arg;
	struct zm_worker *w = calloc(1, sizeof(*w));

	if (!w)
		return -ENOMEM;
	w->model_levels = engine->model_levels;
	*worker = w;
	return 0;
}

static void worker_destroy(void *arg)
{
	struct zm_worker *w = arg;
	unsigned int i;

	if (!w)
		return;
	for (i = 0; i < ZM_LIBDEFLATE_LEVELS; i++)
		libdeflate_free_compressor(w->compressors[i]);
	libdeflate_free_decompressor(w->decompressor);
	if (w->zlib)
		deflateEnd(w->zlib);
	free(w->zlib);
	free(w->isal);
	free(w->isal_level.ptr);
	free(w->scan);
	free(w->history);
	free(w->in.ptr);
	free(w->out.ptr);
	free(w->spare.ptr);
	free(w->in_list.ptr);
	free(w->out_list.ptr);
	free(w);
}

static void engine_dump(void *arg, void (*emit)(void *arg, const char *line),
			void *emit_arg)
{
	struct zm_engine *engine = arg;
	const uint32_t *core;
	char line[128];
	unsigned int i;

	snprintf(line, sizeof(line), "zip: %u streams, errors 0x%x%s",
		 engine->streams.count,
		 hisi_zip_model_reg(engine, HISI_ZIP_CORE_INT_SOURCE),
		 engine->is_shut ? ", bus master shut" : "");
	emit(emit_arg, line);
	for (i = 0; i < ZM_CORES; i++) {
		core = engine->cores[i].regs;
		if (!core[HISI_ZIP_CORE_REQUESTS / 4])
			continue;
		snprintf(line, sizeof(line),
			 "zip: core %u: %u requests, %u good, %u bad", i,
			 core[HISI_ZIP_CORE_REQUESTS / 4],
			 core[HISI_ZIP_CORE_GOOD / 4],
			 core[HISI_ZIP_CORE_BAD / 4]);
		emit(emit_arg, line);
	}
}

const struct hisi_qm_model_engine hisi_zip_model_engine = {
	.name = "zip",
	.sqe_bytes = HISI_ZIP_SQE_BYTES,
	.create = engine_create,
	.destroy = engine_destroy,
	.reset = engine_reset,
	.cap = hisi_zip_model_cap,
	.mmio_read = hisi_zip_model_reg_read,
	.mmio_write = hisi_zip_model_reg_write,
	.is_dead = engine_is_dead,
	.prepare = engine_prepare,
	.run = engine_run,
	.finish = engine_finish,
	.worker_create = worker_create,
	.worker_destroy = worker_destroy,
	.dump = engine_dump,
};
