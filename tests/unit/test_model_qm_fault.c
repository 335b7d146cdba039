/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Misbehaviour on demand (enum hisi_qm_model_fault), access to task memory. */
#include "model_qm_support.h"

static void test_bad_faults_are_refused(void **state)
{
	struct bench *b = bench_new(HISI_QM_REV_V3, 0);

	(void)state;
	assert_int_equal(hisi_qm_model_inject(b->model, HISI_QM_MODEL_FAULTS,
					      true, 1), -EINVAL);
	assert_int_equal(hisi_qm_model_inject(b->model,
				HISI_QM_MODEL_FAULT_MAILBOX_STATUS, true, 0),
			 -EINVAL);
	assert_int_equal(hisi_qm_model_inject(b->model,
				HISI_QM_MODEL_FAULT_MAILBOX_STATUS, true, 16),
			 -EINVAL);
	assert_int_equal(hisi_qm_model_inject(b->model,
				HISI_QM_MODEL_FAULT_QUEUE_HANG, true, 256),
			 -EINVAL);
	assert_int_equal(hisi_qm_model_inject(b->model,
				HISI_QM_MODEL_FAULT_SHUFFLE_CQE, true, 1),
			 -EINVAL);
	assert_int_equal(hisi_qm_model_inject(b->model,
				HISI_QM_MODEL_FAULT_SHUFFLE_CQE, true, 65),
			 -EINVAL);
	bench_free(b);
}

static void inject(struct bench *b, enum hisi_qm_model_fault fault, bool on,
		   uint32_t arg)
{
	assert_int_equal(hisi_qm_model_inject(b->model, fault, on, arg), 0);
}

static void test_mailbox_stuck(void **state)
{
	struct bench *b = bench_new(HISI_QM_REV_V3, 0);

	(void)state;
	inject(b, HISI_QM_MODEL_FAULT_MAILBOX_STUCK, true, 0);
	assert_int_equal(mb(b, 0, 0x2004, 0, 64), 0x2004);
	assert_int_equal(mb(b, 0, 0x6004, 0, 0), 0x2004);
	/* survives a reset: the next command sticks again */
	hisi_qm_model_reset(b->model);
	assert_int_equal(rd(b, 0, 0x300), 0);
	assert_int_equal(mb(b, 0, 0x2005, 0, 64), 0x2005);
	inject(b, HISI_QM_MODEL_FAULT_MAILBOX_STUCK, false, 0);
	assert_int_equal(mb_status((uint16_t)rd(b, 0, 0x300)), 5);
	assert_int_equal(mb(b, 0, 0x2004, 0, 64), 0x0004);
	bench_free(b);
}

static void test_mailbox_status(void **state)
{
	struct bench *b = bench_new(HISI_QM_REV_V3, 0);

	(void)state;
	inject(b, HISI_QM_MODEL_FAULT_MAILBOX_STATUS, true, 1);
	assert_int_equal(mb(b, 0, 0x2004, 0, 64), 0x0204);	/* 4.8 */
	inject(b, HISI_QM_MODEL_FAULT_MAILBOX_STATUS, true, 15);
	assert_int_equal(mb_status(mb(b, 0, 0x2004, 0, 64)), 15);
	inject(b, HISI_QM_MODEL_FAULT_MAILBOX_STATUS, false, 0);
	assert_int_equal(mb(b, 0, 0x6004, 0, 1), 0x4004);
	assert_int_equal(mb_base(b, 0), 0);
	bench_free(b);
}

static void test_mem_init_stuck(void **state)
{
	struct bench *b = bench_new(HISI_QM_REV_V3, 0);

	(void)state;
	inject(b, HISI_QM_MODEL_FAULT_MEM_INIT_STUCK, true, 0);
	wr(b, 0, 0x100040, 1);
	assert_int_equal(rd(b, 0, 0x100044), 0);
	inject(b, HISI_QM_MODEL_FAULT_MEM_INIT_STUCK, false, 0);
	wr(b, 0, 0x100040, 1);
	assert_int_equal(rd(b, 0, 0x100044), 1);
	bench_free(b);
}

static void test_dropped_doorbells(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);

	(void)state;
	inject(b, HISI_QM_MODEL_FAULT_DROP_DOORBELLS, true, 2);
	sq_bell(b, 0, 1, 1);
	cq_bell(b, 0, 1, 0, true);	/* only SQ doorbells count */
	sq_bell(b, 0, 2, 1);
	assert_int_equal(steps(b), 0);
	sq_bell(b, 0, 1, 2);
	assert_int_equal(steps(b), 2);
	inject(b, HISI_QM_MODEL_FAULT_DROP_DOORBELLS, true, 9);
	inject(b, HISI_QM_MODEL_FAULT_DROP_DOORBELLS, false, 0);
	sq_bell(b, 0, 2, 1);
	assert_int_equal(steps(b), 1);
	bench_free(b);
}

