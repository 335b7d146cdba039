/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * DOC: device model of an accelerator behind the HiSilicon Queue Manager
 *
 * One model is one device: a PF and its VFs, with what is in their BARs, and
 * one engine. The model has no threads, no sockets and no global state; its
 * host gives it access to memory, takes its interrupts and lends it the threads
 * that do the work. Several models live side by side.
 *
 * Whatever the guest does, the model stays up: a guest's mistake sets the error
 * bit the hardware would set, is logged, and changes nothing else.
 *
 * Threads: the host serialises all calls on one model, except
 * hisi_qm_model_run() of different workers on different tasks, which may go on
 * at the same time as each other and as everything else. The host's callbacks
 * are called from within those calls; dma_* must therefore allow several
 * threads, the others need not.
 *
 * A request takes three steps: hisi_qm_model_fetch() takes the next one of a
 * queue, hisi_qm_model_run() lets the engine work on it, and
 * hisi_qm_model_complete() writes the answer and raises the interrupt. A host
 * without threads calls hisi_qm_model_step(), which does all three. One request
 * of a queue at a time is between fetch and complete, so that a queue is
 * processed in order.
 */
#ifndef HISI_QM_MODEL_H
#define HISI_QM_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hisi_qm_model;
struct hisi_qm_model_engine;
struct hisi_qm_model_worker;

/** The address space of the function itself, not of a process. */
#define HISI_QM_MODEL_NO_PASID	UINT32_MAX

/** Most bytes of a submission queue element of any engine. */
#define HISI_QM_MODEL_SQE_MAX	128

/** Capability registers from 0x3100 to 0x317c that can be overridden. */
#define HISI_QM_MODEL_CAPS	32

/** enum hisi_qm_model_log_level - importance of a message */
enum hisi_qm_model_log_level {
	HISI_QM_MODEL_LOG_GUEST_ERROR,	/* the driver did something wrong */
	HISI_QM_MODEL_LOG_EVENT,	/* resets, RAS errors, overflow */
	HISI_QM_MODEL_LOG_TRACE,	/* every register access */
};

/**
 * struct hisi_qm_model_host - what the model needs of its surroundings
 * @opaque: handed to every callback
 * @dma_read: copy @len bytes from the device's address @addr; @func is the
 *	function's number (0 the PF), @pasid the process or
 *	HISI_QM_MODEL_NO_PASID. Return 0, or a negative errno if the address
 *	is not mapped, which the guest sees as a bus error
 * @dma_write: the other way round; the bytes become visible in ascending order
 *	of addresses
 * @dma_map: optional: direct access to all of a range until @dma_unmap, or
 *	NULL if the range has none (then dma_read or dma_write is used)
 * @dma_unmap: end of a successful @dma_map; NULL if @dma_map is
 * @raise_irq: deliver MSI vector @vector of function @func
 * @kick: optional: a queue has become ready for hisi_qm_model_fetch()
 * @log: optional: one line of text, without newline
 */
struct hisi_qm_model_host {
	void *opaque;
	int (*dma_read)(void *opaque, unsigned int func, uint32_t pasid,
			uint64_t addr, void *buf, size_t len);
	int (*dma_write)(void *opaque, unsigned int func, uint32_t pasid,
			 uint64_t addr, const void *buf, size_t len);
	void *(*dma_map)(void *opaque, unsigned int func, uint32_t pasid,
			 uint64_t addr, size_t len, bool is_write);
	void (*dma_unmap)(void *opaque, void *ptr, size_t len, bool is_write);
	void (*raise_irq)(void *opaque, unsigned int func, unsigned int vector);
	void (*kick)(void *opaque, unsigned int func, unsigned int qn);
	void (*log)(void *opaque, enum hisi_qm_model_log_level level,
		    const char *text);
};

/**
 * struct hisi_qm_model_config - what device to build
 * @engine: the engine behind the queue manager
 * @revision: HISI_QM_REV_V1, _V2 or _V3
 * @queues: queues of the device, V3 only (at most 2047); 0 for the default:
 *	4096 (V1), 1024 (V2), 256 (V3)
 * @vfs: VFs the device can have, at most 63
 * @isolation: isolated doorbells in BAR 4, V3 only
 * @model_levels: let requests choose their effort, which hardware cannot
 * @cap_override: bit i set: @cap[i] replaces the register at 0x3100 + 4 * i
 * @cap: values for @cap_override
 * @max_streams: streams with state at once; 0 for 4096
 */
