/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the emulator does in place of a PF driver (hisi-qm 1.5, 2.4, 5.1), and
 * that a queue of a VF works after it. Contexts and requests are put into
 * memory byte by byte as in the specification.
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

#include <cmocka.h>

#include "hisi_qm_hw.h"
#include "hisi_zip_model.h"
#include "pf_setup.h"
#include "vfu_device.h"
#include "vfu_device_port.h"

#define RAM_BASE	0x40000000u
#define RAM_BYTES	0x10000u
#define SQ_AT		0x0000u
#define CQ_AT		0x4000u
#define CONTEXT_AT	0x6000u
#define IN_AT		0x8000u
#define OUT_AT		0xc000u
#define IN_BYTES	4000u
#define DEPTH		16u
#define PATIENCE_MS	20000u

/* @lock: workers and the test access @bytes at the same time. */
static struct {
	pthread_mutex_t lock;
	uint8_t bytes[RAM_BYTES];
} ram = { .lock = PTHREAD_MUTEX_INITIALIZER };

static int ram_access(uint64_t address, void *buf, size_t bytes, bool is_write)
{
	uint64_t at = address - RAM_BASE;

	if (address < RAM_BASE || at > RAM_BYTES || bytes > RAM_BYTES - at)
		return -EFAULT;
	pthread_mutex_lock(&ram.lock);
	if (is_write)
		memcpy(ram.bytes + at, buf, bytes);
	else
		memcpy(buf, ram.bytes + at, bytes);
	pthread_mutex_unlock(&ram.lock);
	return 0;
}

static int port_read(void *arg, uint64_t address, void *buf, size_t bytes)
{
	(void)arg;
	return ram_access(address, buf, bytes, false);
}

static int port_write(void *arg, uint64_t address, const void *buf,
		      size_t bytes)
{
	(void)arg;
	return ram_access(address, (void *)(uintptr_t)buf, bytes, true);
}

static void port_irq(void *arg, unsigned int vector)
{
	(void)arg;
	(void)vector;
}

static struct vfu_device *device_of(unsigned int revision, unsigned int vfs,
				    unsigned int queues, bool isolation)
{
	static const struct vfu_device_port port = {
		.dma_read = port_read,
		.dma_write = port_write,
		.raise_irq = port_irq,
	};
	const struct vfu_device_config config = {
		.model = {
			.engine = &hisi_zip_model_engine,
			.revision = revision,
			.vfs = vfs,
			.queues = queues,
			.isolation = isolation,
		},
		.workers = 2,
	};
	struct vfu_device *dev = NULL;
	unsigned int func;

	assert_int_equal(vfu_device_create(&config, &dev), 0);
	for (func = 0; func <= vfs; func++)
		vfu_device_set_port(dev, func, &port);
	return dev;
}

static uint32_t get(struct vfu_device *dev, unsigned int func, uint64_t offset)
{
	uint32_t value = 0;

	vfu_device_mmio_read(dev, func, 2, offset, &value, 4);
	return value;
}

static void put(struct vfu_device *dev, unsigned int func, uint64_t offset,
		uint32_t value)
{
	vfu_device_mmio_write(dev, func, 2, offset, &value, 4);
}

/* 3.1: one 128-bit access; returns the status. */
static unsigned int mailbox(struct vfu_device *dev, unsigned int func,
			    uint16_t word0, uint16_t queue, uint64_t base)
{
	uint32_t dw[4] = { word0 | (uint32_t)queue << 16, (uint32_t)base,
			   (uint32_t)(base >> 32), 0 };

	vfu_device_mmio_write(dev, func, 2, 0x300, dw, sizeof(dw));
	assert_int_equal(get(dev, func, 0x300) & 0x2000, 0);
	return get(dev, func, 0x300) >> 9 & 0xf;
}

/* What a VF driver learns of its queues, by command 6 (2.4). */
static uint64_t vft_of(struct vfu_device *dev, unsigned int func)
{
	if (mailbox(dev, func, 0x6006, 0, 0))
		return 0;
	return get(dev, func, 0x304) | (uint64_t)get(dev, func, 0x308) << 32;
}

static void fill16(unsigned int at, uint16_t value)
{
	memcpy(ram.bytes + at, &value, 2);
}

static void fill32(unsigned int at, uint32_t value)
{
	memcpy(ram.bytes + at, &value, 4);
}

