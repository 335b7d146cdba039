/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * zlib and gzip in software as algorithms of their own: from 6.15 on the kernel
 * wants a synchronous implementation of the same name beside an asynchronous
 * one, for memory that no device can reach, and has none of these itself.
 */
#ifndef WD_HISI_ZIP_SOFT_ALGS_H
#define WD_HISI_ZIP_SOFT_ALGS_H

/** zip_soft_algs_register() - needs zip_soft_init() */
int zip_soft_algs_register(void);
void zip_soft_algs_unregister(void);

#endif /* WD_HISI_ZIP_SOFT_ALGS_H */
