/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Requests and scatter lists of any content. Input: a byte of flags, the
 * element, and what is in memory behind address RAM_BASE. Half of the inputs
 * have the element's fields that are mostly refused put right, so that the
 * other half of the engine is reached.
 */
#include "fuzz_model_zip.h"

#define FLAG_DECOMPRESS	0x01
#define FLAG_NO_MAP	0x02
#define FLAG_TAME	0x04
#define FLAG_SGL	0x08
#define FLAG_TWICE	0x10

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t near(uint32_t value)
{
	return (uint32_t)RAM_BASE + value % RAM_BYTES;
}

static void tame(struct hisi_zip_sqe *sqe, uint8_t flags)
{
	sqe->dw7 = (sqe->dw7 & 0x0fffffff) | 0x30000000;
	sqe->dw9 = (sqe->dw9 & 0xfff44000) | (1 + (sqe->dw9 & 0xff) % 3) |
		   (flags & FLAG_SGL ? 0x100 : 0);
	sqe->input_data_length %= 0x20000;
	sqe->dest_avail_out %= 0x20000;
	sqe->source_addr_h = 0;
	sqe->dest_addr_h = 0;
	sqe->stream_ctx_addr_h = 0;
	sqe->source_addr_l = near(sqe->source_addr_l);
	sqe->dest_addr_l = near(sqe->dest_addr_l);
	sqe->stream_ctx_addr_l = near(sqe->stream_ctx_addr_l);
	/* The slow levels only cost time here. */
	if ((sqe->dw9 >> 16 & 0xf) > 8)
		sqe->dw9 &= ~0xf0000u;
	if (flags & FLAG_SGL) {
		sqe->source_addr_l &= ~63u;
		sqe->dest_addr_l &= ~63u;
		sqe->dw7 &= ~0xff0000u;
		sqe->dw8 &= 0xffff;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz *f;
	struct hisi_qm_model_task task = { 0 };
	struct hisi_zip_sqe before, after;
	uint8_t flags;
	size_t left;

	if (size < 1 + sizeof(before))
		return 0;
	if (!f)
		f = fuzz_new();
	flags = data[0];
	memcpy(&before, data + 1, sizeof(before));
	left = size - 1 - sizeof(before);
	if (left > RAM_BYTES)
		left = RAM_BYTES;
	memset(f->ram, 0, sizeof(f->ram));
	memcpy(f->ram, data + 1 + sizeof(before), left);
	f->no_map = flags & FLAG_NO_MAP;
	if (flags & FLAG_TAME)
		tame(&before, flags);
	hisi_zip_model_engine.reset(f->engine);

	for (;;) {
		task.alg = flags & FLAG_DECOMPRESS;
		memcpy(task.sqe, &before, sizeof(before));
		fuzz_run(f, &task);
		memcpy(&after, task.sqe, sizeof(after));
		fuzz_check_answer(&before, &after, task.alg);
		if (!(flags & FLAG_TWICE))
			return 0;
		/* Go on with the stream, if it was one. */
		before = after;
		before.dw7 &= ~(uint32_t)HISI_ZIP_DW7_NEW;
		flags &= ~FLAG_TWICE;
	}
}
