/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A queue with requests that are all alike. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "load.h"

static void fill(uint8_t *at, uint32_t bytes)
{
	static const char text[] = "the quick brown fox jumps over the lazy dog 0123456789\n";
	uint32_t i;

	for (i = 0; i < bytes; i++)
		at[i] = (uint8_t)(text[i % (sizeof(text) - 1)] ^ (i % 977 == 0));
}

int load_open(struct load *load, const char *device)
{
	/* So that none crosses from one slice of reserved memory to another. */
	const size_t each = 2 * LOAD_ROOM;
	unsigned int i;
	int ret;

	*load = (struct load){
		.q = {
			.algorithm = "zlib",
			.device = device,
			.op_type = WD_COMP_COMPRESS,
			.numa_node = WD_NUMA_ANY,
		},
	};
	ret = wd_request_queue(&load->q);
	if (ret)
		return ret;
	load->at = wd_reserve_memory(&load->q, LOAD_REQUESTS * each);
	if (!load->at) {
		wd_release_queue(&load->q);
		return -ENOMEM;
	}
	for (i = 0; i < LOAD_REQUESTS; i++) {
		fill(load->at + i * each, LOAD_BYTES);
		load->msgs[i] = (struct wd_comp_msg){
			.src = load->at + i * each,
			.dst = load->at + i * each + LOAD_BYTES,
			.src_bytes = LOAD_BYTES,
			.dst_bytes = LOAD_ROOM,
			.format = WD_COMP_ZLIB,
			.window = WD_COMP_WINDOW_32K,
		};
	}
	return 0;
}

void load_close(struct load *load)
{
	wd_release_queue(&load->q);
}

int load_send(struct load *load, unsigned int first)
{
	void *reqs[LOAD_REQUESTS];
	unsigned int i;

	for (i = first; i < LOAD_REQUESTS; i++)
		reqs[i - first] = &load->msgs[i];
	return wd_send_burst(&load->q, reqs, LOAD_REQUESTS - first);
}

int load_check(struct load *load, const struct wd_comp_msg *msg)
{
	if (msg->result || msg->consumed != LOAD_BYTES || !msg->produced ||
	    msg->produced > LOAD_ROOM)
		return -EILSEQ;
	if (!load->packed_bytes) {
		load->packed_bytes = msg->produced;
		memcpy(load->packed, msg->dst, msg->produced);
		return 0;
	}
	if (msg->produced != load->packed_bytes ||
	    memcmp(msg->dst, load->packed, msg->produced))
		return -EILSEQ;
	/* The next answer has to be written. */
	memset(msg->dst, 0, msg->produced);
	return 0;
}

/* All requests there and back; a small ring does not take them at once. */
int load_round(struct load *load)
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

int load_end(const char *what, int error)
{
	printf("wd_load: %s: %s\n", what, error ? strerror(-error) : "done");
	switch (error) {
	case 0:
		return LOAD_DONE;
	case -EIO:
		return LOAD_STOPPED;
	case -ENODEV:
		return LOAD_GONE;
	default:
		return LOAD_WRONG;
	}
}

double load_now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}
