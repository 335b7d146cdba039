// SPDX-License-Identifier: GPL-2.0-only
/* Queues of the kernel (5.3): send, completion, and what happens when one dies. */
#include <linux/bitmap.h>
#include <linux/dma-mapping.h>
#include <linux/export.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "qm_priv.h"

/* A queue that has errors all the time is not brought back any more. */
#define MAX_ERRORS	8

/**
 * enum qp_state - of a kernel queue
 * @QP_RUNNING: may be sent to
 * @QP_RESETTING: comes back
 * @QP_DEAD: has been given up, or is going to be put
 */
enum qp_state {
	QP_RUNNING,
	QP_RESETTING,
	QP_DEAD,
};

/**
 * struct hisi_qp - a kernel queue
 * @queue: the hardware's side
 * @done: called for each request
 * @priv: the owner's
 * @work: handles completions. While it runs, or by those who have cancelled it,
 *	@cq_head, @cq_phase and @done_sqe are used
 * @sqes: ring of requests
 * @cqes: ring of completions, behind it in one piece of memory
 * @dma: of both
 * @bytes: of both
 * @done_sqe: copy of a request that is done, so that its slot is free again
 * @cq_head: next completion
 * @cq_phase: that a new one has
 * @errors: of this queue
 * @lock: protects all below
 * @state: see there
 * @tail: next free slot
 * @in_flight: requests that the device has
 * @unreturned: completions that are done with, and not yet told to the device.
 *	Those and the ones in flight are fewer than the rings have entries
 * @busy: slots that the device has; answers need not come in order
 * @tags: the owner's, by slot
 */
struct hisi_qp {
	struct qm_queue queue;
	hisi_qp_done_t done;
	void *priv;
	struct work_struct work;
	void *sqes;
	struct hisi_qm_cqe *cqes;
	dma_addr_t dma;
	size_t bytes;
	void *done_sqe;
	u32 cq_head;
	u16 cq_phase;
	unsigned int errors;

	spinlock_t lock;
	enum qp_state state;
	u32 tail;
	u32 in_flight;
	u32 unreturned;
	unsigned long *busy;
	void **tags;
};

static struct hisi_qp *to_qp(struct qm_queue *queue)
{
	return container_of(queue, struct hisi_qp, queue);
}

static void *slot_sqe(struct hisi_qp *qp, u32 slot)
{
	return qp->sqes + (size_t)slot * qp->queue.qm->engine->sqe_bytes;
}

/*
 * Tell the device how far completions have been read; it may send an event. A
 * queue that has been stopped, or is just being drained, needs neither.
 */
static void return_cqes(struct hisi_qp *qp, bool is_armed)
{
	lockdep_assert_held(&qp->lock);
	qp->unreturned = 0;
	if (READ_ONCE(qp->queue.is_started))
		qm_queue_ring(&qp->queue, HISI_QM_DB_CQ, qp->cq_head, is_armed);
}

/*
 * Frees the slot. An old request does not stay in the ring: where doorbells are
 * shared with processes, they could have it executed again.
 */
static void *take_slot(struct hisi_qp *qp, u32 slot)
{
	u32 bytes = qp->queue.qm->engine->sqe_bytes;

	lockdep_assert_held(&qp->lock);
	memcpy(qp->done_sqe, slot_sqe(qp, slot), bytes);
	memset(slot_sqe(qp, slot), 0, bytes);
	__clear_bit(slot, qp->busy);
	qp->in_flight--;
	return qp->tags[slot];
}

/* The next completion's slot: what the device wrote is checked by the caller. */
static bool next_cqe(struct hisi_qp *qp, u32 *slot)
{
	const struct hisi_qm_cqe *cqe = qp->cqes + qp->cq_head;

	if ((le16_to_cpu(READ_ONCE(cqe->w7)) & HISI_QM_CQE_PHASE) != qp->cq_phase)
		return false;
	/* The device writes the phase last: completion and request come after. */
	dma_rmb();
	*slot = le16_to_cpu(READ_ONCE(cqe->sq_head));
	return true;
}

static void advance_cq(struct hisi_qp *qp)
{
	struct hisi_qm *qm = qp->queue.qm;

	if (++qp->cq_head == qm->caps.cq_depth) {
		qp->cq_head = 0;
		qp->cq_phase ^= HISI_QM_CQE_PHASE;
	}
	qp->unreturned++;
	/* A half empty ring can wait; a fuller one needs the room. */
	if (qp->in_flight + qp->unreturned >= qm->caps.sq_depth / 2)
		return_cqes(qp, false);
}

static bool complete_one(struct hisi_qp *qp)
{
	struct hisi_qm *qm = qp->queue.qm;
	bool is_known;
	void *tag = NULL;
	u32 slot;

	if (!next_cqe(qp, &slot))
		return false;
	spin_lock_irq(&qp->lock);
	is_known = slot < qm->caps.sq_depth && test_bit(slot, qp->busy);
	if (is_known)
		tag = take_slot(qp, slot);
	advance_cq(qp);
	spin_unlock_irq(&qp->lock);
	if (is_known)
		qp->done(qp, qp->done_sqe, tag, 0);
	else
		atomic_long_inc(&qm->counters.bogus_cqes);
	return true;
}

