/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Bringing a function up, and up again after a reset. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "emu_function_private.h"
#include "hisi_zip_hw.h"

#define DEFAULT_DEPTH	1024
#define V1_EQ_DEPTH	2048
#define V2_EQ_DEPTH	2048
#define V2_AEQ_DEPTH	1024
#define V1_V2_QUEUES	64

/* 5.1, 7.2.5: what is written once and never looked at again. */
static const struct {
	uint32_t offset;
	uint32_t value;
} init_writes[] = {
	{ HISI_QM_ARUSER_M_CFG_1, 0x40001070 },
	{ HISI_QM_ARUSER_M_CFG_ENABLE, 0xfffffffe },
	{ HISI_QM_AWUSER_M_CFG_1, 0x40001070 },
	{ HISI_QM_AWUSER_M_CFG_ENABLE, 0xfffffffe },
	{ HISI_QM_WUSER_M_CFG_ENABLE, 0xffffffff },
	{ HISI_QM_AXI_M_CFG, 0xffff },
	{ HISI_QM_AXI_M_CFG_ENABLE, 0xffffffff },
	{ HISI_QM_PEH_AXUSER_CFG, 0x401001 },
	{ HISI_QM_PEH_AXUSER_CFG_ENABLE, 0xffffffff },
	{ HISI_ZIP_PORT_ARCA_CHE_0, 0xffffffff },
	{ HISI_ZIP_PORT_ARCA_CHE_1, 0xffffffff },
	{ HISI_ZIP_PORT_AWCA_CHE_0, 0xffffffff },
	{ HISI_ZIP_PORT_AWCA_CHE_1, 0xffffffff },
	{ HISI_QM_CACHE_CTL, 0x1833 },
};

static bool is_v3(const struct emu_function *func)
{
	return func->config.revision >= HISI_QM_REV_V3;
}

/* 2.6: a capability version of 0 stands for these. */
static const struct emu_ras v3_qm_ras = { 0x8, 0x7c77, 0x6c77, 0x6c77 };
static const struct emu_ras v3_engine_ras = { 0x1, 0x1ffe, 0x7fe, 0x7fe };
static const struct emu_ras v2_qm_ras = { 0x8, 0x1c57, 0xc57, 0x4 };
static const struct emu_ras v2_engine_ras = { 0x1, 0x7fe, 0x7fe, 0x2 };

static void read_v3_ras(struct emu_function *func)
{
	uint32_t qm_reset = emu_read32(func, HISI_ZIP_CAP_QM_RESET);
	uint32_t engine_reset = emu_read32(func, HISI_ZIP_CAP_RESET);

	func->qm_ras = (struct emu_ras){
		.ce = emu_read32(func, HISI_ZIP_CAP_QM_CE),
		.nfe = emu_read32(func, HISI_ZIP_CAP_QM_NFE),
		.reset = qm_reset,
		.shutdown = qm_reset,
	};
	func->engine_ras = (struct emu_ras){
		.ce = emu_read32(func, HISI_ZIP_CAP_CE),
		.nfe = emu_read32(func, HISI_ZIP_CAP_NFE),
		.reset = engine_reset,
		.shutdown = engine_reset,
	};
}

static void set_defaults(struct emu_function *func)
{
	func->depth = func->config.depth ? func->config.depth : DEFAULT_DEPTH;
	func->eq.depth = V2_EQ_DEPTH;
	func->aeq.depth = V2_AEQ_DEPTH;
	func->eq_vector = HISI_QM_VECTOR_EQ;
	func->aeq_vector = HISI_QM_VECTOR_AEQ;
	func->abnormal_vector = HISI_QM_VECTOR_ABNORMAL;
	if (func->config.revision == HISI_QM_REV_V1) {
		func->eq.depth = V1_EQ_DEPTH;
		func->aeq.depth = 0;
	} else if (is_v3(func)) {
		func->qm_ras = v3_qm_ras;
		func->engine_ras = v3_engine_ras;
	} else {
		func->qm_ras = v2_qm_ras;
		func->engine_ras = v2_engine_ras;
	}
}

