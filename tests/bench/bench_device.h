/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A device that completes at once and costs nothing: before a lap of the ring
 * is timed, the completions of the whole lap are written. Doorbells are plain
 * memory. What is left is the cost of the software.
 */
#ifndef WD_BENCH_DEVICE_H
#define WD_BENCH_DEVICE_H

#include <stdint.h>

#include <hisi_qm_hw.h>
#include <hisi_zip_hw.h>

#define BENCH_DEPTH	1024

struct bench_device {
	uint8_t *dus;
	uint8_t *mmio;
	uint32_t phase;
};

/* Make it the only backend; its one queue is in *@dev once it is requested. */
void bench_device_register(struct bench_device *dev);

/* Write the completions of the next lap. */
void bench_device_lap(struct bench_device *dev);

#endif /* WD_BENCH_DEVICE_H */
