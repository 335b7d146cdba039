/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the fake devices reach in each memory mode, and at which addresses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "raw_client.h"
#include "wd_backends.h"
#include "wd_fake.h"

#define UNIT	WD_FAKE_SLICE_UNIT

static const char text[] = "she sells sea shells, she sells sea shells";

static void open_client(struct raw_client *c, const char *name)
{
	assert_int_equal(raw_client_open(c, wd_backend_get(0), name), 0);
}

static void start(const struct wd_fake_config *config)
{
	assert_int_equal(wd_fake_start(config), 0);
}

/* What a test that failed half way has left. */
static int stop(void **state)
{
	(void)state;
	wd_fake_stop();
	return 0;
}

/* Through the SS region, with the addresses that the mode asks for. */
static void check_reach(const struct wd_fake_config *config, bool own_works,
			unsigned int slices)
{
	unsigned int bytes = 5 * UNIT + 4096;
	struct raw_client c;
	uint64_t src, dst, word;
	unsigned int i;
	uint8_t *ss;
	void *addr;
	int left;

	start(config);
	open_client(&c, "hisi_zip-0");
	assert_int_equal(c.ops->ioctl(c.ch, UACCE_CMD_GET_SS_DMA, &word),
			 -EINVAL);
	assert_int_equal(c.ops->map(c.ch, UACCE_QFRT_SS, bytes, &addr), 0);
	ss = addr;
	for (i = 0, left = 1; left > 0; i++) {
		word = i;
		left = c.ops->ioctl(c.ch, UACCE_CMD_GET_SS_DMA, &word);
		assert_int_equal(left, slices - 1 - i);
	}
	word = slices;
	assert_int_equal(c.ops->ioctl(c.ch, UACCE_CMD_GET_SS_DMA, &word),
			 -EINVAL);
	memcpy(ss + 100, text, sizeof(text));
	src = wd_fake_ss_dma(0, ss + 100);
	dst = wd_fake_ss_dma(0, ss + bytes - 200);
	assert_true(src && dst);
	raw_client_fill(&c, src, sizeof(text), dst, 200);
	raw_client_ring(&c, HISI_QM_DB_SQ, 1, 0);
	assert_int_equal(wd_fake_step(0, 0), 1);
	assert_int_equal(raw_client_take(&c), 0);
	assert_true(raw_client_is_right(raw_client_sqe(&c, 0), text,
					sizeof(text), ss + bytes - 200));
	/* The process' own addresses. */
	assert_int_equal(c.ops->wait(c.ch, 0), 1);
	raw_client_fill(&c, (uintptr_t)ss + 100, sizeof(text), dst, 200);
	raw_client_ring(&c, HISI_QM_DB_SQ, 2, 0);
	assert_int_equal(wd_fake_step(0, 0), 1);
	assert_int_equal(c.ops->wait(c.ch, 0), own_works ? 0 : -EIO);
	c.ops->unmap(c.ch, UACCE_QFRT_SS, addr, bytes);
	raw_client_close(&c);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_reach_by_mode(void **state)
{
	struct wd_fake_config config = { .mode = WD_MODE_PASID };

	(void)state;
	check_reach(&config, true, 1);
	config.mode = WD_MODE_SHARE_DOMAIN;
	check_reach(&config, true, 1);
	config.mode = WD_MODE_DMA;
	check_reach(&config, false, 1);
	config.slice_units = 2;
	check_reach(&config, false, 3);
	config.mode = WD_MODE_NOIOMMU;
	check_reach(&config, false, 3);
	config.slices_adjacent = true;
	config.slice_units = 1;
	check_reach(&config, false, 6);
}

static void test_ordinary_memory_is_reached_with_sva_only(void **state)
{
	enum wd_mode mode;
	uint8_t dst[200];

	(void)state;
	for (mode = WD_MODE_SVA; mode <= WD_MODE_NOIOMMU; mode++) {
		const struct wd_fake_config config = { .mode = mode };
		struct raw_client c;

		start(&config);
		open_client(&c, "hisi_zip-0");
		raw_client_ring(&c, HISI_QM_DB_CQ, 0, 0);
		raw_client_send(&c, text, sizeof(text), dst, sizeof(dst));
		assert_int_equal(wd_fake_step(0, 0), 1);
		assert_int_equal(c.ops->wait(c.ch, 0),
				 mode == WD_MODE_SVA ? 0 : -EIO);
		raw_client_close(&c);
		assert_int_equal(wd_fake_stop(), 0);
	}
}

static void test_slices_have_gaps_and_sizes(void **state)
{
	const struct wd_fake_config config = {
		.mode = WD_MODE_NOIOMMU, .slice_units = 2,
	};
	struct raw_client c;
	uint64_t first = 0, second = 1, third = 2;
	void *ss;

	(void)state;
	start(&config);
	open_client(&c, "hisi_zip-0");
	assert_int_equal(c.ch->info.flags, UACCE_DEV_NOIOMMU);
	assert_string_equal(c.ch->info.api, "hisi_qm_v3_noiommu");
	assert_int_equal(c.ops->map(c.ch, UACCE_QFRT_SS, 5 * UNIT, &ss), 0);
	assert_int_equal(c.ops->ioctl(c.ch, UACCE_CMD_GET_SS_DMA, &first), 2);
	assert_int_equal(c.ops->ioctl(c.ch, UACCE_CMD_GET_SS_DMA, &second), 1);
	assert_int_equal(c.ops->ioctl(c.ch, UACCE_CMD_GET_SS_DMA, &third), 0);
	assert_int_equal(first & UACCE_SS_DMA_SIZE_MASK, 2);
	assert_int_equal(third & UACCE_SS_DMA_SIZE_MASK, 1);
	assert_true(second - first > 2 * UNIT);
	/* A request that runs over the end of a slice hits the gap. */
	first &= ~UACCE_SS_DMA_SIZE_MASK;
	raw_client_fill(&c, first + 2 * UNIT - 10, sizeof(text), first, 200);
	raw_client_ring(&c, HISI_QM_DB_SQ, 1, 0);
	assert_int_equal(wd_fake_step(0, 0), 1);
	assert_int_equal(c.ops->wait(c.ch, 0), -EIO);
	c.ops->unmap(c.ch, UACCE_QFRT_SS, ss, 5 * UNIT);
	raw_client_close(&c);
	assert_int_equal(wd_fake_stop(), 0);
}

static int share(struct raw_client *from, int fd)
{
	return from->ops->ioctl(from->ch, UACCE_CMD_SHARE_SVAS,
				(void *)(intptr_t)fd);
}

static void test_share_lends_the_region(void **state)
{
	const struct wd_fake_config config = {
		.devices = 2, .mode = WD_MODE_NOIOMMU,
	};
	struct raw_client a, b, far;
	uint64_t mine = 0, lent = 0;
	void *ss;

	(void)state;
	start(&config);
	open_client(&a, "hisi_zip-0");
	open_client(&b, "hisi_zip-0");
	open_client(&far, "hisi_zip-1");
	assert_int_equal(share(&a, b.ops->fd(b.ch)), -EINVAL);
	assert_int_equal(a.ops->map(a.ch, UACCE_QFRT_SS, UNIT, &ss), 0);
	assert_int_equal(share(&a, a.ops->fd(a.ch)), -EINVAL);
	assert_int_equal(share(&a, far.ops->fd(far.ch)), -EXDEV);
	assert_int_equal(share(&a, 0), -EBADF);
	assert_int_equal(share(&a, b.ops->fd(b.ch)), 0);
	assert_int_equal(share(&a, b.ops->fd(b.ch)), -EEXIST);
	assert_int_equal(a.ops->ioctl(a.ch, UACCE_CMD_GET_SS_DMA, &mine), 0);
	assert_int_equal(b.ops->ioctl(b.ch, UACCE_CMD_GET_SS_DMA, &lent), 0);
	assert_true(mine == lent);
	a.ops->unmap(a.ch, UACCE_QFRT_SS, ss, UNIT);
	lent = 0;
	assert_int_equal(b.ops->ioctl(b.ch, UACCE_CMD_GET_SS_DMA, &lent),
			 -EINVAL);
	raw_client_close(&b);
	raw_client_close(&a);
	raw_client_close(&far);
	assert_int_equal(wd_fake_stop(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_reach_by_mode, stop),
		cmocka_unit_test_teardown(test_ordinary_memory_is_reached_with_sva_only, stop),
		cmocka_unit_test_teardown(test_slices_have_gaps_and_sizes, stop),
		cmocka_unit_test_teardown(test_share_lends_the_region, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