struct hisi_qm_model_config {
	const struct hisi_qm_model_engine *engine;
	unsigned int revision;
	unsigned int queues;
	unsigned int vfs;
	bool isolation;
	bool model_levels;
	uint32_t cap_override;
	uint32_t cap[HISI_QM_MODEL_CAPS];
	unsigned int max_streams;
};

/**
 * hisi_qm_model_create() - a device as it is after power on
 * @config: copied
 * @host: copied
 * @model: set on success, otherwise left alone
 *
 * Return: 0, -EINVAL (configuration), -ENOMEM.
 */
int hisi_qm_model_create(const struct hisi_qm_model_config *config,
			 const struct hisi_qm_model_host *host,
			 struct hisi_qm_model **model);

/** hisi_qm_model_destroy() - free it; no task may be out. NULL is fine */
void hisi_qm_model_destroy(struct hisi_qm_model *model);

/**
 * hisi_qm_model_reset() - controller reset: everything as after power on
 * @model: model
 *
 * Tasks that are out stay valid; their results are thrown away.
 */
void hisi_qm_model_reset(struct hisi_qm_model *model);

/**
 * hisi_qm_model_flr() - function level reset
 * @model: model
 * @func: function; resetting the PF does not reset the VFs' queues' VFT
 */
void hisi_qm_model_flr(struct hisi_qm_model *model, unsigned int func);

/**
 * hisi_qm_model_bar_bytes() - size of a BAR
 * @model: model
 * @func: function
 * @bar: 2 or 4
 *
 * Return: bytes, a power of two; 0 if there is no such BAR.
 */
uint64_t hisi_qm_model_bar_bytes(const struct hisi_qm_model *model,
				 unsigned int func, unsigned int bar);

/**
 * hisi_qm_model_mmio_read() - a read by the guest
 * @model: model
 * @func: function
 * @bar: 2 or 4
 * @offset: bytes from the BAR's start
 * @buf: @bytes bytes, little-endian; zeros where nothing can be read
 * @bytes: 4, 8 or 16; anything else is a guest error and reads zeros
 *
 * The one call that is allowed from within @dma_read and @dma_write of a call on
 * the same model: reads access no memory, and change nothing but counters that
 * clear on read. A host whose guest can give its memory only after its own read
 * has been answered needs that.
 */
void hisi_qm_model_mmio_read(struct hisi_qm_model *model, unsigned int func,
			     unsigned int bar, uint64_t offset, void *buf,
			     unsigned int bytes);

/**
 * hisi_qm_model_mmio_write() - a write by the guest
 * @model: model
 * @func: function
 * @bar: 2 or 4
 * @offset: bytes from the BAR's start
 * @buf: @bytes bytes, little-endian
 * @bytes: 4, 8 or 16; anything else is a guest error and ignored
 */
void hisi_qm_model_mmio_write(struct hisi_qm_model *model, unsigned int func,
			      unsigned int bar, uint64_t offset,
			      const void *buf, unsigned int bytes);

/**
 * struct hisi_qm_model_task - a request on its way through the engine
 * @model: its model
 * @func: function
 * @qn: queue, relative to the function
 * @slot: index in the submission queue
 * @pasid: address space of what @sqe points to
 * @alg: algorithm type of the queue
 * @generation: tells complete() whether the queue is still the same
 * @sqe: the element as fetched; run() changes what the hardware would change
 * @engine_data: the engine's
 * @scratch: the engine's
 *
 * The host provides the memory and leaves the fields alone.
 */
struct hisi_qm_model_task {
	struct hisi_qm_model *model;
	uint16_t func;
	uint16_t qn;
	uint16_t slot;
	uint16_t alg;
	uint32_t pasid;
	uint64_t generation;
	_Alignas(8) uint8_t sqe[HISI_QM_MODEL_SQE_MAX];
	void *engine_data;
	uint64_t scratch[4];
};

/** What hisi_qm_model_fetch() takes from: any function, any queue. */
#define HISI_QM_MODEL_ANY	UINT32_MAX

