/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A kernel driver may be older than this library and lack attributes, and a
 * device may vanish while it is being read. Only what a queue cannot do
 * without is mandatory.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <misc/uacce/uacce.h>

#include "uacce_sys.h"
#include "uacce_sysfs.h"
#include "wd_log.h"

#define NUMA_LOCAL	10
#define NUMA_UNKNOWN	20
#define NUMA_MAX	255

/* No attribute is longer. */
#define SYSFS_BYTES	4096

/* What does not fit is cut behind the last whole line: half a word is another. */
static int read_file(const char *path, char *text, size_t bytes)
{
	ssize_t got;
	int fd;

	/* Whatever is in that place, it must not make us wait. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	got = read(fd, text, bytes - 1);
	close(fd);
	if (got < 0)
		return -EIO;
	if ((size_t)got == bytes - 1)
		while (got && text[got - 1] != '\n')
			got--;
	while (got && text[got - 1] == '\n')
		got--;
	text[got] = 0;
	return 0;
}

static int read_attr(const char *name, const char *attr, char *text,
		     size_t bytes)
{
	char path[512];

	if (snprintf(path, sizeof(path), "%s/%s/%s", uacce_sys()->sysfs_root,
		     name, attr) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	return read_file(path, text, bytes);
}

static bool parse_number(const char *name, const char *attr, long long *value)
{
	char text[64], *end;

	if (read_attr(name, attr, text, sizeof(text)))
		return false;
	errno = 0;
	*value = strtoll(text, &end, 0);
	return !errno && end != text && !*end;
}

/* A number from 0 to @max, or @fallback if there is none. */
static long long read_number(const char *name, const char *attr, long long max,
			     long long fallback)
{
	long long value;

	if (!parse_number(name, attr, &value) || value < 0 || value > max)
		return fallback;
	return value;
}

/* The one attribute that is negative, after errors. */
static bool is_in_error(const char *name)
{
	long long value;

	return parse_number(name, "dev_state", &value) && value < 0;
}

static enum wd_mode mode_of(uint64_t flags)
{
	if (flags & UACCE_DEV_SVA)
		return WD_MODE_SVA;
	if (flags & UACCE_DEV_SHARE_DOMAIN)
		return WD_MODE_SHARE_DOMAIN;
	if (flags & UACCE_DEV_PASID)
		return WD_MODE_PASID;
	if (flags & UACCE_DEV_NOIOMMU)
		return WD_MODE_NOIOMMU;
	return WD_MODE_DMA;
}

/* Distance of @node from the calling thread by the kernel's table. */
static uint32_t distance_from_here(int node)
{
	char path[256], text[SYSFS_BYTES + 1], *at = text, *end;
	long distance = 0;
	int i;

	if (node < 0)
		return NUMA_LOCAL;
	snprintf(path, sizeof(path), "%s/node%d/distance",
		 uacce_sys()->node_root, uacce_sys()->node());
	if (read_file(path, text, sizeof(text)))
		return NUMA_UNKNOWN;
	for (i = 0; i <= node; i++, at = end) {
		distance = strtol(at, &end, 10);
		if (end == at)
			return NUMA_UNKNOWN;
	}
	if (distance < NUMA_LOCAL || distance > NUMA_MAX)
		return NUMA_UNKNOWN;
	return distance;
}

static void read_optional(const char *name, struct wd_device_info *info)
{
	info->available_instances = read_number(name, "available_instances",
						UINT32_MAX, 0);
	info->isolated = read_number(name, "isolate", 1, 0) ||
			 is_in_error(name);
	info->numa_node = read_number(name, "node_id", INT32_MAX, WD_NUMA_ANY);
	info->numa_distance = distance_from_here(info->numa_node);
	info->region_mmio_bytes = read_number(name, "region_mmio_size",
					      LLONG_MAX, 0);
}

int uacce_sysfs_read(const char *name, struct wd_device_info *info)
{
	long long flags, dus;

	memset(info, 0, sizeof(*info));
	/* Not what would lead out of the class, nor to itself. */
	if (strlen(name) >= sizeof(info->name) || strchr(name, '/') ||
	    !name[0] || name[0] == '.')
		return -ENODEV;
	strcpy(info->name, name);
	if (snprintf(info->path, sizeof(info->path), "%s/%s",
		     uacce_sys()->dev_root, name) >= (int)sizeof(info->path))
		return -ENODEV;
	if (read_attr(name, "api", info->api, sizeof(info->api)) ||
	    read_attr(name, "algorithms", info->algorithms,
		      sizeof(info->algorithms)))
		return -ENODEV;
	flags = read_number(name, "flags", LLONG_MAX, -1);
	dus = read_number(name, "region_dus_size", LLONG_MAX, -1);
	if (flags < 0 || dus <= 0)
		return -ENODEV;
	info->flags = flags;
	info->mode = mode_of(flags);
	info->region_dus_bytes = dus;
	read_optional(name, info);
	return 0;
}

int uacce_sysfs_enumerate(int (*add)(void *arg, const struct wd_device_info *),
			  void *arg)
{
	struct wd_device_info info;
	struct dirent *entry;
	int ret = 0;
	DIR *dir;

	dir = opendir(uacce_sys()->sysfs_root);
	if (!dir)
		return 0;
	while (!ret && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		if (uacce_sysfs_read(entry->d_name, &info))
			wd_log(WD_LOG_WARNING,
			       "%s/%s: attributes are missing; is its kernel module of another version?",
			       uacce_sys()->sysfs_root, entry->d_name);
		else
			ret = add(arg, &info);
	}
	closedir(dir);
	return ret;
}
