/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which transform works on which function. A transform lives as long as its
 * user likes, a function as long as its device: they meet and part at any time,
 * and a transform without a function works in software.
 */
#ifndef WD_HISI_ZIP_TRANSFORM_H
#define WD_HISI_ZIP_TRANSFORM_H

#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

#include "lane.h"

struct hisi_qm;
struct seq_file;
struct zip_function;

#define ZIP_DIRECTIONS	2

/**
 * struct zip_transform - context of a crypto transform
 * @node: in the list of all; protected by the module's mutex
 * @format: of data
 * @numa_node: where its user would like the device
 * @done: for its lanes
 * @function: where its lanes are, or NULL; protected by the module's mutex
 * @lanes: by HISI_ZIP_ALG_*, or NULL. Read under RCU; a lane is freed a grace
 *	period after it has left here
 */
struct zip_transform {
	struct list_head node;
	const struct zip_format *format;
	int numa_node;
	zip_lane_done_t done;
	struct zip_function *function;
	struct zip_lane __rcu *lanes[ZIP_DIRECTIONS];
};

/** zip_transform_add() - on a function if one has queues to spare */
void zip_transform_add(struct zip_transform *transform);

/** zip_transform_remove() - no request may be under way */
void zip_transform_remove(struct zip_transform *transform);

/** zip_function_add() - also for transforms that have none. Return: 0, -ENOMEM */
int zip_function_add(struct hisi_qm *qm);

/** zip_function_remove() - its transforms work in software when this returns */
void zip_function_remove(struct hisi_qm *qm);

/** zip_transforms_init() - before all others. Return: 0, -ENOMEM */
int zip_transforms_init(void);

/** zip_transforms_exit() - after all transforms and functions */
void zip_transforms_exit(void);

/** zip_transforms_dump() - counters of a function's lanes */
void zip_transforms_dump(struct hisi_qm *qm, struct seq_file *s);

#endif /* WD_HISI_ZIP_TRANSFORM_H */
