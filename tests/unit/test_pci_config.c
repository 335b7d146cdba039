/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Configuration space as a guest finds it (hisi-qm 1). Expected bytes are
 * computed by hand from the PCI specifications, not by the code's names.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pci_config.h"

#define EXP	0x40u
#define MSI	0x80u
#define PM	0xb0u
#define AER	0x100u
#define ARI	0x150u
#define SRIOV	0x200u

static const struct pci_config_params pf_params = {
	.device_id = 0xa250,
	.revision = 0x30,
	.bar2_bytes = 4 << 20,
	.bar4_bytes = 16 << 20,
	.msi_vectors = 4,
	.total_vfs = 63,
	.vf_device_id = 0xa251,
	.vf_bar2_bytes = 64 << 10,
	.vf_bar4_bytes = 16 << 20,
};

static const struct pci_config_params vf_params = {
	.is_vf = true,
	.device_id = 0xa251,
	.revision = 0x30,
	.bar2_bytes = 64 << 10,
	.bar4_bytes = 16 << 20,
	.msi_vectors = 4,
};

struct golden {
	unsigned int offset;
	unsigned int bytes;
	uint8_t value[16];
};

/* Everything that is not named is zero. */
static const struct golden pf_golden[] = {
	{ 0x00, 16, { 0xe5, 0x19, 0x50, 0xa2, 0x00, 0x00, 0x10, 0x00,
		      0x30, 0x00, 0x00, 0x12, 0x00, 0x00, 0x00, 0x00 } },
	{ 0x18, 12, { 0x0c, 0, 0, 0, 0, 0, 0, 0, 0x0c, 0, 0, 0 } },
	{ 0x2c, 4, { 0xe5, 0x19, 0x50, 0xa2 } },
	{ 0x34, 1, { 0x40 } },
	{ 0x40, 16, { 0x10, 0x80, 0x02, 0x00, 0x00, 0x80, 0x00, 0x10,
		      0x10, 0x28, 0x00, 0x00, 0x11, 0x00, 0x40, 0x00 } },
	{ 0x50, 4, { 0x00, 0x00, 0x11, 0x00 } },
	{ 0x64, 14, { 0x10, 0, 0, 0, 0, 0, 0, 0, 0x02, 0, 0, 0, 0x01, 0 } },
	{ 0x80, 4, { 0x05, 0xb0, 0x84, 0x01 } },
	{ 0xb0, 8, { 0x01, 0x00, 0x03, 0x00, 0x08, 0x00, 0x00, 0x00 } },
	{ 0x100, 16, { 0x01, 0x00, 0x02, 0x15, 0x00, 0x00, 0x00, 0x00,
		       0x00, 0x00, 0x40, 0x00, 0x30, 0x20, 0x46, 0x00 } },
	{ 0x114, 4, { 0x00, 0xe0, 0x00, 0x00 } },
	{ 0x150, 8, { 0x0e, 0x00, 0x01, 0x20, 0x00, 0x00, 0x00, 0x00 } },
	{ 0x200, 16, { 0x10, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00,
		       0x00, 0x00, 0x00, 0x00, 0x3f, 0x00, 0x3f, 0x00 } },
	{ 0x210, 16, { 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x01, 0x00,
		       0x00, 0x00, 0x51, 0xa2, 0x53, 0x05, 0x00, 0x00 } },
	{ 0x220, 4, { 0x01, 0x00, 0x00, 0x00 } },
	{ 0x22c, 12, { 0x0c, 0, 0, 0, 0, 0, 0, 0, 0x0c, 0, 0, 0 } },
};

static const struct golden vf_golden[] = {
	{ 0x00, 16, { 0xe5, 0x19, 0x51, 0xa2, 0x00, 0x00, 0x10, 0x00,
		      0x30, 0x00, 0x00, 0x12, 0x00, 0x00, 0x00, 0x00 } },
	{ 0x18, 12, { 0x0c, 0, 0, 0, 0, 0, 0, 0, 0x0c, 0, 0, 0 } },
	{ 0x2c, 4, { 0xe5, 0x19, 0x51, 0xa2 } },
	{ 0x34, 1, { 0x40 } },
	{ 0x40, 16, { 0x10, 0x80, 0x02, 0x00, 0x00, 0x80, 0x00, 0x10,
		      0x10, 0x28, 0x00, 0x00, 0x11, 0x00, 0x40, 0x00 } },
	{ 0x50, 4, { 0x00, 0x00, 0x11, 0x00 } },
	{ 0x64, 14, { 0x10, 0, 0, 0, 0, 0, 0, 0, 0x02, 0, 0, 0, 0x01, 0 } },
	{ 0x80, 4, { 0x05, 0x00, 0x84, 0x01 } },
	{ 0x100, 8, { 0x0e, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00 } },
};

