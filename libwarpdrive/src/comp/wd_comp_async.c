/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Asynchronous requests. The message of a request is inside it, so nothing is
 * allocated, and a burst is one call of the queue.
 */
#include <poll.h>
#include <time.h>

#include "wd_comp_private.h"

#define MAX_LANES	64

/* A queue may die without a wake-up: look at it this often. */
#define SLEEP_SLICE_MS	1000

/*
 * Make messages of requests, up to the first that cannot be sent with them; of
 * that one *@error is what wd_comp_prepare() said.
 *
 * Return: how many.
 */
static inline unsigned int
prepare_burst(struct wd_comp_session *s, struct wd_comp_lane *lane,
	      struct wd_comp_req *const *reqs, unsigned int n, void **msgs,
	      int *error)
{
	unsigned int i;
	int ret;

	for (i = 0; i < n; i++) {
		ret = wd_comp_prepare(s, lane, reqs[i]);
		if (unlikely(ret)) {
			*error = ret;
			break;
		}
		msgs[i] = &reqs[i]->msg;
	}
	return i;
}

/* The queue took @sent of @n requests, or failed. As submit_some(). */
static __attribute__((noinline)) int
sent_less(struct wd_comp_session *s, unsigned int index,
	  struct wd_comp_req *const *reqs, int sent, unsigned int n)
{
	struct wd_comp_arena *arena = s->lanes[index]->arena;
	unsigned int i;

	for (i = sent > 0 ? sent : 0; i < n; i++)
		wd_comp_release(arena, reqs[i]);
	switch (sent) {
	case -EBUSY:
		return -EAGAIN;
	case -EIO:
	case -ENODEV:
		/* Whether there is another lane is for the next try to see. */
		wd_comp_lane_died(s, index, sent);
		return 0;
	default:
		return sent;
	}
}

/*
 * Give the first of @n requests to one lane, with one doorbell.
 * Return: how many; 0 if it is worth another try; -errno.
 */
static inline int submit_some(struct wd_comp_session *s,
			      struct wd_comp_req *const *reqs, unsigned int n)
{
	void *msgs[WD_COMP_BURST];
	struct wd_comp_lane *lane;
	int index, sent, error = 0;

	index = wd_comp_pick(s);
	if (unlikely(index < 0))
		return index;
	lane = s->lanes[index];
	if (n > WD_COMP_BURST)
		n = WD_COMP_BURST;
	if (n > lane->capacity - lane->in_flight)
		n = lane->capacity - lane->in_flight;
	n = prepare_burst(s, lane, reqs, n, msgs, &error);
	if (unlikely(!n)) {
		if (error < 0)
			return error;
		s->in_flight++;
		wd_comp_list_add(&s->done, reqs[0]);
		return 1;
	}
	sent = wd_send_burst(&lane->q, msgs, n);
	if (likely(sent > 0)) {
		lane->in_flight += sent;
		s->in_flight += sent;
	}
	if (unlikely(sent != (int)n))
		return sent_less(s, index, reqs, sent, n);
	return sent;
}

int wd_comp_submit(struct wd_comp_session *s, struct wd_comp_req *const *reqs,
		   unsigned int n)
{
	unsigned int room = s->max_in_flight - s->in_flight;
	unsigned int taken = 0, failures = 0;
	int ret = 0;

	if (unlikely(wd_comp_is_child(s)))
		return -EPERM;
	if (unlikely(s->refuse))
		return s->refuse;
	if (unlikely(n > room)) {
		n = room;
		ret = -EAGAIN;
	}
	while (taken < n) {
		ret = submit_some(s, reqs + taken, n - taken);
		if (unlikely(ret < 0))
			break;
		taken += ret;
		if (unlikely(!ret && ++failures > wd_comp_max_refusals(s))) {
			ret = -EIO;
			break;
		}
	}
	return likely(taken) ? (int)taken : ret;
}

/* A queue of a lane failed. Return: callbacks, that is none, or -EPERM. */
static __attribute__((noinline)) int
poll_failed(struct wd_comp_session *s, unsigned int index, int error)
{
	if (error == -EPERM)
		return error;
	wd_comp_lane_died(s, index, error);
	wd_comp_resend(s);
	return 0;
}

