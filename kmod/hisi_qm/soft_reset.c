// SPDX-License-Identifier: GPL-2.0-only
/* The controller's reset, a method of the firmware (1.7, 5.10). PF only. */
#include <linux/acpi.h>
#include <linux/delay.h>

#include "qm_priv.h"

#define MASTER_US		10000
#define CONFIG_TRIES		1000

/* 2.3: enable of the port that carries interrupts, on V1 and V2. */
#define AM_MSI_PORT		BIT(11)
#define AM_ROB_ECC		BIT(1)

/* 2.2.4: nothing of MSI is under way any more. */
#define PEH_INFO0_MSI_BUSY	(BIT(0) | BIT(2))
#define PEH_INFO1_MSI_BUSY	GENMASK(19, 16)
#define PEH_PROBE		0x5a5a

static bool has_own_msi_rules(struct hisi_qm *qm)
{
	return qm->gen->has_cap_regs;
}

#ifdef CONFIG_ACPI
bool qm_soft_reset_exists(struct hisi_qm *qm)
{
	acpi_handle handle = ACPI_HANDLE(&qm->pdev->dev);

	return handle && acpi_has_method(handle, (char *)qm->engine->reset_method);
}

/* 1.7: 0, or the number of the step that failed. */
static int call_firmware(struct hisi_qm *qm)
{
	unsigned long long step = 0;
	acpi_status status;

	status = acpi_evaluate_integer(ACPI_HANDLE(&qm->pdev->dev),
				       (char *)qm->engine->reset_method, NULL,
				       &step);
	if (ACPI_FAILURE(status)) {
		pci_err(qm->pdev, "method %s of the firmware failed: %#x\n",
			qm->engine->reset_method, status);
		return -EIO;
	}
	if (step) {
		pci_err(qm->pdev, "method %s of the firmware failed in step %llu\n",
			qm->engine->reset_method, step);
		return -EIO;
	}
	return 0;
}
#else
bool qm_soft_reset_exists(struct hisi_qm *qm)
{
	return false;
}

static int call_firmware(struct hisi_qm *qm)
{
	return -EOPNOTSUPP;
}
#endif

/* On return the device has nothing under way on the bus. */
int qm_master_shut(struct hisi_qm *qm)
{
	hisi_qm_write(qm, HISI_QM_AM_CTRL_GLOBAL, 1);
	return hisi_qm_poll(qm, HISI_QM_AM_CURR_TRANS_RETURN, U32_MAX,
			    HISI_QM_AM_TRANS_ALL_RETURNED, MASTER_US);
}

/* 5.10 2: V1 and V2 shut the master only if both halves report the error. */
static void inject_ecc(struct hisi_qm *qm)
{
	u32 shutdown = qm->engine->ras(qm).shutdown;
	bool in_engine = qm->engine->ras_status(qm) & shutdown;
	bool in_qm = test_bit(QM_ECC, &qm->flags);

	if (qm->gen->has_shutdown_sel)
		return;
	if (in_engine && !in_qm)
		hisi_qm_write(qm, HISI_QM_ABNORMAL_INT_SET, HISI_QM_ABN_ECC_MBIT);
	else if (in_qm && !in_engine)
		qm->engine->ras_inject_ecc(qm);
	if (in_engine)
		set_bit(QM_ECC, &qm->flags);
}

/* 5.10 6: proves that earlier writes have arrived. */
static int probe_order(struct hisi_qm *qm)
{
	static const u32 values[] = { PEH_PROBE, HISI_QM_PCI_VENDOR };
	unsigned int i;
	int ret;

	if (qm->gen->has_shutdown_sel)
		return 0;
	for (i = 0; i < ARRAY_SIZE(values); i++) {
		hisi_qm_write(qm, HISI_QM_PEH_VENDOR_ID, values[i]);
		ret = hisi_qm_poll(qm, HISI_QM_PEH_VENDOR_ID, U32_MAX, values[i],
				   MASTER_US);
		if (ret)
			return ret;
	}
	return 0;
}

/* Until configuration space shows it. */
static int set_config_bit(struct pci_dev *pdev, int pos, u16 bit, bool on)
{
	unsigned int i;
	u16 value;

	pci_read_config_word(pdev, pos, &value);
	value = on ? value | bit : value & ~bit;
	pci_write_config_word(pdev, pos, value);
	for (i = 0; i < CONFIG_TRIES; i++) {
		pci_read_config_word(pdev, pos, &value);
		if (!(value & bit) == !on)
			return 0;
		udelay(1);
	}
	return -ETIMEDOUT;
}

static int set_vf_memory(struct hisi_qm *qm, bool on)
{
	int pos = pci_find_ext_capability(qm->pdev, PCI_EXT_CAP_ID_SRIOV);

	if (!pos || !qm->vfs.count)
		return 0;
	return set_config_bit(qm->pdev, pos + PCI_SRIOV_CTRL, PCI_SRIOV_CTRL_MSE, on);
}

static void msi_mask_all(struct hisi_qm *qm, u32 mask)
{
	pci_write_config_dword(qm->pdev, qm->pdev->msi_cap + PCI_MSI_MASK_64, mask);
}

