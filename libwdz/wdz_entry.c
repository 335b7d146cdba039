/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The calls that programs see, under zlib's names. */
#include "wdz_real.h"

#define PASS(type, name, params, args, absent) \
	type name params \
	{ \
		return wdz_real()->name args; \
	}
WDZ_PASSED(PASS)
WDZ_TAKEN(PASS)

void gzclearerr(gzFile file)
{
	wdz_real()->gzclearerr(file);
}

int gzprintf(gzFile file, const char *format, ...)
{
	va_list args;
	int ret;

	va_start(args, format);
	ret = wdz_real()->gzvprintf(file, format, args);
	va_end(args);
	return ret;
}
