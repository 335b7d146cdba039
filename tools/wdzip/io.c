/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "wdzip.h"

/* A descriptor that somebody else made non-blocking is waited for. */
static bool again(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };

	if (errno == EINTR)
		return true;
	if (errno != EAGAIN)
		return false;
	return poll(&p, 1, -1) >= 0 || errno == EINTR;
}

ssize_t read_full(int fd, void *buf, size_t bytes)
{
	size_t got = 0;

	while (got < bytes) {
		ssize_t n = read(fd, (char *)buf + got, bytes - got);

		if (n == 0)
			break;
		if (n > 0)
			got += n;
		else if (!again(fd, POLLIN))
			return -errno;
	}
	return got;
}

int write_full(int fd, const void *buf, size_t bytes)
{
	const char *p = buf;

	while (bytes) {
		ssize_t n = write(fd, p, bytes);

		if (n >= 0) {
			p += n;
			bytes -= n;
		} else if (!again(fd, POLLOUT)) {
			return -errno;
		}
	}
	return 0;
}

void source_init(struct source *src, int fd, const char *name, uint8_t *buf,
		 size_t cap)
{
	memset(buf, 0, SOURCE_HISTORY);
	*src = (struct source){
		.fd = fd,
		.name = name,
		.buf = buf,
		.cap = cap,
		.start = SOURCE_HISTORY,
		.end = SOURCE_HISTORY,
	};
}

int source_fill(struct source *src)
{
	size_t from = src->start - SOURCE_HISTORY;
	ssize_t n;

	if (src->eof)
		return 0;
	memmove(src->buf, src->buf + from, src->end - from);
	src->start -= from;
	src->end -= from;
	n = read_full(src->fd, src->buf + src->end, src->cap - src->end);
	if (n < 0)
		return n;
	src->eof = (size_t)n < src->cap - src->end;
	src->end += n;
	return 0;
}

int source_need(struct source *src, size_t bytes)
{
	if (src->end - src->start >= bytes)
		return 0;
	return source_fill(src);
}

void source_use(struct source *src, size_t bytes)
{
	src->start += bytes;
	src->used += bytes;
}
