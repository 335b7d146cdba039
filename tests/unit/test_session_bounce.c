/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sessions on devices that reach only reserved memory: what is copied, and what not. */
#include "session_async_support.h"
#include "wd_comp_private.h"

#define N	8

static const enum wd_mode modes[] = {
	WD_MODE_PASID, WD_MODE_SHARE_DOMAIN, WD_MODE_DMA, WD_MODE_NOIOMMU,
};

#define for_each_mode(mode)						\
	for (unsigned int m_ = 0, mode = modes[0]; m_ < COUNT_OF(modes) &&	\
	     ((mode) = modes[m_], true); m_++)

static struct wd_comp_session *open_in(const struct wd_fake_config *config,
				       uint32_t direction, size_t bounce_bytes,
				       unsigned int queues)
{
	struct wd_comp_params params = fake_params(direction, WD_COMP_GZIP);

	params.bounce_bytes = bounce_bytes;
	params.queues = queues;
	params.segment_bytes = direction == WD_COMP_COMPRESS ? 8192 : 0;
	params.max_in_flight = 16;
	fake_start(config);
	return session_new(&params);
}

/* --- what the device is told --- */

struct seen {
	uint64_t src;
	uint64_t dst;
	uint64_t ctx;
};

static struct seen sqe_of(unsigned int dev, unsigned int qn, unsigned int slot)
{
	const struct hisi_zip_sqe *sqe;
	size_t bytes;

	sqe = wd_fake_dus(dev, qn, &bytes);
	assert_non_null(sqe);
	sqe += slot;
	return (struct seen){
		.src = sqe->source_addr_l | (uint64_t)sqe->source_addr_h << 32,
		.dst = sqe->dest_addr_l | (uint64_t)sqe->dest_addr_h << 32,
		.ctx = sqe->stream_ctx_addr_l |
		       (uint64_t)sqe->stream_ctx_addr_h << 32,
	};
}

/* Free pages of the session's reserved memory: a leak shows here. */
static size_t free_pages(const struct wd_comp_session *s)
{
	assert_non_null(s->arenas);
	assert_null(s->arenas->next);
	return s->arenas->nr_free;
}

static unsigned int free_contexts(const struct wd_comp_session *s)
{
	return s->arenas->nr_ctx;
}

/* Buffers of the caller's own, then of the session, each way. */
static void check_addresses(enum wd_mode mode, uint32_t direction,
			    bool src_reachable, bool dst_reachable)
{
	const struct wd_fake_config config = { .mode = mode };
	struct wd_comp_session *s = open_in(&config, direction, 0, 1);
	const size_t head = WD_COMP_HEAD_MAX_BYTES;
	struct ask ask;
	void *own = NULL;
	uint64_t src = 0, dst = 0;
	struct seen seen;
	size_t before;

	ask_init(&ask, direction, WD_COMP_GZIP, 3000, 1);
	if (src_reachable) {
		ask.req.src = memcpy(wd_comp_memory_alloc(s, ask.req.src_bytes),
				     ask.req.src, ask.req.src_bytes);
		src = wd_fake_ss_dma(0, ask.req.src);
		assert_true(src);
	}
	if (dst_reachable) {
		own = ask.req.dst;
		ask.req.dst = wd_comp_memory_alloc(s, ask.req.dst_bytes);
		assert_non_null(ask.req.dst);
		dst = wd_fake_ss_dma(0, ask.req.dst);
		assert_true(dst);
	}
	before = free_pages(s);
	assert_int_equal(asks_submit(s, &ask, 1), 1);
	seen = sqe_of(0, 0, 0);
	/* The header is software's. */
	if (direction == WD_COMP_COMPRESS)
		dst += head;
	else
		src += head;
	if (src_reachable)
		assert_int_equal(seen.src, src);
	if (dst_reachable)
		assert_int_equal(seen.dst, dst);
	assert_int_not_equal(seen.src, (uintptr_t)ask.plain);
	if (src_reachable && dst_reachable)
		assert_int_equal(free_pages(s), before);
	else
		assert_true(free_pages(s) < before);
	drain(s, 1);
	ask_check(&ask);
	assert_int_equal(free_pages(s), before);
	free(ask.plain);
	free(ask.packed);
	free(dst_reachable ? own : ask.req.dst);
	session_end(s);
}

