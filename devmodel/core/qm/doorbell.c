/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Doorbells, 4.7. */
#include "qm_priv.h"

#define PRIORITY_KICK	1	/* SQ: resume after migration, 2.8 */

struct bell {
	uint16_t qn;
	uint16_t cmd;
	uint16_t rand;
	uint16_t index;
	uint16_t priority;
};

static struct bell decode(enum qm_bell where, uint64_t value)
{
	struct bell bell = {
		.index = (uint16_t)(value >> HISI_QM_DB_INDEX_SHIFT),
		.priority = (uint16_t)(value >> HISI_QM_DB_PRIORITY_SHIFT),
	};

	if (where == QM_BELL_V1) {
		bell.qn = value & HISI_QM_DB_V1_QN_MASK;
		bell.cmd = (uint16_t)(value >> HISI_QM_DB_V1_CMD_SHIFT);
	} else {
		bell.qn = value & HISI_QM_DB_V2_QN_MASK;
		bell.cmd = (value >> HISI_QM_DB_V2_CMD_SHIFT) &
			   HISI_QM_DB_V2_CMD_MASK;
		bell.rand = (uint16_t)(value >> HISI_QM_DB_V2_RAND_SHIFT);
	}
	return bell;
}

/* In V1 the word holds the depth, and there is nothing to compare. */
static bool rand_matches(struct hisi_qm_model *model, const struct qm_func *f,
			 const struct bell *bell, uint16_t w8)
{
	if (!qm_is(model, HISI_QM_REV_V2) || bell->rand == w8)
		return true;
	qm_guest_error(model, "function %u: doorbell for queue %u carries 0x%x, not 0x%x",
		       f->num, bell->qn, bell->rand, w8);
	hisi_qm_model_error(model, HISI_QM_ABN_DB_RANDOM_INVALID);
	return false;
}

static bool take_drop(struct qm_faults *faults)
{
	if (!faults->drop_bells)
		return false;
	faults->drop_bells--;
	return true;
}

static void set_tail(struct hisi_qm_model *model, struct qm_queue *q,
		     uint32_t index)
{
	struct qm_sq *sq = &q->sq;

	if (index >= sq->depth) {
		qm_guest_error(model, "function %u: SQ %u has no slot %u",
			       q->func, q->qn, index);
		index %= sq->depth;
	}
	if (index < sq->tail)
		sq->wrap = !sq->wrap;
	sq->tail = index;
	hisi_qm_model_queue_update(model, q);
}

/*
 * 2.8: after a migration each queue is kicked, also those that were never
 * started, so a queue without a context is not a mistake.
 */
static void kick_bell(struct hisi_qm_model *model, struct qm_func *f,
		      struct qm_queue *q)
{
	hisi_qm_model_sq_ensure(model, q);
	f->paused = false;
	hisi_qm_model_queues_update(model);
}

static void sq_bell(struct hisi_qm_model *model, struct qm_func *f,
		    const struct bell *bell)
{
	struct qm_queue *q = hisi_qm_model_queue_make(model, f, bell->qn);

	if (q && bell->priority == PRIORITY_KICK) {
		kick_bell(model, f, q);
		return;
	}
	if (!q || !hisi_qm_model_sq_ensure(model, q)) {
		if (q)
			hisi_qm_model_queue_update(model, q);
		hisi_qm_model_vft_invalid(model, f->num, bell->qn, false);
		return;
	}
	/* The context may just have come from its table, with work. */
	hisi_qm_model_queue_update(model, q);
	if (!rand_matches(model, f, bell, q->sq.image.w8))
		return;
	if (q->halted || q->stopped) {
		qm_guest_error(model, "function %u: doorbell for SQ %u, which is stopped",
			       f->num, bell->qn);
		return;
	}
	if (!take_drop(&model->faults))
		set_tail(model, q, bell->index);
}

