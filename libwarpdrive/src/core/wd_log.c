/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <stdarg.h>
#include <stdio.h>

#include "wd_log.h"

#define WD_LOG_LINE_BYTES 512

static struct {
	wd_log_fn fn;
	void *arg;
	enum wd_log_level max_level;
} sink;

void wd_log_set(wd_log_fn fn, void *arg, enum wd_log_level max_level)
{
	sink.fn = fn;
	sink.arg = arg;
	sink.max_level = max_level;
}

void wd_log(enum wd_log_level level, const char *fmt, ...)
{
	char line[WD_LOG_LINE_BYTES];
	va_list args;

	if (!sink.fn || level > sink.max_level)
		return;
	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	sink.fn(sink.arg, level, line);
}
