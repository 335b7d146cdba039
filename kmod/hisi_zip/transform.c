// SPDX-License-Identifier: GPL-2.0-only
/* Which transform works on which function. */
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/numa.h>
#include <linux/sched/mm.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/topology.h>
#include <linux/workqueue.h>

#include "engine.h"
#include "format.h"
#include "hisi_qm.h"
#include "hisi_zip_hw.h"
#include "transform.h"

/* How often lanes are looked at while there are any. */
#define WATCH_PERIOD	(5 * HZ)

/**
 * struct zip_function - a function in use for the kernel
 * @node: in @functions
 * @qm: queue manager
 * @algs: what it can do (7.2.4)
 * @tried: had no queue for the transform that is being attached
 * @past: counters of lanes that are gone
 */
struct zip_function {
	struct list_head node;
	struct hisi_qm *qm;
	u32 algs;
	bool tried;
	struct zip_lane_counters past;
};

/*
 * Protects both lists, what functions and transforms say about each other, and
 * the order of taking and giving back queues. Not needed to send.
 */
static DEFINE_MUTEX(lock);
static LIST_HEAD(functions);
static LIST_HEAD(transforms);

/*
 * The watch may wait for a minute, for a queue that goes on completing: nobody
 * else's work is to be behind it. Swapping may wait for what it does.
 */
static struct workqueue_struct *watch_queue;
static void watch_lanes(struct work_struct *work);
static DECLARE_DELAYED_WORK(watch, watch_lanes);

static int function_distance(struct zip_function *function, int numa_node)
{
	int node = dev_to_node(&hisi_qm_pdev(function->qm)->dev);

	/* A device that does not say where it is, is at node 0. */
	return node_distance(node == NUMA_NO_NODE ? 0 : node, numa_node);
}

static bool function_fits(struct zip_function *function,
			  struct zip_transform *transform)
{
	u8 caps = transform->format->caps;

	return !function->tried && (function->algs & caps) == caps &&
	       hisi_qm_free_queues(function->qm) >= ZIP_DIRECTIONS;
}

static struct zip_function *function_nearest(struct zip_transform *transform)
{
	int numa_node = transform->numa_node == NUMA_NO_NODE ?
			numa_mem_id() : transform->numa_node;
	struct zip_function *function, *best = NULL;
	int distance, best_distance = 0;

	list_for_each_entry(function, &functions, node) {
		if (!function_fits(function, transform))
			continue;
		distance = function_distance(function, numa_node);
		if (best && distance >= best_distance)
			continue;
		best = function;
		best_distance = distance;
	}
	return best;
}

static bool attach_to(struct zip_transform *transform,
		      struct zip_function *function)
{
	struct zip_lane *lanes[ZIP_DIRECTIONS];
	unsigned int i;

	for (i = 0; i < ZIP_DIRECTIONS; i++) {
		lanes[i] = zip_lane_alloc(function->qm, transform->format, i,
					  transform->done);
		if (IS_ERR(lanes[i]))
			goto err;
	}
	for (i = 0; i < ZIP_DIRECTIONS; i++)
		rcu_assign_pointer(transform->lanes[i], lanes[i]);
	transform->function = function;
	queue_delayed_work(watch_queue, &watch, WATCH_PERIOD);
	return true;

err:
	while (i--)
		zip_lane_free(lanes[i]);
	return false;
}

static void attach(struct zip_transform *transform)
{
	struct zip_function *function;
	unsigned int noio;

	list_for_each_entry(function, &functions, node)
		function->tried = false;
	/*
	 * Memory that swapping makes may wait for a request that the device has
	 * lost, and watch_lanes() for the lock that is held here.
	 */
	noio = memalloc_noio_save();
	while ((function = function_nearest(transform))) {
		if (attach_to(transform, function))
			break;
		function->tried = true;
	}
	memalloc_noio_restore(noio);
}

/*
 * Two steps with a grace period between them: nobody starts to use a lane after
 * the first, nobody is still about to send after the grace period, and giving
 * the queue back waits for what has been sent.
 */
static void detach_begin(struct zip_transform *transform,
			 struct zip_lane *lanes[ZIP_DIRECTIONS])
{
	unsigned int i;

	for (i = 0; i < ZIP_DIRECTIONS; i++)
		lanes[i] = rcu_replace_pointer(transform->lanes[i], NULL,
					       lockdep_is_held(&lock));
}

static void detach_finish(struct zip_transform *transform,
			  struct zip_lane *lanes[ZIP_DIRECTIONS])
{
	unsigned int i;

