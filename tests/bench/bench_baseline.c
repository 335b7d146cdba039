/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "bench.h"
#include "bench_baseline.h"

struct bench_request {
	_Alignas(64) uint8_t bytes[HISI_ZIP_SQE_BYTES];
};

static struct bench_request requests[BENCH_BURST_MAX];

static bool cqe_is_new(const struct bench_baseline *r)
{
	uint64_t cqe[2];

	memcpy(cqe, r->cq + r->head * sizeof(cqe), sizeof(cqe));
	__asm__ __volatile__("" :: "r"(cqe[0]) : "memory");
	return (cqe[1] >> 48 & 1) == r->phase;
}

static void advance(struct bench_baseline *r)
{
	if (++r->head == BENCH_DEPTH) {
		r->head = 0;
		r->phase ^= 1;
	}
}

/* Never inlined, as the calls into a library are not. */
static __attribute__((noinline)) void floor_send(struct bench_baseline *r,
						 const struct bench_request *req,
						 unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		memcpy(r->sq + r->tail * HISI_ZIP_SQE_BYTES, &req[i],
		       HISI_ZIP_SQE_BYTES);
		if (++r->tail == BENCH_DEPTH)
			r->tail = 0;
	}
	*r->db = (uint64_t)r->tail << HISI_QM_DB_INDEX_SHIFT;
}

static __attribute__((noinline)) unsigned int floor_recv(struct bench_baseline *r,
							 struct bench_request *req,
							 unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n && cqe_is_new(r); i++) {
		memcpy(&req[i], r->sq + r->head * HISI_ZIP_SQE_BYTES,
		       HISI_ZIP_SQE_BYTES);
		advance(r);
	}
	return i;
}

static __attribute__((noinline)) int usual_send(struct bench_baseline *r,
						const struct bench_request *req)
{
	pthread_spin_lock(&r->send_lock);
	if (r->in_flight == BENCH_DEPTH - 1 || *r->status) {
		pthread_spin_unlock(&r->send_lock);
		return -EBUSY;
	}
	memcpy(r->sq + r->tail * HISI_ZIP_SQE_BYTES, req, HISI_ZIP_SQE_BYTES);
	if (++r->tail == BENCH_DEPTH)
		r->tail = 0;
	__sync_synchronize();
	*r->db = (uint64_t)r->tail << HISI_QM_DB_INDEX_SHIFT;
	__sync_fetch_and_add(&r->in_flight, 1);
	pthread_spin_unlock(&r->send_lock);
	return 0;
}

static __attribute__((noinline)) int usual_recv(struct bench_baseline *r,
						struct bench_request *req)
{
	pthread_spin_lock(&r->recv_lock);
	if (!cqe_is_new(r)) {
		pthread_spin_unlock(&r->recv_lock);
		return -EAGAIN;
	}
	memcpy(req, r->sq + r->head * HISI_ZIP_SQE_BYTES, HISI_ZIP_SQE_BYTES);
	advance(r);
	if (*r->status) {
		pthread_spin_unlock(&r->recv_lock);
		return -EIO;
	}
	*r->db = (uint64_t)r->head << HISI_QM_DB_INDEX_SHIFT;
	__sync_fetch_and_sub(&r->in_flight, 1);
	pthread_spin_unlock(&r->recv_lock);
	return 0;
}

void bench_floor_lap(struct bench_baseline *r, unsigned int burst)
{
	static struct bench_request back[BENCH_BURST_MAX];
	unsigned int done;

	for (done = 0; done < BENCH_DEPTH; done += burst) {
		floor_send(r, requests, burst);
		if (floor_recv(r, back, burst) != burst)
			bench_fail("floor", -EIO);
	}
}

void bench_usual_lap(struct bench_baseline *r, unsigned int burst)
{
	static struct bench_request back[BENCH_BURST_MAX];
	unsigned int done, i;

	for (done = 0; done < BENCH_DEPTH; done += burst) {
		for (i = 0; i < burst; i++)
			if (usual_send(r, &requests[i]))
				bench_fail("usual", -EIO);
		for (i = 0; i < burst; i++)
			if (usual_recv(r, &back[i]))
				bench_fail("usual", -EIO);
	}
}

void bench_baseline_open(struct bench_baseline *r, struct bench_device *dev)
{
	size_t bytes = BENCH_DEPTH * (HISI_ZIP_SQE_BYTES + 16) + 4096;
	uint8_t *mem = aligned_alloc(4096, bytes);

	if (!mem)
		bench_fail("memory", -ENOMEM);
	memset(mem, 0, bytes);
	r->sq = mem;
	r->cq = mem + BENCH_DEPTH * HISI_ZIP_SQE_BYTES;
	r->db = aligned_alloc(4096, 4096);
	r->status = (uint32_t *)(mem + bytes - 4);
	r->phase = HISI_QM_CQE_PHASE;
	pthread_spin_init(&r->send_lock, PTHREAD_PROCESS_PRIVATE);
	pthread_spin_init(&r->recv_lock, PTHREAD_PROCESS_PRIVATE);
	dev->dus = mem;
	dev->phase = HISI_QM_CQE_PHASE;
}
