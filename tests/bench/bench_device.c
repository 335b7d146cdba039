/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <misc/uacce/hisi_qm.h>

#include "bench_device.h"
#include "wd_backend.h"

#define PAGE_BYTES	4096
#define RING_BYTES	(BENCH_DEPTH * (HISI_ZIP_SQE_BYTES + \
					sizeof(struct hisi_qm_cqe)))
#define DUS_BYTES	(RING_BYTES + PAGE_BYTES)
#define MMIO_BYTES	(2 * PAGE_BYTES)

static struct bench_device *device;
static struct wd_channel channel;

static const struct wd_device_info info = {
	.name = "hisi_zip-0",
	.api = "hisi_qm_v3",
	.algorithms = "zlib\ngzip\ndeflate",
	.mode = WD_MODE_SVA,
	.available_instances = 1,
	.region_mmio_bytes = MMIO_BYTES,
	.region_dus_bytes = DUS_BYTES,
};

static int enumerate(int (*add)(void *arg, const struct wd_device_info *),
		     void *arg)
{
	return add(arg, &info);
}

static int open_queue(const struct wd_device_info *dev, struct wd_channel **ch);

static void close_queue(struct wd_channel *ch, bool is_child)
{
	(void)ch;
	(void)is_child;
}

static int control(struct wd_channel *ch, unsigned long cmd, void *arg)
{
	struct hisi_qp_info *shape = arg;

	(void)ch;
	if (cmd != UACCE_CMD_QM_SET_QP_INFO)
		return 0;
	shape->sqe_size = HISI_ZIP_SQE_BYTES;
	shape->sq_depth = BENCH_DEPTH;
	shape->cq_depth = BENCH_DEPTH;
	return 0;
}

static int map(struct wd_channel *ch, enum uacce_qfrt region, size_t bytes,
	       void **addr)
{
	void *mem;

	(void)ch;
	mem = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (mem == MAP_FAILED)
		return -errno;
	if (region == UACCE_QFRT_DUS)
		device->dus = mem;
	else if (region == UACCE_QFRT_MMIO)
		device->mmio = mem;
	*addr = mem;
	return 0;
}

static void unmap(struct wd_channel *ch, enum uacce_qfrt region, void *addr,
		  size_t bytes)
{
	(void)ch;
	(void)region;
	munmap(addr, bytes);
}

static int wait_queue(struct wd_channel *ch, int timeout_ms)
{
	(void)ch;
	(void)timeout_ms;
	return 0;
}

static int start(struct wd_channel *ch)
{
	(void)ch;
	device->phase = HISI_QM_CQE_PHASE;
	return 0;
}

static const struct wd_backend_ops ops = {
	.name = "bench",
	.enumerate = enumerate,
	.open = open_queue,
	.close = close_queue,
	.ioctl = control,
	.map = map,
	.unmap = unmap,
	.start = start,
	.wait = wait_queue,
};

static int open_queue(const struct wd_device_info *dev, struct wd_channel **ch)
{
	channel.ops = &ops;
	channel.info = *dev;
	*ch = &channel;
	return 0;
}

void bench_device_register(struct bench_device *dev)
{
	device = dev;
	wd_backend_register(&ops, true);
}

void bench_device_lap(struct bench_device *dev)
{
	struct hisi_qm_cqe *cq = (void *)(dev->dus +
					  BENCH_DEPTH * HISI_ZIP_SQE_BYTES);
	unsigned int i;

	for (i = 0; i < BENCH_DEPTH; i++) {
		cq[i].sq_head = i;
		cq[i].sq_num = 0;
		cq[i].w7 = dev->phase;
	}
	dev->phase ^= HISI_QM_CQE_PHASE;
}
