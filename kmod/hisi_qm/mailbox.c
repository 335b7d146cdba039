// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands to a function (3). The sixteen bytes have to reach the device as one
 * access; where the processor has none, the emulated device takes two, the
 * second of which starts the command (3.3).
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/ktime.h>

#include "qm_priv.h"

/* Commands are quick; those that drain wait for what is queued (3.4). */
#define RUN_MS		1000
#define DRAIN_MS	5000

/* Most commands are done by now; then it is worth to let others run. */
#define SPINS		20

#define IMAGE_BYTES	64

static void post(struct hisi_qm *qm, const struct hisi_qm_mailbox *mb)
{
	void __iomem *reg = qm->io + HISI_QM_MAILBOX;
	u64 word[2];

	memcpy(word, mb, sizeof(word));
	/* What the command refers to is in memory before the command (3.7). */
	dma_wmb();
#ifdef CONFIG_ARM64
	asm volatile("stp %x0, %x1, [%2]"
		     : : "rZ" (word[0]), "rZ" (word[1]), "r" (reg) : "memory");
#else
	writeq(le64_to_cpu((__force __le64)word[0]), reg);
	writeq(le64_to_cpu((__force __le64)word[1]), reg + sizeof(u64));
#endif
}

/*
 * The word is never all ones, as its uppermost defined bit is 14; a device
 * that is gone is.
 */
static int wait_idle(struct hisi_qm *qm, unsigned int timeout_ms, u32 *word)
{
	ktime_t end = ktime_add_ms(ktime_get(), timeout_ms);
	unsigned int spins = 0;
	bool is_late;

	for (;;) {
		is_late = ktime_after(ktime_get(), end);
		*word = hisi_qm_read(qm, HISI_QM_MAILBOX);
		if (*word == U32_MAX)
			return -ENODEV;
		if (!(*word & HISI_QM_MB_BUSY))
			return 0;
		if (is_late)
			return -ETIMEDOUT;
		if (spins++ < SPINS)
			udelay(1);
		else
			usleep_range(10, 20);
	}
}

static int run(struct hisi_qm *qm, u8 cmd, u16 op, u16 queue, u64 base)
{
	bool drains = cmd == HISI_QM_MB_STOP_QP || cmd == HISI_QM_MB_FLUSH_QM;
	struct hisi_qm_mailbox mb = {
		.word0 = cpu_to_le16(cmd | op | HISI_QM_MB_BUSY),
		.queue = cpu_to_le16(queue),
		.base_l = cpu_to_le32(lower_32_bits(base)),
		.base_h = cpu_to_le32(upper_32_bits(base)),
	};
	u32 word;
	int ret;

	if (qm->mailbox.is_stuck)
		return -EIO;
	ret = wait_idle(qm, RUN_MS, &word);
	if (!ret) {
		post(qm, &mb);
		ret = wait_idle(qm, drains ? DRAIN_MS : RUN_MS, &word);
	}
	if (ret == -ETIMEDOUT)
		qm->mailbox.is_stuck = true;
	if (!ret && word >> HISI_QM_MB_STATUS_SHIFT & HISI_QM_MB_STATUS_MASK)
		ret = -EIO;
	return ret;
}

/* Caller holds the mailbox. */
static int submit(struct hisi_qm *qm, u8 cmd, u16 op, u16 queue, u64 base)
{
	int ret;

	lockdep_assert_held(&qm->mailbox.lock);
	/* 3.2: a dead device must not be asked. */
	if (hisi_qm_is_alive(qm)) {
		ret = run(qm, cmd, op, queue, base);
	} else {
		ret = -EIO;
		/* Should its interrupt have been lost, here is another chance. */
		if (!qm->is_vf && !test_bit(QM_REMOVING, &qm->flags))
			queue_work(qm->wq, &qm->ras_work);
	}
	if (!ret)
		return 0;
	atomic_long_inc(&qm->counters.mailbox_errors);
	if (ret == -ETIMEDOUT)
		pci_err(qm->pdev, "mailbox command %#x for %u does not end; the function needs a reset\n",
			cmd, queue);
	else
		pci_dbg(qm->pdev, "mailbox command %#x for %u: %d\n", cmd, queue, ret);
	return ret;
}

int qm_mailbox_run(struct hisi_qm *qm, u8 cmd, u16 queue, u64 base)
{
	int ret;

	mutex_lock(&qm->mailbox.lock);
	ret = submit(qm, cmd, 0, queue, base);
	mutex_unlock(&qm->mailbox.lock);
	return ret;
}

/* Hand a context to the device (3.5). */
int qm_mailbox_set(struct hisi_qm *qm, u8 cmd, u16 queue, const void *image,
		   size_t bytes)
{
	struct qm_mailbox *mailbox = &qm->mailbox;
	int ret;

	mutex_lock(&mailbox->lock);
	memset(mailbox->image, 0, IMAGE_BYTES);
	memcpy(mailbox->image, image, bytes);
	ret = submit(qm, cmd, 0, queue, mailbox->image_dma);
	mutex_unlock(&mailbox->lock);
	return ret;
}

/* Get one from it. */
int qm_mailbox_dump(struct hisi_qm *qm, u8 cmd, u16 queue, void *image,
		    size_t bytes)
{
	struct qm_mailbox *mailbox = &qm->mailbox;
	int ret;

	mutex_lock(&mailbox->lock);
	ret = submit(qm, cmd, HISI_QM_MB_OP_GET, queue, mailbox->image_dma);
	if (!ret)
		memcpy(image, mailbox->image, bytes);
	mutex_unlock(&mailbox->lock);
	return ret;
}

/* A command whose answer is a value. */
int qm_mailbox_get(struct hisi_qm *qm, u8 cmd, u16 queue, u64 *value)
{
	int ret;

	mutex_lock(&qm->mailbox.lock);
	ret = submit(qm, cmd, HISI_QM_MB_OP_GET, queue, 0);
	if (!ret)
		*value = hisi_qm_read(qm, HISI_QM_MAILBOX_DATA_L) |
			 (u64)hisi_qm_read(qm, HISI_QM_MAILBOX_DATA_H) << 32;
	mutex_unlock(&qm->mailbox.lock);
	return ret;
}

/* Something else that has to be done before the next command. */
int qm_mailbox_call(struct hisi_qm *qm, u8 cmd, u16 queue, u64 base,
		    int (*then)(struct hisi_qm *qm, void *arg), void *arg)
{
	int ret;

	mutex_lock(&qm->mailbox.lock);
	ret = submit(qm, cmd, 0, queue, base);
	if (!ret)
		ret = then(qm, arg);
	mutex_unlock(&qm->mailbox.lock);
	return ret;
}

/* After a reset there is no command under way any more. */
void qm_mailbox_reset(struct hisi_qm *qm)
{
	mutex_lock(&qm->mailbox.lock);
	qm->mailbox.is_stuck = false;
	mutex_unlock(&qm->mailbox.lock);
}

int qm_mailbox_init(struct hisi_qm *qm)
{
	struct qm_mailbox *mailbox = &qm->mailbox;

	mailbox->image = dma_alloc_coherent(&qm->pdev->dev, IMAGE_BYTES,
					    &mailbox->image_dma, GFP_KERNEL);
	return mailbox->image ? 0 : -ENOMEM;
}

void qm_mailbox_exit(struct hisi_qm *qm)
{
	dma_free_coherent(&qm->pdev->dev, IMAGE_BYTES, qm->mailbox.image,
			  qm->mailbox.image_dma);
}
