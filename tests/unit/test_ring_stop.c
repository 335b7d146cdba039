/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Queues that stop: flags, kills, removal, lost doorbells, full CQs. */
#include "queue_support.h"

#define DEPTH	16

static struct wd_queue start_queue(void)
{
	const struct wd_fake_config config = { .sq_depth = DEPTH };

	fake_start(&config);
	return queue_open();
}

static void stop_queue(struct wd_queue *q, struct job *jobs)
{
	queue_close(q);
	free(jobs);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_send_tx_stop_is_eio_whatever_its_value(void **state)
{
	static const uint32_t values[] = { 1, 2, 0x100, 0x80000000, UINT32_MAX };
	struct job *jobs = jobs_new(4);
	struct wd_queue q = start_queue();
	void *req = &jobs[1].msg;
	unsigned int i;

	(void)state;
	send_jobs(&q, jobs, 1);
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		wd_fake_set_tx_stop(0, 0, values[i]);
		assert_int_equal(wd_send(&q, req), -EIO);
		assert_int_equal(wd_send_burst(&q, &req, 1), -EIO);
	}
	assert_int_equal(queue_info(&q).in_flight, 1);
	assert_int_equal(queue_info(&q).sq_doorbells, 1);
	/* The other direction still works: nothing is lost that was sent. */
	recv_nothing(&q, -EAGAIN);
	wd_fake_step(0, 0);
	job_check(recv_one(&q));
	recv_nothing(&q, -EAGAIN);
	stop_queue(&q, jobs);
}

static void test_recv_rx_stop_is_eio_after_the_last_answer(void **state)
{
	static const uint32_t values[] = { 1, 2, 0x100, 0x80000000, UINT32_MAX };
	struct job *jobs = jobs_new(3);
	unsigned int i, j;
	struct wd_queue q;

	(void)state;
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		q = start_queue();
		send_jobs(&q, jobs, 3);
		wd_fake_step(0, 2);
		wd_fake_set_tx_stop(0, 0, 1);
		wd_fake_set_rx_stop(0, 0, values[i]);
		assert_int_equal(wd_queue_arm(&q), 1);
		for (j = 0; j < 2; j++)
			assert_ptr_equal(recv_one(&q), &jobs[j]);
		recv_nothing(&q, -EIO);
		assert_int_equal(wd_queue_arm(&q), -EIO);
		queue_close(&q);
		assert_int_equal(wd_fake_stop(), 0);
	}
	free(jobs);
}

/* The queue dies after @step of the life of three requests. */
static void do_kill(unsigned int step, bool remove)
{
	int error = remove ? -ENODEV : -EIO;
	struct job *jobs = jobs_new(4);
	struct wd_queue q = start_queue();
	unsigned int answers = 0, i;
	void *req = NULL, *reqs[4];

	for (i = 0; i <= step; i++) {
		if (i == 1 || i == 2)
			send_jobs(&q, &jobs[i - 1], 1);
		else if (i == 3)
			answers += wd_fake_step(0, 1);
		else if (i == 4)
			answers += wd_fake_step(0, 1);
		else if (i == 5)
			recv_one(&q), answers--;
		else if (i == 6)
			send_jobs(&q, &jobs[2], 1);
		else if (i == 7)
			assert_int_equal(wd_queue_arm(&q), 1);
	}
	if (remove)
		wd_fake_remove(0);
	else
		wd_fake_kill_queue(0, 0);
	assert_int_equal(wd_send(&q, &jobs[3].msg), error);
	while (answers--)
		job_check(recv_one(&q));
	recv_nothing(&q, error);
	assert_int_equal(wd_recv_sync(&q, &req), error);
	assert_int_equal(wd_recv_timed(&q, &req, WD_TIMEOUT_INFINITE), error);
	wd_flush(&q);
	assert_int_equal(wd_queue_arm(&q), error);
	i = queue_info(&q).in_flight;
	assert_int_equal(wd_reclaim(&q, reqs, 4), i);
	if (i)
		assert_ptr_equal(reqs[i - 1], step < 2 ? &jobs[0] : step < 6 ?
				 &jobs[1] : &jobs[2]);
	stop_queue(&q, jobs);
}

static void test_kill_at_every_point_is_eio_after_the_last_answer(void **state)
{
	unsigned int step;

	(void)state;
	for (step = 0; step <= 7; step++)
		do_kill(step, false);
}

static void test_remove_at_every_point_is_enodev_after_the_last_answer(void **state)
{
	unsigned int step;

	(void)state;
	for (step = 0; step <= 7; step++)
		do_kill(step, true);
}

/* What happens while the library rings a doorbell. */
struct meanwhile {
	unsigned int at;
	unsigned int bells;
};

