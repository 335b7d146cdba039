/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * DOC: libwarpdrive, compression
 *
 * Two levels. struct wd_comp_msg is a request for the queue calls of wd.h: the
 * deflate body of one buffer of at most WD_COMP_MSG_MAX_BYTES, headers are the
 * caller's. Sessions (wd_comp_session_*, wd_comp_*) are what most programs
 * want: complete zlib, gzip and raw deflate data of any size, one-shot, as a
 * stream, or asynchronous.
 *
 * A session and everything done with it belong to one thread at a time.
 * Different sessions are independent.
 */
#ifndef WARPDRIVE_WD_COMP_H
#define WARPDRIVE_WD_COMP_H

#include <warpdrive/wd.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/** enum wd_comp_direction - op_type of a compression queue */
enum wd_comp_direction {
	WD_COMP_COMPRESS = 0,
	WD_COMP_DECOMPRESS = 1,
};

/** enum wd_comp_format - container of the data */
enum wd_comp_format {
	WD_COMP_DEFLATE = 1,	/* RFC 1951, bare; QM V3 and later */
	WD_COMP_ZLIB = 2,	/* RFC 1950 */
	WD_COMP_GZIP = 3,	/* RFC 1952 */
};

/** enum wd_comp_window - how far back a compressor may refer */
enum wd_comp_window {
	WD_COMP_WINDOW_4K = 0,
	WD_COMP_WINDOW_8K = 1,
	WD_COMP_WINDOW_16K = 2,
	WD_COMP_WINDOW_24K = 3,
	WD_COMP_WINDOW_32K = 4,
};

/** Most bytes of input, and of output space, of one struct wd_comp_msg. */
#define WD_COMP_MSG_MAX_BYTES	0x800000u

/** Bytes of a stream context; reserved memory, or any in WD_MODE_SVA. */
#define WD_COMP_CTX_BYTES	0x10000u

/** Least output space of a stateful message. */
#define WD_COMP_STREAM_MIN_OUT	201u

/* Bits of wd_comp_msg.op. */
#define WD_COMP_MSG_FINISH	0x1	/* last input of the stream */
#define WD_COMP_MSG_STREAM	0x2	/* stateful: @ctx and the state words count */
#define WD_COMP_MSG_NEW		0x4	/* first message of the stream */

/* Bits of wd_comp_msg.ended. */
#define WD_COMP_MSG_LAST_BLOCK	0x1	/* decompression met the end of the stream */
#define WD_COMP_MSG_EXPANDED	0x2	/* output is larger than the input */

/**
 * struct wd_comp_msg - one compression request
 * @src: input; not NULL even if @src_bytes is 0
 * @dst: output
 * @ctx: stream context of WD_COMP_CTX_BYTES, 64-byte aligned, zeroed before a
 *	new stream; ignored without WD_COMP_MSG_STREAM
 * @src_bytes: at most WD_COMP_MSG_MAX_BYTES
 * @dst_bytes: room at @dst, at most WD_COMP_MSG_MAX_BYTES, at least 16, with
 *	WD_COMP_MSG_STREAM at least WD_COMP_STREAM_MIN_OUT
 * @format: enum wd_comp_format; the one the queue was requested for
 * @op: WD_COMP_MSG_* bits; a message without any is one complete stream
 * @window: enum wd_comp_window
 * @level: 0 for the device's own, 1 to 9 for effort; hardware has no levels
 *	and ignores it
 * @ctx_dw0: state word, opaque; 0 for a new stream, then as it came back
 * @ctx_dw1: likewise
 * @ctx_dw2: likewise
 * @isize: likewise; uncompressed bytes so far, modulo 2^32
 * @checksum: likewise; zlib: Adler-32; gzip: the CRC register, see
 *	wd_comp_msg_check()
 * @consumed: out: bytes of input used
 * @produced: out: bytes of output written
 * @result: out: 0; -ENOSPC (output did not fit); -EBADMSG (check value is
 *	wrong); -EILSEQ (the device refused the request or its data)
 * @status: out: the device's own code, for messages to people
 * @ended: out: WD_COMP_MSG_LAST_BLOCK, WD_COMP_MSG_EXPANDED
 * @user: the caller's
 *
 * The state words are read and written with WD_COMP_MSG_STREAM only.
 *
 * The body of a stateful compression message without WD_COMP_MSG_FINISH ends
 * at a byte boundary. zlib and gzip headers are neither written nor read;
 * trailers are, by the message that finishes the stream.
 */
