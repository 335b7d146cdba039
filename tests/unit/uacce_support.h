/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A kernel with uacce devices: sysfs is a directory that the test writes, the
 * system calls are a table of calls that are expected, in their order. One that
 * is not expected fails, and one that is left over, too.
 */
#ifndef UACCE_SUPPORT_H
#define UACCE_SUPPORT_H

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>

#include "queue_support.h"
#include "uacce_sys.h"

enum call { CALL_OPEN, CALL_CLOSE, CALL_IOCTL, CALL_MMAP, CALL_MUNMAP,
	    CALL_POLL };

/**
 * struct expected - a system call that is to come
 * @call: which
 * @ret: what it returns; for CALL_OPEN the descriptor
 * @cmd: of CALL_IOCTL, and the timeout of CALL_POLL
 * @bytes: of CALL_MMAP and CALL_MUNMAP
 * @offset: of CALL_MMAP, in pages
 * @out: of CALL_IOCTL: what the argument is set to
 * @out_bytes: length of @out
 * @revents: of CALL_POLL
 * @in: of CALL_IOCTL: what the argument has to be before, or NULL
 * @arg: of CALL_IOCTL without @out: the argument itself
 * @path: of CALL_OPEN
 */
struct expected {
	enum call call;
	long ret;
	unsigned long cmd;
	size_t bytes;
	long offset;
	const void *out;
	size_t out_bytes;
	short revents;
	const void *in;
	uintptr_t arg;
	const char *path;
};

#define FAKE_FD		1234
#define MAX_EXPECTED	32

static struct kernel {
	char root[64];
	char class_root[96];
	char node_root[96];
	struct uacce_sys sys;
	struct expected calls[MAX_EXPECTED];
	unsigned int nr;
	unsigned int next;
	void *last_dus;
	int node;
} kernel __attribute__((unused));

static inline void expect(const struct expected *calls, unsigned int n)
{
	assert_int_equal(kernel.next, kernel.nr);
	assert_in_range(n, 1, MAX_EXPECTED);
	memcpy(kernel.calls, calls, n * sizeof(*calls));
	kernel.nr = n;
	kernel.next = 0;
}

#define EXPECT(...)							\
	do {								\
		const struct expected calls_[] = { __VA_ARGS__ };	\
		expect(calls_, sizeof(calls_) / sizeof(calls_[0]));	\
	} while (0)

static inline void expect_nothing_left(void)
{
	assert_int_equal(kernel.next, kernel.nr);
}

static inline const struct expected *take_call(enum call call)
{
	const struct expected *expected = &kernel.calls[kernel.next];

	if (kernel.next == kernel.nr)
		fail_msg("call %d is not expected", call);
	kernel.next++;
	assert_int_equal(call, expected->call);
	return expected;
}

static inline int kernel_open(const char *path)
{
	const struct expected *expected = take_call(CALL_OPEN);

	assert_string_equal(path, expected->path);
	return expected->ret;
}

static inline int kernel_close(int fd)
{
	const struct expected *expected = take_call(CALL_CLOSE);

	assert_int_equal(fd, FAKE_FD);
	return expected->ret;
}

static inline int kernel_ioctl(int fd, unsigned long cmd, void *arg)
{
	const struct expected *expected = take_call(CALL_IOCTL);

	assert_int_equal(fd, FAKE_FD);
	assert_int_equal(cmd, expected->cmd);
	if (expected->in)
		assert_memory_equal(arg, expected->in, expected->out_bytes);
	if (expected->out)
		memcpy(arg, expected->out, expected->out_bytes);
	else
		assert_int_equal((uintptr_t)arg, expected->arg);
	return expected->ret;
}

/* Device memory is a file, as it is for the real one. */
static inline int kernel_mmap(int fd, size_t bytes, off_t offset, void **addr)
{
	const struct expected *expected = take_call(CALL_MMAP);
	int memfd;

	assert_int_equal(fd, FAKE_FD);
	assert_int_equal(bytes, expected->bytes);
	assert_int_equal(offset, expected->offset * sysconf(_SC_PAGESIZE));
	if (expected->ret)
		return expected->ret;
	memfd = memfd_create("region", MFD_CLOEXEC);
	assert_true(memfd >= 0);
	assert_int_equal(ftruncate(memfd, bytes), 0);
	*addr = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, memfd, 0);
	assert_ptr_not_equal(*addr, MAP_FAILED);
	close(memfd);
	if (expected->offset == UACCE_QFRT_DUS)
		kernel.last_dus = *addr;
	return 0;
}

