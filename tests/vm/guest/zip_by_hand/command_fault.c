// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What a driver sees of a device that fails. Each fault is switched on when the
 * function is up and off again at the end, and then everything has to work.
 */
#include <errno.h>
#include <string.h>

#include "clock.h"
#include "host.h"
#include "pair.h"
#include "tap.h"

/* Long enough for an answer that would come, in an emulated guest. */
#define SILENCE_US	300000
#define IRQ_US		5000000

#define SLOW_US		300000

static void reply_is(const struct pair *p, unsigned int status,
		     const char *what)
{
	struct qm_reply reply = { .status = UINT32_MAX };

	if (qm_mailbox(&p->qm, HISI_QM_MB_SQC_BT | HISI_QM_MB_OP_GET, 0, 0,
		       &reply))
		tap_note("the mailbox is busy");
	tap_equal(reply.status, status, "%s", what);
}

static void mailbox_stuck(struct pair *p)
{
	struct qm_reply reply;
	uint64_t begin;

	host_emu("inject mailbox-stuck on");
	begin = clock_us();
	tap_equal((uint64_t)qm_mailbox(&p->qm, HISI_QM_MB_SQC_BT |
				       HISI_QM_MB_OP_GET, 0, 0, &reply),
		  (uint64_t)-ETIMEDOUT, "a command stays busy (3.2)");
	tap_check(clock_us() - begin >= QM_TIMEOUT_US,
		  "for all of the time that a driver grants");
	tap_check(qm_read(&p->qm, HISI_QM_MAILBOX) & HISI_QM_MB_BUSY,
		  "bit 13 is set (3.1)");
	host_emu("inject mailbox-stuck off");
	reply_is(p, 0, "the next command succeeds");
}

static void mailbox_status(struct pair *p)
{
	host_emu("inject mailbox-status on 3");
	reply_is(p, 3, "a command fails with status 3 in bits 12:9 (3.1)");
	host_emu("inject mailbox-status off");
	reply_is(p, 0, "the next command succeeds");
}

static void mem_init_stuck(struct pair *p)
{
	host_emu("inject mem-init-stuck on");
	tap_check(!qm_memory_init(&p->qm),
		  "0x100044 stays 0 for all of the time (2.2.2)");
	host_emu("inject mem-init-stuck off");
	tap_check(qm_memory_init(&p->qm), "0x100044 becomes 1 again");
	/* It wiped VFT and contexts (2.2.2): a driver starts over. */
	p->fn.arena.used = 0;
	pair_start(p, false);
}

static void drop_doorbells(struct pair *p)
{
	struct zip_request request = pair_request(p);

	host_emu("inject drop-doorbells on 1");
	zip_put(&p->compress, &request);
	qp_ring(&p->compress);
	tap_equal((uint64_t)qp_wait(&p->compress, SILENCE_US), (uint64_t)-1,
		  "a lost doorbell gives no answer");
	qp_ring(&p->compress);
	tap_equal((uint64_t)qp_wait(&p->compress, ZIP_TIMEOUT_US), 0,
		  "the same doorbell again does");
	qp_return(&p->compress, false);
	host_emu("inject drop-doorbells off");
}

static void queue_hang(struct pair *p)
{
	struct zip_request request = pair_request(p);
	struct hisi_zip_sqe answer = { 0 };

	host_emu("inject queue-hang on %u",
		 p->qm.first_queue + p->compress.qn);
	zip_put(&p->compress, &request);
	qp_ring(&p->compress);
	tap_equal((uint64_t)qp_wait(&p->compress, SILENCE_US), (uint64_t)-1,
		  "a hung queue gives no answer");
	request.src_bytes = 0x100;
	tap_check(zip_run(&p->decompress, &request, &answer),
		  "another queue does");
	host_emu("inject queue-hang off");
	tap_equal((uint64_t)qp_wait(&p->compress, ZIP_TIMEOUT_US), 0,
		  "the answer comes with the end of the fault");
	qp_return(&p->compress, false);
}

static void wrong_cqe(struct pair *p)
{
	struct zip_request request = pair_request(p);
	int slot;

	host_emu("inject wrong-cqe on 1");
	zip_put(&p->compress, &request);
	qp_ring(&p->compress);
	slot = qp_wait(&p->compress, ZIP_TIMEOUT_US);
	tap_check(slot >= PAIR_DEPTH, "the CQE names a slot out of range: %d",
		  slot);
	qp_return(&p->compress, false);
	host_emu("inject wrong-cqe off");
}

