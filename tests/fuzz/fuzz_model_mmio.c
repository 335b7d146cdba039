/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A hostile guest against the queue manager's model: any access, injected
 * faults, resets, requests in flight, and memory that the input fills.
 *
 * Whatever it does, the model must neither crash nor hang nor leak, and its
 * counts of what is under way must come out even in the end.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "hisi_qm_hw.h"
#include "engine.h"

#define RAM_BYTES	0x8000u
#define TASKS_OUT	4u
#define MAX_STEPS	64u
#define SQE_BYTES	128u

/* Addresses wrap around, so that what a context names is mostly there. */
struct guest {
	struct hisi_qm_model *model;
	struct hisi_qm_model_worker *worker;
	struct hisi_qm_model_task task[TASKS_OUT];
	bool out[TASKS_OUT];
	const uint8_t *data;
	size_t left;
	bool dead;
	unsigned int prepared, finished;
	uint8_t ram[RAM_BYTES];
};

static struct guest *guest_of(void *engine)
{
	return engine;
}

/* create() is handed nothing else to find the guest by. */
static struct guest *guest_in_creation;

static int engine_create(struct hisi_qm_model *model,
			 const struct hisi_qm_model_config *config,
			 void **engine)
{
	(void)model;
	(void)config;
	*engine = guest_in_creation;
	return 0;
}

static void engine_destroy(void *engine)
{
	(void)engine;
}

static void engine_reset(void *engine)
{
	guest_of(engine)->dead = false;
}

static uint32_t engine_cap(void *engine, uint32_t offset)
{
	(void)engine;
	return offset;
}

static bool engine_read(void *engine, uint32_t offset, uint32_t *value)
{
	*value = guest_of(engine)->dead;
	return offset == 0x3010ac;
}

static bool engine_write(void *engine, uint32_t offset, uint32_t value)
{
	struct guest *g = guest_of(engine);

	if (offset != 0x3010a8)
		return false;
	g->dead = value & 1;
	hisi_qm_model_engine_irq(g->model);
	return true;
}

static bool engine_is_dead(void *engine)
{
	return guest_of(engine)->dead;
}

static void engine_prepare(void *engine, struct hisi_qm_model_task *task)
{
	(void)task;
	guest_of(engine)->prepared++;
}

/* Copies what the request says, so that it can hit the rings as well. */
static void engine_run(void *worker, struct hisi_qm_model_task *task)
{
	uint64_t from, to;
	uint8_t buf[64];
	void *p;

	(void)worker;
	memcpy(&from, task->sqe, sizeof(from));
	memcpy(&to, task->sqe + 8, sizeof(to));
	p = hisi_qm_model_task_map(task, from, sizeof(buf), false);
	if (p)
		hisi_qm_model_task_unmap(task, p, sizeof(buf), false);
	if (!hisi_qm_model_task_read(task, from, buf, sizeof(buf)))
		hisi_qm_model_task_write(task, to, buf, sizeof(buf));
	task->sqe[16]++;
}

static void engine_finish(void *engine, struct hisi_qm_model_task *task,
			  bool dropped)
{
	(void)task;
	(void)dropped;
	guest_of(engine)->finished++;
}

static int engine_worker_create(void *engine, void **worker)
{
	*worker = engine;
	return 0;
}

static void engine_worker_destroy(void *worker)
{
	(void)worker;
}

static const struct hisi_qm_model_engine engine = {
	.name = "fuzz",
	.sqe_bytes = SQE_BYTES,
	.create = engine_create,
	.destroy = engine_destroy,
	.reset = engine_reset,
	.cap = engine_cap,
	.mmio_read = engine_read,
	.mmio_write = engine_write,
	.is_dead = engine_is_dead,
	.prepare = engine_prepare,
	.run = engine_run,
	.finish = engine_finish,
	.worker_create = engine_worker_create,
	.worker_destroy = engine_worker_destroy,
};

