/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The rings on a device that works: laps, doorbells, full queues, batches. */
#include "queue_support.h"

#define COUNT_OF(array)	(sizeof(array) / sizeof((array)[0]))

/* One queue and what is known of its requests. */
struct run {
	struct wd_queue q;
	struct job *jobs;
	uint8_t *in_flight;
	unsigned int nr_jobs;
	unsigned int depth;
	unsigned int sent;
	unsigned int received;
	unsigned int sends_that_took;
	uint32_t random;
};

static unsigned int pick(struct run *run, unsigned int limit)
{
	run->random = run->random * 1103515245 + 12345;
	return (run->random >> 16) % limit;
}

static void run_open(struct run *run, unsigned int depth, uint32_t seed)
{
	memset(run, 0, sizeof(*run));
	run->q = queue_wanted();
	assert_int_equal(wd_request_queue(&run->q), 0);
	run->depth = queue_info(&run->q).depth;
	assert_int_equal(run->depth, depth);
	run->nr_jobs = 2 * depth;
	run->jobs = jobs_new(run->nr_jobs);
	run->in_flight = calloc(run->nr_jobs, 1);
	assert_non_null(run->in_flight);
	run->random = seed;
}

static void run_close(struct run *run)
{
	queue_close(&run->q);
	free(run->jobs);
	free(run->in_flight);
}

/* Free jobs into @reqs. */
static unsigned int choose(struct run *run, void **reqs, unsigned int n)
{
	unsigned int i, got = 0, from = pick(run, run->nr_jobs);

	for (i = 0; i < run->nr_jobs && got < n; i++) {
		unsigned int index = (from + i) % run->nr_jobs;

		if (run->in_flight[index])
			continue;
		job_init(&run->jobs[index], run->sent + got);
		reqs[got++] = &run->jobs[index].msg;
	}
	return got;
}

static void run_send(struct run *run, unsigned int n)
{
	void *reqs[64];
	int got, i;

	n = choose(run, reqs, n < COUNT_OF(reqs) ? n : COUNT_OF(reqs));
	if (n == 1 && pick(run, 2))
		got = wd_send(&run->q, reqs[0]) ? -EBUSY : 1;
	else
		got = wd_send_burst(&run->q, reqs, n);
	if (got < 0) {
		assert_int_equal(got, -EBUSY);
		return;
	}
	assert_in_range(got, 1, n);
	run->sends_that_took++;
	for (i = 0; i < got; i++)
		run->in_flight[(struct job *)reqs[i] - run->jobs] = 1;
	run->sent += got;
	assert_in_range(run->sent - run->received, 1, run->depth - 1);
}

static void run_recv(struct run *run, unsigned int n)
{
	void *reqs[64];
	unsigned int index;
	int got, i;

	if (n > COUNT_OF(reqs))
		n = COUNT_OF(reqs);
	if (n == 1 && pick(run, 2)) {
		got = wd_recv(&run->q, reqs);
		assert_true(got == 0 || got == -EAGAIN);
		got = !got;
	} else {
		got = wd_recv_burst(&run->q, reqs, n);
	}
	assert_in_range(got, 0, n);
	for (i = 0; i < got; i++) {
		index = (struct job *)reqs[i] - run->jobs;
		assert_in_range(index, 0, run->nr_jobs - 1);
		assert_int_equal(run->in_flight[index], 1);
		run->in_flight[index] = 0;
		job_check(&run->jobs[index]);
	}
	run->received += got;
}

/* Whatever comes next: the queue never dies and never loses a request. */
static void run_some(struct run *run, unsigned int qn, unsigned int total)
{
	unsigned int most = run->depth + 1;

	while (run->received < total) {
		switch (pick(run, 6)) {
		case 0:
		case 1:
			run_send(run, 1 + pick(run, most));
			break;
		case 2:
			run_send(run, 1);
			break;
		case 3:
			wd_fake_step_queue(0, qn, 1 + pick(run, most));
			break;
		case 4:
			run_recv(run, 1 + pick(run, most));
			break;
		default:
			run_recv(run, 1);
		}
	}
	wd_fake_step_queue(0, qn, 0);
	while (run->received < run->sent)
		run_recv(run, 64);
}

