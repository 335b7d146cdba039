/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the benchmark programs share: time, medians, output. */
#ifndef WD_BENCH_H
#define WD_BENCH_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Samples of one figure; the variants of a figure are sampled in turns. */
#define BENCH_SAMPLES 201

struct bench_series {
	double sample[BENCH_SAMPLES];
	unsigned int nr;
};

static inline uint64_t bench_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static inline void bench_add(struct bench_series *series, double value)
{
	if (series->nr < BENCH_SAMPLES)
		series->sample[series->nr++] = value;
}

static inline int bench_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static inline double bench_median(struct bench_series *series)
{
	if (!series->nr)
		return 0;
	qsort(series->sample, series->nr, sizeof(double), bench_compare);
	return series->sample[series->nr / 2];
}

/* One line a figure; tests/bench/run makes the table and bench.json of them. */
static inline void bench_print(const char *key, double value)
{
	printf("%s %.6g\n", key, value);
}

static inline void bench_fail(const char *what, int ret)
{
	fprintf(stderr, "bench: %s: error %d\n", what, -ret);
	exit(1);
}

#endif /* WD_BENCH_H */