/* One page of the address space in 16 is not there. */
static uint8_t *ram_find(struct guest *g, uint64_t addr, size_t len)
{
	size_t offset = addr % RAM_BYTES;

	if ((addr >> 60) == 0xf || len > RAM_BYTES - offset)
		return NULL;
	return g->ram + offset;
}

static int host_read(void *opaque, unsigned int func, uint32_t pasid,
		     uint64_t addr, void *buf, size_t len)
{
	uint8_t *p = ram_find(opaque, addr, len);

	(void)func;
	(void)pasid;
	if (!p)
		return -EFAULT;
	memmove(buf, p, len);
	return 0;
}

static int host_write(void *opaque, unsigned int func, uint32_t pasid,
		      uint64_t addr, const void *buf, size_t len)
{
	uint8_t *p = ram_find(opaque, addr, len);

	(void)func;
	(void)pasid;
	if (!p)
		return -EFAULT;
	memmove(p, buf, len);
	return 0;
}

static void *host_map(void *opaque, unsigned int func, uint32_t pasid,
		      uint64_t addr, size_t len, bool is_write)
{
	(void)func;
	(void)pasid;
	(void)is_write;
	return ram_find(opaque, addr, len);
}

static void host_unmap(void *opaque, void *ptr, size_t len, bool is_write)
{
	(void)opaque;
	(void)ptr;
	(void)len;
	(void)is_write;
}

static void host_irq(void *opaque, unsigned int func, unsigned int vector)
{
	(void)opaque;
	if (func > HISI_QM_MAX_VFS || vector > 0xffff)
		abort();
}

static void host_kick(void *opaque, unsigned int func, unsigned int qn)
{
	(void)opaque;
	if (func > HISI_QM_MAX_VFS || qn >= HISI_QM_V1_QUEUES)
		abort();
}

static void host_log(void *opaque, enum hisi_qm_model_log_level level,
		     const char *text)
{
	(void)opaque;
	if (level > HISI_QM_MODEL_LOG_TRACE || !strlen(text))
		abort();
}

static void take(struct guest *g, void *buf, size_t len)
{
	size_t n = len < g->left ? len : g->left;

	memset(buf, 0, len);
	memcpy(buf, g->data, n);
	g->data += n;
	g->left -= n;
}

static uint32_t take32(struct guest *g)
{
	uint32_t value;

	take(g, &value, sizeof(value));
	return value;
}

static uint8_t take8(struct guest *g)
{
	uint8_t value;

	take(g, &value, sizeof(value));
	return value;
}

/* Mostly registers that exist: blind offsets would hardly ever hit one. */
static uint64_t take_offset(struct guest *g)
{
	static const uint32_t pages[] = {
		0x0, 0x300, 0x1000, 0x2000, 0x3100, 0x8000, 0x100000, 0x100040,
		0x1000c0, 0x100100, 0x104000, 0x104080, 0x104100, 0x300000,
		0x300100, 0x301080,
	};
	uint8_t page = take8(g);

	if (page & 0x80)
		return take32(g);
	if (page & 0x40)
		return (uint64_t)(take8(g) & 0xf) * 0x10000 + 0x1000 +
		       (page & 4);
	return pages[page & 0xf] + 4ull * (take8(g) & 0x3f);
}

static void access_bar(struct guest *g, bool is_write)
{
	static const unsigned int widths[] = { 4, 8, 16, 1, 2, 3, 12, 4 };
	uint8_t how = take8(g);
	unsigned int func = take8(g) & 3;
	unsigned int bar = how & 0x40 ? 4 : how & 0x80 ? take8(g) & 7 : 2;
	unsigned int bytes = widths[how & 7];
	uint64_t offset = take_offset(g);
	uint8_t buf[16];

	if (!is_write) {
		hisi_qm_model_mmio_read(g->model, func, bar, offset, buf,
					bytes);
		return;
	}
	take(g, buf, bytes);
	hisi_qm_model_mmio_write(g->model, func, bar, offset, buf, bytes);
}

