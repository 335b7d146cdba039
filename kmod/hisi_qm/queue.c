// SPDX-License-Identifier: GPL-2.0-only
/* Hardware queues: who has which, starting and stopping them (5.3, 5.6). */
#include <linux/delay.h>
#include <linux/export.h>
#include <linux/jiffies.h>
#include <linux/slab.h>

#include "qm_priv.h"

/*
 * A queue is given time as long as it completes something now and then, but
 * somebody may go on filling it.
 */
#define DRAIN_IDLE_MS	3000
#define DRAIN_ALL_MS	60000

int qm_queue_table_init(struct hisi_qm *qm)
{
	qm->queues = kvcalloc(qm->nr_queues, sizeof(*qm->queues), GFP_KERNEL);
	qm->nr_free = qm->nr_queues;
	return qm->queues ? 0 : -ENOMEM;
}

void qm_queue_table_exit(struct hisi_qm *qm)
{
	kvfree(qm->queues);
}

/*
 * Kernel users take queues when they begin and keep them: zswap alone two for
 * each processor. Processes come later, and would find none.
 */
void qm_queues_share(struct hisi_qm *qm)
{
	u32 users = qm->uacce ? min(qm->options.user_queues, qm->nr_queues / 2) : 0;

	qm->nr_kernel = qm->nr_queues - users;
}

unsigned int qm_queues_free(struct hisi_qm *qm)
{
	if (READ_ONCE(qm->state) != QM_RUNNING || test_bit(QM_FAILED, &qm->flags))
		return 0;
	return READ_ONCE(qm->nr_free);
}

unsigned int hisi_qm_free_queues(struct hisi_qm *qm)
{
	return min(qm_queues_free(qm), READ_ONCE(qm->nr_kernel));
}
EXPORT_SYMBOL_GPL(hisi_qm_free_queues);

static void __iomem *doorbell_register(struct hisi_qm *qm, u16 id)
{
	if (qm->gen->revision == HISI_QM_REV_V1)
		return qm->io + HISI_QM_DOORBELL_V1;
	if (!qm->iso_io)
		return qm->io + HISI_QM_DOORBELL_SQ_CQ;
	return qm->iso_io + (size_t)id * HISI_QM_ISO_STRIDE + HISI_QM_ISO_DOORBELL;
}

/* Give @queue a free number; events of it come from now on. */
int qm_queue_add(struct hisi_qm *qm, struct qm_queue *queue,
		 const struct qm_queue_ops *ops)
{
	unsigned int id = 0;
	int ret = -EBUSY;

	lockdep_assert_held(&qm->sem);
	if (qm->state != QM_RUNNING || test_bit(QM_FAILED, &qm->flags))
		return -EIO;
	spin_lock_irq(&qm->event_lock);
	if (qm->nr_free && (!ops->is_kernel || qm->nr_kernel)) {
		while (qm->queues[id])
			id++;
		queue->qm = qm;
		queue->ops = ops;
		queue->id = id;
		queue->doorbell = doorbell_register(qm, id);
		qm->queues[id] = queue;
		qm->nr_free--;
		qm->nr_kernel -= ops->is_kernel;
		ret = 0;
	}
	spin_unlock_irq(&qm->event_lock);
	return ret;
}

/* The opposite; no event comes any more. */
void qm_queue_del(struct qm_queue *queue)
{
	struct hisi_qm *qm = queue->qm;

	lockdep_assert_held(&qm->sem);
	spin_lock_irq(&qm->event_lock);
	qm->queues[queue->id] = NULL;
	qm->nr_free++;
	qm->nr_kernel += queue->ops->is_kernel;
	spin_unlock_irq(&qm->event_lock);
}

/* The store comes after everything that was written to memory before (3.7). */
void qm_queue_ring(struct qm_queue *queue, u64 cmd, u16 index, u16 priority)
{
	writeq(queue->qm->gen->doorbell(queue->id, cmd, queue->rand, index,
					priority), queue->doorbell);
}

/* Its rings are as software expects them at the start. */
int qm_queue_start(struct qm_queue *queue)
{
	struct hisi_qm *qm = queue->qm;
	int ret;

	lockdep_assert_held(&qm->sem);
	if (qm->state != QM_RUNNING || test_bit(QM_FAILED, &qm->flags))
		return -EIO;
	WRITE_ONCE(queue->has_error, false);
	ret = qm_context_install(queue);
	/* One of two contexts may be in place: it has to be stopped, too. */
	WRITE_ONCE(queue->is_started, true);
	if (ret)
		qm_queue_stop(queue);
	return ret;
}

