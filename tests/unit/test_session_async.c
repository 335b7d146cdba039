/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Asynchronous requests on healthy devices. */
#include <pthread.h>

#include "session_async_support.h"

#define N	24

static const uint32_t directions[] = { WD_COMP_COMPRESS, WD_COMP_DECOMPRESS };

static struct wd_comp_session *start(const struct wd_fake_config *config,
				     const struct wd_comp_params *params)
{
	fake_start(config);
	return session_new(params);
}

/* --- answers --- */

static void test_submit_all_formats_and_directions_answers_each_once(void **state)
{
	struct wd_comp_session *s;
	struct wd_comp_params params;
	struct ask *asks;
	unsigned int d;

	(void)state;
	for (d = 0; d < COUNT_OF(directions); d++) {
		for_each_format(format, i) {
			params = fake_params(directions[d], format);
			s = start(NULL, &params);
			asks = asks_new(N, directions[d], format, 2000);
			assert_int_equal(asks_submit(s, asks, N), N);
			assert_int_equal(wd_comp_in_flight(s), N);
			assert_int_equal(wd_comp_poll(s, 0), 0);
			assert_int_equal(drain(s, 1), N);
			assert_int_equal(wd_comp_poll(s, 0), 0);
			asks_check(asks, N);
			asks_free(asks, N);
			session_end(s);
		}
	}
}

static void test_poll_one_queue_calls_back_in_order(void **state)
{
	struct wd_comp_params params = fake_params(WD_COMP_COMPRESS,
						   WD_COMP_ZLIB);
	struct wd_comp_session *s = start(NULL, &params);
	struct ask *asks = asks_new(N, WD_COMP_COMPRESS, WD_COMP_ZLIB, 300);
	unsigned int i;

	(void)state;
	ask_clock = 0;
	assert_int_equal(asks_submit(s, asks, N), N);
	assert_int_equal(drain(s, 1), N);
	for (i = 0; i < N; i++)
		assert_int_equal(asks[i].when, i + 1);
	asks_check(asks, N);
	asks_free(asks, N);
	session_end(s);
}

static void test_poll_shuffled_completions_go_to_their_requests(void **state)
{
	struct wd_comp_params params = fake_params(WD_COMP_DECOMPRESS,
						   WD_COMP_GZIP);
	struct wd_comp_session *s = start(NULL, &params);
	struct ask *asks = asks_new(N, WD_COMP_DECOMPRESS, WD_COMP_GZIP, 900);

	(void)state;
	ask_clock = 0;
	hisi_qm_model_inject(wd_fake_model(0),
			     HISI_QM_MODEL_FAULT_SHUFFLE_CQE, true, 4);
	assert_int_equal(asks_submit(s, asks, N), N);
	assert_int_equal(drain(s, 1), N);
	assert_int_equal(asks[3].when, 1);
	asks_check(asks, N);
	asks_free(asks, N);
	session_end(s);
}

static void test_poll_max_is_the_most_callbacks(void **state)
{
	struct wd_comp_params params = fake_params(WD_COMP_COMPRESS,
						   WD_COMP_GZIP);
	struct ask *asks = asks_new(N, WD_COMP_COMPRESS, WD_COMP_GZIP, 300);
	struct wd_comp_session *s;

	(void)state;
	params.queues = 2;
	s = start(NULL, &params);
	/* One is complete without the device. */
	asks[0].req.src_bytes = 0;
	assert_int_equal(asks_submit(s, asks, N / 2), N / 2);
	assert_int_equal(asks_submit(s, asks + N / 2, N / 2), N / 2);
	assert_int_equal(wd_fake_step(0, 0), N - 1);
	assert_int_equal(wd_comp_poll(s, 1), 1);
	assert_int_equal(wd_comp_poll(s, 5), 5);
	assert_int_equal(wd_comp_poll(s, 13), 13);
	assert_int_equal(wd_comp_in_flight(s), N - 19);
	assert_int_equal(wd_comp_poll(s, 1000), N - 19);
	asks[0].plain_bytes = 0;
	asks_check(asks, N);
	asks_free(asks, N);
	session_end(s);
}

