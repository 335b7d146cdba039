/* SPDX-License-Identifier: GPL-2.0-only */
/* The compression engine behind the queue manager. */
#ifndef WD_HISI_ZIP_ENGINE_H
#define WD_HISI_ZIP_ENGINE_H

#include <linux/types.h>

#include "hisi_qm.h"

struct seq_file;
struct zip_sqe_layout;

/**
 * struct zip_generation - what differs between generations
 * @revision: first of the queue manager's revisions it is for
 * @cores: capability word HISI_ZIP_CAP_CORES
 * @core_enable: capability word HISI_ZIP_CAP_CORE_ENABLE
 * @kernel_algs: bitmap of formats the vendor gives to the kernel (7.2.4)
 * @user_algs: bitmap of formats the engine has
 * @ras: error classes
 * @reports_errors: by interrupt; else all of them stay masked
 * @selects_shutdown: has HISI_ZIP_OOO_SHUTDOWN_SEL
 * @has_gates: clock gates and literal length switch
 * @has_prefetch: if nothing else is known
 * @global_ssv: sub-stream is valid for the whole engine, not a queue's matter
 * @layout: of requests
 */
struct zip_generation {
	unsigned int revision;
	u32 cores;
	u32 core_enable;
	u32 kernel_algs;
	u32 user_algs;
	struct hisi_qm_ras ras;
	bool reports_errors;
	bool selects_shutdown;
	bool has_gates;
	bool has_prefetch;
	bool global_ssv;
	const struct zip_sqe_layout *layout;
};

const struct zip_generation *zip_generation(struct hisi_qm *qm);

/** zip_cap() - a capability register, or what holds without it */
u32 zip_cap(struct hisi_qm *qm, u32 offset, u32 fallback);

/** zip_engine_setup() - once, before any device */
void zip_engine_setup(void);

int zip_engine_init(struct hisi_qm *qm);
void zip_engine_quiesce(struct hisi_qm *qm);
const char *zip_engine_algorithms(struct hisi_qm *qm);
const struct zip_sqe_layout *zip_engine_sqe_layout(struct hisi_qm *qm);

/** zip_engine_kernel_algs() - bitmap of what the kernel can use (7.2.4) */
u32 zip_engine_kernel_algs(struct hisi_qm *qm);

/** enum zip_cores - kinds of cores */
enum zip_cores { ZIP_CORES_COMPRESS, ZIP_CORES_DECOMPRESS };

unsigned int zip_engine_cores(struct hisi_qm *qm, enum zip_cores kind);

/* ras.c */
struct hisi_qm_ras zip_ras(struct hisi_qm *qm);
void zip_ras_enable(struct hisi_qm *qm);
void zip_ras_disable(struct hisi_qm *qm);
u32 zip_ras_status(struct hisi_qm *qm);
void zip_ras_hold(struct hisi_qm *qm, u32 errors);
void zip_ras_clear(struct hisi_qm *qm, u32 errors);
void zip_ras_log(struct hisi_qm *qm, u32 errors);
void zip_ras_inject_ecc(struct hisi_qm *qm);
void zip_ras_reopen_master(struct hisi_qm *qm);

/* dump.c */
void zip_clear_counters(struct hisi_qm *qm);
void zip_dump(struct hisi_qm *qm, struct seq_file *s);

#endif /* WD_HISI_ZIP_ENGINE_H */
