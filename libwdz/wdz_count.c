/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "wdz_config.h"
#include "wdz_count.h"

#define LINE_BYTES	2048

uint64_t wdz_counters[WDZ_COUNTERS_NR];

void wdz_count_clear(void)
{
	unsigned int i;

	for (i = 0; i < WDZ_COUNTERS_NR; i++)
		__atomic_store_n(&wdz_counters[i], 0, __ATOMIC_RELAXED);
}

/* The name of the program as one word: some servers rename themselves. */
static const char *program_name(char *name, size_t size)
{
	char *at;

	snprintf(name, size, "%s", program_invocation_short_name);
	for (at = name; *at; at++) {
		if (isspace((unsigned char)*at))
			*at = '_';
	}
	return name;
}

static bool is_anything_counted(void)
{
	unsigned int i;

	for (i = 0; i < WDZ_COUNTERS_NR; i++) {
		if (wdz_counter(i))
			return true;
	}
	return false;
}

/* One write for a line: processes that end at once do not mix theirs. */
static void write_line(const char *line, size_t bytes)
{
	const char *path = wdz_config()->counters;
	ssize_t written;
	int fd;

	if (!strcmp(path, "-")) {
		written = write(STDERR_FILENO, line, bytes);
	} else {
		fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC |
			  O_NOFOLLOW, 0644);
		if (fd < 0)
			return;
		written = write(fd, line, bytes);
		close(fd);
	}
	/* The program ends as it would have; there is nobody to tell. */
	(void)written;
}

void wdz_count_report(void)
{
	static const char *const names[] = {
#define TEXT(name, text) text,
		WDZ_COUNTERS(TEXT)
	};
	char line[LINE_BYTES], name[64];
	unsigned int i;
	int len;

	if (!wdz_config()->counters || !is_anything_counted())
		return;
	len = snprintf(line, sizeof(line), "pid=%d comm=%s", (int)getpid(),
		       program_name(name, sizeof(name)));
	for (i = 0; i < WDZ_COUNTERS_NR && len < LINE_BYTES; i++)
		len += snprintf(line + len, LINE_BYTES - len, " %s=%llu",
				names[i], (unsigned long long)wdz_counter(i));
	if (len >= LINE_BYTES - 1)
		return;
	line[len++] = '\n';
	write_line(line, len);
}

void wdz_trace(const char *format, ...)
{
	int saved = errno;
	va_list args;

	if (!wdz_config()->trace)
		return;
	va_start(args, format);
	flockfile(stderr);
	fprintf(stderr, "libwdz[%d]: ", (int)getpid());
	vfprintf(stderr, format, args);
	putc('\n', stderr);
	funlockfile(stderr);
	va_end(args);
	errno = saved;
}
