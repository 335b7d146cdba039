// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Events and their interrupts: 1.4, 4.5 to 4.7, 10.5. */
#include <linux/pci_regs.h>

#include "mmio.h"
#include "pair.h"
#include "tap.h"

/* An interrupt that is due, and how long one is waited for that is not. */
#define DUE_US		5000000
#define NOT_DUE_US	100000

static bool comes(struct pair *p, unsigned int vector)
{
	return function_irq_wait(&p->fn, vector, DUE_US);
}

static bool stays_away(struct pair *p, unsigned int vector)
{
	return !function_irq_wait(&p->fn, vector, NOT_DUE_US);
}

static void one_request(struct pair *p)
{
	struct zip_request request = pair_request(p);
	struct hisi_zip_sqe answer;

	if (!zip_run(&p->compress, &request, &answer))
		tap_die("a request completes");
}

static void check_event(struct pair *p, const char *when)
{
	uint32_t event = 0;

	tap_check(comes(p, HISI_QM_VECTOR_EQ), "EQ interrupt %s", when);
	tap_equal(qm_read(&p->qm, HISI_QM_EQ_INT_SOURCE) & 1, 1,
		  "0x8 is 1 %s (2.1)", when);
	tap_check(qm_event(&p->qm, &event), "an EQE is there %s", when);
	tap_equal(event & HISI_QM_EQE_NUM_MASK, p->compress.qn,
		  "the EQE names the CQ %s (4.5)", when);
	qm_event_return(&p->qm);
	tap_equal(qm_read(&p->qm, HISI_QM_EQ_INT_SOURCE) & 1, 0,
		  "0x8 is 0 after the doorbell (4.7)");
}

static void check_arming(struct pair *p)
{
	uint32_t event;

	one_request(p);
	check_event(p, "of a CQ installed armed");
	one_request(p);
	tap_check(stays_away(p, HISI_QM_VECTOR_EQ) &&
		  !qm_event(&p->qm, &event),
		  "no event of a CQ that is not armed (4.7)");
	qp_return(&p->compress, true);
	tap_check(stays_away(p, HISI_QM_VECTOR_EQ),
		  "arming an empty CQ gives no event (4.7)");
	one_request(p);
	check_event(p, "of a CQ armed by doorbell");
}

/* 4.7: arming with completions there must not lose them. */
static void check_late_arming(struct pair *p)
{
	struct zip_request request = pair_request(p);
	unsigned int first = p->compress.head;

	zip_put(&p->compress, &request);
	qp_ring(&p->compress);
	if (qp_wait(&p->compress, ZIP_TIMEOUT_US) < 0)
		tap_die("a request completes");
	qm_doorbell(&p->qm, HISI_QM_DB_CQ, p->compress.qn, first, 1);
	check_event(p, "of a CQ armed late");
	qp_return(&p->compress, false);
}

/* 2.1: the mask holds it back, and what is pending comes with its end. */
static void check_mask(struct pair *p)
{
	qm_write(&p->qm, HISI_QM_EQ_INT_MASK, 1);
	qp_return(&p->compress, true);
	one_request(p);
	tap_check(stays_away(p, HISI_QM_VECTOR_EQ),
		  "no interrupt while 0xc masks it (2.1)");
	tap_equal(qm_read(&p->qm, HISI_QM_EQ_INT_SOURCE) & 1, 1,
		  "0x8 is 1 all the same");
	qm_write(&p->qm, HISI_QM_EQ_INT_MASK, 0);
	check_event(p, "after unmasking (10.5)");
}

static void msi_mask(struct pair *p, uint32_t mask)
{
	pci_config_store(p->fn.address, p->fn.msi_capability + PCI_MSI_MASK_64,
			 mask, 4);
}

static uint32_t msi_pending(struct pair *p)
{
	pci_config_load(p->fn.address, p->fn.config);
	return pci_dword(p->fn.config,
			 p->fn.msi_capability + PCI_MSI_PENDING_64);
}

/*
 * 1.4: drivers write the mask at +0x10 and read what is pending at +0x14. QEMU
 * passes the mask on and the device holds the message back, but reads come from
 * a copy of QEMU's own, where nothing is pending: so that is only shown.
 */
static void check_msi_mask(struct pair *p)
{
	const uint32_t bit = 1u << HISI_QM_VECTOR_EQ;

	if (!p->fn.msi_capability) {
		tap_skip("mask bits of MSI (1.4)",
			 "VFIO keeps the capability to itself");
		return;
	}
	msi_mask(p, bit);
	qp_return(&p->compress, true);
	one_request(p);
	tap_check(stays_away(p, HISI_QM_VECTOR_EQ),
		  "no interrupt while MSI's mask is set (1.4)");
	tap_note("MSI's pending bits as QEMU shows them: 0x%x", msi_pending(p));
	msi_mask(p, 0);
	check_event(p, "after the end of MSI's mask");
	tap_check(stays_away(p, HISI_QM_VECTOR_EQ), "and comes once");
	tap_equal(msi_pending(p), 0, "MSI's pending bits are clear (1.4)");
}

/* A CQ that nobody empties overflows: AEQE type 0 on vector 1 (4.5). */
static void check_overflow(struct pair *p)
{
	struct zip_request request = pair_request(p);
	uint32_t event = 0;
	unsigned int i;

	if (!qm_has(&p->qm, HISI_QM_REV_V2)) {
		tap_skip("AEQ interrupt", "V1 has no AEQ (4.4)");
		return;
	}
	qp_restart(&p->compress, HISI_ZIP_ALG_COMPRESS, false);
	/* One more than needed: A7 leaves open whether one entry stays free. */
	for (i = 0; i <= PAIR_DEPTH; i++) {
		zip_put(&p->compress, &request);
		qp_ring(&p->compress);
		if (i < PAIR_DEPTH - 1)
			qp_wait(&p->compress, ZIP_TIMEOUT_US);
	}
	tap_check(comes(p, HISI_QM_VECTOR_AEQ), "AEQ interrupt of a full CQ");
	tap_equal(qm_read(&p->qm, HISI_QM_AEQ_INT_SOURCE) & 1, 1,
		  "0x0 is 1 (2.1)");
	tap_check(qm_async_event(&p->qm, &event), "an AEQE is there");
	tap_equal(event >> HISI_QM_AEQE_TYPE_SHIFT & HISI_QM_AEQE_TYPE_MASK,
		  HISI_QM_AEQE_CQ_OVERFLOW, "the AEQE says overflow (4.5)");
	tap_equal(event & HISI_QM_EQE_NUM_MASK, p->compress.qn,
		  "the AEQE names the queue (4.5)");
	qm_async_event_return(&p->qm);
	tap_equal(qm_read(&p->qm, HISI_QM_AEQ_INT_SOURCE) & 1, 0,
		  "0x0 is 0 after the doorbell (4.7)");
	qp_restart(&p->compress, HISI_ZIP_ALG_COMPRESS, true);
	one_request(p);
	check_event(p, "of the queue installed again");
}

void command_irq(const struct expected *expected, char **arguments)
{
	struct pair p;

	(void)arguments;
	pair_open(&p, expected, true);
	if (p.fn.vectors) {
		check_arming(&p);
		check_late_arming(&p);
		check_mask(&p);
		check_msi_mask(&p);
		check_overflow(&p);
	} else {
		tap_skip("interrupts", "%s", p.fn.why_not);
	}
	pair_close(&p);
}
