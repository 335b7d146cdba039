// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "tap.h"

static unsigned int results, failures;

/* Each line leaves at once: what comes before a crash is the clue to it. */
static void line(const char *head, const char *fmt, va_list args)
{
	fputs(head, stdout);
	vprintf(fmt, args);
	putchar('\n');
	fflush(stdout);
}

static void result(bool ok, const char *fmt, va_list args)
{
	results++;
	failures += !ok;
	line(ok ? "ok - " : "not ok - ", fmt, args);
}

bool tap_check(bool ok, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	result(ok, fmt, args);
	va_end(args);
	return ok;
}

bool tap_equal(uint64_t got, uint64_t want, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	result(got == want, fmt, args);
	va_end(args);
	if (got != want)
		tap_note("got 0x%" PRIx64 ", want 0x%" PRIx64, got, want);
	return got == want;
}

void tap_skip(const char *what, const char *fmt, ...)
{
	va_list args;

	results++;
	printf("ok - %s", what);
	va_start(args, fmt);
	line(" # SKIP ", fmt, args);
	va_end(args);
}

void tap_note(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	line("# ", fmt, args);
	va_end(args);
}

void tap_die(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	result(false, fmt, args);
	va_end(args);
	exit(tap_status());
}

int tap_status(void)
{
	printf("1..%u\n", results);
	fflush(stdout);
	return failures || !results;
}
