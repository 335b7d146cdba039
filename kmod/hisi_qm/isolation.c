// SPDX-License-Identifier: GPL-2.0-only
/* When a device that keeps failing is taken out of service (6.8). */
#include <linux/bitfield.h>
#include <linux/jiffies.h>
#include <linux/slab.h>

#include "qm_priv.h"

/* 3.8: data of the message that tells VFs. */
#define WORD_ISOLATED	BIT(31)
#define WORD_THRESHOLD	GENMASK(15, 0)

struct error_time {
	struct list_head node;
	unsigned long when;
};

static void forget(struct qm_isolation *isolation, unsigned long before)
{
	struct error_time *error, *next;

	lockdep_assert_held(&isolation->lock);
	list_for_each_entry_safe(error, next, &isolation->times, node) {
		if (time_after(error->when, before))
			break;
		list_del(&error->node);
		kfree(error);
	}
}

static void isolate(struct hisi_qm *qm)
{
	if (test_and_set_bit(QM_ISOLATED, &qm->flags))
		return;
	pci_err(qm->pdev, "isolated: no new user queues\n");
	qm_isolation_tell(qm);
}

void qm_isolation_init(struct hisi_qm *qm)
{
	mutex_init(&qm->isolation.lock);
	INIT_LIST_HEAD(&qm->isolation.times);
}

void qm_isolation_exit(struct hisi_qm *qm)
{
	mutex_lock(&qm->isolation.lock);
	forget(&qm->isolation, jiffies);
	mutex_unlock(&qm->isolation.lock);
	mutex_destroy(&qm->isolation.lock);
}

/* An error that needed a reset. Without memory for it, it counts as the last. */
void qm_isolation_count(struct hisi_qm *qm)
{
	struct qm_isolation *isolation = &qm->isolation;
	struct error_time *error;
	bool is_over = false;
	struct list_head *pos;
	u32 older = 0;

	if (qm->is_vf)
		return;
	error = kmalloc(sizeof(*error), GFP_KERNEL);
	mutex_lock(&isolation->lock);
	forget(isolation, jiffies - 3600 * HZ);
	if (isolation->threshold) {
		list_for_each(pos, &isolation->times)
			older++;
		is_over = older >= isolation->threshold || !error;
	}
	if (error) {
		error->when = jiffies;
		list_add_tail(&error->node, &isolation->times);
	}
	mutex_unlock(&isolation->lock);
	if (is_over)
		isolate(qm);
}

/* However often it has failed before: it is of no use as it is. */
void qm_isolate_until_reset(struct hisi_qm *qm)
{
	lockdep_assert_held(&qm->reset_lock);
	/* What a VF shows is its PF's as soon as that tells. */
	if (!qm->is_vf && !test_bit(QM_ISOLATED, &qm->flags))
		qm->isolation.until_reset = true;
	isolate(qm);
}

/* After a reset that nobody asked for; for one that failed too often it goes on. */
void qm_isolation_reset(struct hisi_qm *qm)
{
	if (qm->isolation.until_reset)
		qm_isolation_end(qm);
}

/* A device that works again after it had failed. */
void qm_isolation_end(struct hisi_qm *qm)
{
	lockdep_assert_held(&qm->reset_lock);
	qm->isolation.until_reset = false;
	if (test_and_clear_bit(QM_ISOLATED, &qm->flags))
		qm_isolation_tell(qm);
}

u32 qm_isolation_threshold(struct hisi_qm *qm)
{
	return READ_ONCE(qm->isolation.threshold);
}

int qm_isolation_set_threshold(struct hisi_qm *qm, u32 threshold)
{
	struct qm_isolation *isolation = &qm->isolation;

	if (qm->is_vf || test_bit(QM_ISOLATED, &qm->flags))
		return -EPERM;
	mutex_lock(&isolation->lock);
	WRITE_ONCE(isolation->threshold, threshold);
	forget(isolation, jiffies);
	mutex_unlock(&isolation->lock);
	/* Not while a reset uses the same registers. */
	mutex_lock(&qm->reset_lock);
	qm_isolation_tell(qm);
	mutex_unlock(&qm->reset_lock);
	return 0;
}

u32 qm_isolation_word(struct hisi_qm *qm)
{
	u32 word = FIELD_PREP(WORD_THRESHOLD, READ_ONCE(qm->isolation.threshold));

	return test_bit(QM_ISOLATED, &qm->flags) ? word | WORD_ISOLATED : word;
}

/* With @command, as a message to VFs. */
u64 qm_isolation_message(struct hisi_qm *qm, u32 command)
{
	return command | (u64)qm_isolation_word(qm) << 32;
}

/* VFs show what their PF has. */
void qm_isolation_tell(struct hisi_qm *qm)
{
	qm_functions_mirror(qm, qm_isolation_word(qm));
}

void qm_isolation_mirror(struct hisi_qm *qm, u32 word)
{
	WRITE_ONCE(qm->isolation.threshold, FIELD_GET(WORD_THRESHOLD, word));
	if (word & WORD_ISOLATED)
		set_bit(QM_ISOLATED, &qm->flags);
	else
		clear_bit(QM_ISOLATED, &qm->flags);
}