/* 4.1, 4.2: the depth is in another place on V1. */
static void fill_context(unsigned int revision, unsigned int qn, bool is_cq)
{
	bool v1 = revision == 0x20;

	memset(ram.bytes + CONTEXT_AT, 0, 32);
	fill32(CONTEXT_AT + 4, RAM_BASE + (is_cq ? CQ_AT : SQ_AT));
	fill32(CONTEXT_AT + 0xc, (is_cq ? 0x4000 : 0x7000) |
				 (v1 ? 0 : DEPTH - 1));
	fill16(CONTEXT_AT + 0x10, v1 ? DEPTH - 1 : 0);
	if (is_cq) {
		fill32(CONTEXT_AT + 0x18, 1);	/* not armed: no event queue */
	} else {
		fill16(CONTEXT_AT + 0x18, (uint16_t)qn);
		fill16(CONTEXT_AT + 0x1a, 0x0010);
	}
}

/* hisi-zip 7.3: zlib, stateless, all of it. */
static void fill_request(unsigned int revision)
{
	unsigned int i;

	for (i = 0; i < IN_BYTES; i++)
		ram.bytes[IN_AT + i] = (uint8_t)("warpdrive "[i % 10] + i / 777);
	fill32(SQ_AT + 0x10, IN_BYTES);
	fill32(SQ_AT + 0x1c, 0x02000000 | (revision == 0x30 ? 3u << 28 : 0));
	fill32(SQ_AT + 0x24, 0x4002);
	fill32(SQ_AT + 0x38, RAM_BYTES - OUT_AT);
	fill32(SQ_AT + 0x48, RAM_BASE + IN_AT);
	fill32(SQ_AT + 0x50, RAM_BASE + OUT_AT);
}

static void ring(struct vfu_device *dev, unsigned int func,
		 unsigned int revision, unsigned int qn)
{
	uint64_t bell = qn | 1ull << 32;

	vfu_device_mmio_write(dev, func, 2, revision == 0x20 ? 0x340 : 0x1000,
			      &bell, sizeof(bell));
}

static void wait_for_cqe(void)
{
	const struct timespec ms = { .tv_nsec = 1000000 };
	unsigned int waited;
	uint16_t w7 = 0;

	for (waited = 0; waited < PATIENCE_MS && !(w7 & 1); waited++) {
		assert_int_equal(ram_access(RAM_BASE + CQ_AT + 14, &w7, 2,
					    false), 0);
		if (!(w7 & 1))
			nanosleep(&ms, NULL);
	}
	assert_true(w7 & 1);
}

/* The engine writes neither zlib's header nor reads it (hisi-zip 7.7). */
static void check_answer(void)
{
	uint8_t plain[IN_BYTES + 1];
	z_stream z = { 0 };
	uint32_t produced;

	assert_int_equal(ram.bytes[SQ_AT + 0xc], 0);
	memcpy(&produced, ram.bytes + SQ_AT + 4, 4);
	assert_in_range(produced, 20, IN_BYTES);
	assert_int_equal(inflateInit2(&z, -15), Z_OK);
	z.next_in = ram.bytes + OUT_AT;
	z.avail_in = produced;
	z.next_out = plain;
	z.avail_out = sizeof(plain);
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(z.total_out, IN_BYTES);
	assert_memory_equal(plain, ram.bytes + IN_AT, IN_BYTES);
	inflateEnd(&z);
}

static void check_queue(struct vfu_device *dev, unsigned int revision,
			unsigned int func, unsigned int qn)
{
	memset(ram.bytes, 0, sizeof(ram.bytes));
	fill_context(revision, qn, false);
	assert_int_equal(mailbox(dev, func, 0x2000, (uint16_t)qn,
				 RAM_BASE + CONTEXT_AT), 0);
	fill_context(revision, qn, true);
	assert_int_equal(mailbox(dev, func, 0x2001, (uint16_t)qn,
				 RAM_BASE + CONTEXT_AT), 0);
	fill_request(revision);
	ring(dev, func, revision, qn);
	wait_for_cqe();
	check_answer();
}

static void check_vf_works(unsigned int revision, unsigned int last_queue)
{
	struct vfu_device *dev = device_of(revision, 1, 0, false);

	assert_int_equal(pf_setup_device(dev, revision), 0);
	assert_int_equal(pf_setup_vfs(dev, revision, 1, 1), 0);
	check_queue(dev, revision, 1, 0);
	check_queue(dev, revision, 1, last_queue);
	/* There is none behind the last. */
	fill_context(revision, last_queue + 1, false);
	assert_int_equal(mailbox(dev, 1, 0x2000, (uint16_t)(last_queue + 1),
				 RAM_BASE + CONTEXT_AT), 2);
	vfu_device_destroy(dev);
}

