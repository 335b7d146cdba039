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
 * @phase: receiver: what a new CQE has in HISI_QM_CQE_PHASE_WORD
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
	uint32_t unreturned;
	uint32_t starved_seen;
	uint64_t phase;
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
typedef int (*hisi_qm_decode_fn)(const void *sqe, void *req);

static inline bool hisi_qm_ring_stopped(const struct hisi_qm_ring *r,
					unsigned int flag)
{
	return __atomic_load_n(&r->stop[flag], __ATOMIC_RELAXED) |
	       __atomic_load_n(&r->dead, __ATOMIC_RELAXED);
}

/* For a backend without MMIO. Out of line: the fast paths end in a call of it. */
static __attribute__((noinline, unused)) int
hisi_qm_ring_call_doorbell(struct hisi_qm_ring *r, uint64_t value)
{
	r->ring_db(r->ch, r->db_offset, value);
	return 0;
}

static inline int hisi_qm_ring_doorbell(struct hisi_qm_ring *r, uint64_t value)
{
	/* What the doorbell announces must be in memory before it. */
	hisi_qm_wmb();
	if (hisi_qm_unlikely(!r->db))
		return hisi_qm_ring_call_doorbell(r, value);
	__atomic_store_n(r->db, value, __ATOMIC_RELEASE);
	return 0;
}

