/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Registers of the device, which only the PF has: 2.2 and 2.3. */
#include <string.h>

#include "qm_priv.h"

#define AM_CFG_SINGLE_PORT	0x300014
#define ENGINE_FIRST		0x301000
#define RAS_MSI_INT_SEL		0x1040f4
#define ACC_RAS_MSI_INT_SEL	0x1040fc
#define QUEUE_CAP_FUNC_SHIFT	11

struct stored {
	uint32_t offset;
	uint32_t at_reset;
	unsigned int revision;
};

/* These keep what is written to them; the model does nothing else with it. */
static const struct stored stored[] = {
	{ HISI_QM_CACHE_CTL, 0, HISI_QM_REV_V1 },
	{ HISI_QM_TIMEOUT_CFG, 0, HISI_QM_REV_V1 },
	{ HISI_QM_DB_TIMEOUT_CFG, 0, HISI_QM_REV_V1 },
	{ HISI_QM_FLR_PENDING_TIME_CFG, 0, HISI_QM_REV_V1 },
	{ HISI_QM_ARUSER_M_CFG_1, 0, HISI_QM_REV_V1 },
	{ HISI_QM_ARUSER_M_CFG_ENABLE, 0, HISI_QM_REV_V1 },
	{ HISI_QM_AWUSER_M_CFG_1, 0, HISI_QM_REV_V1 },
	{ HISI_QM_AWUSER_M_CFG_ENABLE, 0, HISI_QM_REV_V1 },
	{ HISI_QM_WUSER_M_CFG_ENABLE, 0, HISI_QM_REV_V1 },
	{ HISI_QM_AXI_M_CFG, 0, HISI_QM_REV_V1 },
	{ HISI_QM_AXI_M_CFG_ENABLE, 0, HISI_QM_REV_V1 },
	{ HISI_QM_PEH_AXUSER_CFG, 0, HISI_QM_REV_V1 },
	{ HISI_QM_PEH_AXUSER_CFG_ENABLE, 0, HISI_QM_REV_V1 },
	{ HISI_QM_PEH_VENDOR_ID, HISI_QM_PCI_VENDOR, HISI_QM_REV_V1 },
	{ HISI_QM_AXI_TIMEOUT_CTRL, 0, HISI_QM_REV_V1 },
	{ HISI_QM_CQE_AGGR_TIMEOUT_CTRL, 0, HISI_QM_REV_V1 },
	{ HISI_QM_PM_CTRL, 0, HISI_QM_REV_V3 },
	{ HISI_QM_SHAPER_CFG, 0, HISI_QM_REV_V3 },
	{ RAS_MSI_INT_SEL, 0, HISI_QM_REV_V1 },
	{ ACC_RAS_MSI_INT_SEL, 0, HISI_QM_REV_V1 },
	{ AM_CFG_SINGLE_PORT, 0, HISI_QM_REV_V1 },
	{ HISI_QM_AM_CFG_PORT_RD_EN, 0, HISI_QM_REV_V1 },
	{ HISI_QM_AM_CFG_PORT_WR_EN, 0, HISI_QM_REV_V1 },
};

#define STORED	(sizeof(stored) / sizeof(stored[0]))

_Static_assert(STORED <= QM_STORED_MAX, "stored registers");

void hisi_qm_model_device_reset(struct hisi_qm_model *model)
{
	unsigned int i;

	memset(&model->dev, 0, sizeof(model->dev));
	for (i = 0; i < STORED; i++)
		model->dev.stored[i] = stored[i].at_reset;
	/* 2.2.2: polled before the first access */
	model->dev.vft_port.ready = true;
}

static uint32_t *find_stored(struct hisi_qm_model *model, uint32_t offset)
{
	unsigned int i;

	for (i = 0; i < STORED; i++)
		if (stored[i].offset == offset &&
		    qm_is(model, stored[i].revision))
			return &model->dev.stored[i];
	return NULL;
}

static bool vft_read(const struct hisi_qm_model *model, uint32_t offset,
		     uint32_t *value)
{
	switch (offset) {
	case HISI_QM_VFT_CFG_OP_WR:
		*value = model->dev.vft_port.op_wr;
		return true;
	case HISI_QM_VFT_CFG_TYPE:
		*value = model->dev.vft_port.type;
		return true;
	case HISI_QM_VFT_CFG:
		*value = model->dev.vft_port.addr;
		return true;
	case HISI_QM_VFT_CFG_DATA_L:
		*value = model->dev.vft_port.data_l;
		return true;
	case HISI_QM_VFT_CFG_DATA_H:
		*value = model->dev.vft_port.data_h;
		return true;
	case HISI_QM_VFT_CFG_RDY:
		*value = model->dev.vft_port.ready;
		return true;
	default:
		return false;
	}
}

static bool vft_write(struct hisi_qm_model *model, uint32_t offset,
		      uint32_t value)
{
	switch (offset) {
	case HISI_QM_VFT_CFG_OP_ENABLE:
		if (value & 1)
			hisi_qm_model_vft_execute(model);
		return true;
	case HISI_QM_VFT_CFG_OP_WR:
		model->dev.vft_port.op_wr = value;
		return true;
	case HISI_QM_VFT_CFG_TYPE:
		model->dev.vft_port.type = value;
		return true;
	case HISI_QM_VFT_CFG:
		model->dev.vft_port.addr = value;
		return true;
	case HISI_QM_VFT_CFG_DATA_L:
		model->dev.vft_port.data_l = value;
		return true;
	case HISI_QM_VFT_CFG_DATA_H:
		model->dev.vft_port.data_h = value;
		return true;
	case HISI_QM_VFT_CFG_RDY:
		model->dev.vft_port.ready = value & 1;
		return true;
	default:
		return false;
	}
}

