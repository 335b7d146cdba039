/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One thread sends and one receives, on one queue, without a lock. Meant for
 * the thread sanitizer; without it the answers are checked all the same.
 */
#include <poll.h>
#include <pthread.h>
#include <sched.h>

#include "queue_support.h"

#define SLOTS	64

/* Jobs go round between the two threads. */
struct pair {
	struct wd_queue q;
	struct job *jobs;
	uint32_t is_free[SLOTS];
	unsigned int total;
	unsigned int burst;
	bool single;
	bool sleeps;
	bool flushes;
	bool checks;
	uint32_t failures;
};

static void fail_pair(struct pair *pair)
{
	__atomic_fetch_add(&pair->failures, 1, __ATOMIC_RELAXED);
}

static bool has_failed(const struct pair *pair)
{
	return __atomic_load_n(&pair->failures, __ATOMIC_RELAXED);
}

static unsigned int gather(struct pair *pair, void **reqs, unsigned int n,
			   unsigned int *next)
{
	unsigned int got = 0, index;

	while (got < n) {
		index = *next % SLOTS;
		if (!__atomic_load_n(&pair->is_free[index], __ATOMIC_ACQUIRE))
			break;
		__atomic_store_n(&pair->is_free[index], 0, __ATOMIC_RELAXED);
		job_init(&pair->jobs[index], *next);
		reqs[got++] = &pair->jobs[index].msg;
		++*next;
	}
	return got;
}

static int send_some(struct pair *pair, void **reqs, unsigned int n)
{
	int ret;

	if (!pair->single)
		return wd_send_burst(&pair->q, reqs, n);
	ret = wd_send(&pair->q, reqs[0]);
	return ret ? ret : 1;
}

static void *sender(void *arg)
{
	struct pair *pair = arg;
	unsigned int next = 0, sent = 0, n = 0, want;
	void *reqs[SLOTS];
	int ret;

	while (sent < pair->total && !has_failed(pair)) {
		want = pair->burst;
		if (want > pair->total - sent)
			want = pair->total - sent;
		if (n < want)
			n += gather(pair, reqs + n, want - n, &next);
		ret = n ? send_some(pair, reqs, n) : -EBUSY;
		if (ret == -EBUSY) {
			sched_yield();
			continue;
		}
		if (ret < 0) {
			fail_pair(pair);
			break;
		}
		n -= ret;
		memmove(reqs, reqs + ret, n * sizeof(reqs[0]));
		sent += ret;
		if (pair->flushes && sent % 7 == 0)
			wd_flush(&pair->q);
	}
	wd_flush(&pair->q);
	return NULL;
}

static void sleep_for_answer(struct pair *pair)
{
	struct pollfd pfd = { .fd = wd_queue_fd(&pair->q), .events = POLLIN };
	int ret = wd_queue_arm(&pair->q);

	if (ret < 0)
		fail_pair(pair);
	/* A wake-up that is lost would fail the test by its time. */
	if (!ret && poll(&pfd, 1, 10000) != 1)
		fail_pair(pair);
}

static void take(struct pair *pair, void *req)
{
	struct job *job = req;

	if (job->msg.result || job->msg.consumed != job->msg.src_bytes)
		fail_pair(pair);
	if (pair->checks)
		job_check(job);
	__atomic_store_n(&pair->is_free[job - pair->jobs], 1, __ATOMIC_RELEASE);
}

static void receive(struct pair *pair)
{
	unsigned int received = 0;
	void *reqs[SLOTS];
	int ret, i;

	while (received < pair->total && !has_failed(pair)) {
		if (pair->single) {
			ret = wd_recv(&pair->q, reqs);
			ret = ret == -EAGAIN ? 0 : ret ? ret : 1;
		} else {
			ret = wd_recv_burst(&pair->q, reqs, pair->burst);
		}
		if (ret < 0)
			fail_pair(pair);
		for (i = 0; i < ret; i++)
			take(pair, reqs[i]);
		received += ret > 0 ? ret : 0;
		if (!ret && pair->sleeps)
			sleep_for_answer(pair);
		else if (!ret)
			sched_yield();
	}
}

