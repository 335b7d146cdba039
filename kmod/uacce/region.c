// SPDX-License-Identifier: GPL-2.0-only
/* The regions of a queue in the memory of its process. */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/sizes.h>

#include "../compat/compat.h"
#include "device.h"
#include "memory.h"
#include "mode.h"

static ulong ss_limit_mib = 1024;
module_param(ss_limit_mib, ulong, 0644);
MODULE_PARM_DESC(ss_limit_mib,
		 "most data memory of all queues of a device, in MiB (default 1024)");

/*
 * Only the pages that the driver gave are the device's; everything else, and
 * everything once the queue is cut off, is a page of memory that nobody reads.
 * The lock makes sure that uacce_queue_cut() does not miss a page that is being
 * put in here. That may be part of a reset which the answers to requests of
 * zswap wait for, so page tables are not had by swapping.
 */
static vm_fault_t uacce_mmio_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	struct uacce_queue *q = vma->vm_private_data;
	unsigned long idx = vmf->pgoff - UACCE_QFRT_MMIO;
	const struct uacce_mmio *mmio = &q->mmio;
	unsigned int noio;
	vm_fault_t ret;

	mutex_lock(&q->mmio_lock);
	noio = memalloc_noio_save();
	if (!q->is_cut && idx >= mmio->first_page &&
	    idx - mmio->first_page < mmio->pages)
		ret = vmf_insert_pfn_prot(vma, vmf->address,
					  PHYS_PFN(mmio->phys) + idx - mmio->first_page,
					  pgprot_device(vma->vm_page_prot));
	else
		ret = vmf_insert_pfn(vma, vmf->address, page_to_pfn(q->sink));
	memalloc_noio_restore(noio);
	mutex_unlock(&q->mmio_lock);
	return ret;
}

void uacce_queue_cut(struct uacce_queue *q)
{
	mutex_lock(&q->mmio_lock);
	q->is_cut = true;
	mutex_unlock(&q->mmio_lock);
	/* The next access finds the sink. */
	unmap_mapping_range(q->mapping,
			    (loff_t)UACCE_QFRT_MMIO << PAGE_SHIFT,
			    PAGE_ALIGN(q->uacce->params.mmio_bytes), 1);
}
EXPORT_SYMBOL_GPL(uacce_queue_cut);

static const struct vm_operations_struct mmio_vm_ops = {
	.fault = uacce_mmio_fault,
};

static int map_mmio(struct uacce_queue *q, struct vm_area_struct *vma)
{
	if (vma_pages(vma) > PAGE_ALIGN(q->uacce->params.mmio_bytes) >> PAGE_SHIFT)
		return -EINVAL;
	compat_vm_flags_set(vma, VM_IO | VM_PFNMAP | VM_DONTDUMP);
	vma->vm_private_data = q;
	vma->vm_ops = &mmio_vm_ops;
	return 0;
}

/* The memory of a queue is there for as long as its file, which a mapping holds. */
static vm_fault_t uacce_dus_fault(struct vm_fault *vmf)
{
	struct uacce_queue *q = vmf->vma->vm_private_data;

	return uacce_memory_fault(q->dus, vmf, vmf->pgoff - UACCE_QFRT_DUS);
}

static const struct vm_operations_struct dus_vm_ops = {
	.fault = uacce_dus_fault,
};

static int map_dus(struct uacce_queue *q, struct vm_area_struct *vma)
{
	if (vma->vm_end - vma->vm_start != q->uacce->params.dus_bytes)
		return -EINVAL;
	vma->vm_private_data = q;
	vma->vm_ops = &dus_vm_ops;
	return uacce_memory_mmap(q->dus, vma);
}

static vm_fault_t uacce_ss_fault(struct vm_fault *vmf)
{
	struct uacce_queue *q = vmf->vma->vm_private_data;

	return uacce_memory_fault(q->ss, vmf, vmf->pgoff - UACCE_QFRT_SS);
}

static const struct vm_operations_struct ss_vm_ops = {
	.fault = uacce_ss_fault,
};

static int ss_charge(struct uacce_device *uacce, size_t bytes)
{
	ulong used = atomic_long_add_return(bytes, &uacce->ss_bytes);

	if (DIV_ROUND_UP(used, SZ_1M) <= READ_ONCE(ss_limit_mib))
		return 0;
	atomic_long_sub(bytes, &uacce->ss_bytes);
	return -ENOMEM;
}

static int map_ss(struct uacce_queue *q, struct vm_area_struct *vma)
{
	struct uacce_device *uacce = q->uacce;
	size_t bytes = uacce_memory_round(vma->vm_end - vma->vm_start);
	struct uacce_memory *ss;
	int ret;

	if (!uacce->mode->ss_alloc)
		return -EOPNOTSUPP;
	if (q->ss)
		return -EEXIST;
	ret = ss_charge(uacce, bytes);
	if (ret)
		return ret;
	ss = uacce->mode->ss_alloc(q, bytes);
	if (IS_ERR(ss)) {
		atomic_long_sub(bytes, &uacce->ss_bytes);
		return PTR_ERR(ss);
	}
	/* It may be shared, and then outlives this queue. */
	ss->account = &uacce->ss_bytes;
	vma->vm_private_data = q;
	vma->vm_ops = &ss_vm_ops;
	ret = uacce_memory_mmap(ss, vma);
	if (ret)
		uacce_memory_put(ss);
	else
		q->ss = ss;
	return ret;
}

void uacce_ss_drop(struct uacce_queue *q)
{
	uacce_memory_put(q->ss);
	q->ss = NULL;
}

static int map_region(struct uacce_queue *q, struct vm_area_struct *vma)
{
	unsigned long type = vma->vm_pgoff;
	int ret;

	if (q->state == UACCE_Q_ZOMBIE)
		return -ENXIO;
	if (type > UACCE_QFRT_SS)
		return -EINVAL;
	if (test_bit(type, &q->mapped))
		return -EEXIST;
	switch (type) {
	case UACCE_QFRT_MMIO:
		ret = map_mmio(q, vma);
		break;
	case UACCE_QFRT_DUS:
		ret = map_dus(q, vma);
		break;
	default:
		ret = map_ss(q, vma);
		break;
	}
	if (!ret)
		set_bit(type, &q->mapped);
	return ret;
}

int uacce_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct uacce_queue *q = file->private_data;
	int ret;

	if (!uacce_owns(q))
		return -EPERM;
	/* A private mapping would be a copy that the device does not see. */
	if (!(vma->vm_flags & VM_SHARED) || vma->vm_flags & VM_EXEC)
		return -EINVAL;
	compat_vm_flags_set(vma, VM_DONTCOPY | VM_DONTEXPAND);
	compat_vm_flags_clear(vma, VM_MAYEXEC);
	mutex_lock(&q->lock);
	ret = map_region(q, vma);
	mutex_unlock(&q->lock);
	return ret;
}
