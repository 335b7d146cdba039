/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The life of a session: parameters, opening, the end, fork. */
#include "session_async_support.h"

#define N	8

/* --- parameters --- */

static void test_params_init_sets_defaults(void **state)
{
	struct wd_comp_params params, zero;

	(void)state;
	memset(&params, 0xff, sizeof(params));
	memset(&zero, 0, sizeof(zero));
	wd_comp_params_init(&params, WD_COMP_DECOMPRESS, WD_COMP_ZLIB);
	assert_int_equal(params.direction, WD_COMP_DECOMPRESS);
	assert_int_equal(params.format, WD_COMP_ZLIB);
	assert_int_equal(params.window, WD_COMP_WINDOW_32K);
	assert_int_equal(params.queues, 1);
	assert_int_equal(params.numa_node, WD_NUMA_ANY);
	zero.direction = WD_COMP_DECOMPRESS;
	zero.format = WD_COMP_ZLIB;
	zero.window = WD_COMP_WINDOW_32K;
	zero.queues = 1;
	zero.numa_node = WD_NUMA_ANY;
	assert_memory_equal(&params, &zero, sizeof(zero));
}

static int try_alloc(const struct wd_comp_params *params)
{
	struct wd_comp_session *const untouched = (void *)(uintptr_t)0x55;
	struct wd_comp_session *s = untouched;
	int ret;

	ret = wd_comp_session_alloc(params, &s);
	if (ret)
		assert_ptr_equal(s, untouched);
	else
		wd_comp_session_free(s);
	return ret;
}

