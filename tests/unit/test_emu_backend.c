/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The built-in devices through the operations of their backend, with requests
 * written by hand, from one and from many threads.
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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include <misc/uacce/hisi_qm.h>

#include "emu_device.h"
#include "emu_worker.h"
#include "hisi_qm_hw.h"
#include "hisi_zip_hw.h"
#include "wd_backend.h"

#define THREADS		4
#define BIG_BYTES	(4 << 20)
#define EMU_QUEUES	256

/* With this argument the program is the other process of a test. */
#define EXIT_IN_FLIGHT	"exit-in-flight"

static const struct wd_backend_ops *const ops = &wd_backend_emu;

/* A user driver in a few lines. */
struct client {
	struct wd_channel *ch;
	void *dus;
	unsigned int qn;
	unsigned int depth;
	unsigned int version;
	unsigned int sent;
	unsigned int taken;
};

static int try_open(struct client *c, const char *name)
{
	struct hisi_qp_ctx ctx = { 0 };
	struct hisi_qp_info shape;
	struct wd_device_info info;
	int ret;

	memset(c, 0, sizeof(*c));
	ret = ops->lookup(name, &info);
	if (!ret)
		ret = ops->open(&info, &c->ch);
	if (ret)
		return ret;
	c->version = info.api[strlen("hisi_qm_v")] - '0';
	ret = ops->map(c->ch, UACCE_QFRT_DUS, info.region_dus_bytes, &c->dus);
	if (!ret)
		ret = ops->ioctl(c->ch, UACCE_CMD_QM_SET_QP_CTX, &ctx);
	if (!ret)
		ret = ops->ioctl(c->ch, UACCE_CMD_QM_SET_QP_INFO, &shape);
	if (!ret)
		ret = ops->start(c->ch);
	c->qn = ctx.id;
	c->depth = shape.sq_depth;
	return ret;
}

static void open_client(struct client *c, const char *name)
{
	assert_int_equal(try_open(c, name), 0);
}

static void close_client(struct client *c)
{
	ops->ioctl(c->ch, UACCE_CMD_PUT_Q, NULL);
	ops->unmap(c->ch, UACCE_QFRT_DUS, c->dus,
		   c->ch->info.region_dus_bytes);
	ops->close(c->ch, false);
}

static struct hisi_zip_sqe *sqe_at(struct client *c, unsigned int slot)
{
	return (struct hisi_zip_sqe *)c->dus + slot;
}

static void ring(struct client *c, uint64_t cmd, uint64_t index,
		 uint64_t c_flag)
{
	unsigned int shift = c->version == 1 ? HISI_QM_DB_V1_CMD_SHIFT :
			     HISI_QM_DB_V2_CMD_SHIFT;

	ops->doorbell(c->ch, c->version == 1 ? HISI_QM_DOORBELL_V1 :
		      HISI_QM_DOORBELL_SQ_CQ,
		      c->qn | cmd << shift | index << HISI_QM_DB_INDEX_SHIFT |
		      c_flag << HISI_QM_DB_PRIORITY_SHIFT);
}

static void fill(struct client *c, const void *src, uint32_t len, void *dst,
		 uint32_t room)
{
	uint32_t type = c->version >= 3 ? HISI_ZIP_SQE_TYPE_3 :
			HISI_ZIP_SQE_TYPE_0;

	*sqe_at(c, c->sent++ % c->depth) = (struct hisi_zip_sqe){
		.input_data_length = len,
		.dw7 = type << HISI_ZIP_DW7_TYPE_SHIFT,
		.dw9 = HISI_ZIP_REQ_ZLIB |
		       HISI_ZIP_WINDOW_32K << HISI_ZIP_DW9_WINDOW_SHIFT,
		.dest_avail_out = room,
		.source_addr_l = (uint32_t)(uintptr_t)src,
		.source_addr_h = (uint64_t)(uintptr_t)src >> 32,
		.dest_addr_l = (uint32_t)(uintptr_t)dst,
		.dest_addr_h = (uint64_t)(uintptr_t)dst >> 32,
	};
}

static void send(struct client *c, const void *src, uint32_t len, void *dst,
		 uint32_t room)
{
	fill(c, src, len, dst, room);
	ring(c, HISI_QM_DB_SQ, c->sent % c->depth, 0);
}

