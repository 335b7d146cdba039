// SPDX-License-Identifier: GPL-2.0-only
/*
 * Queues of processes (5.4, 6). The kernel sets them up and passes events on;
 * everything else is between the process and the device. The rings belong to
 * the process: what is read from there is not believed.
 */
#include <linux/mm.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <misc/uacce/hisi_qm.h>

#include "memory.h"
#include "qm_priv.h"
#include "uacce.h"

/**
 * struct user_queue - a process' queue
 * @queue: the hardware's side
 * @uq: the file's side; has a lock with which all but events and resets come
 * @dus: rings and status page
 * @cqes: ring of completions in there
 * @stop: the two flags at its end
 * @head: of completions, as far as poll() has told of them
 * @phase: that a new one has
 * @is_dead: stopped by an error or reset, forever
 */
struct user_queue {
	struct qm_queue queue;
	struct uacce_queue *uq;
	struct uacce_memory *dus;
	const struct hisi_qm_cqe *cqes;
	void *stop;
	u32 head;
	u16 phase;
	bool is_dead;
};

static struct user_queue *to_user(struct qm_queue *queue)
{
	return container_of(queue, struct user_queue, queue);
}

static void set_flag(struct user_queue *user, unsigned int from_end)
{
	u32 *flag = user->stop + HISI_QM_DUS_RX_STOP_FROM_END - from_end;

	WRITE_ONCE(*flag, 1);
	/* The device's side is stopped after the process can know. */
	wmb();
}

static void user_event(struct qm_queue *queue)
{
	uacce_wake_up(to_user(queue)->uq);
}

/* Whoever does not look at the flag finds his doorbell gone. */
static void user_halting(struct qm_queue *queue)
{
	struct user_queue *user = to_user(queue);

	set_flag(user, HISI_QM_DUS_TX_STOP_FROM_END);
	uacce_queue_cut(user->uq);
}

static void user_halted(struct qm_queue *queue)
{
	struct user_queue *user = to_user(queue);

	set_flag(user, HISI_QM_DUS_RX_STOP_FROM_END);
	WRITE_ONCE(user->is_dead, true);
	uacce_wake_up(user->uq);
}

/* A process has to see that answers are missing: its queue does not come back. */
static void user_stay_dead(struct qm_queue *queue)
{
}

static const struct qm_queue_ops user_queue_ops = {
	.event = user_event,
	.halting = user_halting,
	.halted = user_halted,
	.restart = user_stay_dead,
	.give_up = user_stay_dead,
	.kind = "user",
};

static size_t cq_offset(struct hisi_qm *qm)
{
	return (size_t)qm->caps.sq_depth * qm->engine->sqe_bytes;
}

/* 6.4: rings, padding, status page. */
static size_t dus_bytes(struct hisi_qm *qm)
{
	return PAGE_ALIGN(cq_offset(qm) + qm->caps.cq_depth *
			  sizeof(struct hisi_qm_cqe)) + PAGE_SIZE;
}

/* 6.3: so that the doorbell is where programs look for it. */
static size_t mmio_bytes(struct hisi_qm *qm)
{
	if (qm->gen->revision == HISI_QM_REV_V1)
		return PAGE_SIZE;
	if (qm->iso_io)
		return HISI_QM_ISO_STRIDE;
	return (1 + HISI_QM_DOORBELL_SQ_CQ / PAGE_SIZE) * PAGE_SIZE;
}

/*
 * Only the doorbell's page. Without isolation, and where that page begins at
 * register 0, it holds the mailbox and interrupt masks as well.
 */
static bool mmio_is_safe(struct hisi_qm *qm)
{
	return qm->iso_io || (qm->gen->revision != HISI_QM_REV_V1 &&
			      PAGE_SIZE <= HISI_QM_DOORBELL_SQ_CQ);
}

static struct uacce_mmio queue_mmio(struct hisi_qm *qm, u16 id)
{
	u32 doorbell = qm->gen->revision == HISI_QM_REV_V1 ? HISI_QM_DOORBELL_V1 :
		       HISI_QM_DOORBELL_SQ_CQ;
	phys_addr_t base = qm->iso_io ?
		pci_resource_start(qm->pdev, 4) + (phys_addr_t)id * HISI_QM_ISO_STRIDE :
		pci_resource_start(qm->pdev, 2);

