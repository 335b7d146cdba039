/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The zlib drop-in beside zlib, on text, in turns. The argument is a file of
 * 4 MiB or more.
 *
 *  soft     streams that stay in software: processor time with the drop-in / without,
 *           for streams of 8 KiB and 4 MiB, in calls of 16 KiB as minigzip makes
 *           them; "off", and "auto" with everything below the threshold
 *  device   buffers of 1 MiB on the built-in device, MB/s of either
 */
#include <stdbool.h>
#include <string.h>

#include "bench.h"
#include "wdz.h"
#include "wdz_config.h"

#define SMALL		8192u
#define LARGE		(4u << 20)
#define BUFFER		(1u << 20)
#define CALL		16384u

/* The calls of either side. */
struct side {
	int (*deflate_init)(z_streamp strm, int level, const char *version,
			    int size);
	int (*deflate)(z_streamp strm, int flush);
	int (*deflate_end)(z_streamp strm);
	int (*inflate_init)(z_streamp strm, const char *version, int size);
	int (*inflate)(z_streamp strm, int flush);
	int (*inflate_end)(z_streamp strm);
};

static const struct side zlib = {
	deflateInit_, deflate, deflateEnd, inflateInit_, inflate, inflateEnd,
};

static const struct side ours = {
	wdz_deflateInit_, wdz_deflate, wdz_deflateEnd, wdz_inflateInit_,
	wdz_inflate, wdz_inflateEnd,
};

static uint8_t text[LARGE], packed[LARGE * 2], back[LARGE];

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* As minigzip: calls of a buffer, the end by itself. Return: bytes of output */
static size_t pack(const struct side *side, size_t bytes, size_t call,
		   int level)
{
	z_stream strm = { .next_out = packed, .avail_out = sizeof(packed) };
	size_t at, part;

	if (side->deflate_init(&strm, level, ZLIB_VERSION, sizeof(strm)))
		bench_fail("deflateInit", 0);
	for (at = 0; at < bytes; at += part) {
		part = smaller(bytes - at, call);
		strm.next_in = text + at;
		strm.avail_in = part;
		if (call < bytes && side->deflate(&strm, Z_NO_FLUSH))
			bench_fail("deflate", 0);
	}
	if (side->deflate(&strm, Z_FINISH) != Z_STREAM_END)
		bench_fail("deflate", 0);
	side->deflate_end(&strm);
	return strm.total_out;
}

static void unpack(const struct side *side, size_t bytes, size_t call)
{
	z_stream strm = { .next_out = back };
	size_t at = 0;
	int ret;

	if (side->inflate_init(&strm, ZLIB_VERSION, sizeof(strm)))
		bench_fail("inflateInit", 0);
	do {
		strm.next_in = packed + at;
		strm.avail_in = smaller(bytes - at, call);
		strm.avail_out = smaller(back + sizeof(back) - strm.next_out,
					 2 * call);
		ret = side->inflate(&strm, Z_NO_FLUSH);
		at = strm.next_in - packed;
	} while (ret == Z_OK);
	if (ret != Z_STREAM_END)
		bench_fail("inflate", ret);
	side->inflate_end(&strm);
}

static double time_pack(const struct side *side, size_t bytes, size_t call,
			int level, unsigned int repeat)
{
	uint64_t start = bench_now_ns();

	while (repeat--)
		pack(side, bytes, call, level);
	return bench_now_ns() - start;
}

static double time_unpack(const struct side *side, size_t bytes, size_t call,
			  unsigned int repeat)
{
	uint64_t start = bench_now_ns();

	while (repeat--)
		unpack(side, bytes, call);
	return bench_now_ns() - start;
}

static void set(const char *key, const char *value)
{
	if (wdz_config_set(key, value))
		bench_fail(key, 0);
}

/* Processor time: it is small differences that count here. */
static double cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * 1e9 + ts.tv_nsec;
}

static double time_soft(const struct side *side, bool is_packing, size_t bytes,
			unsigned int repeat)
{
	double start = cpu_ns();

	for (; repeat; repeat--) {
		if (is_packing)
			pack(side, bytes, CALL, 6);
		else
			unpack(side, bytes, CALL);
	}
	return cpu_ns() - start;
}

/* Median over rounds that run both, in changing order. */
static double ratio_of(bool is_packing, size_t bytes, unsigned int rounds,
		       unsigned int repeat)
{
	struct bench_series ratios = { .nr = 0 };
	double with, without;
	unsigned int i;

	for (i = 0; i < rounds; i++) {
		with = i & 1 ? time_soft(&ours, is_packing, bytes, repeat) : 0;
		without = time_soft(&zlib, is_packing, bytes, repeat);
		if (!with)
			with = time_soft(&ours, is_packing, bytes, repeat);
		bench_add(&ratios, with / without);
	}
	return bench_median(&ratios);
}

static void soft(const char *name, size_t bytes, unsigned int rounds,
		 unsigned int repeat)
{
	char key[64];
	size_t size;

	snprintf(key, sizeof(key), "zlib.soft.%s.deflate_ratio", name);
	bench_print(key, ratio_of(true, bytes, rounds, repeat));
	size = pack(&zlib, bytes, CALL, 6);
	snprintf(key, sizeof(key), "zlib.soft.%s.inflate_ratio", name);
	bench_print(key, ratio_of(false, size, rounds, 4 * repeat));
}

static void print_speed(const char *name, int level, struct bench_series *ns)
{
	char key[64];

	snprintf(key, sizeof(key), "zlib.device.level%d.%s_mbps", level, name);
	bench_print(key, BUFFER / bench_median(ns) * 1000);
}

/* Buffers of 1 MiB, one call each, and their sizes. */
static void device(int level)
{
	struct bench_series ns[4] = { 0 };
	size_t size[2] = { 0 };
	unsigned int i;
	char key[64];

	for (i = 0; i < 15; i++) {
		bench_add(&ns[0], time_pack(&ours, BUFFER, BUFFER, level, 1));
		size[0] = pack(&ours, BUFFER, BUFFER, level);
		bench_add(&ns[1], time_unpack(&ours, size[0], BUFFER, 1));
		if (memcmp(back, text, BUFFER))
			bench_fail("comparison", 0);
		bench_add(&ns[2], time_pack(&zlib, BUFFER, BUFFER, level, 1));
		size[1] = pack(&zlib, BUFFER, BUFFER, level);
		bench_add(&ns[3], time_unpack(&zlib, size[1], BUFFER, 1));
	}
	print_speed("ours.deflate", level, &ns[0]);
	print_speed("ours.inflate", level, &ns[1]);
	print_speed("zlib.deflate", level, &ns[2]);
	print_speed("zlib.inflate", level, &ns[3]);
	snprintf(key, sizeof(key), "zlib.device.level%d.size_ratio", level);
	bench_print(key, (double)size[0] / size[1]);
}

int main(int argc, char **argv)
{
	FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;

	if (!file || fread(text, sizeof(text), 1, file) != 1) {
		fprintf(stderr, "usage: bench_zlib FILE, 4 MiB or more\n");
		return 1;
	}
	fclose(file);
	wdz_config();
	set("device", "emu");
	set("use", "off");
	soft("off.small", SMALL, 151, 8);
	soft("off.large", LARGE, 21, 1);
	set("use", "auto");
	set("threshold", "400000");
	soft("auto.small", SMALL, 151, 8);
	set("threshold", "1000000000");
	soft("auto.large", LARGE, 21, 1);
	set("use", "force");
	device(1);
	device(6);
	return 0;
}
