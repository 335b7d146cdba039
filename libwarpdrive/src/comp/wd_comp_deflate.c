/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Compression in pieces. Small input is gathered, so that a write of a few
 * bytes is not a request; large input goes to the device from where it is.
 */

#include "wd_comp_private.h"

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The most input whose output surely fits into @room, a multiple of 4. */
static size_t input_for(size_t room)
{
	return room > WD_COMP_PIECE_SLACK ?
	       (room - WD_COMP_PIECE_SLACK) / 9 * 8 & ~(size_t)3 : 0;
}

/* Fill the input buffer up to @limit bytes. */
static void gather(struct wd_comp_strm *st, struct wd_comp_io *io, size_t limit)
{
	size_t bytes = smaller(limit, st->room->in_bytes) - st->in_bytes;

	bytes = smaller(bytes, io->src_bytes);
	if (!bytes)
		return;
	memcpy(st->room->in + st->in_bytes, io->src, bytes);
	st->in_bytes += bytes;
	wd_comp_io_take(io, bytes);
}

/*
 * Where the output of the next message goes. Into the caller's memory, if that
 * is enough for what is there or for more than our own buffer would take.
 *
 * Return: how much input, of @want bytes, may go with it.
 */
static size_t choose_output(struct wd_comp_lane *lane, struct wd_comp_strm *st,
			    const struct wd_comp_io *io, size_t want)
{
	size_t room = smaller(io->dst_bytes, WD_COMP_MSG_MAX_BYTES);
	size_t fit = input_for(room);

	if ((fit >= want || fit >= st->room->in_bytes) &&
	    wd_comp_reaches(lane, io->dst, room)) {
		st->msg.dst = io->dst;
		st->msg.dst_bytes = room;
		return smaller(fit, want);
	}
	st->msg.dst = st->room->out;
	st->msg.dst_bytes = st->room->out_bytes;
	return smaller(st->room->in_bytes, want);
}

/* The first @limit bytes of what was gathered and what the caller has. */
static void choose_input(struct wd_comp_lane *lane, struct wd_comp_strm *st,
			 struct wd_comp_io *io, size_t limit)
{
	if (st->in_bytes || !wd_comp_reaches(lane, io->src, limit))
		gather(st, io, limit);
	st->msg.src = st->in_bytes ? st->room->in : io->src;
	st->msg.src_bytes = st->in_bytes ? st->in_bytes : limit;
}

static int take_answer(struct wd_comp_strm *st, struct wd_comp_io *io,
		       bool is_last)
{
	const struct wd_comp_msg *msg = &st->msg;

	if (msg->result)
		return msg->result == -ENOSPC ? -EIO : msg->result;
	if (msg->consumed != msg->src_bytes)
		return -EIO;
	if (st->in_bytes)
		st->in_bytes = 0;
	else
		wd_comp_io_take(io, msg->consumed);
	if (msg->dst == io->dst) {
		wd_comp_io_put(io, msg->produced);
	} else {
		st->give = st->room->out;
		st->give_bytes = msg->produced;
	}
	if (is_last)
		st->phase = WD_COMP_PHASE_END;
	return 0;
}

/* One message. As wd_comp_strm_run(). */
static int send_piece(struct wd_comp_session *s, struct wd_comp_strm *st,
		      struct wd_comp_io *io, int flush)
{
	struct wd_comp_lane *lane = s->lanes[st->lane];
	size_t all = st->in_bytes + io->src_bytes, limit;
	bool is_last;
	int ret;

	limit = choose_output(lane, st, io, smaller(all, WD_COMP_PIECE_MAX));
	choose_input(lane, st, io, limit);
	is_last = flush == WD_COMP_FINISH && st->msg.src_bytes == all;
	st->msg.op = is_last ? WD_COMP_MSG_FINISH : 0;
	ret = wd_comp_strm_run(s, st);
	return ret ? ret : take_answer(st, io, is_last);
}

/* An end without input is not for the device (hisi-zip 7.7). */
static void make_tail(const struct wd_comp_session *s, struct wd_comp_strm *st)
{
	uint32_t format = s->params.format;
	uint32_t check = wd_comp_check_init(format), total = 0;

	if (st->is_started) {
		check = wd_comp_msg_check(&st->msg);
		total = st->msg.isize;
	}
	st->give_bytes = wd_comp_stream_tail(format, check, total, st->tail);
	st->give = st->tail;
	st->phase = WD_COMP_PHASE_END;
}

int wd_comp_deflate_step(struct wd_comp_session *s, struct wd_comp_strm *st,
			 struct wd_comp_io *io, int flush)
{
	size_t all;
	int ret;

	for (;;) {
		if (wd_comp_strm_give(st, io))
			return 0;
		if (st->phase == WD_COMP_PHASE_END)
			return WD_COMP_STREAM_END;
		all = st->in_bytes + io->src_bytes;
		if (!all && flush != WD_COMP_FINISH)
			return 0;
		if (!all) {
			make_tail(s, st);
			continue;
		}
		ret = wd_comp_strm_place(s, st);
		if (ret)
			return ret;
		if (flush == WD_COMP_NO_FLUSH && all < st->room->in_bytes) {
			gather(st, io, all);
			return 0;
		}
		ret = send_piece(s, st, io, flush);
		if (ret < 0)
			return ret;
	}
}
