// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suspend, resume and shutdown (5.14). The kernel's queues are there again after
 * a resume; rings of processes can't be taken up where they were, so those
 * queues are dead.
 */
#include <linux/export.h>
#include <linux/pm.h>

#include "qm_priv.h"

static void stop(struct hisi_qm *qm, enum qm_stop why)
{
	lockdep_assert_held(&qm->reset_lock);
	qm_message_mask(qm);
	qm_function_halt(qm, why);
	pci_clear_master(qm->pdev);
	qm_device_exit(qm);
}

static int hisi_qm_suspend(struct device *dev)
{
	struct hisi_qm *qm = dev_get_drvdata(dev);

	mutex_lock(&qm->reset_lock);
	set_bit(QM_SUSPENDED, &qm->flags);
	stop(qm, QM_STOP_NORMAL);
	if (!qm->is_vf && qm_master_shut(qm))
		pci_warn(qm->pdev, "the bus does not become quiet for the suspend\n");
	mutex_unlock(&qm->reset_lock);
	return 0;
}

static int start(struct hisi_qm *qm)
{
	int ret;

	pci_set_master(qm->pdev);
	ret = qm_device_init(qm, true);
	if (ret)
		return ret;
	down_write(&qm->sem);
	qm_mailbox_reset(qm);
	ret = qm_function_start(qm);
	up_write(&qm->sem);
	if (!ret && !qm->is_vf)
		ret = qm_vfs_restore(qm);
	return ret;
}

static int hisi_qm_resume(struct device *dev)
{
	struct hisi_qm *qm = dev_get_drvdata(dev);
	bool had_failed;
	int ret = 0;

	mutex_lock(&qm->reset_lock);
	clear_bit(QM_SUSPENDED, &qm->flags);
	had_failed = test_bit(QM_FAILED, &qm->flags);
	if (!had_failed)
		ret = start(qm);
	if (!had_failed && !ret)
		qm_message_init(qm);
	if (ret)
		qm_function_fail(qm, "does not come back from the suspend");
	mutex_unlock(&qm->reset_lock);
	/* Its reset had to wait, or is worth another try. */
	if (had_failed)
		qm_reset_ask(qm);
	return 0;
}

EXPORT_GPL_SIMPLE_DEV_PM_OPS(hisi_qm_pm_ops, hisi_qm_suspend, hisi_qm_resume);

void hisi_qm_shutdown(struct pci_dev *pdev)
{
	struct hisi_qm *qm = pci_get_drvdata(pdev);

	/* Nothing starts it again, and long waits end. */
	set_bit(QM_REMOVING, &qm->flags);
	mutex_lock(&qm->reset_lock);
	stop(qm, QM_STOP_SHUTDOWN);
	mutex_unlock(&qm->reset_lock);
}
EXPORT_SYMBOL_GPL(hisi_qm_shutdown);
