/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Devices as sysfs tells them: complete, old, half gone, nonsense. */
#include "uacce_support.h"
#include "uacce_sysfs.h"

#define COUNT_OF(array)	(sizeof(array) / sizeof((array)[0]))
#define DEV	"hisi_zip-0"

static struct wd_device_info read_device(void)
{
	struct wd_device_info info;

	memset(&info, 0xff, sizeof(info));
	assert_int_equal(uacce_sysfs_read(DEV, &info), 0);
	return info;
}

static void test_read_complete_device_fills_all(void **state)
{
	struct wd_device_info info;
	unsigned int i;

	(void)state;
	make_device(DEV);
	info = read_device();
	assert_string_equal(info.name, DEV);
	assert_string_equal(info.path, "/dev/hisi_zip-0");
	assert_string_equal(info.api, "hisi_qm_v3");
	assert_string_equal(info.driver, "");
	assert_string_equal(info.algorithms, "zlib\ngzip\ndeflate");
	assert_int_equal(info.flags, UACCE_DEV_SVA);
	assert_int_equal(info.mode, WD_MODE_SVA);
	assert_int_equal(info.available_instances, 250);
	assert_int_equal(info.region_mmio_bytes, 8192);
	assert_int_equal(info.region_dus_bytes, 151552);
	assert_int_equal(info.numa_node, 0);
	assert_int_equal(info.numa_distance, 10);
	assert_false(info.isolated);
	assert_false(info.emulated);
	for (i = 0; i < COUNT_OF(info.reserved); i++)
		assert_int_equal(info.reserved[i], 0);
}

static void test_read_mandatory_attribute_missing_is_enodev(void **state)
{
	static const char *const names[] = {
		"api", "flags", "algorithms", "region_dus_size",
	};
	struct wd_device_info info;
	unsigned int i;

	(void)state;
	for (i = 0; i < COUNT_OF(names); i++) {
		make_device(DEV);
		attr_remove(DEV, names[i]);
		assert_int_equal(uacce_sysfs_read(DEV, &info), -ENODEV);
	}
}

/* As Linux' own uacce has it: no SS region, no NUMA, no state. */
static void test_read_optional_attribute_missing_has_a_default(void **state)
{
	static const char *const names[] = {
		"available_instances", "region_mmio_size", "isolate",
		"node_id", "dev_state",
	};
	struct wd_device_info info;
	unsigned int i;

	(void)state;
	make_device(DEV);
	for (i = 0; i < COUNT_OF(names); i++)
		attr_remove(DEV, names[i]);
	info = read_device();
	assert_int_equal(info.available_instances, 0);
	assert_int_equal(info.region_mmio_bytes, 0);
	assert_int_equal(info.numa_node, WD_NUMA_ANY);
	assert_int_equal(info.numa_distance, 10);
	assert_false(info.isolated);
}

static void test_read_newlines_do_not_matter(void **state)
{
	static const char *const ends[] = { "", "\n", "\n\n\n" };
	struct wd_device_info info;
	unsigned int i;
	char text[64];

	(void)state;
	for (i = 0; i < COUNT_OF(ends); i++) {
		make_device(DEV);
		snprintf(text, sizeof(text), "hisi_qm_v2%s", ends[i]);
		attr(DEV, "api", text);
		snprintf(text, sizeof(text), "zlib\ngzip%s", ends[i]);
		attr(DEV, "algorithms", text);
		snprintf(text, sizeof(text), "17%s", ends[i]);
		attr(DEV, "available_instances", text);
		info = read_device();
		assert_string_equal(info.api, "hisi_qm_v2");
		assert_string_equal(info.algorithms, "zlib\ngzip");
		assert_int_equal(info.available_instances, 17);
	}
}

