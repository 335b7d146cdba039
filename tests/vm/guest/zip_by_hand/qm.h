/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The Queue Manager as a driver handles it, without one. Section numbers are
 * those of its specification (hisi-qm).
 */
#ifndef QM_H
#define QM_H

#include <stdbool.h>
#include <stdint.h>

#include <hisi_qm_hw.h>

#include "function.h"

/*
 * How long a healthy device may take: what the newest drivers grant (3.2). The
 * millisecond of older ones is too short for a guest that is emulated.
 */
#define QM_TIMEOUT_US		1000000
#define QM_DRAIN_TIMEOUT_US	5000000

#define QM_PF_QUEUES		64
#define QM_SQE_BYTES		128

struct qm {
	struct function *fn;
	unsigned int queues;
	unsigned int first_queue;	/* its number in the device */
	unsigned int eq_depth;
	unsigned int aeq_depth;
	unsigned int eq_head;
	unsigned int aeq_head;
	struct dma eq;
	struct dma aeq;
	struct dma sqc_table;
	struct dma cqc_table;
	struct dma image;
};

struct qp {
	struct qm *qm;
	unsigned int qn;
	unsigned int depth;
	unsigned int tail;
	unsigned int head;
	unsigned int phase;
	struct dma sq;
	struct dma cq;
	volatile uint8_t *doorbell;
};

static inline bool qm_has(const struct qm *qm, unsigned int revision)
{
	return qm->fn->revision >= revision;
}

uint32_t qm_read(const struct qm *qm, uint32_t offset);
uint64_t qm_read64(const struct qm *qm, uint32_t offset);
void qm_write(const struct qm *qm, uint32_t offset, uint32_t value);

/* Whether the bits of @mask become @want within @us. */
bool qm_poll(const struct qm *qm, uint32_t offset, uint32_t mask, uint32_t want,
	     uint64_t us);

/* 3.1: what a command leaves behind. */
struct qm_reply {
	unsigned int status;
	uint64_t base;
};

/*
 * 3.2: a command; @word0 is the command, with HISI_QM_MB_OP_GET for one that
 * reads. Return: 0, or -ETIMEDOUT if it is busy before or stays it.
 */
int qm_mailbox(const struct qm *qm, uint16_t word0, uint16_t queue,
	       uint64_t base, struct qm_reply *reply);

/* The same, and it must succeed, or the program ends. */
uint64_t qm_command(const struct qm *qm, uint16_t word0, uint16_t queue,
		    uint64_t base);

/* 2.4: one entry of the virtual function table. False: the port is not ready. */
bool qm_vft_write(const struct qm *qm, unsigned int type, unsigned int func,
		  uint64_t entry);
bool qm_vft_read(const struct qm *qm, unsigned int type, unsigned int func,
		 uint64_t *entry);
uint64_t qm_vft_sqc_entry(const struct qm *qm, unsigned int base,
			  unsigned int count);
uint64_t qm_vft_cqc_entry(const struct qm *qm);

/* Where the function's event queues and tables are to be. */
void qm_init(struct qm *qm, struct function *fn);

/* 5.1: memory, bus and engine of the device; a PF only. */
void qm_device_init(struct qm *qm);

/* 5.1 steps 8: false if it does not come to an end. */
bool qm_memory_init(const struct qm *qm);

/* 5.9: clear and report errors; a PF only. */
void qm_errors_init(const struct qm *qm);

/* 5.2: from contexts to unmasked interrupts. */
void qm_start(struct qm *qm);

/* All of it: what a driver does between probe and the first queue. */
void qm_up(struct qm *qm, struct function *fn);

/* 5.3: queue pair @qn with new rings, CQ armed if @armed. */
void qp_start(struct qp *qp, struct qm *qm, unsigned int qn, unsigned int depth,
	      unsigned int alg, bool armed);

/* The rings of @qp again, from the beginning. */
void qp_restart(struct qp *qp, unsigned int alg, bool armed);

/* Next free element of the SQ, zeroed; it goes with the next doorbell. */
void *qp_element(struct qp *qp);
void *qp_slot(const struct qp *qp, unsigned int slot);
void qp_ring(const struct qp *qp);

/* The next completion, if it comes within @us: its slot, else -1. */
int qp_wait(struct qp *qp, uint64_t us);

/* Give back what was taken, arm the CQ if @arm. */
void qp_return(const struct qp *qp, bool arm);

/* A doorbell (4.7); @index in the ring, @flag in the priority field. */
void qm_doorbell(const struct qm *qm, uint64_t command, unsigned int qn,
		 unsigned int index, unsigned int flag);

/* Next entry of the EQ or AEQ; false: there is none. */
bool qm_event(struct qm *qm, uint32_t *event);
bool qm_async_event(struct qm *qm, uint32_t *event);

/* Tell the device how far they were read. */
void qm_event_return(const struct qm *qm);
void qm_async_event_return(const struct qm *qm);

#endif /* QM_H */
