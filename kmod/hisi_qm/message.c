// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages between a PF and its VFs (3.8), by mailbox. The sender keeps its
 * mailbox until the receiver has fetched the message, so that it can't be
 * overwritten.
 */
#include <linux/bitfield.h>
#include <linux/delay.h>
#include <linux/jiffies.h>

#include "qm_priv.h"

#define ACK_TRIES	200
#define ACK_MS		10

/*
 * A VF may belong to a virtual machine that asks and does not listen; it must
 * not keep the PF's mailbox busy.
 */
#define ANSWER_TRIES	20
#define DEAF_PERIOD	(60 * HZ)

#define VFS_TRIES	1000
#define VFS_MS		10
#define RESET_TRIES	3000
#define RESET_MS	20

#define MESSAGE_COMMAND	GENMASK_ULL(31, 0)
#define MESSAGE_DATA	GENMASK_ULL(63, 32)

#define PF		0

static u64 read64(struct hisi_qm *qm, u32 offset)
{
	return hisi_qm_read(qm, offset) |
	       (u64)hisi_qm_read(qm, offset + sizeof(u32)) << 32;
}

void qm_message_mask(struct hisi_qm *qm)
{
	if (qm->caps.has_messages)
		hisi_qm_write(qm, HISI_QM_IFC_INT_MASK,
			      hisi_qm_read(qm, HISI_QM_IFC_INT_MASK) | BIT(0));
}

static void acknowledge_own(struct hisi_qm *qm)
{
	hisi_qm_write(qm, HISI_QM_IFC_INT_SOURCE_V,
		      hisi_qm_read(qm, HISI_QM_IFC_INT_SOURCE_V) | BIT(0));
}

void qm_message_unmask(struct hisi_qm *qm)
{
	if (qm->caps.has_messages)
		hisi_qm_write(qm, HISI_QM_IFC_INT_MASK,
			      hisi_qm_read(qm, HISI_QM_IFC_INT_MASK) & ~BIT(0));
}

/* 5.1 11: old messages are forgotten. */
void qm_message_init(struct hisi_qm *qm)
{
	if (!qm->caps.has_messages)
		return;
	if (!qm->is_vf)
		writeq(U64_MAX, qm->io + HISI_QM_IFC_INT_SOURCE_P);
	acknowledge_own(qm);
	qm_message_unmask(qm);
}

/* Until @vfs, a bit each, have fetched a message. */
static int wait_fetched(struct hisi_qm *qm, u64 vfs, unsigned int tries)
{
	unsigned int i;

	hisi_qm_write(qm, HISI_QM_IFC_INT_SET_P, 1);
	for (i = 0; i < tries; i++) {
		if (!(read64(qm, HISI_QM_IFC_READY_STATUS) & vfs))
			return 0;
		if (qm_is_gone(qm))
			return -ENODEV;
		msleep(ACK_MS);
	}
	return -ETIMEDOUT;
}

/* The field that selects all VFs is as wide as that of one VF's number. */
static void select_vfs(struct hisi_qm *qm, u32 which)
{
	u32 cfg = hisi_qm_read(qm, HISI_QM_IFC_INT_CFG);

	hisi_qm_write(qm, HISI_QM_IFC_INT_CFG,
		      (cfg & ~HISI_QM_IFC_ALL_VFS) | which);
}

static int to_all(struct hisi_qm *qm, void *arg)
{
	const u64 *vfs = arg;

	select_vfs(qm, HISI_QM_IFC_ALL_VFS);
	return wait_fetched(qm, *vfs, ACK_TRIES);
}

static int to_one(struct hisi_qm *qm, void *arg)
{
	const unsigned int *vf = arg;

	select_vfs(qm, *vf);
	return wait_fetched(qm, BIT_ULL(*vf), ANSWER_TRIES);
}

/* VFs are the bits behind that of the PF. */
static u64 all_vfs(struct hisi_qm *qm)
{
	return GENMASK_ULL(qm->vfs.count, 1);
}

int qm_message_to_vfs(struct hisi_qm *qm, u64 message)
{
	u64 vfs = all_vfs(qm);
	int ret = qm_mailbox_call(qm, HISI_QM_MB_SRC, HISI_QM_MB_DST_ALL_VFS,
				  message, to_all, &vfs);

	if (ret)
		pci_warn(qm->pdev, "not all VFs take message %#llx: %d\n",
			 FIELD_GET(MESSAGE_COMMAND, message), ret);
	return ret;
}

