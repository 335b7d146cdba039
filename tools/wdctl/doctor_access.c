/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a program needs to open a queue: attributes, device file, permission. */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "doctor.h"

#define CAP_SYS_RAWIO_BIT	17

static const char *missing_attribute(const struct device *dev)
{
	if (!dev->api[0])
		return "api";
	if (!dev->algorithms[0])
		return "algorithms";
	if (!dev->flags.known || dev->flags.value < 0)
		return "flags";
	return "region_dus_size";
}

void check_attributes(struct doctor *d)
{
	const struct device *dev = d->dev;

	if (!device_is_broken(dev)) {
		finding_good(d, "%s: %s", dev->api, dev->algorithms);
		return;
	}
	finding_wrong(d, "attributes-missing",
		      "/sys/class/uacce/%s/%s is missing or makes no sense: the device is going away, or its kernel module is of another version",
		      dev->name, missing_attribute(dev));
	finding_mend(d, "sudo apt install --reinstall warpdrive-dkms && sudo modprobe -r %s && sudo modprobe %s",
		     dev->hw ? dev->hw->module : "hisi_zip",
		     dev->hw ? dev->hw->module : "hisi_zip");
}

void check_interface(struct doctor *d)
{
	const struct device *dev = d->dev;

	if (!library_sees_root()) {
		finding_unseen(d, "WDCTL_ROOT is set: the library looks at this machine, not there");
	} else if (dev->user_driver[0]) {
		finding_good(d, "%s of libwarpdrive %s", dev->user_driver,
			     wd_version());
	} else {
		finding_wrong(d, "library-unfit",
			      "libwarpdrive %s has no driver for the interface %s: it is older than the kernel module",
			      wd_version(), dev->api);
		finding_mend(d, "sudo apt install --only-upgrade libwarpdrive1 warpdrive-tools");
	}
}

void check_node(struct doctor *d)
{
	const struct device *dev = d->dev;
	unsigned int major_nr, minor_nr;
	char devt[32];
	struct stat st;

	if (stat(dev->node, &st)) {
		finding_wrong(d, "node-missing", "%s: %s: is udev running?",
			      dev->node, strerror(errno));
		finding_mend(d, "sudo udevadm trigger --action=add /sys/class/uacce/%s",
			     dev->name);
		return;
	}
	finding_good(d, "%s", dev->node);
	if (read_text(devt, sizeof(devt), "/sys/class/uacce/%s/dev", dev->name) ||
	    sscanf(devt, "%u:%u", &major_nr, &minor_nr) != 2)
		return;
	if (S_ISCHR(st.st_mode) && st.st_rdev == makedev(major_nr, minor_nr))
		return;
	finding_wrong(d, "node-wrong",
		      "%s is not the device %s that the kernel has made: something else was put there",
		      dev->node, devt);
	finding_mend(d, "sudo rm %s && sudo udevadm trigger --action=add /sys/class/uacce/%s",
		     dev->node, dev->name);
}

static const char *user_name(void)
{
	const struct passwd *pw = getpwuid(geteuid());

	return pw ? pw->pw_name : "USER";
}

/* In the group by the account data, though not in this session. */
static bool is_member(gid_t group)
{
	const struct passwd *pw = getpwuid(geteuid());
	gid_t list[256];
	int nr = sizeof(list) / sizeof(list[0]);

	if (!pw || getgrouplist(pw->pw_name, pw->pw_gid, list, &nr) < 0)
		return false;
	while (nr--)
		if (list[nr] == group)
			return true;
	return false;
}

static bool in_session(gid_t group)
{
	return group == getegid() || group_member(group);
}

static void denied(struct doctor *d, const struct stat *st)
{
	const struct group *gr = getgrgid(st->st_gid);
	const char *group = gr ? gr->gr_name : NULL;
	const struct device *dev = d->dev;

	if ((st->st_mode & 0060) != 0060 || !st->st_gid || !group ||
	    in_session(st->st_gid)) {
		finding_wrong(d, "permission-rule",
			      "%s may be opened by its owner only, or not at all (mode %04o, group %s): the udev rule was not applied",
			      dev->node, st->st_mode & 07777,
			      group ? group : "unknown");
		finding_mend(d, "sudo udevadm control --reload && sudo udevadm trigger --action=add /sys/class/uacce/%s",
			     dev->name);
	} else if (is_member(st->st_gid)) {
		finding_wrong(d, "permission-session",
			      "%s is in the group %s, but was not yet when this session began",
			      user_name(), group);
		finding_mend(d, "newgrp %s (or log out and in again)", group);
	} else {
		finding_wrong(d, "permission-group",
			      "%s may be opened by the group %s, and %s is not in it",
			      dev->node, group, user_name());
		finding_mend(d, "sudo adduser %s %s (then log in again)",
			     user_name(), group);
	}
}

struct capabilities {
	bool known;
	unsigned long long set;
};

static bool match_capabilities(void *arg, const char *line)
{
	struct capabilities *c = arg;

	c->known = sscanf(line, "CapEff: %llx", &c->set) == 1;
	return c->known;
}

/* Asked for by every open() of a queue without an IOMMU. */
static void rawio(struct doctor *d)
{
	struct capabilities c = { 0 };

	read_lines(match_capabilities, &c, "/proc/self/status");
	if (!c.known) {
		finding_unseen(d, "%s may be opened, but /proc/self/status does not tell whether this program has CAP_SYS_RAWIO, which mode noiommu asks for",
			       d->dev->node);
	} else if (!(c.set & 1ULL << CAP_SYS_RAWIO_BIT)) {
		finding_wrong(d, "permission-rawio",
			      "without an IOMMU the kernel lets programs with CAP_SYS_RAWIO only have queues, and this one has not got it");
		finding_mend(d, "sudo systemctl reboot --firmware-setup (and switch the IOMMU, or SMMU, on); for a trusted program: sudo setcap cap_sys_rawio+ep PROGRAM");
	}
}

void check_permission(struct doctor *d)
{
	const struct device *dev = d->dev;
	struct stat st;

	if (!device_may_open(dev)) {
		if (stat(dev->node, &st))
			memset(&st, 0, sizeof(st));
		denied(d, &st);
		return;
	}
	if (geteuid())
		finding_good(d, "%s may open it", user_name());
	else
		finding_noted(d, "root may open it; without sudo the doctor looks at what a user may");
	if (!strcmp(dev->mode, "noiommu"))
		rawio(d);
}
