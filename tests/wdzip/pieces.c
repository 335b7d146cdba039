/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Preloaded into wdzip: a device whose reserved memory is in pieces of
 * WDZIP_PIECE_BYTES, and sometimes all in use.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>

#include <warpdrive/wd_comp.h>

static unsigned long piece_bytes(void)
{
	const char *text = getenv("WDZIP_PIECE_BYTES");

	return text ? strtoul(text, NULL, 10) : WD_COMP_MSG_MAX_BYTES;
}

int wd_comp_submit(struct wd_comp_session *session,
		   struct wd_comp_req *const *reqs, unsigned int n)
{
	static unsigned int calls;
	int (*submit)(struct wd_comp_session *session,
		      struct wd_comp_req *const *reqs, unsigned int n);
	unsigned int in_flight = wd_comp_in_flight(session);

	if (++calls % 3 == 0 && in_flight)
		return -EAGAIN;
	if (n && reqs[0]->src_bytes > piece_bytes())
		return in_flight ? -EAGAIN : -ENOMEM;
	*(void **)&submit = dlsym(RTLD_NEXT, "wd_comp_submit");
	return submit(session, reqs, n);
}
