// SPDX-License-Identifier: GPL-2.0-only
/*
 * The functions that this kernel drives, and what a PF is for its VFs among them:
 * these go and come back with it, and show what it has.
 */
#include "qm_priv.h"

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

/*
 * VFs stop before their PF and start after it. With messages all of them do so
 * themselves; without, only those that this kernel drives can be told, and the
 * list stays as it is in between. Nobody waits for the list with a VF's lock
 * held, as that is taken here inside.
 */
void qm_siblings_prepare(struct hisi_qm *pf, enum qm_stop why)
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
		qm_function_halt(vf, why);
		/* Behind a link that is down there is nothing to be saved. */
		if (is_running && !qm_is_gone(vf))
			pci_save_state(vf->pdev);
	}
}

/* Others come back by their own resume() or slot_reset(), or not at all. */
bool qm_sibling_starts(struct hisi_qm *vf)
{
	return !test_bit(QM_SUSPENDED, &vf->flags) &&
	       !test_bit(QM_PCI_RECOVERS, &vf->flags) &&
	       !test_bit(QM_REMOVING, &vf->flags);
}

static void vf_done(struct hisi_qm *vf, struct hisi_qm *pf, bool is_back)
{
	if (is_back) {
		if (!qm_sibling_starts(vf))
			return;
		/* VFs went with their PF, and so did their interrupts. */
		pci_restore_state(vf->pdev);
		if (!qm_function_restart(vf)) {
			qm_isolation_mirror(vf, qm_isolation_word(pf));
			return;
		}
	}
	set_bit(QM_FAILED, &vf->flags);
	qm_function_give_up(vf);
}

void qm_siblings_done(struct hisi_qm *pf, bool is_back)
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
