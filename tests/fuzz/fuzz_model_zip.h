/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A ZIP engine with a little memory at address RAM_BASE, for its fuzzers. A
 * mapping is a copy of just its own size, so that the sanitizer sees what goes
 * beyond; libraries that are not instrumented are seen by their guard bytes.
 */
#ifndef FUZZ_MODEL_ZIP_H
#define FUZZ_MODEL_ZIP_H

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "hisi_qm_hw.h"
#include "hisi_zip_hw.h"
#include "hisi_zip_model.h"

#define RAM_BASE	0x10000ull
#define RAM_BYTES	0x80000u
#define GUARD		32

#define CHECK(x) \
	do { \
		if (!(x)) \
			abort(); \
	} while (0)

struct fuzz {
	struct hisi_qm_model *model;
	void *engine;
	void *worker;
	bool no_map;
	uint8_t ram[RAM_BYTES];
};

/* Of a mapping, in front of its bytes. */
struct mapping {
	uint64_t at;
	size_t len;
	struct fuzz *f;
	uint64_t pad;
};

static inline uint8_t *fuzz_find(struct fuzz *f, uint64_t addr, size_t len)
{
	if (addr < RAM_BASE || addr - RAM_BASE > RAM_BYTES ||
	    len > RAM_BYTES - (addr - RAM_BASE))
		return NULL;
	return f->ram + (addr - RAM_BASE);
}

static inline int fuzz_read(void *opaque, unsigned int func, uint32_t pasid,
			    uint64_t addr, void *buf, size_t len)
{
	uint8_t *p = fuzz_find(opaque, addr, len);

	(void)func;
	(void)pasid;
	if (!p)
		return -EFAULT;
	memcpy(buf, p, len);
	return 0;
}

static inline int fuzz_write(void *opaque, unsigned int func, uint32_t pasid,
			     uint64_t addr, const void *buf, size_t len)
{
	uint8_t *p = fuzz_find(opaque, addr, len);

	(void)func;
	(void)pasid;
	if (!p)
		return -EFAULT;
	memcpy(p, buf, len);
	return 0;
}

static inline void *fuzz_map(void *opaque, unsigned int func, uint32_t pasid,
			     uint64_t addr, size_t len, bool is_write)
{
	struct fuzz *f = opaque;
	uint8_t *p = fuzz_find(f, addr, len);
	struct mapping *m;
	uint8_t *data;

	(void)func;
	(void)pasid;
	(void)is_write;
	if (!p || f->no_map)
		return NULL;
	m = malloc(sizeof(*m) + len + GUARD);
	CHECK(m);
	m->at = addr;
	m->len = len;
	m->f = f;
	data = (uint8_t *)(m + 1);
	memcpy(data, p, len);
	memset(data + len, 0xa7, GUARD);
	return data;
}

static inline void fuzz_unmap(void *opaque, void *ptr, size_t len,
			      bool is_write)
{
	struct mapping *m = (struct mapping *)ptr - 1;
	const uint8_t *guard = (uint8_t *)ptr + len;
	unsigned int i;

	CHECK(m->len == len && m->f == opaque);
	for (i = 0; i < GUARD; i++)
		CHECK(guard[i] == 0xa7);
	if (is_write)
		memcpy(fuzz_find(m->f, m->at, len), ptr, len);
	free(m);
}

static inline void fuzz_irq(void *opaque, unsigned int func,
			    unsigned int vector)
{
	(void)opaque;
	(void)func;
	(void)vector;
}

/* One for all inputs: making the queue manager costs more than most of them. */
static inline struct fuzz *fuzz_new(void)
{
	struct hisi_qm_model_config config = {
		.engine = &hisi_zip_model_engine,
		.revision = HISI_QM_REV_V3,
		.model_levels = true,
		.max_streams = 4,
	};
	struct fuzz *f = calloc(1, sizeof(*f));
	struct hisi_qm_model_host host = {
		.opaque = f,
		.dma_read = fuzz_read,
		.dma_write = fuzz_write,
		.dma_map = fuzz_map,
		.dma_unmap = fuzz_unmap,
		.raise_irq = fuzz_irq,
	};

	CHECK(f);
	CHECK(!hisi_qm_model_create(&config, &host, &f->model));
	CHECK(!hisi_zip_model_engine.create(f->model, &config, &f->engine));
	CHECK(!hisi_zip_model_engine.worker_create(f->engine, &f->worker));
	return f;
}

static inline void fuzz_run(struct fuzz *f, struct hisi_qm_model_task *task)
{
	task->model = f->model;
	hisi_zip_model_engine.prepare(f->engine, task);
	hisi_zip_model_engine.run(f->worker, task);
	hisi_zip_model_engine.finish(f->engine, task, false);
}

/* What software relies on, whatever the request was. */
static inline void fuzz_check_answer(const struct hisi_zip_sqe *before,
				     const struct hisi_zip_sqe *after,
				     unsigned int alg)
{
	uint32_t status = after->dw3 & HISI_ZIP_DW3_STATUS_MASK;
	bool is_stream = before->dw7 & HISI_ZIP_DW7_STREAM;

	CHECK(after->consumed <= before->input_data_length);
	CHECK(after->produced <= before->dest_avail_out);
	CHECK(after->dw7 == before->dw7 && after->dw9 == before->dw9);
	CHECK(after->dw13 == before->dw13);
	CHECK(!memcmp(&after->comp_head_addr_l, &before->comp_head_addr_l,
		      12 * 4));
	CHECK(!(after->dw3 & ~(uint32_t)(HISI_ZIP_DW3_STATUS_MASK |
					 HISI_ZIP_DW3_LAST_BLOCK)));
	if (status == HISI_ZIP_STATUS_STREAM_END)
		CHECK(is_stream && alg == HISI_ZIP_ALG_DECOMPRESS);
	CHECK((status == HISI_ZIP_STATUS_STREAM_END) ==
	      !!(after->dw3 & HISI_ZIP_DW3_LAST_BLOCK));
	if (status == HISI_ZIP_STATUS_NEGATIVE)
		CHECK(!is_stream && alg == HISI_ZIP_ALG_COMPRESS);
}

#endif /* FUZZ_MODEL_ZIP_H */
