/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Asynchronous requests when queues and devices die: none lost, none doubled. */
#include "session_async_support.h"

#define N	8

enum blow {
	BLOW_KILL,	/* one queue of device 0 */
	BLOW_KILL_ALL,	/* all queues of device 0, as a reset does */
	BLOW_ISOLATE,	/* and it is not to be used again */
	BLOW_REMOVE,
	BLOW_BREAK,	/* a completion that makes no sense */
	BLOWS,
};

static void strike(unsigned int dev, enum blow blow)
{
	switch (blow) {
	case BLOW_KILL:
		if (wd_fake_open_queues(dev))
			wd_fake_kill_queue(dev, 0);
		break;
	case BLOW_ISOLATE:
		wd_fake_isolate(dev, true);
		kill_queues(dev);
		break;
	case BLOW_KILL_ALL:
		kill_queues(dev);
		break;
	case BLOW_REMOVE:
		wd_fake_remove(dev);
		break;
	default:
		hisi_qm_model_inject(wd_fake_model(dev),
				     HISI_QM_MODEL_FAULT_WRONG_CQE, true, 1);
	}
}

/* One way of things: @done of N requests are answered, @polled called back. */
struct scene {
	enum wd_mode mode;
	unsigned int devices;
	unsigned int queues;
	enum blow blow;
	unsigned int done;
	unsigned int polled;
	uint32_t flags;
};

static struct ask *scene_asks(const struct scene *sc, uint32_t direction)
{
	struct ask *asks = asks_new(N, direction, WD_COMP_GZIP, 600);
	unsigned int i;

	for (i = 0; i < N; i++)
		asks[i].req.flags = sc->flags;
	return asks;
}

static void check_answers(const struct scene *sc, const struct ask *asks)
{
	unsigned int i;

	for (i = 0; i < N; i++) {
		if (!sc->flags) {
			ask_check(&asks[i]);
			continue;
		}
		ask_ended(&asks[i], 0);
		assert_int_equal(asks[i].req.check,
				 zlib_check(WD_COMP_GZIP, asks[i].plain,
					    asks[i].plain_bytes));
	}
}

/* The first device first: that is where it strikes. */
static void step_some(unsigned int devices, unsigned int n)
{
	unsigned int dev, done = 0;

	for (dev = 0; dev < devices && done < n; dev++)
		done += wd_fake_step(dev, n - done);
	assert_int_equal(done, n);
}

static void play(const struct scene *sc, uint32_t direction)
{
	const struct wd_fake_config config = {
		.devices = sc->devices, .mode = sc->mode,
	};
	struct wd_comp_params params = fake_params(direction, WD_COMP_GZIP);
	struct ask *asks = scene_asks(sc, direction);
	struct wd_comp_session *s;
	unsigned int i;

	params.queues = sc->queues;
	params.segment_bytes = sc->flags ? 4096 : 0;
	fake_start(&config);
	s = session_new(&params);
	for (i = 0; i < N; i += 2)
		assert_int_equal(asks_submit(s, asks + i, 2), 2);
	step_some(sc->devices, sc->done);
	if (sc->polled)
		assert_int_equal(wd_comp_poll(s, sc->polled), sc->polled);
	strike(0, sc->blow);
	drain(s, sc->devices);
	check_answers(sc, asks);
	/* And it goes on. */
	for (i = 0; i < N; i++)
		ask_again(&asks[i]);
	assert_int_equal(asks_submit(s, asks, N), N);
	drain(s, sc->devices);
	check_answers(sc, asks);
	asks_free(asks, N);
	session_end(s);
}

static void play_points(struct scene *sc, uint32_t direction)
{
	for (sc->done = 0; sc->done <= N; sc->done++)
		for (sc->polled = 0; sc->polled <= sc->done; sc->polled++)
			play(sc, direction);
}

static void test_death_at_every_point_two_devices(void **state)
{
	struct scene sc = { .devices = 2 };

	(void)state;
	for (sc.blow = 0; sc.blow < BLOWS; sc.blow++)
		for (sc.queues = 1; sc.queues <= 3; sc.queues += 2)
			play_points(&sc, WD_COMP_COMPRESS);
}

