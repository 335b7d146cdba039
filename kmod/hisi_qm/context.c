// SPDX-License-Identifier: GPL-2.0-only
/* Contexts of queues and of events, and the memory behind them (3.6, 4.1-4.4). */
#include <linux/dma-mapping.h>
#include <linux/log2.h>

#include "qm_priv.h"

/* 3.6: each part of the block begins at a multiple of this. */
#define PART_ALIGN	32

int qm_tables_init(struct hisi_qm *qm)
{
	size_t eq = ALIGN(qm->caps.eq_depth * sizeof(__le32), PART_ALIGN);
	size_t aeq = ALIGN(qm->caps.aeq_depth * sizeof(__le32), PART_ALIGN);
	size_t sqc = qm->nr_queues * sizeof(struct hisi_qm_sqc);
	size_t cqc = qm->nr_queues * sizeof(struct hisi_qm_cqc);
	struct qm_tables *tables = &qm->tables;

	tables->bytes = eq + aeq + sqc + cqc;
	tables->block = dma_alloc_coherent(&qm->pdev->dev, tables->bytes,
					   &tables->dma, GFP_KERNEL);
	if (!tables->block)
		return -ENOMEM;
	qm->eq.entries = tables->block;
	qm->eq.dma = tables->dma;
	qm->eq.depth = qm->caps.eq_depth;
	qm->aeq.entries = tables->block + eq;
	qm->aeq.dma = tables->dma + eq;
	qm->aeq.depth = qm->caps.aeq_depth;
	tables->sqc = tables->block + eq + aeq;
	tables->sqc_dma = tables->dma + eq + aeq;
	tables->cqc = tables->block + eq + aeq + sqc;
	tables->cqc_dma = tables->sqc_dma + sqc;
	return 0;
}

void qm_tables_exit(struct hisi_qm *qm)
{
	dma_free_coherent(&qm->pdev->dev, qm->tables.bytes, qm->tables.block,
			  qm->tables.dma);
}

static int install_ring(struct hisi_qm *qm, struct qm_ring *ring, u8 cmd, u32 dw3)
{
	struct hisi_qm_eqc eqc = {
		.base_l = cpu_to_le32(lower_32_bits(ring->dma)),
		.base_h = cpu_to_le32(upper_32_bits(ring->dma)),
		.dw3 = cpu_to_le32(dw3),
		.dw6 = cpu_to_le32((ring->depth - 1) | HISI_QM_EQC_PHASE),
	};

	ring->head = 0;
	ring->phase = HISI_QM_EQE_PHASE;
	return qm_mailbox_set(qm, cmd, 0, &eqc, sizeof(eqc));
}

/* 3.7: in this order. Interrupts are masked, so no handler looks. */
int qm_tables_install(struct hisi_qm *qm)
{
	int ret;

	memset(qm->tables.block, 0, qm->tables.bytes);
	ret = install_ring(qm, &qm->eq, HISI_QM_MB_EQC, qm->gen->eqc_dw3);
	if (!ret && qm->aeq.depth)
		ret = install_ring(qm, &qm->aeq, HISI_QM_MB_AEQC, 0);
	if (!ret)
		ret = qm_mailbox_run(qm, HISI_QM_MB_SQC_BT, 0, qm->tables.sqc_dma);
	if (!ret)
		ret = qm_mailbox_run(qm, HISI_QM_MB_CQC_BT, 0, qm->tables.cqc_dma);
	return ret;
}

static int install_sqc(struct qm_queue *queue)
{
	struct hisi_qm *qm = queue->qm;
	struct hisi_qm_sqc sqc = {
		.base_l = cpu_to_le32(lower_32_bits(queue->sq)),
		.base_h = cpu_to_le32(upper_32_bits(queue->sq)),
		.pasid = cpu_to_le16(queue->pasid),
		.cq_num = cpu_to_le16(queue->id),
		.w13 = cpu_to_le16(HISI_QM_SQC_ORDERS << HISI_QM_SQC_ORDERS_SHIFT |
				   queue->alg << HISI_QM_SQC_ALG_SHIFT),
	};

	qm->gen->set_depth(qm->caps.sq_depth, ilog2(qm->engine->sqe_bytes),
			   queue->rand, &sqc.dw3, &sqc.w8);
	if (queue->pasid && qm->gen->has_pasid_valid)
		sqc.w11 = cpu_to_le16(HISI_QM_SQC_PASID_VALID);
	return qm_mailbox_set(qm, HISI_QM_MB_SQC, queue->id, &sqc, sizeof(sqc));
}

static int install_cqc(struct qm_queue *queue)
{
	struct hisi_qm *qm = queue->qm;
	struct hisi_qm_cqc cqc = {
		.base_l = cpu_to_le32(lower_32_bits(queue->cq)),
		.base_h = cpu_to_le32(upper_32_bits(queue->cq)),
		.pasid = cpu_to_le16(queue->pasid),
		.dw6 = cpu_to_le32(HISI_QM_CQC_PHASE | HISI_QM_CQC_ARMED),
	};

	qm->gen->set_depth(qm->caps.cq_depth, HISI_QM_CQE_LOG2, queue->rand,
			   &cqc.dw3, &cqc.w8);
	if (queue->pasid && qm->gen->has_pasid_valid)
		cqc.w11 = cpu_to_le16(HISI_QM_CQC_PASID_VALID);
	return qm_mailbox_set(qm, HISI_QM_MB_CQC, queue->id, &cqc, sizeof(cqc));
}

int qm_context_install(struct qm_queue *queue)
{
	int ret = install_sqc(queue);

	return ret ? ret : install_cqc(queue);
}

/*
 * 5.8: once the device takes contexts from memory again, late doorbells of a
 * process find that they do not match.
 */
void qm_context_poison(struct qm_queue *queue)
{
	struct qm_tables *tables = &queue->qm->tables;

	tables->sqc[queue->id].w8 = cpu_to_le16(HISI_QM_QC_POISON);
	tables->sqc[queue->id].w13 = cpu_to_le16(HISI_QM_SQC_CLOSED);
	tables->cqc[queue->id].w8 = cpu_to_le16(HISI_QM_QC_POISON);
}

/* In twice a ring's depth, as contexts count a wrap, too. */
static u32 position(__le16 tail, __le16 w11, u32 depth)
{
	return le16_to_cpu(tail) +
	       (le16_to_cpu(w11) & HISI_QM_QC_TAIL_WRAP ? depth : 0);
}

/*
 * Whether everything that was queued has been completed (4.6): fewer are under
 * way than the ring of requests is deep, so its position tells, and that of the
 * completions modulo it. @progress changes with every completion.
 *
 * Return: 1, 0 or a negative errno.
 */
int qm_context_drained(struct qm_queue *queue, u32 *progress)
{
	struct hisi_qm *qm = queue->qm;
	struct hisi_qm_sqc sqc;
	struct hisi_qm_cqc cqc;
	u32 depth = qm->caps.sq_depth;
	int ret;

	ret = qm_mailbox_dump(qm, HISI_QM_MB_SQC, queue->id, &sqc, sizeof(sqc));
	if (!ret)
		ret = qm_mailbox_dump(qm, HISI_QM_MB_CQC, queue->id, &cqc,
				      sizeof(cqc));
	if (ret)
		return ret;
	*progress = position(cqc.tail, cqc.w11, qm->caps.cq_depth);
	return position(sqc.tail, sqc.w11, depth) == *progress % (2 * depth);
}
