/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* For the shared library. */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>

#include "wdz_count.h"
#include "wdz_device.h"
#include "wdz_real.h"

#define LIBWARPDRIVE	"libwarpdrive.so.1"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct wdz_device table;

/* &table once it is filled. */
static const struct wdz_device *loaded;

static void *look_up(void *handle, const char *name, bool *is_complete)
{
	void *found = dlsym(handle, name);

	if (!found)
		*is_complete = false;
	return found;
}

/* libdeflate is found among what libwarpdrive depends on. */
static bool fill(void *handle)
{
	bool is_complete = true;

#define LOOK_UP(member, name) \
	table.member = (__typeof__(table.member)) \
		look_up(handle, name, &is_complete)

	LOOK_UP(params_init, "wd_comp_params_init");
	LOOK_UP(session_alloc, "wd_comp_session_alloc");
	LOOK_UP(session_free, "wd_comp_session_free");
	LOOK_UP(session_get_info, "wd_comp_session_get_info");
	LOOK_UP(stream, "wd_comp_stream");
	LOOK_UP(stream_head, "wd_comp_stream_head");
	LOOK_UP(stream_reset, "wd_comp_stream_reset");
	LOOK_UP(crc32, "libdeflate_crc32");
	LOOK_UP(adler32, "libdeflate_adler32");
	return is_complete;
}

/* It stays for good: sessions have threads of their own. */
static void load(void)
{
	int saved = errno;
	const char *why;
	void *handle;

	handle = dlopen(LIBWARPDRIVE, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	if (handle && fill(handle)) {
		__atomic_store_n(&loaded, &table, __ATOMIC_RELEASE);
	} else {
		why = dlerror();
		wdz_trace("no device: %s", why ? why : LIBWARPDRIVE);
	}
	errno = saved;
}

const struct wdz_device *wdz_device(void)
{
	pthread_once(&once, load);
	return __atomic_load_n(&loaded, __ATOMIC_ACQUIRE);
}

uint32_t wdz_check(bool is_crc, uint32_t check, const uint8_t *data,
		   size_t bytes)
{
	const struct wdz_device *device;

	device = __atomic_load_n(&loaded, __ATOMIC_ACQUIRE);
	if (device)
		return is_crc ? device->crc32(check, data, bytes) :
				device->adler32(check, data, bytes);
	return is_crc ? wdz_real(crc32_z)(check, data, bytes) :
			wdz_real(adler32_z)(check, data, bytes);
}
