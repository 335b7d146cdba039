/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The picture: throughput above, latency below, block size to the right. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "bench.h"

#define WIDTH		720
#define LEFT		80
#define RIGHT		24
#define PANEL		280
#define TOP		64
#define PLOT		(PANEL - 60)
#define HEIGHT		(TOP + 2 * PANEL + 8)

/**
 * struct panel - one of the two
 * @y: its upper edge
 * @min: value at its lower edge
 * @max: value at its upper edge
 */
struct panel {
	const char *title;
	double (*value)(const struct point *p);
	bool logarithmic;
	double y;
	double min;
	double max;
};

static const char *const colours[] = { "#1b6ca8", "#c1440e" };
static const char *const names[] = { "compress", "decompress" };

/* 1, 2 or 5 times a power of ten, not below @v. */
static double round_up(double v)
{
	double power = pow(10, floor(log10(v)));

	return v <= power ? power : v <= 2 * power ? 2 * power :
	       v <= 5 * power ? 5 * power : 10 * power;
}

static void limits(const struct bench *b, struct panel *panel)
{
	double max = 0, min = INFINITY;

	for (unsigned int i = 0; i < b->nr_points; i++) {
		max = fmax(max, panel->value(&b->points[i]));
		min = fmin(min, panel->value(&b->points[i]));
	}
	panel->max = panel->logarithmic ? pow(10, ceil(log10(max))) :
		     round_up(max);
	panel->min = panel->logarithmic ? pow(10, floor(log10(min))) : 0;
	if (panel->max <= panel->min)
		panel->max = panel->min * 10;
}

static double height_of(const struct panel *panel, double v)
{
	double part = panel->logarithmic ?
		log(v / panel->min) / log(panel->max / panel->min) :
		v / panel->max;

	return panel->y + PLOT * (1 - part);
}

static double place_of(const struct bench *b, size_t bytes)
{
	unsigned int i = 0;

	while (i < b->nr_sizes && b->sizes[i] != bytes)
		i++;
	if (b->nr_sizes < 2)
		return (LEFT + WIDTH - RIGHT) / 2.0;
	return LEFT + 12 + (WIDTH - RIGHT - LEFT - 24.0) * i / (b->nr_sizes - 1);
}

static void grid_line(FILE *f, const struct panel *panel, double v)
{
	double y = height_of(panel, v);

	fprintf(f, "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#ddd\"/>\n"
		"<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%g</text>\n",
		LEFT, y, WIDTH - RIGHT, y, LEFT - 8, y + 4, v);
}

static void grid(FILE *f, const struct panel *panel)
{
	if (panel->logarithmic)
		for (double v = panel->min; v < panel->max * 1.5; v *= 10)
			grid_line(f, panel, v);
	else
		for (int i = 0; i <= 5; i++)
			grid_line(f, panel, panel->max * i / 5);
}

static void curve(FILE *f, const struct bench *b, const struct panel *panel,
		  uint32_t direction)
{
	const struct point *p;

	fprintf(f, "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"",
		colours[direction]);
	for (unsigned int i = 0; i < b->nr_points; i++)
		if (b->points[i].direction == direction)
			fprintf(f, "%.1f,%.1f ", place_of(b, b->points[i].bytes),
				height_of(panel, panel->value(&b->points[i])));
	fputs("\"/>\n", f);
	for (unsigned int i = 0; i < b->nr_points; i++) {
		p = &b->points[i];
		if (p->direction == direction)
			fprintf(f, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"><title>%s, %zu bytes: %.1f</title></circle>\n",
				place_of(b, p->bytes),
				height_of(panel, panel->value(p)),
				colours[direction], names[direction], p->bytes,
				panel->value(p));
	}
}

static void draw(FILE *f, const struct bench *b, struct panel *panel)
{
	char size[16];

	limits(b, panel);
	fprintf(f, "<text x=\"%d\" y=\"%.1f\">%s</text>\n", LEFT, panel->y - 10,
		panel->title);
	grid(f, panel);
	for (unsigned int i = 0; i < b->nr_sizes; i++) {
		size_text(size, sizeof(size), b->sizes[i]);
		fprintf(f, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text>\n",
			place_of(b, b->sizes[i]), panel->y + PLOT + 18, size);
	}
	for (uint32_t direction = 0; direction < 2; direction++)
		curve(f, b, panel, direction);
}

static void head(FILE *f, const struct bench *b)
{
	fprintf(f, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\">\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n"
		"<text x=\"%d\" y=\"22\" font-size=\"15\">%s, %s, queues: %u</text>\n",
		WIDTH, HEIGHT, WIDTH, HEIGHT, LEFT, b->device,
		format_name(b->format), b->queues);
	for (int i = 0; i < 2; i++)
		fprintf(f, "<text x=\"%d\" y=\"22\" text-anchor=\"end\" fill=\"%s\">%s</text>\n",
			WIDTH - RIGHT - (1 - i) * 90, colours[i], names[i]);
}

int bench_svg(const struct bench *b)
{
	struct panel panels[] = {
		{ "throughput, MB/s of uncompressed data", point_speed, false,
		  TOP, 0, 0 },
		{ "latency of one block, median, microseconds (logarithmic)",
		  point_delay, true, TOP + PANEL, 0, 0 },
	};
	FILE *f = fopen(b->svg, "we");
	int failed;

	if (!f)
		return -errno;
	head(f, b);
	draw(f, b, &panels[0]);
	draw(f, b, &panels[1]);
	fputs("</svg>\n", f);
	failed = ferror(f);
	if (fclose(f))
		return -errno;
	return failed ? -EIO : 0;
}
