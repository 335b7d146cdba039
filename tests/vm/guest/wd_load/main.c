/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"

static const struct {
	const char *name;
	int (*run)(const char *device, unsigned int number);
} modes[] = {
	{ "all", mode_all },
	{ "busy", mode_busy },
	{ "cost", mode_cost },
	{ "hold", mode_hold },
	{ "once", mode_once },
	{ "sleep", mode_sleep },
};

int main(int argc, char **argv)
{
	unsigned int number, i;

	if (argc != 4) {
		fprintf(stderr, "usage: wd_load all|busy|cost|hold|once|sleep DEVICE ROUNDS|SECONDS\n");
		return LOAD_WRONG;
	}
	number = (unsigned int)strtoul(argv[3], NULL, 10);
	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (!strcmp(argv[1], modes[i].name))
			return modes[i].run(argv[2], number);
	fprintf(stderr, "wd_load: there is no '%s'\n", argv[1]);
	return LOAD_WRONG;
}
