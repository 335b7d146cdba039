/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Fields of configuration space where pci_config.c has them. */
#include <inttypes.h>
#include <linux/pci_regs.h>
#include <stdio.h>

#include "pci_config.h"
#include "register_names.h"

#define HEADER(name, bytes)	{ PCI_##name, bytes, #name }
#define EXP(name, bytes) \
	{ PCI_CONFIG_CAP_EXP + PCI_EXP_##name, bytes, "EXP_" #name }
#define MSI(name, bytes) \
	{ PCI_CONFIG_CAP_MSI + PCI_MSI_##name, bytes, "MSI_" #name }
#define AER(name)	{ PCI_CONFIG_EXT_AER + PCI_ERR_##name, 4, "ERR_" #name }
#define SRIOV(name, bytes) \
	{ PCI_CONFIG_EXT_SRIOV + PCI_SRIOV_##name, bytes, "SRIOV_" #name }

static const struct {
	uint16_t offset;
	uint16_t bytes;
	const char *name;
} fields[] = {
	HEADER(VENDOR_ID, 2), HEADER(DEVICE_ID, 2), HEADER(COMMAND, 2),
	HEADER(STATUS, 2), HEADER(CLASS_REVISION, 4),
	HEADER(CACHE_LINE_SIZE, 1), HEADER(LATENCY_TIMER, 1),
	HEADER(HEADER_TYPE, 1), HEADER(BIST, 1), HEADER(BASE_ADDRESS_0, 4),
	HEADER(BASE_ADDRESS_1, 4), HEADER(BASE_ADDRESS_2, 4),
	HEADER(BASE_ADDRESS_3, 4), HEADER(BASE_ADDRESS_4, 4),
	HEADER(BASE_ADDRESS_5, 4), HEADER(SUBSYSTEM_VENDOR_ID, 2),
	HEADER(SUBSYSTEM_ID, 2), HEADER(ROM_ADDRESS, 4),
	HEADER(CAPABILITY_LIST, 1), HEADER(INTERRUPT_LINE, 1),
	HEADER(INTERRUPT_PIN, 1),
	{ PCI_CONFIG_CAP_EXP, 2, "EXP_ID" }, EXP(FLAGS, 2), EXP(DEVCAP, 4),
	EXP(DEVCTL, 2), EXP(DEVSTA, 2), EXP(LNKCAP, 4), EXP(LNKCTL, 2),
	EXP(LNKSTA, 2), EXP(DEVCAP2, 4), EXP(DEVCTL2, 2), EXP(LNKCAP2, 4),
	EXP(LNKCTL2, 2),
	{ PCI_CONFIG_CAP_MSI, 2, "MSI_ID" }, MSI(FLAGS, 2), MSI(ADDRESS_LO, 4),
	MSI(ADDRESS_HI, 4), MSI(DATA_64, 2), MSI(MASK_64, 4),
	MSI(PENDING_64, 4),
	{ PCI_CONFIG_CAP_PM, 2, "PM_ID" },
	{ PCI_CONFIG_CAP_PM + PCI_PM_PMC, 2, "PM_PMC" },
	{ PCI_CONFIG_CAP_PM + PCI_PM_CTRL, 2, "PM_CTRL" },
	AER(UNCOR_STATUS), AER(UNCOR_MASK), AER(UNCOR_SEVER), AER(COR_STATUS),
	AER(COR_MASK), AER(CAP),
	SRIOV(CAP, 4), SRIOV(CTRL, 2), SRIOV(STATUS, 2), SRIOV(INITIAL_VF, 2),
	SRIOV(TOTAL_VF, 2), SRIOV(NUM_VF, 2), SRIOV(VF_OFFSET, 2),
	SRIOV(VF_STRIDE, 2), SRIOV(VF_DID, 2), SRIOV(SUP_PGSIZE, 4),
	SRIOV(SYS_PGSIZE, 4), SRIOV(BAR, 24),
};

void register_config_name(char *text, uint64_t offset)
{
	unsigned int i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		uint64_t inside = offset - fields[i].offset;

		if (offset < fields[i].offset || inside >= fields[i].bytes)
			continue;
		if (inside)
			snprintf(text, REGISTER_NAME_BYTES, "%s+%" PRIu64,
				 fields[i].name, inside);
		else
			snprintf(text, REGISTER_NAME_BYTES, "%s",
				 fields[i].name);
		return;
	}
	snprintf(text, REGISTER_NAME_BYTES, "0x%03" PRIx64, offset);
}
