// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Requests of every kind through rings, byte for byte. */
#include <inttypes.h>
#include <string.h>

#include "data.h"
#include "mmio.h"
#include "pair.h"
#include "tap.h"

#define STREAM_PIECE	0x4000u
#define LAPS		3	/* of the rings */
#define BURST		5	/* requests a doorbell */

struct format {
	unsigned int code;
	unsigned int revision;	/* the first that has it, 7.4 */
	unsigned int trailer_bytes;
	const char *name;
};

static const struct format formats[] = {
	{ HISI_ZIP_REQ_DEFLATE, HISI_QM_REV_V3, 0, "deflate" },
	{ HISI_ZIP_REQ_ZLIB, HISI_QM_REV_V1, 4, "zlib" },
	{ HISI_ZIP_REQ_GZIP, HISI_QM_REV_V1, 8, "gzip" },
};

#define FORMATS	(sizeof(formats) / sizeof(formats[0]))

static void check_trailer(const struct pair *p, const struct format *format,
			  uint32_t plain_bytes, uint32_t packed_bytes)
{
	const uint8_t *end = p->packed.va + packed_bytes;

	if (format->code == HISI_ZIP_REQ_ZLIB)
		tap_equal(data_be32(end - 4),
			  data_adler32(p->plain.va, plain_bytes),
			  "zlib: Adler-32 in the trailer (7.7)");
	if (format->code != HISI_ZIP_REQ_GZIP)
		return;
	tap_equal(data_le32(end - 8), data_crc32(p->plain.va, plain_bytes),
		  "gzip: CRC-32 in the trailer (7.7)");
	tap_equal(data_le32(end - 4), plain_bytes,
		  "gzip: size in the trailer (7.7)");
}

/* 7.3: what software reads back after the device wrote its results. */
static void check_inputs(const struct pair *p, const char *name,
			 const struct zip_request *request,
			 const struct hisi_zip_sqe *answer)
{
	tap_equal(zip_tag(&p->qm, answer), request->tag,
		  "%s: tag as it was (7.3)", name);
	tap_check(answer->source_addr_l == (uint32_t)request->src &&
		  answer->dest_addr_l == (uint32_t)request->dst &&
		  answer->input_data_length == request->src_bytes &&
		  answer->dest_avail_out == request->dst_bytes,
		  "%s: addresses and lengths as they were (7.3)", name);
	tap_equal(answer->ctx_dw0 | answer->ctx_dw1 | answer->ctx_dw2, 0,
		  "%s: no stream state (10.6)", name);
}

/* @bytes of plain text to packed. Return: bytes there, 0 after a failure. */
static uint32_t compress(struct pair *p, const struct format *format,
			 uint32_t bytes, const char *name, unsigned int status)
{
	struct zip_request request = pair_request(p);
	struct hisi_zip_sqe answer;

	request.format = format->code;
	request.src_bytes = bytes;
	memset(p->packed.va, 0, p->packed.bytes);
	if (!tap_check(zip_run(&p->compress, &request, &answer),
		       "%s: compression completes", name))
		return 0;
	tap_equal(zip_status(&answer), status, "%s: status of compression",
		  name);
	tap_equal(answer.consumed, bytes, "%s: all input consumed", name);
	check_inputs(p, name, &request, &answer);
	return answer.produced;
}

static void decompress(struct pair *p, const struct format *format,
		       uint32_t packed_bytes, uint32_t plain_bytes,
		       const char *name)
{
	struct zip_request request = pair_request(p);
	struct hisi_zip_sqe answer;

	request.format = format->code;
	request.src = p->packed.addr;
	request.src_bytes = packed_bytes;
	request.dst = p->back.addr;
	memset(p->back.va, 0, p->back.bytes);
	if (!tap_check(zip_run(&p->decompress, &request, &answer),
		       "%s: decompression completes", name))
		return;
	tap_equal(zip_status(&answer), HISI_ZIP_STATUS_OK,
		  "%s: status of decompression", name);
	tap_equal(answer.consumed, packed_bytes,
		  "%s: trailer and all consumed", name);
	tap_equal(answer.produced, plain_bytes, "%s: bytes produced", name);
	tap_check(!memcmp(p->back.va, p->plain.va, plain_bytes),
		  "%s: the bytes are those that went in", name);
}

