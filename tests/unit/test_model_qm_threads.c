/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the model promises a host with threads: hisi_qm_model_run() needs no
 * lock. To be run with ThreadSanitizer as well.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "model_qm_support.h"

#define WORKERS		3
#define DEPTH		16u
#define REQUESTS	400u

/*
 * The bench's host counts without a lock, so this one has its own memory
 * accesses: requests copy between places that are each request's own.
 */
struct pool {
	struct bench *b;
	pthread_mutex_t lock;		/* all calls but run() */
	pthread_cond_t kicked;
	atomic_bool stop;
	pthread_t thread[WORKERS];
};

static int thread_read(void *opaque, unsigned int func, uint32_t pasid,
		       uint64_t addr, void *buf, size_t len)
{
	uint8_t *p = ram_find(opaque, addr, len);

	(void)func;
	(void)pasid;
	if (!p)
		return -EFAULT;
	memcpy(buf, p, len);
	return 0;
}

static int thread_write(void *opaque, unsigned int func, uint32_t pasid,
			uint64_t addr, const void *buf, size_t len)
{
	uint8_t *p = ram_find(opaque, addr, len);

	(void)func;
	(void)pasid;
	if (!p)
		return -EFAULT;
	memcpy(p, buf, len);
	return 0;
}

static void *work(void *arg)
{
	struct pool *pool = arg;
	struct hisi_qm_model *model = pool->b->model;
	struct hisi_qm_model_worker *worker;
	struct hisi_qm_model_task task;

	pthread_mutex_lock(&pool->lock);
	assert_int_equal(hisi_qm_model_worker_create(model, &worker), 0);
	while (!atomic_load(&pool->stop)) {
		if (!hisi_qm_model_fetch(model, HISI_QM_MODEL_ANY,
					 HISI_QM_MODEL_ANY, &task)) {
			pthread_cond_wait(&pool->kicked, &pool->lock);
			continue;
		}
		pthread_mutex_unlock(&pool->lock);
		hisi_qm_model_run(worker, &task);
		pthread_mutex_lock(&pool->lock);
		hisi_qm_model_complete(model, &task);
		pthread_cond_broadcast(&pool->kicked);
	}
	hisi_qm_model_worker_destroy(worker);
	pthread_mutex_unlock(&pool->lock);
	return NULL;
}

static void put_copy(struct bench *b, unsigned int qn, unsigned int slot,
		     uint32_t number)
{
	uint64_t from = RAM_BASE + DATA_AT + (qn * DEPTH + slot) * 32;
	uint64_t to = from + 16;
	uint32_t sqe = sq_at(qn, DEPTH) + slot * SQE_BYTES;

	put_sqe(b, qn, DEPTH, slot, number);
	set32(b, sqe + 8, 1);
	memcpy(at(b, sqe + 16), &from, 8);
	memcpy(at(b, sqe + 24), &to, 8);
	set32(b, DATA_AT + (qn * DEPTH + slot) * 32, number);
}

/* One request at a time in each of four queues, all of them at once. */
static void send_and_wait(struct pool *pool, unsigned int n)
{
	struct bench *b = pool->b;
	unsigned int slot = n % DEPTH, phase = !((n / DEPTH) & 1), qn;

	pthread_mutex_lock(&pool->lock);
	for (qn = 0; qn < 4; qn++) {
		put_copy(b, qn, slot, n * 4 + qn);
		sq_bell(b, 0, qn, (n + 1) % DEPTH);
	}
	/* any register access may come in between */
	rd(b, 0, 0x1040e4);
	if (n % 7 == 0)
		hisi_qm_model_inject(b->model, HISI_QM_MODEL_FAULT_DMA, true,
				     0);
	pthread_cond_broadcast(&pool->kicked);
	for (qn = 0; qn < 4; qn++) {
		while (cqe_slot(b, qn, DEPTH, slot, phase) != (int)slot)
			pthread_cond_wait(&pool->kicked, &pool->lock);
		assert_int_equal(answer_of(b, qn, DEPTH, slot), ~(n * 4 + qn));
		assert_int_equal(ram32(b, DATA_AT + (qn * DEPTH + slot) * 32 +
				       16), n * 4 + qn);
		cq_bell(b, 0, qn, (n + 1) % DEPTH, false);
	}
	pthread_mutex_unlock(&pool->lock);
}

static void test_workers_run_without_a_lock(void **state)
{
	struct hisi_qm_model_config c = bench_config(HISI_QM_REV_V3, 0, false);
	struct bench *b = calloc(1, sizeof(*b));
	struct pool pool = { .b = b };
	struct hisi_qm_model_host host;
	unsigned int i;

	(void)state;
	assert_non_null(b);
	host = bench_host(b);
	host.dma_read = thread_read;
	host.dma_write = thread_write;
	b->ram = calloc(1, RAM_BYTES);
	assert_non_null(b->ram);
	bench_in_creation = b;
	assert_int_equal(hisi_qm_model_create(&c, &host, &b->model), 0);
	give_queues(b, 0, 0, 4);
	func_start(b, 0, false);
	for (i = 0; i < 4; i++)
		qp_start(b, 0, i, DEPTH);
	pthread_mutex_init(&pool.lock, NULL);
	pthread_cond_init(&pool.kicked, NULL);
	for (i = 0; i < WORKERS; i++)
		assert_int_equal(pthread_create(&pool.thread[i], NULL, work,
						&pool), 0);
	for (i = 0; i < REQUESTS; i++)
		send_and_wait(&pool, i);
	atomic_store(&pool.stop, true);
	pthread_mutex_lock(&pool.lock);
	pthread_cond_broadcast(&pool.kicked);
	pthread_mutex_unlock(&pool.lock);
	for (i = 0; i < WORKERS; i++)
		pthread_join(pool.thread[i], NULL);
	assert_int_equal(b->finished, 4 * REQUESTS);
	assert_int_equal(b->dropped, 0);
	pthread_cond_destroy(&pool.kicked);
	pthread_mutex_destroy(&pool.lock);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_workers_run_without_a_lock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
