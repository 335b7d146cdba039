/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the emulator says: messages on standard error, and the trace. */
#ifndef REPORT_H
#define REPORT_H

#include <stdint.h>
#include <stdio.h>

#include "vfu_device.h"

/**
 * struct report - where to say what
 * @is_verbose: more than errors
 * @trace: lines of the trace; NULL for none
 * @start_ns: time 0 of the trace
 */
struct report {
	bool is_verbose;
	FILE *trace;
	uint64_t start_ns;
};

/**
 * report_open() - begin
 * @report: filled in
 * @is_verbose: report clients, resets and a guest's mistakes too
 * @is_traced: print the trace
 * @trace_path: into this file, which is replaced; NULL for standard error
 *
 * Return: 0, -errno of opening the file.
 */
int report_open(struct report *report, bool is_verbose, bool is_traced,
		const char *trace_path);

/** report_close() - Return: 0, -EIO if the trace could not be written */
int report_close(struct report *report);

/** report_log() - for struct vfu_device_config; @arg is a struct report */
void report_log(void *arg, enum vfu_log_level level, const char *text);

/** report_trace() - for struct vfu_device_config; @arg is a struct report */
void report_trace(void *arg, const struct vfu_trace *event);

/** What report_trace_line() writes at most. */
#define REPORT_LINE_BYTES	320

/**
 * report_trace_line() - an event in words, without time and line break
 * @text: REPORT_LINE_BYTES bytes
 * @event: what happened
 */
void report_trace_line(char *text, const struct vfu_trace *event);

#endif /* REPORT_H */
