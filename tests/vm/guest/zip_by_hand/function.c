// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/pci_regs.h>

#include <hisi_qm_hw.h>
#include <hisi_zip_hw.h>

#include "function.h"
#include "tap.h"

/* The best first: protected by an IOMMU, then with interrupts, then by hand. */
static const struct access_way *const ways[] = {
	&vfio_access, &noiommu_access, &sysfs_access,
};

#define WAYS	(sizeof(ways) / sizeof(ways[0]))

void function_find(struct function *fn, bool is_vf)
{
	memset(fn, 0, sizeof(*fn));
	fn->is_vf = is_vf;
	pci_find(HISI_QM_PCI_VENDOR,
		 is_vf ? HISI_ZIP_PCI_DEVICE_VF : HISI_ZIP_PCI_DEVICE_PF,
		 fn->address);
	pci_config_load(fn->address, fn->config);
	fn->revision = fn->config[PCI_REVISION_ID];
	fn->bar2_bytes = pci_bar_bytes(fn->address, 2);
	fn->bar4_bytes = pci_bar_bytes(fn->address, 4);
}

static bool open_by(struct function *fn, const struct access_way *way)
{
	fn->way = way;
	fn->vectors = 0;
	fn->msi_capability = 0;
	fn->why_not[0] = '\0';
	fn->arena.used = 0;
	if (!way->open(fn)) {
		tap_note("%s by %s, %u interrupt vectors%s%s", fn->address,
			 way->name, fn->vectors, fn->why_not[0] ? ": " : "",
			 fn->why_not);
		return true;
	}
	tap_note("%s not by %s: %s", fn->address, way->name, fn->why_not);
	way->close(fn);
	return false;
}

void function_open(struct function *fn, const char *name)
{
	unsigned int i;

	dma_arena_create(&fn->arena);
	for (i = 0; i < WAYS; i++) {
		if (name && strcmp(name, ways[i]->name))
			continue;
		if (open_by(fn, ways[i]))
			return;
	}
	dma_arena_destroy(&fn->arena);
	tap_die("%s can be used by %s", fn->address,
		name ? name : "vfio, noiommu or sysfs");
}

void function_close(struct function *fn)
{
	fn->way->close(fn);
	dma_arena_destroy(&fn->arena);
}
