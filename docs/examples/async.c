/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Asynchronous: compress to one gzip stream on several queues at once. The
 * input is cut into segments, which are written in their order.
 *
 * usage: async < INPUT > OUTPUT
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <warpdrive/wd_comp.h>

#define SEGMENT_BYTES	(1024 * 1024)
#define SLOTS		8
#define QUEUES		2

struct slot {
	struct wd_comp_req req;
	void *in;
	bool done;
};

struct job {
	struct wd_comp_session *session;
	struct slot slots[SLOTS];
	unsigned int started;	/* segments submitted so far */
	unsigned int written;	/* segments written so far */
	uint32_t check;
	uint64_t total;
};

static void on_done(struct wd_comp_req *req)
{
	struct slot *slot = req->user;

	slot->done = true;
}

/* Memory that the device reaches spares the library a copy. */
static int prepare(struct job *job)
{
	size_t out_bytes = wd_comp_bound(SEGMENT_BYTES);
	char *p = wd_comp_memory_alloc(job->session,
				       SLOTS * (SEGMENT_BYTES + out_bytes));

	if (!p)
		return -ENOMEM;
	for (int i = 0; i < SLOTS; i++) {
		struct slot *slot = &job->slots[i];

		slot->in = p;
		slot->req = (struct wd_comp_req) {
			.src = p,
			.dst = p + SEGMENT_BYTES,
			.dst_bytes = out_bytes,
			.flags = WD_COMP_REQ_SEGMENT,
			.done = on_done,
			.user = slot,
		};
		p += SEGMENT_BYTES + out_bytes;
	}
	return 0;
}

/* Read and submit one segment. Returns 1 if there was one, 0 at the end. */
static int start_one(struct job *job)
{
	struct slot *slot = &job->slots[job->started % SLOTS];
	struct wd_comp_req *req = &slot->req;
	int ret;

	req->src_bytes = fread(slot->in, 1, SEGMENT_BYTES, stdin);
	if (ferror(stdin))
		return -EIO;
	if (req->src_bytes == 0)
		return 0;
	slot->done = false;
	ret = wd_comp_submit(job->session, &req, 1);
	if (ret < 0)
		return ret;
	job->started++;
	return 1;
}

/* Wait for the oldest segment and write it. */
static int finish_one(struct job *job)
{
	struct slot *slot = &job->slots[job->written % SLOTS];
	struct wd_comp_req *req = &slot->req;
	int ret;

	while (!slot->done) {
		ret = wd_comp_wait(job->session, WD_TIMEOUT_INFINITE);
		if (ret < 0)
			return ret;
	}
	if (req->result)
		return req->result;
	if (fwrite(req->dst, 1, req->produced, stdout) != req->produced)
		return -EIO;
	job->check = wd_comp_check_combine(WD_COMP_GZIP, job->check, req->check,
					   req->src_bytes);
	job->total += req->src_bytes;
	job->written++;
	return 0;
}

static int run(struct job *job)
{
	char head[WD_COMP_HEAD_MAX_BYTES];
	char tail[WD_COMP_TAIL_MAX_BYTES];
	int more = 1;
	size_t n;
	int ret;

	n = wd_comp_stream_head(WD_COMP_GZIP, head);
	if (fwrite(head, 1, n, stdout) != n)
		return -EIO;
	job->check = wd_comp_check_init(WD_COMP_GZIP);
	do {
		while (more > 0 && job->started - job->written < SLOTS)
			more = start_one(job);
		if (more < 0)
			return more;
		if (job->written != job->started) {
			ret = finish_one(job);
			if (ret)
				return ret;
		}
	} while (more || job->written != job->started);
	n = wd_comp_stream_tail(WD_COMP_GZIP, job->check, job->total, tail);
	if (fwrite(tail, 1, n, stdout) != n || fflush(stdout))
		return -EIO;
	return 0;
}

int main(void)
{
	struct wd_comp_params params;
	struct job job = { 0 };
	int ret;

	wd_comp_params_init(&params, WD_COMP_COMPRESS, WD_COMP_GZIP);
	params.queues = QUEUES;
	params.max_in_flight = SLOTS;
	params.segment_bytes = SEGMENT_BYTES;
	ret = wd_comp_session_alloc(&params, &job.session);
	if (!ret) {
		ret = prepare(&job);
		if (!ret)
			ret = run(&job);
		wd_comp_session_free(job.session);
	}
	if (ret)
		fprintf(stderr, "async: %s\n", strerror(-ret));
	return ret ? 1 : 0;
}
