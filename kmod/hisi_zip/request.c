// SPDX-License-Identifier: GPL-2.0-only
/* Requests as the hardware sees them. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include <asm/byteorder.h>

#include "hisi_zip_hw.h"
#include "request.h"

static __le32 *tag_type0(struct hisi_zip_sqe *sqe)
{
	return &sqe->dw13;
}

static __le32 *tag_type3(struct hisi_zip_sqe *sqe)
{
	return &sqe->dw26;
}

/* Nobody writes a window on V1 and V2; V3 gets what its vendor's driver asks. */
const struct zip_sqe_layout zip_sqe_type0 = {
	.type = HISI_ZIP_SQE_TYPE_0,
	.tag = tag_type0,
};

const struct zip_sqe_layout zip_sqe_type3 = {
	.type = HISI_ZIP_SQE_TYPE_3,
	.window = HISI_ZIP_WINDOW_16K,
	.tag = tag_type3,
};

void zip_sqe_build(const struct zip_sqe_layout *layout,
		   struct hisi_zip_sqe *sqe, const struct zip_request *request)
{
	memset(sqe, 0, sizeof(*sqe));
	sqe->input_data_length = cpu_to_le32(request->src_bytes);
	sqe->dw7 = cpu_to_le32(layout->type << HISI_ZIP_DW7_TYPE_SHIFT |
			       request->src_skip);
	sqe->dw8 = cpu_to_le32(request->dst_skip);
	sqe->dw9 = cpu_to_le32(request->type |
			       HISI_ZIP_BUF_SGL << HISI_ZIP_DW9_BUF_SHIFT |
			       layout->window << HISI_ZIP_DW9_WINDOW_SHIFT);
	sqe->dest_avail_out = cpu_to_le32(request->dst_bytes);
	sqe->source_addr_l = cpu_to_le32(lower_32_bits(request->src));
	sqe->source_addr_h = cpu_to_le32(upper_32_bits(request->src));
	sqe->dest_addr_l = cpu_to_le32(lower_32_bits(request->dst));
	sqe->dest_addr_h = cpu_to_le32(upper_32_bits(request->dst));
	*layout->tag(sqe) = cpu_to_le32(request->tag);
}

/* 7.5 */
static int sqe_errno(u32 status)
{
	switch (status) {
	case HISI_ZIP_STATUS_OK:
	case HISI_ZIP_STATUS_NEGATIVE:
		return 0;
	case HISI_ZIP_STATUS_NO_SPACE:
		return -ENOSPC;
	case HISI_ZIP_STATUS_CHECK:
		return -EINVAL;
	default:
		return -EIO;
	}
}

int zip_sqe_result(const struct zip_sqe_layout *layout,
		   const struct hisi_zip_sqe *sqe,
		   const struct zip_request *request, unsigned int *produced)
{
	struct hisi_zip_sqe back = *sqe;
	u32 bytes = le32_to_cpu(back.produced);
	int ret;

	if (le32_to_cpu(*layout->tag(&back)) != request->tag)
		return -EIO;
	ret = sqe_errno(le32_to_cpu(back.dw3) & HISI_ZIP_DW3_STATUS_MASK);
	if (ret)
		return ret;
	if (bytes > request->dst_bytes)
		return -EIO;
	*produced = bytes;
	return 0;
}
