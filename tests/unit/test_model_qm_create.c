/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Creation, sizes, values at rest (hisi-qm 1.3, 2.6, 2.9). */
#include "model_qm_support.h"

static int try_create(const struct hisi_qm_model_config *config,
		      const struct hisi_qm_model_host *host)
{
	struct hisi_qm_model *model = NULL;
	int ret = hisi_qm_model_create(config, host, &model);

	if (ret)
		assert_null(model);
	hisi_qm_model_destroy(model);
	return ret;
}

static void unmap_nothing(void *opaque, void *ptr, size_t len, bool is_write)
{
	(void)opaque;
	(void)ptr;
	(void)len;
	(void)is_write;
}

static void test_create_bad_config_is_refused(void **state)
{
	struct bench b = { 0 };
	struct hisi_qm_model_host host = bench_host(&b), h;
	struct hisi_qm_model_config good =
		bench_config(HISI_QM_REV_V3, 63, false), c;
	struct hisi_qm_model_engine e;

	(void)state;
	bench_in_creation = &b;
	assert_int_equal(try_create(&good, &host), 0);
	c = good, c.engine = NULL;
	assert_int_equal(try_create(&c, &host), -EINVAL);
	c = good, c.revision = 0x22;
	assert_int_equal(try_create(&c, &host), -EINVAL);
	c = good, c.vfs = 64;
	assert_int_equal(try_create(&c, &host), -EINVAL);
	c = good, c.queues = 2048;
	assert_int_equal(try_create(&c, &host), -EINVAL);
	c = good, c.revision = HISI_QM_REV_V2, c.queues = 64;
	assert_int_equal(try_create(&c, &host), -EINVAL);
	c = good, c.revision = HISI_QM_REV_V1, c.isolation = true;
	assert_int_equal(try_create(&c, &host), -EINVAL);
	c = good, c.revision = HISI_QM_REV_V2, c.cap_override = 1;
	assert_int_equal(try_create(&c, &host), -EINVAL);
	h = host, h.dma_read = NULL;
	assert_int_equal(try_create(&good, &h), -EINVAL);
	h = host, h.dma_write = NULL;
	assert_int_equal(try_create(&good, &h), -EINVAL);
	h = host, h.raise_irq = NULL;
	assert_int_equal(try_create(&good, &h), -EINVAL);
	h = host, h.dma_unmap = unmap_nothing;
	assert_int_equal(try_create(&good, &h), -EINVAL);
	e = echo_engine, e.sqe_bytes = 96, c = good, c.engine = &e;
	assert_int_equal(try_create(&c, &host), -EINVAL);
	e = echo_engine, e.run = NULL;
	assert_int_equal(try_create(&c, &host), -EINVAL);
}

static int no_memory(struct hisi_qm_model *model,
		     const struct hisi_qm_model_config *config, void **engine)
{
	(void)model;
	(void)config;
	(void)engine;
	return -ENOMEM;
}

static void test_create_engine_failure_is_passed_on(void **state)
{
	struct bench b = { 0 };
	struct hisi_qm_model_host host = bench_host(&b);
	struct hisi_qm_model_config c = bench_config(HISI_QM_REV_V3, 0, false);
	struct hisi_qm_model_engine e = echo_engine;

	(void)state;
	e.create = no_memory;
	c.engine = &e;
	assert_int_equal(try_create(&c, &host), -ENOMEM);
}

static void test_bar_bytes_are_those_of_the_hardware(void **state)
{
	struct hisi_qm_model_config c = bench_config(HISI_QM_REV_V3, 2, false);
	struct bench *b = bench_new_config(&c);

	(void)state;
	assert_int_equal(hisi_qm_model_bar_bytes(b->model, 0, 2), 0x400000);
	assert_int_equal(hisi_qm_model_bar_bytes(b->model, 2, 2), 0x10000);
	assert_int_equal(hisi_qm_model_bar_bytes(b->model, 3, 2), 0);
	assert_int_equal(hisi_qm_model_bar_bytes(b->model, 0, 4), 0);
	assert_int_equal(hisi_qm_model_bar_bytes(b->model, 0, 0), 0);
	bench_free(b);
	c.isolation = true;
	b = bench_new_config(&c);
	assert_int_equal(hisi_qm_model_bar_bytes(b->model, 0, 4), 0x1000000);
	assert_int_equal(hisi_qm_model_bar_bytes(b->model, 1, 4), 0x1000000);
	bench_free(b);
	c.queues = 2047;
	b = bench_new_config(&c);
	assert_int_equal(hisi_qm_model_bar_bytes(b->model, 0, 4), 0x4000000);
	bench_free(b);
	c.queues = 3;
	b = bench_new_config(&c);
	assert_int_equal(hisi_qm_model_bar_bytes(b->model, 0, 4), 0x40000);
	bench_free(b);
}

