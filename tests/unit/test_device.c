/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which devices there are, and which one a queue is opened on. */
#include "queue_support.h"

#define COUNT_OF(array)	(sizeof(array) / sizeof((array)[0]))
#define MAX_DEVICES	8

/* Devices by hand: what is listed, and how opening each ends. */
static struct {
	struct wd_device_info info[MAX_DEVICES];
	int open_ret[MAX_DEVICES];
	unsigned int nr;
	char opened[256];
} zoo;

static int zoo_enumerate(int (*add)(void *, const struct wd_device_info *),
			 void *arg)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < zoo.nr; i++)
		ret = add(arg, &zoo.info[i]);
	return ret;
}

static int zoo_lookup(const char *name, struct wd_device_info *info)
{
	unsigned int i;

	for (i = 0; i < zoo.nr; i++)
		if (!strcmp(zoo.info[i].name, name)) {
			*info = zoo.info[i];
			return 0;
		}
	return -ENODEV;
}

static int zoo_open(const struct wd_device_info *info, struct wd_channel **ch)
{
	unsigned int i;

	(void)ch;
	for (i = 0; strcmp(zoo.info[i].name, info->name); i++)
		assert_in_range(i, 0, zoo.nr - 1);
	strcat(zoo.opened, info->name);
	strcat(zoo.opened, " ");
	assert_true(zoo.open_ret[i] < 0);
	return zoo.open_ret[i];
}

static const struct wd_backend_ops zoo_ops = {
	.name = "zoo",
	.enumerate = zoo_enumerate,
	.lookup = zoo_lookup,
	.open = zoo_open,
};

static struct wd_device_info *zoo_add(const char *name, int open_ret)
{
	struct wd_device_info *info = &zoo.info[zoo.nr];

	zoo.open_ret[zoo.nr++] = open_ret;
	snprintf(info->name, sizeof(info->name), "%s", name);
	snprintf(info->api, sizeof(info->api), "hisi_qm_v3");
	snprintf(info->algorithms, sizeof(info->algorithms), "zlib\ngzip");
	info->numa_node = WD_NUMA_ANY;
	info->numa_distance = 10;
	info->available_instances = 4;
	return info;
}

static void zoo_start(void)
{
	memset(&zoo, 0, sizeof(zoo));
	wd_backend_register(&zoo_ops, true);
}

/* The order in which a request goes through the devices, and its end. */
static void check_order(const char *device, int node, const char *order,
			int error)
{
	struct wd_queue q = queue_wanted();

	q.device = device;
	q.numa_node = node;
	zoo.opened[0] = 0;
	assert_int_equal(wd_request_queue(&q), error);
	assert_null(q.state);
	assert_string_equal(zoo.opened, order);
}

static void check_list(const char *order)
{
	struct wd_device_info *list = NULL;
	char names[256] = "";
	int i, n;

	n = wd_device_list_get(&list);
	assert_true(n >= 0);
	assert_non_null(list);
	for (i = 0; i < n; i++) {
		strcat(names, list[i].name);
		strcat(names, " ");
	}
	assert_string_equal(names, order);
	wd_device_list_free(list);
}

static void test_list_order_is_that_of_preference(void **state)
{
	(void)state;
	zoo_start();
	zoo_add("emu", -EBUSY)->emulated = true;
	strcpy(zoo_add("nodriver", -EBUSY)->api, "other_v1");
	zoo_add("isolated", -EBUSY)->isolated = true;
	zoo_add("full", -EBUSY)->available_instances = 0;
	zoo_add("far", -EBUSY)->numa_distance = 20;
	zoo_add("busy", -EBUSY)->available_instances = 3;
	zoo_add("b", -EBUSY);
	zoo_add("a", -EBUSY);
	check_list("a b busy far full isolated nodriver emu ");
	/* The kernel is asked also for those that had nothing free. */
	check_order(NULL, WD_NUMA_ANY, "a b busy far full emu ", -EBUSY);
	check_order("auto", WD_NUMA_ANY, "a b busy far full emu ", -EBUSY);
}

static void test_list_emulated_is_last_whatever_it_offers(void **state)
{
	struct wd_device_info *emu;

	(void)state;
	zoo_start();
	emu = zoo_add("emu", -EBUSY);
	emu->emulated = true;
	emu->available_instances = 1000;
	emu->numa_distance = 1;
	zoo_add("far", -EBUSY)->numa_distance = 250;
	zoo.info[1].available_instances = 0;
	check_list("far emu ");
	zoo.info[1].isolated = true;
	check_list("far emu ");
	check_order(NULL, WD_NUMA_ANY, "emu ", -EBUSY);
}

