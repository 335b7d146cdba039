/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * HiSilicon Queue Manager: register offsets, layouts of what lies in memory,
 * bit fields. Nothing else: no code, no policy. Used by the kernel modules,
 * the user driver and the device model. Section numbers are those of the
 * hardware specification (hisi-qm).
 *
 * Everything in memory is little-endian.
 */
#ifndef HISI_QM_HW_H
#define HISI_QM_HW_H

#include <linux/types.h>

/* 1.1, 1.2: PCI identity. A VF has the PF's device id + 1. */
#define HISI_QM_PCI_VENDOR		0x19e5
#define HISI_QM_REV_V1			0x20
#define HISI_QM_REV_V2			0x21
#define HISI_QM_REV_V3			0x30
#define HISI_QM_REV_V4			0x50
#define HISI_QM_REV_V5			0x51

#define HISI_QM_MAX_VFS			63
#define HISI_QM_V1_QUEUES		4096
#define HISI_QM_V2_QUEUES		1024

/* 1.4: default interrupt vectors */
#define HISI_QM_VECTOR_EQ		0
#define HISI_QM_VECTOR_AEQ		1
#define HISI_QM_VECTOR_MSG		2
#define HISI_QM_VECTOR_ABNORMAL		3

/* 2.1: function space, BAR 2 of PF and VF */
#define HISI_QM_AEQ_INT_SOURCE		0x0000
#define HISI_QM_AEQ_INT_MASK		0x0004
#define HISI_QM_EQ_INT_SOURCE		0x0008
#define HISI_QM_EQ_INT_MASK		0x000c
#define HISI_QM_IFC_INT_SOURCE_V	0x0020
#define HISI_QM_IFC_INT_MASK		0x0024
#define HISI_QM_IFC_INT_STATUS		0x0028
#define HISI_QM_IFC_INT_SET_V		0x002c
#define HISI_QM_QUE_ISO_CFG		0x0030
#define HISI_QM_PAGE_SIZE		0x0034
#define HISI_QM_FUN_DB_DROP		0x0038
#define HISI_QM_VF_STATE		0x0060
#define HISI_QM_FUNS_ACTIVE_ST		0x0200
#define HISI_QM_CACHE_WB_START		0x0204
#define HISI_QM_CACHE_WB_DONE		0x0208
#define HISI_QM_SUB_VERSION_ID		0x0210
#define HISI_QM_MAILBOX			0x0300
#define HISI_QM_MAILBOX_BYTES		16
#define HISI_QM_MAILBOX_DATA_L		0x0304
#define HISI_QM_MAILBOX_DATA_H		0x0308
#define HISI_QM_VF2PF_VF_W		0x0320
#define HISI_QM_DOORBELL_V1		0x0340
#define HISI_QM_PF2VF_VF_R		0x0380
#define HISI_QM_DOORBELL_SQ_CQ		0x1000
#define HISI_QM_CHANNEL_USAGE		0x1100
#define HISI_QM_DOORBELL_EQ_AEQ		0x2000
#define HISI_QM_MIG_EQC			0x8000
#define HISI_QM_MIG_AEQC		0x8020

/* 2.6: capability registers, V3 and later */
#define HISI_QM_CAP_VERSION		0x3100
#define HISI_QM_CAP_EQ_DEPTH		0x3104
#define HISI_QM_CAP_QP_DEPTH		0x3108
#define HISI_QM_CAP_EQ_IRQ		0x310c
#define HISI_QM_CAP_AEQ_IRQ		0x3110
#define HISI_QM_CAP_ABNORMAL_IRQ	0x3114
#define HISI_QM_CAP_MSG_IRQ		0x3118
#define HISI_QM_CAP_IRQ_COUNT		0x311c
#define HISI_QM_CAP_EXT_BAR		0x3120
#define HISI_QM_CAP_FIRST		0x3100
#define HISI_QM_CAP_LAST		0x317c

#define HISI_QM_CAP_VERSION_MASK	0x000000ff
#define HISI_QM_CAP_QOS			0x00000100
#define HISI_QM_CAP_STOP_QP		0x00000200
#define HISI_QM_CAP_STOP_FUNC		0x00000400
#define HISI_QM_CAP_MSG			0x00000800
#define HISI_QM_CAP_RPM_VF		0x00001000
#define HISI_QM_CAP_RPM_PF		0x00002000
#define HISI_QM_CAP_SVA_PREFETCH	0x00004000
#define HISI_QM_CAP_DAE			0x00008000

