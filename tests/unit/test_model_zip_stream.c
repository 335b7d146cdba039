/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Decompression streams in the ZIP engine's model: whose they are, what goes
 * with their context, and when they are forgotten.
 */
#include "model_zip_support.h"

#define TEXT_BYTES	20000

static uint32_t make_gzip(struct zt *t)
{
	zt_make(t->ram + SRC_AT, TEXT_BYTES, ZT_TEXT, 4);
	return zt_encode(DW9_GZIP, 6, Z_DEFAULT_STRATEGY, t->ram + SRC_AT,
			 TEXT_BYTES, t->ram + DST_AT, 0x10000);
}

static struct zt_req first(uint32_t ctx)
{
	return (struct zt_req) {
		.alg = 1, .dw7 = DW7_FIRST, .dw9 = DW9_GZIP, .src = DST_AT,
		.src_len = 200, .dst = BACK_AT, .dst_len = 100000, .ctx = ctx,
	};
}

static struct zt_req next(const struct zt_req *req,
			  const struct hisi_zip_sqe *sqe, uint32_t total)
{
	struct zt_req n = *req;

	n.dw7 = DW7_MIDDLE;
	n.src += sqe->consumed;
	n.src_len = total - (n.src - DST_AT);
	n.dst += sqe->produced;
	n.prev = sqe;
	return n;
}

static unsigned int streams(struct zt *t)
{
	return ((struct zm_engine *)t->engine)->streams.count;
}

static void test_streams_of_other_owners_are_others(void **state)
{
	struct zt *t = *state;
	uint32_t total = make_gzip(t);
	struct zt_req a = first(CTX_AT), b = first(CTX_AT), n;
	struct hisi_zip_sqe sa, sb;

	/* One address in two address spaces: two buffers, here one. */
	b.pasid = 7;
	sa = zt_run(t, &a);
	assert_int_equal(sa.dw3, 0);
	memcpy(t->ram + CTX2_AT, t->ram + CTX_AT, 64);
	sb = zt_run(t, &b);
	assert_int_equal(sb.dw3, 0);
	assert_int_equal(streams(t), 2);
	n = next(&b, &sb, total);
	n.pasid = 7;
	assert_int_equal(zt_run(t, &n).dw3, 0x113);
	assert_int_equal(streams(t), 1);
	memcpy(t->ram + CTX_AT, t->ram + CTX2_AT, 64);
	n = next(&a, &sa, total);
	assert_int_equal(zt_run(t, &n).dw3, 0x113);
	assert_int_equal(streams(t), 0);
}

static void test_stream_with_copied_context_is_refused(void **state)
{
	struct zt *t = *state;
	uint32_t total = make_gzip(t);
	struct zt_req a = first(CTX_AT), b = first(CTX2_AT), n;
	struct hisi_zip_sqe sa, sb;

	sa = zt_run(t, &a);
	sb = zt_run(t, &b);
	memcpy(t->ram + CTX2_AT, t->ram + CTX_AT, 64);
	n = next(&b, &sb, total);
	assert_int_equal(zt_run(t, &n).dw3, ZM_STATUS_BAD_CTX);
	n = next(&a, &sa, total);
	assert_int_equal(zt_run(t, &n).dw3, 0x113);
}

static void test_stream_with_stale_context_is_refused(void **state)
{
	struct zt *t = *state;
	uint32_t total = make_gzip(t);
	struct zt_req a = first(CTX_AT), n;
	struct hisi_zip_sqe sqe, again;

	sqe = zt_run(t, &a);
	memcpy(t->ram + CTX2_AT, t->ram + CTX_AT, 64);
	n = next(&a, &sqe, total);
	n.src_len = 100;
	again = zt_run(t, &n);
	assert_int_equal(again.dw3, 0);
	memcpy(t->ram + CTX_AT, t->ram + CTX2_AT, 64);
	assert_int_equal(zt_run(t, &n).dw3, ZM_STATUS_BAD_CTX);
	assert_int_equal(streams(t), 0);
}

static void test_stream_never_begun_is_refused(void **state)
{
	struct zt *t = *state;
	struct zt_req req = first(CTX_AT);

	req.dw7 = DW7_MIDDLE;
	assert_int_equal(zt_run(t, &req).dw3, ZM_STATUS_BAD_CTX);
}

static void test_stream_of_other_format_is_refused(void **state)
{
	struct zt *t = *state;
	uint32_t total = make_gzip(t);
	struct zt_req a = first(CTX_AT), n;
	struct hisi_zip_sqe sqe = zt_run(t, &a);

	n = next(&a, &sqe, total);
	n.dw9 = DW9_ZLIB;
	assert_int_equal(zt_run(t, &n).dw3, ZM_STATUS_BAD_CTX);
}

