// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Doorbells in BAR 4, a page a queue: 2.7. */
#include "mmio.h"
#include "pair.h"
#include "tap.h"

#define DROPPED_US	200000

void command_isolation(const struct expected *expected, char **arguments)
{
	struct zip_request request;
	struct pair p;

	(void)arguments;
	pair_open(&p, expected, false);
	if (!p.fn.bar4)
		tap_die("there is a BAR 4");
	tap_equal(qm_read(&p.qm, HISI_QM_QUE_ISO_CFG) & 1, 1,
		  "0x30 says isolation (2.1)");
	tap_check(pair_works(&p), "queues work by their own pages");
	request = pair_request(&p);
	zip_put(&p.compress, &request);
	/* The doorbell of queue 0 at the page of queue 1. */
	mmio_write64(p.fn.bar4 + HISI_QM_ISO_STRIDE + HISI_QM_ISO_DOORBELL,
		     (uint64_t)p.compress.tail << HISI_QM_DB_INDEX_SHIFT);
	tap_equal((uint64_t)qp_wait(&p.compress, DROPPED_US), (uint64_t)-1,
		  "a page does not ring another page's queue (2.7)");
	qp_ring(&p.compress);
	tap_check(qp_wait(&p.compress, ZIP_TIMEOUT_US) >= 0,
		  "its own page rings it");
	qp_return(&p.compress, false);
	if (!p.fn.is_vf)
		qm_errors_init(&p.qm);
	tap_check(pair_works(&p), "both queues work on");
	pair_close(&p);
}