static void read_caps(struct emu_function *func)
{
	uint32_t depths;

	set_defaults(func);
	if (!is_v3(func))
		return;
	func->is_isolated = emu_read32(func, HISI_QM_QUE_ISO_CFG) & 1;
	if (!(emu_read32(func, HISI_QM_CAP_VERSION) & HISI_QM_CAP_VERSION_MASK))
		return;
	depths = emu_read32(func, HISI_QM_CAP_EQ_DEPTH);
	func->eq.depth = depths & 0xffff;
	func->aeq.depth = depths >> 16;
	func->depth = emu_read32(func, HISI_QM_CAP_QP_DEPTH) & 0xffff;
	func->eq_vector = emu_read32(func, HISI_QM_CAP_EQ_IRQ) & 0xffff;
	func->aeq_vector = emu_read32(func, HISI_QM_CAP_AEQ_IRQ) & 0xffff;
	func->abnormal_vector = emu_read32(func, HISI_QM_CAP_ABNORMAL_IRQ) &
				0xffff;
	read_v3_ras(func);
}

static int count_queues(struct emu_function *func)
{
	unsigned int max = V1_V2_QUEUES, wanted = func->config.queues;

	if (is_v3(func))
		max = emu_read32(func, HISI_QM_QUEUE_CAP) & 0x7ff;
	else if (wanted)
		max = func->config.revision == HISI_QM_REV_V1 ?
		      HISI_QM_V1_QUEUES : HISI_QM_V2_QUEUES;
	if (!max || wanted > max)
		return -EINVAL;
	func->queues = wanted ? wanted : max;
	func->free_queues = func->queues;
	return 0;
}

/* 3.6: one block, each part on a 32-byte boundary. */
static size_t align32(size_t bytes)
{
	return (bytes + 31) / 32 * 32;
}

static int alloc_tables(struct emu_function *func)
{
	size_t page = sysconf(_SC_PAGESIZE);
	size_t eq = align32(func->eq.depth * sizeof(uint32_t));
	size_t aeq = align32(func->aeq.depth * sizeof(uint32_t));
	size_t table = func->queues * sizeof(struct hisi_qm_sqc);
	size_t bytes = sizeof(struct emu_xqc) + eq + aeq + 2 * table;
	char *at;

	func->qps = calloc(func->queues, sizeof(struct emu_qp *));
	if (!func->qps)
		return -ENOMEM;
	bytes = (bytes + page - 1) / page * page;
	at = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED) {
		free(func->qps);
		return -ENOMEM;
	}
	func->tables = at;
	func->tables_bytes = bytes;
	func->xqc = (struct emu_xqc *)at;
	func->eq.entries = (uint32_t *)(at += sizeof(struct emu_xqc));
	func->aeq.entries = (uint32_t *)(at += eq);
	func->sqc_table = (struct hisi_qm_sqc *)(at += aeq);
	func->cqc_table = (struct hisi_qm_cqc *)(at + table);
	return 0;
}

static int set_vft(struct emu_function *func, uint32_t type, uint64_t entry)
{
	int ret;

	ret = emu_poll32(func, HISI_QM_VFT_CFG_RDY, 1);
	if (ret)
		return ret;
	emu_write32(func, HISI_QM_VFT_CFG_OP_WR, 0);
	emu_write32(func, HISI_QM_VFT_CFG_TYPE, type);
	emu_write32(func, HISI_QM_VFT_CFG, 0);
	emu_write32(func, HISI_QM_VFT_CFG_DATA_L, (uint32_t)entry);
	emu_write32(func, HISI_QM_VFT_CFG_DATA_H, entry >> 32);
	emu_write32(func, HISI_QM_VFT_CFG_RDY, 0);
	emu_write32(func, HISI_QM_VFT_CFG_OP_ENABLE, 1);
	return emu_poll32(func, HISI_QM_VFT_CFG_RDY, 1);
}

/* 2.4 */
static int set_own_vft(struct emu_function *func)
{
	uint64_t sqc = HISI_QM_SQC_VFT_VALID, cqc = HISI_QM_CQC_VFT_VALID;
	int ret;

	if (func->config.revision == HISI_QM_REV_V1) {
		sqc |= HISI_QM_VFT_V1_SIZES;
		cqc |= HISI_QM_VFT_V1_SIZES;
	} else {
		sqc |= (uint64_t)(func->queues - 1)
		       << HISI_QM_SQC_VFT_COUNT_SHIFT;
	}
	ret = set_vft(func, HISI_QM_VFT_TYPE_SQC, sqc);
	if (ret)
		return ret;
	return set_vft(func, HISI_QM_VFT_TYPE_CQC, cqc);
}

/* DW6 of EQC and AEQC: the first lap has phase 1. */
static void fill_eqc(struct hisi_qm_eqc *eqc, const struct emu_event_ring *ring)
{
	uint64_t base = emu_dma(ring->entries);

	*eqc = (struct hisi_qm_eqc){
		.base_l = (uint32_t)base,
		.base_h = base >> 32,
		.dw6 = HISI_QM_EQC_PHASE | (ring->depth - 1),
	};
}

