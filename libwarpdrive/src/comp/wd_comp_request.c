/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Requests that are not plain: uncommon headers, memory that the device does
 * not reach, little output space, segments, and everything that failed.
 */
#include <stdlib.h>

#include "wd_comp_private.h"
#include "wd_log.h"

/* What of a request is the body of the message. */
struct body {
	const uint8_t *src;
	uint8_t *dst;
	size_t src_bytes;
	size_t dst_bytes;
};

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The request is answered without the device. */
static int complete(struct wd_comp_req *req, int result)
{
	req->result = result;
	req->consumed = 0;
	req->produced = 0;
	return 1;
}

static void *bounce_alloc(struct wd_comp_arena *arena, size_t bytes)
{
	return arena->owner ? wd_comp_arena_alloc(arena, bytes, true) :
			      malloc(bytes);
}

static void bounce_free(struct wd_comp_arena *arena, const void *addr,
			size_t bytes)
{
	if (arena->owner)
		wd_comp_arena_free(arena, addr, bytes);
	else
		free((void *)addr);
}

void wd_comp_release(struct wd_comp_arena *arena, struct wd_comp_req *req)
{
	struct wd_comp_msg *msg = &req->msg;
	uint64_t marks = req->private_data[0];

	if (marks & WD_COMP_REQ_IS_SEGMENT)
		arena->ctx[arena->nr_ctx++] = msg->ctx;
	if (marks & WD_COMP_REQ_BOUNCES_IN)
		bounce_free(arena, msg->src, msg->src_bytes);
	if (marks & WD_COMP_REQ_BOUNCES_OUT)
		bounce_free(arena, msg->dst, msg->dst_bytes);
	req->private_data[0] = marks & WD_COMP_REQ_HISTORY;
}

/* Will memory become free by itself, when a request is answered? */
static bool is_busy(const struct wd_comp_session *s,
		    const struct wd_comp_arena *arena)
{
	unsigned int i;

	for (i = 0; i < s->nr_lanes; i++)
		if (s->lanes[i] && s->lanes[i]->arena == arena &&
		    s->lanes[i]->in_flight)
			return true;
	return false;
}

static bool map_input(struct wd_comp_lane *lane, struct wd_comp_req *req,
		      const struct body *body)
{
	struct wd_comp_msg *msg = &req->msg;
	void *copy;

	msg->src = body->src;
	msg->src_bytes = body->src_bytes;
	if (wd_comp_reaches(lane, body->src, body->src_bytes))
		return true;
	copy = bounce_alloc(lane->arena, body->src_bytes);
	if (!copy)
		return false;
	memcpy(copy, body->src, body->src_bytes);
	msg->src = copy;
	req->private_data[0] |= WD_COMP_REQ_BOUNCES_IN;
	return true;
}

static bool map_output(struct wd_comp_session *s, struct wd_comp_lane *lane,
		       struct wd_comp_req *req, const struct body *body)
{
	struct wd_comp_msg *msg = &req->msg;

	msg->dst = body->dst;
	msg->dst_bytes = body->dst_bytes;
	if (body->dst_bytes >= WD_COMP_MIN_OUT &&
	    wd_comp_reaches(lane, body->dst, body->dst_bytes))
		return true;
	if (s->is_compress)
		msg->dst_bytes = smaller(body->dst_bytes,
					 wd_comp_piece_room(body->src_bytes));
	if (msg->dst_bytes < WD_COMP_MIN_OUT)
		msg->dst_bytes = WD_COMP_MIN_OUT;
	msg->dst = bounce_alloc(lane->arena, msg->dst_bytes);
	if (!msg->dst)
		return false;
	req->private_data[0] |= WD_COMP_REQ_BOUNCES_OUT;
	return true;
}

static int map_body(struct wd_comp_session *s, struct wd_comp_lane *lane,
		    struct wd_comp_req *req, const struct body *body)
{
	wd_comp_word(s, &req->msg);
	wd_comp_clear_state(&req->msg);
	if (map_input(lane, req, body) && map_output(s, lane, req, body))
		return 0;
	wd_comp_release(lane->arena, req);
	return is_busy(s, lane->arena) ? -EAGAIN : -ENOMEM;
}

/* The device cannot compress nothing (hisi-zip 7.6). */
static int complete_empty(const struct wd_comp_session *s,
			  struct wd_comp_req *req)
{
	uint8_t all[WD_COMP_HEAD_MAX_BYTES + WD_COMP_TAIL_MAX_BYTES];
	uint32_t format = s->params.format;
	size_t bytes = s->head_bytes;

	memcpy(all, s->head, bytes);
	bytes += wd_comp_stream_tail(format, wd_comp_check_init(format), 0,
				     all + bytes);
	if (bytes > req->dst_bytes)
		return complete(req, -ENOSPC);
	memcpy(req->dst, all, bytes);
	complete(req, 0);
	req->produced = bytes;
	return 1;
}