static void test_death_in_every_mode(void **state)
{
	struct scene sc = { .devices = 3, .queues = 2, .done = 3 };

	(void)state;
	for (sc.mode = WD_MODE_SVA; sc.mode <= WD_MODE_NOIOMMU; sc.mode++) {
		for (sc.blow = 0; sc.blow < BLOWS; sc.blow++) {
			for (sc.polled = 0; sc.polled < 4; sc.polled += 3) {
				play(&sc, WD_COMP_COMPRESS);
				play(&sc, WD_COMP_DECOMPRESS);
			}
		}
	}
}

static void test_death_with_segments(void **state)
{
	struct scene sc = {
		.devices = 2, .queues = 2, .done = 3, .polled = 1,
		.flags = WD_COMP_REQ_SEGMENT,
	};

	(void)state;
	for (sc.mode = WD_MODE_SVA; sc.mode <= WD_MODE_NOIOMMU; sc.mode++)
		for (sc.blow = 0; sc.blow < BLOWS; sc.blow++)
			play(&sc, WD_COMP_COMPRESS);
}

/* --- small worlds --- */

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

static void test_only_device_removed_gives_eio_then_enodev(void **state)
{
	struct wd_comp_session *s = world(1, 2, WD_MODE_SVA);
	struct wd_queue_info info;
	struct ask *asks = some_asks();
	unsigned int i;

	(void)state;
	assert_int_equal(asks_submit(s, asks, N), N);
	wd_fake_step(0, 3);
	wd_fake_remove(0);
	assert_int_equal(wd_comp_poll(s, 0), 3);
	/* The loss is noticed and told in one call. */
	assert_int_equal(wd_comp_poll(s, 0), N - 3);
	for (i = 0; i < 3; i++)
		ask_check(&asks[i]);
	for (; i < N; i++)
		ask_ended(&asks[i], -EIO);
	assert_int_equal(asks_submit(s, asks, 1), -ENODEV);
	assert_int_equal(wd_comp_in_flight(s), 0);
	assert_int_equal(oneshot(s, WD_COMP_COMPRESS, WD_COMP_GZIP, 99),
			 -ENODEV);
	assert_int_equal(wd_comp_session_get_info(s, &info), -ENODEV);
	assert_int_equal(wd_comp_poll(s, 0), 0);
	assert_int_equal(wd_comp_wait(s, WD_TIMEOUT_INFINITE), 0);
	assert_null(wd_comp_memory_alloc(s, 4096));
	asks_free(asks, N);
	session_end(s);
}

static void test_only_device_dead_and_busy_gives_eio(void **state)
{
	struct wd_comp_session *s = world(1, 1, WD_MODE_SVA);
	struct ask *asks = some_asks();

	(void)state;
	assert_int_equal(asks_submit(s, asks, N), N);
	wd_fake_kill_queue(0, 0);
	wd_fake_fail(WD_FAKE_OP_OPEN, 1, -EBUSY);
	assert_int_equal(wd_comp_poll(s, 0), 0);
	wd_fake_step(0, 0);
	assert_int_equal(wd_comp_poll(s, 0), N);
	asks_check(asks, N);
	/* Idle when it dies: found out by the next one who sends. */
	wd_fake_kill_queue(0, 0);
	wd_fake_set_free(0, 0);
	wd_fake_isolate(0, true);
	assert_int_equal(asks_submit(s, asks, N), -ENODEV);
	wd_fake_isolate(0, false);
	wd_fake_fail(WD_FAKE_OP_START, 1, -EIO);
	assert_int_equal(asks_submit(s, asks, N), -EIO);
	asks_free(asks, N);
	session_end(s);
}

