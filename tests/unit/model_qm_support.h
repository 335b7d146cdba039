/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the tests of the queue manager's model share: a host with some memory,
 * an engine that answers by echoing, and the accesses of a driver. Values are
 * put on the bus as the specification gives them (hisi-qm 4.8), not through
 * our own driver.
 */
#ifndef MODEL_QM_SUPPORT_H
#define MODEL_QM_SUPPORT_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine.h"
#include "hisi_qm_hw.h"

#define RAM_BASE	0x123400000ULL
#define RAM_BYTES	0x200000u
#define SQE_BYTES	128u

/* Where things are in memory, from RAM_BASE. */
#define EQ_AT		0x00000u
#define AEQ_AT		0x10000u
#define SQC_BT_AT	0x20000u
#define CQC_BT_AT	0x28000u
#define IMAGE_AT	0x30000u
#define QP_AT		0x40000u	/* SQ, and CQ behind it */
#define DATA_AT		0x1e0000u

#define EQ_DEPTH	64u
#define AEQ_DEPTH	16u

#define WORD0(cmd)	(HISI_QM_MB_BUSY | (cmd))
#define WORD0_GET(cmd)	(HISI_QM_MB_BUSY | HISI_QM_MB_OP_GET | (cmd))

struct bench {
	struct hisi_qm_model *model;
	uint8_t *ram;
	unsigned int irqs[64][8];
	unsigned int kicks;
	unsigned int guest_errors;
	unsigned int events;
	unsigned int traces;
	unsigned int dma_accesses;
	unsigned int maps;
	uint32_t last_pasid;
	unsigned int last_func;
	bool no_write;			/* memory refuses writes */
	uint64_t refuse;		/* writes to this address fail */
	/* the engine's */
	uint32_t reg;
	bool dead;
	unsigned int prepared, finished, dropped, resets, workers;
};

/*
 * The engine: DW0 of a request is its number, DW1 its answer (the number's
 * complement); with DW2 set, 16 bytes go from the address in DW4/5 to that in
 * DW6/7, and DW3 has the result. Register 0x301004 keeps what is written,
 * 0x301000 shuts the bus master.
 */
static inline int echo_create(struct hisi_qm_model *model,
			      const struct hisi_qm_model_config *config,
			      void **engine);

static inline void echo_destroy(void *engine)
{
	*(struct bench **)engine = NULL;
	free(engine);
}

static inline struct bench *echo_bench(void *engine)
{
	return *(struct bench **)engine;
}

static inline void echo_reset(void *engine)
{
	echo_bench(engine)->resets++;
	echo_bench(engine)->dead = false;
	echo_bench(engine)->reg = 0;
}

static inline uint32_t echo_cap(void *engine, uint32_t offset)
{
	(void)engine;
	switch (offset) {
	case 0x3124:
		return 0x7c77;
	case 0x3128:
		return 0x6c77;
	case 0x312c:
		return 8;
	default:
		return 0;
	}
}

static inline bool echo_mmio_read(void *engine, uint32_t offset,
				  uint32_t *value)
{
	if (offset != 0x301004)
		return false;
	*value = echo_bench(engine)->reg;
	return true;
}

static inline bool echo_mmio_write(void *engine, uint32_t offset,
				   uint32_t value)
{
	if (offset == 0x301000) {
		echo_bench(engine)->dead = value;
		return true;
	}
	if (offset != 0x301004)
		return false;
	echo_bench(engine)->reg = value;
	return true;
}

static inline bool echo_is_dead(void *engine)
{
	return echo_bench(engine)->dead;
}

static inline void echo_prepare(void *engine, struct hisi_qm_model_task *task)
{
	task->engine_data = engine;
	echo_bench(engine)->prepared++;
}

static inline void echo_run(void *worker, struct hisi_qm_model_task *task)
{
	uint32_t *dw = (uint32_t *)task->sqe;
	uint8_t data[16];
	int ret;

	(void)worker;
	dw[1] = ~dw[0];
	if (!dw[2])
		return;
	ret = hisi_qm_model_task_read(task, dw[4] | (uint64_t)dw[5] << 32, data,
				      sizeof(data));
	if (!ret)
		ret = hisi_qm_model_task_write(task,
					       dw[6] | (uint64_t)dw[7] << 32,
					       data, sizeof(data));
	dw[3] = (uint32_t)ret;
}

