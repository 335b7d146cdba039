/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * uacce_fuzz DEVICE SECONDS [SEED]: calls on a queue's file in any order, from
 * several processes at once. What a call answers does not matter; the kernel
 * must survive, and all queues must be free again at the end. Prints TAP.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <misc/uacce/hisi_qm.h>
#include <misc/uacce/uacce.h>

#define WORKERS		4
#define FILES		8
#define MAPPINGS	16
#define CHILDREN	3

struct mapping {
	char *at;
	size_t bytes;
};

struct worker {
	const char *path;
	uint64_t random;
	int files[FILES];
	struct mapping maps[MAPPINGS];
	unsigned int children;
	unsigned long calls;
};

static uint32_t draw(struct worker *w, uint32_t below)
{
	/* xorshift64 */
	w->random ^= w->random << 13;
	w->random ^= w->random >> 7;
	w->random ^= w->random << 17;
	return (uint32_t)(w->random >> 16) % below;
}

static int *any_file(struct worker *w)
{
	return &w->files[draw(w, FILES)];
}

static struct mapping *any_mapping(struct worker *w)
{
	return &w->maps[draw(w, MAPPINGS)];
}

/* Sizes around those that count: pages, DUS, units of slices. */
static size_t any_size(struct worker *w)
{
	static const size_t sizes[] = {
		0, 1, 4096, 8192, 65536, 151552, 163840, 262144, 1 << 20,
		SIZE_MAX / 2,
	};
	size_t size = sizes[draw(w, sizeof(sizes) / sizeof(sizes[0]))];

	return draw(w, 8) ? size : size + draw(w, 3) * 4096;
}

static void do_open(struct worker *w)
{
	int *fd = any_file(w);

	if (*fd >= 0)
		close(*fd);
	*fd = draw(w, 16) ? open(w->path, O_RDWR | O_CLOEXEC) :
			    open(w->path, O_RDONLY | O_NONBLOCK);
}