/* --- a queue that is busy all the time --- */

struct endless {
	struct wd_comp_session *s;
	unsigned int left;
};

static struct endless endless;

static void send_again(struct wd_comp_req *req)
{
	struct ask *ask = req->user;

	ask->answers++;
	if (!endless.left)
		return;
	endless.left--;
	assert_int_equal(wd_comp_submit(endless.s, &req, 1), 1);
	wd_fake_step(0, 0);
}

static void test_poll_max_one_resubmitted_answers_do_not_hide_other_queue(void **state)
{
	struct wd_comp_params params = fake_params(WD_COMP_COMPRESS,
						   WD_COMP_GZIP);
	struct ask *asks = asks_new(2, WD_COMP_COMPRESS, WD_COMP_GZIP, 300);
	struct wd_comp_session *s;
	unsigned int i;

	(void)state;
	params.queues = 2;
	s = start(NULL, &params);
	endless = (struct endless){ .s = s, .left = 10 };
	asks[0].req.done = send_again;
	assert_int_equal(asks_submit(s, asks, 1), 1);
	assert_int_equal(asks_submit(s, asks + 1, 1), 1);
	wd_fake_step(0, 0);
	for (i = 0; i < 4; i++)
		assert_int_equal(wd_comp_poll(s, 1), 1);
	assert_int_equal(asks[1].answers, 1);
	assert_in_range(asks[0].answers, 1, 3);
	drain(s, 1);
	assert_int_equal(asks[0].answers, 11);
	asks_free(asks, 2);
	session_end(s);
}

static void test_submit_from_callback_is_for_the_next_poll(void **state)
{
	static const struct wd_fake_config config = { .instant = true };
	struct wd_comp_params params = fake_params(WD_COMP_COMPRESS,
						   WD_COMP_GZIP);
	struct ask *asks = asks_new(N, WD_COMP_COMPRESS, WD_COMP_GZIP, 300);
	struct wd_comp_session *s = start(&config, &params);
	unsigned int i, answers = 0;

	(void)state;
	endless = (struct endless){ .s = s, .left = 3 * N };
	for (i = 0; i < N; i++)
		asks[i].req.done = send_again;
	/* Nothing for the device: its answer is there at once. */
	asks[1].req.src_bytes = 0;
	assert_int_equal(asks_submit(s, asks, N), N);
	for (i = 0; i < 3; i++)
		assert_int_equal(wd_comp_poll(s, 0), N);
	assert_int_equal(wd_comp_in_flight(s), N);
	assert_int_equal(wd_comp_poll(s, 0), N);
	assert_int_equal(wd_comp_in_flight(s), 0);
	for (i = 0; i < N; i++)
		answers += asks[i].answers;
	assert_int_equal(answers, 4 * N);
	asks_free(asks, N);
	session_end(s);
}

/* The request and its memory are the caller's in the callback, to free them. */
static void free_all(struct wd_comp_req *req)
{
	struct ask *ask = req->user;

	assert_int_equal(req->result, 0);
	ask_clock++;
	asks_free(ask, 1);
}

static void test_callback_frees_the_request(void **state)
{
	struct wd_comp_params params = fake_params(WD_COMP_COMPRESS,
						   WD_COMP_GZIP);
	struct wd_comp_session *s = start(NULL, &params);
	struct ask *ask;
	unsigned int i;

	(void)state;
	ask_clock = 0;
	for (i = 0; i < N; i++) {
		ask = asks_new(1, WD_COMP_COMPRESS, WD_COMP_GZIP, 100 + i);
		ask->req.done = free_all;
		/* Some go over the list of those that need no device. */
		if (i % 3 == 0)
			ask->req.src_bytes = 0;
		assert_int_equal(asks_submit(s, ask, 1), 1);
	}
	drain(s, 1);
	assert_int_equal(ask_clock, N);
	session_end(s);
}

/* --- bounds --- */

