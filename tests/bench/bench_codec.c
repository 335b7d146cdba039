/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * bench_codec FILE [SEGMENT_KIB]: what the codec libraries do with a file, and
 * what the ZIP engine of the device model makes of them. Prints MB/s (10^6
 * bytes of the uncompressed side, CPU time of one thread) and size ratios.
 *
 * The file is cut into segments that are compressed alone, ended by a sync
 * flush, as wdzip does; decompression is of one long stream.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <libdeflate.h>
#include <zlib.h>

#include "engine.h"
#include "hisi_qm_hw.h"
#include "hisi_zip_hw.h"
#include "hisi_zip_model.h"

#define MAX_BYTES	(256ul << 20)
#define ROOM(n)		((n) + (n) / 8 + 4096)

struct job {
	uint8_t *in;
	size_t len;
	size_t segment;
	uint8_t *out;		/* ROOM(len) */
	uint8_t *back;
	size_t out_len;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec + t.tv_nsec * 1e-9;
}

static void report(const char *what, int level, const struct job *job,
		   double seconds)
{
	printf("%-24s %2d  %8.0f MB/s  %.4f\n", what, level,
	       job->len / seconds / 1e6, (double)job->out_len / job->len);
	fflush(stdout);
}

static void *need(void *ptr)
{
	if (!ptr) {
		fputs("bench_codec: out of memory\n", stderr);
		exit(1);
	}
	return ptr;
}

static void fail(const char *what)
{
	fprintf(stderr, "bench_codec: %s failed\n", what);
	exit(1);
}

static size_t part(const struct job *job, size_t at)
{
	return job->len - at < job->segment ? job->len - at : job->segment;
}

static void bench_isal(struct job *job, int level)
{
	static const unsigned int sizes[] = {
		ISAL_DEF_LVL0_DEFAULT, ISAL_DEF_LVL1_DEFAULT,
		ISAL_DEF_LVL2_DEFAULT, ISAL_DEF_LVL3_DEFAULT
	};
	struct isal_zstream *s = need(malloc(sizeof(*s)));
	uint8_t *level_buf = need(malloc(sizes[level] + 1));
	double start = now();
	size_t at;

	job->out_len = 0;
	for (at = 0; at < job->len; at += job->segment) {
		isal_deflate_stateless_init(s);
		s->level = level;
		s->level_buf = level_buf;
		s->level_buf_size = sizes[level];
		s->flush = FULL_FLUSH;
		s->next_in = job->in + at;
		s->avail_in = part(job, at);
		s->next_out = job->out + job->out_len;
		s->avail_out = ROOM(s->avail_in);
		if (isal_deflate_stateless(s))
			fail("isal_deflate_stateless");
		job->out_len += s->total_out;
	}
	report("compress ISA-L", level, job, now() - start);
	free(level_buf);
	free(s);
}

static void bench_libdeflate(struct job *job, int level)
{
	struct libdeflate_compressor *c =
		need(libdeflate_alloc_compressor(level));
	double start = now();
	size_t at, got;

	job->out_len = 0;
	for (at = 0; at < job->len; at += job->segment) {
		got = libdeflate_deflate_compress(c, job->in + at,
						  part(job, at),
						  job->out + job->out_len,
						  ROOM(part(job, at)));
		if (!got)
			fail("libdeflate_deflate_compress");
		job->out_len += got;
	}
	report("compress libdeflate", level, job, now() - start);
	libdeflate_free_compressor(c);
}

static void bench_zlib(struct job *job, int level)
{
	z_stream z = { 0 };
	double start = now();
	size_t at;

	if (deflateInit2(&z, level, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY))
		fail("deflateInit2");
	z.next_out = job->out;
	for (at = 0; at < job->len; at += job->segment) {
		z.next_in = job->in + at;
		z.avail_in = part(job, at);
		z.avail_out = ROOM(z.avail_in);
		if (deflate(&z, Z_FULL_FLUSH))
			fail("deflate");
	}
	job->out_len = z.next_out - job->out;
	report("compress zlib", level, job, now() - start);
	deflateEnd(&z);
}

/* @job->out holds one complete raw stream of all. */
static void make_stream(struct job *job)
{
	struct libdeflate_compressor *c = need(libdeflate_alloc_compressor(6));

	job->out_len = libdeflate_deflate_compress(c, job->in, job->len,
						   job->out, ROOM(job->len));
	if (!job->out_len)
		fail("libdeflate_deflate_compress");
	libdeflate_free_compressor(c);
}