static void cq_bell(struct hisi_qm_model *model, struct qm_func *f,
		    const struct bell *bell)
{
	struct qm_queue *q = NULL;
	struct qm_cq *cq;
	uint32_t index;

	if (model->dev.vft[f->num].cqc & HISI_QM_CQC_VFT_VALID)
		q = hisi_qm_model_queue_make(model, f, bell->qn);
	if (!q || !hisi_qm_model_cq_ensure(model, q)) {
		hisi_qm_model_vft_invalid(model, f->num, bell->qn, true);
		return;
	}
	cq = &q->cq;
	if (!rand_matches(model, f, bell, cq->image.w8))
		return;
	index = bell->index % cq->depth;
	if (qm_ring_used(cq->head, index, cq->depth) >
	    qm_ring_used(cq->head, cq->tail, cq->depth)) {
		qm_guest_error(model, "function %u: CQ %u head %u is not between %u and %u",
			       f->num, bell->qn, index, cq->head, cq->tail);
		return;
	}
	cq->head = index;
	cq->armed = bell->priority & 1;
	/* Or a completion between the last look and this would be lost. */
	if (cq->armed && cq->head != cq->tail &&
	    hisi_qm_model_eqe(model, f, q->qn))
		cq->armed = false;
}

static bool belongs(enum qm_bell where, unsigned int page,
		    const struct bell *bell)
{
	switch (where) {
	case QM_BELL_V1:
		return bell->cmd <= HISI_QM_DB_AEQ;
	case QM_BELL_SQ_CQ:
		return bell->cmd <= HISI_QM_DB_CQ;
	case QM_BELL_EQ_AEQ:
		return bell->cmd == HISI_QM_DB_EQ || bell->cmd == HISI_QM_DB_AEQ;
	default:
		/* What isolation is for: a page rings its own queue only. */
		return bell->cmd <= HISI_QM_DB_CQ && bell->qn == page;
	}
}

void hisi_qm_model_bell(struct hisi_qm_model *model, struct qm_func *f,
			enum qm_bell where, unsigned int page, uint64_t value)
{
	struct bell bell = decode(where, value);

	f->db_count++;
	model->dev.last_bell = value;
	if (!belongs(where, page, &bell)) {
		qm_guest_error(model, "function %u: doorbell 0x%016llx does not belong here",
			       f->num, (unsigned long long)value);
		if (where == QM_BELL_ISOLATED)
			hisi_qm_model_vft_invalid(model, f->num, bell.qn,
						  bell.cmd == HISI_QM_DB_CQ);
		return;
	}
	switch (bell.cmd) {
	case HISI_QM_DB_SQ:
		sq_bell(model, f, &bell);
		break;
	case HISI_QM_DB_CQ:
		cq_bell(model, f, &bell);
		break;
	case HISI_QM_DB_EQ:
		hisi_qm_model_eq_bell(model, f, QM_VECTOR_EQ, bell.index);
		break;
	default:
		hisi_qm_model_eq_bell(model, f, QM_VECTOR_AEQ, bell.index);
		break;
	}
}

/* hisi-zip 10.3a: a doorbell in two halves takes effect with the high one. */
void hisi_qm_model_bell_half(struct hisi_qm_model *model, struct qm_func *f,
			     enum qm_bell where, bool high, uint32_t value)
{
	if (high)
		hisi_qm_model_bell(model, f, where, 0,
				   qm_join(f->bell_low[where], value));
	else
		f->bell_low[where] = value;
}

/* The first half is kept per queue: processes must not mix theirs. */
void hisi_qm_model_bell_isolated(struct hisi_qm_model *model,
				 struct qm_func *f, uint64_t offset,
				 uint32_t value)
{
	unsigned int page = (unsigned int)(offset / HISI_QM_ISO_STRIDE);
	unsigned int inside = (unsigned int)(offset % HISI_QM_ISO_STRIDE);
	struct qm_queue *q;

	if (inside != HISI_QM_ISO_DOORBELL &&
	    inside != HISI_QM_ISO_DOORBELL + 4) {
		qm_guest_error(model, "function %u: no register at 0x%llx of BAR 4",
			       f->num, (unsigned long long)offset);
		return;
	}
	q = hisi_qm_model_queue_make(model, f, page);
	if (!q)
		hisi_qm_model_vft_invalid(model, f->num, page, false);
	else if (inside == HISI_QM_ISO_DOORBELL)
		q->bell_low = value;
	else
		hisi_qm_model_bell(model, f, QM_BELL_ISOLATED, page,
				   qm_join(q->bell_low, value));
}
