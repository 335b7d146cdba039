/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The user driver of the ZIP engine: rings of the QM, requests of the codec. */
#include <stdlib.h>

#include "hisi_qm_queue.h"
#include "hisi_zip_codec.h"
#include "wd_device.h"

struct hisi_zip_queue {
	struct hisi_qm_queue qm;
	struct hisi_zip_codec codec;
};

static const struct {
	const char *name;
	uint32_t format;
} algorithms[] = {
	{ "deflate", WD_COMP_DEFLATE },
	{ "gzip", WD_COMP_GZIP },
	{ "zlib", WD_COMP_ZLIB },
};

static uint32_t format_of(const char *algorithm)
{
	uint32_t i;

	for (i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++)
		if (!strcmp(algorithm, algorithms[i].name))
			return algorithms[i].format;
	return 0;
}

static bool hisi_zip_matches(const struct wd_device_info *info)
{
	uint32_t i;

	if (!hisi_qm_api_version(info->api))
		return false;
	for (i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++)
		if (wd_device_has_algorithm(info, algorithms[i].name))
			return true;
	return false;
}

static void hisi_zip_close(struct wd_driver_queue *dq, bool is_child)
{
	struct hisi_zip_queue *q = (struct hisi_zip_queue *)dq;

	hisi_qm_queue_close(&q->qm, is_child);
	free(q);
}

/*
 * All calls in one function. That cannot be asked of the called ones, as they
 * are called through pointers where little is optimised.
 */
#define HISI_ZIP_FLAT	__attribute__((flatten))

/*
 * The data path, once for each type of request, so that the compiler sees the
 * type as a constant.
 */
#define HISI_ZIP_DATA_PATH(type)					\
static inline int							\
encode_type##type(const void *ctx, void *sqe, void *req)		\
{									\
	return hisi_zip_encode(ctx, HISI_ZIP_SQE_TYPE_##type, sqe, req); \
}									\
									\
static inline int							\
decode_type##type(const void *sqe, void *req)				\
{									\
	return hisi_zip_decode(HISI_ZIP_SQE_TYPE_##type, sqe, req);	\
}									\
									\
HISI_ZIP_FLAT static int						\
send_type##type(struct wd_driver_queue *dq, void *const *reqs,		\
		unsigned int n)						\
{									\
	struct hisi_zip_queue *q = (struct hisi_zip_queue *)dq;		\
	const struct hisi_zip_codec codec = q->codec;			\
	int ret;							\
									\
	ret = hisi_qm_ring_send(&q->qm.ring, HISI_ZIP_SQE_BYTES, reqs,	\
				n, encode_type##type, &codec);		\
	return hisi_qm_likely(ret != -EIO) ? ret :			\
	       hisi_qm_queue_dead(&q->qm);				\
}									\
									\
HISI_ZIP_FLAT static int						\
recv_type##type(struct wd_driver_queue *dq, void **reqs, unsigned int n) \
{									\
	struct hisi_zip_queue *q = (struct hisi_zip_queue *)dq;		\
	int ret;							\
									\
	ret = hisi_qm_ring_recv(&q->qm.ring, HISI_ZIP_SQE_BYTES, reqs,	\
				n, decode_type##type);			\
	return hisi_qm_likely(ret != -EIO) ? ret :			\
	       hisi_qm_queue_dead(&q->qm);				\
}									\
									\
/* Apart, so that send_one() calls nothing but in its last line. */	\
static __attribute__((noinline)) int					\
send_one_other_type##type(struct hisi_zip_queue *q, void *req)		\
{									\
	int ret = send_type##type(&q->qm.base, &req, 1);		\
									\
	return ret == 1 ? 0 : ret;					\
}									\
									\
static inline int							\
encode_plain_type##type(const void *ctx, void *sqe, void *req)		\
{									\
	hisi_zip_encode_plain(ctx, HISI_ZIP_SQE_TYPE_##type, sqe, req);	\
	return 0;							\
}									\
									\
HISI_ZIP_FLAT static int						\
send_one_type##type(struct wd_driver_queue *dq, void *req)		\
{									\
	struct hisi_zip_queue *q = (struct hisi_zip_queue *)dq;		\
									\
	if (hisi_qm_unlikely(!hisi_zip_is_plain(&q->codec, req) ||	\
			     hisi_qm_ring_stopped(&q->qm.ring,		\
						  HISI_QM_STOP_TX)))	\
		return send_one_other_type##type(q, req);		\
	return hisi_qm_ring_send_one(&q->qm.ring, HISI_ZIP_SQE_BYTES,	\
				     req, encode_plain_type##type,	\
				     &q->codec);			\
}									\
									\
HISI_ZIP_FLAT static int						\
recv_one_type##type(struct wd_driver_queue *dq, void **req)		\
{									\
	struct hisi_zip_queue *q = (struct hisi_zip_queue *)dq;		\
	int ret;							\
									\
	ret = hisi_qm_ring_recv_one(&q->qm.ring, HISI_ZIP_SQE_BYTES,	\
				    req, decode_type##type);		\
	return hisi_qm_likely(ret != -EIO) ? ret :			\
	       hisi_qm_queue_dead(&q->qm);				\
}

HISI_ZIP_DATA_PATH(0)
HISI_ZIP_DATA_PATH(3)

static int hisi_zip_open(struct wd_channel *ch, uint32_t op_type,
			 const char *algorithm, const struct wd_memory *memory,
			 struct wd_driver_queue **dq);

#define HISI_ZIP_DRIVER(type) {						\
	.name = "hisi_zip",						\
	.matches = hisi_zip_matches,					\
	.open = hisi_zip_open,						\
	.close = hisi_zip_close,					\
	.send = send_type##type,					\
	.recv = recv_type##type,					\
	.send_one = send_one_type##type,				\
	.recv_one = recv_one_type##type,				\
	.arm = hisi_qm_queue_arm,					\
	.wait = hisi_qm_queue_wait,					\
	.reclaim = hisi_qm_queue_reclaim,				\
	.stats = hisi_qm_queue_stats,					\
}

/* Generations differ by the table; the library finds the one of V3. */
static const struct wd_driver driver_v1 = HISI_ZIP_DRIVER(0);

extern const struct wd_driver hisi_zip_driver;
const struct wd_driver hisi_zip_driver = HISI_ZIP_DRIVER(3);

static int hisi_zip_open(struct wd_channel *ch, uint32_t op_type,
			 const char *algorithm, const struct wd_memory *memory,
			 struct wd_driver_queue **dq)
{
	struct hisi_zip_queue *q;
	int ret;

	if (op_type > WD_COMP_DECOMPRESS || !format_of(algorithm))
		return -EINVAL;
	q = aligned_alloc(HISI_QM_CACHE_LINE, sizeof(*q));
	if (!q)
		return -ENOMEM;
	memset(q, 0, sizeof(*q));
	ret = hisi_qm_queue_open(&q->qm, ch, op_type, HISI_ZIP_SQE_BYTES,
				 memory);
	if (ret) {
		free(q);
		return ret;
	}
	q->qm.base.drv = q->qm.version < 3 ? &driver_v1 : &hisi_zip_driver;
	hisi_zip_codec_init(&q->codec, format_of(algorithm), memory,
			    ch->info.emulated);
	*dq = &q->qm.base;
	return 0;
}
