/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * DOC: the rings of a queue pair
 *
 * The submission and completion queue of one queue pair and the way of
 * requests through them. Drivers instantiate hisi_qm_ring_send() and
 * hisi_qm_ring_recv() with functions that encode and decode one request, so
 * that the compiler makes one loop of both.
 *
 * One thread may send and one receive at the same time. They share:
 *
 *  - reqs[slot]: the request in a slot of the SQ, NULL if the slot is free. The
 *    sender fills a slot and the receiver empties it. A slot is free when its
 *    answer was taken, not when a counter says so: completions may come in any
 *    order (specification, hisi-qm 4.6 and trap 8).
 *  - returned: completions given back to the device by CQ doorbells. The CQ
 *    must never hold more than it has entries for, so the sender counts a
 *    request until then.
 *  - starved: the sender found the queue full; the receiver then does not
 *    wait for a full batch before it rings.
 *  - dead: the protocol was broken.
 */
#ifndef HISI_QM_RING_H
#define HISI_QM_RING_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hisi_qm_hw.h>

#include "hisi_qm_barrier.h"
#include "wd_backend.h"

#define HISI_QM_CACHE_LINE	64
#define HISI_QM_CQ_BATCH_MAX	64

#define hisi_qm_likely(x)	__builtin_expect(!!(x), 1)
#define hisi_qm_unlikely(x)	__builtin_expect(!!(x), 0)

/**
 * struct hisi_qm_ring - both queues of a queue pair
 * @sq: submission queue, written by the sender
 * @cq: completion queue, written by the device
 * @reqs: one pointer a slot of the SQ
 * @stop: RX stop flag, then TX stop flag; written by the kernel
 * @db: the doorbell register, or NULL to call @ring_db
 * @ring_db: doorbell operation of a backend without MMIO
 * @ch: for @ring_db
 * @db_offset: of the doorbell in the MMIO region, for @ring_db
 * @sqe_bytes: size of an entry of the SQ
 * @sq_depth: entries of the SQ; one always stays empty
 * @cq_depth: entries of the CQ
 * @cq_batch: completions to be given back with one doorbell
 * @qn: number of the queue pair
 * @sq_db: doorbell value for SQ tail 0
 * @cq_db: doorbell value for CQ head 0
 * @dead: not 0 once the device broke the protocol
 * @tail: sender: next slot
 * @sent: sender: requests ever sent
 * @returned_seen: sender: @returned when it looked last
 * @sq_doorbells: sender: SQ doorbells rung
 * @head: receiver: next CQE
 * @phase: receiver: phase of a new CQE
 * @unreturned: receiver: completions since the last CQ doorbell
 * @starved_seen: receiver: @starved when it rang last
 * @received: receiver: completions ever taken
 * @cq_doorbells: receiver: CQ doorbells rung
 * @returned: see above; written by the receiver
 * @starved: see above; written by the sender
 */
struct hisi_qm_ring {
	uint8_t *sq;
	const uint8_t *cq;
	void **reqs;
	const uint32_t *stop;
	uint64_t *db;
	void (*ring_db)(struct wd_channel *ch, uint32_t offset, uint64_t value);
	struct wd_channel *ch;
	uint32_t db_offset;
	uint32_t sqe_bytes;
	uint32_t sq_depth;
	uint32_t cq_depth;
	uint32_t cq_batch;
	uint32_t qn;
	uint64_t sq_db;
	uint64_t cq_db;
	uint32_t dead;

	_Alignas(HISI_QM_CACHE_LINE) uint32_t tail;
	uint64_t sent;
	uint64_t returned_seen;
	uint64_t sq_doorbells;

	_Alignas(HISI_QM_CACHE_LINE) uint32_t head;
	uint32_t phase;
	uint32_t unreturned;
	uint32_t starved_seen;
	uint64_t received;
	uint64_t cq_doorbells;
	uint64_t returned;

	_Alignas(HISI_QM_CACHE_LINE) uint32_t starved;
};

