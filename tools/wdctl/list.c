/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "wdctl.h"

static int print_json(const struct device_list *all)
{
	struct json_object *list = json_object_new_array();

	for (unsigned int i = 0; i < all->nr; i++)
		json_object_array_add(list, device_json(&all->list[i]));
	return json_print(list);
}

static void add_row(struct table *t, const struct device *dev)
{
	char driver[160];

	snprintf(driver, sizeof(driver), "%s%s%s",
		 dev->emulated ? "libwarpdrive" : dev->bound,
		 dev->version[0] ? " " : "", dev->version);
	table_add(t, (const char *const []){
		device_title(dev), dev->node, device_state(dev), dev->mode,
		number_is(dev->numa_node, -1) ? "any" :
			text_of_number(dev->numa_node),
		text_of_number(dev->free), text_of_number(usage_queues(dev)),
		driver, dev->algorithms,
	});
}

static int print_table(const struct device_list *all)
{
	static const char *const heads[] = { "DEVICE", "NODE", "STATE", "MODE",
		"NUMA", "FREE", "USED", "DRIVER", "ALGORITHMS" };
	struct table *t = table_alloc(heads, sizeof(heads) / sizeof(heads[0]));

	if (!t) {
		msg_error(NULL, "%s", strerror(ENOMEM));
		return EXIT_FAILED;
	}
	for (unsigned int i = 0; i < all->nr; i++)
		add_row(t, &all->list[i]);
	table_print(t);
	table_free(t);
	return EXIT_OK;
}

static int run(const struct command *cmd, int argc, char **argv)
{
	struct device_list all;
	bool json;
	int ret;

	json = command_json(cmd, argc, argv, 0, 0);
	ret = device_list_read(&all);
	if (ret) {
		msg_error(NULL, "%s", strerror(-ret));
		return EXIT_FAILED;
	}
	ret = json ? print_json(&all) : print_table(&all);
	device_list_free(&all);
	return ret;
}

const struct command cmd_list = {
	.name = "list",
	.arguments = "[--json]",
	.help = "devices, how they are and who drives them",
	.options = "  -j, --json          as JSON\n",
	.run = run,
};