static void test_read_flags_decide_the_mode(void **state)
{
	static const struct {
		const char *text;
		uint64_t flags;
		enum wd_mode mode;
	} cases[] = {
		{ "1", 1, WD_MODE_SVA }, { "0x9", 9, WD_MODE_SVA },
		{ "5", 5, WD_MODE_SVA }, { "4", 4, WD_MODE_PASID },
		{ "16", 16, WD_MODE_SHARE_DOMAIN },
		{ "144", 144, WD_MODE_SHARE_DOMAIN },
		{ "2", 2, WD_MODE_NOIOMMU }, { "128", 128, WD_MODE_DMA },
		{ "0", 0, WD_MODE_DMA },
	};
	struct wd_device_info info;
	unsigned int i;

	(void)state;
	make_device(DEV);
	for (i = 0; i < COUNT_OF(cases); i++) {
		attr(DEV, "flags", cases[i].text);
		info = read_device();
		assert_int_equal(info.flags, cases[i].flags);
		assert_int_equal(info.mode, cases[i].mode);
	}
}

static void test_read_mandatory_number_is_nonsense_is_enodev(void **state)
{
	static const char *const texts[] = {
		"", "\n", "x", "-1", "1x", "1 2", "99999999999999999999", "--1",
		"0x", " ", "1\r\n",
	};
	struct wd_device_info info;
	unsigned int i;

	(void)state;
	for (i = 0; i < COUNT_OF(texts); i++) {
		make_device(DEV);
		attr(DEV, "flags", texts[i]);
		assert_int_equal(uacce_sysfs_read(DEV, &info), -ENODEV);
		make_device(DEV);
		attr(DEV, "region_dus_size", texts[i]);
		assert_int_equal(uacce_sysfs_read(DEV, &info), -ENODEV);
	}
	attr(DEV, "region_dus_size", "0");
	assert_int_equal(uacce_sysfs_read(DEV, &info), -ENODEV);
}

static void test_read_optional_number_is_nonsense_is_as_missing(void **state)
{
	static const char *const texts[] = {
		"", "x", "-1", "-9223372036854775808", "4294967296",
		"9223372036854775807", "99999999999999999999", "12kB", "1 2",
	};
	struct wd_device_info info;
	unsigned int i;

	(void)state;
	for (i = 0; i < COUNT_OF(texts); i++) {
		make_device(DEV);
		attr(DEV, "available_instances", texts[i]);
		attr(DEV, "node_id", texts[i]);
		info = read_device();
		assert_int_equal(info.available_instances, 0);
		assert_int_equal(info.numa_node, WD_NUMA_ANY);
		assert_int_equal(info.numa_distance, 10);
	}
	attr(DEV, "region_mmio_size", "-4096");
	assert_int_equal(read_device().region_mmio_bytes, 0);
}

static void test_read_isolation(void **state)
{
	static const struct {
		const char *isolate, *dev_state;
		bool isolated;
	} cases[] = {
		{ "0", "0", false }, { "1", "0", true }, { "0", "-1", true },
		{ "1", "-1", true }, { "x", "x", false }, { "0", "1", false },
	};
	unsigned int i;

	(void)state;
	make_device(DEV);
	for (i = 0; i < COUNT_OF(cases); i++) {
		attr(DEV, "isolate", cases[i].isolate);
		attr(DEV, "dev_state", cases[i].dev_state);
		assert_int_equal(read_device().isolated, cases[i].isolated);
	}
}

static void test_read_distance_is_from_the_callers_node(void **state)
{
	static const struct {
		int here;
		const char *device, *table;
		unsigned int distance;
	} cases[] = {
		{ 0, "0", "10 21 31 41", 10 }, { 0, "3", "10 21 31 41", 41 },
		{ 2, "1", "31 22 10 21\n", 22 }, { 0, "-1", "10 21", 10 },
		/* short, empty, nonsense */
		{ 0, "2", "10 21", 20 }, { 0, "0", "", 20 },
		{ 0, "0", "\n", 20 }, { 0, "1", "10 x 30", 20 },
		{ 0, "0", "-10 20", 20 }, { 0, "0", "99999999999 20", 20 },
		{ 0, "2147483647", "10 21", 20 },
	};
	unsigned int i;

	(void)state;
	make_device(DEV);
	for (i = 0; i < COUNT_OF(cases); i++) {
		kernel.node = cases[i].here;
		distances(kernel.node, cases[i].table);
		attr(DEV, "node_id", cases[i].device);
		assert_int_equal(read_device().numa_distance,
				 cases[i].distance);
	}
	kernel.node = 9;
	attr(DEV, "node_id", "0");
	assert_int_equal(read_device().numa_distance, 20);
}

