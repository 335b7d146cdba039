/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The same work in software, for requests that the hardware cannot take: no
 * queue is free or all slots are used, a buffer has too many pieces, the device
 * is in a reset, gone or in error.
 *
 * The kernel's own implementations are no substitute: there is none of zlib and
 * gzip since 6.6, that of deflate refuses more than 128 KiB up to 6.14, and
 * cannot be given the engine's output later (soft_algs.h). So this is lib/zlib
 * on the scatterlists themselves, without a copy.
 */
#ifndef WD_HISI_ZIP_SOFT_H
#define WD_HISI_ZIP_SOFT_H

#include <linux/gfp.h>
#include <linux/types.h>

struct zip_cursor;
struct zip_format;

/** zip_soft_init() - memory for this many requests at once even under pressure */
int zip_soft_init(void);
void zip_soft_exit(void);

/**
 * zip_soft_run() - a request
 * @format: format
 * @alg: HISI_ZIP_ALG_COMPRESS or HISI_ZIP_ALG_DECOMPRESS
 * @src: all of it is input; what follows the stream is left alone
 * @dst: room for the output
 * @produced: bytes of output; unchanged on an error
 * @gfp: GFP_NOIO where sleeping is allowed: then memory cannot run out;
 *	GFP_NOWAIT elsewhere
 *
 * Return: 0, -EINVAL (input is no stream of the format), -ENOSPC (output does
 * not fit), -ENOMEM.
 */
int zip_soft_run(const struct zip_format *format, u8 alg,
		 struct zip_cursor *src, struct zip_cursor *dst,
		 unsigned int *produced, gfp_t gfp);

#endif /* WD_HISI_ZIP_SOFT_H */
