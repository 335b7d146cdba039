/* SPDX-License-Identifier: GPL-2.0-only */
/* The engine as an implementation of the kernel's compression algorithms. */
#ifndef WD_HISI_ZIP_CRYPTO_H
#define WD_HISI_ZIP_CRYPTO_H

#include <linux/types.h>

struct hisi_qm;
struct seq_file;

/** zip_crypto_init() - before any device */
int zip_crypto_init(void);

/** zip_crypto_exit() - after all devices and transforms */
void zip_crypto_exit(void);

/** zip_crypto_add() - a function is there */
int zip_crypto_add(struct hisi_qm *qm);

/** zip_crypto_remove() - it goes away */
void zip_crypto_remove(struct hisi_qm *qm);

/** zip_crypto_dump() - counters of a function */
void zip_crypto_dump(struct hisi_qm *qm, struct seq_file *s);

#endif /* WD_HISI_ZIP_CRYPTO_H */
