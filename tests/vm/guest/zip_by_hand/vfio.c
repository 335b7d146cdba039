// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* By VFIO: type1 container with an IOMMU, or the unsafe mode without one. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <linux/pci_regs.h>
#include <linux/vfio.h>

#include "function.h"
#include "msi.h"
#include "tap.h"

#define NOIOMMU_SWITCH	"/sys/module/vfio/parameters/enable_unsafe_noiommu_mode"

/*
 * Where the device sees the arena. Far from every guest's RAM, so that an
 * address that was not translated goes wrong, and within the 39 bits that the
 * smallest of the IOMMUs has.
 */
#define IOVA_BASE	0x2000000000ULL

/* The reason for a failure; the result is the error that errno had. */
static __attribute__((format(printf, 2, 3))) int
fail(struct function *fn, const char *fmt, ...)
{
	int error = errno ? errno : EIO;
	size_t used;
	va_list args;

	va_start(args, fmt);
	vsnprintf(fn->why_not, sizeof(fn->why_not), fmt, args);
	va_end(args);
	used = strlen(fn->why_not);
	snprintf(fn->why_not + used, sizeof(fn->why_not) - used, ": %s",
		 strerror(error));
	return -error;
}

static int open_container(struct function *fn)
{
	fn->container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	if (fn->container < 0)
		return fail(fn, "/dev/vfio/vfio");
	return 0;
}

static int open_group(struct function *fn, const char *prefix)
{
	char name[32], path[64];

	if (!pci_link(fn->address, "iommu_group", name, sizeof(name))) {
		errno = ENODEV;
		return fail(fn, "no IOMMU group");
	}
	snprintf(path, sizeof(path), "/dev/vfio/%s%s", prefix, name);
	fn->group = open(path, O_RDWR | O_CLOEXEC);
	if (fn->group < 0)
		return fail(fn, "%s", path);
	return 0;
}

static int open_device(struct function *fn, unsigned long iommu)
{
	if (ioctl(fn->group, VFIO_GROUP_SET_CONTAINER, &fn->container))
		return fail(fn, "VFIO_GROUP_SET_CONTAINER");
	if (ioctl(fn->container, VFIO_SET_IOMMU, iommu))
		return fail(fn, "VFIO_SET_IOMMU");
	fn->device = ioctl(fn->group, VFIO_GROUP_GET_DEVICE_FD, fn->address);
	if (fn->device < 0)
		return fail(fn, "VFIO_GROUP_GET_DEVICE_FD");
	return 0;
}

static int map_bar(struct function *fn, unsigned int bar,
		   volatile uint8_t **at)
{
	struct vfio_region_info info = {
		.argsz = sizeof(info),
		.index = VFIO_PCI_BAR0_REGION_INDEX + bar,
	};
	void *va;

	if (ioctl(fn->device, VFIO_DEVICE_GET_REGION_INFO, &info))
		return fail(fn, "VFIO_DEVICE_GET_REGION_INFO of BAR %u", bar);
	va = mmap(NULL, info.size, PROT_READ | PROT_WRITE, MAP_SHARED,
		  fn->device, (off_t)info.offset);
	if (va == MAP_FAILED)
		return fail(fn, "BAR %u", bar);
	*at = va;
	return 0;
}

static int bus_master_on(struct function *fn)
{
	struct vfio_region_info info = {
		.argsz = sizeof(info),
		.index = VFIO_PCI_CONFIG_REGION_INDEX,
	};
	uint16_t command = PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;

	if (ioctl(fn->device, VFIO_DEVICE_GET_REGION_INFO, &info) ||
	    pwrite(fn->device, &command, sizeof(command),
		   (off_t)info.offset + PCI_COMMAND) != sizeof(command))
		return fail(fn, "bus master");
	return 0;
}

static int set_eventfds(struct function *fn, unsigned int count)
{
	_Alignas(struct vfio_irq_set)
	uint8_t bytes[sizeof(struct vfio_irq_set) + sizeof(fn->eventfd)];
	struct vfio_irq_set *set = (struct vfio_irq_set *)bytes;

	set->argsz = (uint32_t)(sizeof(*set) + count * sizeof(int));
	set->flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER;
	set->index = VFIO_PCI_MSI_IRQ_INDEX;
	set->start = 0;
	set->count = count;
	memcpy(set->data, fn->eventfd, count * sizeof(int));
	return ioctl(fn->device, VFIO_DEVICE_SET_IRQS, set);
}

