/* SPDX-License-Identifier: GPL-2.0-only */
/* Module parameters. */
#ifndef WD_HISI_ZIP_PARAMS_H
#define WD_HISI_ZIP_PARAMS_H

#include <linux/types.h>

struct hisi_qm_options;

/** zip_params_options() - what concerns the queue manager */
struct hisi_qm_options zip_params_options(void);

/** zip_params_high_perf() - throughput over ratio */
bool zip_params_high_perf(void);

/** zip_params_sgl_entries() - capacity of a hardware scatter list */
unsigned int zip_params_sgl_entries(void);

#endif /* WD_HISI_ZIP_PARAMS_H */
