/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Devices that die or hang in the middle of a call, of a wait, of a stream. */
#include <pthread.h>

#include "session_async_support.h"

#define N	8

static struct ask *some_asks(void)
{
	return asks_new(N, WD_COMP_COMPRESS, WD_COMP_GZIP, 400);
}

static void all_ended(const struct ask *asks, int result)
{
	unsigned int i;

	for (i = 0; i < N; i++)
		ask_ended(&asks[i], result);
}

static unsigned int countdown;

static void kill_later(void *arg, unsigned int dev, unsigned int qn)
{
	(void)arg;
	if (!--countdown)
		wd_fake_kill_queue(dev, qn);
}

static void remove_later(void *arg, unsigned int dev, unsigned int qn)
{
	(void)arg;
	(void)qn;
	if (!--countdown)
		wd_fake_remove(dev);
}

static void test_oneshot_dies_in_doorbell_or_wait_is_done_again(void **state)
{
	static void (*const hooks[])(void *, unsigned int, unsigned int) = {
		kill_later, remove_later,
	};
	const enum wd_fake_op ops[] = { WD_FAKE_OP_DOORBELL, WD_FAKE_OP_WAIT };
	struct wd_fake_config config = { .devices = 2, .auto_step = true };
	struct wd_comp_params params = fake_params(WD_COMP_DECOMPRESS,
						   WD_COMP_GZIP);
	struct wd_comp_session *s;
	unsigned int h, o, when;

	(void)state;
	for (config.mode = 0; config.mode <= WD_MODE_NOIOMMU; config.mode++)
		for (h = 0; h < 2; h++)
			for (o = 0; o < 2; o++)
				for (when = 1; when < 5; when++) {
					fake_start(&config);
					s = session_new(&params);
					countdown = when;
					wd_fake_hook(ops[o], hooks[h], NULL);
					for (int i = 0; i < 4; i++)
						assert_int_equal(oneshot(s,
							WD_COMP_DECOMPRESS,
							WD_COMP_GZIP, 2000), 0);
					session_end(s);
				}
}

/* A replacement that answered, even if only once, was a good one. */
static void test_oneshot_stays_on_device_that_answers(void **state)
{
	const struct wd_fake_config config = { .devices = 2, .auto_step = true };
	struct wd_comp_params params = fake_params(WD_COMP_COMPRESS,
						   WD_COMP_GZIP);
	struct wd_comp_session *s;
	unsigned int i;

	(void)state;
	fake_start(&config);
	s = session_new(&params);
	for (i = 0; i < 5; i++) {
		wd_fake_kill_queue(0, 0);
		assert_int_equal(oneshot(s, WD_COMP_COMPRESS, WD_COMP_GZIP,
					 2000), 0);
		assert_int_equal(wd_fake_open_queues(0), 1);
		assert_int_equal(wd_fake_open_queues(1), 0);
	}
	session_end(s);
}

static void test_submit_dies_in_doorbell_loses_nothing(void **state)
{
	struct wd_comp_session *s;
	struct ask *asks;
	unsigned int when, mode, i;

	(void)state;
	for (mode = 0; mode <= WD_MODE_NOIOMMU; mode++) {
		for (when = 1; when <= N; when++) {
			s = world(2, 3, mode);
			asks = some_asks();
			countdown = when;
			wd_fake_hook(WD_FAKE_OP_DOORBELL, kill_later, NULL);
			for (i = 0; i < N; i++)
				assert_int_equal(asks_submit(s, asks + i, 1),
						 1);
			drain(s, 2);
			asks_check(asks, N);
			asks_free(asks, N);
			session_end(s);
		}
	}
}

/* A stop flag alone, before the kernel is done with the rest. */
static void test_tx_stop_alone_moves_requests(void **state)
{
	struct wd_comp_session *s = world(2, 1, WD_MODE_SVA);
	struct ask *asks = some_asks();

	(void)state;
	assert_int_equal(asks_submit(s, asks, 4), 4);
	wd_fake_step(0, 2);
	wd_fake_set_tx_stop(0, 0, 1);
	assert_int_equal(asks_submit(s, asks + 4, 4), 4);
	drain(s, 2);
	asks_check(asks, N);
	asks_free(asks, N);
	session_end(s);
}

