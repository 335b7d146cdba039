/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The fake backend of the tests: device models that nothing but the test makes
 * go on. No threads, no timers: what happens between two calls of the library
 * is what the test asked for, so every interleaving can be written down.
 *
 * Devices are called "hisi_zip-0", "hisi_zip-1", ... and are numbered in the
 * same way here (@dev). Queues have the number within their device (@qn); the
 * lowest free one is opened first.
 *
 * Threads: one lock around everything, so that threads may use different
 * queues, or one queue as the library allows, while another thread steps.
 * Hooks are called without the lock.
 */
#ifndef WD_FAKE_H
#define WD_FAKE_H

#include <misc/uacce/uacce.h>
#include <warpdrive/wd.h>

#include "hisi_qm_model.h"

#define WD_FAKE_MAX_DEVICES	8
#define WD_FAKE_DOORBELL_LOG	64	/* doorbells remembered a queue */
#define WD_FAKE_SLICE_UNIT	0x10000U

/**
 * struct wd_fake_config - what devices there are; zero gives a usable default
 * @devices: how many; 0 for 1
 * @revision: HISI_QM_REV_*; 0 for HISI_QM_REV_V3
 * @queues: queues of a device; 0 for 8. On V2 and V1 the rest of the device's
 *	queues belongs to no function
 * @sq_depth: entries of both rings of a queue, 2 to 4096; 0 for 1024
 * @isolation: isolated doorbells, V3 only
 * @model_levels: let requests choose their effort
 * @mode: memory mode; see below
 * @slice_units: size in 64 KiB of the slices of an SS region in WD_MODE_DMA
 *	and WD_MODE_NOIOMMU; 0 for one slice
 * @slices_adjacent: the slices follow one another in DMA address space, without
 *	it there is a gap behind each
 * @numa_node: node of each device; NULL for WD_NUMA_ANY
 * @numa_distance: distance of each device; NULL for 10
 * @algorithms: NULL for "zlib\ngzip\ndeflate", on V1 and V2 "zlib\ngzip"
 * @auto_step: the wait operation runs the device until it is idle
 * @instant: the doorbell operation does
 * @mmio: the MMIO region is plain memory and there is no doorbell operation;
 *	see wd_fake_mmio()
 * @log: what the models have to say, optional
 * @log_arg: handed to @log
 *
 * What the device can reach: in WD_MODE_SVA everything at its address in the
 * process. In WD_MODE_PASID and WD_MODE_SHARE_DOMAIN SS regions at their
 * address. In WD_MODE_DMA and WD_MODE_NOIOMMU SS regions at made-up addresses
 * that UACCE_CMD_GET_SS_DMA tells; with WD_MODE_DMA and no @slice_units the
 * device has UACCE_DEV_IOMMU and the size field is 0. Everything else is a DMA
 * fault. Rings are always reachable for the device.
 */
struct wd_fake_config {
	unsigned int devices;
	unsigned int revision;
	unsigned int queues;
	unsigned int sq_depth;
	bool isolation;
	bool model_levels;
	enum wd_mode mode;
	unsigned int slice_units;
	bool slices_adjacent;
	const int *numa_node;
	const unsigned int *numa_distance;
	const char *algorithms;
	bool auto_step;
	bool instant;
	bool mmio;
	void (*log)(void *arg, enum hisi_qm_model_log_level level,
		    const char *text);
	void *log_arg;
};

/**
 * wd_fake_start() - make the devices and register the backend as the only one
 * @config: copied, but for what it points to; NULL for the default
 *
 * Return: 0, -EINVAL, -EBUSY (started already), -ENOMEM.
 */
int wd_fake_start(const struct wd_fake_config *config);

/**
 * wd_fake_stop() - unregister and free everything, also what was leaked
 *
 * Return: number of channels that were not closed plus regions that were not
 * unmapped; 0 is what a test expects.
 */
int wd_fake_stop(void);

/** wd_fake_model() - for hisi_qm_model_inject() and dumps */
struct hisi_qm_model *wd_fake_model(unsigned int dev);

/**
 * wd_fake_step() - let a device work
 * @dev: device
 * @max: requests at most; 0 for as many as there are
 *
 * Interrupts are delivered as they are raised, unless wd_fake_hold_irqs() is
 * on.
 *
 * Return: requests done.
 */
unsigned int wd_fake_step(unsigned int dev, unsigned int max);

/** wd_fake_step_queue() - wd_fake_step() for one queue */
unsigned int wd_fake_step_queue(unsigned int dev, unsigned int qn,
				unsigned int max);

/** wd_fake_hold_irqs() - keep raised interrupts for wd_fake_pump_irqs() */
void wd_fake_hold_irqs(unsigned int dev, bool hold);

/** wd_fake_pump_irqs() - deliver raised interrupts. Return: how many */
unsigned int wd_fake_pump_irqs(unsigned int dev);

/* The stop flags of a queue, as user space sees them. */
void wd_fake_set_tx_stop(unsigned int dev, unsigned int qn, uint32_t value);
void wd_fake_set_rx_stop(unsigned int dev, unsigned int qn, uint32_t value);

/** wd_fake_kill_queue() - as the kernel does it: TX flag, stop, RX flag */
void wd_fake_kill_queue(unsigned int dev, unsigned int qn);

/**
 * wd_fake_remove() - pull the device out
 *
 * Queues are killed, later operations give -ENODEV (close and unmap work), the
 * device is neither listed nor found.
 */
void wd_fake_remove(unsigned int dev);

/** wd_fake_isolate() - what the device list says about the device */
void wd_fake_isolate(unsigned int dev, bool isolated);

