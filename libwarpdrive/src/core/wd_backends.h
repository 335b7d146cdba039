/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef WD_BACKENDS_H
#define WD_BACKENDS_H

#include "wd_backend.h"

/* The backends in the order in which they are to be asked; NULL ends them. */
const struct wd_backend_ops *wd_backend_get(unsigned int index);

#endif /* WD_BACKENDS_H */
