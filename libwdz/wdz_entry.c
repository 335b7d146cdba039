/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The calls that programs see, under zlib's names. */
#include "wdz.h"
#include "wdz_self.h"

#define PASS(type, name, params, args, absent) \
	type name params \
	{ \
		return wdz_real(name) args; \
	}
WDZ_PASSED(PASS)

void gzclearerr(gzFile file)
{
	wdz_real(gzclearerr)(file);
}

int gzprintf(gzFile file, const char *format, ...)
{
	va_list args;
	int ret;

	va_start(args, format);
	ret = wdz_real(gzvprintf)(file, format, args);
	va_end(args);
	return ret;
}

/*
 * Preloaded, this library is also what libwarpdrive finds as zlib. Its streams
 * must never come back to it, so they are the system's zlib's from the start.
 */
#define START(type, name, params, args, absent) \
	type name params \
	{ \
		if (wdz_self_called(__builtin_return_address(0))) \
			return wdz_real(name) args; \
		return wdz_##name args; \
	}

/* All other calls see from the stream whose it is. */
#define TAKE(type, name, params, args, absent) \
	type name params \
	{ \
		return wdz_##name args; \
	}

WDZ_STARTING(START)
WDZ_TAKEN(TAKE)