static void test_list_of_nothing_is_empty(void **state)
{
	struct wd_device_info *list = NULL;

	(void)state;
	zoo_start();
	assert_int_equal(wd_device_list_get(&list), 0);
	wd_device_list_free(list);
	wd_device_list_free(NULL);
	check_order(NULL, WD_NUMA_ANY, "", -ENODEV);
	check_order("emu", WD_NUMA_ANY, "", -ENODEV);
}

static void test_list_names_the_user_driver(void **state)
{
	struct wd_device_info *list = NULL;

	(void)state;
	zoo_start();
	zoo_add("a", -EBUSY);
	strcpy(zoo_add("b", -EBUSY)->api, "hisi_qm_v");
	strcpy(zoo_add("c", -EBUSY)->algorithms, "cipher\ndigest");
	assert_int_equal(wd_device_list_get(&list), 3);
	assert_string_equal(list[0].driver, "hisi_zip");
	assert_string_equal(list[1].driver, "");
	assert_string_equal(list[2].driver, "");
	wd_device_list_free(list);
}

static void test_list_backend_fails_gives_its_error(void **state)
{
	struct wd_device_info *list = (void *)1;

	(void)state;
	fake_start(NULL);
	wd_fake_fail(WD_FAKE_OP_ENUMERATE, 1, -ENOMEM);
	assert_int_equal(wd_device_list_get(&list), -ENOMEM);
	assert_ptr_equal(list, (void *)1);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_request_numa_node_decides(void **state)
{
	unsigned int i;

	(void)state;
	zoo_start();
	for (i = 0; i < 4; i++) {
		struct wd_device_info *info;
		char name[8];

		snprintf(name, sizeof(name), "n%u", i);
		info = zoo_add(name, -EBUSY);
		info->numa_node = i;
		/* As seen from node 1. */
		info->numa_distance = i == 1 ? 10 : 10 + 10 * i + (i == 0);
	}
	check_order(NULL, WD_NUMA_ANY, "n1 n0 n2 n3 ", -EBUSY);
	check_order(NULL, 3, "n3 n1 n0 n2 ", -EBUSY);
	check_order(NULL, 0, "n0 n1 n2 n3 ", -EBUSY);
	check_order(NULL, 1, "n1 n0 n2 n3 ", -EBUSY);
	/* A node that has no device. */
	check_order(NULL, 7, "n1 n0 n2 n3 ", -EBUSY);
}

static void test_request_numa_node_without_devices_known_works(void **state)
{
	(void)state;
	zoo_start();
	zoo_add("x", -EBUSY);
	zoo_add("there", -EBUSY)->numa_node = 2;
	zoo.info[1].numa_distance = 40;
	check_order(NULL, 2, "there x ", -EBUSY);
	check_order(NULL, WD_NUMA_ANY, "x there ", -EBUSY);
}

static void test_get_info_distance_is_from_the_thread_not_the_wish(void **state)
{
	static const unsigned int distances[] = { 10, 30 };
	static const int nodes[] = { 0, 1 };
	const struct wd_fake_config config = {
		.devices = 2, .numa_node = nodes, .numa_distance = distances,
	};
	struct wd_queue q = queue_wanted();

	(void)state;
	fake_start(&config);
	q.numa_node = 1;
	assert_int_equal(wd_request_queue(&q), 0);
	assert_string_equal(queue_info(&q).device.name, "hisi_zip-1");
	assert_int_equal(queue_info(&q).device.numa_distance, 30);
	queue_close(&q);
	q.numa_node = 5;
	assert_int_equal(wd_request_queue(&q), 0);
	assert_string_equal(queue_info(&q).device.name, "hisi_zip-0");
	assert_int_equal(queue_info(&q).device.numa_distance, 10);
	queue_close(&q);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_request_by_name_tries_that_one_only(void **state)
{
	(void)state;
	zoo_start();
	zoo_add("a", -EBUSY);
	zoo_add("b", -EBUSY);
	zoo_add("c", -EACCES)->isolated = true;
	check_order("b", WD_NUMA_ANY, "b ", -EBUSY);
	check_order("d", WD_NUMA_ANY, "", -ENODEV);
	check_order("", WD_NUMA_ANY, "", -ENODEV);
	check_order("AUTO", WD_NUMA_ANY, "", -ENODEV);
	check_order("b ", WD_NUMA_ANY, "", -ENODEV);
	/* Also by its name an isolated device is not used. */
	check_order("c", WD_NUMA_ANY, "", -ENODEV);
}

static void test_request_algorithm_must_be_a_whole_line(void **state)
{
	static const struct {
		const char *list, *wanted;
		bool found;
	} cases[] = {
		{ "zlib", "zlib", true },
		{ "zlib\n", "zlib", true },
		{ "gzip\nzlib\n", "zlib", true },
		{ "\nzlib", "zlib", true },
		{ "zlib-deflate\ngzip", "zlib", false },
		{ "xzlib", "zlib", false },
		{ "zli\nb", "zlib", false },
		{ "zlib ", "zlib", false },
		{ "", "zlib", false },
		{ "zlib\ngzip", "deflate", false },
		{ "zlib\ngzip", "ZLIB", false },
	};
	struct wd_queue q = queue_wanted();
	unsigned int i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		zoo_start();
		strcpy(zoo_add("a", -EBUSY)->algorithms, cases[i].list);
		q.algorithm = cases[i].wanted;
		assert_int_equal(wd_request_queue(&q),
				 cases[i].found ? -EBUSY : -ENODEV);
		assert_string_equal(zoo.opened, cases[i].found ? "a " : "");
	}
}

/* A device may have what this library does not. */
static void test_request_algorithm_of_the_device_alone_is_refused(void **state)
{
	static const char *const algorithms[] = { "lz4", "lz77_zstd", "" };
	struct wd_queue q = queue_wanted();
	struct hand hand;
	unsigned int i;

	(void)state;
	for (i = 0; i < COUNT_OF(algorithms); i++) {
		hand_init(&hand, "hisi_qm_v3", 0, 8, 8);
		strcpy(hand.info.algorithms, "zlib\nlz4\nlz77_zstd\n\ngzip");
		q.algorithm = algorithms[i];
		assert_int_equal(wd_request_queue(&q), -EINVAL);
		hand_stop(&hand);
	}
}

static void test_request_candidate_fails_tries_the_next(void **state)
{
	static const int errors[] = {
		-EACCES, -EBUSY, -EPERM, -ENODEV, -EIO, -ENOMEM, -EMFILE,
	};
	const struct wd_fake_config config = { .devices = 3 };
	struct wd_queue q = queue_wanted();
	unsigned int i;

	(void)state;
	for (i = 0; i < COUNT_OF(errors); i++) {
		fake_start(&config);
		log_start();
		wd_fake_fail(WD_FAKE_OP_OPEN, 1, errors[i]);
		wd_fake_fail(WD_FAKE_OP_START, 1, errors[i]);
		assert_int_equal(wd_request_queue(&q), 0);
		assert_string_equal(queue_info(&q).device.name, "hisi_zip-2");
		assert_int_equal(wd_fake_open_queues(1), 0);
		assert_int_equal(log_book.lines[WD_LOG_WARNING], 2);
		assert_non_null(strstr(log_book.all, "hisi_zip-0: "));
		assert_non_null(strstr(log_book.all, "hisi_zip-1: "));
		queue_close(&q);
		assert_int_equal(wd_fake_stop(), 0);
	}
}

static void test_request_all_fail_gives_what_helps_most(void **state)
{
	static const struct {
		int a, b, expected;
	} cases[] = {
		{ -EBUSY, -EACCES, -EACCES }, { -EACCES, -EBUSY, -EACCES },
		{ -ENODEV, -EBUSY, -EBUSY }, { -EBUSY, -ENODEV, -EBUSY },
		{ -EPERM, -EBUSY, -EPERM }, { -ENODEV, -EIO, -EIO },
		{ -EIO, -ENODEV, -EIO }, { -ENODEV, -ENODEV, -ENODEV },
		{ -ENOMEM, -ENODEV, -ENOMEM }, { -ENOTSUP, -ENOMEM, -ENOTSUP },
		{ -EIO, -EBUSY, -EBUSY },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		zoo_start();
		zoo_add("a", cases[i].a);
		zoo_add("b", cases[i].b);
		check_order(NULL, WD_NUMA_ANY, "a b ", cases[i].expected);
	}
	zoo_start();
	strcpy(zoo_add("a", -EBUSY)->api, "unheard_of_v7");
	check_order(NULL, WD_NUMA_ANY, "", -ENOTSUP);
	zoo_add("b", -EBUSY);
	check_order(NULL, WD_NUMA_ANY, "b ", -EBUSY);
}

static void test_request_isolated_meanwhile_is_left_for_another(void **state)
{
	const struct wd_fake_config config = { .devices = 2 };
	struct wd_queue a, b = queue_wanted();

	(void)state;
	fake_start(&config);
	a = queue_open();
	wd_fake_isolate(0, true);
	assert_int_equal(wd_request_queue(&b), 0);
	assert_string_equal(queue_info(&b).device.name, "hisi_zip-1");
	queue_close(&b);
	wd_fake_isolate(1, true);
	assert_int_equal(wd_request_queue(&b), -ENODEV);
	wd_fake_isolate(0, false);
	assert_int_equal(wd_request_queue(&b), 0);
	assert_string_equal(queue_info(&b).device.name, "hisi_zip-0");
	queue_close(&a);
	queue_close(&b);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_request_spreads_over_devices_by_free_queues(void **state)
{
	const struct wd_fake_config config = { .devices = 2, .queues = 2 };
	struct wd_queue q[5];
	unsigned int i;

	(void)state;
	fake_start(&config);
	for (i = 0; i < 5; i++)
		q[i] = queue_wanted();
	for (i = 0; i < 4; i++) {
		assert_int_equal(wd_request_queue(&q[i]), 0);
		assert_string_equal(queue_info(&q[i]).device.name,
				    i % 2 ? "hisi_zip-1" : "hisi_zip-0");
	}
	assert_int_equal(wd_request_queue(&q[4]), -EBUSY);
	for (i = 0; i < 4; i++)
		queue_close(&q[i]);
	wd_fake_set_free(0, 1);
	assert_int_equal(wd_request_queue(&q[4]), 0);
	assert_string_equal(queue_info(&q[4]).device.name, "hisi_zip-1");
	queue_close(&q[4]);
	wd_fake_set_free(0, 0);
	wd_fake_set_free(1, 0);
	assert_int_equal(wd_request_queue(&q[4]), -EBUSY);
	assert_int_equal(wd_fake_stop(), 0);
}

/* Gone between the look at the list and the opening. */
static void remove_first(void *arg, unsigned int dev, unsigned int qn)
{
	(void)arg;
	(void)qn;
	if (dev == 0)
		wd_fake_remove(0);
}

static void test_request_device_vanishes_meanwhile_tries_the_next(void **state)
{
	static const enum wd_fake_op when[] = {
		WD_FAKE_OP_OPEN, WD_FAKE_OP_START,
	};
	const struct wd_fake_config config = { .devices = 2 };
	struct wd_queue q = queue_wanted();
	unsigned int i;

	(void)state;
	for (i = 0; i < COUNT_OF(when); i++) {
		fake_start(&config);
		wd_fake_hook(when[i], remove_first, NULL);
		assert_int_equal(wd_request_queue(&q), 0);
		assert_string_equal(queue_info(&q).device.name, "hisi_zip-1");
		queue_close(&q);
		q.device = "hisi_zip-0";
		assert_int_equal(wd_request_queue(&q), -ENODEV);
		q.device = NULL;
		check_list("hisi_zip-1 ");
		assert_int_equal(wd_fake_stop(), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		queue_test(test_list_order_is_that_of_preference),
		queue_test(test_list_emulated_is_last_whatever_it_offers),
		queue_test(test_list_of_nothing_is_empty),
		queue_test(test_list_names_the_user_driver),
		queue_test(test_list_backend_fails_gives_its_error),
		queue_test(test_request_numa_node_decides),
		queue_test(test_request_numa_node_without_devices_known_works),
		queue_test(test_get_info_distance_is_from_the_thread_not_the_wish),
		queue_test(test_request_by_name_tries_that_one_only),
		queue_test(test_request_algorithm_must_be_a_whole_line),
		queue_test(test_request_algorithm_of_the_device_alone_is_refused),
		queue_test(test_request_candidate_fails_tries_the_next),
		queue_test(test_request_all_fail_gives_what_helps_most),
		queue_test(test_request_isolated_meanwhile_is_left_for_another),
		queue_test(test_request_spreads_over_devices_by_free_queues),
		queue_test(test_request_device_vanishes_meanwhile_tries_the_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