static void check_bound(unsigned int max, unsigned int queues,
			unsigned int effective)
{
	struct wd_comp_params params = fake_params(WD_COMP_COMPRESS,
						   WD_COMP_ZLIB);
	struct ask *asks = asks_new(128, WD_COMP_COMPRESS, WD_COMP_ZLIB, 50);
	struct wd_comp_session *s;
	unsigned int half = effective / 2, at;

	params.max_in_flight = max;
	params.queues = queues;
	s = start(NULL, &params);
	assert_int_equal(asks_submit(s, asks, 0), 0);
	assert_int_equal(asks_submit(s, asks, half), half);
	assert_int_equal(asks_submit(s, asks + half, 128 - half),
			 effective - half);
	assert_int_equal(wd_comp_in_flight(s), effective);
	assert_int_equal(asks_submit(s, asks + effective, 1), -EAGAIN);
	assert_int_equal(asks_submit(s, asks + effective, 0), 0);
	/* Done, but not called back. */
	wd_fake_step(0, 0);
	assert_int_equal(asks_submit(s, asks + effective, 1), -EAGAIN);
	assert_int_equal(wd_comp_poll(s, 1), 1);
	at = effective;
	assert_int_equal(asks_submit(s, asks + at, 2), 1);
	assert_int_equal(asks_submit(s, asks + at + 1, 1), -EAGAIN);
	drain(s, 1);
	asks_check(asks, effective + 1);
	assert_int_equal(asks[effective + 1].answers, 0);
	asks_free(asks, 128);
	session_end(s);
}

static void test_submit_at_max_in_flight_gives_eagain(void **state)
{
	(void)state;
	check_bound(0, 1, 64);
	check_bound(1, 1, 1);
	check_bound(2, 1, 2);
	check_bound(63, 1, 63);
	check_bound(65, 1, 65);
	check_bound(100, 3, 100);
	check_bound(3, 4, 3);
}

static void test_submit_short_rings_take_what_they_hold(void **state)
{
	struct wd_comp_params params = fake_params(WD_COMP_DECOMPRESS,
						   WD_COMP_ZLIB);
	const unsigned int depths[] = { 2, 3, 4, 5, 8, 16 };
	struct wd_fake_config config = { 0 };
	struct wd_comp_session *s;
	struct ask *asks;
	unsigned int i, sent;
	int ret;

	(void)state;
	params.queues = 2;
	for (i = 0; i < COUNT_OF(depths); i++) {
		config.sq_depth = depths[i];
		s = start(&config, &params);
		asks = asks_new(60, WD_COMP_DECOMPRESS, WD_COMP_ZLIB, 100);
		assert_int_equal(asks_submit(s, asks, 60),
				 2 * (depths[i] - 1));
		assert_int_equal(asks_submit(s, asks + 59, 1), -EAGAIN);
		for (sent = wd_comp_in_flight(s); sent < 60; sent += ret) {
			wd_fake_step(0, 1);
			wd_comp_poll(s, 0);
			ret = asks_submit(s, asks + sent, 60 - sent);
			/* Completions may still have to be given back. */
			if (ret == -EAGAIN && wd_comp_in_flight(s))
				ret = 0;
			assert_true(ret >= 0);
		}
		drain(s, 1);
		asks_check(asks, 60);
		asks_free(asks, 60);
		session_end(s);
	}
}

static void test_submit_several_queues_spreads_one_doorbell_a_burst(void **state)
{
	struct wd_comp_params params = fake_params(WD_COMP_COMPRESS,
						   WD_COMP_GZIP);
	struct ask *asks = asks_new(64, WD_COMP_COMPRESS, WD_COMP_GZIP, 64);
	struct wd_comp_session *s;
	unsigned int i;

	(void)state;
	params.queues = 4;
	s = start(NULL, &params);
	assert_int_equal(wd_fake_open_queues(0), 4);
	for (i = 0; i < 4; i++)
		assert_int_equal(asks_submit(s, asks + 16 * i, 16), 16);
	for (i = 0; i < 4; i++) {
		assert_int_equal(wd_fake_doorbells(0, i, NULL, 0), 1);
		assert_int_equal(wd_fake_step_queue(0, i, 0), 16);
	}
	assert_int_equal(wd_comp_poll(s, 0), 64);
	asks_check(asks, 64);
	asks_free(asks, 64);
	session_end(s);
}