/* The slot of the next answer, or -1. */
static int take(struct client *c)
{
	unsigned int phase = !(c->taken / c->depth & 1);
	uint64_t *cqe, half;

	cqe = (uint64_t *)sqe_at(c, c->depth) + 2 * (c->taken % c->depth);
	half = __atomic_load_n(&cqe[1], __ATOMIC_ACQUIRE);
	if ((half >> 48 & 1) != phase)
		return -1;
	c->taken++;
	return half & 0xffff;
}

static void arm(struct client *c, unsigned int on)
{
	ring(c, HISI_QM_DB_CQ, c->taken % c->depth, on);
}

/* As a user driver waits: look, arm, look, sleep. */
static int take_wait(struct client *c)
{
	int slot, ret;

	for (;;) {
		slot = take(c);
		if (slot >= 0)
			break;
		arm(c, 1);
		slot = take(c);
		if (slot >= 0)
			break;
		ret = ops->wait(c->ch, 10000);
		if (ret < 0)
			return ret;
	}
	arm(c, 0);
	return slot;
}

/* Is what the device made of @src what zlib makes @src of? */
static bool is_right(const struct hisi_zip_sqe *sqe, const void *src,
		     uint32_t len, const void *dst)
{
	uLongf back_len = len + 1;
	uint8_t *whole, *back;
	bool ok;

	if (sqe->dw3 & HISI_ZIP_DW3_STATUS_MASK &&
	    (sqe->dw3 & HISI_ZIP_DW3_STATUS_MASK) != HISI_ZIP_STATUS_NEGATIVE)
		return false;
	whole = malloc(sqe->produced + 2);
	back = malloc(back_len);
	if (!whole || !back)
		abort();
	whole[0] = 0x78;
	whole[1] = 0x9c;
	memcpy(whole + 2, dst, sqe->produced);
	ok = uncompress(back, &back_len, whole, sqe->produced + 2) == Z_OK &&
	     back_len == len && !memcmp(back, src, len);
	free(whole);
	free(back);
	return ok;
}

static void make_text(uint8_t *buf, size_t len, unsigned int seed)
{
	size_t i;

	for (i = 0; i < len; i++) {
		seed = seed * 1103515245 + 12345;
		buf[i] = "etaoin shrdlu"[(seed >> 16) % 13];
	}
}

static void *new_buffer(size_t len)
{
	void *buf = malloc(len);

	if (!buf)
		abort();
	return buf;
}

static int count_emu(void *arg, const struct wd_device_info *info)
{
	unsigned int *count = arg;

	assert_string_equal(info->name, "emu");
	++*count;
	return 5;
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
	struct client c;
	unsigned int i;
	int slot;

	open_client(&c, name);
	for (i = 0; i < 2 * c.depth + 10; i++) {
		make_text(src, sizeof(src), i);
		send(&c, src, 100 + i % 2900, dst, sizeof(dst));
		slot = take_wait(&c);
		assert_int_equal(slot, i % c.depth);
		assert_true(is_right(sqe_at(&c, slot), src, 100 + i % 2900,
				     dst));
	}
	close_client(&c);
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
	struct client c;
	unsigned int i;
	int slot;

	(void)state;
	make_text(src, sizeof(src), 1);
	open_client(&c, "emu");
	for (i = 0; i < 64; i++)
		fill(&c, src, sizeof(src), dst[i], sizeof(dst[i]));
	ring(&c, HISI_QM_DB_SQ, c.sent, 0);
	for (i = 0; i < 64; i++) {
		do {
			slot = take(&c);
		} while (slot < 0);
		assert_int_equal(slot, i);
		assert_true(is_right(sqe_at(&c, slot), src, sizeof(src),
				     dst[i]));
	}
	arm(&c, 0);
	/* After a while without work they sleep, and still hear the doorbell. */
	for (i = 0; i < 3; i++) {
		usleep(20000);
		send(&c, src, sizeof(src), dst[0], sizeof(dst[0]));
		do {
			slot = take(&c);
		} while (slot < 0);
	}
	close_client(&c);
}

struct load {
	pthread_t thread;
	const char *device;
	unsigned int seed;
	unsigned int requests;
	unsigned int bytes;
	unsigned int window;
	int error;
};

static int run_load(struct load *load, struct client *c, uint8_t *src,
		    uint8_t *dst)
{
	unsigned int room = 2 * load->bytes + 100, i, at;
	int slot;

	for (i = 0; i < load->requests + load->window; i++) {
		if (i >= load->window) {
			slot = take_wait(c);
			if (slot < 0)
				return slot;
			at = (i - load->window) % load->window;
			if (!is_right(sqe_at(c, slot), src + at * load->bytes,
				      load->bytes, dst + (size_t)at * room))
				return -EBADMSG;
		}
		if (i >= load->requests)
			continue;
		at = i % load->window;
		make_text(src + at * load->bytes, load->bytes,
			  load->seed + i);
		send(c, src + at * load->bytes, load->bytes,
		     dst + (size_t)at * room, room);
	}
	return 0;
}

