/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A user driver knows the rings and requests of one kind of device. It turns
 * the requests of an algorithm into what the device reads, and back.
 */
#ifndef WD_DRIVER_H
#define WD_DRIVER_H

#include "wd_backend.h"

struct wd_memory;

/**
 * struct wd_driver_queue - a queue of a user driver
 * @drv: its driver; open() may choose another table than the one it is in
 * @ch: its channel
 * @memory: what the device can reach, for the translation of addresses
 * @queue_num: number of the queue within its device
 * @depth: entries of the submission ring
 *
 * Drivers embed it as the first member of their own structure.
 */
struct wd_driver_queue {
	const struct wd_driver *drv;
	struct wd_channel *ch;
	const struct wd_memory *memory;
	uint32_t queue_num;
	uint32_t depth;
};

/**
 * struct wd_driver - operations of a user driver
 * @name: for struct wd_device_info
 * @matches: can it serve this device
 * @open: set up and start a queue on an open channel. Return 0 or -errno
 * @close: free it; the channel is closed by the caller afterwards
 * @send: as wd_send_burst()
 * @recv: as wd_recv_burst()
 * @send_one: as wd_send(); one request is worth code of its own
 * @recv_one: as wd_recv()
 * @arm: as wd_queue_arm()
 * @wait: wait for the answer of every request that was sent, or for the first
 *	answer that was not received (@any). Return 0, -ETIMEDOUT, -EIO, -ENODEV
 * @reclaim: of a dead queue: take back up to @n requests without an answer,
 *	oldest first. Return how many
 * @stats: fill in the counters of @info
 */
struct wd_driver {
	const char *name;
	bool (*matches)(const struct wd_device_info *info);
	int (*open)(struct wd_channel *ch, uint32_t op_type,
		    const char *algorithm, const struct wd_memory *memory,
		    struct wd_driver_queue **dq);
	void (*close)(struct wd_driver_queue *dq, bool is_child);
	int (*send)(struct wd_driver_queue *dq, void *const *reqs,
		    unsigned int n);
	int (*recv)(struct wd_driver_queue *dq, void **reqs, unsigned int n);
	int (*send_one)(struct wd_driver_queue *dq, void *req);
	int (*recv_one)(struct wd_driver_queue *dq, void **req);
	int (*arm)(struct wd_driver_queue *dq);
	int (*wait)(struct wd_driver_queue *dq, bool any, uint32_t timeout_ms);
	unsigned int (*reclaim)(struct wd_driver_queue *dq, void **reqs,
				unsigned int n);
	void (*stats)(struct wd_driver_queue *dq, struct wd_queue_info *info);
};

/* All user drivers, ended by NULL. */
extern const struct wd_driver *const wd_drivers[];

#endif /* WD_DRIVER_H */
