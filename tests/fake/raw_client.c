/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <misc/uacce/hisi_qm.h>

#include "raw_client.h"

#define API_PREFIX	"hisi_qm_v"
#define WAIT_MS		10000

int raw_client_open(struct raw_client *c, const struct wd_backend_ops *ops,
		    const char *name)
{
	struct hisi_qp_ctx ctx = { .qc_type = HISI_ZIP_ALG_COMPRESS };
	struct hisi_qp_info shape = { 0 };
	struct wd_device_info info;
	int ret;

	memset(c, 0, sizeof(*c));
	c->ops = ops;
	ret = ops->lookup(name, &info);
	if (!ret)
		ret = ops->open(&info, &c->ch);
	if (ret)
		return ret;
	c->version = info.api[strlen(API_PREFIX)] - '0';
	ret = ops->map(c->ch, UACCE_QFRT_DUS, info.region_dus_bytes, &c->dus);
	if (!ret)
		ret = ops->ioctl(c->ch, UACCE_CMD_QM_SET_QP_CTX, &ctx);
	if (!ret)
		ret = ops->ioctl(c->ch, UACCE_CMD_QM_SET_QP_INFO, &shape);
	if (!ret)
		ret = ops->start(c->ch);
	c->qn = ctx.id;
	c->depth = shape.sq_depth;
	if (ret)
		raw_client_close(c);
	return ret;
}

void raw_client_close(struct raw_client *c)
{
	c->ops->ioctl(c->ch, UACCE_CMD_PUT_Q, NULL);
	if (c->dus)
		c->ops->unmap(c->ch, UACCE_QFRT_DUS, c->dus,
			      c->ch->info.region_dus_bytes);
	c->ops->close(c->ch, false);
}

struct hisi_zip_sqe *raw_client_sqe(struct raw_client *c, unsigned int slot)
{
	return (struct hisi_zip_sqe *)c->dus + slot;
}

void raw_client_ring(struct raw_client *c, uint64_t cmd, unsigned int index,
		     bool c_flag)
{
	unsigned int shift = HISI_QM_DB_V2_CMD_SHIFT;
	uint32_t offset = HISI_QM_DOORBELL_SQ_CQ;

	if (c->version == 1) {
		shift = HISI_QM_DB_V1_CMD_SHIFT;
		offset = HISI_QM_DOORBELL_V1;
	}
	c->ops->doorbell(c->ch, offset, c->qn | cmd << shift |
			 (uint64_t)index << HISI_QM_DB_INDEX_SHIFT |
			 (uint64_t)c_flag << HISI_QM_DB_PRIORITY_SHIFT);
}

void raw_client_fill(struct raw_client *c, uint64_t src, uint32_t len,
		     uint64_t dst, uint32_t room)
{
	uint32_t type = c->version >= 3 ? HISI_ZIP_SQE_TYPE_3 :
			HISI_ZIP_SQE_TYPE_0;

	*raw_client_sqe(c, c->sent++ % c->depth) = (struct hisi_zip_sqe){
		.input_data_length = len,
		.dw7 = type << HISI_ZIP_DW7_TYPE_SHIFT,
		.dw9 = HISI_ZIP_REQ_ZLIB |
		       HISI_ZIP_WINDOW_32K << HISI_ZIP_DW9_WINDOW_SHIFT,
		.dest_avail_out = room,
		.source_addr_l = (uint32_t)src,
		.source_addr_h = src >> 32,
		.dest_addr_l = (uint32_t)dst,
		.dest_addr_h = dst >> 32,
	};
}

void raw_client_send(struct raw_client *c, const void *src, uint32_t len,
		     void *dst, uint32_t room)
{
	raw_client_fill(c, (uintptr_t)src, len, (uintptr_t)dst, room);
	raw_client_ring(c, HISI_QM_DB_SQ, c->sent % c->depth, false);
}

/* The half of the CQE that says anything, at once; see hisi-qm 4.5. */
int raw_client_take(struct raw_client *c)
{
	unsigned int phase = !(c->taken / c->depth & 1);
	uint64_t *cq = (uint64_t *)raw_client_sqe(c, c->depth), half;

	half = __atomic_load_n(&cq[2 * (c->taken % c->depth) + 1],
			       __ATOMIC_ACQUIRE);
	if ((half >> 48 & HISI_QM_CQE_PHASE) != phase)
		return -1;
	if ((half >> 16 & 0xffff) != c->qn)
		abort();
	c->taken++;
	return half & 0xffff;
}

void raw_client_arm(struct raw_client *c, bool on)
{
	raw_client_ring(c, HISI_QM_DB_CQ, c->taken % c->depth, on);
}

int raw_client_take_wait(struct raw_client *c)
{
	int slot, ret;

	for (;;) {
		slot = raw_client_take(c);
		if (slot >= 0)
			break;
		raw_client_arm(c, true);
		slot = raw_client_take(c);
		if (slot >= 0)
			break;
		ret = c->ops->wait(c->ch, WAIT_MS);
		if (ret < 0)
			return ret;
	}
	raw_client_arm(c, false);
	return slot;
}

bool raw_client_is_right(const struct hisi_zip_sqe *sqe, const void *src,
			 uint32_t len, const void *dst)
{
	uint32_t status = sqe->dw3 & HISI_ZIP_DW3_STATUS_MASK;
	uLongf back_len = len + 1;
	uint8_t *whole, *back;
	bool ok;

	if (status != HISI_ZIP_STATUS_OK && status != HISI_ZIP_STATUS_NEGATIVE)
		return false;
	whole = malloc(sqe->produced + 2);
	back = malloc(back_len);
	if (!whole || !back)
		abort();
	/* The device writes no header. */
	whole[0] = 0x78;
	whole[1] = 0x9c;
	memcpy(whole + 2, dst, sqe->produced);
	ok = uncompress(back, &back_len, whole, sqe->produced + 2) == Z_OK &&
	     back_len == len && !memcmp(back, src, len);
	free(whole);
	free(back);
	return ok;
}