static void run_pair(struct pair *pair)
{
	pthread_t thread;
	unsigned int i;

	pair->jobs = jobs_new(SLOTS);
	for (i = 0; i < SLOTS; i++)
		pair->is_free[i] = 1;
	assert_int_equal(pthread_create(&thread, NULL, sender, pair), 0);
	receive(pair);
	pthread_join(thread, NULL);
	assert_int_equal(pair->failures, 0);
	assert_int_equal(queue_info(&pair->q).in_flight, 0);
	queue_close(&pair->q);
	free(pair->jobs);
}

static void run_emu(unsigned int burst, bool single, bool sleeps, bool flushes)
{
	struct pair pair = {
		.total = 1000, .burst = burst, .single = single,
		.sleeps = sleeps, .flushes = flushes, .checks = true,
	};

	pair.q = queue_wanted();
	pair.q.device = WD_DEVICE_EMU;
	assert_int_equal(wd_request_queue(&pair.q), 0);
	run_pair(&pair);
}

static void test_pair_on_the_built_in_device(void **state)
{
	(void)state;
	run_emu(1, true, false, false);
	run_emu(16, false, false, false);
	run_emu(1, true, true, false);
	run_emu(16, false, true, false);
	run_emu(3, false, true, true);
}

/*
 * A device that is a third thread and sees the rings where the library does, so
 * that the sanitizer sees what orders what. It completes out of order.
 */
static struct own {
	struct hand hand;
	uint32_t sq_tail;
	uint32_t cq_head;
	uint32_t failures;
	bool stop;
	pthread_t thread;
} own;

static void own_doorbell(struct wd_channel *ch, uint32_t offset, uint64_t value)
{
	unsigned int shift = offset == HISI_QM_DOORBELL_V1 ?
			     HISI_QM_DB_V1_CMD_SHIFT : HISI_QM_DB_V2_CMD_SHIFT;
	uint32_t index = value >> HISI_QM_DB_INDEX_SHIFT & 0xffff;

	(void)ch;
	if (value >> shift & HISI_QM_DB_V2_CMD_MASK)
		__atomic_store_n(&own.cq_head, index, __ATOMIC_RELEASE);
	else
		__atomic_store_n(&own.sq_tail, index, __ATOMIC_RELEASE);
}

static void own_complete(uint32_t slot)
{
	struct hand *hand = &own.hand;
	struct hisi_zip_sqe *sqe = hand_sqe(hand, slot);
	uint64_t *cqe = (uint64_t *)hand_sqe(hand, hand->shape.sq_depth) +
			2 * hand->cq_tail;
	uint32_t depth = hand->shape.cq_depth;
	uint32_t head = __atomic_load_n(&own.cq_head, __ATOMIC_ACQUIRE);

	/* More than there is room for is what the library must prevent. */
	if ((hand->cq_tail + 1) % depth == head)
		__atomic_store_n(&own.failures, 1, __ATOMIC_RELAXED);
	sqe->consumed = sqe->input_data_length;
	sqe->produced = 0;
	sqe->dw3 = 0;
	__atomic_store_n(&cqe[1], slot | (uint64_t)hand->qn << 16 |
			 (uint64_t)hand->phase << 48, __ATOMIC_RELEASE);
	if (++hand->cq_tail == depth) {
		hand->cq_tail = 0;
		hand->phase ^= HISI_QM_CQE_PHASE;
	}
}

static void *own_work(void *arg)
{
	uint32_t depth = own.hand.shape.sq_depth, head = 0, next, tail;

	(void)arg;
	while (!__atomic_load_n(&own.stop, __ATOMIC_ACQUIRE)) {
		tail = __atomic_load_n(&own.sq_tail, __ATOMIC_ACQUIRE);
		next = (head + 1) % depth;
		if (head == tail) {
			sched_yield();
		} else if (next == tail) {
			own_complete(head);
			head = next;
		} else {
			own_complete(next);
			own_complete(head);
			head = (next + 1) % depth;
		}
	}
	return NULL;
}