static void mailbox(struct guest *g)
{
	uint16_t dw[8] = { 0 };
	unsigned int func = take8(g) & 3;

	take(g, dw, 12);
	dw[0] |= HISI_QM_MB_BUSY;
	hisi_qm_model_mmio_write(g->model, func, 2, HISI_QM_MAILBOX, dw, 16);
}

static void give_queues(struct guest *g)
{
	uint32_t func = take8(g) & 3;
	uint32_t queues[2] = { take8(g) & 0xf, take8(g) & 0x1f };
	uint64_t entry = (uint64_t)queues[0] << HISI_QM_SQC_VFT_BASE_SHIFT |
			 HISI_QM_SQC_VFT_VALID |
			 (uint64_t)queues[1] << HISI_QM_SQC_VFT_COUNT_SHIFT;
	static const uint32_t types[] = { 0, 1 };
	unsigned int i;

	for (i = 0; i < 2; i++) {
		uint64_t e = i ? HISI_QM_CQC_VFT_VALID : entry;
		uint32_t writes[][2] = {
			{ HISI_QM_VFT_CFG_OP_WR, 0 },
			{ HISI_QM_VFT_CFG_TYPE, types[i] },
			{ HISI_QM_VFT_CFG, func },
			{ HISI_QM_VFT_CFG_DATA_L, (uint32_t)e },
			{ HISI_QM_VFT_CFG_DATA_H, (uint32_t)(e >> 32) },
			{ HISI_QM_VFT_CFG_OP_ENABLE, 1 },
		};
		unsigned int j;

		for (j = 0; j < sizeof(writes) / sizeof(writes[0]); j++)
			hisi_qm_model_mmio_write(g->model, 0, 2, writes[j][0],
						 &writes[j][1], 4);
	}
}

/* Contexts that can work, in memory, and the mailbox command for them. */
static void install(struct guest *g)
{
	uint8_t what = take8(g);
	uint32_t depth = take8(g) & 0xf, at = (uint32_t)take8(g) << 5;
	unsigned int func = take8(g) & 3;
	uint16_t qn = what >> 3, cmd = what & 3;
	uint32_t dw[8] = { 0, take32(g) & ~0x1fu };
	uint16_t mb[8] = { HISI_QM_MB_BUSY | cmd, qn, (uint16_t)at };

	switch (cmd) {
	case HISI_QM_MB_SQC:
		dw[3] = 0x7000 | depth;
		dw[6] = qn | 0x100000;
		break;
	case HISI_QM_MB_CQC:
		dw[3] = 0x4000 | depth;
		dw[6] = HISI_QM_CQC_PHASE | HISI_QM_CQC_ARMED;
		break;
	default:
		dw[6] = depth | HISI_QM_EQC_PHASE;
		break;
	}
	memcpy(g->ram + at, dw, sizeof(dw));
	hisi_qm_model_mmio_write(g->model, func, 2, HISI_QM_MAILBOX, mb, 16);
}

static void ring(struct guest *g)
{
	uint8_t what = take8(g);
	unsigned int func = take8(g) & 3;
	uint64_t value = what >> 3 | (uint64_t)(what & 3) << 12 |
			 (uint64_t)(take8(g) & 0x1f) << 32 |
			 (uint64_t)(what >> 2 & 1) << 48;
	uint64_t offset = what & 2 ? HISI_QM_DOORBELL_EQ_AEQ :
				     HISI_QM_DOORBELL_SQ_CQ;

	hisi_qm_model_mmio_write(g->model, func, 2, offset, &value, 8);
}

static void fetch(struct guest *g)
{
	uint8_t how = take8(g);
	unsigned int i = how % TASKS_OUT;

	if (g->out[i]) {
		if (how & 0x80)
			hisi_qm_model_run(g->worker, &g->task[i]);
		hisi_qm_model_complete(g->model, &g->task[i]);
		g->out[i] = false;
		return;
	}
	g->out[i] = hisi_qm_model_fetch(g->model,
					how & 0x40 ? HISI_QM_MODEL_ANY : how >> 4 & 3,
					how & 0x08 ? HISI_QM_MODEL_ANY : take8(g) & 0x1f,
					&g->task[i]);
}

