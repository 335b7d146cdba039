// SPDX-License-Identifier: GPL-2.0-only
/*
 * A queue with a slot for every request under way: its scatter lists for the
 * hardware and what is needed to finish it.
 */
#include <crypto/internal/acompress.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "cursor.h"
#include "engine.h"
#include "format.h"
#include "hisi_qm.h"
#include "hisi_zip_hw.h"
#include "lane.h"
#include "params.h"
#include "request.h"
#include "sgl.h"

/*
 * Requests under way at once. A burst beyond that is for software; a queue as
 * deep as the hardware's would cost each transform megabytes.
 */
#define LANE_SLOTS	128

/* Hardware is said to ignore requests with less room than this (7.6). */
#define LANE_MIN_ROOM	16

/* The largest request takes milliseconds, a reset of the device seconds. */
#define LANE_PATIENCE	(20 * HZ)

struct lane_slot {
	struct acomp_req *req;
	struct zip_request request;
};

/**
 * struct zip_lane - see lane.h
 * @qp: hardware queue
 * @layout: of requests
 * @format: of data
 * @alg: direction
 * @done: user's callback
 * @sgls: of slot i: 2i source, 2i + 1 destination
 * @lock: protects all below but @slots; any context
 * @free: stack of slots
 * @free_count: its height
 * @alive: jiffies when there was an answer, or nothing to answer
 * @counters: for debugfs
 * @slots: of requests; each belongs to who took it from @free
 */
struct zip_lane {
	struct hisi_qp *qp;
	const struct zip_sqe_layout *layout;
	const struct zip_format *format;
	u8 alg;
	zip_lane_done_t done;
	struct zip_sgl_pool sgls;
	spinlock_t lock;	/* all that follows but @slots */
	u8 free[LANE_SLOTS];
	unsigned int free_count;
	unsigned long alive;
	struct zip_lane_counters counters;
	struct lane_slot slots[LANE_SLOTS];
};

static unsigned int slot_index(struct zip_lane *lane, struct lane_slot *slot)
{
	return slot - lane->slots;
}

static struct lane_slot *slot_get(struct zip_lane *lane)
{
	struct lane_slot *slot = NULL;
	unsigned long flags;

	spin_lock_irqsave(&lane->lock, flags);
	if (lane->free_count == LANE_SLOTS)
		lane->alive = jiffies;
	if (lane->free_count)
		slot = &lane->slots[lane->free[--lane->free_count]];
	else
		lane->counters.refused++;
	spin_unlock_irqrestore(&lane->lock, flags);
	return slot;
}

static void slot_put(struct zip_lane *lane, struct lane_slot *slot, u64 *counter)
{
	unsigned long flags;

	spin_lock_irqsave(&lane->lock, flags);
	lane->free[lane->free_count++] = slot_index(lane, slot);
	if (counter != &lane->counters.refused)
		lane->alive = jiffies;
	++*counter;
	spin_unlock_irqrestore(&lane->lock, flags);
}

static void slot_unmap(struct zip_lane *lane, struct lane_slot *slot)
{
	unsigned int sgl = 2 * slot_index(lane, slot);

	zip_sgl_unmap(&lane->sgls, sgl, DMA_TO_DEVICE);
	zip_sgl_unmap(&lane->sgls, sgl + 1, DMA_FROM_DEVICE);
}

static int slot_map(struct zip_lane *lane, struct lane_slot *slot)
{
	unsigned int sgl = 2 * slot_index(lane, slot);
	struct zip_request *request = &slot->request;
	dma_addr_t addr;
	int ret;

	ret = zip_sgl_map(&lane->sgls, sgl, slot->req->src,
			  request->src_skip + request->src_bytes,
			  DMA_TO_DEVICE, &addr);
	if (ret)
		return ret;
	request->src = addr;
	ret = zip_sgl_map(&lane->sgls, sgl + 1, slot->req->dst,
			  request->dst_skip + request->dst_bytes,
			  DMA_FROM_DEVICE, &addr);
	if (ret)
		zip_sgl_unmap(&lane->sgls, sgl, DMA_TO_DEVICE);
	else
		request->dst = addr;
	return ret;
}

/* Return: false if the hardware has no chance with it (7.6, 7.11). */
static bool slot_fill(struct zip_lane *lane, struct lane_slot *slot,
		      struct acomp_req *req, u32 header)
{
	struct zip_request *request = &slot->request;
	bool compress = lane->alg == HISI_ZIP_ALG_COMPRESS;
	u32 room = min_t(u32, req->dlen, HISI_ZIP_MAX_BYTES);

	request->type = lane->format->request;
	request->tag = slot_index(lane, slot);
	request->src_skip = compress ? 0 : header;
	request->dst_skip = compress ? header : 0;
	if (req->slen > HISI_ZIP_MAX_BYTES || req->slen <= request->src_skip ||
	    room < request->dst_skip + LANE_MIN_ROOM)
		return false;
	request->src_bytes = req->slen - request->src_skip;
	request->dst_bytes = room - request->dst_skip;
	slot->req = req;
	return true;
}