/* What a lost doorbell leaves in the ring is taken back with the rest. */
static void test_lost_doorbell_then_death_loses_nothing(void **state)
{
	struct wd_comp_session *s = world(2, 1, WD_MODE_SVA);
	struct ask *asks = some_asks();

	(void)state;
	hisi_qm_model_inject(wd_fake_model(0),
			     HISI_QM_MODEL_FAULT_DROP_DOORBELLS, true, 1);
	assert_int_equal(asks_submit(s, asks, N), N);
	assert_int_equal(wd_fake_step(0, 0), 0);
	wd_fake_kill_queue(0, 0);
	drain(s, 2);
	asks_check(asks, N);
	asks_free(asks, N);
	session_end(s);
}

/* The memory fault makes the device be reset, which kills the queue. */
static void test_dma_fault_resets_device_requests_are_done_again(void **state)
{
	struct wd_comp_session *s = world(1, 1, WD_MODE_SVA);
	struct ask *asks = some_asks();

	(void)state;
	assert_int_equal(asks_submit(s, asks, N), N);
	wd_fake_step(0, 2);
	hisi_qm_model_inject(wd_fake_model(0), HISI_QM_MODEL_FAULT_DMA, true,
			     1);
	drain(s, 1);
	asks_check(asks, N);
	assert_int_equal(wd_fake_calls(WD_FAKE_OP_OPEN), 2);
	asks_free(asks, N);
	session_end(s);
}

/* --- waiting for the dead --- */

/* How long it takes, in milliseconds. */
static uint64_t hear_of_loss(void)
{
	struct wd_comp_session *s = world(1, 2, WD_MODE_SVA);
	struct ask *asks = some_asks();
	uint64_t begin = now_ms();

	/* The other queue hangs, so that there is something to sleep on. */
	assert_int_equal(asks_submit(s, asks, 4), 4);
	assert_int_equal(asks_submit(s, asks + 4, 4), 4);
	wd_fake_step_queue(0, 0, 2);
	wd_fake_fail(WD_FAKE_OP_OPEN, 1, -EBUSY);
	wd_fake_kill_queue(0, 0);
	assert_int_equal(wd_comp_wait(s, 0), 2);
	asks_check(asks, 2);
	/* What was lost has gone to the other one. */
	assert_int_equal(wd_comp_wait(s, 0), -ETIMEDOUT);
	wd_fake_remove(0);
	assert_int_equal(wd_comp_wait(s, WD_TIMEOUT_INFINITE), 6);
	begin = now_ms() - begin;
	for (unsigned int i = 2; i < N; i++)
		ask_ended(&asks[i], -EIO);
	asks_free(asks, N);
	session_end(s);
	return begin;
}

static void test_wait_tells_at_once_of_loss(void **state)
{
	(void)state;
	while (hear_of_loss() >= WOKEN_MS)
		;
}

static void *remove_device(void *arg)
{
	nap_ms(50);
	wd_fake_remove(*(unsigned int *)arg);
	return NULL;
}

static uint64_t sleep_until_death(void)
{
	struct wd_comp_session *s = world(1, 2, WD_MODE_SVA);
	struct ask *asks = some_asks();
	uint64_t begin = now_ms();
	unsigned int dev = 0;
	pthread_t thread;

	assert_int_equal(asks_submit(s, asks, N), N);
	assert_int_equal(pthread_create(&thread, NULL, remove_device, &dev), 0);
	assert_int_equal(wd_comp_wait(s, WD_TIMEOUT_INFINITE), N);
	begin = now_ms() - begin;
	assert_int_equal(pthread_join(thread, NULL), 0);
	all_ended(asks, -EIO);
	asks_free(asks, N);
	session_end(s);
	return begin;
}

static void test_wait_is_woken_by_death(void **state)
{
	(void)state;
	while (sleep_until_death() >= WOKEN_MS)
		;
}

