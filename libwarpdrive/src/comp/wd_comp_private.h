/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The inside of a session.
 *
 * A lane is one queue of the session. An arena is the memory that the lanes of
 * one device reach beside the caller's: stream contexts, stream buffers and
 * the bounce pool. A stream is one (de)compression in pieces; the session has
 * one for wd_comp_stream() and one for one-shot work that is too large, or too
 * unusual, for a single message.
 */
#ifndef WD_COMP_PRIVATE_H
#define WD_COMP_PRIVATE_H

#include <errno.h>
#include <string.h>

#include <warpdrive/wd_comp.h>

#include "wd_fork.h"

#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* Least output space that the device does not ignore (hisi-zip 7.6). */
#define WD_COMP_MIN_OUT		16u

/* The header of a format, with room to be copied in one go. */
#define WD_COMP_HEAD_ROOM	16u

/* Requests of one burst. */
#define WD_COMP_BURST		64u

/* How often a request is sent again before its fate is sealed. */
#define WD_COMP_MAX_ATTEMPTS	4

/* Devices to keep away from that a session remembers. */
#define WD_COMP_BAD_DEVICES	8

/* Looks at the queue, a pause each, before the thread goes to sleep. */
#define WD_COMP_SPINS		1000

/*
 * Stateful compression needs room for 1.125 times the input (hisi-zip 7.6),
 * and a final block and a trailer fit behind it.
 */
#define WD_COMP_PIECE_SLACK	256u
#define WD_COMP_PIECE_MAX	0x700000u

/*
 * Buffers of a stream, for what is small or what the device cannot reach. Where
 * reserved memory comes in small slices they are halved until they fit into
 * one; an output buffer of 5/4 holds what a full input buffer compresses to.
 */
#define WD_COMP_STREAM_IN	0x40000u
#define WD_COMP_STREAM_IN_MIN	0x4000u

/* Behind that of a context the hardware has nothing (hisi-zip 7.6). */
#define WD_COMP_CTX_USED	0x9800u

#define WD_COMP_BOUNCE_DEFAULT	0x400000u
#define WD_COMP_BOUNCE_MIN	0x40000u

struct wd_comp_lane;

/* The two streams that a session may have under way. */
enum wd_comp_slot {
	WD_COMP_SLOT_STREAM,
	WD_COMP_SLOT_ONESHOT,
	WD_COMP_SLOTS,
};

/**
 * struct wd_comp_room - memory of one stream
 * @ctx: context
 * @in: input buffer
 * @out: output buffer
 * @in_bytes: size of @in
 * @out_bytes: size of @out
 */
struct wd_comp_room {
	uint8_t *ctx;
	uint8_t *in;
	uint8_t *out;
	uint32_t in_bytes;
	uint32_t out_bytes;
};

/**
 * struct wd_comp_arena - what lanes of one device have for memory
 * @next: in the session's list
 * @owner: lane whose queue reserved it; NULL if it is a mapping of the process,
 *	for lanes that reach everything
 * @users: lanes and streams that refer to it
 * @kept: the caller has memory of it: it stays until the session ends
 * @base: start
 * @granule: unit of allocation, the page size
 * @nr: granules there are
 * @nr_free: free ones
 * @first_free: there is none before it
 * @used: one byte a granule, not 0 if it is taken
 * @ctx: contexts that are free, for segments
 * @nr_ctx: how many are
 * @rooms: for the streams
 */
struct wd_comp_arena {
	struct wd_comp_arena *next;
	struct wd_comp_lane *owner;
	unsigned int users;
	bool kept;
	uint8_t *base;
	size_t granule;
	size_t nr;
	size_t nr_free;
	size_t first_free;
	uint8_t *used;
	uint8_t **ctx;
	unsigned int nr_ctx;
	struct wd_comp_room rooms[WD_COMP_SLOTS];
};

/**
 * struct wd_comp_lane - a queue of the session
 * @q: the queue; never moves
 * @arena: its memory
 * @serial: differs from that of every other lane the session ever had
 * @capacity: requests that it takes at once
 * @in_flight: asynchronous requests in it
 * @reaches_all: requests may point anywhere
 * @has_answered: not only taken requests
 */
