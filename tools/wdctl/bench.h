/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the parts of "wdctl bench" share. */
#ifndef WDCTL_BENCH_H
#define WDCTL_BENCH_H

#include <stdio.h>

#include "wdctl.h"

#define BENCH_MAX_SIZES	32

/* Of a request and its answer in the worst case: within what a device takes. */
#define BENCH_MIN_BYTES	64u
#define BENCH_MAX_BYTES	(4u << 20)

/**
 * struct point - figures of one block size in one direction
 * @direction: enum wd_comp_direction
 * @bytes: of a block, uncompressed
 * @median_us: time of one block alone, microseconds
 * @p99_us: what 99 of 100 blocks did not exceed
 * @mb_s: many blocks at once: 10^6 uncompressed bytes a second
 * @ratio: uncompressed by compressed bytes
 */
struct point {
	uint32_t direction;
	size_t bytes;
	double median_us;
	double p99_us;
	double mb_s;
	double ratio;
};

/**
 * struct bench - what to measure, and the figures
 * @device: name
 * @data: content of the blocks, BENCH_MAX_BYTES
 * @svg: file for a picture, NULL for none
 * @format: enum wd_comp_format
 * @time_ms: of each measurement
 * @queues: for many blocks at once, 0 to choose
 */
struct bench {
	char device[64];
	uint8_t *data;
	const char *svg;
	uint32_t format;
	unsigned int time_ms;
	unsigned int queues;
	size_t sizes[BENCH_MAX_SIZES];
	unsigned int nr_sizes;
	struct point points[2 * BENCH_MAX_SIZES];
	unsigned int nr_points;
};

/** bench_measure() - @p is filled in but for its figures; 0 or -errno */
int bench_measure(const struct bench *b, struct point *p);
double point_speed(const struct point *p);
double point_delay(const struct point *p);
/** bench_plot() - bars of characters on stdout */
void bench_plot(const struct bench *b);
/** bench_svg() - write the picture; 0 or -errno */
int bench_svg(const struct bench *b);
/** size_text() - "64 KiB" */
void size_text(char *text, size_t bytes, size_t size);

#endif /* WDCTL_BENCH_H */