/* Index of the two flags of HISI_QM_DUS_*_STOP_FROM_END in ring->stop. */
#define HISI_QM_STOP_RX	0
#define HISI_QM_STOP_TX	1

/* Encode @req into the whole slot @sqe. 0, or -errno and nothing is sent. */
typedef int (*hisi_qm_encode_fn)(const void *ctx, void *sqe, void *req);

/* Decode the answer. 0, or -EIO if it can't be the answer of @req. */
typedef int (*hisi_qm_decode_fn)(const void *ctx, const void *sqe, void *req);

static inline bool hisi_qm_ring_stopped(const struct hisi_qm_ring *r,
					unsigned int flag)
{
	return __atomic_load_n(&r->stop[flag], __ATOMIC_RELAXED) |
	       __atomic_load_n(&r->dead, __ATOMIC_RELAXED);
}

static inline void hisi_qm_ring_doorbell(struct hisi_qm_ring *r, uint64_t value)
{
	/* What the doorbell announces must be in memory before it. */
	hisi_qm_wmb();
	if (r->db)
		__atomic_store_n(r->db, value, __ATOMIC_RELEASE);
	else
		r->ring_db(r->ch, r->db_offset, value);
}

static inline void hisi_qm_ring_return_cqes(struct hisi_qm_ring *r,
					    uint64_t c_flag)
{
	hisi_qm_ring_doorbell(r, r->cq_db |
			      (uint64_t)r->head << HISI_QM_DB_INDEX_SHIFT |
			      c_flag << HISI_QM_DB_PRIORITY_SHIFT);
	r->cq_doorbells++;
	r->unreturned = 0;
	/* Pairs with the load in hisi_qm_ring_space(). */
	__atomic_store_n(&r->returned, r->received, __ATOMIC_RELEASE);
}

/* How many more requests the CQ has room for, @want if it has enough. */
static inline uint32_t hisi_qm_ring_space(struct hisi_qm_ring *r, uint32_t want)
{
	uint32_t limit = r->sq_depth - 1, used;

	used = r->sent - r->returned_seen;
	if (hisi_qm_unlikely(limit - used < want)) {
		/* Pairs with the store in hisi_qm_ring_return_cqes(). */
		r->returned_seen = __atomic_load_n(&r->returned,
						   __ATOMIC_ACQUIRE);
		used = r->sent - r->returned_seen;
	}
	return limit - used;
}

static inline void hisi_qm_ring_note_starved(struct hisi_qm_ring *r)
{
	__atomic_store_n(&r->starved, r->starved + 1, __ATOMIC_RELAXED);
}

/*
 * hisi_qm_ring_send() - encode requests into free slots, ring once
 *
 * Return: how many were taken; for not even one -EBUSY, -EIO (stopped), or the
 * encoder's error.
 */
static inline __attribute__((always_inline)) int
hisi_qm_ring_send(struct hisi_qm_ring *r, uint32_t sqe_bytes,
		  void *const *reqs, unsigned int n, hisi_qm_encode_fn encode,
		  const void *ctx)
{
	uint32_t tail = r->tail, space, i;
	int error = 0;

	if (hisi_qm_unlikely(hisi_qm_ring_stopped(r, HISI_QM_STOP_TX)))
		return -EIO;
	space = hisi_qm_ring_space(r, n);
	for (i = 0; i < n; i++) {
		/*
		 * The acquire pairs with the release in hisi_qm_ring_recv():
		 * the old answer was read before the slot is written again.
		 */
		if (hisi_qm_unlikely(i == space ||
				     __atomic_load_n(&r->reqs[tail],
						     __ATOMIC_ACQUIRE))) {
			hisi_qm_ring_note_starved(r);
			error = -EBUSY;
			break;
		}
		error = encode(ctx, r->sq + (size_t)tail * sqe_bytes, reqs[i]);
		if (hisi_qm_unlikely(error))
			break;
		__atomic_store_n(&r->reqs[tail], reqs[i], __ATOMIC_RELAXED);
		if (hisi_qm_unlikely(++tail == r->sq_depth))
			tail = 0;
	}
	if (hisi_qm_unlikely(!i))
		return error;
	r->tail = tail;
	__atomic_store_n(&r->sent, r->sent + i, __ATOMIC_RELAXED);
	r->sq_doorbells++;
	hisi_qm_ring_doorbell(r, r->sq_db |
			      (uint64_t)tail << HISI_QM_DB_INDEX_SHIFT);
	return i;
}

