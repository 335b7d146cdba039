// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Registers, mailbox, virtual function table, start of a function. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "clock.h"
#include "mmio.h"
#include "qm.h"
#include "tap.h"
#include "zip.h"

#define POLL_US		10

/* Depths where no capability says (2.6). */
#define EQ_DEPTH	2048
#define AEQ_DEPTH	1024

uint32_t qm_read(const struct qm *qm, uint32_t offset)
{
	return mmio_read32(qm->fn->bar2 + offset);
}

uint64_t qm_read64(const struct qm *qm, uint32_t offset)
{
	return mmio_read64(qm->fn->bar2 + offset);
}

void qm_write(const struct qm *qm, uint32_t offset, uint32_t value)
{
	mmio_write32(qm->fn->bar2 + offset, value);
}

bool qm_poll(const struct qm *qm, uint32_t offset, uint32_t mask, uint32_t want,
	     uint64_t us)
{
	uint64_t end = clock_us() + us;
	bool late;

	do {
		/* The last look comes after the end, however long one took. */
		late = clock_us() >= end;
		if ((qm_read(qm, offset) & mask) == want)
			return true;
		clock_sleep_us(POLL_US);
	} while (!late);
	return false;
}

static bool drains(uint16_t word0)
{
	unsigned int command = word0 & HISI_QM_MB_CMD_MASK;

	return command == HISI_QM_MB_STOP_QP || command == HISI_QM_MB_FLUSH_QM;
}

static bool mailbox_free(const struct qm *qm, uint64_t us)
{
	return qm_poll(qm, HISI_QM_MAILBOX, HISI_QM_MB_BUSY, 0, us);
}

int qm_mailbox(const struct qm *qm, uint16_t word0, uint16_t queue,
	       uint64_t base, struct qm_reply *reply)
{
	uint64_t low, high;

	if (!mailbox_free(qm, QM_TIMEOUT_US))
		return -ETIMEDOUT;
	low = (uint64_t)(uint16_t)(word0 | HISI_QM_MB_BUSY) |
	      (uint64_t)queue << 16 | base << 32;
	high = base >> 32;
	mmio_write128(qm->fn->bar2 + HISI_QM_MAILBOX, low, high);
	if (!mailbox_free(qm, drains(word0) ? QM_DRAIN_TIMEOUT_US :
					      QM_TIMEOUT_US))
		return -ETIMEDOUT;
	reply->status = qm_read(qm, HISI_QM_MAILBOX) >>
			HISI_QM_MB_STATUS_SHIFT & HISI_QM_MB_STATUS_MASK;
	reply->base = qm_read(qm, HISI_QM_MAILBOX_DATA_L) |
		      (uint64_t)qm_read(qm, HISI_QM_MAILBOX_DATA_H) << 32;
	return 0;
}

uint64_t qm_command(const struct qm *qm, uint16_t word0, uint16_t queue,
		    uint64_t base)
{
	struct qm_reply reply;

	if (qm_mailbox(qm, word0, queue, base, &reply))
		tap_die("mailbox 0x%04x for %u ends in time", word0, queue);
	if (reply.status)
		tap_die("mailbox 0x%04x for %u: status %u", word0, queue,
			reply.status);
	return reply.base;
}

static bool vft_ready(const struct qm *qm)
{
	return qm_poll(qm, HISI_QM_VFT_CFG_RDY, 1, 1, QM_TIMEOUT_US);
}

static bool vft_execute(const struct qm *qm)
{
	qm_write(qm, HISI_QM_VFT_CFG_RDY, 0);
	qm_write(qm, HISI_QM_VFT_CFG_OP_ENABLE, 1);
	return vft_ready(qm);
}

bool qm_vft_write(const struct qm *qm, unsigned int type, unsigned int func,
		  uint64_t entry)
{
	if (!vft_ready(qm))
		return false;
	qm_write(qm, HISI_QM_VFT_CFG_OP_WR, 0);
	qm_write(qm, HISI_QM_VFT_CFG_TYPE, type);
	qm_write(qm, HISI_QM_VFT_CFG, func);
	qm_write(qm, HISI_QM_VFT_CFG_DATA_L, (uint32_t)entry);
	qm_write(qm, HISI_QM_VFT_CFG_DATA_H, (uint32_t)(entry >> 32));
	return vft_execute(qm);
}

