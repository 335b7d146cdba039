/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "wdctl.h"

const char *msg_program(void)
{
	return program_invocation_short_name;
}

void msg_error(const char *name, const char *fmt, ...)
{
	va_list ap;

	/* One line stays one line when threads of the library log as well. */
	flockfile(stderr);
	fprintf(stderr, "%s: ", msg_program());
	if (name)
		fprintf(stderr, "%s: ", name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	putc('\n', stderr);
	funlockfile(stderr);
}

int msg_device(const char *name, int err)
{
	switch (-err) {
	case ENODEV:
		msg_error(name, "no such device, or it cannot do this (%s list shows what there is)",
			  msg_program());
		return EXIT_NO_DEVICE;
	case EACCES:
	case EPERM:
		msg_error(name, "the device file may not be opened (%s doctor says why)",
			  msg_program());
		return EXIT_DENIED;
	case EBUSY:
		msg_error(name, "all queues are in use (%s show %s names who has them)",
			  msg_program(), name);
		return EXIT_FAILED;
	case ENOTSUP:
		msg_error(name, "the device speaks an interface that this version does not know: update libwarpdrive");
		return EXIT_FAILED;
	case EIO:
		msg_error(name, "the device failed (%s doctor says more)", msg_program());
		return EXIT_FAILED;
	case ETIMEDOUT:
		msg_error(name, "the device did not answer in time (%s doctor says more)",
			  msg_program());
		return EXIT_FAILED;
	case EBADMSG:
		msg_error(name, "the device gave wrong data");
		return EXIT_FAILED;
	default:
		msg_error(name, "%s", strerror(-err));
		return EXIT_FAILED;
	}
}

static void on_log(void *arg, enum wd_log_level level, const char *text)
{
	(void)arg;
	(void)level;
	msg_error(NULL, "%s", text);
}

void msg_library(enum wd_log_level level)
{
	wd_log_set(on_log, NULL, level);
}
