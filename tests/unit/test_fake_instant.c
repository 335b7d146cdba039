/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The device that completes at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "raw_client.h"
#include "wd_backends.h"
#include "wd_fake.h"

static const char text[] = "she sells sea shells, she sells sea shells";

static void open_client(struct raw_client *c, const char *name)
{
	assert_int_equal(raw_client_open(c, wd_backend_get(0), name), 0);
}

static void test_instant_device_completes_over_laps(void **state)
{
	const struct wd_fake_instant_config config = { .queues = 1, .depth = 7 };
	struct raw_client c, none;
	uint64_t sq, cq;
	unsigned int i;
	uint8_t dst[200];

	(void)state;
	assert_int_equal(wd_fake_instant_start(&config), 0);
	assert_int_equal(wd_fake_instant_start(&config), -EBUSY);
	open_client(&c, "instant-0");
	assert_int_equal(raw_client_open(&none, wd_backend_get(0), "instant-0"), -EBUSY);
	assert_int_equal(c.depth, 7);
	for (i = 0; i < 50; i++) {
		raw_client_fill(&c, (uintptr_t)text, sizeof(text),
			(uintptr_t)dst, sizeof(dst));
		assert_int_equal(raw_client_take(&c), -1);
		raw_client_ring(&c, HISI_QM_DB_SQ, c.sent % 7, 0);
		assert_int_equal(raw_client_take(&c), i % 7);
		assert_int_equal(raw_client_sqe(&c, i % 7)->consumed, sizeof(text));
		assert_int_equal(raw_client_sqe(&c, i % 7)->produced,
				 sizeof(text) / 2);
		if (i & 1)
			raw_client_ring(&c, HISI_QM_DB_CQ, c.sent % 7, 0);
	}
	assert_int_equal(c.ops->wait(c.ch, -1), 1);
	wd_fake_instant_doorbells(&sq, &cq);
	assert_int_equal(sq, 50);
	assert_int_equal(cq, 25);
	raw_client_close(&c);
	wd_fake_instant_doorbells(&sq, &cq);
	assert_int_equal(sq, 50);
	open_client(&c, "instant-0");
	assert_int_equal(wd_fake_instant_stop(), 1);
	assert_int_equal(wd_fake_instant_stop(), 0);
}

static int take_name(void *arg, const struct wd_device_info *info)
{
	(void)arg;
	assert_string_equal(info->name, "instant-0");
	return 7;
}

static void test_instant_device_follows_the_rules_of_a_backend(void **state)
{
	struct raw_client c;
	void *addr;
	int fd;

	(void)state;
	assert_int_equal(wd_fake_instant_start(NULL), 0);
	assert_int_equal(wd_backend_get(0)->enumerate(take_name, NULL), 7);
	assert_int_equal(raw_client_open(&c, wd_backend_get(0), "emu"),
			 -ENODEV);
	open_client(&c, "instant-0");
	assert_int_equal(c.depth, 1024);
	assert_int_equal(c.ops->ioctl(c.ch, 4711, NULL), -EINVAL);
	assert_int_equal(c.ops->map(c.ch, UACCE_QFRT_MMIO, 4096, &addr),
			 -EINVAL);
	assert_int_equal(c.ops->map(c.ch, UACCE_QFRT_SS, 8192, &addr), 0);
	((char *)addr)[8191] = 1;
	c.ops->unmap(c.ch, UACCE_QFRT_SS, addr, 8192);
	fd = c.ops->fd(c.ch);
	assert_true(fd >= 0);
	assert_int_equal(c.ops->fd(c.ch), fd);
	raw_client_close(&c);
	assert_int_equal(wd_fake_instant_stop(), 0);
}

static void test_instant_impossible_config_is_invalid(void **state)
{
	const struct wd_fake_instant_config bad[] = {
		{ .depth = 1 },
		{ .depth = HISI_QM_MAX_DEPTH + 1 },
		{ .queues = 100000 },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(wd_fake_instant_start(&bad[i]), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_instant_device_completes_over_laps),
		cmocka_unit_test(test_instant_device_follows_the_rules_of_a_backend),
		cmocka_unit_test(test_instant_impossible_config_is_invalid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