static void test_hanging_queue_times_out(void **state)
{
	struct wd_comp_session *s = world(1, 1, WD_MODE_SVA);
	struct ask *asks = some_asks();
	unsigned int i;

	(void)state;
	hisi_qm_model_inject(wd_fake_model(0), HISI_QM_MODEL_FAULT_QUEUE_HANG,
			     true, 0);
	assert_int_equal(asks_submit(s, asks, N), N);
	wd_fake_step(0, 0);
	assert_int_equal(wd_comp_wait(s, 30), -ETIMEDOUT);
	assert_int_equal(wd_comp_in_flight(s), N);
	for (i = 0; i < N; i++)
		assert_int_equal(asks[i].answers, 0);
	/* It comes to its senses. */
	hisi_qm_model_inject(wd_fake_model(0), HISI_QM_MODEL_FAULT_QUEUE_HANG,
			     false, 0);
	drain(s, 1);
	asks_check(asks, N);
	asks_free(asks, N);
	session_end(s);
}

static void test_oneshot_hanging_queue_times_out_and_is_replaced(void **state)
{
	struct wd_fake_config config = { .auto_step = true };
	struct wd_comp_params params = fake_params(WD_COMP_COMPRESS,
						   WD_COMP_GZIP);
	struct wd_comp_session *s;

	(void)state;
	params.timeout_ms = 40;
	for (config.mode = 0; config.mode <= WD_MODE_NOIOMMU; config.mode++) {
		fake_start(&config);
		s = session_new(&params);
		hisi_qm_model_inject(wd_fake_model(0),
				     HISI_QM_MODEL_FAULT_QUEUE_HANG, true, 0);
		assert_int_equal(oneshot(s, WD_COMP_COMPRESS, WD_COMP_GZIP,
					 800), -ETIMEDOUT);
		assert_int_equal(wd_fake_open_queues(0), 0);
		/* None is to be had: that is not what -EBUSY means here. */
		wd_fake_set_free(0, 0);
		assert_int_equal(oneshot(s, WD_COMP_COMPRESS, WD_COMP_GZIP,
					 800), -EIO);
		wd_fake_set_free(0, 8);
		hisi_qm_model_inject(wd_fake_model(0),
				     HISI_QM_MODEL_FAULT_QUEUE_HANG, false, 0);
		assert_int_equal(oneshot(s, WD_COMP_COMPRESS, WD_COMP_GZIP,
					 800), 0);
		session_end(s);
	}
}

/* --- streams --- */

static const struct wd_fake_config two_devices = {
	.devices = 2, .auto_step = true, .mode = WD_MODE_DMA,
};

static void test_stream_new_when_device_dies_goes_on(void **state)
{
	struct wd_comp_params params = fake_params(WD_COMP_COMPRESS,
						   WD_COMP_GZIP);
	uint8_t *text = data_new(9000, DATA_TEXT, 5), out[20000];
	struct wd_comp_session *s;
	struct wd_comp_io io = {
		.src = text, .src_bytes = 4000, .dst = out,
		.dst_bytes = sizeof(out),
	};

	(void)state;
	fake_start(&two_devices);
	s = session_new(&params);
	/* Gathered in memory that only the first device reaches. */
	assert_int_equal(wd_comp_stream(s, &io, WD_COMP_NO_FLUSH), 0);
	assert_int_equal(io.src_bytes, 0);
	wd_fake_remove(0);
	io.src_bytes = 5000;
	while (!wd_comp_stream(s, &io, WD_COMP_FINISH))
		;
	assert_packed(WD_COMP_GZIP, out, sizeof(out) - io.dst_bytes, text,
		      9000);
	assert_int_equal(wd_fake_open_queues(0), 0);
	free(text);
	session_end(s);
}

static void test_stream_in_the_middle_when_device_dies_is_lost(void **state)
{
	struct wd_comp_params params = fake_params(WD_COMP_COMPRESS,
						   WD_COMP_GZIP);
	uint8_t *text = data_new(9000, DATA_TEXT, 5), out[20000];
	struct wd_comp_io io = {
		.src = text, .src_bytes = 4000, .dst = out,
		.dst_bytes = sizeof(out),
	};
	struct ask *asks = some_asks();
	struct wd_comp_session *s;
	int ret;

	(void)state;
	fake_start(&two_devices);
	s = session_new(&params);
	assert_int_equal(wd_comp_stream(s, &io, WD_COMP_SYNC_FLUSH), 0);
	wd_fake_remove(0);
	io.src_bytes = 5000;
	ret = wd_comp_stream(s, &io, WD_COMP_FINISH);
	assert_true(ret == -EIO || ret == -ENODEV);
	assert_int_equal(wd_comp_stream(s, &io, WD_COMP_FINISH), ret);
	assert_int_equal(asks_submit(s, asks, N), -EBUSY);
	assert_int_equal(oneshot(s, WD_COMP_COMPRESS, WD_COMP_GZIP, 700), 0);
	assert_int_equal(wd_comp_stream_reset(s), 0);
	assert_int_equal(asks_submit(s, asks, N), N);
	drain(s, 2);
	asks_check(asks, N);
	asks_free(asks, N);
	free(text);
	session_end(s);
}