/* Take up to WD_COMP_BURST answers of a lane. As wd_comp_poll(). */
static inline int poll_burst(struct wd_comp_session *s, unsigned int index,
			     unsigned int max)
{
	struct wd_comp_lane *lane = s->lanes[index];
	void *msgs[WD_COMP_BURST];
	struct wd_comp_req *req;
	int n, i;

	if (!lane || !lane->in_flight)
		return 0;
	n = wd_recv_burst(&lane->q, msgs,
			  max < WD_COMP_BURST ? max : WD_COMP_BURST);
	if (unlikely(n < 0))
		return poll_failed(s, index, n);
	lane->in_flight -= n;
	lane->has_answered |= n > 0;
	/* All before the first callback: that may replace the lane. */
	for (i = 0; i < n; i++)
		wd_comp_finish(s, lane->arena, wd_comp_req_of(msgs[i]));
	for (i = 0; i < n; i++) {
		req = wd_comp_req_of(msgs[i]);
		s->in_flight--;
		req->done(req);
	}
	return n;
}

static int poll_lane(struct wd_comp_session *s, unsigned int index,
		     unsigned int max)
{
	unsigned int made = 0;
	int ret;

	do {
		ret = poll_burst(s, index, max - made);
		if (unlikely(ret < 0))
			return ret;
		made += ret;
	} while (ret == WD_COMP_BURST && made < max);
	return made;
}

int wd_comp_poll(struct wd_comp_session *s, unsigned int max)
{
	unsigned int made = 0, i, k;
	int ret;

	if (unlikely(wd_comp_is_child(s)))
		return -EPERM;
	/* What callbacks submit is for the next call. */
	if (!max || max > s->in_flight)
		max = s->in_flight;
	if (unlikely(s->again.head))
		wd_comp_resend(s);
	if (unlikely(s->done.head))
		made = wd_comp_deliver(s, max);
	i = s->next_poll;
	for (k = 0; k < s->nr_lanes && made < max; k++) {
		ret = poll_lane(s, i, max - made);
		if (unlikely(ret < 0))
			return ret;
		made += ret;
		if (++i >= s->nr_lanes)
			i = 0;
	}
	/* A lane that is busy all the time must not hide the others. */
	s->next_poll = i;
	/* From a lane that died just now, whose news nobody will announce. */
	if (unlikely(s->done.head))
		made += wd_comp_deliver(s, max - made);
	return made;
}

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ull + ts.tv_nsec / 1000000;
}

/* Sleep until a queue has an answer, at most @ms. */
static void sleep_on_queues(struct wd_comp_session *s, int ms)
{
	struct pollfd fds[MAX_LANES];
	struct wd_comp_lane *lane;
	unsigned int i, nr = 0;

	for (i = 0; i < s->nr_lanes; i++) {
		lane = s->lanes[i];
		if (!lane || !lane->in_flight)
			continue;
		/* Answers or a failure: both are for wd_comp_poll(). */
		if (wd_queue_arm(&lane->q))
			return;
		fds[nr].fd = wd_queue_fd(&lane->q);
		fds[nr++].events = POLLIN;
	}
	if (nr)
		poll(fds, nr, ms);
}

static uint64_t time_left(uint64_t start, uint32_t timeout_ms)
{
	uint64_t gone;

	if (timeout_ms == WD_TIMEOUT_INFINITE)
		return SLEEP_SLICE_MS;
	gone = now_ms() - start;
	return gone < timeout_ms ? timeout_ms - gone : 0;
}

int wd_comp_wait(struct wd_comp_session *s, uint32_t timeout_ms)
{
	uint64_t start, left;
	unsigned int spins;
	int ret;

	for (spins = 0; spins < WD_COMP_SPINS; spins++) {
		ret = wd_comp_poll(s, 0);
		if (ret || !s->in_flight)
			return ret;
		if (!timeout_ms)
			return -ETIMEDOUT;
		wd_comp_pause();
	}
	start = now_ms();
	for (;;) {
		ret = wd_comp_poll(s, 0);
		if (ret || !s->in_flight)
			return ret;
		left = time_left(start, timeout_ms);
		if (!left)
			return -ETIMEDOUT;
		sleep_on_queues(s, left < SLEEP_SLICE_MS ? left :
							   SLEEP_SLICE_MS);
	}
}

unsigned int wd_comp_in_flight(const struct wd_comp_session *s)
{
	return s->in_flight;
}
