// SPDX-License-Identifier: GPL-2.0-only
/* Compression and decompression by lib/zlib. */
#include <linux/cpumask.h>
#include <linux/mempool.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/zlib.h>

#include "cursor.h"
#include "format.h"
#include "hisi_zip_hw.h"
#include "soft.h"

/* A body alone; what is around it is format.c's. */
#define SOFT_WBITS	(-MAX_WBITS)
#define SOFT_MEM_LEVEL	8
#define SOFT_SPACES_MAX	8

struct soft_space {
	struct z_stream_s stream;
	u8 workspace[] __aligned(sizeof(u64));
};

/* A pool a direction: decompression needs a sixth of compression's memory. */
static mempool_t spaces[2];

/*
 * The first attempt of mempool_alloc() may not reclaim. Answering it with
 * nothing lets the pool's own spaces go first, so that they are not only a
 * reserve but the cache that saves an allocation of this size a request.
 */
static void *space_alloc(gfp_t gfp, void *bytes)
{
	if (!gfpflags_allow_blocking(gfp))
		return NULL;
	return kvmalloc((size_t)bytes,
			(gfp & GFP_KERNEL) | __GFP_NORETRY | __GFP_NOWARN);
}

static void space_free(void *space, void *bytes)
{
	kvfree(space);
}

int zip_soft_init(void)
{
	const size_t bytes[] = {
		[HISI_ZIP_ALG_COMPRESS] =
			zlib_deflate_workspacesize(SOFT_WBITS, SOFT_MEM_LEVEL),
		[HISI_ZIP_ALG_DECOMPRESS] = zlib_inflate_workspacesize(),
	};
	int spares = clamp_t(int, num_online_cpus(), 2, SOFT_SPACES_MAX);
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(spaces); i++) {
		ret = mempool_init(&spaces[i], spares, space_alloc, space_free,
				   (void *)(sizeof(struct soft_space) + bytes[i]));
		if (ret) {
			zip_soft_exit();
			return ret;
		}
	}
	return 0;
}

void zip_soft_exit(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(spaces); i++)
		mempool_exit(&spaces[i]);
}

/* One step on what is mapped of both buffers. */
struct soft_step {
	struct z_stream_s *stream;
	struct zip_cursor *src;
	struct zip_cursor *dst;
	const u8 *in;
	u8 *out;
	size_t in_bytes;
	size_t out_bytes;
	bool may_sleep;
};

static void step_begin(struct soft_step *step)
{
	step->in = zip_cursor_map(step->src, &step->in_bytes);
	step->out = zip_cursor_map(step->dst, &step->out_bytes);
	step->stream->next_in = step->in;
	step->stream->avail_in = step->in_bytes;
	step->stream->next_out = step->out;
	step->stream->avail_out = step->out_bytes;
}

/* In reverse, as mappings have to end. Return: whether anything moved. */
static bool step_end(struct soft_step *step)
{
	step->in_bytes -= step->stream->avail_in;
	step->out_bytes -= step->stream->avail_out;
	zip_cursor_unmap(step->dst, step->out_bytes);
	zip_cursor_unmap(step->src, step->in_bytes);
	if (step->may_sleep)
		cond_resched();
	return step->in_bytes || step->out_bytes;
}

static int deflate_body(const struct zip_format *format,
			struct soft_step *step, u32 *check)
{
	bool moved;
	int ret;

	do {
		step_begin(step);
		ret = zlib_deflate(step->stream,
				   step->in_bytes == step->src->left ?
				   Z_FINISH : Z_NO_FLUSH);
		*check = format->check(*check, step->in,
				       step->in_bytes - step->stream->avail_in);
		moved = step_end(step);
	} while ((ret == Z_OK || ret == Z_BUF_ERROR) && moved);
	return ret == Z_STREAM_END ? 0 : -ENOSPC;
}

static int soft_compress(const struct zip_format *format,
			 struct soft_step *step)
{
	u32 check = format->check_start;
	u8 trailer[ZIP_TRAILER_MAX];
	int ret;

	if (zlib_deflateInit2(step->stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED,
			      SOFT_WBITS, SOFT_MEM_LEVEL,
			      Z_DEFAULT_STRATEGY) != Z_OK)
		return -EINVAL;
	ret = zip_cursor_write(step->dst, format->header, format->header_bytes);
	if (ret)
		return ret;
	ret = deflate_body(format, step, &check);
	if (ret)
		return ret;
	format->trailer(trailer, check, step->stream->total_in);
	return zip_cursor_write(step->dst, trailer, format->trailer_bytes);
}

static int inflate_body(const struct zip_format *format,
			struct soft_step *step, u32 *check)
{
	bool moved;
	int ret;

	do {
		step_begin(step);
		ret = zlib_inflate(step->stream, Z_SYNC_FLUSH);
		*check = format->check(*check, step->out,
				       step->out_bytes - step->stream->avail_out);
		moved = step_end(step);
	} while ((ret == Z_OK || ret == Z_BUF_ERROR) && moved);
	if (ret == Z_STREAM_END)
		return 0;
	if (ret != Z_OK && ret != Z_BUF_ERROR)
		return -EINVAL;
	return step->dst->left || !step->src->left ? -EINVAL : -ENOSPC;
}

static int soft_decompress(const struct zip_format *format,
			   struct soft_step *step)
{
	u8 found[ZIP_TRAILER_MAX], wanted[ZIP_TRAILER_MAX];
	u32 check = format->check_start;
	int ret;

	if (zlib_inflateInit2(step->stream, SOFT_WBITS) != Z_OK)
		return -EINVAL;
	ret = format->skip_header(step->src);
	if (ret < 0)
		return ret;
	ret = inflate_body(format, step, &check);
	if (ret)
		return ret;
	ret = zip_cursor_read(step->src, found, format->trailer_bytes);
	if (ret)
		return ret;
	format->trailer(wanted, check, step->stream->total_out);
	return memcmp(found, wanted, format->trailer_bytes) ? -EINVAL : 0;
}

int zip_soft_run(const struct zip_format *format, u8 alg,
		 struct zip_cursor *src, struct zip_cursor *dst,
		 unsigned int *produced, gfp_t gfp)
{
	struct soft_space *space = mempool_alloc(&spaces[alg], gfp);
	struct soft_step step = {
		.src = src,
		.dst = dst,
		.may_sleep = gfpflags_allow_blocking(gfp),
	};
	size_t room = dst->left;
	int ret;

	if (!space)
		return -ENOMEM;
	memset(&space->stream, 0, sizeof(space->stream));
	space->stream.workspace = space->workspace;
	step.stream = &space->stream;
	ret = alg == HISI_ZIP_ALG_COMPRESS ? soft_compress(format, &step) :
					     soft_decompress(format, &step);
	if (!ret)
		*produced = room - dst->left;
	mempool_free(space, &spaces[alg]);
	return ret;
}
