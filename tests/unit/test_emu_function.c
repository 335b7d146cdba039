/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The driver's part of the built-in device, against a device model that the
 * test drives itself: requests are written by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <zlib.h>

#include "emu_function.h"
#include "hisi_qm_hw.h"
#include "hisi_zip_hw.h"
#include "hisi_zip_model.h"

#define QUEUES	4
#define DEPTH	16

/* A model, its driver, and what both have said. */
struct rig {
	struct hisi_qm_model *model;
	struct emu_function *func;
	unsigned int revision;
	bool isolation;
	unsigned int eq_depth;
	uint32_t irqs;
	unsigned int news[QUEUES];
	unsigned int deaths[QUEUES];
	unsigned int guest_errors;
	uint64_t fault_addr;	/* data at this address is not reachable */
};

static bool is_reachable(const struct rig *rig, uint64_t addr)
{
	return addr >= 0x1000 && addr != rig->fault_addr;
}

static int dma_read(void *opaque, unsigned int func, uint32_t pasid,
		    uint64_t addr, void *buf, size_t len)
{
	(void)func;
	(void)pasid;
	if (!is_reachable(opaque, addr))
		return -EFAULT;
	memcpy(buf, (const void *)(uintptr_t)addr, len);
	return 0;
}

static int dma_write(void *opaque, unsigned int func, uint32_t pasid,
		     uint64_t addr, const void *buf, size_t len)
{
	(void)func;
	(void)pasid;
	if (!is_reachable(opaque, addr))
		return -EFAULT;
	memcpy((void *)(uintptr_t)addr, buf, len);
	return 0;
}

static void raise_irq(void *opaque, unsigned int func, unsigned int vector)
{
	struct rig *rig = opaque;

	assert_int_equal(func, 0);
	rig->irqs |= 1U << vector;
}

static void log_line(void *opaque, enum hisi_qm_model_log_level level,
		     const char *text)
{
	struct rig *rig = opaque;

	(void)text;
	rig->guest_errors += level == HISI_QM_MODEL_LOG_GUEST_ERROR;
}

static void queue_news(void *arg, struct emu_qp *qp)
{
	((struct rig *)arg)->news[qp->qn]++;
}

static void queue_died(void *arg, struct emu_qp *qp)
{
	((struct rig *)arg)->deaths[qp->qn]++;
}

static void make_model(struct rig *rig, unsigned int revision,
		       unsigned int depth)
{
	struct hisi_qm_model_config config = {
		.engine = &hisi_zip_model_engine,
		.revision = revision,
		.isolation = rig->isolation,
	};
	const struct hisi_qm_model_host host = {
		.opaque = rig,
		.dma_read = dma_read,
		.dma_write = dma_write,
		.raise_irq = raise_irq,
		.log = log_line,
	};

	rig->revision = revision;
	if (revision == HISI_QM_REV_V3) {
		config.queues = QUEUES;
		config.cap_override = 1U << 2;
		config.cap[2] = depth << 16 | depth;
	}
	if (rig->eq_depth) {
		config.cap_override |= 1U << 1;
		config.cap[1] = rig->eq_depth << 16 | rig->eq_depth;
	}
	assert_int_equal(hisi_qm_model_create(&config, &host, &rig->model), 0);
}

static int probe(struct rig *rig, unsigned int queues, unsigned int depth)
{
	const struct emu_function_config config = {
		.model = rig->model,
		.revision = rig->revision,
		.queues = queues,
		.depth = depth,
		.pasid = 1,
		.news = queue_news,
		.died = queue_died,
		.arg = rig,
	};

	return emu_function_probe(&config, &rig->func);
}

static void start_rig(struct rig *rig, unsigned int revision)
{
	make_model(rig, revision, DEPTH);
	assert_int_equal(probe(rig, QUEUES, DEPTH), 0);
	assert_int_equal(rig->guest_errors, 0);
}

static void stop_rig(struct rig *rig)
{
	emu_function_remove(rig->func);
	hisi_qm_model_destroy(rig->model);
}

static unsigned int pump(struct rig *rig)
{
	unsigned int events = 0, vector;

	while (rig->irqs) {
		vector = __builtin_ctz(rig->irqs);
		rig->irqs &= rig->irqs - 1;
		events += emu_function_irq(rig->func, vector);
	}
	return events;
}

