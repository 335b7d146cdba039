/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Inside of the ZIP engine. Section numbers are those of the hardware
 * specification (hisi-zip).
 *
 * Who may touch what: struct zm_engine is used in calls that the host
 * serialises; struct zm_worker by the one thread that runs a task; a
 * struct zm_stream belongs to its task from prepare to finish.
 */
#ifndef HISI_ZIP_MODEL_PRIVATE_H
#define HISI_ZIP_MODEL_PRIVATE_H

#include <isa-l/igzip_lib.h>
#include <libdeflate.h>
#include <zlib.h>

#include "engine.h"
#include "hisi_qm_hw.h"
#include "hisi_zip_hw.h"

/* Request errors of this model (7.5 leaves their codes open). */
#define ZM_STATUS_BAD_REQUEST	0x01	/* a field that makes no sense */
#define ZM_STATUS_BAD_LENGTH	0x02
#define ZM_STATUS_BAD_SGL	0x03
#define ZM_STATUS_BAD_DATA	0x04	/* not a deflate stream, or cut off */
#define ZM_STATUS_BAD_CTX	0x05	/* context unknown, stale or trashed */
#define ZM_STATUS_BUSY		0x06	/* two requests of a stream at once */
#define ZM_STATUS_DMA_READ	0x07
#define ZM_STATUS_DMA_WRITE	0x08
#define ZM_STATUS_INTERNAL	0x09	/* the model's host has no memory */

/* What prepare, run and finish tell each other in task->scratch. */
#define ZM_SCRATCH_STATUS	0	/* decided in prepare, if not 0 */
#define ZM_SCRATCH_HIGH_PERF	1
#define ZM_SCRATCH_CORE		2
#define ZM_SCRATCH_RAS		3	/* ZIP_ERR_*, set by run */

#define ZM_CORES		(HISI_ZIP_COMP_CORES + HISI_ZIP_DECOMP_CORES)
#define ZM_HISTORY_BYTES	32768
#define ZM_MIN_OUT		0x10	/* 7.6: less is ignored */

/* A request, decoded. */
struct zm_req {
	uint8_t type;		/* HISI_ZIP_REQ_DEFLATE, _ZLIB, _GZIP */
	uint8_t level;		/* 1-9 */
	bool decompress;
	bool is_sgl;
	bool is_stream;
	bool is_new;
	bool is_finish;
	uint32_t in_len;
	uint32_t out_len;
	uint32_t src_skip;
	uint32_t dst_skip;
	uint64_t src;
	uint64_t dst;
	uint64_t ctx;
	uint32_t check;		/* running check value, as in a trailer */
	uint32_t isize;
};

/* Its answer. */
struct zm_result {
	uint8_t status;
	bool last_block;
	uint32_t consumed;
	uint32_t produced;
	uint32_t check;
	uint32_t isize;
	uint32_t ctx_dw0;
	uint32_t ctx_dw1;
	uint32_t ctx_dw2;
};

uint8_t hisi_zip_model_parse(const struct hisi_qm_model_task *task,
			     bool model_levels, struct zm_req *req);
bool hisi_zip_model_is_ignored(const struct zm_req *req, uint8_t *status);
void hisi_zip_model_encode(struct hisi_qm_model_task *task,
			   const struct zm_req *req,
			   const struct zm_result *result);
void hisi_zip_model_encode_error(struct hisi_qm_model_task *task,
				 uint8_t status);

/* Check values (7.8) */
uint32_t hisi_zip_model_check_init(uint8_t type);
uint32_t hisi_zip_model_check(uint8_t type, uint32_t check, const void *data,
			      size_t len);
uint32_t hisi_zip_model_check_to_dw31(uint8_t type, uint32_t check);
uint32_t hisi_zip_model_check_from_dw31(uint8_t type, uint32_t dw31);
unsigned int hisi_zip_model_trailer_bytes(uint8_t type);
void hisi_zip_model_trailer(uint8_t type, uint32_t check, uint32_t isize,
			    uint8_t trailer[8]);

/* Memory of a worker that grows as needed. */
struct zm_mem {
	void *ptr;
	size_t size;
};

struct zm_segment {
	uint64_t addr;
	uint32_t len;
};

/* One side of a request: contiguous memory for the codecs. */
struct zm_buf {
	void *ptr;
	size_t len;
	bool is_mapped;
	bool is_write;
	unsigned int segments;
	struct zm_mem *list;	/* of struct zm_segment */
};

uint8_t hisi_zip_model_buf_source(struct zm_buf *buf, struct zm_mem *bounce,
				  struct zm_mem *list,
				  struct hisi_qm_model_task *task,
				  const struct zm_req *req);
uint8_t hisi_zip_model_buf_dest(struct zm_buf *buf, struct zm_mem *bounce,
				struct zm_mem *list,
				struct hisi_qm_model_task *task,
				const struct zm_req *req);
uint8_t hisi_zip_model_buf_commit(struct zm_buf *buf,
				  struct hisi_qm_model_task *task, size_t len);
void hisi_zip_model_buf_release(struct zm_buf *buf,
				struct hisi_qm_model_task *task);
uint8_t hisi_zip_model_fault(struct hisi_qm_model_task *task, bool is_write);

/* State of a decompression between its requests. */
struct zm_key {
	uint64_t ctx;
	uint32_t pasid;
	uint16_t func;
};

