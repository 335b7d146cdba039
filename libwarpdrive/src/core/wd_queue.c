/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The life of a queue, and the calls of its data path. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wd_device.h"
#include "wd_fork.h"
#include "wd_log.h"
#include "wd_queue_private.h"

#define unlikely(x)	__builtin_expect(!!(x), 0)

static bool is_child(const struct wd_queue_state *state)
{
	return unlikely(state->fork_cookie != wd_fork_current());
}

static int check_request(const struct wd_queue *q)
{
	unsigned int i;

	if (!q || !q->algorithm || q->flags || q->state)
		return -EINVAL;
	for (i = 0; i < sizeof(q->reserved) / sizeof(q->reserved[0]); i++)
		if (q->reserved[i])
			return -EINVAL;
	return 0;
}

static void close_channel(struct wd_channel *ch, bool child)
{
	ch->ops->close(ch, child);
}

/* Open a queue of one device; the state is ready for use or untouched. */
static int open_candidate(const struct wd_candidate *cand,
			  const struct wd_queue *q,
			  struct wd_queue_state *state)
{
	struct wd_driver_queue *dq = NULL;
	struct wd_channel *ch;
	int ret;

	ret = cand->backend->open(&cand->info, &ch);
	if (ret)
		return ret;
	/* Its own table may lack what wd_backend_register() filled in. */
	ch->ops = cand->backend;
	wd_memory_init(&state->memory, ch);
	ret = cand->driver->open(ch, q->op_type, q->algorithm, &state->memory,
				 &dq);
	if (ret) {
		close_channel(ch, false);
		return ret;
	}
	state->dq = dq;
	state->ops = *dq->drv;
	return 0;
}

/*
 * Why a device is passed over, or 0. The kernel answers that a queue is busy
 * by itself, so the number of free ones, which is old already, is not asked.
 */
static int unsuitable(const struct wd_candidate *cand, const struct wd_queue *q)
{
	if (!wd_device_has_algorithm(&cand->info, q->algorithm))
		return -ENODEV;
	if (!cand->driver)
		return -ENOTSUP;
	if (cand->info.isolated)
		return -ENODEV;
	return 0;
}

/* Of several failures the one the caller can do most about is reported. */
static int worse(int a, int b)
{
	static const int order[] = { -EINVAL, -EACCES, -EPERM, -EBUSY,
				     -ENOTSUP, -ENOMEM };
	unsigned int i;

	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return a == -ENODEV ? b : a;
}

static int try_candidates(const struct wd_candidates *found,
			  struct wd_queue *q, struct wd_queue_state *state)
{
	const struct wd_candidate *cand;
	int ret, error = -ENODEV;
	unsigned int i;

	for (i = 0; i < found->nr; i++) {
		cand = &found->list[i];
		ret = unsuitable(cand, q);
		if (!ret)
			ret = open_candidate(cand, q, state);
		if (!ret) {
			wd_log(WD_LOG_INFO, "%s: queue for %s opened",
			       cand->info.name, q->algorithm);
			return 0;
		}
		wd_log(cand->info.emulated ? WD_LOG_ERROR : WD_LOG_WARNING,
		       "%s: no queue for %s: %s", cand->info.name,
		       q->algorithm, strerror(-ret));
		error = worse(error, ret);
	}
	return error;
}

int wd_request_queue(struct wd_queue *q)
{
	struct wd_queue_state *state;
	struct wd_candidates found;
	int ret;

	ret = check_request(q);
	if (ret)
		return ret;
	ret = wd_fork_init();
	if (ret)
		return ret;
	state = calloc(1, sizeof(*state));
	if (!state)
		return -ENOMEM;
	ret = wd_device_find(q->device, q->numa_node, &found);
	if (!ret) {
		ret = try_candidates(&found, q, state);
		wd_device_find_free(&found);
	}
	if (ret) {
		free(state);
		return ret;
	}
	state->fork_cookie = wd_fork_current();
	q->state = state;
	return 0;
}