static void test_only_unreachable_memory_is_copied(void **state)
{
	unsigned int i;

	(void)state;
	for_each_mode(mode) {
		for (i = 0; i < 4; i++) {
			check_addresses(mode, WD_COMP_COMPRESS, i & 1, i & 2);
			check_addresses(mode, WD_COMP_DECOMPRESS, i & 1, i & 2);
		}
	}
}

static void test_sva_copies_nothing(void **state)
{
	struct wd_comp_session *s = world(1, 1, WD_MODE_SVA);
	struct ask *ask = asks_new(1, WD_COMP_COMPRESS, WD_COMP_GZIP, 999);
	void *block = wd_comp_memory_alloc(s, 12345);
	struct seen seen;

	(void)state;
	assert_non_null(block);
	assert_int_equal((uintptr_t)block % sysconf(_SC_PAGESIZE), 0);
	memset(block, 1, 12345);
	assert_int_equal(asks_submit(s, ask, 1), 1);
	seen = sqe_of(0, 0, 0);
	assert_int_equal(seen.src, (uintptr_t)ask->req.src);
	assert_int_equal(seen.dst, (uintptr_t)ask->req.dst +
			 WD_COMP_HEAD_MAX_BYTES);
	assert_int_equal(wd_fake_calls(WD_FAKE_OP_MAP_SS), 0);
	drain(s, 1);
	ask_check(ask);
	asks_free(ask, 1);
	session_end(s);
}

/* Of a request near the end of its memory no byte too many is touched. */
static void test_copies_stay_within_the_callers_memory(void **state)
{
	struct guarded src, dst;
	struct wd_comp_session *s;
	struct ask ask;
	unsigned int d;
	void *own;

	(void)state;
	for_each_mode(mode) {
		for (d = 0; d < 2; d++) {
			const struct wd_fake_config config = { .mode = mode };

			s = open_in(&config, d, 0, 1);
			ask_init(&ask, d, WD_COMP_GZIP, 5001, 3);
			src = guarded_copy(ask.req.src, ask.req.src_bytes);
			dst = guarded_new(ask.req.dst_bytes);
			own = ask.req.dst;
			ask.req.src = src.at;
			ask.req.dst = dst.at;
			assert_int_equal(asks_submit(s, &ask, 1), 1);
			drain(s, 1);
			ask_check(&ask);
			guarded_free(&src);
			guarded_free(&dst);
			free(ask.plain);
			free(ask.packed);
			free(own);
			session_end(s);
		}
	}
}

static void test_contexts_are_in_reserved_memory(void **state)
{
	struct wd_comp_session *s;
	struct ask *asks;
	struct seen seen;
	unsigned int i, lap;

	(void)state;
	for_each_mode(mode) {
		const struct wd_fake_config config = { .mode = mode };

		s = open_in(&config, WD_COMP_COMPRESS, 0, 1);
		asks = asks_new(N, WD_COMP_COMPRESS, WD_COMP_GZIP, 700);
		assert_int_equal(free_contexts(s), 16);
		for (lap = 0; lap < 4; lap++) {
			for (i = 0; i < N; i++) {
				ask_again(&asks[i]);
				asks[i].req.flags = WD_COMP_REQ_SEGMENT;
			}
			assert_int_equal(asks_submit(s, asks, N), N);
			assert_int_equal(free_contexts(s), 16 - N);
			for (i = 0; i < N; i++) {
				seen = sqe_of(0, 0, lap * N + i);
				assert_int_equal(seen.ctx,
					wd_fake_ss_dma(0, asks[i].req.msg.ctx) +
					HISI_ZIP_CTX_HW_OFFSET);
			}
			drain(s, 1);
			for (i = 0; i < N; i++)
				ask_ended(&asks[i], 0);
		}
		assert_int_equal(free_contexts(s), 16);
		asks_free(asks, N);
		session_end(s);
	}
}

/* --- several queues --- */

