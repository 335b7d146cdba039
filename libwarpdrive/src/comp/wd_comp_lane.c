/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The queues of a session: opening, losing and replacing them. */
#include <stdlib.h>

#include "wd_comp_private.h"
#include "wd_device.h"
#include "wd_log.h"
#include "wd_queue_private.h"

static const char *algorithm_of(uint32_t format)
{
	static const char *const names[] = {
		[WD_COMP_DEFLATE] = "deflate",
		[WD_COMP_ZLIB] = "zlib",
		[WD_COMP_GZIP] = "gzip",
	};

	return names[format];
}

/*
 * The device that other lanes share their reserved memory on: there every lane
 * reaches the memory of all.
 */
static bool shared_device(const struct wd_comp_session *s,
			  struct wd_queue_info *info)
{
	struct wd_comp_arena *arena;

	for (arena = s->arenas; arena; arena = arena->next)
		if (arena->owner && arena->users &&
		    !wd_queue_get_info(&arena->owner->q, info))
			return true;
	return false;
}

static int request_named(struct wd_queue *q, const char *name)
{
	int ret;

	q->device = name;
	ret = wd_request_queue(q);
	/* The name is on a stack, or in a list. */
	q->device = NULL;
	return ret;
}

static bool is_bad(const struct wd_comp_session *s, const char *name)
{
	unsigned int i;

	for (i = 0; i < s->nr_bad && i < ARRAY_SIZE(s->bad); i++)
		if (!strcmp(s->bad[i], name))
			return true;
	return false;
}

static bool may_take_any(const struct wd_comp_session *s)
{
	return !s->params.device || !strcmp(s->params.device, WD_DEVICE_AUTO);
}

/* A queue of a device that is not known to be bad. 0 or -ENODEV. */
static int request_good(const struct wd_comp_session *s, struct wd_queue *q)
{
	struct wd_device_info *list = NULL;
	int i, nr, pass, ret = -ENODEV;
	bool is_near;

	nr = wd_device_list_get(&list);
	/* Those of the wanted node first, if one is wanted. */
	for (pass = 0; pass < 2; pass++) {
		for (i = 0; i < nr && ret; i++) {
			is_near = q->numa_node != WD_NUMA_ANY &&
				  q->numa_node == list[i].numa_node;
			if (is_near == !pass && !list[i].isolated &&
			    wd_device_has_algorithm(&list[i], q->algorithm) &&
			    !is_bad(s, list[i].name))
				ret = request_named(q, list[i].name);
		}
	}
	wd_device_list_free(list);
	return ret ? -ENODEV : 0;
}

static int request_queue(const struct wd_comp_session *s, struct wd_queue *q)
{
	struct wd_queue_info info;

	q->algorithm = algorithm_of(s->params.format);
	q->op_type = s->params.direction;
	q->numa_node = s->params.numa_node;
	q->timeout_ms = s->params.timeout_ms;
	if (!s->lost && shared_device(s, &info) &&
	    !request_named(q, info.device.name))
		return 0;
	if (s->nr_bad && may_take_any(s) && !request_good(s, q))
		return 0;
	return request_named(q, s->params.device);
}

void wd_comp_lane_blame(struct wd_comp_session *s, unsigned int index)
{
	struct wd_comp_lane *lane = s->lanes[index];
	struct wd_queue_info info;

	/* Not at the first time: after a reset the device may do well. */
	if (lane->has_answered || lane->serial <= s->nr_lanes)
		return;
	if (!wd_queue_get_info(&lane->q, &info) && info.sq_doorbells &&
	    !is_bad(s, info.device.name))
		memcpy(s->bad[s->nr_bad++ % ARRAY_SIZE(s->bad)],
		       info.device.name, sizeof(info.device.name));
}

static void update_direct(struct wd_comp_session *s)
{
	struct wd_comp_lane *first = s->lanes[0];

	s->direct = first && first->reaches_all ? first : NULL;
}