static void test_stream_new_replaces_old(void **state)
{
	struct zt *t = *state;
	uint32_t total = make_gzip(t);
	struct zt_req a = first(CTX_AT), n;
	struct hisi_zip_sqe sqe;
	unsigned int i;

	for (i = 0; i < 40; i++)
		sqe = zt_run(t, &a);
	assert_int_equal(streams(t), 1);
	n = next(&a, &sqe, total);
	assert_int_equal(zt_run(t, &n).dw3, 0x113);
	assert_memory_equal(t->ram + SRC_AT, t->ram + BACK_AT, TEXT_BYTES);
}

static void test_stream_two_requests_at_once_is_busy(void **state)
{
	struct zt *t = *state;
	uint32_t total = make_gzip(t);
	struct zt_req a = first(CTX_AT), n;
	struct hisi_qm_model_task one, two;
	struct hisi_zip_sqe sqe;

	zt_begin(t, &one, &a);
	zt_begin(t, &two, &a);
	assert_int_equal(zt_finish(t, &two).dw3, ZM_STATUS_BUSY);
	sqe = zt_finish(t, &one);
	assert_int_equal(sqe.dw3, 0);
	/* The one that was refused has not disturbed the other. */
	n = next(&a, &sqe, total);
	zt_begin(t, &one, &n);
	zt_begin(t, &two, &n);
	assert_int_equal(zt_finish(t, &one).dw3, 0x113);
	assert_int_equal(zt_finish(t, &two).dw3, ZM_STATUS_BUSY);
}

static void test_stream_noop_leaves_it_alone(void **state)
{
	struct zt *t = *state;
	uint32_t total = make_gzip(t);
	struct zt_req a = first(CTX_AT), n, noop;
	struct hisi_zip_sqe sqe = zt_run(t, &a), done;

	/* 10.6a.6, also as the first and while it has nowhere to write */
	noop = next(&a, &sqe, total);
	noop.src_len = 0;
	noop.dst_len = 0x10;
	noop.dst = noop.src = 0x10;
	sqe.ctx_dw0 = 0x1234;
	done = zt_run(t, &noop);
	assert_int_equal(done.dw3, 0);
	assert_int_equal(done.consumed, 0);
	assert_int_equal(done.produced, 0);
	assert_int_equal(done.ctx_dw0, 0x1234);
	assert_int_equal(done.checksum, sqe.checksum);
	assert_int_equal(done.isize, sqe.isize);
	noop.dw7 = DW7_FIRST;
	assert_int_equal(zt_run(t, &noop).dw3, 0);
	/* 7.6: so is one with less room than hardware looks at */
	noop.src_len = 10;
	noop.dst_len = 0xf;
	assert_int_equal(zt_run(t, &noop).dw3, 0x0e);
	n = next(&a, &sqe, total);
	assert_int_equal(zt_run(t, &n).dw3, 0x113);
}

static void test_stream_dma_fault_ends_it(void **state)
{
	struct zt *t = *state;
	uint32_t total = make_gzip(t), fault[3], i;
	struct zt_req a = first(CTX_AT), n;
	struct hisi_zip_sqe sqe;

	fault[0] = DST_AT + 250;
	fault[1] = BACK_AT + 5000;
	fault[2] = CTX_AT + 4;
	for (i = 0; i < 3; i++) {
		sqe = zt_run(t, &a);
		assert_int_equal(sqe.dw3, 0);
		n = next(&a, &sqe, total);
		t->no_map = i == 1;
		t->refuse = RAM_BASE + fault[i];
		sqe = zt_run(t, &n);
		assert_int_equal(sqe.dw3, i == 1 ? ZM_STATUS_DMA_WRITE :
						   ZM_STATUS_DMA_READ);
		t->refuse = 0;
		t->no_map = false;
		assert_int_equal(streams(t), 0);
		assert_int_equal(zt_run(t, &n).dw3, ZM_STATUS_BAD_CTX);
	}
	assert_int_equal(zt_reg(t, HISI_ZIP_CORE_INT_SOURCE),
			 HISI_ZIP_ERR_AXI_READ | HISI_ZIP_ERR_AXI_WRITE);
}

static void test_stream_context_that_cannot_be_saved_is_a_fault(void **state)
{
	struct zt *t = *state;
	struct zt_req a = first(CTX_AT);

	make_gzip(t);
	t->refuse = RAM_BASE + CTX_AT;
	assert_int_equal(zt_run(t, &a).dw3, ZM_STATUS_DMA_WRITE);
	assert_int_equal(streams(t), 0);
	a.alg = 0;
	assert_int_equal(zt_run(t, &a).dw3, ZM_STATUS_DMA_WRITE);
}

