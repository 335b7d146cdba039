/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <stdio.h>

#include "wdzip.h"

int main(int argc, char **argv)
{
	struct options o;

	setlocale(LC_TIME, "");
	options_parse(&o, argc, argv);
	msg_init(&o);
	progress_init(&o);
	device_init(&o);
	output_init();

	files_run(&o, argv + optind, argc - optind);

	/* Only here does an error of buffered output (-l) become known. */
	if (ferror(stdout) || fclose(stdout))
		msg_errno("stdout", errno);
	return msg_exit_code();
}
