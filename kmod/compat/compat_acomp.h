/* SPDX-License-Identifier: GPL-2.0-only */
/* Compression algorithms from 6.1 on, seen as one. See compat.h. */
#ifndef WD_COMPAT_ACOMP_H
#define WD_COMPAT_ACOMP_H

#include <crypto/internal/acompress.h>
#include <linux/scatterlist.h>

#include "probed.h"

/* 6.16 moved the size of a request's context; 6.15 dropped output allocation. */
#if COMPAT_ACOMP_ALG_REQSIZE
#define COMPAT_ACOMP_REQSIZE(bytes)	.reqsize = (bytes)
#else
#define COMPAT_ACOMP_REQSIZE(bytes)	.base.cra_reqsize = (bytes)
#endif

#if COMPAT_ACOMP_ALLOC_OUTPUT
#define COMPAT_ACOMP_ALG(request_bytes) \
	COMPAT_ACOMP_REQSIZE(request_bytes), .dst_free = sgl_free
#else
#define COMPAT_ACOMP_ALG(request_bytes)	COMPAT_ACOMP_REQSIZE(request_bytes)
#endif

/* What the kernel's own algorithms allocate if nobody says how much. */
#define COMPAT_ACOMP_OUTPUT_BYTES	131072

/*
 * Make sure that there is output memory: up to 6.14 the algorithm provides it if
 * the user has none, and the request's end frees it by the algorithm's dst_free.
 */
static inline int compat_acomp_output(struct acomp_req *req)
{
#if COMPAT_ACOMP_ALLOC_OUTPUT
	gfp_t gfp = req->base.flags & CRYPTO_TFM_REQ_MAY_SLEEP ? GFP_KERNEL :
								 GFP_ATOMIC;

	if (!req->dst && req->flags & CRYPTO_ACOMP_ALLOC_OUTPUT) {
		if (!req->dlen || req->dlen > COMPAT_ACOMP_OUTPUT_BYTES)
			req->dlen = COMPAT_ACOMP_OUTPUT_BYTES;
		req->dst = sgl_alloc(req->dlen, gfp, NULL);
		return req->dst ? 0 : -ENOMEM;
	}
#endif
	return req->dst && req->dlen ? 0 : -EINVAL;
}

/*
 * From 6.15 on buffers may be plain memory. The kernel makes scatterlists of
 * them for algorithms that do not say COMPAT_ALG_REQ_VIRT.
 */
#if COMPAT_ACOMP_VIRT
#define COMPAT_ALG_REQ_VIRT	CRYPTO_ALG_REQ_VIRT
#else
#define COMPAT_ALG_REQ_VIRT	0
#endif

static inline const void *compat_acomp_src_virt(struct acomp_req *req)
{
#if COMPAT_ACOMP_VIRT
	return acomp_request_src_isvirt(req) ? req->svirt : NULL;
#else
	return NULL;
#endif
}

static inline void *compat_acomp_dst_virt(struct acomp_req *req)
{
#if COMPAT_ACOMP_VIRT
	return acomp_request_dst_isvirt(req) ? req->dvirt : NULL;
#else
	return NULL;
#endif
}

#endif /* WD_COMPAT_ACOMP_H */