struct wd_comp_msg {
	const void *src;
	void *dst;
	void *ctx;
	uint32_t src_bytes;
	uint32_t dst_bytes;
	uint8_t format;
	uint8_t op;
	uint8_t window;
	uint8_t level;
	uint32_t ctx_dw0;
	uint32_t consumed;
	uint32_t produced;
	uint32_t ctx_dw1;
	uint32_t ctx_dw2;
	uint32_t isize;
	uint32_t checksum;
	int32_t result;
	uint16_t status;
	uint16_t ended;
	void *user;
};

/**
 * wd_comp_msg_check() - check value of a returned message in its usual form
 * @msg: message that came back
 *
 * Return: gzip: CRC-32 as in the trailer; zlib: Adler-32; deflate: 0.
 */
uint32_t wd_comp_msg_check(const struct wd_comp_msg *msg);

struct wd_comp_session;

/**
 * struct wd_comp_params - what a session is for
 * @direction: enum wd_comp_direction
 * @format: enum wd_comp_format
 * @level: 0 for the default, 1 (fast) to 9 (small)
 * @window: enum wd_comp_window; 0 in a zeroed structure is 4 KiB, use
 *	wd_comp_params_init()
 * @queues: queues to spread asynchronous requests over, 1 to 64
 * @max_in_flight: asynchronous requests at once, at most 1024 a queue; 0 for 64
 * @segment_bytes: largest input of a WD_COMP_REQ_SEGMENT request, at most
 *	WD_COMP_MSG_MAX_BYTES; compression only; 0 if none will be made
 * @device: as in struct wd_queue
 * @numa_node: as in struct wd_queue
 * @timeout_ms: as in struct wd_queue
 * @bounce_bytes: where the device reaches only reserved memory, how much of it
 *	to reserve; 0 for the default
 * @pad: must be 0
 * @reserved: must be 0
 */
struct wd_comp_params {
	uint32_t direction;
	uint32_t format;
	uint32_t level;
	uint32_t window;
	uint32_t queues;
	uint32_t max_in_flight;
	uint32_t segment_bytes;
	int32_t numa_node;
	const char *device;
	uint32_t timeout_ms;
	uint32_t pad;
	size_t bounce_bytes;
	uint64_t reserved[4];
};

/**
 * wd_comp_params_init() - the defaults
 * @params: set to one queue, 32 KiB window, any device and node
 * @direction: enum wd_comp_direction
 * @format: enum wd_comp_format
 */
void wd_comp_params_init(struct wd_comp_params *params, uint32_t direction,
			 uint32_t format);

/**
 * wd_comp_session_alloc() - open a session with its queues
 * @params: copied
 * @session: set on success, otherwise left alone
 *
 * Return: 0, -EINVAL, -ENOMEM, or what wd_request_queue() says.
 */
int wd_comp_session_alloc(const struct wd_comp_params *params,
			  struct wd_comp_session **session);

/**
 * wd_comp_session_free() - close a session
 * @session: NULL is ignored
 *
 * Asynchronous requests still in flight end with -ECANCELED; their callbacks
 * are called from here.
 */
void wd_comp_session_free(struct wd_comp_session *session);

/**
 * wd_comp_session_get_info() - describe the session's first queue
 * @session: session
 * @info: filled in
 *
 * Return: 0, -EINVAL, -EPERM; -ENODEV (the queue was lost with its device and
 * none has taken its place yet).
 */
int wd_comp_session_get_info(struct wd_comp_session *session,
			     struct wd_queue_info *info);

/**
 * wd_comp_bound() - output space that compression never exceeds
 * @src_bytes: bytes of input
 *
 * Return: enough for one-shot, for a stream of any number of calls up to one a
 * 4 KiB of input, and for a segment, in any format.
 */
size_t wd_comp_bound(size_t src_bytes);

/**
 * wd_comp_oneshot() - compress or decompress a whole buffer
 * @session: session
 * @src: input, a complete stream if it is to be decompressed; NULL if
 *	@src_bytes is 0
 * @src_bytes: any size
 * @dst: output
 * @dst_bytes: in: room at @dst; out, on success: bytes written
 * @consumed: out, may be NULL: bytes of input used; what follows a compressed
 *	stream is left alone
 *
 * Input above WD_COMP_MSG_MAX_BYTES is split and joined inside. The memory may
 * be anywhere; what the device cannot reach is copied. If the device dies the
 * work is done again on another one. A stream under way on the session is not
 * touched.
 *
 * Return: 0; -EINVAL; -ENOSPC (@dst is too small: with wd_comp_bound() it never is for
 * compression); -EBADMSG (wrong check value); -EILSEQ (not a stream of this
 * format); -ENODATA (the stream is truncated); -EBUSY (asynchronous requests
 * are in flight); -ETIMEDOUT; -EIO, -ENODEV (and no other device is left);
 * -EPERM.
 */