static void test_device_comes_back_all_queues_do(void **state)
{
	struct wd_comp_session *s = world(1, 3, WD_MODE_DMA);
	struct wd_queue_info info;
	struct ask *asks = some_asks();

	(void)state;
	assert_int_equal(asks_submit(s, asks, N), N);
	wd_fake_isolate(0, true);
	kill_queues(0);
	drain(s, 1);
	all_ended(asks, -EIO);
	assert_int_equal(asks_submit(s, asks, N), -ENODEV);
	assert_int_equal(wd_fake_open_queues(0), 0);
	wd_fake_isolate(0, false);
	assert_int_equal(wd_comp_session_get_info(s, &info), -ENODEV);
	for (unsigned int i = 0; i < N; i++)
		ask_again(&asks[i]);
	assert_int_equal(asks_submit(s, asks, N), N);
	assert_int_equal(wd_fake_open_queues(0), 3);
	assert_int_equal(wd_comp_session_get_info(s, &info), 0);
	drain(s, 1);
	asks_check(asks, N);
	asks_free(asks, N);
	session_end(s);
}

static void test_all_devices_die_one_after_the_other(void **state)
{
	struct wd_comp_session *s = world(4, 2, WD_MODE_DMA);
	struct ask *asks = some_asks();
	unsigned int deaths, dev, i;

	(void)state;
	assert_int_equal(asks_submit(s, asks, N), N);
	for (deaths = 0; deaths < 4; deaths++) {
		assert_int_equal(wd_comp_in_flight(s), N - deaths);
		/* The one that has them now. */
		for (dev = 0; dev < 4 && !wd_fake_step(dev, 1); dev++)
			;
		assert_in_range(dev, 0, 3);
		wd_fake_remove(dev);
		/* The answer; that there are no more, and all else moves. */
		if (deaths < 3) {
			assert_int_equal(wd_comp_poll(s, 0), 1);
			assert_int_equal(wd_comp_poll(s, 0), 0);
		}
	}
	drain(s, 4);
	for (i = 0, deaths = 0; i < N; i++) {
		if (asks[i].req.result) {
			ask_ended(&asks[i], -EIO);
			deaths++;
		} else {
			ask_check(&asks[i]);
		}
	}
	assert_int_equal(deaths, N - 4);
	asks_free(asks, N);
	session_end(s);
}

/* The other seven queues do not know yet that their device is gone. */
static void test_removed_device_with_idle_queues_loses_nothing(void **state)
{
	struct wd_comp_session *s = world(2, 8, WD_MODE_DMA);
	struct ask *asks = some_asks();

	(void)state;
	assert_int_equal(asks_submit(s, asks, N), N);
	wd_fake_remove(0);
	assert_int_equal(drain(s, 2), N);
	asks_check(asks, N);
	/* The same for those who send to such a queue. */
	assert_int_equal(wd_fake_open_queues(0), 0);
	asks_free(asks, N);
	session_end(s);
}

static void test_submit_to_removed_device_with_many_queues_moves_on(void **state)
{
	struct wd_comp_session *s = world(2, 8, WD_MODE_DMA);
	struct ask *asks = some_asks();

	(void)state;
	/* One queue is all that there is elsewhere. */
	wd_fake_set_free(1, 1);
	wd_fake_remove(0);
	assert_int_equal(asks_submit(s, asks, N), N);
	drain(s, 2);
	asks_check(asks, N);
	asks_free(asks, N);
	session_end(s);
}

/* A lane without a replacement is not the end while there are others. */
static void test_submit_lost_queue_without_replacement_uses_the_others(void **state)
{
	struct wd_comp_session *s = world(1, 2, WD_MODE_SVA);
	struct ask *asks = some_asks();

	(void)state;
	wd_fake_kill_queue(0, 0);
	wd_fake_fail(WD_FAKE_OP_START, 1, -EIO);
	assert_int_equal(asks_submit(s, asks, N), N);
	assert_int_equal(wd_fake_step_queue(0, 1, 0), N);
	assert_int_equal(wd_comp_poll(s, 0), N);
	asks_check(asks, N);
	assert_non_null(wd_comp_memory_alloc(s, 100));
	asks_free(asks, N);
	session_end(s);
}

/* --- devices that open queues and lose them --- */

static unsigned int bad_devices;

static void kill_bad(void *arg, unsigned int dev, unsigned int qn)
{
	(void)arg;
	if (dev < bad_devices)
		wd_fake_kill_queue(dev, qn);
}

