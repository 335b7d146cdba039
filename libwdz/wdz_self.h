/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef WDZ_SELF_H
#define WDZ_SELF_H

#include <stdbool.h>

/* Does this return address lie in libwarpdrive? */
bool wdz_self_called(const void *address);

#endif /* WDZ_SELF_H */
