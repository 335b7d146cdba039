/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The body of a deflate stream, made in pieces that begin and end at a byte
 * boundary. A piece comes from the device or from zlib, whichever the stream
 * has at that moment: what was put into earlier pieces is all that the next one
 * has to know. No output of a piece is given away before the whole piece is
 * made, so one that failed on the device is made again in software.
 */
#ifndef WDZ_BODY_H
#define WDZ_BODY_H

#include <stdbool.h>
#include <stdint.h>

#include "wdz_choice.h"
#include "wdz_engine.h"
#include "wdz_real.h"

#define WDZ_HISTORY	32768u

/* The input of a piece whose output goes through our buffer, at most. */
#define WDZ_PIECE	(1u << 20)

/*
 * Room for the output of a piece. The device wants 9/8 of the input, zlib with
 * little memory makes a little more of it than that, and there are a mark of
 * 5 bytes behind it and a zlib header in front that is cut off.
 */
#define WDZ_ROOM(bytes)	((bytes) + (bytes) / 7 + 1024)

/**
 * struct wdz_buffers - memory of a body
 * @next: while nobody uses it
 * @history: the last input that pieces were made of
 * @in: input gathered for the next piece
 * @out: output of pieces
 */
struct wdz_buffers {
	struct wdz_buffers *next;
	uint8_t history[WDZ_HISTORY];
	uint8_t in[WDZ_PIECE];
	uint8_t out[WDZ_ROOM(WDZ_PIECE)];
};

/**
 * struct wdz_body - what pieces need to know of one another
 * @buffers: memory, one stream's
 * @engine: device, NULL for software
 * @soft: zlib's stream, NULL if software has made no piece yet
 * @history_bytes: valid in @buffers->history
 * @level: for software
 * @strategy: likewise
 * @window_bits: of raw deflate
 * @mem_level: for software
 * @engine_is_new: the device's stream knows of no earlier piece
 * @must_restart: it has to forget them
 */
struct wdz_body {
	struct wdz_buffers *buffers;
	struct wdz_engine *engine;
	z_stream *soft;
	size_t history_bytes;
	int level;
	int strategy;
	int window_bits;
	int mem_level;
	bool engine_is_new;
	bool must_restart;
};

/**
 * struct wdz_piece - one piece
 * @src: input
 * @bytes: how much, not 0
 * @flush: Z_SYNC_FLUSH, Z_FULL_FLUSH or Z_FINISH
 * @dst: where the output may go
 * @room: how much fits there; with less than WDZ_ROOM(@bytes) the output goes
 *	to the buffer of the body, and @bytes is at most WDZ_PIECE
 */
struct wdz_piece {
	const uint8_t *src;
	size_t bytes;
	int flush;
	uint8_t *dst;
	size_t room;
};

/* Memory and a device. False if one of them is not to be had. */
bool wdz_body_init(struct wdz_body *body, const struct wdz_engine *want);

/* A body of software that goes on where another one is. 0 or Z_MEM_ERROR. */
int wdz_body_copy(struct wdz_body *body, const struct wdz_body *from);

void wdz_body_exit(struct wdz_body *body);

/* The last piece is made: others may have the device. */
void wdz_body_end(struct wdz_body *body);

/*
 * wdz_body_make() - make a piece
 * @piece: input, and where the output may go; on success @dst says where it went
 * @produced: set on success
 *
 * Return: 0, Z_MEM_ERROR.
 */
int wdz_body_make(struct wdz_body *body, struct wdz_piece *piece,
		  size_t *produced);

/* Flush, or end, with no input, where software made the latest piece. */
size_t wdz_body_end_soft(struct wdz_body *body, int flush, uint8_t *dst,
			 size_t room);

/* From now on in software; @why is for people. 0 or Z_MEM_ERROR. */
int wdz_body_move(struct wdz_body *body, const char *why);

/* What later pieces may refer to is gone. */
void wdz_body_forget(struct wdz_body *body);

/* Later pieces may refer to this, and to nothing else. */
void wdz_body_remember(struct wdz_body *body, const uint8_t *data,
		       size_t bytes);

/* Is the piece what @src was made to? Software decompresses it. */
bool wdz_body_is_right(const struct wdz_body *body,
		       const struct wdz_piece *piece, size_t produced);

#endif /* WDZ_BODY_H */