static void do_laps(unsigned int revision, bool isolation, unsigned int depth,
		    unsigned int shuffle)
{
	const struct wd_fake_config config = {
		.revision = revision, .isolation = isolation, .queues = 2,
		.sq_depth = depth,
	};
	struct wd_queue_info info;
	struct run runs[2];
	unsigned int i;

	fake_start(&config);
	if (shuffle)
		assert_int_equal(hisi_qm_model_inject(
			wd_fake_model(0), HISI_QM_MODEL_FAULT_SHUFFLE_CQE,
			true, shuffle), 0);
	for (i = 0; i < 2; i++)
		run_open(&runs[i], depth, 77 + i);
	for (i = 0; i < 2; i++) {
		run_some(&runs[i], i, 3 * depth + 5);
		run_some(&runs[!i], !i, depth / 2 + 1);
	}
	for (i = 0; i < 2; i++) {
		info = queue_info(&runs[i].q);
		assert_int_equal(info.queue_num, i);
		assert_int_equal(info.in_flight, 0);
		assert_int_equal(info.sq_doorbells, runs[i].sends_that_took);
		assert_in_range(info.cq_doorbells, 1, runs[i].received);
		recv_nothing(&runs[i].q, -EAGAIN);
		run_close(&runs[i]);
	}
	assert_int_equal(wd_fake_stop(), 0);
}

static void do_depths(unsigned int revision, bool isolation)
{
	static const unsigned int depths[] = { 2, 3, 4, 16, 1024, 4096 };
	unsigned int i;

	for (i = 0; i < COUNT_OF(depths); i++)
		do_laps(revision, isolation, depths[i], 0);
}

static void test_ring_laps_on_v1_all_depths_work(void **state)
{
	(void)state;
	do_depths(HISI_QM_REV_V1, false);
}

static void test_ring_laps_on_v2_all_depths_work(void **state)
{
	(void)state;
	do_depths(HISI_QM_REV_V2, false);
}

static void test_ring_laps_on_v3_all_depths_work(void **state)
{
	(void)state;
	do_depths(HISI_QM_REV_V3, false);
}

static void test_ring_laps_on_v3_isolated_all_depths_work(void **state)
{
	(void)state;
	do_depths(HISI_QM_REV_V3, true);
}

