/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Stream: a filter that compresses to gzip or, with -d, decompresses it.
 *
 * usage: stream [-d] < INPUT > OUTPUT
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <warpdrive/wd_comp.h>

static char ibuf[256 * 1024];
static char obuf[256 * 1024];

/* Give the input to the stream and write what comes out, until it wants more. */
static int push(struct wd_comp_session *session, struct wd_comp_io *io,
		int flush)
{
	size_t bytes;
	int ret;

	do {
		io->dst = obuf;
		io->dst_bytes = sizeof(obuf);
		ret = wd_comp_stream(session, io, flush);
		bytes = sizeof(obuf) - io->dst_bytes;
		if (fwrite(obuf, 1, bytes, stdout) != bytes)
			return -EIO;
	} while (ret == 0 && (io->src_bytes || io->dst_bytes == 0 ||
			      flush == WD_COMP_FINISH));
	/* Out of input in the middle of the stream: the caller has more. */
	if (ret == -EAGAIN && flush != WD_COMP_FINISH)
		ret = 0;
	return ret;
}

static int filter(struct wd_comp_session *session)
{
	struct wd_comp_io io = { 0 };
	int flush;
	int ret;

	do {
		io.src = ibuf;
		io.src_bytes = fread(ibuf, 1, sizeof(ibuf), stdin);
		if (ferror(stdin))
			return -EIO;
		flush = feof(stdin) ? WD_COMP_FINISH : WD_COMP_NO_FLUSH;
		ret = push(session, &io, flush);
	} while (ret == 0);
	if (ret != WD_COMP_STREAM_END)
		return ret;
	if (io.src_bytes)
		fprintf(stderr, "stream: input behind the stream is ignored\n");
	return fflush(stdout) ? -EIO : 0;
}

int main(int argc, char **argv)
{
	struct wd_comp_session *session;
	struct wd_comp_params params;
	int ret;

	if (argc > 2 || (argc == 2 && strcmp(argv[1], "-d"))) {
		fprintf(stderr, "usage: stream [-d] < INPUT > OUTPUT\n");
		return 2;
	}
	wd_comp_params_init(&params,
			    argc == 2 ? WD_COMP_DECOMPRESS : WD_COMP_COMPRESS,
			    WD_COMP_GZIP);
	ret = wd_comp_session_alloc(&params, &session);
	if (!ret) {
		ret = filter(session);
		wd_comp_session_free(session);
	}
	if (ret)
		fprintf(stderr, "stream: %s\n", strerror(-ret));
	return ret ? 1 : 0;
}