#define refused(field, value)						\
	do {								\
		struct wd_comp_params p = fake_params(WD_COMP_COMPRESS,	\
						      WD_COMP_GZIP);	\
		p.field = (value);					\
		check(try_alloc(&p) == -EINVAL, "%s %s", #field, #value); \
	} while (0)

#define accepted(field, value)						\
	do {								\
		struct wd_comp_params p = fake_params(WD_COMP_COMPRESS,	\
						      WD_COMP_GZIP);	\
		p.field = (value);					\
		check(try_alloc(&p) == 0, "%s %s", #field, #value);	\
	} while (0)

static void test_alloc_invalid_field_gives_einval(void **state)
{
	(void)state;
	fake_start(NULL);
	refused(direction, 2);
	refused(direction, UINT32_MAX);
	refused(format, 0);
	refused(format, 4);
	refused(format, UINT32_MAX);
	refused(level, 10);
	refused(level, UINT32_MAX);
	refused(window, 5);
	refused(window, UINT32_MAX);
	refused(queues, 0);
	refused(queues, 65);
	refused(queues, UINT32_MAX);
	refused(max_in_flight, 1025);
	refused(max_in_flight, UINT32_MAX);
	refused(segment_bytes, WD_COMP_MSG_MAX_BYTES + 1);
	refused(segment_bytes, UINT32_MAX);
	refused(numa_node, -2);
	refused(numa_node, INT32_MIN);
	refused(pad, 1);
	refused(reserved[0], 1);
	refused(reserved[1], UINT64_MAX);
	refused(reserved[2], 1);
	refused(reserved[3], 1ull << 63);
	/* None of them got as far as a device. */
	assert_int_equal(wd_fake_calls(WD_FAKE_OP_OPEN), 0);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_alloc_segments_of_decompression_gives_einval(void **state)
{
	struct wd_comp_params params = fake_params(WD_COMP_DECOMPRESS,
						   WD_COMP_GZIP);

	(void)state;
	fake_start(NULL);
	params.segment_bytes = 1;
	assert_int_equal(try_alloc(&params), -EINVAL);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_alloc_limits_are_accepted(void **state)
{
	static const struct wd_fake_config config = { .queues = 64 };
	struct wd_comp_params params = fake_params(WD_COMP_COMPRESS,
						   WD_COMP_GZIP);

	(void)state;
	fake_start(&config);
	accepted(level, 9);
	accepted(window, WD_COMP_WINDOW_4K);
	accepted(max_in_flight, 1);
	accepted(max_in_flight, 1024);
	accepted(segment_bytes, WD_COMP_MSG_MAX_BYTES);
	accepted(numa_node, 0);
	accepted(numa_node, 77);
	accepted(queues, 64);
	accepted(device, "auto");
	accepted(device, "hisi_zip-0");
	params.queues = 64;
	params.max_in_flight = 64 * 1024;
	assert_int_equal(try_alloc(&params), 0);
	params.max_in_flight++;
	assert_int_equal(try_alloc(&params), -EINVAL);
	assert_int_equal(wd_fake_stop(), 0);
}

/*
 * So many contexts are found one by one, but not by looking at all of them.
 * That would be some 64 times the work of as many in 64 sessions.
 */
static void test_alloc_of_most_contexts_takes_linear_time(void **state)
{
	static const struct wd_fake_config config = { .queues = 64 };
	struct wd_comp_params params = fake_params(WD_COMP_COMPRESS,
						   WD_COMP_GZIP);
	uint64_t begin, small;
	unsigned int i;

	(void)state;
	fake_start(&config);
	params.max_in_flight = 1024;
	params.segment_bytes = 4096;
	begin = thread_us();
	for (i = 0; i < 64; i++)
		assert_int_equal(try_alloc(&params), 0);
	small = thread_us() - begin;
	params.queues = 64;
	params.max_in_flight = 64 * 1024;
	begin = thread_us();
	assert_int_equal(try_alloc(&params), 0);
	assert_in_range(thread_us() - begin, 0, 8 * small);
	assert_int_equal(wd_fake_stop(), 0);
}

/* --- what the device side says --- */

static void test_alloc_reports_what_request_queue_says(void **state)
{
	static const struct wd_fake_config old = {
		.revision = HISI_QM_REV_V2, .queues = 2,
	};
	struct wd_comp_params params = fake_params(WD_COMP_COMPRESS,
						   WD_COMP_GZIP);

	(void)state;
	fake_start(&old);
	params.device = "nothing";
	assert_int_equal(try_alloc(&params), -ENODEV);
	params.device = "";
	assert_int_equal(try_alloc(&params), -ENODEV);
	params.device = NULL;
	params.queues = 3;
	assert_int_equal(try_alloc(&params), -EBUSY);
	params.queues = 1;
	wd_fake_fail(WD_FAKE_OP_OPEN, 1, -EACCES);
	assert_int_equal(try_alloc(&params), -EACCES);
	params.format = WD_COMP_DEFLATE;
	assert_int_equal(try_alloc(&params), -ENODEV);
	params.format = WD_COMP_GZIP;
	wd_fake_remove(0);
	assert_int_equal(try_alloc(&params), -ENODEV);
	assert_int_equal(wd_fake_stop(), 0);
}

/* Every operation fails once at each of its calls. */
static void check_failing(enum wd_mode mode, enum wd_fake_op op)
{
	const struct wd_fake_config config = { .mode = mode, .auto_step = true };
	struct wd_comp_params params = fake_params(WD_COMP_COMPRESS,
						   WD_COMP_GZIP);
	unsigned int nth, calls = 1;
	struct wd_comp_session *s;
	int ret;

	params.queues = 3;
	params.segment_bytes = 4096;
	params.max_in_flight = 4;
	for (nth = 1; nth <= calls; nth++) {
		fake_start(&config);
		wd_fake_fail(op, nth, -ECHILD);
		ret = wd_comp_session_alloc(&params, &s);
		calls = wd_fake_calls(op);
		if (nth > calls) {
			assert_int_equal(ret, 0);
		} else if (ret) {
			/* Its own, or that there is no memory for the device. */
			check(ret == -ECHILD || ret == -ENOMEM ||
			      ret == -ENODEV, "operation %d: %d", op, ret);
			assert_int_equal(wd_fake_open_queues(0), 0);
		}
		if (!ret) {
			assert_int_equal(oneshot(s, WD_COMP_COMPRESS,
						 WD_COMP_GZIP, 3000), 0);
			wd_comp_session_free(s);
		}
		assert_int_equal(wd_fake_stop(), 0);
	}
}

static void test_alloc_failing_operation_leaks_nothing(void **state)
{
	static const enum wd_fake_op ops[] = {
		WD_FAKE_OP_ENUMERATE, WD_FAKE_OP_OPEN, WD_FAKE_OP_START,
		WD_FAKE_OP_MAP_DUS, WD_FAKE_OP_MAP_SS, WD_FAKE_OP_SHARE_SVAS,
		WD_FAKE_OP_GET_SS_DMA, WD_FAKE_OP_SET_QP_CTX,
		WD_FAKE_OP_SET_QP_INFO, WD_FAKE_OP_FD, WD_FAKE_OP_PUT_Q,
		WD_FAKE_OP_LOOKUP,
	};
	unsigned int mode, i;

	(void)state;
	for (mode = 0; mode <= WD_MODE_NOIOMMU; mode++)
		for (i = 0; i < COUNT_OF(ops); i++)
			check_failing(mode, ops[i]);
}

static void test_alloc_failing_operation_is_reported(void **state)
{
	static const enum wd_fake_op ops[] = {
		WD_FAKE_OP_ENUMERATE, WD_FAKE_OP_OPEN, WD_FAKE_OP_START,
		WD_FAKE_OP_MAP_DUS, WD_FAKE_OP_SET_QP_CTX,
		WD_FAKE_OP_SET_QP_INFO,
	};
	struct wd_comp_params params = fake_params(WD_COMP_COMPRESS,
						   WD_COMP_GZIP);
	unsigned int i;

	(void)state;
	for (i = 0; i < COUNT_OF(ops); i++) {
		fake_start(NULL);
		wd_fake_fail(ops[i], 1, -EUCLEAN);
		assert_int_equal(try_alloc(&params), -EUCLEAN);
		assert_int_equal(wd_fake_stop(), 0);
	}
}

/* --- what it is --- */

static void test_get_info_describes_the_first_queue(void **state)
{
	static const struct wd_fake_config config = {
		.devices = 2, .sq_depth = 32, .mode = WD_MODE_DMA,
	};
	struct wd_comp_params params = fake_params(WD_COMP_COMPRESS,
						   WD_COMP_GZIP);
	struct wd_comp_session *s;
	struct wd_queue_info info;
	struct ask *asks = asks_new(3, WD_COMP_COMPRESS, WD_COMP_GZIP, 100);

	(void)state;
	fake_start(&config);
	params.device = "hisi_zip-1";
	params.queues = 2;
	s = session_new(&params);
	assert_int_equal(asks_submit(s, asks, 3), 3);
	assert_int_equal(wd_comp_session_get_info(s, &info), 0);
	assert_string_equal(info.device.name, "hisi_zip-1");
	assert_int_equal(info.device.mode, WD_MODE_DMA);
	assert_int_equal(info.queue_num, 0);
	assert_int_equal(info.depth, 32);
	assert_int_equal(info.in_flight, 3);
	assert_int_equal(info.sq_doorbells, 1);
	assert_int_equal(wd_comp_session_get_info(s, NULL), -EINVAL);
	drain(s, 2);
	/* Lost and not replaced: the next one stands in for it. */
	wd_fake_kill_queue(1, 0);
	wd_fake_fail(WD_FAKE_OP_START, 1, -EIO);
	ask_again(&asks[0]);
	ask_again(&asks[1]);
	assert_int_equal(asks_submit(s, asks, 1), 1);
	assert_int_equal(asks_submit(s, asks + 1, 1), 1);
	assert_int_equal(wd_comp_session_get_info(s, &info), 0);
	assert_int_equal(info.queue_num, 1);
	drain(s, 2);
	asks_free(asks, 3);
	session_end(s);
}

static void test_nearest_device_is_taken(void **state)
{
	static const unsigned int distances[] = { 30, 10, 20 };
	static const int nodes[] = { 3, 1, 2 };
	static const struct wd_fake_config config = {
		.devices = 3, .numa_distance = distances, .numa_node = nodes,
	};
	struct wd_comp_params params = fake_params(WD_COMP_COMPRESS,
						   WD_COMP_GZIP);

	(void)state;
	fake_start(&config);
	params.queues = 8;
	for (int node = WD_NUMA_ANY; node < 4; node++) {
		static const unsigned int want[] = { 1, 1, 1, 2, 0 };
		struct wd_comp_session *s;

		params.numa_node = node;
		s = session_new(&params);
		assert_int_equal(wd_fake_open_queues(want[node + 1]), 8);
		wd_comp_session_free(s);
	}
	assert_int_equal(wd_fake_stop(), 0);
}

/* --- the end --- */

static void test_free_null_and_idle(void **state)
{
	struct wd_comp_session *s;

	(void)state;
	wd_comp_session_free(NULL);
	for (unsigned int mode = 0; mode <= WD_MODE_NOIOMMU; mode++) {
		s = world(1, 3, mode);
		assert_int_equal(wd_fake_open_queues(0), 3);
		wd_comp_session_free(s);
		assert_int_equal(wd_fake_open_queues(0), 0);
		assert_int_equal(wd_fake_stop(), 0);
	}
}

/* In the end the memory is gone: whoever writes there later is found out. */
static void free_buffers(struct wd_comp_req *req)
{
	struct ask *ask = req->user;

	ask->answers++;
	memset(req->dst, 0xee, req->dst_bytes);
	free(req->dst);
	free(ask->plain);
	free(ask->packed);
	req->dst = NULL;
}

static void check_free_in_flight(enum wd_mode mode, uint32_t direction,
				 unsigned int done, unsigned int polled)
{
	const struct wd_fake_config config = { .mode = mode };
	struct wd_comp_params params = fake_params(direction, WD_COMP_GZIP);
	struct ask *asks = asks_new(N, direction, WD_COMP_GZIP, 700);
	struct wd_comp_session *s;
	unsigned int i, canceled = 0;

	params.queues = 2;
	fake_start(&config);
	s = session_new(&params);
	for (i = 0; i < N; i++)
		asks[i].req.done = free_buffers;
	assert_int_equal(asks_submit(s, asks, N / 2), N / 2);
	assert_int_equal(asks_submit(s, asks + N / 2, N / 2), N / 2);
	if (done)
		assert_int_equal(wd_fake_step(0, done), done);
	if (polled)
		wd_comp_poll(s, polled);
	wd_comp_session_free(s);
	wd_fake_step(0, 0);
	for (i = 0; i < N; i++) {
		check(asks[i].answers == 1, "%u answers", asks[i].answers);
		if (asks[i].req.result) {
			assert_int_equal(asks[i].req.result, -ECANCELED);
			assert_int_equal(asks[i].req.consumed, 0);
			assert_int_equal(asks[i].req.produced, 0);
			canceled++;
		}
	}
	/* What was answered has its result. */
	assert_int_equal(canceled, N - done);
	free(asks);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_free_in_flight_cancels_each_once(void **state)
{
	unsigned int mode, done, polled;

	(void)state;
	for (mode = 0; mode <= WD_MODE_NOIOMMU; mode++)
		for (done = 0; done <= N; done += 2)
			for (polled = 0; polled <= done; polled += 3) {
				check_free_in_flight(mode, WD_COMP_COMPRESS,
						     done, polled);
				check_free_in_flight(mode, WD_COMP_DECOMPRESS,
						     done, polled);
			}
}

static void test_free_after_death_cancels_each_once(void **state)
{
	struct wd_comp_session *s;
	struct ask *asks;
	unsigned int mode, i;

	(void)state;
	for (mode = 0; mode <= WD_MODE_NOIOMMU; mode++) {
		s = world(2, 2, mode);
		asks = asks_new(N, WD_COMP_COMPRESS, WD_COMP_GZIP, 500);
		assert_int_equal(asks_submit(s, asks, N), N);
		wd_fake_step(0, 2);
		wd_fake_remove(0);
		wd_comp_session_free(s);
		for (i = 0; i < N; i++)
			check(asks[i].answers == 1, "%u answers",
			      asks[i].answers);
		ask_ended(&asks[N - 1], -ECANCELED);
		asks_free(asks, N);
		assert_int_equal(wd_fake_stop(), 0);
	}
}

static struct wd_comp_session *ending;
static int late_result;

static void submit_late(struct wd_comp_req *req)
{
	ask_done(req);
	late_result = wd_comp_submit(ending, &req, 1);
}

static void test_submit_from_callback_of_free_is_refused(void **state)
{
	struct ask *asks = asks_new(2, WD_COMP_COMPRESS, WD_COMP_GZIP, 90);

	(void)state;
	ending = world(1, 1, WD_MODE_SVA);
	asks[0].req.done = submit_late;
	asks[1].req.done = submit_late;
	assert_int_equal(asks_submit(ending, asks, 2), 2);
	late_result = 0;
	session_end(ending);
	assert_int_equal(late_result, -ECANCELED);
	ask_ended(&asks[0], -ECANCELED);
	ask_ended(&asks[1], -ECANCELED);
	asks_free(asks, 2);
}

/* Memory of the session may be looked at until the last callback is over. */
static void read_own_memory(struct wd_comp_req *req)
{
	ask_done(req);
	assert_int_equal(*(const uint8_t *)req->src, 'q');
}

static void test_own_memory_is_there_in_callbacks_of_free(void **state)
{
	struct wd_comp_session *s;
	struct ask *ask;
	unsigned int mode;

	(void)state;
	for (mode = 0; mode <= WD_MODE_NOIOMMU; mode++) {
		s = world(1, 2, mode);
		ask = asks_new(1, WD_COMP_COMPRESS, WD_COMP_GZIP, 90);
		ask->req.src = memset(wd_comp_memory_alloc(s, 90), 'q', 90);
		ask->req.done = read_own_memory;
		assert_int_equal(asks_submit(s, ask, 1), 1);
		wd_comp_session_free(s);
		ask_ended(ask, -ECANCELED);
		asks_free(ask, 1);
		assert_int_equal(wd_fake_stop(), 0);
	}
}

static void test_free_on_the_built_in_device_in_flight(void **state)
{
	struct wd_comp_params params = fake_params(WD_COMP_COMPRESS,
						   WD_COMP_GZIP);
	struct wd_comp_session *s;
	struct ask *asks;
	unsigned int lap, i;

	(void)state;
	params.device = WD_DEVICE_EMU;
	params.queues = 2;
	for (lap = 0; lap < 20; lap++) {
		asks = asks_new(N, WD_COMP_COMPRESS, WD_COMP_GZIP, 60000);
		for (i = 0; i < N; i++)
			asks[i].req.done = free_buffers;
		s = session_new(&params);
		assert_int_equal(asks_submit(s, asks, N / 2), N / 2);
		assert_int_equal(asks_submit(s, asks + N / 2, N / 2), N / 2);
		if (lap % 2)
			wd_comp_wait(s, 1000);
		wd_comp_session_free(s);
		for (i = 0; i < N; i++) {
			assert_int_equal(asks[i].answers, 1);
			assert_true(!asks[i].req.result ||
				    asks[i].req.result == -ECANCELED);
		}
		free(asks);
	}
}

/* --- fork --- */

static void child_uses(struct wd_comp_session *s, struct ask *asks,
		       bool frees)
{
	struct wd_comp_req *req = &asks[0].req;
	unsigned int in_flight = wd_comp_in_flight(s);
	unsigned int answers = asks[1].answers;
	uint8_t out[64];
	size_t bytes = sizeof(out);
	struct wd_comp_io io = {
		.src = "abc", .src_bytes = 3, .dst = out, .dst_bytes = 64,
	};
	struct wd_queue_info info;

	CHILD_CHECK(wd_comp_submit(s, &req, 1) == -EPERM);
	CHILD_CHECK(wd_comp_submit(s, &req, 0) == -EPERM);
	CHILD_CHECK(wd_comp_poll(s, 0) == -EPERM);
	CHILD_CHECK(wd_comp_poll(s, 5) == -EPERM);
	CHILD_CHECK(wd_comp_wait(s, 0) == -EPERM);
	CHILD_CHECK(wd_comp_wait(s, WD_TIMEOUT_INFINITE) == -EPERM);
	CHILD_CHECK(wd_comp_oneshot(s, "abc", 3, out, &bytes, NULL) == -EPERM);
	CHILD_CHECK(bytes == sizeof(out));
	CHILD_CHECK(wd_comp_stream(s, &io, WD_COMP_FINISH) == -EPERM);
	CHILD_CHECK(io.src_bytes == 3 && io.dst_bytes == 64);
	CHILD_CHECK(wd_comp_stream_reset(s) == -EPERM);
	CHILD_CHECK(wd_comp_session_get_info(s, &info) == -EPERM);
	CHILD_CHECK(!wd_comp_memory_alloc(s, 100));
	CHILD_CHECK(wd_comp_in_flight(s) == in_flight);
	if (frees) {
		/* Nobody is called back: the requests are the parent's. */
		wd_comp_session_free(s);
		CHILD_CHECK(asks[1].answers == answers);
	}
}

/*
 * A child that is content becomes true(1). When it exits valgrind looks for leaks
 * in the queues' memory as well, which a child has none of: word by word a
 * fault, and minutes on a busy machine.
 */
static void in_child(struct wd_comp_session *s, struct ask *asks, bool frees)
{
	int status = -1;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		child_uses(s, asks, frees);
		execl("/bin/true", "true", NULL);
		_exit(1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void test_fork_child_gets_eperm_parent_goes_on(void **state)
{
	struct wd_comp_session *s;
	struct ask *asks;
	unsigned int mode, frees;

	(void)state;
	for (mode = 0; mode <= WD_MODE_NOIOMMU; mode++) {
		for (frees = 0; frees < 2; frees++) {
			s = world(1, 2, mode);
			asks = asks_new(N, WD_COMP_COMPRESS, WD_COMP_GZIP, 80);
			assert_non_null(wd_comp_memory_alloc(s, 5000));
			/* Complete at once, but not called back. */
			asks[1].req.src_bytes = 0;
			asks[1].plain_bytes = 0;
			assert_int_equal(asks_submit(s, asks + 1, N / 2),
					 N / 2);
			assert_int_equal(asks_submit(s, asks + 1 + N / 2,
						     N / 2 - 1), N / 2 - 1);
			assert_int_equal(wd_fake_step(0, 3), 3);
			in_child(s, asks, frees);
			drain(s, 1);
			assert_int_equal(asks_submit(s, asks, 1), 1);
			in_child(s, asks, frees);
			drain(s, 1);
			asks_check(asks, N);
			assert_int_equal(wd_fake_calls(WD_FAKE_OP_PUT_Q), 0);
			asks_free(asks, N);
			session_end(s);
		}
	}
}

/* A stream is under way, and the child frees what it has of it. */
static void test_fork_with_a_stream_under_way(void **state)
{
	struct wd_fake_config config = { .auto_step = true };
	struct wd_comp_params params = fake_params(WD_COMP_COMPRESS,
						   WD_COMP_GZIP);
	struct ask *asks = asks_new(2, WD_COMP_COMPRESS, WD_COMP_GZIP, 800);
	struct wd_comp_session *s;
	uint8_t out[4000];

	(void)state;
	for (config.mode = 0; config.mode <= WD_MODE_NOIOMMU; config.mode++) {
		struct wd_comp_io io = {
			.src = asks->plain, .src_bytes = 400,
			.dst = out, .dst_bytes = sizeof(out),
		};

		fake_start(&config);
		s = session_new(&params);
		assert_int_equal(wd_comp_stream(s, &io, WD_COMP_SYNC_FLUSH), 0);
		in_child(s, asks, true);
		io.src_bytes = 400;
		assert_int_equal(wd_comp_stream(s, &io, WD_COMP_FINISH),
				 WD_COMP_STREAM_END);
		assert_packed(WD_COMP_GZIP, out, sizeof(out) - io.dst_bytes,
			      asks->plain, 800);
		session_end(s);
	}
	asks_free(asks, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		session_test(test_params_init_sets_defaults),
		session_test(test_alloc_invalid_field_gives_einval),
		session_test(test_alloc_segments_of_decompression_gives_einval),
		session_test(test_alloc_limits_are_accepted),
		session_test(test_alloc_of_most_contexts_takes_linear_time),
		session_test(test_alloc_reports_what_request_queue_says),
		session_test(test_alloc_failing_operation_leaks_nothing),
		session_test(test_alloc_failing_operation_is_reported),
		session_test(test_get_info_describes_the_first_queue),
		session_test(test_nearest_device_is_taken),
		session_test(test_free_null_and_idle),
		session_test(test_free_in_flight_cancels_each_once),
		session_test(test_free_after_death_cancels_each_once),
		session_test(test_submit_from_callback_of_free_is_refused),
		session_test(test_own_memory_is_there_in_callbacks_of_free),
		session_test(test_free_on_the_built_in_device_in_flight),
		session_test(test_fork_child_gets_eperm_parent_goes_on),
		session_test(test_fork_with_a_stream_under_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
