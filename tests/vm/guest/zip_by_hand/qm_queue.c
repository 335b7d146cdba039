// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Queue pairs, doorbells, events: section 4. */
#include <string.h>

#include "clock.h"
#include "mmio.h"
#include "qm.h"

static uint64_t doorbell_value(const struct qm *qm, uint64_t command,
			       unsigned int qn, unsigned int index,
			       unsigned int flag)
{
	unsigned int shift = qm_has(qm, HISI_QM_REV_V2) ?
			     HISI_QM_DB_V2_CMD_SHIFT : HISI_QM_DB_V1_CMD_SHIFT;

	return qn | command << shift |
	       (uint64_t)index << HISI_QM_DB_INDEX_SHIFT |
	       (uint64_t)flag << HISI_QM_DB_PRIORITY_SHIFT;
}

static volatile uint8_t *doorbell_register(const struct qm *qm,
					   uint64_t command, unsigned int qn)
{
	volatile uint8_t *bar2 = qm->fn->bar2;

	if (!qm_has(qm, HISI_QM_REV_V2))
		return bar2 + HISI_QM_DOORBELL_V1;
	if (command == HISI_QM_DB_EQ || command == HISI_QM_DB_AEQ)
		return bar2 + HISI_QM_DOORBELL_EQ_AEQ;
	if (qm->fn->bar4)
		return qm->fn->bar4 + (size_t)qn * HISI_QM_ISO_STRIDE +
		       HISI_QM_ISO_DOORBELL;
	return bar2 + HISI_QM_DOORBELL_SQ_CQ;
}

void qm_doorbell(const struct qm *qm, uint64_t command, unsigned int qn,
		 unsigned int index, unsigned int flag)
{
	mmio_write64(doorbell_register(qm, command, qn),
		     doorbell_value(qm, command, qn, index, flag));
}

static void install_sqc(struct qp *qp, unsigned int alg)
{
	struct qm *qm = qp->qm;
	struct hisi_qm_sqc sqc = {
		.base_l = (uint32_t)qp->sq.addr,
		.base_h = (uint32_t)(qp->sq.addr >> 32),
		.dw3 = 7 << HISI_QM_QC_ELEM_LOG2_SHIFT,
		.cq_num = (uint16_t)qp->qn,
		.w13 = (uint16_t)(HISI_QM_SQC_ORDERS <<
				  HISI_QM_SQC_ORDERS_SHIFT |
				  alg << HISI_QM_SQC_ALG_SHIFT),
	};

	if (qm_has(qm, HISI_QM_REV_V2))
		sqc.dw3 |= qp->depth - 1;
	else
		sqc.w8 = (uint16_t)(qp->depth - 1);
	memcpy(qm->image.va, &sqc, sizeof(sqc));
	qm_command(qm, HISI_QM_MB_SQC, (uint16_t)qp->qn, qm->image.addr);
}

static void install_cqc(struct qp *qp, bool armed)
{
	struct qm *qm = qp->qm;
	struct hisi_qm_cqc cqc = {
		.base_l = (uint32_t)qp->cq.addr,
		.base_h = (uint32_t)(qp->cq.addr >> 32),
		.dw3 = HISI_QM_CQE_LOG2 << HISI_QM_QC_ELEM_LOG2_SHIFT,
		.dw6 = HISI_QM_CQC_PHASE | (armed ? HISI_QM_CQC_ARMED : 0),
	};

	if (qm_has(qm, HISI_QM_REV_V2))
		cqc.dw3 |= qp->depth - 1;
	else
		cqc.w8 = (uint16_t)(qp->depth - 1);
	memcpy(qm->image.va, &cqc, sizeof(cqc));
	qm_command(qm, HISI_QM_MB_CQC, (uint16_t)qp->qn, qm->image.addr);
}

void qp_restart(struct qp *qp, unsigned int alg, bool armed)
{
	memset(qp->cq.va, 0, qp->cq.bytes);
	qp->tail = qp->head = 0;
	qp->phase = 1;
	install_sqc(qp, alg);
	install_cqc(qp, armed);
}

void qp_start(struct qp *qp, struct qm *qm, unsigned int qn, unsigned int depth,
	      unsigned int alg, bool armed)
{
	struct dma_arena *arena = &qm->fn->arena;

	memset(qp, 0, sizeof(*qp));
	qp->qm = qm;
	qp->qn = qn;
	qp->depth = depth;
	qp->sq = dma_alloc(arena, (size_t)depth * QM_SQE_BYTES, 4096);
	qp->cq = dma_alloc(arena, (size_t)depth * sizeof(struct hisi_qm_cqe),
			   4096);
	qp_restart(qp, alg, armed);
}

void *qp_slot(const struct qp *qp, unsigned int slot)
{
	return qp->sq.va + (size_t)slot * QM_SQE_BYTES;
}

void *qp_element(struct qp *qp)
{
	void *sqe = qp_slot(qp, qp->tail);

	memset(sqe, 0, QM_SQE_BYTES);
	qp->tail = (qp->tail + 1) % qp->depth;
	return sqe;
}

void qp_ring(const struct qp *qp)
{
	qm_doorbell(qp->qm, HISI_QM_DB_SQ, qp->qn, qp->tail, 0);
}

static volatile struct hisi_qm_cqe *next_cqe(const struct qp *qp)
{
	return (volatile struct hisi_qm_cqe *)qp->cq.va + qp->head;
}

int qp_wait(struct qp *qp, uint64_t us)
{
	volatile struct hisi_qm_cqe *cqe = next_cqe(qp);
	uint64_t end = clock_us() + us;

	while ((cqe->w7 & HISI_QM_CQE_PHASE) != qp->phase) {
		if (clock_us() >= end)
			return -1;
		/* The device's threads share the processors with the guest's. */
		clock_sleep_us(5);
	}
	/* The phase first, then the rest of the CQE and the SQE (4.6). */
	mmio_rmb();
	if (++qp->head == qp->depth) {
		qp->head = 0;
		qp->phase ^= 1;
	}
	return cqe->sq_num == qp->qn ? cqe->sq_head : -1;
}

void qp_return(const struct qp *qp, bool arm)
{
	qm_doorbell(qp->qm, HISI_QM_DB_CQ, qp->qn, qp->head, arm);
}

static bool next_event(const struct dma *ring, unsigned int depth,
		       unsigned int *count, uint32_t *event)
{
	volatile uint32_t *entry = (volatile uint32_t *)ring->va +
				   *count % depth;
	uint32_t value = *entry;
	bool phase = !(*count / depth % 2);

	if (!!(value & HISI_QM_EQE_PHASE) != phase)
		return false;
	mmio_rmb();
	++*count;
	*event = value;
	return true;
}

bool qm_event(struct qm *qm, uint32_t *event)
{
	return next_event(&qm->eq, qm->eq_depth, &qm->eq_head, event);
}

bool qm_async_event(struct qm *qm, uint32_t *event)
{
	return next_event(&qm->aeq, qm->aeq_depth, &qm->aeq_head, event);
}

void qm_event_return(const struct qm *qm)
{
	qm_doorbell(qm, HISI_QM_DB_EQ, 0, qm->eq_head % qm->eq_depth, 0);
}

void qm_async_event_return(const struct qm *qm)
{
	qm_doorbell(qm, HISI_QM_DB_AEQ, 0, qm->aeq_head % qm->aeq_depth, 0);
}
