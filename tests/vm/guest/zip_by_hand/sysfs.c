// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * By the files in the function's sysfs folder, without any driver. Nobody
 * handles interrupts then; but a message signalled interrupt is nothing but a
 * store of the device, and the address it goes to is ours to choose: a word of
 * memory that is polled.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>

#include <linux/pci_regs.h>

#include "clock.h"
#include "function.h"

/* What is stored, the vector in its lowest bits. Not 0, that is "nothing". */
#define MSI_DATA	0x5a00u
#define POLL_US		50

static int refuse(struct function *fn, const char *what, int error)
{
	snprintf(fn->why_not, sizeof(fn->why_not), "%s: %s", what,
		 strerror(error));
	return -error;
}

/* Whether addresses of the device are physical ones, with nobody in between. */
static bool untranslated(const struct function *fn)
{
	char group[32], path[96], type[32] = "";
	FILE *file;

	if (!pci_link(fn->address, "iommu_group", group, sizeof(group)))
		return true;
	snprintf(path, sizeof(path), "/sys/kernel/iommu_groups/%s/type", group);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (!fgets(type, sizeof(type), file))
		type[0] = '\0';
	fclose(file);
	return !strcmp(type, "identity\n");
}

static int map_bar(struct function *fn, unsigned int bar, uint64_t bytes,
		   volatile uint8_t **at)
{
	char path[96];
	void *va;
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/resource%u",
		 fn->address, bar);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return refuse(fn, path, errno);
	va = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (va == MAP_FAILED)
		return refuse(fn, path, errno);
	*at = va;
	return 0;
}

static void msi_on(struct function *fn)
{
	unsigned int cap = pci_capability(fn->config, PCI_CAP_ID_MSI);
	const char *accelerator = getenv("ACCEL");
	unsigned int log2;
	uint16_t flags;

	/* KVM takes the message for an interrupt whatever its address is. */
	if (accelerator && strcmp(accelerator, "tcg")) {
		snprintf(fn->why_not, sizeof(fn->why_not),
			 "MSI to memory needs QEMU's TCG, this is %s",
			 accelerator);
		return;
	}
	if (!cap) {
		snprintf(fn->why_not, sizeof(fn->why_not), "no MSI capability");
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
}

static int sysfs_open(struct function *fn)
{
	int ret;

	if (!untranslated(fn))
		return refuse(fn, "an IOMMU without a driver refuses DMA",
			      EPERM);
	ret = pci_bind(fn->address, NULL);
	if (ret)
		return refuse(fn, "cannot take the driver away", -ret);
	ret = pci_attribute_write(fn->address, "enable", "1");
	if (ret)
		return refuse(fn, "cannot be enabled", -ret);
	ret = pci_reset(fn->address);
	if (ret)
		return refuse(fn, "cannot be reset", -ret);
	pci_config_store(fn->address, PCI_COMMAND,
			 PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER, 2);
	ret = map_bar(fn, 2, fn->bar2_bytes, &fn->bar2);
	if (!ret && fn->bar4_bytes)
		ret = map_bar(fn, 4, fn->bar4_bytes, &fn->bar4);
	if (ret)
		return ret;
	dma_arena_physical(&fn->arena);
	msi_on(fn);
	return 0;
}

static void sysfs_close(struct function *fn)
{
	if (fn->vectors)
		pci_config_store(fn->address, fn->msi_capability +
				 PCI_MSI_FLAGS, 0, 2);
	/* The memory goes back to the kernel: nothing may write to it now. */
	if (fn->bar2) {
		pci_config_store(fn->address, PCI_COMMAND, PCI_COMMAND_MEMORY,
				 2);
		pci_reset(fn->address);
		munmap((void *)fn->bar2, fn->bar2_bytes);
		pci_attribute_write(fn->address, "enable", "0");
	}
	if (fn->bar4)
		munmap((void *)fn->bar4, fn->bar4_bytes);
	fn->bar2 = fn->bar4 = NULL;
}

static bool sysfs_irq_wait(struct function *fn, unsigned int vector,
			   uint64_t us)
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

const struct access_way sysfs_access = {
	.name = "sysfs",
	.open = sysfs_open,
	.close = sysfs_close,
	.irq_wait = sysfs_irq_wait,
};