static void steps(struct guest *g)
{
	unsigned int n = take8(g) % MAX_STEPS;

	while (n-- && hisi_qm_model_step(g->model))
		;
}

static void emit_nothing(void *arg, const char *line)
{
	(void)arg;
	if (!strlen(line))
		abort();
}

static void misc(struct guest *g)
{
	uint8_t what = take8(g);

	switch (what & 7) {
	case 0:
		hisi_qm_model_flr(g->model, what >> 3);
		break;
	case 1:
		hisi_qm_model_reset(g->model);
		break;
	case 2:
		hisi_qm_model_dump(g->model, emit_nothing, NULL);
		break;
	default:
		hisi_qm_model_inject(g->model, what >> 4, what & 8,
				     take8(g));
		break;
	}
}

static void fill(struct guest *g)
{
	uint32_t at = take32(g) % RAM_BYTES;
	size_t len = take8(g);

	if (len > RAM_BYTES - at)
		len = RAM_BYTES - at;
	take(g, g->ram + at, len);
}

static void act(struct guest *g)
{
	switch (take8(g) % 11) {
	case 0:
		access_bar(g, false);
		break;
	case 1:
	case 2:
		access_bar(g, true);
		break;
	case 3:
		mailbox(g);
		break;
	case 4:
		give_queues(g);
		break;
	case 5:
		install(g);
		break;
	case 6:
		ring(g);
		break;
	case 7:
		fetch(g);
		break;
	case 8:
		steps(g);
		break;
	case 9:
		fill(g);
		break;
	default:
		misc(g);
		break;
	}
}

static int start(struct guest *g)
{
	static const unsigned int revisions[] = {
		HISI_QM_REV_V3, HISI_QM_REV_V2, HISI_QM_REV_V1, HISI_QM_REV_V3,
	};
	struct hisi_qm_model_host host = {
		.opaque = g,
		.dma_read = host_read,
		.dma_write = host_write,
		.dma_map = host_map,
		.dma_unmap = host_unmap,
		.raise_irq = host_irq,
		.kick = host_kick,
		.log = host_log,
	};
	uint8_t how = take8(g);
	struct hisi_qm_model_config config = {
		.engine = &engine,
		.revision = revisions[how & 3],
		.vfs = how >> 2 & 3,
	};

	if (config.revision == HISI_QM_REV_V3) {
		config.isolation = how & 0x10;
		config.queues = how & 0x20 ? 24 : 0;
		if (how & 0x40)		/* version 0: all features */
			config.cap_override = 1;
	}
	guest_in_creation = g;
	return hisi_qm_model_create(&config, &host, &g->model);
}

/* hisi-qm 2.3: once the bus master is shut, everything has returned. */
static void check_nothing_is_out(struct guest *g)
{
	uint32_t value = 1;

	hisi_qm_model_inject(g->model, HISI_QM_MODEL_FAULT_REMOVED, false, 0);
	hisi_qm_model_mmio_write(g->model, 0, 2, HISI_QM_AM_CTRL_GLOBAL,
				 &value, sizeof(value));
	hisi_qm_model_mmio_read(g->model, 0, 2, HISI_QM_AM_CURR_TRANS_RETURN,
				&value, sizeof(value));
	if (value != HISI_QM_AM_TRANS_ALL_RETURNED)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct guest guest;
	unsigned int i;

	memset(&guest, 0, sizeof(guest));
	guest.data = data;
	guest.left = size;
	if (start(&guest))
		abort();
	if (hisi_qm_model_worker_create(guest.model, &guest.worker))
		abort();
	while (guest.left)
		act(&guest);
	for (i = 0; i < TASKS_OUT; i++)
		if (guest.out[i])
			hisi_qm_model_complete(guest.model, &guest.task[i]);
	if (guest.prepared != guest.finished)
		abort();
	check_nothing_is_out(&guest);
	hisi_qm_model_worker_destroy(guest.worker);
	hisi_qm_model_destroy(guest.model);
	return 0;
}
