/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "wd_log.h"
#include "wd_memory.h"

/* An answer of the kernel with more slices than this is not believed. */
#define WD_MAX_SLICES 65536

void wd_memory_init(struct wd_memory *mem, const struct wd_channel *ch)
{
	*mem = (struct wd_memory){ .any = ch->info.mode == WD_MODE_SVA };
}

/* In these modes the kernel maps the region at the process' own addresses. */
static bool is_identity(const struct wd_channel *ch)
{
	return ch->info.mode == WD_MODE_SVA ||
	       ch->info.mode == WD_MODE_PASID ||
	       ch->info.mode == WD_MODE_SHARE_DOMAIN;
}

/* Room for one more; it doubles, so there is something to do at powers of 2. */
static int grow_slices(struct wd_memory *mem)
{
	unsigned int nr = mem->nr_slices;
	struct wd_memory_slice *slices;

	if (nr & (nr - 1))
		return 0;
	slices = reallocarray(mem->slices, nr ? 2 * nr : 1, sizeof(*slices));
	if (!slices)
		return -ENOMEM;
	mem->slices = slices;
	return 0;
}

static int add_slice(struct wd_memory *mem, size_t bytes, uint64_t dma)
{
	struct wd_memory_slice *last = NULL;
	uintptr_t start = (uintptr_t)mem->base;

	if (mem->nr_slices) {
		last = &mem->slices[mem->nr_slices - 1];
		start = last->start + last->bytes;
	}
	if (last && last->dma + last->bytes == dma) {
		last->bytes += bytes;
		return 0;
	}
	if (grow_slices(mem))
		return -ENOMEM;
	mem->slices[mem->nr_slices++] = (struct wd_memory_slice){
		.start = start, .bytes = bytes, .dma = dma,
	};
	return 0;
}

/* Ask for slice after slice until they cover the region. */
static int learn_slices(struct wd_memory *mem, struct wd_channel *ch)
{
	size_t left = mem->bytes, bytes;
	unsigned int i;
	uint64_t word;
	int more, ret;

	if (is_identity(ch))
		return add_slice(mem, left, (uintptr_t)mem->base);
	for (i = 0; left && i < WD_MAX_SLICES; i++) {
		word = i;
		more = ch->ops->ioctl(ch, UACCE_CMD_GET_SS_DMA, &word);
		if (more < 0)
			return more;
		bytes = (word & UACCE_SS_DMA_SIZE_MASK) <<
			UACCE_SS_DMA_SIZE_SHIFT;
		if ((ch->info.flags & UACCE_DEV_IOMMU) || bytes > left)
			bytes = left;
		if (!bytes)
			return -EIO;
		ret = add_slice(mem, bytes, word & ~UACCE_SS_DMA_SIZE_MASK);
		if (ret)
			return ret;
		left -= bytes;
		if (left && !more)
			return -EIO;
	}
	return left ? -EIO : 0;
}

/*
 * The size of a slice is told in whole units. Kernels that round it down would
 * hide the end of a region that is none.
 */
static size_t granule(const struct wd_channel *ch)
{
	size_t page = sysconf(_SC_PAGESIZE);
	size_t unit = (size_t)1 << UACCE_SS_DMA_SIZE_SHIFT;

	if (is_identity(ch) || (ch->info.flags & UACCE_DEV_IOMMU))
		return page;
	return page > unit ? page : unit;
}

int wd_memory_reserve(struct wd_memory *mem, struct wd_channel *ch,
		      size_t bytes)
{
	size_t unit = granule(ch);
	int ret;

	if (mem->base)
		return -EEXIST;
	if (!bytes || bytes > SIZE_MAX - unit)
		return -EINVAL;
	bytes = (bytes + unit - 1) & ~(unit - 1);
	ret = ch->ops->map(ch, UACCE_QFRT_SS, bytes, &mem->base);
	if (ret)
		return ret;
	mem->bytes = bytes;
	mem->owned = true;
	ret = learn_slices(mem, ch);
	if (ret) {
		wd_log(WD_LOG_ERROR,
		       "%s: the kernel does not tell where reserved memory is: error %d",
		       ch->info.name, -ret);
		wd_memory_release(mem, ch);
	}
	return ret;
}

int wd_memory_share(const struct wd_memory *mem, struct wd_channel *ch,
		    struct wd_memory *target, struct wd_channel *target_ch)
{
	struct wd_memory_slice *slices;
	unsigned int i;
	int fd, ret;

	if (!mem->base || !mem->owned)
		return -EINVAL;
	if (target->base)
		return -EEXIST;
	fd = target_ch->ops->fd(target_ch);
	if (fd < 0)
		return fd;
	slices = reallocarray(NULL, mem->nr_slices, sizeof(*slices));
	if (!slices)
		return -ENOMEM;
	ret = ch->ops->ioctl(ch, UACCE_CMD_SHARE_SVAS, (void *)(intptr_t)fd);
	if (ret < 0) {
		free(slices);
		return ret;
	}
	for (i = 0; i < mem->nr_slices; i++)
		slices[i] = mem->slices[i];
	target->base = mem->base;
	target->bytes = mem->bytes;
	target->slices = slices;
	target->nr_slices = mem->nr_slices;
	target->owned = false;
	return 0;
}

void wd_memory_release(struct wd_memory *mem, struct wd_channel *ch)
{
	if (mem->base && mem->owned)
		ch->ops->unmap(ch, UACCE_QFRT_SS, mem->base, mem->bytes);
	free(mem->slices);
	wd_memory_init(mem, ch);
}

bool wd_memory_lookup(const struct wd_memory *mem, const void *addr,
		      size_t bytes, uint64_t *dma)
{
	uintptr_t start = (uintptr_t)addr;
	unsigned int low = 0, high = mem->nr_slices, mid;
	const struct wd_memory_slice *slice;

	while (low < high) {
		mid = low + (high - low) / 2;
		slice = &mem->slices[mid];
		if (start < slice->start) {
			high = mid;
		} else if (start - slice->start >= slice->bytes) {
			low = mid + 1;
		} else if (bytes > slice->bytes - (start - slice->start)) {
			return false;
		} else {
			*dma = slice->dma + (start - slice->start);
			return true;
		}
	}
	return false;
}