/*
 * Wait until what was queued has been completed. A queue that the hardware has
 * halted does nothing any more and never gets there.
 */
static int drain(struct qm_queue *queue)
{
	unsigned long end = jiffies + msecs_to_jiffies(DRAIN_ALL_MS);
	unsigned long idle = jiffies + msecs_to_jiffies(DRAIN_IDLE_MS);
	struct hisi_qm *qm = queue->qm;
	u32 progress, last = U32_MAX;
	int ret;

	for (;;) {
		ret = qm_context_drained(queue, &progress);
		if (ret || READ_ONCE(queue->has_error))
			return ret < 0 ? ret : 0;
		if (test_bit(QM_FAILED, &qm->flags))
			return -EIO;
		if (progress != last)
			idle = jiffies + msecs_to_jiffies(DRAIN_IDLE_MS);
		last = progress;
		if (time_after(jiffies, end) || time_after(jiffies, idle))
			return -ETIMEDOUT;
		usleep_range(100, 200);
	}
}

/*
 * The command ends at once for a queue that is empty, and has a time limit.
 * Without it, contexts that no doorbell matches keep others, who may have the
 * same doorbell register, from ringing for memory that is going to be freed.
 */
static int stop_hardware(struct qm_queue *queue)
{
	struct hisi_qm *qm = queue->qm;
	int ret = drain(queue);

	if (test_bit(QM_FAILED, &qm->flags))
		return -EIO;
	if (qm->caps.has_stop_qp)
		return ret && ret != -ETIMEDOUT ? ret :
		       qm_mailbox_run(qm, HISI_QM_MB_STOP_QP, queue->id, 0);
	if (!ret && qm->gen->revision != HISI_QM_REV_V1) {
		queue->rand = HISI_QM_QC_POISON;
		ret = qm_context_install(queue);
	}
	return ret;
}

/*
 * On return the queue does no DMA: either it has been stopped, or the function
 * has no way to memory any more.
 */
void qm_queue_stop(struct qm_queue *queue)
{
	struct hisi_qm *qm = queue->qm;

	lockdep_assert_held(&qm->sem);
	if (!queue->is_started)
		return;
	WRITE_ONCE(queue->is_started, false);
	/* A failed function has been cut off; one that is gone needs nothing. */
	if (test_bit(QM_FAILED, &qm->flags) || !stop_hardware(queue))
		return;
	atomic_long_inc(&qm->counters.queue_errors);
	qm_function_fail(qm, "a queue can't be stopped");
}

/* All queues stop, because something is wrong or going to be reset. */
void qm_queues_halt(struct hisi_qm *qm, enum qm_stop why)
{
	bool is_flushed = why == QM_STOP_RESET;
	struct qm_queue *queue;
	unsigned int i;

	lockdep_assert_held_write(&qm->sem);
	for (i = 0; i < qm->nr_queues; i++) {
		if (qm->queues[i])
			qm->queues[i]->ops->halting(qm->queues[i]);
	}
	if (qm->caps.has_flush && (why == QM_STOP_FLR || why == QM_STOP_SHUTDOWN))
		is_flushed = !qm_mailbox_run(qm, HISI_QM_MB_FLUSH_QM, 0, 0);
	for (i = 0; i < qm->nr_queues; i++) {
		queue = qm->queues[i];
		if (!queue)
			continue;
		if (!is_flushed)
			qm_queue_stop(queue);
		WRITE_ONCE(queue->is_started, false);
		queue->ops->halted(queue);
		WRITE_ONCE(queue->has_error, false);
	}
}

/* A queue that the hardware has halted: only this one is concerned. */
void qm_queue_recover(struct qm_queue *queue)
{
	struct hisi_qm *qm = queue->qm;

	lockdep_assert_held_write(&qm->sem);
	atomic_long_inc(&qm->counters.queue_errors);
	dev_warn_ratelimited(&qm->pdev->dev, "queue %u of the %s had an error\n",
			     queue->id, queue->ops->kind);
	queue->ops->halting(queue);
	qm_queue_stop(queue);
	queue->ops->halted(queue);
	WRITE_ONCE(queue->has_error, false);
	queue->ops->restart(queue);
}

/* Those that can go on do so; the function is running, or given up. */
void qm_queues_restart(struct hisi_qm *qm)
{
	bool is_running = qm->state == QM_RUNNING;
	unsigned int i;

	lockdep_assert_held_write(&qm->sem);
	for (i = 0; i < qm->nr_queues; i++) {
		if (!qm->queues[i])
			continue;
		if (is_running)
			qm->queues[i]->ops->restart(qm->queues[i]);
		else
			qm->queues[i]->ops->give_up(qm->queues[i]);
	}
}
