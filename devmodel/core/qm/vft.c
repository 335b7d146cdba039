/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Virtual function table: which queues of the device a function has, 2.4. */
#include "qm_priv.h"

static unsigned int entry_base(uint64_t entry)
{
	return (entry >> HISI_QM_SQC_VFT_BASE_SHIFT) & HISI_QM_SQC_VFT_BASE_MASK;
}

/* A V1 entry has no count: it goes up to where the next function begins. */
static unsigned int v1_count(const struct hisi_qm_model *model,
			     unsigned int base)
{
	unsigned int end = model->nqueues;
	unsigned int i, other;

	for (i = 0; i < QM_MAX_FUNCS; i++) {
		if (!(model->dev.vft[i].sqc & HISI_QM_SQC_VFT_VALID))
			continue;
		other = entry_base(model->dev.vft[i].sqc);
		if (other > base && other < end)
			end = other;
	}
	return base < end ? end - base : 0;
}

bool hisi_qm_model_vft_map(const struct hisi_qm_model *model,
			   unsigned int func, unsigned int qn,
			   unsigned int *gqn)
{
	uint64_t entry = model->dev.vft[func].sqc;
	unsigned int base = entry_base(entry);
	unsigned int count;

	if (!(entry & HISI_QM_SQC_VFT_VALID))
		return false;
	if (model->config.revision == HISI_QM_REV_V1)
		count = v1_count(model, base);
	else
		count = ((entry >> HISI_QM_SQC_VFT_COUNT_SHIFT) &
			 HISI_QM_SQC_VFT_COUNT_MASK) + 1;
	if (qn >= count || base + qn >= model->nqueues)
		return false;
	*gqn = base + qn;
	return true;
}

/*
 * 2.5 names the bits only. Here 7 means that the function has neither entry,
 * 9 and 8 that this SQ or CQ is not one of the function's.
 */
void hisi_qm_model_vft_invalid(struct hisi_qm_model *model, unsigned int func,
			       unsigned int qn, bool is_cq)
{
	const struct qm_vft *vft = &model->dev.vft[func];
	uint32_t bit = is_cq ? HISI_QM_ABN_CQ_VF_INVALID :
			       HISI_QM_ABN_SQ_VF_INVALID;

	if (!(vft->sqc & HISI_QM_SQC_VFT_VALID) &&
	    !(vft->cqc & HISI_QM_CQC_VFT_VALID))
		bit = HISI_QM_ABN_SQ_CQ_VF_INVALID;
	qm_guest_error(model, "function %u has no %s %u", func,
		       is_cq ? "CQ" : "SQ", qn);
	hisi_qm_model_error(model, bit);
}

static uint64_t *find_entry(struct hisi_qm_model *model)
{
	uint32_t addr = model->dev.vft_port.addr;
	struct qm_vft *vft = &model->dev.vft[addr & HISI_QM_VFT_FUNC_MASK];
	uint32_t alg = addr >> HISI_QM_VFT_SHAPER_ALG_SHIFT;

	switch (model->dev.vft_port.type) {
	case HISI_QM_VFT_TYPE_SQC:
		return &vft->sqc;
	case HISI_QM_VFT_TYPE_CQC:
		return &vft->cqc;
	case HISI_QM_VFT_TYPE_SHAPER:
		if (alg < 2 && qm_is(model, HISI_QM_REV_V3))
			return &vft->shaper[alg];
		return NULL;
	default:
		return NULL;
	}
}

void hisi_qm_model_vft_execute(struct hisi_qm_model *model)
{
	uint64_t *entry = find_entry(model);

	/* Also after a mistake: the port is idle again. */
	model->dev.vft_port.ready = true;
	if (!entry) {
		qm_guest_error(model, "VFT has no entry of type %u at 0x%x",
			       model->dev.vft_port.type,
			       model->dev.vft_port.addr);
		return;
	}
	if (model->dev.vft_port.op_wr & 1) {
		model->dev.vft_port.data_l = (uint32_t)*entry;
		model->dev.vft_port.data_h = (uint32_t)(*entry >> 32);
	} else {
		*entry = qm_join(model->dev.vft_port.data_l,
				 model->dev.vft_port.data_h);
	}
}
