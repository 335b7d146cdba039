/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a requested queue is inside, and the calls the session layer has. */
#ifndef WD_QUEUE_PRIVATE_H
#define WD_QUEUE_PRIVATE_H

#include "wd_driver.h"
#include "wd_memory.h"

/**
 * struct wd_queue_state - a requested queue
 * @ops: of the user driver, which may differ from queue to queue
 * @dq: the user driver's queue
 * @fork_cookie: what wd_fork_current() was when the queue was requested
 * @memory: what the device reaches
 */
struct wd_queue_state {
	struct wd_driver ops;
	struct wd_driver_queue *dq;
	uint32_t fork_cookie;
	struct wd_memory memory;
};

/**
 * wd_reclaim() - take back the unanswered requests of a dead queue
 * @q: queue that gave -EIO or -ENODEV in wd_recv(), so that no answer is left
 * @reqs: room for @n pointers
 * @n: how many at most
 *
 * Oldest first. The device does not touch them any more once the queue is
 * released, which has to come before their memory is used again.
 *
 * Return: how many were taken.
 */
unsigned int wd_reclaim(struct wd_queue *q, void **reqs, unsigned int n);

#endif /* WD_QUEUE_PRIVATE_H */
