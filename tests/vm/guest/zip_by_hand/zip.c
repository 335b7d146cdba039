// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "qm.h"
#include "tap.h"
#include "zip.h"

/* 2.2.3 and zip 7.2.1: attributes of the bus, as ZIP drivers set them. */
#define AXUSER		0x40001070
#define AXUSER_ENABLE	0xfffffffe

static const struct {
	uint32_t offset;
	uint32_t value;
} bus_attributes[] = {
	{ HISI_QM_ARUSER_M_CFG_1, AXUSER },
	{ HISI_QM_ARUSER_M_CFG_ENABLE, AXUSER_ENABLE },
	{ HISI_QM_AWUSER_M_CFG_1, AXUSER },
	{ HISI_QM_AWUSER_M_CFG_ENABLE, AXUSER_ENABLE },
	{ HISI_QM_WUSER_M_CFG_ENABLE, UINT32_MAX },
	{ HISI_QM_AXI_M_CFG, 0xffff },
	{ HISI_QM_AXI_M_CFG_ENABLE, UINT32_MAX },
	{ HISI_QM_PEH_AXUSER_CFG, 0x00401001 },
	{ HISI_QM_PEH_AXUSER_CFG_ENABLE, UINT32_MAX },
	{ HISI_ZIP_PORT_ARCA_CHE_0, UINT32_MAX },
	{ HISI_ZIP_PORT_ARCA_CHE_1, UINT32_MAX },
	{ HISI_ZIP_PORT_AWCA_CHE_0, UINT32_MAX },
	{ HISI_ZIP_PORT_AWCA_CHE_1, UINT32_MAX },
	{ HISI_ZIP_BD_RUSER_32_63, AXUSER },
	{ HISI_ZIP_BD_WUSER_32_63, AXUSER },
	{ HISI_ZIP_DATA_RUSER_32_63, AXUSER },
	{ HISI_ZIP_DATA_WUSER_32_63, AXUSER },
	{ HISI_ZIP_SGL_RUSER_32_63, AXUSER },
};

static void set_bits(const struct qm *qm, uint32_t offset, uint32_t bits)
{
	qm_write(qm, offset, qm_read(qm, offset) | bits);
}

void zip_device_init(const struct qm *qm)
{
	unsigned int i;
	uint32_t cores;

	for (i = 0; i < sizeof(bus_attributes) / sizeof(bus_attributes[0]); i++)
		qm_write(qm, bus_attributes[i].offset,
			 bus_attributes[i].value);
	if (!qm_has(qm, HISI_QM_REV_V3)) {
		qm_write(qm, HISI_ZIP_CLOCK_GATE_CTRL, 0x000100ff);
		qm_write(qm, HISI_QM_CACHE_CTL, 0x1833);
		return;
	}
	cores = qm_read(qm, HISI_ZIP_CAP_CORE_ENABLE);
	qm_write(qm, HISI_ZIP_CLOCK_GATE_CTRL,
		 0x00010000 | cores >> 16 | (cores & 0xffff));
	qm_write(qm, HISI_QM_CACHE_CTL, 0x1833);
	qm_write(qm, HISI_ZIP_LIT_LEN_EN,
		 qm_read(qm, HISI_ZIP_LIT_LEN_EN) & ~0x10u);
	set_bits(qm, HISI_ZIP_CLOCK_GATE_CTRL, 0x2000ff00);
	set_bits(qm, HISI_ZIP_PEH_CFG_AUTO_GATE, 1);
}

void zip_errors_init(const struct qm *qm)
{
	uint32_t nfe = 0x7fe, ce = 0x1;

	if (qm_has(qm, HISI_QM_REV_V3)) {
		nfe = qm_read(qm, HISI_ZIP_CAP_NFE);
		ce = qm_read(qm, HISI_ZIP_CAP_CE);
		qm_write(qm, HISI_ZIP_OOO_SHUTDOWN_SEL,
			 qm_read(qm, HISI_ZIP_CAP_RESET));
	}
	/* Open the master again, in case an error has shut it (7.2.1). */
	qm_write(qm, HISI_ZIP_SOFT_CTRL_ZIP_CONTROL, 0);
	qm_write(qm, HISI_ZIP_CORE_INT_SOURCE, UINT32_MAX);
	qm_write(qm, HISI_ZIP_RAS_CE_ENB, ce);
	qm_write(qm, HISI_ZIP_RAS_FE_ENB, 0);
	qm_write(qm, HISI_ZIP_RAS_NFE_ENB, nfe);
	qm_write(qm, HISI_ZIP_SOFT_CTRL_ZIP_CONTROL,
		 HISI_ZIP_CONTROL_AXI_SHUTDOWN);
	qm_write(qm, HISI_ZIP_CORE_INT_MASK, ~(ce | nfe));
}

static void stream_state(struct hisi_zip_sqe *sqe,
			 const struct hisi_zip_sqe *before)
{
	sqe->ctx_dw0 = before->ctx_dw0;
	sqe->ctx_dw1 = before->ctx_dw1;
	sqe->ctx_dw2 = before->ctx_dw2;
	sqe->isize = before->isize;
	sqe->checksum = before->checksum;
}

void zip_put(struct qp *qp, const struct zip_request *request)
{
	bool v3 = qm_has(qp->qm, HISI_QM_REV_V3);
	struct hisi_zip_sqe *sqe = qp_element(qp);

	sqe->input_data_length = request->src_bytes;
	sqe->dest_avail_out = request->dst_bytes;
	sqe->source_addr_l = (uint32_t)request->src;
	sqe->source_addr_h = (uint32_t)(request->src >> 32);
	sqe->dest_addr_l = (uint32_t)request->dst;
	sqe->dest_addr_h = (uint32_t)(request->dst >> 32);
	sqe->stream_ctx_addr_l = (uint32_t)request->stream;
	sqe->stream_ctx_addr_h = (uint32_t)(request->stream >> 32);
	sqe->dw7 = request->flags |
		   (v3 ? HISI_ZIP_SQE_TYPE_3 : HISI_ZIP_SQE_TYPE_0) <<
		   HISI_ZIP_DW7_TYPE_SHIFT;
	sqe->dw9 = request->format |
		   (uint32_t)request->is_sgl << HISI_ZIP_DW9_BUF_SHIFT;
	/* 7.14: older parts have no window field. */
	if (v3)
		sqe->dw9 |= HISI_ZIP_WINDOW_32K << HISI_ZIP_DW9_WINDOW_SHIFT;
	if (v3)
		sqe->dw26 = request->tag;
	else
		sqe->dw13 = request->tag;
	if (request->before)
		stream_state(sqe, request->before);
}

uint32_t zip_tag(const struct qm *qm, const struct hisi_zip_sqe *sqe)
{
	return qm_has(qm, HISI_QM_REV_V3) ? sqe->dw26 : sqe->dw13;
}

bool zip_run(struct qp *qp, const struct zip_request *request,
	     struct hisi_zip_sqe *answer)
{
	unsigned int put = qp->tail;
	int slot;

	zip_put(qp, request);
	qp_ring(qp);
	slot = qp_wait(qp, ZIP_TIMEOUT_US);
	if (slot != (int)put) {
		tap_note("queue %u: request in slot %u, completion of %d",
			 qp->qn, put, slot);
		return false;
	}
	memcpy(answer, qp_slot(qp, put), sizeof(*answer));
	qp_return(qp, false);
	return true;
}
