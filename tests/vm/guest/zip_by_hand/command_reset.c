// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Function level reset by the kernel: the function's state is gone, what the
 * PF keeps for the device stays (5.11: no memory initialisation after it).
 */
#include <linux/pci_regs.h>

#include "pair.h"
#include "tap.h"

static void check_gone(const struct qm *qm)
{
	struct qm_reply reply = { 0 };

	tap_equal(qm_read(qm, HISI_QM_MAILBOX) & 0x3e00, 0,
		  "mailbox is ready after the reset");
	if (qm_mailbox(qm, HISI_QM_MB_SQC_BT | HISI_QM_MB_OP_GET, 0, 0, &reply))
		tap_die("mailbox works after the reset");
	tap_equal(reply.base, 0, "SQC table is gone");
	if (qm_mailbox(qm, HISI_QM_MB_CQC_BT | HISI_QM_MB_OP_GET, 0, 0, &reply))
		tap_die("mailbox works after the reset");
	tap_equal(reply.base, 0, "CQC table is gone");
}

static void check_kept(const struct qm *qm)
{
	uint64_t entry = 0;

	if (qm->fn->is_vf && qm_has(qm, HISI_QM_REV_V2)) {
		entry = qm_command(qm, HISI_QM_MB_SQC_VFT | HISI_QM_MB_OP_GET,
				   0, 0);
		tap_equal((entry >> HISI_QM_SQC_VFT_COUNT_SHIFT &
			   HISI_QM_SQC_VFT_COUNT_MASK) + 1, qm->queues,
			  "VFT entry of the VF is kept");
	}
	if (qm->fn->is_vf)
		return;
	tap_check(qm_vft_read(qm, HISI_QM_VFT_TYPE_SQC, 0, &entry),
		  "VFT port is ready after the reset");
	tap_equal(entry, qm_vft_sqc_entry(qm, 0, QM_PF_QUEUES),
		  "VFT entry of the PF is kept");
	tap_equal(qm_read(qm, HISI_QM_CACHE_CTL), 0x1833,
		  "registers of the device are kept");
}

/* What was queued belongs to no queue any more. */
static void check_dead_queue(struct pair *p)
{
	struct zip_request request = pair_request(p);

	zip_put(&p->compress, &request);
	qp_ring(&p->compress);
	tap_equal((uint64_t)qp_wait(&p->compress, 100000), (uint64_t)-1,
		  "the old queue answers no more");
}

void command_reset(const struct expected *expected, char **arguments)
{
	struct pair p;
	int ret;

	(void)arguments;
	pair_open(&p, expected, false);
	tap_check(pair_works(&p), "requests before the reset");
	ret = pci_reset(p.fn.address);
	if (!tap_check(!ret, "the kernel resets the function (%d)", ret))
		return;
	check_gone(&p.qm);
	check_kept(&p.qm);
	check_dead_queue(&p);
	if (!p.fn.is_vf)
		qm_errors_init(&p.qm);
	qm_start(&p.qm);
	qp_restart(&p.compress, HISI_ZIP_ALG_COMPRESS, false);
	qp_restart(&p.decompress, HISI_ZIP_ALG_DECOMPRESS, false);
	tap_check(pair_works(&p),
		  "requests after the reset, without memory initialisation");
	pair_close(&p);
}
