// SPDX-License-Identifier: GPL-2.0-only
/* Up to 6.15 SVA and page faults had to be switched on for a device. */
#include <linux/iommu.h>

#ifdef PROBE_NEW
/* No conflict only where they are gone. */
enum { IOMMU_DEV_FEAT_SVA };
#else
int probe(struct device *dev);
int probe(struct device *dev)
{
	return iommu_dev_enable_feature(dev, IOMMU_DEV_FEAT_SVA);
}
#endif
