/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Finding devices and bringing them into the order in which to try them. */
#ifndef WD_DEVICE_H
#define WD_DEVICE_H

#include "wd_backend.h"
#include "wd_driver.h"

/*
 * A device and who serves it; @driver is NULL if nobody does. @is_wanted_node:
 * it is on the node that the caller named.
 */
struct wd_candidate {
	const struct wd_backend_ops *backend;
	const struct wd_driver *driver;
	bool is_wanted_node;
	struct wd_device_info info;
};

struct wd_candidates {
	struct wd_candidate *list;
	unsigned int nr;
};

/*
 * wd_device_find() - devices, the one to prefer first
 * @name: NULL or WD_DEVICE_AUTO for all, else the one of this name
 * @numa_node: node to be near to, or WD_NUMA_ANY for the calling thread's
 * @found: to be freed with wd_device_find_free(); may be empty
 *
 * Return: 0 or -ENOMEM.
 */
int wd_device_find(const char *name, int numa_node,
		   struct wd_candidates *found);
void wd_device_find_free(struct wd_candidates *found);

/* Is @algorithm a line of the device's list? */
bool wd_device_has_algorithm(const struct wd_device_info *info,
			     const char *algorithm);

#endif /* WD_DEVICE_H */