static void bench_inflate(struct job *job)
{
	struct libdeflate_decompressor *d = need(libdeflate_alloc_decompressor());
	struct inflate_state *s = need(malloc(sizeof(*s)));
	z_stream z = {
		.next_in = job->out, .avail_in = job->out_len,
		.next_out = job->back, .avail_out = job->len,
	};
	double start = now();

	if (libdeflate_deflate_decompress(d, job->out, job->out_len, job->back,
					  job->len, NULL))
		fail("libdeflate_deflate_decompress");
	report("inflate libdeflate", 0, job, now() - start);
	libdeflate_free_decompressor(d);

	start = now();
	isal_inflate_init(s);
	s->next_in = job->out;
	s->avail_in = job->out_len;
	s->next_out = job->back;
	s->avail_out = job->len;
	if (isal_inflate_stateless(s))
		fail("isal_inflate_stateless");
	report("inflate ISA-L", 0, job, now() - start);
	free(s);

	start = now();
	if (inflateInit2(&z, -15) || inflate(&z, Z_FINISH) != Z_STREAM_END)
		fail("inflate");
	report("inflate zlib", 0, job, now() - start);
	inflateEnd(&z);
}

static void bench_checks(struct job *job)
{
	uint32_t sum = 0;
	double start;
	size_t at;

	start = now();
	for (at = 0; at < job->len; at += job->segment)
		sum ^= crc32_gzip_refl(0, job->in + at, part(job, at));
	report("CRC-32 ISA-L", 0, job, now() - start);
	start = now();
	for (at = 0; at < job->len; at += job->segment)
		sum ^= libdeflate_crc32(0, job->in + at, part(job, at));
	report("CRC-32 libdeflate", 0, job, now() - start);
	if (sum)
		fail("CRC-32");
	start = now();
	for (at = 0; at < job->len; at += job->segment)
		sum ^= isal_adler32(1, job->in + at, part(job, at));
	report("Adler-32 ISA-L", 0, job, now() - start);
	start = now();
	for (at = 0; at < job->len; at += job->segment)
		sum ^= libdeflate_adler32(1, job->in + at, part(job, at));
	report("Adler-32 libdeflate", 0, job, now() - start);
	if (sum)
		fail("Adler-32");
}

/* The engine sees this process's memory, addresses as they are. */
struct device {
	struct hisi_qm_model *model;
	void *engine;
	void *worker;
	uint8_t ctx[HISI_ZIP_CTX_BYTES];
};

static int dma_read(void *opaque, unsigned int func, uint32_t pasid,
		    uint64_t addr, void *buf, size_t len)
{
	(void)opaque;
	(void)func;
	(void)pasid;
	memcpy(buf, (void *)(uintptr_t)addr, len);
	return 0;
}

static int dma_write(void *opaque, unsigned int func, uint32_t pasid,
		     uint64_t addr, const void *buf, size_t len)
{
	(void)opaque;
	(void)func;
	(void)pasid;
	memcpy((void *)(uintptr_t)addr, buf, len);
	return 0;
}

static void *dma_map(void *opaque, unsigned int func, uint32_t pasid,
		     uint64_t addr, size_t len, bool is_write)
{
	(void)opaque;
	(void)func;
	(void)pasid;
	(void)len;
	(void)is_write;
	return (void *)(uintptr_t)addr;
}

static void dma_unmap(void *opaque, void *ptr, size_t len, bool is_write)
{
	(void)opaque;
	(void)ptr;
	(void)len;
	(void)is_write;
}

static void raise_irq(void *opaque, unsigned int func, unsigned int vector)
{
	(void)opaque;
	(void)func;
	(void)vector;
}

static void device_init(struct device *dev)
{
	struct hisi_qm_model_config config = {
		.engine = &hisi_zip_model_engine,
		.revision = HISI_QM_REV_V3,
		.model_levels = true,
	};
	struct hisi_qm_model_host host = {
		.dma_read = dma_read,
		.dma_write = dma_write,
		.dma_map = dma_map,
		.dma_unmap = dma_unmap,
		.raise_irq = raise_irq,
	};

	if (hisi_qm_model_create(&config, &host, &dev->model) ||
	    config.engine->create(dev->model, &config, &dev->engine) ||
	    config.engine->worker_create(dev->engine, &dev->worker))
		fail("the device model");
}

static void device_exit(struct device *dev)
{
	hisi_zip_model_engine.worker_destroy(dev->worker);
	hisi_zip_model_engine.destroy(dev->engine);
	hisi_qm_model_destroy(dev->model);
}

static void device_run(struct device *dev, unsigned int alg,
		       struct hisi_zip_sqe *sqe)
{
	struct hisi_qm_model_task task = { .model = dev->model, .alg = alg };

