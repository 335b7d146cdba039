/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What queues and requests cost, and the processor beside them. */
#include <errno.h>
#include <stdio.h>
#include <time.h>

#include <zlib.h>

#include "load.h"

static int cost_of_opening(const char *device, unsigned int rounds)
{
	double began = load_now();
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
	       (load_now() - began) * 1e6 / rounds);
	return ret;
}

static int cost_of_request(struct load *load, unsigned int rounds,
			   int (*receive)(struct wd_queue *q, void **req),
			   const char *name)
{
	double began = load_now();
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
	       (load_now() - began) * 1e6 / rounds);
	return ret;
}

/* The level whose ratio is nearest to the device's. */
static int cost_of_processor(struct load *load, unsigned int rounds)
{
	double began = load_now();
	Bytef out[LOAD_ROOM];
	uLongf bytes = 0;
	unsigned int i;
	int ret = Z_OK;

	for (i = 0; i < rounds && ret == Z_OK; i++) {
		bytes = sizeof(out);
		ret = compress2(out, &bytes, load->at, LOAD_BYTES, 1);
	}
	printf("%d bytes by zlib, level 1, on the processor: %.1f us, %lu bytes (device: %u)\n",
	       LOAD_BYTES, (load_now() - began) * 1e6 / rounds, bytes,
	       load->packed_bytes);
	return ret == Z_OK ? 0 : -EILSEQ;
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
	if (ret) {
		load_end("no queue", ret);
		return LOAD_REFUSED;
	}
	ret = cost_of_request(&load, rounds, wd_recv, "polled");
	if (!ret)
		ret = cost_of_request(&load, rounds, wd_recv_sync, "asleep");
	began = load_now();
	for (i = 0; i < rounds / LOAD_REQUESTS + 1 && !ret; i++)
		ret = load_round(&load);
	printf("a request of %d bytes, %d in flight: %.1f us\n", LOAD_BYTES,
	       LOAD_REQUESTS, (load_now() - began) * 1e6 / i / LOAD_REQUESTS);
	if (!ret)
		ret = cost_of_processor(&load, rounds);
	load_close(&load);
	return load_end("cost", ret);
}
