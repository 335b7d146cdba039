/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Streams in requests of any size. Input: four bytes that say how, twelve of
 * sizes, and data. The data are either compressed and decompressed again, which
 * must give them back and please zlib, or decompressed as they are, which must
 * give what zlib gives. Both may refuse, but the model's decoder is known to
 * take codes that are incomplete where zlib does not, as long as what is missing
 * is not used.
 */
#include <zlib.h>

#include "fuzz_model_zip.h"

#define MAX_BYTES	0x8000u
#define SRC_AT		0x00000u
#define MID_AT		0x10000u
#define OUT_AT		0x40000u
#define CTX_AT		0x70040u
#define SIZES		12
#define ROUNDS		40000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct way {
	uint32_t dw9;
	const uint8_t *sizes;
	unsigned int next;
};

/* 0 to 255, or 256 times that */
static uint32_t next_size(struct way *way)
{
	uint32_t size = way->sizes[way->next++ % SIZES];

	return size & 1 ? size << 7 : size >> 1;
}

static void request(struct fuzz *f, struct hisi_qm_model_task *task,
		    struct hisi_zip_sqe *sqe, unsigned int alg)
{
	struct hisi_zip_sqe before = *sqe;

	memset(task, 0, sizeof(*task));
	task->alg = alg;
	sqe->dw3 = 0;
	memcpy(task->sqe, sqe, sizeof(*sqe));
	fuzz_run(f, task);
	memcpy(sqe, task->sqe, sizeof(*sqe));
	fuzz_check_answer(&before, sqe, alg);
}

/* @len bytes at SRC_AT to MID_AT; how many came out. */
static uint32_t compress_all(struct fuzz *f, struct way *way, uint32_t len)
{
	struct hisi_qm_model_task task;
	struct hisi_zip_sqe sqe = { .dw9 = way->dw9 };
	uint32_t in = 0, out = 0, n, dw7 = 0x3c000000, rounds = 0;

	do {
		n = next_size(way);
		/* Pieces that are all empty would never end. */
		if (n > len - in || ++rounds > 300)
			n = len - in;
		if (in + n == len)
			dw7 |= HISI_ZIP_DW7_FINISH;
		sqe.dw7 = dw7;
		sqe.input_data_length = n;
		sqe.dest_avail_out = n + n / 8 + 236;
		sqe.source_addr_l = (uint32_t)RAM_BASE + SRC_AT + in;
		sqe.dest_addr_l = (uint32_t)RAM_BASE + MID_AT + out;
		sqe.stream_ctx_addr_l = (uint32_t)RAM_BASE + CTX_AT;
		request(f, &task, &sqe, HISI_ZIP_ALG_COMPRESS);
		CHECK(sqe.dw3 == 0 && sqe.consumed == n);
		in += n;
		out += sqe.produced;
		dw7 = 0x34000000;
	} while (!(sqe.dw7 & HISI_ZIP_DW7_FINISH));
	return out;
}

struct decoded {
	uint32_t status;	/* of the last request */
	uint32_t consumed;
	uint32_t produced;
};

/* @len bytes at MID_AT to OUT_AT, until something ends it. */
static struct decoded decompress_all(struct fuzz *f, struct way *way,
				     uint32_t len, uint32_t room)
{
	struct hisi_qm_model_task task;
	struct hisi_zip_sqe sqe = { .dw9 = way->dw9 };
	struct decoded d = { 0 };
	uint32_t n, cap, rounds, idle = 0, dw7 = 0x3c000000;

	for (rounds = 0; rounds < ROUNDS && idle < 3 * SIZES; rounds++) {
		n = next_size(way);
		if (n > len - d.consumed)
			n = len - d.consumed;
		cap = 17 + next_size(way);
		if (cap > room - d.produced)
			cap = room - d.produced;
		if (cap < 17)
			break;
		sqe.dw7 = dw7;
		sqe.input_data_length = n;
		sqe.dest_avail_out = cap;
		sqe.source_addr_l = (uint32_t)RAM_BASE + MID_AT + d.consumed;
		sqe.dest_addr_l = (uint32_t)RAM_BASE + OUT_AT + d.produced;
		sqe.stream_ctx_addr_l = (uint32_t)RAM_BASE + CTX_AT;
		request(f, &task, &sqe, HISI_ZIP_ALG_DECOMPRESS);
		dw7 = 0x34000000;
		d.status = sqe.dw3;
		d.consumed += sqe.consumed;
		d.produced += sqe.produced;
		if (d.status)
			break;
		if (sqe.consumed < n)
			CHECK(sqe.produced == cap);
		idle = sqe.consumed || sqe.produced ? 0 : idle + 1;
	}
	return d;
}

