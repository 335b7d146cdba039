/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Queues: which of them have work, and the way of a request through them. */
#include <stdlib.h>
#include <string.h>

#include "qm_priv.h"

struct qm_queue *hisi_qm_model_queue_get(struct hisi_qm_model *model,
					 struct qm_func *f, unsigned int qn)
{
	struct qm_queue *q;
	unsigned int gqn;

	if (!hisi_qm_model_vft_map(model, f->num, qn, &gqn))
		return NULL;
	q = model->queues[gqn];
	return q && q->func == f->num && q->qn == qn ? q : NULL;
}

/* The queue's memory, taken over from whom the VFT gave it to before. */
struct qm_queue *hisi_qm_model_queue_make(struct hisi_qm_model *model,
					  struct qm_func *f, unsigned int qn)
{
	struct qm_queue *q = hisi_qm_model_queue_get(model, f, qn);
	unsigned int gqn;

	if (q || !hisi_qm_model_vft_map(model, f->num, qn, &gqn))
		return q;
	q = model->queues[gqn];
	if (q) {
		hisi_qm_model_queue_drop(model, q);
	} else {
		q = calloc(1, sizeof(*q));
		if (!q)
			return NULL;
		model->queues[gqn] = q;
	}
	q->gqn = gqn;
	q->func = f->num;
	q->qn = qn;
	return q;
}

static bool has_work(const struct qm_queue *q)
{
	return q->sq.state != QM_CONTEXT_NONE && !q->halted &&
	       q->sq.head != q->sq.tail;
}

static void set_active(struct qm_func *f, struct qm_queue *q, bool active)
{
	if (active == q->active)
		return;
	q->active = active;
	if (active)
		f->active++;
	else
		f->active--;
}

static void kick(struct hisi_qm_model *model, const struct qm_queue *q)
{
	if (model->host.kick && hisi_qm_model_can_run(model))
		model->host.kick(model->host.opaque, q->func, q->qn);
}

/* To be called after whatever may change whether a queue can run. */
void hisi_qm_model_queue_update(struct hisi_qm_model *model,
				struct qm_queue *q)
{
	struct qm_func *f = &model->funcs[q->func];
	bool work = has_work(q);
	bool ready = work && !q->task_out && !f->paused &&
		     q->gqn != model->faults.hung_queue;
	bool was_ready = q->ready;

	set_active(f, q, work || q->task_out || q->held_count);
	q->ready = ready;
	if (was_ready && !ready)
		TAILQ_REMOVE(&model->ready, q, link);
	else if (!was_ready && ready)
		TAILQ_INSERT_TAIL(&model->ready, q, link);
	if (f->mailbox.wait)
		hisi_qm_model_mailbox_progress(model, f);
	if (!was_ready && ready)
		kick(model, q);
}

void hisi_qm_model_queues_update(struct hisi_qm_model *model)
{
	unsigned int i;

	for (i = 0; i < model->nqueues; i++)
		if (model->queues[i])
			hisi_qm_model_queue_update(model, model->queues[i]);
}

void hisi_qm_model_kick_ready(struct hisi_qm_model *model)
{
	const struct qm_queue *q;

	TAILQ_FOREACH(q, &model->ready, link)
		kick(model, q);
}

void hisi_qm_model_queue_drop(struct hisi_qm_model *model, struct qm_queue *q)
{
	q->generation = 0;
	q->task_out = false;
	q->halted = false;
	q->stopped = false;
	q->held_count = 0;
	q->bell_low = 0;
	memset(&q->sq, 0, sizeof(q->sq));
	memset(&q->cq, 0, sizeof(q->cq));
	hisi_qm_model_queue_update(model, q);
}

void hisi_qm_model_queue_halt(struct hisi_qm_model *model, struct qm_queue *q)
{
	q->halted = true;
	q->held_count = 0;
	hisi_qm_model_queue_update(model, q);
}

/* The queue starts anew: what is still out belongs to its predecessor. */
void hisi_qm_model_queue_renew(struct hisi_qm_model *model,
			       struct qm_queue *q)
{
	q->generation = ++model->generation << QM_GENERATION_SHIFT | q->gqn;
	q->task_out = false;
	q->halted = q->sq.image.w13 == HISI_QM_SQC_CLOSED;
	q->stopped = false;
	q->held_count = 0;
}

static struct qm_queue *pick(struct hisi_qm_model *model, unsigned int func,
			     unsigned int qn)
{
	struct qm_queue *q;

	if (func == HISI_QM_MODEL_ANY)
		return TAILQ_FIRST(&model->ready);
	if (func >= model->nfuncs)
		return NULL;
	if (qn != HISI_QM_MODEL_ANY) {
		q = hisi_qm_model_queue_get(model, &model->funcs[func], qn);
		return q && q->ready ? q : NULL;
	}
	TAILQ_FOREACH(q, &model->ready, link)
		if (q->func == func)
			return q;
	return NULL;
}

