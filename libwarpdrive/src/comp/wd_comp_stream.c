/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What both directions of a stream have in common, and the calls for it. */

#include "wd_comp_private.h"

void wd_comp_strm_reset(struct wd_comp_session *s, struct wd_comp_strm *st)
{
	unsigned int slot = st->slot;

	if (st->arena)
		wd_comp_arena_put(s, st->arena);
	memset(st, 0, sizeof(*st));
	st->slot = slot;
}

static void begin(struct wd_comp_session *s, struct wd_comp_strm *st)
{
	wd_comp_word(s, &st->msg);
	if (s->is_compress) {
		st->give = s->head;
		st->give_bytes = s->head_bytes;
		st->phase = WD_COMP_PHASE_BODY;
	} else {
		wd_comp_parser_init(&st->parser, s->params.format);
		st->phase = WD_COMP_PHASE_HEAD;
	}
}

/* Another device may have other memory: take along what was gathered. */
static int move_to(struct wd_comp_session *s, struct wd_comp_strm *st,
		   struct wd_comp_arena *arena)
{
	const struct wd_comp_room *room = &arena->rooms[st->slot];

	if (st->in_bytes > room->in_bytes)
		return -EIO;
	if (st->in_bytes)
		memcpy(room->in, st->room->in, st->in_bytes);
	wd_comp_arena_get(arena);
	if (st->arena)
		wd_comp_arena_put(s, st->arena);
	st->arena = arena;
	st->room = room;
	return 0;
}

int wd_comp_strm_place(struct wd_comp_session *s, struct wd_comp_strm *st)
{
	struct wd_comp_lane *lane;
	int index, ret;

	if (st->is_started) {
		lane = s->lanes[st->lane];
		return lane && lane->serial == st->serial ? 0 : -EIO;
	}
	index = wd_comp_lane_any(s);
	if (index < 0)
		return index;
	lane = s->lanes[index];
	if (st->arena != lane->arena) {
		ret = move_to(s, st, lane->arena);
		if (ret)
			return ret;
	}
	st->lane = index;
	st->serial = lane->serial;
	return 0;
}

int wd_comp_strm_run(struct wd_comp_session *s, struct wd_comp_strm *st)
{
	struct wd_comp_msg *msg = &st->msg;
	int ret;

	msg->op |= WD_COMP_MSG_STREAM;
	if (!st->is_started) {
		msg->op |= WD_COMP_MSG_NEW;
		msg->ctx = st->room->ctx;
		memset(msg->ctx, 0, WD_COMP_CTX_USED);
	}
	ret = wd_comp_lane_call(s, st->lane, msg);
	if (!ret) {
		st->is_started = true;
		return 0;
	}
	/* No output was made, no input used: begin anew, somewhere else. */
	if ((ret == -EIO || ret == -ENODEV) && !st->is_started &&
	    ++st->attempts < WD_COMP_MAX_ATTEMPTS)
		return 1;
	return ret;
}

bool wd_comp_strm_give(struct wd_comp_strm *st, struct wd_comp_io *io)
{
	size_t bytes = st->give_bytes;

	if (bytes > io->dst_bytes)
		bytes = io->dst_bytes;
	if (bytes) {
		memcpy(io->dst, st->give, bytes);
		wd_comp_io_put(io, bytes);
		st->give += bytes;
		st->give_bytes -= bytes;
	}
	return st->give_bytes;
}

/*
 * Without progress the caller has to bring something. But a flush that has
 * nothing to do is complete.
 */
static int no_progress(const struct wd_comp_session *s,
		       const struct wd_comp_io *io, int flush)
{
	return s->is_compress && flush == WD_COMP_SYNC_FLUSH && io->dst_bytes ?
	       0 : -EAGAIN;
}

int wd_comp_strm_step(struct wd_comp_session *s, struct wd_comp_strm *st,
		      struct wd_comp_io *io, int flush)
{
	const size_t src_bytes = io->src_bytes, dst_bytes = io->dst_bytes;
	int ret;

	if (st->error)
		return st->error;
	if (s->is_compress && st->phase == WD_COMP_PHASE_END && src_bytes)
		return -EINVAL;
	if (st->phase == WD_COMP_PHASE_IDLE)
		begin(s, st);
	if (st->is_finishing)
		flush = WD_COMP_FINISH;
	st->is_finishing = flush == WD_COMP_FINISH;
	ret = s->is_compress ? wd_comp_deflate_step(s, st, io, flush) :
			       wd_comp_inflate_step(s, st, io);
	if (ret < 0 && ret != -ENODATA)
		st->error = ret;
	if (!ret && io->src_bytes == src_bytes && io->dst_bytes == dst_bytes)
		return no_progress(s, io, flush);
	return ret;
}

static bool is_under_way(const struct wd_comp_strm *st)
{
	return st->error || st->give_bytes ||
	       (st->phase != WD_COMP_PHASE_IDLE &&
		st->phase != WD_COMP_PHASE_END);
}

/* May requests be submitted? Not any more while the session is being freed. */
static void update_refuse(struct wd_comp_session *s)
{
	if (s->refuse != -ECANCELED)
		s->refuse = is_under_way(&s->stream) ? -EBUSY : 0;
}

int wd_comp_stream(struct wd_comp_session *s, struct wd_comp_io *io, int flush)
{
	int ret;

	if (wd_comp_is_child(s))
		return -EPERM;
	if (flush < WD_COMP_NO_FLUSH || flush > WD_COMP_FINISH ||
	    (!io->src && io->src_bytes) || (!io->dst && io->dst_bytes))
		return -EINVAL;
	if (s->in_flight)
		return -EBUSY;
	ret = wd_comp_strm_step(s, &s->stream, io, flush);
	update_refuse(s);
	return ret;
}

int wd_comp_stream_reset(struct wd_comp_session *s)
{
	int ret;

	if (wd_comp_is_child(s))
		return -EPERM;
	wd_comp_strm_reset(s, &s->stream);
	update_refuse(s);
	ret = wd_comp_lane_any(s);
	return ret < 0 ? ret : 0;
}