static void image_of(const struct golden *golden, size_t count, uint8_t *image)
{
	size_t i;

	memset(image, 0, PCI_CONFIG_BYTES);
	for (i = 0; i < count; i++)
		memcpy(image + golden[i].offset, golden[i].value,
		       golden[i].bytes);
}

#define IMAGE_OF(golden, image) \
	image_of(golden, sizeof(golden) / sizeof((golden)[0]), image)

static uint32_t get(const struct pci_config *cfg, unsigned int offset,
		    unsigned int bytes)
{
	uint8_t raw[4] = { 0 };

	assert_int_equal(pci_config_read(cfg, offset, raw, bytes), 0);
	return raw[0] | (uint32_t)raw[1] << 8 | (uint32_t)raw[2] << 16 |
	       (uint32_t)raw[3] << 24;
}

/* Returns what is to be delivered; no FLR is expected. */
static uint32_t put(struct pci_config *cfg, unsigned int offset,
		    unsigned int bytes, uint32_t value)
{
	uint8_t raw[4] = { (uint8_t)value, (uint8_t)(value >> 8),
			   (uint8_t)(value >> 16), (uint8_t)(value >> 24) };
	uint32_t deliver;
	bool flr;

	assert_int_equal(pci_config_write(cfg, offset, raw, bytes, &deliver,
					  &flr), 0);
	assert_false(flr);
	return deliver;
}

static void test_init_pf_gives_golden_bytes(void **state)
{
	uint8_t expected[PCI_CONFIG_BYTES], found[PCI_CONFIG_BYTES];
	struct pci_config cfg;

	(void)state;
	pci_config_init(&cfg, &pf_params);
	IMAGE_OF(pf_golden, expected);
	assert_int_equal(pci_config_read(&cfg, 0, found, sizeof(found)), 0);
	assert_memory_equal(found, expected, sizeof(found));
}

static void test_init_vf_gives_golden_bytes(void **state)
{
	uint8_t expected[PCI_CONFIG_BYTES], found[PCI_CONFIG_BYTES];
	struct pci_config cfg;

	(void)state;
	pci_config_init(&cfg, &vf_params);
	IMAGE_OF(vf_golden, expected);
	assert_int_equal(pci_config_read(&cfg, 0, found, sizeof(found)), 0);
	assert_memory_equal(found, expected, sizeof(found));
}

static void test_init_without_vfs_has_no_sriov(void **state)
{
	struct pci_config_params params = pf_params;
	struct pci_config cfg;
	unsigned int i;

	(void)state;
	params.total_vfs = 0;
	params.revision = 0x21;
	params.bar4_bytes = 0;
	pci_config_init(&cfg, &params);
	assert_int_equal(get(&cfg, 8, 1), 0x21);
	assert_int_equal(get(&cfg, AER, 4), 0x00020001);
	for (i = ARI; i < PCI_CONFIG_BYTES; i += 4) {
		put(&cfg, i, 4, 0xffffffff);
		assert_int_equal(get(&cfg, i, 4), 0);
	}
	put(&cfg, 0x20, 4, 0xffffffff);
	put(&cfg, 0x24, 4, 0xffffffff);
	assert_int_equal(get(&cfg, 0x20, 4), 0);
	assert_int_equal(get(&cfg, 0x24, 4), 0);
}

/* As pci_find_next_capability() does: status bit, pointer, id and next. */
static void test_capabilities_walked_are_those_expected(void **state)
{
	static const uint8_t pf[] = { 0x10, 0x05, 0x01 };
	static const uint16_t pf_ext[] = { 0x0001, 0x000e, 0x0010 };
	struct pci_config cfg;
	unsigned int at, found = 0;

	(void)state;
	pci_config_init(&cfg, &pf_params);
	assert_true(get(&cfg, 6, 2) & 0x10);
	for (at = get(&cfg, 0x34, 1); at; at = get(&cfg, at + 1, 1)) {
		assert_in_range(at, 0x40, 0xfc);
		assert_int_equal(at & 3, 0);
		assert_true(found < sizeof(pf));
		assert_int_equal(get(&cfg, at, 1), pf[found++]);
	}
	assert_int_equal(found, sizeof(pf));
	for (at = 0x100, found = 0; at; at = get(&cfg, at, 4) >> 20) {
		assert_in_range(at, 0x100, 0xffc);
		assert_true(found < 3);
		assert_int_equal(get(&cfg, at, 2), pf_ext[found++]);
	}
	assert_int_equal(found, 3);
	pci_config_init(&cfg, &vf_params);
	assert_int_equal(get(&cfg, get(&cfg, 0x34, 1) + 1, 1), 0x80);
	assert_int_equal(get(&cfg, 0x81, 1), 0);
	assert_int_equal(get(&cfg, 0x100, 4) >> 20, 0);
}

