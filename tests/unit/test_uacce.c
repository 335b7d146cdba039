/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Queues of the kernel's devices, system call by system call. */
#include <signal.h>
#include <sys/time.h>

#include "uacce_support.h"

#define COUNT_OF(array)	(sizeof(array) / sizeof((array)[0]))
#define DEV		"hisi_zip-0"
#define QN		17
#define DEPTH		1024
#define DUS_BYTES	151552
#define MMIO_BYTES	8192

static const struct hisi_qp_ctx ctx = { .id = QN };
static const struct hisi_qp_info shape = {
	.sqe_size = 128, .sq_depth = DEPTH, .cq_depth = DEPTH,
};

/* The numbers are the kernel's, so they are written out here (hisi-qm 6.7). */
#define OPEN_OK		{ .call = CALL_OPEN, .ret = FAKE_FD, .path = "/dev/hisi_zip-0" }
#define MAP_DUS		{ .call = CALL_MMAP, .bytes = DUS_BYTES, .offset = 1 }
#define SET_CTX		{ .call = CALL_IOCTL, .cmd = 0xc004480a, .out = &ctx, \
			  .out_bytes = sizeof(ctx) }
#define GET_INFO	{ .call = CALL_IOCTL, .cmd = 0xc010480b, .out = &shape, \
			  .out_bytes = sizeof(shape) }
#define MAP_MMIO	{ .call = CALL_MMAP, .bytes = MMIO_BYTES, .offset = 0 }
#define START		{ .call = CALL_IOCTL, .cmd = 0x5700 }
#define PUT		{ .call = CALL_IOCTL, .cmd = 0x5701 }
#define UNMAP_MMIO	{ .call = CALL_MUNMAP, .bytes = MMIO_BYTES }
#define UNMAP_DUS	{ .call = CALL_MUNMAP, .bytes = DUS_BYTES }
#define CLOSE		{ .call = CALL_CLOSE }

static struct wd_queue open_queue(void)
{
	struct wd_queue q = queue_wanted();

	EXPECT(OPEN_OK, MAP_DUS, SET_CTX, GET_INFO, MAP_MMIO, START);
	assert_int_equal(wd_request_queue(&q), 0);
	expect_nothing_left();
	return q;
}

static void close_queue(struct wd_queue *q)
{
	EXPECT(PUT, UNMAP_MMIO, UNMAP_DUS, CLOSE);
	wd_release_queue(q);
	expect_nothing_left();
}

static void test_request_and_release_are_these_calls(void **state)
{
	struct wd_queue q;

	(void)state;
	make_device(DEV);
	q = open_queue();
	assert_int_equal(queue_info(&q).queue_num, QN);
	assert_int_equal(queue_info(&q).depth, DEPTH);
	assert_int_equal(wd_queue_fd(&q), FAKE_FD);
	close_queue(&q);
}

/* Rings and doorbell are where the specification has them. */
static void test_send_and_recv_make_no_system_call(void **state)
{
	struct job *jobs = jobs_new(2);
	struct wd_queue q;
	void *req;

	(void)state;
	make_device(DEV);
	q = open_queue();
	send_jobs(&q, jobs, 2);
	assert_int_equal(wd_recv(&q, &req), -EAGAIN);
	assert_int_equal(queue_info(&q).sq_doorbells, 2);
	close_queue(&q);
	free(jobs);
}

static void test_request_for_decompression_tells_the_kernel(void **state)
{
	static const struct hisi_qp_ctx asked = { .qc_type = 1 };
	struct wd_queue q = queue_wanted();

	(void)state;
	make_device(DEV);
	q.op_type = WD_COMP_DECOMPRESS;
	EXPECT(OPEN_OK, MAP_DUS,
	       { .call = CALL_IOCTL, .cmd = 0xc004480a, .in = &asked, .out = &ctx,
		 .out_bytes = sizeof(ctx) }, GET_INFO, MAP_MMIO, START);
	assert_int_equal(wd_request_queue(&q), 0);
	close_queue(&q);
}