struct wd_comp_lane {
	struct wd_queue q;
	struct wd_comp_arena *arena;
	uint64_t serial;
	unsigned int capacity;
	unsigned int in_flight;
	bool reaches_all;
	bool has_answered;
};

/**
 * struct wd_comp_parser - where in a zlib or gzip header we are
 * @state: enum wd_comp_parser_state
 * @flags: FLG of gzip, CMF of zlib
 * @left: bytes left of the current field
 * @crc: of the header so far, for FHCRC
 * @value: of a number of several bytes
 */
struct wd_comp_parser {
	uint8_t state;
	uint8_t flags;
	uint16_t left;
	uint16_t value;
	uint32_t crc;
};

enum wd_comp_phase {
	WD_COMP_PHASE_IDLE,	/* no call was made yet */
	WD_COMP_PHASE_HEAD,	/* decompression: in the header */
	WD_COMP_PHASE_BODY,
	WD_COMP_PHASE_END,	/* all output is made, if not handed out */
};

/**
 * struct wd_comp_strm - one (de)compression in pieces
 * @msg: message; between calls it holds the state words
 * @arena: where @room is; referred to
 * @room: its context and buffers
 * @slot: enum wd_comp_slot
 * @lane: index of the lane that it was started on
 * @serial: of that lane
 * @phase: enum wd_comp_phase
 * @error: not 0 if the stream is lost
 * @is_started: the device has answered a message
 * @is_finishing: WD_COMP_FINISH was given
 * @attempts: how often the first message was sent in vain
 * @has_pending: decompression: the device holds back output (hisi-zip 7.6)
 * @in_bytes: gathered in the input buffer
 * @give: output to be handed out, @give_bytes of it
 * @tail: end of the stream where software makes it
 * @parser: of the header
 */
struct wd_comp_strm {
	struct wd_comp_msg msg;
	struct wd_comp_arena *arena;
	const struct wd_comp_room *room;
	unsigned int slot;
	unsigned int lane;
	uint64_t serial;
	uint8_t phase;
	bool is_started;
	bool is_finishing;
	bool has_pending;
	uint8_t attempts;
	int error;
	uint32_t in_bytes;
	uint32_t give_bytes;
	const uint8_t *give;
	uint8_t tail[WD_COMP_TAIL_MAX_BYTES];
	struct wd_comp_parser parser;
};

/* A list of requests, oldest first, linked by wd_comp_req.link. */
struct wd_comp_list {
	struct wd_comp_req *head;
	struct wd_comp_req **tail;
};

/* Memory of wd_comp_memory_alloc() that is a mapping of its own. */
struct wd_comp_block {
	struct wd_comp_block *next;
	void *base;
	size_t bytes;
};

/**
 * struct wd_comp_session - a session
 * @head: header to be written, or the start of a plain one to be met
 * @head_bytes: length of a plain header
 * @is_compress: direction
 * @word: format, op, window and level of a message that is a whole stream
 * @in_flight: asynchronous requests without a callback yet
 * @max_in_flight: bound of it
 * @refuse: not 0 if nothing may be submitted, and why
 * @direct: the first lane if it is there and reaches everything, else NULL
 * @lanes: lanes; NULL where one was lost and not replaced
 * @nr_lanes: entries of @lanes
 * @next_lane: where the search for a lane starts
 * @next_poll: where the search for answers starts
 * @params: what the caller asked for; the session has its own copy of the name
 * @fork_cookie: of the process that made the session
 * @serials: number of lanes ever opened
 * @lost: why the last lane was lost
 * @bad: devices to keep away from, at their number modulo the size
 * @nr_bad: how many there ever were
 * @arenas: all of them
 * @blocks: memory of the caller's
 * @done: complete, to be called back
 * @again: taken from a dead queue, or not sent yet, oldest first
 * @stream: of wd_comp_stream()
 * @once: of wd_comp_oneshot()
 */