static void test_submit_more_than_a_burst_takes_all(void **state)
{
	struct wd_comp_params params = fake_params(WD_COMP_COMPRESS,
						   WD_COMP_GZIP);
	struct ask *asks = asks_new(128, WD_COMP_COMPRESS, WD_COMP_GZIP, 64);
	struct wd_comp_session *s;

	(void)state;
	params.max_in_flight = 128;
	s = start(NULL, &params);
	assert_int_equal(asks_submit(s, asks, 128), 128);
	assert_int_equal(wd_fake_doorbells(0, 0, NULL, 0), 2);
	assert_int_equal(wd_fake_step(0, 0), 128);
	assert_int_equal(wd_comp_poll(s, 0), 128);
	asks_check(asks, 128);
	asks_free(asks, 128);
	session_end(s);
}

static void test_submit_prefers_the_idle_queue(void **state)
{
	struct wd_comp_params params = fake_params(WD_COMP_COMPRESS,
						   WD_COMP_GZIP);
	struct ask *asks = asks_new(8, WD_COMP_COMPRESS, WD_COMP_GZIP, 64);
	struct wd_comp_session *s;
	unsigned int i;

	(void)state;
	params.queues = 2;
	s = start(NULL, &params);
	assert_int_equal(asks_submit(s, asks, 5), 5);
	for (i = 5; i < 8; i++)
		assert_int_equal(asks_submit(s, asks + i, 1), 1);
	assert_int_equal(wd_fake_step_queue(0, 0, 0), 5);
	assert_int_equal(wd_fake_step_queue(0, 1, 0), 3);
	drain(s, 1);
	asks_check(asks, 8);
	asks_free(asks, 8);
	session_end(s);
}

/* --- what is refused, and what fails alone --- */

static void test_submit_malformed_gives_einval(void **state)
{
	struct wd_comp_params params = fake_params(WD_COMP_COMPRESS,
						   WD_COMP_GZIP);
	struct wd_comp_session *s = start(NULL, &params);
	struct ask *ask = asks_new(1, WD_COMP_COMPRESS, WD_COMP_GZIP, 64);
	const struct wd_comp_req good = ask->req;
	struct wd_comp_req *const req = &ask->req;
	unsigned int i;

	(void)state;
	for (i = 0; i < 7; i++) {
		*req = good;
		switch (i) {
		case 0:
			req->done = NULL;
			break;
		case 1:
			req->flags = 2;
			break;
		case 2:
			req->flags = 0x80000000;
			break;
		case 3:
			req->src_bytes = WD_COMP_MSG_MAX_BYTES + 1;
			break;
		case 4:
			req->dst_bytes = WD_COMP_MSG_MAX_BYTES + 1;
			break;
		case 5:
			req->src = NULL;
			break;
		case 6:
			req->dst = NULL;
			break;
		}
		check(wd_comp_submit(s, &(struct wd_comp_req *){ req }, 1) ==
		      -EINVAL, "case %u", i);
	}
	assert_int_equal(wd_comp_in_flight(s), 0);
	assert_int_equal(ask->answers, 0);
	*req = good;
	assert_int_equal(asks_submit(s, ask, 1), 1);
	drain(s, 1);
	ask_check(ask);
	asks_free(ask, 1);
	session_end(s);
}

static void test_submit_malformed_in_a_burst_ends_it(void **state)
{
	struct wd_comp_params params = fake_params(WD_COMP_COMPRESS,
						   WD_COMP_GZIP);
	struct wd_comp_session *s = start(NULL, &params);
	struct ask *asks = asks_new(8, WD_COMP_COMPRESS, WD_COMP_GZIP, 64);

	(void)state;
	asks[5].req.flags = 0x10;
	assert_int_equal(asks_submit(s, asks, 8), 5);
	assert_int_equal(asks_submit(s, asks + 5, 3), -EINVAL);
	assert_int_equal(asks_submit(s, asks + 6, 2), 2);
	drain(s, 1);
	asks_check(asks, 5);
	assert_int_equal(asks[5].answers, 0);
	asks_check(asks + 6, 2);
	asks_free(asks, 8);
	session_end(s);
}

