/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Access to registers and the mailbox of the function. */
#include <errno.h>

#include "emu_function_private.h"

#define PF	0
#define BAR2	2

/* The model works while it is asked, so a second look is one too many already. */
#define POLLS	10

uint32_t emu_read32(struct emu_function *func, uint32_t offset)
{
	uint32_t value;

	hisi_qm_model_mmio_read(func->config.model, PF, BAR2, offset, &value,
				sizeof(value));
	return value;
}

void emu_write32(struct emu_function *func, uint32_t offset, uint32_t value)
{
	hisi_qm_model_mmio_write(func->config.model, PF, BAR2, offset, &value,
				 sizeof(value));
}

void emu_write64(struct emu_function *func, uint32_t offset, uint64_t value)
{
	hisi_qm_model_mmio_write(func->config.model, PF, BAR2, offset, &value,
				 sizeof(value));
}

int emu_poll32(struct emu_function *func, uint32_t offset, uint32_t mask)
{
	unsigned int i;

	for (i = 0; i < POLLS; i++)
		if ((emu_read32(func, offset) & mask) == mask)
			return 0;
	return -ETIMEDOUT;
}

static int wait_idle(struct emu_function *func, struct hisi_qm_mailbox *mb)
{
	unsigned int i;

	for (i = 0; i < POLLS; i++) {
		hisi_qm_model_mmio_read(func->config.model, PF, BAR2,
					HISI_QM_MAILBOX, mb, sizeof(*mb));
		if (!(mb->word0 & HISI_QM_MB_BUSY))
			return 0;
	}
	return -ETIMEDOUT;
}

int emu_mailbox(struct emu_function *func, uint16_t cmd, uint16_t queue,
		uint64_t base)
{
	struct hisi_qm_mailbox mb;
	int ret;

	ret = wait_idle(func, &mb);
	if (ret)
		return ret;
	mb = (struct hisi_qm_mailbox){
		.word0 = cmd | HISI_QM_MB_BUSY,
		.queue = queue,
		.base_l = (uint32_t)base,
		.base_h = base >> 32,
	};
	hisi_qm_model_mmio_write(func->config.model, PF, BAR2, HISI_QM_MAILBOX,
				 &mb, sizeof(mb));
	ret = wait_idle(func, &mb);
	if (ret)
		return ret;
	if ((mb.word0 >> HISI_QM_MB_STATUS_SHIFT) & HISI_QM_MB_STATUS_MASK)
		return -EIO;
	return 0;
}

void emu_event_doorbell(struct emu_function *func, uint64_t cmd,
			unsigned int head)
{
	uint64_t index = (uint64_t)head << HISI_QM_DB_INDEX_SHIFT;

	if (func->config.revision == HISI_QM_REV_V1)
		emu_write64(func, HISI_QM_DOORBELL_V1,
			    index | cmd << HISI_QM_DB_V1_CMD_SHIFT);
	else
		emu_write64(func, HISI_QM_DOORBELL_EQ_AEQ,
			    index | cmd << HISI_QM_DB_V2_CMD_SHIFT);
}
