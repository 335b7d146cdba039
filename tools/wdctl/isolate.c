/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* When a device that keeps failing is taken out of service. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "wdctl.h"

static const struct option longs[] = {
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

#define MAX_ERRORS	65535

static int write_threshold(const struct device *dev, unsigned long n)
{
	char path[PATH_BYTES];
	int ret;

	ret = path_make(path, "/sys/class/uacce/%s/isolate_strategy", dev->name);
	if (ret)
		return ret;
	return write_number(path, n);
}

static int failed(const struct device *dev, unsigned long n, int err)
{
	if (err == -EACCES) {
		msg_error(dev->name, "only root may do this: sudo %s isolate %s %lu",
			  msg_program(), dev->name, n);
		return EXIT_DENIED;
	}
	/* The kernel's answer to root. */
	if (err == -EPERM && dev->hw && dev->hw->is_vf)
		msg_error(dev->name,
			  "a virtual function follows its physical one: name that");
	else if (err == -EPERM)
		msg_error(dev->name,
			  "it is isolated already: %s doctor says how that ends",
			  msg_program());
	else if (err == -ENOENT)
		msg_error(dev->name, "its kernel driver knows no threshold");
	else
		msg_error(dev->name, "%s", strerror(-err));
	return EXIT_FAILED;
}

static void show(const struct device *dev)
{
	printf("%s: %s, ", dev->name, number_is(dev->isolated, 1) ? "isolated" :
	       number_is(dev->isolated, 0) ? "in service" :
	       "isolation not known");
	if (!dev->threshold.known)
		puts("threshold not known");
	else if (!dev->threshold.value)
		puts("never isolated");
	else
		printf("isolated after more than %s errors in an hour\n",
		       text_of_number(dev->threshold));
}

static int run(const struct command *cmd, int argc, char **argv)
{
	const struct device *dev;
	struct device_list all;
	unsigned long n = 0;
	int c, ret;

	while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1)
		command_other(cmd, c);
	command_arguments(cmd, argc, 1, 2);
	if (argv[optind + 1] && strcmp(argv[optind + 1], "never"))
		n = command_number(cmd, "number of errors", argv[optind + 1], 0,
				   MAX_ERRORS);
	ret = device_get(&all, argv[optind], &dev);
	if (ret)
		return ret;
	if (!dev->name[0] || dev->emulated) {
		msg_error(device_title(dev), "it is not isolated, ever: it has no device file");
		ret = EXIT_FAILED;
	} else if (!argv[optind + 1]) {
		show(dev);
	} else {
		ret = write_threshold(dev, n);
		ret = ret ? failed(dev, n, ret) : EXIT_OK;
	}
	device_list_free(&all);
	return ret;
}

const struct command cmd_isolate = {
	.name = "isolate",
	.arguments = "DEV [ERRORS|never]",
	.help = "show or set after how many errors an hour it is isolated",
	.options = "",
	.run = run,
};
