// SPDX-License-Identifier: GPL-2.0-only
/* Attributes of a device: docs/abi.md. */
#include <linux/device.h>
#include <linux/kstrtox.h>
#include <linux/sysfs.h>
#include <linux/topology.h>

#include "device.h"
#include "mode.h"

#define ISOLATE_THRESHOLD_MAX	65535

static struct uacce_device *to_uacce(struct device *dev)
{
	return container_of(dev, struct uacce_device, dev);
}

static ssize_t api_show(struct device *dev, struct device_attribute *attr,
			char *buf)
{
	return sysfs_emit(buf, "%s\n", to_uacce(dev)->api);
}
static DEVICE_ATTR_RO(api);

static ssize_t flags_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	return sysfs_emit(buf, "%u\n", to_uacce(dev)->mode->flags);
}
static DEVICE_ATTR_RO(flags);

static ssize_t mode_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	return sysfs_emit(buf, "%s\n", to_uacce(dev)->mode->name);
}
static DEVICE_ATTR_RO(mode);

static ssize_t algorithms_show(struct device *dev,
			       struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", to_uacce(dev)->params.algorithms);
}
static DEVICE_ATTR_RO(algorithms);

static ssize_t region_mmio_size_show(struct device *dev,
				     struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%zu\n", to_uacce(dev)->params.mmio_bytes);
}
static DEVICE_ATTR_RO(region_mmio_size);

static ssize_t region_dus_size_show(struct device *dev,
				    struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%zu\n", to_uacce(dev)->params.dus_bytes);
}
static DEVICE_ATTR_RO(region_dus_size);

static ssize_t id_show(struct device *dev, struct device_attribute *attr,
		       char *buf)
{
	return sysfs_emit(buf, "%d\n", to_uacce(dev)->id);
}
static DEVICE_ATTR_RO(id);

/* Region starts in pages, for programs of the first generation. */
static ssize_t qfrs_offset_show(struct device *dev,
				struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\t%d\t%d\n", UACCE_QFRT_MMIO, UACCE_QFRT_DUS,
			  UACCE_QFRT_SS);
}
static DEVICE_ATTR_RO(qfrs_offset);

/*
 * The following ask the driver, which is there only until uacce_remove(); that
 * takes the same lock before it takes the attributes away.
 */
#define ask_driver(uacce, gone, op, ...)				\
	({								\
		typeof((uacce)->ops.op(uacce, ##__VA_ARGS__)) value_;	\
		mutex_lock(&(uacce)->lock);				\
		value_ = (uacce)->is_dead ? (gone) :			\
			(uacce)->ops.op(uacce, ##__VA_ARGS__);		\
		mutex_unlock(&(uacce)->lock);				\
		value_;							\
	})

static ssize_t available_instances_show(struct device *dev,
					struct device_attribute *attr,
					char *buf)
{
	return sysfs_emit(buf, "%u\n", ask_driver(to_uacce(dev), 0, available));
}
static DEVICE_ATTR_RO(available_instances);

static ssize_t dev_state_show(struct device *dev, struct device_attribute *attr,
			      char *buf)
{
	return sysfs_emit(buf, "%d\n", ask_driver(to_uacce(dev), -1, state));
}
static DEVICE_ATTR_RO(dev_state);

static ssize_t isolate_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	return sysfs_emit(buf, "%d\n", ask_driver(to_uacce(dev), true, isolate));
}
static DEVICE_ATTR_RO(isolate);

static ssize_t isolate_strategy_show(struct device *dev,
				     struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", ask_driver(to_uacce(dev), 0,
						  get_isolate_threshold));
}

static ssize_t isolate_strategy_store(struct device *dev,
				      struct device_attribute *attr,
				      const char *buf, size_t count)
{
	u32 errors;
	int ret = kstrtou32(buf, 0, &errors);

	if (ret)
		return ret;
	if (errors > ISOLATE_THRESHOLD_MAX)
		return -EINVAL;
	ret = ask_driver(to_uacce(dev), -ENODEV, set_isolate_threshold, errors);
	return ret ? ret : count;
}
static DEVICE_ATTR_RW(isolate_strategy);

static ssize_t node_id_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	return sysfs_emit(buf, "%d\n", dev_to_node(dev));
}
static DEVICE_ATTR_RO(node_id);

static ssize_t numa_distance_show(struct device *dev,
				  struct device_attribute *attr, char *buf)
{
	int node = dev_to_node(dev);

	return sysfs_emit(buf, "%d\n", node == NUMA_NO_NODE ? 0 :
			  node_distance(numa_node_id(), node));
}
static DEVICE_ATTR_RO(numa_distance);

static struct attribute *uacce_attrs[] = {
	&dev_attr_algorithms.attr,
	&dev_attr_api.attr,
	&dev_attr_available_instances.attr,
	&dev_attr_dev_state.attr,
	&dev_attr_flags.attr,
	&dev_attr_id.attr,
	&dev_attr_isolate.attr,
	&dev_attr_isolate_strategy.attr,
	&dev_attr_mode.attr,
	&dev_attr_node_id.attr,
	&dev_attr_numa_distance.attr,
	&dev_attr_qfrs_offset.attr,
	&dev_attr_region_dus_size.attr,
	&dev_attr_region_mmio_size.attr,
	NULL,
};

static const struct attribute_group uacce_group = { .attrs = uacce_attrs };

const struct attribute_group *uacce_groups[] = { &uacce_group, NULL };