static void ring(struct rig *rig, struct emu_qp *qp, uint64_t cmd,
		 uint64_t index, uint64_t c_flag)
{
	unsigned int shift = rig->revision == HISI_QM_REV_V1 ?
			     HISI_QM_DB_V1_CMD_SHIFT : HISI_QM_DB_V2_CMD_SHIFT;

	emu_qp_doorbell(qp, rig->revision == HISI_QM_REV_V1 ?
			HISI_QM_DOORBELL_V1 : HISI_QM_DOORBELL_SQ_CQ,
			qp->qn | cmd << shift |
			index << HISI_QM_DB_INDEX_SHIFT |
			c_flag << HISI_QM_DB_PRIORITY_SHIFT);
}

static struct hisi_zip_sqe *sqe_at(struct emu_qp *qp, unsigned int slot)
{
	return (struct hisi_zip_sqe *)qp->dus + slot;
}

static struct hisi_qm_cqe *cqe_at(struct emu_qp *qp, unsigned int index)
{
	return (struct hisi_qm_cqe *)(sqe_at(qp, DEPTH)) + index;
}

static void write_sqe(struct rig *rig, struct emu_qp *qp, unsigned int slot,
		      const void *src, uint32_t len, void *dst, uint32_t room)
{
	uint32_t type = rig->revision >= HISI_QM_REV_V3 ? HISI_ZIP_SQE_TYPE_3 :
			HISI_ZIP_SQE_TYPE_0;

	*sqe_at(qp, slot) = (struct hisi_zip_sqe){
		.input_data_length = len,
		.dw7 = type << HISI_ZIP_DW7_TYPE_SHIFT,
		.dw9 = HISI_ZIP_REQ_ZLIB,
		.dest_avail_out = room,
		.source_addr_l = (uint32_t)(uintptr_t)src,
		.source_addr_h = (uint64_t)(uintptr_t)src >> 32,
		.dest_addr_l = (uint32_t)(uintptr_t)dst,
		.dest_addr_h = (uint64_t)(uintptr_t)dst >> 32,
	};
}

static struct emu_qp *start_queue(struct rig *rig, uint16_t qc_type)
{
	struct hisi_qp_ctx ctx = { .id = 0xffff, .qc_type = qc_type };
	struct emu_qp *qp;

	assert_int_equal(emu_qp_alloc(rig->func, &qp), 0);
	assert_int_equal(emu_qp_set_ctx(qp, &ctx), 0);
	assert_int_equal(ctx.id, qp->qn);
	assert_int_equal(emu_qp_start(qp), 0);
	return qp;
}

/* Compress one buffer; the answer has to be what zlib can read. */
static void do_request(struct rig *rig, struct emu_qp *qp, unsigned int number)
{
	static const char text[] = "all work and no play makes jack a dull boy";
	unsigned int slot = number % DEPTH;
	uint8_t out[200], header[] = { 0x78, 0x9c };
	struct hisi_zip_sqe *sqe = sqe_at(qp, slot);
	char back[sizeof(text)];
	uLongf back_len = sizeof(back);

	memcpy(out, header, sizeof(header));
	write_sqe(rig, qp, slot, text, sizeof(text), out + sizeof(header),
		  sizeof(out) - sizeof(header));
	ring(rig, qp, HISI_QM_DB_SQ, (number + 1) % DEPTH, 0);
	assert_true(hisi_qm_model_step(rig->model));
	assert_int_equal(cqe_at(qp, slot)->sq_head, slot);
	assert_int_equal(cqe_at(qp, slot)->sq_num, qp->qn);
	assert_int_equal(cqe_at(qp, slot)->w7 & HISI_QM_CQE_PHASE,
			 !(number / DEPTH & 1));
	assert_int_equal(sqe->consumed, sizeof(text));
	assert_int_equal(uncompress((Bytef *)back, &back_len, out,
				    sqe->produced + sizeof(header)), Z_OK);
	assert_memory_equal(back, text, sizeof(text));
}