static void test_second_queue_reaches_the_same_memory(void **state)
{
	struct wd_comp_session *s;
	struct ask *asks;
	struct seen seen;

	(void)state;
	for_each_mode(mode) {
		const struct wd_fake_config config = {
			.mode = mode, .devices = 2,
		};

		s = open_in(&config, WD_COMP_DECOMPRESS, 0, 2);
		assert_int_equal(wd_fake_calls(WD_FAKE_OP_MAP_SS), 1);
		assert_int_equal(wd_fake_calls(WD_FAKE_OP_SHARE_SVAS), 1);
		assert_int_equal(wd_fake_open_queues(0), 2);
		asks = asks_new(2, WD_COMP_DECOMPRESS, WD_COMP_GZIP, 900);
		asks[1].req.src = memcpy(wd_comp_memory_alloc(s, 4096),
					 asks[1].packed, asks[1].packed_bytes);
		assert_int_equal(asks_submit(s, asks, 1), 1);
		assert_int_equal(asks_submit(s, asks + 1, 1), 1);
		seen = sqe_of(0, 1, 0);
		assert_int_equal(seen.src, wd_fake_ss_dma(0, asks[1].req.src) +
				 WD_COMP_HEAD_MAX_BYTES);
		drain(s, 1);
		asks_check(asks, 2);
		asks_free(asks, 2);
		session_end(s);
	}
}

static void test_sharing_fails_each_queue_has_its_own(void **state)
{
	const struct wd_fake_config config = { .mode = WD_MODE_DMA };
	struct wd_comp_params params = fake_params(WD_COMP_COMPRESS,
						   WD_COMP_GZIP);
	struct wd_comp_session *s;
	struct ask *asks = asks_new(N, WD_COMP_COMPRESS, WD_COMP_GZIP, 900);
	unsigned int i;

	(void)state;
	params.queues = 2;
	fake_start(&config);
	wd_fake_fail(WD_FAKE_OP_SHARE_SVAS, 1, -EIO);
	s = session_new(&params);
	assert_int_equal(wd_fake_calls(WD_FAKE_OP_MAP_SS), 2);
	for (i = 0; i < N; i++)
		assert_int_equal(asks_submit(s, asks + i, 1), 1);
	drain(s, 1);
	asks_check(asks, N);
	log_start();
	assert_null(wd_comp_memory_alloc(s, 100));
	assert_non_null(strstr(log_book.last, "all queues"));
	log_stop();
	asks_free(asks, N);
	session_end(s);
}

/* The queue that reserved is the last to go, and serves nobody meanwhile. */
static void check_death_of(enum wd_mode mode, unsigned int qn)
{
	const struct wd_fake_config config = { .mode = mode };
	struct wd_comp_session *s;
	struct ask *asks;
	unsigned int i;
	size_t before;

	s = open_in(&config, WD_COMP_COMPRESS, 0, 3);
	before = free_pages(s);
	asks = asks_new(N, WD_COMP_COMPRESS, WD_COMP_GZIP, 900);
	for (i = 0; i < N; i++) {
		asks[i].req.flags = i % 2 ? WD_COMP_REQ_SEGMENT : 0;
		assert_int_equal(asks_submit(s, asks + i, 1), 1);
	}
	wd_fake_kill_queue(0, qn);
	drain(s, 1);
	for (i = 0; i < N; i++)
		ask_ended(&asks[i], 0);
	assert_int_equal(free_pages(s), before);
	assert_int_equal(free_contexts(s), 16);
	/* The owner stays beside its replacement. */
	assert_int_equal(wd_fake_open_queues(0), qn ? 3 : 4);
	assert_int_equal(wd_fake_calls(WD_FAKE_OP_MAP_SS), 1);
	asks_free(asks, N);
	session_end(s);
}

static void test_owner_or_borrower_dies_their_memory_stays(void **state)
{
	(void)state;
	for_each_mode(mode) {
		check_death_of(mode, 0);
		check_death_of(mode, 2);
	}
}

/* --- not enough --- */

