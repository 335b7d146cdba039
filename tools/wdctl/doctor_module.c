/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel module: loaded, or why it is not. */
#include <stdio.h>
#include <string.h>

#include "doctor.h"

#define DKMS	"/var/lib/dkms/warpdrive"

static const char *module_of(const struct doctor *d)
{
	return d->hw ? d->hw->module : "hisi_zip";
}

static void loaded(struct doctor *d, const char *module)
{
	char version[64], taint[16];

	read_text(version, sizeof(version), "/sys/module/%s/version", module);
	read_text(taint, sizeof(taint), "/sys/module/%s/taint", module);
	finding_good(d, "%s%s%s is loaded%s", module, version[0] ? " " : "",
		     version, strchr(taint, 'O') ? "" :
		     " and part of this kernel");
}

/* DKMS keeps <version>/<kernel>/<arch> of what it has built. */
static bool dkms_has_built(const struct kernel *k)
{
	struct names versions;
	bool built = false;

	if (names_read(&versions, DKMS))
		return false;
	for (unsigned int i = 0; i < versions.nr; i++)
		built |= path_exists(DKMS "/%s/%s", versions.list[i], k->release);
	names_free(&versions);
	return built;
}

static void not_built(struct doctor *d, const char *module)
{
	const char *release = d->kernel.release;

	if (!path_exists(DKMS)) {
		finding_wrong(d, "package-missing",
			      "there is no module %s for this kernel, and warpdrive-dkms, which builds it, is not installed",
			      module);
		finding_mend(d, "sudo apt install warpdrive-dkms linux-headers-%s",
			     release);
	} else if (!path_exists("/lib/modules/%s/build/Makefile", release)) {
		finding_wrong(d, "headers-missing",
			      "%s could not be built: the headers of this kernel are not installed",
			      module);
		finding_mend(d, "sudo apt install linux-headers-%s", release);
	} else if (dkms_has_built(&d->kernel)) {
		finding_wrong(d, "module-not-installed",
			      "DKMS has built %s for this kernel, but modprobe does not find it",
			      module);
		finding_mend(d, "sudo dkms autoinstall -k %s && sudo depmod %s",
			     release, release);
	} else {
		finding_wrong(d, "module-not-built",
			      "DKMS has not built %s for this kernel (why: " DKMS "/*/build/make.log)",
			      module);
		finding_mend(d, "sudo dkms autoinstall -k %s", release);
	}
}

/*
 * What the kernel logs when it refuses a signature, or that there is none. It
 * does not say of which module.
 */
static bool was_refused(char *line, size_t bytes)
{
	return kernel_log("Loading of", "is rejected", line, bytes) ||
	       kernel_log("unsigned module loading is restricted", NULL, line,
			  bytes);
}

static bool secure_boot(struct doctor *d, const char *module, const char *file)
{
	const char *why = kernel_refuses_unsigned();
	int is_signed = kernel_module_signed(&d->kernel, file);
	char line[TEXT_BYTES];

	if (!why)
		return false;
	if (!is_signed) {
		finding_wrong(d, "secure-boot-unsigned",
			      "%s, and %s has no signature, so the kernel does not load it",
			      why, file);
		finding_mend(d, "sudo apt install openssl mokutil && sudo dpkg-reconfigure warpdrive-dkms && sudo mokutil --import /var/lib/dkms/mok.pub && sudo reboot");
		return true;
	}
	if (!was_refused(line, sizeof(line)))
		return false;
	finding_wrong(d, "secure-boot-key",
		      "%s, and the key that signed %s does not seem to be enrolled; the kernel says: %s",
		      why, module, line);
	finding_mend(d, "sudo mokutil --import /var/lib/dkms/mok.pub && sudo reboot (and confirm the key when the firmware asks)");
	return true;
}

static void not_loaded(struct doctor *d, const char *module)
{
	const char *why = kernel_refuses_unsigned();
	char file[PATH_BYTES];

	if (!d->kernel.release[0]) {
		finding_wrong(d, "module-not-loaded", "%s is not loaded", module);
		finding_mend(d, "sudo modprobe %s", module);
		return;
	}
	if (!kernel_module_file(&d->kernel, module, file, sizeof(file))) {
		not_built(d, module);
		return;
	}
	if (number_is(read_number("/proc/sys/kernel/modules_disabled"), 1)) {
		finding_wrong(d, "modules-disabled",
			      "%s is not loaded, and loading is switched off until the next boot (kernel.modules_disabled)",
			      module);
		finding_mend(d, "echo %s | sudo tee /etc/modules-load.d/warpdrive.conf && sudo reboot",
			     module);
		return;
	}
	if (secure_boot(d, module, file))
		return;
	if (kernel_blacklisted(module, file, sizeof(file))) {
		finding_wrong(d, "module-blacklisted",
			      "%s is not loaded, because %s forbids it", module,
			      file);
		finding_mend(d, "sudo sed -i '/%s/d' %s && sudo modprobe %s",
			     module, file, module);
		return;
	}
	finding_wrong(d, "module-not-loaded", "%s is there, but not loaded%s%s%s",
		      module, why ? " (" : "", why ? why : "", why ?
		      ": if modprobe says that a key was rejected, run: sudo mokutil --import /var/lib/dkms/mok.pub)" : "");
	finding_mend(d, "sudo modprobe %s", module);
}

void check_module(struct doctor *d)
{
	const char *module = module_of(d);

	if (path_exists("/sys/module/%s", module) ||
	    path_exists("/sys/bus/pci/drivers/%s", module))
		loaded(d, module);
	else if (d->has_queues)
		finding_noted(d, "%s is not loaded, but another driver has accelerators",
			      module);
	else
		not_loaded(d, module);
}
