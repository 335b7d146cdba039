/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * DOC: memory that a device and a process share
 *
 * Ordinary pages, each with a reference count of its own, so that what a
 * process has mapped stays after the device is gone. They are mapped for the
 * device for as long as it is there; only devices that are cache coherent and
 * need no bounce buffers can have such memory.
 */
#ifndef WD_UACCE_MEMORY_H
#define WD_UACCE_MEMORY_H

#include <linux/atomic.h>
#include <linux/kref.h>
#include <linux/mm_types.h>
#include <linux/mutex.h>
#include <linux/scatterlist.h>
#include <linux/types.h>

struct device;
struct vm_area_struct;
struct vm_fault;

/** Slices are multiples of this, as GET_SS_DMA tells their size in it. */
#define UACCE_SLICE_UNIT	(64 * 1024)

/** uacce_memory_round() - what memory of @bytes that is not contiguous takes */
static inline size_t uacce_memory_round(size_t bytes)
{
	return ALIGN(bytes, max_t(size_t, PAGE_SIZE, UACCE_SLICE_UNIT));
}

/**
 * struct uacce_slice - a part of the memory that is contiguous for the device
 * @dma: address for the device
 * @bytes: size
 */
struct uacce_slice {
	dma_addr_t dma;
	size_t bytes;
};

/**
 * struct uacce_memory - see the top of this file
 * @ref: owners: queues that use it, drivers
 * @bytes: size, a multiple of the page size
 * @lock: protects @dev
 * @dev: the device it is mapped for, NULL after uacce_memory_detach()
 * @pages: all pages in order
 * @nr_pages: how many
 * @sgt: the same pages as the DMA API sees them
 * @slices: as the device sees them, by index of GET_SS_DMA
 * @nr_slices: how many
 * @account: what @bytes are counted in until the memory is freed, or NULL; set
 *	by who allocated it
 */
struct uacce_memory {
	struct kref ref;
	size_t bytes;
	struct mutex lock;
	struct device *dev;
	struct page **pages;
	unsigned int nr_pages;
	struct sg_table sgt;
	struct uacce_slice *slices;
	unsigned int nr_slices;
	atomic_long_t *account;
};

/**
 * uacce_memory_alloc() - zeroed memory
 * @dev: device
 * @bytes: size, rounded up to pages
 * @is_contiguous: one slice, and one range of kernel addresses
 *
 * Accounted to the caller's memory control group.
 *
 * Return: memory, or -ENOMEM, -EINVAL (size), -EOPNOTSUPP (the device can't
 * share memory without synchronisation).
 */
struct uacce_memory *uacce_memory_alloc(struct device *dev, size_t bytes,
					bool is_contiguous);

/** uacce_memory_get() - one more owner */
struct uacce_memory *uacce_memory_get(struct uacce_memory *mem);

/** uacce_memory_put() - one owner less; NULL is fine */
void uacce_memory_put(struct uacce_memory *mem);

/**
 * uacce_memory_detach() - the device does not reach it any more
 *
 * To be called by the last user of the device, which does no DMA any more.
 * Pages stay for those that have them mapped.
 */
void uacce_memory_detach(struct uacce_memory *mem);

/** uacce_memory_address() - kernel address of contiguous memory */
void *uacce_memory_address(const struct uacce_memory *mem);

/** uacce_memory_dma() - device's address of contiguous memory */
dma_addr_t uacce_memory_dma(const struct uacce_memory *mem);

/** uacce_memory_mmap() - insert all pages into a mapping of its size */
int uacce_memory_mmap(struct uacce_memory *mem, struct vm_area_struct *vma);

/**
 * uacce_memory_fault() - put a page back that was taken out of a mapping
 * @mem: memory
 * @vmf: fault
 * @index: page of the memory
 *
 * The process may have its page tables emptied (MADV_DONTNEED), and so does a
 * removal with those of a neighbour in the file.
 */
vm_fault_t uacce_memory_fault(struct uacce_memory *mem, struct vm_fault *vmf,
			      unsigned long index);

#endif /* WD_UACCE_MEMORY_H */