static void test_request_open_fails_gives_error_and_hint(void **state)
{
	static const struct {
		int error, expected;
		const char *hint;
	} cases[] = {
		{ -EACCES, -EACCES, "group uacce" },
		{ -EPERM, -EPERM, "CAP_SYS_RAWIO" },
		{ -ENOENT, -ENODEV, "udev" },
		{ -ENXIO, -ENODEV, "/dev/hisi_zip-0" },
		{ -ENODEV, -ENODEV, "/dev/hisi_zip-0" },
		{ -EBUSY, -EBUSY, "in use" },
		{ -EMFILE, -EMFILE, "/dev/hisi_zip-0" },
	};
	struct wd_queue q = queue_wanted();
	unsigned int i;

	(void)state;
	make_device(DEV);
	for (i = 0; i < COUNT_OF(cases); i++) {
		log_start();
		EXPECT({ .call = CALL_OPEN, .ret = cases[i].error, .path = "/dev/hisi_zip-0" });
		assert_int_equal(wd_request_queue(&q), cases[i].expected);
		assert_non_null(strstr(log_book.all, cases[i].hint));
		expect_nothing_left();
	}
}

static void test_request_denied_tries_the_next_device(void **state)
{
	struct wd_queue q = queue_wanted();

	(void)state;
	make_device("hisi_zip-0");
	make_device("hisi_zip-1");
	EXPECT({ .call = CALL_OPEN, .ret = -EACCES, .path = "/dev/hisi_zip-0" },
	       { .call = CALL_OPEN, .ret = FAKE_FD, .path = "/dev/hisi_zip-1" },
	       MAP_DUS, SET_CTX, GET_INFO, MAP_MMIO, START);
	assert_int_equal(wd_request_queue(&q), 0);
	assert_string_equal(queue_info(&q).device.name, "hisi_zip-1");
	close_queue(&q);
}

static void request_fails(int error)
{
	struct wd_queue q = queue_wanted();

	assert_int_equal(wd_request_queue(&q), error);
	assert_null(q.state);
	expect_nothing_left();
}

/* After each failure all is undone that was done, in reverse. */
static void test_request_each_call_fails_is_undone(void **state)
{
	static const struct {
		int error, expected;
	} cases[] = {
		{ -EIO, -EIO }, { -ENXIO, -ENODEV }, { -ENOMEM, -ENOMEM },
	};
	unsigned int i;

	(void)state;
	make_device(DEV);
	for (i = 0; i < COUNT_OF(cases); i++) {
		EXPECT(OPEN_OK, { .call = CALL_MMAP, .ret = cases[i].error, .offset = 1,
				  .bytes = DUS_BYTES }, CLOSE);
		request_fails(cases[i].expected);
		EXPECT(OPEN_OK, MAP_DUS, { .call = CALL_IOCTL, .ret = cases[i].error,
					   .cmd = 0xc004480a, .out = &ctx,
					   .out_bytes = sizeof(ctx) },
		       PUT, UNMAP_DUS, CLOSE);
		request_fails(cases[i].expected);
		EXPECT(OPEN_OK, MAP_DUS, SET_CTX,
		       { .call = CALL_IOCTL, .ret = cases[i].error, .cmd = 0xc010480b,
			 .out = &shape, .out_bytes = sizeof(shape) },
		       PUT, UNMAP_DUS, CLOSE);
		request_fails(cases[i].expected);
		EXPECT(OPEN_OK, MAP_DUS, SET_CTX, GET_INFO,
		       { .call = CALL_MMAP, .ret = cases[i].error, .bytes = MMIO_BYTES },
		       PUT, UNMAP_DUS, CLOSE);
		request_fails(cases[i].expected);
		EXPECT(OPEN_OK, MAP_DUS, SET_CTX, GET_INFO, MAP_MMIO,
		       { .call = CALL_IOCTL, .ret = cases[i].error, .cmd = 0x5700 },
		       PUT, UNMAP_MMIO, UNMAP_DUS, CLOSE);
		request_fails(cases[i].expected);
	}
}

static void test_request_old_kernel_without_info_is_1024(void **state)
{
	static const int errors[] = { -EINVAL, -ENOTTY };
	static const struct hisi_qp_info garbage = { 7, 7, 7, 7 };
	struct wd_queue q = queue_wanted();
	unsigned int i;

	(void)state;
	make_device(DEV);
	for (i = 0; i < COUNT_OF(errors); i++) {
		EXPECT(OPEN_OK, MAP_DUS, SET_CTX,
		       { .call = CALL_IOCTL, .ret = errors[i], .cmd = 0xc010480b,
			 .out = &garbage, .out_bytes = sizeof(garbage) },
		       MAP_MMIO, START);
		assert_int_equal(wd_request_queue(&q), 0);
		assert_int_equal(queue_info(&q).depth, 1024);
		close_queue(&q);
	}
}