static void *load_main(void *arg)
{
	struct load *load = arg;
	uint8_t *src = new_buffer((size_t)load->window * load->bytes);
	uint8_t *dst = new_buffer((size_t)load->window *
				  (2 * load->bytes + 100));
	struct client c;

	load->error = try_open(&c, load->device);
	if (!load->error) {
		load->error = run_load(load, &c, src, dst);
		close_client(&c);
	}
	free(src);
	free(dst);
	return NULL;
}

static void run_loads(struct load *loads, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		assert_int_equal(pthread_create(&loads[i].thread, NULL,
						load_main, &loads[i]), 0);
	for (i = 0; i < n; i++)
		pthread_join(loads[i].thread, NULL);
	for (i = 0; i < n; i++)
		assert_int_equal(loads[i].error, 0);
}

static void test_threads_with_queues_of_their_own(void **state)
{
	struct load loads[THREADS];
	unsigned int i;

	(void)state;
	for (i = 0; i < THREADS; i++)
		loads[i] = (struct load){
			.device = i == 3 ? "emu:v2" : "emu",
			.seed = i,
			.requests = 200,
			.bytes = 500 << i,
			.window = 1 + 3 * i,
		};
	run_loads(loads, THREADS);
}

/* Queues come and go while others work. */
static void test_threads_open_and_close(void **state)
{
	struct load loads[THREADS];
	unsigned int round, i;

	(void)state;
	for (round = 0; round < 20; round++) {
		for (i = 0; i < THREADS; i++)
			loads[i] = (struct load){
				.device = "emu",
				.seed = i,
				.requests = 3,
				.bytes = 2000,
				.window = 2,
			};
		run_loads(loads, THREADS);
	}
}

/* One thread sends, another one takes and waits. */
struct pair {
	struct client *c;
	unsigned int total;
	unsigned int got;
};

static void *receiver_main(void *arg)
{
	struct pair *pair = arg;

	while (__atomic_load_n(&pair->got, __ATOMIC_RELAXED) < pair->total) {
		if (take_wait(pair->c) < 0)
			break;
		__atomic_fetch_add(&pair->got, 1, __ATOMIC_RELEASE);
	}
	return NULL;
}

