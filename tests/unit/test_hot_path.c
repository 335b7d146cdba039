/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The data path neither allocates nor locks nor enters the kernel. Allocations
 * and locks are counted by standing in for the functions; system calls are
 * made deadly (seccomp's strict mode leaves read, write and exit) in a child
 * process.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <linux/seccomp.h>

#include <warpdrive/wd_comp.h>

#include "sanitizers.h"
#include "wd_fake.h"

#define ROUNDS	10000
#define BURST	16

#define INSTRUMENTED	(HAS_ADDRESS_SANITIZER || HAS_THREAD_SANITIZER)

static unsigned long allocations, locks;

#if !INSTRUMENTED
extern void *__libc_malloc(size_t bytes);
extern void *__libc_calloc(size_t n, size_t bytes);
extern void *__libc_realloc(void *old, size_t bytes);

void *malloc(size_t bytes)
{
	allocations++;
	return __libc_malloc(bytes);
}

void *calloc(size_t n, size_t bytes)
{
	allocations++;
	return __libc_calloc(n, bytes);
}

void *realloc(void *old, size_t bytes)
{
	allocations++;
	return __libc_realloc(old, bytes);
}

static int call_next(const char *name, void *lock)
{
	int (*next)(void *);

	locks++;
	*(void **)&next = dlsym(RTLD_NEXT, name);
	return next(lock);
}

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
	return call_next("pthread_mutex_lock", mutex);
}

int pthread_mutex_trylock(pthread_mutex_t *mutex)
{
	return call_next("pthread_mutex_trylock", mutex);
}

int pthread_spin_lock(pthread_spinlock_t *lock)
{
	return call_next("pthread_spin_lock", (void *)lock);
}

int pthread_rwlock_rdlock(pthread_rwlock_t *lock)
{
	return call_next("pthread_rwlock_rdlock", lock);
}

int pthread_rwlock_wrlock(pthread_rwlock_t *lock)
{
	return call_next("pthread_rwlock_wrlock", lock);
}
#endif

static uint8_t src[4096], dst[8192];

/* What a data path needs, opened before it is watched. */
struct path {
	struct wd_queue q;
	struct wd_comp_session *session;
	struct wd_comp_msg msg[BURST];
	struct wd_comp_req req[BURST];
	unsigned int answered;
};

static struct path path;

static void done(struct wd_comp_req *req)
{
	path.answered += req->result == 0;
}

static void open_path(void)
{
	struct wd_comp_params params;
	int i;

	memset(&path, 0, sizeof(path));
	assert_int_equal(wd_fake_instant_start(NULL), 0);
	path.q.algorithm = "gzip";
	path.q.numa_node = WD_NUMA_ANY;
	assert_int_equal(wd_request_queue(&path.q), 0);
	wd_comp_params_init(&params, WD_COMP_COMPRESS, WD_COMP_GZIP);
	assert_int_equal(wd_comp_session_alloc(&params, &path.session), 0);
	for (i = 0; i < BURST; i++) {
		path.msg[i] = (struct wd_comp_msg){
			.src = src, .src_bytes = sizeof(src),
			.dst = dst, .dst_bytes = sizeof(dst),
			.format = WD_COMP_GZIP,
		};
		path.req[i] = (struct wd_comp_req){
			.src = src, .src_bytes = sizeof(src),
			.dst = dst, .dst_bytes = sizeof(dst), .done = done,
		};
	}
}

static void close_path(void)
{
	wd_comp_session_free(path.session);
	wd_release_queue(&path.q);
	assert_int_equal(wd_fake_instant_stop(), 0);
}

/* Each returns 0, or a number that tells what failed. */
static int run_single(void)
{
	void *req;
	int i;

	for (i = 0; i < ROUNDS; i++)
		if (wd_send(&path.q, &path.msg[0]) || wd_recv(&path.q, &req))
			return 1;
	return 0;
}

