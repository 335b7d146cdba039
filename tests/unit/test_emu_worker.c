/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The built-in devices under threads, forks and exits of the application.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <misc/uacce/hisi_qm.h>

#include "raw_client.h"
#include "sanitizers.h"

#define THREADS		4
#define BIG_BYTES	(4 << 20)

/* With this argument the program is the other process of a test. */
#define EXIT_IN_FLIGHT	"exit-in-flight"

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

static void *new_buffer(size_t len)
{
	void *buf = malloc(len);

	if (!buf)
		abort();
	return buf;
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

static int run_load(struct load *load, struct raw_client *c, uint8_t *src,
		    uint8_t *dst)
{
	unsigned int room = 2 * load->bytes + 100, i, at;
	int slot;

	for (i = 0; i < load->requests + load->window; i++) {
		if (i >= load->window) {
			slot = raw_client_take_wait(c);
			if (slot < 0)
				return slot;
			at = (i - load->window) % load->window;
			if (!raw_client_is_right(raw_client_sqe(c, slot), src + at * load->bytes,
				      load->bytes, dst + (size_t)at * room))
				return -EBADMSG;
		}
		if (i >= load->requests)
			continue;
		at = i % load->window;
		make_text(src + at * load->bytes, load->bytes,
			  load->seed + i);
		raw_client_send(c, src + at * load->bytes, load->bytes,
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
	struct raw_client c;

	load->error = raw_client_open(&c, ops, load->device);
	if (!load->error) {
		load->error = run_load(load, &c, src, dst);
		raw_client_close(&c);
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
	struct raw_client *c;
	unsigned int total;
	unsigned int got;
};

static void *receiver_main(void *arg)
{
	struct pair *pair = arg;

	while (__atomic_load_n(&pair->got, __ATOMIC_RELAXED) < pair->total) {
		if (raw_client_take_wait(pair->c) < 0)
			break;
		__atomic_fetch_add(&pair->got, 1, __ATOMIC_RELEASE);
	}
	return NULL;
}

static void test_sender_and_receiver_are_two_threads(void **state)
{
	uint8_t src[600], dst[32][1000];
	struct pair pair = { .total = 3000 };
	struct raw_client c;
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
		raw_client_send(&c, src, sizeof(src), dst[i % 32], sizeof(dst[0]));
	}
	pthread_join(thread, NULL);
	assert_int_equal(pair.got, pair.total);
	raw_client_close(&c);
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
	struct raw_client c;
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
	raw_client_close(&c);
}

/* Their memory goes right after; sanitizers and page faults would tell. */
static void test_close_with_requests_in_flight(void **state)
{
	size_t bytes = 3 * BIG_BYTES;
	unsigned int round, i;
	struct raw_client c;
	uint8_t *mem;

	(void)state;
	for (round = 0; round < 5; round++) {
		mem = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		assert_ptr_not_equal(mem, MAP_FAILED);
		open_client(&c, round & 1 ? "emu:v1" : "emu");
		for (i = 0; i < 10; i++)
			raw_client_send(&c, mem, BIG_BYTES, mem + BIG_BYTES,
			     2 * BIG_BYTES);
		if (round > 2)
			assert_true(raw_client_take_wait(&c) >= 0);
		raw_client_close(&c);
		assert_int_equal(munmap(mem, bytes), 0);
	}
}

/* 0 if a queue of this process' own works. */
static int use_own_queue(void)
{
	uint8_t src[1000], dst[1500];
	struct raw_client c;
	int slot;

	if (HAS_THREAD_SANITIZER) {
		print_message("no queue in the child: ThreadSanitizer cannot have threads there\n");
		return 0;
	}
	make_text(src, sizeof(src), 1);
	if (raw_client_open(&c, ops, "emu"))
		return 1;
	raw_client_send(&c, src, sizeof(src), dst, sizeof(dst));
	slot = raw_client_take_wait(&c);
	if (slot || !raw_client_is_right(raw_client_sqe(&c, slot), src, sizeof(src), dst))
		return 2;
	raw_client_close(&c);
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
	struct raw_client c;
	pid_t pid;

	(void)state;
	make_text(src, BIG_BYTES, 1);
	open_client(&c, "emu");
	for (round = 0; round < 5; round++) {
		for (i = 0; i < 3; i++)
			raw_client_send(&c, src, 100000 << round, dst, 2 * BIG_BYTES);
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
			assert_true(raw_client_take_wait(&c) >= 0);
	}
	raw_client_close(&c);
	free(src);
	free(dst);
}

/* Handlers run while the device works; buffers are static for that reason. */
static uint8_t exit_src[BIG_BYTES], exit_dst[2 * BIG_BYTES];

static const char *program;

static void exit_in_flight(void)
{
	struct raw_client c;
	unsigned int i;

	if (raw_client_open(&c, ops, "emu"))
		_exit(1);
	for (i = 0; i < 100; i++)
		raw_client_send(&c, exit_src, BIG_BYTES, exit_dst, sizeof(exit_dst));
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
		cmocka_unit_test(test_threads_with_queues_of_their_own),
		cmocka_unit_test(test_threads_open_and_close),
		cmocka_unit_test(test_sender_and_receiver_are_two_threads),
		cmocka_unit_test(test_threads_take_no_signals),
		cmocka_unit_test(test_close_with_requests_in_flight),
		cmocka_unit_test(test_fork_while_busy),
		cmocka_unit_test(test_exit_with_requests_in_flight),
	};

	program = argv[0];
	if (argc == 2 && !strcmp(argv[1], EXIT_IN_FLIGHT))
		exit_in_flight();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