int wd_comp_oneshot(struct wd_comp_session *session, const void *src,
		    size_t src_bytes, void *dst, size_t *dst_bytes,
		    size_t *consumed);

/** enum wd_comp_flush - what a stream call is to achieve */
enum wd_comp_flush {
	WD_COMP_NO_FLUSH = 0,	/* the library may keep some input for later */
	WD_COMP_SYNC_FLUSH = 1,	/* as Z_SYNC_FLUSH: all output so far, byte aligned */
	WD_COMP_FINISH = 2,	/* as Z_FINISH: this is the last input */
};

/**
 * struct wd_comp_io - input and output of a stream call
 * @src: next input, advanced by what was used
 * @src_bytes: bytes there, reduced by what was used
 * @dst: next output, advanced by what was written
 * @dst_bytes: room there, reduced by what was written
 */
struct wd_comp_io {
	const void *src;
	size_t src_bytes;
	void *dst;
	size_t dst_bytes;
};

/** Returned by wd_comp_stream() at the end of the stream. */
#define WD_COMP_STREAM_END	1

/**
 * wd_comp_stream() - one step of a stream
 * @session: session; it holds one stream
 * @io: buffers of any size
 * @flush: enum wd_comp_flush; once WD_COMP_FINISH was given it stays, with no
 *	new input
 *
 * Call again with more input or output space until it returns
 * WD_COMP_STREAM_END. A flush is complete when the call returns with room left
 * in the output. Decompression ends by itself at the end of the stream, input
 * behind it is not used.
 *
 * Return: 0; WD_COMP_STREAM_END; -EAGAIN (nothing moved, as Z_BUF_ERROR: give
 * more input or output space); -ENODATA (decompression with WD_COMP_FINISH and
 * output space left: the stream is truncated); -EINVAL (input behind the end of
 * a compressed stream, an unknown @flush); -EBUSY (asynchronous requests are in
 * flight); -EBADMSG, -EILSEQ, -EIO, -ENODEV, -ETIMEDOUT, -EPERM: the stream is lost,
 * wd_comp_stream_reset() makes the session usable again.
 */
int wd_comp_stream(struct wd_comp_session *session, struct wd_comp_io *io,
		   int flush);

/**
 * wd_comp_stream_reset() - forget the stream and be ready for a new one
 * @session: session
 *
 * Return: 0, or as wd_comp_session_alloc() if a new queue was needed.
 */
int wd_comp_stream_reset(struct wd_comp_session *session);

struct wd_comp_req;

/**
 * typedef wd_comp_done_fn - told that a request is complete
 * @req: the request, the caller's again; it may be submitted again from here
 *
 * Called from wd_comp_poll(), wd_comp_wait() and wd_comp_session_free(), never
 * from another thread. It may not call these three for the same session.
 */
typedef void (*wd_comp_done_fn)(struct wd_comp_req *req);

/*
 * Bits of wd_comp_req.flags.
 *
 * A segment is a piece of a larger stream, compressed without knowledge of the
 * pieces before it: no header, no final block, no trailer, ends at a byte
 * boundary. Compression sessions with segment_bytes only. Segments in their
 * order, between a header and the end that wd_comp_stream_tail() makes, are one
 * stream.
 *
 * The device takes a segment only with 9/8 of its input and 256 bytes as output
 * space, else the result is -ENOSPC; wd_comp_bound() is enough. So nothing above
 * 7 MiB fits into the WD_COMP_MSG_MAX_BYTES of a request.
 */
#define WD_COMP_REQ_SEGMENT	0x1

/**
 * struct wd_comp_req - an asynchronous request
 * @src: input
 * @dst: output
 * @src_bytes: at most WD_COMP_MSG_MAX_BYTES
 * @dst_bytes: at most WD_COMP_MSG_MAX_BYTES
 * @flags: WD_COMP_REQ_* bits; without any it is one complete stream
 * @done: callback, not NULL
 * @user: the caller's
 * @result: out: as wd_comp_oneshot(), and -ECANCELED; -ENOMEM (it had to move to
 *	another device and cannot be copied there)
 * @consumed: out: bytes of input used
 * @produced: out: bytes of output written
 * @check: out: CRC-32 (gzip) or Adler-32 (zlib) of the input of a segment
 * @msg: the library's while in flight
 * @link: the library's while in flight
 * @private_data: the library's while in flight
 */