static void check_laps(unsigned int revision, bool isolation)
{
	struct rig rig = { .isolation = isolation };
	unsigned int i, laps = 3 * DEPTH;
	struct emu_qp *first, *qp;

	start_rig(&rig, revision);
	/* Not the first, so that the doorbell's place and number matter. */
	first = start_queue(&rig, HISI_ZIP_ALG_COMPRESS);
	emu_qp_free(start_queue(&rig, HISI_ZIP_ALG_COMPRESS));
	qp = start_queue(&rig, HISI_ZIP_ALG_COMPRESS);
	assert_int_equal(qp->qn, 1);
	for (i = 0; i < laps; i++) {
		do_request(&rig, qp, i);
		pump(&rig);
		ring(&rig, qp, HISI_QM_DB_CQ, (i + 1) % DEPTH, i & 1);
	}
	assert_int_equal(rig.guest_errors, 0);
	/* The first found the CQ armed, then every other did. */
	assert_int_equal(rig.news[1], laps / 2);
	assert_int_equal(rig.news[0], 0);
	emu_qp_free(first);
	emu_qp_free(qp);
	stop_rig(&rig);
}

static void test_laps_v1_work(void **state)
{
	(void)state;
	check_laps(HISI_QM_REV_V1, false);
}

static void test_laps_v2_work(void **state)
{
	(void)state;
	check_laps(HISI_QM_REV_V2, false);
}

static void test_laps_v3_work(void **state)
{
	(void)state;
	check_laps(HISI_QM_REV_V3, false);
}

static void test_laps_v3_isolated_work(void **state)
{
	(void)state;
	check_laps(HISI_QM_REV_V3, true);
}

static void test_probe_more_queues_than_there_are_is_invalid(void **state)
{
	struct rig rig = { 0 };

	(void)state;
	make_model(&rig, HISI_QM_REV_V3, DEPTH);
	assert_int_equal(probe(&rig, QUEUES + 1, 0), -EINVAL);
	assert_null(rig.func);
	assert_int_equal(probe(&rig, 0, 0), 0);
	assert_int_equal(emu_function_queues(rig.func), QUEUES);
	assert_int_equal(emu_function_depth(rig.func), DEPTH);
	stop_rig(&rig);

	make_model(&rig, HISI_QM_REV_V1, DEPTH);
	assert_int_equal(probe(&rig, HISI_QM_V1_QUEUES + 1, 0), -EINVAL);
	assert_int_equal(probe(&rig, 0, 0), 0);
	assert_int_equal(emu_function_queues(rig.func), 64);
	assert_int_equal(emu_function_depth(rig.func), 1024);
	stop_rig(&rig);
}

static void test_probe_impossible_depth_is_invalid(void **state)
{
	struct rig rig = { 0 };

	(void)state;
	make_model(&rig, HISI_QM_REV_V2, DEPTH);
	assert_int_equal(probe(&rig, QUEUES, 1), -EINVAL);
	assert_int_equal(probe(&rig, QUEUES, HISI_QM_MAX_DEPTH + 1), -EINVAL);
	assert_int_equal(probe(&rig, QUEUES, HISI_QM_MAX_DEPTH), 0);
	stop_rig(&rig);
}

/* 2.6: a capability version of 0 means the defaults, not none. */
static void test_probe_without_capabilities_takes_defaults(void **state)
{
	struct hisi_qm_model_config config = {
		.engine = &hisi_zip_model_engine,
		.revision = HISI_QM_REV_V3,
		.queues = QUEUES,
		.cap_override = 1,
	};
	struct rig rig = { .revision = HISI_QM_REV_V3 };
	const struct hisi_qm_model_host host = {
		.opaque = &rig,
		.dma_read = dma_read,
		.dma_write = dma_write,
		.raise_irq = raise_irq,
	};

	(void)state;
	assert_int_equal(hisi_qm_model_create(&config, &host, &rig.model), 0);
	assert_int_equal(probe(&rig, QUEUES, 0), 0);
	assert_int_equal(emu_function_depth(rig.func), 1024);
	stop_rig(&rig);
}

