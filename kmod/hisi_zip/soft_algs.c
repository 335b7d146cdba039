// SPDX-License-Identifier: GPL-2.0-only
/* The formats in software as algorithms of their own. */
#include <crypto/internal/acompress.h>
#include <linux/module.h>

#include "compat_acomp.h"
#include "cursor.h"
#include "format.h"
#include "hisi_zip_hw.h"
#include "soft.h"
#include "soft_algs.h"

/* Above the kernel's own, below every device's. */
#define SOFT_PRIORITY	100

struct soft_alg {
	struct acomp_alg alg;
	enum zip_format_id format;
};

static const struct zip_format *request_format(struct acomp_req *req)
{
	struct crypto_tfm *tfm = crypto_acomp_tfm(crypto_acomp_reqtfm(req));
	struct soft_alg *alg =
		container_of(tfm->__crt_alg, struct soft_alg, alg.base);

	return &zip_formats[alg->format];
}

static int cursor_init(struct zip_cursor *cursor, struct scatterlist *sg,
		       const void *virt, unsigned int bytes,
		       unsigned int direction)
{
	if (virt) {
		zip_cursor_virt(cursor, (void *)virt, bytes);
		return 0;
	}
	if (sg_nents_for_len(sg, bytes) < 0)
		return -EINVAL;
	zip_cursor_sg(cursor, sg, bytes, direction);
	return 0;
}

static int soft_alg_run(struct acomp_req *req, u8 alg)
{
	bool may_sleep = req->base.flags & CRYPTO_TFM_REQ_MAY_SLEEP;
	struct zip_cursor src, dst;
	unsigned int produced;
	int ret;

	if (!req->src || !req->slen)
		return -EINVAL;
	ret = compat_acomp_output(req);
	if (ret)
		return ret;
	ret = cursor_init(&src, req->src, compat_acomp_src_virt(req), req->slen,
			  ZIP_CURSOR_READ) ?:
	      cursor_init(&dst, req->dst, compat_acomp_dst_virt(req), req->dlen,
			  ZIP_CURSOR_WRITE);
	if (ret)
		return ret;
	ret = zip_soft_run(request_format(req), alg, &src, &dst, &produced,
			   may_sleep ? GFP_NOIO : GFP_NOWAIT);
	if (!ret)
		req->dlen = produced;
	return ret;
}

static int soft_alg_compress(struct acomp_req *req)
{
	return soft_alg_run(req, HISI_ZIP_ALG_COMPRESS);
}

static int soft_alg_decompress(struct acomp_req *req)
{
	return soft_alg_run(req, HISI_ZIP_ALG_DECOMPRESS);
}

#define SOFT_ALG(name, driver_name) { \
	.compress = soft_alg_compress, \
	.decompress = soft_alg_decompress, \
	COMPAT_ACOMP_ALG(0), \
	.base.cra_name = name, \
	.base.cra_driver_name = driver_name, \
	.base.cra_flags = CRYPTO_ALG_ALLOCATES_MEMORY | COMPAT_ALG_REQ_VIRT, \
	.base.cra_priority = SOFT_PRIORITY, \
	.base.cra_module = THIS_MODULE, \
}

static struct soft_alg algs[] = {
	{
		.alg = SOFT_ALG("deflate", "hisi-deflate-soft"),
		.format = ZIP_FORMAT_DEFLATE,
	},
	{
		.alg = SOFT_ALG("zlib-deflate", "hisi-zlib-soft"),
		.format = ZIP_FORMAT_ZLIB,
	},
	{
		.alg = SOFT_ALG("gzip", "hisi-gzip-soft"),
		.format = ZIP_FORMAT_GZIP,
	},
};

int zip_soft_algs_register(void)
{
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(algs); i++) {
		ret = crypto_register_acomp(&algs[i].alg);
		if (ret)
			goto err;
	}
	return 0;

err:
	while (i--)
		crypto_unregister_acomp(&algs[i].alg);
	return ret;
}

void zip_soft_algs_unregister(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(algs); i++)
		crypto_unregister_acomp(&algs[i].alg);
}
