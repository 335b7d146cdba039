// SPDX-License-Identifier: GPL-2.0-only
/* Memory that a device and a process share. */
#include <linux/device.h>
#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/pci.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include <misc/uacce/uacce.h>

#include "memory.h"
#include "mode.h"

/* Enough for few slices, and there is no kernel that can't allocate it. */
#define CHUNK_MAX_ORDER	get_order(SZ_4M)

/* GET_SS_DMA has twelve bits for the size of a slice. */
#define SLICE_MAX_BYTES	((size_t)UACCE_SS_DMA_SIZE_MASK * UACCE_SLICE_UNIT)

#define MEMORY_GFP	(GFP_KERNEL_ACCOUNT | __GFP_ZERO | __GFP_NOWARN)

static int compare_pages(const void *a, const void *b)
{
	unsigned long left = page_to_pfn(*(struct page * const *)a);
	unsigned long right = page_to_pfn(*(struct page * const *)b);

	return left < right ? -1 : left > right;
}

/* So many pages that belong together, each counted by itself. */
static unsigned int add_chunk(struct uacce_memory *mem, unsigned int order,
			      unsigned int wanted)
{
	struct page *page = alloc_pages(MEMORY_GFP, order);
	unsigned int i;

	if (!page)
		return 0;
	split_page(page, order);
	for (i = 0; i < wanted; i++)
		mem->pages[mem->nr_pages++] = page + i;
	for (; i < 1u << order; i++)
		__free_page(page + i);
	return wanted;
}

static int alloc_contiguous(struct uacce_memory *mem, unsigned int nr_pages)
{
	return add_chunk(mem, get_order(mem->bytes), nr_pages) ? 0 : -ENOMEM;
}

/*
 * Without an IOMMU a slice is what the page allocator has in one piece, in
 * units of 64 KiB. The pieces are put in the order of their addresses, so that
 * neighbours become one slice.
 */
static int alloc_pieces(struct uacce_memory *mem, unsigned int nr_pages,
			unsigned int min_order)
{
	unsigned int order = CHUNK_MAX_ORDER, left;

	while (mem->nr_pages < nr_pages) {
		left = nr_pages - mem->nr_pages;
		order = min_t(unsigned int, order, ilog2(left));
		if (add_chunk(mem, order, 1u << order))
			continue;
		if (order <= min_order || fatal_signal_pending(current))
			return -ENOMEM;
		order--;
	}
	sort(mem->pages, nr_pages, sizeof(*mem->pages), compare_pages, NULL);
	return 0;
}

/* Rings and data are read and written by both sides with nothing in between. */
static bool needs_sync(struct uacce_memory *mem, struct device *dev)
{
	struct scatterlist *sg;
	unsigned int i;

	if (!dev_is_dma_coherent(dev))
		return true;
	if (uacce_has_iommu(dev))
		return dev_is_pci(dev) && to_pci_dev(dev)->untrusted;
	for_each_sgtable_dma_sg(&mem->sgt, sg, i) {
		if (dma_need_sync(dev, sg_dma_address(sg)))
			return true;
	}
	return false;
}

static void add_slice(struct uacce_memory *mem, dma_addr_t dma, size_t bytes,
		      size_t limit)
{
	struct uacce_slice *last = mem->slices + mem->nr_slices - 1;
	size_t part;

	if (mem->nr_slices && last->dma + last->bytes == dma) {
		part = min(limit - last->bytes, bytes);
		last->bytes += part;
		dma += part;
		bytes -= part;
	}
	while (bytes) {
		part = min(limit, bytes);
		mem->slices[mem->nr_slices++] = (struct uacce_slice){
			.dma = dma, .bytes = part,
		};
		dma += part;
		bytes -= part;
	}
}

static int find_slices(struct uacce_memory *mem, bool has_iommu)
{
	size_t limit = has_iommu ? mem->bytes : SLICE_MAX_BYTES;
	struct scatterlist *sg;
	unsigned int i;

	mem->slices = kvcalloc(mem->sgt.nents + mem->bytes / limit,
			       sizeof(*mem->slices), GFP_KERNEL_ACCOUNT);
	if (!mem->slices)
		return -ENOMEM;
	for_each_sgtable_dma_sg(&mem->sgt, sg, i)
		add_slice(mem, sg_dma_address(sg), sg_dma_len(sg), limit);
	return 0;
}

