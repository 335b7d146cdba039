/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <string.h>

#include "wdctl.h"

static void add_number(struct json_object *o, const char *key, struct number n)
{
	json_object_object_add(o, key, json_of_number(n));
}

static void add_text(struct json_object *o, const char *key, const char *text)
{
	json_object_object_add(o, key, json_of_text(text));
}

static struct json_object *words(const char *text)
{
	struct json_object *list = json_object_new_array();

	while (*(text += strspn(text, " "))) {
		size_t len = strcspn(text, " ");

		json_object_array_add(list, json_object_new_string_len(text, len));
		text += len;
	}
	return list;
}

static struct json_object *queues_json(const struct device *dev)
{
	struct json_object *o = json_object_new_object();

	add_number(o, "free", dev->free);
	add_number(o, "used", usage_queues(dev));
	add_number(o, "total", dev->total);
	return o;
}

static struct json_object *function_json(const struct device *dev)
{
	struct json_object *o;

	if (!dev->pci[0])
		return NULL;
	o = json_object_new_object();
	add_text(o, "address", dev->pci);
	add_text(o, "driver", dev->bound);
	add_text(o, "driver_version", dev->version);
	add_text(o, "iommu", dev->iommu);
	json_object_object_add(o, "virtual_function",
			       json_object_new_boolean(dev->hw && dev->hw->is_vf));
	add_number(o, "vfs", dev->vfs);
	add_number(o, "max_vfs", dev->max_vfs);
	return o;
}

struct json_object *device_json(const struct device *dev)
{
	struct json_object *o = json_object_new_object();

	add_text(o, "name", dev->name);
	add_text(o, "node", dev->node);
	add_text(o, "state", device_state(dev));
	add_text(o, "mode", dev->mode);
	add_number(o, "numa_node", dev->numa_node);
	json_object_object_add(o, "queues", queues_json(dev));
	json_object_object_add(o, "algorithms", words(dev->algorithms));
	add_text(o, "api", dev->api);
	add_text(o, "user_driver", dev->user_driver);
	json_object_object_add(o, "emulated",
			       json_object_new_boolean(dev->emulated));
	add_number(o, "isolated", dev->isolated);
	add_number(o, "isolate_threshold", dev->threshold);
	add_number(o, "dev_state", dev->state);
	add_number(o, "flags", dev->flags);
	add_number(o, "region_mmio_bytes", dev->mmio_bytes);
	add_number(o, "region_dus_bytes", dev->dus_bytes);
	json_object_object_add(o, "pci", function_json(dev));
	return o;
}
