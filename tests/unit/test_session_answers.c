/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One-shot work and streams on devices that answer oddly or never, or that die.
 * Answers are the model's, changed before they are read.
 */
#include "session_support.h"

#define DATA_BYTES	1000

/* What is done to the answers of the device. */
static struct odd {
	void (*change)(struct hisi_zip_sqe *sqe);
	unsigned int nth;	/* answer of the first queue to be changed */
	bool all;		/* those behind it, too */
	unsigned int answers;
	bool is_silent;
	unsigned int kill_at;	/* instead of this answer the queue dies */
} odd;

static void answer(void *arg, unsigned int dev, unsigned int qn)
{
	struct hisi_zip_sqe *sqes;
	size_t bytes;

	(void)arg;
	if (odd.is_silent)
		return;
	if (odd.kill_at && odd.answers + 1 == odd.kill_at) {
		odd.answers++;
		wd_fake_kill_queue(dev, qn);
		return;
	}
	if (!wd_fake_step_queue(dev, qn, 1))
		return;
	/* Requests are answered one by one, so they are in consecutive slots. */
	sqes = wd_fake_dus(dev, qn, &bytes);
	if (odd.change && (odd.all ? odd.answers + 1 >= odd.nth :
				     odd.answers + 1 == odd.nth))
		odd.change(&sqes[odd.answers % 1024]);
	odd.answers++;
}

/* What the device wants of a request of a stream (7.6). */
static void check_demands(void *arg, unsigned int dev, unsigned int qn)
{
	const bool *is_compress = arg;
	const struct hisi_zip_sqe *sqe;
	const uint8_t *ctx;
	size_t bytes, i;

	sqe = (struct hisi_zip_sqe *)wd_fake_dus(dev, qn, &bytes) +
	      odd.answers % 1024;
	check(sqe->dw7 & HISI_ZIP_DW7_STREAM, "no stream");
	check(sqe->dest_avail_out > 200, "room of %u", sqe->dest_avail_out);
	check(sqe->source_addr_l || sqe->source_addr_h, "no source");
	if (*is_compress) {
		check(sqe->input_data_length, "no input");
		check(sqe->dest_avail_out / 9ull * 8 >= sqe->input_data_length,
		      "%u bytes with a room of %u", sqe->input_data_length,
		      sqe->dest_avail_out);
	}
	ctx = (uint8_t *)((uintptr_t)sqe->stream_ctx_addr_h << 32 |
			  sqe->stream_ctx_addr_l);
	check((uintptr_t)ctx % 64 == 0, "context at %p", (void *)ctx);
	if (sqe->dw7 & HISI_ZIP_DW7_NEW) {
		check(!sqe->ctx_dw0 && !sqe->ctx_dw1 && !sqe->ctx_dw2 &&
		      !sqe->isize && !sqe->checksum, "state of a new stream");
		for (i = 0; i < 0x9800; i++)
			check(!ctx[i], "context, byte %zu", i);
	}
	answer(NULL, dev, qn);
}

struct bench {
	struct wd_comp_session *s;
	uint8_t data[DATA_BYTES];
	uint8_t *packed;
	size_t packed_bytes;
	uint8_t out[3 * DATA_BYTES];
	struct wd_comp_io io;
};

static void bench_start_in(struct bench *b, uint32_t direction,
			   const struct wd_fake_config *config)
{
	struct wd_comp_params params;

	memset(&odd, 0, sizeof(odd));
	fake_start(config);
	wd_fake_hook(WD_FAKE_OP_WAIT, answer, NULL);
	data_fill(b->data, DATA_BYTES, DATA_TEXT, 1);
	b->packed = zlib_pack(WD_COMP_ZLIB, 6, b->data, DATA_BYTES,
			      &b->packed_bytes);
	wd_comp_params_init(&params, direction, WD_COMP_ZLIB);
	params.timeout_ms = 10000;
	b->s = session_new(&params);
}

static void bench_start(struct bench *b, uint32_t direction, unsigned int devs)
{
	const struct wd_fake_config config = { .devices = devs };

	bench_start_in(b, direction, &config);
}

