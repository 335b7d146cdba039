/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Waiting for answers: deadlines, flush, arming, the descriptor. */
#include <poll.h>
#include <pthread.h>
#include <signal.h>

#include "queue_support.h"

static const struct wd_fake_config stepped = { .auto_step = true };

static bool is_readable(struct wd_queue *q)
{
	struct pollfd pfd = { .fd = wd_queue_fd(q), .events = POLLIN };

	assert_true(pfd.fd >= 0);
	return poll(&pfd, 1, 0) == 1;
}

static void test_recv_sync_with_nothing_in_flight_is_eagain(void **state)
{
	struct job *jobs = jobs_new(1);
	struct wd_queue q;
	void *req = NULL;

	(void)state;
	fake_start(&stepped);
	q = queue_open();
	assert_int_equal(wd_recv_sync(&q, &req), -EAGAIN);
	assert_int_equal(wd_recv_timed(&q, &req, WD_TIMEOUT_INFINITE), -EAGAIN);
	send_jobs(&q, jobs, 1);
	assert_int_equal(wd_recv_sync(&q, &req), 0);
	assert_ptr_equal(req, jobs);
	assert_int_equal(wd_recv_sync(&q, &req), -EAGAIN);
	queue_close(&q);
	free(jobs);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_recv_timed_answer_is_there_does_not_wait(void **state)
{
	struct job *jobs = jobs_new(1);
	struct wd_queue q;
	void *req = NULL;

	(void)state;
	fake_start(NULL);
	q = queue_open();
	send_jobs(&q, jobs, 1);
	assert_int_equal(wd_recv_timed(&q, &req, 0), -EAGAIN);
	assert_int_equal(wd_fake_calls(WD_FAKE_OP_WAIT), 0);
	wd_fake_step(0, 0);
	assert_int_equal(wd_recv_timed(&q, &req, 0), 0);
	send_jobs(&q, jobs, 1);
	wd_fake_step(0, 0);
	assert_int_equal(wd_recv_timed(&q, &req, 1000), 0);
	assert_int_equal(wd_fake_calls(WD_FAKE_OP_WAIT), 0);
	queue_close(&q);
	free(jobs);
	assert_int_equal(wd_fake_stop(), 0);
}

/* Ring and answer before every sleep: no wake-up can be missed. */
static void test_recv_timed_sleeps_only_when_armed(void **state)
{
	struct wd_fake_doorbell bell;
	struct job *jobs = jobs_new(1);
	struct wd_queue q;
	void *req = NULL;

	(void)state;
	fake_start(NULL);
	q = queue_open();
	send_jobs(&q, jobs, 1);
	assert_int_equal(wd_recv_timed(&q, &req, 5), -ETIMEDOUT);
	wd_fake_doorbells(0, 0, &bell, 1);
	assert_int_equal(bell.value >> HISI_QM_DB_PRIORITY_SHIFT, 1);
	wd_fake_step(0, 0);
	assert_true(is_readable(&q));
	queue_close(&q);
	free(jobs);
	assert_int_equal(wd_fake_stop(), 0);
}

static void do_deadline(uint32_t own, uint32_t queues, uint64_t least)
{
	struct job *jobs = jobs_new(1);
	uint64_t start;
	struct wd_queue q;
	void *req = NULL;
	int ret;

	fake_start(NULL);
	q = queue_open();
	q.timeout_ms = queues;
	send_jobs(&q, jobs, 1);
	start = now_ms();
	ret = own ? wd_recv_timed(&q, &req, own) : wd_recv_sync(&q, &req);
	assert_int_equal(ret, -ETIMEDOUT);
	assert_true(now_ms() - start >= least - 1);
	assert_null(req);
	assert_int_equal(queue_info(&q).in_flight, 1);
	/* It is late, not lost. */
	wd_fake_step(0, 0);
	assert_int_equal(wd_recv_sync(&q, &req), 0);
	job_check(req);
	queue_close(&q);
	free(jobs);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_recv_timed_deadline_passes_is_etimedout(void **state)
{
	(void)state;
	do_deadline(1, WD_TIMEOUT_INFINITE, 1);
	do_deadline(120, 1, 120);
	do_deadline(0, 70, 70);
	/* More than one slice of waiting. */
	do_deadline(1100, 1, 1100);
}

static void ignore(int signal)
{
	(void)signal;
}

struct pest {
	pthread_t victim;
	bool stop;
};

static void *pester(void *arg)
{
	struct pest *pest = arg;

	while (!__atomic_load_n(&pest->stop, __ATOMIC_ACQUIRE)) {
		pthread_kill(pest->victim, SIGUSR1);
		nap_ms(3);
	}
	return NULL;
}

static void test_recv_timed_signals_do_not_shorten_the_deadline(void **state)
{
	struct sigaction action = { .sa_handler = ignore }, before;
	struct pest pest = { .victim = pthread_self() };
	pthread_t thread;

	(void)state;
	sigaction(SIGUSR1, &action, &before);
	assert_int_equal(pthread_create(&thread, NULL, pester, &pest), 0);
	do_deadline(100, 1, 100);
	__atomic_store_n(&pest.stop, true, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	sigaction(SIGUSR1, &before, NULL);
}

/* The kernel knows that the queue is dead; the flags do not say so. */
static void test_recv_timed_wait_fails_gives_its_error(void **state)
{
	static const int errors[] = { -EIO, -ENODEV };
	struct job *jobs = jobs_new(1);
	struct wd_queue q;
	void *req = NULL;
	unsigned int i;

	(void)state;
	fake_start(NULL);
	q = queue_open();
	send_jobs(&q, jobs, 1);
	for (i = 0; i < 2; i++) {
		wd_fake_fail(WD_FAKE_OP_WAIT, 1, errors[i]);
		assert_int_equal(wd_recv_timed(&q, &req, 100), errors[i]);
		assert_null(req);
	}
	queue_close(&q);
	free(jobs);
	assert_int_equal(wd_fake_stop(), 0);
}

static void step_and_fail(void *arg, unsigned int dev, unsigned int qn)
{
	(void)qn;
	(void)arg;
	wd_fake_step(dev, 0);
	wd_fake_fail(WD_FAKE_OP_WAIT, 1, -EIO);
}

static void test_recv_timed_wait_fails_with_an_answer_takes_it(void **state)
{
	struct job *jobs = jobs_new(1);
	struct wd_queue q;
	void *req = NULL;

	(void)state;
	fake_start(NULL);
	q = queue_open();
	send_jobs(&q, jobs, 1);
	wd_fake_hook(WD_FAKE_OP_WAIT, step_and_fail, NULL);
	assert_int_equal(wd_recv_timed(&q, &req, 100), 0);
	job_check(req);
	queue_close(&q);
	free(jobs);
	assert_int_equal(wd_fake_stop(), 0);
}

static void kill_queue(void *arg, unsigned int dev, unsigned int qn)
{
	unsigned int *answers = arg;

	wd_fake_step(dev, *answers);
	wd_fake_kill_queue(dev, qn);
}

static void remove_device(void *arg, unsigned int dev, unsigned int qn)
{
	(void)qn;
	wd_fake_step(dev, *(unsigned int *)arg);
	wd_fake_remove(dev);
}

static void test_recv_sync_queue_ends_meanwhile_gives_answers_then_error(void **state)
{
	struct job *jobs = jobs_new(2);
	unsigned int one = 1, how;
	struct wd_queue q;
	void *req;

	(void)state;
	for (how = 0; how < 2; how++) {
		fake_start(NULL);
		q = queue_open();
		send_jobs(&q, jobs, 2);
		wd_fake_hook(WD_FAKE_OP_WAIT, how ? remove_device : kill_queue,
			     &one);
		assert_int_equal(wd_recv_sync(&q, &req), 0);
		assert_ptr_equal(req, &jobs[0]);
		wd_fake_hook(WD_FAKE_OP_WAIT, NULL, NULL);
		assert_int_equal(wd_recv_sync(&q, &req), how ? -ENODEV : -EIO);
		assert_int_equal(wd_reclaim(&q, &req, 1), 1);
		assert_ptr_equal(req, &jobs[1]);
		queue_close(&q);
		assert_int_equal(wd_fake_stop(), 0);
	}
	free(jobs);
}

/* What a flush has to wait for, done by another thread after a while. */
struct later {
	void (*act)(void);
	pthread_t thread;
};

/* Before that, no flush may return. */
static bool may_return;

static void allow_return(void)
{
	__atomic_store_n(&may_return, true, __ATOMIC_RELEASE);
}

static void *do_later(void *arg)
{
	struct later *later = arg;

	nap_ms(20);
	later->act();
	return NULL;
}

static void step_all(void)
{
	allow_return();
	wd_fake_step(0, 0);
}

/* For two requests and more. */
static void step_in_parts(void)
{
	wd_fake_step(0, 1);
	nap_ms(10);
	step_all();
}

static void kill_later(void)
{
	wd_fake_step(0, 1);
	nap_ms(10);
	allow_return();
	wd_fake_kill_queue(0, 0);
}

static void remove_later(void)
{
	allow_return();
	wd_fake_remove(0);
}

static void flush_until(struct wd_queue *q, void (*act)(void))
{
	struct later later = { .act = act };
	bool is_early;

	may_return = false;
	assert_int_equal(pthread_create(&later.thread, NULL, do_later, &later),
			 0);
	wd_flush(q);
	is_early = !__atomic_load_n(&may_return, __ATOMIC_ACQUIRE);
	pthread_join(later.thread, NULL);
	assert_false(is_early);
}

static void test_flush_with_nothing_sent_returns(void **state)
{
	struct wd_queue q;

	(void)state;
	fake_start(NULL);
	q = queue_open();
	wd_flush(&q);
	queue_close(&q);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_flush_waits_for_all_and_leaves_their_answers(void **state)
{
	static void (*const acts[])(void) = { step_all, step_in_parts };
	const struct wd_fake_config config = { .sq_depth = 4 };
	struct job *jobs = jobs_new(3);
	struct wd_queue q;
	unsigned int lap, n, i;

	(void)state;
	fake_start(&config);
	q = queue_open();
	/* Over several laps, with every number of requests. */
	for (lap = 0; lap < 12; lap++) {
		n = 1 + lap % 3;
		send_jobs(&q, jobs, n);
		flush_until(&q, acts[n > 1 && lap % 2]);
		assert_int_equal(queue_info(&q).in_flight, n);
		wd_flush(&q);
		for (i = 0; i < n; i++)
			assert_ptr_equal(recv_one(&q), &jobs[i]);
		wd_flush(&q);
	}
	queue_close(&q);
	free(jobs);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_flush_some_received_waits_for_the_rest(void **state)
{
	struct job *jobs = jobs_new(3);
	struct wd_queue q;

	(void)state;
	fake_start(NULL);
	q = queue_open();
	send_jobs(&q, jobs, 3);
	wd_fake_step(0, 2);
	recv_one(&q);
	flush_until(&q, step_all);
	recv_one(&q);
	recv_one(&q);
	queue_close(&q);
	free(jobs);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_flush_queue_ends_meanwhile_returns(void **state)
{
	static void (*const acts[])(void) = { kill_later, remove_later };
	struct job *jobs = jobs_new(2);
	struct wd_queue q;
	unsigned int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		fake_start(NULL);
		q = queue_open();
		send_jobs(&q, jobs, 2);
		flush_until(&q, acts[i]);
		if (!i)
			recv_one(&q);
		recv_nothing(&q, i ? -ENODEV : -EIO);
		/* Dead already. */
		wd_flush(&q);
		queue_close(&q);
		assert_int_equal(wd_fake_stop(), 0);
	}
	free(jobs);
}

static void test_flush_deadline_passes_returns(void **state)
{
	struct job *jobs = jobs_new(1);
	struct wd_queue q;
	unsigned int i;
	uint64_t start;

	(void)state;
	fake_start(NULL);
	q = queue_open();
	q.timeout_ms = 30;
	send_jobs(&q, jobs, 1);
	start = now_ms();
	/* So many that the default deadline would exceed the limit of ctest. */
	for (i = 1; i <= 20; i++) {
		wd_flush(&q);
		assert_true(now_ms() - start >= i * 29);
	}
	recv_nothing(&q, -EAGAIN);
	queue_close(&q);
	free(jobs);
	assert_int_equal(wd_fake_stop(), 0);
}

/*
 * The kernel reports an answer once, to whoever polls first; a sender that
 * flushes must leave that to the receiver.
 */
static void test_flush_does_not_take_the_wakeup_of_the_receiver(void **state)
{
	struct job *jobs = jobs_new(2);
	struct wd_queue q;

	(void)state;
	fake_start(NULL);
	q = queue_open();
	assert_int_equal(wd_queue_arm(&q), 0);
	send_jobs(&q, jobs, 2);
	assert_false(is_readable(&q));
	flush_until(&q, step_in_parts);
	assert_true(is_readable(&q));
	assert_int_equal(wd_queue_arm(&q), 1);
	queue_close(&q);
	free(jobs);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_queue_arm_wakes_at_the_next_answer(void **state)
{
	struct job *jobs = jobs_new(3);
	struct wd_queue q;

	(void)state;
	fake_start(NULL);
	q = queue_open();
	assert_int_equal(wd_queue_arm(&q), 0);
	assert_false(is_readable(&q));
	send_jobs(&q, jobs, 2);
	assert_false(is_readable(&q));
	wd_fake_step(0, 1);
	assert_true(is_readable(&q));
	assert_int_equal(wd_queue_arm(&q), 1);
	recv_one(&q);
	assert_int_equal(wd_queue_arm(&q), 0);
	assert_false(is_readable(&q));
	wd_fake_step(0, 1);
	assert_true(is_readable(&q));
	recv_one(&q);
	/* Not armed, so nobody is woken. */
	recv_nothing(&q, -EAGAIN);
	assert_int_equal(wd_queue_arm(&q), 0);
	recv_nothing(&q, -EAGAIN);
	send_jobs(&q, jobs + 2, 1);
	wd_fake_step(0, 1);
	assert_true(is_readable(&q));
	queue_close(&q);
	free(jobs);
	assert_int_equal(wd_fake_stop(), 0);
}

static void step_once(void *arg, unsigned int dev, unsigned int qn)
{
	bool *done = arg;

	(void)qn;
	if (!*done)
		*done = wd_fake_step(dev, 0) > 0;
}

/* The answer comes between the first look and the doorbell that arms. */
static void test_queue_arm_answer_comes_meanwhile_is_1(void **state)
{
	struct job *jobs = jobs_new(1);
	bool done = false;
	struct wd_queue q;

	(void)state;
	fake_start(NULL);
	q = queue_open();
	send_jobs(&q, jobs, 1);
	wd_fake_hook(WD_FAKE_OP_DOORBELL, step_once, &done);
	assert_int_equal(wd_queue_arm(&q), 1);
	assert_true(done);
	recv_one(&q);
	queue_close(&q);
	free(jobs);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_queue_fd_is_readable_when_the_queue_dies(void **state)
{
	struct job *jobs = jobs_new(1);
	struct wd_queue q;

	(void)state;
	fake_start(NULL);
	q = queue_open();
	send_jobs(&q, jobs, 1);
	assert_int_equal(wd_queue_arm(&q), 0);
	assert_false(is_readable(&q));
	wd_fake_kill_queue(0, 0);
	assert_true(is_readable(&q));
	assert_int_equal(wd_queue_arm(&q), -EIO);
	queue_close(&q);
	free(jobs);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_log_level_filters(void **state)
{
	struct wd_queue q;

	(void)state;
	fake_start(NULL);
	log_start();
	wd_log_set(log_line, &log_book, WD_LOG_ERROR);
	q = queue_open();
	assert_int_equal(log_book.lines[WD_LOG_INFO], 0);
	assert_null(wd_reserve_memory(&q, 0));
	assert_int_equal(log_book.lines[WD_LOG_ERROR], 1);
	queue_close(&q);
	wd_log_set(log_line, &log_book, WD_LOG_INFO);
	q = queue_open();
	assert_int_equal(log_book.lines[WD_LOG_INFO], 1);
	assert_non_null(strstr(log_book.last, "hisi_zip-0"));
	wd_log_set(NULL, NULL, WD_LOG_DEBUG);
	assert_null(wd_reserve_memory(&q, 0));
	assert_int_equal(log_book.lines[WD_LOG_ERROR], 1);
	queue_close(&q);
	assert_int_equal(wd_fake_stop(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		queue_test(test_recv_sync_with_nothing_in_flight_is_eagain),
		queue_test(test_recv_timed_answer_is_there_does_not_wait),
		queue_test(test_recv_timed_sleeps_only_when_armed),
		queue_test(test_recv_timed_deadline_passes_is_etimedout),
		queue_test(test_recv_timed_signals_do_not_shorten_the_deadline),
		queue_test(test_recv_timed_wait_fails_gives_its_error),
		queue_test(test_recv_timed_wait_fails_with_an_answer_takes_it),
		queue_test(test_recv_sync_queue_ends_meanwhile_gives_answers_then_error),
		queue_test(test_flush_with_nothing_sent_returns),
		queue_test(test_flush_waits_for_all_and_leaves_their_answers),
		queue_test(test_flush_some_received_waits_for_the_rest),
		queue_test(test_flush_queue_ends_meanwhile_returns),
		queue_test(test_flush_deadline_passes_returns),
		queue_test(test_flush_does_not_take_the_wakeup_of_the_receiver),
		queue_test(test_queue_arm_wakes_at_the_next_answer),
		queue_test(test_queue_arm_answer_comes_meanwhile_is_1),
		queue_test(test_queue_fd_is_readable_when_the_queue_dies),
		queue_test(test_log_level_filters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