static void check_rest(struct bench *b, unsigned int revision)
{
	static const uint32_t zeros[] = {
		0x0, 0x4, 0x8, 0xc, 0x20, 0x24, 0x28, 0x2c, 0x200, 0x208, 0x210,
		0x300, 0x304, 0x308, 0x30c, 0x100000, 0x100004, 0x100008,
		0x100010, 0x100014, 0x100018, 0x100044, 0x1000fc, 0x100100,
		0x100128, 0x10012c, 0x100138, 0x10013c, 0x1040f8, 0x300000,
		0x300104, 0x300150,
	};
	size_t i;

	for (i = 0; i < sizeof(zeros) / sizeof(zeros[0]); i++)
		assert_int_equal(rd(b, 0, zeros[i]), 0);
	assert_int_equal(rd(b, 0, 0x10006c), 1);
	assert_int_equal(rd(b, 0, 0x1000d8), 0x19e5);
	assert_int_equal(rd(b, 0, 0x1040e4), 1);
	assert_int_equal(rd(b, 0, 0x100158),
			 revision == HISI_QM_REV_V3 ? 0x00080100 : 0);
	assert_int_equal(b->guest_errors, 0);
}

static void test_rest_values_of_each_generation(void **state)
{
	static const unsigned int revisions[] = {
		HISI_QM_REV_V1, HISI_QM_REV_V2, HISI_QM_REV_V3,
	};
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		struct bench *b = bench_new(revisions[i], 1);

		check_rest(b, revisions[i]);
		hisi_qm_model_reset(b->model);
		check_rest(b, revisions[i]);
		bench_free(b);
	}
}

/* hisi-zip 10.2 */
static void test_caps_have_the_suggested_values(void **state)
{
	static const uint32_t expect[] = {
		0x00000601, 0x04000800, 0x04000400, 0x00010000, 0x00010001,
		0x00010003, 0x00000000, 0x00040003, 0x00000014, 0x00007c77,
		0x00006c77, 0x00000008,
	};
	struct bench *b = bench_new(HISI_QM_REV_V3, 1);
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(expect) / sizeof(expect[0]); i++) {
		assert_int_equal(rd(b, 0, 0x3100 + 4 * i), expect[i]);
		assert_int_equal(rd(b, 1, 0x3100 + 4 * i), expect[i]);
	}
	assert_int_equal(rd(b, 0, 0x30), 0);
	bench_free(b);
	b = bench_new(HISI_QM_REV_V2, 1);
	for (i = 0; i < 32; i++)
		assert_int_equal(rd(b, 0, 0x3100 + 4 * i), 0);
	bench_free(b);
}

static void test_caps_overrides_win(void **state)
{
	struct hisi_qm_model_config c = bench_config(HISI_QM_REV_V3, 1, false);
	struct bench *b;

	(void)state;
	c.cap_override = 1u << 1 | 1u << 9 | 1u << 31;
	c.cap[1] = 0x01000200;
	c.cap[9] = 0x1234;
	c.cap[31] = 1;
	c.isolation = true;
	c.queues = 100;
	b = bench_new_config(&c);
	assert_int_equal(rd(b, 0, 0x3104), 0x01000200);
	assert_int_equal(rd(b, 0, 0x3124), 0x1234);
	assert_int_equal(rd(b, 1, 0x317c), 1);
	assert_int_equal(rd(b, 0, 0x3100), 0x601);
	assert_int_equal(rd(b, 0, 0x30), 1);
	assert_int_equal(rd(b, 0, 0x100158), 100 | 100 << 11);
	bench_free(b);
}

static void test_destroy_null_is_fine(void **state)
{
	(void)state;
	hisi_qm_model_destroy(NULL);
	hisi_qm_model_worker_destroy(NULL);
}

static void count_line(void *arg, const char *line)
{
	assert_true(strlen(line) > 0);
	++*(unsigned int *)arg;
}

static void test_dump_has_functions_queues_and_engine(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);
	unsigned int lines = 0;

	(void)state;
	hisi_qm_model_dump(b->model, count_line, &lines);
	/* device, three functions, EQ, AEQ, four queues, engine */
	assert_int_equal(lines, 1 + 3 + 2 + 4 + 1);
	bench_free(b);
}

static void find_written_back(void *arg, const char *line)
{
	*(bool *)arg |= strstr(line, "written back") != NULL;
}

static void test_dump_tells_written_back_contexts(void **state)
{
	struct bench *b = bench_started(HISI_QM_REV_V3, 16);
	bool found = false;

	(void)state;
	hisi_qm_model_dump(b->model, find_written_back, &found);
	assert_false(found);
	wr(b, 0, 0x204, 1);
	hisi_qm_model_dump(b->model, find_written_back, &found);
	assert_true(found);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_create_bad_config_is_refused),
		cmocka_unit_test(test_create_engine_failure_is_passed_on),
		cmocka_unit_test(test_bar_bytes_are_those_of_the_hardware),
		cmocka_unit_test(test_rest_values_of_each_generation),
		cmocka_unit_test(test_caps_have_the_suggested_values),
		cmocka_unit_test(test_caps_overrides_win),
		cmocka_unit_test(test_destroy_null_is_fine),
		cmocka_unit_test(test_dump_has_functions_queues_and_engine),
		cmocka_unit_test(test_dump_tells_written_back_contexts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
