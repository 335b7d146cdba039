/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Set-up, waiting and end of a queue pair: all that is not the data path. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <misc/uacce/hisi_qm.h>

#include "hisi_qm_queue.h"
#include "wd_log.h"

/* Where the number is in "hisi_qm_v3" and "hisi_qm_v3_noiommu". */
#define API_PREFIX	"hisi_qm_v"

/* Assumed where the kernel has no UACCE_CMD_QM_SET_QP_INFO. */
#define DEFAULT_DEPTH	1024

/* A stop flag may be set without a wake-up: look at it this often. */
#define WAIT_SLICE_MS	1000

/*
 * wd_flush() may not arm, nor take the wake-up that the kernel gives once, to
 * whoever polls first: both are the receiver's. So it looks in steps.
 */
#define FLUSH_SPINS	1000
#define FLUSH_NAP_NS	100000

unsigned int hisi_qm_api_version(const char *api)
{
	if (strncmp(api, API_PREFIX, strlen(API_PREFIX)))
		return 0;
	api += strlen(API_PREFIX);
	/* strtoul() would take a sign, too. */
	return isdigit((unsigned char)*api) ? strtoul(api, NULL, 10) : 0;
}

static int get_shape(struct wd_channel *ch, uint32_t sqe_bytes,
		     struct hisi_qp_info *shape)
{
	int ret;

	memset(shape, 0, sizeof(*shape));
	ret = ch->ops->ioctl(ch, UACCE_CMD_QM_SET_QP_INFO, shape);
	if (ret == -EINVAL || ret == -ENOTTY) {
		shape->sqe_size = sqe_bytes;
		shape->sq_depth = DEFAULT_DEPTH;
		shape->cq_depth = DEFAULT_DEPTH;
		ret = 0;
	}
	return ret < 0 ? ret : 0;
}

/* The kernel's numbers are believed only as far as they fit together. */
static int check_shape(const struct hisi_qm_queue *q, uint32_t sqe_bytes,
		       const struct hisi_qp_info *shape)
{
	size_t rings = (size_t)shape->sqe_size * shape->sq_depth +
		       sizeof(struct hisi_qm_cqe) * shape->cq_depth;

	if (shape->sqe_size == sqe_bytes &&
	    shape->sq_depth >= 2 && shape->sq_depth <= HISI_QM_MAX_DEPTH &&
	    shape->cq_depth >= shape->sq_depth &&
	    shape->cq_depth <= HISI_QM_MAX_DEPTH &&
	    rings + HISI_QM_DUS_RX_STOP_FROM_END <= q->dus_bytes &&
	    !(q->dus_bytes % sizeof(uint64_t)))
		return 0;
	wd_log(WD_LOG_ERROR,
	       "%s: rings of %u entries of %u bytes and %u completions in %zu bytes are not usable",
	       q->base.ch->info.name, shape->sq_depth, shape->sqe_size,
	       shape->cq_depth, q->dus_bytes);
	return -ENOTSUP;
}

static void set_doorbells(struct hisi_qm_queue *q)
{
	struct hisi_qm_ring *r = &q->ring;
	unsigned int cmd_shift = HISI_QM_DB_V2_CMD_SHIFT;

	r->db_offset = HISI_QM_DOORBELL_SQ_CQ;
	if (q->version == 1) {
		r->db_offset = HISI_QM_DOORBELL_V1;
		cmd_shift = HISI_QM_DB_V1_CMD_SHIFT;
	}
	r->sq_db = HISI_QM_DB_SQ << cmd_shift | r->qn;
	r->cq_db = HISI_QM_DB_CQ << cmd_shift | r->qn;
}

static int map_doorbells(struct hisi_qm_queue *q)
{
	struct wd_channel *ch = q->base.ch;
	struct hisi_qm_ring *r = &q->ring;
	int ret;

	r->ch = ch;
	if (ch->ops->doorbell) {
		r->ring_db = ch->ops->doorbell;
		return 0;
	}
	q->mmio_bytes = ch->info.region_mmio_bytes;
	if (q->mmio_bytes < r->db_offset + sizeof(uint64_t)) {
		wd_log(WD_LOG_ERROR, "%s: no doorbell in a region of %zu bytes",
		       ch->info.name, q->mmio_bytes);
		return -ENOTSUP;
	}
	ret = ch->ops->map(ch, UACCE_QFRT_MMIO, q->mmio_bytes, &q->mmio);
	if (ret)
		return ret;
	r->db = (uint64_t *)((uint8_t *)q->mmio + r->db_offset);
	return 0;
}

