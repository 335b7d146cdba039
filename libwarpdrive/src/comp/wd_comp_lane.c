/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The queues of a session: opening, losing and replacing them. */
#include <stdlib.h>

#include "wd_comp_private.h"
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

static int request_queue(const struct wd_comp_session *s, struct wd_queue *q)
{
	struct wd_queue_info info;
	int ret;

	q->algorithm = algorithm_of(s->params.format);
	q->op_type = s->params.direction;
	q->numa_node = s->params.numa_node;
	q->timeout_ms = s->params.timeout_ms;
	if (!s->lost && shared_device(s, &info)) {
		q->device = info.device.name;
		ret = wd_request_queue(q);
		/* The name is on this stack. */
		q->device = NULL;
		if (!ret)
			return 0;
	}
	q->device = s->params.device;
	return wd_request_queue(q);
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
	int ret = wd_comp_lane_run(s, s->lanes[index], msg);

	switch (ret) {
	case -EIO:
	case -ENODEV:
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
	if (!ret || ret == -ENODEV || !s->lost)
		return ret;
	return -EIO;
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
