/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernels from 6.1 on, seen as one. The rest of the modules has no version
 * test; each entry here says what changed, and why the substitute is right.
 */
#ifndef WD_COMPAT_H
#define WD_COMPAT_H

#include <linux/iommu.h>
#include <linux/mm.h>

#include "probed.h"

/* Before 6.3 the flags of a VMA are an ordinary field, under mmap_lock. */
static inline void compat_vm_flags_set(struct vm_area_struct *vma,
				       unsigned long flags)
{
#if COMPAT_VM_FLAGS_SET
	vm_flags_set(vma, flags);
#else
	vma->vm_flags |= flags;
#endif
}

static inline void compat_vm_flags_clear(struct vm_area_struct *vma,
					 unsigned long flags)
{
#if COMPAT_VM_FLAGS_SET
	vm_flags_clear(vma, flags);
#else
	vma->vm_flags &= ~flags;
#endif
}

/* Before 6.2 with private data, which nobody needs. */
static inline struct iommu_sva *compat_sva_bind(struct device *dev,
						struct mm_struct *mm)
{
#if COMPAT_SVA_BIND_TWO_ARGS
	return iommu_sva_bind_device(dev, mm);
#else
	return iommu_sva_bind_device(dev, mm, NULL);
#endif
}

/* From 6.16 on binding does what had to be switched on before. */
static inline int compat_sva_enable(struct device *dev)
{
#if COMPAT_NO_IOMMU_DEV_FEATURES
	return 0;
#else
	int ret = iommu_dev_enable_feature(dev, IOMMU_DEV_FEAT_IOPF);

	if (ret)
		return ret;
	ret = iommu_dev_enable_feature(dev, IOMMU_DEV_FEAT_SVA);
	if (ret)
		iommu_dev_disable_feature(dev, IOMMU_DEV_FEAT_IOPF);
	return ret;
#endif
}

static inline void compat_sva_disable(struct device *dev)
{
#if !COMPAT_NO_IOMMU_DEV_FEATURES
	iommu_dev_disable_feature(dev, IOMMU_DEV_FEAT_SVA);
	iommu_dev_disable_feature(dev, IOMMU_DEV_FEAT_IOPF);
#endif
}

/*
 * Address spaces that a device can tell apart; 0 or 1 means it can't. Before
 * 6.3 only switching SVA on tells.
 */
static inline u32 compat_max_pasids(struct device *dev)
{
#if COMPAT_DEV_IOMMU_MAX_PASIDS
	return dev->iommu ? dev->iommu->max_pasids : 0;
#else
	return U32_MAX;
#endif
}

#endif /* WD_COMPAT_H */
