/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One real compression and decompression. zlib checks both sides: a device that
 * undoes its own mistakes would pass otherwise.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "wdctl.h"

/* A device that is well answers within milliseconds. */
#define TRIAL_TIMEOUT_MS	5000

static const char words[][12] = {
	"queue", "device", "the", "memory", "of", "doorbell", "and", "ring",
	"process", "a", "kernel", "in", "address", "request", "to", "answer",
};

void pattern_fill(uint8_t *buf, size_t bytes, uint32_t seed)
{
	size_t at = 0, len;

	while (at < bytes) {
		const char *word = words[seed >> 28];

		len = strlen(word);
		for (size_t i = 0; i < len && at < bytes; i++)
			buf[at++] = word[i];
		seed = seed * 1664525 + 1013904223;
		/* Now and then a byte that no word explains. */
		if (at < bytes)
			buf[at++] = seed >> 29 ? ' ' : seed >> 21;
	}
}

const char *format_name(uint32_t format)
{
	return format == WD_COMP_GZIP ? "gzip" : format == WD_COMP_ZLIB ?
	       "zlib" : "deflate";
}

int zlib_window(uint32_t format)
{
	return format == WD_COMP_GZIP ? 15 + 16 : format == WD_COMP_ZLIB ?
	       15 : -15;
}

ssize_t zlib_inflate(uint32_t format, const uint8_t *src, size_t bytes,
		     uint8_t *dst, size_t room)
{
	z_stream z = {
		.next_in = (uint8_t *)src,
		.avail_in = bytes,
		.next_out = dst,
		.avail_out = room,
	};
	int ret;

	if (inflateInit2(&z, zlib_window(format)) != Z_OK)
		return -ENOMEM;
	ret = inflate(&z, Z_FINISH);
	inflateEnd(&z);
	return ret == Z_STREAM_END && !z.avail_in ? (ssize_t)z.total_out :
	       -EBADMSG;
}

ssize_t zlib_deflate(uint32_t format, const uint8_t *src, size_t bytes,
		     uint8_t *dst, size_t room)
{
	z_stream z = {
		.next_in = (uint8_t *)src,
		.avail_in = bytes,
		.next_out = dst,
		.avail_out = room,
	};
	int ret;

	if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED,
			 zlib_window(format), 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return -ENOMEM;
	ret = deflate(&z, Z_FINISH);
	deflateEnd(&z);
	return ret == Z_STREAM_END ? (ssize_t)z.total_out : -EBADMSG;
}

int trial_open(const char *device, uint32_t direction, uint32_t format,
	       unsigned int queues, struct wd_comp_session **session)
{
	struct wd_comp_params p;

	wd_comp_params_init(&p, direction, format);
	p.device = device;
	p.queues = queues ? queues : 1;
	p.timeout_ms = TRIAL_TIMEOUT_MS;
	return wd_comp_session_alloc(&p, session);
}

int trial_choose(const char *name, uint32_t format,
		 struct wd_device_info *info)
{
	struct wd_comp_session *session;
	struct wd_queue_info queue;
	int ret;

	ret = trial_open(name, WD_COMP_COMPRESS, format, 1, &session);
	if (ret)
		return ret;
	ret = wd_comp_session_get_info(session, &queue);
	wd_comp_session_free(session);
	if (!ret)
		*info = queue.device;
	return ret;
}

/**
 * struct buffers - of a trial
 * @plain: input
 * @packed: what the device made of it, then what zlib makes of it
 * @back: room for what comes back
 * @bytes: of input
 * @room: at @packed
 */
struct buffers {
	uint8_t *plain;
	uint8_t *packed;
	uint8_t *back;
	size_t bytes;
	size_t room;
};

static int try_compress(const char *device, uint32_t format, struct buffers *b,
			struct trial *t)
{
	struct wd_comp_session *session;
	size_t packed = b->room;
	int ret;

	t->step = "opening a queue for compression";
	ret = trial_open(device, WD_COMP_COMPRESS, format, 1, &session);
	if (ret)
		return ret;
	t->step = "compression";
	ret = wd_comp_oneshot(session, b->plain, b->bytes, b->packed, &packed,
			      NULL);
	wd_comp_session_free(session);
	if (ret)
		return ret;
	t->packed = packed;
	if (zlib_inflate(format, b->packed, packed, b->back, b->bytes) !=
	    (ssize_t)b->bytes || memcmp(b->plain, b->back, b->bytes))
		return -EBADMSG;
	return 0;
}

static int try_decompress(const char *device, uint32_t format, struct buffers *b,
			  struct trial *t)
{
	struct wd_comp_session *session;
	size_t back = b->bytes;
	ssize_t packed;
	int ret;

	packed = zlib_deflate(format, b->plain, b->bytes, b->packed, b->room);
	if (packed < 0)
		return packed;
	memset(b->back, 0, b->bytes);
	t->step = "opening a queue for decompression";
	ret = trial_open(device, WD_COMP_DECOMPRESS, format, 1, &session);
	if (ret)
		return ret;
	t->step = "decompression";
	ret = wd_comp_oneshot(session, b->packed, packed, b->back, &back, NULL);
	wd_comp_session_free(session);
	/* The input is right: what the device says of it is its own mistake. */
	if (ret == -EILSEQ || ret == -ENODATA || ret == -ENOSPC)
		return -EBADMSG;
	if (!ret && (back != b->bytes || memcmp(b->plain, b->back, back)))
		return -EBADMSG;
	return ret;
}

int trial_run(const char *device, uint32_t format, size_t bytes,
	      struct trial *t)
{
	struct buffers b = {
		.bytes = bytes,
		.room = wd_comp_bound(bytes),
	};
	int ret = -ENOMEM;

	*t = (struct trial){ .step = "allocation", .bytes = bytes };
	b.plain = malloc(bytes + 1);
	b.packed = malloc(b.room);
	b.back = malloc(bytes + 1);
	if (b.plain && b.packed && b.back) {
		pattern_fill(b.plain, bytes, bytes);
		ret = try_compress(device, format, &b, t);
		if (!ret)
			ret = try_decompress(device, format, &b, t);
	}
	free(b.plain);
	free(b.packed);
	free(b.back);
	return ret;
}
