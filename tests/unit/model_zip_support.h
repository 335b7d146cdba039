/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the tests of the ZIP engine's model share: a device with some memory,
 * requests made of the words that the specification gives (hisi-zip 7.13), and
 * zlib as the judge of what comes out.
 */
#ifndef MODEL_ZIP_SUPPORT_H
#define MODEL_ZIP_SUPPORT_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "zip/zip_model.h"
#include "hisi_zip_model.h"

#define RAM_BASE	0x234500000ULL
#define RAM_BYTES	0x2800000u

/* Where things are in memory, from RAM_BASE. */
#define CTX_AT		0x0000040u
#define CTX2_AT		0x0020040u
#define SGL_AT		0x0040000u
#define SRC_AT		0x0400000u
#define DST_AT		0x1000000u
#define BACK_AT		0x1c00000u

#define DW7_STATELESS	0x30000000u
#define DW7_FIRST	0x3c000000u
#define DW7_MIDDLE	0x34000000u
#define DW7_LAST	0x36000000u
#define DW7_ONLY	0x3e000000u

#define DW9_DEFLATE	0x4001u
#define DW9_ZLIB	0x4002u
#define DW9_GZIP	0x4003u
#define DW9_SGL		0x0100u
#define DW9_LEVEL(n)	((uint32_t)(n) << 16)

struct zt {
	struct hisi_qm_model *model;
	void *engine;
	void *worker;
	uint8_t *ram;
	bool no_map;
	unsigned int irqs;
	unsigned int events;
	uint64_t refuse;	/* accesses of this address fail */
	struct hisi_qm_model_task task;
};

/* A request; what is not said is 0. */
struct zt_req {
	unsigned int alg;	/* 0 compress, 1 decompress */
	uint32_t dw7;
	uint32_t dw9;
	uint32_t src;		/* from RAM_BASE */
	uint32_t src_len;
	uint32_t dst;
	uint32_t dst_len;
	uint32_t ctx;
	uint32_t pasid;
	const struct hisi_zip_sqe *prev;	/* of the same stream */
};

static inline uint8_t *zt_find(struct zt *t, uint64_t addr, size_t len)
{
	if (addr < RAM_BASE || addr - RAM_BASE > RAM_BYTES ||
	    len > RAM_BYTES - (addr - RAM_BASE))
		return NULL;
	if (t->refuse && addr <= t->refuse && t->refuse - addr < len)
		return NULL;
	return t->ram + (addr - RAM_BASE);
}

static inline int zt_dma_read(void *opaque, unsigned int func, uint32_t pasid,
			      uint64_t addr, void *buf, size_t len)
{
	uint8_t *p = zt_find(opaque, addr, len);

	(void)func;
	(void)pasid;
	if (!p)
		return -EFAULT;
	memcpy(buf, p, len);
	return 0;
}

static inline int zt_dma_write(void *opaque, unsigned int func, uint32_t pasid,
			       uint64_t addr, const void *buf, size_t len)
{
	uint8_t *p = zt_find(opaque, addr, len);

	(void)func;
	(void)pasid;
	if (!p)
		return -EFAULT;
	memcpy(p, buf, len);
	return 0;
}

static inline void *zt_dma_map(void *opaque, unsigned int func, uint32_t pasid,
			       uint64_t addr, size_t len, bool is_write)
{
	struct zt *t = opaque;

	(void)func;
	(void)pasid;
	(void)is_write;
	return t->no_map ? NULL : zt_find(t, addr, len);
}

static inline void zt_dma_unmap(void *opaque, void *ptr, size_t len,
				bool is_write)
{
	(void)opaque;
	(void)len;
	(void)is_write;
	assert_non_null(ptr);
}

static inline void zt_irq(void *opaque, unsigned int func, unsigned int vector)
{
	struct zt *t = opaque;

	(void)func;
	(void)vector;
	t->irqs++;
}

static inline void zt_log(void *opaque, enum hisi_qm_model_log_level level,
			  const char *text)
{
	struct zt *t = opaque;

	assert_non_null(text);
	t->events += level == HISI_QM_MODEL_LOG_EVENT;
}

