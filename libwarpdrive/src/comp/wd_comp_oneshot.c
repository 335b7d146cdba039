/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Whole buffers. What fits into one message, in memory that the device reaches,
 * goes the short way; all else first tries to become one message, and is done
 * as a stream if it cannot.
 */

#include "wd_comp_private.h"

/*
 * Compressed input of that size is tried as one message even if the output
 * space is larger than a message's: it will hardly need it.
 */
#define TRY_WHOLE_BYTES		0x100000u

struct job {
	const void *src;
	size_t src_bytes;
	void *dst;
	size_t dst_bytes;
	size_t consumed;
	size_t produced;
};

static void no_callback(struct wd_comp_req *req)
{
	(void)req;
}

static bool may_be_whole(const struct wd_comp_session *s, const struct job *job)
{
	if (job->src_bytes > WD_COMP_MSG_MAX_BYTES)
		return false;
	return s->is_compress || job->dst_bytes <= WD_COMP_MSG_MAX_BYTES ||
	       job->src_bytes <= TRY_WHOLE_BYTES;
}

/* As one message. 0, -errno, or 1 if it does not fit into one. */
static int try_whole(struct wd_comp_session *s, unsigned int index,
		     struct job *job)
{
	struct wd_comp_lane *lane = s->lanes[index];
	struct wd_comp_arena *arena = lane->arena;
	struct wd_comp_req req = {
		.src = job->src, .src_bytes = job->src_bytes, .dst = job->dst,
		.dst_bytes = WD_COMP_MSG_MAX_BYTES, .done = no_callback,
	};
	int ret;

	if (job->dst_bytes < req.dst_bytes)
		req.dst_bytes = job->dst_bytes;
	ret = wd_comp_prepare_slow(s, lane, &req);
	if (ret < 0)
		return ret == -EAGAIN || ret == -ENOMEM ? 1 : ret;
	if (!ret) {
		/* The failure of a lane may free its memory, but not this. */
		wd_comp_arena_get(arena);
		ret = wd_comp_lane_call(s, index, &req.msg);
		if (ret)
			wd_comp_release(arena, &req);
		else
			wd_comp_finish(s, arena, &req);
		wd_comp_arena_put(s, arena);
		if (ret)
			return ret;
	}
	if (req.result == -ENOSPC && job->dst_bytes > WD_COMP_MSG_MAX_BYTES)
		return 1;
	job->consumed = req.consumed;
	job->produced = req.produced;
	return req.result;
}

static int try_pieces(struct wd_comp_session *s, struct job *job)
{
	struct wd_comp_strm *st = &s->once;
	struct wd_comp_io io = {
		.src = job->src, .src_bytes = job->src_bytes,
		.dst = job->dst, .dst_bytes = job->dst_bytes,
	};
	int ret;

	do {
		ret = wd_comp_strm_step(s, st, &io, WD_COMP_FINISH);
	} while (!ret);
	/* Where all output found room it is the input that is not enough. */
	if (ret == -EAGAIN)
		ret = s->is_compress || io.src_bytes || st->give_bytes ?
		      -ENOSPC : -ENODATA;
	wd_comp_strm_reset(s, st);
	if (ret < 0)
		return ret;
	job->consumed = job->src_bytes - io.src_bytes;
	job->produced = job->dst_bytes - io.dst_bytes;
	return 0;
}

static int try_once(struct wd_comp_session *s, struct job *job)
{
	int index, ret = 1;

	index = wd_comp_lane_any(s);
	if (index < 0)
		return index;
	if (may_be_whole(s, job))
		ret = try_whole(s, index, job);
	return ret == 1 ? try_pieces(s, job) : ret;
}

static int run_job(struct wd_comp_session *s, struct job *job)
{
	int attempts = 0, ret;

	if (wd_comp_is_child(s))
		return -EPERM;
	if (s->in_flight)
		return -EBUSY;
	if ((!job->src && job->src_bytes) || (!job->dst && job->dst_bytes))
		return -EINVAL;
	do {
		ret = try_once(s, job);
	} while ((ret == -EIO || ret == -ENODEV) &&
		 wd_comp_lane_any(s) >= 0 &&
		 ++attempts < WD_COMP_MAX_ATTEMPTS);
	return ret;
}

static __attribute__((noinline)) int
oneshot_slow(struct wd_comp_session *s, const void *src, size_t src_bytes,
	     void *dst, size_t *dst_bytes, size_t *consumed)
{
	struct job job = {
		.src = src, .src_bytes = src_bytes,
		.dst = dst, .dst_bytes = *dst_bytes,
	};
	int ret;

	ret = run_job(s, &job);
	if (ret)
		return ret;
	*dst_bytes = job.produced;
	if (consumed)
		*consumed = job.consumed;
	return 0;
}

/* The short way failed: @error of the queue, or @result of the request. */
static __attribute__((noinline)) int
oneshot_failed(struct wd_comp_session *s, int error, int result,
	       const void *src, size_t src_bytes, size_t dst_bytes)
{
	if (error)
		return error;
	if (result == -EILSEQ && !s->is_compress)
		return wd_comp_diagnose(s->params.format, src, src_bytes,
					dst_bytes);
	return result;
}

int wd_comp_oneshot(struct wd_comp_session *s, const void *src,
		    size_t src_bytes, void *dst, size_t *dst_bytes,
		    size_t *consumed)
{
	struct wd_comp_lane *lane = s->direct;
	struct wd_comp_msg msg;
	int ret;

	if (unlikely(!lane || s->in_flight ||
		     !wd_comp_fill(s, &msg, src, src_bytes, dst, *dst_bytes)))
		return oneshot_slow(s, src, src_bytes, dst, dst_bytes,
				    consumed);
	ret = wd_comp_lane_call(s, 0, &msg);
	if (unlikely(ret || msg.result)) {
		if ((ret == -EIO || ret == -ENODEV) && wd_comp_lane_any(s) >= 0)
			return oneshot_slow(s, src, src_bytes, dst, dst_bytes,
					    consumed);
		return oneshot_failed(s, ret, msg.result, src, src_bytes,
				      *dst_bytes);
	}
	*dst_bytes = msg.produced + ((uintptr_t)msg.dst - (uintptr_t)dst);
	if (consumed)
		*consumed = msg.consumed +
			    ((uintptr_t)msg.src - (uintptr_t)src);
	return 0;
}
