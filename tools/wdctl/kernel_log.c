/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel's messages. Debian shows them to root only; whoever may not read
 * them has to do without.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "wdctl.h"

/* More than the largest buffer that distributions choose. */
#define LOG_BYTES	(16u << 20)
#define RECORD_BYTES	8192

struct search {
	const char *first;
	const char *second;
	char *line;
	size_t bytes;
	bool found;
};

static void match(struct search *s, char *line)
{
	char *text = strchr(line, ';');

	if (!strstr(line, s->first) || (s->second && !strstr(line, s->second)))
		return;
	/* The last one counts: what was so before may have been mended. */
	text = text ? text + 1 : line;
	text_clean(text);
	snprintf(s->line, s->bytes, "%s", text);
	s->found = true;
}

static void match_records(struct search *s, char *records)
{
	char *save, *line;

	for (line = strtok_r(records, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		match(s, line);
}

bool kernel_log(const char *first, const char *second, char *line,
		size_t bytes)
{
	struct search s = { first, second, line, bytes, false };
	char path[PATH_BYTES], record[RECORD_BYTES];
	size_t sum = 0;
	ssize_t got;
	int fd;

	line[0] = 0;
	if (path_make(path, "/dev/kmsg"))
		return false;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return false;
	/* A read gives one record, and EPIPE where records were overwritten. */
	while (sum < LOG_BYTES) {
		got = read(fd, record, sizeof(record) - 1);
		sum += got > 0 ? got : 1;
		if (got < 0 && errno == EPIPE)
			continue;
		if (got <= 0)
			break;
		record[got] = 0;
		match_records(&s, record);
	}
	close(fd);
	return s.found;
}
