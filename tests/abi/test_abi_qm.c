/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Golden bytes of the Queue Manager: what the worked examples of the
 * specification (hisi-qm 2.4 and 4.8) put on the bus, built from the masks and
 * structures of hwdefs alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hisi_qm_hw.h"

#define LOW(addr)	((uint32_t)(addr))
#define HIGH(addr)	((uint32_t)((uint64_t)(addr) >> 32))
#define COUNT(table)	(sizeof(table) / sizeof((table)[0]))

#define SQ_ADDR		0x0000000123456000ULL
#define CQ_ADDR		0x0000000123476000ULL
#define EQ_ADDR		0x0000000123496000ULL

static uint64_t doorbell_v1(uint64_t cmd, uint64_t qn, uint64_t index,
			    uint64_t priority)
{
	return (qn & HISI_QM_DB_V1_QN_MASK) |
	       cmd << HISI_QM_DB_V1_CMD_SHIFT |
	       index << HISI_QM_DB_INDEX_SHIFT |
	       priority << HISI_QM_DB_PRIORITY_SHIFT;
}

static uint64_t doorbell_v2(uint64_t cmd, uint64_t qn, uint64_t randata,
			    uint64_t index, uint64_t priority)
{
	return (qn & HISI_QM_DB_V2_QN_MASK) |
	       (cmd & HISI_QM_DB_V2_CMD_MASK) << HISI_QM_DB_V2_CMD_SHIFT |
	       randata << HISI_QM_DB_V2_RAND_SHIFT |
	       index << HISI_QM_DB_INDEX_SHIFT |
	       priority << HISI_QM_DB_PRIORITY_SHIFT;
}

static void test_doorbell_v2_is_as_specified(void **state)
{
	(void)state;
	assert_int_equal(doorbell_v2(HISI_QM_DB_SQ, 5, 0, 1, 0),
			 0x0000000100000005ULL);
	assert_int_equal(doorbell_v2(HISI_QM_DB_CQ, 5, 0, 1, 0),
			 0x0000000100001005ULL);
	assert_int_equal(doorbell_v2(HISI_QM_DB_CQ, 5, 0, 1, 1),
			 0x0001000100001005ULL);
	assert_int_equal(doorbell_v2(HISI_QM_DB_EQ, 0, 0, 7, 0),
			 0x0000000700002000ULL);
	assert_int_equal(doorbell_v2(HISI_QM_DB_AEQ, 0, 0, 0, 0),
			 0x0000000000003000ULL);
}

/* 4.7: randata in 31:16, the queue number keeps 12 bits */
static void test_doorbell_v2_fields_do_not_overlap(void **state)
{
	(void)state;
	assert_int_equal(doorbell_v2(HISI_QM_DB_CQ, 0xfff, 0xbeef, 0x0fff, 1),
			 0x00010fffbeef1fffULL);
	assert_int_equal(doorbell_v2(HISI_QM_DB_SQ, 0x1005, 0, 0, 0), 5);
}

static void test_doorbell_v1_is_as_specified(void **state)
{
	(void)state;
	assert_int_equal(doorbell_v1(HISI_QM_DB_CQ, 5, 1, 1),
			 0x0001000100010005ULL);
	assert_int_equal(doorbell_v1(HISI_QM_DB_SQ, 0xfff, 0x3ff, 0),
			 0x000003ff00000fffULL);
}

/* 4.8: first halfword of the mailbox */
static void test_mailbox_word_is_as_specified(void **state)
{
	static const struct {
		uint16_t cmd;
		uint16_t op;
		uint16_t word;
	} golden[] = {
		{ HISI_QM_MB_SQC, 0, 0x2000 },
		{ HISI_QM_MB_CQC, 0, 0x2001 },
		{ HISI_QM_MB_EQC, 0, 0x2002 },
		{ HISI_QM_MB_AEQC, 0, 0x2003 },
		{ HISI_QM_MB_SQC_BT, 0, 0x2004 },
		{ HISI_QM_MB_CQC_BT, 0, 0x2005 },
		{ HISI_QM_MB_SQC_VFT, HISI_QM_MB_OP_GET, 0x6006 },
		{ HISI_QM_MB_SQC, HISI_QM_MB_OP_GET, 0x6000 },
		{ HISI_QM_MB_CQC, HISI_QM_MB_OP_GET, 0x6001 },
		{ HISI_QM_MB_STOP_QP, 0, 0x2008 },
		{ HISI_QM_MB_FLUSH_QM, 0, 0x2009 },
		{ HISI_QM_MB_SRC, 0, 0x200c },
		{ HISI_QM_MB_DST, HISI_QM_MB_OP_GET, 0x600d },
		{ HISI_QM_MB_DST, 0, 0x200d },
		{ HISI_QM_MB_PAUSE_QM, 0, 0x200e },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(golden); i++)
		assert_int_equal(HISI_QM_MB_BUSY | golden[i].op | golden[i].cmd,
				 golden[i].word);
}