static int install_tables(struct emu_function *func)
{
	struct emu_xqc *xqc = func->xqc;
	int ret;

	memset(func->tables, 0, func->tables_bytes);
	func->eq.head = func->aeq.head = 0;
	func->eq.phase = func->aeq.phase = true;
	fill_eqc(&xqc->eqc, &func->eq);
	if (func->config.revision == HISI_QM_REV_V1)
		xqc->eqc.dw3 = HISI_QM_EQC_V1_DW3;
	ret = emu_mailbox(func, HISI_QM_MB_EQC, 0, emu_dma(&xqc->eqc));
	if (!ret && func->aeq.depth) {
		fill_eqc(&xqc->aeqc, &func->aeq);
		ret = emu_mailbox(func, HISI_QM_MB_AEQC, 0,
				  emu_dma(&xqc->aeqc));
	}
	if (!ret)
		ret = emu_mailbox(func, HISI_QM_MB_SQC_BT, 0,
				  emu_dma(func->sqc_table));
	if (!ret)
		ret = emu_mailbox(func, HISI_QM_MB_CQC_BT, 0,
				  emu_dma(func->cqc_table));
	return ret;
}

static int bring_up(struct emu_function *func)
{
	unsigned int i;
	int ret;

	emu_write32(func, HISI_QM_DB_TIMEOUT_CFG, 0x1fffff);
	emu_write32(func, HISI_QM_MEM_START_INIT, 1);
	ret = emu_poll32(func, HISI_QM_MEM_INIT_DONE, 1);
	if (ret)
		return ret;
	for (i = 0; i < sizeof(init_writes) / sizeof(init_writes[0]); i++)
		emu_write32(func, init_writes[i].offset, init_writes[i].value);
	emu_ras_enable(func);
	ret = set_own_vft(func);
	if (!ret)
		ret = install_tables(func);
	if (ret)
		return ret;
	if (func->aeq.depth)
		emu_event_doorbell(func, HISI_QM_DB_AEQ, 0);
	emu_event_doorbell(func, HISI_QM_DB_EQ, 0);
	emu_write32(func, HISI_QM_EQ_INT_MASK, 0);
	emu_write32(func, HISI_QM_AEQ_INT_MASK, 0);
	return 0;
}

int emu_function_probe(const struct emu_function_config *config,
		       struct emu_function **func)
{
	struct emu_function *new;
	int ret;

	new = calloc(1, sizeof(*new));
	if (!new)
		return -ENOMEM;
	new->config = *config;
	read_caps(new);
	if (new->depth < 2 || new->depth > HISI_QM_MAX_DEPTH) {
		ret = -EINVAL;
		goto free_func;
	}
	ret = count_queues(new);
	if (ret)
		goto free_func;
	ret = alloc_tables(new);
	if (ret)
		goto free_func;
	madvise(new->tables, new->tables_bytes, MADV_DONTFORK);
	ret = bring_up(new);
	if (ret)
		goto free_tables;
	*func = new;
	return 0;

free_tables:
	munmap(new->tables, new->tables_bytes);
	free(new->qps);
free_func:
	free(new);
	return ret;
}

void emu_function_remove(struct emu_function *func)
{
	if (!func)
		return;
	munmap(func->tables, func->tables_bytes);
	free(func->qps);
	free(func);
}

void emu_function_reset(struct emu_function *func)
{
	unsigned int qn;

	for (qn = 0; qn < func->queues; qn++)
		if (func->qps[qn])
			emu_qp_kill(func->qps[qn]);
	hisi_qm_model_reset(func->config.model);
	func->is_broken = bring_up(func) != 0;
}

unsigned int emu_function_queues(const struct emu_function *func)
{
	return func->queues;
}

unsigned int emu_function_depth(const struct emu_function *func)
{
	return func->depth;
}

unsigned int emu_function_free_queues(const struct emu_function *func)
{
	return func->is_broken ? 0 : func->free_queues;
}

static bool is_inside(uint64_t addr, size_t len, const void *start,
		      size_t bytes)
{
	return addr >= emu_dma(start) && len <= bytes &&
	       addr - emu_dma(start) <= bytes - len;
}

bool emu_function_owns(const struct emu_function *func, uint64_t addr,
		       size_t len)
{
	const struct emu_qp *qp;
	unsigned int qn;

	if (is_inside(addr, len, func->tables, func->tables_bytes))
		return true;
	for (qn = 0; qn < func->queues; qn++) {
		qp = func->qps[qn];
		if (qp && is_inside(addr, len, qp->dus, qp->dus_bytes))
			return true;
	}
	return false;
}
