/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The fake backend itself: that it does to the library what a test asked for,
 * and that it notices what it is there to notice.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <misc/uacce/hisi_qm.h>

#include "raw_client.h"
#include "wd_backends.h"
#include "wd_fake.h"

#define UNIT	WD_FAKE_SLICE_UNIT

static const char text[] = "she sells sea shells, she sells sea shells";

static void open_client(struct raw_client *c, const char *name)
{
	assert_int_equal(raw_client_open(c, wd_backend_get(0), name), 0);
}

/* Has request @number been answered? */
static bool is_answered(struct raw_client *c, unsigned int number)
{
	struct raw_client probe = *c;

	probe.taken = number;
	return raw_client_take(&probe) >= 0;
}

static void send(struct raw_client *c, void *dst, uint32_t room)
{
	raw_client_send(c, text, sizeof(text), dst, room);
}

static void start(const struct wd_fake_config *config)
{
	assert_int_equal(wd_fake_start(config), 0);
}

/* What a test that failed half way has left. */
static int stop(void **state)
{
	(void)state;
	wd_fake_stop();
	return 0;
}

static int count_device(void *arg, const struct wd_device_info *info)
{
	unsigned int *count = arg;
	char name[64];

	snprintf(name, sizeof(name), "hisi_zip-%u", *count);
	assert_string_equal(info->name, name);
	return ++*count == 99;
}

