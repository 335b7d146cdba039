/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "wdzip.h"

static bool quiet;
static int exit_code = EXIT_OK;

void msg_init(const struct options *o)
{
	quiet = o->quiet;
}

static void say(const char *name, const char *fmt, va_list ap)
{
	progress_hide();
	/* One line stays one line when threads of the library log as well. */
	flockfile(stderr);
	fputs("wdzip: ", stderr);
	if (name)
		fprintf(stderr, "%s: ", name);
	vfprintf(stderr, fmt, ap);
	putc('\n', stderr);
	funlockfile(stderr);
}

void msg_error(const char *name, const char *fmt, ...)
{
	va_list ap;

	exit_code = EXIT_FAILED;
	va_start(ap, fmt);
	say(name, fmt, ap);
	va_end(ap);
}

void msg_errno(const char *name, int err)
{
	msg_error(name, "%s", strerror(err));
}

void msg_warned(void)
{
	if (exit_code == EXIT_OK)
		exit_code = EXIT_WARNED;
}

void msg_warn(const char *name, const char *fmt, ...)
{
	va_list ap;

	msg_warned();
	if (quiet)
		return;
	va_start(ap, fmt);
	say(name, fmt, ap);
	va_end(ap);
}

void msg_note(const char *fmt, ...)
{
	va_list ap;

	if (quiet)
		return;
	va_start(ap, fmt);
	say(NULL, fmt, ap);
	va_end(ap);
}

void msg_line(const char *fmt, ...)
{
	va_list ap;

	progress_hide();
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
}

int msg_exit_code(void)
{
	return exit_code;
}
