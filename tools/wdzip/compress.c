/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Compression: the input is cut into segments, the queues work on several of
 * them at a time, and their results are written in order as one stream. The
 * slots are a ring; those from head to tail are with the device or wait for
 * an earlier one.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wdzip.h"

/*
 * A segment starts without history, which costs 0.3 % at 2 MiB and 0.7 % at
 * 1 MiB (level 6, source text); the speed is the same. A small file has
 * smaller ones, so that more than one queue has work.
 */
#define SEGMENT_BYTES	(2u << 20)
#define SEGMENT_LEAST	(512u << 10)
#define SEGMENTS_WANTED	4
/* Of memory that is hardly anywhere in one piece for the device. */
#define SEGMENT_SMALLEST	(16u << 10)

/* Reserved memory to ask for at most, where a device reaches no other. */
#define RESERVE_BYTES	(64u << 20)

/* Two buffers a slot, rounded up to the largest pages there are. */
#define PAGE_SLACK	(2u * 65536)

/* In front of the output of a slot, so that the header is not a write of its own. */
#define HEAD_ROOM	320
_Static_assert(HEAD_ROOM >= MEMBER_HEAD_BYTES, "room for the longest header");

struct slot {
	struct wd_comp_req req;
	uint8_t *in;
	uint8_t *out;
	bool done;
};

struct compressor {
	const struct options *o;
	struct wd_comp_session *session;
	uint32_t format;
	size_t plain_head_bytes;	/* of a request that is no segment */
	size_t out_bytes;
	struct slot *slots;
	unsigned int n;

	/* State of a file. */
	size_t segment;
	const uint8_t *rest;		/* read, but not in a segment yet */
	size_t rest_bytes;
	unsigned long head;
	unsigned long tail;
	bool eof;
	bool end_written;
	uint32_t check;
	uint8_t head_data[MEMBER_HEAD_BYTES];
	size_t head_bytes;
};

static void on_done(struct wd_comp_req *req)
{
	struct slot *s = req->user;

	s->done = true;
}

int compressor_alloc(const struct options *o, struct compressor **out)
{
	struct compressor *c = calloc(1, sizeof(*c));
	struct wd_comp_params p;
	uint8_t plain[WD_COMP_HEAD_MAX_BYTES];
	int ret;

	if (!c) {
		msg_errno(NULL, ENOMEM);
		return -ENOMEM;
	}
	c->o = o;
	c->format = o->format ? o->format : WD_COMP_GZIP;
	c->plain_head_bytes = wd_comp_stream_head(c->format, plain);
	c->out_bytes = wd_comp_bound(SEGMENT_BYTES);

	wd_comp_params_init(&p, WD_COMP_COMPRESS, c->format);
	p.level = o->level;
	p.queues = device_queues();
	p.segment_bytes = SEGMENT_BYTES;
	/* Each queue has one in work and one waiting, two are with us. */
	c->n = 2 * p.queues + 2;
	p.max_in_flight = c->n;
	p.bounce_bytes = c->n * (SEGMENT_BYTES + c->out_bytes + PAGE_SLACK);
	if (p.bounce_bytes > RESERVE_BYTES)
		p.bounce_bytes = RESERVE_BYTES;
	c->slots = calloc(c->n, sizeof(*c->slots));
	if (!c->slots) {
		msg_errno(NULL, ENOMEM);
		free(c);
		return -ENOMEM;
	}
	ret = device_open(&p, &c->session);
	if (ret) {
		free(c->slots);
		free(c);
		return ret;
	}
	*out = c;
	return 0;
}

void compressor_free(struct compressor *c)
{
	if (!c)
		return;
	wd_comp_session_free(c->session);
	free(c->slots);
	free(c);
}

/* Small files use one slot: the memory of the others is never touched. */
static int slot_prepare(struct compressor *c, struct slot *s)
{
	if (s->out)
		return 0;
	if (!s->in)
		s->in = wd_comp_memory_alloc(c->session, SEGMENT_BYTES);
	s->out = wd_comp_memory_alloc(c->session, HEAD_ROOM + c->out_bytes +
				      WD_COMP_TAIL_MAX_BYTES);
	return s->in && s->out ? 0 : -ENOMEM;
}