struct zm_stream {
	struct zm_key key;
	struct zm_stream *hash_next;
	struct zm_stream *older;
	struct zm_stream *newer;
	bool is_busy;
	bool is_orphan;		/* reset while it was out */
	bool is_over;		/* set by run: ended, or of no more use */
	bool is_body_done;
	uint8_t type;
	uint8_t trailer_got;
	uint8_t trailer[8];
	uint32_t seq;
	uint64_t cookie;
	struct inflate_state inflate;
};

struct zm_streams {
	struct zm_stream **hash;
	struct zm_stream *oldest;	/* those not busy */
	struct zm_stream *newest;
	struct zm_stream *spare;	/* linked by hash_next */
	unsigned int spares;
	unsigned int count;
	unsigned int max;
	unsigned int hash_mask;
	uint64_t next_cookie;
};

int hisi_zip_model_streams_init(struct zm_streams *table, unsigned int max);
void hisi_zip_model_streams_exit(struct zm_streams *table);
void hisi_zip_model_streams_forget(struct zm_streams *table);
uint8_t hisi_zip_model_stream_take(struct zm_streams *table,
				   const struct zm_key *key, bool is_new,
				   uint8_t type, struct zm_stream **stream);
void hisi_zip_model_stream_give(struct zm_streams *table,
				struct zm_stream *stream, bool dropped);

/* Stream contexts in the guest's memory (7.6) */
struct zm_context {
	uint32_t magic;
	uint8_t type;
	uint8_t pad[3];
	uint32_t history_bytes;
	uint32_t seq;
	uint64_t cookie;
	uint32_t pad2;
	uint32_t crc;		/* of the above and the history */
};

uint8_t hisi_zip_model_context_load(struct hisi_qm_model_task *task,
				    const struct zm_req *req,
				    struct zm_context *ctx, uint8_t *history);
uint8_t hisi_zip_model_context_save(struct hisi_qm_model_task *task,
				    const struct zm_req *req,
				    struct zm_context *ctx,
				    const uint8_t *history);

#define ZM_SCAN_BITS	10

/* Tables of the block scanner, in the worker to keep them off the stack. */
struct zm_scan {
	uint16_t single[1 << ZM_SCAN_BITS];
	uint16_t table[2 << ZM_SCAN_BITS];	/* literals and lengths, dists */
};

int hisi_zip_model_open_stream(struct zm_scan *scan, uint8_t *data,
			       size_t len, size_t *total);

#define ZM_LIBDEFLATE_LEVELS	13

/* What one thread works with; everything in it is made when first needed. */
struct zm_worker {
	bool model_levels;
	struct zm_mem in;
	struct zm_mem out;
	struct zm_mem spare;
	struct zm_mem in_list;
	struct zm_mem out_list;
	struct isal_zstream *isal;
	struct zm_mem isal_level;
	struct libdeflate_compressor *compressors[ZM_LIBDEFLATE_LEVELS];
	struct zm_scan *scan;
	z_stream *zlib;
	struct libdeflate_decompressor *decompressor;
	uint8_t *history;
};

bool hisi_zip_model_mem_need(struct zm_mem *mem, size_t size);

/* How a piece of a stream is to be compressed. */
struct zm_piece {
	const uint8_t *in;
	size_t in_len;
	const uint8_t *history;
	size_t history_bytes;
	bool is_final;		/* else end with a sync flush */
};

int hisi_zip_model_deflate(struct zm_worker *w, unsigned int level,
			   const struct zm_piece *piece, uint8_t *out,
			   size_t cap, size_t *produced);
size_t hisi_zip_model_deflate_bound(size_t in_len);

void hisi_zip_model_compress(struct zm_worker *w,
			     struct hisi_qm_model_task *task,
			     const struct zm_req *req);
void hisi_zip_model_decompress(struct zm_worker *w,
			       struct hisi_qm_model_task *task,
			       const struct zm_req *req);
void hisi_zip_model_decompress_stream(struct zm_worker *w,
				      struct hisi_qm_model_task *task,
				      const struct zm_req *req);

/* Registers (7.2) */
struct zm_core {
	uint32_t regs[HISI_ZIP_CORE_REGS_BYTES / 4];
};

#define ZM_REGS_BYTES		0x2c0	/* 7.2.3: what debugfs reads */

struct zm_engine {
	struct hisi_qm_model *model;
	unsigned int revision;
	bool model_levels;
	bool is_shut;
	uint32_t regs[ZM_REGS_BYTES / 4];
	struct zm_core cores[ZM_CORES];
	unsigned int next_core[2];
	struct zm_streams streams;
};

uint32_t hisi_zip_model_cap(void *engine, uint32_t offset);
bool hisi_zip_model_reg_read(void *engine, uint32_t offset, uint32_t *value);
bool hisi_zip_model_reg_write(void *engine, uint32_t offset, uint32_t value);
void hisi_zip_model_regs_reset(struct zm_engine *engine);
void hisi_zip_model_ras(struct zm_engine *engine, uint32_t errors);
uint32_t hisi_zip_model_reg(const struct zm_engine *engine, uint32_t offset);
void hisi_zip_model_core_add(struct zm_core *core, uint32_t offset,
			     uint32_t value);

#endif /* HISI_ZIP_MODEL_PRIVATE_H */
