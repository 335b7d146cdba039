/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "wdz_real.h"

#define LIBZ	"libz.so.1"

/* The object that this is a part of, from its first byte to its last. */
extern const char __ehdr_start[] __attribute__((visibility("hidden")));
extern const char _end[] __attribute__((visibility("hidden")));

static pthread_once_t once = PTHREAD_ONCE_INIT;
static void *libz;

static void load(void)
{
	const char *why;

	libz = dlopen(LIBZ, RTLD_NOW | RTLD_LOCAL);
	if (libz)
		return;
	why = dlerror();
	fprintf(stderr, "libwdz: the system's zlib is missing (%s); install the "
		"package zlib1g\n", why ? why : LIBZ);
	abort();
}

void wdz_real_load(void)
{
	pthread_once(&once, load);
}

/* A link from libz.so.1 to this library would never come to an end. */
static void check(const void *found)
{
	Dl_info object = { .dli_fname = "libwdz.so.1" };

	if ((uintptr_t)found < (uintptr_t)__ehdr_start ||
	    (uintptr_t)found >= (uintptr_t)_end)
		return;
	dladdr(found, &object);
	fprintf(stderr, "libwdz: the loader takes %s for zlib; preload "
		"libwdz.so.1 or link with it, do not put it in place of "
		LIBZ "\n", object.dli_fname);
	abort();
}

static void *look_up(const char *name)
{
	void *found;

	wdz_real_load();
	found = dlsym(libz, name);
	check(found);
	return found;
}

/*
 * What is in the table first, and what stands in for a call that an older zlib
 * does not have. Threads that look at once find the same.
 */
#define RESOLVE(type, name, params, args, absent) \
	static type absent_##name params \
	{ \
		return absent; \
	} \
	static type resolve_##name params \
	{ \
		type (*found) params = (type (*) params)look_up(#name); \
		if (!found) \
			found = absent_##name; \
		__atomic_store_n(&wdz_real_table.name, found, \
				 __ATOMIC_RELAXED); \
		return found args; \
	}
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
WDZ_PASSED(RESOLVE)
WDZ_STARTING(RESOLVE)
WDZ_TAKEN(RESOLVE)
#pragma GCC diagnostic pop

static void resolve_gzclearerr(gzFile file)
{
	void (*found)(gzFile file) = (void (*)(gzFile))look_up("gzclearerr");

	/* zlib has always had it. */
	if (!found)
		return;
	__atomic_store_n(&wdz_real_table.gzclearerr, found, __ATOMIC_RELAXED);
	found(file);
}

#define ENTRY(type, name, params, args, absent) .name = resolve_##name,
struct wdz_real wdz_real_table = {
	WDZ_PASSED(ENTRY)
	WDZ_STARTING(ENTRY)
	WDZ_TAKEN(ENTRY)
	.gzclearerr = resolve_gzclearerr,
};