static uint64_t bar_size(struct pci_config *cfg, unsigned int at)
{
	uint64_t mask;

	put(cfg, at, 4, 0xffffffff);
	put(cfg, at + 4, 4, 0xffffffff);
	assert_int_equal(get(cfg, at, 4) & 0xf, 0xc);
	mask = (uint64_t)get(cfg, at + 4, 4) << 32 |
	       (get(cfg, at, 4) & 0xfffffff0u);
	return ~mask + 1;
}

static void test_bar_written_with_ones_tells_its_size(void **state)
{
	struct pci_config_params params = pf_params;
	struct pci_config cfg;
	unsigned int i;

	(void)state;
	params.bar4_bytes = 1ull << 33;
	pci_config_init(&cfg, &params);
	assert_true(bar_size(&cfg, 0x18) == 4 << 20);
	assert_true(bar_size(&cfg, 0x20) == 1ull << 33);
	assert_true(bar_size(&cfg, SRIOV + 0x2c) == 64 << 10);
	assert_true(bar_size(&cfg, SRIOV + 0x34) == 16 << 20);
	for (i = 0; i < 2; i++) {	/* BAR 0, and no ROM */
		put(&cfg, 0x10 + 4 * i, 4, 0xffffffff);
		assert_int_equal(get(&cfg, 0x10 + 4 * i, 4), 0);
	}
	put(&cfg, 0x30, 4, 0xffffffff);
	assert_int_equal(get(&cfg, 0x30, 4), 0);
	put(&cfg, 0x18, 4, 0x12345678);
	put(&cfg, 0x1c, 4, 0x9abcdef0);
	assert_int_equal(get(&cfg, 0x18, 4), 0x1200000c);
	assert_int_equal(get(&cfg, 0x1c, 4), 0x9abcdef0);
	pci_config_init(&cfg, &vf_params);
	assert_true(bar_size(&cfg, 0x18) == 64 << 10);
	assert_true(bar_size(&cfg, 0x20) == 16 << 20);
}

static void test_write_ones_everywhere_changes_only_what_may(void **state)
{
	static const struct {
		unsigned int offset, bytes;
		uint32_t value;
	} after[] = {
		{ 0x00, 4, 0xa25019e5 }, { 0x04, 4, 0x00100146 },
		{ 0x08, 4, 0x12000030 }, { 0x0c, 4, 0x000000ff },
		{ 0x2c, 4, 0xa25019e5 }, { 0x34, 4, 0x00000040 },
		{ 0x3c, 4, 0x000000ff }, { EXP + 4, 4, 0x10008000 },
		{ EXP + 8, 4, 0x000078ff },
		{ EXP + 0x0c, 4, 0x00400011 }, { EXP + 0x10, 4, 0x001100cb },
		{ EXP + 0x28, 4, 0x00000010 }, { EXP + 0x30, 4, 0x0000000f },
		{ MSI, 4, 0x01a5b005 }, { MSI + 4, 4, 0xfffffffc },
		{ MSI + 8, 4, 0xffffffff }, { MSI + 0xc, 4, 0x0000ffff },
		{ MSI + 0x10, 4, 0xf }, { MSI + 0x14, 4, 0 },
		{ PM, 4, 0x00030001 }, { PM + 4, 4, 0x0000000b },
		{ AER, 4, 0x15020001 }, { AER + 4, 4, 0 },
		{ AER + 8, 4, 0x005ff030 }, { AER + 0xc, 4, 0x005ff030 },
		{ AER + 0x10, 4, 0 }, { AER + 0x14, 4, 0x0000f1c1 },
		{ AER + 0x18, 4, 0 }, { ARI + 4, 4, 0 },
		{ SRIOV + 4, 4, 0 }, { SRIOV + 8, 4, 0x00000019 },
		{ SRIOV + 0x0c, 4, 0x003f003f }, { SRIOV + 0x14, 4, 0x00010001 },
		{ SRIOV + 0x18, 4, 0xa2510000 }, { SRIOV + 0x1c, 4, 0x553 },
	};
	struct pci_config cfg;
	unsigned int i;

	(void)state;
	pci_config_init(&cfg, &pf_params);
	for (i = 0; i < PCI_CONFIG_BYTES; i++)
		if (i != EXP + 9)	/* which has Initiate FLR */
			put(&cfg, i, 1, 0xff);
	put(&cfg, EXP + 9, 1, 0x7f);
	for (i = 0; i < sizeof(after) / sizeof(after[0]); i++)
		assert_int_equal(get(&cfg, after[i].offset, after[i].bytes),
				 after[i].value);
}