/* hisi-qm 4.8; the sixth queue has the number of the examples. */
static void check_doorbells(unsigned int revision, bool isolation,
			    uint32_t offset, const uint64_t values[4])
{
	const struct wd_fake_config config = {
		.revision = revision, .isolation = isolation,
	};
	struct wd_fake_doorbell bells[4];
	struct wd_queue q[6];
	struct job *job = jobs_new(1);
	unsigned int i;

	fake_start(&config);
	for (i = 0; i < COUNT_OF(q); i++) {
		q[i] = queue_wanted();
		assert_int_equal(wd_request_queue(&q[i]), 0);
	}
	assert_int_equal(queue_info(&q[5]).queue_num, 5);
	send_jobs(&q[5], job, 1);
	wd_fake_step(0, 0);
	assert_ptr_equal(recv_one(&q[5]), job);
	recv_nothing(&q[5], -EAGAIN);
	assert_int_equal(wd_queue_arm(&q[5]), 0);
	send_jobs(&q[5], job, 1);
	assert_int_equal(wd_fake_doorbells(0, 5, bells, 4), 4);
	for (i = 0; i < 4; i++) {
		assert_int_equal(bells[i].offset, offset);
		assert_int_equal(bells[i].value, values[i]);
	}
	for (i = 0; i < COUNT_OF(q); i++)
		queue_close(&q[i]);
	free(job);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_doorbell_on_v1_has_values_of_the_specification(void **state)
{
	static const uint64_t values[4] = {
		0x0000000100000005, 0x0000000100010005, 0x0001000100010005,
		0x0000000200000005,
	};

	(void)state;
	check_doorbells(HISI_QM_REV_V1, false, 0x340, values);
}

static void test_doorbell_since_v2_has_values_of_the_specification(void **state)
{
	static const uint64_t values[4] = {
		0x0000000100000005, 0x0000000100001005, 0x0001000100001005,
		0x0000000200000005,
	};

	(void)state;
	check_doorbells(HISI_QM_REV_V2, false, 0x1000, values);
	check_doorbells(HISI_QM_REV_V3, false, 0x1000, values);
	check_doorbells(HISI_QM_REV_V3, true, 0x1000, values);
}

static void test_doorbell_with_mmio_is_one_store(void **state)
{
	const struct wd_fake_config config = { .mmio = true };
	struct job *jobs = jobs_new(3);
	uint64_t *db;
	struct wd_queue q;

	(void)state;
	fake_start(&config);
	q = queue_open();
	db = (uint64_t *)((char *)wd_fake_mmio(0, 0) + HISI_QM_DOORBELL_SQ_CQ);
	send_jobs(&q, jobs, 3);
	assert_int_equal(*db, 0x0000000300000000);
	wd_fake_mmio_ring(0, 0);
	wd_fake_step(0, 0);
	recv_one(&q);
	recv_one(&q);
	recv_one(&q);
	assert_int_equal(*db, 0x0000000300000000);
	recv_nothing(&q, -EAGAIN);
	assert_int_equal(*db, 0x0000000300001000);
	queue_close(&q);
	free(jobs);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_send_burst_any_size_rings_once(void **state)
{
	static const unsigned int sizes[] = { 1, 2, 16, 64, 255 };
	struct job *jobs = jobs_new(255);
	void *reqs[255], *back[255];
	uint64_t sq, cq;
	unsigned int i, j;
	struct wd_queue q;

	(void)state;
	fake_start(NULL);
	q = queue_open();
	for (i = 0; i < 255; i++)
		reqs[i] = &jobs[i].msg;
	for (i = 0; i < COUNT_OF(sizes); i++) {
		sq = queue_info(&q).sq_doorbells;
		cq = queue_info(&q).cq_doorbells;
		assert_int_equal(wd_send_burst(&q, reqs, sizes[i]), sizes[i]);
		assert_int_equal(queue_info(&q).in_flight, sizes[i]);
		assert_int_equal(wd_fake_step(0, 0), sizes[i]);
		assert_int_equal(wd_recv_burst(&q, back, 255), sizes[i]);
		assert_int_equal(wd_recv_burst(&q, back + 0, 1), 0);
		for (j = 0; j < sizes[i]; j++)
			assert_true(j == 0 || back[j] == reqs[j]);
		assert_int_equal(queue_info(&q).sq_doorbells, sq + 1);
		assert_int_equal(queue_info(&q).cq_doorbells, cq + 1);
	}
	queue_close(&q);
	free(jobs);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_burst_of_none_does_nothing(void **state)
{
	struct wd_queue q;

	(void)state;
	fake_start(NULL);
	q = queue_open();
	assert_int_equal(wd_send_burst(&q, NULL, 0), 0);
	assert_int_equal(wd_recv_burst(&q, NULL, 0), 0);
	assert_int_equal(wd_fake_doorbells(0, 0, NULL, 0), 0);
	queue_close(&q);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_send_full_queue_is_busy(void **state)
{
	static const unsigned int depths[] = { 2, 3, 4, 16, 4096 };
	struct wd_fake_config config = { 0 };
	void **reqs, **back;
	struct job *jobs = jobs_new(4097);
	unsigned int i, d;
	struct wd_queue q;

	(void)state;
	reqs = calloc(2 * 4097, sizeof(*reqs));
	assert_non_null(reqs);
	back = reqs + 4097;
	for (i = 0; i < 4097; i++)
		reqs[i] = &jobs[i].msg;
	for (i = 0; i < COUNT_OF(depths); i++) {
		config.sq_depth = d = depths[i];
		fake_start(&config);
		q = queue_open();
		assert_int_equal(wd_send_burst(&q, reqs, d + 1), d - 1);
		assert_int_equal(wd_send(&q, reqs[d]), -EBUSY);
		assert_int_equal(wd_send_burst(&q, reqs + d, 1), -EBUSY);
		assert_int_equal(queue_info(&q).in_flight, d - 1);
		assert_int_equal(queue_info(&q).sq_doorbells, 1);
		wd_fake_step(0, 0);
		/* Completed is not yet taken. */
		assert_int_equal(wd_send(&q, reqs[d]), -EBUSY);
		assert_ptr_equal(recv_one(&q), reqs[0]);
		assert_int_equal(wd_send(&q, reqs[0]), 0);
		assert_int_equal(wd_recv_burst(&q, back, d), d - 2);
		wd_fake_step(0, 0);
		assert_ptr_equal(recv_one(&q), reqs[0]);
		queue_close(&q);
		assert_int_equal(wd_fake_stop(), 0);
	}
	free(reqs);
	free(jobs);
}

static void test_send_slot_of_older_request_in_flight_is_busy(void **state)
{
	const struct wd_fake_config config = { .sq_depth = 8 };
	struct job *jobs = jobs_new(9);
	unsigned int i;
	struct wd_queue q;

	(void)state;
	fake_start(&config);
	assert_int_equal(hisi_qm_model_inject(
		wd_fake_model(0), HISI_QM_MODEL_FAULT_SHUFFLE_CQE, true, 4), 0);
	q = queue_open();
	send_jobs(&q, jobs, 7);
	assert_int_equal(wd_fake_step(0, 4), 4);
	assert_ptr_equal(recv_one(&q), &jobs[3]);
	assert_ptr_equal(recv_one(&q), &jobs[2]);
	/* The last slot that was never used, then the first, still in use. */
	assert_int_equal(wd_send(&q, &jobs[7].msg), 0);
	assert_int_equal(queue_info(&q).in_flight, 6);
	assert_int_equal(wd_send(&q, &jobs[8].msg), -EBUSY);
	assert_ptr_equal(recv_one(&q), &jobs[1]);
	assert_int_equal(wd_send(&q, &jobs[8].msg), -EBUSY);
	assert_ptr_equal(recv_one(&q), &jobs[0]);
	assert_int_equal(wd_send(&q, &jobs[8].msg), 0);
	assert_int_equal(hisi_qm_model_inject(
		wd_fake_model(0), HISI_QM_MODEL_FAULT_SHUFFLE_CQE, false, 0), 0);
	wd_fake_step(0, 0);
	for (i = 0; i < 5; i++)
		job_check(recv_one(&q));
	recv_nothing(&q, -EAGAIN);
	queue_close(&q);
	free(jobs);
	assert_int_equal(wd_fake_stop(), 0);
}

/* Groups of 2 never hold back for good what a queue of 3 can have in flight. */
static void test_ring_completions_out_of_order_all_arrive(void **state)
{
	static const struct {
		unsigned int depth, group, rounds;
	} cases[] = { { 3, 2, 9 }, { 16, 5, 9 }, { 1024, 16, 4 } };
	struct wd_fake_config config = { 0 };
	unsigned int i, round, n, j;
	struct job *jobs = jobs_new(1024);
	void *back[1024], *reqs[1024];
	struct wd_queue q;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		config.sq_depth = cases[i].depth;
		fake_start(&config);
		assert_int_equal(hisi_qm_model_inject(
			wd_fake_model(0), HISI_QM_MODEL_FAULT_SHUFFLE_CQE,
			true, cases[i].group), 0);
		q = queue_open();
		n = (cases[i].depth - 1) / cases[i].group * cases[i].group;
		for (round = 0; round < cases[i].rounds; round++) {
			for (j = 0; j < n; j++) {
				job_init(&jobs[j], j + round);
				reqs[j] = &jobs[j];
			}
			assert_int_equal(wd_send_burst(&q, reqs, n), n);
			wd_fake_step(0, 0);
			assert_int_equal(wd_recv_burst(&q, back, n), n);
			for (j = 0; j < n; j++) {
				unsigned int start = j - j % cases[i].group;

				job_check(back[j]);
				assert_ptr_equal(back[j],
					&jobs[2 * start + cases[i].group -
					      1 - j]);
			}
			recv_nothing(&q, -EAGAIN);
		}
		queue_close(&q);
		assert_int_equal(wd_fake_stop(), 0);
	}
	free(jobs);
}

static void test_recv_batch_gives_completions_back_by_the_quarter(void **state)
{
	const struct wd_fake_config config = { .sq_depth = 16 };
	struct job *jobs = jobs_new(15);
	unsigned int i;
	struct wd_queue q;

	(void)state;
	fake_start(&config);
	q = queue_open();
	send_jobs(&q, jobs, 11);
	wd_fake_step(0, 0);
	for (i = 1; i <= 11; i++) {
		recv_one(&q);
		assert_int_equal(queue_info(&q).cq_doorbells, i / 4);
	}
	recv_nothing(&q, -EAGAIN);
	assert_int_equal(queue_info(&q).cq_doorbells, 3);
	recv_nothing(&q, -EAGAIN);
	assert_int_equal(queue_info(&q).cq_doorbells, 3);
	queue_close(&q);
	free(jobs);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_send_starved_of_completions_is_answered(void **state)
{
	const struct wd_fake_config config = { .sq_depth = 16 };
	struct job *jobs = jobs_new(16);
	struct wd_queue q;

	(void)state;
	fake_start(&config);
	q = queue_open();
	send_jobs(&q, jobs, 15);
	wd_fake_step(0, 0);
	recv_one(&q);
	assert_int_equal(queue_info(&q).cq_doorbells, 0);
	assert_int_equal(wd_send(&q, &jobs[15].msg), -EBUSY);
	recv_one(&q);
	assert_int_equal(queue_info(&q).cq_doorbells, 1);
	assert_int_equal(wd_send(&q, &jobs[15].msg), 0);
	/* Once is enough: back to batches. */
	recv_one(&q);
	assert_int_equal(queue_info(&q).cq_doorbells, 1);
	queue_close(&q);
	free(jobs);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_send_burst_taken_in_part_is_answered(void **state)
{
	const struct wd_fake_config config = { .sq_depth = 16 };
	struct job *jobs = jobs_new(20);
	void *reqs[20];
	unsigned int i;
	struct wd_queue q;

	(void)state;
	fake_start(&config);
	q = queue_open();
	for (i = 0; i < 20; i++)
		reqs[i] = &jobs[i].msg;
	assert_int_equal(wd_send_burst(&q, reqs, 10), 10);
	wd_fake_step(0, 0);
	recv_one(&q);
	recv_one(&q);
	assert_int_equal(queue_info(&q).cq_doorbells, 0);
	assert_int_equal(wd_send_burst(&q, reqs + 10, 10), 5);
	/* The sender waits for room already. */
	recv_one(&q);
	assert_int_equal(queue_info(&q).cq_doorbells, 1);
	assert_int_equal(wd_send_burst(&q, reqs + 15, 5), 3);
	queue_close(&q);
	free(jobs);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_send_burst_malformed_in_the_middle_takes_those_before(void **state)
{
	const struct wd_fake_config config = { .sq_depth = 8 };
	struct job *jobs = jobs_new(8);
	void *reqs[8], *back[8];
	unsigned int bad, i, round;
	struct wd_queue q;

	(void)state;
	fake_start(&config);
	q = queue_open();
	for (i = 0; i < 7; i++)
		reqs[i] = &jobs[i].msg;
	/* Several laps, so that the bad one meets every slot. */
	for (round = 0; round < 40; round++) {
		bad = round % 7;
		jobs[bad].msg.format = 0;
		if (bad)
			assert_int_equal(wd_send_burst(&q, reqs, 7), bad);
		else
			assert_int_equal(wd_send_burst(&q, reqs, 7), -EINVAL);
		assert_int_equal(wd_send(&q, reqs[bad]), -EINVAL);
		assert_int_equal(wd_send_burst(&q, reqs + bad, 1), -EINVAL);
		assert_int_equal(queue_info(&q).in_flight, bad);
		assert_int_equal(wd_fake_step(0, 0), bad);
		assert_int_equal(wd_recv_burst(&q, back, 8), bad);
		recv_nothing(&q, -EAGAIN);
		jobs[bad].msg.format = WD_COMP_ZLIB;
	}
	assert_int_equal(wd_send_burst(&q, reqs, 7), 7);
	wd_fake_step(0, 0);
	assert_int_equal(wd_recv_burst(&q, back, 8), 7);
	queue_close(&q);
	free(jobs);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_recv_error_of_one_request_leaves_the_others(void **state)
{
	struct job *jobs = jobs_new(9);
	struct job *job;
	unsigned int i;
	struct wd_queue q;

	(void)state;
	fake_start(NULL);
	q = queue_open();
	jobs[4].msg.src_bytes = JOB_BYTES;
	jobs[4].msg.dst_bytes = 16;
	send_jobs(&q, jobs, 9);
	wd_fake_step(0, 0);
	for (i = 0; i < 9; i++) {
		job = recv_one(&q);
		assert_ptr_equal(job, &jobs[i]);
		if (i != 4) {
			job_check(job);
			continue;
		}
		assert_int_equal(job->msg.result, -ENOSPC);
		assert_int_equal(job->msg.status, HISI_ZIP_STATUS_NO_SPACE);
	}
	recv_nothing(&q, -EAGAIN);
	queue_close(&q);
	free(jobs);
	assert_int_equal(wd_fake_stop(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		queue_test(test_ring_laps_on_v1_all_depths_work),
		queue_test(test_ring_laps_on_v2_all_depths_work),
		queue_test(test_ring_laps_on_v3_all_depths_work),
		queue_test(test_ring_laps_on_v3_isolated_all_depths_work),
		queue_test(test_doorbell_on_v1_has_values_of_the_specification),
		queue_test(test_doorbell_since_v2_has_values_of_the_specification),
		queue_test(test_doorbell_with_mmio_is_one_store),
		queue_test(test_send_burst_any_size_rings_once),
		queue_test(test_burst_of_none_does_nothing),
		queue_test(test_send_full_queue_is_busy),
		queue_test(test_send_slot_of_older_request_in_flight_is_busy),
		queue_test(test_ring_completions_out_of_order_all_arrive),
		queue_test(test_recv_batch_gives_completions_back_by_the_quarter),
		queue_test(test_send_starved_of_completions_is_answered),
		queue_test(test_send_burst_taken_in_part_is_answered),
		queue_test(test_send_burst_malformed_in_the_middle_takes_those_before),
		queue_test(test_recv_error_of_one_request_leaves_the_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