static inline struct zt *
zt_new_config(const struct hisi_qm_model_config *config)
{
	struct zt *t = calloc(1, sizeof(*t));
	struct hisi_qm_model_host host = {
		.opaque = t,
		.dma_read = zt_dma_read,
		.dma_write = zt_dma_write,
		.dma_map = zt_dma_map,
		.dma_unmap = zt_dma_unmap,
		.raise_irq = zt_irq,
		.log = zt_log,
	};

	assert_non_null(t);
	t->ram = calloc(1, RAM_BYTES);
	assert_non_null(t->ram);
	assert_int_equal(hisi_qm_model_create(config, &host, &t->model), 0);
	/* The tests' own engine, so that they reach its operations. */
	assert_int_equal(hisi_zip_model_engine.create(t->model, config,
						      &t->engine), 0);
	assert_int_equal(hisi_zip_model_engine.worker_create(t->engine,
							     &t->worker), 0);
	return t;
}

static inline struct zt *zt_new(unsigned int revision)
{
	struct hisi_qm_model_config config = {
		.engine = &hisi_zip_model_engine,
		.revision = revision,
		.model_levels = true,
	};

	return zt_new_config(&config);
}

static inline void zt_free(struct zt *t)
{
	hisi_zip_model_engine.worker_destroy(t->worker);
	hisi_zip_model_engine.destroy(t->engine);
	hisi_qm_model_destroy(t->model);
	free(t->ram);
	free(t);
}

static inline int zt_setup(void **state)
{
	*state = zt_new(HISI_QM_REV_V3);
	return 0;
}

static inline int zt_teardown(void **state)
{
	zt_free(*state);
	return 0;
}

static inline uint64_t zt_addr(uint32_t offset)
{
	return offset ? RAM_BASE + offset : 0;
}

static inline void zt_fill(struct hisi_qm_model_task *task,
			   const struct zt_req *req)
{
	struct hisi_zip_sqe *sqe = (struct hisi_zip_sqe *)task->sqe;

	memset(sqe, 0, sizeof(*sqe));
	sqe->dw7 = req->dw7;
	sqe->dw9 = req->dw9;
	sqe->input_data_length = req->src_len;
	sqe->dest_avail_out = req->dst_len;
	sqe->source_addr_l = zt_addr(req->src);
	sqe->source_addr_h = zt_addr(req->src) >> 32;
	sqe->dest_addr_l = zt_addr(req->dst);
	sqe->dest_addr_h = zt_addr(req->dst) >> 32;
	sqe->stream_ctx_addr_l = zt_addr(req->ctx);
	sqe->stream_ctx_addr_h = zt_addr(req->ctx) >> 32;
	sqe->dw26 = 0x12345678;
	sqe->dw27 = 0x9abcdef0;
	if (req->prev) {
		sqe->ctx_dw0 = req->prev->ctx_dw0;
		sqe->ctx_dw1 = req->prev->ctx_dw1;
		sqe->ctx_dw2 = req->prev->ctx_dw2;
		sqe->isize = req->prev->isize;
		sqe->checksum = req->prev->checksum;
	}
}

/* Prepare only; zt_finish() does the rest. */
static inline void zt_begin(struct zt *t, struct hisi_qm_model_task *task,
			    const struct zt_req *req)
{
	memset(task, 0, sizeof(*task));
	task->model = t->model;
	task->alg = req->alg;
	task->pasid = req->pasid;
	zt_fill(task, req);
	hisi_zip_model_engine.prepare(t->engine, task);
}

static inline struct hisi_zip_sqe zt_finish(struct zt *t,
					    struct hisi_qm_model_task *task)
{
	struct hisi_zip_sqe sqe;

	hisi_zip_model_engine.run(t->worker, task);
	hisi_zip_model_engine.finish(t->engine, task, false);
	memcpy(&sqe, task->sqe, sizeof(sqe));
	return sqe;
}

static inline struct hisi_zip_sqe zt_run(struct zt *t,
					 const struct zt_req *req)
{
	zt_begin(t, &t->task, req);
	return zt_finish(t, &t->task);
}

static inline uint32_t zt_reg(struct zt *t, uint32_t offset)
{
	uint32_t value = 0xdeadbeef;

	assert_true(hisi_zip_model_engine.mmio_read(t->engine, offset, &value));
	return value;
}

