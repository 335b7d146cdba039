// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/pci_regs.h>

#include "clock.h"
#include "msi.h"

/* What is stored, the vector in its lowest bits. Not 0, that is "nothing". */
#define MSI_DATA	0x5a00u
#define POLL_US		50

/* Behind the reason that another way to have interrupts has left. */
static void say(struct function *fn, const char *what)
{
	size_t used = strlen(fn->why_not);

	snprintf(fn->why_not + used, sizeof(fn->why_not) - used, "%s%s",
		 used ? "; " : "", what);
}

void msi_by_hand_on(struct function *fn)
{
	unsigned int cap = pci_capability(fn->config, PCI_CAP_ID_MSI);
	const char *accelerator = getenv("ACCEL");
	unsigned int log2;
	uint16_t flags;

	/* KVM takes the message for an interrupt whatever its address is. */
	if (accelerator && strcmp(accelerator, "tcg")) {
		say(fn, "MSI to memory needs QEMU's TCG");
		return;
	}
	if (!cap) {
		say(fn, "no MSI capability");
		return;
	}
	fn->msi_capability = cap;
	fn->msi = dma_alloc(&fn->arena, 64, 64);
	flags = pci_word(fn->config, cap + PCI_MSI_FLAGS);
	log2 = (flags & PCI_MSI_FLAGS_QMASK) >> 1;
	pci_config_store(fn->address, cap + PCI_MSI_ADDRESS_LO,
			 (uint32_t)fn->msi.addr, 4);
	pci_config_store(fn->address, cap + PCI_MSI_ADDRESS_HI,
			 (uint32_t)(fn->msi.addr >> 32), 4);
	pci_config_store(fn->address, cap + PCI_MSI_DATA_64, MSI_DATA, 2);
	pci_config_store(fn->address, cap + PCI_MSI_FLAGS,
			 PCI_MSI_FLAGS_ENABLE | log2 << 4, 2);
	fn->vectors = 1u << log2;
	say(fn, "MSI to memory");
}

void msi_by_hand_off(struct function *fn)
{
	if (fn->msi_capability)
		pci_config_store(fn->address, fn->msi_capability +
				 PCI_MSI_FLAGS, 0, 2);
	fn->msi_capability = 0;
}

bool msi_by_hand_wait(struct function *fn, unsigned int vector, uint64_t us)
{
	volatile uint32_t *word = (volatile uint32_t *)fn->msi.va;
	uint64_t end = clock_us() + us;

	for (;;) {
		if (*word == (MSI_DATA | vector)) {
			*word = 0;
			return true;
		}
		if (clock_us() >= end)
			return false;
		clock_sleep_us(POLL_US);
	}
}
