/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <endian.h>

#include "hisi_qm_hw.h"
#include "hisi_zip_hw.h"
#include "pci_identity.h"

/* 1.4; V3 has a register for it, which --cap may override. */
static unsigned int vectors_wanted(struct hisi_qm_model *model,
				   unsigned int revision, unsigned int func)
{
	uint32_t cap = 0;

	if (revision == HISI_QM_REV_V1)
		return 1;
	if (revision == HISI_QM_REV_V2)
		return func ? 2 : 4;
	hisi_qm_model_mmio_read(model, func, 2, HISI_QM_CAP_IRQ_COUNT, &cap,
				sizeof(cap));
	cap = le32toh(cap);
	return func ? cap & 0xffff : cap >> 16;
}

/* MSI counts in powers of two: a VF's 3 are 4. */
static unsigned int vectors_shown(unsigned int wanted)
{
	unsigned int shown = 1;

	while (shown < wanted && shown < PCI_CONFIG_MSI_MAX)
		shown <<= 1;
	return shown;
}

void pci_identity_of(struct pci_config_params *params,
		     struct hisi_qm_model *model,
		     const struct hisi_qm_model_config *config,
		     unsigned int func)
{
	*params = (struct pci_config_params){
		.is_vf = func != 0,
		.device_id = func ? HISI_ZIP_PCI_DEVICE_VF :
				    HISI_ZIP_PCI_DEVICE_PF,
		.revision = (uint8_t)config->revision,
		.bar2_bytes = hisi_qm_model_bar_bytes(model, func, 2),
		.bar4_bytes = hisi_qm_model_bar_bytes(model, func, 4),
		.msi_vectors = vectors_shown(
			vectors_wanted(model, config->revision, func)),
	};
	if (func || !config->vfs)
		return;
	params->total_vfs = config->vfs;
	params->vf_device_id = HISI_ZIP_PCI_DEVICE_VF;
	params->vf_bar2_bytes = hisi_qm_model_bar_bytes(model, 1, 2);
	params->vf_bar4_bytes = hisi_qm_model_bar_bytes(model, 1, 4);
}
