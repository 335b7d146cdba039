/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A function that is up, with a compressing and a decompressing queue and some
 * memory: what most commands begin with.
 */
#ifndef PAIR_H
#define PAIR_H

#include "commands.h"
#include "qm.h"
#include "zip.h"

#define PAIR_DEPTH	16
#define PAIR_BYTES	0x10000u	/* of a buffer */
#define PAIR_DATA	0xc000u		/* of the text that lies in @plain */

struct pair {
	struct function fn;
	struct qm qm;
	struct qp compress;
	struct qp decompress;
	struct dma plain;
	struct dma packed;
	struct dma back;
};

/* Both CQs armed if @armed. Ends the program on failure. */
void pair_open(struct pair *p, const struct expected *expected, bool armed);

/* The same for a function that is open already. */
void pair_start(struct pair *p, bool armed);

void pair_close(struct pair *p);

/* One request that compresses the text to gzip without a header. */
struct zip_request pair_request(const struct pair *p);

/* That request, there and back: whether the bytes came through. */
bool pair_works(struct pair *p);

#endif /* PAIR_H */
