/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Errors of the device, 2.2.1 and 2.5. */
#include "qm_priv.h"

/* The bits that shut the bus master by themselves, 2.5. */
static uint32_t shutdown_bits(const struct hisi_qm_model *model)
{
	switch (model->config.revision) {
	case HISI_QM_REV_V1:
		return 0;
	case HISI_QM_REV_V2:
		return HISI_QM_ABN_ECC_MBIT;
	default:
		return model->dev.ras.shutdown_sel;
	}
}

static void check_shutdown(struct hisi_qm_model *model)
{
	if (model->dev.shut_by_error ||
	    !(model->dev.ras.source & shutdown_bits(model)))
		return;
	model->dev.shut_by_error = true;
	qm_event(model, "error 0x%x shuts the bus master",
		 model->dev.ras.source);
	hisi_qm_model_mailbox_progress_all(model);
}

/* Not masked, and of a class that is reported. */
static uint32_t pending(const struct hisi_qm_model *model)
{
	return model->dev.ras.source & ~model->dev.ras.mask &
	       (model->dev.ras.ce | model->dev.ras.nfe | model->dev.ras.fe);
}

static void report(struct hisi_qm_model *model)
{
	hisi_qm_model_irq_raise(model, &model->funcs[0], QM_VECTOR_ABNORMAL);
}

/* 0x1000f8: corrected errors are reported a number at a time. */
static bool below_threshold(struct hisi_qm_model *model, uint32_t bits)
{
	if ((bits & ~model->dev.ras.ce) ||
	    (bits & (model->dev.ras.nfe | model->dev.ras.fe)))
		return false;
	if (++model->dev.ras.ce_seen < model->dev.ras.ce_threshold)
		return true;
	model->dev.ras.ce_seen = 0;
	return false;
}

void hisi_qm_model_error(struct hisi_qm_model *model, uint32_t bits)
{
	uint32_t before = pending(model);

	if (bits & HISI_QM_ABN_ECC_1BIT)
		model->dev.counter[QM_COUNT_ECC_1BIT]++;
	if (bits & HISI_QM_ABN_ECC_MBIT)
		model->dev.counter[QM_COUNT_ECC_MBIT]++;
	if (below_threshold(model, bits))
		return;
	if (bits & ~model->dev.ras.source)
		qm_event(model, "abnormal 0x%x", bits);
	model->dev.ras.source |= bits;
	check_shutdown(model);
	if (pending(model) & ~before)
		report(model);
}

void hisi_qm_model_engine_irq(struct hisi_qm_model *model)
{
	qm_event(model, "error in the engine");
	report(model);
	if (!hisi_qm_model_can_run(model))
		hisi_qm_model_mailbox_progress_all(model);
}

bool hisi_qm_model_ras_read(const struct hisi_qm_model *model, uint32_t offset,
			    uint32_t *value)
{
	switch (offset) {
	case HISI_QM_ABNORMAL_INT_SOURCE:
		*value = model->dev.ras.source;
		return true;
	case HISI_QM_ABNORMAL_INT_MASK:
		*value = model->dev.ras.mask;
		return true;
	case HISI_QM_ABNORMAL_INT_STATUS:
		*value = model->dev.ras.source & ~model->dev.ras.mask;
		return true;
	case HISI_QM_ABNORMAL_INF00:
		*value = model->dev.ras.inf00;
		return true;
	case HISI_QM_ABNORMAL_INF01:
		*value = model->dev.ras.inf01;
		return true;
	case HISI_QM_ABNORMAL_INF02:
		*value = model->dev.ras.inf02;
		return true;
	case HISI_QM_RAS_CE_ENABLE:
		*value = model->dev.ras.ce;
		return true;
	case HISI_QM_RAS_FE_ENABLE:
		*value = model->dev.ras.fe;
		return true;
	case HISI_QM_RAS_NFE_ENABLE:
		*value = model->dev.ras.nfe;
		return true;
	case HISI_QM_RAS_CE_THRESHOLD:
		*value = model->dev.ras.ce_threshold;
		return true;
	case HISI_QM_OOO_SHUTDOWN_SEL:
		*value = model->dev.ras.shutdown_sel;
		return qm_is(model, HISI_QM_REV_V3);
	default:
		return false;
	}
}

/* What is left after an acknowledgement is reported again. */
static void clear_source(struct hisi_qm_model *model, uint32_t bits)
{
	bool had_pending = pending(model);

	model->dev.ras.source &= ~bits;
	if (had_pending && pending(model))
		report(model);
}

static uint32_t *report_reg(struct hisi_qm_model *model, uint32_t offset)
{
	switch (offset) {
	case HISI_QM_ABNORMAL_INT_MASK:
		return &model->dev.ras.mask;
	case HISI_QM_RAS_CE_ENABLE:
		return &model->dev.ras.ce;
	case HISI_QM_RAS_FE_ENABLE:
		return &model->dev.ras.fe;
	case HISI_QM_RAS_NFE_ENABLE:
		return &model->dev.ras.nfe;
	default:
		return NULL;
	}
}

bool hisi_qm_model_ras_write(struct hisi_qm_model *model, uint32_t offset,
			     uint32_t value)
{
	uint32_t *reg = report_reg(model, offset);
	uint32_t before = pending(model);

	if (reg) {
		*reg = value;
		if (pending(model) & ~before)
			report(model);
		return true;
	}
	switch (offset) {
	case HISI_QM_ABNORMAL_INT_SOURCE:
		clear_source(model, value);
		return true;
	case HISI_QM_ABNORMAL_INT_SET:
		if (value & HISI_QM_ABN_ALL)
			hisi_qm_model_error(model, value & HISI_QM_ABN_ALL);
		return true;
	case HISI_QM_RAS_CE_THRESHOLD:
		model->dev.ras.ce_threshold = value;
		return true;
	case HISI_QM_OOO_SHUTDOWN_SEL:
		if (!qm_is(model, HISI_QM_REV_V3))
			return false;
		model->dev.ras.shutdown_sel = value;
		check_shutdown(model);
		return true;
	default:
		return false;
	}
}
