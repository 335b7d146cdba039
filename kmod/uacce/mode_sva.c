// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shared virtual addresses: the device uses the page tables of the process,
 * under a PASID. Needs a kernel with IOMMU_SVA and an IOMMU that translates
 * with PASIDs and lets the device take page faults.
 */
#include <linux/err.h>
#include <linux/iommu.h>
#include <linux/sched.h>

#include "../compat/compat.h"
#include "device.h"
#include "mode.h"

/* Only a process can be tried; without one a later open() will tell. */
static int try_bind(struct device *parent)
{
	struct iommu_sva *handle;

	if (!current->mm)
		return 0;
	handle = compat_sva_bind(parent, current->mm);
	if (IS_ERR(handle))
		return PTR_ERR(handle);
	iommu_sva_unbind_device(handle);
	return 0;
}

static int sva_init(struct device *parent)
{
	int ret;

	if (!IS_ENABLED(CONFIG_IOMMU_SVA) || !uacce_has_iommu(parent) ||
	    compat_max_pasids(parent) < 2)
		return -ENODEV;
	ret = compat_sva_enable(parent);
	if (ret)
		return ret;
	ret = try_bind(parent);
	if (ret)
		compat_sva_disable(parent);
	return ret;
}

static void sva_exit(struct device *parent)
{
	compat_sva_disable(parent);
}

static int sva_open(struct uacce_queue *q)
{
	struct iommu_sva *handle = compat_sva_bind(q->uacce->parent, current->mm);
	u32 pasid;

	if (IS_ERR(handle))
		return PTR_ERR(handle);
	pasid = iommu_sva_get_pasid(handle);
	if (pasid == IOMMU_PASID_INVALID) {
		iommu_sva_unbind_device(handle);
		return -ENODEV;
	}
	q->mode_priv = handle;
	q->pasid = pasid;
	return 0;
}

static void sva_close(struct uacce_queue *q)
{
	iommu_sva_unbind_device(q->mode_priv);
	q->mode_priv = NULL;
	q->pasid = 0;
}

const struct uacce_mode uacce_mode_sva = {
	.name = "sva",
	.flags = UACCE_DEV_SVA,
	.init = sva_init,
	.exit = sva_exit,
	.open = sva_open,
	.close = sva_close,
};