int wd_comp_lane_open(struct wd_comp_session *s, unsigned int index)
{
	struct wd_queue_info info;
	struct wd_comp_lane *lane;
	int ret;

	lane = calloc(1, sizeof(*lane));
	if (!lane)
		return -ENOMEM;
	ret = request_queue(s, &lane->q);
	if (ret)
		goto free_lane;
	ret = wd_queue_get_info(&lane->q, &info);
	if (ret)
		goto release;
	lane->capacity = info.depth - 1;
	lane->reaches_all = info.device.mode == WD_MODE_SVA;
	ret = wd_comp_arena_attach(s, lane);
	if (ret)
		goto release;
	lane->serial = ++s->serials;
	s->lanes[index] = lane;
	update_direct(s);
	return 0;

release:
	wd_release_queue(&lane->q);
free_lane:
	free(lane);
	return ret;
}

/*
 * A queue whose memory is still needed cannot be released, but the device must
 * let go of its requests all the same.
 */
static void stop_queue(struct wd_queue *q)
{
	struct wd_channel *ch = q->state->dq->ch;

	ch->ops->ioctl(ch, UACCE_CMD_PUT_Q, NULL);
}

void wd_comp_lane_close(struct wd_comp_session *s, unsigned int index)
{
	struct wd_comp_lane *lane = s->lanes[index];
	struct wd_comp_arena *arena = lane->arena;

	s->lanes[index] = NULL;
	update_direct(s);
	if (arena->owner != lane) {
		wd_release_queue(&lane->q);
		free(lane);
	} else if ((arena->users > 1 || arena->kept) && !wd_comp_is_child(s)) {
		stop_queue(&lane->q);
	}
	wd_comp_arena_put(s, arena);
}

void wd_comp_lanes_close(struct wd_comp_session *s)
{
	unsigned int i;

	for (i = 0; i < s->nr_lanes; i++)
		if (s->lanes[i])
			wd_comp_lane_close(s, i);
}

int wd_comp_lane_reopen(struct wd_comp_session *s, unsigned int index,
			int error)
{
	const char *algorithm = algorithm_of(s->params.format);
	int ret;

	s->lost = error;
	ret = wd_comp_lane_open(s, index);
	if (ret)
		wd_log(WD_LOG_ERROR, "a queue for %s was lost (%s), no other: %s",
		       algorithm, strerror(-error), strerror(-ret));
	else
		wd_log(WD_LOG_WARNING,
		       "a queue for %s was lost (%s) and replaced", algorithm,
		       strerror(-error));
	return ret;
}

int wd_comp_lane_call(struct wd_comp_session *s, unsigned int index,
		      struct wd_comp_msg *msg)
{
	struct wd_comp_lane *lane = s->lanes[index];
	int ret = wd_comp_lane_run(s, lane, msg);

	switch (ret) {
	case 0:
		lane->has_answered = true;
		break;
	case -EIO:
	case -ENODEV:
		wd_comp_lane_blame(s, index);
		wd_comp_lane_close(s, index);
		wd_comp_lane_reopen(s, index, ret);
		break;
	case -ETIMEDOUT:
		wd_log(WD_LOG_ERROR, "no answer in time, the queue is given up");
		wd_comp_lane_close(s, index);
		break;
	}
	return ret;
}

int wd_comp_lane_any(struct wd_comp_session *s)
{
	unsigned int i;
	int ret;

	for (i = 0; i < s->nr_lanes; i++)
		if (s->lanes[i])
			return i;
	ret = wd_comp_lane_open(s, 0);
	if (ret)
		return ret == -ENODEV ? ret : -EIO;
	/* A device is back: as many of the others as it has. */
	for (i = 1; i < s->nr_lanes && !wd_comp_lane_open(s, i); i++)
		;
	return 0;
}

int wd_comp_lane_wait(struct wd_comp_session *s, struct wd_comp_lane *lane)
{
	uint32_t timeout_ms = s->params.timeout_ms;
	void *back;
	int ret, i;

	for (i = 0; i < WD_COMP_SPINS; i++) {
		ret = wd_recv(&lane->q, &back);
		if (ret != -EAGAIN)
			return ret;
		wd_comp_pause();
	}
	return wd_recv_timed(&lane->q, &back, timeout_ms ? timeout_ms :
						WD_TIMEOUT_DEFAULT_MS);
}