static inline void echo_finish(void *engine, struct hisi_qm_model_task *task,
			       bool dropped)
{
	assert_ptr_equal(task->engine_data, engine);
	echo_bench(engine)->finished++;
	echo_bench(engine)->dropped += dropped;
}

static inline int echo_worker_create(void *engine, void **worker)
{
	echo_bench(engine)->workers++;
	*worker = engine;
	return 0;
}

static inline void echo_worker_destroy(void *worker)
{
	echo_bench(worker)->workers--;
}

static inline void echo_dump(void *engine,
			     void (*emit)(void *arg, const char *line),
			     void *arg)
{
	(void)engine;
	emit(arg, "echo");
}

static const struct hisi_qm_model_engine echo_engine = {
	.name = "echo",
	.sqe_bytes = SQE_BYTES,
	.create = echo_create,
	.destroy = echo_destroy,
	.reset = echo_reset,
	.cap = echo_cap,
	.mmio_read = echo_mmio_read,
	.mmio_write = echo_mmio_write,
	.is_dead = echo_is_dead,
	.prepare = echo_prepare,
	.run = echo_run,
	.finish = echo_finish,
	.worker_create = echo_worker_create,
	.worker_destroy = echo_worker_destroy,
	.dump = echo_dump,
};

/* The engine learns its bench from here: create() has no other way. */
static struct bench *bench_in_creation;

static inline int echo_create(struct hisi_qm_model *model,
			      const struct hisi_qm_model_config *config,
			      void **engine)
{
	struct bench **e = malloc(sizeof(*e));

	assert_non_null(model);
	assert_ptr_equal(config->engine->create, echo_create);
	if (!e)
		return -ENOMEM;
	*e = bench_in_creation;
	*engine = e;
	return 0;
}

static inline uint8_t *ram_find(struct bench *b, uint64_t addr, size_t len)
{
	if (addr < RAM_BASE || addr - RAM_BASE > RAM_BYTES ||
	    len > RAM_BYTES - (addr - RAM_BASE))
		return NULL;
	return b->ram + (addr - RAM_BASE);
}

static inline int host_read(void *opaque, unsigned int func, uint32_t pasid,
			    uint64_t addr, void *buf, size_t len)
{
	struct bench *b = opaque;
	uint8_t *p = ram_find(b, addr, len);

	b->dma_accesses++;
	b->last_pasid = pasid;
	b->last_func = func;
	if (!p)
		return -EFAULT;
	memcpy(buf, p, len);
	return 0;
}

static inline int host_write(void *opaque, unsigned int func, uint32_t pasid,
			     uint64_t addr, const void *buf, size_t len)
{
	struct bench *b = opaque;
	uint8_t *p = ram_find(b, addr, len);

	b->dma_accesses++;
	b->last_pasid = pasid;
	b->last_func = func;
	if (!p || b->no_write || addr == b->refuse)
		return -EFAULT;
	memcpy(p, buf, len);
	return 0;
}

static inline void host_irq(void *opaque, unsigned int func,
			    unsigned int vector)
{
	struct bench *b = opaque;

	assert_true(func < 64 && vector < 8);
	b->irqs[func][vector]++;
}

static inline void host_kick(void *opaque, unsigned int func, unsigned int qn)
{
	struct bench *b = opaque;

	(void)func;
	(void)qn;
	b->kicks++;
}

static inline void host_log(void *opaque, enum hisi_qm_model_log_level level,
			    const char *text)
{
	struct bench *b = opaque;

	assert_non_null(text);
	if (level == HISI_QM_MODEL_LOG_GUEST_ERROR)
		b->guest_errors++;
	else if (level == HISI_QM_MODEL_LOG_EVENT)
		b->events++;
	else
		b->traces++;
}

