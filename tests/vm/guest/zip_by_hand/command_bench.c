// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Figures, for tests/vm/bench: a line "bench NAME VALUE UNIT" each. Nothing is
 * asserted about time, only that the work was done right.
 */
#include <string.h>

#include "clock.h"
#include "data.h"
#include "pair.h"
#include "tap.h"

#define READS		20000
#define QUEUES		4
#define IN_FLIGHT	4	/* a queue */
#define REQUESTS	512
#define BYTES		0x10000u
#define ROOM		(2 * BYTES)

struct lane {
	struct qp qp;
	struct dma src[IN_FLIGHT];
	struct dma dst[IN_FLIGHT];
	uint32_t src_bytes[IN_FLIGHT];
};

static void bench_reads(const struct qm *qm)
{
	uint32_t sum = 0;
	uint64_t begin = clock_us();
	unsigned int i;

	for (i = 0; i < READS; i++)
		sum |= qm_read(qm, HISI_QM_EQ_INT_MASK);
	tap_note("bench register-read %.2f us",
		 (double)(clock_us() - begin) / READS);
	tap_check(sum != UINT32_MAX, "%u register reads", READS);
}

static void send(struct lane *lane, unsigned int i)
{
	struct zip_request request = {
		.format = HISI_ZIP_REQ_ZLIB,
		.src = lane->src[i].addr,
		.src_bytes = lane->src_bytes[i],
		.dst = lane->dst[i].addr,
		.dst_bytes = ROOM,
		.tag = i,
	};

	zip_put(&lane->qp, &request);
	qp_ring(&lane->qp);
}

/* One answer of a lane; its buffers go out again if @again. */
static unsigned int take(const struct qm *qm, struct lane *lane, bool again)
{
	int slot = qp_wait(&lane->qp, ZIP_TIMEOUT_US);
	struct hisi_zip_sqe *sqe;
	unsigned int bad;
	uint32_t i;

	if (slot < 0)
		tap_die("requests complete");
	sqe = qp_slot(&lane->qp, (unsigned int)slot);
	bad = zip_status(sqe) != HISI_ZIP_STATUS_OK;
	i = zip_tag(qm, sqe) % IN_FLIGHT;
	qp_return(&lane->qp, false);
	if (again)
		send(lane, i);
	return bad;
}

/* zip 7.2.1: throughput rather than ratio, for compression; a PF's register. */
static void high_performance(const struct qm *qm, bool on)
{
	qm_write(qm, HISI_ZIP_HIGH_PERF, on);
}

static void bench_requests(const struct qm *qm, struct lane lanes[QUEUES],
			   const char *name)
{
	unsigned int sent = QUEUES * IN_FLIGHT, done, i, bad = 0;
	uint64_t begin = clock_us();
	double us;

	for (i = 0; i < sent; i++)
		send(&lanes[i % QUEUES], i / QUEUES);
	for (done = 0; done < REQUESTS; done++) {
		bad += take(qm, &lanes[done % QUEUES], sent < REQUESTS);
		sent += sent < REQUESTS;
	}
	us = (double)(clock_us() - begin);
	tap_note("bench %s %.1f MB/s", name, (double)REQUESTS * BYTES / us);
	tap_note("bench %s-request %.1f us", name, us / REQUESTS);
	tap_equal(bad, 0, "%s of %u requests of %u bytes", name, REQUESTS,
		  BYTES);
}

/* What was compressed becomes what is decompressed. */
static void turn_round(struct lane *lane)
{
	struct zip_request request = { .format = HISI_ZIP_REQ_ZLIB };
	struct hisi_zip_sqe answer;
	unsigned int i;
	struct dma dma;

	for (i = 0; i < IN_FLIGHT; i++) {
		request.src = lane->src[i].addr;
		request.src_bytes = BYTES;
		request.dst = lane->dst[i].addr;
		request.dst_bytes = ROOM;
		if (!zip_run(&lane->qp, &request, &answer))
			tap_die("a request completes");
		lane->src_bytes[i] = answer.produced;
		dma = lane->src[i];
		lane->src[i] = lane->dst[i];
		lane->dst[i] = dma;
	}
	qp_restart(&lane->qp, HISI_ZIP_ALG_DECOMPRESS, false);
}

void command_bench(const struct expected *expected, char **arguments)
{
	static struct lane lanes[QUEUES];
	struct function fn;
	struct qm qm;
	unsigned int l, i;

	(void)arguments;
	function_find(&fn, expected->is_vf);
	function_open(&fn, expected->access);
	qm_up(&qm, &fn);
	bench_reads(&qm);
	for (l = 0; l < QUEUES; l++) {
		qp_start(&lanes[l].qp, &qm, l, 64, HISI_ZIP_ALG_COMPRESS,
			 false);
		for (i = 0; i < IN_FLIGHT; i++) {
			lanes[l].src[i] = dma_alloc(&fn.arena, ROOM, 4096);
			lanes[l].dst[i] = dma_alloc(&fn.arena, ROOM, 4096);
			lanes[l].src_bytes[i] = BYTES;
			data_text(lanes[l].src[i].va, BYTES, l * IN_FLIGHT + i);
		}
	}
	bench_requests(&qm, lanes, "compress");
	if (!fn.is_vf) {
		high_performance(&qm, true);
		bench_requests(&qm, lanes, "compress-fast");
		high_performance(&qm, false);
	}
	for (l = 0; l < QUEUES; l++)
		turn_round(&lanes[l]);
	bench_requests(&qm, lanes, "decompress");
	function_close(&fn);
}
