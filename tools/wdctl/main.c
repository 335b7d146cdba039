/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "wdctl.h"

static const struct command *const commands[] = {
	&cmd_list, &cmd_show, &cmd_doctor, &cmd_selftest, &cmd_bench, &cmd_vfs,
	&cmd_isolate, &cmd_watch,
};

#define NR_COMMANDS	(sizeof(commands) / sizeof(commands[0]))

static int print_help(void)
{
	printf("Usage: %s COMMAND [OPTION]... [ARGUMENT]...\n"
	       "Look after the compression accelerators of this machine.\n\n",
	       msg_program());
	for (size_t i = 0; i < NR_COMMANDS; i++)
		printf("  %-9s %-18s %s\n", commands[i]->name,
		       commands[i]->arguments, commands[i]->help);
	printf("\n  -h, --help      show this help; %s COMMAND --help shows more\n"
	       "  -V, --version   show the version\n"
	       "\n"
	       "Exit codes: 0 success, 1 something is wrong or was not done, 2 the command\n"
	       "line is wrong, 3 no such device, 4 not permitted.\n",
	       msg_program());
	return EXIT_OK;
}

static int refuse(const char *fmt, const char *name)
{
	msg_error(NULL, fmt, name);
	fprintf(stderr, "Try `%s --help' for more information.\n", msg_program());
	return EXIT_USAGE;
}

static int run(int argc, char **argv)
{
	if (argc < 2)
		return refuse("a command is missing%s", "");
	if (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help") ||
	    !strcmp(argv[1], "help"))
		return print_help();
	if (!strcmp(argv[1], "-V") || !strcmp(argv[1], "--version")) {
		printf("%s %s (libwarpdrive %s)\n", msg_program(), WD_VERSION,
		       wd_version());
		return EXIT_OK;
	}
	for (size_t i = 0; i < NR_COMMANDS; i++) {
		if (strcmp(argv[1], commands[i]->name))
			continue;
		/* getopt's own messages start with it. */
		argv[1] = program_invocation_short_name;
		return commands[i]->run(commands[i], argc - 1, argv + 1);
	}
	return refuse(argv[1][0] == '-' ? "unknown option '%s'" :
		      "unknown command '%s'", argv[1]);
}

int main(int argc, char **argv)
{
	int code;

	msg_library(WD_LOG_ERROR);
	code = run(argc, argv);
	/* Only here does an error of buffered output become known. */
	if (ferror(stdout) || fclose(stdout)) {
		msg_error("stdout", "%s", strerror(errno));
		return EXIT_FAILED;
	}
	return code;
}
