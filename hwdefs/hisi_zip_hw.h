/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * HiSilicon ZIP engine: register offsets, request and scatter list layouts,
 * bit fields. Section numbers are those of the hardware specification
 * (hisi-zip). Everything in memory is little-endian.
 */
#ifndef HISI_ZIP_HW_H
#define HISI_ZIP_HW_H

#include <linux/types.h>

#define HISI_ZIP_PCI_DEVICE_PF		0xa250
#define HISI_ZIP_PCI_DEVICE_VF		0xa251
#define HISI_ZIP_PCI_CLASS		0x120000

/* SQC algorithm type: the direction is the queue's, not the request's. */
#define HISI_ZIP_ALG_COMPRESS		0
#define HISI_ZIP_ALG_DECOMPRESS		1

/* 7.2.1: control */
#define HISI_ZIP_SOFT_CTRL_CNT_CLR_CE	0x301000
#define HISI_ZIP_CLOCK_GATE_CTRL	0x301004
#define HISI_ZIP_FSM_MAX_CNT		0x301008
#define HISI_ZIP_SOFT_CTRL_ZIP_CONTROL	0x30100c
#define HISI_ZIP_PORT_ARCA_CHE_0	0x301040
#define HISI_ZIP_PORT_ARCA_CHE_1	0x301044
#define HISI_ZIP_PORT_AWCA_CHE_0	0x301060
#define HISI_ZIP_PORT_AWCA_CHE_1	0x301064
#define HISI_ZIP_BD_RUSER_32_63		0x301110
#define HISI_ZIP_SGL_RUSER_32_63	0x30111c
#define HISI_ZIP_DATA_RUSER_32_63	0x301128
#define HISI_ZIP_DATA_WUSER_32_63	0x301134
#define HISI_ZIP_BD_WUSER_32_63		0x301140
#define HISI_ZIP_PEH_CFG_AUTO_GATE	0x3011a8
#define HISI_ZIP_PREFETCH_CFG		0x3011b0
#define HISI_ZIP_SVA_TRANS		0x3011c4
#define HISI_ZIP_LIT_LEN_EN		0x301204
#define HISI_ZIP_HIGH_PERF		0x301208
#define HISI_ZIP_OOO_SHUTDOWN_SEL	0x30120c

#define HISI_ZIP_CONTROL_AXI_SHUTDOWN	0x00004000
#define HISI_ZIP_PREFETCH_DISABLE	0x04000000

/* 7.2.2: errors */
#define HISI_ZIP_CORE_INT_SOURCE	0x3010a0
#define HISI_ZIP_CORE_INT_MASK		0x3010a4
#define HISI_ZIP_CORE_INT_SET		0x3010a8
#define HISI_ZIP_CORE_INT_STATUS	0x3010ac
#define HISI_ZIP_SRAM_ECC_ERR_INFO	0x301148
#define HISI_ZIP_RAS_CE_ENB		0x301160
#define HISI_ZIP_RAS_NFE_ENB		0x301164
#define HISI_ZIP_RAS_FE_ENB		0x301168
#define HISI_ZIP_UNCOM_ERR_RAS_CTRL	0x30116c

#define HISI_ZIP_ERR_ECC_1BIT		0x0001
#define HISI_ZIP_ERR_ECC_MBIT		0x0002
#define HISI_ZIP_ERR_AXI_READ		0x0004
#define HISI_ZIP_ERR_AXI_WRITE		0x0008
#define HISI_ZIP_ERR_SRC_ADDR		0x0010
#define HISI_ZIP_ERR_DST_ADDR		0x0020
#define HISI_ZIP_ERR_PRE_IN_ADDR	0x0040
#define HISI_ZIP_ERR_PRE_IN_DATA	0x0080
#define HISI_ZIP_ERR_COMP_IF		0x0100
#define HISI_ZIP_ERR_ENC_IF		0x0200
#define HISI_ZIP_ERR_PRE_OUT		0x0400
#define HISI_ZIP_ERR_AXI_POISON		0x0800
#define HISI_ZIP_ERR_SVA		0x1000
#define HISI_ZIP_ERR_ALL		0x1fff

/* 7.2.3: core counters */
#define HISI_ZIP_COMP_CORE_BASE		0x302000
#define HISI_ZIP_DECOMP_CORE_BASE	0x304000
#define HISI_ZIP_CORE_STRIDE		0x1000
#define HISI_ZIP_CORE_REGS_BYTES	0xa0
#define HISI_ZIP_COMP_CORES		2
#define HISI_ZIP_DECOMP_CORES		6
#define HISI_ZIP_CORE_REQUESTS		0x00
#define HISI_ZIP_CORE_GOOD		0x04
#define HISI_ZIP_CORE_BAD		0x08
#define HISI_ZIP_CORE_DONE		0x0c
#define HISI_ZIP_CORE_CONSUMED		0x38
#define HISI_ZIP_CORE_PRODUCED		0x40
#define HISI_ZIP_CORE_BD_READS		0x7c
#define HISI_ZIP_CORE_BD_WRITES		0x80
#define HISI_ZIP_CORE_BD_READ_ERRORS	0x84
#define HISI_ZIP_CORE_PARSE_ERRORS	0x88
#define HISI_ZIP_CORE_BD_WRITE_ERRORS	0x8c

