/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Interrupts of the function: completions, queue errors, device errors. */
#include "emu_function_private.h"
#include "hisi_zip_hw.h"

void emu_ras_enable(struct emu_function *func)
{
	const struct emu_ras *qm = &func->qm_ras, *engine = &func->engine_ras;

	emu_write32(func, HISI_QM_ABNORMAL_INT_SOURCE, 0xffffffff);
	emu_write32(func, HISI_QM_RAS_CE_ENABLE, qm->ce);
	emu_write32(func, HISI_QM_RAS_CE_THRESHOLD, 1);
	emu_write32(func, HISI_QM_RAS_NFE_ENABLE, qm->nfe);
	emu_write32(func, HISI_QM_RAS_FE_ENABLE, 0);
	if (func->config.revision >= HISI_QM_REV_V3)
		emu_write32(func, HISI_QM_OOO_SHUTDOWN_SEL, qm->shutdown);
	emu_write32(func, HISI_QM_ABNORMAL_INT_MASK, ~(qm->ce | qm->nfe));

	emu_write32(func, HISI_ZIP_CORE_INT_SOURCE, 0xffffffff);
	emu_write32(func, HISI_ZIP_RAS_CE_ENB, engine->ce);
	emu_write32(func, HISI_ZIP_RAS_FE_ENB, 0);
	emu_write32(func, HISI_ZIP_RAS_NFE_ENB, engine->nfe);
	if (func->config.revision >= HISI_QM_REV_V3)
		emu_write32(func, HISI_ZIP_OOO_SHUTDOWN_SEL, engine->shutdown);
	emu_write32(func, HISI_ZIP_SOFT_CTRL_ZIP_CONTROL,
		    HISI_ZIP_CONTROL_AXI_SHUTDOWN);
	emu_write32(func, HISI_ZIP_CORE_INT_MASK, ~(engine->ce | engine->nfe));
}

/* 4.6: the entry, if it is of this lap. */
static bool next_event(struct emu_event_ring *ring, uint32_t *entry)
{
	*entry = __atomic_load_n(&ring->entries[ring->head], __ATOMIC_ACQUIRE);
	if (!(*entry & HISI_QM_EQE_PHASE) != !ring->phase)
		return false;
	if (++ring->head == ring->depth) {
		ring->head = 0;
		ring->phase = !ring->phase;
	}
	return true;
}

static unsigned int handle_completions(struct emu_function *func)
{
	unsigned int events = 0, qn;
	struct emu_qp *qp;
	uint32_t entry;

	while (next_event(&func->eq, &entry)) {
		events++;
		qn = entry & HISI_QM_EQE_NUM_MASK;
		qp = qn < func->queues ? func->qps[qn] : NULL;
		if (qp)
			func->config.news(func->config.arg, qp);
	}
	/* Also when nothing was found: it enables the interrupt again (4.7). */
	emu_event_doorbell(func, HISI_QM_DB_EQ, func->eq.head);
	return events;
}

static unsigned int handle_queue_errors(struct emu_function *func)
{
	unsigned int events = 0, qn, type;
	bool eq_overflowed = false;
	struct emu_qp *qp;
	uint32_t entry;

	while (next_event(&func->aeq, &entry)) {
		events++;
		type = entry >> HISI_QM_AEQE_TYPE_SHIFT &
		       HISI_QM_AEQE_TYPE_MASK;
		qn = entry & HISI_QM_EQE_NUM_MASK;
		qp = qn < func->queues ? func->qps[qn] : NULL;
		if (type == HISI_QM_AEQE_EQ_OVERFLOW)
			eq_overflowed = true;
		else if (qp)
			emu_qp_kill(qp);
	}
	emu_event_doorbell(func, HISI_QM_DB_AEQ, func->aeq.head);
	/* Nobody knows whose completions were lost (5.11). */
	if (eq_overflowed)
		emu_function_reset(func);
	return events;
}

static unsigned int handle_device_errors(struct emu_function *func)
{
	uint32_t qm = emu_read32(func, HISI_QM_ABNORMAL_INT_STATUS);
	uint32_t engine = emu_read32(func, HISI_ZIP_CORE_INT_STATUS);

	if (!qm && !engine)
		return 0;
	if (qm & func->qm_ras.reset || engine & func->engine_ras.reset) {
		emu_function_reset(func);
		return 1;
	}
	emu_write32(func, HISI_QM_ABNORMAL_INT_SOURCE, qm);
	emu_write32(func, HISI_QM_RAS_NFE_ENABLE, func->qm_ras.nfe);
	emu_write32(func, HISI_QM_RAS_CE_ENABLE, func->qm_ras.ce);
	emu_write32(func, HISI_ZIP_CORE_INT_SOURCE, engine);
	return 1;
}

unsigned int emu_function_irq(struct emu_function *func, unsigned int vector)
{
	if (func->is_broken)
		return 0;
	if (vector == func->eq_vector)
		return handle_completions(func);
	if (func->aeq.depth && vector == func->aeq_vector)
		return handle_queue_errors(func);
	if (vector == func->abnormal_vector)
		return handle_device_errors(func);
	return 0;
}