static bool msg_read(const struct hisi_qm_model *model, uint32_t offset,
		     uint32_t *value)
{
	if (!qm_is(model, HISI_QM_REV_V3))
		return false;
	switch (offset) {
	case HISI_QM_IFC_READY_STATUS:
		*value = (uint32_t)model->dev.msg_ready;
		return true;
	case HISI_QM_IFC_READY_STATUS + 4:
		*value = (uint32_t)(model->dev.msg_ready >> 32);
		return true;
	case HISI_QM_IFC_INT_CFG:
		*value = model->dev.msg_cfg;
		return true;
	case HISI_QM_IFC_INT_SOURCE_P:
		*value = (uint32_t)model->dev.msg_source;
		return true;
	case HISI_QM_IFC_INT_SOURCE_P + 4:
		*value = (uint32_t)(model->dev.msg_source >> 32);
		return true;
	default:
		return false;
	}
}

static bool msg_write(struct hisi_qm_model *model, uint32_t offset,
		      uint32_t value)
{
	if (!qm_is(model, HISI_QM_REV_V3))
		return false;
	switch (offset) {
	case HISI_QM_IFC_INT_SET_P:
		if (value & 1)
			hisi_qm_model_msg_notify_vfs(model);
		return true;
	case HISI_QM_IFC_INT_CFG:
		model->dev.msg_cfg = value;
		return true;
	case HISI_QM_IFC_INT_SOURCE_P:
		hisi_qm_model_msg_clear_source(model, value);
		return true;
	case HISI_QM_IFC_INT_SOURCE_P + 4:
		hisi_qm_model_msg_clear_source(model, (uint64_t)value << 32);
		return true;
	default:
		return false;
	}
}

/* 2.3: all have returned once the master is shut and nothing is out. */
static uint32_t trans_return(const struct hisi_qm_model *model)
{
	return model->dev.shut_by_software && !model->tasks_out ?
	       HISI_QM_AM_TRANS_ALL_RETURNED : 0;
}

static void shut_master(struct hisi_qm_model *model, bool shut)
{
	bool was_shut = model->dev.shut_by_software;

	model->dev.shut_by_software = shut;
	if (shut)
		hisi_qm_model_mailbox_progress_all(model);
	else if (was_shut)
		hisi_qm_model_kick_ready(model);
}

static void mem_init(struct hisi_qm_model *model)
{
	hisi_qm_model_wipe(model);
	model->dev.mem_init_done =
		!model->faults.on[HISI_QM_MODEL_FAULT_MEM_INIT_STUCK];
}

static bool misc_read(const struct hisi_qm_model *model, uint32_t offset,
		      uint32_t *value)
{
	switch (offset) {
	case HISI_QM_MEM_INIT_DONE:
		*value = model->dev.mem_init_done;
		return true;
	case HISI_QM_QUEUE_CAP:
		if (!qm_is(model, HISI_QM_REV_V3))
			return false;
		*value = model->nqueues |
			 model->func_queues << QUEUE_CAP_FUNC_SHIFT;
		return true;
	case HISI_QM_AM_CTRL_GLOBAL:
		*value = model->dev.shut_by_software;
		return true;
	case HISI_QM_AM_CURR_TRANS_RETURN:
		*value = trans_return(model);
		return true;
	default:
		return false;
	}
}

static bool misc_write(struct hisi_qm_model *model, uint32_t offset,
		       uint32_t value)
{
	switch (offset) {
	case HISI_QM_MEM_START_INIT:
		if (value & 1)
			mem_init(model);
		return true;
	case HISI_QM_AM_CTRL_GLOBAL:
		shut_master(model, value & 1);
		return true;
	case HISI_QM_AM_ROB_ECC_INT_STS:
		/* Cleared by writing ones; nothing here ever sets it. */
		return true;
	default:
		return false;
	}
}

bool hisi_qm_model_device_read(struct hisi_qm_model *model, uint32_t offset,
			       uint32_t *value)
{
	const uint32_t *reg;

	if (offset >= ENGINE_FIRST)
		return model->ops->mmio_read(model->engine, offset, value);
	if (hisi_qm_model_ras_read(model, offset, value) ||
	    hisi_qm_model_counter_read(model, offset, value) ||
	    vft_read(model, offset, value) || msg_read(model, offset, value) ||
	    misc_read(model, offset, value))
		return true;
	reg = find_stored(model, offset);
	if (reg)
		*value = *reg;
	return reg;
}

/* The engine may shut the bus master or open it again. */
static bool engine_write(struct hisi_qm_model *model, uint32_t offset,
			 uint32_t value)
{
	bool could_run = hisi_qm_model_can_run(model);
	bool known = model->ops->mmio_write(model->engine, offset, value);
	bool can_run = hisi_qm_model_can_run(model);

	if (could_run && !can_run)
		hisi_qm_model_mailbox_progress_all(model);
	else if (!could_run && can_run)
		hisi_qm_model_kick_ready(model);
	return known;
}

bool hisi_qm_model_device_write(struct hisi_qm_model *model, uint32_t offset,
				uint32_t value)
{
	uint32_t *reg;

	if (offset >= ENGINE_FIRST)
		return engine_write(model, offset, value);
	if (hisi_qm_model_ras_write(model, offset, value) ||
	    hisi_qm_model_counter_write(model, offset, value) ||
	    vft_write(model, offset, value) ||
	    msg_write(model, offset, value) ||
	    misc_write(model, offset, value))
		return true;
	reg = find_stored(model, offset);
	if (reg)
		*reg = value;
	return reg;
}