static void test_pool_exhausted_gives_eagain_until_answers(void **state)
{
	struct wd_comp_session *s;
	struct ask *asks;
	unsigned int sent, d;
	size_t before;
	int ret;

	(void)state;
	for_each_mode(mode) {
		for (d = 0; d < 2; d++) {
			const struct wd_fake_config config = { .mode = mode };

			s = open_in(&config, d, 0x20000, 2);
			before = free_pages(s);
			asks = asks_new(16, d, WD_COMP_GZIP, 20000);
			ret = asks_submit(s, asks, 16);
			assert_in_range(ret, 1, 15);
			sent = ret;
			assert_int_equal(asks_submit(s, asks + sent, 1),
					 -EAGAIN);
			while (sent < 16) {
				assert_true(wd_comp_in_flight(s));
				wd_fake_step(0, 1);
				assert_true(wd_comp_poll(s, 0) >= 0);
				ret = asks_submit(s, asks + sent, 16 - sent);
				if (ret == -EAGAIN)
					ret = 0;
				assert_true(ret >= 0);
				sent += ret;
			}
			drain(s, 1);
			asks_check(asks, 16);
			assert_int_equal(free_pages(s), before);
			asks_free(asks, 16);
			session_end(s);
		}
	}
}

static void test_request_above_the_pool_gives_enomem_oneshot_works(void **state)
{
	struct wd_comp_session *s;
	struct ask *ask;
	unsigned int d;

	(void)state;
	for_each_mode(mode) {
		for (d = 0; d < 2; d++) {
			const struct wd_fake_config config = {
				.mode = mode, .auto_step = true,
			};

			s = open_in(&config, d, 0x10000, 1);
			ask = asks_new(1, d, WD_COMP_GZIP, 900000);
			assert_int_equal(asks_submit(s, ask, 1), -ENOMEM);
			assert_int_equal(ask->answers, 0);
			assert_int_equal(wd_comp_in_flight(s), 0);
			assert_int_equal(oneshot(s, d, WD_COMP_GZIP, 900000),
					 0);
			assert_int_equal(oneshot(s, d, WD_COMP_GZIP, 9000), 0);
			asks_free(ask, 1);
			session_end(s);
		}
	}
}

static void test_requests_behind_one_above_the_pool_are_not_taken(void **state)
{
	const struct wd_fake_config config = { .mode = WD_MODE_DMA };
	struct wd_comp_session *s = open_in(&config, WD_COMP_COMPRESS,
					    0x10000, 1);
	struct ask *asks = asks_new(3, WD_COMP_COMPRESS, WD_COMP_GZIP, 2000);

	(void)state;
	free(asks[1].plain);
	free(asks[1].req.dst);
	ask_init(&asks[1], WD_COMP_COMPRESS, WD_COMP_GZIP, 900000, 1);
	assert_int_equal(asks_submit(s, asks, 3), 1);
	/* It looks as if it had to wait, as long as others are in flight. */
	assert_int_equal(asks_submit(s, asks + 1, 2), -EAGAIN);
	drain(s, 1);
	assert_int_equal(asks_submit(s, asks + 1, 2), -ENOMEM);
	assert_int_equal(asks_submit(s, asks + 2, 1), 1);
	drain(s, 1);
	ask_check(&asks[0]);
	ask_check(&asks[2]);
	asks_free(asks, 3);
	session_end(s);
}

static void test_reserve_fails_gives_error_without_leak(void **state)
{
	struct wd_comp_params params = fake_params(WD_COMP_COMPRESS,
						   WD_COMP_GZIP);
	struct wd_comp_session *const untouched = (void *)&params;
	struct wd_comp_session *s = untouched;

	(void)state;
	for_each_mode(mode) {
		const struct wd_fake_config config = { .mode = mode };
		bool is_asked = mode == WD_MODE_DMA || mode == WD_MODE_NOIOMMU;

		fake_start(&config);
		wd_fake_fail(WD_FAKE_OP_MAP_SS, 1, -ENOMEM);
		assert_int_equal(wd_comp_session_alloc(&params, &s), -ENOMEM);
		wd_fake_fail(WD_FAKE_OP_GET_SS_DMA, 1, -EIO);
		assert_int_equal(wd_comp_session_alloc(&params, &s),
				 is_asked ? -ENOMEM : 0);
		if (!is_asked) {
			wd_comp_session_free(s);
			s = untouched;
		}
		assert_ptr_equal(s, untouched);
		/* A sum that would wrap is not a small one. */
		params.bounce_bytes = SIZE_MAX;
		assert_int_equal(wd_comp_session_alloc(&params, &s), -ENOMEM);
		params.bounce_bytes = SIZE_MAX - 0x200000;
		assert_int_equal(wd_comp_session_alloc(&params, &s), -ENOMEM);
		params.bounce_bytes = 1;
		assert_int_equal(wd_comp_session_alloc(&params, &s), 0);
		wd_comp_session_free(s);
		s = untouched;
		params.bounce_bytes = 0;
		assert_int_equal(wd_fake_stop(), 0);
	}
}

