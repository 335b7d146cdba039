/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A device that completes at once, for benchmarks of what is above it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <misc/uacce/hisi_qm.h>

#include "emu_function.h"
#include "hisi_qm_hw.h"
#include "hisi_zip_hw.h"
#include "wd_backend.h"
#include "wd_fake.h"

#define NAME		"instant-0"
#define DEFAULT_QUEUES	8
#define DEFAULT_DEPTH	1024
#define MAX_QUEUES	1024
#define CACHE_LINE	64

/*
 * The sender's doorbells write the fields in the second line, the receiver's
 * that in the third.
 */
struct instant_channel {
	struct wd_channel ch;
	unsigned int qn;
	void *dus;
	size_t dus_bytes;
	int event_fd;

	_Alignas(CACHE_LINE) struct hisi_zip_sqe *sq;
	uint64_t (*cq)[2];
	uint32_t depth;
	uint32_t sq_tail;
	uint32_t cq_tail;
	uint32_t phase;
	uint64_t sq_doorbells;

	_Alignas(CACHE_LINE) uint64_t cq_doorbells;
};

static struct {
	struct wd_fake_instant_config config;
	bool is_started;
	struct instant_channel *channels[MAX_QUEUES];
	uint64_t sq_doorbells;
	uint64_t cq_doorbells;
} instant;

static const struct wd_backend_ops instant_ops;

static struct instant_channel *to_instant(struct wd_channel *ch)
{
	return (struct instant_channel *)ch;
}

static unsigned int open_queues(void)
{
	unsigned int count = 0, i;

	for (i = 0; i < instant.config.queues; i++)
		count += instant.channels[i] != NULL;
	return count;
}

static void describe(struct wd_device_info *info)
{
	memset(info, 0, sizeof(*info));
	snprintf(info->name, sizeof(info->name), NAME);
	snprintf(info->api, sizeof(info->api), "hisi_qm_v3");
	snprintf(info->algorithms, sizeof(info->algorithms),
		 "zlib\ngzip\ndeflate");
	info->flags = UACCE_DEV_SVA;
	info->mode = WD_MODE_SVA;
	info->numa_node = WD_NUMA_ANY;
	info->numa_distance = 10;
	info->available_instances = instant.config.queues - open_queues();
	info->region_dus_bytes = emu_dus_bytes(instant.config.depth);
}

static int instant_enumerate(int (*add)(void *arg,
					const struct wd_device_info *),
			     void *arg)
{
	struct wd_device_info info;

	describe(&info);
	return add(arg, &info);
}

static int instant_lookup(const char *name, struct wd_device_info *info)
{
	if (strcmp(name, NAME))
		return -ENODEV;
	describe(info);
	return 0;
}

static int instant_open(const struct wd_device_info *info,
			struct wd_channel **ch)
{
	struct instant_channel *chan;
	unsigned int qn;

