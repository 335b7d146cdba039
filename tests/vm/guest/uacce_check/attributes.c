/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* sysfs, and how many queues there are. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include <misc/uacce/uacce.h>

#include "check.h"

#define MANY	4096

static void check_number(const struct node *node, const char *attr, long low,
			 long high)
{
	long value = node_number(node, attr);

	point(value >= low && value <= high, "%s is %ld, from %ld to %ld", attr,
	      value, low, high);
}

void check_attributes(const struct node *node)
{
	char text[256] = "";

	point(node_attr(node, "api", text, sizeof(text)) &&
	      !strncmp(text, "hisi_qm_v", 9), "api is %s", text);
	point((strstr(text, "_noiommu") != NULL) ==
	      ((node->flags & UACCE_DEV_NOIOMMU) != 0),
	      "api names the absence of an IOMMU");
	point(node_attr(node, "algorithms", text, sizeof(text)) &&
	      strstr(text, "zlib\n"), "algorithms name zlib");
	point(node_attr(node, "mode", text, sizeof(text)) &&
	      (!strcmp(text, "dma") || !strcmp(text, "noiommu") ||
	       !strcmp(text, "sva")), "mode is %s", text);
	check_number(node, "available_instances", 1, MANY);
	check_number(node, "dev_state", 0, 0);
	check_number(node, "isolate", 0, 0);
	check_number(node, "isolate_strategy", 0, 65535);
	check_number(node, "id", 0, 1 << 20);
	check_number(node, "node_id", -1, 1024);
	check_number(node, "numa_distance", 0, 255);
	check_number(node, "region_mmio_size", 1, 65536);
	check_number(node, "region_dus_size", 1, 1 << 20);
	point(node->dus_bytes % node->page_bytes == 0, "DUS is whole pages");
}

/* All queues, one more, and all back. */
void check_counts(const struct node *node)
{
	long before = node_number(node, "available_instances");
	static int fds[MANY];
	int count = 0, error, i;

	while (count < MANY) {
		fds[count] = open(node->path, O_RDWR | O_CLOEXEC);
		if (fds[count] < 0)
			break;
		count++;
	}
	error = errno;
	point(count == before && error == EBUSY,
	      "%d of %ld queues open, then: %s", count, before, strerror(error));
	point(node_number(node, "available_instances") == 0, "none is left");
	for (i = 0; i < count; i++)
		close(fds[i]);
	point(node_number(node, "available_instances") == before,
	      "all are back");
}
