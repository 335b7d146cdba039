// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Mailbox commands and what they leave behind, section 3. */
#include <inttypes.h>
#include <string.h>

#include "commands.h"
#include "mmio.h"
#include "qm.h"
#include "tap.h"
#include "zip.h"

#define DEPTH	64

static void check_event_queue(const struct qm *qm, uint16_t command,
			      const struct dma *ring, unsigned int depth,
			      const char *name)
{
	struct hisi_qm_eqc eqc;

	memset(qm->image.va, 0xee, qm->image.bytes);
	qm_command(qm, command | HISI_QM_MB_OP_GET, 0, qm->image.addr);
	memcpy(&eqc, qm->image.va, sizeof(eqc));
	tap_equal(eqc.base_l | (uint64_t)eqc.base_h << 32, ring->addr,
		  "%s dump: base (4.3)", name);
	tap_equal(eqc.dw6, (depth - 1) | HISI_QM_EQC_PHASE,
		  "%s dump: depth and phase (4.3)", name);
	tap_equal(eqc.head | eqc.tail, 0, "%s dump: empty", name);
}

static void check_table(const struct qm *qm, uint16_t command,
			const struct dma *table, const char *name)
{
	tap_equal(qm_command(qm, command | HISI_QM_MB_OP_GET, 0, 0),
		  table->addr, "%s address (3.4)", name);
}

/* 3.4: entry of this function, as it was programmed. */
static void check_vft(const struct qm *qm)
{
	uint64_t entry;

	if (!qm_has(qm, HISI_QM_REV_V2)) {
		tap_skip("VFT entry by mailbox", "V1 has no such command (3.4)");
		return;
	}
	entry = qm_command(qm, HISI_QM_MB_SQC_VFT | HISI_QM_MB_OP_GET, 0, 0);
	if (qm->fn->is_vf)
		tap_check(entry & HISI_QM_SQC_VFT_VALID,
			  "VFT entry by mailbox: %u queues from %u on",
			  qm->queues, qm->first_queue);
	else
		tap_equal(entry, qm_vft_sqc_entry(qm, 0, QM_PF_QUEUES),
			  "VFT entry by mailbox");
}

static void check_sqc(const struct qm *qm, const struct qp *qp)
{
	bool v1 = !qm_has(qm, HISI_QM_REV_V2);
	struct hisi_qm_sqc sqc;

	memset(qm->image.va, 0xee, qm->image.bytes);
	qm_command(qm, HISI_QM_MB_SQC | HISI_QM_MB_OP_GET, (uint16_t)qp->qn,
		   qm->image.addr);
	memcpy(&sqc, qm->image.va, sizeof(sqc));
	tap_equal(sqc.base_l | (uint64_t)sqc.base_h << 32, qp->sq.addr,
		  "SQC dump: base (4.1)");
	tap_equal(sqc.dw3, v1 ? 0x7000 : 0x7000 | (DEPTH - 1),
		  "SQC dump: element size and depth (4.1)");
	tap_equal(sqc.w8, v1 ? DEPTH - 1 : 0, "SQC dump: word 8 (4.1)");
	tap_equal(sqc.cq_num, qp->qn, "SQC dump: number of the CQ (4.1)");
	tap_equal(sqc.w13 & 0xf00, HISI_ZIP_ALG_DECOMPRESS << 8,
		  "SQC dump: algorithm type (4.1)");
	tap_equal(sqc.tail, 0, "SQC dump: tail (4.1)");
}

static void check_cqc(const struct qm *qm, const struct qp *qp)
{
	struct hisi_qm_cqc cqc;

	memset(qm->image.va, 0xee, qm->image.bytes);
	qm_command(qm, HISI_QM_MB_CQC | HISI_QM_MB_OP_GET, (uint16_t)qp->qn,
		   qm->image.addr);
	memcpy(&cqc, qm->image.va, sizeof(cqc));
	tap_equal(cqc.base_l | (uint64_t)cqc.base_h << 32, qp->cq.addr,
		  "CQC dump: base (4.2)");
	tap_equal(cqc.dw6 & 3, HISI_QM_CQC_PHASE | HISI_QM_CQC_ARMED,
		  "CQC dump: phase and arming (4.2)");
}

static void check_refusal(const struct qm *qm, uint16_t word0, uint16_t queue,
			  const char *what)
{
	struct qm_reply reply = { 0 };

	if (qm_mailbox(qm, word0, queue, qm->image.addr, &reply))
		tap_die("mailbox ends in time: %s", what);
	tap_check(reply.status, "mailbox refuses %s: status %u (3.1)", what,
		  reply.status);
}

/* 3.3: whatever the widths, the write that covers byte 15 starts it. */
static void check_split(const struct qm *qm, const struct dma *table)
{
	volatile uint8_t *at = qm->fn->bar2 + HISI_QM_MAILBOX;

	mmio_write32(at, HISI_QM_MB_SQC_BT | HISI_QM_MB_OP_GET |
		     HISI_QM_MB_BUSY);
	mmio_write32(at + 4, 0);
	mmio_write32(at + 8, 0);
	mmio_write32(at + 12, 0);
	tap_check(qm_poll(qm, HISI_QM_MAILBOX, HISI_QM_MB_BUSY, 0,
			  QM_TIMEOUT_US), "command in four 32-bit writes (3.3)");
	/* 9.2: 64-bit reads see the same as 32-bit ones. */
	tap_equal(qm_read64(qm, HISI_QM_MAILBOX) >> 32 |
		  qm_read64(qm, HISI_QM_MAILBOX_DATA_H) << 32, table->addr,
		  "answer in 64-bit reads (3.2)");
}

static void check_stop(const struct qm *qm, const struct qp *qp)
{
	struct qm_reply reply;

	if (!qm_has(qm, HISI_QM_REV_V3))
		return;
	tap_check(!qm_mailbox(qm, HISI_QM_MB_STOP_QP, (uint16_t)qp->qn, 0,
			      &reply) && !reply.status, "STOP_QP (3.4)");
	tap_check(!qm_mailbox(qm, HISI_QM_MB_FLUSH_QM, 0, 0, &reply) &&
		  !reply.status, "FLUSH (3.4)");
}

void command_mailbox(const struct expected *expected, char **arguments)
{
	struct function fn;
	struct qm qm;
	struct qp qp;

	(void)arguments;
	function_find(&fn, expected->is_vf);
	function_open(&fn, expected->access);
	qm_up(&qm, &fn);
	check_vft(&qm);
	check_event_queue(&qm, HISI_QM_MB_EQC, &qm.eq, qm.eq_depth, "EQC");
	if (qm_has(&qm, HISI_QM_REV_V2))
		check_event_queue(&qm, HISI_QM_MB_AEQC, &qm.aeq, qm.aeq_depth,
				  "AEQC");
	check_table(&qm, HISI_QM_MB_SQC_BT, &qm.sqc_table, "SQC table");
	check_table(&qm, HISI_QM_MB_CQC_BT, &qm.cqc_table, "CQC table");
	qp_start(&qp, &qm, 1, DEPTH, HISI_ZIP_ALG_DECOMPRESS, true);
	check_sqc(&qm, &qp);
	check_cqc(&qm, &qp);
	check_refusal(&qm, 0x7, 0, "command 7");
	check_refusal(&qm, HISI_QM_MB_SQC, 0xfff0, "a queue that is not there");
	check_split(&qm, &qm.sqc_table);
	check_stop(&qm, &qp);
	function_close(&fn);
}