struct wd_comp_req {
	const void *src;
	void *dst;
	uint32_t src_bytes;
	uint32_t dst_bytes;
	uint32_t flags;
	int32_t result;
	wd_comp_done_fn done;
	void *user;
	uint32_t consumed;
	uint32_t produced;
	uint32_t check;
	uint32_t pad;
	struct wd_comp_msg msg;
	struct wd_comp_req *link;
	uint64_t private_data[4];
};

/**
 * wd_comp_submit() - start asynchronous requests
 * @session: session
 * @reqs: requests; each is the library's from here to its callback
 * @n: how many
 *
 * Return: how many were taken, from the first on; fewer than @n if the next has
 * to wait or is malformed; for not even one: -EAGAIN (max_in_flight is reached,
 * or what the queues or the bounce memory hold: call wd_comp_poll()), -EINVAL,
 * -ENOMEM (it needs a copy and bounce_bytes is too small for it), -EIO, -ENODEV,
 * -EPERM, -EBUSY (a stream is under way).
 */
int wd_comp_submit(struct wd_comp_session *session,
		   struct wd_comp_req *const *reqs, unsigned int n);

/**
 * wd_comp_poll() - call back for what is complete
 * @session: session
 * @max: call back for at most this many, 0 for all
 *
 * If a device died, its unanswered requests are sent again elsewhere; each is
 * answered exactly once, with -EIO if there is no other device.
 *
 * Return: number of callbacks made; -EPERM.
 */
int wd_comp_poll(struct wd_comp_session *session, unsigned int max);

/**
 * wd_comp_wait() - wd_comp_poll() that sleeps until at least one is complete
 * @session: session
 * @timeout_ms: milliseconds, 0 to poll once, or WD_TIMEOUT_INFINITE
 *
 * Return: number of callbacks made, 0 if nothing is in flight; -ETIMEDOUT;
 * -EPERM.
 */
int wd_comp_wait(struct wd_comp_session *session, uint32_t timeout_ms);

/** wd_comp_in_flight() - asynchronous requests without a callback yet */
unsigned int wd_comp_in_flight(const struct wd_comp_session *session);

/** Room that wd_comp_stream_head() and wd_comp_stream_tail() need at most. */
#define WD_COMP_HEAD_MAX_BYTES	10
#define WD_COMP_TAIL_MAX_BYTES	13

/**
 * wd_comp_stream_head() - the plain header of a format
 * @format: enum wd_comp_format
 * @dst: room for WD_COMP_HEAD_MAX_BYTES
 *
 * Return: bytes written, 0 for raw deflate.
 */
size_t wd_comp_stream_head(uint32_t format, void *dst);

/**
 * wd_comp_stream_tail() - end of a stream made of segments
 * @format: enum wd_comp_format
 * @check: check value of all the input
 * @total_bytes: length of all the input
 * @dst: room for WD_COMP_TAIL_MAX_BYTES
 *
 * Return: bytes written: an empty final block and the trailer.
 */
size_t wd_comp_stream_tail(uint32_t format, uint32_t check,
			   uint64_t total_bytes, void *dst);

/**
 * wd_comp_check_combine() - check value of two pieces one after the other
 * @format: enum wd_comp_format
 * @first: check value of the first piece
 * @second: check value of the second piece
 * @second_bytes: length of the second piece
 *
 * Return: the check value of both; start with wd_comp_check_init().
 */
uint32_t wd_comp_check_combine(uint32_t format, uint32_t first,
			       uint32_t second, uint64_t second_bytes);

/** wd_comp_check_init() - check value of no data: 1 for zlib, else 0 */
uint32_t wd_comp_check_init(uint32_t format);

/**
 * wd_comp_memory_alloc() - memory that spares the session a copy
 * @session: session
 * @bytes: size
 *
 * Memory that every queue of the session reaches. Freed with the session. Where
 * the device reaches only reserved memory it comes out of bounce_bytes; should
 * the session then have to move to another device, it is ordinary memory from
 * there on, which costs a copy.
 *
 * Return: page aligned memory, or NULL (the log callback is told why).
 */
void *wd_comp_memory_alloc(struct wd_comp_session *session, size_t bytes);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif /* WARPDRIVE_WD_COMP_H */