/* 2.2: device space, PF only */
#define HISI_QM_DEVICE_SPACE		0x100000
#define HISI_QM_MEM_START_INIT		0x100040
#define HISI_QM_MEM_INIT_DONE		0x100044
#define HISI_QM_CACHE_CTL		0x100050
#define HISI_QM_VFT_CFG_OP_ENABLE	0x100054
#define HISI_QM_VFT_CFG_OP_WR		0x100058
#define HISI_QM_VFT_CFG_TYPE		0x10005c
#define HISI_QM_VFT_CFG			0x100060
#define HISI_QM_VFT_CFG_DATA_L		0x100064
#define HISI_QM_VFT_CFG_DATA_H		0x100068
#define HISI_QM_VFT_CFG_RDY		0x10006c
#define HISI_QM_TIMEOUT_CFG		0x100070
#define HISI_QM_DB_TIMEOUT_CFG		0x100074
#define HISI_QM_FLR_PENDING_TIME_CFG	0x100078
#define HISI_QM_ARUSER_M_CFG_1		0x100088
#define HISI_QM_ARUSER_M_CFG_ENABLE	0x100090
#define HISI_QM_AWUSER_M_CFG_1		0x100098
#define HISI_QM_AWUSER_M_CFG_ENABLE	0x1000a0
#define HISI_QM_WUSER_M_CFG_ENABLE	0x1000a8
#define HISI_QM_AXI_M_CFG		0x1000ac
#define HISI_QM_AXI_M_CFG_ENABLE	0x1000b0
#define HISI_QM_PEH_AXUSER_CFG		0x1000cc
#define HISI_QM_PEH_AXUSER_CFG_ENABLE	0x1000d0
#define HISI_QM_PEH_VENDOR_ID		0x1000d8
#define HISI_QM_RAS_CE_ENABLE		0x1000ec
#define HISI_QM_RAS_FE_ENABLE		0x1000f0
#define HISI_QM_RAS_NFE_ENABLE		0x1000f4
#define HISI_QM_RAS_CE_THRESHOLD	0x1000f8
#define HISI_QM_PEH_DFX_INFO0		0x1000fc
#define HISI_QM_ABNORMAL_INT_SOURCE	0x100000
#define HISI_QM_ABNORMAL_INT_MASK	0x100004
#define HISI_QM_ABNORMAL_INT_STATUS	0x100008
#define HISI_QM_ABNORMAL_INT_SET	0x10000c
#define HISI_QM_ABNORMAL_INF00		0x100010
#define HISI_QM_ABNORMAL_INF01		0x100014
#define HISI_QM_ABNORMAL_INF02		0x100018
#define HISI_QM_PEH_DFX_INFO1		0x100100
#define HISI_QM_DFX_CNT_CLR_CE		0x100118
#define HISI_QM_AXI_TIMEOUT_CTRL	0x100120
#define HISI_QM_AXI_TIMEOUT_STATUS	0x100124
#define HISI_QM_IFC_READY_STATUS	0x100128
#define HISI_QM_IFC_INT_SET_P		0x100130
#define HISI_QM_IFC_INT_CFG		0x100134
#define HISI_QM_IFC_INT_SOURCE_P	0x100138
#define HISI_QM_CQE_AGGR_TIMEOUT_CTRL	0x100144
#define HISI_QM_PM_CTRL			0x100148
#define HISI_QM_QUEUE_CAP		0x100158
#define HISI_QM_SHAPER_CFG		0x100164
#define HISI_QM_MIG_REGION_SEL		0x100198
#define HISI_QM_DEV_DB_DROP		0x100250
#define HISI_QM_FUNC_AXI_ERR_ST0	0x100280

#define HISI_QM_IFC_ALL_VFS		0x7f

