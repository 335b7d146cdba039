/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * soak EMULATOR [CYCLES]: clients of one hisi-zip-emu that connect, set a queue
 * up, let it work and are killed, at any moment of all that. In the end the
 * emulator must have no more descriptors, mappings, threads or memory than in the
 * beginning, and still do its work. The last line is "N passed, M failed".
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../unit/sanitizers.h"
#include "hisi_qm_hw.h"
#include "vfu_client.h"
#include "vfu_driver.h"

#define CYCLES		1000
#define WARM_UP		20
#define REQUEST_BYTES	65536u
#define MAX_LIFE_US	8000

/* Allocators keep a little; a leak of one client is more than that in all. */
#define SLACK_KIB	4096
#define SLACK_MAPS	8

/* The first keeps what is freed, the second a shadow of what was touched. */
#define KEEPS_MEMORY	(HAS_ADDRESS_SANITIZER || HAS_THREAD_SANITIZER)

struct usage {
	unsigned int descriptors;
	unsigned int threads;
	unsigned int maps;
	unsigned int client_maps;
	unsigned long rss_kib;
};

static char dir[] = "/tmp/vfu-soak-XXXXXX";
static char path[64], vf_path[64];
static unsigned int passed, failed;
static pid_t emulator;

static void check(bool is_good, const char *what)
{
	if (is_good) {
		passed++;
		return;
	}
	failed++;
	printf("not ok %s\n", what);
}

static void give_up(const char *what)
{
	printf("not ok %s: %s\n", what, strerror(errno));
	if (emulator > 0)
		kill(emulator, SIGKILL);
	printf("%u passed, %u failed\n", passed, failed + 1);
	exit(1);
}

static void start_emulator(const char *program)
{
	emulator = fork();
	if (emulator < 0)
		give_up("fork");
	if (emulator)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	execl(program, program, "--socket", path, "--vfs", "1", "--workers",
	      "2", (char *)NULL);
	fprintf(stderr, "%s: %s\n", program, strerror(errno));
	_exit(127);
}

static void pause_us(unsigned int us)
{
	const struct timespec ts = { us / 1000000, us % 1000000 * 1000L };

	nanosleep(&ts, NULL);
}

static int connect_patiently(const char *to)
{
	unsigned int i;
	int fd = -1;

	for (i = 0; i < 10000; i++) {
		fd = vfu_client_connect(to);
		if (fd >= 0)
			return fd;
		pause_us(1000);
	}
	errno = -fd;
	give_up(to);
	return -1;
}

static void open_client(struct vfu_client *client, const char *to)
{
	vfu_client_init(client, connect_patiently(to), VFU_DRIVER_BASE,
			VFU_DRIVER_RAM);
	if (vfu_client_version(client))
		give_up("VERSION");
}

static void start_work(struct vfu_driver *driver, struct vfu_client *client,
		       bool has_fd)
{
	uint32_t i;

	for (i = 0; i < REQUEST_BYTES; i++)
		client->ram[VFU_DRIVER_SRC + i] =
			(uint8_t)("compression"[i % 11] + i / 301 % 7);
	if (vfu_client_map(client, has_fd))
		give_up("DMA_MAP");
	vfu_driver_enable(client);
	vfu_driver_init_device(client);
	vfu_driver_give_queues(client, HISI_QM_REV_V3, 0, 0, 64);
	vfu_driver_start(driver, client, HISI_QM_REV_V3, 0);
}

/* Until it is killed; any of its calls may be the last. */
static void live(unsigned int cycle)
{
	struct vfu_client client;
	struct vfu_driver driver;
	unsigned int i;

	if (cycle % 4 == 3) {
		open_client(&client, vf_path);
		vfu_client_map(&client, cycle & 4);
		for (;;)
			vfu_client_rd(&client, 0x300);
	}
	open_client(&client, path);
	start_work(&driver, &client, cycle & 1);
	for (;;) {
		for (i = 0; i < VFU_DRIVER_DEPTH / 2; i++)
			vfu_driver_send(&driver, REQUEST_BYTES,
					2 * REQUEST_BYTES);
		for (i = 0; i < VFU_DRIVER_DEPTH / 2; i++)
			vfu_driver_wait(&driver);
	}
}

/* One client, or two at once. */
static void run_cycle(unsigned int cycle)
{
	unsigned int n = cycle % 3 == 0 ? 2 : 1, i;
	pid_t children[2];
	int status;

	for (i = 0; i < n; i++) {
		children[i] = fork();
		if (children[i] < 0)
			give_up("fork");
		if (!children[i]) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			live(cycle + i);
		}
	}
	pause_us((unsigned int)rand() % MAX_LIFE_US);
	for (i = 0; i < n; i++)
		kill(children[i], SIGKILL);
	for (i = 0; i < n; i++) {
		waitpid(children[i], &status, 0);
		check(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL,
		      "a client was not served");
	}
	check(waitpid(emulator, &status, WNOHANG) == 0, "the emulator died");
}

static unsigned int count_entries(const char *what)
{
	char name[64];
	unsigned int count = 0;
	DIR *entries;

	snprintf(name, sizeof(name), "/proc/%d/%s", emulator, what);
	entries = opendir(name);
	if (!entries)
		give_up(name);
	while (readdir(entries))
		count++;
	closedir(entries);
	return count - 2;
}