static inline int kernel_munmap(void *addr, size_t bytes)
{
	const struct expected *expected = take_call(CALL_MUNMAP);

	assert_int_equal(bytes, expected->bytes);
	return munmap(addr, bytes) ? -errno : 0;
}

static inline int kernel_poll(struct pollfd *fds, nfds_t n, int timeout_ms)
{
	const struct expected *expected = take_call(CALL_POLL);

	assert_int_equal(n, 1);
	assert_int_equal(fds->fd, FAKE_FD);
	assert_int_equal(fds->events, POLLIN);
	if (expected->cmd)
		assert_in_range(timeout_ms, 1, expected->cmd);
	else
		assert_int_equal(timeout_ms, 0);
	fds->revents = expected->revents;
	return expected->ret;
}

static inline int kernel_node(void)
{
	return kernel.node;
}

static inline void make_dir(const char *path)
{
	assert_true(!mkdir(path, 0755) || errno == EEXIST);
}

static inline void write_file(const char *path, const void *text, size_t bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, bytes), bytes);
	close(fd);
}

static inline void attr_bytes(const char *dev, const char *attr,
			      const void *text, size_t bytes)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", kernel.class_root, dev);
	make_dir(path);
	snprintf(path, sizeof(path), "%s/%s/%s", kernel.class_root, dev, attr);
	write_file(path, text, bytes);
}

static inline void attr(const char *dev, const char *name, const char *text)
{
	attr_bytes(dev, name, text, strlen(text));
}

static inline void attr_remove(const char *dev, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s/%s", kernel.class_root, dev, name);
	assert_int_equal(unlink(path), 0);
}

static inline void distances(int node, const char *text)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/node%d", kernel.node_root, node);
	make_dir(path);
	snprintf(path, sizeof(path), "%s/node%d/distance", kernel.node_root,
		 node);
	write_file(path, text, strlen(text));
}

/* A device as a kernel with everything has it. */
static inline void make_device(const char *name)
{
	attr(name, "api", "hisi_qm_v3\n");
	attr(name, "flags", "1\n");
	attr(name, "algorithms", "zlib\ngzip\ndeflate\n");
	attr(name, "available_instances", "250\n");
	attr(name, "region_mmio_size", "8192\n");
	attr(name, "region_dus_size", "151552\n");
	attr(name, "isolate", "0\n");
	attr(name, "node_id", "0\n");
	attr(name, "dev_state", "0\n");
}

static inline int kernel_start(void **state)
{
	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	strcpy(kernel.root, "/tmp/wd-uacce-XXXXXX");
	assert_non_null(mkdtemp(kernel.root));
	snprintf(kernel.class_root, sizeof(kernel.class_root), "%s/class",
		 kernel.root);
	snprintf(kernel.node_root, sizeof(kernel.node_root), "%s/node",
		 kernel.root);
	make_dir(kernel.class_root);
	make_dir(kernel.node_root);
	distances(0, "10 21\n");
	kernel.sys = (struct uacce_sys){
		.sysfs_root = kernel.class_root,
		.node_root = kernel.node_root,
		.dev_root = "/dev",
		.open = kernel_open,
		.close = kernel_close,
		.ioctl = kernel_ioctl,
		.mmap = kernel_mmap,
		.munmap = kernel_munmap,
		.poll = kernel_poll,
		.node = kernel_node,
	};
	uacce_sys_set(&kernel.sys);
	wd_backend_register(&wd_backend_uacce, true);
	return 0;
}

static inline int remove_one(const char *path, const struct stat *st, int type,
			     struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline int kernel_stop(void **state)
{
	queue_teardown(state);
	uacce_sys_set(NULL);
	nftw(kernel.root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	return 0;
}

#define uacce_test(fn)							\
	cmocka_unit_test_setup_teardown(fn, kernel_start, kernel_stop)

#endif /* UACCE_SUPPORT_H */
