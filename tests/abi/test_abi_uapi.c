/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel interface as numbers: binaries of other libraries have them built
 * in, so they are written down here once more on purpose (hisi-qm 6.6, 6.7).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <misc/uacce/hisi_qm.h>
#include <misc/uacce/uacce.h>

static void test_uacce_ioctls_are_as_specified(void **state)
{
	(void)state;
	assert_int_equal(UACCE_CMD_START_Q, 0x5700);
	assert_int_equal(UACCE_CMD_PUT_Q, 0x5701);
	assert_int_equal(UACCE_CMD_SHARE_SVAS, 0x5702);
	assert_int_equal(UACCE_CMD_GET_SS_DMA, 0x80085703);
}

/* Other headers say unsigned long where ours says __u64. */
static void test_get_ss_dma_is_that_of_unsigned_long(void **state)
{
	(void)state;
	assert_int_equal(UACCE_CMD_GET_SS_DMA, _IOR('W', 3, unsigned long));
}

static void test_qm_ioctls_are_as_specified(void **state)
{
	(void)state;
	assert_int_equal(UACCE_CMD_QM_SET_QP_CTX, 0xC004480A);
	assert_int_equal(UACCE_CMD_QM_SET_QP_INFO, 0xC010480B);
}

static void test_qm_structures_are_as_specified(void **state)
{
	(void)state;
	assert_int_equal(sizeof(struct hisi_qp_ctx), 4);
	assert_int_equal(offsetof(struct hisi_qp_ctx, id), 0);
	assert_int_equal(offsetof(struct hisi_qp_ctx, qc_type), 2);
	assert_int_equal(sizeof(struct hisi_qp_info), 16);
	assert_int_equal(offsetof(struct hisi_qp_info, sqe_size), 0);
	assert_int_equal(offsetof(struct hisi_qp_info, sq_depth), 4);
	assert_int_equal(offsetof(struct hisi_qp_info, cq_depth), 6);
	assert_int_equal(offsetof(struct hisi_qp_info, reserved), 8);
}

static void test_device_flags_are_as_specified(void **state)
{
	(void)state;
	assert_int_equal(UACCE_DEV_SVA, 0x01);
	assert_int_equal(UACCE_DEV_NOIOMMU, 0x02);
	assert_int_equal(UACCE_DEV_PASID, 0x04);
	assert_int_equal(UACCE_DEV_FAULT_FROM_DEV, 0x08);
	assert_int_equal(UACCE_DEV_SHARE_DOMAIN, 0x10);
	assert_int_equal(UACCE_DEV_IOMMU, 0x80);
}

static void test_regions_are_as_specified(void **state)
{
	(void)state;
	assert_int_equal(UACCE_QFRT_MMIO, 0);
	assert_int_equal(UACCE_QFRT_DUS, 1);
	assert_int_equal(UACCE_QFRT_SS, 2);
	assert_int_equal(UACCE_QFRT_DKO, 3);
	assert_int_equal(UACCE_QFRT_MAX, 4);
}

/* 6.10: address in the upper bits, size in units of 64 KiB in the low twelve */
static void test_ss_dma_word_is_as_specified(void **state)
{
	const uint64_t word = 0x0000000123456020ULL;

	(void)state;
	assert_int_equal(word & ~UACCE_SS_DMA_SIZE_MASK, 0x123456000ULL);
	assert_int_equal((word & UACCE_SS_DMA_SIZE_MASK)
			 << UACCE_SS_DMA_SIZE_SHIFT, 0x200000);
}

/* 6.4: stop flags at the end of the DUS region */
static void test_stop_flags_are_the_last_eight_bytes(void **state)
{
	(void)state;
	assert_int_equal(HISI_QM_DUS_RX_STOP_FROM_END, 8);
	assert_int_equal(HISI_QM_DUS_TX_STOP_FROM_END, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_uacce_ioctls_are_as_specified),
		cmocka_unit_test(test_get_ss_dma_is_that_of_unsigned_long),
		cmocka_unit_test(test_qm_ioctls_are_as_specified),
		cmocka_unit_test(test_qm_structures_are_as_specified),
		cmocka_unit_test(test_device_flags_are_as_specified),
		cmocka_unit_test(test_regions_are_as_specified),
		cmocka_unit_test(test_ss_dma_word_is_as_specified),
		cmocka_unit_test(test_stop_flags_are_the_last_eight_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
