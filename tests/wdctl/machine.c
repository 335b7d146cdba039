/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * wdctl on a machine that is a folder: its library sees the devices that wdctl
 * sees below WDCTL_ROOT. Opening one opens its file there, with the rights of
 * the caller; what comes behind is the built-in device.
 *
 * WDCTL_FAULT is what goes wrong: open=ERRNO, start=ERRNO, silent (no request is
 * answered), shifted (the device is told wrong addresses, mode dma only),
 * modinfo=ERRNO (of starting that program).
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "uacce_sys.h"
#include "uacce_sysfs.h"
#include "wd_backend.h"
#include "wdctl.h"

#define SHIFT	4096

static struct uacce_sys machine_sys;
static struct wd_backend_ops machine;
static char class_root[256], node_root[256], dev_root[256];
static int open_fault, start_fault, modinfo_fault;

static int machine_enumerate(int (*add)(void *arg,
					const struct wd_device_info *),
			     void *arg)
{
	int ret = uacce_sysfs_enumerate(add, arg);

	return ret ? ret : wd_backend_emu.enumerate(add, arg);
}

static int machine_lookup(const char *name, struct wd_device_info *info)
{
	return uacce_sysfs_read(name, info) ?
	       wd_backend_emu.lookup(name, info) : 0;
}

static int machine_open(const struct wd_device_info *info,
			struct wd_channel **ch)
{
	struct wd_device_info emu = *info;
	int fd, ret;

	if (info->emulated)
		return wd_backend_emu.open(info, ch);
	fd = open(info->path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	close(fd);
	if (open_fault)
		return -open_fault;
	snprintf(emu.name, sizeof(emu.name), "%s", WD_DEVICE_EMU);
	ret = wd_backend_emu.open(&emu, ch);
	if (ret)
		return ret;
	(*ch)->ops = &machine;
	(*ch)->info = *info;
	return 0;
}

static int machine_start(struct wd_channel *ch)
{
	return start_fault ? -start_fault : wd_backend_emu.start(ch);
}

static void silent_doorbell(struct wd_channel *ch, uint32_t offset,
			    uint64_t value)
{
	(void)ch;
	(void)offset;
	(void)value;
}

static int shifted_ioctl(struct wd_channel *ch, unsigned long cmd, void *arg)
{
	int ret = wd_backend_emu.ioctl(ch, cmd, arg);

	if (cmd == UACCE_CMD_GET_SS_DMA && ret >= 0)
		*(uint64_t *)arg += SHIFT;
	return ret;
}

static void set_fault(const char *text)
{
	if (sscanf(text, "open=%d", &open_fault) == 1 ||
	    sscanf(text, "start=%d", &start_fault) == 1 ||
	    sscanf(text, "modinfo=%d", &modinfo_fault) == 1)
		return;
	if (!strcmp(text, "silent")) {
		machine.doorbell = silent_doorbell;
	} else if (!strcmp(text, "shifted")) {
		machine.ioctl = shifted_ioctl;
	} else {
		fprintf(stderr, "machine: no fault '%s'\n", text);
		abort();
	}
}

/* Before main(), which is wdctl's own. */
static void __attribute__((constructor)) machine_init(void)
{
	const char *root = getenv("WDCTL_ROOT"), *fault = getenv("WDCTL_FAULT");

	if (!root)
		return;
	snprintf(class_root, sizeof(class_root), "%s/sys/class/uacce", root);
	snprintf(node_root, sizeof(node_root), "%s/sys/devices/system/node",
		 root);
	snprintf(dev_root, sizeof(dev_root), "%s/dev", root);
	machine_sys = *uacce_sys();
	machine_sys.sysfs_root = class_root;
	machine_sys.node_root = node_root;
	machine_sys.dev_root = dev_root;
	uacce_sys_set(&machine_sys);

	machine = wd_backend_emu;
	machine.enumerate = machine_enumerate;
	machine.lookup = machine_lookup;
	machine.open = machine_open;
	machine.start = machine_start;
	if (fault)
		set_fault(fault);
	wd_backend_register(&machine, true);
	library_follows_root = true;
}

const char *__real_wd_version(void);
const char *__wrap_wd_version(void);

/* A library that is older than the tool: the version is no operation of a table. */
const char *__wrap_wd_version(void)
{
	const char *version = getenv("WDCTL_LIBRARY");

	return version ? version : __real_wd_version();
}

int __real_posix_spawn(pid_t *pid, const char *path,
		       const posix_spawn_file_actions_t *actions,
		       const posix_spawnattr_t *attributes, char *const argv[],
		       char *const environment[]);
int __wrap_posix_spawn(pid_t *pid, const char *path,
		       const posix_spawn_file_actions_t *actions,
		       const posix_spawnattr_t *attributes, char *const argv[],
		       char *const environment[]);

/* A machine without modinfo: the one of the machine below is used otherwise. */
int __wrap_posix_spawn(pid_t *pid, const char *path,
		       const posix_spawn_file_actions_t *actions,
		       const posix_spawnattr_t *attributes, char *const argv[],
		       char *const environment[])
{
	return modinfo_fault ? modinfo_fault :
	       __real_posix_spawn(pid, path, actions, attributes, argv,
				  environment);
}