static void test_mailbox_status_is_in_bits_12_to_9(void **state)
{
	const uint16_t done = HISI_QM_MB_SQC;
	const uint16_t failed = 0x0200;
	const uint16_t worst = 0x5e00;

	(void)state;
	assert_int_equal(done >> HISI_QM_MB_STATUS_SHIFT &
			 HISI_QM_MB_STATUS_MASK, 0);
	assert_int_equal(failed >> HISI_QM_MB_STATUS_SHIFT &
			 HISI_QM_MB_STATUS_MASK, 1);
	assert_int_equal(failed & HISI_QM_MB_BUSY, 0);
	assert_int_equal(worst >> HISI_QM_MB_STATUS_SHIFT &
			 HISI_QM_MB_STATUS_MASK, 15);
	assert_int_equal(HISI_QM_MB_EVENT, 0x0100);
}

/* 3.1: the 16 bytes of "install the CQC of queue 5" */
static void test_mailbox_image_is_as_specified(void **state)
{
	static const uint8_t golden[16] = {
		0x01, 0x20, 0x05, 0x00, 0x00, 0x60, 0x47, 0x23,
		0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	};
	struct hisi_qm_mailbox mb = {
		.word0 = HISI_QM_MB_BUSY | HISI_QM_MB_CQC,
		.queue = 5,
		.base_l = LOW(CQ_ADDR),
		.base_h = HIGH(CQ_ADDR),
	};

	(void)state;
	assert_int_equal(sizeof(mb), HISI_QM_MAILBOX_BYTES);
	assert_memory_equal(&mb, golden, sizeof(golden));
}

static struct hisi_qm_sqc sqc_of_queue_5(uint16_t alg)
{
	struct hisi_qm_sqc sqc = {
		.base_l = LOW(SQ_ADDR),
		.base_h = HIGH(SQ_ADDR),
		.dw3 = 7 << HISI_QM_QC_ELEM_LOG2_SHIFT | (1024 - 1),
		.cq_num = 5,
		.w13 = HISI_QM_SQC_ORDERS << HISI_QM_SQC_ORDERS_SHIFT |
		       alg << HISI_QM_SQC_ALG_SHIFT,
	};

	return sqc;
}

static void test_sqc_compress_image_is_as_specified(void **state)
{
	static const uint8_t golden[32] = {
		0x00, 0x00, 0x00, 0x00, 0x00, 0x60, 0x45, 0x23,
		0x01, 0x00, 0x00, 0x00, 0xff, 0x73, 0x00, 0x00,
		0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
		0x05, 0x00, 0x10, 0x00, 0x00, 0x00, 0x00, 0x00,
	};
	struct hisi_qm_sqc sqc = sqc_of_queue_5(0);

	(void)state;
	assert_memory_equal(&sqc, golden, sizeof(golden));
}

/* 4.1: algorithm type 1 and, on V3, the PASID with its valid bit */
static void test_sqc_decompress_with_pasid_image_is_as_specified(void **state)
{
	static const uint8_t golden[32] = {
		0x00, 0x00, 0x00, 0x00, 0x00, 0x60, 0x45, 0x23,
		0x01, 0x00, 0x00, 0x00, 0xff, 0x73, 0x00, 0x00,
		0x00, 0x00, 0x00, 0x00, 0x34, 0x12, 0x80, 0x00,
		0x05, 0x00, 0x10, 0x01, 0x00, 0x00, 0x00, 0x00,
	};
	struct hisi_qm_sqc sqc = sqc_of_queue_5(1);

	(void)state;
	sqc.pasid = 0x1234;
	sqc.w11 = HISI_QM_SQC_PASID_VALID;
	assert_memory_equal(&sqc, golden, sizeof(golden));
}

