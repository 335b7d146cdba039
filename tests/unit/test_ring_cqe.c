/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The rings on a device that answers what the test writes, true or not. */
#include "queue_support.h"

#define QN	5
#define DEPTH	8

struct lie {
	const char *name;
	void (*tell)(struct hand *hand);
};

/* Two are in flight, in slots 0 and 1; slot 0 is completed already. */
static void lie_slot_out_of_range(struct hand *hand)
{
	hand_cqe(hand, DEPTH, QN);
}

static void lie_slot_far_out_of_range(struct hand *hand)
{
	hand_cqe(hand, 0xffff, QN);
}

static void lie_slot_not_in_flight(struct hand *hand)
{
	hand_cqe(hand, 2, QN);
}

static void lie_slot_twice(struct hand *hand)
{
	hand_cqe(hand, 0, QN);
}

static void lie_queue_above(struct hand *hand)
{
	hand_cqe(hand, 1, QN + 1);
}

static void lie_queue_below(struct hand *hand)
{
	hand_cqe(hand, 1, QN - 1);
}

static void lie_queue_zero(struct hand *hand)
{
	hand_cqe(hand, 1, 0);
}

static void lie_tag(struct hand *hand)
{
	struct hisi_zip_sqe *sqe = hand_sqe(hand, 1);

	sqe->dw13 += 8;
	sqe->dw26 += 8;
	hand_complete(hand, 1);
}

static void lie_consumed(struct hand *hand)
{
	hand_complete(hand, 1);
	hand_sqe(hand, 1)->consumed = hand_sqe(hand, 1)->input_data_length + 1;
}

static void lie_produced(struct hand *hand)
{
	hand_complete(hand, 1);
	hand_sqe(hand, 1)->produced = hand_sqe(hand, 1)->dest_avail_out + 1;
}

static void lie_produced_all_ones(struct hand *hand)
{
	hand_complete(hand, 1);
	hand_sqe(hand, 1)->produced = UINT32_MAX;
}

static void lie_consumed_of_failed_request(struct hand *hand)
{
	hand_complete(hand, 1);
	hand_sqe(hand, 1)->consumed = UINT32_MAX;
	hand_sqe(hand, 1)->dw3 = HISI_ZIP_STATUS_NO_SPACE;
}

static const struct lie lies[] = {
	{ "slot out of range", lie_slot_out_of_range },
	{ "slot far out of range", lie_slot_far_out_of_range },
	{ "slot not in flight", lie_slot_not_in_flight },
	{ "slot twice", lie_slot_twice },
	{ "number of the queue above", lie_queue_above },
	{ "number of the queue below", lie_queue_below },
	{ "number of queue 0", lie_queue_zero },
	{ "tag", lie_tag },
	{ "consumed", lie_consumed },
	{ "produced", lie_produced },
	{ "produced all ones", lie_produced_all_ones },
	{ "consumed of a failed request", lie_consumed_of_failed_request },
};

#define NR_LIES	(sizeof(lies) / sizeof(lies[0]))

/* Everything that can be asked of a dead queue: errors, and no waiting. */
static void check_dead(struct wd_queue *q, struct job *job)
{
	void *req = &job->msg;

	recv_nothing(q, -EIO);
	assert_int_equal(wd_send(q, &job->msg), -EIO);
	assert_int_equal(wd_send_burst(q, &req, 1), -EIO);
	assert_int_equal(wd_recv_sync(q, &req), -EIO);
	assert_int_equal(wd_recv_timed(q, &req, WD_TIMEOUT_INFINITE), -EIO);
	assert_ptr_equal(req, &job->msg);
	wd_flush(q);
}

static void do_lie(const struct lie *lie, const char *api, bool burst)
{
	struct job *jobs = jobs_new(3);
	void *reqs[4] = { 0 };
	struct hand hand;
	struct wd_queue q;

	hand_init(&hand, api, QN, DEPTH, DEPTH);
	q = queue_open();
	log_start();
	send_jobs(&q, jobs, 2);
	hand_complete(&hand, 0);
	lie->tell(&hand);
	if (burst)
		assert_int_equal(wd_recv_burst(&q, reqs, 4), 1);
	else
		reqs[0] = recv_one(&q);
	assert_ptr_equal(reqs[0], &jobs[0]);
	assert_int_equal(jobs[0].msg.result, 0);
	assert_int_equal(log_book.lines[WD_LOG_ERROR], 0);
	check_dead(&q, &jobs[2]);
	/* Said once, however often it is asked. */
	assert_int_equal(log_book.lines[WD_LOG_ERROR], 1);
	assert_int_equal(wd_reclaim(&q, reqs, 4), 1);
	assert_ptr_equal(reqs[0], &jobs[1]);
	assert_int_equal(queue_info(&q).in_flight, 0);
	assert_int_equal(wd_reclaim(&q, reqs, 4), 0);
	check_dead(&q, &jobs[2]);
	assert_int_equal(log_book.lines[WD_LOG_ERROR], 1);
	queue_close(&q);
	hand_stop(&hand);
	free(jobs);
}

static void test_recv_lie_of_the_device_is_eio_and_logged_once(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < NR_LIES; i++) {
		print_message("%s\n", lies[i].name);
		do_lie(&lies[i], "hisi_qm_v1", false);
		do_lie(&lies[i], "hisi_qm_v1", true);
		do_lie(&lies[i], "hisi_qm_v2", true);
		do_lie(&lies[i], "hisi_qm_v3", false);
		do_lie(&lies[i], "hisi_qm_v3", true);
	}
}

