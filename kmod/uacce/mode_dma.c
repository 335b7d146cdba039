// SPDX-License-Identifier: GPL-2.0-only
/*
 * An IOMMU in DMA-API mode: the device is isolated from the system, but all
 * queues of a function share its address space.
 */
#include <linux/err.h>

#include "memory.h"
#include "mode.h"
#include "uacce.h"
#include "device.h"

static int dma_init(struct device *parent)
{
	return uacce_has_iommu(parent) ? 0 : -ENODEV;
}

static struct uacce_memory *dma_ss_alloc(struct uacce_queue *q, size_t bytes)
{
	return uacce_memory_alloc(q->uacce->parent, bytes, false);
}

const struct uacce_mode uacce_mode_dma = {
	.name = "dma",
	.flags = UACCE_DEV_IOMMU,
	.init = dma_init,
	.ss_alloc = dma_ss_alloc,
};
