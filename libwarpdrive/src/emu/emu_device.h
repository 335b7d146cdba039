/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A built-in device: a model, its function, and the threads that do its work.
 *
 * One lock a device serialises the model and everything here. It is held for
 * single steps only; hisi_qm_model_run(), which takes nearly all of the time,
 * goes on without it.
 *
 * After a fork() the child has no threads, and its copy of the device is in
 * whatever state the threads had it in. The child never uses it: its own first
 * queue gets a new device, and the copy stays where it is.
 */
#ifndef EMU_DEVICE_H
#define EMU_DEVICE_H

#include <pthread.h>

#include "emu_function.h"
#include "wd_backend.h"

#define EMU_MAX_THREADS	8

/**
 * struct emu_kind - a device that can be had
 * @name: for struct wd_queue
 * @api: interface name, tells the user driver the doorbell's format
 * @algorithms: what it can
 * @revision: HISI_QM_REV_*
 * @queues: queues of the function
 * @is_listed: in the list of devices
 */
struct emu_kind {
	const char *name;
	const char *api;
	const char *algorithms;
	unsigned int revision;
	unsigned int queues;
	bool is_listed;
};

/* Entries of the rings of every kind. */
#define EMU_DEPTH	1024

struct emu_device;

/**
 * struct emu_channel - an open queue
 * @ch: what the library sees
 * @dev: its device
 * @qp: its queue pair
 * @running: tasks that are out, 0 or 1 and one of the time before a restart
 * @waiters: threads that sleep in the wait operation
 * @news_seq: they sleep on it; counts what they would want to know
 * @has_news: an answer was announced and nobody was told yet
 * @has_event: @event_fd is readable
 * @event_fd: for poll(), made when first asked for, else -1
 * @is_unawaited: it was kicked and nobody waited for the answer since
 * @streak: kicks in a row after which somebody waited; see emu_worker.c
 * @task_ns: how long its last task took
 * @is_mapped: the rings are mapped
 * @ss: the SS region, or NULL
 * @ss_bytes: its length
 *
 * Everything but @ch and @dev is protected by the device's lock; @news_seq is
 * read without it too.
 */
struct emu_channel {
	struct wd_channel ch;
	struct emu_device *dev;
	struct emu_qp *qp;
	unsigned int running;
	unsigned int waiters;
	uint32_t news_seq;
	bool has_news;
	bool has_event;
	int event_fd;
	bool is_unawaited;
	unsigned int streak;
	int64_t task_ns;
	bool is_mapped;
	void *ss;
	size_t ss_bytes;
};

/**
 * struct emu_device - a built-in device
 * @kind: what it is
 * @fork_cookie: the process that made it
 * @orphan: the device it replaces in a forked child
 * @lock: protects all of the following but @kicks
 * @model: the model
 * @func: its driver
 * @channels: open queues by number
 * @open_channels: how many
 * @irqs: vectors that the model raised and @func has not seen
 * @ready: queues that have something to fetch, as far as anybody has said
 * @looking: threads that are going to fetch before they sleep
 * @sleeping: threads that have to be woken for it
 * @tokens: threads that were woken and do not know it yet
 * @is_quiet: a kick is for the thread that rings, not for the others
 * @deferred: the queue that was kicked so, until its task is fetched
 * @wants_watch: a thread should look after @deferred before it sleeps for good
 * @is_watched: one does
 * @wake: for @tokens and @is_stopping
 * @idle: a queue has no task out any more
 * @closers: threads that wait for @idle
 * @is_stopping: the threads have to end
 * @threads: the threads
 * @workers: their working memory
 * @nr_threads: how many of both
 * @helpers: working memory for threads of the application
 * @nr_helpers: entries of @helpers that are not in use
 * @made_helpers: how many were ever made, EMU_MAX_THREADS at most
 * @kicks: counts what makes @ready grow; idle threads look at it for a moment
 */
struct emu_device {
	const struct emu_kind *kind;
	uint32_t fork_cookie;
	struct emu_device *orphan;
	pthread_mutex_t lock;
	struct hisi_qm_model *model;
	struct emu_function *func;
	struct emu_channel **channels;
	unsigned int open_channels;
	uint32_t irqs;
	unsigned int ready;
	unsigned int looking;
	unsigned int sleeping;
	unsigned int tokens;
	bool is_quiet;
	struct emu_channel *deferred;
	bool wants_watch;
	bool is_watched;
	pthread_cond_t wake;
	pthread_cond_t idle;
	unsigned int closers;
	bool is_stopping;
	pthread_t threads[EMU_MAX_THREADS];
	struct hisi_qm_model_worker *workers[EMU_MAX_THREADS];
	unsigned int nr_threads;
	struct hisi_qm_model_worker *helpers[EMU_MAX_THREADS];
	unsigned int nr_helpers;
	unsigned int made_helpers;

	_Alignas(64) uint32_t kicks;
};

/*
 * emu_device_get() - a device with one more user
 *
 * Made if there is none yet. Return: 0, -ENOMEM, or the error of
 * emu_function_probe().
 */
int emu_device_get(const struct emu_kind *kind, struct emu_device **dev);

/* End of emu_device_get(). The device is kept for the next one. */
void emu_device_put(struct emu_device *dev);

/* Free queues, also of a device that nobody has used yet. */
unsigned int emu_device_free_queues(const struct emu_kind *kind);

/* CLOCK_MONOTONIC */
int64_t emu_now_ns(void);

void emu_device_lock(struct emu_device *dev);

/* Handles interrupts, unlocks, and wakes as many threads as there is work. */
void emu_device_unlock(struct emu_device *dev);

/* Handle the interrupts that the model has raised. Locked. */
void emu_device_pump(struct emu_device *dev);

/* All kinds, ended by one without a name. */
extern const struct emu_kind emu_kinds[];

#endif /* EMU_DEVICE_H */