static void complete_and_kill(void *arg, unsigned int dev, unsigned int qn)
{
	struct meanwhile *meanwhile = arg;

	if (++meanwhile->bells != meanwhile->at)
		return;
	wd_fake_step(dev, 0);
	wd_fake_kill_queue(dev, qn);
}

/*
 * The library looks for an answer, finds none, rings; then the answer comes,
 * then the end, and only then it looks at the flag. The answer is first.
 */
static void test_recv_answer_just_before_the_stop_is_not_lost(void **state)
{
	struct meanwhile meanwhile;
	struct job *jobs = jobs_new(2);
	struct wd_queue q;
	void *reqs[2];
	int how, ret;

	(void)state;
	for (how = 0; how < 3; how++) {
		q = start_queue();
		meanwhile = (struct meanwhile){ .at = 3 };
		wd_fake_hook(WD_FAKE_OP_DOORBELL, complete_and_kill,
			     &meanwhile);
		send_jobs(&q, jobs, 1);
		wd_fake_step(0, 0);
		recv_one(&q);
		send_jobs(&q, jobs, 1);
		if (how == 0)
			ret = wd_recv(&q, reqs);
		else if (how == 1)
			ret = wd_recv_burst(&q, reqs, 2) ? -EIO : -EAGAIN;
		else
			ret = wd_queue_arm(&q) == 1 ? -EAGAIN : -EIO;
		assert_int_equal(meanwhile.bells, 3);
		assert_int_equal(ret, -EAGAIN);
		job_check(recv_one(&q));
		recv_nothing(&q, -EIO);
		queue_close(&q);
		assert_int_equal(wd_fake_stop(), 0);
	}
	free(jobs);
}

/* hisi-qm 5.8: an SQC with another random value drops every doorbell. */
static void poison(unsigned int qn)
{
	static _Alignas(32) struct hisi_qm_sqc sqc;
	struct hisi_qm_mailbox mb = {
		.word0 = HISI_QM_MB_BUSY | HISI_QM_MB_OP_GET | HISI_QM_MB_SQC,
		.queue = qn,
		.base_l = (uint32_t)(uintptr_t)&sqc,
		.base_h = (uintptr_t)&sqc >> 32,
	};
	struct hisi_qm_model *model = wd_fake_model(0);

	hisi_qm_model_mmio_write(model, 0, 2, HISI_QM_MAILBOX, &mb, sizeof(mb));
	assert_int_not_equal(sqc.base_l, 0);
	sqc.w8 = HISI_QM_QC_POISON;
	mb.word0 = HISI_QM_MB_BUSY | HISI_QM_MB_SQC;
	hisi_qm_model_mmio_write(model, 0, 2, HISI_QM_MAILBOX, &mb, sizeof(mb));
}

static void check_timeout(struct wd_queue *q)
{
	uint64_t start = now_ms();
	void *req = NULL;

	recv_nothing(q, -EAGAIN);
	assert_int_equal(wd_recv_timed(q, &req, 60), -ETIMEDOUT);
	assert_true(now_ms() - start >= 59);
	q->timeout_ms = 40;
	start = now_ms();
	assert_int_equal(wd_recv_sync(q, &req), -ETIMEDOUT);
	assert_true(now_ms() - start >= 39);
	start = now_ms();
	wd_flush(q);
	assert_true(now_ms() - start >= 39);
	assert_null(req);
}

static void test_send_doorbell_with_wrong_random_value_times_out(void **state)
{
	struct job *jobs = jobs_new(1);
	struct wd_queue q = start_queue();

	(void)state;
	poison(0);
	send_jobs(&q, jobs, 1);
	assert_int_equal(wd_fake_step(0, 0), 0);
	check_timeout(&q);
	stop_queue(&q, jobs);
}

static void test_send_dropped_doorbell_is_made_good_by_the_next(void **state)
{
	struct job *jobs = jobs_new(2);
	struct wd_queue q = start_queue();

	(void)state;
	assert_int_equal(hisi_qm_model_inject(
		wd_fake_model(0), HISI_QM_MODEL_FAULT_DROP_DOORBELLS, true, 1),
		0);
	send_jobs(&q, jobs, 1);
	assert_int_equal(wd_fake_step(0, 0), 0);
	check_timeout(&q);
	send_jobs(&q, jobs + 1, 1);
	assert_int_equal(wd_fake_step(0, 0), 2);
	assert_ptr_equal(recv_one(&q), &jobs[0]);
	assert_ptr_equal(recv_one(&q), &jobs[1]);
	stop_queue(&q, jobs);
}