static inline void zt_reg_set(struct zt *t, uint32_t offset, uint32_t value)
{
	assert_true(hisi_zip_model_engine.mmio_write(t->engine, offset,
						     value));
}

static inline uint32_t zt_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

enum zt_data {
	ZT_ZEROS,
	ZT_TEXT,
	ZT_RANDOM,
	ZT_MIXED,
	ZT_DATAS,
};

/* Data of a kind; text is words with something to find again. */
static inline void zt_make(uint8_t *to, size_t len, enum zt_data kind,
			   uint32_t seed)
{
	static const char *const words[] = {
		"queue ", "engine ", "stream ", "of ", "the ", "a ", "reset ",
		"(void)\n", "struct ", "return ", "0x", ";\n\t", "uint32_t ",
		"window ", "compression ", "and ",
	};
	size_t at = 0, n;
	uint32_t r;

	if (kind == ZT_ZEROS)
		memset(to, 0, len);
	while (kind != ZT_ZEROS && at < len) {
		r = zt_random(&seed);
		if (kind == ZT_RANDOM || (kind == ZT_MIXED && at % 65536 < 9000) ||
		    r % 7 == 0) {
			to[at++] = r >> 5;
			continue;
		}
		n = strlen(words[r / 7 % 16]);
		if (n > len - at)
			n = len - at;
		memcpy(to + at, words[r / 7 % 16], n);
		at += n;
	}
}

/* zlib's window bits for a body with trailer of @type, header excluded. */
static inline unsigned int zt_header(uint32_t dw9, uint8_t header[10])
{
	static const uint8_t gzip[10] = {
		0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3
	};

	switch (dw9 & 0xff) {
	case 2:
		header[0] = 0x78;
		header[1] = 0x9c;
		return 2;
	case 3:
		memcpy(header, gzip, sizeof(gzip));
		return 10;
	default:
		return 0;
	}
}

static inline int zt_window_bits(uint32_t dw9)
{
	switch (dw9 & 0xff) {
	case 2:
		return 15;
	case 3:
		return 31;
	default:
		return -15;
	}
}

/* zlib must decode @in, header excluded, completely, to just this. */
static inline void zt_assert_decodes(uint32_t dw9, const uint8_t *in,
				     size_t in_len, const uint8_t *want,
				     size_t want_len)
{
	uint8_t header[10];
	unsigned int header_len = zt_header(dw9, header);
	uint8_t *got = malloc(want_len + 1);
	z_stream z = { 0 };

	assert_non_null(got);
	assert_int_equal(inflateInit2(&z, zt_window_bits(dw9)), Z_OK);
	z.next_out = got;
	z.avail_out = want_len + 1;
	if (header_len) {
		z.next_in = header;
		z.avail_in = header_len;
		assert_int_equal(inflate(&z, Z_NO_FLUSH), Z_OK);
		assert_int_equal(z.avail_in, 0);
	}
	z.next_in = (uint8_t *)in;
	z.avail_in = in_len;
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(z.avail_in, 0);
	assert_int_equal(want_len + 1 - z.avail_out, want_len);
	assert_memory_equal(got, want, want_len);
	inflateEnd(&z);
	free(got);
}

/* What zlib makes of @in, header excluded; bytes. */
static inline size_t zt_encode(uint32_t dw9, int level, int strategy,
			       const uint8_t *in, size_t in_len, uint8_t *out,
			       size_t cap)
{
	uint8_t header[10];
	unsigned int header_len = zt_header(dw9, header);
	uint8_t *all = malloc(cap + header_len);
	z_stream z = { 0 };
	size_t len;

	assert_non_null(all);
	assert_int_equal(deflateInit2(&z, level, Z_DEFLATED,
				      zt_window_bits(dw9), 8, strategy), Z_OK);
	z.next_in = (uint8_t *)in;
	z.avail_in = in_len;
	z.next_out = all;
	z.avail_out = cap + header_len;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	len = cap - z.avail_out;
	memcpy(out, all + header_len, len);
	deflateEnd(&z);
	free(all);
	return len;
}

#endif /* MODEL_ZIP_SUPPORT_H */