/* What does not fit ends with the last whole line. */
static void test_read_huge_files_are_cut_at_a_line(void **state)
{
	struct wd_device_info info;
	char *text = malloc(1 << 20);
	size_t i;

	(void)state;
	assert_non_null(text);
	make_device(DEV);
	/* "zlib", and then a name of which a part would be another name. */
	memcpy(text, "zlib\n", 5);
	for (i = 5; i < 251; i++)
		text[i] = i % 10 ? 'a' : '\n';
	memcpy(text + 250, "\ngzip-with-a-longer-name\n", 25);
	attr_bytes(DEV, "algorithms", text, 275);
	info = read_device();
	assert_non_null(strstr(info.algorithms, "zlib\n"));
	assert_null(strstr(info.algorithms, "gzip"));
	memset(text, 'z', 1 << 20);
	attr_bytes(DEV, "algorithms", text, 1 << 20);
	assert_string_equal(read_device().algorithms, "");
	/* A version that has lost its end is no version. */
	memset(text, '1', 1 << 20);
	attr_bytes(DEV, "available_instances", text, 1 << 20);
	assert_int_equal(read_device().available_instances, 0);
	memset(text, ' ', 1 << 20);
	text[0] = '7';
	attr_bytes(DEV, "available_instances", text, 1 << 20);
	assert_int_equal(read_device().available_instances, 0);
	memcpy(text, "hisi_qm_v3", 10);
	attr_bytes(DEV, "api", text, 1 << 20);
	assert_string_equal(read_device().api, "");
	attr_bytes(DEV, "region_dus_size", text, 1 << 20);
	assert_int_equal(uacce_sysfs_read(DEV, &info), -ENODEV);
	free(text);
}

static void test_read_zero_bytes_end_the_text(void **state)
{
	struct wd_device_info info;

	(void)state;
	make_device(DEV);
	attr_bytes(DEV, "algorithms", "zlib\0gzip", 9);
	attr_bytes(DEV, "api", "\0\0\0", 3);
	info = read_device();
	assert_string_equal(info.algorithms, "zlib");
	assert_string_equal(info.api, "");
}

/* A copy of a machine's sysfs may hold anything: a test without end fails. */
static void test_read_pipe_does_not_wait(void **state)
{
	struct wd_device_info info;
	char path[256];

	(void)state;
	make_device(DEV);
	attr_remove(DEV, "isolate");
	snprintf(path, sizeof(path), "%s/" DEV "/isolate", kernel.class_root);
	assert_int_equal(mkfifo(path, 0600), 0);
	info = read_device();
	assert_false(info.isolated);
	attr_remove(DEV, "flags");
	snprintf(path, sizeof(path), "%s/" DEV "/flags", kernel.class_root);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(uacce_sysfs_read(DEV, &info), -ENODEV);
}

static void test_read_name_that_is_no_device_is_enodev(void **state)
{
	static const char *const names[] = {
		"", ".", "..", "hisi_zip-1", "../class/hisi_zip-0",
		"hisi_zip-0/", "hisi_zip-0/.", "/",
	};
	struct wd_device_info info;
	char name[4096];
	unsigned int i;

	(void)state;
	make_device(DEV);
	/* A directory that would do, were it not the class itself. */
	attr(".", "api", "hisi_qm_v3");
	attr(".", "flags", "1");
	attr(".", "algorithms", "zlib");
	attr(".", "region_dus_size", "151552");
	for (i = 0; i < COUNT_OF(names); i++)
		assert_int_equal(uacce_sysfs_read(names[i], &info), -ENODEV);
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = 0;
	assert_int_equal(uacce_sysfs_read(name, &info), -ENODEV);
	name[64] = 0;
	assert_int_equal(uacce_sysfs_read(name, &info), -ENODEV);
}