/* 4.1: V1 has the depth in W8 */
static void test_sqc_v1_image_is_as_specified(void **state)
{
	static const uint8_t golden[32] = {
		0x00, 0x00, 0x00, 0x00, 0x00, 0x60, 0x45, 0x23,
		0x01, 0x00, 0x00, 0x00, 0x00, 0x70, 0x00, 0x00,
		0xff, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
		0x05, 0x00, 0x10, 0x00, 0x00, 0x00, 0x00, 0x00,
	};
	struct hisi_qm_sqc sqc = sqc_of_queue_5(0);

	(void)state;
	sqc.dw3 = 7 << HISI_QM_QC_ELEM_LOG2_SHIFT;
	sqc.w8 = 1024 - 1;
	assert_memory_equal(&sqc, golden, sizeof(golden));
}

/* 5.8: how a context in the table is closed, as whole halfwords */
static void test_closed_context_words_are_as_specified(void **state)
{
	(void)state;
	assert_int_equal(HISI_QM_SQC_CLOSED, 0x0040);
	assert_int_equal(HISI_QM_QC_POISON, 0xaaaa);
	assert_int_equal(HISI_QM_QC_TAIL_WRAP, 1 << 6);
}

static void test_cqc_image_is_as_specified(void **state)
{
	static const uint8_t golden[32] = {
		0x00, 0x00, 0x00, 0x00, 0x00, 0x60, 0x47, 0x23,
		0x01, 0x00, 0x00, 0x00, 0xff, 0x43, 0x00, 0x00,
		0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
		0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	};
	struct hisi_qm_cqc cqc = {
		.base_l = LOW(CQ_ADDR),
		.base_h = HIGH(CQ_ADDR),
		.dw3 = HISI_QM_CQE_LOG2 << HISI_QM_QC_ELEM_LOG2_SHIFT |
		       (1024 - 1),
		.dw6 = HISI_QM_CQC_PHASE | HISI_QM_CQC_ARMED,
	};
	const uint8_t *bytes = (const uint8_t *)&cqc;

	(void)state;
	assert_memory_equal(&cqc, golden, sizeof(golden));

	/* 4.2: bit 0 here, not bit 7 as in the SQC */
	cqc.w11 = HISI_QM_CQC_PASID_VALID;
	assert_int_equal(bytes[0x16], 0x01);
	assert_int_equal(bytes[0x17], 0x00);
}

static void test_eqc_image_is_as_specified(void **state)
{
	static const uint8_t golden[32] = {
		0x00, 0x00, 0x00, 0x00, 0x00, 0x60, 0x49, 0x23,
		0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
		0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
		0xff, 0x07, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00,
	};
	struct hisi_qm_eqc eqc = {
		.base_l = LOW(EQ_ADDR),
		.base_h = HIGH(EQ_ADDR),
		.dw6 = HISI_QM_EQC_PHASE | (2048 - 1),
	};

	(void)state;
	assert_memory_equal(&eqc, golden, sizeof(golden));

	/* 4.4: the asynchronous one with 1024 entries */
	assert_int_equal(HISI_QM_EQC_PHASE |
			 (HISI_QM_EQC_DEPTH_MASK & (1024 - 1)), 0x000103ff);
	/* 4.3: V1 says the element's size instead */
	assert_int_equal(HISI_QM_EQE_LOG2 << HISI_QM_QC_ELEM_LOG2_SHIFT,
			 HISI_QM_EQC_V1_DW3);
	assert_int_equal(HISI_QM_EQC_V1_DW3, 0x2000);
}

static void test_event_queue_elements_are_as_specified(void **state)
{
	const uint32_t first_lap = HISI_QM_EQE_PHASE;

	(void)state;
	assert_int_equal(first_lap | (5 & HISI_QM_EQE_NUM_MASK), 0x00010005);
	assert_int_equal(first_lap | 5 |
			 HISI_QM_AEQE_CQ_OVERFLOW << HISI_QM_AEQE_TYPE_SHIFT,
			 0x00010005);
	assert_int_equal(first_lap |
			 HISI_QM_AEQE_EQ_OVERFLOW << HISI_QM_AEQE_TYPE_SHIFT,
			 0x00030000);
	assert_int_equal(first_lap | 5 |
			 HISI_QM_AEQE_CQE_ERROR << HISI_QM_AEQE_TYPE_SHIFT,
			 0x00050005);
	assert_int_equal(0x00050005 >> HISI_QM_AEQE_TYPE_SHIFT &
			 HISI_QM_AEQE_TYPE_MASK, HISI_QM_AEQE_CQE_ERROR);
}

