/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Completions, 4.5 to 4.7. */
#include "qm_priv.h"

#define WRONG_SLOT	0xffff	/* no queue is that deep */

static void cqe_error(struct hisi_qm_model *model, struct qm_queue *q)
{
	model->dev.counter[QM_COUNT_CQE_ERROR]++;
	hisi_qm_model_aeqe(model, &model->funcs[q->func],
			   q->sq.image.cq_num, HISI_QM_AEQE_CQE_ERROR);
	hisi_qm_model_queue_halt(model, q);
}

static void cq_overflow(struct hisi_qm_model *model, struct qm_queue *q)
{
	qm_event(model, "function %u: CQ %u overflows", q->func,
		 q->sq.image.cq_num);
	hisi_qm_model_aeqe(model, &model->funcs[q->func],
			   q->sq.image.cq_num, HISI_QM_AEQE_CQ_OVERFLOW);
	hisi_qm_model_queue_halt(model, q);
}

static uint16_t take_slot(struct hisi_qm_model *model, uint16_t slot)
{
	if (!model->faults.wrong_cqes)
		return slot;
	model->faults.wrong_cqes--;
	return WRONG_SLOT;
}

static void advance(struct qm_cq *cq)
{
	if (cq->tail + 1u < cq->depth) {
		cq->tail++;
		return;
	}
	cq->tail = 0;
	cq->phase = !cq->phase;
	cq->wrap = !cq->wrap;
}

static struct qm_queue *find_cq(struct hisi_qm_model *model,
				struct qm_queue *q)
{
	uint16_t cqn = q->sq.image.cq_num;

	if (cqn == q->qn)
		return q;
	return hisi_qm_model_queue_get(model, &model->funcs[q->func], cqn);
}

void hisi_qm_model_cqe(struct hisi_qm_model *model, struct qm_queue *q,
		       uint16_t slot)
{
	struct qm_queue *owner = find_cq(model, q);
	struct hisi_qm_cqe cqe = { .sq_num = q->qn };
	struct qm_cq *cq;

	if (!owner || !hisi_qm_model_cq_ensure(model, owner)) {
		hisi_qm_model_vft_invalid(model, q->func, q->sq.image.cq_num,
					  true);
		cqe_error(model, q);
		return;
	}
	cq = &owner->cq;
	/* One entry stays free, or full would look like empty (appendix A7). */
	if (qm_ring_used(cq->head, cq->tail, cq->depth) + 1 >= cq->depth) {
		cq_overflow(model, q);
		return;
	}
	cqe.sq_head = take_slot(model, slot);
	cqe.w7 = cq->phase ? HISI_QM_CQE_PHASE : 0;
	if (!hisi_qm_model_ring_write(model, q->func,
				      cq->base + sizeof(cqe) * cq->tail, &cqe,
				      sizeof(cqe))) {
		cqe_error(model, q);
		return;
	}
	advance(cq);
	owner->cqe_count++;
	model->dev.counter[QM_COUNT_CQE]++;
	if (cq->armed &&
	    hisi_qm_model_eqe(model, &model->funcs[q->func], owner->qn))
		cq->armed = false;
}

/* What FAULT_SHUFFLE_CQE held back, last one first. */
void hisi_qm_model_cqe_release(struct hisi_qm_model *model,
			       struct qm_queue *q)
{
	unsigned int i = q->held_count;

	while (i-- && !q->halted)
		hisi_qm_model_cqe(model, q, q->held[i]);
	q->held_count = 0;
}