static void test_stream_reset_forgets_those_out_too(void **state)
{
	struct zt *t = *state;
	uint32_t total = make_gzip(t);
	struct zt_req a = first(CTX_AT), b = first(CTX2_AT), n;
	struct hisi_qm_model_task out;
	struct hisi_zip_sqe sqe;

	sqe = zt_run(t, &a);
	zt_begin(t, &out, &b);
	hisi_zip_model_engine.reset(t->engine);
	assert_int_equal(streams(t), 0);
	n = next(&a, &sqe, total);
	assert_int_equal(zt_run(t, &n).dw3, ZM_STATUS_BAD_CTX);
	/* A stream of that name may begin while the old one is out. */
	sqe = zt_run(t, &b);
	assert_int_equal(sqe.dw3, 0);
	assert_int_equal(zt_finish(t, &out).dw3, 0);
	assert_int_equal(streams(t), 1);
}

static void test_stream_of_dropped_task_is_forgotten(void **state)
{
	struct zt *t = *state;
	struct zt_req a = first(CTX_AT);
	struct hisi_qm_model_task task;

	make_gzip(t);
	zt_begin(t, &task, &a);
	hisi_zip_model_engine.run(t->worker, &task);
	hisi_zip_model_engine.finish(t->engine, &task, true);
	assert_int_equal(streams(t), 0);
	a.dw7 = DW7_MIDDLE;
	assert_int_equal(zt_run(t, &a).dw3, ZM_STATUS_BAD_CTX);
}

static void test_streams_over_the_limit_drop_the_least_used(void **state)
{
	struct hisi_qm_model_config config = {
		.engine = &hisi_zip_model_engine, .revision = HISI_QM_REV_V3,
		.max_streams = 3,
	};
	struct zt *t = zt_new_config(&config);
	uint32_t total = make_gzip(t), i;
	struct hisi_zip_sqe sqe[5];
	struct zt_req req[5], n;

	(void)state;
	for (i = 0; i < 3; i++) {
		req[i] = first(CTX_AT + 0x1000 * i);
		sqe[i] = zt_run(t, &req[i]);
	}
	/* The oldest is used once more, so the second oldest goes. */
	n = next(&req[0], &sqe[0], total);
	n.src_len = 10;
	assert_int_equal(zt_run(t, &n).dw3, 0);
	req[3] = first(CTX_AT + 0x3000);
	sqe[3] = zt_run(t, &req[3]);
	assert_int_equal(streams(t), 3);
	n = next(&req[1], &sqe[1], total);
	assert_int_equal(zt_run(t, &n).dw3, ZM_STATUS_BAD_CTX);
	n = next(&req[2], &sqe[2], total);
	assert_int_equal(zt_run(t, &n).dw3, 0x113);
	n = next(&req[3], &sqe[3], total);
	assert_int_equal(zt_run(t, &n).dw3, 0x113);
	zt_free(t);
}

static void test_streams_many_at_once_keep_apart(void **state)
{
	enum { MANY = 300 };
	static struct hisi_zip_sqe sqe[MANY];
	static struct zt_req req[MANY];
	struct zt *t = *state;
	uint32_t total = make_gzip(t), i;
	struct zt_req n;

	for (i = 0; i < MANY; i++) {
		req[i] = first(CTX_AT + 64 * i);
		req[i].src_len = 50 + i;
		req[i].dst = BACK_AT + 0x6000 * i;
		req[i].dst_len = 0x6000;
		sqe[i] = zt_run(t, &req[i]);
		assert_int_equal(sqe[i].dw3, 0);
	}
	assert_int_equal(streams(t), MANY);
	for (i = MANY; i-- > 0;) {
		n = next(&req[i], &sqe[i], total);
		assert_int_equal(zt_run(t, &n).dw3, 0x113);
		assert_memory_equal(t->ram + SRC_AT, t->ram + req[i].dst,
				    TEXT_BYTES);
	}
	assert_int_equal(streams(t), 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, zt_setup, zt_teardown)
	const struct CMUnitTest tests[] = {
		T(test_streams_of_other_owners_are_others),
		T(test_stream_with_copied_context_is_refused),
		T(test_stream_with_stale_context_is_refused),
		T(test_stream_never_begun_is_refused),
		T(test_stream_of_other_format_is_refused),
		T(test_stream_new_replaces_old),
		T(test_stream_two_requests_at_once_is_busy),
		T(test_stream_noop_leaves_it_alone),
		T(test_stream_dma_fault_ends_it),
		T(test_stream_context_that_cannot_be_saved_is_a_fault),
		T(test_stream_reset_forgets_those_out_too),
		T(test_stream_of_dropped_task_is_forgotten),
		T(test_streams_over_the_limit_drop_the_least_used),
		T(test_streams_many_at_once_keep_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