static void test_write_of_one_byte_leaves_its_neighbours(void **state)
{
	struct pci_config cfg;

	(void)state;
	pci_config_init(&cfg, &pf_params);
	put(&cfg, 0x1b, 1, 0xab);
	assert_int_equal(get(&cfg, 0x18, 4), 0xab00000c);
	put(&cfg, MSI + 5, 2, 0x1234);
	assert_int_equal(get(&cfg, MSI + 4, 4), 0x00123400);
	assert_int_equal(get(&cfg, MSI + 3, 4), 0x12340001);
}

static void test_status_bits_are_cleared_by_writing_one(void **state)
{
	struct pci_config cfg;

	(void)state;
	pci_config_init(&cfg, &pf_params);
	cfg.bytes[AER + 4 + 2] = 0x14;		/* bits 18, 20 */
	cfg.bytes[EXP + 10] = 0x0a;
	cfg.bytes[7] = 0xf9;
	put(&cfg, AER + 4, 4, 0x00040000);
	assert_int_equal(get(&cfg, AER + 4, 4), 0x00100000);
	put(&cfg, EXP + 8, 4, 0x0002281f);
	assert_int_equal(get(&cfg, EXP + 8, 4), 0x0008281f);
	put(&cfg, 4, 2, 0x0006);		/* not the status */
	assert_int_equal(get(&cfg, 4, 4), 0xf9100006);
	put(&cfg, 4, 4, 0x80000006);
	assert_int_equal(get(&cfg, 4, 4), 0x79100006);
}

static void test_read_outside_is_refused(void **state)
{
	struct pci_config cfg;
	uint8_t buf[8] = { 0 };
	uint32_t deliver = 7;
	bool flr = true;

	(void)state;
	pci_config_init(&cfg, &pf_params);
	assert_int_equal(pci_config_read(&cfg, 4088, buf, 8), 0);
	assert_int_equal(pci_config_read(&cfg, 4089, buf, 8), -EINVAL);
	assert_int_equal(pci_config_read(&cfg, UINT64_MAX, buf, 1), -EINVAL);
	assert_int_equal(pci_config_read(&cfg, UINT64_MAX - 3, buf, 8),
			 -EINVAL);
	assert_int_equal(pci_config_read(&cfg, 0, buf, SIZE_MAX), -EINVAL);
	assert_int_equal(pci_config_read(&cfg, 4096, buf, 0), 0);
	assert_int_equal(pci_config_write(&cfg, 4095, buf, 2, &deliver, &flr),
			 -EINVAL);
	assert_int_equal(deliver, 0);
	assert_false(flr);
	assert_int_equal(get(&cfg, 1, 2), 0x5019);
}

static void test_flr_is_asked_for_by_its_bit_alone(void **state)
{
	const uint8_t devctl[] = { 0x10, 0xa8 }, high = 0x80;
	struct pci_config cfg;
	uint32_t deliver;
	bool flr;

	(void)state;
	pci_config_init(&cfg, &pf_params);
	assert_int_equal(pci_config_write(&cfg, EXP + 8, devctl, 2, &deliver,
					  &flr), 0);
	assert_true(flr);
	assert_int_equal(get(&cfg, EXP + 8, 2), 0x2810);
	assert_int_equal(pci_config_write(&cfg, EXP + 9, &high, 1, &deliver,
					  &flr), 0);
	assert_true(flr);
	put(&cfg, EXP + 8, 2, 0x2810);
	put(&cfg, EXP + 8, 1, 0x80);
}

