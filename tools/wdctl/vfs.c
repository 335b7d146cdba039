/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Virtual functions of a device: how many there are, and how many there should be. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "wdctl.h"

static const struct option longs[] = {
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

#define MAX_VFS	65535	/* of any PCI device */

static int write_vfs(const char *address, unsigned long n)
{
	char path[PATH_BYTES];
	int ret;

	ret = path_make(path, "/sys/bus/pci/devices/%s/sriov_numvfs", address);
	if (ret)
		return ret;
	return write_number(path, n);
}

static int failed(const struct device *dev, unsigned long n, int err)
{
	const char *name = device_title(dev);

	switch (-err) {
	case EACCES:
	case EPERM:
		msg_error(name, "only root may do this: sudo %s vfs %s %lu",
			  msg_program(), name, n);
		return EXIT_DENIED;
	case EBUSY:
		msg_error(name, "virtual functions are in use, by a virtual machine or a program: end it first");
		return EXIT_FAILED;
	case EINVAL:
		msg_error(name, "%lu virtual functions do not go with the queues of the physical one (pf_q_num; sudo dmesg | grep %s)",
			  n, dev->pci);
		return EXIT_FAILED;
	default:
		msg_error(name, "%s", strerror(-err));
		return EXIT_FAILED;
	}
}

static int change(const struct device *dev, unsigned long n)
{
	int ret = 0;

	if (n > (unsigned long)dev->max_vfs.value) {
		msg_error(device_title(dev), "%lu virtual functions are too many, there can be %lld",
			  n, dev->max_vfs.value);
		return EXIT_FAILED;
	}
	if (number_is(dev->vfs, n))
		return EXIT_OK;
	/* The kernel goes from one number to another by way of 0 only. */
	if (n && dev->vfs.value > 0)
		ret = write_vfs(dev->pci, 0);
	if (ret)
		return failed(dev, n, ret);
	ret = write_vfs(dev->pci, n);
	if (!ret)
		return EXIT_OK;
	if (n && dev->vfs.value > 0 && write_vfs(dev->pci, dev->vfs.value))
		msg_error(device_title(dev), "the %lld there were could not be brought back",
			  dev->vfs.value);
	return failed(dev, n, ret);
}

static int check(const struct device *dev)
{
	if (dev->max_vfs.known && dev->vfs.known && dev->max_vfs.value >= 0)
		return EXIT_OK;
	if (dev->hw && dev->hw->is_vf)
		msg_error(device_title(dev), "it is a virtual function itself; name the physical one");
	else
		msg_error(device_title(dev), "it cannot have virtual functions");
	return EXIT_FAILED;
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
	if (argv[optind + 1])
		n = command_number(cmd, "number of virtual functions",
				   argv[optind + 1], 0, MAX_VFS);
	ret = device_get(&all, argv[optind], &dev);
	if (ret)
		return ret;
	ret = check(dev);
	if (!ret && argv[optind + 1])
		ret = change(dev, n);
	else if (!ret)
		printf("%s: %lld of %lld virtual functions\n",
		       device_title(dev), dev->vfs.value, dev->max_vfs.value);
	device_list_free(&all);
	return ret;
}

const struct command cmd_vfs = {
	.name = "vfs",
	.arguments = "DEV [N]",
	.help = "show or set the number of virtual functions",
	.options = "",
	.run = run,
};
