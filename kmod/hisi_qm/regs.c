// SPDX-License-Identifier: GPL-2.0-only
/* Registers, and what engines ask of a function. */
#include <linux/delay.h>
#include <linux/export.h>
#include <linux/ktime.h>

#include "qm_priv.h"

#define POLL_US	10

u32 hisi_qm_read(struct hisi_qm *qm, u32 offset)
{
	return readl(qm->io + offset);
}
EXPORT_SYMBOL_GPL(hisi_qm_read);

void hisi_qm_write(struct hisi_qm *qm, u32 offset, u32 value)
{
	writel(value, qm->io + offset);
}
EXPORT_SYMBOL_GPL(hisi_qm_write);

int hisi_qm_poll(struct hisi_qm *qm, u32 offset, u32 mask, u32 want,
		 unsigned int timeout_us)
{
	ktime_t end = ktime_add_us(ktime_get(), timeout_us);
	bool is_late;
	u32 value;

	for (;;) {
		/* Looked at before the register: a late look counts. */
		is_late = ktime_after(ktime_get(), end);
		value = hisi_qm_read(qm, offset);
		if (value == U32_MAX && qm_is_gone(qm))
			return -ENODEV;
		if ((value & mask) == want)
			return 0;
		if (is_late)
			return -ETIMEDOUT;
		usleep_range(POLL_US, 2 * POLL_US);
	}
}
EXPORT_SYMBOL_GPL(hisi_qm_poll);

/* A function that is not there any more reads as ones, command and status too. */
bool qm_is_gone(struct hisi_qm *qm)
{
	u32 command;

	if (pci_channel_offline(qm->pdev))
		return true;
	pci_read_config_dword(qm->pdev, PCI_COMMAND, &command);
	return command == U32_MAX;
}

bool hisi_qm_is_alive(struct hisi_qm *qm)
{
	u32 status;

	if (pci_channel_offline(qm->pdev))
		return false;
	if (qm->is_vf)
		return hisi_qm_read(qm, HISI_QM_MAILBOX) != U32_MAX;
	status = hisi_qm_read(qm, HISI_QM_ABNORMAL_INT_STATUS);
	if (status == U32_MAX || status & qm->ras.shutdown)
		return false;
	return !(qm->engine->ras_status(qm) & qm->engine->ras(qm).shutdown);
}
EXPORT_SYMBOL_GPL(hisi_qm_is_alive);

struct pci_dev *hisi_qm_pdev(struct hisi_qm *qm)
{
	return qm->pdev;
}
EXPORT_SYMBOL_GPL(hisi_qm_pdev);

bool hisi_qm_is_vf(struct hisi_qm *qm)
{
	return qm->is_vf;
}
EXPORT_SYMBOL_GPL(hisi_qm_is_vf);

unsigned int hisi_qm_revision(struct hisi_qm *qm)
{
	return qm->gen->revision;
}
EXPORT_SYMBOL_GPL(hisi_qm_revision);

bool hisi_qm_has_caps(struct hisi_qm *qm)
{
	return qm->has_cap_version;
}
EXPORT_SYMBOL_GPL(hisi_qm_has_caps);

void *hisi_qm_priv(struct hisi_qm *qm)
{
	return qm->priv;
}
EXPORT_SYMBOL_GPL(hisi_qm_priv);

void hisi_qm_set_priv(struct hisi_qm *qm, void *priv)
{
	qm->priv = priv;
}
EXPORT_SYMBOL_GPL(hisi_qm_set_priv);