static void test_sender_and_receiver_are_two_threads(void **state)
{
	uint8_t src[600], dst[32][1000];
	struct pair pair = { .total = 3000 };
	struct client c;
	pthread_t thread;
	unsigned int i;

	(void)state;
	make_text(src, sizeof(src), 3);
	open_client(&c, "emu");
	pair.c = &c;
	assert_int_equal(pthread_create(&thread, NULL, receiver_main, &pair),
			 0);
	for (i = 0; i < pair.total; i++) {
		while (i - __atomic_load_n(&pair.got, __ATOMIC_ACQUIRE) >= 32)
			sched_yield();
		send(&c, src, sizeof(src), dst[i % 32], sizeof(dst[0]));
	}
	pthread_join(thread, NULL);
	assert_int_equal(pair.got, pair.total);
	close_client(&c);
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

static void test_wait_times_out(void **state)
{
	struct client c;
	int64_t start;

	(void)state;
	open_client(&c, "emu");
	start = now_ms();
	assert_int_equal(ops->wait(c.ch, 0), 0);
	assert_int_equal(ops->wait(c.ch, 50), 0);
	assert_true(now_ms() - start >= 50);
	close_client(&c);
}

/*
 * As after the library's destructor. A timeout of 0 only looks; any other lets
 * the calling thread do the work.
 */
static void test_wait_helps_where_there_are_no_threads(void **state)
{
	uint8_t src[1000], dst[1500];
	struct emu_device *dev;
	struct client c;
	unsigned int i;

	(void)state;
	make_text(src, sizeof(src), 1);
	open_client(&c, "emu");
	assert_int_equal(emu_device_get(&emu_kinds[0], &dev), 0);
	emu_workers_stop(dev);
	for (i = 0; i < 3; i++)
		send(&c, src, sizeof(src), dst, sizeof(dst));
	assert_int_equal(ops->wait(c.ch, 0), 0);
	usleep(5000);
	assert_int_equal(take(&c), -1);
	for (i = 0; i < 3; i++) {
		assert_int_equal(ops->wait(c.ch, 1), 1);
		assert_int_equal(take(&c), i);
	}
	emu_device_put(dev);
	close_client(&c);
}

/*
 * Who always waits gets to do his requests himself, and nobody is woken for
 * them. That must not be the end of a request that nobody waits for.
 */
static void test_polling_after_much_waiting_gets_answers(void **state)
{
	uint8_t src[1000], dst[1500];
	unsigned int round, i;
	struct client c;
	int slot;

	(void)state;
	make_text(src, sizeof(src), 1);
	open_client(&c, "emu");
	for (round = 0; round < 5; round++) {
		for (i = 0; i < 300; i++) {
			send(&c, src, sizeof(src), dst, sizeof(dst));
			assert_true(take_wait(&c) >= 0);
		}
		send(&c, src, sizeof(src), dst, sizeof(dst));
		do {
			slot = take(&c);
		} while (slot < 0);
		assert_true(is_right(sqe_at(&c, slot), src, sizeof(src), dst));
		arm(&c, 0);
	}
	for (i = 0; i < 300; i++) {
		send(&c, src, sizeof(src), dst, sizeof(dst));
		assert_true(take_wait(&c) >= 0);
	}
	send(&c, src, sizeof(src), dst, sizeof(dst));
	close_client(&c);
	open_client(&c, "emu");
	send(&c, src, sizeof(src), dst, sizeof(dst));
	assert_int_equal(take_wait(&c), 0);
	close_client(&c);
}

static void on_signal(int number)
{
	(void)number;
}

static void *signal_main(void *arg)
{
	pthread_t *waiter = arg;
	unsigned int i;

	for (i = 0; i < 20; i++) {
		usleep(20000);
		pthread_kill(*waiter, SIGUSR1);
	}
	return NULL;
}

static void test_wait_ends_with_a_signal(void **state)
{
	const struct sigaction action = { .sa_handler = on_signal };
	pthread_t self = pthread_self(), thread;
	struct client c;
	int64_t start;

	(void)state;
	assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
	open_client(&c, "emu");
	assert_int_equal(pthread_create(&thread, NULL, signal_main, &self), 0);
	start = now_ms();
	assert_int_equal(ops->wait(c.ch, -1), 0);
	assert_true(now_ms() - start < 10000);
	pthread_join(thread, NULL);
	close_client(&c);
}

static volatile sig_atomic_t signals;

static void count_signal(int number)
{
	(void)number;
	signals++;
}

static void test_threads_take_no_signals(void **state)
{
	const struct sigaction action = { .sa_handler = count_signal };
	struct client c;
	sigset_t set, old;

	(void)state;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	assert_int_equal(sigaction(SIGUSR2, &action, NULL), 0);
	open_client(&c, "emu");
	pthread_sigmask(SIG_BLOCK, &set, &old);
	kill(getpid(), SIGUSR2);
	usleep(20000);
	assert_int_equal(signals, 0);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	assert_int_equal(signals, 1);
	close_client(&c);
}

static void test_fd_follows_arming(void **state)
{
	struct pollfd pfd = { .events = POLLIN };
	uint8_t src[1000], dst[1500];
	struct client c;

	(void)state;
	make_text(src, sizeof(src), 1);
	open_client(&c, "emu");
	pfd.fd = ops->fd(c.ch);
	assert_true(pfd.fd >= 0);
	assert_int_equal(ops->fd(c.ch), pfd.fd);
	assert_int_equal(poll(&pfd, 1, 0), 0);
	/* A queue starts armed. */
	send(&c, src, sizeof(src), dst, sizeof(dst));
	assert_int_equal(poll(&pfd, 1, 10000), 1);
	assert_int_equal(take(&c), 0);
	arm(&c, 0);
	assert_int_equal(poll(&pfd, 1, 0), 1);
	arm(&c, 1);
	assert_int_equal(poll(&pfd, 1, 0), 0);
	send(&c, src, sizeof(src), dst, sizeof(dst));
	assert_int_equal(poll(&pfd, 1, 10000), 1);
	/* Arming while there is an answer tells at once. */
	arm(&c, 1);
	assert_int_equal(poll(&pfd, 1, 0), 1);
	assert_int_equal(ops->wait(c.ch, 0), 1);
	assert_int_equal(poll(&pfd, 1, 0), 0);
	close_client(&c);
}

static void test_fd_of_news_that_came_before_is_readable(void **state)
{
	struct pollfd pfd = { .events = POLLIN };
	uint8_t src[1000], dst[1500];
	struct client c;

	(void)state;
	make_text(src, sizeof(src), 1);
	open_client(&c, "emu");
	send(&c, src, sizeof(src), dst, sizeof(dst));
	while (take(&c) < 0)
		;
	/* The answer is written before the event. */
	do {
		pfd.fd = ops->fd(c.ch);
	} while (poll(&pfd, 1, 10) != 1);
	close_client(&c);
}

static void test_open_all_queues_then_busy(void **state)
{
	struct client all[EMU_QUEUES], one;
	struct wd_device_info info;
	unsigned int i;

	(void)state;
	for (i = 0; i < EMU_QUEUES; i++)
		open_client(&all[i], "emu:v3");
	assert_int_equal(ops->lookup("emu:v3", &info), 0);
	assert_int_equal(info.available_instances, 0);
	assert_int_equal(try_open(&one, "emu:v3"), -EBUSY);
	for (i = 0; i < EMU_QUEUES; i++)
		close_client(&all[i]);
	assert_int_equal(ops->lookup("emu:v3", &info), 0);
	assert_int_equal(info.available_instances, EMU_QUEUES);
}

static void test_map_rules_are_the_kernels(void **state)
{
	uint64_t word = 0;
	struct client c;
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
	close_client(&c);
}

static int share(struct client *from, struct client *to)
{
	return ops->ioctl(from->ch, UACCE_CMD_SHARE_SVAS,
			  (void *)(intptr_t)ops->fd(to->ch));
}

static void test_ioctl_answers(void **state)
{
	struct hisi_qp_ctx ctx = { .qc_type = 9 };
	struct client a, b, far;

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
	close_client(&a);
	close_client(&b);
	close_client(&far);
}

static void test_put_stops_and_start_begins_anew(void **state)
{
	uint8_t src[1000], dst[1500];
	struct client c;

	(void)state;
	make_text(src, sizeof(src), 1);
	open_client(&c, "emu");
	send(&c, src, sizeof(src), dst, sizeof(dst));
	assert_int_equal(take_wait(&c), 0);
	assert_int_equal(ops->ioctl(c.ch, UACCE_CMD_PUT_Q, NULL), 0);
	send(&c, src, sizeof(src), dst, sizeof(dst));
	usleep(5000);
	assert_int_equal(take(&c), -1);
	assert_int_equal(ops->start(c.ch), 0);
	c.sent = c.taken = 0;
	send(&c, src, sizeof(src), dst, sizeof(dst));
	assert_int_equal(take_wait(&c), 0);
	assert_true(is_right(sqe_at(&c, 0), src, sizeof(src), dst));
	close_client(&c);
}

/* Their memory goes right after; sanitizers and page faults would tell. */
static void test_close_with_requests_in_flight(void **state)
{
	size_t bytes = 3 * BIG_BYTES;
	unsigned int round, i;
	struct client c;
	uint8_t *mem;

	(void)state;
	for (round = 0; round < 5; round++) {
		mem = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		assert_ptr_not_equal(mem, MAP_FAILED);
		open_client(&c, round & 1 ? "emu:v1" : "emu");
		for (i = 0; i < 10; i++)
			send(&c, mem, BIG_BYTES, mem + BIG_BYTES,
			     2 * BIG_BYTES);
		if (round > 2)
			assert_true(take_wait(&c) >= 0);
		close_client(&c);
		assert_int_equal(munmap(mem, bytes), 0);
	}
}

static void test_unreachable_data_kills_all_queues(void **state)
{
	struct pollfd pfd = { .events = POLLIN };
	uint8_t src[1000], dst[1500];
	struct client bad, other;
	const uint32_t *flags;

	(void)state;
	make_text(src, sizeof(src), 1);
	open_client(&bad, "emu");
	open_client(&other, "emu");
	pfd.fd = ops->fd(other.ch);
	flags = (uint32_t *)((char *)other.dus +
			     other.ch->info.region_dus_bytes - 8);
	send(&bad, NULL, 100, dst, sizeof(dst));
	while (ops->wait(bad.ch, 1000) != -EIO)
		;
	assert_int_equal(ops->wait(other.ch, 10000), -EIO);
	assert_int_equal(__atomic_load_n(&flags[0], __ATOMIC_ACQUIRE), 1);
	assert_int_equal(__atomic_load_n(&flags[1], __ATOMIC_ACQUIRE), 1);
	assert_int_equal(poll(&pfd, 1, 0), 1);
	assert_int_equal(ops->start(other.ch), -EIO);
	close_client(&bad);
	close_client(&other);
	open_client(&other, "emu");
	send(&other, src, sizeof(src), dst, sizeof(dst));
	assert_int_equal(take_wait(&other), 0);
	assert_true(is_right(sqe_at(&other, 0), src, sizeof(src), dst));
	close_client(&other);
}

/* 0 if a queue of this process' own works. */
static int use_own_queue(void)
{
	uint8_t src[1000], dst[1500];
	struct client c;
	int slot;

#if defined(__SANITIZE_THREAD__)
	print_message("no queue in the child: ThreadSanitizer has no threads there\n");
	return 0;
#endif
	make_text(src, sizeof(src), 1);
	if (try_open(&c, "emu"))
		return 1;
	send(&c, src, sizeof(src), dst, sizeof(dst));
	slot = take_wait(&c);
	if (slot || !is_right(sqe_at(&c, slot), src, sizeof(src), dst))
		return 2;
	close_client(&c);
	return 0;
}

static void wait_for(pid_t pid, int expected)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), expected);
}

