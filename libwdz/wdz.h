/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The calls of zlib that this library takes part in, under names of their own:
 * wdz_deflate() is what a program knows as deflate(). The shared library gives
 * them zlib's names; what has both, as a test does, can tell them apart.
 */
#ifndef WDZ_H
#define WDZ_H

#include "wdz_real.h"

#define WDZ_DECLARE(type, name, params, args, absent) type wdz_##name params;
WDZ_STARTING(WDZ_DECLARE)
WDZ_TAKEN(WDZ_DECLARE)
#undef WDZ_DECLARE

#endif /* WDZ_H */
