// SPDX-License-Identifier: GPL-2.0-only
/* Errors of the device (5.9): the queue manager's own, and the engine's. PF only. */
#include <linux/bitfield.h>

#include "qm_priv.h"

/* 2.2.1: details of an error */
#define INF_FUNCTION	GENMASK(5, 0)
#define INF_TYPE	GENMASK(7, 6)
#define INF_QUEUE	GENMASK(31, 16)
#define INF02_POISON	BIT(22)

static const char *const names[] = {
	"AXI read", "AXI write", "multi-bit ECC", "single-bit ECC",
	"get-task timeout", "do-task timeout", "write-back timeout",
	"invalid SQ or CQ of a function", "invalid CQ of a function",
	"invalid SQ of a function", "doorbell timeout", "FIFO overflow",
	"doorbell with a wrong random value", "mailbox timeout", "FLR timeout",
};

static u32 enabled(struct hisi_qm *qm)
{
	return qm->ras.ce | qm->ras.nfe;
}

void qm_ras_enable(struct hisi_qm *qm)
{
	if (!qm->gen->reports_errors) {
		hisi_qm_write(qm, HISI_QM_ABNORMAL_INT_MASK, HISI_QM_ABN_ALL);
		qm->engine->ras_disable(qm);
		return;
	}
	hisi_qm_write(qm, HISI_QM_ABNORMAL_INT_SOURCE, U32_MAX);
	hisi_qm_write(qm, HISI_QM_RAS_CE_ENABLE, qm->ras.ce);
	hisi_qm_write(qm, HISI_QM_RAS_CE_THRESHOLD, 1);
	hisi_qm_write(qm, HISI_QM_RAS_NFE_ENABLE, qm->ras.nfe);
	hisi_qm_write(qm, HISI_QM_RAS_FE_ENABLE, 0);
	if (qm->gen->has_shutdown_sel)
		hisi_qm_write(qm, HISI_QM_OOO_SHUTDOWN_SEL, qm->ras.shutdown);
	hisi_qm_write(qm, HISI_QM_ABNORMAL_INT_MASK, ~enabled(qm));
	qm->engine->ras_enable(qm);
}

void qm_ras_disable(struct hisi_qm *qm)
{
	hisi_qm_write(qm, HISI_QM_ABNORMAL_INT_MASK, U32_MAX);
	if (qm->gen->has_shutdown_sel)
		hisi_qm_write(qm, HISI_QM_OOO_SHUTDOWN_SEL, 0);
	qm->engine->ras_disable(qm);
}

static void log_place(struct hisi_qm *qm, const char *what, u32 inf)
{
	dev_err_ratelimited(&qm->pdev->dev, "%s: function %lu, type %lu, queue %lu\n",
			    what, FIELD_GET(INF_FUNCTION, inf),
			    FIELD_GET(INF_TYPE, inf), FIELD_GET(INF_QUEUE, inf));
}

static void log_errors(struct hisi_qm *qm, u32 status)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (status & BIT(i))
			dev_err_ratelimited(&qm->pdev->dev, "queue manager: %s\n", names[i]);
	}
	if (status & HISI_QM_ABN_FIFO_OVERFLOW)
		log_place(qm, names[11], hisi_qm_read(qm, HISI_QM_ABNORMAL_INF00));
	if (status & HISI_QM_ABN_DB_TIMEOUT)
		log_place(qm, names[10], hisi_qm_read(qm, HISI_QM_ABNORMAL_INF01));
	if (status & HISI_QM_ABN_AXI_READ &&
	    hisi_qm_read(qm, HISI_QM_ABNORMAL_INF02) & INF02_POISON)
		dev_err_ratelimited(&qm->pdev->dev, "AXI read: poisoned data\n");
}

/* Whether the queue manager needs a reset. */
static bool handle_own(struct hisi_qm *qm, u32 status)
{
	log_errors(qm, status);
	if (status & HISI_QM_ABN_ECC_MBIT)
		set_bit(QM_ECC, &qm->flags);
	if (status & qm->ras.reset) {
		/* Not to be reported again while it lasts. */
		hisi_qm_write(qm, HISI_QM_RAS_NFE_ENABLE, qm->ras.nfe & ~status);
		return true;
	}
	hisi_qm_write(qm, HISI_QM_ABNORMAL_INT_SOURCE, status);
	hisi_qm_write(qm, HISI_QM_RAS_NFE_ENABLE, qm->ras.nfe);
	hisi_qm_write(qm, HISI_QM_RAS_CE_ENABLE, qm->ras.ce);
	return false;
}

static bool handle_engine(struct hisi_qm *qm, u32 status)
{
	const struct hisi_qm_engine *engine = qm->engine;

	engine->ras_log(qm, status);
	if (status & engine->ras(qm).reset) {
		engine->ras_hold(qm, status);
		return true;
	}
	engine->ras_clear(qm, status);
	return false;
}

/* Whether the device needs a reset. */
bool qm_ras_handle(struct hisi_qm *qm)
{
	u32 own, engine;
	bool needs_reset = false;

	if (!qm->gen->reports_errors)
		return false;
	own = hisi_qm_read(qm, HISI_QM_ABNORMAL_INT_STATUS);
	engine = qm->engine->ras_status(qm);
	/* All ones is no status: the device is gone, and a removal on its way. */
	if (own == U32_MAX || engine == U32_MAX)
		return true;
	if (own & enabled(qm))
		needs_reset = handle_own(qm, own & enabled(qm));
	if (engine)
		needs_reset |= handle_engine(qm, engine);
	if (own || engine)
		atomic_long_inc(&qm->counters.ras_events);
	return needs_reset;
}

void qm_ras_work(struct work_struct *work)
{
	struct hisi_qm *qm = container_of(work, struct hisi_qm, ras_work);

	/* While a reset is going on errors are part of it. */
	mutex_lock(&qm->reset_lock);
	if (!test_bit(QM_FAILED, &qm->flags) &&
	    !test_bit(QM_SUSPENDED, &qm->flags) && qm_ras_handle(qm))
		qm_function_fail(qm, "the device has an error that needs a reset");
	mutex_unlock(&qm->reset_lock);
}
