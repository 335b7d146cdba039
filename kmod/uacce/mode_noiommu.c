// SPDX-License-Identifier: GPL-2.0-only
/*
 * No IOMMU: requests hold physical addresses, so whoever has a queue can read
 * and write all memory.
 */
#include <linux/capability.h>
#include <linux/device.h>
#include <linux/kernel.h>

#include "device.h"
#include "memory.h"
#include "mode.h"
#include "uacce.h"

static int noiommu_init(struct device *parent)
{
	if (uacce_has_iommu(parent))
		return -ENODEV;
	dev_warn(parent, "no IOMMU: whoever may open a queue can reach all memory; the kernel is tainted\n");
	add_taint(TAINT_USER, LOCKDEP_STILL_OK);
	return 0;
}

static int noiommu_open(struct uacce_queue *q)
{
	return capable(CAP_SYS_RAWIO) ? 0 : -EPERM;
}

static struct uacce_memory *noiommu_ss_alloc(struct uacce_queue *q, size_t bytes)
{
	return uacce_memory_alloc(q->uacce->parent, bytes, false);
}

const struct uacce_mode uacce_mode_noiommu = {
	.name = "noiommu",
	.flags = UACCE_DEV_NOIOMMU,
	.init = noiommu_init,
	.open = noiommu_open,
	.ss_alloc = noiommu_ss_alloc,
};
