/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Queue calls: compress at most 4 MiB with one request, without a session.
 *
 * usage: queue < INPUT > OUTPUT
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <warpdrive/wd_comp.h>

#define IN_BYTES	(4 * 1024 * 1024)

static int write_out(const void *data, size_t bytes)
{
	return fwrite(data, 1, bytes, stdout) == bytes ? 0 : -EIO;
}

static int compress(struct wd_queue *q, char *in, char *out, size_t out_bytes)
{
	struct wd_comp_msg msg = {
		.src = in,
		.dst = out,
		.dst_bytes = out_bytes,
		.format = WD_COMP_GZIP,
		.window = WD_COMP_WINDOW_32K,
	};
	char head[WD_COMP_HEAD_MAX_BYTES];
	void *answer;
	int ret;

	msg.src_bytes = fread(in, 1, IN_BYTES, stdin);
	if (ferror(stdin))
		return -EIO;
	if (!feof(stdin) && getchar() != EOF)
		return -EFBIG;
	ret = wd_send(q, &msg);
	if (ret)
		return ret;
	/* The answer is the request: it is the only one in flight. */
	ret = wd_recv_sync(q, &answer);
	if (ret)
		return ret;
	if (msg.result)
		return msg.result;
	/* The device makes the body and the trailer, headers are ours. */
	ret = write_out(head, wd_comp_stream_head(WD_COMP_GZIP, head));
	if (!ret)
		ret = write_out(out, msg.produced);
	if (!ret && fflush(stdout))
		ret = -EIO;
	return ret;
}

int main(void)
{
	struct wd_queue q = {
		.algorithm = "gzip",
		.op_type = WD_COMP_COMPRESS,
		.numa_node = WD_NUMA_ANY,
	};
	size_t out_bytes = wd_comp_bound(IN_BYTES);
	char *in;
	int ret;

	ret = wd_request_queue(&q);
	if (!ret) {
		in = wd_reserve_memory(&q, IN_BYTES + out_bytes);
		ret = in ? compress(&q, in, in + IN_BYTES, out_bytes) : -ENOMEM;
		wd_release_queue(&q);
	}
	if (ret)
		fprintf(stderr, "queue: %s\n", strerror(-ret));
	return ret ? 1 : 0;
}