static void bench_stop(struct bench *b)
{
	wd_comp_session_free(b->s);
	free(b->packed);
	assert_int_equal(wd_fake_stop(), 0);
}

static void io_set(struct bench *b, const void *src, size_t bytes, size_t room)
{
	b->io = (struct wd_comp_io){
		.src = src, .src_bytes = bytes, .dst = b->out, .dst_bytes = room,
	};
}

static int oneshot_compress(struct bench *b)
{
	size_t len = sizeof(b->out);
	int ret;

	ret = wd_comp_oneshot(b->s, b->data, DATA_BYTES, b->out, &len, NULL);
	if (!ret)
		assert_packed(WD_COMP_ZLIB, b->out, len, b->data, DATA_BYTES);
	else
		assert_int_equal(len, sizeof(b->out));
	return ret;
}

static int oneshot_decompress(struct bench *b)
{
	size_t len = sizeof(b->out), used;
	int ret;

	ret = wd_comp_oneshot(b->s, b->packed, b->packed_bytes, b->out, &len,
			      &used);
	if (!ret) {
		assert_int_equal(len, DATA_BYTES);
		assert_int_equal(used, b->packed_bytes);
		assert_memory_equal(b->out, b->data, DATA_BYTES);
	} else {
		assert_int_equal(len, sizeof(b->out));
	}
	return ret;
}

static int stream_compress(struct bench *b)
{
	int ret;

	io_set(b, b->data, DATA_BYTES / 2, sizeof(b->out));
	ret = wd_comp_stream(b->s, &b->io, WD_COMP_SYNC_FLUSH);
	if (ret)
		return ret;
	b->io.src_bytes = DATA_BYTES / 2;
	ret = wd_comp_stream(b->s, &b->io, WD_COMP_FINISH);
	if (ret == WD_COMP_STREAM_END)
		assert_packed(WD_COMP_ZLIB, b->out,
			      sizeof(b->out) - b->io.dst_bytes, b->data,
			      DATA_BYTES);
	return ret;
}

static int stream_decompress(struct bench *b)
{
	size_t half = b->packed_bytes / 2;
	int ret;

	io_set(b, b->packed, half, sizeof(b->out));
	ret = wd_comp_stream(b->s, &b->io, WD_COMP_NO_FLUSH);
	if (ret)
		return ret;
	b->io.src_bytes += b->packed_bytes - half;
	ret = wd_comp_stream(b->s, &b->io, WD_COMP_FINISH);
	if (ret == WD_COMP_STREAM_END)
		assert_memory_equal(b->out, b->data, DATA_BYTES);
	return ret;
}

/* --- statuses --- */

static void status_0x0d(struct hisi_zip_sqe *sqe) { sqe->dw3 = 0x0d; }
static void status_0x0e(struct hisi_zip_sqe *sqe) { sqe->dw3 = 0x0e; }
static void status_0x10(struct hisi_zip_sqe *sqe) { sqe->dw3 = 0x10; }
static void status_0x55(struct hisi_zip_sqe *sqe) { sqe->dw3 = 0x55; }

static void too_much_used(struct hisi_zip_sqe *sqe)
{
	sqe->consumed = sqe->input_data_length + 1;
}

static void one_less_used(struct hisi_zip_sqe *sqe)
{
	sqe->consumed--;
}

static void nothing_moved(struct hisi_zip_sqe *sqe)
{
	sqe->dw3 = 0;
	sqe->consumed = 0;
	sqe->produced = 0;
}

static void nothing_fitted(struct hisi_zip_sqe *sqe)
{
	nothing_moved(sqe);
	sqe->dw3 = 0x0e;
}

/* The state that says that output is held back (7.6). */
static void held_back(struct hisi_zip_sqe *sqe)
{
	sqe->ctx_dw0 = (sqe->ctx_dw0 & ~0xfu) | 2;
}

struct odd_case {
	int (*work)(struct bench *b);
	void (*change)(struct hisi_zip_sqe *sqe);
	unsigned int nth;
	int want;
};