static void shuffle_cqe(struct pair *p)
{
	struct zip_request request = pair_request(p);
	unsigned int seen = 0, i;
	bool in_order = true;
	int slot;

	host_emu("inject shuffle-cqe on 4");
	for (i = 0; i < 4; i++)
		zip_put(&p->compress, &request);
	qp_ring(&p->compress);
	for (i = 0; i < 4; i++) {
		slot = qp_wait(&p->compress, ZIP_TIMEOUT_US);
		in_order = in_order && slot == (int)i;
		if (slot >= 0 && slot < 4)
			seen |= 1u << slot;
	}
	qp_return(&p->compress, false);
	tap_equal(seen, 0xf, "all four are answered");
	tap_check(!in_order, "in another order (4.6)");
	host_emu("inject shuffle-cqe off");
}

static void abnormal_irq(struct pair *p)
{
	if (p->fn.vectors > HISI_QM_VECTOR_ABNORMAL)
		tap_check(function_irq_wait(&p->fn, HISI_QM_VECTOR_ABNORMAL,
					    IRQ_US),
			  "abnormal interrupt, vector 3 (1.4)");
	else
		tap_skip("abnormal interrupt", "%u vectors: %s",
			 p->fn.vectors, p->fn.why_not);
}

/* What follows a device error (5.10), and then the function anew. */
static void controller_reset(struct pair *p)
{
	host_emu("reset");
	tap_equal(qm_read(&p->qm, HISI_QM_ABNORMAL_INT_STATUS) |
		  qm_read(&p->qm, HISI_ZIP_CORE_INT_STATUS), 0,
		  "a controller reset clears the errors (5.10)");
	p->fn.arena.used = 0;
	pair_start(p, false);
}

/*
 * 7.2.2: the engine could not read or write. V3 shuts its master then and
 * cannot even write that to the request; before V3 the request has a status.
 */
static void data_error(struct pair *p, const struct zip_request *request)
{
	bool is_silent = qm_has(&p->qm, HISI_QM_REV_V3);
	int slot;

	zip_put(&p->compress, request);
	qp_ring(&p->compress);
	slot = qp_wait(&p->compress, is_silent ? SILENCE_US : ZIP_TIMEOUT_US);
	/* On a busy machine it takes longer than nothing may come. */
	qm_poll(&p->qm, HISI_ZIP_CORE_INT_SOURCE, HISI_ZIP_ERR_AXI_READ,
		HISI_ZIP_ERR_AXI_READ, QM_TIMEOUT_US);
	if (is_silent)
		tap_equal((uint64_t)slot, (uint64_t)-1,
			  "no answer: the master is shut (zip 7.2.1)");
	else
		tap_check(!slot && zip_status(qp_slot(&p->compress, 0)),
			  "the request fails with a status (zip 7.5)");
	tap_equal(qm_read(&p->qm, HISI_ZIP_CORE_INT_SOURCE),
		  HISI_ZIP_ERR_AXI_READ,
		  "0x3010a0 shows an AXI read error (zip 7.2.2)");
	if (qm_has(&p->qm, HISI_QM_REV_V2))
		abnormal_irq(p);
	controller_reset(p);
}

static void dma(struct pair *p)
{
	struct zip_request request = pair_request(p);

	host_emu("inject dma on 1");
	data_error(p, &request);
	host_emu("inject dma off");
}

/*
 * An address where nothing is: beyond all memory without an IOMMU, not mapped
 * with one.
 */
static void unmapped(struct pair *p)
{
	struct zip_request request = pair_request(p);

	request.src = 0x7e00000000;
	data_error(p, &request);
}

static void check_ras(struct pair *p, uint32_t bit)
{
	abnormal_irq(p);
	tap_equal(qm_read(&p->qm, HISI_QM_ABNORMAL_INT_SOURCE), bit,
		  "0x100000 shows bit 0x%x (2.2.1)", bit);
	tap_equal(qm_read(&p->qm, HISI_QM_ABNORMAL_INT_STATUS), bit,
		  "0x100008 shows it too");
	qm_write(&p->qm, HISI_QM_ABNORMAL_INT_SOURCE, bit);
	tap_equal(qm_read(&p->qm, HISI_QM_ABNORMAL_INT_STATUS), 0,
		  "written to 0x100000 it is cleared");
}

/* 2.5: errors that shut nothing, from outside and by the driver's register. */
static void ras(struct pair *p)
{
	if (!qm_has(&p->qm, HISI_QM_REV_V2)) {
		tap_skip("errors of the QM", "V1 reports none (1.4)");
		return;
	}
	host_emu("ras qm 3");
	check_ras(p, HISI_QM_ABN_ECC_1BIT);
	qm_write(&p->qm, HISI_QM_ABNORMAL_INT_SET, HISI_QM_ABN_DB_RANDOM_INVALID);
	check_ras(p, HISI_QM_ABN_DB_RANDOM_INVALID);
	qm_write(&p->qm, HISI_QM_ABNORMAL_INT_MASK, HISI_QM_ABN_ALL);
	host_emu("ras qm 3");
	tap_equal(qm_read(&p->qm, HISI_QM_ABNORMAL_INT_SOURCE),
		  HISI_QM_ABN_ECC_1BIT, "a masked error is in 0x100000");
	tap_equal(qm_read(&p->qm, HISI_QM_ABNORMAL_INT_STATUS), 0,
		  "but not in 0x100008");
	qm_errors_init(&p->qm);
}