static int run_burst(void)
{
	void *reqs[BURST];
	int i;

	for (i = 0; i < BURST; i++)
		reqs[i] = &path.msg[i];
	for (i = 0; i < ROUNDS; i++)
		if (wd_send_burst(&path.q, reqs, BURST) != BURST ||
		    wd_recv_burst(&path.q, reqs, BURST) != BURST)
			return 2;
	return 0;
}

static int run_oneshot(void)
{
	size_t bytes;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		bytes = sizeof(dst);
		if (wd_comp_oneshot(path.session, src, sizeof(src), dst,
				    &bytes, NULL))
			return 3;
	}
	return 0;
}

static int run_async(void)
{
	struct wd_comp_req *reqs[BURST];
	int i;

	for (i = 0; i < BURST; i++)
		reqs[i] = &path.req[i];
	path.answered = 0;
	for (i = 0; i < ROUNDS; i++) {
		if (wd_comp_submit(path.session, reqs, BURST) != BURST)
			return 4;
		while (wd_comp_in_flight(path.session))
			wd_comp_poll(path.session, 0);
	}
	return path.answered == ROUNDS * BURST ? 0 : 5;
}

static int (*const paths[])(void) = {
	run_single, run_burst, run_oneshot, run_async,
};

/* A system call kills the child with SIGKILL; a failure is its exit code. */
static void child(int (*run)(void))
{
	int code;

	open_path();
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT))
		_exit(99);
	code = run();
	/* Not _exit(): that would be exit_group(), which is not allowed. */
	syscall(SYS_exit, code);
}

static void test_data_path_makes_no_system_call(void **state)
{
	unsigned int i;
	int status;
	pid_t pid;

	(void)state;
	if (INSTRUMENTED || getenv("WD_UNDER_VALGRIND")) {
		print_message("# SKIP system calls: the instrumentation makes its own; run the plain build\n");
		skip();
	}
	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		pid = fork();
		assert_true(pid >= 0);
		if (!pid)
			child(paths[i]);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
}

static void test_strict_mode_kills_on_a_system_call(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	if (INSTRUMENTED || getenv("WD_UNDER_VALGRIND"))
		skip();
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
		syscall(SYS_getppid);
		syscall(SYS_exit, 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
}

static void test_data_path_neither_allocates_nor_locks(void **state)
{
	unsigned long allocated, locked;
	unsigned int i;

	(void)state;
	if (INSTRUMENTED) {
		print_message("# SKIP counting: the sanitizer has these functions; run the plain build\n");
		skip();
	}
	open_path();
	assert_true(allocations > 0);
	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		allocated = allocations;
		locked = locks;
		assert_int_equal(paths[i](), 0);
		assert_int_equal(allocations - allocated, 0);
		assert_int_equal(locks - locked, 0);
	}
	close_path();
	assert_true(locks > 0);
}

static void test_burst_rings_one_doorbell_a_side(void **state)
{
	struct wd_queue_info before, after;
	void *reqs[64];
	int i;

	(void)state;
	open_path();
	for (i = 0; i < 64; i++)
		reqs[i] = &path.msg[i % BURST];
	for (i = 0; i < 100; i++) {
		wd_queue_get_info(&path.q, &before);
		assert_int_equal(wd_send_burst(&path.q, reqs, 64), 64);
		assert_int_equal(wd_recv_burst(&path.q, reqs, 64), 64);
		wd_queue_get_info(&path.q, &after);
		assert_int_equal(after.sq_doorbells - before.sq_doorbells, 1);
		assert_int_equal(after.cq_doorbells - before.cq_doorbells, 1);
	}
	close_path();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_data_path_makes_no_system_call),
		cmocka_unit_test(test_strict_mode_kills_on_a_system_call),
		cmocka_unit_test(test_data_path_neither_allocates_nor_locks),
		cmocka_unit_test(test_burst_rings_one_doorbell_a_side),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
