/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* For programs that have libwarpdrive in them already: the tests. */
#include <libdeflate.h>

#include "wdz_device.h"

const struct wdz_device *wdz_device(void)
{
	static const struct wdz_device device = {
		.params_init = wd_comp_params_init,
		.session_alloc = wd_comp_session_alloc,
		.session_free = wd_comp_session_free,
		.session_get_info = wd_comp_session_get_info,
		.stream = wd_comp_stream,
		.stream_head = wd_comp_stream_head,
		.stream_reset = wd_comp_stream_reset,
		.crc32 = libdeflate_crc32,
		.adler32 = libdeflate_adler32,
	};

	return &device;
}

uint32_t wdz_check(bool is_crc, uint32_t check, const uint8_t *data,
		   size_t bytes)
{
	return is_crc ? libdeflate_crc32(check, data, bytes) :
			libdeflate_adler32(check, data, bytes);
}
