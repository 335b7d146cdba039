/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A program of somebody else's: only installed headers, only the library. */
#include <stdio.h>
#include <string.h>

#include <warpdrive/wd_comp.h>

static int run(uint32_t direction, const void *src, size_t src_bytes, void *dst,
	       size_t *dst_bytes)
{
	struct wd_comp_session *session;
	struct wd_comp_params params;
	int ret;

	wd_comp_params_init(&params, direction, WD_COMP_GZIP);
	params.device = WD_DEVICE_EMU;
	ret = wd_comp_session_alloc(&params, &session);
	if (ret)
		return ret;
	ret = wd_comp_oneshot(session, src, src_bytes, dst, dst_bytes, NULL);
	wd_comp_session_free(session);
	return ret;
}

int main(void)
{
	static const char text[] = "to be, or not to be, or to be again";
	char packed[256];
	char plain[sizeof(text)];
	size_t packed_bytes = sizeof(packed);
	size_t plain_bytes = sizeof(plain);

	if (run(WD_COMP_COMPRESS, text, sizeof(text), packed, &packed_bytes) ||
	    run(WD_COMP_DECOMPRESS, packed, packed_bytes, plain, &plain_bytes))
		return 1;
	if (plain_bytes != sizeof(text) || memcmp(plain, text, sizeof(text)))
		return 1;
	puts(wd_version());
	return 0;
}