static void test_reset_brings_everything_back(void **state)
{
	uint8_t expected[PCI_CONFIG_BYTES], found[PCI_CONFIG_BYTES];
	struct pci_config cfg;
	unsigned int i;

	(void)state;
	pci_config_init(&cfg, &pf_params);
	IMAGE_OF(pf_golden, expected);
	put(&cfg, 4, 2, 6);
	put(&cfg, MSI + 0x10, 4, 2);
	assert_false(pci_config_msi_raise(&cfg, 1));
	put(&cfg, SRIOV + 0x20, 4, 0x100);
	for (i = 0; i < PCI_CONFIG_BYTES; i++)
		if (i != EXP + 9)
			put(&cfg, i, 1, i & 0xff);
	pci_config_reset(&cfg);
	assert_int_equal(pci_config_read(&cfg, 0, found, sizeof(found)), 0);
	assert_memory_equal(found, expected, sizeof(found));
	put(&cfg, SRIOV + 0x10, 2, 5);		/* not locked any more */
	assert_int_equal(get(&cfg, SRIOV + 0x10, 2), 5);
	assert_true(bar_size(&cfg, SRIOV + 0x2c) == 64 << 10);
}

static void test_bus_master_follows_command_and_power(void **state)
{
	struct pci_config cfg;

	(void)state;
	pci_config_init(&cfg, &pf_params);
	assert_false(pci_config_bus_master(&cfg));
	put(&cfg, 4, 2, 0x0002);
	assert_false(pci_config_bus_master(&cfg));
	put(&cfg, 4, 2, 0x0006);
	assert_true(pci_config_bus_master(&cfg));
	put(&cfg, PM + 4, 2, 3);
	assert_int_equal(get(&cfg, PM + 4, 2), 0x000b);
	assert_false(pci_config_bus_master(&cfg));
	put(&cfg, PM + 4, 2, 1);		/* D1 does not exist */
	assert_int_equal(get(&cfg, PM + 4, 2), 0x000b);
	put(&cfg, PM + 4, 2, 0);
	assert_true(pci_config_bus_master(&cfg));
	assert_int_equal(get(&cfg, 4, 2), 6);	/* state was kept */
	pci_config_init(&cfg, &vf_params);
	put(&cfg, 4, 2, 4);
	assert_true(pci_config_bus_master(&cfg));
}

static void test_msi_masked_waits_until_unmasked(void **state)
{
	struct pci_config cfg;

	(void)state;
	pci_config_init(&cfg, &pf_params);
	put(&cfg, MSI + 2, 2, 0x01a1);
	assert_true(pci_config_msi_raise(&cfg, 0));
	assert_true(pci_config_msi_raise(&cfg, 3));
	assert_int_equal(put(&cfg, MSI + 0x10, 4, 0x9), 0);
	assert_false(pci_config_msi_raise(&cfg, 0));
	assert_false(pci_config_msi_raise(&cfg, 0));
	assert_true(pci_config_msi_raise(&cfg, 1));
	assert_false(pci_config_msi_raise(&cfg, 3));
	assert_int_equal(get(&cfg, MSI + 0x14, 4), 0x9);
	put(&cfg, MSI + 0x14, 4, 0);		/* read only */
	assert_int_equal(get(&cfg, MSI + 0x14, 4), 0x9);
	assert_int_equal(put(&cfg, MSI + 0x10, 1, 0x1), 0x8);
	assert_int_equal(get(&cfg, MSI + 0x14, 4), 0x1);
	assert_int_equal(put(&cfg, MSI + 0x10, 4, 0x0), 0x1);
	assert_int_equal(get(&cfg, MSI + 0x14, 4), 0);
	assert_int_equal(put(&cfg, MSI + 0x10, 4, 0x0), 0);
}

static void test_msi_message_fewer_enabled_share(void **state)
{
	struct pci_config cfg;

	(void)state;
	pci_config_init(&cfg, &pf_params);
	assert_int_equal(pci_config_msi_message(&cfg, 3), 3);
	put(&cfg, MSI + 2, 2, 0x0001);		/* one message */
	assert_int_equal(pci_config_msi_message(&cfg, 3), 0);
	put(&cfg, MSI + 2, 2, 0x0011);		/* two */
	assert_int_equal(pci_config_msi_message(&cfg, 3), 1);
	assert_int_equal(pci_config_msi_message(&cfg, 2), 0);
	put(&cfg, MSI + 0x10, 4, 0x2);
	assert_false(pci_config_msi_raise(&cfg, 3));
	assert_int_equal(get(&cfg, MSI + 0x14, 4), 0x2);
	put(&cfg, MSI + 2, 2, 0x0051);		/* 32 of 4 */
	assert_int_equal(get(&cfg, MSI + 2, 2), 0x01a5);
	assert_int_equal(pci_config_msi_message(&cfg, 0xffff), 3);
}