static void test_fork_while_busy(void **state)
{
	uint8_t *src = new_buffer(BIG_BYTES), *dst = new_buffer(2 * BIG_BYTES);
	unsigned int round, i;
	struct client c;
	pid_t pid;

	(void)state;
	make_text(src, BIG_BYTES, 1);
	open_client(&c, "emu");
	for (round = 0; round < 5; round++) {
		for (i = 0; i < 3; i++)
			send(&c, src, 100000 << round, dst, 2 * BIG_BYTES);
		pid = fork();
		assert_true(pid >= 0);
		if (!pid) {
			/* The rings are not there, the rest is to be freed. */
			ops->close(c.ch, true);
			free(src);
			free(dst);
			if (use_own_queue())
				_exit(1);
			/* What it has of the parent's devices is no leak. */
			execlp("true", "true", NULL);
			_exit(2);
		}
		wait_for(pid, 0);
		for (i = 0; i < 3; i++)
			assert_true(take_wait(&c) >= 0);
	}
	close_client(&c);
	free(src);
	free(dst);
}

/* Handlers run while the device works; buffers are static for that reason. */
static uint8_t exit_src[BIG_BYTES], exit_dst[2 * BIG_BYTES];

static const char *program;

static void exit_in_flight(void)
{
	struct client c;
	unsigned int i;

	if (try_open(&c, "emu"))
		_exit(1);
	for (i = 0; i < 100; i++)
		send(&c, exit_src, BIG_BYTES, exit_dst, sizeof(exit_dst));
	exit(7);
}