/* The old queue is held only as long as its memory is needed. */
static void test_stream_death_on_device_of_one_queue_recovers(void **state)
{
	const struct wd_fake_config config = {
		.queues = 1, .auto_step = true, .mode = WD_MODE_DMA,
	};
	struct wd_comp_params params = fake_params(WD_COMP_COMPRESS,
						   WD_COMP_GZIP);
	uint8_t *text = data_new(900, DATA_TEXT, 5), out[2000];
	struct wd_comp_io io = {
		.src = text, .src_bytes = 900, .dst = out,
		.dst_bytes = sizeof(out),
	};
	struct wd_comp_session *s;

	(void)state;
	fake_start(&config);
	s = session_new(&params);
	assert_int_equal(wd_comp_stream(s, &io, WD_COMP_SYNC_FLUSH), 0);
	wd_fake_kill_queue(0, 0);
	io.src_bytes = 900;
	io.src = text;
	assert_int_equal(wd_comp_stream(s, &io, WD_COMP_FINISH), -EIO);
	assert_int_equal(wd_comp_stream_reset(s), 0);
	assert_int_equal(oneshot(s, WD_COMP_COMPRESS, WD_COMP_GZIP, 700), 0);
	wd_fake_kill_queue(0, 0);
	assert_int_equal(oneshot(s, WD_COMP_COMPRESS, WD_COMP_GZIP, 700), 0);
	free(text);
	session_end(s);
}

/* --- from callbacks --- */

static struct wd_comp_session *callback_session;
static unsigned int resubmits;

static void resubmit_and_kill(struct wd_comp_req *req)
{
	struct ask *ask = req->user;

	ask_done(req);
	if (!resubmits)
		return;
	resubmits--;
	if (resubmits % 3 == 0)
		kill_queues(resubmits % 2);
	assert_int_equal(wd_comp_submit(callback_session, &req, 1), 1);
	ask->answers--;
}

static void test_queues_die_in_callbacks_that_submit(void **state)
{
	struct ask *asks;
	unsigned int mode, i;

	(void)state;
	for (mode = 0; mode <= WD_MODE_NOIOMMU; mode++) {
		callback_session = world(2, 2, mode);
		asks = some_asks();
		resubmits = 100;
		for (i = 0; i < N; i++)
			asks[i].req.done = resubmit_and_kill;
		assert_int_equal(asks_submit(callback_session, asks, N), N);
		assert_int_equal(drain(callback_session, 2), N + 100);
		asks_check(asks, N);
		asks_free(asks, N);
		session_end(callback_session);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		session_test(test_oneshot_dies_in_doorbell_or_wait_is_done_again),
		session_test(test_oneshot_stays_on_device_that_answers),
		session_test(test_submit_dies_in_doorbell_loses_nothing),
		session_test(test_tx_stop_alone_moves_requests),
		session_test(test_lost_doorbell_then_death_loses_nothing),
		session_test(test_dma_fault_resets_device_requests_are_done_again),
		session_test(test_wait_tells_at_once_of_loss),
		session_test(test_wait_is_woken_by_death),
		session_test(test_hanging_queue_times_out),
		session_test(test_oneshot_hanging_queue_times_out_and_is_replaced),
		session_test(test_stream_new_when_device_dies_goes_on),
		session_test(test_stream_in_the_middle_when_device_dies_is_lost),
		session_test(test_stream_death_on_device_of_one_queue_recovers),
		session_test(test_queues_die_in_callbacks_that_submit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