	return (struct uacce_mmio){
		.phys = base + round_down(doorbell, PAGE_SIZE),
		.first_page = doorbell / PAGE_SIZE,
		.pages = 1,
	};
}

static struct user_queue *user_alloc(struct hisi_qm *qm)
{
	struct user_queue *user = kzalloc(sizeof(*user), GFP_KERNEL_ACCOUNT);
	struct uacce_memory *dus;

	if (!user)
		return ERR_PTR(-ENOMEM);
	dus = uacce_memory_alloc(&qm->pdev->dev, qm->dus_bytes, true);
	if (IS_ERR(dus)) {
		kfree(user);
		return ERR_CAST(dus);
	}
	user->dus = dus;
	user->cqes = uacce_memory_address(dus) + cq_offset(qm);
	user->stop = uacce_memory_address(dus) + qm->dus_bytes -
		     HISI_QM_DUS_RX_STOP_FROM_END;
	user->queue.sq = uacce_memory_dma(dus);
	user->queue.cq = user->queue.sq + cq_offset(qm);
	user->phase = HISI_QM_CQE_PHASE;
	return user;
}

static void user_free(struct user_queue *user)
{
	uacce_memory_put(user->dus);
	kfree(user);
}

static int user_get(struct uacce_device *uacce, struct uacce_queue *q)
{
	struct hisi_qm *qm = uacce_priv(uacce);
	struct user_queue *user;
	int ret;

	if (test_bit(QM_ISOLATED, &qm->flags))
		return -EIO;
	user = user_alloc(qm);
	if (IS_ERR(user))
		return PTR_ERR(user);
	user->uq = q;
	down_read(&qm->sem);
	ret = qm_queue_add(qm, &user->queue, &user_queue_ops);
	up_read(&qm->sem);
	if (ret) {
		user_free(user);
		return ret;
	}
	q->priv = user;
	q->dus = uacce_memory_get(user->dus);
	q->mmio = queue_mmio(qm, user->queue.id);
	return 0;
}

static void user_put(struct uacce_queue *q)
{
	struct user_queue *user = q->priv;
	struct hisi_qm *qm = user->queue.qm;

	down_read(&qm->sem);
	qm_queue_del(&user->queue);
	up_read(&qm->sem);
	user_free(user);
}

static int user_start(struct uacce_queue *q)
{
	struct user_queue *user = q->priv;
	struct hisi_qm *qm = user->queue.qm;
	int ret = -EIO;

	/* Contexts have room for 16 bits; the rest would be another process. */
	if (q->pasid > U16_MAX)
		return -ENOSPC;
	down_read(&qm->sem);
	if (!user->is_dead) {
		memset((void *)user->cqes, 0,
		       qm->caps.cq_depth * sizeof(*user->cqes));
		user->head = 0;
		user->phase = HISI_QM_CQE_PHASE;
		user->queue.rand = 0;
		user->queue.pasid = q->pasid;
		ret = qm_queue_start(&user->queue);
	}
	up_read(&qm->sem);
	return ret;
}

/* A process that looks at its rings only has to see that the device goes. */
static void user_stop(struct uacce_queue *q)
{
	struct user_queue *user = q->priv;
	struct hisi_qm *qm = user->queue.qm;
	bool is_final = test_bit(QM_REMOVING, &qm->flags);

	down_read(&qm->sem);
	if (is_final)
		user_halting(&user->queue);
	qm_queue_stop(&user->queue);
	if (is_final)
		user_halted(&user->queue);
	up_read(&qm->sem);
}

/* At most once round: the process may write anything there. */
static bool user_is_updated(struct uacce_queue *q)
{
	struct user_queue *user = q->priv;
	u32 depth = user->queue.qm->caps.cq_depth, n;

	for (n = 0; n < depth; n++) {
		u16 w7 = le16_to_cpu(READ_ONCE(user->cqes[user->head].w7));

		if ((w7 & HISI_QM_CQE_PHASE) != user->phase)
			break;
		if (++user->head == depth) {
			user->head = 0;
			user->phase ^= HISI_QM_CQE_PHASE;
		}
	}
	return n || READ_ONCE(user->is_dead);
}

static int set_context(struct user_queue *user, struct hisi_qp_ctx *ctx)
{
	if (ctx->qc_type >= user->queue.qm->engine->alg_types)
		return -EINVAL;
	user->queue.alg = ctx->qc_type;
	ctx->id = user->queue.id;
	return 0;
}