static inline struct hisi_qm_model_host bench_host(struct bench *b)
{
	struct hisi_qm_model_host host = {
		.opaque = b,
		.dma_read = host_read,
		.dma_write = host_write,
		.raise_irq = host_irq,
		.kick = host_kick,
		.log = host_log,
	};

	return host;
}

static inline struct bench *
bench_new_config(const struct hisi_qm_model_config *config)
{
	struct bench *b = calloc(1, sizeof(*b));
	struct hisi_qm_model_host host = bench_host(b);

	assert_non_null(b);
	b->ram = calloc(1, RAM_BYTES);
	assert_non_null(b->ram);
	bench_in_creation = b;
	assert_int_equal(hisi_qm_model_create(config, &host, &b->model), 0);
	return b;
}

/* @messages: with the capability and the vector that go with them */
static inline struct hisi_qm_model_config
bench_config(unsigned int revision, unsigned int vfs, bool messages)
{
	struct hisi_qm_model_config config = {
		.engine = &echo_engine,
		.revision = revision,
		.vfs = vfs,
	};

	if (messages) {
		config.cap_override = 1u << 0 | 1u << 6;
		config.cap[0] = 0x0e01;
		config.cap[6] = 0x10002;
	}
	return config;
}

static inline struct bench *bench_new(unsigned int revision, unsigned int vfs)
{
	struct hisi_qm_model_config config = bench_config(revision, vfs, false);

	return bench_new_config(&config);
}

static inline void bench_free(struct bench *b)
{
	hisi_qm_model_destroy(b->model);
	assert_int_equal(b->workers, 0);
	free(b->ram);
	free(b);
}

static inline uint32_t rd(struct bench *b, unsigned int func, uint64_t offset)
{
	uint32_t value;

	hisi_qm_model_mmio_read(b->model, func, 2, offset, &value, 4);
	return value;
}

static inline uint64_t rd64(struct bench *b, unsigned int func, uint64_t offset)
{
	uint64_t value;

	hisi_qm_model_mmio_read(b->model, func, 2, offset, &value, 8);
	return value;
}

static inline void wr(struct bench *b, unsigned int func, uint64_t offset,
		      uint32_t value)
{
	hisi_qm_model_mmio_write(b->model, func, 2, offset, &value, 4);
}

static inline void wr64(struct bench *b, unsigned int func, uint64_t offset,
			uint64_t value)
{
	hisi_qm_model_mmio_write(b->model, func, 2, offset, &value, 8);
}

/* One 16-byte write; the first halfword as it is afterwards. */
static inline uint16_t mb(struct bench *b, unsigned int func, uint16_t word0,
			  uint16_t queue, uint64_t base)
{
	uint32_t dw[4] = { word0 | (uint32_t)queue << 16, (uint32_t)base,
			   (uint32_t)(base >> 32), 0 };

	hisi_qm_model_mmio_write(b->model, func, 2, 0x300, dw, sizeof(dw));
	return (uint16_t)rd(b, func, 0x300);
}

static inline uint64_t mb_base(struct bench *b, unsigned int func)
{
	return rd64(b, func, 0x304);
}

static inline unsigned int mb_status(uint16_t word0)
{
	return (word0 >> 9) & 0xf;
}

static inline uint8_t *at(struct bench *b, uint32_t offset)
{
	assert_true(offset < RAM_BYTES);
	return b->ram + offset;
}

static inline uint16_t ram16(struct bench *b, uint32_t offset)
{
	uint16_t value;

	memcpy(&value, at(b, offset), sizeof(value));
	return value;
}

static inline uint32_t ram32(struct bench *b, uint32_t offset)
{
	uint32_t value;

	memcpy(&value, at(b, offset), sizeof(value));
	return value;
}

static inline void set16(struct bench *b, uint32_t offset, uint16_t value)
{
	memcpy(at(b, offset), &value, sizeof(value));
}

static inline void set32(struct bench *b, uint32_t offset, uint32_t value)
{
	memcpy(at(b, offset), &value, sizeof(value));
}