static void test_vf_queue_works_v1(void **state)
{
	(void)state;
	check_vf_works(HISI_QM_REV_V1, 4096 - 64 - 1);
}

static void test_vf_queue_works_v2(void **state)
{
	(void)state;
	check_vf_works(HISI_QM_REV_V2, 1024 - 64 - 1);
}

static void test_vf_queue_works_v3(void **state)
{
	(void)state;
	check_vf_works(HISI_QM_REV_V3, 256 - 64 - 1);
}

/* 2.4: base in bits 43:28, valid 44, count - 1 from 45 on. */
static void test_vfs_entries_are_as_specified(void **state)
{
	struct vfu_device *dev = device_of(0x21, 5, 0, false);

	(void)state;
	assert_int_equal(pf_setup_device(dev, 0x21), 0);
	assert_true(vft_of(dev, 0) == 0x0007f00000000000);
	assert_int_equal(pf_setup_vfs(dev, 0x21, 5, 1), 0);
	assert_true(vft_of(dev, 1) == 0x0077f00400000000);
	assert_true(vft_of(dev, 2) == 0);
	/* 960 among 5: 192 each, the highest VF first. */
	assert_int_equal(pf_setup_vfs(dev, 0x21, 5, 5), 0);
	assert_true(vft_of(dev, 5) == (64ull << 28 | 1ull << 44 | 191ull << 45));
	assert_true(vft_of(dev, 1) == (832ull << 28 | 1ull << 44 |
				       191ull << 45));
	assert_int_equal(pf_setup_vfs(dev, 0x21, 5, 0), 0);
	assert_true(vft_of(dev, 1) == 0);
	assert_true(vft_of(dev, 5) == 0);
	assert_true(vft_of(dev, 0) == 0x0007f00000000000);
	vfu_device_destroy(dev);
}

static void test_vfs_leave_the_port_as_it_was(void **state)
{
	static const uint32_t regs[] = { 0x100058, 0x10005c, 0x100060, 0x100064,
					 0x100068 };
	struct vfu_device *dev = device_of(0x30, 2, 0, false);
	unsigned int i;

	(void)state;
	assert_int_equal(pf_setup_device(dev, 0x30), 0);
	for (i = 0; i < 5; i++)
		put(dev, 0, regs[i], i + 1);
	assert_int_equal(pf_setup_vfs(dev, 0x30, 2, 2), 0);
	for (i = 0; i < 5; i++)
		assert_int_equal(get(dev, 0, regs[i]), i + 1);
	assert_int_equal(get(dev, 0, 0x10006c), 1);
	vfu_device_destroy(dev);
}

static void test_vfs_without_pf_driver_is_refused(void **state)
{
	struct vfu_device *dev = device_of(0x30, 2, 0, false);

	(void)state;
	assert_int_equal(pf_setup_vfs(dev, 0x30, 2, 1), -ENODEV);
	assert_int_equal(pf_setup_device(dev, 0x30), 0);
	assert_int_equal(pf_setup_vfs(dev, 0x30, 2, 3), -EINVAL);
	/* The PF's driver is between two steps of its own. */
	put(dev, 0, 0x100060, 77);
	put(dev, 0, 0x10006c, 0);
	assert_int_equal(pf_setup_vfs(dev, 0x30, 2, 2), -EBUSY);
	assert_int_equal(get(dev, 0, 0x100060), 77);
	assert_true(vft_of(dev, 1) == 0);
	put(dev, 0, 0x10006c, 1);
	assert_int_equal(pf_setup_vfs(dev, 0x30, 2, 2), 0);
	vfu_device_destroy(dev);
}

static void test_vfs_more_than_queues_is_refused(void **state)
{
	struct vfu_device *dev = device_of(0x30, 3, 4, true);

	(void)state;
	assert_int_equal(pf_setup_device(dev, 0x30), 0);
	/* Half of four is the PF's. */
	assert_int_equal(pf_setup_vfs(dev, 0x30, 3, 3), -ENOSPC);
	assert_int_equal(pf_setup_vfs(dev, 0x30, 3, 2), 0);
	assert_true(vft_of(dev, 2) == (2ull << 28 | 1ull << 44));
	assert_true(vft_of(dev, 1) == (3ull << 28 | 1ull << 44));
	assert_true(vft_of(dev, 3) == 0);
	vfu_device_destroy(dev);
}

