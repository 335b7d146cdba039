// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/pci_regs.h>

#include "pci.h"
#include "tap.h"

#define DEVICES	"/sys/bus/pci/devices"

static void path_of(const char *address, const char *name, char *path)
{
	snprintf(path, PATH_MAX, DEVICES "/%s/%s", address, name);
}

static bool read_number(const char *address, const char *name,
			unsigned long *value)
{
	char path[PATH_MAX], text[32];
	FILE *file;
	bool ok;

	path_of(address, name, path);
	file = fopen(path, "re");
	if (!file)
		return false;
	ok = fgets(text, sizeof(text), file);
	fclose(file);
	if (ok)
		*value = strtoul(text, NULL, 0);
	return ok;
}

void pci_find(uint16_t vendor, uint16_t device, char *address)
{
	unsigned long v = 0, d = 0;
	struct dirent *entry;
	DIR *dir = opendir(DEVICES);
	bool found = false;

	if (!dir)
		tap_die("%s: %s", DEVICES, strerror(errno));
	while (!found && (entry = readdir(dir))) {
		if (!read_number(entry->d_name, "vendor", &v) ||
		    !read_number(entry->d_name, "device", &d))
			continue;
		found = v == vendor && d == device &&
			strlen(entry->d_name) < PCI_ADDRESS_BYTES;
		if (found)
			strcpy(address, entry->d_name);
	}
	closedir(dir);
	if (!found)
		tap_die("the bus has a function %04x:%04x", vendor, device);
}

bool pci_exists(const char *address)
{
	char path[PATH_MAX];

	path_of(address, "vendor", path);
	return !access(path, F_OK);
}

static int open_attribute(const char *address, const char *name, int flags)
{
	char path[PATH_MAX];
	int fd;

	path_of(address, name, path);
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

void pci_config_load(const char *address, uint8_t config[PCI_CONFIG_BYTES])
{
	int fd = open_attribute(address, "config", O_RDONLY);
	ssize_t got;

	if (fd < 0)
		tap_die("%s: config: %s", address, strerror(-fd));
	got = pread(fd, config, PCI_CONFIG_BYTES, 0);
	close(fd);
	if (got != PCI_CONFIG_BYTES)
		tap_die("%s: %d bytes of configuration space, got %zd", address,
			PCI_CONFIG_BYTES, got);
}

void pci_config_store(const char *address, unsigned int offset, uint32_t value,
		      unsigned int bytes)
{
	int fd = open_attribute(address, "config", O_WRONLY);
	ssize_t put;

	if (fd < 0)
		tap_die("%s: config: %s", address, strerror(-fd));
	/* Both architectures of the guests are little-endian. */
	put = pwrite(fd, &value, bytes, offset);
	close(fd);
	if (put != (ssize_t)bytes)
		tap_die("%s: write configuration space at 0x%x", address,
			offset);
}

uint16_t pci_word(const uint8_t *config, unsigned int offset)
{
	return (uint16_t)(config[offset] | config[offset + 1] << 8);
}

uint32_t pci_dword(const uint8_t *config, unsigned int offset)
{
	return pci_word(config, offset) |
	       (uint32_t)pci_word(config, offset + 2) << 16;
}

unsigned int pci_capability(const uint8_t *config, uint8_t id)
{
	unsigned int at = config[PCI_CAPABILITY_LIST] & ~3u, left = 48;

	while (at && left--) {
		if (config[at] == id)
			return at;
		at = config[at + 1] & ~3u;
	}
	return 0;
}

unsigned int pci_extended_capability(const uint8_t *config, uint16_t id)
{
	unsigned int at = 256, left = 480;
	uint32_t head;

	while (at >= 256 && at <= PCI_CONFIG_BYTES - 4 && left--) {
		head = pci_dword(config, at);
		if (head && PCI_EXT_CAP_ID(head) == id)
			return at;
		at = PCI_EXT_CAP_NEXT(head);
	}
	return 0;
}

uint64_t pci_bar_bytes(const char *address, unsigned int bar)
{
	unsigned long long start = 0, end = 0;
	char path[PATH_MAX], text[128];
	unsigned int i;
	FILE *file;

	path_of(address, "resource", path);
	file = fopen(path, "re");
	if (!file)
		tap_die("%s: %s", path, strerror(errno));
	for (i = 0; i <= bar; i++)
		if (!fgets(text, sizeof(text), file) ||
		    sscanf(text, "%llx %llx", &start, &end) != 2)
			tap_die("%s: line %u", path, i);
	fclose(file);
	return end ? end - start + 1 : 0;
}

static int write_file(int fd, const char *text)
{
	int ret = 0;

	if (fd < 0)
		return fd;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

int pci_attribute_write(const char *address, const char *attribute,
			const char *text)
{
	return write_file(open_attribute(address, attribute, O_WRONLY), text);
}

bool pci_link(const char *address, const char *name, char *target, size_t bytes)
{
	char path[PATH_MAX], link[PATH_MAX];
	ssize_t len;
	char *last;

	path_of(address, name, path);
	len = readlink(path, link, sizeof(link) - 1);
	if (len < 0)
		return false;
	link[len] = '\0';
	last = strrchr(link, '/');
	snprintf(target, bytes, "%s", last ? last + 1 : link);
	return true;
}

static int bus_write(const char *name, const char *text)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/%s", name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	return write_file(fd < 0 ? -errno : fd, text);
}

int pci_bind(const char *address, const char *driver)
{
	char bound[64], path[PATH_MAX];
	int ret;

	if (pci_link(address, "driver", bound, sizeof(bound))) {
		if (driver && !strcmp(bound, driver))
			return 0;
		snprintf(path, sizeof(path), "drivers/%s/unbind", bound);
		ret = bus_write(path, address);
		if (ret)
			return ret;
	}
	/* A newline takes the override away. */
	ret = pci_attribute_write(address, "driver_override",
				  driver ? driver : "\n");
	if (ret || !driver)
		return ret;
	ret = bus_write("drivers_probe", address);
	if (ret)
		return ret;
	return pci_link(address, "driver", bound, sizeof(bound)) ? 0 : -ENODEV;
}

int pci_reset(const char *address)
{
	return pci_attribute_write(address, "reset", "1");
}