/* --- slices --- */

static void test_slices_with_gaps(void **state)
{
	static const unsigned int units[] = { 1, 2, 3, 16 };
	struct wd_fake_config config = {
		.mode = WD_MODE_NOIOMMU, .auto_step = true,
	};
	struct wd_comp_session *s;
	struct ask *asks;
	unsigned int i, d;
	size_t before;

	(void)state;
	for (i = 0; i < COUNT_OF(units); i++) {
		for (d = 0; d < 2; d++) {
			config.slice_units = units[i];
			s = open_in(&config, d, 0, 2);
			before = free_pages(s);
			asks = asks_new(N, d, WD_COMP_GZIP, 30000);
			assert_int_equal(asks_submit(s, asks, N), N);
			drain(s, 1);
			asks_check(asks, N);
			assert_int_equal(oneshot(s, d, WD_COMP_GZIP, 3000000),
					 0);
			assert_int_equal(free_pages(s), before);
			asks_free(asks, N);
			session_end(s);
		}
	}
}

static void test_request_above_a_slice_needs_adjacent_ones(void **state)
{
	struct wd_fake_config config = {
		.mode = WD_MODE_DMA, .slice_units = 1,
	};
	struct ask *ask = asks_new(1, WD_COMP_COMPRESS, WD_COMP_GZIP, 100000);
	struct wd_comp_session *s;

	(void)state;
	s = open_in(&config, WD_COMP_COMPRESS, 0, 1);
	assert_int_equal(asks_submit(s, ask, 1), -ENOMEM);
	session_end(s);
	config.slices_adjacent = true;
	s = open_in(&config, WD_COMP_COMPRESS, 0, 1);
	assert_int_equal(asks_submit(s, ask, 1), 1);
	drain(s, 1);
	ask_check(ask);
	asks_free(ask, 1);
	session_end(s);
}

/* Only what crosses a gap is copied. */
static void test_own_memory_of_several_slices(void **state)
{
	const struct wd_fake_config config = {
		.mode = WD_MODE_DMA, .slice_units = 1,
	};
	struct wd_comp_session *s = open_in(&config, WD_COMP_COMPRESS, 0, 1);
	struct ask *asks = asks_new(16, WD_COMP_COMPRESS, WD_COMP_GZIP, 7500);
	uint8_t *own = wd_comp_memory_alloc(s, 0x40000);
	unsigned int i, copied = 0;
	uint64_t at;

	(void)state;
	assert_non_null(own);
	for (i = 0; i < 16; i++)
		asks[i].req.src = memcpy(own + 10000 * i, asks[i].plain,
					 asks[i].req.src_bytes);
	for (i = 0; i < 16; i++) {
		assert_int_equal(asks_submit(s, asks + i, 1), 1);
		at = wd_fake_ss_dma(0, asks[i].req.src);
		if (sqe_of(0, 0, i).src != at) {
			copied++;
			/* Its last byte is somewhere else. */
			assert_int_not_equal(wd_fake_ss_dma(0,
				(const uint8_t *)asks[i].req.src +
				asks[i].req.src_bytes - 1),
				at + asks[i].req.src_bytes - 1);
		}
		drain(s, 1);
	}
	assert_in_range(copied, 1, 3);
	asks_check(asks, 16);
	asks_free(asks, 16);
	session_end(s);
}

/* --- nothing leaks --- */

