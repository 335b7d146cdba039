/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wdctl.h"

#define PCI	"/sys/bus/pci/devices"
#define CLASS	"/sys/class/uacce"

static void read_total(struct device *dev)
{
	char text[TEXT_BYTES];
	const char *at;
	unsigned int total;

	if (read_text(text, sizeof(text), "/sys/kernel/debug/hisi_qm/%s/state",
		      dev->pci))
		return;
	at = strstr(text, "queues ");
	if (at && sscanf(at, "queues %u,", &total) == 1)
		dev->total = (struct number){ true, total };
}

static void read_function(struct device *dev, const struct hardware *hw)
{
	dev->hw = hw;
	read_link(dev->bound, sizeof(dev->bound), PCI "/%s/driver", dev->pci);
	if (dev->bound[0])
		read_text(dev->version, sizeof(dev->version),
			  "/sys/module/%s/version", dev->bound);
	if (path_exists(PCI "/%s/iommu_group", dev->pci) &&
	    read_text(dev->iommu, sizeof(dev->iommu),
		      PCI "/%s/iommu_group/type", dev->pci))
		strcpy(dev->iommu, "unknown");
	dev->vfs = read_number(PCI "/%s/sriov_numvfs", dev->pci);
	dev->max_vfs = read_number(PCI "/%s/sriov_totalvfs", dev->pci);
	read_total(dev);
}

/* For kernel drivers that do not say it in words. */
static void mode_from_flags(struct device *dev)
{
	static const struct {
		long long flag;
		const char *name;
	} modes[] = {
		{ 1 << 0, "sva" }, { 1 << 4, "share-domain" },
		{ 1 << 2, "pasid" }, { 1 << 1, "noiommu" }, { 1 << 7, "dma" },
	};

	if (!dev->flags.known)
		return;
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (dev->flags.value & modes[i].flag) {
			strcpy(dev->mode, modes[i].name);
			return;
		}
}

static void read_queues(struct device *dev)
{
	const char *name = dev->name;

	read_text(dev->api, sizeof(dev->api), CLASS "/%s/api", name);
	read_text(dev->algorithms, sizeof(dev->algorithms),
		  CLASS "/%s/algorithms", name);
	dev->flags = read_number(CLASS "/%s/flags", name);
	if (read_text(dev->mode, sizeof(dev->mode), CLASS "/%s/mode", name))
		mode_from_flags(dev);
	dev->free = read_number(CLASS "/%s/available_instances", name);
	dev->numa_node = read_number(CLASS "/%s/node_id", name);
	dev->mmio_bytes = read_number(CLASS "/%s/region_mmio_size", name);
	dev->dus_bytes = read_number(CLASS "/%s/region_dus_size", name);
	dev->isolated = read_number(CLASS "/%s/isolate", name);
	dev->threshold = read_number(CLASS "/%s/isolate_strategy", name);
	dev->state = read_number(CLASS "/%s/dev_state", name);
	path_make(dev->node, "/dev/%s", name);
}

static struct device *list_add(struct device_list *all)
{
	struct device *list = reallocarray(all->list, all->nr + 1,
					   sizeof(*list));

	if (!list)
		return NULL;
	all->list = list;
	list[all->nr] = (struct device){ 0 };
	return &list[all->nr++];
}

static int add_class_device(struct device_list *all, const char *name)
{
	struct device *dev = list_add(all);

	if (!dev)
		return -ENOMEM;
	snprintf(dev->name, sizeof(dev->name), "%s", name);
	read_queues(dev);
	if (!read_link(dev->pci, sizeof(dev->pci), CLASS "/%s/device", name))
		read_function(dev, hardware_of(dev->pci));
	return 0;
}

static int add_function(struct device_list *all, const char *address)
{
	const struct hardware *hw = hardware_of(address);
	struct device *dev;

	if (!hw || device_find(all, address))
		return 0;
	dev = list_add(all);
	if (!dev)
		return -ENOMEM;
	snprintf(dev->pci, sizeof(dev->pci), "%s", address);
	dev->numa_node = read_number(PCI "/%s/numa_node", address);
	read_function(dev, hw);
	return 0;
}

