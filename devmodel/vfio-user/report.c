/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include "register_names.h"
#include "report.h"

#define MAX_SHOWN	16	/* bytes of a value */

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int report_open(struct report *report, bool is_verbose, bool is_traced,
		const char *trace_path)
{
	FILE *trace = NULL;

	if (is_traced && trace_path) {
		trace = fopen(trace_path, "we");
		if (!trace)
			return -errno;
		/* To be followed while it grows, and whole after a crash. */
		setvbuf(trace, NULL, _IOLBF, BUFSIZ);
	} else if (is_traced) {
		trace = stderr;
	}
	*report = (struct report){
		.is_verbose = is_verbose,
		.trace = trace,
		.start_ns = now_ns(),
	};
	return 0;
}

int report_close(struct report *report)
{
	FILE *trace = report->trace;

	report->trace = NULL;
	if (!trace || trace == stderr)
		return 0;
	return ferror(trace) | fclose(trace) ? -EIO : 0;
}

void report_log(void *arg, enum vfu_log_level level, const char *text)
{
	static const char *const prefix[] = {
		[VFU_LOG_ERROR] = "", [VFU_LOG_GUEST_ERROR] = "guest: ",
		[VFU_LOG_INFO] = "", [VFU_LOG_DEBUG] = "",
	};
	const struct report *report = arg;

	if (level == VFU_LOG_ERROR || report->is_verbose)
		fprintf(stderr, "hisi-zip-emu: %s%s\n", prefix[level], text);
}

__attribute__((format(printf, 3, 4)))
static size_t add(char *text, size_t used, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(text + used, REPORT_LINE_BYTES - used, fmt, args);
	va_end(args);
	used += n > 0 ? (size_t)n : 0;
	return used < REPORT_LINE_BYTES ? used : REPORT_LINE_BYTES - 1;
}

/* As one number, the most significant byte first. */
static size_t add_value(char *text, size_t used, const struct vfu_trace *event)
{
	const uint8_t *data = event->data;
	uint64_t i = event->bytes;

	if (!data || i > MAX_SHOWN)
		return add(text, used, " (%" PRIu64 " bytes)", event->bytes);
	used = add(text, used, " = 0x");
	while (i--)
		used = add(text, used, "%02x", data[i]);
	return used;
}

static void bar_line(char *text, size_t used, const struct vfu_trace *event)
{
	const struct register_access access = {
		.bar = event->bar,
		.offset = event->offset,
		.value = event->data,
		.bytes = event->data && event->bytes <= MAX_SHOWN ?
			 (unsigned int)event->bytes : 0,
		.is_write = event->type == VFU_TRACE_WRITE,
	};
	char meaning[REGISTER_MEANING_BYTES];
	char name[REGISTER_NAME_BYTES];

	register_name(name, event->bar, event->offset);
	register_meaning(meaning, &access);
	used = add(text, used, "%c %s", access.is_write ? 'W' : 'R', name);
	used = add_value(text, used, event);
	if (meaning[0])
		add(text, used, "  %s", meaning);
}

static void config_line(char *text, size_t used, const struct vfu_trace *event)
{
	char name[REGISTER_NAME_BYTES];

	register_config_name(name, event->offset);
	used = add(text, used, "%c config %s",
		   event->type == VFU_TRACE_CONFIG_WRITE ? 'W' : 'R', name);
	add_value(text, used, event);
}

static size_t add_func(char *text, unsigned int func)
{
	return func ? add(text, 0, "vf%-3u", func) : add(text, 0, "pf   ");
}

void report_trace_line(char *text, const struct vfu_trace *event)
{
	size_t used = add_func(text, event->func);

	switch (event->type) {
	case VFU_TRACE_READ:
	case VFU_TRACE_WRITE:
		bar_line(text, used, event);
		break;
	case VFU_TRACE_CONFIG_READ:
	case VFU_TRACE_CONFIG_WRITE:
		config_line(text, used, event);
		break;
	case VFU_TRACE_IRQ:
		add(text, used, "interrupt %u", event->vector);
		break;
	case VFU_TRACE_IRQ_MASKED:
		add(text, used, "interrupt %u is masked, pending",
		    event->vector);
		break;
	case VFU_TRACE_IRQ_DROPPED:
		add(text, used, "interrupt %u is lost, nobody takes it",
		    event->vector);
		break;
	case VFU_TRACE_DMA_MAP:
		add(text, used, "memory 0x%" PRIx64 " to 0x%" PRIx64 "%s",
		    event->offset, event->offset + event->bytes - 1,
		    event->is_message ? ", by messages" : "");
		break;
	case VFU_TRACE_DMA_UNMAP:
		add(text, used, "memory 0x%" PRIx64 " to 0x%" PRIx64 " is gone",
		    event->offset, event->offset + event->bytes - 1);
		break;
	case VFU_TRACE_FLR:
		add(text, used, "function level reset");
		break;
	case VFU_TRACE_RESET:
		add(text, 0, "all  device reset");
		break;
	case VFU_TRACE_CONNECT:
		add(text, used, "client has come");
		break;
	case VFU_TRACE_DISCONNECT:
		add(text, used, "client has left");
		break;
	}
}

/* One call of stdio a line: threads do not write into each other's. */
void report_trace(void *arg, const struct vfu_trace *event)
{
	const struct report *report = arg;
	uint64_t ns = now_ns() - report->start_ns;
	char text[REPORT_LINE_BYTES];

	report_trace_line(text, event);
	fprintf(report->trace, "%5" PRIu64 ".%06" PRIu64 " %s\n",
		ns / 1000000000u, ns % 1000000000u / 1000u, text);
}
