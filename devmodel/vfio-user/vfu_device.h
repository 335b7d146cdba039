/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * DOC: the host of one device model
 *
 * Gives a struct hisi_qm_model a lock, threads that carry out its requests, and
 * a way to the memory and the interrupts of each function.
 *
 * Threads: every call may come from any thread, but not from within a callback
 * of this header. Most of them wait until the model is free; none of them blocks
 * the sockets meanwhile, as a wait in the event loop's thread goes on serving
 * clients.
 *
 * The model is free unless a thread is inside it. A thread inside it may have to
 * ask a client for memory (DMA_READ, DMA_WRITE), and while it waits for the
 * answer the model still takes register reads, and nothing else: a virtual
 * machine answers only after its own read has been answered.
 */
#ifndef VFU_DEVICE_H
#define VFU_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hisi_qm_model.h"

#define VFU_DEVICE_MAX_FUNCS	64
#define VFU_DEVICE_MAX_WORKERS	64

struct vfu_device;

/** enum vfu_log_level - importance of a message */
enum vfu_log_level {
	VFU_LOG_ERROR,		/* a client or the system did something wrong */
	VFU_LOG_GUEST_ERROR,	/* the guest's driver did something wrong */
	VFU_LOG_INFO,		/* clients, resets, RAS errors */
	VFU_LOG_DEBUG,		/* every message that is out of the ordinary */
};

/** enum vfu_trace_type - what happened */
enum vfu_trace_type {
	VFU_TRACE_READ,		/* of a BAR */
	VFU_TRACE_WRITE,
	VFU_TRACE_CONFIG_READ,	/* of configuration space */
	VFU_TRACE_CONFIG_WRITE,
	VFU_TRACE_IRQ,		/* sent */
	VFU_TRACE_IRQ_MASKED,	/* marked as pending */
	VFU_TRACE_IRQ_DROPPED,	/* nobody to send it to, or no bus master */
	VFU_TRACE_DMA_MAP,	/* guest memory comes */
	VFU_TRACE_DMA_UNMAP,	/* and goes */
	VFU_TRACE_FLR,		/* of a function */
	VFU_TRACE_RESET,	/* of the device */
	VFU_TRACE_CONNECT,	/* a client comes */
	VFU_TRACE_DISCONNECT,	/* and goes */
};

/**
 * struct vfu_trace - one event
 * @type: what happened
 * @func: function; 0 for a device reset
 * @bar: READ, WRITE: 2 or 4
 * @is_message: DMA_MAP: the memory has no descriptor, only messages reach it
 * @vector: IRQ*
 * @offset: of an access; address of a map
 * @bytes: of an access; of a map
 * @data: of an access, @bytes bytes, little-endian; NULL otherwise
 */
struct vfu_trace {
	enum vfu_trace_type type;
	unsigned int func;
	unsigned int bar;
	bool is_message;
	unsigned int vector;
	uint64_t offset;
	uint64_t bytes;
	const void *data;
};

/**
 * struct vfu_device_config - what to build
 * @model: the device
 * @workers: threads, 1 to VFU_DEVICE_MAX_WORKERS; 0 for one a processor
 * @log: optional: one line of text, without newline
 * @trace: optional; NULL costs nothing
 * @arg: handed to @log and @trace. Both are called by any thread, also with
 *	locks held, and must not call back; @trace is called by several threads
 *	at the same time
 */
struct vfu_device_config {
	struct hisi_qm_model_config model;
	unsigned int workers;
	void (*log)(void *arg, enum vfu_log_level level, const char *text);
	void (*trace)(void *arg, const struct vfu_trace *event);
	void *arg;
};

/** struct vfu_device_stats - counters since creation */
struct vfu_device_stats {
	uint64_t requests;		/* carried out */
	uint64_t irqs;			/* sent to a client */
	uint64_t irqs_dropped;
	uint64_t dma_messages;		/* DMA_READ and DMA_WRITE */
	unsigned int requests_out;	/* at work now */
};

/**
 * vfu_device_create() - a device as after power on, and its threads
 * @config: copied
 * @dev: set on success, otherwise left alone
 *
 * Return: 0, -EINVAL (configuration), -ENOMEM, -EAGAIN (no threads).
 */
int vfu_device_create(const struct vfu_device_config *config,
		      struct vfu_device **dev);

/** vfu_device_destroy() - ends threads and device; NULL is fine */
void vfu_device_destroy(struct vfu_device *dev);

/** vfu_device_model_config() - what the model was created with */
const struct hisi_qm_model_config *
vfu_device_model_config(const struct vfu_device *dev);

/** vfu_device_model() - for what is constant: sizes of BARs, capabilities */
struct hisi_qm_model *vfu_device_model(struct vfu_device *dev);

/** vfu_device_mmio_read() - as hisi_qm_model_mmio_read(); never waits long */
void vfu_device_mmio_read(struct vfu_device *dev, unsigned int func,
			  unsigned int bar, uint64_t offset, void *buf,
			  unsigned int bytes);

/** vfu_device_mmio_write() - as hisi_qm_model_mmio_write() */
void vfu_device_mmio_write(struct vfu_device *dev, unsigned int func,
			   unsigned int bar, uint64_t offset, const void *buf,
			   unsigned int bytes);

/** vfu_device_flr() - resets a function after its requests have ended
 *
 * Configuration space is the function's (struct vfu_function).
 */
void vfu_device_flr(struct vfu_device *dev, unsigned int func);

/** vfu_device_reset() - controller reset after all requests have ended */
void vfu_device_reset(struct vfu_device *dev);

/** vfu_device_inject() - as hisi_qm_model_inject() */
int vfu_device_inject(struct vfu_device *dev, enum hisi_qm_model_fault fault,
		      bool on, uint32_t arg);

/** vfu_device_is_removed() - is HISI_QM_MODEL_FAULT_REMOVED on? */
bool vfu_device_is_removed(const struct vfu_device *dev);

/** vfu_device_set_delay_us() - a slow engine: each request takes @us longer
 *
 * A reset does not wait for the delay.
 */
void vfu_device_set_delay_us(struct vfu_device *dev, uint32_t us);

/** vfu_device_dump() - state in words, as hisi_qm_model_dump() */
void vfu_device_dump(struct vfu_device *dev,
		     void (*emit)(void *arg, const char *line), void *arg);

/** vfu_device_get_stats() - counters */
void vfu_device_get_stats(struct vfu_device *dev,
			  struct vfu_device_stats *stats);

/** vfu_device_log() - one line to the log callback */
void vfu_device_log(const struct vfu_device *dev, enum vfu_log_level level,
		    const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif /* VFU_DEVICE_H */