static void test_hung_queue(void **state)
{
	struct bench *b = bench_new(HISI_QM_REV_V3, 1);

	(void)state;
	give_queues(b, 1, 100, 8);
	func_start(b, 1, false);
	qp_start(b, 1, 2, 16);
	qp_start(b, 1, 3, 16);
	inject(b, HISI_QM_MODEL_FAULT_QUEUE_HANG, true, 102);
	sq_bell(b, 1, 2, 1);
	sq_bell(b, 1, 3, 1);
	assert_int_equal(steps(b), 1);
	assert_int_equal(cqe_slot(b, 3, 16, 0, 1), 0);
	assert_int_equal(mb(b, 1, 0x2008, 2, 0), 0x2008);
	assert_int_equal(b->kicks, 1);
	inject(b, HISI_QM_MODEL_FAULT_QUEUE_HANG, false, 0);
	assert_int_equal(b->kicks, 2);
	assert_int_equal(steps(b), 1);
	assert_int_equal(rd(b, 1, 0x300) & 0xffff, 0x0008);
	bench_free(b);
}

static void test_wrong_cqe(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);

	(void)state;
	inject(b, HISI_QM_MODEL_FAULT_WRONG_CQE, true, 1);
	sq_bell(b, 0, 1, 2);
	assert_int_equal(steps(b), 2);
	assert_int_equal(cqe_slot(b, 1, 16, 0, 1), 0xffff);
	assert_int_equal(cqe_slot(b, 1, 16, 1, 1), 1);
	bench_free(b);
}

static void test_shuffled_cqes(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);
	static const int expect[] = { 2, 1, 0, 5, 4, 3, 7, 6 };
	unsigned int i;

	(void)state;
	inject(b, HISI_QM_MODEL_FAULT_SHUFFLE_CQE, true, 3);
	sq_bell(b, 0, 1, 8);
	assert_true(hisi_qm_model_step(b->model));
	assert_int_equal(cqe_slot(b, 1, 16, 0, 1), -1);
	/* the last group is not full, but nothing else is coming */
	assert_int_equal(steps(b), 7);
	for (i = 0; i < 8; i++)
		assert_int_equal(cqe_slot(b, 1, 16, i, 1), expect[i]);
	sq_bell(b, 0, 1, 11);
	assert_true(hisi_qm_model_step(b->model));
	assert_int_equal(cqe_slot(b, 1, 16, 8, 1), -1);
	inject(b, HISI_QM_MODEL_FAULT_SHUFFLE_CQE, false, 0);
	assert_int_equal(cqe_slot(b, 1, 16, 8, 1), 8);
	assert_int_equal(steps(b), 2);
	assert_int_equal(cqe_slot(b, 1, 16, 9, 1), 9);
	bench_free(b);
}

static void send_copy(struct bench *b, unsigned int slot)
{
	uint64_t addr = RAM_BASE + DATA_AT;

	put_sqe(b, 1, 16, slot, slot);
	set32(b, sq_at(1, 16) + slot * SQE_BYTES + 8, 1);
	memcpy(at(b, sq_at(1, 16) + slot * SQE_BYTES + 16), &addr, 8);
	addr += 16;
	memcpy(at(b, sq_at(1, 16) + slot * SQE_BYTES + 24), &addr, 8);
	sq_bell(b, 0, 1, slot + 1);
	assert_int_equal(steps(b), 1);
	assert_int_equal(cqe_slot(b, 1, 16, slot, 1), slot);
}

static int result_of(struct bench *b, unsigned int slot)
{
	return (int)ram32(b, sq_at(1, 16) + slot * SQE_BYTES + 12);
}

static void test_failing_data_accesses(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);

	(void)state;
	inject(b, HISI_QM_MODEL_FAULT_DMA, true, 2);
	send_copy(b, 0);
	send_copy(b, 1);
	send_copy(b, 2);
	assert_int_equal(result_of(b, 0), -EFAULT);
	assert_int_equal(result_of(b, 1), -EFAULT);
	assert_int_equal(result_of(b, 2), 0);
	/* the rings were not concerned */
	assert_int_equal(rd(b, 0, 0x100000), 0);
	bench_free(b);
}

static void test_removed_device(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);
	struct hisi_qm_model_worker *worker;
	struct hisi_qm_model_task task;
	unsigned int accesses, irqs;
	uint8_t reply[16];

	(void)state;
	assert_int_equal(hisi_qm_model_worker_create(b->model, &worker), 0);
	sq_bell(b, 0, 1, 2);
	assert_true(hisi_qm_model_fetch(b->model, 0, 1, &task));
	inject(b, HISI_QM_MODEL_FAULT_REMOVED, true, 0);
	accesses = b->dma_accesses;
	irqs = b->irqs[0][0];
	hisi_qm_model_mmio_read(b->model, 0, 2, 0x300, reply, 16);
	assert_int_equal(reply[0] & reply[15], 0xff);
	hisi_qm_model_mmio_read(b->model, 0, 4, 0x11000, reply, 8);
	assert_int_equal(reply[0] & reply[7], 0xff);
	sq_bell(b, 0, 2, 1);
	mb(b, 0, 0x6000, 1, RAM_BASE + IMAGE_AT);
	hisi_qm_model_run(worker, &task);
	hisi_qm_model_complete(b->model, &task);
	assert_int_equal(steps(b), 0);
	assert_int_equal(b->dma_accesses, accesses);
	assert_int_equal(b->irqs[0][0], irqs);
	assert_int_equal(b->dropped, 1);
	/* plugged in again: what was lost was lost, the rest goes on */
	inject(b, HISI_QM_MODEL_FAULT_REMOVED, false, 0);
	assert_int_equal(rd(b, 0, 0x10006c), 1);
	assert_int_equal(steps(b), 2);
	hisi_qm_model_worker_destroy(worker);
	bench_free(b);
}