static int get_info(struct user_queue *user, struct hisi_qp_info *info)
{
	struct hisi_qm *qm = user->queue.qm;

	*info = (struct hisi_qp_info){
		.sqe_size = qm->engine->sqe_bytes,
		.sq_depth = qm->caps.sq_depth,
		.cq_depth = qm->caps.cq_depth,
	};
	return 0;
}

static int user_ioctl(struct uacce_queue *q, unsigned int cmd, void *arg)
{
	switch (cmd) {
	case UACCE_CMD_QM_SET_QP_CTX:
		return set_context(q->priv, arg);
	case UACCE_CMD_QM_SET_QP_INFO:
		return get_info(q->priv, arg);
	default:
		return -EINVAL;
	}
}

static unsigned int user_available(struct uacce_device *uacce)
{
	struct hisi_qm *qm = uacce_priv(uacce);

	return test_bit(QM_ISOLATED, &qm->flags) ? 0 : qm_queues_free(qm);
}

static int user_state(struct uacce_device *uacce)
{
	struct hisi_qm *qm = uacce_priv(uacce);

	return test_bit(QM_FAILED, &qm->flags) ||
	       READ_ONCE(qm->state) != QM_RUNNING ? -1 : 0;
}

static bool user_isolate(struct uacce_device *uacce)
{
	struct hisi_qm *qm = uacce_priv(uacce);

	return test_bit(QM_ISOLATED, &qm->flags);
}

static u32 user_get_threshold(struct uacce_device *uacce)
{
	return qm_isolation_threshold(uacce_priv(uacce));
}

static int user_set_threshold(struct uacce_device *uacce, u32 threshold)
{
	return qm_isolation_set_threshold(uacce_priv(uacce), threshold);
}

static const struct uacce_ops user_ops = {
	.available = user_available,
	.get_queue = user_get,
	.put_queue = user_put,
	.start_queue = user_start,
	.stop_queue = user_stop,
	.is_updated = user_is_updated,
	.ioctl = user_ioctl,
	.state = user_state,
	.isolate = user_isolate,
	.get_isolate_threshold = user_get_threshold,
	.set_isolate_threshold = user_set_threshold,
};

/*
 * Decides whether there are user queues, and in which mode. Without any the
 * function still serves the kernel, so that is no failure.
 */
int qm_user_alloc(struct hisi_qm *qm)
{
	struct uacce_params params = {
		.name = qm->engine->name,
		.algorithms = qm->engine->algorithms(qm),
		.api = qm->gen->api,
		.flags = qm->options.uacce_mode == HISI_QM_UACCE_ANY ?
			 UACCE_DEV_IOMMU | UACCE_DEV_NOIOMMU : UACCE_DEV_SVA,
		.mmio_bytes = mmio_bytes(qm),
		.ops = &user_ops,
		.priv = qm,
	};
	struct uacce_device *uacce;

	if (qm->options.uacce_mode == HISI_QM_UACCE_NONE)
		return 0;
	if (!qm->gen->has_sva && params.flags & UACCE_DEV_SVA) {
		pci_notice(qm->pdev, "no user queues: this generation can't isolate processes from one another; uacce_mode=2 for trusted programs only\n");
		return 0;
	}
	if (!mmio_is_safe(qm) && !qm->options.unsafe_mmio) {
		pci_notice(qm->pdev, "no user queues: their doorbells share a page of %lu KiB with control registers; unsafe_mmio=1 for trusted programs only\n",
			   PAGE_SIZE / 1024);
		return 0;
	}
	qm->dus_bytes = dus_bytes(qm);
	params.dus_bytes = qm->dus_bytes;
	uacce = uacce_alloc(&qm->pdev->dev, &params);
	if (IS_ERR(uacce))
		return PTR_ERR(uacce) == -ENODEV ? 0 : PTR_ERR(uacce);
	qm->uacce = uacce;
	qm->uses_sva = uacce_flags(uacce) & UACCE_DEV_SVA;
	return 0;
}

int qm_user_register(struct hisi_qm *qm)
{
	return qm->uacce ? uacce_register(qm->uacce) : 0;
}

void qm_user_remove(struct hisi_qm *qm)
{
	uacce_remove(qm->uacce);
	qm->uacce = NULL;
}

bool hisi_qm_uses_sva(struct hisi_qm *qm)
{
	return qm->uses_sva;
}
EXPORT_SYMBOL_GPL(hisi_qm_uses_sva);
