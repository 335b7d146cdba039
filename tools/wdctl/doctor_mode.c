/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The driver of a function, the IOMMU, and whether both allow user queues. */
#include <stdio.h>
#include <string.h>

#include "doctor.h"

void check_driver(struct doctor *d)
{
	const struct device *dev = d->dev;
	const char *module = dev->hw ? dev->hw->module : "";

	if (!dev->pci[0]) {
		finding_unseen(d, "sysfs does not tell the PCI function of %s",
			       dev->name);
	} else if (!dev->hw) {
		finding_unseen(d, "%s is no function of a kind known here",
			       dev->pci);
	} else if (!dev->bound[0]) {
		finding_wrong(d, "driver-not-bound",
			      "%s has no driver, although %s is loaded: it failed, or was taken away",
			      dev->pci, module);
		finding_log(d, NULL);
		finding_mend(d, "echo %s | sudo tee /sys/bus/pci/drivers/%s/bind",
			     dev->pci, module);
	} else if (strcmp(dev->bound, module)) {
		finding_wrong(d, "driver-other", "%s belongs to the driver %s",
			      dev->pci, dev->bound);
		finding_mend(d, "echo %s | sudo tee /sys/bus/pci/drivers/%s/unbind && echo %s | sudo tee /sys/bus/pci/devices/%s/driver_override && echo %s | sudo tee /sys/bus/pci/drivers_probe",
			     dev->pci, dev->bound, module, dev->pci, dev->pci);
	} else {
		finding_good(d, "%s, driver %s", dev->pci, dev->bound);
	}
}

/*
 * Restarting the driver is what makes a parameter count. The file is the
 * administrator's and may have other options: of several lines the last counts.
 */
static void mend_mode(struct doctor *d, int mode)
{
	const char *module = d->dev->hw->module;

	finding_mend(d, "echo options %s uacce_mode=%d | sudo tee -a /etc/modprobe.d/warpdrive.conf && sudo modprobe -r %s && sudo modprobe %s",
		     module, mode, module, module);
}

static void no_isolating_mode(struct doctor *d)
{
	const struct device *dev = d->dev;

	if (!dev->iommu[0]) {
		finding_wrong(d, "no-iommu",
			      "no user queues: uacce_mode=1 wants processes isolated, and there is no IOMMU; uacce_mode=2 would let programs with CAP_SYS_RAWIO reach all memory");
		finding_mend(d, "sudo systemctl reboot --firmware-setup (and switch the IOMMU, or SMMU, on)");
	} else if (!strcmp(dev->iommu, "identity")) {
		finding_wrong(d, "iommu-passthrough",
			      "no user queues: uacce_mode=1 wants processes isolated, and the IOMMU lets %s pass (type identity)",
			      dev->pci);
		finding_mend(d, "sudo sed -i -E 's/ ?(iommu.passthrough=1|iommu=pt)//g' /etc/default/grub && sudo update-grub && sudo reboot");
	} else {
		finding_wrong(d, "mode-not-isolating",
			      "no user queues: uacce_mode=1 wants processes isolated from one another, which this kernel and IOMMU (type %s) cannot do; uacce_mode=2 gives queues to processes that may see each other's data",
			      dev->iommu);
		mend_mode(d, 2);
	}
	finding_log(d, "no user queues");
}

static void no_queues(struct doctor *d)
{
	const char *module = d->dev->hw->module;
	struct number mode = read_number("/sys/module/%s/parameters/uacce_mode",
					 module);
	char line[TEXT_BYTES];

	if (number_is(mode, 0)) {
		finding_wrong(d, "mode-off",
			      "no user queues: uacce_mode is 0, so the device serves the kernel only");
		mend_mode(d, 1);
	} else if (kernel_log(d->dev->pci, "unsafe_mmio", line, sizeof(line))) {
		finding_wrong(d, "doorbells-shared", "the kernel says: %s", line);
		finding_mend(d, "echo options %s unsafe_mmio=1 | sudo tee -a /etc/modprobe.d/warpdrive.conf && sudo modprobe -r %s && sudo modprobe %s (for trusted programs only)",
			     module, module, module);
	} else if (number_is(mode, 1)) {
		no_isolating_mode(d);
	} else {
		finding_wrong(d, "no-user-queues",
			      "%s has no user queues (uacce_mode is %s)",
			      d->dev->pci, text_of_number(mode));
		finding_log(d, NULL);
		finding_mend(d, "sudo modprobe -r %s && sudo modprobe %s && sudo dmesg | grep %s",
			     module, module, d->dev->pci);
	}
}

/* A mode that the IOMMU, as it is now, could not have given. */
static bool is_contradiction(const struct device *dev)
{
	if (!dev->pci[0] || !strcmp(dev->iommu, "unknown"))
		return false;
	if (!strcmp(dev->mode, "noiommu"))
		return !strncmp(dev->iommu, "DMA", 3);
	return !dev->iommu[0] || !strcmp(dev->iommu, "identity");
}

void check_mode(struct doctor *d)
{
	const struct device *dev = d->dev;
	const char *iommu = dev->iommu[0] ? dev->iommu : "none";

	if (!dev->name[0]) {
		no_queues(d);
	} else if (!dev->mode[0]) {
		finding_unseen(d, "the kernel does not tell the mode of %s",
			       dev->name);
	} else if (dev->hw && is_contradiction(dev)) {
		finding_wrong(d, "mode-mismatch",
			      "%s has the mode %s, which does not fit its IOMMU (type %s): the IOMMU was changed under the driver",
			      dev->name, dev->mode, iommu);
		finding_mend(d, "sudo modprobe -r %s && sudo modprobe %s",
			     dev->hw->module, dev->hw->module);
	} else if (!strcmp(dev->mode, "noiommu")) {
		finding_noted(d, "noiommu: programs with a queue reach all memory (IOMMU: %s)",
			      iommu);
	} else if (!strcmp(dev->mode, "dma")) {
		finding_noted(d, "dma: programs that share the device may see each other's data (IOMMU: %s)",
			      iommu);
	} else {
		finding_good(d, "%s (IOMMU: %s)", dev->mode, iommu);
	}
}