static void run_cases(uint32_t direction, const struct odd_case *cases,
		      unsigned int n)
{
	static struct bench b;
	unsigned int i;
	int ret;

	for (i = 0; i < n; i++) {
		bench_start(&b, direction, 1);
		odd.change = cases[i].change;
		odd.nth = cases[i].nth;
		ret = cases[i].work(&b);
		check(ret == cases[i].want, "case %u: %d, not %d", i, ret,
		      cases[i].want);
		check(odd.answers >= odd.nth, "case %u: %u answers", i,
		      odd.answers);
		/* Lost or not, the next one is another one. */
		odd.change = NULL;
		assert_int_equal(wd_comp_stream_reset(b.s), 0);
		ret = cases[i].work(&b);
		check(ret >= 0, "case %u, afterwards: %d", i, ret);
		bench_stop(&b);
	}
}

static void compression_odd_answers(void **state)
{
	static const struct odd_case cases[] = {
		{ oneshot_compress, status_0x0d, 1, 0 },
		{ oneshot_compress, status_0x0e, 1, -ENOSPC },
		{ oneshot_compress, status_0x55, 1, -EILSEQ },
		{ stream_compress, status_0x0d, 1, WD_COMP_STREAM_END },
		{ stream_compress, status_0x0e, 1, -EIO },
		{ stream_compress, status_0x0e, 2, -EIO },
		{ stream_compress, status_0x55, 1, -EILSEQ },
		{ stream_compress, status_0x55, 2, -EILSEQ },
		{ stream_compress, one_less_used, 1, -EIO },
		{ stream_compress, one_less_used, 2, -EIO },
		{ stream_compress, nothing_moved, 2, -EIO },
		{ stream_compress, too_much_used, 2, -EIO },
	};

	(void)state;
	run_cases(WD_COMP_COMPRESS, cases, COUNT_OF(cases));
}

static void decompression_odd_answers(void **state)
{
	static const struct odd_case cases[] = {
		{ oneshot_decompress, status_0x0e, 1, -ENOSPC },
		{ oneshot_decompress, status_0x10, 1, -EBADMSG },
		/* zlib finds nothing wrong with it. */
		{ oneshot_decompress, status_0x55, 1, -EILSEQ },
		/* A full output is no failure of a stream. */
		{ stream_decompress, status_0x0e, 1, WD_COMP_STREAM_END },
		{ stream_decompress, status_0x10, 1, -EBADMSG },
		{ stream_decompress, status_0x55, 2, -EILSEQ },
		{ stream_decompress, nothing_moved, 1, -EIO },
		{ stream_decompress, nothing_fitted, 1, -EIO },
		{ stream_decompress, too_much_used, 2, -EIO },
		{ stream_decompress, held_back, 1, WD_COMP_STREAM_END },
	};

	(void)state;
	run_cases(WD_COMP_DECOMPRESS, cases, COUNT_OF(cases));
}

/* "the stream is lost": whatever is asked of it says the same. */
static void lost_stream_stays_lost(void **state)
{
	static struct bench b;
	unsigned int answers;

	(void)state;
	bench_start(&b, WD_COMP_COMPRESS, 1);
	odd.change = status_0x55;
	odd.nth = 1;
	assert_int_equal(stream_compress(&b), -EILSEQ);
	answers = odd.answers;
	assert_int_equal(stream_compress(&b), -EILSEQ);
	io_set(&b, NULL, 0, sizeof(b.out));
	assert_int_equal(wd_comp_stream(b.s, &b.io, WD_COMP_FINISH), -EILSEQ);
	assert_int_equal(odd.answers, answers);
	bench_stop(&b);
}

