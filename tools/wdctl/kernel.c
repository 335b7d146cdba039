/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "wdctl.h"

static bool find_config(char path[PATH_BYTES], const char *fmt,
			const char *release)
{
	char text[PATH_BYTES];

	snprintf(text, sizeof(text), fmt, release);
	if (!path_exists("%s", text))
		return false;
	strcpy(path, text);
	return true;
}

void kernel_read(struct kernel *k)
{
	static const char *const places[] = {
		"/boot/config-%s", "/lib/modules/%s/config",
		"/usr/lib/modules/%s/config", "/lib/modules/%s/build/.config",
	};

	*k = (struct kernel){ 0 };
	read_text(k->release, sizeof(k->release), "/proc/sys/kernel/osrelease");
	/* It becomes part of paths. */
	if (strchr(k->release, '/') ||
	    sscanf(k->release, "%d.%d", &k->major, &k->minor) != 2)
		k->release[0] = 0;
	/* What the kernel says itself is right; the rest may be another build's. */
	if (find_config(k->config, "/proc/config.gz", ""))
		return;
	for (size_t i = 0; k->release[0] &&
	     i < sizeof(places) / sizeof(places[0]); i++)
		if (find_config(k->config, places[i], k->release))
			return;
}

struct option_search {
	const char *name;
	char value;
	unsigned int seen;
};

static bool match_option(void *arg, const char *line)
{
	struct option_search *s = arg;
	size_t len = strlen(s->name);

	s->seen += !strncmp(line, "CONFIG_", 7);
	if (strncmp(line, s->name, len) || line[len] != '=')
		return false;
	s->value = line[len + 1];
	return true;
}

char kernel_option(const struct kernel *k, const char *name)
{
	struct option_search s = { .name = name };
	int ret;

	if (!k->config[0])
		return 0;
	ret = read_lines(match_option, &s, "%s", k->config);
	if (ret < 0 || (!ret && !s.seen))
		return 0;
	return ret ? s.value : 'n';
}

struct module_search {
	char name[80];
	char *file;
	size_t bytes;
};

/* As in "extra/hisi_zip.ko.xz: extra/uacce.ko.xz"; - and _ are the same. */
static bool match_module(void *arg, const char *line)
{
	struct module_search *s = arg;
	size_t len = strcspn(line, ":"), start = len, i;

	if (line[len] != ':' || len >= s->bytes)
		return false;
	while (start && line[start - 1] != '/')
		start--;
	for (i = 0; s->name[i]; i++)
		if (s->name[i] != (line[start + i] == '-' ? '_' : line[start + i]))
			return false;
	memcpy(s->file, line, len);
	s->file[len] = 0;
	return true;
}

bool kernel_module_file(const struct kernel *k, const char *module,
			char *file, size_t bytes)
{
	char listed[PATH_BYTES];
	struct module_search s = { .file = listed, .bytes = sizeof(listed) };
	int n;

	snprintf(s.name, sizeof(s.name), "%s.ko", module);
	file[0] = 0;
	if (!k->release[0] ||
	    read_lines(match_module, &s, "/lib/modules/%s/modules.dep",
		       k->release) != 1)
		return false;
	n = listed[0] == '/' ? snprintf(file, bytes, "%s", listed) :
	    snprintf(file, bytes, "/lib/modules/%s/%s", k->release, listed);
	return n > 0 && n < (int)bytes;
}

/* Appended to a module by sign-file. */
#define MARK		"~Module signature appended~\n"
#define MARK_BYTES	(sizeof(MARK) - 1)

int kernel_module_signed(const char *file)
{
	static char text[4 << 20];
	size_t len = strlen(file);
	ssize_t got;

	/* The mark is inside of what is compressed. */
	if (len < 3 || strcmp(file + len - 3, ".ko")) {
		if (modinfo_read(text, sizeof(text), "sig_id", file))
			return -1;
		return text[0] != 0;
	}
	got = read_bytes(text, sizeof(text), "%s", file);
	if (got < (ssize_t)MARK_BYTES || got == sizeof(text))
		return -1;
	return !memcmp(text + got - MARK_BYTES, MARK, MARK_BYTES);
}

static bool secure_boot(void)
{
	unsigned char var[5];

	/* Four bytes of attributes, then the value. */
	return read_bytes(var, sizeof(var), "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c") ==
	       sizeof(var) && var[4] == 1;
}

const char *kernel_refuses_unsigned(void)
{
	char text[64];

	if (!read_text(text, sizeof(text),
		       "/sys/module/module/parameters/sig_enforce") &&
	    text[0] == 'Y')
		return "module.sig_enforce is set";
	if (!read_text(text, sizeof(text), "/sys/kernel/security/lockdown"))
		return strchr(text, '[') && !strstr(text, "[none]") ?
		       "the kernel is locked down" : NULL;
	return secure_boot() ? "Secure Boot is on" : NULL;
}

/* Return: both are the same to modprobe, as - and _ are. */
static bool same_module(const char *one, const char *other)
{
	for (; *one || *other; one++, other++)
		if ((*one == '-' ? '_' : *one) != (*other == '-' ? '_' : *other))
			return false;
	return true;
}

static bool forbids(void *arg, const char *line)
{
	char first[16], second[64], third[32];
	const char *module = arg;
	int n;

	n = sscanf(line, "%15s %63s %31s", first, second, third);
	if (n < 2 || !same_module(second, module))
		return false;
	return !strcmp(first, "blacklist") ||
	       (n == 3 && !strcmp(first, "install") &&
		(strstr(third, "/false") || strstr(third, "/true")));
}

/* A file takes the place of those of the same name in the folders behind it. */
static const char *const modprobe_folders[] = {
	"/etc/modprobe.d", "/run/modprobe.d", "/usr/local/lib/modprobe.d",
	"/usr/lib/modprobe.d", "/lib/modprobe.d",
};

/* modprobe.d(5): any other ending, as of what dpkg leaves, is none of its files. */
static bool modprobe_reads(size_t folder, const char *name)
{
	size_t len = strlen(name);

	if (len < 5 || strcmp(name + len - 5, ".conf"))
		return false;
	while (folder--)
		if (path_exists("%s/%s", modprobe_folders[folder], name))
			return false;
	return true;
}

bool kernel_blacklisted(const char *module, char *file, size_t bytes)
{
	const char *const *folders = modprobe_folders;
	bool found = false;
	struct names names;

	for (size_t i = 0; i < sizeof(modprobe_folders) / sizeof(*folders); i++) {
		if (names_read(&names, "%s", folders[i]))
			continue;
		for (unsigned int n = 0; n < names.nr && !found; n++) {
			if (!modprobe_reads(i, names.list[n]))
				continue;
			snprintf(file, bytes, "%s/%s", folders[i], names.list[n]);
			found = read_lines(forbids, (void *)module, "%s",
					   file) == 1;
		}
		names_free(&names);
		if (found)
			return true;
	}
	return false;
}
