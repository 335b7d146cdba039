/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Registers of the engine (7.2); the table of them is in README.md. */
#include <string.h>

#include "zip_model.h"

#define REGS_BASE	0x301000

/* Bits that can be written, and what is there after power on. */
static const struct reg {
	uint32_t offset;
	uint32_t writable;
	uint32_t reset;
} regs[] = {
	{ HISI_ZIP_SOFT_CTRL_CNT_CLR_CE, 0x00000005, 0 },
	{ HISI_ZIP_CLOCK_GATE_CTRL, 0x2001ffff, 0 },
	{ HISI_ZIP_FSM_MAX_CNT, 0xffffffff, 0 },
	{ HISI_ZIP_SOFT_CTRL_ZIP_CONTROL, 0xffffffff, 0 },
	{ HISI_ZIP_PORT_ARCA_CHE_0, 0xffffffff, 0 },
	{ HISI_ZIP_PORT_ARCA_CHE_1, 0xffffffff, 0 },
	{ HISI_ZIP_PORT_AWCA_CHE_0, 0xffffffff, 0 },
	{ HISI_ZIP_PORT_AWCA_CHE_1, 0xffffffff, 0 },
	{ HISI_ZIP_CORE_INT_SOURCE, 0, 0 },
	{ HISI_ZIP_CORE_INT_MASK, HISI_ZIP_ERR_ALL, HISI_ZIP_ERR_ALL },
	{ HISI_ZIP_BD_RUSER_32_63, 0xffffffff, 0 },
	{ HISI_ZIP_SGL_RUSER_32_63, 0xffffffff, 0 },
	{ HISI_ZIP_DATA_RUSER_32_63, 0xffffffff, 0 },
	{ HISI_ZIP_DATA_WUSER_32_63, 0xffffffff, 0 },
	{ HISI_ZIP_BD_WUSER_32_63, 0xffffffff, 0 },
	{ HISI_ZIP_SRAM_ECC_ERR_INFO, 0, 0 },
	{ HISI_ZIP_RAS_CE_ENB, HISI_ZIP_ERR_ALL, 0 },
	{ HISI_ZIP_RAS_NFE_ENB, HISI_ZIP_ERR_ALL, 0 },
	{ HISI_ZIP_RAS_FE_ENB, HISI_ZIP_ERR_ALL, 0 },
	{ HISI_ZIP_UNCOM_ERR_RAS_CTRL, 0, 0 },
	{ HISI_ZIP_PEH_CFG_AUTO_GATE, 0x00000001, 0 },
	{ HISI_ZIP_PREFETCH_CFG, 0xffffffff, 0x04020001 },
	/* Nothing is ever in flight when it is read: all zeros means idle. */
	{ HISI_ZIP_SVA_TRANS, 0, 0 },
	{ HISI_ZIP_LIT_LEN_EN, 0xffffffff, 0x00000010 },
	{ HISI_ZIP_HIGH_PERF, 0x00000001, 0 },
	{ HISI_ZIP_OOO_SHUTDOWN_SEL, HISI_ZIP_ERR_ALL, 0 },
};

static const struct {
	uint32_t offset;
	uint32_t value;
} caps[] = {
	{ HISI_ZIP_CAP_QM_NFE, 0x7c77 },
	{ HISI_ZIP_CAP_QM_RESET, 0x6c77 },
	{ HISI_ZIP_CAP_QM_CE, 0x8 },
	{ HISI_ZIP_CAP_NFE, 0x1ffe },
	{ HISI_ZIP_CAP_RESET, 0x7fe },
	{ HISI_ZIP_CAP_CE, 0x1 },
	{ HISI_ZIP_CAP_CORES, 0x12050203 },
	{ HISI_ZIP_CAP_CORE_ENABLE, 0x001c0003 },
	{ HISI_ZIP_CAP_DRIVER_ALGS, 0x30 },
	{ HISI_ZIP_CAP_USER_ALGS, 0x3f },
	{ HISI_ZIP_CAP_CORE_ALGS_1, 0xd5 },
	{ HISI_ZIP_CAP_CORE_ALGS_1 + 4, 0xd5 },
	{ HISI_ZIP_CAP_CORE_ALGS_1 + 8, 0x2a },
	{ HISI_ZIP_CAP_CORE_ALGS_1 + 12, 0x2a },
	{ HISI_ZIP_CAP_CORE_ALGS_1 + 16, 0x2a },
};

/** hisi_zip_model_cap() - a capability register; 0 where there is none */
uint32_t hisi_zip_model_cap(void *engine, uint32_t offset)
{
	unsigned int i;

	(void)engine;
	for (i = 0; i < sizeof(caps) / sizeof(caps[0]); i++)
		if (caps[i].offset == offset)
			return caps[i].value;
	return 0;
}

static uint32_t *reg(struct zm_engine *engine, uint32_t offset)
{
	return &engine->regs[(offset - REGS_BASE) / 4];
}

/** hisi_zip_model_reg() - what a register holds, without side effects */
uint32_t hisi_zip_model_reg(const struct zm_engine *engine, uint32_t offset)
{
	return engine->regs[(offset - REGS_BASE) / 4];
}

/* Errors that shut the bus master by themselves (7.2.2). */
static uint32_t shutdown_errors(const struct zm_engine *engine)
{
	if (!(hisi_zip_model_reg(engine, HISI_ZIP_SOFT_CTRL_ZIP_CONTROL) &
	      HISI_ZIP_CONTROL_AXI_SHUTDOWN))
		return 0;
	if (engine->revision >= HISI_QM_REV_V3)
		return hisi_zip_model_reg(engine, HISI_ZIP_OOO_SHUTDOWN_SEL);
	return engine->revision == HISI_QM_REV_V2 ? HISI_ZIP_ERR_ECC_MBIT : 0;
}