/* 2.2.5: debug counters, PF only */
#define HISI_QM_DFX_ECC_1BIT_CNT	0x104000
#define HISI_QM_DFX_ECC_1BIT_INF	0x104004
#define HISI_QM_DFX_ECC_MBIT_CNT	0x104008
#define HISI_QM_DFX_ECC_MBIT_INF	0x10400c
#define HISI_QM_DFX_MB_SEL		0x104010
#define HISI_QM_DFX_MB_CNT		0x104018
#define HISI_QM_DFX_DB_SEL		0x104020
#define HISI_QM_DFX_DB_CNT		0x104028
#define HISI_QM_DFX_SQE_SEL		0x104030
#define HISI_QM_DFX_SQE_CNT		0x104038
#define HISI_QM_DFX_CQE_SEL		0x104040
#define HISI_QM_DFX_CQE_CNT		0x104048
#define HISI_QM_DFX_SEND_SQE_TO_ACC_CNT	0x104050
#define HISI_QM_DFX_WB_SQE_FROM_ACC_CNT	0x104058
#define HISI_QM_DFX_ACC_FINISH_CNT	0x104060
#define HISI_QM_DFX_CQE_ERR_CNT		0x1040b4
#define HISI_QM_DFX_IN_IDLE_ST		0x1040e4
#define HISI_QM_OOO_SHUTDOWN_SEL	0x1040f8
#define HISI_QM_DFX_CQE_OUT		0x104100
#define HISI_QM_DFX_EQE_OUT		0x104104
#define HISI_QM_DFX_AEQE_OUT		0x104108
#define HISI_QM_PF2VF_PF_W		0x104700
#define HISI_QM_VF2PF_PF_R		0x104800

/* 2.3: AXI master block, PF only */
#define HISI_QM_AM_CTRL_GLOBAL		0x300000
#define HISI_QM_AM_CFG_PORT_RD_EN	0x300018
#define HISI_QM_AM_CFG_PORT_WR_EN	0x30001c
#define HISI_QM_AM_CURR_PORT_STS	0x300100
#define HISI_QM_AM_ROB_ECC_INT_STS	0x300104
#define HISI_QM_AM_CURR_TRANS_RETURN	0x300150
#define HISI_QM_AM_TRANS_ALL_RETURNED	0x3

/* 2.4: virtual function table */
#define HISI_QM_VFT_TYPE_SQC		0
#define HISI_QM_VFT_TYPE_CQC		1
#define HISI_QM_VFT_TYPE_SHAPER		2
#define HISI_QM_VFT_FUNC_MASK		0x3f
#define HISI_QM_VFT_SHAPER_ALG_SHIFT	6
#define HISI_QM_SQC_VFT_BASE_SHIFT	28
#define HISI_QM_SQC_VFT_BASE_MASK	0xffffULL
#define HISI_QM_SQC_VFT_VALID		(1ULL << 44)
#define HISI_QM_SQC_VFT_COUNT_SHIFT	45
#define HISI_QM_SQC_VFT_COUNT_MASK	0x3ffULL
#define HISI_QM_CQC_VFT_VALID		(1ULL << 28)
#define HISI_QM_VFT_V1_SIZES		0x15700ULL

/* 2.5: abnormal events */
#define HISI_QM_ABN_AXI_READ		0x00000001
#define HISI_QM_ABN_AXI_WRITE		0x00000002
#define HISI_QM_ABN_ECC_MBIT		0x00000004
#define HISI_QM_ABN_ECC_1BIT		0x00000008
#define HISI_QM_ABN_GET_TASK_TIMEOUT	0x00000010
#define HISI_QM_ABN_DO_TASK_TIMEOUT	0x00000020
#define HISI_QM_ABN_WB_NOT_READY	0x00000040
#define HISI_QM_ABN_SQ_CQ_VF_INVALID	0x00000080
#define HISI_QM_ABN_CQ_VF_INVALID	0x00000100
#define HISI_QM_ABN_SQ_VF_INVALID	0x00000200
#define HISI_QM_ABN_DB_TIMEOUT		0x00000400
#define HISI_QM_ABN_FIFO_OVERFLOW	0x00000800
#define HISI_QM_ABN_DB_RANDOM_INVALID	0x00001000
#define HISI_QM_ABN_MAILBOX_TIMEOUT	0x00002000
#define HISI_QM_ABN_FLR_TIMEOUT		0x00004000
#define HISI_QM_ABN_ALL			0x00007fff

/* 2.7: isolated doorbells, BAR 4 */
#define HISI_QM_ISO_STRIDE		0x10000
#define HISI_QM_ISO_DOORBELL		0x1000

/* 3.1: mailbox, first halfword */
#define HISI_QM_MB_CMD_MASK		0x00ff
#define HISI_QM_MB_EVENT		0x0100
#define HISI_QM_MB_STATUS_SHIFT		9
#define HISI_QM_MB_STATUS_MASK		0xf
#define HISI_QM_MB_BUSY			0x2000
#define HISI_QM_MB_OP_GET		0x4000

