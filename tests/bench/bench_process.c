/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Whole processes of minigzip that stay in software, in turns: as they are, with
 * a preloaded library that is empty, and with the drop-in. Processor time of the
 * process, from exec() to its end, in microseconds, and ratios within a turn.
 * The arguments are the program, both libraries, and a file of 4 MiB or more.
 */
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

enum { PLAIN, EMPTY, DROPIN, VARIANTS };

static const char *const names[] = { "plain", "empty", "dropin" };

static const struct {
	const char *name;
	size_t bytes;
	unsigned int rounds;
} files[] = {
	{ "8k", 8 << 10, 201 }, { "64k", 64 << 10, 201 },
	{ "256k", 256 << 10, 101 }, { "4m", 4 << 20, 25 },
};

static const char *program;
static const char *libraries[VARIANTS];

static double us_of(const struct timeval *time)
{
	return time->tv_sec * 1e6 + time->tv_usec;
}

static double run(int input, unsigned int variant)
{
	/* As configured by nobody, but for what would go to the device. */
	char preload[4096], threshold[] = "WARPDRIVE_ZLIB_THRESHOLD=1000000000";
	char *argv[] = { (char *)(uintptr_t)program, NULL };
	char *envp[] = { threshold, libraries[variant] ? preload : NULL, NULL };
	posix_spawn_file_actions_t actions;
	struct rusage usage;
	int status = -1;
	pid_t pid = -1;

	if (libraries[variant])
		snprintf(preload, sizeof(preload), "LD_PRELOAD=%s",
			 libraries[variant]);
	if (lseek(input, 0, SEEK_SET) ||
	    posix_spawn_file_actions_init(&actions) ||
	    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO) ||
	    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO,
					     "/dev/null", O_WRONLY, 0) ||
	    posix_spawn(&pid, program, &actions, NULL, argv, envp))
		bench_fail("posix_spawn", 0);
	posix_spawn_file_actions_destroy(&actions);
	if (wait4(pid, &status, 0, &usage) != pid || status)
		bench_fail(program, -status);
	return us_of(&usage.ru_utime) + us_of(&usage.ru_stime);
}

static void print(const char *file, const char *what, struct bench_series *s)
{
	char key[64];

	snprintf(key, sizeof(key), "zlib.process.%s.%s", file, what);
	bench_print(key, bench_median(s));
}

static void compare(int input, unsigned int file)
{
	struct bench_series us[VARIANTS] = { 0 }, empty = { 0 }, dropin = { 0 };
	struct bench_series beside = { 0 };
	double took[VARIANTS];
	unsigned int round, i, v;
	char key[16];

	for (round = 0; round < files[file].rounds; round++) {
		for (i = 0; i < VARIANTS; i++) {
			v = (round + i) % VARIANTS;
			took[v] = run(input, v);
			bench_add(&us[v], took[v]);
		}
		bench_add(&empty, took[EMPTY] / took[PLAIN]);
		bench_add(&dropin, took[DROPIN] / took[PLAIN]);
		bench_add(&beside, took[DROPIN] / took[EMPTY]);
	}
	for (v = 0; v < VARIANTS; v++) {
		snprintf(key, sizeof(key), "%s_us", names[v]);
		print(files[file].name, key, &us[v]);
	}
	print(files[file].name, "empty_ratio", &empty);
	print(files[file].name, "dropin_ratio", &dropin);
	print(files[file].name, "dropin_over_empty_ratio", &beside);
}

/* The first of @from in a file of its own. */
static int cut(const char *from, size_t bytes)
{
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = memfd_create("bench", MFD_CLOEXEC);
	char *data = malloc(bytes);

	if (in < 0 || out < 0 || !data ||
	    read(in, data, bytes) != (ssize_t)bytes ||
	    write(out, data, bytes) != (ssize_t)bytes)
		bench_fail(from, 0);
	free(data);
	close(in);
	return out;
}

int main(int argc, char **argv)
{
	unsigned int i;
	int input;

	if (argc != 5) {
		fprintf(stderr, "usage: bench_process MINIGZIP EMPTY DROPIN FILE\n");
		return 1;
	}
	program = argv[1];
	libraries[EMPTY] = argv[2];
	libraries[DROPIN] = argv[3];
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		input = cut(argv[4], files[i].bytes);
		compare(input, i);
		close(input);
	}
	return 0;
}