static void test_request_shape_or_region_does_not_fit_is_enotsup(void **state)
{
	static const struct hisi_qp_info huge = { 128, 4096, 4096, 0 };

	(void)state;
	make_device(DEV);
	EXPECT(OPEN_OK, MAP_DUS, SET_CTX,
	       { .call = CALL_IOCTL, .cmd = 0xc010480b, .out = &huge,
		 .out_bytes = sizeof(huge) }, PUT, UNMAP_DUS, CLOSE);
	request_fails(-ENOTSUP);
	/* A page of registers has no doorbell since V2, but one on V1. */
	attr(DEV, "region_mmio_size", "4096");
	EXPECT(OPEN_OK, MAP_DUS, SET_CTX, GET_INFO, PUT, UNMAP_DUS, CLOSE);
	request_fails(-ENOTSUP);
	attr_remove(DEV, "region_mmio_size");
	EXPECT(OPEN_OK, MAP_DUS, SET_CTX, GET_INFO, PUT, UNMAP_DUS, CLOSE);
	request_fails(-ENOTSUP);
}

/* Region sizes are the kernel's: other pages, other numbers. */
static void test_request_maps_what_sysfs_says(void **state)
{
	struct wd_queue q = queue_wanted();

	(void)state;
	make_device(DEV);
	attr(DEV, "region_dus_size", "262144");
	attr(DEV, "region_mmio_size", "65536");
	EXPECT(OPEN_OK, { .call = CALL_MMAP, .bytes = 262144, .offset = 1 }, SET_CTX,
	       GET_INFO, { .call = CALL_MMAP, .bytes = 65536 }, START);
	assert_int_equal(wd_request_queue(&q), 0);
	expect_nothing_left();
	EXPECT(PUT, { .call = CALL_MUNMAP, .bytes = 65536 },
	       { .call = CALL_MUNMAP, .bytes = 262144 }, CLOSE);
	wd_release_queue(&q);
	expect_nothing_left();
}

static void test_request_isolated_or_without_algorithm_opens_nothing(void **state)
{
	struct wd_queue q = queue_wanted();

	(void)state;
	make_device(DEV);
	attr(DEV, "isolate", "1");
	assert_int_equal(wd_request_queue(&q), -ENODEV);
	attr(DEV, "isolate", "0");
	attr(DEV, "dev_state", "-1");
	assert_int_equal(wd_request_queue(&q), -ENODEV);
	attr(DEV, "dev_state", "0");
	q.algorithm = "lz4";
	assert_int_equal(wd_request_queue(&q), -ENODEV);
	attr(DEV, "api", "something_else");
	q.algorithm = "zlib";
	assert_int_equal(wd_request_queue(&q), -ENOTSUP);
	expect_nothing_left();
}

#define NO_ANSWER(r)	{ .call = CALL_POLL, .ret = 0, .cmd = 1000, .revents = (r) }
#define POLLED(r)	{ .call = CALL_POLL, .ret = 1, .cmd = 1000, .revents = (r) }

static void test_wait_poll_results(void **state)
{
	static const struct {
		short revents;
		int expected;
	} cases[] = {
		{ POLLERR, -EIO }, { POLLHUP, -ENODEV }, { POLLNVAL, -ENODEV },
		{ POLLERR | POLLHUP, -ENODEV }, { POLLIN | POLLHUP, -ENODEV },
		{ POLLIN | POLLERR, -EIO },
	};
	struct job *jobs = jobs_new(1);
	struct wd_queue q;
	void *req = NULL;
	unsigned int i;

	(void)state;
	make_device(DEV);
	q = open_queue();
	send_jobs(&q, jobs, 1);
	for (i = 0; i < COUNT_OF(cases); i++) {
		EXPECT(POLLED(cases[i].revents));
		assert_int_equal(wd_recv_timed(&q, &req, 5000),
				 cases[i].expected);
		expect_nothing_left();
	}
	/* Signals, slices without news and spurious news: it waits on. */
	EXPECT({ .call = CALL_POLL, .ret = -EINTR, .cmd = 1000 }, NO_ANSWER(0),
	       POLLED(POLLIN), { .call = CALL_POLL, .ret = -EIO, .cmd = 1000 });
	assert_int_equal(wd_recv_timed(&q, &req, 5000), -EIO);
	expect_nothing_left();
	EXPECT({ .call = CALL_POLL, .ret = -ENXIO, .cmd = 1000 });
	assert_int_equal(wd_recv_timed(&q, &req, WD_TIMEOUT_INFINITE),
			 -ENODEV);
	expect_nothing_left();
	assert_null(req);
	close_queue(&q);
	free(jobs);
}

