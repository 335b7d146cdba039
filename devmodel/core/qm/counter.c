/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Debug counters, 2.2.5. */
#include "qm_priv.h"

#define DFX_DB_INFO0	0x104180
#define DFX_DB_INFO1	0x104184

#define SELECT_FUNC_MASK	0x3f
#define SELECT_QUEUE_SHIFT	16

static uint32_t *selector(struct hisi_qm_model *model, uint32_t offset)
{
	switch (offset) {
	case HISI_QM_DFX_MB_SEL:
		return &model->dev.selector[QM_SELECT_MB];
	case HISI_QM_DFX_DB_SEL:
		return &model->dev.selector[QM_SELECT_DB];
	case HISI_QM_DFX_SQE_SEL:
		return &model->dev.selector[QM_SELECT_SQE];
	case HISI_QM_DFX_CQE_SEL:
		return &model->dev.selector[QM_SELECT_CQE];
	default:
		return NULL;
	}
}

static struct qm_func *selected_func(struct hisi_qm_model *model,
				     enum qm_selector which)
{
	unsigned int num = model->dev.selector[which] & SELECT_FUNC_MASK;

	return num < model->nfuncs ? &model->funcs[num] : NULL;
}

static struct qm_queue *selected_queue(struct hisi_qm_model *model,
				       enum qm_selector which)
{
	struct qm_func *f = selected_func(model, which);

	if (!f)
		return NULL;
	return hisi_qm_model_queue_get(model, f, model->dev.selector[which] >>
				       SELECT_QUEUE_SHIFT);
}

/* Of whatever the selectors point to; NULL if that does not exist. */
static uint32_t *selected_counter(struct hisi_qm_model *model, uint32_t offset)
{
	struct qm_func *f;
	struct qm_queue *q;

	switch (offset) {
	case HISI_QM_DFX_MB_CNT:
		f = selected_func(model, QM_SELECT_MB);
		return f ? &f->mb_count : NULL;
	case HISI_QM_DFX_DB_CNT:
		f = selected_func(model, QM_SELECT_DB);
		return f ? &f->db_count : NULL;
	case HISI_QM_DFX_SQE_CNT:
		q = selected_queue(model, QM_SELECT_SQE);
		return q ? &q->sqe_count : NULL;
	case HISI_QM_DFX_CQE_CNT:
		q = selected_queue(model, QM_SELECT_CQE);
		return q ? &q->cqe_count : NULL;
	default:
		return NULL;
	}
}

static uint32_t *cleared_counter(struct hisi_qm_model *model, uint32_t offset)
{
	switch (offset) {
	case HISI_QM_DFX_ECC_1BIT_CNT:
		return &model->dev.counter[QM_COUNT_ECC_1BIT];
	case HISI_QM_DFX_ECC_MBIT_CNT:
		return &model->dev.counter[QM_COUNT_ECC_MBIT];
	case HISI_QM_DFX_SEND_SQE_TO_ACC_CNT:
		return &model->dev.counter[QM_COUNT_SENT];
	case HISI_QM_DFX_WB_SQE_FROM_ACC_CNT:
		return &model->dev.counter[QM_COUNT_WRITTEN_BACK];
	case HISI_QM_DFX_ACC_FINISH_CNT:
		return &model->dev.counter[QM_COUNT_FINISHED];
	case HISI_QM_DFX_CQE_ERR_CNT:
		return &model->dev.counter[QM_COUNT_CQE_ERROR];
	default:
		return selected_counter(model, offset);
	}
}

static bool idle(const struct hisi_qm_model *model)
{
	return !model->tasks_out && TAILQ_EMPTY(&model->ready);
}

bool hisi_qm_model_counter_read(struct hisi_qm_model *model, uint32_t offset,
				uint32_t *value)
{
	uint32_t *reg = selector(model, offset);

	if (!reg) {
		reg = cleared_counter(model, offset);
		if (reg) {
			*value = *reg;
			if (model->dev.clear_on_read)
				*reg = 0;
			return true;
		}
	}
	if (reg) {
		*value = *reg;
		return true;
	}
	switch (offset) {
	case HISI_QM_DFX_CNT_CLR_CE:
		*value = model->dev.clear_on_read;
		return true;
	case HISI_QM_DFX_IN_IDLE_ST:
		*value = idle(model);
		return true;
	case HISI_QM_DFX_CQE_OUT:
		*value = model->dev.counter[QM_COUNT_CQE];
		return true;
	case HISI_QM_DFX_EQE_OUT:
		*value = model->dev.counter[QM_COUNT_EQE];
		return true;
	case HISI_QM_DFX_AEQE_OUT:
		*value = model->dev.counter[QM_COUNT_AEQE];
		return true;
	case DFX_DB_INFO0:
		*value = (uint32_t)model->dev.last_bell;
		return true;
	case DFX_DB_INFO1:
		*value = (uint32_t)(model->dev.last_bell >> 32);
		return true;
	default:
		return false;
	}
}

bool hisi_qm_model_counter_write(struct hisi_qm_model *model, uint32_t offset,
				 uint32_t value)
{
	uint32_t *reg = selector(model, offset);

	if (reg) {
		*reg = value;
		return true;
	}
	if (offset == HISI_QM_DFX_CNT_CLR_CE) {
		model->dev.clear_on_read = value & 1;
		return true;
	}
	return false;
}