static void test_queue_arm_after_lie_does_not_wait(void **state)
{
	struct job *jobs = jobs_new(1);
	struct hand hand;
	struct wd_queue q;

	(void)state;
	hand_init(&hand, "hisi_qm_v3", QN, DEPTH, DEPTH);
	q = queue_open();
	send_jobs(&q, jobs, 1);
	hand_cqe(&hand, 3, QN);
	assert_int_equal(wd_queue_arm(&q), 1);
	recv_nothing(&q, -EIO);
	assert_int_equal(wd_queue_arm(&q), -EIO);
	queue_close(&q);
	hand_stop(&hand);
	free(jobs);
}

static void test_recv_high_queue_number_is_compared_in_full(void **state)
{
	struct job *jobs = jobs_new(2);
	struct hand hand;
	struct wd_queue q;

	(void)state;
	hand_init(&hand, "hisi_qm_v2", 0xfff, DEPTH, DEPTH);
	q = queue_open();
	assert_int_equal(queue_info(&q).queue_num, 0xfff);
	send_jobs(&q, jobs, 2);
	assert_int_equal(hand_doorbell(&hand, HISI_QM_DOORBELL_SQ_CQ),
			 0x0000000200000fff);
	hand_complete(&hand, 0);
	assert_ptr_equal(recv_one(&q), &jobs[0]);
	recv_nothing(&q, -EAGAIN);
	assert_int_equal(hand_doorbell(&hand, HISI_QM_DOORBELL_SQ_CQ),
			 0x0000000100001fff);
	hand_cqe(&hand, 1, 0x1fff);
	recv_nothing(&q, -EIO);
	queue_close(&q);
	hand_stop(&hand);
	free(jobs);
}

/* A CQ deeper than the SQ wraps at its own end, with its own phase. */
static void test_recv_deeper_cq_wraps_by_itself(void **state)
{
	static const unsigned int cq_depths[] = { 5, 7, 8, 13 };
	struct job *jobs = jobs_new(4);
	unsigned int i, lap, n, slot;
	struct hand hand;
	struct wd_queue q;

	(void)state;
	for (i = 0; i < sizeof(cq_depths) / sizeof(cq_depths[0]); i++) {
		hand_init(&hand, "hisi_qm_v3", QN, 5, cq_depths[i]);
		q = queue_open();
		for (lap = 0, slot = 0; lap < 60; lap++) {
			n = 1 + lap % 4;
			send_jobs(&q, jobs, n);
			while (n--) {
				recv_nothing(&q, -EAGAIN);
				hand_complete(&hand, slot);
				slot = (slot + 1) % 5;
				/* All are there, so it ends. */
				if (!n)
					wd_flush(&q);
				recv_one(&q);
			}
			recv_nothing(&q, -EAGAIN);
		}
		queue_close(&q);
		hand_stop(&hand);
	}
	free(jobs);
}

static void test_reclaim_after_answers_out_of_order_is_oldest_first(void **state)
{
	struct job *jobs = jobs_new(12);
	void *reqs[12];
	struct hand hand;
	struct wd_queue q;
	unsigned int i;

	(void)state;
	hand_init(&hand, "hisi_qm_v3", QN, DEPTH, DEPTH);
	q = queue_open();
	send_jobs(&q, jobs, 7);
	for (i = 0; i < 5; i++) {
		/* Slots 0, 1 and 3 to 5: slot 2, the oldest, stays. */
		hand_complete(&hand, i + (i > 1));
		recv_one(&q);
	}
	recv_nothing(&q, -EAGAIN);
	send_jobs(&q, jobs + 7, 3);
	*hand_flag(&hand, HISI_QM_DUS_TX_STOP_FROM_END) = 1;
	*hand_flag(&hand, HISI_QM_DUS_RX_STOP_FROM_END) = 1;
	recv_nothing(&q, -EIO);
	assert_int_equal(queue_info(&q).in_flight, 5);
	assert_int_equal(wd_reclaim(&q, reqs, 0), 0);
	assert_int_equal(wd_reclaim(&q, reqs, 2), 2);
	assert_ptr_equal(reqs[0], &jobs[2]);
	assert_ptr_equal(reqs[1], &jobs[6]);
	assert_int_equal(queue_info(&q).in_flight, 3);
	assert_int_equal(wd_reclaim(&q, reqs, 12), 3);
	for (i = 0; i < 3; i++)
		assert_ptr_equal(reqs[i], &jobs[7 + i]);
	assert_int_equal(queue_info(&q).in_flight, 0);
	assert_int_equal(wd_reclaim(&q, reqs, 12), 0);
	queue_close(&q);
	hand_stop(&hand);
	free(jobs);
}

static void test_recv_model_names_wrong_slot_is_eio(void **state)
{
	struct job *jobs = jobs_new(4);
	void *reqs[4];
	struct wd_queue q;

	(void)state;
	fake_start(NULL);
	q = queue_open();
	send_jobs(&q, jobs, 2);
	wd_fake_step(0, 1);
	assert_int_equal(hisi_qm_model_inject(
		wd_fake_model(0), HISI_QM_MODEL_FAULT_WRONG_CQE, true, 1), 0);
	wd_fake_step(0, 0);
	assert_int_equal(wd_recv_burst(&q, reqs, 4), 1);
	check_dead(&q, &jobs[3]);
	assert_int_equal(wd_reclaim(&q, reqs, 4), 1);
	assert_ptr_equal(reqs[0], &jobs[1]);
	queue_close(&q);
	free(jobs);
	assert_int_equal(wd_fake_stop(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		queue_test(test_recv_lie_of_the_device_is_eio_and_logged_once),
		queue_test(test_queue_arm_after_lie_does_not_wait),
		queue_test(test_recv_high_queue_number_is_compared_in_full),
		queue_test(test_recv_deeper_cq_wraps_by_itself),
		queue_test(test_reclaim_after_answers_out_of_order_is_oldest_first),
		queue_test(test_recv_model_names_wrong_slot_is_eio),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
