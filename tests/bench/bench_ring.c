/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Send and receive of a request on a device that completes at once, in
 * nanoseconds a request:
 *
 *  ours   wd_send/wd_recv, or the burst calls, with struct wd_comp_msg
 *  floor  the same memory work and nothing else: 128 bytes into the SQ, a
 *         doorbell store, a check of a 16-byte CQE, 128 bytes back
 *  usual  the same with a spinlock on each side, a full barrier a send, a
 *         status read a side, and a doorbell a completion
 *
 * The three take turns, a lap of the ring each; medians over the laps.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include <warpdrive/wd_comp.h>

#include "bench.h"
#include "bench_device.h"
#include "wd_queue_private.h"

#define BURST_MAX	64
#define LAPS		(BENCH_SAMPLES * 4)

struct request {
	_Alignas(64) uint8_t bytes[HISI_ZIP_SQE_BYTES];
};

/* The rings of the baselines: the same shape, other memory. */
struct plain_ring {
	uint8_t *sq;
	uint8_t *cq;
	volatile uint64_t *db;
	volatile uint32_t *status;
	uint32_t tail;
	uint32_t head;
	uint32_t phase;
	uint32_t in_flight;
	pthread_spinlock_t send_lock;
	pthread_spinlock_t recv_lock;
};

static struct wd_comp_msg msgs[BURST_MAX];
static struct request requests[BURST_MAX];
static uint8_t buffer[64];

static bool cqe_is_new(const struct plain_ring *r)
{
	uint64_t cqe[2];

	memcpy(cqe, r->cq + r->head * sizeof(cqe), sizeof(cqe));
	__asm__ __volatile__("" :: "r"(cqe[0]) : "memory");
	return (cqe[1] >> 48 & 1) == r->phase;
}

static void plain_advance(struct plain_ring *r)
{
	if (++r->head == BENCH_DEPTH) {
		r->head = 0;
		r->phase ^= 1;
	}
}

/* Never inlined: as the baseline of calls into a library. */
static __attribute__((noinline)) void floor_send(struct plain_ring *r,
						 const struct request *req,
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

static __attribute__((noinline)) unsigned int floor_recv(struct plain_ring *r,
							 struct request *req,
							 unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n && cqe_is_new(r); i++) {
		memcpy(&req[i], r->sq + r->head * HISI_ZIP_SQE_BYTES,
		       HISI_ZIP_SQE_BYTES);
		plain_advance(r);
	}
	return i;
}

static __attribute__((noinline)) int usual_send(struct plain_ring *r,
						const struct request *req)
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

static __attribute__((noinline)) int usual_recv(struct plain_ring *r,
						struct request *req)
{
	pthread_spin_lock(&r->recv_lock);
	if (!cqe_is_new(r)) {
		pthread_spin_unlock(&r->recv_lock);
		return -EAGAIN;
	}
	memcpy(req, r->sq + r->head * HISI_ZIP_SQE_BYTES, HISI_ZIP_SQE_BYTES);
	plain_advance(r);
	if (*r->status) {
		pthread_spin_unlock(&r->recv_lock);
		return -EIO;
	}
	*r->db = (uint64_t)r->head << HISI_QM_DB_INDEX_SHIFT;
	__sync_fetch_and_sub(&r->in_flight, 1);
	pthread_spin_unlock(&r->recv_lock);
	return 0;
}

static void ours_lap(struct wd_queue *q, unsigned int burst)
{
	void *reqs[BURST_MAX], *back[BURST_MAX];
	unsigned int i, done;

	for (i = 0; i < burst; i++)
		reqs[i] = &msgs[i];
	for (done = 0; done < BENCH_DEPTH; done += burst) {
		if (burst == 1) {
			if (wd_send(q, reqs[0]) || wd_recv(q, back))
				bench_fail("single", -EIO);
		} else if (wd_send_burst(q, reqs, burst) != (int)burst ||
			   wd_recv_burst(q, back, burst) != (int)burst) {
			bench_fail("burst", -EIO);
		}
	}
}