/* A kernel that returns at once is asked again until the time is over. */
static int impatient_poll(struct pollfd *fds, nfds_t n, int timeout_ms)
{
	assert_int_equal(n, 1);
	assert_int_equal(fds->fd, FAKE_FD);
	assert_in_range(timeout_ms, 1, 40);
	fds->revents = 0;
	nap_ms(1);
	return 0;
}

static void test_wait_slices_end_at_the_deadline(void **state)
{
	struct job *jobs = jobs_new(1);
	struct wd_queue q;
	void *req = NULL;
	uint64_t start;

	(void)state;
	make_device(DEV);
	q = open_queue();
	send_jobs(&q, jobs, 1);
	kernel.sys.poll = impatient_poll;
	start = now_ms();
	assert_int_equal(wd_recv_timed(&q, &req, 40), -ETIMEDOUT);
	assert_true(now_ms() - start >= 39);
	q.timeout_ms = 40;
	start = now_ms();
	assert_int_equal(wd_recv_sync(&q, &req), -ETIMEDOUT);
	assert_true(now_ms() - start >= 39);
	close_queue(&q);
	free(jobs);
}

/* Dead by its flags; the kernel is asked once more what it is. */
static void test_stop_flag_asks_the_kernel_why(void **state)
{
	static const struct {
		struct expected poll;
		int expected;
	} cases[] = {
		{ { .call = CALL_POLL, .ret = 0 }, -EIO },
		{ { .call = CALL_POLL, .ret = 1, .revents = POLLERR }, -EIO },
		{ { .call = CALL_POLL, .ret = 1, .revents = POLLIN }, -EIO },
		{ { .call = CALL_POLL, .ret = 1, .revents = POLLHUP }, -ENODEV },
		{ { .call = CALL_POLL, .ret = 1, .revents = POLLIN | POLLHUP }, -ENODEV },
		{ { .call = CALL_POLL, .ret = -ENXIO }, -ENODEV },
	};
	struct job *jobs = jobs_new(1);
	struct wd_queue q;
	unsigned int i;

	(void)state;
	make_device(DEV);
	q = open_queue();
	*(uint32_t *)((char *)kernel.last_dus + DUS_BYTES - 4) = 1;
	for (i = 0; i < COUNT_OF(cases); i++) {
		expect(&cases[i].poll, 1);
		assert_int_equal(wd_send(&q, &jobs->msg), cases[i].expected);
		expect_nothing_left();
	}
	close_queue(&q);
	free(jobs);
}

static void test_reserve_asks_slice_after_slice(void **state)
{
	static const uint64_t words[] = { 0x40000001, 0x90000001 };
	struct wd_queue q;
	char *mem;

	(void)state;
	make_device(DEV);
	attr(DEV, "flags", "2");
	q = open_queue();
	EXPECT({ .call = CALL_MMAP, .bytes = 0x20000, .offset = 2 },
	       { .call = CALL_IOCTL, .ret = 1, .cmd = 0x80085703, .out = &words[0],
		 .out_bytes = 8 },
	       { .call = CALL_IOCTL, .ret = 0, .cmd = 0x80085703, .out = &words[1],
		 .out_bytes = 8 });
	mem = wd_reserve_memory(&q, 0x10001);
	assert_non_null(mem);
	expect_nothing_left();
	assert_true(wd_memory_reachable(&q, mem, 0x10000));
	assert_false(wd_memory_reachable(&q, mem, 0x10001));
	memset(mem, 1, 0x20000);
	EXPECT(PUT, UNMAP_MMIO, UNMAP_DUS, { .call = CALL_MUNMAP, .bytes = 0x20000 },
	       CLOSE);
	wd_release_queue(&q);
	expect_nothing_left();
}

/* Linux' own uacce has no such region. */
static void test_reserve_refused_by_the_kernel_is_null(void **state)
{
	struct wd_queue q;

	(void)state;
	make_device(DEV);
	q = open_queue();
	EXPECT({ .call = CALL_MMAP, .ret = -EINVAL, .bytes = 4096, .offset = 2 });
	log_start();
	assert_null(wd_reserve_memory(&q, 4096));
	assert_int_equal(log_book.lines[WD_LOG_ERROR], 1);
	expect_nothing_left();
	close_queue(&q);
}

