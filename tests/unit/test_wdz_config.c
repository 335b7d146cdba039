/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Settings of the zlib drop-in. */
#include "wdz_support.h"

static void parse(const char *text, int want)
{
	char line[256];

	snprintf(line, sizeof(line), "%s", text);
	check(wdz_config_parse(line) == want, "%s", text);
}

static void test_parse_settings_take_effect(void **state)
{
	const struct wdz_config *config = wdz_config();

	(void)state;
	parse("use = off", 0);
	assert_int_equal(config->use, WDZ_USE_OFF);
	parse("\tuse=force \r\n", 0);
	assert_int_equal(config->use, WDZ_USE_FORCE);
	parse("use=auto", 0);
	assert_int_equal(config->use, WDZ_USE_AUTO);
	parse("threshold = 0x1000", 0);
	assert_int_equal(config->threshold, 4096);
	parse("threshold = measure", 0);
	assert_int_equal(config->threshold, 0);
	parse("device = hisi_zip-3", 0);
	assert_string_equal(config->device, "hisi_zip-3");
	parse("device =", 0);
	assert_string_equal(config->device, "");
	parse("verify = yes", 0);
	assert_true(config->verify);
	parse("verify = off", 0);
	assert_false(config->verify);
	parse("trace = 1", 0);
	assert_true(config->trace);
	parse("trace = 0", 0);
	assert_false(config->trace);
	parse("counters = -", 0);
	assert_string_equal(config->counters, "-");
	parse("counters =", 0);
	parse("replay_bytes = 65536", 0);
	assert_int_equal(config->replay_bytes, 65536);
}

static void test_parse_comments_and_blanks_nothing(void **state)
{
	(void)state;
	parse("", 0);
	parse("   \t\n", 0);
	parse("# use = off", 0);
	parse("  # use = nonsense", 0);
}

static void test_parse_wrong_lines_refused(void **state)
{
	static const char *const wrong[] = {
		"use", "use = sometimes", "speed = high", "threshold = -1",
		"threshold = 12x", "threshold =", "verify = maybe",
		"threshold = 99999999999999999999999", "= off",
		"device = 0123456789012345678901234567890123456789012345678901234567890123",
	};
	const struct wdz_config before = *wdz_config();
	unsigned int i;

	(void)state;
	for (i = 0; i < COUNT_OF(wrong); i++)
		parse(wrong[i], -EINVAL);
	assert_memory_equal(&before, wdz_config(), sizeof(before));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_settings_take_effect),
		cmocka_unit_test(test_parse_comments_and_blanks_nothing),
		cmocka_unit_test(test_parse_wrong_lines_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
