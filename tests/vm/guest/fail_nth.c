/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * fail_nth probe DRIVER-FOLDER FUNCTION | fail_nth queue FILE
 *
 * Lets the first allocation of a call fail, then the second one, and so on until
 * the call goes through without meeting one that fails: each of its error paths
 * is taken. Needs CONFIG_FAULT_INJECTION with FAILSLAB and FAIL_PAGE_ALLOC.
 * Prints TAP.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <misc/uacce/hisi_qm.h>
#include <misc/uacce/uacce.h>

#define NTH_MAX		4000

static unsigned int points;

static void point(bool is_ok, const char *what, unsigned int failures, int nth)
{
	printf("%s %u - %s: %u of %d failures told\n", is_ok ? "ok" : "not ok",
	       ++points, what, failures, nth - 1);
	fflush(stdout);
}

static void die(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(1);
}

/* Of this thread; opened once, as that allocates. */
static int control(void)
{
	int fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		die("/proc/thread-self/fail-nth");
	return fd;
}

/* Copies from and to user space fail as well, also those of this file. */
static void arm(int fd, int nth)
{
	char text[16];
	int bytes = snprintf(text, sizeof(text), "%d", nth);
	ssize_t put;

	do {
		put = pwrite(fd, text, (size_t)bytes, 0);
	} while (put < 0 && errno == EFAULT);
	if (put != bytes)
		die("fail-nth");
}

/* Whether the failure has happened; none is waiting afterwards. */
static bool disarm(int fd)
{
	char text[16] = "";
	ssize_t got = pread(fd, text, sizeof(text) - 1, 0);

	if (got < 0 && errno != EFAULT)
		die("fail-nth");
	arm(fd, 0);
	return got > 0 && atoi(text) == 0;
}

static bool put(int dir, const char *name, const char *text)
{
	int fd = openat(dir, name, O_WRONLY | O_CLOEXEC);
	bool is_done;

	if (fd < 0)
		die(name);
	is_done = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	close(fd);
	return is_done;
}

/* Failures that a probe survives, as by doing without, are fine. */
static void probe(const char *folder, const char *function)
{
	int dir = open(folder, O_PATH | O_CLOEXEC), fd = control(), bind, nth;
	unsigned int told = 0;
	bool is_bound = true;
	bool has_failed = true;

	if (dir < 0 || !put(dir, "unbind", function))
		die(folder);
	for (nth = 1; has_failed && nth < NTH_MAX; nth++) {
		bind = openat(dir, "bind", O_WRONLY | O_CLOEXEC);
		if (bind < 0)
			die("bind");
		arm(fd, nth);
		is_bound = write(bind, function, strlen(function)) > 0;
		has_failed = disarm(fd);
		close(bind);
		told += !is_bound;
		if (is_bound && !put(dir, "unbind", function))
			die("unbind");
	}
	point(!has_failed && is_bound && told, "probe", told, nth - 1);
	point(put(dir, "bind", function), "bound again", told, nth - 1);
}

/* One call under test each; the others have to succeed. */
enum call { CALL_OPEN, CALL_MMIO, CALL_DUS, CALL_SS, CALL_START, CALLS };

static const char *const call_names[CALLS] = {
	"open", "map MMIO", "map DUS", "map SS", "start",
};

static size_t region_bytes(enum call call, const char *name)
{
	char path[200], text[32] = "";
	int fd;

	if (call == CALL_SS)
		return 1 << 20;
	snprintf(path, sizeof(path), "/sys/class/uacce/%s/region_%s_size", name,
		 call == CALL_MMIO ? "mmio" : "dus");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		die(path);
	close(fd);
	return strtoul(text, NULL, 10);
}

/* 0 or a negative errno; @file is set by CALL_OPEN */
static int carry_out(enum call call, const char *path, size_t bytes, int *file)
{
	static const unsigned int regions[CALLS] = {
		[CALL_MMIO] = UACCE_QFRT_MMIO,
		[CALL_DUS] = UACCE_QFRT_DUS,
		[CALL_SS] = UACCE_QFRT_SS,
	};
	void *at;

	switch (call) {
	case CALL_OPEN:
		*file = open(path, O_RDWR | O_CLOEXEC);
		return *file < 0 ? -errno : 0;
	case CALL_START:
		return ioctl(*file, UACCE_CMD_START_Q) ? -errno : 0;
	default:
		at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, *file,
			  (off_t)regions[call] * getpagesize());
		if (at == MAP_FAILED)
			return -errno;
		/* Page tables count, too. */
		*(volatile uint32_t *)at;
		munmap(at, bytes);
		return 0;
	}
}

static void queue(enum call tested, const char *path, const char *name)
{
	size_t bytes = tested >= CALL_MMIO && tested <= CALL_SS ?
		       region_bytes(tested, name) : 0;
	int fd = control(), file = -1, ret = 0, nth;
	bool has_failed = true;
	unsigned int told = 0;

	for (nth = 1; has_failed && nth < NTH_MAX; nth++) {
		if (tested != CALL_OPEN && carry_out(CALL_OPEN, path, 0, &file))
			die(path);
		arm(fd, nth);
		ret = carry_out(tested, path, bytes, &file);
		has_failed = disarm(fd);
		told += ret != 0;
		if (file >= 0)
			close(file);
		file = -1;
	}
	point(!has_failed && !ret, call_names[tested], told, nth - 1);
}

int main(int argc, char **argv)
{
	const char *name;
	enum call call;

	if (argc == 4 && !strcmp(argv[1], "probe")) {
		probe(argv[2], argv[3]);
	} else if (argc == 3 && !strcmp(argv[1], "queue")) {
		name = strrchr(argv[2], '/') ? strrchr(argv[2], '/') + 1 : argv[2];
		for (call = CALL_OPEN; call < CALLS; call++)
			queue(call, argv[2], name);
	} else {
		fprintf(stderr, "usage: fail_nth probe DRIVER-FOLDER FUNCTION | fail_nth queue FILE\n");
		return 1;
	}
	printf("1..%u\n", points);
	return 0;
}