/*
 * As many as the ring holds, so that a device that completes without end keeps
 * nobody. Return: false if there are no more for now.
 */
static bool complete_some(struct hisi_qp *qp)
{
	u32 left = qp->queue.qm->caps.cq_depth;

	while (left && complete_one(qp)) {
		cond_resched();
		left--;
	}
	return !left;
}

/*
 * The device tells of completions that come after it was armed. One that came
 * just before would be told, too; it is cheap not to rely on that.
 */
static void completion_work(struct work_struct *work)
{
	struct hisi_qp *qp = container_of(work, struct hisi_qp, work);
	bool is_more = complete_some(qp);
	u32 slot;

	spin_lock_irq(&qp->lock);
	return_cqes(qp, !is_more);
	spin_unlock_irq(&qp->lock);
	/* Other work of the function, as its end, has its turn in between. */
	if (is_more || next_cqe(qp, &slot))
		queue_work(qp->queue.qm->wq, &qp->work);
}

/* The queue is stopped: no event queues the work again until it is started. */
static void end_work(struct hisi_qp *qp)
{
	struct hisi_qm *qm = qp->queue.qm;

	/* A handler that found it started is done with it after this. */
	spin_lock_irq(&qm->event_lock);
	spin_unlock_irq(&qm->event_lock);
	cancel_work_sync(&qp->work);
}

/*
 * Answer everything: what the device has completed, and the rest with an error.
 * The device does not touch the rings any more.
 */
static void answer_all(struct hisi_qp *qp)
{
	u32 depth = qp->queue.qm->caps.sq_depth, slot;
	void *tag;

	end_work(qp);
	complete_some(qp);
	for (slot = 0; slot < depth; slot++) {
		spin_lock_irq(&qp->lock);
		if (!test_bit(slot, qp->busy)) {
			spin_unlock_irq(&qp->lock);
			continue;
		}
		tag = take_slot(qp, slot);
		spin_unlock_irq(&qp->lock);
		qp->done(qp, qp->done_sqe, tag, -EIO);
	}
}

static void set_state(struct hisi_qp *qp, enum qp_state state)
{
	spin_lock_irq(&qp->lock);
	qp->state = state;
	spin_unlock_irq(&qp->lock);
}

static int start(struct hisi_qp *qp)
{
	struct hisi_qm *qm = qp->queue.qm;
	int ret;

	memset(qp->sqes, 0, qp->bytes);
	qp->cq_head = 0;
	qp->cq_phase = HISI_QM_CQE_PHASE;
	qp->tail = 0;
	qp->unreturned = 0;
	/*
	 * Where doorbells are shared with processes, whose own carry 0, theirs
	 * don't match this queue (4.7).
	 */
	qp->queue.rand = 0;
	if (!qm->iso_io && qm->gen->revision != HISI_QM_REV_V1)
		qp->queue.rand = 1 + get_random_u32() % (HISI_QM_QC_POISON - 1);
	ret = qm_queue_start(&qp->queue);
	if (!ret)
		set_state(qp, QP_RUNNING);
	return ret;
}

/* Who stops a queue looks for its last completions himself. */
static void qp_event(struct qm_queue *queue)
{
	if (READ_ONCE(queue->is_started))
		queue_work(queue->qm->wq, &to_qp(queue)->work);
}

static void qp_halting(struct qm_queue *queue)
{
	struct hisi_qp *qp = to_qp(queue);

	/* Resets and suspends of the function are no fault of the queue. */
	if (READ_ONCE(queue->has_error))
		qp->errors++;
	spin_lock_irq(&qp->lock);
	if (qp->state == QP_RUNNING)
		qp->state = QP_RESETTING;
	spin_unlock_irq(&qp->lock);
}

static void qp_halted(struct qm_queue *queue)
{
	answer_all(to_qp(queue));
}

/* Also one that was given up with the function, which has been reset since. */
static void qp_restart(struct qm_queue *queue)
{
	struct hisi_qp *qp = to_qp(queue);

	if (qp->state == QP_RUNNING)
		return;
	if (qp->errors > MAX_ERRORS || start(qp))
		set_state(qp, QP_DEAD);
}

static void qp_give_up(struct qm_queue *queue)
{
	set_state(to_qp(queue), QP_DEAD);
}

static const struct qm_queue_ops qp_ops = {
	.event = qp_event,
	.halting = qp_halting,
	.halted = qp_halted,
	.restart = qp_restart,
	.give_up = qp_give_up,
	.kind = "kernel",
	.is_kernel = true,
};

static void qp_free(struct hisi_qp *qp, struct hisi_qm *qm)
{
	if (qp->sqes)
		dma_free_coherent(&qm->pdev->dev, qp->bytes, qp->sqes, qp->dma);
	kvfree(qp->tags);
	bitmap_free(qp->busy);
	kfree(qp->done_sqe);
	kfree(qp);
}

