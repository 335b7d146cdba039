/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where the zlib drop-in finds that the device pays. */
#include "wdz_support.h"

static int setup(void **state)
{
	(void)state;
	wdz_choice_clear();
	wdz_config();
	assert_int_equal(wdz_config_set("use", "auto"), 0);
	assert_int_equal(wdz_config_set("threshold", "measure"), 0);
	return 0;
}

static void took(bool device, size_t bytes, uint64_t ns)
{
	unsigned int i;

	for (i = 0; i < 10; i++) {
		if (device)
			wdz_choice_device_took(WDZ_KIND_MIDDLE, bytes, ns);
		else
			wdz_choice_soft_took(WDZ_KIND_MIDDLE, bytes, ns);
	}
}

static void test_threshold_unmeasured_default(void **state)
{
	size_t warm = wdz_choice_threshold(WDZ_KIND_MIDDLE, true);
	size_t cold = wdz_choice_threshold(WDZ_KIND_MIDDLE, false);

	(void)state;
	assert_true(warm >= 1024 && warm < cold && cold < MIB);
	took(true, 4096, 1);
	assert_int_equal(wdz_choice_threshold(WDZ_KIND_MIDDLE, true), warm);
}

/* 20 us a request and 1 ns a byte against 5 ns a byte: above 5000 bytes. */
static void test_threshold_measured_where_it_pays(void **state)
{
	size_t bytes;

	(void)state;
	took(false, 100000, 500000);
	for (bytes = 1024; bytes <= 16 * MIB; bytes *= 2)
		took(true, bytes, 20000 + bytes);
	assert_int_equal(wdz_choice_threshold(WDZ_KIND_MIDDLE, true), 8192);
	/* What is measured of one kind says nothing of another. */
	assert_int_not_equal(wdz_choice_threshold(WDZ_KIND_SMALL, true), 8192);
}

static void test_threshold_slow_device_never(void **state)
{
	size_t bytes;

	(void)state;
	took(false, 1000000, 1000000);
	for (bytes = 1024; bytes <= 16 * MIB; bytes *= 2)
		took(true, bytes, 20000 + 2 * bytes);
	assert_true(wdz_choice_threshold(WDZ_KIND_MIDDLE, true) == SIZE_MAX);
	assert_true(wdz_choice_threshold(WDZ_KIND_MIDDLE, false) == SIZE_MAX);
}

/* The latest measurements count: a device may become busy. */
static void test_threshold_follows_the_load(void **state)
{
	unsigned int i;

	(void)state;
	took(false, 1000000, 5000000);
	took(true, 16 * MIB, 16 * MIB);
	assert_true(wdz_choice_threshold(WDZ_KIND_MIDDLE, true) < MIB);
	for (i = 0; i < 50; i++)
		took(true, 16 * MIB, 160 * MIB);
	assert_true(wdz_choice_threshold(WDZ_KIND_MIDDLE, true) == SIZE_MAX);
	for (i = 0; i < 50; i++)
		took(true, 16 * MIB, 16 * MIB);
	assert_true(wdz_choice_threshold(WDZ_KIND_MIDDLE, true) < MIB);
}

static void test_threshold_configured_holds(void **state)
{
	(void)state;
	took(false, 1000000, 5000000);
	took(true, MIB, MIB);
	assert_int_equal(wdz_config_set("threshold", "777"), 0);
	assert_int_equal(wdz_choice_threshold(WDZ_KIND_MIDDLE, true), 777);
	assert_int_equal(wdz_choice_threshold(WDZ_KIND_INFLATE, false), 777);
	assert_int_equal(wdz_choice_begin(MIB), 0);
	assert_false(wdz_choice_is_probe(WDZ_KIND_MIDDLE, MIB));
	assert_int_equal(wdz_config_set("use", "force"), 0);
	assert_int_equal(wdz_choice_threshold(WDZ_KIND_MIDDLE, true), 0);
	assert_int_equal(wdz_config_set("use", "off"), 0);
	assert_true(wdz_choice_threshold(WDZ_KIND_MIDDLE, true) == SIZE_MAX);
}

/* Now and then a stream measures the other side; small ones never. */
static void test_probe_one_in_many(void **state)
{
	unsigned int i, probes = 0;

	(void)state;
	for (i = 0; i < 640; i++)
		probes += wdz_choice_is_probe(WDZ_KIND_MIDDLE, MIB);
	assert_int_equal(probes, 10);
	for (i = 0; i < 640; i++)
		assert_false(wdz_choice_is_probe(WDZ_KIND_MIDDLE, 100));
}

static void test_kind_of_levels(void **state)
{
	(void)state;
	assert_int_equal(wdz_kind_of(-1), WDZ_KIND_MIDDLE);
	assert_int_equal(wdz_kind_of(1), WDZ_KIND_FAST);
	assert_int_equal(wdz_kind_of(6), WDZ_KIND_MIDDLE);
	assert_int_equal(wdz_kind_of(9), WDZ_KIND_SMALL);
}

#define case(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		case(test_threshold_unmeasured_default),
		case(test_threshold_measured_where_it_pays),
		case(test_threshold_slow_device_never),
		case(test_threshold_follows_the_load),
		case(test_threshold_configured_holds),
		case(test_probe_one_in_many),
		case(test_kind_of_levels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