static void test_failing_requests_give_their_copies_back(void **state)
{
	struct wd_comp_session *s;
	struct ask *asks;
	unsigned int lap, i;
	size_t before;

	(void)state;
	for_each_mode(mode) {
		const struct wd_fake_config config = { .mode = mode };

		s = open_in(&config, WD_COMP_DECOMPRESS, 0, 2);
		before = free_pages(s);
		asks = asks_new(N, WD_COMP_DECOMPRESS, WD_COMP_GZIP, 9000);
		asks[1].packed[asks[1].packed_bytes - 6] ^= 1;
		asks[2].req.src_bytes -= 9;
		asks[3].req.dst_bytes = 8999;
		asks[4].packed[0] = 0;
		asks[5].packed[10] |= 6;
		for (lap = 0; lap < 30; lap++) {
			for (i = 0; i < N; i++)
				asks[i].answers = 0;
			assert_int_equal(asks_submit(s, asks, N), N);
			drain(s, 1);
			ask_check(&asks[0]);
			ask_ended(&asks[1], -EBADMSG);
			ask_ended(&asks[2], -ENODATA);
			ask_ended(&asks[3], -ENOSPC);
			ask_ended(&asks[4], -EILSEQ);
			ask_ended(&asks[5], -EILSEQ);
			ask_check(&asks[6]);
			assert_int_equal(free_pages(s), before);
		}
		asks_free(asks, N);
		session_end(s);
	}
}

/* The ring counts answers until it gives them back, and takes nothing. */
static void test_requests_not_sent_give_their_copies_back(void **state)
{
	struct wd_comp_session *s;
	struct ask *asks;
	size_t before;

	(void)state;
	for_each_mode(mode) {
		const struct wd_fake_config config = {
			.mode = mode, .sq_depth = 16,
		};

		s = open_in(&config, WD_COMP_COMPRESS, 0, 1);
		asks = asks_new(16, WD_COMP_COMPRESS, WD_COMP_GZIP, 900);
		before = free_pages(s);
		assert_int_equal(asks_submit(s, asks, 15), 15);
		wd_fake_step(0, 3);
		assert_int_equal(wd_comp_poll(s, 0), 3);
		asks[15].req.flags = WD_COMP_REQ_SEGMENT;
		assert_int_equal(asks_submit(s, asks + 15, 1), -EAGAIN);
		drain(s, 1);
		asks_check(asks, 15);
		assert_int_equal(free_pages(s), before);
		assert_int_equal(free_contexts(s), 16);
		asks_free(asks, 16);
		session_end(s);
	}
}

/* --- to another device --- */

/* Did one of the first requests of a device have its input there? */
static bool was_sent_from(unsigned int dev, unsigned int queues,
			  const void *addr)
{
	uint64_t at = wd_fake_ss_dma(dev, addr);
	unsigned int qn, slot;

	for (qn = 0; qn < queues; qn++)
		for (slot = 0; slot < 8; slot++)
			if (at && sqe_of(dev, qn, slot).src == at)
				return true;
	return false;
}

static void test_moving_to_another_device_copies_own_memory(void **state)
{
	struct wd_comp_session *s;
	struct ask *asks;
	uint8_t *own, *more;

	(void)state;
	for_each_mode(mode) {
		const struct wd_fake_config config = {
			.mode = mode, .devices = 2,
		};

		s = open_in(&config, WD_COMP_COMPRESS, 0, 2);
		asks = asks_new(2, WD_COMP_COMPRESS, WD_COMP_GZIP, 6000);
		own = wd_comp_memory_alloc(s, 8192);
		assert_non_null(own);
		asks[0].req.src = memcpy(own, asks[0].plain, 6000);
		assert_int_equal(asks_submit(s, asks, 2), 2);
		assert_int_equal(sqe_of(0, 0, 0).src, wd_fake_ss_dma(0, own));
		wd_fake_remove(0);
		drain(s, 2);
		asks_check(asks, 2);
		/* Still the caller's, and out of reach. */
		assert_memory_equal(own, asks[0].plain, 6000);
		memset(own + 6000, 7, 2192);
		ask_again(&asks[0]);
		assert_int_equal(asks_submit(s, asks, 1), 1);
		assert_int_equal(wd_fake_ss_dma(1, own), 0);
		drain(s, 2);
		ask_check(&asks[0]);
		/* New memory is of the new device. */
		more = wd_comp_memory_alloc(s, 8192);
		assert_non_null(more);
		asks[0].req.src = memcpy(more, asks[0].plain, 6000);
		ask_again(&asks[0]);
		assert_int_equal(asks_submit(s, asks, 1), 1);
		assert_true(was_sent_from(1, 2, more));
		drain(s, 2);
		ask_check(&asks[0]);
		assert_memory_equal(own, asks[0].plain, 6000);
		asks_free(asks, 2);
		session_end(s);
	}
}