/* Until each VF has answered; the mask keeps the handler away from it. */
void qm_message_wait_vfs(struct hisi_qm *qm)
{
	u64 vfs = all_vfs(qm), answered = 0;
	unsigned int i;

	for (i = 0; i < VFS_TRIES && !qm_is_gone(qm); i++) {
		answered = read64(qm, HISI_QM_IFC_INT_SOURCE_P) & vfs;
		if (answered == vfs)
			break;
		msleep(VFS_MS);
	}
	if (answered != vfs)
		pci_warn(qm->pdev, "VFs do not answer: %#llx\n", vfs & ~answered);
	writeq(answered, qm->io + HISI_QM_IFC_INT_SOURCE_P);
	acknowledge_own(qm);
}

static int wait_pf(struct hisi_qm *qm, void *arg)
{
	unsigned int i;
	u32 value;

	hisi_qm_write(qm, HISI_QM_IFC_INT_SET_V, 1);
	for (i = 0; i < ACK_TRIES; i++) {
		value = hisi_qm_read(qm, HISI_QM_IFC_INT_SET_V);
		if (value == U32_MAX || test_bit(QM_REMOVING, &qm->flags))
			return -ENODEV;
		if (!(value & BIT(0)))
			return 0;
		msleep(ACK_MS);
	}
	return -ETIMEDOUT;
}

static int to_pf(struct hisi_qm *qm, u64 message)
{
	return qm_mailbox_call(qm, HISI_QM_MB_SRC, PF, message, wait_pf, NULL);
}

void qm_message_ask_isolation(struct hisi_qm *qm)
{
	if (qm->is_vf && qm->caps.has_messages &&
	    to_pf(qm, HISI_QM_MSG_GET_ISOLATION))
		pci_dbg(qm->pdev, "PF does not tell of isolation\n");
}

/* 5.12: the PF tells when it is over. */
static int wait_reset_done(struct hisi_qm *qm)
{
	unsigned int i;
	u32 value;

	for (i = 0; i < RESET_TRIES; i++) {
		value = hisi_qm_read(qm, HISI_QM_IFC_INT_SOURCE_V);
		if (value == 1)
			return 0;
		if (test_bit(QM_REMOVING, &qm->flags))
			return -ENODEV;
		msleep(RESET_MS);
	}
	return -ETIMEDOUT;
}

static int next_message(struct hisi_qm *qm, u64 *message)
{
	int ret = wait_reset_done(qm);

	if (ret)
		return ret;
	qm_mailbox_reset(qm);
	ret = qm_mailbox_get(qm, HISI_QM_MB_DST, PF, message);
	acknowledge_own(qm);
	return ret;
}

static bool is_prepare(u32 command)
{
	return command == HISI_QM_MSG_FLR_PREPARE ||
	       command == HISI_QM_MSG_SRST_PREPARE;
}

/* A PF whose reset did not succeed may begin another one, or tell of isolation. */
static int follow_reset(struct hisi_qm *qm)
{
	u64 message = 0;
	u32 command;
	int ret;

	do {
		ret = next_message(qm, &message);
		if (ret)
			return ret;
		command = FIELD_GET(MESSAGE_COMMAND, message);
		if (command == HISI_QM_MSG_SET_ISOLATION)
			qm_isolation_mirror(qm, FIELD_GET(MESSAGE_DATA, message));
		else if (is_prepare(command))
			to_pf(qm, HISI_QM_MSG_VF_PREPARE_DONE);
		else if (command != HISI_QM_MSG_RESET_DONE)
			return -EPROTO;
	} while (command != HISI_QM_MSG_RESET_DONE &&
		 !test_bit(QM_REMOVING, &qm->flags));
	if (command != HISI_QM_MSG_RESET_DONE)
		return -ENODEV;
	qm_isolation_mirror(qm, FIELD_GET(MESSAGE_DATA, message));
	pci_restore_state(qm->pdev);
	return qm_function_restart(qm);
}

