// SPDX-License-Identifier: GPL-2.0-only
/* From 6.15 on a request may have addresses instead of scatterlists. */
#include <crypto/internal/acompress.h>

#ifdef PROBE_NEW
bool probe(struct acomp_req *req);
bool probe(struct acomp_req *req)
{
	return acomp_request_src_isvirt(req) && CRYPTO_ALG_REQ_VIRT;
}
#else
/* No conflict only where it is unknown. */
int acomp_request_src_isvirt(int none);
int acomp_request_src_isvirt(int none)
{
	return none;
}
#endif
