// SPDX-License-Identifier: GPL-2.0-only
/* 6.2 took the private data away from iommu_sva_bind_device(). */
#include <linux/iommu.h>

struct iommu_sva *probe(struct device *dev, struct mm_struct *mm);
struct iommu_sva *probe(struct device *dev, struct mm_struct *mm)
{
#ifdef PROBE_NEW
	return iommu_sva_bind_device(dev, mm);
#else
	return iommu_sva_bind_device(dev, mm, NULL);
#endif
}
