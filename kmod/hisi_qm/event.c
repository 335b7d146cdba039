// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts, and the two rings of events behind them (4.5, 4.6). What the
 * device writes there is not believed: a number out of range is counted and
 * left, and it never keeps others from being looked at.
 */
#include <linux/interrupt.h>
#include <linux/log2.h>

#include "qm_priv.h"

static void ring_doorbell(struct hisi_qm *qm, struct qm_ring *ring, u64 cmd)
{
	u32 reg = qm->gen->revision == HISI_QM_REV_V1 ? HISI_QM_DOORBELL_V1 :
		  HISI_QM_DOORBELL_EQ_AEQ;

	writeq(qm->gen->doorbell(0, cmd, 0, ring->head, 0), qm->io + reg);
}

/* The next event, if there is one. */
static bool ring_next(struct qm_ring *ring, u32 *entry)
{
	u32 value = le32_to_cpu(READ_ONCE(ring->entries[ring->head]));

	if ((value & HISI_QM_EQE_PHASE) != ring->phase)
		return false;
	/* The device wrote it after what it tells of: completions. */
	dma_rmb();
	*entry = value;
	if (++ring->head == ring->depth) {
		ring->head = 0;
		ring->phase ^= HISI_QM_EQE_PHASE;
	}
	return true;
}

static void queue_event(struct hisi_qm *qm, u32 number)
{
	struct qm_queue *queue;

	atomic_long_inc(&qm->counters.eqes);
	spin_lock(&qm->event_lock);
	queue = number < qm->nr_queues ? qm->queues[number] : NULL;
	if (queue)
		queue->ops->event(queue);
	else
		atomic_long_inc(&qm->counters.bogus_eqes);
	spin_unlock(&qm->event_lock);
}

/*
 * At most half a ring before the doorbell gives it back. If more is there, the
 * doorbell brings the next interrupt.
 */
static irqreturn_t eq_interrupt(int irq, void *data)
{
	struct hisi_qm *qm = data;
	unsigned int left = qm->eq.depth / 2 - 1;
	u32 entry;

	while (left-- && ring_next(&qm->eq, &entry))
		queue_event(qm, entry & HISI_QM_EQE_NUM_MASK);
	/* Also when there was nothing: it lets interrupts through again (4.7). */
	ring_doorbell(qm, &qm->eq, HISI_QM_DB_EQ);
	return IRQ_HANDLED;
}

/* The queue has been halted by the hardware. */
static void queue_error(struct hisi_qm *qm, u32 number)
{
	struct qm_queue *queue;

	spin_lock(&qm->event_lock);
	queue = number < qm->nr_queues ? qm->queues[number] : NULL;
	if (queue)
		WRITE_ONCE(queue->has_error, true);
	else
		atomic_long_inc(&qm->counters.bogus_aeqes);
	spin_unlock(&qm->event_lock);
}

static void asynchronous_event(struct hisi_qm *qm, u32 entry)
{
	atomic_long_inc(&qm->counters.aeqes);
	switch (entry >> HISI_QM_AEQE_TYPE_SHIFT & HISI_QM_AEQE_TYPE_MASK) {
	case HISI_QM_AEQE_CQ_OVERFLOW:
	case HISI_QM_AEQE_CQE_ERROR:
		queue_error(qm, entry & HISI_QM_EQE_NUM_MASK);
		break;
	case HISI_QM_AEQE_EQ_OVERFLOW:
		set_bit(0, &qm->eq_overflow);
		break;
	default:
		atomic_long_inc(&qm->counters.bogus_aeqes);
		break;
	}
}

static irqreturn_t aeq_interrupt(int irq, void *data)
{
	struct hisi_qm *qm = data;
	unsigned int left = qm->aeq.depth;
	u32 entry;

	while (left-- && ring_next(&qm->aeq, &entry))
		asynchronous_event(qm, entry);
	ring_doorbell(qm, &qm->aeq, HISI_QM_DB_AEQ);
	queue_work(qm->wq, &qm->aeq_work);
	return IRQ_HANDLED;
}

static irqreturn_t abnormal_interrupt(int irq, void *data)
{
	struct hisi_qm *qm = data;

	queue_work(qm->wq, &qm->ras_work);
	return IRQ_HANDLED;
}

static irqreturn_t message_interrupt(int irq, void *data)
{
	struct hisi_qm *qm = data;

	if (!(hisi_qm_read(qm, HISI_QM_IFC_INT_STATUS) & BIT(0)))
		return IRQ_NONE;
	queue_work(qm->wq, &qm->msg_work);
	return IRQ_HANDLED;
}