int zip_lane_send(struct zip_lane *lane, struct acomp_req *req, u32 header)
{
	struct lane_slot *slot = slot_get(lane);
	struct hisi_zip_sqe sqe;
	int ret = -EINVAL;

	if (!slot)
		return -EAGAIN;
	if (!slot_fill(lane, slot, req, header))
		goto err;
	ret = slot_map(lane, slot);
	if (ret)
		goto err;
	zip_sqe_build(lane->layout, &sqe, &slot->request);
	ret = hisi_qp_send(lane->qp, &sqe, slot);
	if (!ret)
		return 0;
	slot_unmap(lane, slot);
err:
	slot_put(lane, slot, &lane->counters.refused);
	return ret;
}

/*
 * The header goes in last: before, the memory was the device's, and a bounce
 * buffer would have overwritten it.
 */
static int slot_finish(struct zip_lane *lane, struct lane_slot *slot,
		       unsigned int produced)
{
	struct acomp_req *req = slot->req;
	struct zip_cursor dst;

	req->dlen = slot->request.dst_skip + produced;
	if (!slot->request.dst_skip)
		return 0;
	zip_cursor_sg(&dst, req->dst, req->dlen, ZIP_CURSOR_WRITE);
	return zip_cursor_write(&dst, lane->format->header,
				slot->request.dst_skip);
}

static void lane_qp_done(struct hisi_qp *qp, const void *sqe, void *tag,
			 int error)
{
	struct zip_lane *lane = hisi_qp_priv(qp);
	struct lane_slot *slot = tag;
	struct acomp_req *req = slot->req;
	unsigned int produced;

	slot_unmap(lane, slot);
	if (!error)
		error = zip_sqe_result(lane->layout, sqe, &slot->request,
				       &produced);
	/* Out of the room it was given, which is not all there is. */
	if (error == -ENOSPC && req->dlen > HISI_ZIP_MAX_BYTES)
		error = -EIO;
	if (!error)
		error = slot_finish(lane, slot, produced);
	slot_put(lane, slot, error == -EIO ? &lane->counters.failed :
					     &lane->counters.finished);
	lane->done(req, error);
}

static void lane_init(struct zip_lane *lane, struct hisi_qm *qm,
		      const struct zip_format *format, u8 alg,
		      zip_lane_done_t done)
{
	spin_lock_init(&lane->lock);
	for (; lane->free_count < LANE_SLOTS; lane->free_count++)
		lane->free[lane->free_count] = lane->free_count;
	lane->layout = zip_engine_sqe_layout(qm);
	lane->format = format;
	lane->alg = alg;
	lane->done = done;
}

struct zip_lane *zip_lane_alloc(struct hisi_qm *qm,
				const struct zip_format *format, u8 alg,
				zip_lane_done_t done)
{
	struct zip_lane *lane = kvzalloc(sizeof(*lane), GFP_KERNEL);
	int ret;

	if (!lane)
		return ERR_PTR(-ENOMEM);
	lane_init(lane, qm, format, alg, done);
	ret = zip_sgl_pool_init(&lane->sgls, &hisi_qm_pdev(qm)->dev,
				2 * LANE_SLOTS, zip_params_sgl_entries());
	if (ret)
		goto err_lane;
	lane->qp = hisi_qp_get(qm, alg, lane_qp_done, lane);
	if (IS_ERR(lane->qp)) {
		ret = PTR_ERR(lane->qp);
		goto err_sgls;
	}
	return lane;

err_sgls:
	zip_sgl_pool_exit(&lane->sgls);
err_lane:
	kvfree(lane);
	return ERR_PTR(ret);
}

void zip_lane_free(struct zip_lane *lane)
{
	hisi_qp_put(lane->qp);
	zip_sgl_pool_exit(&lane->sgls);
	kvfree(lane);
}

bool zip_lane_is_stuck(struct zip_lane *lane)
{
	unsigned long flags;
	bool is_stuck;

	spin_lock_irqsave(&lane->lock, flags);
	is_stuck = lane->free_count < LANE_SLOTS &&
		   time_after(jiffies, lane->alive + LANE_PATIENCE);
	spin_unlock_irqrestore(&lane->lock, flags);
	return is_stuck;
}

void zip_lane_count(struct zip_lane *lane, struct zip_lane_counters *sum)
{
	unsigned long flags;

	spin_lock_irqsave(&lane->lock, flags);
	sum->finished += lane->counters.finished;
	sum->refused += lane->counters.refused;
	sum->failed += lane->counters.failed;
	spin_unlock_irqrestore(&lane->lock, flags);
}
