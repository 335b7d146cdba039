/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The formats in software as algorithms of their own. From 6.15 on the kernel
 * wants a synchronous implementation of the same name beside an asynchronous
 * one, for memory that no device can reach. It has none of zlib and gzip. Its
 * deflate keeps 2 KiB of history, does not check that a distance is within it,
 * and from 6.15 on works page by page: the engine's output, whose distances are
 * longer, makes it read beyond its memory.
 */
#ifndef WD_HISI_ZIP_SOFT_ALGS_H
#define WD_HISI_ZIP_SOFT_ALGS_H

/** zip_soft_algs_register() - needs zip_soft_init() */
int zip_soft_algs_register(void);
void zip_soft_algs_unregister(void);

#endif /* WD_HISI_ZIP_SOFT_ALGS_H */
