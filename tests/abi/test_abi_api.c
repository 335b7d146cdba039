/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The binary interface of libwarpdrive.so, on the shared library itself: the
 * prototypes of the queue calls, and the layout of every structure that a
 * program fills in or reads. A number that changes here is a new SONAME.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <warpdrive/wd_comp.h>

#define END_OF(type, member) \
	(offsetof(struct type, member) + sizeof(((struct type *)0)->member))

/* Does not compile if a prototype is another one. */
static const struct {
	int (*request_queue)(struct wd_queue *q);
	void (*release_queue)(struct wd_queue *q);
	int (*send)(struct wd_queue *q, void *req);
	int (*recv)(struct wd_queue *q, void **req);
	int (*recv_sync)(struct wd_queue *q, void **req);
	void (*flush)(struct wd_queue *q);
	void *(*reserve_memory)(struct wd_queue *q, size_t size);
	int (*share_reserved_memory)(struct wd_queue *q,
				     struct wd_queue *target_q);
} queue_calls = {
	.request_queue = wd_request_queue,
	.release_queue = wd_release_queue,
	.send = wd_send,
	.recv = wd_recv,
	.recv_sync = wd_recv_sync,
	.flush = wd_flush,
	.reserve_memory = wd_reserve_memory,
	.share_reserved_memory = wd_share_reserved_memory,
};

static void test_queue_calls_answer_a_queue_never_requested(void **state)
{
	struct wd_queue q = { .algorithm = "zlib", .flags = 1 };
	void *req = &q;

	(void)state;
	assert_int_equal(queue_calls.request_queue(&q), -EINVAL);
	assert_null(q.state);
	assert_true(queue_calls.send(&q, req) < 0);
	assert_true(queue_calls.recv(&q, &req) < 0);
	assert_true(queue_calls.recv_sync(&q, &req) < 0);
	assert_ptr_equal(req, &q);
	assert_null(queue_calls.reserve_memory(&q, 4096));
	assert_true(queue_calls.share_reserved_memory(&q, &q) < 0);
	queue_calls.flush(&q);
	queue_calls.release_queue(&q);
	queue_calls.release_queue(NULL);
}

static void test_version_is_that_of_the_build(void **state)
{
	(void)state;
	assert_string_equal(wd_version(), WD_TEST_VERSION);
}

static void test_queue_structures_keep_their_layout(void **state)
{
	(void)state;
	assert_int_equal(sizeof(struct wd_queue), 72);
	assert_int_equal(offsetof(struct wd_queue, op_type), 16);
	assert_int_equal(offsetof(struct wd_queue, reserved), 32);
	assert_int_equal(offsetof(struct wd_queue, state), 64);
	assert_int_equal(sizeof(struct wd_device_info), 592);
	assert_int_equal(offsetof(struct wd_device_info, flags), 512);
	assert_int_equal(offsetof(struct wd_device_info, isolated), 536);
	assert_int_equal(offsetof(struct wd_device_info, reserved), 560);
	assert_int_equal(sizeof(struct wd_queue_info), 656);
	assert_int_equal(offsetof(struct wd_queue_info, queue_num), 592);
	assert_int_equal(offsetof(struct wd_queue_info, sq_doorbells), 608);
}

static void test_compression_structures_keep_their_layout(void **state)
{
	(void)state;
	assert_int_equal(sizeof(struct wd_comp_msg), 80);
	assert_int_equal(offsetof(struct wd_comp_msg, src_bytes), 24);
	assert_int_equal(offsetof(struct wd_comp_msg, format), 32);
	assert_int_equal(offsetof(struct wd_comp_msg, ctx_dw0), 36);
	assert_int_equal(offsetof(struct wd_comp_msg, result), 64);
	assert_int_equal(END_OF(wd_comp_msg, user), 80);
	assert_int_equal(sizeof(struct wd_comp_params), 88);
	assert_int_equal(offsetof(struct wd_comp_params, device), 32);
	assert_int_equal(offsetof(struct wd_comp_params, bounce_bytes), 48);
	assert_int_equal(sizeof(struct wd_comp_io), 32);
	assert_int_equal(sizeof(struct wd_comp_req), 184);
	assert_int_equal(offsetof(struct wd_comp_req, done), 32);
	assert_int_equal(offsetof(struct wd_comp_req, msg), 64);
}

static void test_constants_keep_their_values(void **state)
{
	(void)state;
	assert_int_equal(WD_MODE_SVA, 0);
	assert_int_equal(WD_MODE_NOIOMMU, 4);
	assert_int_equal(WD_LOG_ERROR, 0);
	assert_int_equal(WD_LOG_DEBUG, 3);
	assert_int_equal(WD_COMP_COMPRESS, 0);
	assert_int_equal(WD_COMP_DECOMPRESS, 1);
	assert_int_equal(WD_COMP_DEFLATE, 1);
	assert_int_equal(WD_COMP_GZIP, 3);
	assert_int_equal(WD_COMP_WINDOW_32K, 4);
	assert_int_equal(WD_COMP_FINISH, 2);
	assert_int_equal(WD_COMP_STREAM_END, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_queue_calls_answer_a_queue_never_requested),
		cmocka_unit_test(test_version_is_that_of_the_build),
		cmocka_unit_test(test_queue_structures_keep_their_layout),
		cmocka_unit_test(test_compression_structures_keep_their_layout),
		cmocka_unit_test(test_constants_keep_their_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
