/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel module: loaded, or why it is not. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "doctor.h"

#define DKMS	"/var/lib/dkms/warpdrive"

/* DKMS makes its key when it first builds a module and finds openssl. */
#define SIGN	"sudo apt install openssl mokutil && sudo dpkg-reconfigure warpdrive-dkms && sudo mokutil --import /var/lib/dkms/mok.pub && sudo reboot"

static const char *module_of(const struct doctor *d)
{
	return d->hw ? d->hw->module : "hisi_zip";
}

/*
 * How the loaded module and the installed one differ, in words; empty if they
 * do not, or nothing is known of one of them. In srcversion the kernel's build
 * sums up sources, but only those beside the module, so version counts, too.
 *
 * Return: 0, or why the installed one cannot be looked at.
 */
static int difference(const char *module, const char *file, char *text,
		      size_t bytes)
{
	static const char *const fields[] = { "version", "srcversion" };
	char ours[128], theirs[128];
	int ret;

	text[0] = 0;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (read_text(ours, sizeof(ours), "/sys/module/%s/%s", module,
			      fields[i]))
			continue;
		ret = modinfo_read(theirs, sizeof(theirs), fields[i], file);
		if (ret)
			return ret;
		if (theirs[0] && strcmp(ours, theirs)) {
			snprintf(text, bytes, "%s %s, installed: %s", fields[i],
				 ours, theirs);
			return 0;
		}
	}
	return 0;
}

/* Unloading what cannot be loaded again would make a fault of the warning. */
static void outdated(struct doctor *d, const char *module, const char *file,
		     const char *how)
{
	const char *why = kernel_refuses_unsigned();

	if (why && !kernel_module_signed(file)) {
		finding_warned(d, "secure-boot-unsigned",
			       "the loaded %s is not the one that is installed for this kernel, and that one could not be loaded: %s, and %s has no signature",
			       module, why, file);
		finding_mend(d, SIGN);
		return;
	}
	finding_warned(d, "module-outdated",
		       "the loaded %s is not the one that is installed for this kernel (%s); it works on until the next boot, or until nobody uses the device and it is loaded anew",
		       module, how);
	finding_mend(d, "sudo modprobe -r %s && sudo modprobe %s",
		     module_of(d), module_of(d));
}

static void cannot_compare(struct doctor *d, const char *module,
			   const char *file, int err)
{
	const char *why = err == -ENOENT ? "modinfo (package kmod) is missing" :
			  err == -EINVAL ? "modinfo cannot read it" :
			  strerror(-err);

	finding_noted(d, "%s is loaded; whether it is the one that is installed, %s, cannot be told: %s",
		      module, file, why);
}

/* After an upgrade of the package the modules that were loaded stay so. */
static void compare_installed(struct doctor *d)
{
	const char *const modules[] = { module_of(d), "hisi_qm", "uacce" };
	char file[PATH_BYTES], how[2 * TEXT_BYTES];
	int ret;

	for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]); i++) {
		/* What is part of the kernel's image has no file. */
		if (!kernel_module_file(&d->kernel, modules[i], file,
					sizeof(file)))
			continue;
		ret = difference(modules[i], file, how, sizeof(how));
		if (ret)
			cannot_compare(d, modules[i], file, ret);
		if (how[0]) {
			outdated(d, modules[i], file, how);
			return;
		}
	}
}

static void loaded(struct doctor *d, const char *module)
{
	char version[64], taint[16];

	read_text(version, sizeof(version), "/sys/module/%s/version", module);
	read_text(taint, sizeof(taint), "/sys/module/%s/taint", module);
	finding_good(d, "%s%s%s is loaded%s", module, version[0] ? " " : "",
		     version, strchr(taint, 'O') ? "" :
		     " and part of this kernel");
	compare_installed(d);
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
	int is_signed = kernel_module_signed(file);
	char line[TEXT_BYTES];

	if (!why)
		return false;
	if (!is_signed) {
		finding_wrong(d, "secure-boot-unsigned",
			      "%s, and %s has no signature, so the kernel does not load it",
			      why, file);
		finding_mend(d, SIGN);
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

/*
 * Only the lines that forbid it, and so that they can be had back: the file may
 * have options of the same module. modprobe takes - and _ for the same.
 */
static void blacklisted(struct doctor *d, const char *module, const char *file)
{
	const char *rest = strchr(module, '_');
	int len = rest ? (int)(rest - module) : (int)strlen(module);

	finding_wrong(d, "module-blacklisted",
		      "%s is not loaded, because %s forbids it", module, file);
	finding_mend(d, "sudo sed -i -E 's/^[[:space:]]*(blacklist|install)[[:space:]]+%.*s%s%s([[:space:]]|$)/# &/' %s && sudo modprobe %s",
		     len, module, rest ? "[-_]" : "", rest ? rest + 1 : "", file,
		     module);
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
		finding_mend(d, "echo %s | sudo tee -a /etc/modules-load.d/warpdrive.conf && sudo reboot",
			     module);
		return;
	}
	if (secure_boot(d, module, file))
		return;
	if (kernel_blacklisted(module, file, sizeof(file))) {
		blacklisted(d, module, file);
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
