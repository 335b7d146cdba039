/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the fake devices can reach, and where. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "fake.h"
#include "hisi_qm_hw.h"

/* Not where processes have memory, and only as aligned as it has to be. */
#define FIRST_DMA	0x10000000003000ULL
#define DMA_PER_DEVICE	0x10000000000ULL
#define LOWEST_ADDRESS	0x1000

static bool is_translated(void)
{
	return fake.config.mode == WD_MODE_DMA ||
	       fake.config.mode == WD_MODE_NOIOMMU;
}

static uint64_t slice_bytes(const struct fake_channel *chan)
{
	if (fake.config.slice_units)
		return (uint64_t)fake.config.slice_units * WD_FAKE_SLICE_UNIT;
	return chan->ss_bytes;
}

/* From the start of one slice to that of the next. */
static uint64_t stride(const struct fake_channel *chan)
{
	return slice_bytes(chan) << !fake.config.slices_adjacent;
}

uint64_t fake_ss_flags(void)
{
	switch (fake.config.mode) {
	case WD_MODE_SVA:
		return UACCE_DEV_SVA;
	case WD_MODE_PASID:
		return UACCE_DEV_PASID;
	case WD_MODE_SHARE_DOMAIN:
		return UACCE_DEV_SHARE_DOMAIN;
	case WD_MODE_DMA:
		return fake.config.slice_units ? 0 : UACCE_DEV_IOMMU;
	case WD_MODE_NOIOMMU:
		break;
	}
	return UACCE_DEV_NOIOMMU;
}

int fake_ss_map(struct fake_channel *chan, size_t bytes, void **addr)
{
	struct fake_device *dev = chan->dev;
	void *ss;

	if (!bytes)
		return -EINVAL;
	if (chan->ss)
		return -EEXIST;
	ss = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (ss == MAP_FAILED)
		return -ENOMEM;
	madvise(ss, bytes, MADV_DONTFORK);
	chan->ss = ss;
	chan->ss_bytes = bytes;
	if (!dev->next_dma)
		dev->next_dma = FIRST_DMA + dev->index * DMA_PER_DEVICE;
	chan->ss_dma = dev->next_dma;
	/* The last slice ends behind the region, and a gap may follow. */
	dev->next_dma += 2 * (bytes + slice_bytes(chan) + WD_FAKE_SLICE_UNIT) /
			 WD_FAKE_SLICE_UNIT * WD_FAKE_SLICE_UNIT;
	*addr = ss;
	return 0;
}

void fake_ss_unmap(struct fake_channel *chan)
{
	struct fake_channel *borrower;
	unsigned int qn;

	munmap(chan->ss, chan->ss_bytes);
	chan->ss = NULL;
	for (qn = 0; qn < emu_function_queues(chan->dev->func); qn++) {
		borrower = chan->dev->channels[qn];
		if (borrower && borrower->lender == chan)
			borrower->lender = NULL;
	}
}

/* What UACCE_CMD_GET_SS_DMA is in <misc/uacce/uacce.h>. */
int fake_ss_dma(const struct fake_channel *chan, uint64_t *word)
{
	uint64_t count, units, left;

	if (chan->lender)
		chan = chan->lender;
	if (!chan->ss)
		return -EINVAL;
	count = (chan->ss_bytes + slice_bytes(chan) - 1) / slice_bytes(chan);
	if (*word >= count)
		return -EINVAL;
	count -= *word + 1;
	left = chan->ss_bytes - *word * slice_bytes(chan);
	if (left > slice_bytes(chan))
		left = slice_bytes(chan);
	units = (left + WD_FAKE_SLICE_UNIT - 1) / WD_FAKE_SLICE_UNIT;
	if (fake_ss_flags() & UACCE_DEV_IOMMU)
		units = 0;
	if (is_translated())
		*word = chan->ss_dma + *word * stride(chan);
	else
		*word = (uintptr_t)chan->ss + *word * slice_bytes(chan);
	*word |= units & UACCE_SS_DMA_SIZE_MASK;
	return count;
}

static struct fake_channel *find_by_fd(int fd)
{
	struct fake_channel *chan;
	unsigned int dev, qn;

	for (dev = 0; dev < fake.config.devices; dev++)
		for (qn = 0; qn < fake.config.queues; qn++) {
			chan = fake.devices[dev].channels[qn];
			if (chan && chan->event_fd == fd)
				return chan;
		}
	return NULL;
}

int fake_ss_share(struct fake_channel *chan, int fd)
{
	struct fake_channel *target = find_by_fd(fd);

	if (!target)
		return -EBADF;
	if (target->dev != chan->dev)
		return -EXDEV;
	if (target == chan || !chan->ss)
		return -EINVAL;
	if (target->ss || target->lender)
		return -EEXIST;
	target->lender = chan;
	return 0;
}