enum verdict {
	GOOD,
	BAD,
	BAD_CODE,
};

static enum verdict verdict_of(int ret, const char *msg)
{
	if (ret == Z_STREAM_END)
		return GOOD;
	if (msg && (strstr(msg, " set") || strstr(msg, "too many length")))
		return BAD_CODE;
	return BAD;
}

/* The same by zlib, from a body with trailer. */
static enum verdict zlib_decodes(uint32_t type, const uint8_t *in,
				 uint32_t in_len, uint8_t *out, uint32_t room,
				 struct decoded *d)
{
	static const int bits[] = { 0, -15, 15, 31 };
	uint8_t header[] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3 };
	z_stream z = { 0 };
	enum verdict verdict;
	int ret = Z_OK;

	if (type == HISI_ZIP_REQ_ZLIB)
		memcpy(header, "\x78\x9c", 2);
	CHECK(inflateInit2(&z, bits[type]) == Z_OK);
	z.next_out = out;
	z.avail_out = room;
	z.next_in = header;
	z.avail_in = type == HISI_ZIP_REQ_DEFLATE ? 0 :
		     type == HISI_ZIP_REQ_ZLIB ? 2 : 10;
	if (z.avail_in)
		ret = inflate(&z, Z_NO_FLUSH);
	CHECK(ret == Z_OK);
	z.next_in = (uint8_t *)in;
	z.avail_in = in_len;
	ret = inflate(&z, Z_SYNC_FLUSH);
	d->consumed = in_len - z.avail_in;
	d->produced = room - z.avail_out;
	verdict = verdict_of(ret, z.msg);
	inflateEnd(&z);
	return verdict;
}

static void there_and_back(struct fuzz *f, struct way *way, uint32_t len)
{
	static uint8_t out[MAX_BYTES + 1];
	struct decoded d, z;
	uint32_t coded;

	coded = compress_all(f, way, len);
	CHECK(zlib_decodes(way->dw9 & 0xff, f->ram + MID_AT, coded, out,
			   sizeof(out), &z) == GOOD);
	CHECK(z.consumed == coded && z.produced == len);
	CHECK(!memcmp(out, f->ram + SRC_AT, len));
	d = decompress_all(f, way, coded, 0x20000);
	/* Sizes that are all zero get nowhere. */
	if (d.status == 0)
		return;
	CHECK(d.status == 0x113 && d.consumed == coded && d.produced == len);
	CHECK(!memcmp(f->ram + OUT_AT, f->ram + SRC_AT, len));
}

static void as_it_is(struct fuzz *f, struct way *way, uint32_t len)
{
	static uint8_t out[0x20000];
	struct decoded d, z;
	enum verdict verdict;

	memcpy(f->ram + MID_AT, f->ram + SRC_AT, len);
	verdict = zlib_decodes(way->dw9 & 0xff, f->ram + MID_AT, len, out,
			       sizeof(out), &z);
	d = decompress_all(f, way, len, sizeof(out));
	if (d.status == 0x113 && verdict != BAD_CODE) {
		CHECK(verdict == GOOD);
		CHECK(d.consumed == z.consumed && d.produced == z.produced);
	}
	if (verdict == GOOD)
		CHECK(d.status == 0x113 || d.status == 0);
	/* Up to an error they agree on what there is. */
	if (d.produced > z.produced)
		d.produced = z.produced;
	CHECK(!memcmp(out, f->ram + OUT_AT, d.produced));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz *f;
	struct way way = { 0 };
	uint8_t head[4];

	if (size < sizeof(head) + SIZES)
		return 0;
	if (!f)
		f = fuzz_new();
	memcpy(head, data, sizeof(head));
	way.sizes = data + sizeof(head);
	way.dw9 = 0x4001 + head[0] % 3 + (uint32_t)(head[1] % 9) * 0x10000;
	f->no_map = head[2] & 1;
	size -= sizeof(head) + SIZES;
	if (size > MAX_BYTES)
		size = MAX_BYTES;
	memset(f->ram, 0, sizeof(f->ram));
	memcpy(f->ram + SRC_AT, way.sizes + SIZES, size);
	if (head[3] & 1)
		there_and_back(f, &way, size);
	else
		as_it_is(f, &way, size);
	return 0;
}