/* 5.5: the ring is the kernel's; the PASID is for what the element names. */
static uint32_t task_pasid(const struct hisi_qm_model *model,
			   const struct hisi_qm_sqc *image)
{
	if (qm_is(model, HISI_QM_REV_V3) &&
	    (image->w11 & HISI_QM_SQC_PASID_VALID))
		return image->pasid;
	return HISI_QM_MODEL_NO_PASID;
}

static bool load_task(struct hisi_qm_model *model, struct qm_queue *q,
		      struct hisi_qm_model_task *task)
{
	unsigned int bytes = model->ops->sqe_bytes;
	unsigned int gqn;

	if (!hisi_qm_model_vft_map(model, q->func, q->qn, &gqn) ||
	    gqn != q->gqn || !hisi_qm_model_sq_ensure(model, q))
		return false;
	memset(task, 0, sizeof(*task));
	task->model = model;
	task->func = q->func;
	task->qn = q->qn;
	task->slot = q->sq.head;
	task->alg = (q->sq.image.w13 >> HISI_QM_SQC_ALG_SHIFT) &
		    HISI_QM_SQC_ALG_MASK;
	task->pasid = task_pasid(model, &q->sq.image);
	task->generation = q->generation;
	return hisi_qm_model_ring_read(model, q->func,
				       q->sq.base + (uint64_t)bytes * task->slot,
				       task->sqe, bytes);
}

bool hisi_qm_model_fetch(struct hisi_qm_model *model, unsigned int func,
			 unsigned int qn, struct hisi_qm_model_task *task)
{
	struct qm_queue *q;

	while (hisi_qm_model_can_run(model)) {
		q = pick(model, func, qn);
		if (!q)
			return false;
		/* A context that comes back from its table may be drained. */
		if (q->sq.state == QM_CONTEXT_EVICTED &&
		    hisi_qm_model_sq_ensure(model, q)) {
			hisi_qm_model_queue_update(model, q);
			if (!q->ready)
				continue;
		}
		if (!load_task(model, q, task)) {
			hisi_qm_model_queue_halt(model, q);
			continue;
		}
		q->task_out = true;
		q->sqe_count++;
		model->funcs[q->func].tasks_out++;
		model->tasks_out++;
		model->dev.counter[QM_COUNT_SENT]++;
		hisi_qm_model_queue_update(model, q);
		model->ops->prepare(model->engine, task);
		return true;
	}
	return false;
}

/* The queue that a task came from, if it is still that queue. */
static struct qm_queue *task_queue(struct hisi_qm_model *model,
				   const struct hisi_qm_model_task *task)
{
	unsigned int gqn = task->generation & QM_GENERATION_GQN;
	struct qm_queue *q = gqn < model->nqueues ? model->queues[gqn] : NULL;

	return q && q->task_out && q->generation == task->generation ? q : NULL;
}

static void answer(struct hisi_qm_model *model, struct qm_queue *q,
		   const struct hisi_qm_model_task *task)
{
	unsigned int bytes = model->ops->sqe_bytes;

	if (!hisi_qm_model_ring_write(model, q->func,
				      q->sq.base + (uint64_t)bytes * task->slot,
				      task->sqe, bytes)) {
		hisi_qm_model_queue_halt(model, q);
		return;
	}
	model->dev.counter[QM_COUNT_WRITTEN_BACK]++;
	q->sq.head = q->sq.head + 1u < q->sq.depth ? q->sq.head + 1 : 0;
	if (!model->faults.shuffle) {
		hisi_qm_model_cqe(model, q, task->slot);
		return;
	}
	q->held[q->held_count++] = task->slot;
	if (q->held_count >= model->faults.shuffle ||
	    q->sq.head == q->sq.tail)
		hisi_qm_model_cqe_release(model, q);
}

void hisi_qm_model_complete(struct hisi_qm_model *model,
			    struct hisi_qm_model_task *task)
{
	struct qm_queue *q = task_queue(model, task);
	struct qm_func *f = &model->funcs[task->func];
	bool dropped = !q || !hisi_qm_model_can_run(model);

	model->tasks_out--;
	f->tasks_out--;
	model->dev.counter[QM_COUNT_FINISHED]++;
	model->ops->finish(model->engine, task, dropped);
	if (q) {
		q->task_out = false;
		if (!dropped)
			answer(model, q, task);
		hisi_qm_model_queue_update(model, q);
	}
	if (f->mailbox.wait)
		hisi_qm_model_mailbox_progress(model, f);
}