static void test_probe_dead_device_fails(void **state)
{
	struct rig rig = { 0 };

	(void)state;
	make_model(&rig, HISI_QM_REV_V3, DEPTH);
	hisi_qm_model_inject(rig.model, HISI_QM_MODEL_FAULT_MEM_INIT_STUCK,
			     true, 0);
	assert_int_equal(probe(&rig, QUEUES, 0), -ETIMEDOUT);
	hisi_qm_model_inject(rig.model, HISI_QM_MODEL_FAULT_MEM_INIT_STUCK,
			     false, 0);
	hisi_qm_model_inject(rig.model, HISI_QM_MODEL_FAULT_MAILBOX_STATUS,
			     true, 3);
	assert_int_equal(probe(&rig, QUEUES, 0), -EIO);
	hisi_qm_model_inject(rig.model, HISI_QM_MODEL_FAULT_MAILBOX_STATUS,
			     false, 0);
	hisi_qm_model_inject(rig.model, HISI_QM_MODEL_FAULT_MAILBOX_STUCK,
			     true, 0);
	assert_int_equal(probe(&rig, QUEUES, 0), -ETIMEDOUT);
	assert_null(rig.func);
	hisi_qm_model_destroy(rig.model);
}

static void test_alloc_all_queues_busy_and_lowest_free_first(void **state)
{
	struct emu_qp *qps[QUEUES], *qp;
	struct rig rig = { 0 };
	unsigned int i;

	(void)state;
	start_rig(&rig, HISI_QM_REV_V3);
	for (i = 0; i < QUEUES; i++) {
		assert_int_equal(emu_function_free_queues(rig.func),
				 QUEUES - i);
		assert_int_equal(emu_qp_alloc(rig.func, &qps[i]), 0);
		assert_int_equal(qps[i]->qn, i);
	}
	assert_int_equal(emu_qp_alloc(rig.func, &qp), -EBUSY);
	emu_qp_free(qps[2]);
	emu_qp_free(qps[1]);
	assert_int_equal(emu_qp_alloc(rig.func, &qps[1]), 0);
	assert_int_equal(qps[1]->qn, 1);
	assert_int_equal(emu_function_free_queues(rig.func), 1);
	emu_qp_free(qps[0]);
	emu_qp_free(qps[1]);
	emu_qp_free(qps[3]);
	stop_rig(&rig);
}

static void test_memory_has_the_layout_of_the_abi(void **state)
{
	struct rig rig = { 0 };
	struct hisi_qp_info info;
	struct emu_qp *qp;
	char *end;

	(void)state;
	assert_int_equal(emu_dus_bytes(1024), 151552);	/* 6.4 */
	start_rig(&rig, HISI_QM_REV_V3);
	assert_int_equal(emu_qp_alloc(rig.func, &qp), 0);
	emu_qp_get_info(qp, &info);
	assert_int_equal(info.sqe_size, 128);
	assert_int_equal(info.sq_depth, DEPTH);
	assert_int_equal(info.cq_depth, DEPTH);
	assert_int_equal(info.reserved, 0);
	end = (char *)qp->dus + qp->dus_bytes;
	assert_ptr_equal(emu_qp_rx_stop(qp), end - 8);
	assert_ptr_equal(emu_qp_tx_stop(qp), end - 4);
	assert_int_equal(*emu_qp_rx_stop(qp), 0);
	assert_int_equal(*emu_qp_tx_stop(qp), 0);
	assert_true(emu_function_owns(rig.func, (uintptr_t)qp->dus, 128));
	assert_true(emu_function_owns(rig.func, (uintptr_t)end - 8, 8));
	assert_false(emu_function_owns(rig.func, (uintptr_t)end - 8, 9));
	assert_false(emu_function_owns(rig.func, (uintptr_t)&rig, 1));
	emu_qp_free(qp);
	stop_rig(&rig);
}

static void test_set_ctx_unknown_type_is_invalid(void **state)
{
	struct hisi_qp_ctx ctx = { .id = 7, .qc_type = 2 };
	struct rig rig = { 0 };
	struct emu_qp *qp;

	(void)state;
	start_rig(&rig, HISI_QM_REV_V3);
	assert_int_equal(emu_qp_alloc(rig.func, &qp), 0);
	assert_int_equal(emu_qp_set_ctx(qp, &ctx), -EINVAL);
	assert_int_equal(ctx.id, 7);
	emu_qp_free(qp);
	stop_rig(&rig);
}

static void test_start_twice_is_busy(void **state)
{
	struct rig rig = { 0 };
	struct emu_qp *qp;

	(void)state;
	start_rig(&rig, HISI_QM_REV_V3);
	qp = start_queue(&rig, HISI_ZIP_ALG_COMPRESS);
	assert_int_equal(emu_qp_start(qp), -EBUSY);
	emu_qp_free(qp);
	stop_rig(&rig);
}

