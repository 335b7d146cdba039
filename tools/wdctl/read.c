/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "wdctl.h"

/* The largest is modules.dep, with some MiB. */
#define READ_LINES_BYTES	(32 << 20)
#define LINE_BYTES		4096
/* More processes, or open files of one, than a machine has. */
#define MAX_NAMES		(1u << 22)

/* All functions here take a path in this form. */
#define PATH_OF(path, fmt)						\
	({								\
		char text_[PATH_BYTES];					\
		va_list ap_;						\
		int n_;							\
		va_start(ap_, fmt);					\
		n_ = vsnprintf(text_, sizeof(text_), fmt, ap_);		\
		va_end(ap_);						\
		n_ < 0 || n_ >= (int)sizeof(text_) ? -ENAMETOOLONG :	\
			path_make(path, "%s", text_);			\
	})

/* What is no regular file, a pipe for instance, must not make us wait. */
static int open_read(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	return fd < 0 ? -errno : fd;
}

static ssize_t read_file(const char *path, void *buf, size_t bytes)
{
	ssize_t got = 0, n = 1;
	int fd = open_read(path);

	if (fd < 0)
		return fd;
	while (n > 0 && (size_t)got < bytes) {
		n = read(fd, (char *)buf + got, bytes - got);
		if (n > 0)
			got += n;
	}
	if (n < 0 && !got)
		got = -errno;
	close(fd);
	return got;
}

void text_clean(char *text)
{
	char *end = text;

	for (; *text; text++) {
		if (isspace((unsigned char)*text))
			*text = ' ';
		else if ((unsigned char)*text < ' ' ||
			 (unsigned char)*text > '~')
			*text = '?';
		if (*text != ' ')
			end = text + 1;
	}
	*end = 0;
}

int read_text(char *text, size_t bytes, const char *fmt, ...)
{
	char path[PATH_BYTES];
	ssize_t got, i;

	got = PATH_OF(path, fmt);
	if (!got)
		got = read_file(path, text, bytes - 1);
	if (got < 0) {
		text[0] = 0;
		return got;
	}
	/* A zero byte must not hide what is behind it. */
	for (i = 0; i < got; i++)
		if (!text[i])
			text[i] = '?';
	text[got] = 0;
	text_clean(text);
	return text[0] ? 0 : -ENODATA;
}

ssize_t read_bytes(void *buf, size_t bytes, const char *fmt, ...)
{
	char path[PATH_BYTES];
	int ret = PATH_OF(path, fmt);

	return ret ? ret : read_file(path, buf, bytes);
}

int read_link(char *name, size_t bytes, const char *fmt, ...)
{
	char path[PATH_BYTES], to[PATH_BYTES];
	ssize_t got;
	int ret = PATH_OF(path, fmt);

	name[0] = 0;
	if (ret)
		return ret;
	got = readlink(path, to, sizeof(to) - 1);
	if (got < 0)
		return -errno;
	to[got] = 0;
	text_clean(to);
	snprintf(name, bytes, "%s", strrchr(to, '/') ? strrchr(to, '/') + 1 : to);
	return name[0] ? 0 : -ENODATA;
}

static int each_line(gzFile file, bool (*each)(void *arg, const char *line),
		     void *arg)
{
	char line[LINE_BYTES];

	while (gztell(file) < READ_LINES_BYTES &&
	       gzgets(file, line, sizeof(line))) {
		text_clean(line);
		if (each(arg, line))
			return 1;
	}
	return 0;
}

int read_lines(bool (*each)(void *arg, const char *line), void *arg,
	       const char *fmt, ...)
{
	char path[PATH_BYTES];
	gzFile file;
	int fd, ret = PATH_OF(path, fmt);

	if (ret)
		return ret;
	fd = open_read(path);
	if (fd < 0)
		return fd;
	file = gzdopen(fd, "r");
	if (!file) {
		close(fd);
		return -ENOMEM;
	}
	ret = each_line(file, each, arg);
	if (!ret) {
		gzerror(file, &fd);
		if (fd != Z_OK && fd != Z_STREAM_END && fd != Z_BUF_ERROR)
			ret = -EIO;
	}
	gzclose(file);
	return ret;
}

bool path_exists(const char *fmt, ...)
{
	char path[PATH_BYTES];

	return !PATH_OF(path, fmt) && !access(path, F_OK);
}

struct number read_number(const char *fmt, ...)
{
	struct number n = { false, 0 };
	char path[PATH_BYTES], text[64], *end;
	ssize_t got = PATH_OF(path, fmt);

	if (!got)
		got = read_file(path, text, sizeof(text) - 1);
	if (got <= 0)
		return n;
	text[got] = 0;
	errno = 0;
	n.value = strtoll(text, &end, 0);
	n.known = !errno && end != text && end + strspn(end, " \n") == text + got;
	if (!n.known)
		n.value = 0;
	return n;
}

bool number_is(struct number n, long long value)
{
	return n.known && n.value == value;
}

/* What could lead out of its folder, or spoil a line, is no name of a device. */
static bool is_name(const char *name)
{
	size_t len = strlen(name);

	if (name[0] == '.' || !len || len >= 64)
		return false;
	for (; *name; name++)
		if (*name <= ' ' || *name > '~')
			return false;
	return true;
}

static int compare(const void *a, const void *b)
{
	return strverscmp(*(char *const *)a, *(char *const *)b);
}

static int names_add(struct names *names, const char *name)
{
	char **list = reallocarray(names->list, names->nr + 1, sizeof(*list));

	if (!list)
		return -ENOMEM;
	names->list = list;
	list[names->nr] = strdup(name);
	if (!list[names->nr])
		return -ENOMEM;
	names->nr++;
	return 0;
}

int names_read(struct names *names, const char *fmt, ...)
{
	char path[PATH_BYTES];
	struct dirent *entry;
	DIR *dir;
	int ret = PATH_OF(path, fmt);

	*names = (struct names){ 0 };
	if (ret)
		return ret;
	dir = opendir(path);
	if (!dir)
		return -errno;
	while (!ret && names->nr < MAX_NAMES && (entry = readdir(dir)))
		if (is_name(entry->d_name))
			ret = names_add(names, entry->d_name);
	closedir(dir);
	if (ret)
		names_free(names);
	else if (names->nr)
		qsort(names->list, names->nr, sizeof(*names->list), compare);
	return ret;
}

void names_free(struct names *names)
{
	for (unsigned int i = 0; i < names->nr; i++)
		free(names->list[i]);
	free(names->list);
	*names = (struct names){ 0 };
}
