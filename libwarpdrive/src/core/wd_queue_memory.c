/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The calls of a queue that are about reserved memory. */
#include <errno.h>
#include <string.h>

#include "wd_fork.h"
#include "wd_log.h"
#include "wd_queue_private.h"

static int usable(const struct wd_queue *q)
{
	if (!q || !q->state)
		return -EINVAL;
	return q->state->fork_cookie == wd_fork_current() ? 0 : -EPERM;
}

void *wd_reserve_memory(struct wd_queue *q, size_t size)
{
	struct wd_memory *mem;
	int ret;

	ret = usable(q);
	if (!ret) {
		mem = &q->state->memory;
		ret = wd_memory_reserve(mem, q->state->dq->ch, size);
		if (!ret)
			return mem->base;
	}
	wd_log(WD_LOG_ERROR, "no %zu bytes of device memory: %s%s", size,
	       strerror(-ret), ret == -EEXIST ?
	       " (a queue reserves once)" : "");
	return NULL;
}

int wd_share_reserved_memory(struct wd_queue *q, struct wd_queue *target_q)
{
	struct wd_driver_queue *dq, *target;
	int ret;

	ret = usable(q);
	if (!ret)
		ret = usable(target_q);
	if (ret)
		return ret;
	if (q == target_q)
		return -EINVAL;
	dq = q->state->dq;
	target = target_q->state->dq;
	if (dq->ch->ops != target->ch->ops ||
	    strcmp(dq->ch->info.name, target->ch->info.name))
		return -EXDEV;
	return wd_memory_share(&q->state->memory, dq->ch,
			       &target_q->state->memory, target->ch);
}

bool wd_memory_reachable(struct wd_queue *q, const void *addr, size_t size)
{
	uint64_t dma;

	if (usable(q) || !size)
		return false;
	return wd_memory_translate(&q->state->memory, addr, size, &dma);
}