/* An input of one segment is sent as a complete stream: that is 7 bytes less. */
static bool is_whole(const struct slot *s)
{
	return !(s->req.flags & WD_COMP_REQ_SEGMENT);
}

static int submit(struct compressor *c, struct slot *s, size_t bytes)
{
	struct wd_comp_req *req = &s->req;
	bool whole = c->eof && c->tail == 0;
	size_t head = whole ? c->plain_head_bytes : 0;
	int ret;

	*req = (struct wd_comp_req){
		.src = s->in,
		.src_bytes = bytes,
		.dst = s->out + HEAD_ROOM - head,
		.dst_bytes = c->out_bytes,
		.flags = whole ? 0 : WD_COMP_REQ_SEGMENT,
		.done = on_done,
		.user = s,
	};
	s->done = false;
	ret = wd_comp_submit(c->session, &req, 1);
	if (ret < 0)
		return ret;
	c->tail++;
	return 0;
}

/*
 * Where the device reaches reserved memory only, and that is in pieces, a segment
 * may have to be copied to where there is room when others are done, or be
 * smaller from here on.
 */
static int submit_what_fits(struct compressor *c, struct slot *s, size_t *bytes)
{
	int ret;

	for (;;) {
		ret = submit(c, s, *bytes);
		if (ret == -EAGAIN) {
			ret = wd_comp_wait(c->session, WD_TIMEOUT_DEFAULT_MS);
			if (ret < 0)
				return ret;
			continue;
		}
		if (ret != -ENOMEM || *bytes <= SEGMENT_SMALLEST)
			return ret;
		*bytes /= 2;
		c->segment = *bytes;
		c->eof = false;
	}
}

/* What the last segment left, and then the file; @got may be 0 at its end. */
static int read_segment(struct compressor *c, struct job *job, struct slot *s,
			size_t *got)
{
	size_t rest = c->rest_bytes < c->segment ? c->rest_bytes : c->segment;
	ssize_t more;

	if (rest) {
		memmove(s->in, c->rest, rest);
		c->rest += rest;
		c->rest_bytes -= rest;
	}
	more = read_full(job->in, s->in + rest, c->segment - rest);
	if (more < 0) {
		msg_errno(job->in_name, -more);
		return more;
	}
	*got = rest + more;
	c->eof = *got < c->segment;
	return 0;
}

/*
 * What was not sent comes first next time. It stays where it is until then:
 * segments to come are not larger than this one, and lie before it.
 */
static void give_back(struct compressor *c, const struct slot *s, size_t sent,
		      size_t got)
{
	if (sent == got)
		return;
	/* All of it came from there, if there is more. */
	c->rest = c->rest_bytes ? c->rest - (got - sent) : s->in + sent;
	c->rest_bytes += got - sent;
}

/* Read one segment and hand it to the device. */
static int feed(struct compressor *c, struct job *job)
{
	struct slot *s = &c->slots[c->tail % c->n];
	size_t got = 0, sent;
	int ret = slot_prepare(c, s);

	if (ret && c->tail > 0) {
		/* Reserved memory is short: do with the slots there are. */
		c->n = c->tail;
		return 0;
	}
	if (ret) {
		device_error(NULL, ret);
		return ret;
	}
	ret = read_segment(c, job, s, &got);
	if (ret || got == 0)
		return ret;
	sent = got;
	ret = submit_what_fits(c, s, &sent);
	give_back(c, s, sent, got);
	if (ret >= 0)
		ret = wd_comp_poll(c->session, 0);
	if (ret < 0)
		device_error(job->in_name, ret);
	return ret < 0 ? ret : 0;
}

static int emit(struct job *job, const uint8_t *data, size_t bytes)
{
	int ret = write_full(job->out, data, bytes);

	if (ret)
		msg_errno(job->out_name, -ret);
	else
		job->totals.packed += bytes;
	return ret;
}

static size_t trailer_bytes(uint32_t format)
{
	return format == WD_COMP_GZIP ? 8 : format == WD_COMP_ZLIB ? 4 : 0;
}

