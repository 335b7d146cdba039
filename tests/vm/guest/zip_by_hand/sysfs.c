// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* By the files in the function's sysfs folder, without any driver. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>

#include <linux/pci_regs.h>

#include "function.h"
#include "msi.h"

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
	msi_by_hand_on(fn);
	return 0;
}

static void sysfs_close(struct function *fn)
{
	msi_by_hand_off(fn);
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

const struct access_way sysfs_access = {
	.name = "sysfs",
	.open = sysfs_open,
	.close = sysfs_close,
	.irq_wait = msi_by_hand_wait,
};
