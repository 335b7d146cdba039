/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Queue contexts, 4.1 and 4.2, and their cache, 3.6.
 *
 * The cache holds every context from its installation until it is written
 * back. From then on the table in memory has the truth, and whoever needs the
 * context next reads it from there; this is how poisoned contexts (5.8) and
 * migrated ones (2.8) come into effect. A dumped or written back image says all
 * there is to know: ring indexes, wrap bits, the CQ's current phase and arming.
 */
#include <string.h>

#include "qm_priv.h"

static uint32_t context_depth(const struct hisi_qm_model *model, uint32_t dw3,
			      uint16_t w8)
{
	if (qm_is(model, HISI_QM_REV_V2))
		return (dw3 & HISI_QM_QC_DEPTH_MASK) + 1;
	return w8 + 1u;
}

static unsigned int elem_bytes(uint32_t dw3)
{
	return 1u << ((dw3 >> HISI_QM_QC_ELEM_LOG2_SHIFT) &
		      HISI_QM_QC_ELEM_LOG2_MASK);
}

static bool sqc_parse(const struct hisi_qm_model *model,
		      const struct hisi_qm_sqc *image, struct qm_sq *sq)
{
	uint32_t depth = context_depth(model, image->dw3, image->w8);

	if (elem_bytes(image->dw3) != model->ops->sqe_bytes ||
	    image->head >= depth || image->tail >= depth)
		return false;
	sq->image = *image;
	sq->base = qm_join(image->base_l, image->base_h);
	sq->depth = depth;
	sq->head = image->head;
	sq->tail = image->tail;
	sq->wrap = image->w11 & HISI_QM_QC_TAIL_WRAP;
	sq->state = QM_CONTEXT_LIVE;
	return true;
}

static bool cqc_parse(const struct hisi_qm_model *model,
		      const struct hisi_qm_cqc *image, struct qm_cq *cq)
{
	uint32_t depth = context_depth(model, image->dw3, image->w8);

	if (elem_bytes(image->dw3) != sizeof(struct hisi_qm_cqe) ||
	    image->head >= depth || image->tail >= depth)
		return false;
	cq->image = *image;
	cq->base = qm_join(image->base_l, image->base_h);
	cq->depth = depth;
	cq->head = image->head;
	cq->tail = image->tail;
	cq->wrap = image->w11 & HISI_QM_QC_TAIL_WRAP;
	cq->phase = image->dw6 & HISI_QM_CQC_PHASE;
	cq->armed = image->dw6 & HISI_QM_CQC_ARMED;
	cq->state = QM_CONTEXT_LIVE;
	return true;
}

static void sqc_image(const struct qm_sq *sq, struct hisi_qm_sqc *image)
{
	*image = sq->image;
	image->head = sq->head;
	image->tail = sq->tail;
	image->w11 &= ~HISI_QM_QC_TAIL_WRAP;
	if (sq->wrap)
		image->w11 |= HISI_QM_QC_TAIL_WRAP;
}

static void cqc_image(const struct qm_cq *cq, struct hisi_qm_cqc *image)
{
	*image = cq->image;
	image->head = cq->head;
	image->tail = cq->tail;
	image->w11 &= ~HISI_QM_QC_TAIL_WRAP;
	if (cq->wrap)
		image->w11 |= HISI_QM_QC_TAIL_WRAP;
	image->dw6 &= ~(HISI_QM_CQC_PHASE | HISI_QM_CQC_ARMED);
	if (cq->phase)
		image->dw6 |= HISI_QM_CQC_PHASE;
	if (cq->armed)
		image->dw6 |= HISI_QM_CQC_ARMED;
}

static struct qm_queue *make_or_complain(struct hisi_qm_model *model,
					 struct qm_func *f, unsigned int qn,
					 bool is_cq)
{
	struct qm_queue *q = NULL;

	if (!is_cq || (model->dev.vft[f->num].cqc & HISI_QM_CQC_VFT_VALID))
		q = hisi_qm_model_queue_make(model, f, qn);
	if (!q)
		hisi_qm_model_vft_invalid(model, f->num, qn, is_cq);
	return q;
}

enum qm_status hisi_qm_model_sqc_install(struct hisi_qm_model *model,
					 struct qm_func *f, unsigned int qn,
					 uint64_t addr)
{
	struct qm_queue *q = make_or_complain(model, f, qn, false);
	struct hisi_qm_sqc image;
	struct qm_sq sq;

	if (!q)
		return QM_STATUS_QUEUE;
	if (!hisi_qm_model_ring_read(model, f->num, addr, &image,
				     sizeof(image)))
		return QM_STATUS_BUS;
	if (!sqc_parse(model, &image, &sq)) {
		qm_guest_error(model, "function %u: bad SQC for %u", f->num, qn);
		return QM_STATUS_CONTEXT;
	}
	q->sq = sq;
	hisi_qm_model_queue_renew(model, q);
	hisi_qm_model_queue_update(model, q);
	return QM_STATUS_OK;
}