/* In place it needs no copy; elsewhere it would need two, of all there is. */
static void test_moving_what_cannot_be_copied_gives_enomem(void **state)
{
	struct wd_comp_session *s;
	struct ask *asks;
	uint8_t *own;

	(void)state;
	for_each_mode(mode) {
		const struct wd_fake_config config = {
			.mode = mode, .devices = 2,
		};

		s = open_in(&config, WD_COMP_COMPRESS, 0x100000, 1);
		asks = asks_new(2, WD_COMP_COMPRESS, WD_COMP_GZIP, 600);
		own = wd_comp_memory_alloc(s, 0xc0000);
		assert_non_null(own);
		free(asks[0].req.dst);
		asks[0].req.src = own;
		asks[0].req.dst = own;
		asks[0].req.src_bytes = 0xc0000;
		asks[0].req.dst_bytes = 0xc0000;
		assert_int_equal(asks_submit(s, asks, 2), 2);
		wd_fake_remove(0);
		drain(s, 2);
		ask_ended(&asks[0], -ENOMEM);
		ask_check(&asks[1]);
		asks[0].req.dst = NULL;
		asks_free(asks, 2);
		session_end(s);
	}
}

/* Without memory of the caller's the old device is let go of. */
static void test_moving_to_another_device_releases_the_old_memory(void **state)
{
	struct wd_comp_session *s;
	struct ask *asks;

	(void)state;
	for_each_mode(mode) {
		const struct wd_fake_config config = {
			.mode = mode, .devices = 2,
		};

		s = open_in(&config, WD_COMP_COMPRESS, 0, 1);
		asks = asks_new(N, WD_COMP_COMPRESS, WD_COMP_GZIP, 6000);
		assert_int_equal(asks_submit(s, asks, N), N);
		wd_fake_remove(0);
		drain(s, 2);
		asks_check(asks, N);
		assert_int_equal(wd_fake_open_queues(0), 0);
		assert_int_equal(wd_fake_open_queues(1), 1);
		assert_non_null(s->arenas);
		assert_null(s->arenas->next);
		asks_free(asks, N);
		session_end(s);
	}
}

static void test_move_without_memory_there_is_tried_again(void **state)
{
	const struct wd_fake_config config = {
		.mode = WD_MODE_DMA, .devices = 2,
	};
	struct wd_comp_session *s = open_in(&config, WD_COMP_COMPRESS, 0, 1);
	struct ask *asks = asks_new(2, WD_COMP_COMPRESS, WD_COMP_GZIP, 600);

	(void)state;
	assert_int_equal(asks_submit(s, asks, 2), 2);
	wd_fake_remove(0);
	wd_fake_fail(WD_FAKE_OP_MAP_SS, 1, -ENOMEM);
	assert_int_equal(wd_comp_poll(s, 0), 0);
	assert_int_equal(wd_fake_calls(WD_FAKE_OP_MAP_SS), 3);
	drain(s, 2);
	asks_check(asks, 2);
	asks_free(asks, 2);
	session_end(s);
}

/* --- the dead write no more --- */

static unsigned int puts_before, resends;

/* The second doorbell is of a request that is sent again. */
static void queue_was_put(void *arg, unsigned int dev, unsigned int qn)
{
	(void)arg;
	(void)dev;
	(void)qn;
	if (resends++)
		assert_true(wd_fake_calls(WD_FAKE_OP_PUT_Q) > puts_before);
}

/*
 * A queue that broke the protocol is alive: its device may still write to the
 * memory of its requests, until it is told to stop.
 */
static void test_broken_queue_is_stopped_before_its_memory_is_used_again(void **state)
{
	struct wd_comp_session *s;
	struct ask *asks;
	unsigned int mode;

	(void)state;
	for (mode = WD_MODE_SVA; mode <= WD_MODE_NOIOMMU; mode++) {
		const struct wd_fake_config config = { .mode = mode };

		s = open_in(&config, WD_COMP_COMPRESS, 0, 2);
		asks = asks_new(N, WD_COMP_COMPRESS, WD_COMP_GZIP, 600);
		puts_before = wd_fake_calls(WD_FAKE_OP_PUT_Q);
		resends = 0;
		wd_fake_hook(WD_FAKE_OP_DOORBELL, queue_was_put, NULL);
		assert_int_equal(asks_submit(s, asks, N), N);
		hisi_qm_model_inject(wd_fake_model(0),
				     HISI_QM_MODEL_FAULT_WRONG_CQE, true, 1);
		wd_fake_step(0, 1);
		assert_int_equal(wd_comp_poll(s, 0), 0);
		assert_true(resends > 1);
		drain(s, 1);
		asks_check(asks, N);
		asks_free(asks, N);
		session_end(s);
	}
}