static int set_up_ring(struct hisi_qm_queue *q,
		       const struct hisi_qp_info *shape)
{
	struct hisi_qm_ring *r = &q->ring;
	uint8_t *dus = q->dus;

	r->sq = dus;
	r->cq = dus + (size_t)shape->sqe_size * shape->sq_depth;
	r->stop = (uint32_t *)(dus + q->dus_bytes -
			       HISI_QM_DUS_RX_STOP_FROM_END);
	r->sqe_bytes = shape->sqe_size;
	r->sq_depth = shape->sq_depth;
	r->cq_depth = shape->cq_depth;
	r->cq_batch = r->sq_depth / 4;
	if (r->cq_batch > HISI_QM_CQ_BATCH_MAX)
		r->cq_batch = HISI_QM_CQ_BATCH_MAX;
	r->phase = HISI_QM_CQE_PHASE_WORD;
	r->reqs = calloc(r->sq_depth, sizeof(*r->reqs));
	return r->reqs ? 0 : -ENOMEM;
}

/* Tell the kernel what the queue is for and learn its number and shape. */
static int configure(struct hisi_qm_queue *q, uint16_t qc_type,
		     uint32_t sqe_bytes)
{
	struct wd_channel *ch = q->base.ch;
	struct hisi_qp_ctx ctx = { .qc_type = qc_type };
	struct hisi_qp_info shape;
	int ret;

	ret = ch->ops->ioctl(ch, UACCE_CMD_QM_SET_QP_CTX, &ctx);
	if (ret < 0)
		return ret;
	/* What does not fit into the doorbell would ring another one. */
	if (q->version > 1 && ctx.id > HISI_QM_DB_V2_QN_MASK) {
		wd_log(WD_LOG_ERROR, "%s: no queue can have the number %u",
		       ch->info.name, ctx.id);
		return -ENOTSUP;
	}
	q->ring.qn = ctx.id;
	ret = get_shape(ch, sqe_bytes, &shape);
	if (!ret)
		ret = check_shape(q, sqe_bytes, &shape);
	if (!ret)
		ret = set_up_ring(q, &shape);
	return ret;
}

int hisi_qm_queue_open(struct hisi_qm_queue *q, struct wd_channel *ch,
		       uint16_t qc_type, uint32_t sqe_bytes,
		       const struct wd_memory *memory)
{
	int ret;

	q->base.ch = ch;
	q->base.memory = memory;
	q->version = hisi_qm_api_version(ch->info.api);
	q->dus_bytes = ch->info.region_dus_bytes;
	ret = ch->ops->map(ch, UACCE_QFRT_DUS, q->dus_bytes, &q->dus);
	if (ret)
		return ret;
	ret = configure(q, qc_type, sqe_bytes);
	if (ret)
		goto close;
	set_doorbells(q);
	ret = map_doorbells(q);
	if (ret)
		goto close;
	ret = ch->ops->start(ch);
	if (ret)
		goto close;
	q->base.queue_num = q->ring.qn;
	q->base.depth = q->ring.sq_depth;
	return 0;

close:
	hisi_qm_queue_close(q, false);
	return ret;
}

void hisi_qm_queue_close(struct hisi_qm_queue *q, bool is_child)
{
	struct wd_channel *ch = q->base.ch;

	/*
	 * Nothing may run in the rings any more when they go. A queue that is
	 * dead, or a device that is gone, refuses; closing the channel stops
	 * it in any case.
	 */
	if (!is_child) {
		ch->ops->ioctl(ch, UACCE_CMD_PUT_Q, NULL);
		if (q->mmio)
			ch->ops->unmap(ch, UACCE_QFRT_MMIO, q->mmio,
				       q->mmio_bytes);
		ch->ops->unmap(ch, UACCE_QFRT_DUS, q->dus, q->dus_bytes);
	}
	free(q->ring.reqs);
}

int hisi_qm_queue_dead(struct hisi_qm_queue *q)
{
	struct wd_channel *ch = q->base.ch;

	/* Sender and receiver may both come here. */
	if (__atomic_load_n(&q->ring.dead, __ATOMIC_RELAXED) &&
	    !__atomic_exchange_n(&q->reported, true, __ATOMIC_RELAXED))
		wd_log(WD_LOG_ERROR,
		       "%s: queue %u: a completion that belongs to no request; the queue is not used any more",
		       ch->info.name, q->ring.qn);
	/* Stopped is all that the rings say; the kernel may know why. */
	return ch->ops->wait(ch, 0) == -ENODEV ? -ENODEV : -EIO;
}

