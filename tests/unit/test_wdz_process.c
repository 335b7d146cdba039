/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The zlib drop-in across fork(), threads and many streams; sessions waiting. */
#include <pthread.h>
#include <sys/wait.h>

#include "sanitizers.h"
#include "wdz_support.h"

#define BYTES	(200 * KIB)
#define THREADS	4

static uint8_t *data;

static int setup(void **state)
{
	(void)state;
	return wdz_setup(&data, MIB, 4);
}

static int teardown(void **state)
{
	(void)state;
	return wdz_teardown(data);
}

static void begin(z_stream *strm)
{
	*strm = (z_stream){ 0 };
	assert_int_equal(INIT(strm, deflateInit2, 6, Z_DEFLATED, 31, 8,
			      Z_DEFAULT_STRATEGY), Z_OK);
}

/* cmocka knows only its own process: the child says by its status. */
static void in_child(void (*run)(void *), void *arg)
{
	int status = -1;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		alarm(60);
		run(arg);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

#define CHILD_CHECK(condition)						\
	do {								\
		if (!(condition)) {					\
			fprintf(stderr, "child, line %d: %s\n",		\
				__LINE__, #condition);			\
			_exit(1);					\
		}							\
	} while (0)

struct halves {
	z_stream deflating, inflating;
	struct bytes packed, out;
};

static void finish_both(void *arg)
{
	struct halves *h = arg;
	uint8_t *back = malloc(BYTES + 1);
	z_stream z = { 0 };

	wdz_push(&h->deflating, data + BYTES / 2, BYTES / 2, Z_FINISH, 999,
		 &h->out);
	CHILD_CHECK(wdz_deflateEnd(&h->deflating) == Z_OK);
	CHILD_CHECK(inflateInit2(&z, 31) == Z_OK);
	z.next_in = h->out.at;
	z.avail_in = h->out.bytes;
	z.next_out = back;
	z.avail_out = BYTES + 1;
	CHILD_CHECK(inflate(&z, Z_FINISH) == Z_STREAM_END);
	CHILD_CHECK(z.total_out == BYTES && !memcmp(back, data, BYTES));
	inflateEnd(&z);

	h->inflating.next_out = back;
	h->inflating.avail_out = BYTES;
	CHILD_CHECK(wdz_inflate(&h->inflating, Z_FINISH) == Z_STREAM_END);
	CHILD_CHECK(h->inflating.total_out == BYTES);
	CHILD_CHECK(!memcmp(back, data + 5000, BYTES - 5000));
	CHILD_CHECK(h->inflating.adler == crc32(0, data, BYTES));
	CHILD_CHECK(wdz_inflateEnd(&h->inflating) == Z_OK);
	free(back);
}

static void finish_as_child(void *arg)
{
	/* The parent's are not the child's. */
	CHILD_CHECK(wdz_counter(WDZ_COUNT_DEFLATE_DEVICE) == 0);
	finish_both(arg);
	CHILD_CHECK(wdz_counter(WDZ_COUNT_DEFLATE_MOVED) == 1);
	CHILD_CHECK(wdz_counter(WDZ_COUNT_INFLATE_MOVED) == 1);
}

/* Open streams go on in software in the child, and on the device here. */
static void test_fork_both_go_on(void **state)
{
	struct halves h = { .packed = wdz_packed(data, BYTES, 6, 31) };
	uint8_t buf[5000];

	(void)state;
	begin(&h.deflating);
	wdz_push(&h.deflating, data, BYTES / 2, Z_SYNC_FLUSH, 1000, &h.out);
	assert_int_equal(INIT(&h.inflating, inflateInit2, 31), Z_OK);
	h.inflating.next_in = h.packed.at;
	h.inflating.avail_in = h.packed.bytes;
	h.inflating.next_out = buf;
	h.inflating.avail_out = sizeof(buf);
	assert_int_equal(wdz_inflate(&h.inflating, Z_NO_FLUSH), Z_OK);
	in_child(finish_as_child, &h);
	finish_both(&h);
	assert_int_equal(wdz_counter(WDZ_COUNT_DEFLATE_MOVED), 0);
	assert_int_equal(wdz_counter(WDZ_COUNT_INFLATE_MOVED), 0);
	bytes_free(&h.packed);
	bytes_free(&h.out);
}

static void round_trip(void)
{
	uLong room = compressBound(BYTES), back = BYTES;
	uint8_t *out = malloc(room), *again = malloc(BYTES);

	if (!out || !again ||
	    wdz_compress(out, &room, data, BYTES) != Z_OK ||
	    wdz_uncompress(again, &back, out, room) != Z_OK ||
	    back != BYTES || memcmp(again, data, BYTES))
		abort();
	free(out);
	free(again);
}

static void trip_in_child(void *arg)
{
	(void)arg;
	round_trip();
	CHILD_CHECK(wdz_counter(WDZ_COUNT_DEFLATE_DEVICE) == 1);
	CHILD_CHECK(wdz_counter(WDZ_COUNT_INFLATE_DEVICE) == 1);
}

/*
 * Sessions that wait are the parent's, a child opens its own. On the built-in
 * device: the fake one is the parent's, too.
 */
static void test_fork_child_with_new_streams(void **state)
{
	(void)state;
	if (HAS_THREAD_SANITIZER) {
		print_message("# SKIP a child with threads: the thread sanitizer ends it; run the plain build\n");
		skip();
	}
	wdz_engines_close();
	assert_int_equal(wd_fake_stop(), 0);
	assert_int_equal(wdz_config_set("device", "emu"), 0);
	round_trip();
	in_child(trip_in_child, NULL);
	round_trip();
	assert_int_equal(wdz_counter(WDZ_COUNT_DEFLATE_DEVICE), 2);
	wdz_engines_close();
	assert_int_equal(wdz_config_set("device", ""), 0);
	wdz_start(NULL);
}

static void *run_thread(void *arg)
{
	unsigned int i;

	for (i = 0; i < 10; i++)
		round_trip();
	return arg;
}

static void test_threads_have_streams_of_their_own(void **state)
{
	pthread_t threads[THREADS];
	unsigned int i;

	(void)state;
	for (i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, run_thread,
						NULL), 0);
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(wdz_counter(WDZ_COUNT_DEFLATE_DEVICE) +
			 wdz_counter(WDZ_COUNT_DEFLATE_SOFT), THREADS * 10);
	assert_true(wdz_counter(WDZ_COUNT_DEFLATE_DEVICE) > 0);
}

/* A stream that is ended, but kept, keeps no session. */
static void test_ended_streams_keep_no_session(void **state)
{
	struct bytes out = { 0 };
	z_stream strm[12];
	unsigned int i;

	(void)state;
	for (i = 0; i < 12; i++) {
		begin(&strm[i]);
		out.bytes = 0;
		assert_int_equal(wdz_push(&strm[i], data, BYTES, Z_FINISH,
					  10000, &out), Z_STREAM_END);
	}
	assert_int_equal(wd_fake_open_queues(0), 1);
	assert_int_equal(wdz_counter(WDZ_COUNT_DEFLATE_DEVICE), 12);
	for (i = 0; i < 12; i++)
		assert_int_equal(wdz_deflateEnd(&strm[i]), Z_OK);
	bytes_free(&out);
}

/* One stream after the other needs no new queue. */
static void test_sessions_are_used_again(void **state)
{
	unsigned int opened;

	(void)state;
	round_trip();
	opened = wd_fake_calls(WD_FAKE_OP_OPEN);
	round_trip();
	round_trip();
	assert_int_equal(wd_fake_calls(WD_FAKE_OP_OPEN), opened);
	assert_int_equal(wd_fake_open_queues(0), 2);
	wdz_engines_close();
	assert_int_equal(wd_fake_open_queues(0), 0);
}

/* More streams at once than there are queues: the rest is zlib's. */
static void test_streams_without_a_queue_are_zlibs(void **state)
{
	struct bytes out[12] = { 0 };
	z_stream strm[12];
	unsigned int i;

	(void)state;
	for (i = 0; i < 12; i++) {
		begin(&strm[i]);
		wdz_push(&strm[i], data + i, BYTES, Z_SYNC_FLUSH, 10000,
			 &out[i]);
	}
	assert_int_equal(wdz_counter(WDZ_COUNT_DEFLATE_DEVICE), 8);
	assert_int_equal(wdz_counter(WDZ_COUNT_DEFLATE_SOFT), 4);
	for (i = 0; i < 12; i++) {
		wdz_push(&strm[i], NULL, 0, Z_FINISH, 100, &out[i]);
		assert_int_equal(wdz_deflateEnd(&strm[i]), Z_OK);
		wdz_judge(&out[i], 31, data + i, BYTES);
		bytes_free(&out[i]);
	}
}

/* Waiting sessions of one level make room for a stream of another. */
static void test_waiting_sessions_make_room(void **state)
{
	unsigned int level;
	uLong room;
	uint8_t *out = malloc(compressBound(BYTES));

	(void)state;
	assert_non_null(out);
	wd_fake_set_free(0, 3);
	for (level = 1; level <= 9; level++) {
		room = compressBound(BYTES);
		assert_int_equal(wdz_compress2(out, &room, data, BYTES, level),
				 Z_OK);
	}
	assert_int_equal(wdz_counter(WDZ_COUNT_DEFLATE_DEVICE), 9);
	free(out);
}

#define case(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		case(test_fork_both_go_on),
		case(test_fork_child_with_new_streams),
		case(test_threads_have_streams_of_their_own),
		case(test_ended_streams_keep_no_session),
		case(test_sessions_are_used_again),
		case(test_streams_without_a_queue_are_zlibs),
		case(test_waiting_sessions_make_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