static void test_enumerate_leaves_out_what_is_broken_and_says_so(void **state)
{
	struct wd_device_info *list;

	(void)state;
	make_device("hisi_zip-0");
	make_device("hisi_zip-1");
	make_device("hisi_zip-2");
	attr("hisi_zip-0", "available_instances", "3");
	attr_remove("hisi_zip-1", "flags");
	attr(".", "stray", "file");
	log_start();
	assert_int_equal(wd_device_list_get(&list), 2);
	assert_string_equal(list[0].name, "hisi_zip-2");
	assert_string_equal(list[1].name, "hisi_zip-0");
	assert_string_equal(list[0].driver, "hisi_zip");
	wd_device_list_free(list);
	assert_int_equal(log_book.lines[WD_LOG_WARNING], 2);
	assert_non_null(strstr(log_book.all, "hisi_zip-1"));
	assert_non_null(strstr(log_book.all, "stray"));
	assert_null(strstr(log_book.all, "hisi_zip-0"));
}

static void test_enumerate_without_the_class_is_empty(void **state)
{
	struct wd_device_info *list;
	struct wd_queue q = queue_wanted();

	(void)state;
	kernel.sys.sysfs_root = "/nonexistent/class/uacce";
	assert_int_equal(wd_device_list_get(&list), 0);
	wd_device_list_free(list);
	assert_int_equal(wd_request_queue(&q), -ENODEV);
	q.device = DEV;
	assert_int_equal(wd_request_queue(&q), -ENODEV);
}

static int stop_walk(void *arg, const struct wd_device_info *info)
{
	(void)info;
	++*(unsigned int *)arg;
	return -ENOMEM;
}

static void test_enumerate_ends_when_the_caller_says_so(void **state)
{
	unsigned int calls = 0;

	(void)state;
	make_device("hisi_zip-0");
	make_device("hisi_zip-1");
	assert_int_equal(uacce_sysfs_enumerate(stop_walk, &calls), -ENOMEM);
	assert_int_equal(calls, 1);
}

static void test_real_table_is_that_of_the_machine(void **state)
{
	const struct uacce_sys *sys;

	(void)state;
	uacce_sys_set(NULL);
	sys = uacce_sys();
	assert_string_equal(sys->sysfs_root, "/sys/class/uacce");
	assert_string_equal(sys->dev_root, "/dev");
	assert_true(sys->node() >= 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		uacce_test(test_read_complete_device_fills_all),
		uacce_test(test_read_mandatory_attribute_missing_is_enodev),
		uacce_test(test_read_optional_attribute_missing_has_a_default),
		uacce_test(test_read_newlines_do_not_matter),
		uacce_test(test_read_flags_decide_the_mode),
		uacce_test(test_read_mandatory_number_is_nonsense_is_enodev),
		uacce_test(test_read_optional_number_is_nonsense_is_as_missing),
		uacce_test(test_read_isolation),
		uacce_test(test_read_distance_is_from_the_callers_node),
		uacce_test(test_read_huge_files_are_cut_at_a_line),
		uacce_test(test_read_zero_bytes_end_the_text),
		uacce_test(test_read_pipe_does_not_wait),
		uacce_test(test_read_name_that_is_no_device_is_enodev),
		uacce_test(test_enumerate_leaves_out_what_is_broken_and_says_so),
		uacce_test(test_enumerate_without_the_class_is_empty),
		uacce_test(test_enumerate_ends_when_the_caller_says_so),
		uacce_test(test_real_table_is_that_of_the_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
