/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

static unsigned int points, failures;

void point(bool is_ok, const char *format, ...)
{
	va_list args;

	printf("%s %u - ", is_ok ? "ok" : "not ok", ++points);
	failures += !is_ok;
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
}

void fails_with(long ret, int error, const char *what)
{
	int got = ret < 0 || ret == (long)MAP_FAILED ? errno : 0;

	point(got == error, "%s: %s%s%s", what, strerror(error),
	      got == error ? "" : ", got: ", got == error ? "" : strerror(got));
}

bool node_attr(const struct node *node, const char *attr, char *buf, size_t len)
{
	char path[200];
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/sys/class/uacce/%s/%s", node->name, attr);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return false;
	got = read(fd, buf, len - 1);
	close(fd);
	if (got < 0)
		return false;
	buf[got] = '\0';
	if (got && buf[got - 1] == '\n')
		buf[got - 1] = '\0';
	return true;
}

long node_number(const struct node *node, const char *attr)
{
	char text[64], *end;
	long value;

	if (!node_attr(node, attr, text, sizeof(text)))
		return LONG_MIN;
	value = strtol(text, &end, 10);
	return *text && !*end ? value : LONG_MIN;
}

bool node_read(struct node *node, const char *name)
{
	*node = (struct node){ .page_bytes = (size_t)sysconf(_SC_PAGESIZE) };
	snprintf(node->name, sizeof(node->name), "%s", name);
	snprintf(node->path, sizeof(node->path), "/dev/%s", name);
	node->flags = (unsigned long)node_number(node, "flags");
	node->mmio_bytes = (size_t)node_number(node, "region_mmio_size");
	node->dus_bytes = (size_t)node_number(node, "region_dus_size");
	if (node_number(node, "flags") >= 0)
		return true;
	fprintf(stderr, "uacce_check: no device %s in /sys/class/uacce\n", name);
	return false;
}

int queue_open(const struct node *node)
{
	int fd = open(node->path, O_RDWR | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	fprintf(stderr, "uacce_check: %s: %s\n", node->path, strerror(errno));
	exit(1);
}

void *region(int fd, unsigned int type, size_t bytes)
{
	return mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		    (off_t)type * sysconf(_SC_PAGESIZE));
}

int main(int argc, char **argv)
{
	struct node node;

	if (argc != 2 || !node_read(&node, argv[1])) {
		fprintf(stderr, "usage: uacce_check DEVICE, for instance hisi_zip-0\n");
		return 1;
	}
	check_attributes(&node);
	check_calls(&node);
	check_regions(&node);
	check_registers(&node);
	check_memory(&node);
	check_limit(&node);
	check_owner(&node);
	check_counts(&node);
	printf("1..%u\n", points);
	return failures != 0;
}
