/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "load.h"

static double now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static int refused(int error)
{
	load_end("no queue", error);
	return LOAD_REFUSED;
}

/* All requests there and back; a small ring does not take them at once. */
static int one_round(struct load *load)
{
	unsigned int sent = 0, answered = 0;
	void *answer;
	int ret;

	while (answered < LOAD_REQUESTS) {
		ret = sent < LOAD_REQUESTS ? load_send(load, sent) : 0;
		if (ret < 0 && ret != -EBUSY)
			return ret;
		sent += ret > 0 ? (unsigned int)ret : 0;
		ret = wd_recv_sync(&load->q, &answer);
		/* Places that answers have left are given back by now. */
		if (ret == -EAGAIN)
			continue;
		if (!ret)
			ret = load_check(load, answer);
		if (ret)
			return ret;
		answered++;
	}
	return 0;
}

int mode_once(const char *device, unsigned int rounds)
{
	struct load load;
	unsigned int i;
	int ret;

	ret = load_open(&load, device);
	if (ret)
		return refused(ret);
	for (i = 0; i < rounds && !ret; i++)
		ret = one_round(&load);
	load_close(&load);
	return load_end("rounds", ret);
}

int mode_busy(const char *device, unsigned int seconds)
{
	double end = now() + seconds;
	unsigned long rounds = 0;
	struct load load;
	int ret;

	ret = load_open(&load, device);
	if (ret)
		return refused(ret);
	puts("wd_load: busy");
	fflush(stdout);
	for (; !ret && now() < end; rounds++)
		ret = one_round(&load);
	printf("wd_load: %lu rounds\n", rounds);
	load_close(&load);
	return load_end("busy", ret);
}

/* Requests in flight, and nobody who takes the answers. */
int mode_hold(const char *device, unsigned int unused)
{
	struct load load;
	int ret;

	(void)unused;
	ret = load_open(&load, device);
	if (ret)
		return refused(ret);
	ret = load_send(&load, 0);
	if (ret < 0)
		return load_end("send", ret);
	puts("wd_load: holds");
	fflush(stdout);
	for (;;)
		pause();
}

/* Asleep in the kernel until an answer comes that takes long, or none. */
int mode_sleep(const char *device, unsigned int unused)
{
	struct load load;
	void *answer;
	int ret;

	(void)unused;
	ret = load_open(&load, device);
	if (ret)
		return refused(ret);
	puts("wd_load: sleeps");
	fflush(stdout);
	ret = wd_send(&load.q, &load.msgs[0]);
	if (!ret)
		ret = wd_recv_sync(&load.q, &answer);
	if (!ret)
		ret = load_check(&load, answer);
	load_close(&load);
	return load_end("sleep", ret);
}

/* Every queue that there is, one process. */
int mode_all(const char *device, unsigned int rounds)
{
	static struct load loads[4096];
	unsigned int count = 0, i, round;
	int ret;

	do {
		ret = load_open(&loads[count], device);
	} while (!ret && ++count < 4096);
	printf("wd_load: %u queues\n", count);
	if (ret != -EBUSY || !count)
		return refused(ret);
	ret = 0;
	for (round = 0; round < rounds && !ret; round++)
		for (i = 0; i < count && !ret; i++)
			ret = one_round(&loads[i]);
	while (count--)
		load_close(&loads[count]);
	return load_end("all", ret);
}

static int cost_of_opening(const char *device, unsigned int rounds)
{
	double began = now();
	unsigned int i;
	int ret = 0;

	for (i = 0; i < rounds && !ret; i++) {
		struct wd_queue q = {
			.algorithm = "zlib", .device = device,
			.op_type = WD_COMP_COMPRESS, .numa_node = WD_NUMA_ANY,
		};

		ret = wd_request_queue(&q);
		wd_release_queue(&q);
	}
	printf("request and release of a queue: %.1f us\n",
	       (now() - began) * 1e6 / rounds);
	return ret;
}

static int cost_of_request(struct load *load, unsigned int rounds,
			   int (*receive)(struct wd_queue *q, void **req),
			   const char *name)
{
	double began = now();
	void *answer;
	unsigned int i;
	int ret = 0;

	for (i = 0; i < rounds && !ret; i++) {
		ret = wd_send(&load->q, &load->msgs[0]);
		do {
			if (!ret)
				ret = receive(&load->q, &answer);
		} while (ret == -EAGAIN && !(ret = 0));
	}
	printf("a request of %d bytes, %s: %.1f us\n", LOAD_BYTES, name,
	       (now() - began) * 1e6 / rounds);
	return ret;
}

int mode_cost(const char *device, unsigned int rounds)
{
	struct load load;
	double began;
	unsigned int i;
	int ret;

	/* Which takes much longer than a request. */
	ret = cost_of_opening(device, rounds / 10 + 1);
	if (!ret)
		ret = load_open(&load, device);
	if (ret)
		return refused(ret);
	ret = cost_of_request(&load, rounds, wd_recv, "polled");
	if (!ret)
		ret = cost_of_request(&load, rounds, wd_recv_sync, "asleep");
	began = now();
	for (i = 0; i < rounds / LOAD_REQUESTS + 1 && !ret; i++)
		ret = one_round(&load);
	printf("a request of %d bytes, %d in flight: %.1f us\n", LOAD_BYTES,
	       LOAD_REQUESTS, (now() - began) * 1e6 / i / LOAD_REQUESTS);
	load_close(&load);
	return load_end("cost", ret);
}