/* 7.2.4: capabilities, V3 and later */
#define HISI_ZIP_CAP_QM_NFE		0x3124
#define HISI_ZIP_CAP_QM_RESET		0x3128
#define HISI_ZIP_CAP_QM_CE		0x312c
#define HISI_ZIP_CAP_NFE		0x3130
#define HISI_ZIP_CAP_RESET		0x3134
#define HISI_ZIP_CAP_CE			0x3138
#define HISI_ZIP_CAP_CORES		0x313c
#define HISI_ZIP_CAP_CORE_ENABLE	0x3140
#define HISI_ZIP_CAP_DRIVER_ALGS	0x3144
#define HISI_ZIP_CAP_USER_ALGS		0x3148
#define HISI_ZIP_CAP_CORE_ALGS_1	0x314c
#define HISI_ZIP_CAP_END		0x317c

/* 7.3: request */
struct hisi_zip_sqe {
	__le32 consumed;	/* DW0 */
	__le32 produced;
	__le32 comp_data_length;
	__le32 dw3;
	__le32 input_data_length;	/* DW4 */
	__le32 lba_l;
	__le32 lba_h;
	__le32 dw7;
	__le32 dw8;		/* DW8 */
	__le32 dw9;
	__le32 dw10;
	__le32 priv_info;
	__le32 dw12;		/* DW12 */
	__le32 dw13;		/* type 0: tag */
	__le32 dest_avail_out;
	__le32 ctx_dw0;
	__le32 comp_head_addr_l;	/* DW16 */
	__le32 comp_head_addr_h;
	__le32 source_addr_l;
	__le32 source_addr_h;
	__le32 dest_addr_l;	/* DW20 */
	__le32 dest_addr_h;
	__le32 stream_ctx_addr_l;
	__le32 stream_ctx_addr_h;
	__le32 dw24;		/* DW24 */
	__le32 dw25;
	__le32 dw26;		/* type 3: tag low */
	__le32 dw27;		/* type 3: tag high */
	__le32 ctx_dw1;		/* DW28 */
	__le32 ctx_dw2;
	__le32 isize;
	__le32 checksum;
};

#define HISI_ZIP_SQE_BYTES		128
#define HISI_ZIP_SQE_LOG2		7

#define HISI_ZIP_DW3_STATUS_MASK	0xff
#define HISI_ZIP_DW3_LAST_BLOCK		0x100

#define HISI_ZIP_OFFSET_MASK		0x00ffffff	/* DW7, DW8 */
#define HISI_ZIP_DW7_FINISH		0x02000000
#define HISI_ZIP_DW7_STREAM		0x04000000
#define HISI_ZIP_DW7_NEW		0x08000000
#define HISI_ZIP_DW7_TYPE_SHIFT		28
#define HISI_ZIP_DW7_TYPE_MASK		0xf
#define HISI_ZIP_SQE_TYPE_0		0
#define HISI_ZIP_SQE_TYPE_3		3

#define HISI_ZIP_DW9_REQ_MASK		0xff
#define HISI_ZIP_DW9_BUF_SHIFT		8
#define HISI_ZIP_DW9_BUF_MASK		0xf
#define HISI_ZIP_DW9_WINDOW_SHIFT	12
#define HISI_ZIP_DW9_WINDOW_MASK	0xf
#define HISI_ZIP_DW9_ALIGN_SHIFT	16

/*
 * Not of the hardware: the device model reads a compression effort of 1 to 9
 * here, in a field that software for the hardware leaves 0, if its host says
 * so; see devmodel/README.md.
 */
#define HISI_ZIP_DW9_MODEL_LEVEL_SHIFT	16
#define HISI_ZIP_DW9_MODEL_LEVEL_MASK	0xf

/* 7.4: request, buffer and window types */
#define HISI_ZIP_REQ_DEFLATE		0x01
#define HISI_ZIP_REQ_ZLIB		0x02
#define HISI_ZIP_REQ_GZIP		0x03
#define HISI_ZIP_REQ_LZ4		0x04
#define HISI_ZIP_REQ_XTS_AES_128	0x10
#define HISI_ZIP_REQ_XTS_AES_256	0x20
#define HISI_ZIP_REQ_XTS_SM4		0x30
#define HISI_ZIP_REQ_LZ77		0x40
#define HISI_ZIP_REQ_LZ77_PRICE		0x41
#define HISI_ZIP_REQ_LZ77_ZSTD_PRICE	0x42
#define HISI_ZIP_REQ_LZ77_ZSTD		0x43