/* An ECC error of many bits shuts the master until a controller reset. */
static void ecc(struct pair *p)
{
	struct zip_request request = pair_request(p);

	if (!qm_has(&p->qm, HISI_QM_REV_V2)) {
		tap_skip("multi-bit ECC", "V1 reports no errors (1.4)");
		return;
	}
	host_emu("ras qm 2");
	abnormal_irq(p);
	tap_check(qm_read(&p->qm, HISI_QM_ABNORMAL_INT_STATUS) &
		  HISI_QM_ABN_ECC_MBIT, "0x100008 shows multi-bit ECC (2.5)");
	zip_put(&p->compress, &request);
	qp_ring(&p->compress);
	tap_equal((uint64_t)qp_wait(&p->compress, SILENCE_US), (uint64_t)-1,
		  "nothing is executed while the master is shut");
	qm_write(&p->qm, HISI_QM_AM_CTRL_GLOBAL, 1);
	tap_check(qm_poll(&p->qm, HISI_QM_AM_CURR_TRANS_RETURN, UINT32_MAX,
			  HISI_QM_AM_TRANS_ALL_RETURNED, QM_TIMEOUT_US),
		  "0x300150 is 3: nothing is under way (2.3)");
	controller_reset(p);
}

static void removed(struct pair *p)
{
	host_emu("inject removed on");
	tap_equal(qm_read(&p->qm, HISI_QM_MAILBOX), UINT32_MAX,
		  "the mailbox reads ones");
	tap_equal(qm_read64(&p->qm, HISI_QM_CAP_VERSION), UINT64_MAX,
		  "so do wide reads");
	if (!p->fn.is_vf)
		tap_equal(qm_read(&p->qm, HISI_QM_ABNORMAL_INT_STATUS),
			  UINT32_MAX, "and the device's registers");
	qp_ring(&p->compress);
	host_emu("inject removed off");
	tap_equal(qm_read(&p->qm, HISI_QM_MAILBOX) & 0x3e00, 0,
		  "it is there again");
}

static void slow(struct pair *p)
{
	struct zip_request request = pair_request(p);
	struct hisi_zip_sqe answer = { 0 };
	uint64_t begin;

	host_emu("slow %u", SLOW_US);
	begin = clock_us();
	tap_check(zip_run(&p->compress, &request, &answer) &&
		  !zip_status(&answer), "a slow engine succeeds");
	tap_check(clock_us() - begin >= SLOW_US, "%u ms later",
		  SLOW_US / 1000);
	host_emu("slow 0");
}

static const struct fault {
	const char *name;
	void (*run)(struct pair *p);
	bool is_of_device;	/* only a PF sees or repairs it */
} faults[] = {
	{ "dma", dma, true },
	{ "drop-doorbells", drop_doorbells, false },
	{ "ecc", ecc, true },
	{ "mailbox-status", mailbox_status, false },
	{ "mailbox-stuck", mailbox_stuck, false },
	{ "mem-init-stuck", mem_init_stuck, true },
	{ "queue-hang", queue_hang, false },
	{ "ras", ras, true },
	{ "removed", removed, false },
	{ "shuffle-cqe", shuffle_cqe, false },
	{ "slow", slow, false },
	{ "unmapped", unmapped, true },
	{ "wrong-cqe", wrong_cqe, false },
};

#define FAULTS	(sizeof(faults) / sizeof(faults[0]))

static void run(const struct fault *fault, const struct expected *expected)
{
	struct pair p;

	pair_open(&p, expected, false);
	if (!tap_check(pair_works(&p), "%s: requests before", fault->name))
		return;
	qp_restart(&p.compress, HISI_ZIP_ALG_COMPRESS, false);
	fault->run(&p);
	tap_check(pair_works(&p), "%s: requests afterwards", fault->name);
	pair_close(&p);
}

void command_fault(const struct expected *expected, char **arguments)
{
	unsigned int i, found = 0;

	for (i = 0; i < FAULTS; i++) {
		if (strcmp(arguments[0], "all") &&
		    strcmp(arguments[0], faults[i].name))
			continue;
		found++;
		if (expected->is_vf && faults[i].is_of_device)
			tap_skip(faults[i].name, "what it needs is in the device space of the PF");
		else
			run(&faults[i], expected);
	}
	if (!found)
		tap_die("there is a fault \"%s\"", arguments[0]);
}