static void check_text(struct pair *p, const struct format *format)
{
	uint32_t packed;

	data_text(p->plain.va, PAIR_DATA, 1);
	packed = compress(p, format, PAIR_DATA, format->name, 0);
	if (!packed)
		return;
	tap_check(packed < PAIR_DATA / 2, "%s: text becomes smaller: %u of %u",
		  format->name, packed, PAIR_DATA);
	check_trailer(p, format, PAIR_DATA, packed);
	decompress(p, format, packed, PAIR_DATA, format->name);
}

static void check_noise(struct pair *p, const struct format *format)
{
	uint32_t packed;

	data_noise(p->plain.va, PAIR_DATA, 2);
	packed = compress(p, format, PAIR_DATA, "noise",
			  HISI_ZIP_STATUS_NEGATIVE);
	if (tap_check(packed > PAIR_DATA, "noise: becomes larger (7.5): %u",
		      packed))
		decompress(p, format, packed, PAIR_DATA, "noise");
	data_text(p->plain.va, PAIR_DATA, 1);
}

static unsigned int status_of(struct qp *qp, const struct zip_request *request)
{
	struct hisi_zip_sqe answer;

	return zip_run(qp, request, &answer) ? zip_status(&answer) : UINT32_MAX;
}

static void check_errors(struct pair *p, const struct format *format)
{
	struct zip_request request = pair_request(p);
	uint32_t packed = compress(p, format, PAIR_DATA, "errors", 0);

	request.dst_bytes = 128;
	tap_equal(status_of(&p->compress, &request), HISI_ZIP_STATUS_NO_SPACE,
		  "compression without room (7.5)");
	packed = compress(p, format, PAIR_DATA, "errors", 0);
	request.src = p->packed.addr;
	request.src_bytes = packed;
	request.dst = p->back.addr;
	tap_equal(status_of(&p->decompress, &request), HISI_ZIP_STATUS_NO_SPACE,
		  "decompression without room (7.5)");
	request.dst_bytes = PAIR_BYTES;
	p->packed.va[packed - 6] ^= 0x40;
	tap_equal(status_of(&p->decompress, &request), HISI_ZIP_STATUS_CHECK,
		  "a wrong check value (7.5)");
	memset(p->packed.va, 0xff, packed);
	tap_check(status_of(&p->decompress, &request), "garbage is refused");
	request.format = 0x7f;
	tap_check(status_of(&p->compress, &request),
		  "an unknown format is refused");
	tap_check(pair_works(p), "the queues work after refusals (9.20)");
}

/* 7.9: three pieces of source, two of destination. */
static void check_sgl(struct pair *p)
{
	static const uint32_t cuts[] = { 0, 1000, 5096, PAIR_DATA };
	struct dma list = dma_alloc(&p->fn.arena, 1024, 64);
	struct hisi_zip_sgl *src = (void *)list.va;
	struct hisi_zip_sgl *dst = (void *)(list.va + 512);
	struct hisi_zip_sge *entry = (void *)(src + 1);
	struct zip_request request = pair_request(p);
	struct hisi_zip_sqe answer = { 0 };
	unsigned int i;

	for (i = 0; i < 3; i++) {
		entry[i].addr = p->plain.addr + cuts[i];
		entry[i].length = cuts[i + 1] - cuts[i];
	}
	/* The whole chain's number is its capacity, not to be relied on. */
	src->entry_sum_in_chain = src->entry_length_in_sgl = 10;
	src->entry_sum_in_sgl = 3;
	entry = (void *)(dst + 1);
	entry[0].addr = p->packed.addr;
	entry[0].length = 333;
	entry[1].addr = p->packed.addr + 333;
	entry[1].length = PAIR_BYTES - 333;
	dst->entry_sum_in_chain = dst->entry_length_in_sgl = 10;
	dst->entry_sum_in_sgl = 2;
	request.is_sgl = true;
	request.src = list.addr;
	request.dst = list.addr + 512;
	tap_check(zip_run(&p->compress, &request, &answer) &&
		  !zip_status(&answer), "scatter lists: status %u (7.9)",
		  zip_status(&answer));
	decompress(p, &formats[2], answer.produced, PAIR_DATA, "scatter lists");
}