	for (qn = 0; qn < instant.config.queues && instant.channels[qn]; qn++)
		;
	if (qn == instant.config.queues)
		return -EBUSY;
	chan = aligned_alloc(CACHE_LINE, sizeof(*chan));
	if (!chan)
		return -ENOMEM;
	memset(chan, 0, sizeof(*chan));
	chan->ch.ops = &instant_ops;
	chan->ch.info = *info;
	chan->qn = qn;
	chan->depth = instant.config.depth;
	chan->phase = HISI_QM_CQE_PHASE;
	chan->event_fd = -1;
	chan->dus_bytes = emu_dus_bytes(chan->depth);
	chan->dus = mmap(NULL, chan->dus_bytes, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (chan->dus == MAP_FAILED) {
		free(chan);
		return -ENOMEM;
	}
	madvise(chan->dus, chan->dus_bytes, MADV_DONTFORK);
	chan->sq = chan->dus;
	chan->cq = (void *)(chan->sq + chan->depth);
	instant.channels[qn] = chan;
	*ch = &chan->ch;
	return 0;
}

static void instant_close(struct wd_channel *ch, bool is_child)
{
	struct instant_channel *chan = to_instant(ch);

	instant.channels[chan->qn] = NULL;
	instant.sq_doorbells += chan->sq_doorbells;
	instant.cq_doorbells += chan->cq_doorbells;
	if (!is_child)
		munmap(chan->dus, chan->dus_bytes);
	if (chan->event_fd >= 0)
		close(chan->event_fd);
	free(chan);
}

static int instant_ioctl(struct wd_channel *ch, unsigned long cmd, void *arg)
{
	struct instant_channel *chan = to_instant(ch);
	struct hisi_qp_info *info = arg;
	struct hisi_qp_ctx *ctx = arg;

	switch (cmd) {
	case UACCE_CMD_START_Q:
	case UACCE_CMD_PUT_Q:
	case UACCE_CMD_SHARE_SVAS:
		return 0;
	case UACCE_CMD_QM_SET_QP_CTX:
		ctx->id = chan->qn;
		return 0;
	case UACCE_CMD_QM_SET_QP_INFO:
		*info = (struct hisi_qp_info){
			.sqe_size = HISI_ZIP_SQE_BYTES,
			.sq_depth = chan->depth,
			.cq_depth = chan->depth,
		};
		return 0;
	default:
		return -EINVAL;
	}
}

static int instant_map(struct wd_channel *ch, enum uacce_qfrt region,
		       size_t bytes, void **addr)
{
	struct instant_channel *chan = to_instant(ch);
	void *ss;

	if (region == UACCE_QFRT_DUS && bytes == chan->dus_bytes) {
		*addr = chan->dus;
		return 0;
	}
	if (region != UACCE_QFRT_SS || !bytes)
		return -EINVAL;
	ss = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (ss == MAP_FAILED)
		return -ENOMEM;
	*addr = ss;
	return 0;
}

static void instant_unmap(struct wd_channel *ch, enum uacce_qfrt region,
			  void *addr, size_t bytes)
{
	(void)ch;
	if (region == UACCE_QFRT_SS)
		munmap(addr, bytes);
}

/* Nothing is ever awaited: the answer was there before the send returned. */
static int instant_wait(struct wd_channel *ch, int timeout_ms)
{
	(void)ch;
	(void)timeout_ms;
	return 1;
}

static int instant_fd(struct wd_channel *ch)
{
	struct instant_channel *chan = to_instant(ch);

	/* Always readable, for the same reason. */
	if (chan->event_fd < 0)
		chan->event_fd = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
	return chan->event_fd < 0 ? -errno : chan->event_fd;
}

static void complete(struct instant_channel *chan, uint32_t slot)
{
	struct hisi_zip_sqe *sqe = &chan->sq[slot];
	uint32_t len = sqe->input_data_length;
	uint64_t half = slot | (uint64_t)chan->qn << 16 |
			(uint64_t)chan->phase << 48;

	sqe->consumed = len;
	sqe->produced = len / 2;
	sqe->dw3 = 0;
	/* The half of the CQE with slot, queue and phase, after the answer. */
	__atomic_store_n(&chan->cq[chan->cq_tail][1], half, __ATOMIC_RELEASE);
	if (++chan->cq_tail == chan->depth) {
		chan->cq_tail = 0;
		chan->phase ^= HISI_QM_CQE_PHASE;
	}
}

static void instant_doorbell(struct wd_channel *ch, uint32_t offset,
			     uint64_t value)
{
	struct instant_channel *chan = to_instant(ch);
	uint32_t tail = value >> HISI_QM_DB_INDEX_SHIFT & 0xffff, slot;

	(void)offset;
	if ((value >> HISI_QM_DB_V2_CMD_SHIFT & HISI_QM_DB_V2_CMD_MASK) !=
	    HISI_QM_DB_SQ) {
		chan->cq_doorbells++;
		return;
	}
	chan->sq_doorbells++;
	/* The sender's: the receiver's doorbells must not look at it. */
	slot = chan->sq_tail;
	while (slot != tail) {
		complete(chan, slot);
		if (++slot == chan->depth)
			slot = 0;
	}
	chan->sq_tail = slot;
}

static int instant_start(struct wd_channel *ch)
{
	return instant_ioctl(ch, UACCE_CMD_START_Q, NULL);
}

static const struct wd_backend_ops instant_ops = {
	.name = "instant",
	.enumerate = instant_enumerate,
	.lookup = instant_lookup,
	.open = instant_open,
	.close = instant_close,
	.ioctl = instant_ioctl,
	.map = instant_map,
	.unmap = instant_unmap,
	.start = instant_start,
	.wait = instant_wait,
	.doorbell = instant_doorbell,
	.fd = instant_fd,
};

int wd_fake_instant_start(const struct wd_fake_instant_config *config)
{
	if (instant.is_started)
		return -EBUSY;
	memset(&instant, 0, sizeof(instant));
	if (config)
		instant.config = *config;
	if (!instant.config.queues)
		instant.config.queues = DEFAULT_QUEUES;
	if (!instant.config.depth)
		instant.config.depth = DEFAULT_DEPTH;
	if (instant.config.queues > MAX_QUEUES || instant.config.depth < 2 ||
	    instant.config.depth > HISI_QM_MAX_DEPTH)
		return -EINVAL;
	instant.is_started = true;
	wd_backend_register(&instant_ops, true);
	return 0;
}

int wd_fake_instant_stop(void)
{
	unsigned int leaks, i;

	if (!instant.is_started)
		return 0;
	leaks = open_queues();
	for (i = 0; i < instant.config.queues; i++)
		if (instant.channels[i])
			instant_close(&instant.channels[i]->ch, false);
	wd_backend_register(NULL, false);
	instant.is_started = false;
	return leaks;
}

void wd_fake_instant_doorbells(uint64_t *sq, uint64_t *cq)
{
	unsigned int i;

	*sq = instant.sq_doorbells;
	*cq = instant.cq_doorbells;
	for (i = 0; i < instant.config.queues; i++) {
		if (!instant.channels[i])
			continue;
		*sq += instant.channels[i]->sq_doorbells;
		*cq += instant.channels[i]->cq_doorbells;
	}
}