static void test_start_impossible_config_is_invalid(void **state)
{
	const struct wd_fake_config bad[] = {
		{ .devices = WD_FAKE_MAX_DEVICES + 1 },
		{ .sq_depth = 1 },
		{ .sq_depth = HISI_QM_MAX_DEPTH + 1 },
		{ .isolation = true, .revision = HISI_QM_REV_V2 },
		{ .revision = 0x77 },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(wd_fake_start(&bad[i]), -EINVAL);
	start(NULL);
	assert_int_equal(wd_fake_start(NULL), -EBUSY);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_enumerate_lists_devices_but_removed_ones(void **state)
{
	const int nodes[] = { 0, 1, 3 };
	const unsigned int distances[] = { 10, 20, 40 };
	const struct wd_fake_config config = {
		.devices = 3, .numa_node = nodes, .numa_distance = distances,
		.queues = 5,
	};
	const struct wd_backend_ops *ops;
	struct wd_device_info info;
	unsigned int count = 0;

	(void)state;
	start(&config);
	ops = wd_backend_get(0);
	assert_null(wd_backend_get(1));
	assert_int_equal(ops->enumerate(count_device, &count), 0);
	assert_int_equal(count, 3);
	assert_int_equal(ops->lookup("hisi_zip-1", &info), 0);
	assert_int_equal(info.numa_node, 1);
	assert_int_equal(info.numa_distance, 20);
	assert_int_equal(info.available_instances, 5);
	assert_false(info.isolated);
	wd_fake_isolate(1, true);
	wd_fake_set_free(1, 2);
	assert_int_equal(ops->lookup("hisi_zip-1", &info), 0);
	assert_true(info.isolated);
	assert_int_equal(info.available_instances, 2);
	wd_fake_remove(2);
	count = 0;
	assert_int_equal(ops->enumerate(count_device, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(ops->lookup("hisi_zip-2", &info), -ENODEV);
	assert_int_equal(ops->lookup("hisi_zip-9", &info), -ENODEV);
	assert_int_equal(wd_fake_stop(), 0);
}

static void check_steps(unsigned int revision, bool isolation,
			unsigned int depth)
{
	const struct wd_fake_config config = {
		.revision = revision, .isolation = isolation,
		.sq_depth = depth, .devices = 2,
	};
	unsigned int i, laps = 3 * depth;
	struct raw_client c;
	uint8_t dst[200];

	start(&config);
	open_client(&c, "hisi_zip-1");
	assert_int_equal(c.depth, depth);
	for (i = 0; i < laps; i++) {
		send(&c, dst, sizeof(dst));
		assert_false(is_answered(&c, i));
		assert_int_equal(wd_fake_step(0, 0), 0);
		assert_int_equal(wd_fake_step(1, 0), 1);
		assert_true(is_answered(&c, i));
		assert_true(raw_client_is_right(raw_client_sqe(&c, i % depth), text,
					sizeof(text), dst));
		raw_client_ring(&c, HISI_QM_DB_CQ, (i + 1) % depth, 0);
	}
	raw_client_close(&c);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_step_answers_over_laps(void **state)
{
	(void)state;
	check_steps(HISI_QM_REV_V1, false, 3);
	check_steps(HISI_QM_REV_V2, false, 2);
	check_steps(HISI_QM_REV_V3, false, 5);
	check_steps(HISI_QM_REV_V3, true, 1024);
	check_steps(HISI_QM_REV_V1, false, 1000);
}

static void test_step_counts_and_chooses_the_queue(void **state)
{
	struct raw_client a, b;
	uint8_t dst[200];
	unsigned int i;

	(void)state;
	start(NULL);
	open_client(&a, "hisi_zip-0");
	open_client(&b, "hisi_zip-0");
	assert_int_equal(wd_fake_open_queues(0), 2);
	for (i = 0; i < 3; i++) {
		send(&a, dst, sizeof(dst));
		send(&b, dst, sizeof(dst));
	}
	assert_int_equal(wd_fake_step_queue(0, b.qn, 2), 2);
	assert_true(is_answered(&b, 1));
	assert_false(is_answered(&b, 2));
	assert_false(is_answered(&a, 0));
	assert_int_equal(wd_fake_step(0, 3), 3);
	assert_int_equal(wd_fake_step(0, 0), 1);
	assert_int_equal(wd_fake_step(0, 0), 0);
	raw_client_close(&a);
	raw_client_close(&b);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_wait_tells_news_once(void **state)
{
	struct raw_client c;
	struct pollfd pfd = { .events = POLLIN };
	uint8_t dst[200];

	(void)state;
	start(NULL);
	open_client(&c, "hisi_zip-0");
	pfd.fd = c.ops->fd(c.ch);
	assert_int_equal(c.ops->wait(c.ch, 0), 0);
	assert_int_equal(c.ops->wait(c.ch, 2), 0);
	send(&c, dst, sizeof(dst));
	assert_int_equal(poll(&pfd, 1, 0), 0);
	wd_fake_hold_irqs(0, true);
	assert_int_equal(wd_fake_step(0, 0), 1);
	assert_int_equal(c.ops->wait(c.ch, 0), 0);
	assert_int_equal(wd_fake_pump_irqs(0), 1);
	assert_int_equal(wd_fake_pump_irqs(0), 0);
	assert_int_equal(poll(&pfd, 1, 0), 1);
	assert_int_equal(c.ops->wait(c.ch, 0), 1);
	assert_int_equal(poll(&pfd, 1, 0), 0);
	assert_int_equal(c.ops->wait(c.ch, 0), 0);
	/* Not armed again yet. */
	wd_fake_hold_irqs(0, false);
	send(&c, dst, sizeof(dst));
	assert_int_equal(wd_fake_step(0, 0), 1);
	assert_int_equal(c.ops->wait(c.ch, 0), 0);
	/* Arming with an answer there already tells at once. */
	raw_client_ring(&c, HISI_QM_DB_CQ, 1, 1);
	assert_int_equal(poll(&pfd, 1, 0), 1);
	/* Arming with all taken makes old news go away. */
	raw_client_ring(&c, HISI_QM_DB_CQ, 2, 1);
	assert_int_equal(poll(&pfd, 1, 0), 0);
	raw_client_close(&c);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_auto_step_wait_does_the_work(void **state)
{
	const struct wd_fake_config config = { .auto_step = true };
	struct raw_client c;
	uint8_t dst[200];

	(void)state;
	start(&config);
	open_client(&c, "hisi_zip-0");
	send(&c, dst, sizeof(dst));
	assert_false(is_answered(&c, 0));
	assert_int_equal(c.ops->wait(c.ch, -1), 1);
	assert_true(is_answered(&c, 0));
	raw_client_close(&c);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_instant_doorbell_does_the_work(void **state)
{
	const struct wd_fake_config config = { .instant = true };
	struct raw_client c;
	uint8_t dst[200];

	(void)state;
	start(&config);
	open_client(&c, "hisi_zip-0");
	send(&c, dst, sizeof(dst));
	assert_true(is_answered(&c, 0));
	raw_client_close(&c);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_doorbells_are_logged_held_and_released(void **state)
{
	struct wd_fake_doorbell log[WD_FAKE_DOORBELL_LOG];
	struct raw_client c;
	uint8_t dst[200];
	unsigned int i;

	(void)state;
	start(NULL);
	open_client(&c, "hisi_zip-0");
	wd_fake_hold_doorbells(0, true);
	send(&c, dst, sizeof(dst));
	send(&c, dst, sizeof(dst));
	assert_int_equal(wd_fake_step(0, 0), 0);
	assert_int_equal(wd_fake_release_doorbells(0, 1), 1);
	assert_int_equal(wd_fake_step(0, 0), 1);
	assert_int_equal(wd_fake_release_doorbells(0, 0), 1);
	assert_int_equal(wd_fake_release_doorbells(0, 0), 0);
	assert_int_equal(wd_fake_step(0, 0), 1);
	wd_fake_hold_doorbells(0, false);
	assert_int_equal(wd_fake_doorbells(0, c.qn, log, 64), 2);
	assert_int_equal(log[0].offset, HISI_QM_DOORBELL_SQ_CQ);
	assert_true(log[0].value == 0x0000000100000000);
	assert_true(log[1].value == 0x0000000200000000);
	for (i = 0; i < 70; i++)
		raw_client_ring(&c, HISI_QM_DB_CQ, 2, 0);
	assert_int_equal(wd_fake_doorbells(0, c.qn, log, 1), 72);
	assert_true(log[0].value == 0x0000000200001000);
	assert_int_equal(wd_fake_calls(WD_FAKE_OP_DOORBELL), 72);
	raw_client_close(&c);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_doorbell_that_fails_is_lost(void **state)
{
	struct raw_client c;
	uint8_t dst[200];

	(void)state;
	start(NULL);
	open_client(&c, "hisi_zip-0");
	wd_fake_fail(WD_FAKE_OP_DOORBELL, 2, -EIO);
	send(&c, dst, sizeof(dst));
	send(&c, dst, sizeof(dst));
	assert_int_equal(wd_fake_step(0, 0), 1);
	send(&c, dst, sizeof(dst));
	assert_int_equal(wd_fake_step(0, 0), 2);
	raw_client_close(&c);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_mmio_is_memory_that_the_test_rings_with(void **state)
{
	const struct wd_fake_config config = { .mmio = true };
	struct raw_client c;
	uint8_t dst[200];
	void *mmio;

	(void)state;
	start(&config);
	open_client(&c, "hisi_zip-0");
	assert_null(c.ops->doorbell);
	assert_null(wd_fake_mmio(0, c.qn));
	assert_int_equal(c.ops->map(c.ch, UACCE_QFRT_MMIO,
				    c.ch->info.region_mmio_bytes, &mmio), 0);
	assert_int_equal(c.ops->map(c.ch, UACCE_QFRT_MMIO,
				    c.ch->info.region_mmio_bytes, &mmio),
			 -EEXIST);
	assert_ptr_equal(wd_fake_mmio(0, c.qn), mmio);
	raw_client_fill(&c, (uintptr_t)text, sizeof(text),
			(uintptr_t)dst, sizeof(dst));
	*(uint64_t *)((char *)mmio + HISI_QM_DOORBELL_SQ_CQ) = 1ULL << 32;
	assert_int_equal(wd_fake_step(0, 0), 0);
	wd_fake_mmio_ring(0, c.qn);
	assert_int_equal(wd_fake_step(0, 0), 1);
	c.ops->unmap(c.ch, UACCE_QFRT_MMIO, mmio,
		     c.ch->info.region_mmio_bytes);
	raw_client_close(&c);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_kill_sets_flags_and_wait_fails(void **state)
{
	struct raw_client c;
	struct pollfd pfd = { .events = POLLIN };
	const uint32_t *flags;
	uint8_t dst[200];

	(void)state;
	start(NULL);
	open_client(&c, "hisi_zip-0");
	pfd.fd = c.ops->fd(c.ch);
	flags = (uint32_t *)((char *)c.dus + c.ch->info.region_dus_bytes - 8);
	wd_fake_set_tx_stop(0, c.qn, 1);
	assert_int_equal(flags[0], 0);
	assert_int_equal(flags[1], 1);
	wd_fake_set_tx_stop(0, c.qn, 0);
	wd_fake_set_rx_stop(0, c.qn, 1);
	assert_int_equal(flags[0], 1);
	assert_int_equal(flags[1], 0);
	send(&c, dst, sizeof(dst));
	wd_fake_kill_queue(0, c.qn);
	assert_int_equal(flags[0], 1);
	assert_int_equal(flags[1], 1);
	assert_int_equal(wd_fake_step(0, 0), 0);
	assert_int_equal(poll(&pfd, 1, 0), 1);
	assert_int_equal(c.ops->wait(c.ch, 0), -EIO);
	assert_int_equal(c.ops->start(c.ch), -EIO);
	raw_client_close(&c);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_remove_makes_everything_fail_but_close(void **state)
{
	struct raw_client c, other;
	struct hisi_qp_info shape;
	void *addr;

	(void)state;
	start(NULL);
	open_client(&c, "hisi_zip-0");
	wd_fake_remove(0);
	assert_int_equal(raw_client_open(&other, wd_backend_get(0), "hisi_zip-0"), -ENODEV);
	assert_int_equal(c.ops->open(&c.ch->info, &other.ch), -ENODEV);
	assert_int_equal(c.ops->wait(c.ch, 0), -ENODEV);
	assert_int_equal(c.ops->start(c.ch), -ENODEV);
	assert_int_equal(c.ops->fd(c.ch), -ENODEV);
	assert_int_equal(c.ops->map(c.ch, UACCE_QFRT_SS, UNIT, &addr),
			 -ENODEV);
	assert_int_equal(c.ops->ioctl(c.ch, UACCE_CMD_QM_SET_QP_INFO, &shape),
			 -ENODEV);
	raw_client_close(&c);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_open_without_free_queue_is_busy(void **state)
{
	const struct wd_fake_config config = { .queues = 2 };
	struct raw_client a, b, none;

	(void)state;
	start(&config);
	open_client(&a, "hisi_zip-0");
	wd_fake_set_free(0, 0);
	assert_int_equal(raw_client_open(&none, wd_backend_get(0), "hisi_zip-0"), -EBUSY);
	wd_fake_set_free(0, 1);
	open_client(&b, "hisi_zip-0");
	assert_int_equal(raw_client_open(&none, wd_backend_get(0), "hisi_zip-0"), -EBUSY);
	raw_client_close(&a);
	raw_client_close(&b);
	assert_int_equal(wd_fake_stop(), 0);
}

/* No descriptor can be made until it is called again with false. */
static void exhaust_descriptors(bool on)
{
	static struct rlimit saved;
	struct rlimit none;

	if (on) {
		assert_int_equal(getrlimit(RLIMIT_NOFILE, &saved), 0);
		none = saved;
		none.rlim_cur = 3;
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	} else {
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &saved), 0);
	}
}

static void test_open_without_descriptors_fails(void **state)
{
	struct raw_client c;

	(void)state;
	start(NULL);
	exhaust_descriptors(true);
	assert_int_equal(raw_client_open(&c, wd_backend_get(0), "hisi_zip-0"),
			 -EMFILE);
	exhaust_descriptors(false);
	assert_int_equal(wd_fake_open_queues(0), 0);
	open_client(&c, "hisi_zip-0");
	raw_client_close(&c);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_nth_call_of_an_operation_fails(void **state)
{
	struct wd_device_info info;
	struct hisi_qp_ctx ctx = { 0 };
	struct raw_client c;
	unsigned int count = 0;
	void *addr;

	(void)state;
	start(NULL);
	wd_fake_fail(WD_FAKE_OP_ENUMERATE, 1, -ENOMEM);
	assert_int_equal(wd_backend_get(0)->enumerate(count_device, &count),
			 -ENOMEM);
	assert_int_equal(count, 0);
	wd_fake_fail(WD_FAKE_OP_LOOKUP, 1, -ENODEV);
	assert_int_equal(raw_client_open(&c, wd_backend_get(0), "hisi_zip-0"), -ENODEV);
	wd_fake_fail(WD_FAKE_OP_OPEN, 2, -EACCES);
	open_client(&c, "hisi_zip-0");
	assert_int_equal(c.ops->open(&c.ch->info, &c.ch), -EACCES);
	wd_fake_fail(WD_FAKE_OP_START, 1, -EIO);
	assert_int_equal(c.ops->start(c.ch), -EIO);
	wd_fake_fail(WD_FAKE_OP_MAP_SS, 1, -ENOMEM);
	assert_int_equal(c.ops->map(c.ch, UACCE_QFRT_SS, UNIT, &addr),
			 -ENOMEM);
	wd_fake_fail(WD_FAKE_OP_SET_QP_CTX, 1, -EPERM);
	assert_int_equal(c.ops->ioctl(c.ch, UACCE_CMD_QM_SET_QP_CTX, &ctx),
			 -EPERM);
	assert_int_equal(c.ops->ioctl(c.ch, UACCE_CMD_QM_SET_QP_CTX, &ctx), 0);
	wd_fake_fail(WD_FAKE_OP_WAIT, 1, -EIO);
	assert_int_equal(c.ops->wait(c.ch, 0), -EIO);
	wd_fake_fail(WD_FAKE_OP_FD, 1, -EMFILE);
	assert_int_equal(c.ops->fd(c.ch), -EMFILE);
	wd_fake_fail(WD_FAKE_OP_LOOKUP, 1, -EIO);
	wd_fake_fail(WD_FAKE_OP_LOOKUP, 0, 0);
	assert_int_equal(c.ops->lookup("hisi_zip-0", &info), 0);
	assert_int_equal(c.ops->ioctl(c.ch, 12345, NULL), -EINVAL);
	raw_client_close(&c);
	assert_int_equal(wd_fake_calls(WD_FAKE_OP_CLOSE), 1);
	assert_int_equal(wd_fake_calls(WD_FAKE_OP_UNMAP), 1);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_map_rules_are_the_kernels(void **state)
{
	struct raw_client c;
	void *addr;

	(void)state;
	start(NULL);
	open_client(&c, "hisi_zip-0");
	assert_int_equal(c.ops->map(c.ch, UACCE_QFRT_DUS,
				    c.ch->info.region_dus_bytes, &addr),
			 -EEXIST);
	assert_int_equal(c.ops->map(c.ch, UACCE_QFRT_DUS, 4096, &addr),
			 -EINVAL);
	assert_int_equal(c.ops->map(c.ch, UACCE_QFRT_SS, 0, &addr), -EINVAL);
	assert_int_equal(c.ops->map(c.ch, UACCE_QFRT_DKO, 4096, &addr),
			 -EINVAL);
	assert_int_equal(c.ops->map(c.ch, UACCE_QFRT_MMIO,
				    c.ch->info.region_mmio_bytes, &addr),
			 -EINVAL);
	raw_client_close(&c);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_stop_counts_what_was_leaked(void **state)
{
	struct raw_client a, b;
	void *ss;

	(void)state;
	start(NULL);
	open_client(&a, "hisi_zip-0");
	open_client(&b, "hisi_zip-0");
	assert_int_equal(a.ops->map(a.ch, UACCE_QFRT_SS, UNIT, &ss), 0);
	/* A wrong length is no unmapping. */
	a.ops->unmap(a.ch, UACCE_QFRT_SS, ss, UNIT / 2);
	raw_client_close(&b);
	assert_int_equal(wd_fake_stop(), 3);
	assert_int_equal(wd_fake_stop(), 0);
}

static void step_hook(void *arg, unsigned int dev, unsigned int qn)
{
	unsigned int *calls = arg;

	++*calls;
	assert_int_equal(qn, 0);
	wd_fake_step(dev, 1);
}

static void test_hook_runs_in_wait(void **state)
{
	unsigned int calls = 0;
	struct raw_client c;
	uint8_t dst[200];

	(void)state;
	start(NULL);
	open_client(&c, "hisi_zip-0");
	wd_fake_hook(WD_FAKE_OP_WAIT, step_hook, &calls);
	send(&c, dst, sizeof(dst));
	assert_int_equal(c.ops->wait(c.ch, -1), 1);
	assert_int_equal(c.ops->wait(c.ch, -1), 0);
	assert_int_equal(calls, 2);
	raw_client_close(&c);
	assert_int_equal(wd_fake_stop(), 0);
}

static void log_line(void *arg, enum hisi_qm_model_log_level level,
		     const char *text_)
{
	unsigned int *errors = arg;

	assert_non_null(text_);
	*errors += level == HISI_QM_MODEL_LOG_GUEST_ERROR;
}

static void test_log_hears_of_mistakes(void **state)
{
	unsigned int errors = 0;
	const struct wd_fake_config config = {
		.log = log_line, .log_arg = &errors,
	};
	struct raw_client c;

	(void)state;
	start(&config);
	open_client(&c, "hisi_zip-0");
	assert_int_equal(errors, 0);
	raw_client_ring(&c, HISI_QM_DB_CQ, 5, 0);
	assert_int_equal(errors, 1);
	raw_client_close(&c);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_dus_of_the_device_is_the_memory_of_the_driver(void **state)
{
	size_t bytes = 0;
	struct raw_client c;
	void *dus;

	(void)state;
	start(NULL);
	open_client(&c, "hisi_zip-0");
	dus = wd_fake_dus(0, c.qn, &bytes);
	assert_ptr_not_equal(dus, c.dus);
	assert_int_equal(bytes, c.ch->info.region_dus_bytes);
	memset(c.dus, 0x5a, 128);
	assert_memory_equal(dus, c.dus, bytes);
	assert_null(wd_fake_dus(0, c.qn + 1, &bytes));
	raw_client_close(&c);
	assert_int_equal(wd_fake_stop(), 0);
}

static void *step_until_told(void *arg)
{
	bool *is_over = arg;

	while (!__atomic_load_n(is_over, __ATOMIC_ACQUIRE))
		wd_fake_step(0, 1);
	return NULL;
}

static void test_another_thread_may_step(void **state)
{
	bool is_over = false;
	struct raw_client c;
	uint8_t dst[200];
	pthread_t thread;
	unsigned int i;

	(void)state;
	start(NULL);
	open_client(&c, "hisi_zip-0");
	assert_int_equal(pthread_create(&thread, NULL, step_until_told,
					&is_over), 0);
	for (i = 0; i < 100; i++) {
		send(&c, dst, sizeof(dst));
		while (c.ops->wait(c.ch, 100) != 1)
			;
		raw_client_ring(&c, HISI_QM_DB_CQ, i + 1, 1);
	}
	__atomic_store_n(&is_over, true, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	raw_client_close(&c);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_child_closes_its_copy(void **state)
{
	struct raw_client c;
	uint8_t dst[200];
	int status;
	pid_t pid;

	(void)state;
	start(NULL);
	open_client(&c, "hisi_zip-0");
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		c.ops->close(c.ch, true);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	send(&c, dst, sizeof(dst));
	assert_int_equal(wd_fake_step(0, 0), 1);
	raw_client_close(&c);
	assert_int_equal(wd_fake_stop(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_start_impossible_config_is_invalid, stop),
		cmocka_unit_test_teardown(test_enumerate_lists_devices_but_removed_ones, stop),
		cmocka_unit_test_teardown(test_step_answers_over_laps, stop),
		cmocka_unit_test_teardown(test_step_counts_and_chooses_the_queue, stop),
		cmocka_unit_test_teardown(test_wait_tells_news_once, stop),
		cmocka_unit_test_teardown(test_auto_step_wait_does_the_work, stop),
		cmocka_unit_test_teardown(test_instant_doorbell_does_the_work, stop),
		cmocka_unit_test_teardown(test_doorbells_are_logged_held_and_released, stop),
		cmocka_unit_test_teardown(test_doorbell_that_fails_is_lost, stop),
		cmocka_unit_test_teardown(test_mmio_is_memory_that_the_test_rings_with, stop),
		cmocka_unit_test_teardown(test_kill_sets_flags_and_wait_fails, stop),
		cmocka_unit_test_teardown(test_remove_makes_everything_fail_but_close, stop),
		cmocka_unit_test_teardown(test_open_without_free_queue_is_busy, stop),
		cmocka_unit_test_teardown(test_open_without_descriptors_fails, stop),
		cmocka_unit_test_teardown(test_nth_call_of_an_operation_fails, stop),
		cmocka_unit_test_teardown(test_map_rules_are_the_kernels, stop),
		cmocka_unit_test_teardown(test_stop_counts_what_was_leaked, stop),
		cmocka_unit_test_teardown(test_hook_runs_in_wait, stop),
		cmocka_unit_test_teardown(test_log_hears_of_mistakes, stop),
		cmocka_unit_test_teardown(test_dus_of_the_device_is_the_memory_of_the_driver, stop),
		cmocka_unit_test_teardown(test_another_thread_may_step, stop),
		cmocka_unit_test_teardown(test_child_closes_its_copy, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
