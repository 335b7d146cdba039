/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A bar on the terminal, for work that takes longer than a second. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "wdzip.h"

#define FIRST_NS	1000000000
#define EVERY_NS	200000000
#define BAR_CELLS	24

static struct {
	bool wanted;
	bool running;
	bool shown;
	const char *name;
	uint64_t total;
	int64_t start_ns;
	int64_t next_ns;
} bar;

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void progress_init(const struct options *o)
{
	bar.wanted = !o->quiet && isatty(STDERR_FILENO) &&
		     !(o->to_stdout && !o->test && !o->list &&
		       isatty(STDOUT_FILENO));
}

void progress_start(const char *name, uint64_t total)
{
	if (!bar.wanted)
		return;
	bar.running = true;
	bar.name = name;
	bar.total = total;
	bar.start_ns = now_ns();
	bar.next_ns = bar.start_ns + FIRST_NS;
}

static void draw(uint64_t done, int64_t now)
{
	double mb_s = done * 1e3 / (double)(now - bar.start_ns);
	char cells[BAR_CELLS + 1] = "";
	unsigned int full;

	if (!bar.total) {
		fprintf(stderr, "\r\033[K%.40s: %.1f MB, %.0f MB/s", bar.name,
			done / 1e6, mb_s);
		return;
	}
	if (done > bar.total)
		done = bar.total;
	full = (double)done / bar.total * BAR_CELLS;
	memset(cells, '.', BAR_CELLS);
	memset(cells, '#', full);
	fprintf(stderr, "\r\033[K%.40s: [%s] %3.0f%%, %.0f MB/s", bar.name,
		cells, 100.0 * done / bar.total, mb_s);
}

void progress_update(uint64_t done)
{
	int64_t now;

	if (!bar.running)
		return;
	now = now_ns();
	if (now < bar.next_ns)
		return;
	draw(done, now);
	bar.shown = true;
	bar.next_ns = now + EVERY_NS;
}

void progress_hide(void)
{
	if (bar.shown)
		fputs("\r\033[K", stderr);
	bar.shown = false;
}

void progress_end(void)
{
	progress_hide();
	bar.running = false;
}
