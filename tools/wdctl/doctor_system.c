/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The library, the hardware, the kernel. */
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "doctor.h"

/* What kmod/ builds for. */
#define KERNEL_MAJOR	6
#define KERNEL_MINOR	1

static bool older(const char *a, const char *b)
{
	unsigned int x[3] = { 0 }, y[3] = { 0 };

	if (sscanf(a, "%u.%u.%u", &x[0], &x[1], &x[2]) < 2 ||
	    sscanf(b, "%u.%u.%u", &y[0], &y[1], &y[2]) < 2)
		return false;
	for (int i = 0; i < 3; i++)
		if (x[i] != y[i])
			return x[i] < y[i];
	return false;
}

void check_library(struct doctor *d)
{
	if (older(wd_version(), WD_VERSION)) {
		finding_wrong(d, "library-old",
			      "libwarpdrive %s is older than these tools (%s)",
			      wd_version(), WD_VERSION);
		finding_mend(d, "sudo apt install --only-upgrade libwarpdrive1");
		return;
	}
	finding_good(d, "libwarpdrive %s", wd_version());
}

void check_hardware(struct doctor *d)
{
	struct names names;
	unsigned int nr;

	if (d->functions) {
		finding_good(d, "%s, PCI functions: %u", d->hw->text,
			     d->functions);
		return;
	}
	if (d->has_queues) {
		finding_noted(d, "the kernel has accelerators, but no PCI function of a kind known here");
		return;
	}
	if (names_read(&names, "/sys/bus/pci/devices")) {
		finding_wrong(d, "no-sysfs",
			      "/sys/bus/pci/devices cannot be read, so nothing is known about the hardware");
		finding_mend(d, "sudo mount -t sysfs sysfs /sys");
		return;
	}
	nr = names.nr;
	names_free(&names);
	finding_wrong(d, "no-hardware",
		      "none of the %u PCI functions is a ZIP accelerator; programs use the built-in device, which works (%s doctor emu)",
		      nr, msg_program());
	finding_mend(d, "lspci -d 19e5: (on a server that has one: switch it on in the firmware's set-up; in a virtual machine: pass a function to it)");
}

static const char *image_package(void)
{
	struct utsname u;

	if (!uname(&u) && !strcmp(u.machine, "x86_64"))
		return "linux-image-amd64";
	return "linux-image-arm64";
}

void check_kernel(struct doctor *d)
{
	const struct kernel *k = &d->kernel;

	if (!k->release[0]) {
		finding_unseen(d, "/proc/sys/kernel/osrelease does not tell a version");
		return;
	}
	finding_good(d, "Linux %s", k->release);
	if (d->has_queues || k->major > KERNEL_MAJOR ||
	    (k->major == KERNEL_MAJOR && k->minor >= KERNEL_MINOR))
		return;
	finding_wrong(d, "kernel-old",
		      "Linux %s: the modules are for %d.%d and later", k->release,
		      KERNEL_MAJOR, KERNEL_MINOR);
	finding_mend(d, "sudo apt install %s && sudo reboot", image_package());
}

/* What the modules are linked against. */
static const char *missing_option(const struct kernel *k)
{
	static const char *const needed[] = {
		"CONFIG_MODULES", "CONFIG_PCI", "CONFIG_PCI_MSI",
		"CONFIG_CRYPTO",
	};

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (kernel_option(k, needed[i]) == 'n')
			return needed[i];
	return NULL;
}

static bool is_set(const struct kernel *k, const char *name)
{
	char value = kernel_option(k, name);

	return value == 'y' || value == 'm';
}

void check_config(struct doctor *d)
{
	const struct kernel *k = &d->kernel;
	const char *missing;

	if (!kernel_option(k, "CONFIG_PCI")) {
		finding_unseen(d, "there is no readable configuration of this kernel (/proc/config.gz, /boot/config-%s)",
			       k->release[0] ? k->release : "<release>");
		return;
	}
	missing = missing_option(k);
	if (missing && !d->has_queues) {
		finding_wrong(d, "config-missing",
			      "%s: %s is not set, the modules need it", k->config,
			      missing);
		finding_mend(d, "sudo apt install %s && sudo reboot (Debian's kernels have it)",
			     image_package());
		return;
	}
	if (is_set(k, "CONFIG_UACCE") && !d->has_queues &&
	    !is_set(k, "CONFIG_CRYPTO_DEV_HISI_ZIP")) {
		finding_wrong(d, "config-uacce",
			      "%s: this kernel brings its own uacce (CONFIG_UACCE), beside which ours is not built, and no driver of its own for the device (CONFIG_CRYPTO_DEV_HISI_ZIP)",
			      k->config);
		finding_mend(d, "sudo apt install %s && sudo reboot (Debian's kernels leave uacce to us)",
			     image_package());
		return;
	}
	if (is_set(k, "CONFIG_UACCE"))
		finding_noted(d, "%s: this kernel has a uacce of its own", k->config);
	else
		finding_good(d, "%s", k->config);
}