static void do_close(struct worker *w)
{
	int *fd = any_file(w);

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void do_dup(struct worker *w)
{
	int *from = any_file(w), *to = any_file(w);

	if (*to >= 0 || *from < 0)
		return;
	*to = dup(*from);
}

static void do_ioctl(struct worker *w)
{
	static const unsigned long commands[] = {
		UACCE_CMD_START_Q, UACCE_CMD_PUT_Q, UACCE_CMD_SHARE_SVAS,
		UACCE_CMD_GET_SS_DMA, UACCE_CMD_QM_SET_QP_CTX,
		UACCE_CMD_QM_SET_QP_INFO, UACCE_CMD_START_Q, UACCE_CMD_PUT_Q,
	};
	uint64_t data[8] = { draw(w, 3), draw(w, 5) };
	unsigned long command = commands[draw(w, 8)];

	if (command == UACCE_CMD_SHARE_SVAS) {
		ioctl(*any_file(w), command, (long)*any_file(w));
		return;
	}
	if (!draw(w, 20))
		command = ((uint64_t)draw(w, 1 << 16) << 16) | draw(w, 1 << 16);
	ioctl(*any_file(w), command, draw(w, 20) ? (void *)data : (void *)16);
}

static void do_mmap(struct worker *w)
{
	struct mapping *map = any_mapping(w);
	off_t offset = (off_t)draw(w, draw(w, 10) ? 3 : 6) * getpagesize();
	int prot = PROT_READ | PROT_WRITE;
	size_t bytes = any_size(w);
	char *at;

	if (map->at)
		return;
	if (!draw(w, 10))
		prot = (int)draw(w, 8);
	at = mmap(NULL, bytes, prot, draw(w, 16) ? MAP_SHARED : MAP_PRIVATE,
		  *any_file(w), offset);
	if (at != MAP_FAILED)
		*map = (struct mapping){ at, bytes };
}

static void do_munmap(struct worker *w)
{
	struct mapping *map = any_mapping(w);
	size_t page = (size_t)getpagesize(), pages = map->bytes / page, from;

	if (!map->at)
		return;
	if (pages > 2 && !draw(w, 3)) {
		from = draw(w, (uint32_t)pages);
		munmap(map->at + from * page, page);
		return;
	}
	munmap(map->at, map->bytes);
	map->at = NULL;
}

static void do_mremap(struct worker *w)
{
	struct mapping *map = any_mapping(w);
	size_t bytes = draw(w, 2) ? map->bytes : any_size(w);
	char *at;

	if (!map->at)
		return;
	at = mremap(map->at, map->bytes, bytes, MREMAP_MAYMOVE);
	if (at != MAP_FAILED)
		*map = (struct mapping){ at, bytes };
}

static void do_madvise(struct worker *w)
{
	static const int advice[] = {
		MADV_DONTNEED, MADV_FREE, MADV_DOFORK, MADV_DONTFORK,
		MADV_WILLNEED, MADV_PAGEOUT, MADV_WIPEONFORK, MADV_HUGEPAGE,
		MADV_REMOVE,
	};
	struct mapping *map = any_mapping(w);

	if (map->at)
		madvise(map->at, map->bytes,
			advice[draw(w, sizeof(advice) / sizeof(advice[0]))]);
}

static void on_signal(int signal)
{
	(void)signal;
	_exit(0);
}

static void touch(struct worker *w, const struct mapping *map)
{
	size_t at = draw(w, (uint32_t)(map->bytes / 8)) * 8;

	if (draw(w, 2))
		*(volatile uint64_t *)(map->at + at) = w->random;
	else
		(void)*(volatile uint64_t *)(map->at + at);
}

static void do_touch(struct worker *w)
{
	struct mapping *map = any_mapping(w);

	if (map->at && map->bytes >= 4096)
		touch(w, map);
}

static void do_poll(struct worker *w)
{
	struct pollfd wait = { .fd = *any_file(w), .events = POLLIN };

	poll(&wait, 1, (int)draw(w, 2));
}

static void do_system_read(struct worker *w)
{
	struct mapping *map = any_mapping(w);
	int pipes[2];

	if (!map->at || map->bytes < 4096 || pipe(pipes))
		return;
	/* The kernel itself reads the mapping. */
	(void)!write(pipes[1], map->at, 64);
	close(pipes[0]);
	close(pipes[1]);
}

static void one_call(struct worker *w)
{
	static void (*const calls[])(struct worker *w) = {
		do_open, do_open, do_close, do_dup, do_ioctl, do_ioctl,
		do_ioctl, do_mmap, do_mmap, do_munmap, do_mremap, do_madvise,
		do_touch, do_poll, do_system_read,
	};

	calls[draw(w, sizeof(calls) / sizeof(calls[0]))](w);
	w->calls++;
}

/* A child plays with what it inherits, then dies in one of several ways. */
static void do_fork(struct worker *w)
{
	unsigned int i;
	pid_t pid;

	while (w->children && waitpid(-1, NULL, WNOHANG) > 0)
		w->children--;
	if (w->children == CHILDREN)
		return;
	w->random += 0x9e3779b97f4a7c15ULL;
	pid = fork();
	if (pid > 0)
		w->children++;
	if (pid)
		return;
	for (i = draw(w, 100); i; i--)
		one_call(w);
	if (draw(w, 2))
		raise(SIGKILL);
	_exit(0);
}

/* A worker that a signal ends is started again with the rest of its time. */
static void work(struct worker *w, time_t end)
{
	unsigned int i;

	signal(SIGSEGV, on_signal);
	signal(SIGBUS, on_signal);
	for (i = 0; i < FILES; i++)
		w->files[i] = -1;
	while (time(NULL) < end) {
		for (i = 0; i < 64; i++)
			one_call(w);
		do_fork(w);
	}
	_exit(0);
}

static pid_t start(const char *path, uint64_t seed, time_t end)
{
	struct worker w = { .path = path, .random = seed * 2 + 1 };
	pid_t pid = fork();

	if (!pid)
		work(&w, end);
	return pid;
}

static long free_queues(const char *name)
{
	char path[200], text[32] = "";
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/sys/class/uacce/%s/available_instances",
		 name);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return -1;
	got = read(fd, text, sizeof(text) - 1);
	close(fd);
	return got > 0 ? strtol(text, NULL, 10) : -1;
}

/* Children of killed workers may live a little longer. */
static bool all_free(const char *name, long before)
{
	unsigned int i;

	for (i = 0; i < 200; i++) {
		if (free_queues(name) == before)
			return true;
		usleep(50000);
	}
	return false;
}

int main(int argc, char **argv)
{
	char path[100];
	unsigned long rounds = 0;
	uint64_t seed;
	time_t end;
	long before;

	if (argc < 3) {
		fprintf(stderr, "usage: uacce_fuzz DEVICE SECONDS [SEED]\n");
		return 1;
	}
	snprintf(path, sizeof(path), "/dev/%s", argv[1]);
	before = free_queues(argv[1]);
	if (before <= 0) {
		fprintf(stderr, "uacce_fuzz: %s has no queue\n", argv[1]);
		return 1;
	}
	end = time(NULL) + atol(argv[2]);
	seed = argc > 3 ? strtoull(argv[3], NULL, 0) : (uint64_t)time(NULL);
	printf("# seed %llu\n", (unsigned long long)seed);
	while (rounds < WORKERS)
		start(path, seed + rounds++, end);
	while (wait(NULL) > 0) {
		if (time(NULL) < end)
			start(path, seed + rounds++, end);
	}
	printf("ok 1 - the kernel survived %lu workers\n", rounds);
	printf("%s 2 - all %ld queues are free again\n",
	       all_free(argv[1], before) ? "ok" : "not ok", before);
	printf("1..2\n");
	return 0;
}