static struct usage get_usage(void)
{
	struct usage usage = {
		.descriptors = count_entries("fd"),
		.threads = count_entries("task"),
	};
	char line[512];
	FILE *file;

	snprintf(line, sizeof(line), "/proc/%d/maps", emulator);
	file = fopen(line, "r");
	if (!file)
		give_up("maps");
	while (fgets(line, sizeof(line), file)) {
		usage.maps++;
		usage.client_maps += strstr(line, "/memfd:vfu_client") != NULL;
	}
	fclose(file);
	snprintf(line, sizeof(line), "/proc/%d/status", emulator);
	file = fopen(line, "r");
	if (!file)
		give_up("status");
	while (fgets(line, sizeof(line), file))
		sscanf(line, "VmRSS: %lu kB", &usage.rss_kib);
	fclose(file);
	return usage;
}

/* When the last client is gone for good. */
static struct usage get_idle_usage(void)
{
	struct usage usage, last = get_usage();
	unsigned int same = 0, i;

	for (i = 0; i < 1000 && same < 10; i++) {
		pause_us(10000);
		usage = get_usage();
		same = usage.descriptors == last.descriptors &&
		       usage.maps == last.maps ? same + 1 : 0;
		last = usage;
	}
	return last;
}

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

static void measure_reads(struct vfu_client *client)
{
	const unsigned int count = 20000;
	unsigned int i;
	int64_t start = now_ns();

	for (i = 0; i < count; i++)
		vfu_client_rd(client, 0x100158);
	printf("note a register read takes %.2f us\n",
	       (double)(now_ns() - start) / count / 1000);
}

/* Return: whether all requests were answered, and well. */
static bool do_requests(struct vfu_client *client, bool has_fd)
{
	const unsigned int rounds = 20, burst = VFU_DRIVER_DEPTH / 2;
	struct vfu_driver driver;
	unsigned int round, i;
	bool is_good = true;
	int64_t start;

	start_work(&driver, client, has_fd);
	start = now_ns();
	for (round = 0; round < rounds; round++) {
		for (i = 0; i < burst; i++)
			vfu_driver_send(&driver, REQUEST_BYTES,
					2 * REQUEST_BYTES);
		for (i = 0; i < burst; i++)
			is_good &= vfu_driver_wait(&driver);
	}
	for (i = 0; i < VFU_DRIVER_DEPTH; i++)
		is_good &= !(vfu_driver_answer(&driver, i, 3) & 0xff) &&
			   vfu_driver_answer(&driver, i, 0) == REQUEST_BYTES;
	printf("note one queue compresses %.0f MB/s in requests of 64 KiB %s\n",
	       (double)rounds * burst * REQUEST_BYTES * 1000 /
		       (double)(now_ns() - start),
	       has_fd ? "by descriptor" : "by messages");
	return is_good;
}

static void check_work(void)
{
	struct vfu_client client;

	open_client(&client, path);
	measure_reads(&client);
	check(do_requests(&client, true), "requests by descriptor");
	vfu_client_exit(&client);
	open_client(&client, path);
	check(do_requests(&client, false), "requests by messages");
	vfu_client_exit(&client);
}

static void check_usage(const struct usage *before, const struct usage *after)
{
	printf("note descriptors %u -> %u, threads %u -> %u, maps %u -> %u, RSS %lu -> %lu KiB\n",
	       before->descriptors, after->descriptors, before->threads,
	       after->threads, before->maps, after->maps, before->rss_kib,
	       after->rss_kib);
	check(after->descriptors == before->descriptors, "descriptors leak");
	check(after->threads == before->threads, "threads leak");
	check(!after->client_maps, "memory of clients is still mapped");
	if (KEEPS_MEMORY) {
		printf("note sanitizers keep memory: maps and RSS are not compared\n");
		return;
	}
	check(after->maps <= before->maps + SLACK_MAPS, "maps leak");
	check(after->rss_kib <= before->rss_kib + SLACK_KIB, "memory leaks");
}

static void check_end(void)
{
	int status = 0;

	kill(emulator, SIGTERM);
	waitpid(emulator, &status, 0);
	emulator = 0;
	check(WIFEXITED(status) && !WEXITSTATUS(status),
	      "the emulator does not end with 0 at SIGTERM");
	check(access(path, F_OK) && access(vf_path, F_OK),
	      "socket files are left over");
}

int main(int argc, char **argv)
{
	unsigned int cycles = argc > 2 ? (unsigned int)atoi(argv[2]) : CYCLES;
	struct usage before, after;
	unsigned int i;

	if (argc < 2 || argc > 3 || !cycles) {
		fprintf(stderr, "Usage: soak EMULATOR [CYCLES]\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!mkdtemp(dir))
		give_up(dir);
	snprintf(path, sizeof(path), "%s/pf", dir);
	snprintf(vf_path, sizeof(vf_path), "%s/pf.vf1", dir);
	start_emulator(argv[1]);
	srand(1);
	check_work();
	for (i = 0; i < WARM_UP; i++)
		run_cycle(i);
	before = get_idle_usage();
	for (i = 0; i < cycles; i++)
		run_cycle(i);
	after = get_idle_usage();
	check_usage(&before, &after);
	check_work();
	check_end();
	rmdir(dir);
	printf("%u passed, %u failed\n", passed, failed);
	return failed != 0;
}
