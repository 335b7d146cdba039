// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A file to a gzip file, or back, so that another program can be the judge.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "pair.h"
#include "tap.h"

#define BUFFER_BYTES	DMA_PAGE_BYTES

/* RFC 1952: what software writes, and the fields that may follow it. */
#define HEADER_BYTES	10
#define FLAG_NAME	0x08

static uint32_t load(const char *path, const struct dma *to)
{
	FILE *file = fopen(path, "re");
	size_t got;

	if (!file)
		tap_die("%s: %s", path, strerror(errno));
	got = fread(to->va, 1, to->bytes, file);
	if (ferror(file) || !feof(file))
		tap_die("%s: read, at most %zu bytes", path, to->bytes - 1);
	fclose(file);
	return (uint32_t)got;
}

static void store(const char *path, const uint8_t *data, size_t bytes)
{
	FILE *file = fopen(path, "we");

	if (!file || fwrite(data, 1, bytes, file) != bytes || fclose(file))
		tap_die("%s: %s", path, strerror(errno));
}

static uint32_t header_bytes(const struct dma *in, uint32_t bytes)
{
	const uint8_t *at = in->va;
	uint32_t n = HEADER_BYTES;

	if (bytes < HEADER_BYTES || at[0] != 0x1f || at[1] != 0x8b ||
	    at[3] & ~FLAG_NAME)
		tap_die("a gzip header with at most a name");
	if (at[3] & FLAG_NAME)
		while (n < bytes && at[n++])
			;
	return n;
}

void command_file(const struct expected *expected, char **arguments)
{
	static const uint8_t header[HEADER_BYTES] = {
		0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3
	};
	bool packs = !strcmp(arguments[0], "compress");
	uint32_t bytes, skip_in, skip_out;
	struct hisi_zip_sqe answer = { 0 };
	struct zip_request request;
	struct dma in, out;
	struct pair p;

	pair_open(&p, expected, false);
	in = dma_alloc(&p.fn.arena, BUFFER_BYTES, 64);
	out = dma_alloc(&p.fn.arena, BUFFER_BYTES, 64);
	bytes = load(arguments[1], &in);
	skip_in = packs ? 0 : header_bytes(&in, bytes);
	skip_out = packs ? HEADER_BYTES : 0;
	memcpy(out.va, header, skip_out);
	request = (struct zip_request){
		.format = HISI_ZIP_REQ_GZIP,
		.src = in.addr + skip_in,
		.src_bytes = bytes - skip_in,
		.dst = out.addr + skip_out,
		.dst_bytes = BUFFER_BYTES - skip_out,
	};
	tap_check(zip_run(packs ? &p.compress : &p.decompress, &request,
			  &answer) && !zip_status(&answer),
		  "%s of %s: %u to %u bytes, status %u", arguments[0],
		  arguments[1], bytes, answer.produced, zip_status(&answer));
	store(arguments[2], out.va, skip_out + answer.produced);
	pair_close(&p);
}
