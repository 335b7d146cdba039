/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Decompression: members one after the other through one stream session. What
 * comes between and behind them is treated as gzip does.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wdzip.h"

#define IN_BYTES	(1u << 20)
#define OUT_BYTES	(1u << 20)
#define OUT_BUFS	4

struct decompressor {
	const struct options *o;
	struct wd_comp_session *session;
	uint32_t format;
	uint8_t *in;
	struct writer *writer;
	bool used;		/* the stream has to be reset */
};

static int alloc_buffers(struct decompressor *d)
{
	uint8_t *out[OUT_BUFS];

	d->in = wd_comp_memory_alloc(d->session, IN_BYTES);
	if (!d->in)
		return -ENOMEM;
	for (unsigned int i = 0; i < OUT_BUFS; i++) {
		out[i] = wd_comp_memory_alloc(d->session, OUT_BYTES);
		if (!out[i])
			return -ENOMEM;
	}
	d->writer = writer_alloc(out, OUT_BUFS, OUT_BYTES);
	return d->writer ? 0 : -ENOMEM;
}

int decompressor_alloc(const struct options *o, uint32_t format,
		       struct decompressor **out)
{
	struct decompressor *d = calloc(1, sizeof(*d));
	struct wd_comp_params p;
	int ret;

	if (!d) {
		msg_errno(NULL, ENOMEM);
		return -ENOMEM;
	}
	d->o = o;
	d->format = format;
	wd_comp_params_init(&p, WD_COMP_DECOMPRESS, format);
	p.bounce_bytes = IN_BYTES + OUT_BUFS * OUT_BYTES + WD_COMP_CTX_BYTES +
			 (1u << 20);
	ret = device_open(&p, &d->session);
	if (ret) {
		free(d);
		return ret;
	}
	ret = alloc_buffers(d);
	if (ret) {
		msg_errno(NULL, -ret);
		decompressor_free(d);
		return ret;
	}
	*out = d;
	return 0;
}

void decompressor_free(struct decompressor *d)
{
	if (!d)
		return;
	writer_free(d->writer);
	wd_comp_session_free(d->session);
	free(d);
}

static int truncated(const struct source *src)
{
	msg_error(src->name, "unexpected end of file");
	return -ENODATA;
}

static int read_error(const struct source *src, int err)
{
	msg_errno(src->name, -err);
	return err;
}

/* Look at a whole header, however long it is, as far as the buffer reaches. */
static int parse_header(struct source *src, struct member *m)
{
	enum member_state state;
	size_t before;

	do {
		int ret;

		before = src->end - src->start;
		state = member_parse(src->buf + src->start, before, m);
		if (state != MEMBER_SHORT)
			break;
		ret = source_fill(src);
		if (ret)
			return read_error(src, ret);
	} while (src->end - src->start > before);

	switch (state) {
	case MEMBER_OK:
		return 0;
	case MEMBER_SHORT:
		/* A header longer than the buffer is left to the library. */
		return src->eof ? truncated(src) : 0;
	case MEMBER_NOT_GZIP:
		msg_error(src->name, "not in gzip format");
		break;
	case MEMBER_METHOD:
		msg_error(src->name, "unknown method %d -- not supported",
			  m->method);
		break;
	case MEMBER_FLAGS:
		msg_error(src->name, "has flags 0x%x -- not supported",
			  m->flags);
		break;
	case MEMBER_CHECKSUM:
		msg_error(src->name, "header checksum is wrong");
		break;
	}
	return -EILSEQ;
}

static int first_member(struct decompressor *d, struct unjob *job, bool pass)
{
	struct source *src = &job->src;
	const uint8_t *p;
	int ret = source_need(src, 2);

	if (ret)
		return read_error(src, ret);
	p = src->buf + src->start;
	job->next = NEXT_MEMBER;
	if (d->format != WD_COMP_GZIP)
		return src->start == src->end ? truncated(src) : 0;
	if (pass && (src->end - src->start < 2 || p[0] != 0x1f || p[1] != 0x8b)) {
		job->next = NEXT_COPY;
		return 0;
	}
	if (src->end - src->start < 2)
		return truncated(src);
	return parse_header(src, &job->member);
}

/* Zeros up to the end are padding, as tapes have it. */
static int skip_zeros(struct decompressor *d, struct source *src)
{
	do {
		int ret;

		while (src->start < src->end && !src->buf[src->start])
			src->start++;
		if (src->start < src->end) {
			msg_warn(src->name, "decompression OK, trailing garbage ignored");
			return 0;
		}
		ret = source_fill(src);
		if (ret)
			return read_error(src, ret);
	} while (src->start < src->end);
	if (d->o->verbose)
		msg_warn(src->name, "decompression OK, trailing zero bytes ignored");
	return 0;
}

