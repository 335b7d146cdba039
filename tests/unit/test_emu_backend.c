/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The built-in devices through the operations of their backend, with requests
 * written by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <misc/uacce/hisi_qm.h>

#include "emu_device.h"
#include "emu_worker.h"
#include "raw_client.h"

#define EMU_QUEUES	256

static const struct wd_backend_ops *const ops = &wd_backend_emu;

static void open_client(struct raw_client *c, const char *name)
{
	assert_int_equal(raw_client_open(c, ops, name), 0);
}

static void make_text(uint8_t *buf, size_t len, unsigned int seed)
{
	size_t i;

	for (i = 0; i < len; i++) {
		seed = seed * 1103515245 + 12345;
		buf[i] = "etaoin shrdlu"[(seed >> 16) % 13];
	}
}

static int count_emu(void *arg, const struct wd_device_info *info)
{
	unsigned int *count = arg;

	assert_string_equal(info->name, "emu");
	return ++*count == 1 ? 5 : 6;
}

static void test_enumerate_lists_one_device(void **state)
{
	unsigned int count = 0;

	(void)state;
	assert_int_equal(ops->enumerate(count_emu, &count), 5);
	assert_int_equal(count, 1);
}

static void test_lookup_describes_every_kind(void **state)
{
	static const struct {
		const char *name, *api, *algorithms;
	} kinds[] = {
		{ "emu", "hisi_qm_v3", "zlib\ngzip\ndeflate" },
		{ "emu:v1", "hisi_qm_v1", "zlib\ngzip" },
		{ "emu:v2", "hisi_qm_v2", "zlib\ngzip" },
		{ "emu:v3", "hisi_qm_v3", "zlib\ngzip\ndeflate" },
	};
	struct wd_device_info info;
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		memset(&info, 0xff, sizeof(info));
		assert_int_equal(ops->lookup(kinds[i].name, &info), 0);
		assert_string_equal(info.name, kinds[i].name);
		assert_string_equal(info.api, kinds[i].api);
		assert_string_equal(info.algorithms, kinds[i].algorithms);
		assert_string_equal(info.path, "");
		assert_int_equal(info.flags, UACCE_DEV_SVA);
		assert_int_equal(info.mode, WD_MODE_SVA);
		assert_int_equal(info.numa_node, WD_NUMA_ANY);
		assert_int_equal(info.numa_distance, 10);
		assert_true(info.emulated);
		assert_false(info.isolated);
		assert_true(info.available_instances >= 64);
	}
	assert_int_equal(ops->lookup("emu:v9", &info), -ENODEV);
	assert_int_equal(ops->lookup("hisi_zip-0", &info), -ENODEV);
}

static void test_open_unknown_device_fails(void **state)
{
	const struct wd_device_info info = { .name = "nobody" };
	struct wd_channel *ch;

	(void)state;
	assert_int_equal(ops->open(&info, &ch), -ENODEV);
}

static void check_kind(const char *name)
{
	uint8_t src[3000], dst[4000];
	struct raw_client c;
	unsigned int i;
	int slot;

	open_client(&c, name);
	for (i = 0; i < 2 * c.depth + 10; i++) {
		make_text(src, sizeof(src), i);
		raw_client_send(&c, src, 100 + i % 2900, dst, sizeof(dst));
		slot = raw_client_take_wait(&c);
		assert_int_equal(slot, i % c.depth);
		assert_true(raw_client_is_right(raw_client_sqe(&c, slot), src, 100 + i % 2900,
				     dst));
	}
	raw_client_close(&c);
}

static void test_requests_complete_on_every_kind(void **state)
{
	(void)state;
	check_kind("emu");
	check_kind("emu:v1");
	check_kind("emu:v2");
	check_kind("emu:v3");
}