static void run_own(const char *api, unsigned int depth, unsigned int burst,
		    bool flushes)
{
	struct wd_backend_ops ops = hand_ops;
	struct pair pair = {
		/* Small rings make a turn of the threads of every few requests. */
		.total = depth < 64 ? 1200 : 8000, .burst = burst,
		.single = burst == 1, .flushes = flushes,
	};

	memset(&own, 0, sizeof(own));
	hand_init(&own.hand, api, 9, depth, depth);
	ops.doorbell = own_doorbell;
	wd_backend_register(&ops, true);
	pair.q = queue_wanted();
	assert_int_equal(wd_request_queue(&pair.q), 0);
	assert_int_equal(pthread_create(&own.thread, NULL, own_work, NULL), 0);
	run_pair(&pair);
	__atomic_store_n(&own.stop, true, __ATOMIC_RELEASE);
	pthread_join(own.thread, NULL);
	assert_int_equal(own.failures, 0);
	hand_stop(&own.hand);
}

static void test_pair_on_a_device_that_is_a_thread(void **state)
{
	static const unsigned int depths[] = { 2, 3, 8, 64, 1024 };
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(depths) / sizeof(depths[0]); i++) {
		run_own("hisi_qm_v3", depths[i], 1, false);
		run_own("hisi_qm_v3", depths[i], 16, false);
		run_own("hisi_qm_v2", depths[i], SLOTS, false);
		run_own("hisi_qm_v1", depths[i], 5, depths[i] > 8);
	}
}

/* The queue dies under both of them: errors, no hang, one line in the log. */
static void *send_until_error(void *arg)
{
	struct pair *pair = arg;
	int ret;

	do {
		ret = wd_send(&pair->q, &pair->jobs[0].msg);
	} while (!ret || ret == -EBUSY);
	if (ret != -EIO)
		fail_pair(pair);
	return NULL;
}

static void count_errors(void *arg, enum wd_log_level level, const char *text)
{
	(void)text;
	if (level == WD_LOG_ERROR)
		__atomic_fetch_add((unsigned int *)arg, 1, __ATOMIC_RELAXED);
}

static void test_pair_lie_of_the_device_is_logged_once(void **state)
{
	unsigned int round, errors;
	struct pair pair = { 0 };
	struct hand hand;
	pthread_t thread;
	void *req;

	(void)state;
	pair.jobs = jobs_new(1);
	for (round = 0; round < 50; round++) {
		hand_init(&hand, "hisi_qm_v3", 3, 16, 16);
		pair.q = queue_wanted();
		assert_int_equal(wd_request_queue(&pair.q), 0);
		hand.wait_ret = -EIO;
		errors = 0;
		wd_log_set(count_errors, &errors, WD_LOG_ERROR);
		hand_cqe(&hand, 16, 3);
		assert_int_equal(pthread_create(&thread, NULL,
						send_until_error, &pair), 0);
		assert_int_equal(wd_recv(&pair.q, &req), -EIO);
		pthread_join(thread, NULL);
		wd_log_set(NULL, NULL, WD_LOG_ERROR);
		assert_int_equal(errors, 1);
		queue_close(&pair.q);
		hand_stop(&hand);
	}
	assert_int_equal(pair.failures, 0);
	free(pair.jobs);
}

/* Queues share nothing: requests, releases and use at the same time. */
static void *open_use_close(void *arg)
{
	struct wd_queue q = queue_wanted();
	struct job *jobs = jobs_new(1);
	struct pair *pair = arg;
	unsigned int i;
	void *req;

	for (i = 0; i < 40; i++) {
		if (wd_request_queue(&q) || wd_send(&q, &jobs->msg) ||
		    wd_recv_sync(&q, &req) || req != jobs)
			fail_pair(pair);
		wd_release_queue(&q);
	}
	free(jobs);
	return NULL;
}

static void test_threads_with_queues_of_their_own(void **state)
{
	const struct wd_fake_config config = {
		.devices = 2, .auto_step = true,
	};
	struct pair pair = { 0 };
	pthread_t threads[4];
	unsigned int i;

	(void)state;
	fake_start(&config);
	for (i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL,
						open_use_close, &pair), 0);
	for (i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(pair.failures, 0);
	assert_int_equal(wd_fake_stop(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		queue_test(test_pair_on_the_built_in_device),
		queue_test(test_pair_on_a_device_that_is_a_thread),
		queue_test(test_pair_lie_of_the_device_is_logged_once),
		queue_test(test_threads_with_queues_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