/* The PF is going to be reset, and this VF with it. */
static void vf_reset(struct hisi_qm *qm, enum qm_stop why)
{
	int ret;

	mutex_lock(&qm->reset_lock);
	qm_message_mask(qm);
	qm_function_halt(qm, why);
	pci_save_state(qm->pdev);
	to_pf(qm, HISI_QM_MSG_VF_PREPARE_DONE);
	ret = follow_reset(qm);
	qm_message_unmask(qm);
	to_pf(qm, ret ? HISI_QM_MSG_VF_START_FAIL : HISI_QM_MSG_VF_START_DONE);
	if (ret) {
		qm_function_fail(qm, "its PF did not come back from a reset");
		pci_dbg(qm->pdev, "reset by the PF: %d\n", ret);
	}
	mutex_unlock(&qm->reset_lock);
}

static void vf_message(struct hisi_qm *qm)
{
	u64 message = 0;
	int ret = qm_mailbox_get(qm, HISI_QM_MB_DST, PF, &message);

	acknowledge_own(qm);
	if (ret)
		return;
	switch (FIELD_GET(MESSAGE_COMMAND, message)) {
	case HISI_QM_MSG_FLR_PREPARE:
		vf_reset(qm, QM_STOP_FLR);
		break;
	case HISI_QM_MSG_SRST_PREPARE:
		vf_reset(qm, QM_STOP_RESET);
		break;
	case HISI_QM_MSG_SET_ISOLATION:
		qm_isolation_mirror(qm, FIELD_GET(MESSAGE_DATA, message));
		break;
	default:
		pci_dbg(qm->pdev, "message %#llx from the PF\n", message);
		break;
	}
}

/* To the one that asks: others may have no driver, and would be waited for. */
static void answer_isolation(struct hisi_qm *qm, unsigned int vf)
{
	u64 message = qm_isolation_message(qm, HISI_QM_MSG_SET_ISOLATION);
	struct qm_vfs *vfs = &qm->vfs;

	if (time_after(jiffies, vfs->deaf_until))
		vfs->deaf = 0;
	if (vfs->deaf & BIT_ULL(vf) ||
	    !qm_mailbox_call(qm, HISI_QM_MB_SRC, vf, message, to_one, &vf))
		return;
	pci_dbg(qm->pdev, "VF %u does not take an answer\n", vf);
	vfs->deaf |= BIT_ULL(vf);
	vfs->deaf_until = jiffies + DEAF_PERIOD;
}

static bool asks_isolation(struct hisi_qm *qm, unsigned int vf)
{
	u64 message = 0;
	int ret = qm_mailbox_get(qm, HISI_QM_MB_DST, vf, &message);

	writeq(BIT_ULL(vf), qm->io + HISI_QM_IFC_INT_SOURCE_P);
	if (!ret && FIELD_GET(MESSAGE_COMMAND, message) == HISI_QM_MSG_GET_ISOLATION)
		return true;
	pci_dbg(qm->pdev, "message %#llx from VF %u: %d\n", message, vf, ret);
	return false;
}

static void answer_all(struct hisi_qm *qm)
{
	u64 sources = read64(qm, HISI_QM_IFC_INT_SOURCE_P), asking = 0;
	unsigned int vf;

	if (sources == U64_MAX && qm_is_gone(qm))
		return;
	for (vf = 1; vf <= HISI_QM_MAX_VFS; vf++) {
		if (sources & BIT_ULL(vf) && asks_isolation(qm, vf))
			asking |= BIT_ULL(vf);
	}
	acknowledge_own(qm);
	for (vf = 1; vf <= HISI_QM_MAX_VFS; vf++) {
		if (asking & BIT_ULL(vf))
			answer_isolation(qm, vf);
	}
}

/* In a reset answers of VFs are what it waits for, and questions have to wait. */
static void pf_messages(struct hisi_qm *qm)
{
	mutex_lock(&qm->reset_lock);
	if (!test_bit(QM_FAILED, &qm->flags) &&
	    !test_bit(QM_SUSPENDED, &qm->flags))
		answer_all(qm);
	mutex_unlock(&qm->reset_lock);
}

void qm_message_work(struct work_struct *work)
{
	struct hisi_qm *qm = container_of(work, struct hisi_qm, msg_work);

	if (qm->is_vf)
		vf_message(qm);
	else
		pf_messages(qm);
}