/* 3.4: mailbox commands */
#define HISI_QM_MB_SQC			0x0
#define HISI_QM_MB_CQC			0x1
#define HISI_QM_MB_EQC			0x2
#define HISI_QM_MB_AEQC			0x3
#define HISI_QM_MB_SQC_BT		0x4
#define HISI_QM_MB_CQC_BT		0x5
#define HISI_QM_MB_SQC_VFT		0x6
#define HISI_QM_MB_STOP_QP		0x8
#define HISI_QM_MB_FLUSH_QM		0x9
#define HISI_QM_MB_SRC			0xc
#define HISI_QM_MB_DST			0xd
#define HISI_QM_MB_PAUSE_QM		0xe

#define HISI_QM_MB_DST_ALL_VFS		0xffff

struct hisi_qm_mailbox {
	__le16 word0;
	__le16 queue;
	__le32 base_l;
	__le32 base_h;
	__le32 reserved;
};

/* 3.8: inter-function messages */
#define HISI_QM_MSG_FLR_PREPARE		0x01
#define HISI_QM_MSG_SRST_PREPARE	0x02
#define HISI_QM_MSG_RESET_DONE		0x03
#define HISI_QM_MSG_VF_PREPARE_DONE	0x04
#define HISI_QM_MSG_VF_PREPARE_FAIL	0x05
#define HISI_QM_MSG_VF_START_DONE	0x06
#define HISI_QM_MSG_VF_START_FAIL	0x07
#define HISI_QM_MSG_SET_QOS		0x08
#define HISI_QM_MSG_GET_QOS		0x09
#define HISI_QM_MSG_FUNC_RESET		0x0a
#define HISI_QM_MSG_GET_ISOLATION	0x0b
#define HISI_QM_MSG_SET_ISOLATION	0x0c

/* 4.1: submission queue context */
struct hisi_qm_sqc {
	__le16 head;
	__le16 tail;
	__le32 base_l;
	__le32 base_h;
	__le32 dw3;
	__le16 w8;
	__le16 reserved0;
	__le16 pasid;
	__le16 w11;
	__le16 cq_num;
	__le16 w13;
	__le32 reserved1;
};

/* DW3, V2 and later; V1 has log2(element bytes) alone and the depth in W8 */
#define HISI_QM_QC_DEPTH_MASK		0xfff
#define HISI_QM_QC_ELEM_LOG2_SHIFT	12
#define HISI_QM_QC_ELEM_LOG2_MASK	0xf
#define HISI_QM_CQE_LOG2		4
#define HISI_QM_EQE_LOG2		2
#define HISI_QM_MAX_DEPTH		4096

#define HISI_QM_QC_TAIL_WRAP		0x0040	/* W11 of a dump */
#define HISI_QM_SQC_PASID_VALID		0x0080	/* W11, V3 and later */
#define HISI_QM_CQC_PASID_VALID		0x0001	/* W11, V3 and later */

#define HISI_QM_SQC_ORDERS_SHIFT	4	/* W13 */
#define HISI_QM_SQC_ORDERS		1
#define HISI_QM_SQC_ALG_SHIFT		8
#define HISI_QM_SQC_ALG_MASK		0xf
#define HISI_QM_SQC_CLOSED		0x0040
#define HISI_QM_QC_POISON		0xaaaa	/* W8 */

/* 4.2: completion queue context */
struct hisi_qm_cqc {
	__le16 head;
	__le16 tail;
	__le32 base_l;
	__le32 base_h;
	__le32 dw3;
	__le16 w8;
	__le16 reserved0;
	__le16 pasid;
	__le16 w11;
	__le32 dw6;
	__le32 reserved1;
};

#define HISI_QM_CQC_PHASE		0x1	/* DW6 */
#define HISI_QM_CQC_ARMED		0x2

/* 4.3, 4.4: event queue context; the asynchronous one has the same layout */
struct hisi_qm_eqc {
	__le16 head;
	__le16 tail;
	__le32 base_l;
	__le32 base_h;
	__le32 dw3;
	__le32 reserved0[2];
	__le32 dw6;
	__le32 reserved1;
};

#define HISI_QM_EQC_V1_DW3		0x2000
#define HISI_QM_EQC_DEPTH_MASK		0xffff	/* DW6: depth - 1 */
#define HISI_QM_EQC_PHASE		0x10000