/* 2.4: the sequence of a driver */
static inline void vft_write(struct bench *b, uint32_t type, uint32_t addr,
			     uint64_t entry)
{
	assert_int_equal(rd(b, 0, 0x10006c), 1);
	wr(b, 0, 0x100058, 0);
	wr(b, 0, 0x10005c, type);
	wr(b, 0, 0x100060, addr);
	wr(b, 0, 0x100064, (uint32_t)entry);
	wr(b, 0, 0x100068, (uint32_t)(entry >> 32));
	wr(b, 0, 0x10006c, 0);
	wr(b, 0, 0x100054, 1);
	assert_int_equal(rd(b, 0, 0x10006c), 1);
}

static inline uint64_t vft_read(struct bench *b, uint32_t type, uint32_t addr)
{
	wr(b, 0, 0x100058, 1);
	wr(b, 0, 0x10005c, type);
	wr(b, 0, 0x100060, addr);
	wr(b, 0, 0x10006c, 0);
	wr(b, 0, 0x100054, 1);
	assert_int_equal(rd(b, 0, 0x10006c), 1);
	return rd(b, 0, 0x100064) | (uint64_t)rd(b, 0, 0x100068) << 32;
}

static inline void give_queues(struct bench *b, unsigned int func,
			       unsigned int base, unsigned int count)
{
	vft_write(b, 0, func, (uint64_t)base << 28 | 1ULL << 44 |
		  (uint64_t)(count - 1) << 45);
	vft_write(b, 1, func, 1ULL << 28);
}

static inline void put_eqc(struct bench *b, uint64_t ring, uint32_t depth)
{
	uint8_t *image = at(b, IMAGE_AT);

	memset(image, 0, 32);
	memcpy(image + 4, &ring, sizeof(ring));
	set32(b, IMAGE_AT + 0x18, (depth - 1) | 0x10000);
}

/* 5.2: EQ, AEQ, tables, doorbells, unmask */
static inline void func_start(struct bench *b, unsigned int func, bool v1)
{
	put_eqc(b, RAM_BASE + EQ_AT, EQ_DEPTH);
	assert_int_equal(mb(b, func, 0x2002, 0, RAM_BASE + IMAGE_AT), 0x0002);
	put_eqc(b, RAM_BASE + AEQ_AT, AEQ_DEPTH);
	assert_int_equal(mb(b, func, 0x2003, 0, RAM_BASE + IMAGE_AT), 0x0003);
	assert_int_equal(mb(b, func, 0x2004, 0, RAM_BASE + SQC_BT_AT), 0x0004);
	assert_int_equal(mb(b, func, 0x2005, 0, RAM_BASE + CQC_BT_AT), 0x0005);
	if (v1) {
		wr64(b, func, 0x340, 0x0000000000030000ULL);
		wr64(b, func, 0x340, 0x0000000000020000ULL);
	} else {
		wr64(b, func, 0x2000, 0x0000000000003000ULL);
		wr64(b, func, 0x2000, 0x0000000000002000ULL);
	}
	wr(b, func, 0x0c, 0);
	wr(b, func, 0x04, 0);
}

static inline uint32_t sq_at(unsigned int qn, unsigned int depth)
{
	return QP_AT + qn * depth * (SQE_BYTES + 16);
}

static inline uint32_t cq_at(unsigned int qn, unsigned int depth)
{
	return sq_at(qn, depth) + depth * SQE_BYTES;
}

/* 4.1: the image of a queue as a driver makes it */
static inline void put_sqc(struct bench *b, bool v1, unsigned int qn,
			   unsigned int depth)
{
	uint64_t ring = RAM_BASE + sq_at(qn, depth);

	memset(at(b, IMAGE_AT), 0, 32);
	memcpy(at(b, IMAGE_AT + 4), &ring, sizeof(ring));
	set32(b, IMAGE_AT + 0x0c, v1 ? 0x7000 : 0x7000 | (depth - 1));
	set16(b, IMAGE_AT + 0x10, v1 ? (uint16_t)(depth - 1) : 0);
	set16(b, IMAGE_AT + 0x18, (uint16_t)qn);
	set16(b, IMAGE_AT + 0x1a, 0x0010);
}