/* Nobody ever waits: the device's own threads have to do it all. */
static void test_polling_alone_gets_answers(void **state)
{
	uint8_t src[1000], dst[64][1500];
	struct raw_client c;
	unsigned int i;
	int slot;

	(void)state;
	make_text(src, sizeof(src), 1);
	open_client(&c, "emu");
	for (i = 0; i < 64; i++)
		raw_client_fill(&c, (uintptr_t)src, sizeof(src),
				(uintptr_t)dst[i], sizeof(dst[i]));
	raw_client_ring(&c, HISI_QM_DB_SQ, c.sent, 0);
	for (i = 0; i < 64; i++) {
		do {
			slot = raw_client_take(&c);
		} while (slot < 0);
		assert_int_equal(slot, i);
		assert_true(raw_client_is_right(raw_client_sqe(&c, slot), src, sizeof(src),
				     dst[i]));
	}
	raw_client_arm(&c, 0);
	/* After a while without work they sleep, and still hear the doorbell. */
	for (i = 0; i < 3; i++) {
		usleep(20000);
		raw_client_send(&c, src, sizeof(src), dst[0], sizeof(dst[0]));
		do {
			slot = raw_client_take(&c);
		} while (slot < 0);
	}
	raw_client_close(&c);
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

static void test_wait_times_out(void **state)
{
	struct raw_client c;
	int64_t start;

	(void)state;
	open_client(&c, "emu");
	start = now_ms();
	assert_int_equal(ops->wait(c.ch, 0), 0);
	assert_int_equal(ops->wait(c.ch, 50), 0);
	assert_true(now_ms() - start >= 50);
	raw_client_close(&c);
}

/*
 * As after the library's destructor. A timeout of 0 only looks; any other lets
 * the calling thread do the work.
 */
static void test_wait_helps_where_there_are_no_threads(void **state)
{
	uint8_t src[1000], dst[1500];
	struct emu_device *dev;
	struct raw_client c;
	unsigned int i;

	(void)state;
	make_text(src, sizeof(src), 1);
	open_client(&c, "emu");
	assert_int_equal(emu_device_get(&emu_kinds[0], &dev), 0);
	emu_workers_stop(dev);
	for (i = 0; i < 3; i++)
		raw_client_send(&c, src, sizeof(src), dst, sizeof(dst));
	assert_int_equal(ops->wait(c.ch, 0), 0);
	usleep(5000);
	assert_int_equal(raw_client_take(&c), -1);
	for (i = 0; i < 3; i++) {
		assert_int_equal(ops->wait(c.ch, 1), 1);
		assert_int_equal(raw_client_take(&c), i);
	}
	emu_device_put(dev);
	raw_client_close(&c);
}

/*
 * Who always waits gets to do his requests himself, and nobody is woken for
 * them. That must not be the end of a request that nobody waits for.
 */
static void test_polling_after_much_waiting_gets_answers(void **state)
{
	uint8_t src[1000], dst[1500];
	unsigned int round, i;
	struct raw_client c;
	int slot;

	(void)state;
	make_text(src, sizeof(src), 1);
	open_client(&c, "emu");
	for (round = 0; round < 5; round++) {
		for (i = 0; i < 300; i++) {
			raw_client_send(&c, src, sizeof(src), dst, sizeof(dst));
			assert_true(raw_client_take_wait(&c) >= 0);
		}
		raw_client_send(&c, src, sizeof(src), dst, sizeof(dst));
		do {
			slot = raw_client_take(&c);
		} while (slot < 0);
		assert_true(raw_client_is_right(raw_client_sqe(&c, slot), src, sizeof(src), dst));
		raw_client_arm(&c, 0);
	}
	for (i = 0; i < 300; i++) {
		raw_client_send(&c, src, sizeof(src), dst, sizeof(dst));
		assert_true(raw_client_take_wait(&c) >= 0);
	}
	raw_client_send(&c, src, sizeof(src), dst, sizeof(dst));
	raw_client_close(&c);
	open_client(&c, "emu");
	raw_client_send(&c, src, sizeof(src), dst, sizeof(dst));
	assert_int_equal(raw_client_take_wait(&c), 0);
	raw_client_close(&c);
}

static void on_signal(int number)
{
	(void)number;
}

struct signaller {
	pthread_t waiter;
	bool is_done;
};

/* A signal that comes before the wait does not end it, so there are more. */
static void *signal_main(void *arg)
{
	struct signaller *signaller = arg;

	while (!__atomic_load_n(&signaller->is_done, __ATOMIC_ACQUIRE)) {
		usleep(20000);
		pthread_kill(signaller->waiter, SIGUSR1);
	}
	return NULL;
}

static void test_wait_ends_with_a_signal(void **state)
{
	const struct sigaction action = { .sa_handler = on_signal };
	struct signaller signaller = { .waiter = pthread_self() };
	struct raw_client c;
	pthread_t thread;

	(void)state;
	assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
	open_client(&c, "emu");
	assert_int_equal(pthread_create(&thread, NULL, signal_main,
					&signaller), 0);
	assert_int_equal(ops->wait(c.ch, -1), 0);
	__atomic_store_n(&signaller.is_done, true, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	raw_client_close(&c);
}

static void test_fd_follows_arming(void **state)
{
	struct pollfd pfd = { .events = POLLIN };
	uint8_t src[1000], dst[1500];
	struct raw_client c;

	(void)state;
	make_text(src, sizeof(src), 1);
	open_client(&c, "emu");
	pfd.fd = ops->fd(c.ch);
	assert_true(pfd.fd >= 0);
	assert_int_equal(ops->fd(c.ch), pfd.fd);
	assert_int_equal(poll(&pfd, 1, 0), 0);
	/* A queue starts armed. */
	raw_client_send(&c, src, sizeof(src), dst, sizeof(dst));
	assert_int_equal(poll(&pfd, 1, 10000), 1);
	assert_int_equal(raw_client_take(&c), 0);
	raw_client_arm(&c, 0);
	assert_int_equal(poll(&pfd, 1, 0), 1);
	raw_client_arm(&c, 1);
	assert_int_equal(poll(&pfd, 1, 0), 0);
	raw_client_send(&c, src, sizeof(src), dst, sizeof(dst));
	assert_int_equal(poll(&pfd, 1, 10000), 1);
	/* Arming while there is an answer tells at once. */
	raw_client_arm(&c, 1);
	assert_int_equal(poll(&pfd, 1, 0), 1);
	assert_int_equal(ops->wait(c.ch, 0), 1);
	assert_int_equal(poll(&pfd, 1, 0), 0);
	raw_client_close(&c);
}

static void test_fd_of_news_that_came_before_is_readable(void **state)
{
	struct pollfd pfd = { .events = POLLIN };
	uint8_t src[1000], dst[1500];
	struct raw_client c;

	(void)state;
	make_text(src, sizeof(src), 1);
	open_client(&c, "emu");
	raw_client_send(&c, src, sizeof(src), dst, sizeof(dst));
	while (raw_client_take(&c) < 0)
		;
	/* The answer is written before the event. */
	do {
		pfd.fd = ops->fd(c.ch);
	} while (poll(&pfd, 1, 10) != 1);
	raw_client_close(&c);
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

static void test_fd_without_descriptors_fails_and_recovers(void **state)
{
	struct raw_client c;

	(void)state;
	open_client(&c, "emu");
	exhaust_descriptors(true);
	assert_int_equal(ops->fd(c.ch), -EMFILE);
	exhaust_descriptors(false);
	assert_true(ops->fd(c.ch) >= 0);
	raw_client_close(&c);
}

static void test_open_all_queues_then_busy(void **state)
{
	struct raw_client all[EMU_QUEUES], one;
	struct wd_device_info info;
	unsigned int i;

	(void)state;
	for (i = 0; i < EMU_QUEUES; i++)
		open_client(&all[i], "emu:v3");
	assert_int_equal(ops->lookup("emu:v3", &info), 0);
	assert_int_equal(info.available_instances, 0);
	assert_int_equal(raw_client_open(&one, ops, "emu:v3"), -EBUSY);
	for (i = 0; i < EMU_QUEUES; i++)
		raw_client_close(&all[i]);
	assert_int_equal(ops->lookup("emu:v3", &info), 0);
	assert_int_equal(info.available_instances, EMU_QUEUES);
}

static void test_map_rules_are_the_kernels(void **state)
{
	uint64_t word = 0;
	struct raw_client c;
	uint8_t *bytes;
	void *addr;

	(void)state;
	open_client(&c, "emu");
	assert_int_equal(ops->map(c.ch, UACCE_QFRT_DUS,
				  c.ch->info.region_dus_bytes, &addr), -EEXIST);
	ops->unmap(c.ch, UACCE_QFRT_DUS, c.dus, c.ch->info.region_dus_bytes);
	assert_int_equal(ops->map(c.ch, UACCE_QFRT_DUS, 4096, &addr), -EINVAL);
	assert_int_equal(ops->map(c.ch, UACCE_QFRT_DUS,
				  c.ch->info.region_dus_bytes, &c.dus), 0);
	assert_int_equal(ops->map(c.ch, UACCE_QFRT_MMIO, 4096, &addr),
			 -EINVAL);
	assert_int_equal(ops->map(c.ch, UACCE_QFRT_DKO, 4096, &addr), -EINVAL);
	assert_int_equal(ops->map(c.ch, UACCE_QFRT_SS, 0, &addr), -EINVAL);
	assert_int_equal(ops->map(c.ch, UACCE_QFRT_SS, SIZE_MAX / 2, &addr),
			 -ENOMEM);
	assert_int_equal(ops->ioctl(c.ch, UACCE_CMD_GET_SS_DMA, &word),
			 -EINVAL);
	assert_int_equal(ops->map(c.ch, UACCE_QFRT_SS, 0x18000, &addr), 0);
	bytes = addr;
	assert_int_equal(bytes[0] | bytes[0x17fff], 0);
	assert_int_equal(ops->ioctl(c.ch, UACCE_CMD_GET_SS_DMA, &word), 0);
	assert_true(word == ((uintptr_t)addr | 2));
	word = 1;
	assert_int_equal(ops->ioctl(c.ch, UACCE_CMD_GET_SS_DMA, &word),
			 -EINVAL);
	assert_int_equal(ops->map(c.ch, UACCE_QFRT_SS, 0x18000, &addr),
			 -EEXIST);
	ops->unmap(c.ch, UACCE_QFRT_SS, bytes, 0x18000);
	raw_client_close(&c);
}

static int share(struct raw_client *from, struct raw_client *to)
{
	return ops->ioctl(from->ch, UACCE_CMD_SHARE_SVAS,
			  (void *)(intptr_t)ops->fd(to->ch));
}

static void test_ioctl_answers(void **state)
{
	struct hisi_qp_ctx ctx = { .qc_type = 9 };
	struct raw_client a, b, far;

	(void)state;
	open_client(&a, "emu");
	open_client(&b, "emu");
	open_client(&far, "emu:v1");
	assert_int_equal(share(&a, &b), 0);
	assert_int_equal(share(&a, &far), -EINVAL);
	assert_int_equal(ops->ioctl(a.ch, UACCE_CMD_SHARE_SVAS,
				    (void *)(intptr_t)-1), -EINVAL);
	assert_int_equal(ops->ioctl(a.ch, 4711, NULL), -EINVAL);
	assert_int_equal(ops->ioctl(a.ch, UACCE_CMD_QM_SET_QP_CTX, &ctx),
			 -EINVAL);
	assert_int_equal(ops->start(a.ch), -EBUSY);
	raw_client_close(&a);
	raw_client_close(&b);
	raw_client_close(&far);
}

static void test_put_stops_and_start_begins_anew(void **state)
{
	uint8_t src[1000], dst[1500];
	struct raw_client c;

	(void)state;
	make_text(src, sizeof(src), 1);
	open_client(&c, "emu");
	raw_client_send(&c, src, sizeof(src), dst, sizeof(dst));
	assert_int_equal(raw_client_take_wait(&c), 0);
	assert_int_equal(ops->ioctl(c.ch, UACCE_CMD_PUT_Q, NULL), 0);
	raw_client_send(&c, src, sizeof(src), dst, sizeof(dst));
	usleep(5000);
	assert_int_equal(raw_client_take(&c), -1);
	assert_int_equal(ops->start(c.ch), 0);
	c.sent = c.taken = 0;
	raw_client_send(&c, src, sizeof(src), dst, sizeof(dst));
	assert_int_equal(raw_client_take_wait(&c), 0);
	assert_true(raw_client_is_right(raw_client_sqe(&c, 0), src, sizeof(src), dst));
	raw_client_close(&c);
}

static void test_unreachable_data_kills_all_queues(void **state)
{
	struct pollfd pfd = { .events = POLLIN };
	uint8_t src[1000], dst[1500];
	struct raw_client bad, other;
	const uint32_t *flags;

	(void)state;
	make_text(src, sizeof(src), 1);
	open_client(&bad, "emu");
	open_client(&other, "emu");
	pfd.fd = ops->fd(other.ch);
	flags = (uint32_t *)((char *)other.dus +
			     other.ch->info.region_dus_bytes - 8);
	raw_client_send(&bad, NULL, 100, dst, sizeof(dst));
	while (ops->wait(bad.ch, 1000) != -EIO)
		;
	assert_int_equal(ops->wait(other.ch, 10000), -EIO);
	assert_int_equal(__atomic_load_n(&flags[0], __ATOMIC_ACQUIRE), 1);
	assert_int_equal(__atomic_load_n(&flags[1], __ATOMIC_ACQUIRE), 1);
	assert_int_equal(poll(&pfd, 1, 0), 1);
	assert_int_equal(ops->start(other.ch), -EIO);
	raw_client_close(&bad);
	raw_client_close(&other);
	open_client(&other, "emu");
	raw_client_send(&other, src, sizeof(src), dst, sizeof(dst));
	assert_int_equal(raw_client_take_wait(&other), 0);
	assert_true(raw_client_is_right(raw_client_sqe(&other, 0), src, sizeof(src), dst));
	raw_client_close(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_enumerate_lists_one_device),
		cmocka_unit_test(test_lookup_describes_every_kind),
		cmocka_unit_test(test_open_unknown_device_fails),
		cmocka_unit_test(test_requests_complete_on_every_kind),
		cmocka_unit_test(test_polling_alone_gets_answers),
		cmocka_unit_test(test_wait_times_out),
		cmocka_unit_test(test_wait_helps_where_there_are_no_threads),
		cmocka_unit_test(test_polling_after_much_waiting_gets_answers),
		cmocka_unit_test(test_wait_ends_with_a_signal),
		cmocka_unit_test(test_fd_follows_arming),
		cmocka_unit_test(test_fd_of_news_that_came_before_is_readable),
		cmocka_unit_test(test_fd_without_descriptors_fails_and_recovers),
		cmocka_unit_test(test_open_all_queues_then_busy),
		cmocka_unit_test(test_map_rules_are_the_kernels),
		cmocka_unit_test(test_ioctl_answers),
		cmocka_unit_test(test_put_stops_and_start_begins_anew),
		cmocka_unit_test(test_unreachable_data_kills_all_queues),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