static int prepare_compress(struct wd_comp_session *s,
			    struct wd_comp_lane *lane, struct wd_comp_req *req)
{
	struct body body = {
		.src = req->src, .src_bytes = req->src_bytes,
	};

	if (!req->src_bytes)
		return complete_empty(s, req);
	if (req->dst_bytes <= s->head_bytes)
		return complete(req, -ENOSPC);
	memcpy(req->dst, s->head, s->head_bytes);
	body.dst = (uint8_t *)req->dst + s->head_bytes;
	body.dst_bytes = req->dst_bytes - s->head_bytes;
	return map_body(s, lane, req, &body);
}

static int prepare_decompress(struct wd_comp_session *s,
			      struct wd_comp_lane *lane,
			      struct wd_comp_req *req)
{
	struct body body = { .dst = req->dst, .dst_bytes = req->dst_bytes };
	struct wd_comp_parser parser;
	size_t head;
	int ret;

	wd_comp_parser_init(&parser, s->params.format);
	ret = wd_comp_parser_feed(&parser, s->params.format, req->src,
				  req->src_bytes, &head);
	if (ret < 0)
		return complete(req, ret);
	if (!ret || head == req->src_bytes)
		return complete(req, -ENODATA);
	body.src = (const uint8_t *)req->src + head;
	body.src_bytes = req->src_bytes - head;
	return map_body(s, lane, req, &body);
}

static int prepare_segment(struct wd_comp_session *s,
			   struct wd_comp_lane *lane, struct wd_comp_req *req)
{
	const struct body body = {
		.src = req->src, .src_bytes = req->src_bytes,
		.dst = req->dst, .dst_bytes = req->dst_bytes,
	};
	struct wd_comp_msg *msg = &req->msg;
	int ret;

	if (!s->params.segment_bytes ||
	    req->src_bytes > s->params.segment_bytes)
		return -EINVAL;
	if (!req->src_bytes) {
		req->check = wd_comp_check_init(s->params.format);
		return complete(req, 0);
	}
	/* The device needs so much, whatever it makes of the data. */
	if (req->dst_bytes < wd_comp_piece_room(req->src_bytes))
		return complete(req, -ENOSPC);
	if (!lane->arena->nr_ctx)
		return -EAGAIN;
	ret = map_body(s, lane, req, &body);
	if (ret)
		return ret;
	msg->op = WD_COMP_MSG_STREAM | WD_COMP_MSG_NEW;
	msg->ctx = lane->arena->ctx[--lane->arena->nr_ctx];
	memset(msg->ctx, 0, WD_COMP_CTX_USED);
	req->private_data[0] |= WD_COMP_REQ_IS_SEGMENT;
	return 0;
}

static bool is_malformed(const struct wd_comp_req *req)
{
	return !req->done || (req->flags & ~WD_COMP_REQ_SEGMENT) ||
	       req->src_bytes > WD_COMP_MSG_MAX_BYTES ||
	       req->dst_bytes > WD_COMP_MSG_MAX_BYTES ||
	       (!req->src && req->src_bytes) || (!req->dst && req->dst_bytes);
}

int wd_comp_prepare_slow(struct wd_comp_session *s, struct wd_comp_lane *lane,
			 struct wd_comp_req *req)
{
	req->private_data[0] = 0;
	if (is_malformed(req))
		return -EINVAL;
	if (req->flags & WD_COMP_REQ_SEGMENT)
		return prepare_segment(s, lane, req);
	return s->is_compress ? prepare_compress(s, lane, req) :
				prepare_decompress(s, lane, req);
}

static int take_output(const struct wd_comp_session *s,
		       struct wd_comp_req *req)
{
	const struct wd_comp_msg *msg = &req->msg;
	size_t head = 0;

	if (s->is_compress && !(req->flags & WD_COMP_REQ_SEGMENT))
		head = s->head_bytes;
	/* A copy was made into more room than the caller has. */
	if (msg->produced > req->dst_bytes - head)
		return -ENOSPC;
	if (msg->produced &&
	    (req->private_data[0] & WD_COMP_REQ_BOUNCES_OUT))
		memcpy((uint8_t *)req->dst + head, msg->dst, msg->produced);
	req->produced = msg->produced + head;
	/* The body goes to the end of the input, so the rest is its header. */
	req->consumed = msg->consumed + req->src_bytes - msg->src_bytes;
	if (req->flags & WD_COMP_REQ_SEGMENT)
		req->check = wd_comp_msg_check(msg);
	return 0;
}

void wd_comp_finish_slow(struct wd_comp_session *s, struct wd_comp_arena *arena,
			 struct wd_comp_req *req)
{
	int result = req->msg.result;

	req->consumed = 0;
	req->produced = 0;
	if (!result)
		result = take_output(s, req);
	else if (result == -EILSEQ && !s->is_compress)
		result = wd_comp_diagnose(s->params.format, req->src,
					  req->src_bytes, req->dst_bytes);
	req->result = result;
	wd_comp_release(arena, req);
}