/* Every fifth request fails in its own way. */
static int spoil(struct ask *ask, unsigned int how)
{
	uint8_t *packed = ask->packed;

	switch (how) {
	case 0:
		packed[ask->packed_bytes - 6] ^= 1;
		return -EBADMSG;
	case 1:
		ask->req.src_bytes -= 9;
		return -ENODATA;
	case 2:
		ask->req.dst_bytes = ask->plain_bytes - 1;
		return -ENOSPC;
	case 3:
		packed[0] = 'x';
		return -EILSEQ;
	case 4:
		ask->req.src_bytes = 0;
		return -ENODATA;
	case 5:
		/* A block of type 3 there is none. */
		packed[10] |= 6;
		return -EILSEQ;
	default:
		ask->req.dst_bytes = 0;
		return -ENOSPC;
	}
}

static void test_failing_requests_among_good_ones_fail_alone(void **state)
{
	struct wd_comp_params params = fake_params(WD_COMP_DECOMPRESS,
						   WD_COMP_GZIP);
	struct ask *asks = asks_new(40, WD_COMP_DECOMPRESS, WD_COMP_GZIP, 700);
	int want[40] = { 0 };
	struct wd_comp_session *s;
	unsigned int i;

	(void)state;
	params.queues = 2;
	s = start(NULL, &params);
	for (i = 2; i < 37; i += 5)
		want[i] = spoil(&asks[i], i / 5);
	assert_int_equal(asks_submit(s, asks, 40), 40);
	assert_int_equal(drain(s, 1), 40);
	for (i = 0; i < 40; i++) {
		check(asks[i].req.result == want[i], "request %u: %d, not %d",
		      i, asks[i].req.result, want[i]);
		if (want[i])
			ask_ended(&asks[i], want[i]);
		else
			ask_check(&asks[i]);
	}
	asks_free(asks, 40);
	session_end(s);
}

static void test_compress_into_too_little_room_gives_enospc(void **state)
{
	struct wd_comp_params params = fake_params(WD_COMP_COMPRESS,
						   WD_COMP_GZIP);
	const uint32_t rooms[] = { 0, 1, 9, 10, 11, 17, 18, 25, 26, 27, 500 };
	struct wd_comp_session *s = start(NULL, &params);
	struct ask *asks = asks_new(COUNT_OF(rooms), WD_COMP_COMPRESS,
				    WD_COMP_GZIP, 3000);
	struct guarded dst[COUNT_OF(rooms)];
	unsigned int i;

	(void)state;
	for (i = 0; i < COUNT_OF(rooms); i++) {
		free(asks[i].req.dst);
		dst[i] = guarded_new(rooms[i]);
		asks[i].req.dst = dst[i].at;
		asks[i].req.dst_bytes = rooms[i];
	}
	assert_int_equal(asks_submit(s, asks, COUNT_OF(rooms)),
			 COUNT_OF(rooms));
	drain(s, 1);
	for (i = 0; i < COUNT_OF(rooms); i++) {
		ask_ended(&asks[i], -ENOSPC);
		guarded_free(&dst[i]);
		asks[i].req.dst = NULL;
	}
	asks_free(asks, COUNT_OF(rooms));
	session_end(s);
}

/*
 * The device needs 16 bytes of room; what it makes there may be more than the
 * caller has, or less.
 */
static void check_small_rooms(uint32_t direction, size_t bytes)
{
	struct wd_comp_params params = fake_params(direction, WD_COMP_GZIP);
	struct wd_comp_session *s = start(NULL, &params);
	struct guarded dst;
	size_t room, needed;
	struct ask ask;
	void *own;

	ask_init(&ask, direction, WD_COMP_GZIP, bytes, 1);
	assert_int_equal(asks_submit(s, &ask, 1), 1);
	drain(s, 1);
	ask_check(&ask);
	needed = ask.req.produced;
	own = ask.req.dst;
	for (room = 0; room <= needed; room++) {
		dst = guarded_new(room);
		ask.req.dst = dst.at;
		ask.req.dst_bytes = room;
		ask_again(&ask);
		assert_int_equal(asks_submit(s, &ask, 1), 1);
		drain(s, 1);
		if (room < needed)
			ask_ended(&ask, -ENOSPC);
		else
			ask_check(&ask);
		guarded_free(&dst);
	}
	free(ask.plain);
	free(ask.packed);
	free(own);
	session_end(s);
}

