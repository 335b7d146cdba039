/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Registers of a function, 2.1, 2.6 and 2.8. */
#include <string.h>

#include "qm_priv.h"

#define MAILBOX_LAST	(HISI_QM_MAILBOX + HISI_QM_MAILBOX_BYTES - 4)
#define MIG_EQC_LAST	(HISI_QM_MIG_EQC + QM_EQC_BYTES - 4)
#define MIG_AEQC_LAST	(HISI_QM_MIG_AEQC + QM_EQC_BYTES - 4)

static bool irq_read(const struct qm_func *f, uint32_t offset, uint32_t *value)
{
	switch (offset) {
	case HISI_QM_AEQ_INT_SOURCE:
		*value = f->aeq.irq.source;
		return true;
	case HISI_QM_AEQ_INT_MASK:
		*value = f->aeq.irq.mask;
		return true;
	case HISI_QM_EQ_INT_SOURCE:
		*value = f->eq.irq.source;
		return true;
	case HISI_QM_EQ_INT_MASK:
		*value = f->eq.irq.mask;
		return true;
	default:
		return false;
	}
}

static bool v3_read(const struct hisi_qm_model *model, const struct qm_func *f,
		    uint32_t offset, uint32_t *value)
{
	if (!qm_is(model, HISI_QM_REV_V3))
		return false;
	if (offset >= HISI_QM_CAP_FIRST && offset <= HISI_QM_CAP_LAST) {
		*value = hisi_qm_model_cap(model, offset);
		return true;
	}
	switch (offset) {
	case HISI_QM_IFC_INT_SOURCE_V:
		*value = f->msg_irq.source;
		return true;
	case HISI_QM_IFC_INT_MASK:
		*value = f->msg_irq.mask;
		return true;
	case HISI_QM_IFC_INT_STATUS:
		*value = f->msg_irq.source && !f->msg_irq.mask;
		return true;
	case HISI_QM_IFC_INT_SET_V:
		*value = f->msg_set;
		return true;
	case HISI_QM_QUE_ISO_CFG:
		*value = model->config.isolation;
		return true;
	case HISI_QM_PAGE_SIZE:
		*value = f->page_size;
		return true;
	case HISI_QM_VF_STATE:
		*value = f->vf_state;
		return true;
	default:
		return false;
	}
}

static bool v3_write(struct hisi_qm_model *model, struct qm_func *f,
		     uint32_t offset, uint32_t value)
{
	if (!qm_is(model, HISI_QM_REV_V3))
		return false;
	switch (offset) {
	case HISI_QM_IFC_INT_SOURCE_V:
		if (value & 1)
			hisi_qm_model_msg_clear(model, f);
		return true;
	case HISI_QM_IFC_INT_MASK:
		hisi_qm_model_irq_mask(model, f, &f->msg_irq, QM_VECTOR_MSG,
				       value & 1);
		return true;
	case HISI_QM_IFC_INT_SET_V:
		if (value & 1)
			hisi_qm_model_msg_notify_pf(model, f);
		return true;
	case HISI_QM_QUE_ISO_CFG:
		/* Migration writes back what it read; it is not a setting. */
		return true;
	case HISI_QM_PAGE_SIZE:
		f->page_size = value;
		return true;
	case HISI_QM_VF_STATE:
		f->vf_state = value;
		return true;
	default:
		return false;
	}
}

/* 2.8: the images of EQC and AEQC, in the upper half of a V3 VF. */
static struct qm_eq *mig_find(const struct hisi_qm_model *model,
			      struct qm_func *f, uint32_t offset,
			      unsigned int *dword)
{
	if (!f->num || !qm_is(model, HISI_QM_REV_V3))
		return NULL;
	if (offset >= HISI_QM_MIG_EQC && offset <= MIG_EQC_LAST) {
		*dword = (offset - HISI_QM_MIG_EQC) / 4;
		return &f->eq;
	}
	if (offset >= HISI_QM_MIG_AEQC && offset <= MIG_AEQC_LAST) {
		*dword = (offset - HISI_QM_MIG_AEQC) / 4;
		return &f->aeq;
	}
	return NULL;
}