static int add_all(struct device_list *all,
		   int (*add)(struct device_list *, const char *),
		   const char *folder)
{
	struct names names;
	int ret;

	ret = names_read(&names, "%s", folder);
	/* A machine without it has no devices of that kind. */
	if (ret)
		return ret == -ENOMEM ? ret : 0;
	for (unsigned int i = 0; i < names.nr && !ret; i++)
		ret = add(all, names.list[i]);
	names_free(&names);
	return ret;
}

static int add_emulated(struct device_list *all,
			const struct wd_device_info *info)
{
	struct device *dev = list_add(all);

	if (!dev)
		return -ENOMEM;
	snprintf(dev->name, sizeof(dev->name), "%s", info->name);
	snprintf(dev->api, sizeof(dev->api), "%s", info->api);
	snprintf(dev->algorithms, sizeof(dev->algorithms), "%s",
		 info->algorithms);
	text_clean(dev->algorithms);
	strcpy(dev->mode, "sva");
	snprintf(dev->user_driver, sizeof(dev->user_driver), "%s",
		 info->driver);
	snprintf(dev->version, sizeof(dev->version), "%s", wd_version());
	dev->emulated = true;
	dev->free = (struct number){ true, info->available_instances };
	dev->dus_bytes = (struct number){ true, info->region_dus_bytes };
	return 0;
}

static int add_library(struct device_list *all)
{
	struct wd_device_info *infos;
	int ret = 0, n = wd_device_list_get(&infos);

	if (n < 0)
		return n;
	for (unsigned int d = 0; library_sees_root() && d < all->nr; d++)
		for (int i = 0; i < n; i++)
			if (!infos[i].emulated &&
			    !strcmp(all->list[d].name, infos[i].name))
				snprintf(all->list[d].user_driver,
					 sizeof(all->list[d].user_driver), "%s",
					 infos[i].driver);
	for (int i = 0; i < n && !ret; i++)
		if (infos[i].emulated)
			ret = add_emulated(all, &infos[i]);
	wd_device_list_free(infos);
	return ret;
}

int device_list_read(struct device_list *all)
{
	int ret;

	*all = (struct device_list){ 0 };
	ret = add_all(all, add_class_device, CLASS);
	if (!ret)
		ret = add_all(all, add_function, PCI);
	if (!ret)
		ret = add_library(all);
	if (ret)
		device_list_free(all);
	return ret;
}

void device_list_free(struct device_list *all)
{
	free(all->list);
	*all = (struct device_list){ 0 };
}

bool device_is(const struct device *dev, const char *name)
{
	return name[0] && (!strcmp(dev->name, name) || !strcmp(dev->pci, name));
}

const struct device *device_find(const struct device_list *all,
				 const char *name)
{
	for (unsigned int i = 0; i < all->nr; i++)
		if (device_is(&all->list[i], name))
			return &all->list[i];
	return NULL;
}

int device_get(struct device_list *all, const char *name,
	       const struct device **dev)
{
	int ret = device_list_read(all);

	if (ret) {
		msg_error(NULL, "%s", strerror(-ret));
		return EXIT_FAILED;
	}
	*dev = device_find(all, name);
	if (*dev)
		return EXIT_OK;
	device_list_free(all);
	return msg_device(name, -ENODEV);
}

const char *device_title(const struct device *dev)
{
	return dev->name[0] ? dev->name : dev->pci;
}

bool device_is_broken(const struct device *dev)
{
	return !dev->api[0] || !dev->algorithms[0] || !dev->flags.known ||
	       dev->flags.value < 0 || !dev->dus_bytes.known ||
	       dev->dus_bytes.value <= 0;
}

bool device_may_open(const struct device *dev)
{
	return !faccessat(AT_FDCWD, dev->node, R_OK | W_OK, AT_EACCESS);
}

static const char *function_state(const struct device *dev)
{
	if (!dev->bound[0])
		return "no-driver";
	return strcmp(dev->bound, dev->hw->module) ? "lent" : "no-queues";
}

const char *device_state(const struct device *dev)
{
	if (dev->emulated)
		return "ready";
	if (!dev->name[0])
		return function_state(dev);
	if (device_is_broken(dev))
		return "broken";
	if (number_is(dev->isolated, 1))
		return "isolated";
	if (dev->state.known && dev->state.value < 0)
		return "error";
	if (library_sees_root() && !dev->user_driver[0])
		return "unsupported";
	if (access(dev->node, F_OK))
		return "no-node";
	if (!device_may_open(dev))
		return "denied";
	return number_is(dev->free, 0) ? "busy" : "ready";
}