	sqe->stream_ctx_addr_l = (uintptr_t)dev->ctx;
	sqe->stream_ctx_addr_h = (uint64_t)(uintptr_t)dev->ctx >> 32;
	memcpy(task.sqe, sqe, sizeof(*sqe));
	hisi_zip_model_engine.prepare(dev->engine, &task);
	hisi_zip_model_engine.run(dev->worker, &task);
	hisi_zip_model_engine.finish(dev->engine, &task, false);
	memcpy(sqe, task.sqe, sizeof(*sqe));
}

static void set_data(struct hisi_zip_sqe *sqe, const uint8_t *in, size_t in_len,
		     uint8_t *out, size_t out_len)
{
	sqe->source_addr_l = (uintptr_t)in;
	sqe->source_addr_h = (uint64_t)(uintptr_t)in >> 32;
	sqe->input_data_length = in_len;
	sqe->dest_addr_l = (uintptr_t)out;
	sqe->dest_addr_h = (uint64_t)(uintptr_t)out >> 32;
	sqe->dest_avail_out = out_len < HISI_ZIP_MAX_BYTES ? out_len :
							     HISI_ZIP_MAX_BYTES;
}

static void bench_engine_compress(struct job *job, struct device *dev,
				  int level)
{
	struct hisi_zip_sqe sqe;
	double start = now();
	size_t at;

	job->out_len = 0;
	for (at = 0; at < job->len; at += job->segment) {
		sqe = (struct hisi_zip_sqe) {
			.dw7 = 0x3c000000,
			.dw9 = 0x4003 | (uint32_t)level << 16,
		};
		set_data(&sqe, job->in + at, part(job, at),
			 job->out + job->out_len, ROOM(part(job, at)));
		device_run(dev, HISI_ZIP_ALG_COMPRESS, &sqe);
		if (sqe.dw3)
			fail("compression by the engine");
		job->out_len += sqe.produced;
	}
	report("compress engine", level, job, now() - start);
}

/* What the last compression left, in requests of half a segment. */
static void bench_engine_inflate(struct job *job, struct device *dev, int level)
{
	struct hisi_zip_sqe sqe = { .dw7 = 0x3c000000, .dw9 = 0x4003 };
	uint32_t tail[] = { libdeflate_crc32(0, job->in, job->len), job->len };
	size_t at = 0, out = 0, n;
	double start;

	memcpy(job->out + job->out_len, "\1\0\0\xff\xff", 5);
	memcpy(job->out + job->out_len + 5, tail, sizeof(tail));
	job->out_len += 5 + sizeof(tail);
	start = now();
	do {
		n = job->out_len - at < job->segment / 2 ? job->out_len - at :
							   job->segment / 2;
		set_data(&sqe, job->out + at, n, job->back + out,
			 job->len - out + 64);
		device_run(dev, HISI_ZIP_ALG_DECOMPRESS, &sqe);
		sqe.dw7 = 0x34000000;
		at += sqe.consumed;
		out += sqe.produced;
	} while (!sqe.dw3);
	if (sqe.dw3 != 0x113 || out != job->len ||
	    memcmp(job->in, job->back, out))
		fail("decompression by the engine");
	report("inflate engine", level, job, now() - start);
}

static void read_file(struct job *job, const char *name)
{
	FILE *f = fopen(name, "rb");

	if (!f) {
		perror(name);
		exit(1);
	}
	job->in = need(malloc(MAX_BYTES));
	job->len = fread(job->in, 1, MAX_BYTES, f);
	fclose(f);
	job->out = need(malloc(ROOM(job->len)));
	job->back = need(malloc(job->len + 64));
	/* Page faults are not what is measured. */
	memset(job->out, 1, ROOM(job->len));
	memset(job->back, 1, job->len + 64);
}

int main(int argc, char **argv)
{
	static struct device dev;
	struct job job = { .segment = 1024 * 1024 };
	int level;

	if (argc < 2 || argc > 3) {
		fputs("usage: bench_codec FILE [SEGMENT_KIB]\n", stderr);
		return 2;
	}
	if (argc == 3)
		job.segment = 1024 * strtoul(argv[2], NULL, 0);
	read_file(&job, argv[1]);
	if (!job.len || job.segment < 2 || job.segment > HISI_ZIP_MAX_BYTES / 2)
		fail("reading the arguments");

	bench_checks(&job);
	for (level = 0; level <= 3; level++)
		bench_isal(&job, level);
	for (level = 1; level <= 10; level++)
		bench_libdeflate(&job, level);
	for (level = 1; level <= 9; level += level == 1 ? 5 : 3)
		bench_zlib(&job, level);
	make_stream(&job);
	bench_inflate(&job);
	device_init(&dev);
	for (level = 1; level <= 9; level++) {
		bench_engine_compress(&job, &dev, level);
		bench_engine_inflate(&job, &dev, level);
	}
	device_exit(&dev);
	return 0;
}