static int alloc_rings(struct hisi_qp *qp, struct hisi_qm *qm)
{
	size_t sq_bytes = (size_t)qm->caps.sq_depth * qm->engine->sqe_bytes;

	qp->bytes = sq_bytes + qm->caps.cq_depth * sizeof(*qp->cqes);
	qp->sqes = dma_alloc_coherent(&qm->pdev->dev, qp->bytes, &qp->dma,
				      GFP_KERNEL);
	if (!qp->sqes)
		return -ENOMEM;
	qp->cqes = qp->sqes + sq_bytes;
	qp->queue.sq = qp->dma;
	qp->queue.cq = qp->dma + sq_bytes;
	return 0;
}

static struct hisi_qp *qp_alloc(struct hisi_qm *qm)
{
	struct hisi_qp *qp = kzalloc(sizeof(*qp), GFP_KERNEL);

	if (!qp)
		return NULL;
	qp->done_sqe = kmalloc(qm->engine->sqe_bytes, GFP_KERNEL);
	qp->busy = bitmap_zalloc(qm->caps.sq_depth, GFP_KERNEL);
	qp->tags = kvcalloc(qm->caps.sq_depth, sizeof(*qp->tags), GFP_KERNEL);
	if (!qp->done_sqe || !qp->busy || !qp->tags || alloc_rings(qp, qm)) {
		qp_free(qp, qm);
		return NULL;
	}
	spin_lock_init(&qp->lock);
	INIT_WORK(&qp->work, completion_work);
	qp->state = QP_DEAD;
	return qp;
}

static int add_and_start(struct hisi_qm *qm, struct hisi_qp *qp)
{
	int ret;

	down_read(&qm->sem);
	ret = qm_queue_add(qm, &qp->queue, &qp_ops);
	if (!ret) {
		ret = start(qp);
		if (ret)
			qm_queue_del(&qp->queue);
	}
	up_read(&qm->sem);
	return ret;
}

struct hisi_qp *hisi_qp_get(struct hisi_qm *qm, u8 alg, hisi_qp_done_t done,
			    void *priv)
{
	struct hisi_qp *qp;
	int ret;

	if (alg >= qm->engine->alg_types)
		return ERR_PTR(-EINVAL);
	/* Not worth the memory when it's clear already. */
	if (!hisi_qm_free_queues(qm))
		return ERR_PTR(READ_ONCE(qm->nr_free) && READ_ONCE(qm->nr_kernel) ?
			       -EIO : -EBUSY);
	qp = qp_alloc(qm);
	if (!qp)
		return ERR_PTR(-ENOMEM);
	qp->queue.alg = alg;
	qp->done = done;
	qp->priv = priv;
	ret = add_and_start(qm, qp);
	if (ret) {
		cancel_work_sync(&qp->work);
		qp_free(qp, qm);
		return ERR_PTR(ret);
	}
	return qp;
}
EXPORT_SYMBOL_GPL(hisi_qp_get);

void hisi_qp_put(struct hisi_qp *qp)
{
	struct hisi_qm *qm = qp->queue.qm;

	down_read(&qm->sem);
	set_state(qp, QP_DEAD);
	qm_queue_stop(&qp->queue);
	qm_queue_del(&qp->queue);
	up_read(&qm->sem);
	answer_all(qp);
	qp_free(qp, qm);
}
EXPORT_SYMBOL_GPL(hisi_qp_put);

void *hisi_qp_priv(struct hisi_qp *qp)
{
	return qp->priv;
}
EXPORT_SYMBOL_GPL(hisi_qp_priv);

/* One slot stays empty, as equal indexes mean an empty ring (4.6). */
static bool is_full(const struct hisi_qp *qp)
{
	return qp->in_flight + qp->unreturned >=
	       qp->queue.qm->caps.sq_depth - 1 || test_bit(qp->tail, qp->busy);
}

int hisi_qp_send(struct hisi_qp *qp, const void *sqe, void *tag)
{
	struct hisi_qm *qm = qp->queue.qm;
	unsigned long flags;
	int ret = 0;

	spin_lock_irqsave(&qp->lock, flags);
	if (qp->state != QP_RUNNING) {
		ret = qp->state == QP_RESETTING ? -EBUSY : -EIO;
	} else if (is_full(qp)) {
		ret = -EAGAIN;
	} else {
		memcpy(slot_sqe(qp, qp->tail), sqe, qm->engine->sqe_bytes);
		qp->tags[qp->tail] = tag;
		__set_bit(qp->tail, qp->busy);
		qp->in_flight++;
		qp->tail = qp->tail + 1 == qm->caps.sq_depth ? 0 : qp->tail + 1;
		qm_queue_ring(&qp->queue, HISI_QM_DB_SQ, qp->tail, 0);
	}
	spin_unlock_irqrestore(&qp->lock, flags);
	return ret;
}
EXPORT_SYMBOL_GPL(hisi_qp_send);