void wd_release_queue(struct wd_queue *q)
{
	struct wd_queue_state *state;
	struct wd_channel *ch;
	bool child;

	if (!q || !q->state)
		return;
	state = q->state;
	q->state = NULL;
	child = is_child(state);
	ch = state->dq->ch;
	state->ops.close(state->dq, child);
	/* The child never had the mapping. */
	if (child)
		state->memory.owned = false;
	wd_memory_release(&state->memory, ch);
	close_channel(ch, child);
	free(state);
}

int wd_send(struct wd_queue *q, void *req)
{
	struct wd_queue_state *state = q->state;

	if (unlikely(!state))
		return -EINVAL;
	if (is_child(state))
		return -EPERM;
	return state->ops.send_one(state->dq, req);
}

int wd_send_burst(struct wd_queue *q, void *const *reqs, unsigned int n)
{
	struct wd_queue_state *state = q->state;

	if (unlikely(!state))
		return -EINVAL;
	if (is_child(state))
		return -EPERM;
	return state->ops.send(state->dq, reqs, n);
}

int wd_recv(struct wd_queue *q, void **req)
{
	struct wd_queue_state *state = q->state;

	if (unlikely(!state))
		return -EINVAL;
	if (is_child(state))
		return -EPERM;
	return state->ops.recv_one(state->dq, req);
}

int wd_recv_burst(struct wd_queue *q, void **reqs, unsigned int n)
{
	struct wd_queue_state *state = q->state;

	if (unlikely(!state))
		return -EINVAL;
	if (is_child(state))
		return -EPERM;
	return state->ops.recv(state->dq, reqs, n);
}

int wd_recv_timed(struct wd_queue *q, void **req, uint32_t timeout_ms)
{
	int ret, end;

	ret = wd_recv(q, req);
	if (ret != -EAGAIN || !timeout_ms)
		return ret;
	end = q->state->ops.wait(q->state->dq, true, timeout_ms);
	if (end == -EAGAIN || end == -ETIMEDOUT)
		return end;
	/*
	 * What arrived comes first, the queue's end after it. The kernel may
	 * know of the end before the rings do.
	 */
	ret = wd_recv(q, req);
	return ret == -EAGAIN && end ? end : ret;
}

static uint32_t queue_timeout(const struct wd_queue *q)
{
	return q->timeout_ms ? q->timeout_ms : WD_TIMEOUT_DEFAULT_MS;
}

int wd_recv_sync(struct wd_queue *q, void **req)
{
	return wd_recv_timed(q, req, queue_timeout(q));
}

void wd_flush(struct wd_queue *q)
{
	struct wd_queue_state *state = q->state;

	if (!state || is_child(state))
		return;
	state->ops.wait(state->dq, false, queue_timeout(q));
}

int wd_queue_fd(struct wd_queue *q)
{
	struct wd_queue_state *state = q->state;

	if (!state)
		return -EINVAL;
	if (is_child(state))
		return -EPERM;
	return state->dq->ch->ops->fd(state->dq->ch);
}

int wd_queue_arm(struct wd_queue *q)
{
	struct wd_queue_state *state = q->state;

	if (!state)
		return -EINVAL;
	if (is_child(state))
		return -EPERM;
	return state->ops.arm(state->dq);
}

int wd_queue_get_info(struct wd_queue *q, struct wd_queue_info *info)
{
	struct wd_queue_state *state = q->state;

	if (!state || !info)
		return -EINVAL;
	if (is_child(state))
		return -EPERM;
	memset(info, 0, sizeof(*info));
	info->device = state->dq->ch->info;
	info->queue_num = state->dq->queue_num;
	info->depth = state->dq->depth;
	state->ops.stats(state->dq, info);
	return 0;
}

unsigned int wd_reclaim(struct wd_queue *q, void **reqs, unsigned int n)
{
	struct wd_queue_state *state = q->state;

	if (!state || is_child(state))
		return 0;
	return state->ops.reclaim(state->dq, reqs, n);
}
