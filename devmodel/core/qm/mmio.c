/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Accesses by the guest. Registers are 32 bits wide: wider accesses are done
 * as so many narrow ones in ascending order, and what is to happen at once
 * (mailbox, doorbells) happens with the last of them.
 */
#include <string.h>

#include "qm_priv.h"

#define BAR_REGS	2
#define BAR_BELLS	4

static bool access_valid(struct hisi_qm_model *model, unsigned int func,
			 unsigned int bar, uint64_t offset, unsigned int bytes)
{
	uint64_t size = hisi_qm_model_bar_bytes(model, func, bar);

	if ((bytes == 4 || bytes == 8 || bytes == 16) && !(offset & 3) &&
	    size && offset <= size - bytes)
		return true;
	qm_guest_error(model, "function %u: no access of %u bytes at 0x%llx of BAR %u",
		       func, bytes, (unsigned long long)offset, bar);
	return false;
}

static void trace(struct hisi_qm_model *model, unsigned int func,
		  unsigned int bar, uint64_t offset, char direction,
		  uint32_t value)
{
	hisi_qm_model_log(model, HISI_QM_MODEL_LOG_TRACE, "%c %u.%u 0x%llx 0x%08x",
			  direction, func, bar, (unsigned long long)offset,
			  value);
}

static uint32_t read_dword(struct hisi_qm_model *model, unsigned int func,
			   unsigned int bar, uint64_t offset)
{
	struct qm_func *f = &model->funcs[func];
	uint32_t value = 0;
	bool known = false;

	if (bar == BAR_REGS && offset < HISI_QM_DEVICE_SPACE)
		known = hisi_qm_model_func_read(model, f, (uint32_t)offset,
						&value);
	else if (bar == BAR_REGS)
		known = hisi_qm_model_device_read(model, (uint32_t)offset,
						  &value);
	/* Debugfs reads whole ranges, so a hole is not a mistake (2.2.5). */
	if (!known)
		value = 0;
	trace(model, func, bar, offset, 'R', value);
	return value;
}

static void write_dword(struct hisi_qm_model *model, unsigned int func,
			unsigned int bar, uint64_t offset, uint32_t value)
{
	struct qm_func *f = &model->funcs[func];
	bool known;

	trace(model, func, bar, offset, 'W', value);
	if (bar == BAR_BELLS) {
		hisi_qm_model_bell_isolated(model, f, offset, value);
		return;
	}
	if (offset < HISI_QM_DEVICE_SPACE)
		known = hisi_qm_model_func_write(model, f, (uint32_t)offset,
						 value);
	else
		known = hisi_qm_model_device_write(model, (uint32_t)offset,
						   value);
	if (!known)
		qm_guest_error(model, "function %u: no register to write at 0x%llx",
			       func, (unsigned long long)offset);
}

void hisi_qm_model_mmio_read(struct hisi_qm_model *model, unsigned int func,
			     unsigned int bar, uint64_t offset, void *buf,
			     unsigned int bytes)
{
	unsigned int i;
	uint32_t value;

	if (atomic_load(&model->faults.removed)) {
		memset(buf, 0xff, bytes);
		return;
	}
	if (!access_valid(model, func, bar, offset, bytes)) {
		memset(buf, 0, bytes);
		return;
	}
	for (i = 0; i < bytes; i += sizeof(value)) {
		value = read_dword(model, func, bar, offset + i);
		memcpy((uint8_t *)buf + i, &value, sizeof(value));
	}
}

void hisi_qm_model_mmio_write(struct hisi_qm_model *model, unsigned int func,
			      unsigned int bar, uint64_t offset,
			      const void *buf, unsigned int bytes)
{
	unsigned int i;
	uint32_t value;

	if (atomic_load(&model->faults.removed) ||
	    !access_valid(model, func, bar, offset, bytes))
		return;
	for (i = 0; i < bytes; i += sizeof(value)) {
		memcpy(&value, (const uint8_t *)buf + i, sizeof(value));
		write_dword(model, func, bar, offset + i, value);
	}
}
