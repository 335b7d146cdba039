/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Messages between the PF and its VFs, 3.8. */
#include "qm_priv.h"

enum qm_status hisi_qm_model_msg_send(struct hisi_qm_model *model,
				      struct qm_func *f, unsigned int to,
				      uint64_t msg)
{
	unsigned int i;

	if (f->num) {
		if (to)
			return QM_STATUS_QUEUE;
		f->msg_out = msg;
		return QM_STATUS_OK;
	}
	if (to == HISI_QM_MB_DST_ALL_VFS) {
		for (i = 1; i < model->nfuncs; i++)
			model->funcs[i].msg_in = msg;
		return QM_STATUS_OK;
	}
	if (!to || to >= model->nfuncs)
		return QM_STATUS_QUEUE;
	model->funcs[to].msg_in = msg;
	return QM_STATUS_OK;
}

enum qm_status hisi_qm_model_msg_get(struct hisi_qm_model *model,
				     struct qm_func *f, unsigned int from,
				     uint64_t *msg)
{
	if (f->num) {
		if (from)
			return QM_STATUS_QUEUE;
		*msg = f->msg_in;
		return QM_STATUS_OK;
	}
	if (!from || from >= model->nfuncs)
		return QM_STATUS_QUEUE;
	*msg = model->funcs[from].msg_out;
	return QM_STATUS_OK;
}

static void notify(struct hisi_qm_model *model, struct qm_func *f)
{
	f->msg_irq.source = true;
	f->msg_irq.signalled = false;
	hisi_qm_model_irq_update(model, f, &f->msg_irq, QM_VECTOR_MSG);
}

/* 0x100130: to the VFs that 0x100134 names. */
void hisi_qm_model_msg_notify_vfs(struct hisi_qm_model *model)
{
	unsigned int to = model->dev.msg_cfg & HISI_QM_IFC_ALL_VFS;
	unsigned int first = to == HISI_QM_IFC_ALL_VFS ? 1 : to;
	unsigned int last = to == HISI_QM_IFC_ALL_VFS ? model->nfuncs - 1 : to;
	unsigned int i;

	if (!first || last >= model->nfuncs) {
		qm_guest_error(model, "no VF %u to send a message to", to);
		return;
	}
	for (i = first; i <= last; i++) {
		model->dev.msg_ready |= 1ULL << i;
		notify(model, &model->funcs[i]);
	}
}

/* 0x2c of a VF */
void hisi_qm_model_msg_notify_pf(struct hisi_qm_model *model,
				 struct qm_func *f)
{
	if (!f->num) {
		qm_guest_error(model, "the PF has no PF to send a message to");
		return;
	}
	f->msg_set = true;
	model->dev.msg_source |= 1ULL << f->num;
	notify(model, &model->funcs[0]);
}

/*
 * 0x20: acknowledge. In the PF, VFs that have not been answered keep it up, so
 * that one which came in while another was served is not lost.
 */
void hisi_qm_model_msg_clear(struct hisi_qm_model *model, struct qm_func *f)
{
	f->msg_irq.source = false;
	if (f->num)
		model->dev.msg_ready &= ~(1ULL << f->num);
	else if (model->dev.msg_source)
		notify(model, f);
}

/* 0x100138: the PF has answered these VFs. */
void hisi_qm_model_msg_clear_source(struct hisi_qm_model *model,
				    uint64_t bits)
{
	unsigned int i;

	model->dev.msg_source &= ~bits;
	for (i = 1; i < model->nfuncs; i++)
		if (bits & (1ULL << i))
			model->funcs[i].msg_set = false;
}