/* In the modes with made-up addresses; a range may not leave its slice. */
static void *from_dma(const struct fake_channel *chan, uint64_t addr,
		      size_t len)
{
	uint64_t offset = addr - chan->ss_dma, in_slice, start;

	if (addr < chan->ss_dma)
		return NULL;
	start = offset / stride(chan) * slice_bytes(chan);
	in_slice = offset % stride(chan);
	if (!fake.config.slices_adjacent &&
	    (in_slice > slice_bytes(chan) ||
	     len > slice_bytes(chan) - in_slice))
		return NULL;
	start += in_slice;
	if (start > chan->ss_bytes || len > chan->ss_bytes - start)
		return NULL;
	return (char *)chan->ss + start;
}

static void *in_ss(const struct fake_channel *chan, uint64_t addr, size_t len)
{
	uint64_t start = (uintptr_t)chan->ss;

	if (is_translated())
		return from_dma(chan, addr, len);
	if (addr < start || addr - start > chan->ss_bytes ||
	    len > chan->ss_bytes - (addr - start))
		return NULL;
	return (void *)(uintptr_t)addr;
}

static void *translate(const struct fake_device *dev, uint64_t addr, size_t len)
{
	const struct fake_channel *chan;
	unsigned int qn;
	void *ptr;

	if (addr < LOWEST_ADDRESS || addr > UINTPTR_MAX - len)
		return NULL;
	/* The function is being probed: only its tables can be meant. */
	if (!dev->func || fake.config.mode == WD_MODE_SVA ||
	    emu_function_owns(dev->func, addr, len))
		return (void *)(uintptr_t)addr;
	for (qn = 0; qn < emu_function_queues(dev->func); qn++) {
		chan = dev->channels[qn];
		ptr = chan && chan->ss ? in_ss(chan, addr, len) : NULL;
		if (ptr)
			return ptr;
	}
	return NULL;
}

uint64_t fake_ss_find(const struct fake_device *dev, const void *addr)
{
	const struct fake_channel *chan;
	uint64_t offset;
	unsigned int qn;

	if (fake.config.mode == WD_MODE_SVA)
		return (uintptr_t)addr;
	for (qn = 0; qn < emu_function_queues(dev->func); qn++) {
		chan = dev->channels[qn];
		if (!chan || !chan->ss)
			continue;
		offset = (uintptr_t)addr - (uintptr_t)chan->ss;
		if (offset >= chan->ss_bytes)
			continue;
		if (!is_translated())
			return (uintptr_t)addr;
		return chan->ss_dma + offset / slice_bytes(chan) *
		       stride(chan) + offset % slice_bytes(chan);
	}
	return 0;
}

static int dma_read(void *opaque, unsigned int func, uint32_t pasid,
		    uint64_t addr, void *buf, size_t len)
{
	const void *from = translate(opaque, addr, len);

	(void)func;
	(void)pasid;
	if (!from)
		return -EFAULT;
	memcpy(buf, from, len);
	return 0;
}

/* The last word after all others: it has the phase of a CQE. */
static int dma_write(void *opaque, unsigned int func, uint32_t pasid,
		     uint64_t addr, const void *buf, size_t len)
{
	char *to = translate(opaque, addr, len);
	uint64_t last;

	(void)func;
	(void)pasid;
	if (!to)
		return -EFAULT;
	if (len < sizeof(last) || (uintptr_t)(to + len) % sizeof(last)) {
		memcpy(to, buf, len);
		return 0;
	}
	len -= sizeof(last);
	memcpy(to, buf, len);
	memcpy(&last, (const char *)buf + len, sizeof(last));
	__atomic_store_n((uint64_t *)(to + len), last, __ATOMIC_RELEASE);
	return 0;
}

static void *dma_map(void *opaque, unsigned int func, uint32_t pasid,
		     uint64_t addr, size_t len, bool is_write)
{
	(void)func;
	(void)pasid;
	(void)is_write;
	return translate(opaque, addr, len);
}

static void dma_unmap(void *opaque, void *ptr, size_t len, bool is_write)
{
	(void)opaque;
	(void)ptr;
	(void)len;
	(void)is_write;
}

static void raise_irq(void *opaque, unsigned int func, unsigned int vector)
{
	struct fake_device *dev = opaque;

	(void)func;
	dev->irqs |= 1U << vector;
}

static void log_line(void *opaque, enum hisi_qm_model_log_level level,
		     const char *text)
{
	(void)opaque;
	fake.config.log(fake.config.log_arg, level, text);
}

void fake_host_init(struct fake_device *dev, struct hisi_qm_model_host *host)
{
	*host = (struct hisi_qm_model_host){
		.opaque = dev,
		.dma_read = dma_read,
		.dma_write = dma_write,
		.dma_map = dma_map,
		.dma_unmap = dma_unmap,
		.raise_irq = raise_irq,
		.log = fake.config.log ? log_line : NULL,
	};
}