static void *host_map(void *opaque, unsigned int func, uint32_t pasid,
		      uint64_t addr, size_t len, bool is_write)
{
	struct bench *b = opaque;
	void *p = ram_find(b, addr, len);

	(void)is_write;
	b->last_func = func;
	b->last_pasid = pasid;
	b->maps += p != NULL;
	return p;
}

static void host_unmap(void *opaque, void *ptr, size_t len, bool is_write)
{
	struct bench *b = opaque;

	assert_true((uint8_t *)ptr >= b->ram &&
		    (uint8_t *)ptr + len <= b->ram + RAM_BYTES);
	(void)is_write;
	b->maps--;
}

static struct bench *mapped_new(void)
{
	struct hisi_qm_model_config c = bench_config(HISI_QM_REV_V3, 0, false);
	struct bench *b = calloc(1, sizeof(*b));
	struct hisi_qm_model_host host = bench_host(b);

	assert_non_null(b);
	host.dma_map = host_map;
	host.dma_unmap = host_unmap;
	b->ram = calloc(1, RAM_BYTES);
	assert_non_null(b->ram);
	bench_in_creation = b;
	assert_int_equal(hisi_qm_model_create(&c, &host, &b->model), 0);
	return b;
}

static void test_task_map_is_direct_where_the_host_can(void **state)
{
	struct bench *b = mapped_new();
	struct hisi_qm_model_task task = {
		.model = b->model, .func = 0, .pasid = 7,
	};
	void *p;

	(void)state;
	p = hisi_qm_model_task_map(&task, RAM_BASE + 64, 4096, false);
	assert_ptr_equal(p, b->ram + 64);
	assert_int_equal(b->last_pasid, 7);
	assert_int_equal(b->maps, 1);
	hisi_qm_model_task_unmap(&task, p, 4096, false);
	assert_int_equal(b->maps, 0);
	assert_null(hisi_qm_model_task_map(&task, 0x1000, 16, true));
	assert_null(hisi_qm_model_task_map(&task, RAM_BASE, 0, true));
	assert_null(hisi_qm_model_task_map(&task, ~0ULL, 16, true));
	/* injected faults wait where accesses are counted */
	inject(b, HISI_QM_MODEL_FAULT_DMA, true, 1);
	assert_null(hisi_qm_model_task_map(&task, RAM_BASE, 16, true));
	inject(b, HISI_QM_MODEL_FAULT_DMA, false, 0);
	inject(b, HISI_QM_MODEL_FAULT_REMOVED, true, 0);
	assert_null(hisi_qm_model_task_map(&task, RAM_BASE, 16, true));
	bench_free(b);
}

static void test_task_accesses_check_their_range(void **state)
{
	struct bench *b = bench_new(HISI_QM_REV_V3, 0);
	struct hisi_qm_model_task task = {
		.model = b->model, .func = 0, .pasid = HISI_QM_MODEL_NO_PASID,
	};
	uint8_t buf[16];

	(void)state;
	assert_int_equal(hisi_qm_model_task_read(&task, ~0ULL - 14, buf, 16),
			 -EFAULT);
	assert_int_equal(hisi_qm_model_task_write(&task, ~0ULL - 3, buf, 16),
			 -EFAULT);
	assert_int_equal(hisi_qm_model_task_read(&task, 0, buf, 0), 0);
	assert_int_equal(hisi_qm_model_task_write(&task, 0, buf, 0), 0);
	inject(b, HISI_QM_MODEL_FAULT_REMOVED, true, 0);
	assert_int_equal(hisi_qm_model_task_read(&task, RAM_BASE, buf, 16),
			 -ENODEV);
	assert_int_equal(hisi_qm_model_task_write(&task, RAM_BASE, buf, 16),
			 -ENODEV);
	assert_int_equal(b->dma_accesses, 0);
	assert_null(hisi_qm_model_task_map(&task, RAM_BASE, 16, true));
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_faults_are_refused),
		cmocka_unit_test(test_mailbox_stuck),
		cmocka_unit_test(test_mailbox_status),
		cmocka_unit_test(test_mem_init_stuck),
		cmocka_unit_test(test_dropped_doorbells),
		cmocka_unit_test(test_hung_queue),
		cmocka_unit_test(test_wrong_cqe),
		cmocka_unit_test(test_shuffled_cqes),
		cmocka_unit_test(test_failing_data_accesses),
		cmocka_unit_test(test_removed_device),
		cmocka_unit_test(test_task_map_is_direct_where_the_host_can),
		cmocka_unit_test(test_task_accesses_check_their_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