#define HISI_ZIP_BUF_FLAT		0
#define HISI_ZIP_BUF_SGL		1

#define HISI_ZIP_WINDOW_4K		0
#define HISI_ZIP_WINDOW_8K		1
#define HISI_ZIP_WINDOW_16K		2
#define HISI_ZIP_WINDOW_24K		3
#define HISI_ZIP_WINDOW_32K		4

/* 7.5: status */
#define HISI_ZIP_STATUS_OK		0x00
#define HISI_ZIP_STATUS_NEGATIVE	0x0d
#define HISI_ZIP_STATUS_NO_SPACE	0x0e
#define HISI_ZIP_STATUS_SRC_DIF		0x0f
#define HISI_ZIP_STATUS_CHECK		0x10
#define HISI_ZIP_STATUS_DST_DIF		0x12
#define HISI_ZIP_STATUS_STREAM_END	0x13

/* 7.6: stream state */
#define HISI_ZIP_CTX_DW0_STATE_MASK	0x0000000f
#define HISI_ZIP_CTX_STATE_NORMAL	0
#define HISI_ZIP_CTX_STATE_PENDING_END	1
#define HISI_ZIP_CTX_STATE_PENDING	2
#define HISI_ZIP_CTX_STATE_BETWEEN	3
#define HISI_ZIP_CTX_STATE_NO_CHECK	4
#define HISI_ZIP_CTX_DW0_FINAL		0x00000080
#define HISI_ZIP_CTX_DW0_HEAD_SHIFT	10
#define HISI_ZIP_CTX_DW0_HEAD_MASK	0x3f
#define HISI_ZIP_CTX_DW1_STORED_MASK	0x0007ffff
#define HISI_ZIP_CTX_DW2_WINDOW_MASK	0x0000ffff

#define HISI_ZIP_CTX_BYTES		0x10000	/* as software allocates it */
#define HISI_ZIP_CTX_HW_OFFSET		64	/* what DW22/23 point to */
#define HISI_ZIP_CTX_HW_BYTES		(0x9800 - HISI_ZIP_CTX_HW_OFFSET)

/* 7.9: scatter list */
struct hisi_zip_sgl {
	__le64 next;
	__le16 entry_sum_in_chain;
	__le16 entry_sum_in_sgl;
	__le16 entry_length_in_sgl;
	__le16 pad;
	__u8 software[48];
};

struct hisi_zip_sge {
	__le64 addr;
	__u64 software0;
	__le32 length;
	__le32 pad;
	__u64 software1;
};

#define HISI_ZIP_SGL_ALIGN		64
#define HISI_ZIP_SGL_MAX_ENTRIES	255
#define HISI_ZIP_SGL_MAX_CHAIN		256
#define HISI_ZIP_SGE_MAX_BYTES		0x800000

/* 7.11: limits */
#define HISI_ZIP_MAX_BYTES		0x800000
#define HISI_ZIP_STREAM_MIN_OUT		200

#define HISI_ZIP_ASSERT_DW(member, dw) \
	_Static_assert(__builtin_offsetof(struct hisi_zip_sqe, member) == \
		       4 * (dw), "SQE." #member)

_Static_assert(sizeof(struct hisi_zip_sqe) == HISI_ZIP_SQE_BYTES, "SQE");
HISI_ZIP_ASSERT_DW(dw3, 3);
HISI_ZIP_ASSERT_DW(input_data_length, 4);
HISI_ZIP_ASSERT_DW(dw7, 7);
HISI_ZIP_ASSERT_DW(dw8, 8);
HISI_ZIP_ASSERT_DW(dw9, 9);
HISI_ZIP_ASSERT_DW(dw13, 13);
HISI_ZIP_ASSERT_DW(dest_avail_out, 14);
HISI_ZIP_ASSERT_DW(ctx_dw0, 15);
HISI_ZIP_ASSERT_DW(source_addr_l, 18);
HISI_ZIP_ASSERT_DW(dest_addr_l, 20);
HISI_ZIP_ASSERT_DW(stream_ctx_addr_l, 22);
HISI_ZIP_ASSERT_DW(dw24, 24);
HISI_ZIP_ASSERT_DW(dw26, 26);
HISI_ZIP_ASSERT_DW(ctx_dw1, 28);
HISI_ZIP_ASSERT_DW(isize, 30);
HISI_ZIP_ASSERT_DW(checksum, 31);
_Static_assert(sizeof(struct hisi_zip_sgl) == 64, "SGL");
_Static_assert(__builtin_offsetof(struct hisi_zip_sgl, entry_sum_in_sgl) == 10,
	       "SGL.entry_sum_in_sgl");
_Static_assert(sizeof(struct hisi_zip_sge) == 32, "SGE");
_Static_assert(__builtin_offsetof(struct hisi_zip_sge, length) == 16,
	       "SGE.length");

#endif /* HISI_ZIP_HW_H */