int hisi_qm_queue_arm(struct wd_driver_queue *dq)
{
	struct hisi_qm_queue *q = (struct hisi_qm_queue *)dq;
	struct hisi_qm_ring *r = &q->ring;

	if (hisi_qm_ring_ended(r))
		return hisi_qm_queue_dead(q);
	if (hisi_qm_ring_has_answer(r))
		return 1;
	hisi_qm_ring_return_cqes(r, 1);
	return hisi_qm_ring_has_answer(r);
}

/*
 * The last request that was sent has completed when as many CQEs as requests
 * were written: whose they are does not matter, nor who took them.
 */
static bool all_completed(const struct hisi_qm_ring *r)
{
	uint64_t last = r->sent - 1;
	uint64_t word, phase;

	if (!r->sent)
		return true;
	word = hisi_qm_ring_cqe_word(hisi_qm_ring_cqe(r->cq,
						      last % r->cq_depth));
	phase = last / r->cq_depth & 1 ? 0 : HISI_QM_CQE_PHASE_WORD;
	return !((word ^ phase) & HISI_QM_CQE_PHASE_WORD);
}

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ULL + ts.tv_nsec / 1000000;
}

/* How long to sleep at most now; 0 when the time is over. */
static int wait_slice(uint64_t start, uint32_t timeout_ms)
{
	uint64_t elapsed;

	if (timeout_ms == WD_TIMEOUT_INFINITE)
		return WAIT_SLICE_MS;
	elapsed = now_ms() - start;
	if (elapsed >= timeout_ms)
		return 0;
	return timeout_ms - elapsed < WAIT_SLICE_MS ?
	       (int)(timeout_ms - elapsed) : WAIT_SLICE_MS;
}

static int wait_any(struct hisi_qm_queue *q, uint32_t timeout_ms)
{
	struct hisi_qm_ring *r = &q->ring;
	struct wd_channel *ch = q->base.ch;
	uint64_t start = now_ms();
	int ret, slice;

	if (__atomic_load_n(&r->sent, __ATOMIC_RELAXED) == r->received)
		return -EAGAIN;
	for (;;) {
		ret = hisi_qm_queue_arm(&q->base);
		if (ret)
			return ret < 0 ? ret : 0;
		slice = wait_slice(start, timeout_ms);
		if (!slice)
			return -ETIMEDOUT;
		ret = ch->ops->wait(ch, slice);
		if (ret < 0)
			return hisi_qm_ring_has_answer(r) ? 0 : ret;
	}
}

static int wait_all(struct hisi_qm_queue *q, uint32_t timeout_ms)
{
	const struct timespec nap = { .tv_nsec = FLUSH_NAP_NS };
	const struct hisi_qm_ring *r = &q->ring;
	unsigned int spins;
	uint64_t start;

	for (spins = 0; spins < FLUSH_SPINS; spins++) {
		if (all_completed(r))
			return 0;
		hisi_qm_pause();
	}
	start = now_ms();
	while (!all_completed(r)) {
		if (hisi_qm_ring_stopped(r, HISI_QM_STOP_RX))
			return hisi_qm_queue_dead(q);
		if (!wait_slice(start, timeout_ms))
			return -ETIMEDOUT;
		nanosleep(&nap, NULL);
	}
	return 0;
}

int hisi_qm_queue_wait(struct wd_driver_queue *dq, bool any,
		       uint32_t timeout_ms)
{
	struct hisi_qm_queue *q = (struct hisi_qm_queue *)dq;

	return any ? wait_any(q, timeout_ms) : wait_all(q, timeout_ms);
}

unsigned int hisi_qm_queue_reclaim(struct wd_driver_queue *dq, void **reqs,
				   unsigned int n)
{
	struct hisi_qm_ring *r = &((struct hisi_qm_queue *)dq)->ring;
	uint32_t slot = r->tail, i;
	unsigned int taken = 0;

	/* The oldest is the first that is found behind the newest. */
	for (i = 0; i < r->sq_depth && taken < n; i++) {
		if (r->reqs[slot]) {
			reqs[taken++] = r->reqs[slot];
			r->reqs[slot] = NULL;
		}
		if (++slot == r->sq_depth)
			slot = 0;
	}
	r->received += taken;
	return taken;
}

void hisi_qm_queue_stats(struct wd_driver_queue *dq,
			 struct wd_queue_info *info)
{
	const struct hisi_qm_ring *r = &((struct hisi_qm_queue *)dq)->ring;
	uint64_t sent = __atomic_load_n(&r->sent, __ATOMIC_RELAXED);
	uint64_t received = __atomic_load_n(&r->received, __ATOMIC_RELAXED);

	info->in_flight = sent - received;
	info->sq_doorbells = r->sq_doorbells;
	info->cq_doorbells = r->cq_doorbells;
}
