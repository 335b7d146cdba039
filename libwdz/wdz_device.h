/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * libwarpdrive, as far as it is needed here. The shared library loads it when a
 * stream is to go to the device for the first time: most processes that have
 * this library preloaded never get there, and should not pay for it.
 */
#ifndef WDZ_DEVICE_H
#define WDZ_DEVICE_H

#include <warpdrive/wd_comp.h>

/**
 * struct wdz_device - calls of libwarpdrive and of what comes with it
 * @params_init: wd_comp_params_init()
 * @session_alloc: wd_comp_session_alloc()
 * @session_free: wd_comp_session_free()
 * @session_get_info: wd_comp_session_get_info()
 * @stream: wd_comp_stream()
 * @stream_head: wd_comp_stream_head()
 * @stream_reset: wd_comp_stream_reset()
 * @crc32: libdeflate_crc32()
 * @adler32: libdeflate_adler32()
 */
struct wdz_device {
	void (*params_init)(struct wd_comp_params *params, uint32_t direction,
			    uint32_t format);
	int (*session_alloc)(const struct wd_comp_params *params,
			     struct wd_comp_session **session);
	void (*session_free)(struct wd_comp_session *session);
	int (*session_get_info)(struct wd_comp_session *session,
				struct wd_queue_info *info);
	int (*stream)(struct wd_comp_session *session, struct wd_comp_io *io,
		      int flush);
	size_t (*stream_head)(uint32_t format, void *dst);
	int (*stream_reset)(struct wd_comp_session *session);
	uint32_t (*crc32)(uint32_t crc, const void *data, size_t bytes);
	uint32_t (*adler32)(uint32_t adler, const void *data, size_t bytes);
};

/* wdz_device() - the calls; NULL if the library cannot be loaded */
const struct wdz_device *wdz_device(void);

/*
 * wdz_check() - go on with a check value
 * @is_crc: CRC-32, else Adler-32
 *
 * By the fast code of libdeflate if it is there, else by zlib's.
 */
uint32_t wdz_check(bool is_crc, uint32_t check, const uint8_t *data,
		   size_t bytes);

#endif /* WDZ_DEVICE_H */
