/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests of an asynchronous compression algorithm against another one, from
 * within the kernel, where its users are.
 */
#ifndef ACOMP_TEST_H
#define ACOMP_TEST_H

#include <crypto/acompress.h>
#include <linux/scatterlist.h>
#include <linux/seq_file.h>
#include <linux/types.h>

/* Both under test; what the second says is right. */
extern struct crypto_acomp *tested;
extern struct crypto_acomp *reference;

/** point() - a line of TAP */
__printf(2, 3) void point(bool ok, const char *text, ...);
__printf(1, 2) void note(const char *text, ...);

/** struct area - memory for scatterlists, in chunks that are not neighbours */
struct area {
	unsigned int count;
	struct page **chunks;
};

#define AREA_ORDER	4
#define AREA_CHUNK	((size_t)PAGE_SIZE << AREA_ORDER)

int area_alloc(struct area *area, size_t bytes);
void area_free(struct area *area);

/**
 * area_sg() - a scatterlist over the first bytes of an area
 * @area: area
 * @table: to be freed by sg_free_table()
 * @bytes: how many
 * @piece: at most so many an entry, which then begins at an odd offset
 * @empties: an entry without bytes in front of each
 */
int area_sg(struct area *area, struct sg_table *table, size_t bytes,
	    size_t piece, bool empties);

enum fill { FILL_ZERO, FILL_TEXT, FILL_RANDOM, FILL_MIXED, FILLS };

void fill(u8 *to, size_t bytes, enum fill kind);

/**
 * run_sg() - one request, waited for
 * @tfm: transform
 * @compress: direction
 * @src: source
 * @slen: its bytes
 * @dst: destination
 * @dlen: its room, and what was produced
 */
int run_sg(struct crypto_acomp *tfm, bool compress, struct scatterlist *src,
	   unsigned int slen, struct scatterlist *dst, unsigned int *dlen);

/** run_linear() - the same between linear buffers, in one piece each */
int run_linear(struct crypto_acomp *tfm, bool compress, const u8 *src,
	       unsigned int slen, u8 *dst, unsigned int *dlen);

/** cases_run() - everything that has an outcome that is known */
void cases_run(void);

/**
 * busy_run() - many transforms at once
 * @driver: theirs
 * @seconds: how long; NULL: a fixed amount of work. Once it is 0 they end
 */
void busy_run(const char *driver, const unsigned int *seconds);

/** bench_run() - what a request of a page costs */
void bench_run(void);

#endif /* ACOMP_TEST_H */
