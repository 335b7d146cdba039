/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Between the queue manager and the engine behind it. The queue manager knows
 * nothing of what a request means, the engine nothing of rings.
 */
#ifndef HISI_QM_MODEL_ENGINE_H
#define HISI_QM_MODEL_ENGINE_H

#include "hisi_qm_model.h"

/**
 * struct hisi_qm_model_engine - operations of an engine
 * @name: for messages
 * @sqe_bytes: size of a submission queue element
 * @create: a new engine as after power on; @model is for the hisi_qm_model_
 *	calls below. Return 0 or -errno
 * @destroy: free it
 * @reset: as after power on; streams are forgotten
 * @cap: capability register at @offset in 0x3124-0x317c, V3 and later
 * @mmio_read: a 32-bit register at @offset in 0x301000-0x3fffff; false if
 *	there is none
 * @mmio_write: likewise
 * @is_dead: an error has shut the engine's bus master
 * @prepare: a task was fetched: take what its run needs from the engine's
 *	state. Serialised, like everything but @run
 * @run: do the work; must only touch @worker, @task and the guest's memory
 * @finish: the task is over (@dropped: its queue was reset meanwhile): give
 *	back what @prepare took, count
 * @worker_create: working memory of one thread. Return 0 or -errno
 * @worker_destroy: free it
 * @dump: state in words; optional
 */
struct hisi_qm_model_engine {
	const char *name;
	unsigned int sqe_bytes;
	int (*create)(struct hisi_qm_model *model,
		      const struct hisi_qm_model_config *config, void **engine);
	void (*destroy)(void *engine);
	void (*reset)(void *engine);
	uint32_t (*cap)(void *engine, uint32_t offset);
	bool (*mmio_read)(void *engine, uint32_t offset, uint32_t *value);
	bool (*mmio_write)(void *engine, uint32_t offset, uint32_t value);
	bool (*is_dead)(void *engine);
	void (*prepare)(void *engine, struct hisi_qm_model_task *task);
	void (*run)(void *worker, struct hisi_qm_model_task *task);
	void (*finish)(void *engine, struct hisi_qm_model_task *task,
		       bool dropped);
	int (*worker_create)(void *engine, void **worker);
	void (*worker_destroy)(void *worker);
	void (*dump)(void *engine, void (*emit)(void *arg, const char *line),
		     void *arg);
};

/*
 * For engines. The first four may be called from run(); they go to the
 * address space of the task's process and honour injected DMA faults.
 */
int hisi_qm_model_task_read(struct hisi_qm_model_task *task, uint64_t addr,
			    void *buf, size_t len);
int hisi_qm_model_task_write(struct hisi_qm_model_task *task, uint64_t addr,
			     const void *buf, size_t len);
void *hisi_qm_model_task_map(struct hisi_qm_model_task *task, uint64_t addr,
			     size_t len, bool is_write);
void hisi_qm_model_task_unmap(struct hisi_qm_model_task *task, void *ptr,
			      size_t len, bool is_write);

/* The engine has an error for the abnormal interrupt. Serialised. */
void hisi_qm_model_engine_irq(struct hisi_qm_model *model);

void hisi_qm_model_log(struct hisi_qm_model *model,
		       enum hisi_qm_model_log_level level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* HISI_QM_MODEL_ENGINE_H */
