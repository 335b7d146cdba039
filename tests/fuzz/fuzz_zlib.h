/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the fuzzers share that put the drop-in beside zlib. */
#ifndef FUZZ_ZLIB_H
#define FUZZ_ZLIB_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wdz.h"

#define FAIL(...) do {							\
	fprintf(stderr, "\n%s:%d: ", __FILE__, __LINE__);		\
	fprintf(stderr, __VA_ARGS__);					\
	fputc('\n', stderr);						\
	abort();							\
} while (0)

#define CHECK(cond) do {						\
	if (!(cond))							\
		FAIL("%s", #cond);					\
} while (0)

/* The same value on both sides, or a message with both. */
#define SAME(what, zlib, ours) do {					\
	long long zlib_ = (zlib), ours_ = (ours);			\
	if (zlib_ != ours_)						\
		FAIL("%s: zlib %lld, drop-in %lld", what, zlib_, ours_); \
} while (0)

#define CALLS_POINTER(type, name, params, args, absent) type (*name) params;

/* One zlib; the names are those of its calls. */
struct zcalls {
	const char *who;
	WDZ_STARTING(CALLS_POINTER)
	WDZ_TAKEN(CALLS_POINTER)
};

extern const struct zcalls zlib_calls;
extern const struct zcalls our_calls;

/* What is left of a fuzzer's input. */
struct input {
	const uint8_t *next;
	size_t left;
};

/* 0 once there is nothing left, so that every input has a meaning. */
uint8_t take(struct input *in);

/* Small values are as likely as large ones; 0xffff at most. */
size_t take_size(struct input *in);

/* A buffer of exactly so many bytes, so that a sanitizer sees what is beyond. */
uint8_t *exact(const uint8_t *data, size_t len);

/*
 * make_plain() - data of some kinds, as the input says
 * @in: input
 * @len: how much it became
 * @max: the most
 *
 * Return: freed by the caller.
 */
uint8_t *make_plain(struct input *in, size_t *len, size_t max);

/* Allocators that count, and refuse when told to. */
struct heap {
	size_t in_use;
	bool refuses;
};

void heap_attach(struct heap *heap, z_stream *z);

/* If @ret is an error, both messages are the same text, or there is none. */
void same_msg(const char *what, int ret, const z_stream *zlib, const z_stream *ours);

#endif /* FUZZ_ZLIB_H */
