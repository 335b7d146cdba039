/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a kernel driver does for a function of the device, for a device model
 * in the same process: it brings the function up, hands out queue pairs and
 * handles interrupts. The built-in device and the fake backend of the tests
 * are made of it.
 *
 * The device's address of everything that is allocated here is its address in
 * the process, in the address space HISI_QM_MODEL_NO_PASID.
 *
 * Threads: no locks inside. The caller serialises everything here together with
 * the model's own calls. Nothing here may be called from the model's callbacks:
 * remember raise_irq() and call emu_function_irq() once the model has returned.
 *
 * Section numbers are those of the hardware specification (hisi-qm).
 */
#ifndef EMU_FUNCTION_H
#define EMU_FUNCTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <misc/uacce/hisi_qm.h>

#include "hisi_qm_model.h"

struct emu_function;

/**
 * struct emu_qp - a queue pair and its memory
 * @func: its function
 * @qn: number within the function
 * @qc_type: algorithm type for the next start
 * @dus: SQ, CQ and status page (6.4)
 * @dus_bytes: length of @dus
 * @dus_fd: descriptor of @dus to map it again, -1 without
 *	emu_function_config.use_memfd
 * @is_started: between start and stop
 * @is_dead: killed; it never comes back
 */
struct emu_qp {
	struct emu_function *func;
	unsigned int qn;
	uint16_t qc_type;
	void *dus;
	size_t dus_bytes;
	int dus_fd;
	bool is_started;
	bool is_dead;
};

/**
 * struct emu_function_config - what to drive
 * @model: a model as after power on
 * @revision: its revision
 * @queues: queues for this function; 0 for all of the device
 * @depth: entries of both rings where the device has no register that tells
 *	(V1, V2); 0 for 1024
 * @pasid: address space of what requests point to, or HISI_QM_MODEL_NO_PASID
 * @use_memfd: make the memory of queues such that it can be mapped again
 * @news: the queue has an answer and was armed
 * @died: the queue was killed, its stop flags are set
 * @arg: handed to both
 */
struct emu_function_config {
	struct hisi_qm_model *model;
	unsigned int revision;
	unsigned int queues;
	unsigned int depth;
	uint32_t pasid;
	bool use_memfd;
	void (*news)(void *arg, struct emu_qp *qp);
	void (*died)(void *arg, struct emu_qp *qp);
	void *arg;
};

/*
 * emu_function_probe() - from power on to running (5.1, 5.2)
 *
 * Return: 0, -EINVAL (more queues or entries than possible), -ENOMEM,
 * -ETIMEDOUT, -EIO (the device does not answer as it should).
 */
int emu_function_probe(const struct emu_function_config *config,
		       struct emu_function **func);

/* Free it; all queue pairs are freed before. NULL is fine. */
void emu_function_remove(struct emu_function *func);

/* Queue pairs in all, and those that are not allocated. */
unsigned int emu_function_queues(const struct emu_function *func);
unsigned int emu_function_free_queues(const struct emu_function *func);

/* Entries of both rings of a queue pair, and bytes of its memory (6.4). */
unsigned int emu_function_depth(const struct emu_function *func);
size_t emu_dus_bytes(unsigned int depth);

/* Is the range in memory that was allocated here? */
bool emu_function_owns(const struct emu_function *func, uint64_t addr,
		       size_t len);

/*
 * emu_function_irq() - handle MSI vector @vector
 *
 * Return: number of events found.
 */
unsigned int emu_function_irq(struct emu_function *func, unsigned int vector);

/*
 * emu_function_reset() - kill all queues, reset the device, start over (5.10)
 *
 * If that fails, no queue can be allocated or started any more.
 */
void emu_function_reset(struct emu_function *func);

/*
 * emu_qp_alloc() - take the free queue pair with the lowest number
 *
 * Return: 0, -EBUSY, -ENOMEM, -EIO (the device did not survive a reset).
 */
int emu_qp_alloc(struct emu_function *func, struct emu_qp **qp);

/*
 * emu_qp_free() - stop a queue pair and free its memory
 *
 * The caller sees to it that none of its tasks is out.
 */
void emu_qp_free(struct emu_qp *qp);

/* The two ioctls of <misc/uacce/hisi_qm.h>. */
int emu_qp_set_ctx(struct emu_qp *qp, struct hisi_qp_ctx *ctx);
void emu_qp_get_info(const struct emu_qp *qp, struct hisi_qp_info *info);

/* emu_qp_start() - Return: 0, -EBUSY (is started), -EIO, -ETIMEDOUT. */
int emu_qp_start(struct emu_qp *qp);

/*
 * emu_qp_stop() - execute nothing any more
 *
 * What has not been fetched is lost. The device does not touch the memory of
 * the queue pair again, but for tasks that are out.
 */
void emu_qp_stop(struct emu_qp *qp);

/* emu_qp_kill() - TX flag, stop, RX flag; as on an error or a reset */
void emu_qp_kill(struct emu_qp *qp);

/* The stop flags, for the tests. */
uint32_t *emu_qp_tx_stop(struct emu_qp *qp);
uint32_t *emu_qp_rx_stop(struct emu_qp *qp);

/* emu_qp_doorbell() - a store to the MMIO region of the queue */
void emu_qp_doorbell(struct emu_qp *qp, uint32_t offset, uint64_t value);

/* Is it a CQ doorbell that asks for an event at the next answer? */
bool emu_qp_is_arming(const struct emu_qp *qp, uint64_t value);

#endif /* EMU_FUNCTION_H */