static void test_start_refused_by_mailbox_fails(void **state)
{
	struct rig rig = { 0 };
	struct emu_qp *qp;

	(void)state;
	start_rig(&rig, HISI_QM_REV_V3);
	assert_int_equal(emu_qp_alloc(rig.func, &qp), 0);
	hisi_qm_model_inject(rig.model, HISI_QM_MODEL_FAULT_MAILBOX_STATUS,
			     true, 1);
	assert_int_equal(emu_qp_start(qp), -EIO);
	assert_false(qp->is_started);
	hisi_qm_model_inject(rig.model, HISI_QM_MODEL_FAULT_MAILBOX_STATUS,
			     false, 0);
	assert_int_equal(emu_qp_start(qp), 0);
	do_request(&rig, qp, 0);
	emu_qp_free(qp);
	stop_rig(&rig);
}

static void check_stop(unsigned int revision)
{
	struct rig rig = { 0 };
	struct emu_qp *qp;
	char src[100] = "", dst[100];

	start_rig(&rig, revision);
	qp = start_queue(&rig, HISI_ZIP_ALG_COMPRESS);
	write_sqe(&rig, qp, 0, src, sizeof(src), dst, sizeof(dst));
	ring(&rig, qp, HISI_QM_DB_SQ, 1, 0);
	emu_qp_stop(qp);
	assert_false(hisi_qm_model_step(rig.model));
	/* A late doorbell does not bring it back. */
	ring(&rig, qp, HISI_QM_DB_SQ, 2, 0);
	assert_false(hisi_qm_model_step(rig.model));
	pump(&rig);
	assert_int_equal(cqe_at(qp, 0)->w7, 0);
	assert_int_equal(*emu_qp_tx_stop(qp), 0);
	/* It starts with empty rings again. */
	assert_int_equal(emu_qp_start(qp), 0);
	do_request(&rig, qp, 0);
	assert_int_equal(rig.deaths[0], 0);
	emu_qp_free(qp);
	stop_rig(&rig);
}

static void test_stop_drops_requests_and_restarts(void **state)
{
	(void)state;
	check_stop(HISI_QM_REV_V1);
	check_stop(HISI_QM_REV_V2);
	check_stop(HISI_QM_REV_V3);
}

static void test_kill_sets_flags_and_is_final(void **state)
{
	struct rig rig = { 0 };
	struct emu_qp *qp;

	(void)state;
	start_rig(&rig, HISI_QM_REV_V3);
	qp = start_queue(&rig, HISI_ZIP_ALG_COMPRESS);
	emu_qp_kill(qp);
	emu_qp_kill(qp);
	assert_int_equal(rig.deaths[0], 1);
	assert_int_equal(*emu_qp_tx_stop(qp), 1);
	assert_int_equal(*emu_qp_rx_stop(qp), 1);
	assert_int_equal(emu_qp_start(qp), -EIO);
	emu_qp_free(qp);
	/* The next owner gets fresh memory. */
	qp = start_queue(&rig, HISI_ZIP_ALG_COMPRESS);
	assert_int_equal(qp->qn, 0);
	do_request(&rig, qp, 0);
	emu_qp_free(qp);
	stop_rig(&rig);
}

/* Answers that nobody acknowledges: the CQ overflows, one queue dies. */
static void check_overflow(unsigned int revision)
{
	struct emu_qp *qp, *other;
	struct rig rig = { 0 };
	unsigned int i;

	start_rig(&rig, revision);
	qp = start_queue(&rig, HISI_ZIP_ALG_COMPRESS);
	other = start_queue(&rig, HISI_ZIP_ALG_COMPRESS);
	for (i = 0; i < DEPTH - 1; i++)
		do_request(&rig, qp, i);
	pump(&rig);
	assert_int_equal(rig.deaths[0], 0);
	ring(&rig, qp, HISI_QM_DB_SQ, 0, 0);
	assert_true(hisi_qm_model_step(rig.model));
	assert_true(pump(&rig) > 0);
	assert_int_equal(rig.deaths[0], 1);
	assert_int_equal(rig.deaths[1], 0);
	do_request(&rig, other, 0);
	emu_qp_free(qp);
	emu_qp_free(other);
	stop_rig(&rig);
}

static void test_cq_overflow_kills_the_queue(void **state)
{
	(void)state;
	check_overflow(HISI_QM_REV_V2);
	check_overflow(HISI_QM_REV_V3);
}