/* All vectors or none, as drivers have it (hisi-qm 1.4). */
static void vectors_on(struct function *fn)
{
	struct vfio_irq_info info = {
		.argsz = sizeof(info),
		.index = VFIO_PCI_MSI_IRQ_INDEX,
	};
	unsigned int i, count;
	int ret;

	if (ioctl(fn->device, VFIO_DEVICE_GET_IRQ_INFO, &info) || !info.count) {
		fail(fn, "no MSI");
		return;
	}
	count = info.count < FUNCTION_VECTORS ? info.count : FUNCTION_VECTORS;
	for (i = 0; i < count; i++) {
		fn->eventfd[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		if (fn->eventfd[i] < 0)
			tap_die("eventfd: %s", strerror(errno));
	}
	errno = 0;
	ret = set_eventfds(fn, count);
	if (ret > 0) {
		errno = ENOSPC;
		fail(fn, "the kernel has %d of %u MSI vectors", ret, count);
	} else if (ret) {
		fail(fn, "%u MSI vectors", count);
	} else {
		fn->vectors = count;
	}
}

static int map_arena(struct function *fn)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.size = DMA_PAGE_BYTES,
	};
	unsigned int i;

	for (i = 0; i < DMA_PAGES; i++) {
		fn->arena.addr[i] = IOVA_BASE + (uint64_t)i * DMA_PAGE_BYTES;
		map.vaddr = (uintptr_t)fn->arena.va +
			    (uintptr_t)i * DMA_PAGE_BYTES;
		map.iova = fn->arena.addr[i];
		if (ioctl(fn->container, VFIO_IOMMU_MAP_DMA, &map))
			return fail(fn, "VFIO_IOMMU_MAP_DMA");
	}
	return 0;
}

static int open_bars(struct function *fn)
{
	int ret = map_bar(fn, 2, &fn->bar2);

	if (!ret && fn->bar4_bytes)
		ret = map_bar(fn, 4, &fn->bar4);
	if (!ret)
		ret = bus_master_on(fn);
	if (ret)
		return ret;
	vectors_on(fn);
	if (!fn->vectors)
		msi_by_hand_on(fn);
	return 0;
}

static void no_descriptors(struct function *fn)
{
	unsigned int i;

	fn->container = fn->group = fn->device = -1;
	for (i = 0; i < FUNCTION_VECTORS; i++)
		fn->eventfd[i] = -1;
}

static int bind(struct function *fn)
{
	int ret = pci_bind(fn->address, "vfio-pci");

	if (!ret)
		return 0;
	errno = -ret;
	return fail(fn, "vfio-pci does not take it");
}

static int vfio_open(struct function *fn)
{
	int ret;

	no_descriptors(fn);
	ret = bind(fn);
	if (!ret)
		ret = open_container(fn);
	if (!ret)
		ret = open_group(fn, "");
	if (!ret)
		ret = open_device(fn, VFIO_TYPE1v2_IOMMU);
	if (!ret)
		ret = map_arena(fn);
	return ret ? ret : open_bars(fn);
}

static int noiommu_on(struct function *fn)
{
	int fd = open(NOIOMMU_SWITCH, O_WRONLY | O_CLOEXEC);
	ssize_t put;

	if (fd < 0)
		return fail(fn, "the kernel is built without VFIO_NOIOMMU: %s",
			    NOIOMMU_SWITCH);
	put = write(fd, "Y", 1);
	close(fd);
	return put == 1 ? 0 : fail(fn, NOIOMMU_SWITCH);
}

static int noiommu_open(struct function *fn)
{
	int ret;

	no_descriptors(fn);
	ret = noiommu_on(fn);
	if (!ret)
		ret = bind(fn);
	if (!ret)
		ret = open_container(fn);
	if (!ret)
		ret = open_group(fn, "noiommu-");
	if (!ret)
		ret = open_device(fn, VFIO_NOIOMMU_IOMMU);
	if (ret)
		return ret;
	dma_arena_physical(&fn->arena);
	return open_bars(fn);
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

static void vfio_close(struct function *fn)
{
	unsigned int i;

	msi_by_hand_off(fn);
	if (fn->bar2)
		munmap((void *)fn->bar2, fn->bar2_bytes);
	if (fn->bar4)
		munmap((void *)fn->bar4, fn->bar4_bytes);
	fn->bar2 = fn->bar4 = NULL;
	close_fd(fn->device);
	close_fd(fn->group);
	close_fd(fn->container);
	for (i = 0; i < FUNCTION_VECTORS; i++)
		close_fd(fn->eventfd[i]);
}

static bool vfio_irq_wait(struct function *fn, unsigned int vector, uint64_t us)
{
	struct pollfd fd = { .fd = fn->eventfd[vector], .events = POLLIN };
	eventfd_t count;

	if (fn->msi_capability)
		return msi_by_hand_wait(fn, vector, us);
	return poll(&fd, 1, (int)((us + 999) / 1000)) == 1 &&
	       !eventfd_read(fd.fd, &count);
}

const struct access_way vfio_access = {
	.name = "vfio",
	.open = vfio_open,
	.close = vfio_close,
	.irq_wait = vfio_irq_wait,
};

const struct access_way noiommu_access = {
	.name = "noiommu",
	.open = noiommu_open,
	.close = vfio_close,
	.irq_wait = vfio_irq_wait,
};