/* 7.6: a stream in three requests; each goes on where the last one ended. */
static void check_stream(struct pair *p)
{
	struct dma context = dma_alloc(&p->fn.arena, HISI_ZIP_CTX_BYTES, 64);
	struct hisi_zip_sqe answer = { 0 }, before;
	struct zip_request request = pair_request(p);
	uint32_t done, packed = 0;

	request.stream = context.addr + HISI_ZIP_CTX_HW_OFFSET;
	request.flags = HISI_ZIP_DW7_STREAM | HISI_ZIP_DW7_NEW;
	request.src_bytes = STREAM_PIECE;
	for (done = 0; done < PAIR_DATA; done += STREAM_PIECE) {
		request.src = p->plain.addr + done;
		request.dst = p->packed.addr + packed;
		request.dst_bytes = PAIR_BYTES - packed;
		if (done + STREAM_PIECE == PAIR_DATA)
			request.flags |= HISI_ZIP_DW7_FINISH;
		if (!tap_check(zip_run(&p->compress, &request, &answer) &&
			       !zip_status(&answer),
			       "stream: piece at %u: status %u (7.6)", done,
			       zip_status(&answer)))
			return;
		packed += answer.produced;
		before = answer;
		request.before = &before;
		request.flags = HISI_ZIP_DW7_STREAM;
	}
	tap_equal(answer.isize, PAIR_DATA, "stream: running size (7.8)");
	check_trailer(p, &formats[2], PAIR_DATA, packed);
	decompress(p, &formats[2], packed, PAIR_DATA, "stream");
}

/* The next completion is of slot @slot and answers the request tagged @tag. */
static bool answers(struct pair *p, unsigned int slot, uint32_t tag)
{
	const struct hisi_zip_sqe *sqe = qp_slot(&p->compress, slot);

	return qp_wait(&p->compress, ZIP_TIMEOUT_US) == (int)slot &&
	       !zip_status(sqe) && zip_tag(&p->qm, sqe) == tag;
}

/* 4.6: several laps, so that the phase changes; several a doorbell. */
static void check_laps(struct pair *p)
{
	struct zip_request request = pair_request(p);
	unsigned int n, i, first, bad = 0;

	for (n = 0; n < LAPS * PAIR_DEPTH; n += BURST) {
		first = p->compress.tail;
		for (i = 0; i < BURST; i++) {
			request.tag = n + i;
			zip_put(&p->compress, &request);
		}
		qp_ring(&p->compress);
		for (i = 0; i < BURST; i++)
			bad += !answers(p, (first + i) % PAIR_DEPTH, n + i);
		qp_return(&p->compress, false);
	}
	tap_equal(bad, 0, "%u requests over %u laps, in order (4.6)", n, LAPS);
}

/* 4.1, 4.2: the device's tails are ours; W11 bit 6 counts their laps. */
static void check_tails(struct pair *p)
{
	const struct qm *qm = &p->qm;
	struct hisi_qm_sqc sqc;
	struct hisi_qm_cqc cqc;

	qm_command(qm, HISI_QM_MB_SQC | HISI_QM_MB_OP_GET, 0, qm->image.addr);
	memcpy(&sqc, qm->image.va, sizeof(sqc));
	qm_command(qm, HISI_QM_MB_CQC | HISI_QM_MB_OP_GET, 0, qm->image.addr);
	memcpy(&cqc, qm->image.va, sizeof(cqc));
	tap_equal(sqc.tail, p->compress.tail, "SQC dump: tail (4.1)");
	tap_equal(cqc.tail, p->compress.head, "CQC dump: tail (4.2)");
	tap_equal((sqc.w11 ^ cqc.w11) & HISI_QM_QC_TAIL_WRAP, 0,
		  "wrap bits of a drained queue are equal (4.6)");
}

void command_queue(const struct expected *expected, char **arguments)
{
	struct pair p;
	unsigned int i;

	(void)arguments;
	pair_open(&p, expected, false);
	for (i = 0; i < FORMATS; i++)
		if (qm_has(&p.qm, formats[i].revision))
			check_text(&p, &formats[i]);
	check_noise(&p, &formats[2]);
	check_errors(&p, &formats[2]);
	check_sgl(&p);
	check_stream(&p);
	check_laps(&p);
	check_tails(&p);
	pair_close(&p);
}
