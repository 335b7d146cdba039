/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Asynchronous requests when a queue dies: they are taken back and sent again
 * elsewhere. A request is in exactly one place: in a lane, on the list "again",
 * or on the list "done", from which alone callbacks are made here.
 */

#include "wd_comp_private.h"
#include "wd_queue_private.h"

struct wd_comp_req *wd_comp_list_take(struct wd_comp_list *list)
{
	struct wd_comp_req *req = list->head;

	if (req) {
		list->head = req->link;
		if (!list->head)
			list->tail = &list->head;
	}
	return req;
}

static void done(struct wd_comp_session *s, struct wd_comp_req *req, int result)
{
	req->result = result;
	req->consumed = 0;
	req->produced = 0;
	wd_comp_list_add(&s->done, req);
}

void wd_comp_take_back(struct wd_comp_session *s, unsigned int index,
		       struct wd_comp_list *list)
{
	struct wd_comp_lane *lane = s->lanes[index];
	struct wd_comp_arena *arena = lane->arena;
	struct wd_comp_req *req, **first = list->tail;
	void *msgs[WD_COMP_BURST];
	int n, i;

	while ((n = wd_recv_burst(&lane->q, msgs, WD_COMP_BURST)) > 0) {
		lane->has_answered = true;
		for (i = 0; i < n; i++) {
			req = wd_comp_req_of(msgs[i]);
			wd_comp_finish(s, arena, req);
			wd_comp_list_add(&s->done, req);
		}
	}
	while ((n = wd_reclaim(&lane->q, msgs, WD_COMP_BURST)) > 0)
		for (i = 0; i < n; i++)
			wd_comp_list_add(list, wd_comp_req_of(msgs[i]));
	wd_comp_lane_blame(s, index);
	/* Their memory is free only when the device has let go of the queue. */
	wd_comp_arena_get(arena);
	wd_comp_lane_close(s, index);
	for (req = *first; req; req = req->link)
		wd_comp_release(arena, req);
	wd_comp_arena_put(s, arena);
}

void wd_comp_lane_died(struct wd_comp_session *s, unsigned int index, int error)
{
	wd_comp_take_back(s, index, &s->again);
	wd_comp_lane_reopen(s, index, error);
}

int wd_comp_pick(struct wd_comp_session *s)
{
	unsigned int i = s->next_lane, k;
	struct wd_comp_lane *lane, *best = NULL;
	bool is_any = false;
	int index = -EAGAIN;

	for (k = 0; k < s->nr_lanes; k++) {
		if (i >= s->nr_lanes)
			i = 0;
		lane = s->lanes[i];
		is_any |= lane != NULL;
		if (lane && lane->in_flight < lane->capacity &&
		    (!best || lane->in_flight < best->in_flight)) {
			best = lane;
			index = i;
		}
		i++;
	}
	if (likely(best))
		s->next_lane = index + 1;
	return likely(is_any) ? index : wd_comp_lane_any(s);
}

/* Hand a request to a lane. As wd_comp_prepare() and wd_send(). */
static int send_one(struct wd_comp_session *s, struct wd_comp_lane *lane,
		    struct wd_comp_req *req)
{
	uint64_t history = req->private_data[0] & WD_COMP_REQ_HISTORY;
	int ret;

	ret = wd_comp_prepare(s, lane, req);
	if (!ret) {
		ret = wd_send(&lane->q, &req->msg);
		if (ret)
			wd_comp_release(lane->arena, req);
		else
			lane->in_flight++;
	}
	if (!ret)
		history++;
	else if (ret == -EIO || ret == -ENODEV)
		history += WD_COMP_REQ_ONE_REFUSAL;
	req->private_data[0] |= history;
	return ret == -EBUSY ? -EAGAIN : ret;
}

static bool is_hopeless(const struct wd_comp_session *s,
			const struct wd_comp_req *req)
{
	uint64_t history = req->private_data[0];

	return (history & WD_COMP_REQ_ATTEMPTS) >= WD_COMP_MAX_ATTEMPTS ||
	       (history & WD_COMP_REQ_REFUSALS) / WD_COMP_REQ_ONE_REFUSAL >
			wd_comp_max_refusals(s);
}

/* There is no device: not for the others in the list, either. */
static void give_up(struct wd_comp_session *s)
{
	struct wd_comp_req *req;

	while ((req = wd_comp_list_take(&s->again)))
		done(s, req, -EIO);
}

/* Send the first request of the list. Return: is there a point in going on? */
static bool resend_first(struct wd_comp_session *s, struct wd_comp_req *req)
{
	int index, ret;

	if (is_hopeless(s, req)) {
		done(s, wd_comp_list_take(&s->again), -EIO);
		return true;
	}
	index = wd_comp_pick(s);
	if (index == -EAGAIN)
		return false;
	if (index < 0) {
		give_up(s);
		return false;
	}
	ret = send_one(s, s->lanes[index], req);
	switch (ret) {
	case 0:
		wd_comp_list_take(&s->again);
		return true;
	case 1:
		wd_comp_list_add(&s->done, wd_comp_list_take(&s->again));
		return true;
	case -EAGAIN:
		return false;
	case -EIO:
	case -ENODEV:
		wd_comp_lane_died(s, index, ret);
		return true;
	default:
		done(s, wd_comp_list_take(&s->again), ret);
		return true;
	}
}

void wd_comp_resend(struct wd_comp_session *s)
{
	while (s->again.head && resend_first(s, s->again.head))
		;
}

unsigned int wd_comp_deliver(struct wd_comp_session *s, unsigned int max)
{
	struct wd_comp_req *req;
	unsigned int n;

	for (n = 0; n < max; n++) {
		req = wd_comp_list_take(&s->done);
		if (!req)
			break;
		s->in_flight--;
		req->done(req);
	}
	return n;
}