bool qm_vft_read(const struct qm *qm, unsigned int type, unsigned int func,
		 uint64_t *entry)
{
	if (!vft_ready(qm))
		return false;
	qm_write(qm, HISI_QM_VFT_CFG_OP_WR, 1);
	qm_write(qm, HISI_QM_VFT_CFG_TYPE, type);
	qm_write(qm, HISI_QM_VFT_CFG, func);
	if (!vft_execute(qm))
		return false;
	*entry = qm_read(qm, HISI_QM_VFT_CFG_DATA_L) |
		 (uint64_t)qm_read(qm, HISI_QM_VFT_CFG_DATA_H) << 32;
	return true;
}

uint64_t qm_vft_sqc_entry(const struct qm *qm, unsigned int base,
			  unsigned int count)
{
	uint64_t entry = (uint64_t)base << HISI_QM_SQC_VFT_BASE_SHIFT |
			 HISI_QM_SQC_VFT_VALID;

	if (!qm_has(qm, HISI_QM_REV_V2))
		return entry | HISI_QM_VFT_V1_SIZES;
	return entry | (uint64_t)(count - 1) << HISI_QM_SQC_VFT_COUNT_SHIFT;
}

uint64_t qm_vft_cqc_entry(const struct qm *qm)
{
	if (!qm_has(qm, HISI_QM_REV_V2))
		return HISI_QM_CQC_VFT_VALID | HISI_QM_VFT_V1_SIZES;
	return HISI_QM_CQC_VFT_VALID;
}

bool qm_memory_init(const struct qm *qm)
{
	qm_write(qm, HISI_QM_MEM_START_INIT, 1);
	return qm_poll(qm, HISI_QM_MEM_INIT_DONE, 1, 1, QM_TIMEOUT_US);
}

/* 2.5, zip 7.2.4: classes of errors, from the capabilities where there are. */
static uint32_t error_class(const struct qm *qm, uint32_t cap, uint32_t v2)
{
	return qm_has(qm, HISI_QM_REV_V3) ? qm_read(qm, cap) : v2;
}

void qm_errors_init(const struct qm *qm)
{
	uint32_t nfe = error_class(qm, HISI_ZIP_CAP_QM_NFE, 0x1c57);
	uint32_t ce = error_class(qm, HISI_ZIP_CAP_QM_CE, 0x8);

	if (!qm_has(qm, HISI_QM_REV_V2)) {
		qm_write(qm, HISI_QM_ABNORMAL_INT_MASK, HISI_QM_ABN_ALL);
		return;
	}
	qm_write(qm, HISI_QM_ABNORMAL_INT_SOURCE, UINT32_MAX);
	qm_write(qm, HISI_QM_RAS_CE_ENABLE, ce);
	qm_write(qm, HISI_QM_RAS_CE_THRESHOLD, 1);
	qm_write(qm, HISI_QM_RAS_NFE_ENABLE, nfe);
	qm_write(qm, HISI_QM_RAS_FE_ENABLE, 0);
	if (qm_has(qm, HISI_QM_REV_V3))
		qm_write(qm, HISI_QM_OOO_SHUTDOWN_SEL,
			 qm_read(qm, HISI_ZIP_CAP_QM_RESET));
	qm_write(qm, HISI_QM_ABNORMAL_INT_MASK, ~(ce | nfe));
	zip_errors_init(qm);
}

void qm_device_init(struct qm *qm)
{
	if (!qm_memory_init(qm))
		tap_die("memory initialisation (0x100044) ends in time");
	qm_write(qm, HISI_QM_DB_TIMEOUT_CFG, 0x1fffff);
	if (qm_has(qm, HISI_QM_REV_V3))
		qm_write(qm, HISI_QM_PM_CTRL,
			 qm_read(qm, HISI_QM_PM_CTRL) | 0x200);
	zip_device_init(qm);
	qm_errors_init(qm);
	if (!qm_vft_write(qm, HISI_QM_VFT_TYPE_SQC, 0,
			  qm_vft_sqc_entry(qm, 0, QM_PF_QUEUES)) ||
	    !qm_vft_write(qm, HISI_QM_VFT_TYPE_CQC, 0, qm_vft_cqc_entry(qm)))
		tap_die("the VFT port (0x10006c) becomes ready in time");
}

