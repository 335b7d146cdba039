/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* ss_limit_mib: most data memory of all queues together. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <misc/uacce/uacce.h>

#include "check.h"

#define PARAMETER	"/sys/module/uacce/parameters/ss_limit_mib"
#define MIB		(1024UL * 1024)
#define UNIT		(64UL * 1024)

static bool set_limit(const char *mib)
{
	int fd = open(PARAMETER, O_WRONLY | O_CLOEXEC);
	bool is_set = fd >= 0 &&
		      write(fd, mib, strlen(mib)) == (ssize_t)strlen(mib);

	if (fd >= 0)
		close(fd);
	return is_set;
}

/* Memory that another queue shares stays, and counts, without its first one. */
static void check_shared(const struct node *node)
{
	int first = queue_open(node), second = queue_open(node);
	int third = queue_open(node);
	char *ss = region(first, UACCE_QFRT_SS, MIB);

	point(ss != MAP_FAILED, "all that the limit allows");
	fails_with((long)region(third, UACCE_QFRT_SS, UNIT), ENOMEM,
		   "more than that by another queue");
	point(!ioctl(first, UACCE_CMD_SHARE_SVAS, second), "shared");
	if (ss != MAP_FAILED)
		munmap(ss, MIB);
	close(first);
	fails_with((long)region(third, UACCE_QFRT_SS, UNIT), ENOMEM,
		   "more while the shared memory is there");
	close(second);
	ss = region(third, UACCE_QFRT_SS, MIB);
	point(ss != MAP_FAILED, "all of it again when both are gone");
	if (ss != MAP_FAILED)
		munmap(ss, MIB);
	close(third);
}

void check_limit(const struct node *node)
{
	int fd;

	if (node->flags & UACCE_DEV_SVA)
		return;
	point(set_limit("1"), "a limit of 1 MiB");
	check_shared(node);
	point(set_limit("0"), "a limit of nothing");
	fd = queue_open(node);
	fails_with((long)region(fd, UACCE_QFRT_SS, UNIT), ENOMEM,
		   "any memory at all");
	close(fd);
	point(set_limit("1024"), "the limit is as it was");
}