struct wd_comp_session {
	uint8_t head[WD_COMP_HEAD_ROOM];
	uint32_t head_bytes;
	bool is_compress;
	struct {
		uint8_t format, op, window, level;
	} word;
	unsigned int in_flight;
	unsigned int max_in_flight;
	int refuse;
	struct wd_comp_lane *direct;
	struct wd_comp_lane **lanes;
	unsigned int nr_lanes;
	unsigned int next_lane;
	unsigned int next_poll;
	struct wd_comp_params params;
	uint32_t fork_cookie;
	uint64_t serials;
	int lost;
	char bad[WD_COMP_BAD_DEVICES][sizeof(((struct wd_device_info *)0)->name)];
	unsigned int nr_bad;
	struct wd_comp_arena *arenas;
	struct wd_comp_block *blocks;
	struct wd_comp_list done;
	struct wd_comp_list again;
	struct wd_comp_strm stream;
	struct wd_comp_strm once;
};

static inline bool wd_comp_is_child(const struct wd_comp_session *s)
{
	return unlikely(s->fork_cookie != wd_fork_current());
}

/*
 * When one device goes, every lane on it refuses a request once before all of
 * them are known to be dead.
 */
static inline unsigned int wd_comp_max_refusals(const struct wd_comp_session *s)
{
	return s->nr_lanes + WD_COMP_MAX_ATTEMPTS;
}

/* Room that a stateful compression of @bytes is given. */
static inline size_t wd_comp_piece_room(size_t bytes)
{
	return bytes + bytes / 8 + WD_COMP_PIECE_SLACK;
}

/* --- wd_comp_format.c, wd_comp_header.c --- */

enum wd_comp_parser_state {
	WD_COMP_PARSER_FIXED,
	WD_COMP_PARSER_XLEN,
	WD_COMP_PARSER_EXTRA,
	WD_COMP_PARSER_NAME,
	WD_COMP_PARSER_COMMENT,
	WD_COMP_PARSER_HCRC,
	WD_COMP_PARSER_DONE,
};

/* Be at the start of a header of @format. */
void wd_comp_parser_init(struct wd_comp_parser *p, uint32_t format);

/*
 * wd_comp_parser_feed() - read on in a header
 * @used: set to the bytes of @src that belong to it
 *
 * Return: 1 at its end, 0 if it goes on, -EILSEQ (it is none), -EBADMSG.
 */
int wd_comp_parser_feed(struct wd_comp_parser *p, uint32_t format,
			const uint8_t *src, size_t bytes, size_t *used);

/*
 * wd_comp_diagnose() - why a device refused to decompress, found in software
 *
 * A device has one answer for truncated and for corrupt input.
 *
 * Return: -ENODATA, -EBADMSG, -ENOSPC (more than @room bytes), else -EILSEQ.
 */
int wd_comp_diagnose(uint32_t format, const void *src, size_t bytes,
		     size_t room);

/* --- wd_comp_arena.c --- */

/*
 * wd_comp_arena_alloc() - take memory, first fit
 * @one_piece: the device must see it in one piece; without it, it need not
 *
 * Return: the memory, or NULL.
 */
void *wd_comp_arena_alloc(struct wd_comp_arena *arena, size_t bytes,
			  bool one_piece);
void wd_comp_arena_free(struct wd_comp_arena *arena, const void *addr,
			size_t bytes);

/* Find or make the memory of a new lane. 0 or -errno. */
int wd_comp_arena_attach(struct wd_comp_session *s, struct wd_comp_lane *lane);

static inline void wd_comp_arena_get(struct wd_comp_arena *arena)
{
	arena->users++;
}

/*
 * wd_comp_arena_put() - drop a reference
 *
 * What nobody refers to any more is freed, unless the caller has memory of it.
 */
void wd_comp_arena_put(struct wd_comp_session *s, struct wd_comp_arena *arena);

/* Free all arenas, whoever refers to them, and their owners. */
void wd_comp_arenas_free(struct wd_comp_session *s);