/* Held-back output is asked for, with an address that is valid. */
static void held_back_output_is_asked_for(void **state)
{
	static struct bench b;

	(void)state;
	bench_start(&b, WD_COMP_DECOMPRESS, 1);
	odd.change = held_back;
	odd.nth = 1;
	odd.all = true;
	io_set(&b, b.packed, b.packed_bytes - 20, sizeof(b.out));
	assert_int_equal(wd_comp_stream(b.s, &b.io, WD_COMP_NO_FLUSH), 0);
	assert_int_equal(odd.answers, 2);
	assert_int_equal(b.io.src_bytes, 0);
	/* Once: nothing came, whatever it says. */
	assert_int_equal(wd_comp_stream(b.s, &b.io, WD_COMP_NO_FLUSH), -EAGAIN);
	assert_int_equal(odd.answers, 2);
	odd.change = NULL;
	b.io.src_bytes = 20;
	assert_int_equal(wd_comp_stream(b.s, &b.io, WD_COMP_NO_FLUSH),
			 WD_COMP_STREAM_END);
	assert_memory_equal(b.out, b.data, DATA_BYTES);
	bench_stop(&b);
}

/* The device does not say what is wrong: zlib finds out (7.5). */
static void unknown_status_is_explained(void **state)
{
	/* A stored block, cut where zlib's own output space is just full. */
	const size_t stored = 2 + 5 + 4096;
	uint8_t *data = data_new(3 * 4096, DATA_NOISE, 1), *packed;
	static struct bench b;
	size_t bytes, len;

	(void)state;
	bench_start(&b, WD_COMP_DECOMPRESS, 1);
	odd.change = status_0x55;
	odd.nth = 1;
	odd.all = true;
	b.packed[b.packed_bytes - 1] ^= 1;
	assert_int_equal(oneshot_decompress(&b), -EBADMSG);
	b.packed[b.packed_bytes - 1] ^= 1;
	len = DATA_BYTES - 1;
	assert_int_equal(wd_comp_oneshot(b.s, b.packed, b.packed_bytes, b.out,
					 &len, NULL), -ENOSPC);
	len = DATA_BYTES;
	assert_int_equal(wd_comp_oneshot(b.s, b.packed, b.packed_bytes - 1,
					 b.out, &len, NULL), -ENODATA);
	packed = zlib_pack(WD_COMP_ZLIB, 0, data, 3 * 4096, &bytes);
	len = 3 * 4096;
	assert_int_equal(wd_comp_oneshot(b.s, packed, stored, data, &len, NULL),
			 -ENODATA);
	free(packed);
	free(data);
	bench_stop(&b);
}

static void stream_with_room(struct bench *b, const uint8_t *src, size_t bytes,
			     uint8_t *out, size_t room)
{
	int ret;

	b->io = (struct wd_comp_io){ .src = src };
	do {
		if (!b->io.src_bytes && b->io.src != src + bytes)
			b->io.src_bytes = bytes / 2;
		b->io.dst = out;
		b->io.dst_bytes = room;
		ret = wd_comp_stream(b->s, &b->io, b->io.src_bytes ?
				     WD_COMP_SYNC_FLUSH : WD_COMP_FINISH);
		check(ret >= 0, "%d with a room of %zu", ret, room);
	} while (ret != WD_COMP_STREAM_END);
	assert_int_equal(wd_comp_stream_reset(b->s), 0);
}

static void demands_of_the_device_are_kept(void **state)
{
	static const size_t rooms[] = {
		200, 201, 255, 256, 257, 300, 1000, 9000, 80000, 225255,
		295167, 295168, 295169, 400000, 500000, 900000,
	};
	const size_t bytes = 700000;
	uint8_t *data = data_new(bytes, DATA_NOISE, 1), *out = malloc(2 * bytes);
	static struct bench b;
	bool is_compress = true;

	(void)state;
	assert_non_null(out);
	for (unsigned int i = 0; i < COUNT_OF(rooms); i++) {
		bench_start(&b, WD_COMP_COMPRESS, 1);
		wd_fake_hook(WD_FAKE_OP_WAIT, check_demands, &is_compress);
		stream_with_room(&b, data, 100, out, rooms[i]);
		stream_with_room(&b, data, bytes, out, rooms[i]);
		bench_stop(&b);
	}
	free(out);
	free(data);
}