/* 4.5: queue elements */
struct hisi_qm_cqe {
	__le32 reserved0;
	__le16 cmd_id;
	__le16 reserved1;
	__le16 sq_head;
	__le16 sq_num;
	__le16 reserved2;
	__le16 w7;
};

#define HISI_QM_CQE_PHASE		0x1	/* W7 */

#define HISI_QM_EQE_NUM_MASK		0xffff	/* EQE and AEQE */
#define HISI_QM_EQE_PHASE		0x10000
#define HISI_QM_AEQE_TYPE_SHIFT		17
#define HISI_QM_AEQE_TYPE_MASK		0xf
#define HISI_QM_AEQE_CQ_OVERFLOW	0
#define HISI_QM_AEQE_EQ_OVERFLOW	1
#define HISI_QM_AEQE_CQE_ERROR		2

/* 4.7: doorbells, one 64-bit store */
#define HISI_QM_DB_SQ			0ULL
#define HISI_QM_DB_CQ			1ULL
#define HISI_QM_DB_EQ			2ULL
#define HISI_QM_DB_AEQ			3ULL

#define HISI_QM_DB_V1_CMD_SHIFT		16
#define HISI_QM_DB_V1_QN_MASK		0xffffULL
#define HISI_QM_DB_V2_CMD_SHIFT		12
#define HISI_QM_DB_V2_CMD_MASK		0xfULL
#define HISI_QM_DB_V2_QN_MASK		0xfffULL
#define HISI_QM_DB_V2_RAND_SHIFT	16
#define HISI_QM_DB_INDEX_SHIFT		32
#define HISI_QM_DB_PRIORITY_SHIFT	48

#define HISI_QM_ASSERT_OFFSET(type, member, offset) \
	_Static_assert(__builtin_offsetof(struct type, member) == (offset), \
		       #type "." #member)

_Static_assert(sizeof(struct hisi_qm_mailbox) == 16, "mailbox");
HISI_QM_ASSERT_OFFSET(hisi_qm_mailbox, base_l, 4);
HISI_QM_ASSERT_OFFSET(hisi_qm_mailbox, base_h, 8);
_Static_assert(sizeof(struct hisi_qm_sqc) == 32, "SQC");
HISI_QM_ASSERT_OFFSET(hisi_qm_sqc, base_l, 0x04);
HISI_QM_ASSERT_OFFSET(hisi_qm_sqc, dw3, 0x0c);
HISI_QM_ASSERT_OFFSET(hisi_qm_sqc, w8, 0x10);
HISI_QM_ASSERT_OFFSET(hisi_qm_sqc, pasid, 0x14);
HISI_QM_ASSERT_OFFSET(hisi_qm_sqc, w11, 0x16);
HISI_QM_ASSERT_OFFSET(hisi_qm_sqc, cq_num, 0x18);
HISI_QM_ASSERT_OFFSET(hisi_qm_sqc, w13, 0x1a);
_Static_assert(sizeof(struct hisi_qm_cqc) == 32, "CQC");
HISI_QM_ASSERT_OFFSET(hisi_qm_cqc, dw3, 0x0c);
HISI_QM_ASSERT_OFFSET(hisi_qm_cqc, w8, 0x10);
HISI_QM_ASSERT_OFFSET(hisi_qm_cqc, pasid, 0x14);
HISI_QM_ASSERT_OFFSET(hisi_qm_cqc, w11, 0x16);
HISI_QM_ASSERT_OFFSET(hisi_qm_cqc, dw6, 0x18);
_Static_assert(sizeof(struct hisi_qm_eqc) == 32, "EQC");
HISI_QM_ASSERT_OFFSET(hisi_qm_eqc, base_l, 0x04);
HISI_QM_ASSERT_OFFSET(hisi_qm_eqc, dw3, 0x0c);
HISI_QM_ASSERT_OFFSET(hisi_qm_eqc, dw6, 0x18);
_Static_assert(sizeof(struct hisi_qm_cqe) == 16, "CQE");
HISI_QM_ASSERT_OFFSET(hisi_qm_cqe, sq_head, 0x8);
HISI_QM_ASSERT_OFFSET(hisi_qm_cqe, sq_num, 0xa);
HISI_QM_ASSERT_OFFSET(hisi_qm_cqe, w7, 0xe);

#endif /* HISI_QM_HW_H */
