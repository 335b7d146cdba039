// SPDX-License-Identifier: GPL-2.0-only
/* Starting and stopping a function as a whole (5.1, 5.2, 5.7). */
#include <linux/sizes.h>

#include "qm_priv.h"

#define DB_TIMEOUT_NS		0x1fffff
#define PM_CTRL_NO_IDLE_GATE	BIT(9)
#define MEM_INIT_US		10000
#define WRITE_BACK_US		10000

/* 2.1: codes of the page size register. */
static u32 page_size_code(void)
{
	switch (PAGE_SIZE) {
	case SZ_16K:
		return 1;
	case SZ_64K:
		return 2;
	default:
		return 0;
	}
}

static int init_memory(struct hisi_qm *qm)
{
	int ret;

	/* A reset that did not succeed leaves it shut. */
	hisi_qm_write(qm, HISI_QM_AM_CTRL_GLOBAL, 0);
	hisi_qm_write(qm, HISI_QM_DB_TIMEOUT_CFG, DB_TIMEOUT_NS);
	/* 2.2.4: the clock gate would make bandwidth limits inaccurate. */
	if (qm->gen->has_cap_regs)
		hisi_qm_write(qm, HISI_QM_PM_CTRL,
			      hisi_qm_read(qm, HISI_QM_PM_CTRL) |
			      PM_CTRL_NO_IDLE_GATE);
	hisi_qm_write(qm, HISI_QM_MEM_START_INIT, 1);
	ret = hisi_qm_poll(qm, HISI_QM_MEM_INIT_DONE, BIT(0), BIT(0), MEM_INIT_US);
	if (ret)
		pci_err(qm->pdev, "the device does not initialise its memory: %d\n", ret);
	return ret;
}

/* 2.2.5: counters that clear on read are read. */
static void clear_counters(struct hisi_qm *qm)
{
	static const u32 selectors[] = {
		HISI_QM_DFX_MB_SEL, HISI_QM_DFX_DB_SEL, HISI_QM_DFX_SQE_SEL,
		HISI_QM_DFX_CQE_SEL,
	};
	static const u32 counters[] = {
		HISI_QM_DFX_ECC_1BIT_CNT, HISI_QM_DFX_ECC_MBIT_CNT,
		HISI_QM_DFX_MB_CNT, HISI_QM_DFX_DB_CNT, HISI_QM_DFX_SQE_CNT,
		HISI_QM_DFX_CQE_CNT, HISI_QM_DFX_SEND_SQE_TO_ACC_CNT,
		HISI_QM_DFX_WB_SQE_FROM_ACC_CNT, HISI_QM_DFX_ACC_FINISH_CNT,
		HISI_QM_DFX_CQE_ERR_CNT,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(selectors); i++)
		hisi_qm_write(qm, selectors[i], 0);
	hisi_qm_write(qm, HISI_QM_DFX_CNT_CLR_CE, 1);
	for (i = 0; i < ARRAY_SIZE(counters); i++)
		hisi_qm_read(qm, counters[i]);
	hisi_qm_write(qm, HISI_QM_DFX_CNT_CLR_CE, 0);
	qm->engine->clear_counters(qm);
}

/* 5.1 8 to 13; the PF does it for all functions. */
int qm_device_init(struct hisi_qm *qm, bool with_memory)
{
	int ret;

	if (qm->is_vf)
		return 0;
	ret = with_memory ? init_memory(qm) : 0;
	if (ret)
		return ret;
	ret = qm->engine->init(qm);
	if (ret) {
		pci_err(qm->pdev, "the engine does not start: %d\n", ret);
		return ret;
	}
	qm_ras_enable(qm);
	clear_counters(qm);
	return 0;
}

void qm_device_exit(struct hisi_qm *qm)
{
	if (!qm->is_vf)
		qm_ras_disable(qm);
}

static int give_queues(struct hisi_qm *qm)
{
	if (qm->caps.has_qos && qm->engine->shaper)
		hisi_qm_write(qm, HISI_QM_SHAPER_CFG, qm->engine->shaper);
	return qm_vft_set(qm, 0, 0, qm->nr_queues);
}

