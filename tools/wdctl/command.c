/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wdctl.h"

static void __attribute__((noreturn)) refuse(const struct command *cmd)
{
	fprintf(stderr, "Try `%s %s --help' for more information.\n",
		msg_program(), cmd->name);
	exit(EXIT_USAGE);
}

static void __attribute__((noreturn)) help(const struct command *cmd)
{
	printf("Usage: %s %s %s\n%s\n\n%s  -h, --help          show this help\n",
	       msg_program(), cmd->name, cmd->arguments, cmd->help, cmd->options);
	if (fclose(stdout)) {
		msg_error("stdout", "%s", strerror(errno));
		exit(EXIT_FAILED);
	}
	exit(EXIT_OK);
}

void command_other(const struct command *cmd, int c)
{
	if (c == 'h')
		help(cmd);
	refuse(cmd);
}

void command_refuse(const struct command *cmd, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s: ", msg_program());
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	putc('\n', stderr);
	refuse(cmd);
}

void command_arguments(const struct command *cmd, int argc, int min, int max)
{
	if (argc - optind < min)
		command_refuse(cmd, "%s: an argument is missing", cmd->name);
	if (argc - optind > max)
		command_refuse(cmd, "%s: too many arguments", cmd->name);
}

bool command_json(const struct command *cmd, int argc, char **argv, int min,
		  int max)
{
	static const struct option longs[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "json", no_argument, NULL, 'j' },
		{ NULL, 0, NULL, 0 },
	};
	bool json = false;
	int c;

	while ((c = getopt_long(argc, argv, "hj", longs, NULL)) != -1) {
		if (c != 'j')
			command_other(cmd, c);
		json = true;
	}
	command_arguments(cmd, argc, min, max);
	return json;
}

unsigned long command_number(const struct command *cmd, const char *what,
			     const char *text, unsigned long min,
			     unsigned long max)
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (errno || *end || text[0] < '0' || text[0] > '9' || n < min ||
	    n > max)
		command_refuse(cmd, "invalid %s '%s' (%lu to %lu)", what, text,
			       min, max);
	return n;
}