static void floor_lap(struct plain_ring *r, unsigned int burst)
{
	static struct request back[BURST_MAX];
	unsigned int done;

	for (done = 0; done < BENCH_DEPTH; done += burst) {
		floor_send(r, requests, burst);
		if (floor_recv(r, back, burst) != burst)
			bench_fail("floor", -EIO);
	}
}

static void usual_lap(struct plain_ring *r, unsigned int burst)
{
	static struct request back[BURST_MAX];
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

static void plain_open(struct plain_ring *r, struct bench_device *dev)
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

struct variants {
	struct wd_queue *q;
	struct bench_device *dev;
	struct plain_ring floor;
	struct bench_device floor_dev;
	struct plain_ring usual;
	struct bench_device usual_dev;
};

static void print_case(const char *name, struct bench_series series[3],
		       uint64_t sq_doorbells, uint64_t cq_doorbells,
		       unsigned int burst)
{
	static const char *const variant[] = { "ours", "floor", "usual" };
	double bursts = (double)LAPS * BENCH_DEPTH / burst;
	char key[64];
	int i;

	for (i = 0; i < 3; i++) {
		snprintf(key, sizeof(key), "ring.%s.%s_ns", name, variant[i]);
		bench_print(key, bench_median(&series[i]));
	}
	snprintf(key, sizeof(key), "ring.%s.sq_doorbells", name);
	bench_print(key, sq_doorbells / bursts);
	snprintf(key, sizeof(key), "ring.%s.cq_doorbells", name);
	bench_print(key, cq_doorbells / bursts);
}

static void run_case(struct variants *v, const char *name, unsigned int burst)
{
	static struct bench_series series[3];
	struct wd_queue_info before, after;
	uint64_t start;
	int lap, i;

	memset(series, 0, sizeof(series));
	wd_queue_get_info(v->q, &before);
	for (lap = 0; lap < LAPS; lap++) {
		for (i = 0; i < 3; i++) {
			bench_device_lap(i == 0 ? v->dev : i == 1 ?
					 &v->floor_dev : &v->usual_dev);
			start = bench_now_ns();
			if (i == 0)
				ours_lap(v->q, burst);
			else if (i == 1)
				floor_lap(&v->floor, burst);
			else
				usual_lap(&v->usual, burst);
			/* Each sample of the series is one lap of four. */
			if (lap % 4 == 3)
				bench_add(&series[i], (double)(bench_now_ns() -
					  start) / BENCH_DEPTH);
		}
	}
	wd_queue_get_info(v->q, &after);
	print_case(name, series, after.sq_doorbells - before.sq_doorbells,
		   after.cq_doorbells - before.cq_doorbells, burst);
}

int main(void)
{
	static struct bench_device dev;
	static struct variants v = { .dev = &dev };
	struct wd_queue q = {
		.algorithm = "gzip",
		.numa_node = WD_NUMA_ANY,
	};
	unsigned int i;
	int ret;

	for (i = 0; i < BURST_MAX; i++)
		msgs[i] = (struct wd_comp_msg){
			.src = buffer, .dst = buffer,
			.src_bytes = sizeof(buffer), .dst_bytes = sizeof(buffer),
			.format = WD_COMP_GZIP,
			.window = WD_COMP_WINDOW_32K,
		};
	bench_device_register(&dev);
	ret = wd_request_queue(&q);
	if (ret)
		bench_fail("wd_request_queue", ret);
	v.q = &q;
	plain_open(&v.floor, &v.floor_dev);
	plain_open(&v.usual, &v.usual_dev);
	run_case(&v, "single", 1);
	run_case(&v, "burst16", 16);
	run_case(&v, "burst64", BURST_MAX);
	wd_release_queue(&q);
	return 0;
}
