/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What was configured; docs/zlib.md describes every setting. */
#ifndef WDZ_CONFIG_H
#define WDZ_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum wdz_use {
	WDZ_USE_AUTO,	/* the device where it pays */
	WDZ_USE_OFF,	/* never */
	WDZ_USE_FORCE,	/* wherever it is possible */
};

/**
 * struct wdz_config - settings, the same for all streams
 * @use: when to use the device
 * @threshold: input bytes from which on it pays, 0 to measure
 * @device: as in struct wd_queue
 * @verify: decompress and compare before compressed data is handed out
 * @trace: say on standard error what was decided and why
 * @counters: file that gets a line at the end of the process, "-" for standard
 *	error; NULL for none
 * @replay_bytes: compressed input that a stream being decompressed keeps, to
 *	be able to go on in software
 */
struct wdz_config {
	enum wdz_use use;
	size_t threshold;
	char device[64];
	bool verify;
	bool trace;
	char *counters;
	size_t replay_bytes;
};

/* wdz_config() - the settings, read from file and environment at first use */
const struct wdz_config *wdz_config(void);

/*
 * wdz_config_set() - one setting, as a line of the file
 * @key: name
 * @value: text
 *
 * Not serialised against anything.
 *
 * Return: 0, -EINVAL (no such name, or not a value for it).
 */
int wdz_config_set(const char *key, const char *value);

/*
 * wdz_config_parse() - one line of the file
 * @line: "key = value", "# comment" or blank; changed
 *
 * Return: 0, -EINVAL.
 */
int wdz_config_parse(char *line);

#endif /* WDZ_CONFIG_H */