static inline void put_cqc(struct bench *b, bool v1, unsigned int qn,
			   unsigned int depth)
{
	uint64_t ring = RAM_BASE + cq_at(qn, depth);

	memset(at(b, IMAGE_AT), 0, 32);
	memcpy(at(b, IMAGE_AT + 4), &ring, sizeof(ring));
	set32(b, IMAGE_AT + 0x0c, v1 ? 0x4000 : 0x4000 | (depth - 1));
	set16(b, IMAGE_AT + 0x10, v1 ? (uint16_t)(depth - 1) : 0);
	set32(b, IMAGE_AT + 0x18, 3);
}

static inline void qp_start_rev(struct bench *b, bool v1, unsigned int func,
				unsigned int qn, unsigned int depth)
{
	memset(at(b, cq_at(qn, depth)), 0, depth * 16);
	put_sqc(b, v1, qn, depth);
	assert_int_equal(mb(b, func, 0x2000, (uint16_t)qn, RAM_BASE + IMAGE_AT),
			 0x0000);
	put_cqc(b, v1, qn, depth);
	assert_int_equal(mb(b, func, 0x2001, (uint16_t)qn, RAM_BASE + IMAGE_AT),
			 0x0001);
}

static inline void qp_start(struct bench *b, unsigned int func,
			    unsigned int qn, unsigned int depth)
{
	qp_start_rev(b, false, func, qn, depth);
}

static inline void put_sqe(struct bench *b, unsigned int qn, unsigned int depth,
			   unsigned int slot, uint32_t number)
{
	memset(at(b, sq_at(qn, depth) + slot * SQE_BYTES), 0, SQE_BYTES);
	set32(b, sq_at(qn, depth) + slot * SQE_BYTES, number);
}

static inline uint32_t answer_of(struct bench *b, unsigned int qn,
				 unsigned int depth, unsigned int slot)
{
	return ram32(b, sq_at(qn, depth) + slot * SQE_BYTES + 4);
}

static inline void sq_bell(struct bench *b, unsigned int func, unsigned int qn,
			   unsigned int tail)
{
	wr64(b, func, 0x1000, qn | (uint64_t)tail << 32);
}

static inline void cq_bell(struct bench *b, unsigned int func, unsigned int qn,
			   unsigned int head, bool arm)
{
	wr64(b, func, 0x1000,
	     qn | 0x1000u | (uint64_t)head << 32 | (uint64_t)arm << 48);
}

static inline void eq_bell(struct bench *b, unsigned int func,
			   unsigned int head)
{
	wr64(b, func, 0x2000, 0x2000u | (uint64_t)head << 32);
}

static inline void aeq_bell(struct bench *b, unsigned int func,
			    unsigned int head)
{
	wr64(b, func, 0x2000, 0x3000u | (uint64_t)head << 32);
}

static inline unsigned int steps(struct bench *b)
{
	unsigned int n = 0;

	while (hisi_qm_model_step(b->model))
		n++;
	return n;
}

/* The CQE at @index: its slot if the phase is as expected, else -1. */
static inline int cqe_slot(struct bench *b, unsigned int qn, unsigned int depth,
			   unsigned int index, unsigned int phase)
{
	uint32_t offset = cq_at(qn, depth) + 16 * index;

	if ((ram16(b, offset + 14) & 1) != phase)
		return -1;
	return ram16(b, offset + 8);
}

/* A device of @revision with 64 queues in the PF, queue 0 to 3 running. */
static inline struct bench *bench_started(unsigned int revision,
					  unsigned int depth)
{
	struct bench *b = bench_new(revision, 2);
	bool v1 = revision == HISI_QM_REV_V1;
	unsigned int qn;

	if (v1) {
		vft_write(b, 0, 0, 0x0000100000015700ULL);
		vft_write(b, 1, 0, 0x0000000010015700ULL);
	} else {
		give_queues(b, 0, 0, 64);
	}
	func_start(b, 0, v1);
	for (qn = 0; qn < 4; qn++)
		qp_start_rev(b, v1, 0, qn, depth);
	assert_int_equal(b->guest_errors, 0);
	return b;
}

#endif /* MODEL_QM_SUPPORT_H */
