/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Golden words of the ZIP engine: the worked requests of the specification
 * (hisi-zip 7.13) and the layouts of 7.3 and 7.9, from hwdefs alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hisi_zip_hw.h"

#define COUNT(table)	(sizeof(table) / sizeof((table)[0]))

#define NEW		HISI_ZIP_DW7_NEW
#define STREAM		HISI_ZIP_DW7_STREAM
#define FINISH		HISI_ZIP_DW7_FINISH

static uint32_t dw7(uint32_t type, uint32_t bits, uint32_t src_offset)
{
	return (type & HISI_ZIP_DW7_TYPE_MASK) << HISI_ZIP_DW7_TYPE_SHIFT |
	       bits | (src_offset & HISI_ZIP_OFFSET_MASK);
}

static uint32_t dw9(uint32_t req, uint32_t buf, uint32_t window)
{
	return (req & HISI_ZIP_DW9_REQ_MASK) |
	       (buf & HISI_ZIP_DW9_BUF_MASK) << HISI_ZIP_DW9_BUF_SHIFT |
	       (window & HISI_ZIP_DW9_WINDOW_MASK) << HISI_ZIP_DW9_WINDOW_SHIFT;
}

/* 7.13, column DW7: first the kernel's and KAE2's, then UADK's */
static void test_dw7_is_as_specified(void **state)
{
	static const struct {
		uint32_t type;
		uint32_t bits;
		uint32_t src_offset;
		uint32_t word;
	} golden[] = {
		{ HISI_ZIP_SQE_TYPE_3, 0, 0, 0x30000000 },
		{ HISI_ZIP_SQE_TYPE_0, 0, 0, 0x00000000 },
		{ HISI_ZIP_SQE_TYPE_0, 0, 2, 0x00000002 },
		{ HISI_ZIP_SQE_TYPE_3, NEW | FINISH, 0, 0x3a000000 },
		{ HISI_ZIP_SQE_TYPE_3, NEW | STREAM, 0, 0x3c000000 },
		{ HISI_ZIP_SQE_TYPE_3, STREAM, 0, 0x34000000 },
		{ HISI_ZIP_SQE_TYPE_3, STREAM | FINISH, 0, 0x36000000 },
		{ HISI_ZIP_SQE_TYPE_3, NEW | STREAM | FINISH, 0, 0x3e000000 },
		{ HISI_ZIP_SQE_TYPE_0, NEW | STREAM, 0, 0x0c000000 },
		{ HISI_ZIP_SQE_TYPE_0, STREAM, 0, 0x04000000 },
		{ HISI_ZIP_SQE_TYPE_0, STREAM | FINISH, 0, 0x06000000 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(golden); i++)
		assert_int_equal(dw7(golden[i].type, golden[i].bits,
				     golden[i].src_offset), golden[i].word);
}

/* 7.13, column DW9 */
static void test_dw9_is_as_specified(void **state)
{
	static const struct {
		uint32_t req;
		uint32_t buf;
		uint32_t window;
		uint32_t word;
	} golden[] = {
		{ HISI_ZIP_REQ_DEFLATE, HISI_ZIP_BUF_SGL, HISI_ZIP_WINDOW_16K,
		  0x00002101 },
		{ HISI_ZIP_REQ_DEFLATE, HISI_ZIP_BUF_SGL, HISI_ZIP_WINDOW_4K,
		  0x00000101 },
		{ HISI_ZIP_REQ_LZ4, HISI_ZIP_BUF_SGL, HISI_ZIP_WINDOW_16K,
		  0x00002104 },
		{ HISI_ZIP_REQ_ZLIB, HISI_ZIP_BUF_SGL, HISI_ZIP_WINDOW_4K,
		  0x00000102 },
		{ HISI_ZIP_REQ_GZIP, HISI_ZIP_BUF_SGL, HISI_ZIP_WINDOW_4K,
		  0x00000103 },
		{ HISI_ZIP_REQ_ZLIB, HISI_ZIP_BUF_FLAT, HISI_ZIP_WINDOW_32K,
		  0x00004002 },
		{ HISI_ZIP_REQ_ZLIB, HISI_ZIP_BUF_FLAT, HISI_ZIP_WINDOW_4K,
		  0x00000002 },
		{ HISI_ZIP_REQ_GZIP, HISI_ZIP_BUF_FLAT, HISI_ZIP_WINDOW_4K,
		  0x00000003 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(golden); i++)
		assert_int_equal(dw9(golden[i].req, golden[i].buf,
				     golden[i].window), golden[i].word);
}

/* 7.13: "KAE2 zlib compression on V2" and "KAE2 gzip compression on V3" */
static void test_header_room_is_as_specified(void **state)
{
	struct hisi_zip_sqe sqe = {
		.dw7 = dw7(HISI_ZIP_SQE_TYPE_0, 0, 0),
		.dw8 = 2 & HISI_ZIP_OFFSET_MASK,
		.dw9 = dw9(HISI_ZIP_REQ_ZLIB, HISI_ZIP_BUF_SGL,
			   HISI_ZIP_WINDOW_4K),
	};
	const uint8_t *bytes = (const uint8_t *)&sqe;

	(void)state;
	assert_memory_equal(bytes + 0x1c,
			    "\x00\x00\x00\x00\x02\x00\x00\x00\x02\x01\x00\x00",
			    12);
	sqe.dw7 = dw7(HISI_ZIP_SQE_TYPE_3, 0, 0);
	sqe.dw8 = 10 & HISI_ZIP_OFFSET_MASK;
	sqe.dw9 = dw9(HISI_ZIP_REQ_GZIP, HISI_ZIP_BUF_SGL,
		      HISI_ZIP_WINDOW_4K);
	assert_memory_equal(bytes + 0x1c,
			    "\x00\x00\x00\x30\x0a\x00\x00\x00\x03\x01\x00\x00",
			    12);
}

/* 7.13: "UADK2 zlib stateless, flat, 32 KiB window" as 128 bytes */
static void test_sqe_type_3_image_is_as_specified(void **state)
{
	struct hisi_zip_sqe sqe = {
		.input_data_length = 4096,
		.dw7 = dw7(HISI_ZIP_SQE_TYPE_3, NEW | FINISH, 0),
		.dw9 = dw9(HISI_ZIP_REQ_ZLIB, HISI_ZIP_BUF_FLAT,
			   HISI_ZIP_WINDOW_32K),
		.dest_avail_out = 0x2000 - 2,
		.source_addr_l = 0x23456000,
		.source_addr_h = 0x1,
		.dest_addr_l = 0x23458002,
		.dest_addr_h = 0x1,
		.dw26 = 0x11223344,
		.dw27 = 0x55667788,
	};
	uint8_t golden[HISI_ZIP_SQE_BYTES] = { 0 };

	(void)state;
	memcpy(golden + 0x10, "\x00\x10\x00\x00", 4);
	memcpy(golden + 0x1c, "\x00\x00\x00\x3a", 4);
	memcpy(golden + 0x24, "\x02\x40\x00\x00", 4);
	memcpy(golden + 0x38, "\xfe\x1f\x00\x00", 4);
	memcpy(golden + 0x48, "\x00\x60\x45\x23\x01\x00\x00\x00", 8);
	memcpy(golden + 0x50, "\x02\x80\x45\x23\x01\x00\x00\x00", 8);
	memcpy(golden + 0x68, "\x44\x33\x22\x11\x88\x77\x66\x55", 8);
	assert_memory_equal(&sqe, golden, sizeof(golden));
}

/* 7.13: "UADK1 on V2 (type 0), stateful" last request, gzip, as 128 bytes */
static void test_sqe_type_0_stateful_image_is_as_specified(void **state)
{
	struct hisi_zip_sqe sqe = {
		.input_data_length = 0x800000,
		.dw7 = dw7(HISI_ZIP_SQE_TYPE_0, STREAM | FINISH, 0),
		.dw9 = dw9(HISI_ZIP_REQ_GZIP, HISI_ZIP_BUF_FLAT,
			   HISI_ZIP_WINDOW_4K),
		.dw13 = 0x0badcafe,
		.dest_avail_out = 0x800000,
		.ctx_dw0 = 0x01020304,
		.stream_ctx_addr_l = 0x00010040,
		.stream_ctx_addr_h = 0xffff,
		.ctx_dw1 = 0x05060708,
		.ctx_dw2 = 0x090a0b0c,
		.isize = 0x0d0e0f10,
		.checksum = 0x11121314,
	};
	uint8_t golden[HISI_ZIP_SQE_BYTES] = { 0 };

	(void)state;
	memcpy(golden + 0x10, "\x00\x00\x80\x00", 4);
	memcpy(golden + 0x1c, "\x00\x00\x00\x06", 4);
	memcpy(golden + 0x24, "\x03\x00\x00\x00", 4);
	memcpy(golden + 0x34, "\xfe\xca\xad\x0b", 4);
	memcpy(golden + 0x38, "\x00\x00\x80\x00", 4);
	memcpy(golden + 0x3c, "\x04\x03\x02\x01", 4);
	memcpy(golden + 0x58, "\x40\x00\x01\x00\xff\xff\x00\x00", 8);
	memcpy(golden + 0x70, "\x08\x07\x06\x05\x0c\x0b\x0a\x09", 8);
	memcpy(golden + 0x78, "\x10\x0f\x0e\x0d\x14\x13\x12\x11", 8);
	assert_memory_equal(&sqe, golden, sizeof(golden));
}

/* 7.13: result examples */
static void test_result_words_are_as_specified(void **state)
{
	const uint32_t end = 0x113;

	(void)state;
	assert_int_equal(HISI_ZIP_STATUS_OK, 0x00);
	assert_int_equal(HISI_ZIP_STATUS_NEGATIVE, 0x0d);
	assert_int_equal(HISI_ZIP_DW3_LAST_BLOCK | HISI_ZIP_STATUS_STREAM_END,
			 end);
	assert_int_equal(end & HISI_ZIP_DW3_STATUS_MASK,
			 HISI_ZIP_STATUS_STREAM_END);
}

/* 7.4: the codes that 7.13 has no example for */
static void test_request_codes_are_as_specified(void **state)
{
	(void)state;
	assert_int_equal(HISI_ZIP_REQ_XTS_AES_128, 0x10);
	assert_int_equal(HISI_ZIP_REQ_XTS_AES_256, 0x20);
	assert_int_equal(HISI_ZIP_REQ_XTS_SM4, 0x30);
	assert_int_equal(HISI_ZIP_REQ_LZ77, 0x40);
	assert_int_equal(HISI_ZIP_REQ_LZ77_PRICE, 0x41);
	assert_int_equal(HISI_ZIP_REQ_LZ77_ZSTD_PRICE, 0x42);
	assert_int_equal(HISI_ZIP_REQ_LZ77_ZSTD, 0x43);
	assert_int_equal(HISI_ZIP_WINDOW_8K, 1);
	assert_int_equal(HISI_ZIP_WINDOW_24K, 3);
}

/* 7.5: codes that software tells apart */
static void test_status_codes_are_as_specified(void **state)
{
	(void)state;
	assert_int_equal(HISI_ZIP_STATUS_NO_SPACE, 0x0e);
	assert_int_equal(HISI_ZIP_STATUS_SRC_DIF, 0x0f);
	assert_int_equal(HISI_ZIP_STATUS_CHECK, 0x10);
	assert_int_equal(HISI_ZIP_STATUS_DST_DIF, 0x12);
}

/* 7.6: the parts of ctx_dw0 that software looks at do not overlap */
static void test_stream_state_word_is_as_specified(void **state)
{
	const uint32_t dw0 = HISI_ZIP_CTX_STATE_BETWEEN |
			     HISI_ZIP_CTX_DW0_FINAL |
			     37 << HISI_ZIP_CTX_DW0_HEAD_SHIFT;

	(void)state;
	assert_int_equal(dw0, 0x00009483);
	assert_int_equal(dw0 & HISI_ZIP_CTX_DW0_STATE_MASK, 3);
	assert_int_equal(dw0 >> HISI_ZIP_CTX_DW0_HEAD_SHIFT &
			 HISI_ZIP_CTX_DW0_HEAD_MASK, 37);
	assert_int_equal(HISI_ZIP_CTX_DW1_STORED_MASK, (1 << 19) - 1);
	assert_int_equal(HISI_ZIP_CTX_HW_OFFSET + HISI_ZIP_CTX_HW_BYTES,
			 0x9800);
}

/* 7.9: a list of one entry of 8 MiB at capacity 10 */
static void test_sgl_image_is_as_specified(void **state)
{
	struct {
		struct hisi_zip_sgl head;
		struct hisi_zip_sge entry;
	} sgl = {
		.head.next = 0x0000000123456040ULL,
		.head.entry_sum_in_chain = 20,
		.head.entry_sum_in_sgl = 1,
		.head.entry_length_in_sgl = 10,
		.entry.addr = 0x0000ffff12345678ULL,
		.entry.length = HISI_ZIP_SGE_MAX_BYTES,
	};
	uint8_t golden[64 + 32] = { 0 };

	(void)state;
	memcpy(golden, "\x40\x60\x45\x23\x01\x00\x00\x00", 8);
	memcpy(golden + 8, "\x14\x00\x01\x00\x0a\x00", 6);
	memcpy(golden + 64, "\x78\x56\x34\x12\xff\xff\x00\x00", 8);
	memcpy(golden + 64 + 16, "\x00\x00\x80\x00", 4);
	assert_int_equal(sizeof(sgl), sizeof(golden));
	assert_memory_equal(&sgl, golden, sizeof(golden));
}

/* 4.1, 7.3: the size that the context carries is that of the structure */
static void test_sqe_size_is_as_in_the_context(void **state)
{
	(void)state;
	assert_int_equal(sizeof(struct hisi_zip_sqe), 128);
	assert_int_equal(1 << HISI_ZIP_SQE_LOG2, 128);
	assert_int_equal(HISI_ZIP_ALG_COMPRESS, 0);
	assert_int_equal(HISI_ZIP_ALG_DECOMPRESS, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dw7_is_as_specified),
		cmocka_unit_test(test_dw9_is_as_specified),
		cmocka_unit_test(test_header_room_is_as_specified),
		cmocka_unit_test(test_sqe_type_3_image_is_as_specified),
		cmocka_unit_test(test_sqe_type_0_stateful_image_is_as_specified),
		cmocka_unit_test(test_result_words_are_as_specified),
		cmocka_unit_test(test_request_codes_are_as_specified),
		cmocka_unit_test(test_status_codes_are_as_specified),
		cmocka_unit_test(test_stream_state_word_is_as_specified),
		cmocka_unit_test(test_sgl_image_is_as_specified),
		cmocka_unit_test(test_sqe_size_is_as_in_the_context),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
