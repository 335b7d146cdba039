/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who does the work of a built-in device. */
#ifndef EMU_WORKER_H
#define EMU_WORKER_H

#include "emu_device.h"

/*
 * Start the threads if there are none. Locked.
 *
 * Return: 0, -ENOMEM, -EAGAIN (not a single thread could be made).
 */
int emu_workers_start(struct emu_device *dev);

/* End the threads and free their memory. Not locked. */
void emu_workers_stop(struct emu_device *dev);

/*
 * Let the calling thread do one request of a queue. Locked; unlocks meanwhile.
 *
 * Return: true if there was one and memory to do it.
 */
bool emu_worker_help(struct emu_device *dev, struct emu_channel *chan);

/* A thread is going to wait for the queue's next answer. Locked. */
void emu_worker_awaited(struct emu_device *dev, struct emu_channel *chan);

/* emu_qp_doorbell(), which may leave the work to the calling thread. Locked. */
void emu_worker_ring(struct emu_device *dev, struct emu_channel *chan,
		     uint32_t offset, uint64_t value);

/* Wait until no task of the queue is out. Locked; unlocks meanwhile. */
void emu_worker_wait_idle(struct emu_device *dev, struct emu_channel *chan);

#endif /* EMU_WORKER_H */