static __attribute__((noinline, unused)) int
hisi_qm_ring_return_cqes(struct hisi_qm_ring *r, uint64_t c_flag)
{
	r->cq_doorbells++;
	r->unreturned = 0;
	r->starved_seen = __atomic_load_n(&r->starved, __ATOMIC_RELAXED);
	hisi_qm_ring_doorbell(r, r->cq_db |
			      (uint64_t)r->head << HISI_QM_DB_INDEX_SHIFT |
			      c_flag << HISI_QM_DB_PRIORITY_SHIFT);
	/* Behind the doorbell. Pairs with the load in hisi_qm_ring_space(). */
	__atomic_store_n(&r->returned, r->received, __ATOMIC_RELEASE);
	return 0;
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

/* The slots up to @tail are filled, @n more than before. Return: 0. */
static inline int hisi_qm_ring_announce(struct hisi_qm_ring *r, uint32_t tail,
					uint32_t n)
{
	r->tail = tail;
	__atomic_store_n(&r->sent, r->sent + n, __ATOMIC_RELAXED);
	r->sq_doorbells++;
	return hisi_qm_ring_doorbell(r, r->sq_db |
				     (uint64_t)tail << HISI_QM_DB_INDEX_SHIFT);
}

/* Up to @n requests into the slots from @tail on, without a wrap. */
static inline __attribute__((always_inline)) unsigned int
hisi_qm_ring_fill(struct hisi_qm_ring *r, uint32_t sqe_bytes, uint32_t tail,
		  void *const *reqs, unsigned int n, hisi_qm_encode_fn encode,
		  const void *ctx, int *error)
{
	uint8_t *sqe = r->sq + (size_t)tail * sqe_bytes;
	void **slot = r->reqs + tail;
	void *const *at = reqs, *const *end = reqs + n;
	void *req;

	for (; at != end; at++, slot++, sqe += sqe_bytes) {
		/*
		 * The acquire pairs with the release in hisi_qm_ring_recv():
		 * the old answer was read before the slot is written again.
		 */
		if (hisi_qm_unlikely(__atomic_load_n(slot, __ATOMIC_ACQUIRE))) {
			*error = -EBUSY;
			break;
		}
		req = *at;
		*error = encode(ctx, sqe, req);
		if (hisi_qm_unlikely(*error))
			break;
		__atomic_store_n(slot, req, __ATOMIC_RELAXED);
	}
	return at - reqs;
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
	uint32_t tail = r->tail, space, piece, got, done = 0;
	int error = 0;

	if (hisi_qm_unlikely(hisi_qm_ring_stopped(r, HISI_QM_STOP_TX)))
		return -EIO;
	space = hisi_qm_ring_space(r, n);
	if (hisi_qm_unlikely(n > space)) {
		n = space;
		error = -EBUSY;
		/* Now: the encoder's result takes the place of the error. */
		hisi_qm_ring_note_starved(r);
	}
	while (done < n) {
		piece = n - done;
		if (hisi_qm_unlikely(piece > r->sq_depth - tail))
			piece = r->sq_depth - tail;
		got = hisi_qm_ring_fill(r, sqe_bytes, tail, reqs + done, piece,
					encode, ctx, &error);
		done += got;
		tail += got;
		if (hisi_qm_unlikely(tail == r->sq_depth))
			tail = 0;
		if (hisi_qm_unlikely(got < piece))
			break;
	}
	if (hisi_qm_unlikely(!done))
		return error;
	hisi_qm_ring_announce(r, tail, done);
	return done;
}

/*
 * hisi_qm_ring_send_one() - hisi_qm_ring_send() of one request
 *
 * The caller has asked hisi_qm_ring_stopped().
 *
 * Return: 0, or as hisi_qm_ring_send().
 */
static inline __attribute__((always_inline)) int
hisi_qm_ring_send_one(struct hisi_qm_ring *r, uint32_t sqe_bytes, void *req,
		      hisi_qm_encode_fn encode, const void *ctx)
{
	uint32_t tail = r->tail;
	void **slot = r->reqs + tail;
	int error;

	if (hisi_qm_unlikely(!hisi_qm_ring_space(r, 1) ||
			     __atomic_load_n(slot, __ATOMIC_ACQUIRE))) {
		hisi_qm_ring_note_starved(r);
		return -EBUSY;
	}
	error = encode(ctx, r->sq + (size_t)tail * sqe_bytes, req);
	if (hisi_qm_unlikely(error))
		return error;
	__atomic_store_n(slot, req, __ATOMIC_RELAXED);
	if (hisi_qm_unlikely(++tail == r->sq_depth))
		tail = 0;
	return hisi_qm_ring_announce(r, tail, 1);
}

/*
 * The half of a CQE that software reads, from one load: sq_head, sq_num and
 * the phase, which the device writes last.
 */
#define HISI_QM_CQE_HALF	8
#define HISI_QM_CQE_SQ_NUM_BIT	16
#define HISI_QM_CQE_PHASE_WORD	((uint64_t)HISI_QM_CQE_PHASE << 48)

static inline const uint8_t *hisi_qm_ring_cqe(const uint8_t *cq, uint32_t index)
{
	return cq + (size_t)index * sizeof(struct hisi_qm_cqe);
}

static inline uint64_t hisi_qm_ring_cqe_word(const uint8_t *cqe)
{
	return __atomic_load_n((const uint64_t *)(cqe + HISI_QM_CQE_HALF),
			       __ATOMIC_ACQUIRE);
}

static inline bool hisi_qm_ring_has_answer(const struct hisi_qm_ring *r)
{
	uint64_t word = hisi_qm_ring_cqe_word(hisi_qm_ring_cqe(r->cq, r->head));

	return !((word ^ r->phase) & HISI_QM_CQE_PHASE_WORD);
}

/* @n answers were taken. Is it worth a doorbell to give completions back? */
static inline bool hisi_qm_ring_taken(struct hisi_qm_ring *r, uint32_t n)
{
	__atomic_store_n(&r->received, r->received + n, __ATOMIC_RELAXED);
	r->unreturned += n;
	return r->unreturned >= r->cq_batch ||
	       __atomic_load_n(&r->starved, __ATOMIC_RELAXED) !=
			r->starved_seen;
}

/*
 * Has the last answer been taken? One that came between a look that found none
 * and the flag is before the end.
 */
static inline bool hisi_qm_ring_ended(const struct hisi_qm_ring *r)
{
	if (!hisi_qm_ring_stopped(r, HISI_QM_STOP_RX))
		return false;
	/* The flag first, then what was written before it. */
	hisi_qm_rmb();
	return __atomic_load_n(&r->dead, __ATOMIC_RELAXED) ||
	       !hisi_qm_ring_has_answer(r);
}

/* There is no answer: time to give back what is left. 0, or -EIO: no more. */
static __attribute__((noinline, unused)) int
hisi_qm_ring_idle(struct hisi_qm_ring *r)
{
	if (r->unreturned)
		hisi_qm_ring_return_cqes(r, 0);
	return hisi_qm_ring_ended(r) ? -EIO : 0;
}

/*
 * The parts of struct hisi_qm_ring that a loop needs for every answer, in
 * locals: every store through a pointer might change *r otherwise.
 */
struct hisi_qm_ring_view {
	const uint8_t *sq;
	void **reqs;
	uint32_t sq_depth;
	uint32_t qn;
};

/*
 * The request that a CQE is about, with its answer decoded, or NULL: what a
 * device wrote is checked before it is used.
 */
static inline __attribute__((always_inline)) void *
hisi_qm_ring_take(const struct hisi_qm_ring_view *view, uint32_t sqe_bytes,
		  uint64_t word, hisi_qm_decode_fn decode)
{
	/* With another queue's number in bits 31:16 this is no slot either. */
	uint32_t slot = (uint32_t)word - (view->qn << HISI_QM_CQE_SQ_NUM_BIT);
	void *req;

	if (hisi_qm_unlikely(slot >= view->sq_depth))
		return NULL;
	req = __atomic_load_n(&view->reqs[slot], __ATOMIC_RELAXED);
	if (hisi_qm_unlikely(!req || decode(view->sq + (size_t)slot * sqe_bytes,
					    req)))
		return NULL;
	/* Pairs with the acquire in hisi_qm_ring_fill(). */
	__atomic_store_n(&view->reqs[slot], NULL, __ATOMIC_RELEASE);
	return req;
}

/*
 * hisi_qm_ring_recv() - decode the answers that have arrived
 *
 * Return: how many; -EIO once nothing is left and the queue is stopped.
 */
static inline __attribute__((always_inline)) int
hisi_qm_ring_recv(struct hisi_qm_ring *r, uint32_t sqe_bytes, void **reqs,
		  unsigned int n, hisi_qm_decode_fn decode)
{
	const struct hisi_qm_ring_view view = {
		.sq = r->sq, .reqs = r->reqs, .sq_depth = r->sq_depth,
		.qn = r->qn,
	};
	const uint8_t *cqe = hisi_qm_ring_cqe(r->cq, r->head);
	const uint8_t *end = hisi_qm_ring_cqe(r->cq, r->cq_depth);
	uint64_t phase = r->phase, word;
	uint32_t i;
	void *req;

	for (i = 0; i < n; i++) {
		word = hisi_qm_ring_cqe_word(cqe);
		if ((word ^ phase) & HISI_QM_CQE_PHASE_WORD)
			break;
		/* The phase first, then the CQE, then the answer. */
		hisi_qm_rmb();
		req = hisi_qm_ring_take(&view, sqe_bytes, word, decode);
		if (hisi_qm_unlikely(!req)) {
			__atomic_store_n(&r->dead, 1, __ATOMIC_RELAXED);
			break;
		}
		reqs[i] = req;
		cqe += sizeof(struct hisi_qm_cqe);
		if (hisi_qm_unlikely(cqe == end)) {
			cqe = r->cq;
			phase ^= HISI_QM_CQE_PHASE_WORD;
		}
	}
	r->head = (cqe - r->cq) / sizeof(struct hisi_qm_cqe);
	r->phase = phase;
	if (hisi_qm_unlikely(!i))
		return n ? hisi_qm_ring_idle(r) : 0;
	if (hisi_qm_unlikely(hisi_qm_ring_taken(r, i)))
		hisi_qm_ring_return_cqes(r, 0);
	return i;
}

/*
 * hisi_qm_ring_recv_one() - hisi_qm_ring_recv() of one answer
 *
 * Return: 0, -EAGAIN, or -EIO.
 */
static inline __attribute__((always_inline)) int
hisi_qm_ring_recv_one(struct hisi_qm_ring *r, uint32_t sqe_bytes, void **req,
		      hisi_qm_decode_fn decode)
{
	const struct hisi_qm_ring_view view = {
		.sq = r->sq, .reqs = r->reqs, .sq_depth = r->sq_depth,
		.qn = r->qn,
	};
	uint64_t word = hisi_qm_ring_cqe_word(hisi_qm_ring_cqe(r->cq, r->head));
	void *taken;

	if ((word ^ r->phase) & HISI_QM_CQE_PHASE_WORD)
		return hisi_qm_ring_idle(r) ? -EIO : -EAGAIN;
	/* The phase first, then the CQE, then the answer. */
	hisi_qm_rmb();
	taken = hisi_qm_ring_take(&view, sqe_bytes, word, decode);
	if (hisi_qm_unlikely(!taken)) {
		__atomic_store_n(&r->dead, 1, __ATOMIC_RELAXED);
		return -EIO;
	}
	*req = taken;
	if (hisi_qm_unlikely(++r->head == r->cq_depth)) {
		r->head = 0;
		r->phase ^= HISI_QM_CQE_PHASE_WORD;
	}
	if (hisi_qm_unlikely(hisi_qm_ring_taken(r, 1)))
		return hisi_qm_ring_return_cqes(r, 0);
	return 0;
}

#endif /* HISI_QM_RING_H */