/**
 * wd_fake_set_free() - let other processes take all free queues but @n
 *
 * Queues that are open stay open; each that is closed becomes free. Where none
 * is free, open fails with -EBUSY.
 */
void wd_fake_set_free(unsigned int dev, unsigned int n);

/** enum wd_fake_op - operations, to let them fail and to count them */
enum wd_fake_op {
	WD_FAKE_OP_ENUMERATE,
	WD_FAKE_OP_LOOKUP,
	WD_FAKE_OP_OPEN,
	WD_FAKE_OP_CLOSE,
	WD_FAKE_OP_START,
	WD_FAKE_OP_MAP_MMIO,
	WD_FAKE_OP_MAP_DUS,
	WD_FAKE_OP_MAP_SS,
	WD_FAKE_OP_UNMAP,
	WD_FAKE_OP_PUT_Q,
	WD_FAKE_OP_SHARE_SVAS,
	WD_FAKE_OP_GET_SS_DMA,
	WD_FAKE_OP_SET_QP_CTX,
	WD_FAKE_OP_SET_QP_INFO,
	WD_FAKE_OP_WAIT,
	WD_FAKE_OP_DOORBELL,
	WD_FAKE_OP_FD,
	WD_FAKE_OPS,
};

/**
 * wd_fake_fail() - let one call fail, on whatever device
 * @op: operation; a doorbell that fails is lost, close and unmap cannot
 * @nth: 1 for the next call, 2 for the one after it, ...; 0 for none any more
 * @err: negative errno
 *
 * One failure an operation can be outstanding. The failing call does nothing.
 */
void wd_fake_fail(enum wd_fake_op op, unsigned int nth, int err);

/** wd_fake_calls() - calls of an operation since wd_fake_start() */
unsigned int wd_fake_calls(enum wd_fake_op op);

/** struct wd_fake_doorbell - a store to the MMIO region */
struct wd_fake_doorbell {
	uint32_t offset;
	uint64_t value;
};

/**
 * wd_fake_doorbells() - what the doorbell operation was called with
 * @dev: device
 * @qn: queue
 * @log: room for @max entries, the latest ones in the order of the calls; may
 *	be NULL with @max 0
 * @max: at most WD_FAKE_DOORBELL_LOG
 *
 * Return: doorbells since the queue was opened.
 */
unsigned int wd_fake_doorbells(unsigned int dev, unsigned int qn,
			       struct wd_fake_doorbell *log, unsigned int max);

/** wd_fake_hold_doorbells() - keep them for wd_fake_release_doorbells() */
void wd_fake_hold_doorbells(unsigned int dev, bool hold);

/**
 * wd_fake_release_doorbells() - let held ones reach the device, oldest first
 * @dev: device
 * @n: how many at most; 0 for all
 *
 * Return: how many did.
 */
unsigned int wd_fake_release_doorbells(unsigned int dev, unsigned int n);

/**
 * wd_fake_mmio() - the MMIO region of a queue, with wd_fake_config.mmio
 *
 * What the driver stored last is there. It does not reach the device by itself.
 *
 * Return: the region, NULL if the queue is not open.
 */
void *wd_fake_mmio(unsigned int dev, unsigned int qn);

/** wd_fake_mmio_ring() - ring the doorbell with what is stored at it */
void wd_fake_mmio_ring(unsigned int dev, unsigned int qn);

/**
 * wd_fake_dus() - the ring region of a queue as the device sees it
 *
 * Return: the region, NULL if the queue is not open; the last eight bytes are
 * the stop flags.
 */
void *wd_fake_dus(unsigned int dev, unsigned int qn, size_t *bytes);

/**
 * wd_fake_ss_dma() - where the device finds a byte of an SS region
 * @dev: device
 * @addr: address of the byte in the process
 *
 * Return: the device's address, 0 if it cannot reach the byte.
 */
uint64_t wd_fake_ss_dma(unsigned int dev, const void *addr);

/** wd_fake_open_queues() - channels of a device that are open */
unsigned int wd_fake_open_queues(unsigned int dev);

/**
 * wd_fake_hook() - do something at the start of an operation
 * @op: WD_FAKE_OP_WAIT, _DOORBELL, _START or _OPEN (@qn is 0 there)
 * @hook: called on the thread of the caller; may call anything of this header
 *	but wd_fake_start() and wd_fake_stop(); NULL for none
 * @arg: handed to @hook
 */
void wd_fake_hook(enum wd_fake_op op,
		  void (*hook)(void *arg, unsigned int dev, unsigned int qn),
		  void *arg);

/**
 * struct wd_fake_instant_config - the device that completes at once
 * @queues: how many; 0 for 8
 * @depth: entries of both rings; 0 for 1024
 *
 * One device "instant-0", V3 layout, WD_MODE_SVA, no model behind it: the SQ
 * doorbell writes for each new slot a result (all input consumed, half of it
 * produced, status 0) and a completion. For benchmarks of what is above it.
 * Queues share nothing; each may have one sender and one receiver.
 */
struct wd_fake_instant_config {
	unsigned int queues;
	unsigned int depth;
};

/** wd_fake_instant_start() - as wd_fake_start(); not both at a time */
int wd_fake_instant_start(const struct wd_fake_instant_config *config);

/** wd_fake_instant_stop() - Return: number of channels not closed */
int wd_fake_instant_stop(void);

/** wd_fake_instant_doorbells() - rung since the start; not while queues are busy */
void wd_fake_instant_doorbells(uint64_t *sq, uint64_t *cq);

#endif /* WD_FAKE_H */