static int msi_off(struct hisi_qm *qm)
{
	struct pci_dev *pdev = qm->pdev;
	u32 pending;
	int ret;

	if (!has_own_msi_rules(qm)) {
		if (test_bit(QM_ECC, &qm->flags))
			return 0;
		msi_mask_all(qm, U32_MAX);
		usleep_range(1000, 2000);
		return hisi_qm_read(qm, HISI_QM_PEH_DFX_INFO0) ? -EBUSY : 0;
	}
	ret = set_config_bit(pdev, pdev->msi_cap + PCI_MSI_FLAGS,
			     PCI_MSI_FLAGS_ENABLE, false);
	usleep_range(100, 200);
	pci_read_config_dword(pdev, pdev->msi_cap + PCI_MSI_PENDING_64, &pending);
	if (pending || hisi_qm_poll(qm, HISI_QM_PEH_DFX_INFO0, PEH_INFO0_MSI_BUSY,
				    0, MASTER_US) ||
	    hisi_qm_poll(qm, HISI_QM_PEH_DFX_INFO1, PEH_INFO1_MSI_BUSY, 0, MASTER_US))
		pci_warn(pdev, "interrupts are under way during the reset\n");
	return ret;
}

static int msi_on(struct hisi_qm *qm)
{
	if (has_own_msi_rules(qm))
		return set_config_bit(qm->pdev, qm->pdev->msi_cap + PCI_MSI_FLAGS,
				      PCI_MSI_FLAGS_ENABLE, true);
	msi_mask_all(qm, 0);
	return 0;
}

/* 5.10 13: V1 and V2 after an ECC error. */
static void clear_ecc(struct hisi_qm *qm)
{
	u32 ports = hisi_qm_read(qm, HISI_QM_AM_CFG_PORT_WR_EN);
	const struct hisi_qm_engine *engine = qm->engine;

	if (qm->gen->has_shutdown_sel || !test_bit(QM_ECC, &qm->flags))
		return;
	hisi_qm_write(qm, HISI_QM_AM_CFG_PORT_WR_EN, ports & ~AM_MSI_PORT);
	engine->ras_clear(qm, engine->ras_status(qm) & engine->ras(qm).shutdown);
	hisi_qm_write(qm, HISI_QM_ABNORMAL_INT_SOURCE, HISI_QM_ABN_ECC_MBIT);
	hisi_qm_write(qm, HISI_QM_AM_ROB_ECC_INT_STS, AM_ROB_ECC);
	hisi_qm_write(qm, HISI_QM_AM_CFG_PORT_WR_EN, ports | AM_MSI_PORT);
}

static int reset_with_bus_quiet(struct hisi_qm *qm)
{
	int ret;

	if (qm->engine->quiesce)
		qm->engine->quiesce(qm);
	ret = probe_order(qm);
	if (!ret)
		ret = set_vf_memory(qm, false);
	if (!ret)
		ret = msi_off(qm);
	if (!ret)
		ret = qm_master_shut(qm);
	if (ret) {
		pci_err(qm->pdev, "the bus does not become quiet for a reset: %d\n", ret);
		return ret;
	}
	ret = set_config_bit(qm->pdev, PCI_COMMAND, PCI_COMMAND_MEMORY, false);
	return ret ? ret : call_firmware(qm);
}

int qm_soft_reset(struct hisi_qm *qm)
{
	int ret, back;

	if (!qm_soft_reset_exists(qm))
		return -EOPNOTSUPP;
	inject_ecc(qm);
	ret = reset_with_bus_quiet(qm);
	/* Registers are there again, whatever became of the reset. */
	back = set_config_bit(qm->pdev, PCI_COMMAND, PCI_COMMAND_MEMORY, true);
	if (!back)
		back = msi_on(qm);
	if (!back)
		back = set_vf_memory(qm, true);
	if (!ret)
		ret = back;
	if (!ret) {
		clear_ecc(qm);
		qm->engine->reopen_master(qm);
		clear_bit(QM_ECC, &qm->flags);
	}
	return ret;
}

/* For a function that does not run, and has no use for what its queues hold. */
static int reset_alone(struct hisi_qm *qm)
{
	int ret = pci_save_state(qm->pdev);

	if (ret)
		return ret;
	ret = pcie_reset_flr(qm->pdev, PCI_RESET_DO_RESET);
	pci_restore_state(qm->pdev);
	return ret;
}

/*
 * A function that failed may have requests under way that know memory which is
 * going to be somebody else's. They must not find the bus open when the next
 * driver comes: a VF forgets them, a PF keeps its master shut.
 */
void qm_leave_failed(struct hisi_qm *qm)
{
	if (qm_is_gone(qm))
		return;
	if (!qm->is_vf)
		qm_master_shut(qm);
	else if (reset_alone(qm))
		pci_warn(qm->pdev, "has failed, and can't be reset\n");
}

static int drop_old_requests(struct hisi_qm *qm)
{
	struct pci_dev *pdev = qm->pdev;
	int ret;

	if (!(hisi_qm_read(qm, HISI_QM_AM_CTRL_GLOBAL) & BIT(0)))
		return 0;
	ret = reset_alone(qm);
	if (!ret)
		pci_info(pdev, "had failed before, and has been reset\n");
	else
		pci_err(pdev, "had failed before, and can't be reset: %d\n", ret);
	return ret == -ENOTTY ? 0 : ret;
}

/* 5.1 6: a device that the firmware can reset starts from there. */
int qm_soft_reset_at_probe(struct hisi_qm *qm)
{
	int ret;

	if (qm->is_vf)
		return 0;
	if (!qm_soft_reset_exists(qm))
		return drop_old_requests(qm);
	ret = qm_master_shut(qm);
	if (ret) {
		hisi_qm_write(qm, HISI_QM_AM_CTRL_GLOBAL, 0);
		pci_err(qm->pdev, "is busy and can't be reset: %d\n", ret);
		return ret;
	}
	return call_firmware(qm);
}
