// SPDX-License-Identifier: GPL-2.0-only
/*
 * Getting a device back (5.10), function-level resets (5.11), and errors that
 * PCI tells of. What belongs to a reset of this device alone, and touches
 * nothing but it, is in soft_reset.c.
 */
#include <linux/export.h>
#include <linux/jiffies.h>
#include <linux/sched/mm.h>

#include "qm_priv.h"

/* More than PCI may take for the reset of a link (a minute). */
#define PCI_RECOVERY	(120 * HZ)

/* A device that fails again and again is not reset any more. */
#define RESETS_MAX	8
#define RESETS_PERIOD	(600 * HZ)

static LIST_HEAD(functions);
static DEFINE_MUTEX(functions_lock);

/* A VF's lock is taken while that of its PF is held. */
static struct lock_class_key vf_reset_key;

static bool is_vf_of(struct hisi_qm *vf, struct hisi_qm *pf)
{
	return vf->is_vf && vf->pdev->is_virtfn &&
	       pci_physfn(vf->pdev) == pf->pdev;
}

/* Without messages a VF learns from the list what its PF has. */
void qm_functions_add(struct hisi_qm *qm)
{
	struct hisi_qm *pf;

	if (qm->is_vf)
		lockdep_set_class(&qm->reset_lock, &vf_reset_key);
	mutex_lock(&functions_lock);
	list_for_each_entry(pf, &functions, node) {
		if (is_vf_of(qm, pf))
			qm_isolation_mirror(qm, qm_isolation_word(pf));
	}
	list_add(&qm->node, &functions);
	mutex_unlock(&functions_lock);
}

void qm_functions_del(struct hisi_qm *qm)
{
	mutex_lock(&functions_lock);
	list_del(&qm->node);
	mutex_unlock(&functions_lock);
}

/* VFs of this kernel see what the PF sees; others get a message. */
void qm_functions_mirror(struct hisi_qm *qm, u32 word)
{
	u64 message = qm_isolation_message(qm, HISI_QM_MSG_SET_ISOLATION);
	struct hisi_qm *vf;

	if (qm->is_vf)
		return;
	mutex_lock(&functions_lock);
	list_for_each_entry(vf, &functions, node) {
		if (is_vf_of(vf, qm))
			qm_isolation_mirror(vf, word);
	}
	mutex_unlock(&functions_lock);
	if (qm->caps.has_messages && qm->vfs.count)
		qm_message_to_vfs(qm, message);
}

static void stop(struct hisi_qm *qm, enum qm_stop why)
{
	down_write(&qm->sem);
	qm_function_stop(qm, why);
	up_write(&qm->sem);
}

/* The function runs again, or its queues are told that it never will. */
static int start(struct hisi_qm *qm)
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

static void give_up(struct hisi_qm *qm)
{
	down_write(&qm->sem);
	qm_queues_restart(qm);
	up_write(&qm->sem);
}

/*
 * VFs stop before their PF and start after it. With messages all of them do so
 * themselves; without, only those that this kernel drives can be told, and the
 * list stays as it is in between. Nobody waits for the list with a VF's lock
 * held, as that is taken here inside.
 */
static void vfs_prepare(struct hisi_qm *pf, enum qm_stop why)
{
	u64 message = why == QM_STOP_FLR ? HISI_QM_MSG_FLR_PREPARE :
					   HISI_QM_MSG_SRST_PREPARE;
	struct hisi_qm *vf;
	bool is_running;

	if (pf->is_vf || !pf->vfs.count)
		return;
	if (pf->caps.has_messages) {
		if (!qm_message_to_vfs(pf, message))
			qm_message_wait_vfs(pf);
		return;
	}
	mutex_lock(&functions_lock);
	list_for_each_entry(vf, &functions, node) {
		if (!is_vf_of(vf, pf))
			continue;
		mutex_lock_nest_lock(&vf->reset_lock, &functions_lock);
		is_running = vf->state == QM_RUNNING;
		stop(vf, why);
		/* Behind a link that is down there is nothing to be saved. */
		if (is_running && !qm_is_gone(vf))
			pci_save_state(vf->pdev);
	}
}

