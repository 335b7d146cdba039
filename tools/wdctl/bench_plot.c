/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <math.h>
#include <string.h>

#include "bench.h"

#define BAR	48

void size_text(char *text, size_t bytes, size_t size)
{
	if (size >= 1 << 20 && !(size & 0xfffff))
		snprintf(text, bytes, "%zu MiB", size >> 20);
	else if (size >= 1 << 10 && !(size & 0x3ff))
		snprintf(text, bytes, "%zu KiB", size >> 10);
	else
		snprintf(text, bytes, "%zu B", size);
}

double point_speed(const struct point *p)
{
	return p->mb_s;
}

double point_delay(const struct point *p)
{
	return p->median_us;
}

static void bar(const struct point *p, double part, double value)
{
	static const char full[BAR + 1] =
		"################################################";
	char size[16];
	int len = part * BAR + 0.5;

	size_text(size, sizeof(size), p->bytes);
	printf("%8s %-10s |%-*.*s| %.1f\n", size,
	       p->direction == WD_COMP_COMPRESS ? "compress" : "decompress",
	       BAR, len < 1 ? 1 : len, full, value);
}

static void bars(const struct bench *b, const char *title, bool logarithmic,
		 double (*value)(const struct point *))
{
	double max = 0, min = INFINITY, v, span;

	for (unsigned int i = 0; i < b->nr_points; i++) {
		max = fmax(max, value(&b->points[i]));
		min = fmin(min, value(&b->points[i]));
	}
	/* The smallest one keeps a bar. */
	span = log(max / min * 1.3);
	printf("\n%s\n", title);
	for (unsigned int i = 0; i < b->nr_points; i++) {
		v = value(&b->points[i]);
		bar(&b->points[i], logarithmic ? log(v / min * 1.3) / span :
		    v / max, v);
	}
}

void bench_plot(const struct bench *b)
{
	bars(b, "throughput, MB/s of uncompressed data", false,
	     point_speed);
	bars(b, "latency of one block, median, microseconds, logarithmic", true,
	     point_delay);
}
