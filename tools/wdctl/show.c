/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "wdctl.h"

static void line(const char *key, const char *text)
{
	printf("%-20s %s\n", key, text[0] ? text : "-");
}

static void show_queues(const struct device *dev)
{
	struct usage usage;
	char text[64];

	line("api", dev->api);
	line("user driver", dev->user_driver[0] ? dev->user_driver :
	     library_sees_root() ? "none in this libwarpdrive" : "");
	line("algorithms", dev->algorithms);
	line("queues free", text_of_number(dev->free));
	line("queues used", text_of_number(usage_queues(dev)));
	line("queues in all", text_of_number(dev->total));
	snprintf(text, sizeof(text), "%s (registers), %s (rings)",
		 text_of_number(dev->mmio_bytes), text_of_number(dev->dus_bytes));
	line("regions, bytes", text);
	if (!dev->node[0])
		return;
	usage_read(&usage, dev);
	line("held by", usage.text[0] ? usage.text : usage.partial ?
	     "nobody of whom you may know" : "nobody");
}

static void show_health(const struct device *dev)
{
	line("isolated", number_is(dev->isolated, 1) ? "yes" :
	     number_is(dev->isolated, 0) ? "no" : "");
	line("isolated after", number_is(dev->threshold, 0) ? "never" :
	     text_of_number(dev->threshold));
	line("device error", !dev->state.known ? "" :
	     dev->state.value < 0 ? "yes" : "no");
}

static void show_function(const struct device *dev)
{
	char text[160];

	line("pci function", dev->pci);
	line("hardware", dev->hw ? dev->hw->text : "not known to this version");
	snprintf(text, sizeof(text), "%s%s%s", dev->bound,
		 dev->version[0] ? " " : "", dev->version);
	line("kernel driver", text);
	line("iommu", dev->iommu[0] ? dev->iommu : "none");
	if (!dev->max_vfs.known)
		return;
	snprintf(text, sizeof(text), "%s of %s", text_of_number(dev->vfs),
		 text_of_number(dev->max_vfs));
	line("virtual functions", text);
}

static void show(const struct device *dev)
{
	line("device", device_title(dev));
	line("node", dev->node);
	line("state", device_state(dev));
	line("mode", dev->mode);
	line("numa node", number_is(dev->numa_node, -1) ? "any" :
	     text_of_number(dev->numa_node));
	if (dev->name[0])
		show_queues(dev);
	if (dev->name[0] && !dev->emulated)
		show_health(dev);
	if (dev->pci[0])
		show_function(dev);
}

static int run(const struct command *cmd, int argc, char **argv)
{
	const struct device *dev;
	struct device_list all;
	bool json;
	int ret;

	json = command_json(cmd, argc, argv, 1, 1);
	ret = device_get(&all, argv[optind], &dev);
	if (ret)
		return ret;
	if (json)
		ret = json_print(device_json(dev));
	else
		show(dev);
	device_list_free(&all);
	return ret;
}

const struct command cmd_show = {
	.name = "show",
	.arguments = "[--json] DEV",
	.help = "everything about one device",
	.options = "  -j, --json          as JSON\n",
	.run = run,
};
