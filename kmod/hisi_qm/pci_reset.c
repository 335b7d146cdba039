// SPDX-License-Identifier: GPL-2.0-only
/*
 * Resets that PCI does: of a function (5.11), and of a link that had an error.
 */
#include <linux/export.h>
#include <linux/jiffies.h>

#include "qm_priv.h"

/* More than PCI may take for the reset of a link (a minute). */
#define PCI_RECOVERY	(120 * HZ)

/* What PCI has begun it may never end: another function below the port forbids it. */
bool qm_pci_recovers(struct hisi_qm *qm)
{
	lockdep_assert_held(&qm->reset_lock);
	return test_bit(QM_PCI_RECOVERS, &qm->flags) &&
	       time_before(jiffies, qm->pci_recovers_until);
}

/* The link may have been reset, and nobody have told. */
void qm_pci_recovery_end(struct hisi_qm *qm)
{
	if (!test_and_clear_bit(QM_PCI_RECOVERS, &qm->flags) ||
	    pci_channel_offline(qm->pdev))
		return;
	pci_load_saved_state(qm->pdev, qm->config);
	pci_restore_state(qm->pdev);
	pci_clear_master(qm->pdev);
}

/*
 * A reset of the whole bus is prepared for the PF first, by the thread that
 * then comes for its VFs: these have stopped, and their locks are not free.
 */
static bool stops_with_pf(struct hisi_qm *vf)
{
	struct hisi_qm *pf = pci_iov_get_pf_drvdata(vf->pdev, vf->pdev->driver);

	return !IS_ERR_OR_NULL(pf) && READ_ONCE(pf->flr_task) == current &&
	       READ_ONCE(vf->state) != QM_RUNNING;
}

/* 5.11: PCI calls both in one thread, one after the other. */
static void flr_prepare(struct pci_dev *pdev)
{
	struct hisi_qm *qm = pci_get_drvdata(pdev);

	if (stops_with_pf(qm)) {
		set_bit(QM_WITH_PF, &qm->flags);
		return;
	}
	mutex_lock(&qm->reset_lock);
	WRITE_ONCE(qm->flr_task, current);
	qm_device_exit(qm);
	qm_message_mask(qm);
	qm_siblings_prepare(qm, QM_STOP_FLR);
	qm_function_halt(qm, test_bit(QM_FAILED, &qm->flags) ? QM_STOP_RESET : QM_STOP_FLR);
}

/* Takes the lock that flr_prepare() has left alone. */
static bool started_with_pf(struct hisi_qm *qm)
{
	if (!test_and_clear_bit(QM_WITH_PF, &qm->flags))
		return false;
	mutex_lock(&qm->reset_lock);
	return READ_ONCE(qm->state) == QM_RUNNING;
}

/* What it had of its own is over; its PF may be isolated all the same. */
static void vf_isolation_end(struct hisi_qm *vf)
{
	struct hisi_qm *pf = pci_iov_get_pf_drvdata(vf->pdev, vf->pdev->driver);

	qm_isolation_mirror(vf, IS_ERR_OR_NULL(pf) ? 0 : qm_isolation_word(pf));
	qm_message_ask_isolation(vf);
}

/* The administrator's own way to get a device back that was out of service. */
static void bring_back_by_flr(struct hisi_qm *qm)
{
	bool had_failed = test_bit(QM_FAILED, &qm->flags);
	struct pci_dev *pdev = qm->pdev;
	int ret = 0;

	clear_bit(QM_PCI_RECOVERS, &qm->flags);
	/* What an error has shut in the whole device an FLR leaves shut. */
	if (had_failed && !qm->is_vf)
		ret = qm_soft_reset(qm);
	if (!ret || ret == -EOPNOTSUPP) {
		pci_set_master(pdev);
		ret = qm_device_init(qm, had_failed);
	}
	if (!ret)
		ret = qm_function_restart(qm);
	qm_siblings_done(qm, !ret);
	if (ret) {
		set_bit(QM_FAILED, &qm->flags);
		qm_out_of_service(qm, ret);
	} else {
		qm_message_unmask(qm);
		if (had_failed)
			pci_info(pdev, "is back after a reset\n");
		if (had_failed && qm->is_vf)
			vf_isolation_end(qm);
		else if (had_failed)
			qm_isolation_end(qm);
	}
}

static void flr_done(struct pci_dev *pdev)
{
	struct hisi_qm *qm = pci_get_drvdata(pdev);

	/* PCI's copy of a VF that had failed is one with the bus closed. */
	if (started_with_pf(qm))
		pci_set_master(pdev);
	else
		bring_back_by_flr(qm);
	WRITE_ONCE(qm->flr_task, NULL);
	mutex_unlock(&qm->reset_lock);
}

static void cut_off(struct hisi_qm *qm)
{
	if (!test_and_set_bit(QM_FAILED, &qm->flags))
		pci_err(qm->pdev, "out of service: PCI reports an error\n");
	qm_siblings_prepare(qm, QM_STOP_RESET);
	qm_function_halt(qm, QM_STOP_RESET);
	qm_siblings_done(qm, false);
}

/*
 * PCI resets the device and calls slot_reset(). Who found first that something
 * is wrong may have asked for a reset, which would only be in the way.
 */