static uint32_t status_of(const struct zm_engine *engine)
{
	return hisi_zip_model_reg(engine, HISI_ZIP_CORE_INT_SOURCE) &
	       ~hisi_zip_model_reg(engine, HISI_ZIP_CORE_INT_MASK);
}

static void errors_changed(struct zm_engine *engine, uint32_t old_status)
{
	uint32_t source = hisi_zip_model_reg(engine, HISI_ZIP_CORE_INT_SOURCE);

	if ((source & shutdown_errors(engine)) && !engine->is_shut) {
		engine->is_shut = true;
		hisi_qm_model_log(engine->model, HISI_QM_MODEL_LOG_EVENT,
				  "zip: bus master shut by errors 0x%x", source);
	}
	if (status_of(engine) & ~old_status)
		hisi_qm_model_engine_irq(engine->model);
}

/** hisi_zip_model_ras() - errors have happened */
void hisi_zip_model_ras(struct zm_engine *engine, uint32_t errors)
{
	uint32_t old = status_of(engine);

	errors &= HISI_ZIP_ERR_ALL;
	if (!errors)
		return;
	hisi_qm_model_log(engine->model, HISI_QM_MODEL_LOG_EVENT,
			  "zip: errors 0x%x", errors);
	*reg(engine, HISI_ZIP_CORE_INT_SOURCE) |= errors;
	errors_changed(engine, old);
}

/** hisi_zip_model_regs_reset() - as after power on */
void hisi_zip_model_regs_reset(struct zm_engine *engine)
{
	unsigned int i;

	memset(engine->regs, 0, sizeof(engine->regs));
	memset(engine->cores, 0, sizeof(engine->cores));
	memset(engine->next_core, 0, sizeof(engine->next_core));
	engine->is_shut = false;
	for (i = 0; i < sizeof(regs) / sizeof(regs[0]); i++)
		*reg(engine, regs[i].offset) = regs[i].reset;
}

/* The core that a register belongs to; there is one in every 4 KiB. */
static struct zm_core *core_at(struct zm_engine *engine, uint32_t offset)
{
	uint32_t n = (offset - HISI_ZIP_COMP_CORE_BASE) / HISI_ZIP_CORE_STRIDE;

	if (offset < HISI_ZIP_COMP_CORE_BASE || n >= ZM_CORES ||
	    offset % HISI_ZIP_CORE_STRIDE >= HISI_ZIP_CORE_REGS_BYTES)
		return NULL;
	return &engine->cores[n];
}

static uint32_t core_read(struct zm_engine *engine, struct zm_core *core,
			  uint32_t offset)
{
	uint32_t *counter = &core->regs[offset % HISI_ZIP_CORE_STRIDE / 4];
	uint32_t value = *counter;

	if (hisi_zip_model_reg(engine, HISI_ZIP_SOFT_CTRL_CNT_CLR_CE))
		*counter = 0;
	return value;
}

/** hisi_zip_model_core_add() - count; @offset as in 7.2.3 */
void hisi_zip_model_core_add(struct zm_core *core, uint32_t offset,
			     uint32_t value)
{
	uint32_t *low = &core->regs[offset / 4];

	*low += value;
	/* The byte counts have 64 bits. */
	if (*low < value && (offset == HISI_ZIP_CORE_CONSUMED ||
			     offset == HISI_ZIP_CORE_PRODUCED))
		low[1]++;
}

static bool is_common(uint32_t offset)
{
	return offset >= REGS_BASE && offset < REGS_BASE + ZM_REGS_BYTES;
}

/**
 * hisi_zip_model_reg_read() - see struct hisi_qm_model_engine
 *
 * There is no DAE block (7.2.6): nothing answers at its addresses.
 */
bool hisi_zip_model_reg_read(void *arg, uint32_t offset, uint32_t *value)
{
	struct zm_engine *engine = arg;
	struct zm_core *core = core_at(engine, offset);

	if (offset % 4)
		return false;
	if (core)
		*value = core_read(engine, core, offset);
	else if (offset == HISI_ZIP_CORE_INT_STATUS)
		*value = status_of(engine);
	else if (is_common(offset))
		*value = hisi_zip_model_reg(engine, offset);
	else
		return false;
	return true;
}

static const struct reg *find_reg(uint32_t offset)
{
	unsigned int i;

	for (i = 0; i < sizeof(regs) / sizeof(regs[0]); i++)
		if (regs[i].offset == offset)
			return &regs[i];
	return NULL;
}

static void store(struct zm_engine *engine, const struct reg *to,
		  uint32_t value)
{
	uint32_t old = status_of(engine);

	*reg(engine, to->offset) = value & to->writable;
	/* Opening the master again, selecting or unmasking what is pending. */
	if (to->offset == HISI_ZIP_SOFT_CTRL_ZIP_CONTROL &&
	    !(value & HISI_ZIP_CONTROL_AXI_SHUTDOWN))
		engine->is_shut = false;
	errors_changed(engine, old);
}

/** hisi_zip_model_reg_write() - see struct hisi_qm_model_engine */
bool hisi_zip_model_reg_write(void *arg, uint32_t offset, uint32_t value)
{
	struct zm_engine *engine = arg;
	const struct reg *to;

	if (offset % 4)
		return false;
	switch (offset) {
	case HISI_ZIP_CORE_INT_SOURCE:
		*reg(engine, offset) &= ~value;
		return true;
	case HISI_ZIP_CORE_INT_SET:
		hisi_zip_model_ras(engine, value);
		return true;
	}
	to = find_reg(offset);
	if (to)
		store(engine, to, value);
	return to;
}
