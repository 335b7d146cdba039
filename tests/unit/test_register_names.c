/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Accesses in the names of the specification (hisi-qm 2 to 4, hisi-zip 7.2). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "register_names.h"

static char *name(unsigned int bar, uint64_t offset)
{
	static char text[REGISTER_NAME_BYTES];

	memset(text, 'x', sizeof(text));
	register_name(text, bar, offset);
	return text;
}

static const char *meaning(unsigned int bar, uint64_t offset, bool is_write,
			   unsigned int bytes, uint64_t low, uint64_t high)
{
	static char text[REGISTER_MEANING_BYTES];
	const uint64_t value[2] = { low, high };
	const struct register_access access = {
		.bar = bar, .offset = offset, .value = value, .bytes = bytes,
		.is_write = is_write,
	};

	memset(text, 'x', sizeof(text));
	register_meaning(text, &access);
	return text;
}

/* 4 or 6 hexadecimal digits are an offset, except these. */
static bool is_offset(const char *macro, const char *digits)
{
	static const char *const others[] = {
		"HISI_QM_DEVICE_SPACE", "HISI_QM_CAP_FIRST",
		"HISI_QM_CAP_LAST", "HISI_ZIP_COMP_CORE_BASE",
		"HISI_ZIP_DECOMP_CORE_BASE", "HISI_ZIP_CORE_STRIDE",
	};
	size_t len = strlen(digits), i;

	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (!strcmp(macro, others[i]))
			return false;
	return (len == 4 || len == 6) &&
	       strncmp(macro, "HISI_ZIP_ERR_", strlen("HISI_ZIP_ERR_"));
}

/* Every register of @file between two comments is found under its name. */
static unsigned int check_header(const char *file, const char *from,
				 const char *to, const char *prefix)
{
	char line[256], macro[128], digits[32];
	unsigned int count = 0;
	bool inside = false;
	char *found;
	FILE *f = fopen(file, "r");

	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		if (!strncmp(line, from, strlen(from)))
			inside = true;
		if (!strncmp(line, to, strlen(to)))
			inside = false;
		if (!inside || sscanf(line, "#define %127s 0x%31[0-9a-f]",
				      macro, digits) != 2 ||
		    !is_offset(macro, digits))
			continue;
		assert_memory_equal(macro, prefix, strlen(prefix));
		/* Of an array, its first. */
		found = name(2, strtoul(digits, NULL, 16));
		found[strcspn(found, "[")] = 0;
		assert_string_equal(found, macro + strlen(prefix));
		count++;
	}
	fclose(f);
	return count;
}

static void test_register_name_covers_hwdefs(void **state)
{
	unsigned int count, named;

	(void)state;
	register_table(&count);
	named = check_header(WD_HWDEFS_DIR "/hisi_qm_hw.h", "/* 2.1:",
			     "/* 2.4:", "HISI_QM_");
	named += check_header(WD_HWDEFS_DIR "/hisi_zip_hw.h", "/* 7.2.1:",
			      "/* 7.2.3:", "HISI_ZIP_");
	named += check_header(WD_HWDEFS_DIR "/hisi_zip_hw.h", "/* 7.2.4:",
			      "/* 7.3:", "HISI_ZIP_");
	assert_int_equal(named, count);
}

static void test_register_table_ascends_without_duplicates(void **state)
{
	const struct register_entry *table;
	unsigned int count, i, j;

	(void)state;
	table = register_table(&count);
	assert_true(count > 100);
	for (i = 0; i < count; i++) {
		assert_true(strlen(table[i].name) + 8 < REGISTER_NAME_BYTES);
		assert_int_equal(table[i].offset % 4, 0);
		if (i)
			assert_true(table[i].offset > table[i - 1].offset);
		for (j = 0; j < i; j++)
			if (!strcmp(table[i].name, table[j].name))
				/* The QM and the engine have one each. */
				assert_string_equal(table[i].name,
						    "OOO_SHUTDOWN_SEL");
	}
}

static void test_register_name_spot_values(void **state)
{
	(void)state;
	assert_string_equal(name(2, 0x0), "AEQ_INT_SOURCE");
	assert_string_equal(name(2, 0x300), "MAILBOX");
	assert_string_equal(name(2, 0x30c), "MAILBOX+12");
	assert_string_equal(name(2, 0x344), "DOORBELL_V1+4");
	assert_string_equal(name(2, 0x1000), "DOORBELL_SQ_CQ");
	assert_string_equal(name(2, 0x3158), "CAP_CORE_ALGS_1[3]");
	assert_string_equal(name(2, 0x801c), "0x801c");
	assert_string_equal(name(2, 0x10012c), "IFC_READY_STATUS+4");
	assert_string_equal(name(2, 0x104804), "VF2PF_PF_R[1]");
	assert_string_equal(name(2, 0x302004), "COMP_CORE0_GOOD");
	assert_string_equal(name(2, 0x303040), "COMP_CORE1_PRODUCED");
	assert_string_equal(name(2, 0x304000), "DECOMP_CORE0_REQUESTS");
	assert_string_equal(name(2, 0x309010), "DECOMP_CORE5_WORK_CYCLES");
	assert_string_equal(name(2, 0x309044), "DECOMP_CORE5+0x44");
	assert_string_equal(name(2, 0x30a000), "0x30a000");
	assert_string_equal(name(2, 0x3020a0), "0x3020a0");
	assert_string_equal(name(2, 0x3ffffc), "0x3ffffc");
	assert_string_equal(name(2, UINT64_MAX), "0xffffffffffffffff");
	assert_string_equal(name(4, 0x51000), "DOORBELL[5]");
	assert_string_equal(name(4, 0x51004), "DOORBELL[5]+4");
	assert_string_equal(name(4, 0x50000), "BAR4+0x50000");
}

