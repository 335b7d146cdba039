// SPDX-License-Identifier: GPL-2.0-only
/* Generations of the hardware: what differs is here, as data. */
#include "qm_priv.h"

static u64 doorbell_v1(u16 qn, u64 cmd, u16 rand, u16 index, u16 priority)
{
	return (qn & HISI_QM_DB_V1_QN_MASK) | cmd << HISI_QM_DB_V1_CMD_SHIFT |
	       (u64)index << HISI_QM_DB_INDEX_SHIFT |
	       (u64)priority << HISI_QM_DB_PRIORITY_SHIFT;
}

static u64 doorbell_v2(u16 qn, u64 cmd, u16 rand, u16 index, u16 priority)
{
	return (qn & HISI_QM_DB_V2_QN_MASK) | cmd << HISI_QM_DB_V2_CMD_SHIFT |
	       (u64)rand << HISI_QM_DB_V2_RAND_SHIFT |
	       (u64)index << HISI_QM_DB_INDEX_SHIFT |
	       (u64)priority << HISI_QM_DB_PRIORITY_SHIFT;
}

static void set_depth_v1(u32 depth, u32 elem_log2, u16 rand, __le32 *dw3,
			 __le16 *w8)
{
	*dw3 = cpu_to_le32(elem_log2 << HISI_QM_QC_ELEM_LOG2_SHIFT);
	*w8 = cpu_to_le16(depth - 1);
}

static void set_depth_v2(u32 depth, u32 elem_log2, u16 rand, __le32 *dw3,
			 __le16 *w8)
{
	*dw3 = cpu_to_le32(elem_log2 << HISI_QM_QC_ELEM_LOG2_SHIFT |
			   (depth - 1));
	*w8 = cpu_to_le16(rand);
}

static u64 sqc_vft_v1(u32 base, u32 count)
{
	return HISI_QM_VFT_V1_SIZES | HISI_QM_SQC_VFT_VALID |
	       (u64)base << HISI_QM_SQC_VFT_BASE_SHIFT;
}

static u64 sqc_vft_v2(u32 base, u32 count)
{
	return HISI_QM_SQC_VFT_VALID |
	       (u64)base << HISI_QM_SQC_VFT_BASE_SHIFT |
	       (u64)(count - 1) << HISI_QM_SQC_VFT_COUNT_SHIFT;
}

static u64 cqc_vft_v1(void)
{
	return HISI_QM_VFT_V1_SIZES | HISI_QM_CQC_VFT_VALID;
}

static u64 cqc_vft_v2(void)
{
	return HISI_QM_CQC_VFT_VALID;
}

/* Words in the order of the registers from 0x3100 on (2.6). */
#define DEPTHS(low, high)	((low) | (high) << 16)
#define IRQ(vector)		((vector) | 1 << 16)
#define VECTORS(vf, pf)		((vf) | (pf) << 16)

const struct qm_gen qm_gen_v1 = {
	.revision = HISI_QM_REV_V1,
	.api = "hisi_qm_v1",
	.queues = HISI_QM_V1_QUEUES,
	.regs = { 0, DEPTHS(2048, 0), DEPTHS(1024, 1024), IRQ(HISI_QM_VECTOR_EQ),
		  0, 0, 0, VECTORS(1, 1) },
	.doorbell = doorbell_v1,
	.set_depth = set_depth_v1,
	.sqc_vft = sqc_vft_v1,
	.cqc_vft = cqc_vft_v1,
	.eqc_dw3 = HISI_QM_EQC_V1_DW3,
};

const struct qm_gen qm_gen_v2 = {
	.revision = HISI_QM_REV_V2,
	.api = "hisi_qm_v2",
	.queues = HISI_QM_V2_QUEUES,
	.regs = { 0, DEPTHS(2048, 1024), DEPTHS(1024, 1024),
		  IRQ(HISI_QM_VECTOR_EQ), IRQ(HISI_QM_VECTOR_AEQ),
		  IRQ(HISI_QM_VECTOR_ABNORMAL), 0, VECTORS(2, 4) },
	.ras = { .nfe = 0x1c57, .reset = 0x0c57, .shutdown = 0x0004, .ce = 0x0008 },
	.has_vft_count = true,
	.has_sva = true,
	.has_wb = true,
	.reports_errors = true,
	.doorbell = doorbell_v2,
	.set_depth = set_depth_v2,
	.sqc_vft = sqc_vft_v2,
	.cqc_vft = cqc_vft_v2,
};

const struct qm_gen qm_gen_v3 = {
	.revision = HISI_QM_REV_V3,
	.api = "hisi_qm_v3",
	.regs = { HISI_QM_CAP_QOS | HISI_QM_CAP_STOP_QP | HISI_QM_CAP_STOP_FUNC |
		  HISI_QM_CAP_MSG | HISI_QM_CAP_RPM_PF | HISI_QM_CAP_SVA_PREFETCH,
		  DEPTHS(2048, 1024), DEPTHS(1024, 1024),
		  IRQ(HISI_QM_VECTOR_EQ), IRQ(HISI_QM_VECTOR_AEQ),
		  IRQ(HISI_QM_VECTOR_ABNORMAL), IRQ(HISI_QM_VECTOR_MSG),
		  VECTORS(3, 4) },
	.ras = { .nfe = 0x7c77, .reset = 0x6c77, .shutdown = 0x6c77, .ce = 0x0008 },
	.has_cap_regs = true,
	.has_vft_count = true,
	.has_sva = true,
	.has_pasid_valid = true,
	.has_shutdown_sel = true,
	.has_wb = true,
	.reports_errors = true,
	.doorbell = doorbell_v2,
	.set_depth = set_depth_v2,
	.sqc_vft = sqc_vft_v2,
	.cqc_vft = cqc_vft_v2,
};