static void test_cqe_image_is_as_specified(void **state)
{
	static const uint8_t golden[16] = {
		0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
		0x09, 0x00, 0x05, 0x00, 0x00, 0x00, 0x01, 0x00,
	};
	struct hisi_qm_cqe cqe = {
		.sq_head = 9,
		.sq_num = 5,
		.w7 = HISI_QM_CQE_PHASE,
	};

	(void)state;
	assert_memory_equal(&cqe, golden, sizeof(golden));
	assert_int_equal(1 << HISI_QM_CQE_LOG2, sizeof(cqe));
}

static uint64_t sqc_vft(uint64_t base, uint64_t count)
{
	return (base & HISI_QM_SQC_VFT_BASE_MASK) << HISI_QM_SQC_VFT_BASE_SHIFT |
	       HISI_QM_SQC_VFT_VALID |
	       (count - 1) << HISI_QM_SQC_VFT_COUNT_SHIFT;
}

/* 2.4: worked values */
static void test_vft_entries_are_as_specified(void **state)
{
	(void)state;
	assert_int_equal(sqc_vft(0, 64), 0x0007f00000000000ULL);
	assert_int_equal(sqc_vft(64, 960), 0x0077f00400000000ULL);
	assert_int_equal(LOW(sqc_vft(64, 960)), 0x00000000);
	assert_int_equal(HIGH(sqc_vft(64, 960)), 0x0077f004);
	assert_int_equal(HISI_QM_CQC_VFT_VALID, 0x0000000010000000ULL);
	assert_int_equal(HISI_QM_SQC_VFT_VALID | HISI_QM_VFT_V1_SIZES,
			 0x0000100000015700ULL);
	assert_int_equal(HISI_QM_CQC_VFT_VALID | HISI_QM_VFT_V1_SIZES,
			 0x0000000010015700ULL);
}

static void test_vft_entry_reads_back(void **state)
{
	const uint64_t entry = 0x0077f00400000000ULL;

	(void)state;
	assert_int_equal(entry >> HISI_QM_SQC_VFT_BASE_SHIFT &
			 HISI_QM_SQC_VFT_BASE_MASK, 64);
	assert_int_equal((entry >> HISI_QM_SQC_VFT_COUNT_SHIFT &
			  HISI_QM_SQC_VFT_COUNT_MASK) + 1, 960);
}

/* 2.1, 2.7, 6.3: where a doorbell is stored */
static void test_doorbell_addresses_are_as_specified(void **state)
{
	(void)state;
	assert_int_equal(HISI_QM_DOORBELL_V1, 0x340);
	assert_int_equal(HISI_QM_DOORBELL_SQ_CQ, 0x1000);
	assert_int_equal(HISI_QM_DOORBELL_EQ_AEQ, 0x2000);
	assert_int_equal(HISI_QM_ISO_STRIDE * 3 + HISI_QM_ISO_DOORBELL,
			 0x31000);
	assert_int_equal(HISI_QM_MAILBOX % HISI_QM_MAILBOX_BYTES, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_doorbell_v2_is_as_specified),
		cmocka_unit_test(test_doorbell_v2_fields_do_not_overlap),
		cmocka_unit_test(test_doorbell_v1_is_as_specified),
		cmocka_unit_test(test_mailbox_word_is_as_specified),
		cmocka_unit_test(test_mailbox_status_is_in_bits_12_to_9),
		cmocka_unit_test(test_mailbox_image_is_as_specified),
		cmocka_unit_test(test_sqc_compress_image_is_as_specified),
		cmocka_unit_test(test_sqc_decompress_with_pasid_image_is_as_specified),
		cmocka_unit_test(test_sqc_v1_image_is_as_specified),
		cmocka_unit_test(test_closed_context_words_are_as_specified),
		cmocka_unit_test(test_cqc_image_is_as_specified),
		cmocka_unit_test(test_eqc_image_is_as_specified),
		cmocka_unit_test(test_event_queue_elements_are_as_specified),
		cmocka_unit_test(test_cqe_image_is_as_specified),
		cmocka_unit_test(test_vft_entries_are_as_specified),
		cmocka_unit_test(test_vft_entry_reads_back),
		cmocka_unit_test(test_doorbell_addresses_are_as_specified),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