/* The same of decompression, whatever room there is. */
static void demands_are_kept_by_decompression(void **state)
{
	static struct bench b;
	bool is_compress = false;
	size_t room;
	int ret;

	(void)state;
	bench_start(&b, WD_COMP_DECOMPRESS, 1);
	wd_fake_hook(WD_FAKE_OP_WAIT, check_demands, &is_compress);
	for (room = 0; room <= 450; room++) {
		io_set(&b, b.packed, b.packed_bytes / 2, room);
		ret = wd_comp_stream(b.s, &b.io, WD_COMP_NO_FLUSH);
		for (unsigned int k = 0; ret != WD_COMP_STREAM_END; k++) {
			check(k < 2 * DATA_BYTES, "no end");
			check(!ret || ret == -EAGAIN, "%d", ret);
			b.io.src_bytes = b.packed + b.packed_bytes -
					 (const uint8_t *)b.io.src;
			b.io.dst_bytes = room + k % 2;
			ret = wd_comp_stream(b.s, &b.io, WD_COMP_NO_FLUSH);
		}
		assert_memory_equal(b.out, b.data, DATA_BYTES);
		assert_int_equal(wd_comp_stream_reset(b.s), 0);
	}
	bench_stop(&b);
}

/* --- no answer, no queue --- */

static void no_answer_times_out(void **state)
{
	static const struct {
		int (*work)(struct bench *b);
		uint32_t direction;
	} cases[] = {
		{ oneshot_compress, WD_COMP_COMPRESS },
		{ stream_compress, WD_COMP_COMPRESS },
		{ oneshot_decompress, WD_COMP_DECOMPRESS },
		{ stream_decompress, WD_COMP_DECOMPRESS },
	};
	static struct bench b;
	struct wd_comp_params params;

	(void)state;
	for (unsigned int i = 0; i < COUNT_OF(cases); i++) {
		bench_start(&b, cases[i].direction, 1);
		wd_comp_session_free(b.s);
		wd_comp_params_init(&params, cases[i].direction, WD_COMP_ZLIB);
		params.timeout_ms = 30;
		b.s = session_new(&params);
		odd.is_silent = true;
		assert_int_equal(cases[i].work(&b), -ETIMEDOUT);
		odd.is_silent = false;
		/* The queue was given up with the request; there is another. */
		assert_int_equal(wd_comp_stream_reset(b.s), 0);
		assert_true(cases[i].work(&b) >= 0);
		assert_int_equal(wd_fake_open_queues(0), 1);
		bench_stop(&b);
	}
}

/* "If the device dies the work is done again on another one." */
static void queue_dies_oneshot_goes_on(void **state)
{
	static const struct wd_fake_config configs[] = {
		{ .devices = 1 },
		{ .devices = 2 },
		{ .devices = 2, .mode = WD_MODE_DMA },
	};
	static struct bench b;
	size_t len;

	(void)state;
	for (unsigned int i = 0; i < COUNT_OF(configs); i++) {
		bench_start_in(&b, WD_COMP_COMPRESS, &configs[i]);
		odd.kill_at = 1;
		assert_int_equal(oneshot_compress(&b), 0);
		bench_stop(&b);
		bench_start_in(&b, WD_COMP_DECOMPRESS, &configs[i]);
		odd.kill_at = 1;
		assert_int_equal(oneshot_decompress(&b), 0);
		bench_stop(&b);
		/* With room that is too small for the device: a copy. */
		bench_start_in(&b, WD_COMP_DECOMPRESS, &configs[i]);
		free(b.packed);
		b.packed = zlib_pack(WD_COMP_ZLIB, 6, b.data, 5,
				     &b.packed_bytes);
		odd.kill_at = 1;
		len = 5;
		assert_int_equal(wd_comp_oneshot(b.s, b.packed, b.packed_bytes,
						 b.out, &len, NULL), 0);
		assert_memory_equal(b.out, b.data, 5);
		bench_stop(&b);
	}
}