static void leave_to_pci(struct hisi_qm *qm)
{
	qm->pci_recovers_until = jiffies + PCI_RECOVERY;
	set_bit(QM_PCI_RECOVERS, &qm->flags);
	cut_off(qm);
	mod_delayed_work(qm->wq, &qm->reset_work, PCI_RECOVERY);
}

/* Newer kernels say that they have given up. */
static void pci_gives_up(struct hisi_qm *qm)
{
	if (test_bit(QM_PCI_RECOVERS, &qm->flags)) {
		qm_pci_recovery_end(qm);
		qm_reset_ask(qm);
	} else if (pci_channel_offline(qm->pdev)) {
		cut_off(qm);
		qm_reset_ask(qm);
	}
}

/*
 * A VF is reset with its link as well, and its PF, which comes first, cannot
 * tell it.
 */
static pci_ers_result_t vf_error_detected(struct hisi_qm *vf,
					  pci_channel_state_t state)
{
	if (state != pci_channel_io_frozen)
		return PCI_ERS_RESULT_NONE;
	pci_clear_master(vf->pdev);
	leave_to_pci(vf);
	return PCI_ERS_RESULT_NEED_RESET;
}

static pci_ers_result_t vf_slot_reset(struct hisi_qm *vf)
{
	int ret;

	if (!test_and_clear_bit(QM_PCI_RECOVERS, &vf->flags))
		return PCI_ERS_RESULT_RECOVERED;
	pci_load_saved_state(vf->pdev, vf->config);
	pci_restore_state(vf->pdev);
	/* Its resume starts it. */
	if (test_bit(QM_SUSPENDED, &vf->flags))
		clear_bit(QM_FAILED, &vf->flags);
	if (!qm_sibling_starts(vf))
		return PCI_ERS_RESULT_RECOVERED;
	ret = qm_function_restart(vf);
	if (ret) {
		qm_out_of_service(vf, ret);
	} else {
		/* Those of its PF from before were for what it was then. */
		qm_message_init(vf);
		pci_info(vf->pdev, "is back after a reset\n");
		vf_isolation_end(vf);
	}
	/* That of others does not depend on it. */
	return PCI_ERS_RESULT_RECOVERED;
}

static pci_ers_result_t pf_error_detected(struct hisi_qm *qm,
					  pci_channel_state_t state)
{
	bool needs_reset = true;

	clear_bit(QM_LINK_RESET, &qm->flags);
	if (state == pci_channel_io_normal)
		needs_reset = qm_ras_handle(qm);
	else
		set_bit(QM_LINK_RESET, &qm->flags);
	if (!needs_reset)
		return PCI_ERS_RESULT_RECOVERED;
	/* Requests that find the bus closed are no errors of the device. */
	qm_device_exit(qm);
	/* The bus first, as in qm_function_fail(). */
	pci_clear_master(qm->pdev);
	leave_to_pci(qm);
	return PCI_ERS_RESULT_NEED_RESET;
}

/* A device behind a frozen link can't be asked anything. */
static pci_ers_result_t error_detected(struct pci_dev *pdev,
				       pci_channel_state_t state)
{
	struct hisi_qm *qm = pci_get_drvdata(pdev);
	pci_ers_result_t result = PCI_ERS_RESULT_DISCONNECT;

	mutex_lock(&qm->reset_lock);
	if (qm->is_vf)
		result = vf_error_detected(qm, state);
	else if (state == pci_channel_io_perm_failure)
		pci_gives_up(qm);
	else
		result = pf_error_detected(qm, state);
	mutex_unlock(&qm->reset_lock);
	return result;
}

static pci_ers_result_t pf_slot_reset(struct hisi_qm *qm)
{
	struct pci_dev *pdev = qm->pdev;
	bool is_reset;

	clear_bit(QM_PCI_RECOVERS, &qm->flags);
	/* Not every kernel resets a device behind a link that works. */
	is_reset = test_bit(QM_LINK_RESET, &qm->flags) ||
		   !pcie_reset_flr(pdev, PCI_RESET_DO_RESET);
	pci_load_saved_state(pdev, qm->config);
	pci_restore_state(pdev);
	/* A resume goes on from here. */
	if (test_bit(QM_SUSPENDED, &qm->flags) ||
	    test_bit(QM_REMOVING, &qm->flags))
		return PCI_ERS_RESULT_RECOVERED;
	return qm_reset_device(qm, is_reset) ? PCI_ERS_RESULT_DISCONNECT :
					    PCI_ERS_RESULT_RECOVERED;
}

static pci_ers_result_t slot_reset(struct pci_dev *pdev)
{
	struct hisi_qm *qm = pci_get_drvdata(pdev);
	pci_ers_result_t result;

	/* Older kernels say so only after this, and qm_is_gone() would be true. */
	if (pdev->error_state == pci_channel_io_frozen)
		pdev->error_state = pci_channel_io_normal;
	mutex_lock(&qm->reset_lock);
	result = qm->is_vf ? vf_slot_reset(qm) : pf_slot_reset(qm);
	mutex_unlock(&qm->reset_lock);
	return result;
}

const struct pci_error_handlers hisi_qm_err_handler = {
	.error_detected = error_detected,
	.slot_reset = slot_reset,
	.reset_prepare = flr_prepare,
	.reset_done = flr_done,
};
EXPORT_SYMBOL_GPL(hisi_qm_err_handler);
