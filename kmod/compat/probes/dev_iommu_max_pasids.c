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
/* A structure with that member would be larger than its own members. */
struct dev_iommu_before {
	struct mutex lock;
	struct iommu_fault_param *fault_param;
	struct iopf_device_param *iopf_param;
	struct iommu_fwspec *fwspec;
	struct iommu_device *iommu_dev;
	void *priv;
};

_Static_assert(sizeof(struct dev_iommu) <= sizeof(struct dev_iommu_before), "");
#endif