static void test_vfs_v1_has_one(void **state)
{
	struct vfu_device *dev = device_of(0x20, 2, 0, false);

	(void)state;
	assert_int_equal(pf_setup_device(dev, 0x20), 0);
	assert_int_equal(pf_setup_vfs(dev, 0x20, 2, 2), -EINVAL);
	assert_int_equal(pf_setup_vfs(dev, 0x20, 2, 1), 0);
	vfu_device_destroy(dev);
}

static void test_device_memory_stuck_is_told(void **state)
{
	struct vfu_device *dev = device_of(0x30, 1, 0, false);

	(void)state;
	assert_int_equal(vfu_device_inject(dev,
				HISI_QM_MODEL_FAULT_MEM_INIT_STUCK, true, 0),
			 0);
	assert_int_equal(pf_setup_device(dev, 0x30), -ETIMEDOUT);
	vfu_device_destroy(dev);
}

/* hisi-qm 2.5, hisi-zip 7.2.2, and 7.2.1 for the cores */
static void test_device_registers_are_as_specified(void **state)
{
	static const struct {
		uint32_t offset, v2, v3;
	} expected[] = {
		{ 0x100074, 0x1fffff, 0x1fffff }, { 0x100088, 0x40001070, 0x40001070 },
		{ 0x100050, 0x1833, 0x1833 }, { 0x1000ec, 0x8, 0x8 },
		{ 0x1000f4, 0x1c57, 0x7c77 }, { 0x1040f8, 0, 0x6c77 },
		{ 0x301004, 0x000100ff, 0x2001ff1f }, { 0x301160, 1, 1 },
		{ 0x301164, 0x7fe, 0x1ffe }, { 0x30120c, 0, 0x7fe },
		{ 0x30100c, 0x4000, 0x4000 }, { 0x3010a4, 0x1800, 0 },
		{ 0x100008, 0, 0 }, { 0x3010ac, 0, 0 },
	};
	struct vfu_device *v2 = device_of(0x21, 1, 0, false);
	struct vfu_device *v3 = device_of(0x30, 1, 0, false);
	unsigned int i;

	(void)state;
	assert_int_equal(pf_setup_device(v2, 0x21), 0);
	assert_int_equal(pf_setup_device(v3, 0x30), 0);
	for (i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		if (expected[i].offset != 0x1040f8 &&
		    expected[i].offset != 0x30120c)
			assert_int_equal(get(v2, 0, expected[i].offset),
					 expected[i].v2);
		assert_int_equal(get(v3, 0, expected[i].offset),
				 expected[i].v3);
	}
	vfu_device_destroy(v2);
	vfu_device_destroy(v3);
}

/* 1.5, by hand: the highest VF has the lowest base. */
static void test_divide_follows_the_rule(void **state)
{
	struct pf_setup_share s[5];

	(void)state;
	pf_setup_divide(64, 192, 1024, 5, s);	/* 38 each, 2 left for VF 5 */
	assert_int_equal(s[4].base, 64);
	assert_int_equal(s[4].count, 40);
	assert_int_equal(s[3].base, 104);
	assert_int_equal(s[3].count, 38);
	assert_int_equal(s[0].base, 218);
	assert_int_equal(s[0].count, 38);
	pf_setup_divide(0, 11, 4, 3, s);	/* 3 each, 2 left, 5 too many */
	assert_int_equal(s[2].count, 4);
	assert_int_equal(s[1].base, 4);
	assert_int_equal(s[1].count, 4);
	assert_int_equal(s[0].base, 8);
	assert_int_equal(s[0].count, 3);
	pf_setup_divide(64, 2000, 1024, 1, s);
	assert_int_equal(s[0].count, 1024);
	pf_setup_divide(64, 5, 1024, 5, s);
	assert_int_equal(s[4].count, 1);
	assert_int_equal(s[0].base, 68);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vf_queue_works_v1),
		cmocka_unit_test(test_vf_queue_works_v2),
		cmocka_unit_test(test_vf_queue_works_v3),
		cmocka_unit_test(test_vfs_entries_are_as_specified),
		cmocka_unit_test(test_vfs_leave_the_port_as_it_was),
		cmocka_unit_test(test_vfs_without_pf_driver_is_refused),
		cmocka_unit_test(test_vfs_more_than_queues_is_refused),
		cmocka_unit_test(test_vfs_v1_has_one),
		cmocka_unit_test(test_device_memory_stuck_is_told),
		cmocka_unit_test(test_device_registers_are_as_specified),
		cmocka_unit_test(test_divide_follows_the_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
