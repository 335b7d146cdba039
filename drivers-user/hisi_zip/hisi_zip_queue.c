/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The user driver of the ZIP engine: rings of the QM, requests of the codec. */
#include <stdlib.h>

#include "hisi_qm_queue.h"
#include "hisi_zip_codec.h"

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

static bool has_line(const char *text, const char *line)
{
	size_t len = strlen(line);
	const char *at;

	for (at = text; (at = strstr(at, line)); at += len)
		if ((at == text || at[-1] == '\n') &&
		    (!at[len] || at[len] == '\n'))
			return true;
	return false;
}

static uint32_t device_formats(const struct wd_device_info *info)
{
	uint32_t formats = 0, i;

	for (i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++)
		if (has_line(info->algorithms, algorithms[i].name))
			formats |= 1u << algorithms[i].format;
	return formats;
}

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
	return hisi_qm_api_version(info->api) && device_formats(info);
}

static int hisi_zip_open(struct wd_channel *ch, uint32_t op_type,
			 const char *algorithm, const struct wd_memory *memory,
			 struct wd_driver_queue **dq);

static void hisi_zip_close(struct wd_driver_queue *dq, bool is_child)
{
	struct hisi_zip_queue *q = (struct hisi_zip_queue *)dq;

	hisi_qm_queue_close(&q->qm, is_child);
	free(q);
}

static int hisi_zip_send(struct wd_driver_queue *dq, void *const *reqs,
			 unsigned int n)
{
	struct hisi_zip_queue *q = (struct hisi_zip_queue *)dq;
	int ret;

	ret = hisi_qm_ring_send(&q->qm.ring, HISI_ZIP_SQE_BYTES, reqs, n,
				hisi_zip_encode, &q->codec);
	if (__builtin_expect(ret == -EIO, 0))
		return hisi_qm_queue_dead(&q->qm);
	return ret;
}

static int hisi_zip_recv(struct wd_driver_queue *dq, void **reqs,
			 unsigned int n)
{
	struct hisi_zip_queue *q = (struct hisi_zip_queue *)dq;
	int ret;

	ret = hisi_qm_ring_recv(&q->qm.ring, HISI_ZIP_SQE_BYTES, reqs, n,
				hisi_zip_decode, &q->codec);
	if (__builtin_expect(ret == -EIO, 0))
		return hisi_qm_queue_dead(&q->qm);
	return ret;
}

extern const struct wd_driver hisi_zip_driver;
const struct wd_driver hisi_zip_driver = {
	.name = "hisi_zip",
	.matches = hisi_zip_matches,
	.open = hisi_zip_open,
	.close = hisi_zip_close,
	.send = hisi_zip_send,
	.recv = hisi_zip_recv,
	.arm = hisi_qm_queue_arm,
	.wait = hisi_qm_queue_wait,
	.reclaim = hisi_qm_queue_reclaim,
	.stats = hisi_qm_queue_stats,
};

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
	q->qm.base.drv = &hisi_zip_driver;
	ret = hisi_qm_queue_open(&q->qm, ch, op_type, HISI_ZIP_SQE_BYTES,
				 memory);
	if (ret) {
		free(q);
		return ret;
	}
	q->codec.memory = memory;
	q->codec.type = q->qm.version < 3 ? HISI_ZIP_SQE_TYPE_0 :
					    HISI_ZIP_SQE_TYPE_3;
	q->codec.formats = device_formats(&ch->info);
	q->codec.level_mask = ch->info.emulated ?
			      HISI_ZIP_DW9_MODEL_LEVEL_MASK : 0;
	*dq = &q->qm.base;
	return 0;
}
