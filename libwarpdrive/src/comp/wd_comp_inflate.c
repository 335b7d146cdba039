/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Decompression in pieces. */

#include "wd_comp_private.h"

/* ctx_st of state word 0: 1, 2 and 3 mean that output is held back (7.6). */
#define CTX_ST_MASK	0xfu
#define CTX_ST_LAST	3u

/*
 * With no room left the end of the stream may still be ahead, when what is left
 * of the input is a trailer: look with so much output space of our own.
 */
#define PROBE_OUT	256u
#define PROBE_IN	64u

/* More input than output space plus that cannot be used up in one message. */
#define INPUT_AHEAD	1024u

_Static_assert(PROBE_OUT >= WD_COMP_STREAM_MIN_OUT, "too small a probe");

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Without input there may be no address to add nothing to. */
static void take_input(struct wd_comp_io *io, size_t bytes)
{
	if (bytes)
		wd_comp_io_take(io, bytes);
}

static int read_head(struct wd_comp_session *s, struct wd_comp_strm *st,
		     struct wd_comp_io *io)
{
	size_t used;
	int ret;

	ret = wd_comp_parser_feed(&st->parser, s->params.format, io->src,
				  io->src_bytes, &used);
	if (ret < 0)
		return ret;
	take_input(io, used);
	if (ret)
		st->phase = WD_COMP_PHASE_BODY;
	return 0;
}

/*
 * Into the caller's memory if it is enough for the device, else through our
 * buffer, which may run ahead of small reads.
 */
static void choose_output(struct wd_comp_lane *lane, struct wd_comp_strm *st,
			  const struct wd_comp_io *io)
{
	size_t room = smaller(io->dst_bytes, WD_COMP_MSG_MAX_BYTES);

	if (room >= WD_COMP_STREAM_MIN_OUT &&
	    wd_comp_reaches(lane, io->dst, room)) {
		st->msg.dst = io->dst;
		st->msg.dst_bytes = room;
		return;
	}
	st->msg.dst = st->room->out;
	if (!room)
		st->msg.dst_bytes = PROBE_OUT;
	else if (room < WD_COMP_STREAM_MIN_OUT)
		st->msg.dst_bytes = st->room->out_bytes;
	else
		st->msg.dst_bytes = smaller(room, st->room->out_bytes);
}

static void choose_input(struct wd_comp_lane *lane, struct wd_comp_strm *st,
			 const struct wd_comp_io *io)
{
	size_t bytes = smaller(io->src_bytes, WD_COMP_MSG_MAX_BYTES);

	st->msg.src = io->src;
	if (!bytes) {
		/* The address has to be valid all the same (7.6). */
		st->msg.src = st->msg.dst;
	} else if (!wd_comp_reaches(lane, io->src, bytes)) {
		bytes = smaller(bytes, st->msg.dst_bytes + INPUT_AHEAD);
		bytes = smaller(bytes, st->room->in_bytes);
		memcpy(st->room->in, io->src, bytes);
		st->msg.src = st->room->in;
	}
	st->msg.src_bytes = bytes;
}

static int take_answer(struct wd_comp_strm *st, struct wd_comp_io *io)
{
	const struct wd_comp_msg *msg = &st->msg;
	bool has_moved = msg->consumed || msg->produced;
	bool is_end = msg->ended & WD_COMP_MSG_LAST_BLOCK;
	uint32_t ctx_st = msg->ctx_dw0 & CTX_ST_MASK;

	/* That the output is full is no failure here. */
	if (msg->result && !(msg->result == -ENOSPC && has_moved))
		return msg->result == -ENOSPC ? -EIO : msg->result;
	if (!has_moved && !is_end && msg->src_bytes)
		return -EIO;
	st->has_pending = has_moved && ctx_st && ctx_st <= CTX_ST_LAST;
	take_input(io, msg->consumed);
	if (msg->dst == io->dst) {
		wd_comp_io_put(io, msg->produced);
	} else {
		st->give = st->room->out;
		st->give_bytes = msg->produced;
	}
	if (is_end)
		st->phase = WD_COMP_PHASE_END;
	return 0;
}

/* One message. As wd_comp_strm_run(). */
static int send_piece(struct wd_comp_session *s, struct wd_comp_strm *st,
		      struct wd_comp_io *io)
{
	struct wd_comp_lane *lane;
	int ret;

	ret = wd_comp_strm_place(s, st);
	if (ret)
		return ret;
	lane = s->lanes[st->lane];
	choose_output(lane, st, io);
	choose_input(lane, st, io);
	st->msg.op = 0;
	ret = wd_comp_strm_run(s, st);
	return ret ? ret : take_answer(st, io);
}

/* The input is used up. Without room nobody can tell whether it was enough. */
static int out_of_input(const struct wd_comp_strm *st,
			const struct wd_comp_io *io)
{
	return st->is_finishing && io->dst_bytes ? -ENODATA : 0;
}

int wd_comp_inflate_step(struct wd_comp_session *s, struct wd_comp_strm *st,
			 struct wd_comp_io *io)
{
	const size_t src_bytes = io->src_bytes, dst_bytes = io->dst_bytes;
	bool has_moved;
	int ret;

	for (;;) {
		if (wd_comp_strm_give(st, io))
			return 0;
		if (st->phase == WD_COMP_PHASE_END)
			return WD_COMP_STREAM_END;
		if (st->phase == WD_COMP_PHASE_HEAD) {
			ret = read_head(s, st, io);
			if (ret)
				return ret;
		}
		if (!io->src_bytes && !st->has_pending)
			return out_of_input(st, io);
		has_moved = io->src_bytes != src_bytes ||
			    io->dst_bytes != dst_bytes;
		if (!io->dst_bytes && has_moved && io->src_bytes > PROBE_IN)
			return 0;
		ret = send_piece(s, st, io);
		if (ret < 0)
			return ret;
	}
}
