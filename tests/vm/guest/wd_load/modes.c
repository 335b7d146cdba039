/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "load.h"

static int refused(int error)
{
	load_end("no queue", error);
	return LOAD_REFUSED;
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
		ret = load_round(&load);
	load_close(&load);
	return load_end("rounds", ret);
}

int mode_busy(const char *device, unsigned int seconds)
{
	double end = load_now() + seconds;
	unsigned long rounds = 0;
	struct load load;
	int ret;

	ret = load_open(&load, device);
	if (ret)
		return refused(ret);
	puts("wd_load: busy");
	fflush(stdout);
	for (; !ret && load_now() < end; rounds++)
		ret = load_round(&load);
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
			ret = load_round(&loads[i]);
	while (count--)
		load_close(&loads[count]);
	return load_end("all", ret);
}
