/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A queue belongs to the process that requested it. */
#include <poll.h>
#include <sys/wait.h>

#include "queue_support.h"
#include "sanitizers.h"

/* cmocka knows only its own process; a child says where it failed and ends. */
#define CHECK(condition)						\
	do {								\
		if (!(condition)) {					\
			fprintf(stderr, "child, line %d: %s\n",		\
				__LINE__, #condition);			\
			_exit(1);					\
		}							\
	} while (0)

static void run_child(void (*child)(struct wd_queue *, struct job *),
		      struct wd_queue *q, struct job *jobs)
{
	int status = -1;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		child(q, jobs);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* Every call with a queue of the parent. */
static void call_everything(struct wd_queue *q, struct job *jobs)
{
	struct wd_queue_info info = { .depth = 77 };
	void *req = &jobs->msg, *reqs[2] = { req, req };

	CHECK(wd_send(q, req) == -EPERM);
	CHECK(wd_send_burst(q, reqs, 2) == -EPERM);
	CHECK(wd_send_burst(q, reqs, 0) == -EPERM);
	CHECK(wd_recv(q, &req) == -EPERM);
	CHECK(wd_recv_burst(q, reqs, 2) == -EPERM);
	CHECK(wd_recv_sync(q, &req) == -EPERM);
	CHECK(wd_recv_timed(q, &req, WD_TIMEOUT_INFINITE) == -EPERM);
	wd_flush(q);
	CHECK(wd_queue_fd(q) == -EPERM);
	CHECK(wd_queue_arm(q) == -EPERM);
	CHECK(wd_queue_get_info(q, &info) == -EPERM);
	CHECK(info.depth == 77);
	CHECK(!wd_reserve_memory(q, 4096));
	CHECK(wd_share_reserved_memory(q, q) == -EPERM);
	CHECK(!wd_memory_reachable(q, jobs, 1));
	CHECK(wd_reclaim(q, reqs, 2) == 0);
	CHECK(wd_request_queue(q) == -EINVAL);
	CHECK(req == &jobs->msg);
}

static void call_and_release(struct wd_queue *q, struct job *jobs)
{
	call_everything(q, jobs);
	wd_release_queue(q);
	CHECK(!q->state);
	wd_release_queue(q);
}

static void only_exit(struct wd_queue *q, struct job *jobs)
{
	(void)q;
	(void)jobs;
}

static void call_in_grandchild(struct wd_queue *q, struct job *jobs)
{
	int status = -1;
	pid_t pid;

	call_everything(q, jobs);
	pid = fork();
	if (!pid) {
		call_and_release(q, jobs);
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(!status);
	call_and_release(q, jobs);
}

/* Whatever the child does, the parent's requests come back. */
static void check_parent_goes_on(void (*child)(struct wd_queue *,
					       struct job *),
				 enum wd_mode mode)
{
	const struct wd_fake_config config = { .mode = mode, .sq_depth = 16 };
	struct job *jobs;
	struct wd_queue q;
	unsigned int i;

	fake_start(&config);
	q = queue_open();
	jobs = wd_reserve_memory(&q, 3 * sizeof(*jobs));
	assert_non_null(jobs);
	for (i = 0; i < 3; i++)
		job_init(&jobs[i], i);
	send_jobs(&q, jobs, 2);
	wd_fake_step(0, 1);
	run_child(child, &q, jobs);
	job_check(recv_one(&q));
	recv_nothing(&q, -EAGAIN);
	wd_fake_step(0, 1);
	job_check(recv_one(&q));
	send_jobs(&q, &jobs[2], 1);
	run_child(child, &q, jobs);
	wd_fake_step(0, 0);
	job_check(recv_one(&q));
	assert_int_equal(wd_fake_open_queues(0), 1);
	assert_int_equal(wd_fake_calls(WD_FAKE_OP_PUT_Q), 0);
	queue_close(&q);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_child_exits_parent_goes_on(void **state)
{
	(void)state;
	check_parent_goes_on(only_exit, WD_MODE_SVA);
}

static void test_child_calls_everything_gets_eperm(void **state)
{
	(void)state;
	check_parent_goes_on(call_everything, WD_MODE_SVA);
	check_parent_goes_on(call_everything, WD_MODE_DMA);
}

static void test_child_releases_parent_goes_on(void **state)
{
	enum wd_mode mode;

	(void)state;
	for (mode = WD_MODE_SVA; mode <= WD_MODE_NOIOMMU; mode++)
		check_parent_goes_on(call_and_release, mode);
}

static void test_grandchild_gets_eperm_too(void **state)
{
	(void)state;
	check_parent_goes_on(call_in_grandchild, WD_MODE_SVA);
}

/* A queue of its own, used for a whole request. */
static void use_own_queue(struct wd_queue *parents, struct job *jobs)
{
	struct wd_queue own = queue_wanted();
	void *req = NULL;

	own.device = parents->device;
	CHECK(wd_request_queue(&own) == 0);
	CHECK(wd_send(parents, &jobs[1].msg) == -EPERM);
	CHECK(wd_send(&own, &jobs[1].msg) == 0);
	CHECK(wd_recv_sync(&own, &req) == 0);
	CHECK(req == &jobs[1].msg);
	CHECK(jobs[1].msg.result == 0);
	CHECK(jobs[1].msg.consumed == jobs[1].msg.src_bytes);
	wd_release_queue(parents);
	CHECK(wd_send(&own, &jobs[1].msg) == 0);
	CHECK(wd_recv_sync(&own, &req) == 0);
	wd_release_queue(&own);
	CHECK(!own.state);
}

static void use_own_queue_in_grandchild(struct wd_queue *parents,
					struct job *jobs)
{
	struct wd_queue own = queue_wanted();
	int status = -1;
	pid_t pid;

	own.device = parents->device;
	CHECK(wd_request_queue(&own) == 0);
	pid = fork();
	if (!pid) {
		/* Neither the grandparent's nor the parent's. */
		call_everything(parents, jobs);
		call_everything(&own, jobs);
		use_own_queue(&own, jobs);
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(!status);
	CHECK(wd_send(&own, &jobs[1].msg) == 0);
	wd_release_queue(&own);
}

static void test_child_own_queue_works(void **state)
{
	struct job *jobs = jobs_new(3);
	struct wd_queue q;

	(void)state;
	assert_int_equal(wd_fake_instant_start(NULL), 0);
	q = queue_open();
	send_jobs(&q, jobs, 1);
	run_child(use_own_queue, &q, jobs);
	assert_ptr_equal(recv_one(&q), jobs);
	run_child(use_own_queue_in_grandchild, &q, jobs);
	send_jobs(&q, jobs, 1);
	assert_ptr_equal(recv_one(&q), jobs);
	queue_close(&q);
	free(jobs);
	assert_int_equal(wd_fake_instant_stop(), 0);
}

static void test_child_own_queue_on_the_built_in_device_works(void **state)
{
	struct job *jobs = jobs_new(3);
	struct wd_queue q = queue_wanted();
	void *req = NULL;

	(void)state;
	if (HAS_THREAD_SANITIZER) {
		print_message("# SKIP a queue in the child: ThreadSanitizer cannot have threads there; run the plain build\n");
		skip();
	}
	q.device = WD_DEVICE_EMU;
	q.timeout_ms = 20000;
	assert_int_equal(wd_request_queue(&q), 0);
	send_jobs(&q, jobs, 1);
	run_child(use_own_queue, &q, jobs);
	assert_int_equal(wd_recv_sync(&q, &req), 0);
	job_check(req);
	run_child(call_and_release, &q, jobs);
	send_jobs(&q, jobs, 1);
	assert_int_equal(wd_recv_sync(&q, &req), 0);
	job_check(req);
	queue_close(&q);
	free(jobs);
}

/* Siblings have the same number and never meet. */
static void test_children_one_after_the_other_are_told_apart(void **state)
{
	struct job *jobs = jobs_new(3);
	struct wd_queue q;
	unsigned int i;

	(void)state;
	assert_int_equal(wd_fake_instant_start(NULL), 0);
	q = queue_open();
	for (i = 0; i < 5; i++)
		run_child(use_own_queue, &q, jobs);
	send_jobs(&q, jobs, 1);
	assert_ptr_equal(recv_one(&q), jobs);
	queue_close(&q);
	free(jobs);
	assert_int_equal(wd_fake_instant_stop(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		queue_test(test_child_exits_parent_goes_on),
		queue_test(test_child_calls_everything_gets_eperm),
		queue_test(test_child_releases_parent_goes_on),
		queue_test(test_grandchild_gets_eperm_too),
		queue_test(test_child_own_queue_works),
		queue_test(test_child_own_queue_on_the_built_in_device_works),
		queue_test(test_children_one_after_the_other_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
