/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Event queues and the interrupts that go with them, 4.3 to 4.6. */
#include "qm_priv.h"

/* 2.2.1: types in INF00 */
#define INF00_TYPE_SHIFT	6
#define INF00_QUEUE_SHIFT	16
#define INF00_CQ		0
#define INF00_EQ		1
#define INF00_AEQ		2

enum push_result {
	PUSHED,
	PUSH_FULL,
	PUSH_FAILED,
};

bool hisi_qm_model_eqc_load(struct qm_eq *eq, const struct hisi_qm_eqc *image)
{
	uint32_t depth = (image->dw6 & HISI_QM_EQC_DEPTH_MASK) + 1;

	if (image->head >= depth || image->tail >= depth)
		return false;
	eq->image = *image;
	eq->base = qm_join(image->base_l, image->base_h);
	eq->depth = depth;
	eq->head = image->head;
	eq->tail = image->tail;
	eq->phase = image->dw6 & HISI_QM_EQC_PHASE;
	eq->overflow = false;
	eq->live = true;
	return true;
}

void hisi_qm_model_eqc_image(const struct qm_eq *eq, struct hisi_qm_eqc *image)
{
	*image = eq->image;
	image->head = eq->head;
	image->tail = eq->tail;
	image->dw6 &= ~HISI_QM_EQC_PHASE;
	if (eq->phase)
		image->dw6 |= HISI_QM_EQC_PHASE;
}

void hisi_qm_model_irq_raise(struct hisi_qm_model *model,
			     const struct qm_func *f, enum qm_vector vector)
{
	/* 1.4: errors of the device are the PF's. */
	if (model->vector[vector] < 0 || (vector == QM_VECTOR_ABNORMAL && f->num))
		return;
	if (atomic_load(&model->faults.removed))
		return;
	model->host.raise_irq(model->host.opaque, f->num,
			      (unsigned int)model->vector[vector]);
}

/* One message until the source is cleared or unmasked again. */
void hisi_qm_model_irq_update(struct hisi_qm_model *model,
			      const struct qm_func *f, struct qm_irq *irq,
			      enum qm_vector vector)
{
	if (!irq->source || irq->mask || irq->signalled)
		return;
	irq->signalled = true;
	hisi_qm_model_irq_raise(model, f, vector);
}

void hisi_qm_model_irq_mask(struct hisi_qm_model *model,
			    const struct qm_func *f, struct qm_irq *irq,
			    enum qm_vector vector, bool mask)
{
	if (irq->mask && !mask)
		irq->signalled = false;
	irq->mask = mask;
	hisi_qm_model_irq_update(model, f, irq, vector);
}

static enum push_result push(struct hisi_qm_model *model, struct qm_func *f,
			     enum qm_vector vector, uint32_t element)
{
	struct qm_eq *eq = vector == QM_VECTOR_EQ ? &f->eq : &f->aeq;

	/* As in a CQ, one entry stays free (appendix A7). */
	if (qm_ring_used(eq->head, eq->tail, eq->depth) + 1 >= eq->depth)
		return PUSH_FULL;
	if (eq->phase)
		element |= HISI_QM_EQE_PHASE;
	if (!hisi_qm_model_ring_write(model, f->num,
				      eq->base + sizeof(element) * eq->tail,
				      &element, sizeof(element)))
		return PUSH_FAILED;
	if (eq->tail + 1u < eq->depth) {
		eq->tail++;
	} else {
		eq->tail = 0;
		eq->phase = !eq->phase;
	}
	eq->irq.source = true;
	hisi_qm_model_irq_update(model, f, &eq->irq, vector);
	return PUSHED;
}

/*
 * Return: whether the event is written. If not, the CQ stays armed, so that
 * its next completion tries again.
 */
bool hisi_qm_model_eqe(struct hisi_qm_model *model, struct qm_func *f,
		       unsigned int cqn)
{
	enum push_result result;

	if (!f->eq.live) {
		qm_guest_error(model, "function %u: CQ %u is armed without an EQ",
			       f->num, cqn);
		return false;
	}
	result = push(model, f, QM_VECTOR_EQ, cqn);
	if (result == PUSHED) {
		model->dev.counter[QM_COUNT_EQE]++;
		return true;
	}
	if (result == PUSH_FULL && !f->eq.overflow) {
		f->eq.overflow = true;
		qm_event(model, "function %u: EQ overflows", f->num);
		hisi_qm_model_aeqe(model, f, 0, HISI_QM_AEQE_EQ_OVERFLOW);
	}
	return false;
}

static void fifo_overflow(struct hisi_qm_model *model, const struct qm_func *f,
			  unsigned int type, unsigned int qn)
{
	model->dev.ras.inf00 = f->num | type << INF00_TYPE_SHIFT |
			       qn << INF00_QUEUE_SHIFT;
	hisi_qm_model_error(model, HISI_QM_ABN_FIFO_OVERFLOW);
}

/* Without an AEQ (V1 has none), overflows are an error of the device. */
void hisi_qm_model_aeqe(struct hisi_qm_model *model, struct qm_func *f,
			unsigned int qn, unsigned int type)
{
	enum push_result result;

	if (!f->aeq.live) {
		if (type == HISI_QM_AEQE_CQ_OVERFLOW)
			fifo_overflow(model, f, INF00_CQ, qn);
		else if (type == HISI_QM_AEQE_EQ_OVERFLOW)
			fifo_overflow(model, f, INF00_EQ, 0);
		return;
	}
	result = push(model, f, QM_VECTOR_AEQ,
		      qn | type << HISI_QM_AEQE_TYPE_SHIFT);
	if (result == PUSHED)
		model->dev.counter[QM_COUNT_AEQE]++;
	else if (result == PUSH_FULL)
		fifo_overflow(model, f, INF00_AEQ, 0);
}

/* 4.7: gives space back, clears the source, and raises it again for the rest. */
void hisi_qm_model_eq_bell(struct hisi_qm_model *model, struct qm_func *f,
			   enum qm_vector vector, uint16_t index)
{
	bool is_eq = vector == QM_VECTOR_EQ;
	struct qm_eq *eq = is_eq ? &f->eq : &f->aeq;

	if (!eq->live) {
		/* A V1 driver rings for the AEQ that it does not have. */
		if (is_eq || qm_is(model, HISI_QM_REV_V2))
			qm_guest_error(model, "function %u has no %s", f->num,
				       is_eq ? "EQ" : "AEQ");
		return;
	}
	if (index >= eq->depth ||
	    qm_ring_used(eq->head, index, eq->depth) >
	    qm_ring_used(eq->head, eq->tail, eq->depth)) {
		qm_guest_error(model, "function %u: %s head %u is not between %u and %u",
			       f->num, is_eq ? "EQ" : "AEQ", index, eq->head,
			       eq->tail);
		return;
	}
	if (index != eq->head)
		eq->overflow = false;
	eq->head = index;
	eq->irq.source = eq->head != eq->tail;
	eq->irq.signalled = false;
	hisi_qm_model_irq_update(model, f, &eq->irq, vector);
}
