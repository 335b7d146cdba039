// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "data.h"
#include "pair.h"
#include "tap.h"

void pair_start(struct pair *p, bool armed)
{
	struct dma_arena *arena = &p->fn.arena;

	qm_up(&p->qm, &p->fn);
	qp_start(&p->compress, &p->qm, 0, PAIR_DEPTH, HISI_ZIP_ALG_COMPRESS,
		 armed);
	qp_start(&p->decompress, &p->qm, 1, PAIR_DEPTH, HISI_ZIP_ALG_DECOMPRESS,
		 armed);
	p->plain = dma_alloc(arena, PAIR_BYTES, 64);
	p->packed = dma_alloc(arena, PAIR_BYTES, 64);
	p->back = dma_alloc(arena, PAIR_BYTES, 64);
	data_text(p->plain.va, PAIR_DATA, 1);
}

void pair_open(struct pair *p, const struct expected *expected, bool armed)
{
	function_find(&p->fn, expected->is_vf);
	function_open(&p->fn, expected->access);
	pair_start(p, armed);
}

void pair_close(struct pair *p)
{
	function_close(&p->fn);
}

struct zip_request pair_request(const struct pair *p)
{
	return (struct zip_request){
		.format = HISI_ZIP_REQ_GZIP,
		.src = p->plain.addr,
		.src_bytes = PAIR_DATA,
		.dst = p->packed.addr,
		.dst_bytes = PAIR_BYTES,
		.tag = 0x51c0ffee,
	};
}

bool pair_works(struct pair *p)
{
	struct zip_request request = pair_request(p);
	struct hisi_zip_sqe answer;

	if (!zip_run(&p->compress, &request, &answer) || zip_status(&answer))
		return false;
	memset(p->back.va, 0, p->back.bytes);
	request.src = p->packed.addr;
	request.src_bytes = answer.produced;
	request.dst = p->back.addr;
	return zip_run(&p->decompress, &request, &answer) &&
	       !zip_status(&answer) && answer.produced == PAIR_DATA &&
	       !memcmp(p->back.va, p->plain.va, PAIR_DATA);
}
