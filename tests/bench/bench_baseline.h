/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the library is compared with, on rings of the same shape:
 *
 *  floor  the same memory work and nothing else: 128 bytes into the SQ, a
 *         doorbell store, a check of a 16-byte CQE, 128 bytes back
 *  usual  the same with a spinlock on each side, a full barrier a send, a
 *         status read a side, and a doorbell a completion
 */
#ifndef WD_BENCH_BASELINE_H
#define WD_BENCH_BASELINE_H

#include <pthread.h>
#include <stdint.h>

#include "bench_device.h"

#define BENCH_BURST_MAX	64

struct bench_baseline {
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

/* Make the rings; @dev is then the device behind them. */
void bench_baseline_open(struct bench_baseline *r, struct bench_device *dev);

/* One lap of the ring in bursts; the device has completed the lap already. */
void bench_floor_lap(struct bench_baseline *r, unsigned int burst);
void bench_usual_lap(struct bench_baseline *r, unsigned int burst);

#endif /* WD_BENCH_BASELINE_H */
