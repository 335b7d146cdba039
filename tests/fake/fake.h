/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside of the fake backend. */
#ifndef FAKE_H
#define FAKE_H

#include <pthread.h>

#include "emu_function.h"
#include "wd_backend.h"
#include "wd_fake.h"

struct fake_device;

/**
 * struct fake_channel - an open queue
 * @ch: what the library sees
 * @dev: its device
 * @qp: its queue pair
 * @dus: the rings as the library has them mapped, or NULL
 * @mmio: the MMIO region, or NULL
 * @ss: the SS region it mapped, or NULL
 * @ss_bytes: length of @ss
 * @ss_dma: where the device finds @ss
 * @lender: the queue whose SS region it may use, or NULL
 * @has_news: an answer was announced and nobody was told yet
 * @event_fd: for poll()
 * @doorbells: rung since it was opened
 * @log: the latest of them, at their number modulo the size
 */
struct fake_channel {
	struct wd_channel ch;
	struct fake_device *dev;
	struct emu_qp *qp;
	void *dus;
	void *mmio;
	void *ss;
	size_t ss_bytes;
	uint64_t ss_dma;
	struct fake_channel *lender;
	bool has_news;
	int event_fd;
	unsigned int doorbells;
	struct wd_fake_doorbell log[WD_FAKE_DOORBELL_LOG];
};

/* A doorbell that has not reached the device. */
struct fake_held {
	unsigned int qn;
	struct wd_fake_doorbell bell;
};

/**
 * struct fake_device - a device
 * @index: its number
 * @model: the model
 * @worker: for single queues, made when first needed
 * @func: its driver
 * @channels: open queues by number
 * @others: queues that somebody else has
 * @is_removed: pulled out
 * @is_isolated: says the device list
 * @irqs: vectors raised and not handled
 * @holds_irqs: until wd_fake_pump_irqs()
 * @holds_doorbells: until wd_fake_release_doorbells()
 * @held: the doorbells, oldest first
 * @nr_held: how many
 * @next_dma: where the next SS region goes
 */
struct fake_device {
	unsigned int index;
	struct hisi_qm_model *model;
	struct hisi_qm_model_worker *worker;
	struct emu_function *func;
	struct fake_channel **channels;
	unsigned int others;
	bool is_removed;
	bool is_isolated;
	uint32_t irqs;
	bool holds_irqs;
	bool holds_doorbells;
	struct fake_held *held;
	unsigned int nr_held;
	uint64_t next_dma;
};

struct fake_failure {
	unsigned int nth;
	int err;
};

struct fake_hook {
	void (*fn)(void *arg, unsigned int dev, unsigned int qn);
	void *arg;
};

/* Everything in it is protected by @lock. */
struct fake {
	pthread_mutex_t lock;
	bool is_started;
	struct wd_fake_config config;
	struct fake_device devices[WD_FAKE_MAX_DEVICES];
	struct fake_failure failures[WD_FAKE_OPS];
	unsigned int calls[WD_FAKE_OPS];
	struct fake_hook hooks[WD_FAKE_OPS];
};

extern struct fake fake;

/* The two tables: with a doorbell operation, and with plain memory. */
extern const struct wd_backend_ops fake_ops;
extern const struct wd_backend_ops fake_mmio_ops;

/* All of the following are called with the lock held. */

/* The open queue, or NULL. */
struct fake_channel *fake_channel_get(unsigned int dev, unsigned int qn);

/* Free a channel and all it has. Return: regions that were still mapped. */
unsigned int fake_channel_free(struct fake_channel *chan);

/* Let a doorbell reach the device. */
void fake_ring(struct fake_device *dev, unsigned int qn,
	       const struct wd_fake_doorbell *bell);

/* Handle raised interrupts, held or not. Return: how many. */
unsigned int fake_pump(struct fake_device *dev);

/* Pump unless they are held. */
void fake_settle(struct fake_device *dev);

/* Do up to @max requests, 0 for all. Return: how many. */
unsigned int fake_run(struct fake_device *dev, unsigned int max);

/* Forget that there were news; the opposite of what the device does. */
void fake_forget_news(struct fake_channel *chan);

/* For the model. */
void fake_host_init(struct fake_device *dev, struct hisi_qm_model_host *host);

/* fake_memory.c: the SS region of a queue. */
int fake_ss_map(struct fake_channel *chan, size_t bytes, void **addr);
void fake_ss_unmap(struct fake_channel *chan);
int fake_ss_dma(const struct fake_channel *chan, uint64_t *word);
int fake_ss_share(struct fake_channel *chan, int fd);
uint64_t fake_ss_flags(void);
uint64_t fake_ss_find(const struct fake_device *dev, const void *addr);

#endif /* FAKE_H */