/* --- wd_comp_lane.c --- */

/*
 * wd_comp_lane_blame() - the lane at @index died
 *
 * If it was to replace another one and never gave an answer its device is kept
 * away from: it may let queues be opened and lose them again for ever.
 */
void wd_comp_lane_blame(struct wd_comp_session *s, unsigned int index);

/* Open the lane at @index. 0 or what wd_request_queue() says. */
int wd_comp_lane_open(struct wd_comp_session *s, unsigned int index);

/*
 * wd_comp_lane_close() - close the lane at @index
 *
 * The device does not touch what the lane's requests point to any more.
 */
void wd_comp_lane_close(struct wd_comp_session *s, unsigned int index);

/* Close all lanes. */
void wd_comp_lanes_close(struct wd_comp_session *s);

/* Open another queue where one was lost to @error. 0 or -errno; both logged. */
int wd_comp_lane_reopen(struct wd_comp_session *s, unsigned int index,
			int error);

/* An open lane for synchronous work, opened if need be. Index or -errno. */
int wd_comp_lane_any(struct wd_comp_session *s);

/*
 * wd_comp_lane_wait() - wait for the answer of the only request of a lane
 *
 * Return: 0, or the queue's error; -ETIMEDOUT: the request is still the
 * device's, the lane must be closed.
 */
int wd_comp_lane_wait(struct wd_comp_session *s, struct wd_comp_lane *lane);

static inline void wd_comp_pause(void)
{
#if defined(__x86_64__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("isb" ::: "memory");
#endif
}

/* Send one message and wait for its answer. As wd_comp_lane_wait(). */
static inline int wd_comp_lane_run(struct wd_comp_session *s,
				   struct wd_comp_lane *lane,
				   struct wd_comp_msg *msg)
{
	void *back;
	int ret;

	ret = wd_send(&lane->q, msg);
	if (unlikely(ret))
		return ret;
	ret = wd_recv(&lane->q, &back);
	if (likely(ret != -EAGAIN))
		return ret;
	return wd_comp_lane_wait(s, lane);
}

/*
 * wd_comp_lane_call() - wd_comp_lane_run() that clears up behind a failure
 *
 * A lane whose queue died is replaced, one that did not answer in time closed.
 */
int wd_comp_lane_call(struct wd_comp_session *s, unsigned int index,
		      struct wd_comp_msg *msg);

/* May a request of @lane point to this memory? */
static inline bool wd_comp_reaches(struct wd_comp_lane *lane, const void *addr,
				   size_t bytes)
{
	return likely(lane->reaches_all) ||
	       wd_memory_reachable(&lane->q, addr, bytes);
}

/* --- wd_comp_request.c --- */

/* Bits of wd_comp_req.private_data[0]; 0 for the plain case. */
#define WD_COMP_REQ_ATTEMPTS	0x0000ffu	/* how often it was sent again */
#define WD_COMP_REQ_IS_SEGMENT	0x000100u	/* its context is msg.ctx */
#define WD_COMP_REQ_BOUNCES_IN	0x000200u	/* msg.src is a copy */
#define WD_COMP_REQ_BOUNCES_OUT	0x000400u	/* msg.dst is to be copied */
#define WD_COMP_REQ_REFUSALS	0xff0000u	/* dead lanes that it was given to */
#define WD_COMP_REQ_HISTORY	(WD_COMP_REQ_ATTEMPTS | WD_COMP_REQ_REFUSALS)
#define WD_COMP_REQ_ONE_REFUSAL	0x010000u

/*
 * wd_comp_prepare_slow() - make the message of a request that is not plain
 *
 * Return: 0; 1 (it is complete already, nothing is to be sent); -EINVAL;
 * -EAGAIN (no memory before others are complete); -ENOMEM.
 */
int wd_comp_prepare_slow(struct wd_comp_session *s, struct wd_comp_lane *lane,
			 struct wd_comp_req *req);

/* Free what a request has that is not sent, or that came back. */
void wd_comp_release(struct wd_comp_arena *arena, struct wd_comp_req *req);

