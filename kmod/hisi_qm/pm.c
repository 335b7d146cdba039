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
	mutex_lock(&qm->reset_lock);
	qm_message_mask(qm);
	down_write(&qm->sem);
	qm_function_stop(qm, why);
	up_write(&qm->sem);
	pci_clear_master(qm->pdev);
	mutex_unlock(&qm->reset_lock);
}

static int hisi_qm_suspend(struct device *dev)
{
	struct hisi_qm *qm = dev_get_drvdata(dev);

	stop(qm, QM_STOP_NORMAL);
	if (qm->is_vf)
		return 0;
	qm_device_exit(qm);
	if (qm_master_shut(qm))
		pci_warn(qm->pdev, "the bus does not become quiet for the suspend\n");
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
	int ret;

	/* One that had failed before has not become better. */
	if (test_bit(QM_FAILED, &qm->flags))
		return 0;
	mutex_lock(&qm->reset_lock);
	ret = start(qm);
	if (!ret)
		qm_message_init(qm);
	mutex_unlock(&qm->reset_lock);
	if (ret)
		qm_function_fail(qm, "does not come back from the suspend");
	return 0;
}

EXPORT_GPL_SIMPLE_DEV_PM_OPS(hisi_qm_pm_ops, hisi_qm_suspend, hisi_qm_resume);

void hisi_qm_shutdown(struct pci_dev *pdev)
{
	struct hisi_qm *qm = pci_get_drvdata(pdev);

	stop(qm, QM_STOP_SHUTDOWN);
	qm_device_exit(qm);
}
EXPORT_SYMBOL_GPL(hisi_qm_shutdown);