static void test_share_hands_the_descriptor_over(void **state)
{
	struct wd_queue a, b;

	(void)state;
	make_device(DEV);
	a = open_queue();
	b = open_queue();
	EXPECT({ .call = CALL_MMAP, .bytes = 4096, .offset = 2 });
	assert_non_null(wd_reserve_memory(&a, 1));
	EXPECT({ .call = CALL_IOCTL, .ret = -ENXIO, .cmd = 0x5702, .arg = FAKE_FD });
	assert_int_equal(wd_share_reserved_memory(&a, &b), -ENODEV);
	EXPECT({ .call = CALL_IOCTL, .cmd = 0x5702, .arg = FAKE_FD });
	assert_int_equal(wd_share_reserved_memory(&a, &b), 0);
	expect_nothing_left();
	/* The borrower unmaps nothing. */
	close_queue(&b);
	EXPECT(PUT, UNMAP_MMIO, UNMAP_DUS, { .call = CALL_MUNMAP, .bytes = 4096 },
	       CLOSE);
	wd_release_queue(&a);
	expect_nothing_left();
}

static void test_release_of_removed_queue_closes_all(void **state)
{
	struct wd_queue q;

	(void)state;
	make_device(DEV);
	q = open_queue();
	EXPECT({ .call = CALL_IOCTL, .ret = -ENXIO, .cmd = 0x5701 }, UNMAP_MMIO, UNMAP_DUS,
	       { .call = CALL_CLOSE, .ret = -EIO });
	wd_release_queue(&q);
	expect_nothing_left();
}

static void ignore(int signal)
{
	(void)signal;
}

/* The table of the real system calls, on files that are there. */
static void test_real_calls_give_errno(void **state)
{
	const struct itimerval soon = { .it_value.tv_usec = 20000 };
	struct sigaction action = { .sa_handler = ignore }, before;
	const struct uacce_sys *sys;
	struct pollfd pfd;
	void *addr = NULL;
	int fd;

	(void)state;
	uacce_sys_set(NULL);
	sys = uacce_sys();
	assert_int_equal(sys->open("/nonexistent/node"), -ENOENT);
	fd = sys->open("/dev/zero");
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDWR);
	assert_int_equal(sys->ioctl(fd, 0x5700, NULL), -ENOTTY);
	assert_int_equal(sys->mmap(fd, 8192, 0, &addr), 0);
	((char *)addr)[8191] = 1;
	assert_int_equal(sys->munmap(addr, 8192), 0);
	assert_int_equal(sys->munmap((char *)1, 8192), -EINVAL);
	addr = &fd;
	assert_int_equal(sys->mmap(fd, 0, 0, &addr), -EINVAL);
	assert_ptr_equal(addr, &fd);
	pfd = (struct pollfd){ .fd = fd, .events = POLLIN };
	assert_int_equal(sys->poll(&pfd, 1, 0), 1);
	sigaction(SIGALRM, &action, &before);
	setitimer(ITIMER_REAL, &soon, NULL);
	pfd.events = 0;
	assert_int_equal(sys->poll(&pfd, 1, 10000), -EINTR);
	sigaction(SIGALRM, &before, NULL);
	assert_int_equal(sys->close(fd), 0);
	assert_int_equal(sys->close(fd), -EBADF);
	assert_int_equal(sys->ioctl(fd, 0x5700, NULL), -EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		uacce_test(test_request_and_release_are_these_calls),
		uacce_test(test_send_and_recv_make_no_system_call),
		uacce_test(test_request_for_decompression_tells_the_kernel),
		uacce_test(test_request_open_fails_gives_error_and_hint),
		uacce_test(test_request_denied_tries_the_next_device),
		uacce_test(test_request_each_call_fails_is_undone),
		uacce_test(test_request_old_kernel_without_info_is_1024),
		uacce_test(test_request_shape_or_region_does_not_fit_is_enotsup),
		uacce_test(test_request_maps_what_sysfs_says),
		uacce_test(test_request_isolated_or_without_algorithm_opens_nothing),
		uacce_test(test_wait_poll_results),
		uacce_test(test_wait_slices_end_at_the_deadline),
		uacce_test(test_stop_flag_asks_the_kernel_why),
		uacce_test(test_reserve_asks_slice_after_slice),
		uacce_test(test_reserve_refused_by_the_kernel_is_null),
		uacce_test(test_share_hands_the_descriptor_over),
		uacce_test(test_release_of_removed_queue_closes_all),
		uacce_test(test_real_calls_give_errno),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