static void test_exit_with_requests_in_flight(void **state)
{
	pid_t pid;

	(void)state;
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		execl(program, program, EXIT_IN_FLIGHT, NULL);
		_exit(2);
	}
	wait_for(pid, 7);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_enumerate_lists_one_device),
		cmocka_unit_test(test_lookup_describes_every_kind),
		cmocka_unit_test(test_open_unknown_device_fails),
		cmocka_unit_test(test_requests_complete_on_every_kind),
		cmocka_unit_test(test_polling_alone_gets_answers),
		cmocka_unit_test(test_threads_with_queues_of_their_own),
		cmocka_unit_test(test_threads_open_and_close),
		cmocka_unit_test(test_sender_and_receiver_are_two_threads),
		cmocka_unit_test(test_wait_times_out),
		cmocka_unit_test(test_wait_helps_where_there_are_no_threads),
		cmocka_unit_test(test_polling_after_much_waiting_gets_answers),
		cmocka_unit_test(test_wait_ends_with_a_signal),
		cmocka_unit_test(test_threads_take_no_signals),
		cmocka_unit_test(test_fd_follows_arming),
		cmocka_unit_test(test_fd_of_news_that_came_before_is_readable),
		cmocka_unit_test(test_open_all_queues_then_busy),
		cmocka_unit_test(test_map_rules_are_the_kernels),
		cmocka_unit_test(test_ioctl_answers),
		cmocka_unit_test(test_put_stops_and_start_begins_anew),
		cmocka_unit_test(test_close_with_requests_in_flight),
		cmocka_unit_test(test_unreachable_data_kills_all_queues),
		cmocka_unit_test(test_fork_while_busy),
		cmocka_unit_test(test_exit_with_requests_in_flight),
	};

	program = argv[0];
	if (argc == 2 && !strcmp(argv[1], EXIT_IN_FLIGHT))
		exit_in_flight();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