/* Others come back by their own resume() or slot_reset(), or not at all. */
static bool starts_with_pf(struct hisi_qm *vf)
{
	return !test_bit(QM_SUSPENDED, &vf->flags) &&
	       !test_bit(QM_PCI_RECOVERS, &vf->flags) &&
	       !test_bit(QM_REMOVING, &vf->flags);
}

static void vf_done(struct hisi_qm *vf, struct hisi_qm *pf, bool is_back)
{
	if (is_back && !starts_with_pf(vf))
		return;
	/* VFs went with their PF, and so did their interrupts. */
	if (is_back)
		pci_restore_state(vf->pdev);
	if (is_back && !start(vf)) {
		qm_isolation_mirror(vf, qm_isolation_word(pf));
		return;
	}
	set_bit(QM_FAILED, &vf->flags);
	give_up(vf);
}

static void vfs_done(struct hisi_qm *pf, bool is_back)
{
	u64 message = qm_isolation_message(pf, HISI_QM_MSG_RESET_DONE);
	struct hisi_qm *vf;

	if (pf->is_vf || !pf->vfs.count)
		return;
	if (is_back && qm_vfs_restore(pf))
		is_back = false;
	if (pf->caps.has_messages) {
		if (is_back && !qm_message_to_vfs(pf, message))
			qm_message_wait_vfs(pf);
		return;
	}
	list_for_each_entry(vf, &functions, node) {
		if (!is_vf_of(vf, pf))
			continue;
		vf_done(vf, pf, is_back);
		mutex_unlock(&vf->reset_lock);
	}
	mutex_unlock(&functions_lock);
}

/* @is_reset: by PCI, for want of the firmware's method. */
static int bring_back(struct hisi_qm *qm, bool is_reset)
{
	int ret;

	if (qm->is_vf)
		return -EOPNOTSUPP;
	ret = qm_soft_reset(qm);
	if (!ret || (ret == -EOPNOTSUPP && is_reset)) {
		pci_set_master(qm->pdev);
		ret = qm_device_init(qm, true);
	}
	return ret ? ret : start(qm);
}

static void out_of_service(struct hisi_qm *qm, int error)
{
	atomic_long_inc(&qm->counters.failed_resets);
	/* Whatever state the device is in, it does not reach memory. */
	pci_clear_master(qm->pdev);
	qm_isolate_until_reset(qm);
	give_up(qm);
	/* A later reset of its PF brings a VF back, if it hears of it. */
	if (qm->is_vf)
		qm_message_unmask(qm);
	if (pci_channel_offline(qm->pdev))
		pci_err(qm->pdev, "stays out of service: PCI could not recover its link; remove it and rescan the bus (sysfs attributes \"remove\" and \"rescan\")\n");
	else if (qm_is_gone(qm))
		pci_err(qm->pdev, "the device is gone\n");
	else if (qm->is_vf)
		pci_err(qm->pdev, "stays out of service until it is reset (sysfs attribute \"reset\") or its driver bound again\n");
	else if (error == -ELOOP)
		pci_err(qm->pdev, "stays out of service: it failed more than %d times in %d minutes; reset it (sysfs attribute \"reset\"), or restart the machine\n",
			RESETS_MAX, RESETS_PERIOD / (60 * HZ));
	else if (error == -EOPNOTSUPP)
		pci_err(qm->pdev, "stays out of service: this machine's firmware has no method %s to reset it; bind the driver again, or restart the machine\n",
			qm->engine->reset_method);
	else
		pci_err(qm->pdev, "stays out of service, the reset failed: %d\n", error);
}

static bool fails_all_the_time(struct hisi_qm *qm)
{
	lockdep_assert_held(&qm->reset_lock);
	if (time_after(jiffies, qm->resets_since + RESETS_PERIOD)) {
		qm->resets_since = jiffies;
		qm->recent_resets = 0;
	}
	return ++qm->recent_resets > RESETS_MAX;
}

