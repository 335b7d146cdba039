// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Configuration space as the guest sees it, section 1 of hisi-qm. */
#include <inttypes.h>

#include <linux/pci_regs.h>

#include <hisi_qm_hw.h>
#include <hisi_zip_hw.h>

#include "commands.h"
#include "function.h"
#include "tap.h"

#define PF_BAR2_BYTES	0x400000
#define VF_BAR2_BYTES	0x10000
#define BAR_MEM_64	(PCI_BASE_ADDRESS_SPACE_MEMORY | \
			 PCI_BASE_ADDRESS_MEM_TYPE_64)
#define BAR_KIND_MASK	(PCI_BASE_ADDRESS_SPACE | \
			 PCI_BASE_ADDRESS_MEM_TYPE_MASK)

static void check_identity(const struct function *fn,
			   const struct expected *expected)
{
	const uint8_t *config = fn->config;

	tap_equal(pci_word(config, PCI_VENDOR_ID), HISI_QM_PCI_VENDOR,
		  "vendor id (1.1)");
	tap_equal(pci_word(config, PCI_DEVICE_ID), expected->is_vf ?
		  HISI_ZIP_PCI_DEVICE_VF : HISI_ZIP_PCI_DEVICE_PF,
		  "device id (1.1)");
	tap_equal(fn->revision, expected->revision, "revision id (1.2)");
	tap_equal(pci_dword(config, PCI_CLASS_REVISION) >> 8,
		  HISI_ZIP_PCI_CLASS, "class code (1.1)");
	tap_equal(config[PCI_HEADER_TYPE] & PCI_HEADER_TYPE_MASK,
		  PCI_HEADER_TYPE_NORMAL, "header type");
	tap_equal(config[PCI_INTERRUPT_PIN], 0, "no INTx (1.4)");
}

static uint32_t bar_kind(const struct function *fn, unsigned int bar)
{
	return pci_dword(fn->config, PCI_BASE_ADDRESS_0 + 4 * bar) &
	       BAR_KIND_MASK;
}

static void check_bars(const struct function *fn,
		       const struct expected *expected)
{
	tap_equal(pci_bar_bytes(fn->address, 0), 0, "no BAR 0 (1.3)");
	tap_equal(bar_kind(fn, 2), BAR_MEM_64, "BAR 2 is 64-bit memory (1.3)");
	tap_equal(fn->bar2_bytes,
		  expected->is_vf ? VF_BAR2_BYTES : PF_BAR2_BYTES,
		  "size of BAR 2 (1.3)");
	if (!expected->isolation) {
		tap_equal(fn->bar4_bytes, 0, "no BAR 4 without isolation (1.3)");
		return;
	}
	tap_equal(bar_kind(fn, 4), BAR_MEM_64, "BAR 4 is 64-bit memory (1.3)");
	tap_check(fn->bar4_bytes >= 2 * HISI_QM_ISO_STRIDE &&
		  !(fn->bar4_bytes % HISI_QM_ISO_STRIDE),
		  "BAR 4 has 64 KiB a queue (1.3): 0x%" PRIx64, fn->bar4_bytes);
}

/* 1.4: as many as drivers ask for, the newest after rounding up. */
static unsigned int vectors(const struct expected *expected)
{
	if (expected->revision < HISI_QM_REV_V2)
		return 1;
	if (expected->is_vf && expected->revision < HISI_QM_REV_V3)
		return 2;
	return 4;
}

static void check_msi(const struct function *fn,
		      const struct expected *expected)
{
	unsigned int cap = pci_capability(fn->config, PCI_CAP_ID_MSI);
	uint16_t flags;

	tap_equal(pci_capability(fn->config, PCI_CAP_ID_MSIX), 0,
		  "no MSI-X (1.4)");
	if (!tap_check(cap, "MSI capability (1.4)"))
		return;
	flags = pci_word(fn->config, cap + PCI_MSI_FLAGS);
	tap_check(flags & PCI_MSI_FLAGS_64BIT, "MSI has 64-bit addresses (1.4)");
	tap_check(flags & PCI_MSI_FLAGS_MASKBIT,
		  "MSI has a mask for each vector (1.4)");
	tap_equal(1u << ((flags & PCI_MSI_FLAGS_QMASK) >> 1),
		  vectors(expected), "number of MSI vectors (1.4)");
}

static void check_express(const struct function *fn)
{
	unsigned int cap = pci_capability(fn->config, PCI_CAP_ID_EXP);

	if (!tap_check(cap, "PCI Express capability"))
		return;
	tap_equal((pci_word(fn->config, cap + PCI_EXP_FLAGS) &
		   PCI_EXP_FLAGS_TYPE) >> 4, PCI_EXP_TYPE_ENDPOINT,
		  "PCI Express endpoint");
	tap_check(pci_dword(fn->config, cap + PCI_EXP_DEVCAP) &
		  PCI_EXP_DEVCAP_FLR, "function level reset (5.11)");
}

/* Neither is needed by a driver, and QEMU shows what it likes of them. */
static void show_extended(const struct function *fn)
{
	tap_note("extended capabilities at: AER 0x%x, SR-IOV 0x%x, ARI 0x%x",
		 pci_extended_capability(fn->config, PCI_EXT_CAP_ID_ERR),
		 pci_extended_capability(fn->config, PCI_EXT_CAP_ID_SRIOV),
		 pci_extended_capability(fn->config, PCI_EXT_CAP_ID_ARI));
}

void command_config(const struct expected *expected, char **arguments)
{
	struct function fn;

	(void)arguments;
	function_find(&fn, expected->is_vf);
	check_identity(&fn, expected);
	check_bars(&fn, expected);
	check_msi(&fn, expected);
	check_express(&fn);
	show_extended(&fn);
}
