// SPDX-License-Identifier: GPL-2.0-only
/* Up to 6.14 an algorithm allocates the output if there is none. */
#include <crypto/internal/acompress.h>

#ifdef PROBE_NEW
void probe(struct acomp_alg *alg, struct acomp_req *req);
void probe(struct acomp_alg *alg, struct acomp_req *req)
{
	alg->dst_free(req->dst);
	req->flags = CRYPTO_ACOMP_ALLOC_OUTPUT;
}
#else
#ifdef CRYPTO_ACOMP_ALLOC_OUTPUT
_Static_assert(0, "still there");
#endif
#endif