/* --- wd_comp_memory_alloc() --- */

static void test_memory_alloc_refuses_and_says_why(void **state)
{
	const struct wd_fake_config config = { .mode = WD_MODE_DMA };
	struct wd_comp_session *s = open_in(&config, WD_COMP_COMPRESS,
					    0x100000, 1);

	(void)state;
	log_start();
	assert_null(wd_comp_memory_alloc(s, 0));
	assert_int_equal(log_book.lines[WD_LOG_WARNING], 1);
	assert_null(wd_comp_memory_alloc(s, 0x100001));
	assert_non_null(strstr(log_book.last, "bounce_bytes"));
	assert_null(wd_comp_memory_alloc(s, SIZE_MAX));
	assert_null(wd_comp_memory_alloc(s, SIZE_MAX - 4095));
	assert_int_equal(log_book.lines[WD_LOG_WARNING], 4);
	/* Some has to be left for copies. */
	assert_null(wd_comp_memory_alloc(s, 0x100000));
	assert_non_null(wd_comp_memory_alloc(s, 0x100000 - 0x40000));
	assert_null(wd_comp_memory_alloc(s, 1));
	log_stop();
	session_end(s);
	s = world(1, 1, WD_MODE_SVA);
	log_start();
	assert_null(wd_comp_memory_alloc(s, 0));
	assert_null(wd_comp_memory_alloc(s, SIZE_MAX / 2));
	assert_int_equal(log_book.lines[WD_LOG_WARNING], 2);
	log_stop();
	session_end(s);
}

static void test_memory_alloc_pieces_do_not_overlap(void **state)
{
	struct wd_comp_session *s;
	uint8_t *piece[20];
	unsigned int i;

	(void)state;
	for_each_mode(mode) {
		const struct wd_fake_config config = { .mode = mode };

		s = open_in(&config, WD_COMP_COMPRESS, 0, 2);
		for (i = 0; i < 20; i++) {
			piece[i] = wd_comp_memory_alloc(s, 1000 * (i + 1));
			assert_non_null(piece[i]);
			assert_int_equal((uintptr_t)piece[i] %
					 sysconf(_SC_PAGESIZE), 0);
			memset(piece[i], i, 1000 * (i + 1));
		}
		for (i = 0; i < 20; i++) {
			assert_int_equal(piece[i][0], i);
			assert_int_equal(piece[i][1000 * (i + 1) - 1], i);
		}
		session_end(s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		session_test(test_only_unreachable_memory_is_copied),
		session_test(test_sva_copies_nothing),
		session_test(test_copies_stay_within_the_callers_memory),
		session_test(test_contexts_are_in_reserved_memory),
		session_test(test_second_queue_reaches_the_same_memory),
		session_test(test_sharing_fails_each_queue_has_its_own),
		session_test(test_owner_or_borrower_dies_their_memory_stays),
		session_test(test_pool_exhausted_gives_eagain_until_answers),
		session_test(test_request_above_the_pool_gives_enomem_oneshot_works),
		session_test(test_requests_behind_one_above_the_pool_are_not_taken),
		session_test(test_reserve_fails_gives_error_without_leak),
		session_test(test_slices_with_gaps),
		session_test(test_request_above_a_slice_needs_adjacent_ones),
		session_test(test_own_memory_of_several_slices),
		session_test(test_failing_requests_give_their_copies_back),
		session_test(test_requests_not_sent_give_their_copies_back),
		session_test(test_moving_to_another_device_copies_own_memory),
		session_test(test_moving_what_cannot_be_copied_gives_enomem),
		session_test(test_moving_to_another_device_releases_the_old_memory),
		session_test(test_move_without_memory_there_is_tried_again),
		session_test(test_broken_queue_is_stopped_before_its_memory_is_used_again),
		session_test(test_memory_alloc_refuses_and_says_why),
		session_test(test_memory_alloc_pieces_do_not_overlap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
