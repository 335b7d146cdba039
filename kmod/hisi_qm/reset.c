// SPDX-License-Identifier: GPL-2.0-only
/*
 * Getting a device back (5.10), or taking it out of service. How it is reset is
 * in soft_reset.c, what PCI does by itself in pci_reset.c.
 */
#include <linux/jiffies.h>
#include <linux/sched/mm.h>

#include "qm_priv.h"

/* A device that fails again and again is not reset any more. */
#define RESETS_MAX	8
#define RESETS_PERIOD	(600 * HZ)

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
	return ret ? ret : qm_function_restart(qm);
}

void qm_out_of_service(struct hisi_qm *qm, int error)
{
	atomic_long_inc(&qm->counters.failed_resets);
	/* Whatever state the device is in, it does not reach memory. */
	pci_clear_master(qm->pdev);
	qm_isolate_until_reset(qm);
	qm_function_give_up(qm);
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

int qm_reset_device(struct hisi_qm *qm, bool is_reset)
{
	int ret;

	atomic_long_inc(&qm->counters.resets);
	qm_message_mask(qm);
	qm_siblings_prepare(qm, QM_STOP_RESET);
	qm_function_halt(qm, QM_STOP_RESET);
	ret = fails_all_the_time(qm) ? -ELOOP : bring_back(qm, is_reset);
	qm_siblings_done(qm, !ret);
	if (!ret)
		qm_isolation_reset(qm);
	qm_isolation_count(qm);
	if (ret) {
		qm_out_of_service(qm, ret);
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
	    !test_bit(QM_SUSPENDED, &qm->flags) && !qm_pci_recovers(qm)) {
		qm_pci_recovery_end(qm);
		qm_reset_device(qm, false);
	}
	memalloc_noio_restore(noio);
	mutex_unlock(&qm->reset_lock);
}
