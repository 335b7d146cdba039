/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <getopt.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#define MAX_QUEUES	64
#define MAX_TIME_MS	600000
/* Two queues keep an engine busy. */
#define HARDWARE_QUEUES	2

enum {
	OPT_FILE = 256,
	OPT_FORMAT,
	OPT_NO_PLOT,
	OPT_SVG,
};

static const struct option longs[] = {
	{ "file", required_argument, NULL, OPT_FILE },
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "help", no_argument, NULL, 'h' },
	{ "json", no_argument, NULL, 'j' },
	{ "no-plot", no_argument, NULL, OPT_NO_PLOT },
	{ "queues", required_argument, NULL, 'q' },
	{ "sizes", required_argument, NULL, 's' },
	{ "svg", required_argument, NULL, OPT_SVG },
	{ "time", required_argument, NULL, 't' },
	{ NULL, 0, NULL, 0 },
};

static uint32_t parse_format(const struct command *cmd, const char *text)
{
	if (!strcmp(text, "gzip"))
		return WD_COMP_GZIP;
	if (!strcmp(text, "zlib"))
		return WD_COMP_ZLIB;
	if (!strcmp(text, "deflate"))
		return WD_COMP_DEFLATE;
	command_refuse(cmd, "invalid format '%s' (gzip, zlib or deflate)", text);
}

static size_t parse_size(const struct command *cmd, const char *text,
			 const char **end)
{
	unsigned long n;
	char *at;

	errno = 0;
	n = strtoul(text, &at, 10);
	if (errno || at == text || text[0] < '0' || text[0] > '9' ||
	    n > BENCH_MAX_BYTES)
		n = 0;
	if (*at == 'k' || *at == 'K') {
		n <<= 10;
		at++;
	} else if (*at == 'm' || *at == 'M') {
		n <<= 20;
		at++;
	}
	if ((*at && *at != ',') || n < BENCH_MIN_BYTES || n > BENCH_MAX_BYTES)
		command_refuse(cmd, "invalid block size '%s' (%u to %u bytes, k and m for KiB and MiB, separated by commas)",
			       text, BENCH_MIN_BYTES, BENCH_MAX_BYTES);
	*end = *at ? at + 1 : at;
	return n;
}

static void parse_sizes(const struct command *cmd, struct bench *b,
			const char *text)
{
	b->nr_sizes = 0;
	do {
		if (b->nr_sizes == BENCH_MAX_SIZES)
			command_refuse(cmd, "too many block sizes (%d at most)",
				       BENCH_MAX_SIZES);
		b->sizes[b->nr_sizes++] = parse_size(cmd, text, &text);
	} while (*text);
}

static unsigned int cpus(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set))
		return 1;
	return CPU_COUNT(&set) < MAX_QUEUES ? CPU_COUNT(&set) : MAX_QUEUES;
}

/* The device that "auto" stands for stays the same for all points. */
static int choose_device(struct bench *b, const char *name)
{
	struct wd_device_info info;
	int ret = trial_choose(name, b->format, &info);

	if (ret)
		return ret;
	snprintf(b->device, sizeof(b->device), "%s", info.name);
	if (!b->queues)
		b->queues = info.emulated ? cpus() : HARDWARE_QUEUES;
	return 0;
}

static void print_point(const struct point *p)
{
	char size[16];

	size_text(size, sizeof(size), p->bytes);
	printf("%8s  %-10s %10.1f %10.1f %10.1f %8.2f\n", size,
	       p->direction == WD_COMP_COMPRESS ? "compress" : "decompress",
	       p->median_us, p->p99_us, p->mb_s, p->ratio);
	/* Minutes may pass until the next one. */
	fflush(stdout);
}

static int measure(struct bench *b, bool quiet)
{
	struct point *p;
	int ret;

	if (!quiet)
		printf("%s, %s, queues: %u\n\n%8s  %-10s %10s %10s %10s %8s\n",
		       b->device, format_name(b->format), b->queues, "block",
		       "", "median us", "99 % us", "MB/s", "ratio");
	for (uint32_t direction = 0; direction < 2; direction++)
		for (unsigned int i = 0; i < b->nr_sizes; i++) {
			p = &b->points[b->nr_points];
			p->direction = direction;
			p->bytes = b->sizes[i];
			ret = bench_measure(b, p);
			if (ret)
				return ret;
			b->nr_points++;
			if (!quiet)
				print_point(p);
		}
	return 0;
}

/* Digits that mean something. */
static struct json_object *figure(double value)
{
	struct json_object *o = json_object_new_double(value);

	json_object_set_serializer(o, json_object_double_to_json_string,
				   (void *)"%.3f", NULL);
	return o;
}

static struct json_object *point_json(const struct point *p)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "direction", json_object_new_string(
			       p->direction == WD_COMP_COMPRESS ? "compress" :
			       "decompress"));
	json_object_object_add(o, "block_bytes",
			       json_object_new_int64(p->bytes));
	json_object_object_add(o, "latency_median_us", figure(p->median_us));
	json_object_object_add(o, "latency_p99_us", figure(p->p99_us));
	json_object_object_add(o, "throughput_mb_s", figure(p->mb_s));
	json_object_object_add(o, "ratio", figure(p->ratio));
	return o;
}