/* Before its first answer a stream can begin anew, later it is lost. */
static void queue_dies_stream(void **state)
{
	static struct bench b;

	(void)state;
	for (unsigned int direction = 0; direction < 2; direction++) {
		int (*work)(struct bench *) = direction ? stream_decompress :
							  stream_compress;

		bench_start(&b, direction, 2);
		odd.kill_at = 1;
		assert_int_equal(work(&b), WD_COMP_STREAM_END);
		bench_stop(&b);
		bench_start(&b, direction, 2);
		odd.kill_at = 2;
		assert_int_equal(work(&b), -EIO);
		assert_int_equal(work(&b), -EIO);
		assert_int_equal(wd_comp_stream_reset(b.s), 0);
		assert_int_equal(work(&b), WD_COMP_STREAM_END);
		bench_stop(&b);
	}
}

/* A one-shot call takes the lane of a stream away: the stream is lost, too. */
static void queue_dies_between_stream_calls(void **state)
{
	static struct bench b;

	(void)state;
	bench_start(&b, WD_COMP_COMPRESS, 1);
	io_set(&b, b.data, 100, sizeof(b.out));
	assert_int_equal(wd_comp_stream(b.s, &b.io, WD_COMP_SYNC_FLUSH), 0);
	odd.kill_at = 2;
	assert_int_equal(oneshot_compress(&b), 0);
	io_set(&b, b.data, 100, sizeof(b.out));
	assert_int_equal(wd_comp_stream(b.s, &b.io, WD_COMP_SYNC_FLUSH), -EIO);
	assert_int_equal(b.io.src_bytes, 100);
	assert_int_equal(wd_comp_stream_reset(b.s), 0);
	assert_int_equal(stream_compress(&b), WD_COMP_STREAM_END);
	bench_stop(&b);
}

/* What was gathered for a stream that has not begun moves along. */
static void queue_dies_gathered_input_moves(void **state)
{
	static const struct wd_fake_config configs[] = {
		{ .devices = 2 },
		/* To other memory, and nothing is to be left in the old one. */
		{ .devices = 2, .mode = WD_MODE_DMA },
	};
	static struct bench b;

	(void)state;
	for (unsigned int i = 0; i < COUNT_OF(configs); i++) {
		bench_start_in(&b, WD_COMP_COMPRESS, &configs[i]);
		io_set(&b, b.data, 700, sizeof(b.out));
		assert_int_equal(wd_comp_stream(b.s, &b.io, WD_COMP_NO_FLUSH),
				 0);
		assert_int_equal(b.io.src_bytes, 0);
		wd_fake_remove(0);
		b.io.src_bytes = DATA_BYTES - 700;
		assert_int_equal(wd_comp_stream(b.s, &b.io, WD_COMP_FINISH),
				 WD_COMP_STREAM_END);
		assert_packed(WD_COMP_ZLIB, b.out,
			      sizeof(b.out) - b.io.dst_bytes, b.data,
			      DATA_BYTES);
		assert_int_equal(wd_fake_open_queues(1), 1);
		bench_stop(&b);
	}
}

static void no_device_left(void **state)
{
	static struct bench b;

	(void)state;
	bench_start(&b, WD_COMP_DECOMPRESS, 1);
	assert_int_equal(oneshot_decompress(&b), 0);
	wd_fake_remove(0);
	assert_int_equal(oneshot_decompress(&b), -ENODEV);
	assert_int_equal(stream_decompress(&b), -ENODEV);
	assert_int_equal(wd_comp_stream_reset(b.s), -ENODEV);
	assert_int_equal(oneshot_decompress(&b), -ENODEV);
	bench_stop(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		session_test(compression_odd_answers),
		session_test(decompression_odd_answers),
		session_test(lost_stream_stays_lost),
		session_test(held_back_output_is_asked_for),
		session_test(demands_of_the_device_are_kept),
		session_test(demands_are_kept_by_decompression),
		session_test(unknown_status_is_explained),
		session_test(no_answer_times_out),
		session_test(queue_dies_oneshot_goes_on),
		session_test(queue_dies_stream),
		session_test(queue_dies_between_stream_calls),
		session_test(queue_dies_gathered_input_moves),
		session_test(no_device_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
