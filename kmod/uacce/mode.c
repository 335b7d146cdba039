// SPDX-License-Identifier: GPL-2.0-only
/* Which memory mode a device gets. */
#include <linux/device.h>
#include <linux/iommu.h>
#include <linux/kernel.h>

#include <misc/uacce/uacce.h>

#include "mode.h"

/* Best first: what isolates processes from one another, then the rest. */
static const struct uacce_mode *const modes[] = {
	&uacce_mode_sva,
	&uacce_mode_dma,
	&uacce_mode_noiommu,
};

bool uacce_has_iommu(struct device *dev)
{
	struct iommu_domain *domain = iommu_get_domain_for_dev(dev);

	return domain && domain->type != IOMMU_DOMAIN_IDENTITY;
}

static const char *way_out(struct device *parent, u32 flags)
{
	if (flags & (UACCE_DEV_IOMMU | UACCE_DEV_NOIOMMU))
		return "the IOMMU is in a mode that is not supported";
	if (uacce_has_iommu(parent))
		return "this kernel has no shared virtual addresses for it; uacce_mode=2 lets processes share one address space of the device (docs/modes.md)";
	return "there is no IOMMU; switch it on in the firmware, or uacce_mode=2 for trusted programs only (docs/modes.md)";
}

const struct uacce_mode *uacce_mode_choose(struct device *parent, u32 flags)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		if ((modes[i]->flags & ~flags) == 0 && !modes[i]->init(parent))
			return modes[i];
	}
	dev_notice(parent, "no user queues: %s\n", way_out(parent, flags));
	return NULL;
}
