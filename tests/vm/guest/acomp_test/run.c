// SPDX-License-Identifier: GPL-2.0-only
/* Requests. */
#include <linux/crypto.h>
#include <linux/scatterlist.h>

#include "acomp_test.h"

int run_sg(struct crypto_acomp *tfm, bool compress, struct scatterlist *src,
	   unsigned int slen, struct scatterlist *dst, unsigned int *dlen)
{
	struct acomp_req *req = acomp_request_alloc(tfm);
	DECLARE_CRYPTO_WAIT(wait);
	int ret;

	if (!req)
		return -ENOMEM;
	acomp_request_set_params(req, src, dst, slen, *dlen);
	acomp_request_set_callback(req, CRYPTO_TFM_REQ_MAY_BACKLOG,
				   crypto_req_done, &wait);
	ret = crypto_wait_req(compress ? crypto_acomp_compress(req) :
					 crypto_acomp_decompress(req), &wait);
	*dlen = req->dlen;
	acomp_request_free(req);
	return ret;
}

int run_linear(struct crypto_acomp *tfm, bool compress, const u8 *src,
	       unsigned int slen, u8 *dst, unsigned int *dlen)
{
	struct scatterlist from, to;

	sg_init_one(&from, src, slen);
	sg_init_one(&to, dst, *dlen);
	return run_sg(tfm, compress, &from, slen, &to, dlen);
}