/* Nobody handles interrupts until the EQ is full: whose events are lost? */
static void test_eq_overflow_kills_all_and_starts_over(void **state)
{
	struct rig rig = { .eq_depth = 3 };
	struct emu_qp *qps[QUEUES], *qp;
	unsigned int i;

	(void)state;
	start_rig(&rig, HISI_QM_REV_V3);
	for (i = 0; i < QUEUES; i++)
		qps[i] = start_queue(&rig, HISI_ZIP_ALG_COMPRESS);
	for (i = 0; i < QUEUES; i++)
		do_request(&rig, qps[i], 0);
	pump(&rig);
	for (i = 0; i < QUEUES; i++) {
		assert_int_equal(rig.deaths[i], 1);
		emu_qp_free(qps[i]);
	}
	/* The EQ works again, over several laps. */
	qp = start_queue(&rig, HISI_ZIP_ALG_COMPRESS);
	rig.news[0] = 0;
	for (i = 0; i < DEPTH; i++) {
		do_request(&rig, qp, i);
		pump(&rig);
		assert_int_equal(rig.news[0], i + 1);
		ring(&rig, qp, HISI_QM_DB_CQ, (i + 1) % DEPTH, 1);
	}
	emu_qp_free(qp);
	stop_rig(&rig);
}

static void inject_ras(struct rig *rig, uint32_t bits)
{
	hisi_qm_model_mmio_write(rig->model, 0, 2, HISI_QM_ABNORMAL_INT_SET,
				 &bits, sizeof(bits));
}

static uint32_t ras_status(struct rig *rig)
{
	uint32_t status;

	hisi_qm_model_mmio_read(rig->model, 0, 2, HISI_QM_ABNORMAL_INT_STATUS,
				&status, sizeof(status));
	return status;
}

static void check_fatal_error(unsigned int revision)
{
	struct emu_qp *qp, *idle;
	struct rig rig = { 0 };

	start_rig(&rig, revision);
	qp = start_queue(&rig, HISI_ZIP_ALG_COMPRESS);
	assert_int_equal(emu_qp_alloc(rig.func, &idle), 0);
	inject_ras(&rig, HISI_QM_ABN_ECC_MBIT);
	assert_int_equal(pump(&rig), 1);
	assert_int_equal(rig.deaths[0], 1);
	assert_int_equal(rig.deaths[1], 1);
	assert_int_equal(*emu_qp_tx_stop(qp), 1);
	assert_int_equal(*emu_qp_rx_stop(qp), 1);
	assert_int_equal(ras_status(&rig), 0);
	emu_qp_free(qp);
	emu_qp_free(idle);
	/* The device is as good as new. */
	qp = start_queue(&rig, HISI_ZIP_ALG_COMPRESS);
	do_request(&rig, qp, 0);
	assert_int_equal(pump(&rig), 1);
	assert_int_equal(rig.news[0], 1);
	emu_qp_free(qp);
	stop_rig(&rig);
}

static void test_fatal_error_kills_all_and_resets(void **state)
{
	(void)state;
	check_fatal_error(HISI_QM_REV_V2);
	check_fatal_error(HISI_QM_REV_V3);
}

static void test_corrected_error_is_acknowledged(void **state)
{
	struct rig rig = { 0 };
	struct emu_qp *qp;

	(void)state;
	start_rig(&rig, HISI_QM_REV_V3);
	qp = start_queue(&rig, HISI_ZIP_ALG_COMPRESS);
	inject_ras(&rig, HISI_QM_ABN_ECC_1BIT);
	assert_int_equal(pump(&rig), 1);
	assert_int_equal(ras_status(&rig), 0);
	assert_int_equal(rig.deaths[0], 0);
	do_request(&rig, qp, 0);
	emu_qp_free(qp);
	stop_rig(&rig);
}

/* A request that points nowhere ends like a bus error of the hardware. */
static void test_unreachable_data_kills_all(void **state)
{
	struct rig rig = { 0 };
	struct emu_qp *qp;
	char src[64] = "", dst[64];

	(void)state;
	start_rig(&rig, HISI_QM_REV_V3);
	qp = start_queue(&rig, HISI_ZIP_ALG_COMPRESS);
	rig.fault_addr = (uintptr_t)src;
	write_sqe(&rig, qp, 0, src, sizeof(src), dst, sizeof(dst));
	ring(&rig, qp, HISI_QM_DB_SQ, 1, 0);
	assert_true(hisi_qm_model_step(rig.model));
	pump(&rig);
	assert_int_equal(rig.deaths[0], 1);
	emu_qp_free(qp);
	qp = start_queue(&rig, HISI_ZIP_ALG_COMPRESS);
	do_request(&rig, qp, 0);
	emu_qp_free(qp);
	stop_rig(&rig);
}