static int print_json(const struct bench *b)
{
	struct json_object *o = json_object_new_object();
	struct json_object *points = json_object_new_array();

	json_object_object_add(o, "device", json_object_new_string(b->device));
	json_object_object_add(o, "format",
			       json_object_new_string(format_name(b->format)));
	json_object_object_add(o, "queues", json_object_new_int64(b->queues));
	for (unsigned int i = 0; i < b->nr_points; i++)
		json_object_array_add(points, point_json(&b->points[i]));
	json_object_object_add(o, "points", points);
	return json_print(o);
}

static int read_data(uint8_t *data, const char *name)
{
	FILE *f = fopen(name, "re");
	size_t got, n;
	int err = 0;

	if (!f)
		return -errno;
	got = fread(data, 1, BENCH_MAX_BYTES, f);
	if (ferror(f))
		err = errno ? -errno : -EIO;
	else if (!got)
		err = -ENODATA;
	fclose(f);
	if (err)
		return err;
	/* A short file is repeated. */
	for (; got < BENCH_MAX_BYTES; got += n) {
		n = got < BENCH_MAX_BYTES - got ? got : BENCH_MAX_BYTES - got;
		memcpy(data + got, data, n);
	}
	return 0;
}

static int load(struct bench *b, const char *name)
{
	int ret;

	b->data = malloc(BENCH_MAX_BYTES);
	if (!b->data) {
		msg_error(NULL, "%s", strerror(ENOMEM));
		return EXIT_FAILED;
	}
	if (!name) {
		pattern_fill(b->data, BENCH_MAX_BYTES, 1);
		return EXIT_OK;
	}
	ret = read_data(b->data, name);
	if (!ret)
		return EXIT_OK;
	msg_error(name, "%s", ret == -ENODATA ? "there is nothing in it" :
		  strerror(-ret));
	return EXIT_FAILED;
}

/* Before the time is spent: can the picture be kept. */
static int check_picture(const struct bench *b)
{
	FILE *f;

	if (!b->svg)
		return EXIT_OK;
	f = fopen(b->svg, "ae");
	if (f) {
		fclose(f);
		return EXIT_OK;
	}
	msg_error(b->svg, "%s", strerror(errno));
	return EXIT_FAILED;
}

/**
 * struct output - what else is on the command line
 * @file: content of the blocks, NULL for data of our own
 */
struct output {
	const char *file;
	bool json;
	bool plot;
};

static int measure_and_print(struct bench *b, const char *name,
			     const struct output *o)
{
	int ret = choose_device(b, name);

	if (!ret)
		ret = measure(b, o->json);
	if (ret)
		return msg_device(name, ret);
	if (o->plot && !o->json)
		bench_plot(b);
	ret = b->svg ? bench_svg(b) : 0;
	if (ret) {
		msg_error(b->svg, "%s", strerror(-ret));
		return EXIT_FAILED;
	}
	return o->json ? print_json(b) : EXIT_OK;
}

static void take(const struct command *cmd, struct bench *b, struct output *o,
		 int c)
{
	switch (c) {
	case OPT_FILE:
		o->file = optarg;
		break;
	case OPT_FORMAT:
		b->format = parse_format(cmd, optarg);
		break;
	case OPT_NO_PLOT:
		o->plot = false;
		break;
	case OPT_SVG:
		b->svg = optarg;
		break;
	case 'j':
		o->json = true;
		break;
	case 'q':
		b->queues = command_number(cmd, "number of queues", optarg, 1,
					   MAX_QUEUES);
		break;
	case 's':
		parse_sizes(cmd, b, optarg);
		break;
	case 't':
		b->time_ms = command_number(cmd, "time in milliseconds", optarg,
					    1, MAX_TIME_MS);
		break;
	default:
		command_other(cmd, c);
	}
}

static int run(const struct command *cmd, int argc, char **argv)
{
	static struct bench b = {
		.format = WD_COMP_GZIP,
		.time_ms = 300,
		.sizes = { 1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10,
			   1 << 20, 4 << 20 },
		.nr_sizes = 7,
	};
	struct output o = { .plot = true };
	int c, ret;

	while ((c = getopt_long(argc, argv, "hjq:s:t:", longs, NULL)) != -1)
		take(cmd, &b, &o, c);
	command_arguments(cmd, argc, 0, 1);
	ret = check_picture(&b);
	if (!ret)
		ret = load(&b, o.file);
	if (!ret)
		ret = measure_and_print(&b, argv[optind] ? argv[optind] :
					WD_DEVICE_AUTO, &o);
	free(b.data);
	return ret;
}

const struct command cmd_bench = {
	.name = "bench",
	.arguments = "[OPTION]... [DEV]",
	.help = "latency and throughput by block size",
	.options =
	"  -j, --json          as JSON\n"
	"  -q, --queues=N      queues for throughput; 2, the built-in device: one a\n"
	"                      processor\n"
	"  -s, --sizes=LIST    block sizes, for instance 512,4k,1m\n"
	"  -t, --time=MS       milliseconds of each measurement (300)\n"
	"      --file=FILE     blocks from FILE instead of made-up text\n"
	"      --format=FORMAT gzip (default), zlib or deflate\n"
	"      --no-plot       figures only\n"
	"      --svg=FILE      draw the figures into FILE\n",
	.run = run,
};