static int map_for_device(struct uacce_memory *mem, struct device *dev,
			  bool is_contiguous)
{
	bool has_iommu = uacce_has_iommu(dev);
	int ret;

	ret = sg_alloc_table_from_pages_segment(&mem->sgt, mem->pages,
						mem->nr_pages, 0, mem->bytes,
						dma_get_max_seg_size(dev),
						GFP_KERNEL);
	if (ret)
		return ret;
	ret = dma_map_sgtable(dev, &mem->sgt, DMA_BIDIRECTIONAL, 0);
	if (ret) {
		sg_free_table(&mem->sgt);
		return ret;
	}
	/* From here on uacce_memory_detach() undoes it. */
	mem->dev = dev;
	if (needs_sync(mem, dev)) {
		dev_err_once(dev, "is not cache coherent or needs bounce buffers: no user queues\n");
		return -EOPNOTSUPP;
	}
	ret = find_slices(mem, has_iommu);
	if (!ret && (is_contiguous || has_iommu) && mem->nr_slices != 1)
		ret = -ENOMEM;
	return ret;
}

static void memory_free(struct kref *ref)
{
	struct uacce_memory *mem = container_of(ref, struct uacce_memory, ref);
	unsigned int i;

	uacce_memory_detach(mem);
	for (i = 0; i < mem->nr_pages; i++)
		__free_page(mem->pages[i]);
	if (mem->account)
		atomic_long_sub(mem->bytes, mem->account);
	kvfree(mem->slices);
	kvfree(mem->pages);
	mutex_destroy(&mem->lock);
	kfree(mem);
}

struct uacce_memory *uacce_memory_alloc(struct device *dev, size_t bytes,
					bool is_contiguous)
{
	struct uacce_memory *mem;
	unsigned int nr_pages, min_order;
	int ret = -ENOMEM;

	if (!bytes || bytes > (size_t)UINT_MAX * (PAGE_SIZE / 2))
		return ERR_PTR(-EINVAL);
	mem = kzalloc(sizeof(*mem), GFP_KERNEL_ACCOUNT);
	if (!mem)
		return ERR_PTR(-ENOMEM);
	kref_init(&mem->ref);
	mutex_init(&mem->lock);
	mem->bytes = is_contiguous ? PAGE_ALIGN(bytes) : uacce_memory_round(bytes);
	nr_pages = mem->bytes >> PAGE_SHIFT;
	mem->pages = kvcalloc(nr_pages, sizeof(*mem->pages), GFP_KERNEL_ACCOUNT);
	if (!mem->pages)
		goto err;
	min_order = uacce_has_iommu(dev) ? 0 : get_order(UACCE_SLICE_UNIT);
	ret = is_contiguous ? alloc_contiguous(mem, nr_pages) :
			      alloc_pieces(mem, nr_pages, min_order);
	if (!ret)
		ret = map_for_device(mem, dev, is_contiguous);
	if (!ret)
		return mem;
err:
	uacce_memory_put(mem);
	return ERR_PTR(ret);
}
EXPORT_SYMBOL_GPL(uacce_memory_alloc);

struct uacce_memory *uacce_memory_get(struct uacce_memory *mem)
{
	kref_get(&mem->ref);
	return mem;
}
EXPORT_SYMBOL_GPL(uacce_memory_get);

void uacce_memory_put(struct uacce_memory *mem)
{
	if (mem)
		kref_put(&mem->ref, memory_free);
}
EXPORT_SYMBOL_GPL(uacce_memory_put);

void uacce_memory_detach(struct uacce_memory *mem)
{
	mutex_lock(&mem->lock);
	if (mem->dev) {
		dma_unmap_sgtable(mem->dev, &mem->sgt, DMA_BIDIRECTIONAL, 0);
		sg_free_table(&mem->sgt);
		mem->dev = NULL;
	}
	mutex_unlock(&mem->lock);
}
EXPORT_SYMBOL_GPL(uacce_memory_detach);

void *uacce_memory_address(const struct uacce_memory *mem)
{
	return page_address(mem->pages[0]);
}
EXPORT_SYMBOL_GPL(uacce_memory_address);

dma_addr_t uacce_memory_dma(const struct uacce_memory *mem)
{
	return mem->slices[0].dma;
}
EXPORT_SYMBOL_GPL(uacce_memory_dma);

int uacce_memory_mmap(struct uacce_memory *mem, struct vm_area_struct *vma)
{
	unsigned long nr = vma_pages(vma);

	if (nr > mem->nr_pages)
		return -EINVAL;
	return vm_insert_pages(vma, vma->vm_start, mem->pages, &nr);
}

vm_fault_t uacce_memory_fault(struct uacce_memory *mem, struct vm_fault *vmf,
			      unsigned long index)
{
	if (index >= mem->nr_pages)
		return VM_FAULT_SIGBUS;
	get_page(mem->pages[index]);
	vmf->page = mem->pages[index];
	return 0;
}
