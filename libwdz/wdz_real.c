/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "wdz_real.h"

#define LIBZ	"libz.so.1"

struct wdz_real wdz_real_table;

static pthread_once_t once = PTHREAD_ONCE_INIT;

/* What stands in for a call that an older zlib does not have. */
#define ABSENT(type, name, params, args, absent) \
	static type absent_##name params \
	{ \
		return absent; \
	}
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
WDZ_PASSED(ABSENT)
WDZ_STARTING(ABSENT)
WDZ_TAKEN(ABSENT)
static void absent_gzclearerr(gzFile file)
{
}
#pragma GCC diagnostic pop

static void *open_libz(void)
{
	void *handle = dlopen(LIBZ, RTLD_NOW | RTLD_LOCAL);
	const char *why;
	Dl_info ours, theirs;

	if (!handle) {
		why = dlerror();
		fprintf(stderr, "libwdz: the system's zlib is missing (%s); "
			"install the package zlib1g\n", why ? why : LIBZ);
		abort();
	}
	/* A link from libz.so.1 to this library would never come to an end. */
	if (!dladdr(&wdz_real_table, &ours) ||
	    !dladdr(dlsym(handle, "zlibVersion"), &theirs) ||
	    ours.dli_fbase == theirs.dli_fbase) {
		fprintf(stderr, "libwdz: the loader takes %s for zlib; preload "
			"libwdz.so.1 or link with it, do not put it in place of "
			LIBZ "\n", ours.dli_fname);
		abort();
	}
	return handle;
}

static void load(void)
{
	void *handle = open_libz(), *found;

#define LOOK_UP(type, name, params, args, absent) \
	found = dlsym(handle, #name); \
	wdz_real_table.name = found ? (type (*) params)found : absent_##name;

	WDZ_PASSED(LOOK_UP)
	WDZ_STARTING(LOOK_UP)
	WDZ_TAKEN(LOOK_UP)
	found = dlsym(handle, "gzclearerr");
	wdz_real_table.gzclearerr = found ? (void (*)(gzFile))found :
				    absent_gzclearerr;
	__atomic_store_n(&wdz_real_table.is_loaded, true, __ATOMIC_RELEASE);
}

void wdz_real_load(void)
{
	pthread_once(&once, load);
}