static void test_rooms_below_the_devices_least(void **state)
{
	size_t bytes;

	(void)state;
	for (bytes = 0; bytes < 20; bytes++) {
		check_small_rooms(WD_COMP_COMPRESS, bytes);
		check_small_rooms(WD_COMP_DECOMPRESS, bytes);
	}
}

/* --- waiting --- */

static void test_wait_nothing_in_flight_gives_zero(void **state)
{
	struct wd_comp_params params = fake_params(WD_COMP_COMPRESS,
						   WD_COMP_GZIP);
	struct wd_comp_session *s = start(NULL, &params);

	(void)state;
	assert_int_equal(wd_comp_wait(s, 0), 0);
	assert_int_equal(wd_comp_wait(s, 1000), 0);
	assert_int_equal(wd_comp_wait(s, WD_TIMEOUT_INFINITE), 0);
	session_end(s);
}

static void test_wait_timeouts(void **state)
{
	struct wd_comp_params params = fake_params(WD_COMP_COMPRESS,
						   WD_COMP_GZIP);
	struct wd_comp_session *s = start(NULL, &params);
	struct ask *asks = asks_new(3, WD_COMP_COMPRESS, WD_COMP_GZIP, 64);
	uint64_t begin;

	(void)state;
	assert_int_equal(asks_submit(s, asks, 3), 3);
	begin = now_ms();
	assert_int_equal(wd_comp_wait(s, 0), -ETIMEDOUT);
	assert_int_equal(wd_comp_wait(s, 60), -ETIMEDOUT);
	assert_true(now_ms() - begin >= 59);
	wd_fake_step(0, 1);
	assert_int_equal(wd_comp_wait(s, 0), 1);
	wd_fake_step(0, 0);
	assert_int_equal(wd_comp_wait(s, WD_TIMEOUT_INFINITE), 2);
	asks_check(asks, 3);
	asks_free(asks, 3);
	session_end(s);
}

#define LATE_MS	150

static void *step_late(void *arg)
{
	nap_ms(LATE_MS);
	wd_fake_step_queue(0, *(unsigned int *)arg, 0);
	return NULL;
}

/* It sleeps, and the answer wakes it: no slice of a second goes by. */
static void test_wait_sleeps_until_any_queue_answers(void **state)
{
	struct wd_comp_params params = fake_params(WD_COMP_COMPRESS,
						   WD_COMP_GZIP);
	struct ask *asks = asks_new(2, WD_COMP_COMPRESS, WD_COMP_GZIP, 64);
	struct wd_comp_session *s;
	unsigned int qn = 1, quick = 0;
	pthread_t thread;
	uint64_t begin, busy;

	(void)state;
	params.queues = 2;
	s = start(NULL, &params);
	/* More than once: an event comes only if it was asked for. */
	while (quick < 3) {
		ask_again(&asks[0]);
		ask_again(&asks[1]);
		assert_int_equal(asks_submit(s, asks, 1), 1);
		assert_int_equal(asks_submit(s, asks + 1, 1), 1);
		begin = now_ms();
		assert_int_equal(pthread_create(&thread, NULL, step_late, &qn),
				 0);
		busy = thread_us();
		assert_int_equal(wd_comp_wait(s, WD_TIMEOUT_INFINITE), 1);
		begin = now_ms() - begin;
		assert_true(begin >= LATE_MS - 10);
		quick += begin < WOKEN_MS;
		assert_in_range(thread_us() - busy, 0, LATE_MS * 500);
		assert_int_equal(pthread_join(thread, NULL), 0);
		ask_check(&asks[1]);
		drain(s, 1);
		ask_check(&asks[0]);
	}
	asks_free(asks, 2);
	session_end(s);
}

/* --- together with the other calls --- */

