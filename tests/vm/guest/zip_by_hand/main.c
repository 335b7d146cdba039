// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Drives a ZIP function from user space, register by register, as the hardware
 * specification says and with none of our own drivers: an independent check of
 * the emulated device in a virtual machine, and of the machine itself.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hisi_qm_hw.h>

#include "commands.h"
#include "tap.h"

static const struct command commands[] = {
	{ "bars", "", 0, 0, command_bars },
	{ "bench", "", 0, 0, command_bench },
	{ "config", "", 0, 0, command_config },
	{ "fault", "NAME|all", 1, 1, command_fault },
	{ "file", "compress|decompress IN OUT", 3, 3, command_file },
	{ "irq", "", 0, 0, command_irq },
	{ "isolation", "", 0, 0, command_isolation },
	{ "mailbox", "", 0, 0, command_mailbox },
	{ "queue", "", 0, 0, command_queue },
	{ "reset", "", 0, 0, command_reset },
	{ "vf", "", 0, 0, command_vf },
};

#define COMMANDS	(sizeof(commands) / sizeof(commands[0]))

static void usage(void)
{
	unsigned int i;

	fputs("usage: zip_by_hand [--access vfio|noiommu|sysfs] [options of the emulator] COMMAND\n"
	      "options of the emulator: --revision v1|v2|v3 --isolation --function pf|vf --vfs N\n"
	      "commands:\n", stderr);
	for (i = 0; i < COMMANDS; i++)
		fprintf(stderr, "  %s %s\n", commands[i].name,
			commands[i].arguments);
	exit(2);
}

static unsigned int revision_of(const char *text)
{
	if (!strcmp(text, "v1"))
		return HISI_QM_REV_V1;
	if (!strcmp(text, "v2"))
		return HISI_QM_REV_V2;
	if (strcmp(text, "v3"))
		usage();
	return HISI_QM_REV_V3;
}

static bool is_vf(const char *text)
{
	if (strcmp(text, "vf") && strcmp(text, "pf"))
		usage();
	return text[0] == 'v';
}

static void parse(int argc, char **argv, struct expected *expected)
{
	static const struct option options[] = {
		{ "access", required_argument, NULL, 'a' },
		{ "function", required_argument, NULL, 'f' },
		{ "isolation", no_argument, NULL, 'i' },
		{ "revision", required_argument, NULL, 'r' },
		{ "vfs", required_argument, NULL, 'v' },
		{ 0 },
	};
	int option;

	/* "+": what follows the command is the command's. */
	while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		switch (option) {
		case 'a':
			expected->access = optarg;
			break;
		case 'f':
			expected->is_vf = is_vf(optarg);
			break;
		case 'i':
			expected->isolation = true;
			break;
		case 'r':
			expected->revision = revision_of(optarg);
			break;
		case 'v':	/* does not show in a function */
			break;
		default:
			usage();
		}
	}
}

static const struct command *find(const char *name, int arguments)
{
	unsigned int i;

	for (i = 0; i < COMMANDS; i++)
		if (!strcmp(commands[i].name, name) &&
		    arguments >= commands[i].min_arguments &&
		    arguments <= commands[i].max_arguments)
			return &commands[i];
	usage();
	return NULL;
}

int main(int argc, char **argv)
{
	struct expected expected = { .revision = HISI_QM_REV_V3 };
	const char *iommu = getenv("IOMMU");

	/* With an IOMMU, to go around it would be to miss the point. */
	if (iommu && strcmp(iommu, "none"))
		expected.access = "vfio";
	parse(argc, argv, &expected);
	if (optind == argc)
		usage();
	find(argv[optind], argc - optind - 1)->run(&expected,
						   argv + optind + 1);
	return tap_status();
}
