/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The ZIP engine, for struct hisi_qm_model_config. */
#ifndef HISI_ZIP_MODEL_H
#define HISI_ZIP_MODEL_H

#include "hisi_qm_model.h"

extern const struct hisi_qm_model_engine hisi_zip_model_engine;

#endif /* HISI_ZIP_MODEL_H */