/* wd_comp_finish() for all but plain success. */
void wd_comp_finish_slow(struct wd_comp_session *s, struct wd_comp_arena *arena,
			 struct wd_comp_req *req);

static inline void wd_comp_word(const struct wd_comp_session *s,
				struct wd_comp_msg *msg)
{
	memcpy(&msg->format, &s->word, sizeof(s->word));
}

/* State words of a new stream, and what must be 0. */
static inline void wd_comp_clear_state(struct wd_comp_msg *msg)
{
	msg->ctx_dw0 = 0;
	msg->ctx_dw1 = 0;
	msg->ctx_dw2 = 0;
	msg->isize = 0;
	msg->checksum = 0;
}

/* Is it the header that nearly everybody writes, without optional fields? */
static inline bool wd_comp_head_is_plain(const struct wd_comp_session *s,
					 const uint8_t *src)
{
	switch (s->word.format) {
	case WD_COMP_GZIP:
		return !memcmp(src, s->head, 4);
	case WD_COMP_ZLIB:
		/* CM 8, CINFO at most 7, no FDICT, FCHECK (RFC 1950, 2.2) */
		return (src[0] & 0x8f) == 8 && !(src[1] & 0x20) &&
		       (src[0] << 8 | src[1]) % 31 == 0;
	default:
		return true;
	}
}

/*
 * wd_comp_fill() - make the message for two buffers that the device reaches
 *
 * The header is written, or skipped, in place. This is the way of nearly all
 * requests; whatever needs a second thought is refused.
 *
 * Return: false if there is something unusual; nothing happened then.
 */
static inline bool wd_comp_fill(const struct wd_comp_session *s,
				struct wd_comp_msg *msg, const uint8_t *src,
				size_t src_bytes, uint8_t *dst,
				size_t dst_bytes)
{
	const size_t head = s->head_bytes;

	/* Each comparison covers both ends of a range: below it wraps. */
	if (s->is_compress) {
		if (src_bytes - 1 >= WD_COMP_MSG_MAX_BYTES ||
		    dst_bytes - head - WD_COMP_MIN_OUT >
		    WD_COMP_MSG_MAX_BYTES - WD_COMP_MIN_OUT || !src || !dst)
			return false;
		if (head)
			memcpy(dst, s->head, WD_COMP_HEAD_ROOM);
		dst += head;
		dst_bytes -= head;
	} else {
		if (src_bytes - head - 1 >= WD_COMP_MSG_MAX_BYTES ||
		    dst_bytes - WD_COMP_MIN_OUT >
		    WD_COMP_MSG_MAX_BYTES - WD_COMP_MIN_OUT || !src || !dst ||
		    !wd_comp_head_is_plain(s, src))
			return false;
		src += head;
		src_bytes -= head;
	}
	msg->src = src;
	msg->dst = dst;
	msg->src_bytes = src_bytes;
	msg->dst_bytes = dst_bytes;
	wd_comp_word(s, msg);
	wd_comp_clear_state(msg);
	return true;
}

/* As wd_comp_prepare_slow(), for all requests. */
static inline int wd_comp_prepare(struct wd_comp_session *s,
				  struct wd_comp_lane *lane,
				  struct wd_comp_req *req)
{
	/* With a header, a little more than is allowed would fit. */
	const uint32_t sizes = (req->src_bytes - 1) | (req->dst_bytes - 1);

	if (unlikely(!lane->reaches_all || req->flags || !req->done ||
		     sizes >= WD_COMP_MSG_MAX_BYTES ||
		     !wd_comp_fill(s, &req->msg, req->src, req->src_bytes,
				   req->dst, req->dst_bytes)))
		return wd_comp_prepare_slow(s, lane, req);
	req->private_data[0] = 0;
	return 0;
}

/* Turn the answer of the message into that of the request. */
static inline void wd_comp_finish(struct wd_comp_session *s,
				  struct wd_comp_arena *arena,
				  struct wd_comp_req *req)
{
	const struct wd_comp_msg *msg = &req->msg;