/**
 * hisi_qm_model_fetch() - take the next request
 * @model: model
 * @func: function, or HISI_QM_MODEL_ANY (queues take turns)
 * @qn: queue of @func, or HISI_QM_MODEL_ANY
 * @task: filled in on success
 *
 * Return: true if @task is to be run and completed.
 */
bool hisi_qm_model_fetch(struct hisi_qm_model *model, unsigned int func,
			 unsigned int qn, struct hisi_qm_model_task *task);

/**
 * hisi_qm_model_worker_create() - working memory for one thread
 * @model: model; its workers are to be destroyed before it
 * @worker: set on success
 *
 * Return: 0, -ENOMEM.
 */
int hisi_qm_model_worker_create(struct hisi_qm_model *model,
				struct hisi_qm_model_worker **worker);

/** hisi_qm_model_worker_destroy() - free it; NULL is fine */
void hisi_qm_model_worker_destroy(struct hisi_qm_model_worker *worker);

/**
 * hisi_qm_model_run() - the engine's work
 * @worker: used by one thread at a time
 * @task: as fetched
 *
 * Needs no serialisation against anything but @worker.
 */
void hisi_qm_model_run(struct hisi_qm_model_worker *worker,
		       struct hisi_qm_model_task *task);

/** hisi_qm_model_complete() - write the answer back and tell the guest */
void hisi_qm_model_complete(struct hisi_qm_model *model,
			    struct hisi_qm_model_task *task);

/**
 * hisi_qm_model_step() - fetch, run and complete one request of any queue
 * @model: model; a worker of its own is made at the first call
 *
 * Return: true if there was one.
 */
bool hisi_qm_model_step(struct hisi_qm_model *model);

/**
 * enum hisi_qm_model_fault - misbehaviour on demand, for tests of drivers
 * @HISI_QM_MODEL_FAULT_MAILBOX_STUCK: busy never clears
 * @HISI_QM_MODEL_FAULT_MAILBOX_STATUS: commands fail with status @arg (1-15)
 * @HISI_QM_MODEL_FAULT_MEM_INIT_STUCK: memory initialisation never finishes
 * @HISI_QM_MODEL_FAULT_DROP_DOORBELLS: the next @arg SQ doorbells are lost
 * @HISI_QM_MODEL_FAULT_QUEUE_HANG: queue @arg (global number) executes nothing
 * @HISI_QM_MODEL_FAULT_WRONG_CQE: the next @arg CQEs name a slot out of range
 * @HISI_QM_MODEL_FAULT_SHUFFLE_CQE: completions of a queue are held back and
 *	written in reverse in groups of @arg
 * @HISI_QM_MODEL_FAULT_DMA: the next @arg data accesses fail
 * @HISI_QM_MODEL_FAULT_REMOVED: all reads give ones, all writes are lost,
 *	nothing is executed, no DMA, no interrupt
 */
enum hisi_qm_model_fault {
	HISI_QM_MODEL_FAULT_MAILBOX_STUCK,
	HISI_QM_MODEL_FAULT_MAILBOX_STATUS,
	HISI_QM_MODEL_FAULT_MEM_INIT_STUCK,
	HISI_QM_MODEL_FAULT_DROP_DOORBELLS,
	HISI_QM_MODEL_FAULT_QUEUE_HANG,
	HISI_QM_MODEL_FAULT_WRONG_CQE,
	HISI_QM_MODEL_FAULT_SHUFFLE_CQE,
	HISI_QM_MODEL_FAULT_DMA,
	HISI_QM_MODEL_FAULT_REMOVED,
	HISI_QM_MODEL_FAULTS,
};

/**
 * hisi_qm_model_inject() - switch a fault on or off
 * @model: model
 * @fault: which; survives a reset
 * @on: on or off
 * @arg: see the fault
 *
 * RAS errors are injected by the registers that exist for it.
 *
 * Return: 0, -EINVAL.
 */
int hisi_qm_model_inject(struct hisi_qm_model *model,
			 enum hisi_qm_model_fault fault, bool on, uint32_t arg);

/**
 * hisi_qm_model_dump() - state in words
 * @model: model
 * @emit: called for each line
 * @arg: handed to @emit
 */
void hisi_qm_model_dump(const struct hisi_qm_model *model,
			void (*emit)(void *arg, const char *line), void *arg);

#endif /* HISI_QM_MODEL_H */
