// SPDX-License-Identifier: GPL-2.0-only
/*
 * acomp algorithms on the engine.
 *
 * A request that the hardware cannot take now, or did not do, is done by
 * software on a workqueue. So there is no backlog: what CRYPTO_TFM_REQ_MAY_BACKLOG
 * would mean for compression is not defined, a list of waiting requests would
 * have to be answered somehow when its queue dies, and while the hardware is
 * busy the processors are not.
 *
 * Algorithms stay registered until the module goes. The kernel cannot unregister
 * one that has transforms, and does not say whether it has any; without a device
 * transforms work in software. A module with transforms cannot be removed, a
 * device can.
 */
#include <crypto/internal/acompress.h>
#include <linux/atomic.h>
#include <linux/bottom_half.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/seq_file.h>
#include <linux/workqueue.h>

#include "compat_acomp.h"
#include "crypto.h"
#include "cursor.h"
#include "engine.h"
#include "format.h"
#include "hisi_qm.h"
#include "hisi_zip_hw.h"
#include "soft.h"
#include "soft_algs.h"
#include "transform.h"

#define CRYPTO_PRIORITY	300

/**
 * struct crypto_request - context of a request
 * @work: for software
 * @alg: HISI_ZIP_ALG_*
 */
struct crypto_request {
	struct work_struct work;
	u8 alg;
};

/**
 * struct crypto_format - an algorithm
 * @alg: as registered
 * @format: of data
 * @registered: protected by @registration
 */
struct crypto_format {
	struct acomp_alg alg;
	enum zip_format_id format;
	bool registered;
};

/*
 * Held while algorithms are registered, which may wait for their self-tests:
 * these allocate transforms, so nothing that a transform needs may wait for it.
 */
static DEFINE_MUTEX(registration);
static bool soft_ready;

/* Requests for software. Swapping may wait for them: it needs a rescuer. */
static struct workqueue_struct *soft_queue;
static atomic64_t soft_count;

static struct zip_transform *request_transform(struct acomp_req *req)
{
	return acomp_tfm_ctx(crypto_acomp_reqtfm(req));
}

/* Users' callbacks expect to be called with bottom halves off. */
static void request_complete(struct acomp_req *req, int error)
{
	local_bh_disable();
	acomp_request_complete(req, error);
	local_bh_enable();
}

static void soft_work(struct work_struct *work)
{
	struct crypto_request *request =
		container_of(work, struct crypto_request, work);
	struct acomp_req *req =
		container_of((void *)request, struct acomp_req, __ctx);
	struct zip_cursor src, dst;
	unsigned int produced;
	int ret;

	zip_cursor_sg(&src, req->src, req->slen, ZIP_CURSOR_READ);
	zip_cursor_sg(&dst, req->dst, req->dlen, ZIP_CURSOR_WRITE);
	ret = zip_soft_run(request_transform(req)->format, request->alg,
			   &src, &dst, &produced, GFP_NOIO);
	if (!ret)
		req->dlen = produced;
	request_complete(req, ret);
}

static void request_defer(struct acomp_req *req)
{
	struct crypto_request *request = acomp_request_ctx(req);

	atomic64_inc(&soft_count);
	INIT_WORK(&request->work, soft_work);
	queue_work(soft_queue, &request->work);
}

static void request_done(struct acomp_req *req, int error)
{
	if (error == -EIO)
		request_defer(req);
	else
		request_complete(req, error);
}

static int request_check(struct acomp_req *req)
{
	int ret;

	if (!req->src || !req->slen || sg_nents_for_len(req->src, req->slen) < 0)
		return -EINVAL;
	ret = compat_acomp_output(req);
	if (ret)
		return ret;
	return sg_nents_for_len(req->dst, req->dlen) < 0 ? -EINVAL : 0;
}

/* Return: bytes of the header in front of the stream, or -EINVAL. */
static int request_header(struct acomp_req *req, u8 alg)
{
	const struct zip_format *format = request_transform(req)->format;
	struct zip_cursor src;

	if (alg == HISI_ZIP_ALG_COMPRESS)
		return format->header_bytes;
	zip_cursor_sg(&src, req->src, req->slen, ZIP_CURSOR_READ);
	return format->skip_header(&src);
}

static bool request_send(struct acomp_req *req, u8 alg, u32 header)
{
	struct zip_lane *lane;
	bool sent;

	rcu_read_lock();
	lane = rcu_dereference(request_transform(req)->lanes[alg]);
	sent = lane && !zip_lane_send(lane, req, header);
	rcu_read_unlock();
	return sent;
}

static int request_run(struct acomp_req *req, u8 alg)
{
	struct crypto_request *request = acomp_request_ctx(req);
	int header, ret;

	ret = request_check(req);
	if (ret)
		return ret;
	header = request_header(req, alg);
	if (header < 0)
		return header;
	request->alg = alg;
	if (!request_send(req, alg, header))
		request_defer(req);
	return -EINPROGRESS;
}