	if (unlikely(msg->result || req->private_data[0])) {
		wd_comp_finish_slow(s, arena, req);
		return;
	}
	/* The header is what lies before the body. */
	req->consumed = msg->consumed +
			((uintptr_t)msg->src - (uintptr_t)req->src);
	req->produced = msg->produced +
			((uintptr_t)msg->dst - (uintptr_t)req->dst);
	req->result = 0;
}

/* --- wd_comp_retry.c --- */

static inline void wd_comp_list_init(struct wd_comp_list *list)
{
	list->head = NULL;
	list->tail = &list->head;
}

static inline void wd_comp_list_add(struct wd_comp_list *list,
				    struct wd_comp_req *req)
{
	req->link = NULL;
	*list->tail = req;
	list->tail = &req->link;
}

struct wd_comp_req *wd_comp_list_take(struct wd_comp_list *list);

static inline struct wd_comp_req *wd_comp_req_of(void *msg)
{
	return (struct wd_comp_req *)((uint8_t *)msg -
				      offsetof(struct wd_comp_req, msg));
}

/*
 * wd_comp_take_back() - close a lane without losing its requests
 * @list: gets those without an answer, oldest first; the others are put on
 *	the done list
 */
void wd_comp_take_back(struct wd_comp_session *s, unsigned int index,
		       struct wd_comp_list *list);

/*
 * The lane at @index gave @error: its answers go to the done list, the rest is
 * sent again elsewhere. Calls nobody back.
 */
void wd_comp_lane_died(struct wd_comp_session *s, unsigned int index,
		       int error);

/* Call back for at most @max requests of the done list. Return: how many. */
unsigned int wd_comp_deliver(struct wd_comp_session *s, unsigned int max);

/* Send what waits to be sent again, as far as there is room. */
void wd_comp_resend(struct wd_comp_session *s);

/*
 * The open lane with the fewest requests, one is opened if there is none.
 *
 * Return: index; -EAGAIN (all are full), -EIO, -ENODEV, -EPERM.
 */
int wd_comp_pick(struct wd_comp_session *s);

/* --- wd_comp_stream.c, wd_comp_deflate.c, wd_comp_inflate.c --- */

/* Forget a stream, drop its memory. */
void wd_comp_strm_reset(struct wd_comp_session *s, struct wd_comp_strm *st);

/* wd_comp_stream() of either stream, without the checks. */
int wd_comp_strm_step(struct wd_comp_session *s, struct wd_comp_strm *st,
		      struct wd_comp_io *io, int flush);

/*
 * Have a lane and memory for the stream; what was gathered moves along.
 *
 * Return: 0, -EIO (the lane that it was started on is gone), or what
 * wd_comp_lane_any() says.
 */
int wd_comp_strm_place(struct wd_comp_session *s, struct wd_comp_strm *st);

/*
 * Run the message of a stream; msg.op has WD_COMP_MSG_FINISH or is 0.
 *
 * Return: 0, then msg.result counts; 1 (the queue failed before the stream was
 * started: place it again and retry); -errno.
 */
int wd_comp_strm_run(struct wd_comp_session *s, struct wd_comp_strm *st);

/* Hand out what is pending. Return: is something left? */
bool wd_comp_strm_give(struct wd_comp_strm *st, struct wd_comp_io *io);

int wd_comp_deflate_step(struct wd_comp_session *s, struct wd_comp_strm *st,
			 struct wd_comp_io *io, int flush);
int wd_comp_inflate_step(struct wd_comp_session *s, struct wd_comp_strm *st,
			 struct wd_comp_io *io);

static inline void wd_comp_io_take(struct wd_comp_io *io, size_t bytes)
{
	io->src = (const uint8_t *)io->src + bytes;
	io->src_bytes -= bytes;
}

static inline void wd_comp_io_put(struct wd_comp_io *io, size_t bytes)
{
	io->dst = (uint8_t *)io->dst + bytes;
	io->dst_bytes -= bytes;
}

#endif /* WD_COMP_PRIVATE_H */