static const struct {
	irq_handler_t handler;
	const char *name;
} interrupts[QM_IRQS] = {
	[QM_IRQ_EQ] = { eq_interrupt, "eq" },
	[QM_IRQ_AEQ] = { aeq_interrupt, "aeq" },
	[QM_IRQ_MSG] = { message_interrupt, "message" },
	[QM_IRQ_ABNORMAL] = { abnormal_interrupt, "abnormal" },
};

int qm_irq_vectors(struct hisi_qm *qm)
{
	unsigned int wanted = roundup_pow_of_two(qm->caps.vectors), needed = 1, i;
	int ret;

	for (i = 0; i < QM_IRQS; i++)
		needed = max_t(int, needed, qm->caps.vector[i] + 1);
	ret = pci_alloc_irq_vectors(qm->pdev, needed, wanted, PCI_IRQ_MSI);
	if (ret > 0)
		return 0;
	pci_err(qm->pdev, "needs %u MSI vectors: %d%s\n", needed, ret,
		IS_ENABLED(CONFIG_X86) && needed > 1 ?
		"; several of them need interrupt remapping, switch the IOMMU on" : "");
	return ret;
}

int qm_irq_request(struct hisi_qm *qm)
{
	int i, ret, vector;

	for (i = 0; i < QM_IRQS; i++) {
		vector = qm->caps.vector[i];
		if (vector == QM_NO_VECTOR)
			continue;
		ret = pci_request_irq(qm->pdev, vector, interrupts[i].handler, NULL,
				      qm, "%s-%s:%s", qm->engine->name,
				      interrupts[i].name, pci_name(qm->pdev));
		if (ret)
			goto err;
	}
	return 0;
err:
	pci_err(qm->pdev, "can't have interrupt %d: %d\n", vector, ret);
	while (i--) {
		if (qm->caps.vector[i] != QM_NO_VECTOR)
			pci_free_irq(qm->pdev, qm->caps.vector[i], qm);
	}
	return ret;
}

void qm_irq_free(struct hisi_qm *qm)
{
	unsigned int i;

	for (i = 0; i < QM_IRQS; i++) {
		if (qm->caps.vector[i] != QM_NO_VECTOR)
			pci_free_irq(qm->pdev, qm->caps.vector[i], qm);
	}
}

void qm_event_unmask(struct hisi_qm *qm)
{
	if (qm->aeq.depth)
		ring_doorbell(qm, &qm->aeq, HISI_QM_DB_AEQ);
	ring_doorbell(qm, &qm->eq, HISI_QM_DB_EQ);
	hisi_qm_write(qm, HISI_QM_EQ_INT_MASK, 0);
	hisi_qm_write(qm, HISI_QM_AEQ_INT_MASK, 0);
}

/* On return no handler looks at the rings. */
void qm_event_mask(struct hisi_qm *qm)
{
	hisi_qm_write(qm, HISI_QM_EQ_INT_MASK, 1);
	hisi_qm_write(qm, HISI_QM_AEQ_INT_MASK, 1);
	/* Reading back makes sure that the writes arrived. */
	hisi_qm_read(qm, HISI_QM_EQ_INT_MASK);
	synchronize_irq(pci_irq_vector(qm->pdev, qm->caps.vector[QM_IRQ_EQ]));
	if (qm->caps.vector[QM_IRQ_AEQ] != QM_NO_VECTOR)
		synchronize_irq(pci_irq_vector(qm->pdev,
					       qm->caps.vector[QM_IRQ_AEQ]));
}

/* Lost events concern all queues of the function. */
static void recover_function(struct hisi_qm *qm)
{
	pci_err(qm->pdev, "events were lost, the function starts again\n");
	qm_function_stop(qm, QM_STOP_FLR);
	if (qm_function_start(qm))
		qm_function_fail(qm, "can't start again after lost events");
}

static void recover_queues(struct hisi_qm *qm)
{
	unsigned int i;

	for (i = 0; i < qm->nr_queues; i++) {
		if (qm->queues[i] && READ_ONCE(qm->queues[i]->has_error))
			qm_queue_recover(qm->queues[i]);
	}
}

void qm_aeq_work(struct work_struct *work)
{
	struct hisi_qm *qm = container_of(work, struct hisi_qm, aeq_work);

	mutex_lock(&qm->reset_lock);
	down_write(&qm->sem);
	if (qm->state == QM_RUNNING && !test_bit(QM_FAILED, &qm->flags)) {
		if (test_and_clear_bit(0, &qm->eq_overflow))
			recover_function(qm);
		else
			recover_queues(qm);
	}
	up_write(&qm->sem);
	mutex_unlock(&qm->reset_lock);
}