static int reset_device(struct hisi_qm *qm, bool is_reset)
{
	int ret;

	atomic_long_inc(&qm->counters.resets);
	qm_message_mask(qm);
	vfs_prepare(qm, QM_STOP_RESET);
	stop(qm, QM_STOP_RESET);
	ret = fails_all_the_time(qm) ? -ELOOP : bring_back(qm, is_reset);
	vfs_done(qm, !ret);
	if (!ret)
		qm_isolation_reset(qm);
	qm_isolation_count(qm);
	if (ret) {
		out_of_service(qm, ret);
		return ret;
	}
	qm_message_unmask(qm);
	pci_info(qm->pdev, "is back after a reset\n");
	return 0;
}

void qm_reset_ask(struct hisi_qm *qm)
{
	mod_delayed_work(qm->wq, &qm->reset_work, 0);
}

/* What PCI has begun it may never end: another function below the port forbids it. */
static bool is_pcis_turn(struct hisi_qm *qm)
{
	lockdep_assert_held(&qm->reset_lock);
	return test_bit(QM_PCI_RECOVERS, &qm->flags) &&
	       time_before(jiffies, qm->pci_recovers_until);
}

/* The link may have been reset, and nobody have told. */
static void end_pcis_turn(struct hisi_qm *qm)
{
	if (!test_and_clear_bit(QM_PCI_RECOVERS, &qm->flags) ||
	    pci_channel_offline(qm->pdev))
		return;
	pci_load_saved_state(qm->pdev, qm->config);
	pci_restore_state(qm->pdev);
	pci_clear_master(qm->pdev);
}

void qm_reset_work(struct work_struct *work)
{
	struct hisi_qm *qm = container_of(to_delayed_work(work), struct hisi_qm,
					  reset_work);
	unsigned int noio;

	mutex_lock(&qm->reset_lock);
	/*
	 * Memory that firmware and others want may not come from swapping: that
	 * may wait for answers, which this very thread could have to give.
	 */
	noio = memalloc_noio_save();
	/* An FLR may have come first, or PCI have found the error as well. */
	if (test_bit(QM_FAILED, &qm->flags) &&
	    !test_bit(QM_REMOVING, &qm->flags) &&
	    !test_bit(QM_SUSPENDED, &qm->flags) && !is_pcis_turn(qm)) {
		end_pcis_turn(qm);
		reset_device(qm, false);
	}
	memalloc_noio_restore(noio);
	mutex_unlock(&qm->reset_lock);
}

/* The function's own part of a reset that its PF does (5.12). */
void qm_vf_prepare(struct hisi_qm *qm, enum qm_stop why)
{
	stop(qm, why);
}

int qm_vf_done(struct hisi_qm *qm)
{
	return start(qm);
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
	vfs_prepare(qm, QM_STOP_FLR);
	stop(qm, test_bit(QM_FAILED, &qm->flags) ? QM_STOP_RESET : QM_STOP_FLR);
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
		ret = start(qm);
	vfs_done(qm, !ret);
	if (ret) {
		set_bit(QM_FAILED, &qm->flags);
		out_of_service(qm, ret);
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
	vfs_prepare(qm, QM_STOP_RESET);
	stop(qm, QM_STOP_RESET);
	vfs_done(qm, false);
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
		end_pcis_turn(qm);
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
	if (!starts_with_pf(vf))
		return PCI_ERS_RESULT_RECOVERED;
	ret = start(vf);
	if (ret) {
		out_of_service(vf, ret);
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
	return reset_device(qm, is_reset) ? PCI_ERS_RESULT_DISCONNECT :
					    PCI_ERS_RESULT_RECOVERED;
}

static pci_ers_result_t slot_reset(struct pci_dev *pdev)
{
	struct hisi_qm *qm = pci_get_drvdata(pdev);
	pci_ers_result_t result;

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