enum qm_status hisi_qm_model_cqc_install(struct hisi_qm_model *model,
					 struct qm_func *f, unsigned int qn,
					 uint64_t addr)
{
	struct qm_queue *q = make_or_complain(model, f, qn, true);
	struct hisi_qm_cqc image;
	struct qm_cq cq;

	if (!q)
		return QM_STATUS_QUEUE;
	if (!hisi_qm_model_ring_read(model, f->num, addr, &image,
				     sizeof(image)))
		return QM_STATUS_BUS;
	if (!cqc_parse(model, &image, &cq)) {
		qm_guest_error(model, "function %u: bad CQC for %u", f->num, qn);
		return QM_STATUS_CONTEXT;
	}
	q->cq = cq;
	return QM_STATUS_OK;
}

/*
 * Back from the table. A request that is out keeps the ring where it is: the
 * table was written before that request's end.
 */
bool hisi_qm_model_sq_ensure(struct hisi_qm_model *model, struct qm_queue *q)
{
	uint64_t table = model->funcs[q->func].sqc_bt;
	struct hisi_qm_sqc image;
	struct qm_sq sq;

	if (q->sq.state == QM_CONTEXT_LIVE)
		return true;
	if (!table || !hisi_qm_model_ring_read(model, q->func,
					       table + QM_QC_BYTES * q->qn,
					       &image, sizeof(image)))
		return false;
	if (q->task_out) {
		image.head = q->sq.head;
		image.tail = q->sq.tail;
	}
	if (!sqc_parse(model, &image, &sq)) {
		memset(&q->sq, 0, sizeof(q->sq));
		q->generation = 0;
		q->task_out = false;
		return false;
	}
	if (q->task_out)
		sq.wrap = q->sq.wrap;
	if (q->sq.state == QM_CONTEXT_NONE) {
		q->sq = sq;
		hisi_qm_model_queue_renew(model, q);
	} else {
		q->sq = sq;
		if (sq.image.w13 == HISI_QM_SQC_CLOSED)
			q->halted = true;
	}
	return true;
}

bool hisi_qm_model_cq_ensure(struct hisi_qm_model *model, struct qm_queue *q)
{
	uint64_t table = model->funcs[q->func].cqc_bt;
	struct hisi_qm_cqc image;
	struct qm_cq cq;

	if (q->cq.state == QM_CONTEXT_LIVE)
		return true;
	if (!table || !hisi_qm_model_ring_read(model, q->func,
					       table + QM_QC_BYTES * q->qn,
					       &image, sizeof(image)))
		return false;
	if (!cqc_parse(model, &image, &cq)) {
		memset(&q->cq, 0, sizeof(q->cq));
		return false;
	}
	q->cq = cq;
	return true;
}

/* A queue without a context is dumped as zeros. */
enum qm_status hisi_qm_model_sqc_dump(struct hisi_qm_model *model,
				      struct qm_func *f, unsigned int qn,
				      uint64_t addr)
{
	struct qm_queue *q = make_or_complain(model, f, qn, false);
	struct hisi_qm_sqc image = { 0 };

	if (!q)
		return QM_STATUS_QUEUE;
	if (hisi_qm_model_sq_ensure(model, q))
		sqc_image(&q->sq, &image);
	hisi_qm_model_queue_update(model, q);
	return hisi_qm_model_ring_write(model, f->num, addr, &image,
					sizeof(image)) ?
	       QM_STATUS_OK : QM_STATUS_BUS;
}

enum qm_status hisi_qm_model_cqc_dump(struct hisi_qm_model *model,
				      struct qm_func *f, unsigned int qn,
				      uint64_t addr)
{
	struct qm_queue *q = make_or_complain(model, f, qn, true);
	struct hisi_qm_cqc image = { 0 };

	if (!q)
		return QM_STATUS_QUEUE;
	if (hisi_qm_model_cq_ensure(model, q))
		cqc_image(&q->cq, &image);
	return hisi_qm_model_ring_write(model, f->num, addr, &image,
					sizeof(image)) ?
	       QM_STATUS_OK : QM_STATUS_BUS;
}

static void write_back(struct hisi_qm_model *model, struct qm_func *f,
		       struct qm_queue *q)
{
	uint64_t offset = QM_QC_BYTES * q->qn;
	struct hisi_qm_sqc sqc;
	struct hisi_qm_cqc cqc;

	if (f->sqc_bt && q->sq.state == QM_CONTEXT_LIVE) {
		sqc_image(&q->sq, &sqc);
		if (hisi_qm_model_ring_write(model, f->num, f->sqc_bt + offset,
					     &sqc, sizeof(sqc)))
			q->sq.state = QM_CONTEXT_EVICTED;
	}
	if (f->cqc_bt && q->cq.state == QM_CONTEXT_LIVE) {
		cqc_image(&q->cq, &cqc);
		if (hisi_qm_model_ring_write(model, f->num, f->cqc_bt + offset,
					     &cqc, sizeof(cqc)))
			q->cq.state = QM_CONTEXT_EVICTED;
	}
}

void hisi_qm_model_cache_write_back(struct hisi_qm_model *model,
				    struct qm_func *f)
{
	unsigned int i;

	for (i = 0; i < model->nqueues; i++)
		if (model->queues[i] && model->queues[i]->func == f->num)
			write_back(model, f, model->queues[i]);
	f->wb_done = true;
}
