/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shared by the sources of emu_function.h. */
#ifndef EMU_FUNCTION_PRIVATE_H
#define EMU_FUNCTION_PRIVATE_H

#include "emu_function.h"
#include "hisi_qm_hw.h"

/* Contexts that are being handed to the device, one of each kind (3.5). */
struct emu_xqc {
	struct hisi_qm_eqc eqc;
	struct hisi_qm_eqc aeqc;
	struct hisi_qm_sqc sqc;
	struct hisi_qm_cqc cqc;
};

/* A ring of events with a phase (4.6). */
struct emu_event_ring {
	uint32_t *entries;
	unsigned int depth;
	unsigned int head;
	bool phase;
};

/* Which errors the function wants to hear of, and which end in a reset. */
struct emu_ras {
	uint32_t ce;
	uint32_t nfe;
	uint32_t reset;
	uint32_t shutdown;
};

struct emu_function {
	struct emu_function_config config;
	unsigned int queues;
	unsigned int free_queues;
	unsigned int depth;
	bool is_isolated;
	bool is_broken;		/* a reset did not bring it back */
	unsigned int eq_vector;
	unsigned int aeq_vector;
	unsigned int abnormal_vector;
	struct emu_ras qm_ras;
	struct emu_ras engine_ras;
	void *tables;		/* what all of the following points into */
	size_t tables_bytes;
	struct emu_xqc *xqc;
	struct emu_event_ring eq;
	struct emu_event_ring aeq;
	struct hisi_qm_sqc *sqc_table;
	struct hisi_qm_cqc *cqc_table;
	struct emu_qp **qps;	/* by number, NULL where free */
};

static inline uint64_t emu_dma(const void *ptr)
{
	return (uintptr_t)ptr;
}

uint32_t emu_read32(struct emu_function *func, uint32_t offset);
void emu_write32(struct emu_function *func, uint32_t offset, uint32_t value);
void emu_write64(struct emu_function *func, uint32_t offset, uint64_t value);

/* Wait for all bits of @mask. 0 or -ETIMEDOUT. */
int emu_poll32(struct emu_function *func, uint32_t offset, uint32_t mask);

/* Execute a mailbox command (3.2). 0, -EIO or -ETIMEDOUT. */
int emu_mailbox(struct emu_function *func, uint16_t cmd, uint16_t queue,
		uint64_t base);

/* The value of an EQ or AEQ doorbell goes to another place on V1 (4.7). */
void emu_event_doorbell(struct emu_function *func, uint64_t cmd,
			unsigned int head);

/* Tell the device which errors to report (5.9). */
void emu_ras_enable(struct emu_function *func);

#endif /* EMU_FUNCTION_PRIVATE_H */
