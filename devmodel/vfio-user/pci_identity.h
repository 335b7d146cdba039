/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the functions of a device look like on the bus (hisi-qm 1). */
#ifndef PCI_IDENTITY_H
#define PCI_IDENTITY_H

#include "hisi_qm_model.h"
#include "pci_config.h"

/**
 * pci_identity_of() - the configuration space that a function has
 * @params: filled in
 * @model: the device; its capability registers are read
 * @config: what it was created with
 * @func: 0 the PF, i VF i
 */
void pci_identity_of(struct pci_config_params *params,
		     struct hisi_qm_model *model,
		     const struct hisi_qm_model_config *config,
		     unsigned int func);

#endif /* PCI_IDENTITY_H */
