// SPDX-License-Identifier: GPL-2.0-only
/* 6.3 counts a device's PASIDs where everybody can see it. */
#include <linux/iommu.h>

#ifdef PROBE_NEW
u32 probe(struct device *dev);
u32 probe(struct device *dev)
{
	return dev->iommu->max_pasids;
}
#else
/* It comes behind what was the last member. */
_Static_assert(offsetofend(struct dev_iommu, priv) == sizeof(struct dev_iommu),
	       "not the last");
#endif