static bool mig_read(const struct hisi_qm_model *model, struct qm_func *f,
		     uint32_t offset, uint32_t *value)
{
	struct hisi_qm_eqc image = { 0 };
	unsigned int dword;
	const struct qm_eq *eq = mig_find(model, f, offset, &dword);

	if (!eq)
		return false;
	if (eq->live)
		hisi_qm_model_eqc_image(eq, &image);
	memcpy(value, (const uint8_t *)&image + 4 * dword, sizeof(*value));
	return true;
}

/* The depth comes last, so the image takes effect with the last word. */
static bool mig_write(struct hisi_qm_model *model, struct qm_func *f,
		      uint32_t offset, uint32_t value)
{
	struct hisi_qm_eqc image = { 0 };
	unsigned int dword;
	struct qm_eq *eq = mig_find(model, f, offset, &dword);

	if (!eq)
		return false;
	eq->staged[dword] = value;
	if (dword != QM_EQC_DWORDS - 1)
		return true;
	memcpy(&image, eq->staged, QM_EQC_BYTES);
	if (!hisi_qm_model_eqc_load(eq, &image))
		qm_guest_error(model, "function %u: bad EQC or AEQC image",
			       f->num);
	return true;
}

bool hisi_qm_model_func_read(struct hisi_qm_model *model, struct qm_func *f,
			     uint32_t offset, uint32_t *value)
{
	if (offset >= HISI_QM_MAILBOX && offset <= MAILBOX_LAST) {
		*value = f->mailbox.dw[(offset - HISI_QM_MAILBOX) / 4];
		return true;
	}
	if (irq_read(f, offset, value) || v3_read(model, f, offset, value) ||
	    mig_read(model, f, offset, value))
		return true;
	switch (offset) {
	case HISI_QM_FUNS_ACTIVE_ST:
		*value = f->active != 0;
		return true;
	case HISI_QM_CACHE_WB_DONE:
		*value = f->wb_done;
		return qm_is(model, HISI_QM_REV_V2);
	default:
		return false;
	}
}

static bool bell_write(struct hisi_qm_model *model, struct qm_func *f,
		       uint32_t offset, uint32_t value)
{
	bool high = offset & 4;

	if (!qm_is(model, HISI_QM_REV_V2)) {
		if ((offset & ~4u) != HISI_QM_DOORBELL_V1)
			return false;
		hisi_qm_model_bell_half(model, f, QM_BELL_V1, high, value);
		return true;
	}
	switch (offset & ~4u) {
	case HISI_QM_DOORBELL_SQ_CQ:
		hisi_qm_model_bell_half(model, f, QM_BELL_SQ_CQ, high, value);
		return true;
	case HISI_QM_DOORBELL_EQ_AEQ:
		hisi_qm_model_bell_half(model, f, QM_BELL_EQ_AEQ, high, value);
		return true;
	default:
		return false;
	}
}

bool hisi_qm_model_func_write(struct hisi_qm_model *model, struct qm_func *f,
			      uint32_t offset, uint32_t value)
{
	if (bell_write(model, f, offset, value))
		return true;
	if (offset >= HISI_QM_MAILBOX && offset <= MAILBOX_LAST) {
		hisi_qm_model_mailbox_write(model, f,
					    (offset - HISI_QM_MAILBOX) / 4,
					    value);
		return true;
	}
	if (v3_write(model, f, offset, value) ||
	    mig_write(model, f, offset, value))
		return true;
	switch (offset) {
	case HISI_QM_AEQ_INT_MASK:
		hisi_qm_model_irq_mask(model, f, &f->aeq.irq, QM_VECTOR_AEQ,
				       value & 1);
		return true;
	case HISI_QM_EQ_INT_MASK:
		hisi_qm_model_irq_mask(model, f, &f->eq.irq, QM_VECTOR_EQ,
				       value & 1);
		return true;
	case HISI_QM_CACHE_WB_START:
		if (!qm_is(model, HISI_QM_REV_V2))
			return false;
		if (value & 1)
			hisi_qm_model_cache_write_back(model, f);
		return true;
	default:
		return false;
	}
}