	for (i = 0; i < ZIP_DIRECTIONS; i++) {
		zip_lane_count(lanes[i], &transform->function->past);
		zip_lane_free(lanes[i]);
	}
	transform->function = NULL;
}

static void detach(struct zip_transform *transform)
{
	struct zip_lane *lanes[ZIP_DIRECTIONS];

	if (!transform->function)
		return;
	detach_begin(transform, lanes);
	synchronize_rcu();
	detach_finish(transform, lanes);
}

static struct zip_lane *lane_of(struct zip_transform *transform, unsigned int i)
{
	return rcu_dereference_protected(transform->lanes[i],
					 lockdep_is_held(&lock));
}

static bool is_stuck(struct zip_transform *transform)
{
	unsigned int i;

	for (i = 0; i < ZIP_DIRECTIONS; i++)
		if (zip_lane_is_stuck(lane_of(transform, i)))
			return true;
	return false;
}

/*
 * Nothing tells of a device that loses a request. Its users would wait for ever;
 * with the queue given back they get their answers from software.
 */
static void watch_lanes(struct work_struct *work)
{
	struct zip_transform *transform;
	bool go_on = false;

	mutex_lock(&lock);
	list_for_each_entry(transform, &transforms, node) {
		if (!transform->function)
			continue;
		if (is_stuck(transform)) {
			pci_warn(hisi_qm_pdev(transform->function->qm),
				 "a queue does not answer; its user goes on in software\n");
			detach(transform);
		} else {
			go_on = true;
		}
	}
	if (go_on)
		queue_delayed_work(watch_queue, &watch, WATCH_PERIOD);
	mutex_unlock(&lock);
}

int zip_transforms_init(void)
{
	watch_queue = alloc_workqueue("hisi_zip_watch",
				      WQ_UNBOUND | WQ_MEM_RECLAIM, 1);
	return watch_queue ? 0 : -ENOMEM;
}

void zip_transforms_exit(void)
{
	cancel_delayed_work_sync(&watch);
	destroy_workqueue(watch_queue);
}

void zip_transform_add(struct zip_transform *transform)
{
	mutex_lock(&lock);
	list_add_tail(&transform->node, &transforms);
	attach(transform);
	mutex_unlock(&lock);
}

void zip_transform_remove(struct zip_transform *transform)
{
	mutex_lock(&lock);
	list_del(&transform->node);
	detach(transform);
	mutex_unlock(&lock);
}

int zip_function_add(struct hisi_qm *qm)
{
	struct zip_function *function = kzalloc(sizeof(*function), GFP_KERNEL);
	struct zip_transform *transform;

	if (!function)
		return -ENOMEM;
	function->qm = qm;
	function->algs = zip_engine_kernel_algs(qm);
	mutex_lock(&lock);
	hisi_qm_set_priv(qm, function);
	list_add_tail(&function->node, &functions);
	list_for_each_entry(transform, &transforms, node)
		if (!transform->function)
			attach(transform);
	mutex_unlock(&lock);
	return 0;
}

void zip_function_remove(struct hisi_qm *qm)
{
	struct zip_function *function = hisi_qm_priv(qm);
	struct zip_transform *transform;

	if (!function)
		return;
	mutex_lock(&lock);
	list_del(&function->node);
	list_for_each_entry(transform, &transforms, node)
		if (transform->function == function)
			detach(transform);
	hisi_qm_set_priv(qm, NULL);
	mutex_unlock(&lock);
	kfree(function);
}

void zip_transforms_dump(struct hisi_qm *qm, struct seq_file *s)
{
	struct zip_lane_counters sum = { 0 };
	struct zip_transform *transform;
	struct zip_function *function;
	unsigned int count = 0, i;

	mutex_lock(&lock);
	function = hisi_qm_priv(qm);
	if (function)
		sum = function->past;
	list_for_each_entry(transform, &transforms, node) {
		if (!function || transform->function != function)
			continue;
		count++;
		for (i = 0; i < ZIP_DIRECTIONS; i++)
			zip_lane_count(lane_of(transform, i), &sum);
	}
	mutex_unlock(&lock);
	seq_printf(s, "crypto.transforms = %u\n", count);
	seq_printf(s, "crypto.finished = %llu\n", sum.finished);
	seq_printf(s, "crypto.refused = %llu\n", sum.refused);
	seq_printf(s, "crypto.failed = %llu\n", sum.failed);
}