static void test_msi_counts_show_in_the_capability(void **state)
{
	struct pci_config_params params = pf_params;
	struct pci_config cfg;

	(void)state;
	params.msi_vectors = 1;
	pci_config_init(&cfg, &params);
	assert_int_equal(get(&cfg, MSI + 2, 2), 0x0180);
	put(&cfg, MSI + 0x10, 4, 0xffffffff);
	assert_int_equal(get(&cfg, MSI + 0x10, 4), 1);
	assert_int_equal(pci_config_msi_message(&cfg, 3), 0);
	params.msi_vectors = 32;
	pci_config_init(&cfg, &params);
	assert_int_equal(get(&cfg, MSI + 2, 2), 0x018a);
	put(&cfg, MSI + 0x10, 4, 0xffffffff);
	assert_int_equal(get(&cfg, MSI + 0x10, 4), 0xffffffff);
	assert_false(pci_config_msi_raise(&cfg, 31));
	assert_int_equal(get(&cfg, MSI + 0x14, 4), 0x80000000);
}

static void test_sriov_enabled_locks_its_fields(void **state)
{
	struct pci_config cfg;

	(void)state;
	pci_config_init(&cfg, &pf_params);
	put(&cfg, SRIOV + 0x10, 2, 64);		/* more than TotalVFs */
	assert_int_equal(get(&cfg, SRIOV + 0x10, 2), 0);
	put(&cfg, SRIOV + 0x10, 2, 63);
	assert_int_equal(get(&cfg, SRIOV + 0x10, 2), 63);
	put(&cfg, SRIOV + 0x20, 4, 0x3);	/* two sizes */
	assert_int_equal(get(&cfg, SRIOV + 0x20, 4), 1);
	put(&cfg, SRIOV + 0x20, 4, 0x4);	/* one that is not offered */
	assert_int_equal(get(&cfg, SRIOV + 0x20, 4), 1);
	put(&cfg, SRIOV + 0x20, 4, 0x100);	/* 1 MiB */
	assert_int_equal(get(&cfg, SRIOV + 0x20, 4), 0x100);
	assert_true(bar_size(&cfg, SRIOV + 0x2c) == 1 << 20);
	assert_true(bar_size(&cfg, SRIOV + 0x34) == 16 << 20);
	put(&cfg, SRIOV + 0x20, 4, 0x10);
	assert_true(bar_size(&cfg, SRIOV + 0x2c) == 64 << 10);
	put(&cfg, SRIOV + 8, 2, 0x0009);
	put(&cfg, SRIOV + 0x10, 2, 5);
	put(&cfg, SRIOV + 0x20, 4, 1);
	assert_int_equal(get(&cfg, SRIOV + 0x10, 2), 63);
	assert_int_equal(get(&cfg, SRIOV + 0x20, 4), 0x10);
	put(&cfg, SRIOV + 8, 2, 0);
	put(&cfg, SRIOV + 0x10, 2, 5);
	assert_int_equal(get(&cfg, SRIOV + 0x10, 2), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_init_pf_gives_golden_bytes),
		cmocka_unit_test(test_init_vf_gives_golden_bytes),
		cmocka_unit_test(test_init_without_vfs_has_no_sriov),
		cmocka_unit_test(test_capabilities_walked_are_those_expected),
		cmocka_unit_test(test_bar_written_with_ones_tells_its_size),
		cmocka_unit_test(
			test_write_ones_everywhere_changes_only_what_may),
		cmocka_unit_test(test_write_of_one_byte_leaves_its_neighbours),
		cmocka_unit_test(test_status_bits_are_cleared_by_writing_one),
		cmocka_unit_test(test_read_outside_is_refused),
		cmocka_unit_test(test_flr_is_asked_for_by_its_bit_alone),
		cmocka_unit_test(test_reset_brings_everything_back),
		cmocka_unit_test(test_bus_master_follows_command_and_power),
		cmocka_unit_test(test_msi_masked_waits_until_unmasked),
		cmocka_unit_test(test_msi_message_fewer_enabled_share),
		cmocka_unit_test(test_msi_counts_show_in_the_capability),
		cmocka_unit_test(test_sriov_enabled_locks_its_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