/* How a VF learns which queues it has (3.4); V1 has no way to ask. */
static void ask_queues(struct qm *qm)
{
	uint64_t entry;

	qm->queues = QM_PF_QUEUES;
	if (!qm->fn->is_vf || !qm_has(qm, HISI_QM_REV_V2))
		return;
	entry = qm_command(qm, HISI_QM_MB_SQC_VFT | HISI_QM_MB_OP_GET, 0, 0);
	qm->queues = (unsigned int)(entry >> HISI_QM_SQC_VFT_COUNT_SHIFT &
				    HISI_QM_SQC_VFT_COUNT_MASK) + 1;
	qm->first_queue = (unsigned int)(entry >> HISI_QM_SQC_VFT_BASE_SHIFT &
					 HISI_QM_SQC_VFT_BASE_MASK);
	if (!(entry & HISI_QM_SQC_VFT_VALID) || qm->queues < 2)
		tap_die("the VF has two queues (VFT entry 0x%" PRIx64 ")",
			entry);
}

void qm_init(struct qm *qm, struct function *fn)
{
	uint32_t depths;

	memset(qm, 0, sizeof(*qm));
	qm->fn = fn;
	qm->eq_depth = EQ_DEPTH;
	qm->aeq_depth = AEQ_DEPTH;
	if (qm_has(qm, HISI_QM_REV_V3)) {
		depths = qm_read(qm, HISI_QM_CAP_EQ_DEPTH);
		qm->eq_depth = depths & 0xffff;
		qm->aeq_depth = depths >> 16;
	}
	qm->eq = dma_alloc(&fn->arena, qm->eq_depth * 4, 4096);
	qm->aeq = dma_alloc(&fn->arena, qm->aeq_depth * 4, 4096);
	qm->sqc_table = dma_alloc(&fn->arena, HISI_QM_V1_QUEUES * 32, 4096);
	qm->cqc_table = dma_alloc(&fn->arena, HISI_QM_V1_QUEUES * 32, 4096);
	qm->image = dma_alloc(&fn->arena, 32, 32);
}

static void install_event_queue(struct qm *qm, uint16_t command,
				const struct dma *ring, unsigned int depth)
{
	struct hisi_qm_eqc eqc = {
		.base_l = (uint32_t)ring->addr,
		.base_h = (uint32_t)(ring->addr >> 32),
		.dw6 = (depth - 1) | HISI_QM_EQC_PHASE,
	};

	if (command == HISI_QM_MB_EQC && !qm_has(qm, HISI_QM_REV_V2))
		eqc.dw3 = HISI_QM_EQC_V1_DW3;
	memset(ring->va, 0, ring->bytes);
	memcpy(qm->image.va, &eqc, sizeof(eqc));
	qm_command(qm, command, 0, qm->image.addr);
}

void qm_start(struct qm *qm)
{
	qm->eq_head = qm->aeq_head = 0;
	install_event_queue(qm, HISI_QM_MB_EQC, &qm->eq, qm->eq_depth);
	install_event_queue(qm, HISI_QM_MB_AEQC, &qm->aeq, qm->aeq_depth);
	memset(qm->sqc_table.va, 0, qm->sqc_table.bytes);
	memset(qm->cqc_table.va, 0, qm->cqc_table.bytes);
	qm_command(qm, HISI_QM_MB_SQC_BT, 0, qm->sqc_table.addr);
	qm_command(qm, HISI_QM_MB_CQC_BT, 0, qm->cqc_table.addr);
	qm_async_event_return(qm);
	qm_event_return(qm);
	qm_write(qm, HISI_QM_EQ_INT_MASK, 0);
	qm_write(qm, HISI_QM_AEQ_INT_MASK, 0);
	if (qm->fn->is_vf && qm_has(qm, HISI_QM_REV_V3))
		qm_write(qm, HISI_QM_VF_STATE, 0);
}

void qm_up(struct qm *qm, struct function *fn)
{
	qm_init(qm, fn);
	if (!fn->is_vf)
		qm_device_init(qm);
	ask_queues(qm);
	qm_start(qm);
}
