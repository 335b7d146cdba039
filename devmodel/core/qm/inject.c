/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Misbehaviour on demand. */
#include <errno.h>

#include "qm_priv.h"

static void release_held(struct hisi_qm_model *model)
{
	unsigned int i;

	for (i = 0; i < model->nqueues; i++) {
		struct qm_queue *q = model->queues[i];

		if (q)
			hisi_qm_model_cqe_release(model, q);
	}
}

static bool arg_valid(const struct hisi_qm_model *model,
		      enum hisi_qm_model_fault fault, uint32_t arg)
{
	switch (fault) {
	case HISI_QM_MODEL_FAULT_MAILBOX_STATUS:
		return arg && arg <= HISI_QM_MB_STATUS_MASK;
	case HISI_QM_MODEL_FAULT_QUEUE_HANG:
		return arg < model->nqueues;
	case HISI_QM_MODEL_FAULT_SHUFFLE_CQE:
		return arg >= 2 && arg <= QM_MAX_SHUFFLE;
	default:
		return true;
	}
}

static void set_shuffle(struct hisi_qm_model *model, uint32_t group)
{
	/* Out with what an earlier, larger group may have held back. */
	release_held(model);
	model->faults.shuffle = group;
}

static void set_removed(struct hisi_qm_model *model, bool on)
{
	atomic_store(&model->faults.removed, on);
	if (on)
		hisi_qm_model_mailbox_progress_all(model);
	else
		hisi_qm_model_kick_ready(model);
}

int hisi_qm_model_inject(struct hisi_qm_model *model,
			 enum hisi_qm_model_fault fault, bool on, uint32_t arg)
{
	struct qm_faults *faults = &model->faults;

	if ((unsigned int)fault >= HISI_QM_MODEL_FAULTS ||
	    (on && !arg_valid(model, fault, arg)))
		return -EINVAL;
	faults->on[fault] = on;
	switch (fault) {
	case HISI_QM_MODEL_FAULT_MAILBOX_STUCK:
		if (!on)
			hisi_qm_model_mailbox_unstick(model);
		break;
	case HISI_QM_MODEL_FAULT_MAILBOX_STATUS:
		faults->status = arg;
		break;
	case HISI_QM_MODEL_FAULT_DROP_DOORBELLS:
		faults->drop_bells = on ? arg : 0;
		break;
	case HISI_QM_MODEL_FAULT_QUEUE_HANG:
		faults->hung_queue = on ? arg : QM_NO_QUEUE;
		hisi_qm_model_queues_update(model);
		break;
	case HISI_QM_MODEL_FAULT_WRONG_CQE:
		faults->wrong_cqes = on ? arg : 0;
		break;
	case HISI_QM_MODEL_FAULT_SHUFFLE_CQE:
		set_shuffle(model, on ? arg : 0);
		break;
	case HISI_QM_MODEL_FAULT_DMA:
		atomic_store(&faults->dma, on ? arg : 0);
		break;
	case HISI_QM_MODEL_FAULT_REMOVED:
		set_removed(model, on);
		break;
	default:	/* read where it matters */
		break;
	}
	return 0;
}
