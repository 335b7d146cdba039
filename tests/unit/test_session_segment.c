/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Segments: pieces that are joined into one stream. */
#include "session_async_support.h"
#include "wd_comp_private.h"

/* @n pieces of one text, in the order @order gives, then joined. */
static void check_segments(const char *device, uint32_t format,
			   unsigned int queues, unsigned int n, size_t piece)
{
	struct wd_comp_params params = fake_params(WD_COMP_COMPRESS, format);
	uint32_t sum = wd_comp_check_init(format);
	struct ask *asks = asks_new(n, WD_COMP_COMPRESS, format, piece);
	uint8_t *all, *text;
	size_t bytes = 0, at, i;
	struct wd_comp_session *s;

	params.device = device;
	params.queues = queues;
	params.segment_bytes = piece + 7 * n;
	params.max_in_flight = n;
	s = session_new(&params);
	for (i = 0; i < n; i++) {
		asks[i].req.flags = WD_COMP_REQ_SEGMENT;
		bytes += asks[i].plain_bytes;
	}
	for (i = n; i--;)
		assert_int_equal(asks_submit(s, asks + i, 1), 1);
	if (device)
		while (wd_comp_in_flight(s))
			assert_true(wd_comp_wait(s, 20000) > 0);
	else
		drain(s, 1);
	text = malloc(bytes + 1);
	all = malloc(wd_comp_bound(bytes) + n * 300 + 64);
	assert_non_null(text);
	assert_non_null(all);
	at = wd_comp_stream_head(format, all);
	for (i = 0, bytes = 0; i < n; i++) {
		ask_ended(&asks[i], 0);
		assert_int_equal(asks[i].req.consumed, asks[i].plain_bytes);
		assert_int_equal(asks[i].req.check,
				 zlib_check(format, asks[i].plain,
					    asks[i].plain_bytes));
		memcpy(all + at, asks[i].req.dst, asks[i].req.produced);
		at += asks[i].req.produced;
		sum = wd_comp_check_combine(format, sum, asks[i].req.check,
					    asks[i].plain_bytes);
		memcpy(text + bytes, asks[i].plain, asks[i].plain_bytes);
		bytes += asks[i].plain_bytes;
	}
	at += wd_comp_stream_tail(format, sum, bytes, all + at);
	assert_packed(format, all, at, text, bytes);
	free(text);
	free(all);
	asks_free(asks, n);
	wd_comp_session_free(s);
}

static void test_segments_joined_are_a_stream(void **state)
{

	(void)state;
	for_each_format(format, i) {
		fake_start(NULL);
		check_segments(NULL, format, 1, 9, 5000);
		check_segments(NULL, format, 3, 12, 1);
		/* The first one is empty. */
		check_segments(NULL, format, 2, 5, 0);
		assert_int_equal(wd_fake_stop(), 0);
		check_segments(WD_DEVICE_EMU, format, 2, 16, 70000);
	}
}

/* Does the device see a context without a past? Spoil it for the next time. */
static void check_context(struct ask *ask, bool is_over)
{
	uint8_t *ctx = ask->req.msg.ctx;
	unsigned int i;

	if (is_over) {
		memset(ctx, 0xa5, WD_COMP_CTX_USED);
		return;
	}
	for (i = 0; i < WD_COMP_CTX_USED; i++)
		check(!ctx[i], "byte %u of the context", i);
}

/* A context is used again and again, and shows nothing of its past. */
static void test_segments_in_laps_reuse_contexts(void **state)
{
	struct wd_comp_params params = fake_params(WD_COMP_COMPRESS,
						   WD_COMP_GZIP);
	struct ask *asks = asks_new(6, WD_COMP_COMPRESS, WD_COMP_GZIP, 900);
	uint32_t produced[6];
	struct wd_comp_session *s;
	unsigned int lap, i;

	(void)state;
	params.segment_bytes = 2000;
	params.max_in_flight = 3;
	fake_start(NULL);
	s = session_new(&params);
	for (lap = 0; lap < 20; lap++) {
		for (i = 0; i < 6; i++) {
			ask_again(&asks[i]);
			asks[i].req.flags = WD_COMP_REQ_SEGMENT;
		}
		assert_int_equal(asks_submit(s, asks, 6), 3);
		for (i = 0; i < 3; i++)
			check_context(&asks[i], false);
		drain(s, 1);
		assert_int_equal(asks_submit(s, asks + 3, 3), 3);
		drain(s, 1);
		for (i = 0; i < 3; i++)
			check_context(&asks[i], true);
		for (i = 0; i < 6; i++) {
			ask_ended(&asks[i], 0);
			if (!lap)
				produced[i] = asks[i].req.produced;
			assert_int_equal(asks[i].req.produced, produced[i]);
		}
	}
	asks_free(asks, 6);
	session_end(s);
}

static void test_segment_refused(void **state)
{
	struct wd_comp_params params = fake_params(WD_COMP_COMPRESS,
						   WD_COMP_GZIP);
	struct ask *ask = asks_new(1, WD_COMP_COMPRESS, WD_COMP_GZIP, 1000);
	struct wd_comp_session *s;

	(void)state;
	ask->req.flags = WD_COMP_REQ_SEGMENT;
	params.segment_bytes = 999;
	fake_start(NULL);
	s = session_new(&params);
	assert_int_equal(asks_submit(s, ask, 1), -EINVAL);
	ask->req.src_bytes = 999;
	assert_int_equal(asks_submit(s, ask, 1), 1);
	drain(s, 1);
	ask_ended(ask, 0);
	/* One byte less than the device insists on. */
	ask_again(ask);
	ask->req.dst_bytes = 999 + 999 / 8 + 255;
	assert_int_equal(asks_submit(s, ask, 1), 1);
	drain(s, 1);
	ask_ended(ask, -ENOSPC);
	wd_comp_session_free(s);

	/* Sessions for whole streams only, and for the other direction. */
	params.segment_bytes = 0;
	s = session_new(&params);
	assert_int_equal(asks_submit(s, ask, 1), -EINVAL);
	ask->req.src_bytes = 0;
	assert_int_equal(asks_submit(s, ask, 1), -EINVAL);
	wd_comp_session_free(s);
	params.direction = WD_COMP_DECOMPRESS;
	s = session_new(&params);
	ask->req.src_bytes = 500;
	assert_int_equal(asks_submit(s, ask, 1), -EINVAL);
	ask->req.src_bytes = 0;
	assert_int_equal(asks_submit(s, ask, 1), -EINVAL);
	asks_free(ask, 1);
	session_end(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		session_test(test_segments_joined_are_a_stream),
		session_test(test_segments_in_laps_reuse_contexts),
		session_test(test_segment_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