/* Write the slot at the head, with what belongs in front of and behind it. */
static int write_slot(struct compressor *c, struct job *job)
{
	struct slot *s = &c->slots[c->head % c->n];
	const struct wd_comp_req *req = &s->req;
	uint8_t *start = s->out + HEAD_ROOM;
	uint8_t *end = (uint8_t *)req->dst + req->produced;

	job->totals.plain += req->src_bytes;
	if (!is_whole(s))
		c->check = wd_comp_check_combine(c->format, c->check,
						 req->check, req->src_bytes);
	if (c->head == 0) {
		/* It covers the plain header of a whole stream. */
		start -= c->head_bytes;
		memcpy(start, c->head_data, c->head_bytes);
	}
	c->head++;
	c->end_written = c->eof && c->head == c->tail;
	if (c->end_written && !is_whole(s))
		end += wd_comp_stream_tail(c->format, c->check,
					   job->totals.plain, end);
	return emit(job, start, end - start);
}

static int write_done(struct compressor *c, struct job *job)
{
	while (c->head != c->tail && c->slots[c->head % c->n].done) {
		int ret = c->slots[c->head % c->n].req.result;

		if (ret) {
			device_error(job->in_name, ret);
			return ret;
		}
		ret = write_slot(c, job);
		if (ret)
			return ret;
		progress_update(job->totals.plain);
	}
	return 0;
}

static int pump(struct compressor *c, struct job *job)
{
	while (!c->eof || c->head != c->tail) {
		int ret;

		if (!c->eof && c->tail - c->head < c->n) {
			ret = feed(c, job);
		} else {
			ret = wd_comp_wait(c->session, WD_TIMEOUT_DEFAULT_MS);
			if (ret < 0)
				device_error(job->in_name, ret);
		}
		if (ret >= 0)
			ret = write_done(c, job);
		if (ret < 0)
			return ret;
	}
	return 0;
}

/*
 * The end, if it could not go out with the last segment: when the input is
 * empty, or the last segment was full and written before the end was seen.
 */
static int write_end(struct compressor *c, struct job *job)
{
	uint8_t end[MEMBER_HEAD_BYTES + WD_COMP_TAIL_MAX_BYTES];
	size_t n = 0;

	if (c->end_written)
		return 0;
	if (c->tail == 0) {
		memcpy(end, c->head_data, c->head_bytes);
		n = c->head_bytes;
	}
	n += wd_comp_stream_tail(c->format, c->check, job->totals.plain,
				 end + n);
	return emit(job, end, n);
}

/* From the size alone: the result must not depend on the number of queues. */
static size_t segment_for(uint64_t size)
{
	uint64_t part = (size / SEGMENTS_WANTED + 0xffff) & ~0xffffull;

	if (part < SEGMENT_LEAST)
		return SEGMENT_LEAST;
	return part < SEGMENT_BYTES ? part : SEGMENT_BYTES;
}

static void start(struct compressor *c, struct job *job)
{
	c->segment = job->in_bytes ? segment_for(job->in_bytes) : SEGMENT_BYTES;
	c->rest_bytes = 0;
	c->head = 0;
	c->tail = 0;
	c->eof = false;
	c->end_written = false;
	c->check = wd_comp_check_init(c->format);
	memset(&job->totals, 0, sizeof(job->totals));
	if (c->format == WD_COMP_GZIP)
		c->head_bytes = member_write(c->head_data, job->stored_name,
					     job->mtime, c->o->level);
	else
		c->head_bytes = wd_comp_stream_head(c->format, c->head_data);
}

int compressor_run(struct compressor *c, struct job *job)
{
	int ret;

	start(c, job);
	ret = pump(c, job);
	if (!ret)
		ret = write_end(c, job);
	/* The buffers are the device's until it answered. */
	while (ret && wd_comp_in_flight(c->session))
		if (wd_comp_wait(c->session, WD_TIMEOUT_DEFAULT_MS) <= 0)
			break;
	job->totals.body = job->totals.packed - c->head_bytes -
			   trailer_bytes(c->format);
	return ret;
}
