/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Request and release of queues: parameters, failures, shapes, information. */
#include <errno.h>
#include <poll.h>

#include "queue_support.h"

#define COUNT_OF(array)	(sizeof(array) / sizeof((array)[0]))

static void refuse(struct wd_queue q, int error)
{
	struct wd_queue_state *before = q.state;

	assert_int_equal(wd_request_queue(&q), error);
	assert_ptr_equal(q.state, before);
	assert_int_equal(wd_fake_open_queues(0), 0);
}

static void test_request_bad_parameter_is_einval(void **state)
{
	struct wd_queue q;
	unsigned int i;

	(void)state;
	fake_start(NULL);
	assert_int_equal(wd_request_queue(NULL), -EINVAL);
	q = queue_wanted();
	q.algorithm = NULL;
	refuse(q, -EINVAL);
	for (i = 0; i < 32; i++) {
		q = queue_wanted();
		q.flags = 1u << i;
		refuse(q, -EINVAL);
	}
	for (i = 0; i < COUNT_OF(q.reserved); i++) {
		q = queue_wanted();
		q.reserved[i] = 1ULL << 63;
		refuse(q, -EINVAL);
	}
	q = queue_wanted();
	q.state = (struct wd_queue_state *)&q;
	refuse(q, -EINVAL);
	q = queue_wanted();
	q.op_type = 2;
	refuse(q, -EINVAL);
	q.op_type = UINT32_MAX;
	refuse(q, -EINVAL);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_request_twice_is_einval_and_keeps_the_queue(void **state)
{
	struct job *jobs = jobs_new(1);
	struct wd_queue q;

	(void)state;
	fake_start(NULL);
	q = queue_open();
	assert_int_equal(wd_request_queue(&q), -EINVAL);
	send_jobs(&q, jobs, 1);
	wd_fake_step(0, 0);
	job_check(recv_one(&q));
	queue_close(&q);
	/* Released is as never requested. */
	assert_int_equal(wd_request_queue(&q), 0);
	queue_close(&q);
	free(jobs);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_release_of_nothing_does_nothing(void **state)
{
	struct wd_queue q = queue_wanted();

	(void)state;
	fake_start(NULL);
	wd_release_queue(NULL);
	wd_release_queue(&q);
	q = queue_open();
	queue_close(&q);
	queue_close(&q);
	assert_int_equal(wd_fake_calls(WD_FAKE_OP_CLOSE), 1);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_calls_on_a_queue_never_requested_are_einval(void **state)
{
	struct wd_queue q = queue_wanted(), real;
	struct job *job = jobs_new(1);
	struct wd_queue_info info;
	void *req = &job->msg;

	(void)state;
	fake_start(NULL);
	real = queue_open();
	assert_int_equal(wd_send(&q, req), -EINVAL);
	assert_int_equal(wd_send_burst(&q, &req, 1), -EINVAL);
	assert_int_equal(wd_recv(&q, &req), -EINVAL);
	assert_int_equal(wd_recv_burst(&q, &req, 1), -EINVAL);
	assert_int_equal(wd_recv_sync(&q, &req), -EINVAL);
	assert_int_equal(wd_recv_timed(&q, &req, 5), -EINVAL);
	wd_flush(&q);
	assert_int_equal(wd_queue_fd(&q), -EINVAL);
	assert_int_equal(wd_queue_arm(&q), -EINVAL);
	assert_int_equal(wd_queue_get_info(&q, &info), -EINVAL);
	assert_int_equal(wd_queue_get_info(&real, NULL), -EINVAL);
	assert_null(wd_reserve_memory(&q, 4096));
	assert_null(wd_reserve_memory(NULL, 4096));
	assert_int_equal(wd_share_reserved_memory(&q, &real), -EINVAL);
	assert_int_equal(wd_share_reserved_memory(&real, &q), -EINVAL);
	assert_int_equal(wd_share_reserved_memory(NULL, &real), -EINVAL);
	assert_int_equal(wd_share_reserved_memory(&real, NULL), -EINVAL);
	assert_false(wd_memory_reachable(&q, job, 1));
	assert_int_equal(wd_reclaim(&q, &req, 1), 0);
	assert_ptr_equal(req, &job->msg);
	queue_close(&real);
	free(job);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_request_operation_fails_gives_its_error_and_leaks_nothing(void **state)
{
	static const struct {
		enum wd_fake_op op;
		int err, expected;
	} cases[] = {
		{ WD_FAKE_OP_ENUMERATE, -ENOMEM, -ENOMEM },
		{ WD_FAKE_OP_OPEN, -EBUSY, -EBUSY },
		{ WD_FAKE_OP_OPEN, -EACCES, -EACCES },
		{ WD_FAKE_OP_OPEN, -EPERM, -EPERM },
		{ WD_FAKE_OP_OPEN, -ENODEV, -ENODEV },
		{ WD_FAKE_OP_OPEN, -EMFILE, -EMFILE },
		{ WD_FAKE_OP_MAP_DUS, -ENOMEM, -ENOMEM },
		{ WD_FAKE_OP_SET_QP_CTX, -EIO, -EIO },
		{ WD_FAKE_OP_SET_QP_INFO, -EIO, -EIO },
		{ WD_FAKE_OP_MAP_MMIO, -EAGAIN, -EAGAIN },
		{ WD_FAKE_OP_START, -EIO, -EIO },
		{ WD_FAKE_OP_START, -ENODEV, -ENODEV },
	};
	struct wd_fake_config config = { .mmio = true };
	unsigned int i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct wd_queue q = queue_wanted();

		fake_start(&config);
		wd_fake_fail(cases[i].op, 1, cases[i].err);
		assert_int_equal(wd_request_queue(&q), cases[i].expected);
		assert_null(q.state);
		assert_int_equal(wd_fake_open_queues(0), 0);
		/* What failed before does not stay. */
		assert_int_equal(wd_request_queue(&q), 0);
		queue_close(&q);
		assert_int_equal(wd_fake_calls(WD_FAKE_OP_CLOSE),
				 wd_fake_calls(WD_FAKE_OP_OPEN) -
				 (cases[i].op == WD_FAKE_OP_OPEN));
		assert_int_equal(wd_fake_stop(), 0);
	}
}

static void test_release_put_fails_still_closes(void **state)
{
	struct wd_queue q;

	(void)state;
	fake_start(NULL);
	q = queue_open();
	wd_fake_fail(WD_FAKE_OP_PUT_Q, 1, -EIO);
	queue_close(&q);
	assert_int_equal(wd_fake_calls(WD_FAKE_OP_PUT_Q), 1);
	assert_int_equal(wd_fake_stop(), 0);
}

/* Drivers that are older than the call have 1024 entries. */
static void test_request_shape_not_told_is_1024(void **state)
{
	static const int errors[] = { -EINVAL, -ENOTTY };
	struct job *jobs = jobs_new(1);
	unsigned int i;
	struct wd_queue q;

	(void)state;
	for (i = 0; i < COUNT_OF(errors); i++) {
		fake_start(NULL);
		wd_fake_fail(WD_FAKE_OP_SET_QP_INFO, 1, errors[i]);
		q = queue_open();
		assert_int_equal(queue_info(&q).depth, 1024);
		send_jobs(&q, jobs, 1);
		wd_fake_step(0, 0);
		job_check(recv_one(&q));
		queue_close(&q);
		assert_int_equal(wd_fake_stop(), 0);
	}
	free(jobs);
}

static void test_request_shape_that_cannot_be_is_enotsup(void **state)
{
	static const struct hisi_qp_info shapes[] = {
		{ 128, 0, 0, 0 }, { 128, 1, 1, 0 }, { 128, 8, 7, 0 },
		{ 128, 4097, 4097, 0 }, { 128, 65535, 65535, 0 },
		{ 128, 8, 4097, 0 }, { 64, 8, 8, 0 }, { 0, 8, 8, 0 },
		{ 129, 8, 8, 0 }, { UINT32_MAX, 8, 8, 0 }, { 128, 64, 64, 0 },
	};
	struct wd_queue q;
	struct hand hand;
	unsigned int i;

	(void)state;
	for (i = 0; i < COUNT_OF(shapes); i++) {
		hand_init(&hand, "hisi_qm_v3", 0, 8, 8);
		hand.shape = shapes[i];
		q = queue_wanted();
		log_start();
		assert_int_equal(wd_request_queue(&q), -ENOTSUP);
		assert_null(q.state);
		assert_int_equal(log_book.lines[WD_LOG_ERROR], 1);
		hand_stop(&hand);
	}
}

static void test_request_regions_too_small_or_odd_are_enotsup(void **state)
{
	size_t rings = 8 * (128 + 16);
	static const size_t mmio[] = { 0, 8, 0x340, 0x1000, 0x1007 };
	struct wd_queue q;
	struct hand hand;
	unsigned int i;

	(void)state;
	for (i = 0; i < COUNT_OF(mmio); i++) {
		hand_init(&hand, "hisi_qm_v2", 0, 8, 8);
		hand.info.region_mmio_bytes = mmio[i];
		q = queue_wanted();
		assert_int_equal(wd_request_queue(&q), -ENOTSUP);
		hand_stop(&hand);
	}
	hand_init(&hand, "hisi_qm_v2", 0, 8, 8);
	hand.info.region_mmio_bytes = 0x1008;
	q = queue_wanted();
	assert_int_equal(wd_request_queue(&q), 0);
	queue_close(&q);
	hand.info.region_dus_bytes = rings + 7;
	assert_int_equal(wd_request_queue(&q), -ENOTSUP);
	hand.info.region_dus_bytes = 5;
	assert_int_equal(wd_request_queue(&q), -ENOTSUP);
	/* The flags are words at the end, so they would be askew. */
	hand.info.region_dus_bytes = rings + 4096 + 2;
	assert_int_equal(wd_request_queue(&q), -ENOTSUP);
	hand.info.region_dus_bytes = rings + 8;
	assert_int_equal(wd_request_queue(&q), 0);
	queue_close(&q);
	hand_stop(&hand);
	hand_init(&hand, "hisi_qm_v1", 0, 8, 8);
	hand.info.region_mmio_bytes = 0x347;
	assert_int_equal(wd_request_queue(&q), -ENOTSUP);
	hand.info.region_mmio_bytes = 0x348;
	assert_int_equal(wd_request_queue(&q), 0);
	queue_close(&q);
	hand_stop(&hand);
}

static void test_request_queue_number_beyond_the_doorbell_is_enotsup(void **state)
{
	struct wd_queue q = queue_wanted();
	struct hand hand;

	(void)state;
	/* Bit 12 of it would be the doorbell's command. */
	hand_init(&hand, "hisi_qm_v3", 0x1000, 8, 8);
	assert_int_equal(wd_request_queue(&q), -ENOTSUP);
	hand_stop(&hand);
	hand_init(&hand, "hisi_qm_v1", 0x1000, 8, 8);
	assert_int_equal(wd_request_queue(&q), 0);
	queue_close(&q);
	hand_stop(&hand);
}

static void test_request_interface_not_known_is_enotsup(void **state)
{
	static const char *const apis[] = {
		"", "hisi_qm_v", "hisi_qm_v0", "hisi_qm_vx", "hisi_qm_v-3",
		"hisi_qm_v 3", "hisi_qm_v+3", "hisi_sec_v3", "hisi_qm",
		"xhisi_qm_v3",
	};
	struct wd_queue q = queue_wanted();
	struct hand hand;
	unsigned int i;

	(void)state;
	for (i = 0; i < COUNT_OF(apis); i++) {
		hand_init(&hand, apis[i], 0, 8, 8);
		assert_int_equal(wd_request_queue(&q), -ENOTSUP);
		hand_stop(&hand);
	}
}

static void test_request_interface_version_decides_the_doorbell(void **state)
{
	static const struct {
		const char *api;
		uint32_t doorbell;
		bool is_type_3;
	} cases[] = {
		{ "hisi_qm_v1", HISI_QM_DOORBELL_V1, false },
		{ "hisi_qm_v1_noiommu", HISI_QM_DOORBELL_V1, false },
		{ "hisi_qm_v2", HISI_QM_DOORBELL_SQ_CQ, false },
		{ "hisi_qm_v2_noiommu", HISI_QM_DOORBELL_SQ_CQ, false },
		{ "hisi_qm_v3", HISI_QM_DOORBELL_SQ_CQ, true },
		{ "hisi_qm_v3_noiommu", HISI_QM_DOORBELL_SQ_CQ, true },
		{ "hisi_qm_v5", HISI_QM_DOORBELL_SQ_CQ, true },
		{ "hisi_qm_v12", HISI_QM_DOORBELL_SQ_CQ, true },
	};
	struct job *jobs = jobs_new(1);
	struct hisi_zip_sqe *sqe;
	struct hand hand;
	struct wd_queue q;
	unsigned int i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		hand_init(&hand, cases[i].api, 7, 8, 8);
		q = queue_open();
		send_jobs(&q, jobs, 1);
		assert_int_equal(hand_doorbell(&hand, cases[i].doorbell),
				 0x0000000100000007);
		sqe = hand_sqe(&hand, 0);
		assert_int_equal(sqe->dw7 >> HISI_ZIP_DW7_TYPE_SHIFT,
				 cases[i].is_type_3 ? 3 : 0);
		assert_int_equal(sqe->dw13, cases[i].is_type_3 ? 0 :
				 (uint32_t)(uintptr_t)jobs);
		hand_complete(&hand, 0);
		assert_ptr_equal(recv_one(&q), jobs);
		queue_close(&q);
		hand_stop(&hand);
	}
	free(jobs);
}

static void test_request_op_type_and_algorithm_reach_the_device(void **state)
{
	static const char *const algorithms[] = { "deflate", "zlib", "gzip" };
	struct job *job = jobs_new(1);
	struct wd_queue q, inflate;
	uint8_t text[JOB_BYTES + 16];
	unsigned int i;

	(void)state;
	fake_start(NULL);
	for (i = 0; i < COUNT_OF(algorithms); i++) {
		q = queue_wanted();
		q.algorithm = algorithms[i];
		inflate = q;
		inflate.op_type = WD_COMP_DECOMPRESS;
		assert_int_equal(wd_request_queue(&q), 0);
		assert_int_equal(wd_request_queue(&inflate), 0);
		job_init(job, 150);
		job->msg.format = WD_COMP_DEFLATE + i;
		send_jobs(&q, job, 1);
		wd_fake_step(0, 0);
		recv_one(&q);
		assert_int_equal(job->msg.result, 0);
		job->msg.src = job->dst;
		job->msg.src_bytes = job->msg.produced;
		job->msg.dst = text;
		job->msg.dst_bytes = sizeof(text);
		send_jobs(&inflate, job, 1);
		wd_fake_step(0, 0);
		recv_one(&inflate);
		assert_int_equal(job->msg.result, 0);
		assert_int_equal(job->msg.produced, 4 + 150);
		assert_memory_equal(text, job->src, 4 + 150);
		queue_close(&q);
		queue_close(&inflate);
	}
	free(job);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_get_info_tells_the_device_and_the_counters(void **state)
{
	const struct wd_fake_config config = { .queues = 3, .sq_depth = 64 };
	struct job *jobs = jobs_new(3);
	struct wd_queue_info info;
	struct wd_queue q;
	unsigned int i;

	(void)state;
	fake_start(&config);
	q = queue_open();
	memset(&info, 0xff, sizeof(info));
	send_jobs(&q, jobs, 3);
	assert_int_equal(wd_queue_get_info(&q, &info), 0);
	assert_string_equal(info.device.name, "hisi_zip-0");
	assert_string_equal(info.device.driver, "hisi_zip");
	assert_string_equal(info.device.api, "hisi_qm_v3");
	assert_int_equal(info.device.available_instances, 3);
	assert_int_equal(info.depth, 64);
	assert_int_equal(info.queue_num, 0);
	assert_int_equal(info.in_flight, 3);
	assert_int_equal(info.sq_doorbells, 3);
	assert_int_equal(info.cq_doorbells, 0);
	assert_int_equal(info.pad, 0);
	for (i = 0; i < COUNT_OF(info.reserved); i++)
		assert_int_equal(info.reserved[i], 0);
	queue_close(&q);
	free(jobs);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_request_all_queues_taken_is_busy(void **state)
{
	const struct wd_fake_config config = { .queues = 2 };
	struct wd_queue a, b, c = queue_wanted();

	(void)state;
	fake_start(&config);
	a = queue_open();
	b = queue_open();
	assert_int_equal(wd_request_queue(&c), -EBUSY);
	queue_close(&a);
	assert_int_equal(wd_request_queue(&c), 0);
	assert_int_equal(queue_info(&c).queue_num, 0);
	queue_close(&b);
	queue_close(&c);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_queue_fd_fails_gives_its_error(void **state)
{
	struct wd_queue q;
	int fd;

	(void)state;
	fake_start(NULL);
	q = queue_open();
	fd = wd_queue_fd(&q);
	assert_true(fd >= 0);
	assert_int_equal(wd_queue_fd(&q), fd);
	wd_fake_fail(WD_FAKE_OP_FD, 1, -EMFILE);
	assert_int_equal(wd_queue_fd(&q), -EMFILE);
	queue_close(&q);
	assert_int_equal(wd_fake_stop(), 0);
}

/* A backend need not have everything. */
static void test_backend_without_fd_is_enotsup(void **state)
{
	struct hand hand;
	struct wd_queue q;

	(void)state;
	hand_init(&hand, "hisi_qm_v3", 0, 8, 8);
	q = queue_open();
	assert_int_equal(wd_queue_fd(&q), -ENOTSUP);
	assert_int_equal(hand.puts, 0);
	queue_close(&q);
	assert_int_equal(hand.puts, 1);
	q.device = "hisi_zip-0";
	/* Nor has it a lookup. */
	assert_int_equal(wd_request_queue(&q), -ENODEV);
	hand_stop(&hand);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		queue_test(test_request_bad_parameter_is_einval),
		queue_test(test_request_twice_is_einval_and_keeps_the_queue),
		queue_test(test_release_of_nothing_does_nothing),
		queue_test(test_calls_on_a_queue_never_requested_are_einval),
		queue_test(test_request_operation_fails_gives_its_error_and_leaks_nothing),
		queue_test(test_release_put_fails_still_closes),
		queue_test(test_request_shape_not_told_is_1024),
		queue_test(test_request_shape_that_cannot_be_is_enotsup),
		queue_test(test_request_regions_too_small_or_odd_are_enotsup),
		queue_test(test_request_queue_number_beyond_the_doorbell_is_enotsup),
		queue_test(test_request_interface_not_known_is_enotsup),
		queue_test(test_request_interface_version_decides_the_doorbell),
		queue_test(test_request_op_type_and_algorithm_reach_the_device),
		queue_test(test_get_info_tells_the_device_and_the_counters),
		queue_test(test_request_all_queues_taken_is_busy),
		queue_test(test_queue_fd_fails_gives_its_error),
		queue_test(test_backend_without_fd_is_enotsup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