static void test_recv_hung_queue_times_out(void **state)
{
	struct job *jobs = jobs_new(1);
	struct wd_queue q = start_queue();

	(void)state;
	assert_int_equal(hisi_qm_model_inject(
		wd_fake_model(0), HISI_QM_MODEL_FAULT_QUEUE_HANG, true, 0), 0);
	send_jobs(&q, jobs, 1);
	wd_fake_step(0, 0);
	check_timeout(&q);
	assert_int_equal(hisi_qm_model_inject(
		wd_fake_model(0), HISI_QM_MODEL_FAULT_QUEUE_HANG, false, 0), 0);
	wd_fake_step(0, 0);
	job_check(recv_one(&q));
	stop_queue(&q, jobs);
}

/* Doorbells of the receiver are lost, so the device runs into its own tail. */
static void test_recv_overflow_of_the_cq_is_eio_after_the_last_answer(void **state)
{
	struct job *jobs = jobs_new(DEPTH);
	struct wd_queue q = start_queue();
	unsigned int sent = 0, got = 0;
	void *req;
	int ret;

	(void)state;
	for (;;) {
		ret = wd_send(&q, &jobs[0].msg);
		if (ret)
			break;
		sent++;
		wd_fake_step(0, 0);
		ret = wd_recv(&q, &req);
		if (ret)
			break;
		got++;
		/* The next doorbell is the one that gives it back. */
		wd_fake_fail(WD_FAKE_OP_DOORBELL, 1, -EIO);
		recv_nothing(&q, -EAGAIN);
		assert_in_range(got, 1, DEPTH);
	}
	assert_int_equal(ret, -EIO);
	assert_int_equal(got, DEPTH - 1);
	assert_int_equal(sent, DEPTH);
	assert_int_equal(wd_send(&q, &jobs[1].msg), -EIO);
	assert_int_equal(wd_reclaim(&q, &req, 1), 1);
	stop_queue(&q, jobs);
}

/* Another queue of the device does not notice. */
static void test_kill_of_one_queue_leaves_the_other(void **state)
{
	struct job *jobs = jobs_new(3);
	struct wd_queue q = start_queue(), other = queue_wanted();

	(void)state;
	assert_int_equal(wd_request_queue(&other), 0);
	send_jobs(&q, jobs, 1);
	send_jobs(&other, jobs + 1, 1);
	wd_fake_kill_queue(0, 0);
	wd_fake_step(0, 0);
	recv_nothing(&q, -EIO);
	assert_ptr_equal(recv_one(&other), &jobs[1]);
	send_jobs(&other, jobs + 2, 1);
	queue_close(&q);
	wd_fake_step(0, 0);
	job_check(recv_one(&other));
	queue_close(&other);
	free(jobs);
	assert_int_equal(wd_fake_stop(), 0);
}

/* The number of a queue that died is as good as new. */
static void test_request_after_kill_works(void **state)
{
	struct job *jobs = jobs_new(1);
	struct wd_queue q = start_queue();
	unsigned int i;

	(void)state;
	for (i = 0; i < 5; i++) {
		send_jobs(&q, jobs, 1);
		wd_fake_kill_queue(0, 0);
		recv_nothing(&q, -EIO);
		queue_close(&q);
		assert_int_equal(wd_request_queue(&q), 0);
		assert_int_equal(queue_info(&q).queue_num, 0);
		send_jobs(&q, jobs, 1);
		wd_fake_step(0, 0);
		job_check(recv_one(&q));
	}
	stop_queue(&q, jobs);
}

static void test_release_with_requests_in_flight_is_clean(void **state)
{
	struct job *jobs = jobs_new(DEPTH);
	struct wd_queue q = start_queue();

	(void)state;
	send_jobs(&q, jobs, DEPTH - 1);
	wd_fake_step(0, 3);
	recv_one(&q);
	queue_close(&q);
	/* Nothing may run any more: the memory of the requests goes now. */
	free(jobs);
	assert_int_equal(wd_fake_step(0, 0), 0);
	assert_int_equal(wd_fake_stop(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		queue_test(test_send_tx_stop_is_eio_whatever_its_value),
		queue_test(test_recv_rx_stop_is_eio_after_the_last_answer),
		queue_test(test_kill_at_every_point_is_eio_after_the_last_answer),
		queue_test(test_remove_at_every_point_is_enodev_after_the_last_answer),
		queue_test(test_recv_answer_just_before_the_stop_is_not_lost),
		queue_test(test_send_doorbell_with_wrong_random_value_times_out),
		queue_test(test_send_dropped_doorbell_is_made_good_by_the_next),
		queue_test(test_recv_hung_queue_times_out),
		queue_test(test_recv_overflow_of_the_cq_is_eio_after_the_last_answer),
		queue_test(test_kill_of_one_queue_leaves_the_other),
		queue_test(test_request_after_kill_works),
		queue_test(test_release_with_requests_in_flight_is_clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