static void check_bad_devices(unsigned int bad, int result)
{
	struct wd_comp_session *s;
	struct ask *asks = some_asks();
	unsigned int rounds;

	bad_devices = bad;
	s = world(3, 1, WD_MODE_SVA);
	wd_fake_hook(WD_FAKE_OP_DOORBELL, kill_bad, NULL);
	assert_int_equal(asks_submit(s, asks, N), N);
	for (rounds = 0; wd_comp_in_flight(s); rounds++) {
		check(rounds < 500, "no end");
		wd_comp_poll(s, 0);
		step_all(3);
	}
	if (result) {
		all_ended(asks, result);
	} else {
		asks_check(asks, N);
		/* Nobody goes there again. */
		rounds = wd_fake_calls(WD_FAKE_OP_OPEN);
		ask_again(&asks[0]);
		assert_int_equal(asks_submit(s, asks, 1), 1);
		drain(s, 3);
		assert_int_equal(wd_fake_calls(WD_FAKE_OP_OPEN), rounds);
	}
	asks_free(asks, N);
	session_end(s);
}

static void test_device_that_loses_every_queue_is_left(void **state)
{
	(void)state;
	check_bad_devices(1, 0);
	check_bad_devices(2, 0);
	check_bad_devices(3, -EIO);
}

static void check_oneshot_on_bad_devices(enum wd_fake_op op)
{
	const struct wd_fake_config config = {
		.devices = 3, .auto_step = true,
	};
	struct wd_comp_params params = fake_params(WD_COMP_COMPRESS,
						   WD_COMP_GZIP);
	struct wd_comp_session *s;
	unsigned int opened;
	int i, want;

	for (bad_devices = 0; bad_devices <= 3; bad_devices++) {
		want = bad_devices == 3 ? -EIO : 0;
		fake_start(&config);
		s = session_new(&params);
		wd_fake_hook(op, kill_bad, NULL);
		for (i = 0; i < 3; i++)
			assert_int_equal(oneshot(s, WD_COMP_COMPRESS,
						 WD_COMP_GZIP, 3000), want);
		opened = wd_fake_calls(WD_FAKE_OP_OPEN);
		assert_int_equal(oneshot(s, WD_COMP_COMPRESS, WD_COMP_GZIP,
					 3000), want);
		if (!want)
			assert_int_equal(wd_fake_calls(WD_FAKE_OP_OPEN),
					 opened);
		session_end(s);
	}
}

static void test_oneshot_leaves_device_that_loses_every_queue(void **state)
{
	(void)state;
	check_oneshot_on_bad_devices(WD_FAKE_OP_DOORBELL);
	check_oneshot_on_bad_devices(WD_FAKE_OP_WAIT);
}

/* A node that is wanted stays wanted. */
static void test_replacement_is_on_the_wanted_node(void **state)
{
	static const int nodes[] = { 1, 0, 1 };
	const struct wd_fake_config config = {
		.devices = 3, .numa_node = nodes,
	};
	struct wd_comp_params params = fake_params(WD_COMP_COMPRESS,
						   WD_COMP_GZIP);
	struct ask *asks = some_asks();
	struct wd_comp_session *s;
	struct wd_queue_info info;
	unsigned int rounds;

	(void)state;
	params.numa_node = 1;
	bad_devices = 1;
	fake_start(&config);
	s = session_new(&params);
	wd_fake_hook(WD_FAKE_OP_DOORBELL, kill_bad, NULL);
	assert_int_equal(asks_submit(s, asks, N), N);
	for (rounds = 0; wd_comp_in_flight(s) && rounds < 100; rounds++) {
		wd_comp_poll(s, 0);
		step_all(3);
	}
	asks_check(asks, N);
	assert_int_equal(wd_comp_session_get_info(s, &info), 0);
	assert_string_equal(info.device.name, "hisi_zip-2");
	asks_free(asks, N);
	session_end(s);
}

/* One queue's death is no reason to leave a device that works. */
static void test_death_after_answers_stays_on_the_device(void **state)
{
	struct wd_comp_session *s = world(2, 1, WD_MODE_SVA);
	struct ask *asks = some_asks();
	unsigned int i;

	(void)state;
	for (i = 0; i < 10; i++) {
		for (unsigned int k = 0; k < N; k++)
			ask_again(&asks[k]);
		assert_int_equal(asks_submit(s, asks, N), N);
		wd_fake_step(0, 2);
		wd_fake_kill_queue(0, 0);
		drain(s, 2);
		asks_check(asks, N);
		assert_int_equal(wd_fake_open_queues(0), 1);
	}
	asks_free(asks, N);
	session_end(s);
}

