/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Settings: defaults, then the file, then the environment. A program that runs
 * with another user's rights has no environment: its user shall not choose
 * which files it writes.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wdz_config.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static struct wdz_config config = {
	.replay_bytes = 4 << 20,
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static int set_use(const char *value)
{
	static const char *const names[] = {
		[WDZ_USE_AUTO] = "auto",
		[WDZ_USE_OFF] = "off",
		[WDZ_USE_FORCE] = "force",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(value, names[i])) {
			config.use = i;
			return 0;
		}
	}
	return -EINVAL;
}

static int set_bytes(const char *value, size_t *bytes)
{
	unsigned long long number;
	char *end;

	if (!isdigit((unsigned char)*value))
		return -EINVAL;
	errno = 0;
	number = strtoull(value, &end, 0);
	if (errno || *end || number > SIZE_MAX / 4)
		return -EINVAL;
	*bytes = number;
	return 0;
}

static int set_threshold(const char *value)
{
	if (!strcmp(value, "measure")) {
		config.threshold = 0;
		return 0;
	}
	return set_bytes(value, &config.threshold);
}

static int set_bool(const char *value, bool *flag)
{
	static const char *const yes[] = { "1", "yes", "on", "true" };
	static const char *const no[] = { "0", "no", "off", "false" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(yes); i++) {
		if (strcmp(value, yes[i]) && strcmp(value, no[i]))
			continue;
		*flag = !strcmp(value, yes[i]);
		return 0;
	}
	return -EINVAL;
}

static int set_replay(const char *value)
{
	return set_bytes(value, &config.replay_bytes);
}

static int set_device(const char *value)
{
	if (strlen(value) >= sizeof(config.device))
		return -EINVAL;
	strcpy(config.device, value);
	return 0;
}

static int set_counters(const char *value)
{
	char *path = *value ? strdup(value) : NULL;

	if (*value && !path)
		return -EINVAL;
	free(config.counters);
	config.counters = path;
	return 0;
}

static int set_verify(const char *value)
{
	return set_bool(value, &config.verify);
}

static int set_trace(const char *value)
{
	return set_bool(value, &config.trace);
}

static const struct {
	const char *key;
	const char *variable;
	int (*set)(const char *value);
} settings[] = {
	{ "counters", "WARPDRIVE_ZLIB_COUNTERS", set_counters },
	{ "device", "WARPDRIVE_ZLIB_DEVICE", set_device },
	{ "replay_bytes", "WARPDRIVE_ZLIB_REPLAY_BYTES", set_replay },
	{ "threshold", "WARPDRIVE_ZLIB_THRESHOLD", set_threshold },
	{ "trace", "WARPDRIVE_ZLIB_TRACE", set_trace },
	{ "use", "WARPDRIVE_ZLIB", set_use },
	{ "verify", "WARPDRIVE_ZLIB_VERIFY", set_verify },
};

int wdz_config_set(const char *key, const char *value)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(settings); i++) {
		if (!strcmp(key, settings[i].key))
			return settings[i].set(value);
	}
	return -EINVAL;
}

/* Without blanks at either end. */
static char *trim(char *text)
{
	char *end;

	while (isspace((unsigned char)*text))
		text++;
	end = text + strlen(text);
	while (end > text && isspace((unsigned char)end[-1]))
		end--;
	*end = '\0';
	return text;
}

int wdz_config_parse(char *line)
{
	char *key = trim(line), *value;

	if (!*key || *key == '#')
		return 0;
	value = strchr(key, '=');
	if (!value)
		return -EINVAL;
	*value++ = '\0';
	return wdz_config_set(trim(key), trim(value));
}

/* A program must not fail for a mistake in here: it is told and passed over. */
static void read_file(const char *path, bool is_wanted)
{
	unsigned int number = 0;
	size_t size = 0;
	char *line = NULL;
	FILE *file;
	int fd;

	/* Where there is none, stdio is not woken up in a process that just began. */
	fd = open(path, O_RDONLY | O_CLOEXEC);
	file = fd < 0 ? NULL : fdopen(fd, "r");
	if (!file) {
		if (is_wanted)
			fprintf(stderr, "libwdz: cannot read %s: %m\n", path);
		if (fd >= 0)
			close(fd);
		return;
	}
	while (getline(&line, &size, file) >= 0) {
		number++;
		if (wdz_config_parse(line))
			fprintf(stderr, "libwdz: %s, line %u is not a setting; "
				"it is ignored\n", path, number);
	}
	free(line);
	fclose(file);
}

static void read_environment(void)
{
	const char *value;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(settings); i++) {
		value = secure_getenv(settings[i].variable);
		if (value && *value && settings[i].set(value))
			fprintf(stderr, "libwdz: %s=%s is not a value for it; "
				"it is ignored\n", settings[i].variable, value);
	}
}

static void read_all(void)
{
	const char *path = secure_getenv("WARPDRIVE_ZLIB_CONFIG");
	int saved = errno;

	read_file(path && *path ? path : WDZ_CONFIG_FILE, path && *path);
	read_environment();
	errno = saved;
}

const struct wdz_config *wdz_config(void)
{
	pthread_once(&once, read_all);
	return &config;
}