/* 4.8 */
static void test_register_meaning_of_doorbells(void **state)
{
	(void)state;
	assert_string_equal(meaning(2, 0x1000, true, 8, 0x0000000100000005, 0),
			    "SQ 5, tail 1");
	assert_string_equal(meaning(2, 0x1000, true, 8, 0x0000000100001005, 0),
			    "CQ 5, head 1, not armed");
	assert_string_equal(meaning(2, 0x1000, true, 8, 0x0001000100001005, 0),
			    "CQ 5, head 1, armed");
	assert_string_equal(meaning(2, 0x2000, true, 8, 0x0000000700002000, 0),
			    "EQ, head 7");
	assert_string_equal(meaning(2, 0x2000, true, 8, 0x3000, 0),
			    "AEQ, head 0");
	assert_string_equal(meaning(2, 0x340, true, 8, 0x0001000100010005, 0),
			    "CQ 5, head 1, armed");
	assert_string_equal(meaning(2, 0x1000, true, 8, 0x00010000aaaa0005, 0),
			    "SQ 5, random value 0xaaaa, tail 0, priority 1");
	assert_string_equal(meaning(2, 0x1000, true, 8, 0x9005, 0),
			    "unknown doorbell 9");
	assert_string_equal(meaning(2, 0x1000, true, 4, 0x1005, 0), "CQ 5");
	assert_string_equal(meaning(2, 0x1004, true, 4, 0x00010003, 0),
			    "index 3, priority 1");
	assert_string_equal(meaning(4, 0x51000, true, 8, 0x0000000100000005, 0),
			    "SQ 5, tail 1");
	assert_string_equal(meaning(4, 0x51004, true, 4, 2, 0),
			    "index 2, priority 0");
	assert_string_equal(meaning(4, 0x51000, false, 8, 5, 0), "");
	assert_string_equal(meaning(4, 0x52008, true, 8, 5, 0), "");
}

static void test_register_meaning_of_mailbox(void **state)
{
	(void)state;
	assert_string_equal(meaning(2, 0x300, true, 16, 0x2345600000052000, 1),
			    "install SQC 5, address 0x123456000");
	assert_string_equal(meaning(2, 0x300, true, 8, 0x2345600000052001, 0),
			    "install CQC 5, low half of the address 0x23456000");
	assert_string_equal(meaning(2, 0x308, true, 8, 1, 0), "go");
	assert_string_equal(meaning(2, 0x300, true, 4, 0x2003, 0),
			    "install AEQC");
	assert_string_equal(meaning(2, 0x304, true, 4, 0x2003, 0), "");
	assert_string_equal(meaning(2, 0x30c, true, 4, 0, 0), "go");
	assert_string_equal(meaning(2, 0x300, true, 16, 0x6006, 0),
			    "get SQC VFT");
	assert_string_equal(meaning(2, 0x300, true, 16, 0x52008, 0),
			    "stop QP 5");
	assert_string_equal(meaning(2, 0x300, true, 16,
				    0x00000003ffff200c, 0),
			    "send message to all VFs: reset done");
	assert_string_equal(meaning(2, 0x300, true, 16, 0x000000770001200c, 0),
			    "send message to function 1: message 0x77");
	assert_string_equal(meaning(2, 0x300, true, 16, 0x0001200d, 0),
			    "receive message of function 1");
	assert_string_equal(meaning(2, 0x300, true, 16, 0x52007, 0),
			    "unknown command 0x7, queue 5");
	assert_string_equal(meaning(2, 0x300, true, 16, 0x0009, 0),
			    "flush function, not executed without the busy bit");
	assert_string_equal(meaning(2, 0x300, false, 4, 0x2000, 0), "busy");
	assert_string_equal(meaning(2, 0x300, false, 16, 0x0600, 0),
			    "failed with status 3");
	assert_string_equal(meaning(2, 0x300, false, 16, 0x6006 & ~0x2000, 0),
			    "ready");
}

static void test_register_meaning_of_errors(void **state)
{
	(void)state;
	assert_string_equal(meaning(2, 0x10000c, true, 4, 0x1004, 0),
			    "multi-bit ECC, doorbell random value");
	assert_string_equal(meaning(2, 0x3010ac, false, 4, 0x1000, 0), "SVA");
	assert_string_equal(meaning(2, 0x100008, false, 4, 0, 0), "");
	/* All of them are cut, not written beyond the end. */
	assert_true(strlen(meaning(2, 0x100000, true, 4, 0xffffffff, 0)) ==
		    REGISTER_MEANING_BYTES - 1);
}

static void test_register_meaning_of_odd_accesses_is_empty(void **state)
{
	(void)state;
	assert_string_equal(meaning(2, 0x1001, true, 8, 5, 0), "");
	assert_string_equal(meaning(2, 0x1000, true, 2, 5, 0), "");
	assert_string_equal(meaning(2, 0x1000, true, 0, 5, 0), "");
	assert_string_equal(meaning(2, 0x1000, true, 17, 5, 0), "");
	assert_string_equal(meaning(2, 0x3100, false, 4, 0x601, 0), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_register_name_covers_hwdefs),
		cmocka_unit_test(
			test_register_table_ascends_without_duplicates),
		cmocka_unit_test(test_register_name_spot_values),
		cmocka_unit_test(test_register_meaning_of_doorbells),
		cmocka_unit_test(test_register_meaning_of_mailbox),
		cmocka_unit_test(test_register_meaning_of_errors),
		cmocka_unit_test(
			test_register_meaning_of_odd_accesses_is_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