static int next_member(struct decompressor *d, struct unjob *job)
{
	struct source *src = &job->src;
	struct member m;
	const uint8_t *p;
	size_t n;
	int ret = source_need(src, 2);

	if (ret)
		return read_error(src, ret);
	p = src->buf + src->start;
	n = src->end - src->start;
	job->next = NEXT_END;
	if (n == 0)
		return 0;
	if (p[0] == 0)
		return skip_zeros(d, src);
	if (d->format == WD_COMP_GZIP && n == 1 && !d->o->force)
		return truncated(src);
	if (d->format != WD_COMP_GZIP || n == 1 || p[0] != 0x1f ||
	    p[1] != 0x8b) {
		msg_warn(src->name, "decompression OK, trailing garbage ignored");
		return 0;
	}
	job->next = NEXT_MEMBER;
	return parse_header(src, &m);
}

int decompressor_begin(struct decompressor *d, struct unjob *job, int fd,
		       const char *name, bool pass)
{
	memset(job, 0, sizeof(*job));
	job->format = d->format;
	source_init(&job->src, fd, name, d->in, IN_BYTES);
	return first_member(d, job, pass);
}

/* One call of the library; 1 at the end of the member. */
static int step(struct decompressor *d, struct unjob *job, const char *out_name)
{
	struct source *src = &job->src;
	struct wd_comp_io io;
	uint8_t *dst;
	size_t room, used, made;
	int ret;

	ret = writer_space(d->writer, &dst, &room);
	if (ret) {
		msg_errno(out_name, -ret);
		return ret;
	}
	io = (struct wd_comp_io){
		.src = src->buf + src->start,
		.src_bytes = src->end - src->start,
		.dst = dst,
		.dst_bytes = room,
	};
	ret = wd_comp_stream(d->session, &io, src->eof ? WD_COMP_FINISH :
			     WD_COMP_NO_FLUSH);
	used = src->end - src->start - io.src_bytes;
	made = room - io.dst_bytes;
	source_use(src, used);
	writer_advance(d->writer, made);
	job->totals.plain += made;
	if (ret == -EAGAIN || (ret == 0 && !used && !made)) {
		if (src->eof)
			return truncated(src);
		ret = source_fill(src);
		return ret ? read_error(src, ret) : 0;
	}
	if (ret < 0)
		device_error(src->name, ret);
	return ret;
}

/* The trailer was the last that was used; a source keeps that much. */
static void take_trailer(struct unjob *job)
{
	const uint8_t *p = job->src.buf + job->src.start;

	if (job->format == WD_COMP_GZIP)
		job->check = p[-8] | p[-7] << 8 | p[-6] << 16 |
			     (uint32_t)p[-5] << 24;
	else if (job->format == WD_COMP_ZLIB)
		job->check = (uint32_t)p[-4] << 24 | p[-3] << 16 |
			     p[-2] << 8 | p[-1];
}

static int inflate_member(struct decompressor *d, struct unjob *job,
			  const char *out_name)
{
	struct source *src = &job->src;
	int ret;

	if (d->used) {
		ret = wd_comp_stream_reset(d->session);
		if (ret) {
			device_error(src->name, ret);
			return ret;
		}
	}
	d->used = true;
	do {
		if (src->start == src->end) {
			ret = source_fill(src);
			if (ret)
				return read_error(src, ret);
		}
		ret = step(d, job, out_name);
		progress_update(src->used);
	} while (ret == 0);
	if (ret == WD_COMP_STREAM_END)
		take_trailer(job);
	return ret < 0 ? ret : 0;
}

static int copy_through(struct unjob *job, int out_fd, const char *out_name)
{
	struct source *src = &job->src;
	int ret;

	for (;;) {
		size_t n = src->end - src->start;

		ret = write_full(out_fd, src->buf + src->start, n);
		if (ret) {
			msg_errno(out_name, -ret);
			return ret;
		}
		source_use(src, n);
		job->totals.plain += n;
		job->totals.body += n;
		if (src->eof)
			return 0;
		ret = source_fill(src);
		if (ret)
			return read_error(src, ret);
	}
}

static void take_totals(struct unjob *job)
{
	size_t around = 0;

	if (job->format == WD_COMP_GZIP)
		around = job->member.bytes + 8;
	else if (job->format == WD_COMP_ZLIB)
		around = 2 + 4;
	job->totals.packed = job->src.used;
	job->totals.body = job->src.used > around ? job->src.used - around : 0;
}

int decompressor_run(struct decompressor *d, struct unjob *job, int out_fd,
		     const char *out_name)
{
	int ret = 0, written;

	if (job->next == NEXT_COPY)
		return copy_through(job, out_fd, out_name);
	writer_start(d->writer, out_fd);
	while (!ret && job->next == NEXT_MEMBER) {
		ret = inflate_member(d, job, out_name);
		if (!ret)
			ret = next_member(d, job);
	}
	/* What was good before an error goes out as well, for -c. */
	written = writer_finish(d->writer);
	if (!ret && written) {
		msg_errno(out_name, -written);
		ret = written;
	}
	take_totals(job);
	return ret;
}
