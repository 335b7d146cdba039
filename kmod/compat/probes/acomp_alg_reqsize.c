// SPDX-License-Identifier: GPL-2.0-only
/* 6.16 moved the size of a request's context to what all algorithms have. */
#include <crypto/internal/acompress.h>

unsigned int probe(struct acomp_alg *alg);
unsigned int probe(struct acomp_alg *alg)
{
#ifdef PROBE_NEW
	return alg->reqsize;
#else
	return alg->base.cra_reqsize;
#endif
}