static void test_mixing_with_oneshot_and_stream_gives_ebusy(void **state)
{
	static const struct wd_fake_config config = { .auto_step = true };
	struct wd_comp_params params = fake_params(WD_COMP_COMPRESS,
						   WD_COMP_GZIP);
	struct wd_comp_session *s = start(&config, &params);
	struct ask *ask = asks_new(1, WD_COMP_COMPRESS, WD_COMP_GZIP, 640);
	uint8_t out[2000];
	size_t bytes = sizeof(out);
	struct wd_comp_io io = {
		.src = ask->plain, .src_bytes = 640,
		.dst = out, .dst_bytes = sizeof(out),
	};
	struct wd_comp_io untouched = io;

	(void)state;
	assert_int_equal(asks_submit(s, ask, 1), 1);
	assert_int_equal(wd_comp_oneshot(s, ask->plain, 640, out, &bytes,
					 NULL), -EBUSY);
	assert_int_equal(bytes, sizeof(out));
	assert_int_equal(wd_comp_stream(s, &io, WD_COMP_FINISH), -EBUSY);
	assert_memory_equal(&io, &untouched, sizeof(io));
	assert_int_equal(wd_comp_stream_reset(s), 0);
	assert_int_equal(wd_comp_in_flight(s), 1);
	drain(s, 1);
	ask_check(ask);

	/* A stream under way is in the way of requests, but not of one-shot. */
	assert_int_equal(wd_comp_stream(s, &io, WD_COMP_SYNC_FLUSH), 0);
	assert_int_equal(asks_submit(s, ask, 1), -EBUSY);
	assert_int_equal(oneshot(s, WD_COMP_COMPRESS, WD_COMP_GZIP, 500), 0);
	assert_int_equal(asks_submit(s, ask, 1), -EBUSY);
	assert_int_equal(wd_comp_stream(s, &io, WD_COMP_FINISH),
			 WD_COMP_STREAM_END);
	assert_packed(WD_COMP_GZIP, out, sizeof(out) - io.dst_bytes,
		      ask->plain, 640);
	ask_again(ask);
	assert_int_equal(asks_submit(s, ask, 1), 1);
	drain(s, 1);
	ask_check(ask);

	/* Forgotten in the middle, it is in the way no more. */
	assert_int_equal(wd_comp_stream_reset(s), 0);
	io = untouched;
	assert_int_equal(wd_comp_stream(s, &io, WD_COMP_NO_FLUSH), 0);
	assert_int_equal(asks_submit(s, ask, 1), -EBUSY);
	assert_int_equal(wd_comp_stream_reset(s), 0);
	ask_again(ask);
	assert_int_equal(asks_submit(s, ask, 1), 1);
	drain(s, 1);
	ask_check(ask);
	asks_free(ask, 1);
	session_end(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		session_test(test_submit_all_formats_and_directions_answers_each_once),
		session_test(test_poll_one_queue_calls_back_in_order),
		session_test(test_poll_shuffled_completions_go_to_their_requests),
		session_test(test_poll_max_is_the_most_callbacks),
		session_test(test_poll_max_one_resubmitted_answers_do_not_hide_other_queue),
		session_test(test_submit_from_callback_is_for_the_next_poll),
		session_test(test_callback_frees_the_request),
		session_test(test_submit_at_max_in_flight_gives_eagain),
		session_test(test_submit_short_rings_take_what_they_hold),
		session_test(test_submit_several_queues_spreads_one_doorbell_a_burst),
		session_test(test_submit_more_than_a_burst_takes_all),
		session_test(test_submit_prefers_the_idle_queue),
		session_test(test_submit_malformed_gives_einval),
		session_test(test_submit_malformed_in_a_burst_ends_it),
		session_test(test_failing_requests_among_good_ones_fail_alone),
		session_test(test_compress_into_too_little_room_gives_enospc),
		session_test(test_rooms_below_the_devices_least),
		session_test(test_wait_nothing_in_flight_gives_zero),
		session_test(test_wait_timeouts),
		session_test(test_wait_sleeps_until_any_queue_answers),
		session_test(test_mixing_with_oneshot_and_stream_gives_ebusy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