/*
 * The half of a CQE that software reads, from one load: sq_head, sq_num and
 * the phase, which the device writes last.
 */
#define HISI_QM_CQE_HALF	8
#define HISI_QM_CQE_SQ_NUM_BIT	16
#define HISI_QM_CQE_PHASE_BIT	48

static inline uint64_t hisi_qm_ring_cqe(const struct hisi_qm_ring *r,
					uint32_t index)
{
	const uint8_t *cqe = r->cq + (size_t)index * sizeof(struct hisi_qm_cqe);

	return __atomic_load_n((const uint64_t *)(cqe + HISI_QM_CQE_HALF),
			       __ATOMIC_ACQUIRE);
}

static inline bool hisi_qm_ring_cqe_is_new(const struct hisi_qm_ring *r,
					   uint64_t cqe)
{
	return (cqe >> HISI_QM_CQE_PHASE_BIT & HISI_QM_CQE_PHASE) == r->phase;
}

static inline void hisi_qm_ring_advance(struct hisi_qm_ring *r)
{
	if (hisi_qm_unlikely(++r->head == r->cq_depth)) {
		r->head = 0;
		r->phase ^= 1;
	}
}

/*
 * The request that a CQE is about, or NULL: an index of a device is checked
 * before it is used.
 */
static inline void *hisi_qm_ring_claim(struct hisi_qm_ring *r, uint64_t cqe,
				       uint32_t *slot)
{
	*slot = cqe & 0xffff;
	if (hisi_qm_unlikely(*slot >= r->sq_depth ||
			     (cqe >> HISI_QM_CQE_SQ_NUM_BIT & 0xffff) != r->qn))
		return NULL;
	return __atomic_load_n(&r->reqs[*slot], __ATOMIC_RELAXED);
}

/*
 * hisi_qm_ring_recv() - decode the answers that have arrived
 *
 * Return: how many; -EIO once nothing is left and the queue is stopped.
 */
static inline __attribute__((always_inline)) int
hisi_qm_ring_recv(struct hisi_qm_ring *r, uint32_t sqe_bytes, void **reqs,
		  unsigned int n, hisi_qm_decode_fn decode, const void *ctx)
{
	uint32_t slot, starved, i;
	uint64_t cqe;
	void *req;

	for (i = 0; i < n; i++) {
		cqe = hisi_qm_ring_cqe(r, r->head);
		if (!hisi_qm_ring_cqe_is_new(r, cqe))
			break;
		/* The phase first, then the CQE, then the answer. */
		hisi_qm_rmb();
		req = hisi_qm_ring_claim(r, cqe, &slot);
		if (hisi_qm_unlikely(!req ||
				     decode(ctx, r->sq + (size_t)slot * sqe_bytes,
					    req))) {
			__atomic_store_n(&r->dead, 1, __ATOMIC_RELAXED);
			break;
		}
		/* Pairs with the acquire in hisi_qm_ring_send(). */
		__atomic_store_n(&r->reqs[slot], NULL, __ATOMIC_RELEASE);
		reqs[i] = req;
		hisi_qm_ring_advance(r);
	}
	__atomic_store_n(&r->received, r->received + i, __ATOMIC_RELAXED);
	r->unreturned += i;
	starved = __atomic_load_n(&r->starved, __ATOMIC_RELAXED);
	if (r->unreturned &&
	    (!i || r->unreturned >= r->cq_batch || starved != r->starved_seen)) {
		r->starved_seen = starved;
		hisi_qm_ring_return_cqes(r, 0);
	}
	if (hisi_qm_unlikely(!i && n &&
			     hisi_qm_ring_stopped(r, HISI_QM_STOP_RX)))
		return -EIO;
	return i;
}

#endif /* HISI_QM_RING_H */
