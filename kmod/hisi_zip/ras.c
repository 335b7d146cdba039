// SPDX-License-Identifier: GPL-2.0-only
/* Errors of the engine (7.2.2). */
#include <linux/bits.h>
#include <linux/kernel.h>

#include "engine.h"
#include "hisi_zip_hw.h"

#define MASK_ALL	0xffffffff

static const char * const error_names[] = {
	"single-bit ECC",
	"multi-bit ECC",
	"AXI read response",
	"AXI write response",
	"source address parsing",
	"destination address parsing",
	"input address pre-processing",
	"input data pre-processing",
	"compression interface",
	"encryption interface",
	"output pre-processing",
	"AXI poison",
	"address translation",
};

struct hisi_qm_ras zip_ras(struct hisi_qm *qm)
{
	struct hisi_qm_ras ras = zip_generation(qm)->ras;

	ras.nfe = zip_cap(qm, HISI_ZIP_CAP_NFE, ras.nfe);
	ras.reset = zip_cap(qm, HISI_ZIP_CAP_RESET, ras.reset);
	ras.shutdown = zip_cap(qm, HISI_ZIP_CAP_RESET, ras.shutdown);
	ras.ce = zip_cap(qm, HISI_ZIP_CAP_CE, ras.ce);
	return ras;
}

static void write_classes(struct hisi_qm *qm, const struct hisi_qm_ras *ras)
{
	hisi_qm_write(qm, HISI_ZIP_RAS_CE_ENB, ras->ce);
	hisi_qm_write(qm, HISI_ZIP_RAS_FE_ENB, 0);
	hisi_qm_write(qm, HISI_ZIP_RAS_NFE_ENB, ras->nfe);
}

static void set_shutdown(struct hisi_qm *qm, bool on)
{
	u32 control = hisi_qm_read(qm, HISI_ZIP_SOFT_CTRL_ZIP_CONTROL);

	control &= ~HISI_ZIP_CONTROL_AXI_SHUTDOWN;
	if (on)
		control |= HISI_ZIP_CONTROL_AXI_SHUTDOWN;
	hisi_qm_write(qm, HISI_ZIP_SOFT_CTRL_ZIP_CONTROL, control);
}

void zip_ras_enable(struct hisi_qm *qm)
{
	const struct zip_generation *generation = zip_generation(qm);
	struct hisi_qm_ras ras = zip_ras(qm);

	if (!generation->reports_errors) {
		hisi_qm_write(qm, HISI_ZIP_CORE_INT_MASK, MASK_ALL);
		return;
	}
	hisi_qm_write(qm, HISI_ZIP_CORE_INT_SOURCE, MASK_ALL);
	write_classes(qm, &ras);
	if (generation->selects_shutdown)
		hisi_qm_write(qm, HISI_ZIP_OOO_SHUTDOWN_SEL, ras.shutdown);
	set_shutdown(qm, true);
	hisi_qm_write(qm, HISI_ZIP_CORE_INT_MASK, ~(ras.ce | ras.nfe));
}

void zip_ras_disable(struct hisi_qm *qm)
{
	const struct zip_generation *generation = zip_generation(qm);

	hisi_qm_write(qm, HISI_ZIP_CORE_INT_MASK, MASK_ALL);
	if (!generation->reports_errors)
		return;
	if (generation->selects_shutdown)
		hisi_qm_write(qm, HISI_ZIP_OOO_SHUTDOWN_SEL, 0);
	set_shutdown(qm, false);
}

u32 zip_ras_status(struct hisi_qm *qm)
{
	struct hisi_qm_ras ras = zip_ras(qm);

	return hisi_qm_read(qm, HISI_ZIP_CORE_INT_STATUS) & (ras.ce | ras.nfe);
}

void zip_ras_hold(struct hisi_qm *qm, u32 errors)
{
	hisi_qm_write(qm, HISI_ZIP_RAS_NFE_ENB, zip_ras(qm).nfe & ~errors);
}

/* Acknowledged errors may be reported again. */
void zip_ras_clear(struct hisi_qm *qm, u32 errors)
{
	struct hisi_qm_ras ras = zip_ras(qm);

	hisi_qm_write(qm, HISI_ZIP_CORE_INT_SOURCE, errors);
	write_classes(qm, &ras);
}

void zip_ras_log(struct hisi_qm *qm, u32 errors)
{
	struct pci_dev *pdev = hisi_qm_pdev(qm);
	u32 sram;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(error_names); i++)
		if (errors & BIT(i))
			dev_err_ratelimited(&pdev->dev,
					    "compression engine: %s error\n",
					    error_names[i]);
	if (errors & HISI_ZIP_ERR_ECC_MBIT) {
		sram = hisi_qm_read(qm, HISI_ZIP_SRAM_ECC_ERR_INFO);
		dev_err_ratelimited(&pdev->dev,
				    "compression engine: SRAM %u, address 0x%x\n",
				    sram >> 16 & 0xff, sram >> 24);
	}
}

void zip_ras_inject_ecc(struct hisi_qm *qm)
{
	hisi_qm_write(qm, HISI_ZIP_CORE_INT_SET, HISI_ZIP_ERR_ECC_MBIT);
}

void zip_ras_reopen_master(struct hisi_qm *qm)
{
	set_shutdown(qm, false);
	set_shutdown(qm, true);
}
