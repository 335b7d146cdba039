// SPDX-License-Identifier: GPL-2.0-only
/* Virtual functions: what the PF leaves over is divided among them (1.5, 5.13). */
#include <linux/export.h>

#include "qm_priv.h"

/* 1.5: a V1 device's VF does not ask what it has. */
#define V1_PF_QUEUES	64

/*
 * The highest number is first and, if there is room, gets what can't be
 * divided; else the first ones get one more each.
 */
static void divide(struct hisi_qm *qm, unsigned int count)
{
	u32 base = qm->nr_queues;
	u32 share = (qm->device_queues - base) / count;
	u32 rest = (qm->device_queues - base) % count;
	unsigned int vf;
	u32 queues;

	for (vf = count; vf; vf--) {
		queues = share;
		if (vf == count && share + rest <= qm->max_queues) {
			queues += rest;
			rest = 0;
		} else if (rest) {
			queues++;
			rest--;
		}
		queues = min(queues, qm->max_queues);
		qm->vfs.base[vf] = base;
		qm->vfs.queues[vf] = queues;
		base += queues;
	}
}

static void clear(struct hisi_qm *qm, unsigned int first, unsigned int last)
{
	for (; first <= last; first++)
		qm_vft_clear(qm, first);
}

/* Also after a reset, which has wiped the table. */
int qm_vfs_restore(struct hisi_qm *qm)
{
	unsigned int vf;
	int ret;

	for (vf = qm->vfs.count; vf; vf--) {
		ret = qm_vft_set(qm, vf, qm->vfs.base[vf], qm->vfs.queues[vf]);
		if (ret) {
			clear(qm, vf, qm->vfs.count);
			return ret;
		}
	}
	return 0;
}

static int check(struct hisi_qm *qm, unsigned int count)
{
	if (count > HISI_QM_MAX_VFS || count > pci_sriov_get_totalvfs(qm->pdev)) {
		pci_err(qm->pdev, "%u VFs are more than there can be\n", count);
		return -ERANGE;
	}
	if (!qm->gen->has_vft_count &&
	    (count != 1 || qm->nr_queues != V1_PF_QUEUES)) {
		pci_err(qm->pdev, "this generation has one VF only, beside a PF with %u queues (pf_q_num)\n",
			V1_PF_QUEUES);
		return -EINVAL;
	}
	if (qm->device_queues - qm->nr_queues < count) {
		pci_err(qm->pdev, "%u queues are left, too few for %u VFs (pf_q_num)\n",
			qm->device_queues - qm->nr_queues, count);
		return -EINVAL;
	}
	return 0;
}

static int give_queues(struct hisi_qm *qm, unsigned int count)
{
	int ret = -EBUSY;

	mutex_lock(&qm->reset_lock);
	if (!test_bit(QM_FAILED, &qm->flags)) {
		divide(qm, count);
		qm->vfs.count = count;
		ret = qm_vfs_restore(qm);
		if (ret)
			qm->vfs.count = 0;
	}
	mutex_unlock(&qm->reset_lock);
	return ret;
}

static void take_queues(struct hisi_qm *qm)
{
	mutex_lock(&qm->reset_lock);
	clear(qm, 1, qm->vfs.count);
	qm->vfs.count = 0;
	mutex_unlock(&qm->reset_lock);
}

/* Caller holds the device's lock, or is its probe. */
int qm_vfs_enable(struct hisi_qm *qm, unsigned int count)
{
	int ret = check(qm, count);

	if (!ret)
		ret = give_queues(qm, count);
	if (ret)
		return ret;
	ret = pci_enable_sriov(qm->pdev, count);
	if (ret) {
		pci_err(qm->pdev, "%u VFs can't be enabled: %d\n", count, ret);
		take_queues(qm);
	}
	return ret;
}

void qm_vfs_disable(struct hisi_qm *qm)
{
	if (!qm->vfs.count)
		return;
	pci_disable_sriov(qm->pdev);
	take_queues(qm);
}

int hisi_qm_sriov_configure(struct pci_dev *pdev, int vfs)
{
	struct hisi_qm *qm = pci_get_drvdata(pdev);
	int ret;

	if (qm->is_vf)
		return -EINVAL;
	if (!vfs) {
		if (pci_vfs_assigned(pdev)) {
			pci_err(pdev, "VFs belong to virtual machines\n");
			return -EBUSY;
		}
		qm_vfs_disable(qm);
		return 0;
	}
	if (qm->vfs.count) {
		pci_err(pdev, "there are %u VFs already; set 0 first\n",
			qm->vfs.count);
		return -EBUSY;
	}
	ret = qm_vfs_enable(qm, vfs);
	return ret ? ret : vfs;
}
EXPORT_SYMBOL_GPL(hisi_qm_sriov_configure);