static int crypto_compress(struct acomp_req *req)
{
	return request_run(req, HISI_ZIP_ALG_COMPRESS);
}

static int crypto_decompress(struct acomp_req *req)
{
	return request_run(req, HISI_ZIP_ALG_DECOMPRESS);
}

static int crypto_init(struct crypto_acomp *acomp)
{
	struct crypto_tfm *tfm = crypto_acomp_tfm(acomp);
	struct crypto_format *format =
		container_of(tfm->__crt_alg, struct crypto_format, alg.base);
	struct zip_transform *transform = acomp_tfm_ctx(acomp);

	transform->format = &zip_formats[format->format];
	transform->numa_node = tfm->node;
	transform->done = request_done;
	zip_transform_add(transform);
	return 0;
}

static void crypto_exit(struct crypto_acomp *acomp)
{
	zip_transform_remove(acomp_tfm_ctx(acomp));
}

#define CRYPTO_FORMAT(name, driver_name) { \
	.init = crypto_init, \
	.exit = crypto_exit, \
	.compress = crypto_compress, \
	.decompress = crypto_decompress, \
	COMPAT_ACOMP_ALG(sizeof(struct crypto_request)), \
	.base.cra_name = name, \
	.base.cra_driver_name = driver_name, \
	.base.cra_flags = CRYPTO_ALG_ASYNC | CRYPTO_ALG_ALLOCATES_MEMORY, \
	.base.cra_priority = CRYPTO_PRIORITY, \
	.base.cra_ctxsize = sizeof(struct zip_transform), \
	.base.cra_module = THIS_MODULE, \
}

static struct crypto_format formats[] = {
	{
		.alg = CRYPTO_FORMAT("deflate", "hisi-deflate-acomp"),
		.format = ZIP_FORMAT_DEFLATE,
	},
	{
		.alg = CRYPTO_FORMAT("zlib-deflate", "hisi-zlib-acomp"),
		.format = ZIP_FORMAT_ZLIB,
	},
	{
		.alg = CRYPTO_FORMAT("gzip", "hisi-gzip-acomp"),
		.format = ZIP_FORMAT_GZIP,
	},
};

static void format_register(struct crypto_format *format, struct pci_dev *pdev)
{
	int ret;

	if (format->registered)
		return;
	ret = crypto_register_acomp(&format->alg);
	if (ret)
		pci_warn(pdev, "cannot register algorithm %s: %pe\n",
			 format->alg.base.cra_driver_name, ERR_PTR(ret));
	else
		format->registered = true;
}

static int soft_prepare(void)
{
	int ret;

	if (soft_ready)
		return 0;
	ret = zip_soft_init();
	if (ret)
		return ret;
	ret = zip_soft_algs_register();
	if (ret) {
		zip_soft_exit();
		return ret;
	}
	soft_ready = true;
	return 0;
}

static int formats_register(struct hisi_qm *qm)
{
	u32 algs = zip_engine_kernel_algs(qm);
	unsigned int i;
	u8 caps;

	for (i = 0; i < ARRAY_SIZE(formats); i++) {
		caps = zip_formats[formats[i].format].caps;
		if ((algs & caps) == caps)
			format_register(&formats[i], hisi_qm_pdev(qm));
	}
	return 0;
}

int zip_crypto_add(struct hisi_qm *qm)
{
	int ret;

	/* Where all of the engine's addresses are a process', none is ours. */
	if (zip_generation(qm)->global_ssv && hisi_qm_uses_sva(qm))
		return 0;
	if (hisi_qm_free_queues(qm) < ZIP_DIRECTIONS)
		return 0;
	mutex_lock(&registration);
	ret = soft_prepare();
	if (!ret)
		ret = zip_function_add(qm);
	if (!ret)
		ret = formats_register(qm);
	mutex_unlock(&registration);
	return ret;
}

void zip_crypto_remove(struct hisi_qm *qm)
{
	zip_function_remove(qm);
}

void zip_crypto_dump(struct hisi_qm *qm, struct seq_file *s)
{
	zip_transforms_dump(qm, s);
	seq_printf(s, "crypto.software_all_devices = %lld\n",
		   atomic64_read(&soft_count));
}

int zip_crypto_init(void)
{
	int ret;

	soft_queue = alloc_workqueue("hisi_zip_soft",
				     WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (!soft_queue)
		return -ENOMEM;
	ret = zip_transforms_init();
	if (ret)
		destroy_workqueue(soft_queue);
	return ret;
}

void zip_crypto_exit(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(formats); i++)
		if (formats[i].registered)
			crypto_unregister_acomp(&formats[i].alg);
	zip_transforms_exit();
	if (soft_ready) {
		zip_soft_algs_unregister();
		zip_soft_exit();
	}
	destroy_workqueue(soft_queue);
}