int qm_function_start(struct hisi_qm *qm)
{
	int ret = qm->is_vf ? 0 : give_queues(qm);

	lockdep_assert_held_write(&qm->sem);
	if (ret)
		return ret;
	ret = qm_tables_install(qm);
	/* That the mailbox does not answer has been said there. */
	if (ret && ret != -ETIMEDOUT)
		pci_err(qm->pdev, "can't start, the device refuses its tables: %d\n",
			ret);
	if (ret)
		return ret;
	if (qm->caps.has_prefetch)
		hisi_qm_write(qm, HISI_QM_PAGE_SIZE, page_size_code());
	qm_event_unmask(qm);
	if (qm->is_vf && qm->gen->has_cap_regs)
		hisi_qm_write(qm, HISI_QM_VF_STATE, 0);
	clear_bit(0, &qm->eq_overflow);
	clear_bit(QM_FAILED, &qm->flags);
	qm->state = QM_RUNNING;
	qm_queues_restart(qm);
	return 0;
}

/* 5.8: contexts in memory are what counts from now on. */
static void forget_contexts(struct hisi_qm *qm, bool with_write_back)
{
	unsigned int i;

	if (with_write_back && qm->gen->has_wb) {
		hisi_qm_write(qm, HISI_QM_CACHE_WB_START, 1);
		if (hisi_qm_poll(qm, HISI_QM_CACHE_WB_DONE, BIT(0), BIT(0),
				 WRITE_BACK_US))
			pci_warn(qm->pdev, "does not write its contexts back\n");
	}
	for (i = 0; i < qm->nr_queues; i++) {
		if (qm->queues[i])
			qm_context_poison(qm->queues[i]);
	}
}

/*
 * On return nothing of this function does DMA. A reset is for a device that has
 * an error: it is not waited for, but cut off.
 */
void qm_function_stop(struct hisi_qm *qm, enum qm_stop why)
{
	lockdep_assert_held_write(&qm->sem);
	if (qm->state != QM_RUNNING)
		return;
	qm->state = QM_DOWN;
	if (why == QM_STOP_RESET) {
		pci_clear_master(qm->pdev);
		if (!qm->is_vf)
			qm_master_shut(qm);
	}
	qm_queues_halt(qm, why);
	qm_event_mask(qm);
	if (!qm->is_vf)
		qm_vft_clear(qm, 0);
	if (why != QM_STOP_NORMAL)
		forget_contexts(qm, why != QM_STOP_RESET);
}

/*
 * The function has no use any more. Whatever it was doing has to end at once,
 * as memory is going to be freed; without a bus nothing is reached.
 */
void qm_function_fail(struct hisi_qm *qm, const char *why)
{
	if (test_bit(QM_FAILED, &qm->flags))
		return;
	/* First: who sees the flag frees memory that the device knows. */
	pci_clear_master(qm->pdev);
	if (test_and_set_bit(QM_FAILED, &qm->flags))
		return;
	pci_err(qm->pdev, "out of service: %s\n", why);
	if (!test_bit(QM_REMOVING, &qm->flags))
		qm_reset_ask(qm);
}

void qm_function_halt(struct hisi_qm *qm, enum qm_stop why)
{
	down_write(&qm->sem);
	qm_function_stop(qm, why);
	up_write(&qm->sem);
}

/* The function runs again, or its queues are told that it never will. */
int qm_function_restart(struct hisi_qm *qm)
{
	int ret;

	down_write(&qm->sem);
	pci_set_master(qm->pdev);
	qm_mailbox_reset(qm);
	ret = qm_function_start(qm);
	if (ret) {
		pci_clear_master(qm->pdev);
		set_bit(QM_FAILED, &qm->flags);
		qm_queues_restart(qm);
	}
	up_write(&qm->sem);
	return ret;
}

void qm_function_give_up(struct hisi_qm *qm)
{
	down_write(&qm->sem);
	qm_queues_restart(qm);
	up_write(&qm->sem);
}