/* It may have been a reset, which is over now. */
static void test_first_death_without_answers_stays_on_the_device(void **state)
{
	struct wd_comp_session *s = world(2, 1, WD_MODE_SVA);
	struct ask *asks = some_asks();

	(void)state;
	assert_int_equal(asks_submit(s, asks, N), N);
	wd_fake_kill_queue(0, 0);
	assert_int_equal(wd_comp_poll(s, 0), 0);
	assert_int_equal(wd_fake_open_queues(0), 1);
	assert_int_equal(wd_fake_open_queues(1), 0);
	drain(s, 2);
	asks_check(asks, N);
	/* Now it gave answers, even if they were not given back yet. */
	wd_fake_kill_queue(0, 0);
	ask_again(&asks[0]);
	assert_int_equal(asks_submit(s, asks, 1), 1);
	assert_int_equal(wd_fake_open_queues(0), 1);
	drain(s, 2);
	ask_check(&asks[0]);
	asks_free(asks, N);
	session_end(s);
}

/* The answer was there, if nobody had looked yet. */
static void test_death_with_answers_not_taken_stays_on_the_device(void **state)
{
	struct wd_comp_session *s = world(2, 1, WD_MODE_SVA);
	struct ask *asks = some_asks();

	(void)state;
	wd_fake_kill_queue(0, 0);
	assert_int_equal(asks_submit(s, asks, 1), 1);
	wd_fake_step(0, 0);
	wd_fake_kill_queue(0, 0);
	assert_int_equal(asks_submit(s, asks + 1, 1), 1);
	assert_int_equal(wd_fake_open_queues(0), 1);
	drain(s, 2);
	asks_check(asks, 2);
	asks_free(asks, N);
	session_end(s);
}

static void test_named_device_is_not_left(void **state)
{
	const struct wd_fake_config config = { .devices = 2 };
	struct wd_comp_params params = fake_params(WD_COMP_COMPRESS,
						   WD_COMP_GZIP);
	struct ask *asks = some_asks();
	struct wd_comp_session *s;
	char name[] = "hisi_zip-1";

	(void)state;
	fake_start(&config);
	params.device = name;
	s = session_new(&params);
	/* The session has a copy. */
	memset(name, 'x', sizeof(name) - 1);
	assert_int_equal(wd_fake_open_queues(1), 1);
	assert_int_equal(asks_submit(s, asks, N), N);
	wd_fake_kill_queue(1, 0);
	wd_comp_poll(s, 0);
	assert_int_equal(wd_fake_open_queues(1), 1);
	drain(s, 2);
	asks_check(asks, N);
	wd_fake_remove(1);
	assert_int_equal(asks_submit(s, asks, N), -ENODEV);
	assert_int_equal(wd_fake_open_queues(0), 0);
	asks_free(asks, N);
	session_end(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		session_test(test_death_at_every_point_two_devices),
		session_test(test_death_in_every_mode),
		session_test(test_death_with_segments),
		session_test(test_only_device_removed_gives_eio_then_enodev),
		session_test(test_only_device_dead_and_busy_gives_eio),
		session_test(test_device_comes_back_all_queues_do),
		session_test(test_all_devices_die_one_after_the_other),
		session_test(test_removed_device_with_idle_queues_loses_nothing),
		session_test(test_submit_to_removed_device_with_many_queues_moves_on),
		session_test(test_submit_lost_queue_without_replacement_uses_the_others),
		session_test(test_device_that_loses_every_queue_is_left),
		session_test(test_oneshot_leaves_device_that_loses_every_queue),
		session_test(test_replacement_is_on_the_wanted_node),
		session_test(test_death_after_answers_stays_on_the_device),
		session_test(test_first_death_without_answers_stays_on_the_device),
		session_test(test_death_with_answers_not_taken_stays_on_the_device),
		session_test(test_named_device_is_not_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