static void test_reset_that_fails_leaves_no_queues(void **state)
{
	struct rig rig = { 0 };
	struct emu_qp *qp, *other;

	(void)state;
	start_rig(&rig, HISI_QM_REV_V3);
	qp = start_queue(&rig, HISI_ZIP_ALG_COMPRESS);
	hisi_qm_model_inject(rig.model, HISI_QM_MODEL_FAULT_MEM_INIT_STUCK,
			     true, 0);
	emu_function_reset(rig.func);
	assert_int_equal(emu_function_free_queues(rig.func), 0);
	assert_int_equal(emu_qp_alloc(rig.func, &other), -EIO);
	assert_int_equal(emu_qp_start(qp), -EIO);
	assert_int_equal(emu_function_irq(rig.func, 0), 0);
	emu_qp_free(qp);
	stop_rig(&rig);
}

static void test_spurious_interrupts_find_nothing(void **state)
{
	struct rig rig = { 0 };
	unsigned int vector;

	(void)state;
	start_rig(&rig, HISI_QM_REV_V3);
	for (vector = 0; vector < 5; vector++)
		assert_int_equal(emu_function_irq(rig.func, vector), 0);
	assert_int_equal(rig.guest_errors, 0);
	stop_rig(&rig);
}

static void test_arming_doorbells_are_told_from_others(void **state)
{
	struct rig rig = { 0 };
	struct emu_qp *qp;

	(void)state;
	start_rig(&rig, HISI_QM_REV_V3);
	assert_int_equal(emu_qp_alloc(rig.func, &qp), 0);
	/* 4.8 */
	assert_false(emu_qp_is_arming(qp, 0x0000000100000005));
	assert_false(emu_qp_is_arming(qp, 0x0000000100001005));
	assert_true(emu_qp_is_arming(qp, 0x0001000100001005));
	emu_qp_free(qp);
	stop_rig(&rig);

	start_rig(&rig, HISI_QM_REV_V1);
	assert_int_equal(emu_qp_alloc(rig.func, &qp), 0);
	assert_true(emu_qp_is_arming(qp, 0x0001000100010005));
	assert_false(emu_qp_is_arming(qp, 0x0000000100010005));
	emu_qp_free(qp);
	stop_rig(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_laps_v1_work),
		cmocka_unit_test(test_laps_v2_work),
		cmocka_unit_test(test_laps_v3_work),
		cmocka_unit_test(test_laps_v3_isolated_work),
		cmocka_unit_test(test_probe_more_queues_than_there_are_is_invalid),
		cmocka_unit_test(test_probe_impossible_depth_is_invalid),
		cmocka_unit_test(test_probe_without_capabilities_takes_defaults),
		cmocka_unit_test(test_probe_dead_device_fails),
		cmocka_unit_test(test_alloc_all_queues_busy_and_lowest_free_first),
		cmocka_unit_test(test_memory_has_the_layout_of_the_abi),
		cmocka_unit_test(test_set_ctx_unknown_type_is_invalid),
		cmocka_unit_test(test_start_twice_is_busy),
		cmocka_unit_test(test_start_refused_by_mailbox_fails),
		cmocka_unit_test(test_stop_drops_requests_and_restarts),
		cmocka_unit_test(test_kill_sets_flags_and_is_final),
		cmocka_unit_test(test_cq_overflow_kills_the_queue),
		cmocka_unit_test(test_eq_overflow_kills_all_and_starts_over),
		cmocka_unit_test(test_fatal_error_kills_all_and_resets),
		cmocka_unit_test(test_corrected_error_is_acknowledged),
		cmocka_unit_test(test_unreachable_data_kills_all),
		cmocka_unit_test(test_reset_that_fails_leaves_no_queues),
		cmocka_unit_test(test_spurious_interrupts_find_nothing),
		cmocka_unit_test(test_arming_doorbells_are_told_from_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
