/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the tests of asynchronous requests share: requests that judge themselves. */
#ifndef SESSION_ASYNC_SUPPORT_H
#define SESSION_ASYNC_SUPPORT_H

#include <sys/wait.h>

#include "session_support.h"

/* So many rounds without an end are a hang. */
#define MAX_ROUNDS	2000

/* A request with its data, and what its callback saw. */
struct ask {
	struct wd_comp_req req;
	uint32_t format;
	bool is_compress;
	uint8_t *plain;
	size_t plain_bytes;
	uint8_t *packed;
	size_t packed_bytes;
	unsigned int answers;
	unsigned int when;
	uint32_t sum;
};

/*
 * A sleep that nothing ends but its slice of a second takes longer, always. As
 * the machine may be busy with other things, it is tried until one is quicker.
 */
#define WOKEN_MS	900

/* Callbacks so far. */
static unsigned int ask_clock __attribute__((unused));

static inline uint32_t ask_sum(const struct ask *ask)
{
	return crc32(0, ask->req.dst, ask->req.dst_bytes);
}

static inline void ask_done(struct wd_comp_req *req)
{
	struct ask *ask = req->user;

	assert_ptr_equal(req, &ask->req);
	ask->answers++;
	ask->when = ++ask_clock;
	ask->sum = ask_sum(ask);
}

static inline void ask_init(struct ask *ask, uint32_t direction,
			    uint32_t format, size_t bytes, uint64_t seed)
{
	memset(ask, 0, sizeof(*ask));
	ask->format = format;
	ask->is_compress = direction == WD_COMP_COMPRESS;
	ask->plain = data_new(bytes, DATA_TEXT, seed);
	ask->plain_bytes = bytes;
	ask->req.done = ask_done;
	ask->req.user = ask;
	/* As a caller may leave them. */
	ask->req.result = -1;
	ask->req.consumed = UINT32_MAX;
	ask->req.private_data[0] = UINT64_MAX;
	if (ask->is_compress) {
		ask->req.src = ask->plain;
		ask->req.src_bytes = bytes;
		ask->req.dst_bytes = wd_comp_bound(bytes);
	} else {
		ask->packed = zlib_pack(format, 6, ask->plain, bytes,
					&ask->packed_bytes);
		ask->req.src = ask->packed;
		ask->req.src_bytes = ask->packed_bytes;
		ask->req.dst_bytes = bytes + 32;
	}
	/* Of all of it a sum is made. */
	ask->req.dst = calloc(ask->req.dst_bytes, 1);
	assert_non_null(ask->req.dst);
}

static inline struct ask *asks_new(unsigned int n, uint32_t direction,
				   uint32_t format, size_t bytes)
{
	struct ask *asks = calloc(n, sizeof(*asks));
	unsigned int i;

	assert_non_null(asks);
	for (i = 0; i < n; i++)
		ask_init(&asks[i], direction, format, bytes + 7 * i, i);
	return asks;
}

static inline void asks_free(struct ask *asks, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		free(asks[i].plain);
		free(asks[i].packed);
		free(asks[i].req.dst);
	}
	free(asks);
}

/* Answered once, with this result, and left alone since. */
static inline void ask_ended(const struct ask *ask, int result)
{
	check(ask->answers == 1, "%u answers", ask->answers);
	check(ask->req.result == result, "result %d", ask->req.result);
	check(ask->sum == ask_sum(ask), "the output changed afterwards");
	if (result) {
		assert_int_equal(ask->req.consumed, 0);
		assert_int_equal(ask->req.produced, 0);
	}
}

static inline void ask_check(const struct ask *ask)
{
	ask_ended(ask, 0);
	assert_int_equal(ask->req.consumed, ask->req.src_bytes);
	if (ask->is_compress) {
		assert_packed(ask->format, ask->req.dst, ask->req.produced,
			      ask->plain, ask->plain_bytes);
		return;
	}
	assert_int_equal(ask->req.produced, ask->plain_bytes);
	assert_memory_equal(ask->req.dst, ask->plain, ask->plain_bytes);
}

static inline void asks_check(const struct ask *asks, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		ask_check(&asks[i]);
}

/* Be ready to be sent again. */
static inline void ask_again(struct ask *ask)
{
	ask->answers = 0;
	memset(ask->req.dst, 0, ask->req.dst_bytes);
}

static inline int asks_submit(struct wd_comp_session *s, struct ask *asks,
			      unsigned int n)
{
	struct wd_comp_req *reqs[128];
	unsigned int i;

	assert_in_range(n, 0, COUNT_OF(reqs));
	for (i = 0; i < n; i++)
		reqs[i] = &asks[i].req;
	return wd_comp_submit(s, reqs, n);
}

/* Requests of all fake devices. */
static inline unsigned int step_all(unsigned int devices)
{
	unsigned int i, steps = 0;

	for (i = 0; i < devices; i++)
		steps += wd_fake_step(i, 0);
	return steps;
}

/* Let everything come to an end. Return: callbacks. */
static inline unsigned int drain(struct wd_comp_session *s,
				 unsigned int devices)
{
	unsigned int rounds, made = 0;
	int ret;

	for (rounds = 0; wd_comp_in_flight(s); rounds++) {
		check(rounds < MAX_ROUNDS, "%u requests hang",
		      wd_comp_in_flight(s));
		step_all(devices);
		ret = wd_comp_poll(s, 0);
		assert_true(ret >= 0);
		made += ret;
	}
	return made;
}

static inline struct wd_comp_params fake_params(uint32_t direction,
						uint32_t format)
{
	struct wd_comp_params params;

	wd_comp_params_init(&params, direction, format);
	params.timeout_ms = WD_TIMEOUT_INFINITE;
	return params;
}

/* As a reset of the device does. */
static inline void kill_queues(unsigned int dev)
{
	unsigned int qn, found;
	size_t bytes;

	for (qn = 0, found = wd_fake_open_queues(dev); found; qn++)
		if (wd_fake_dus(dev, qn, &bytes)) {
			wd_fake_kill_queue(dev, qn);
			found--;
		}
}

/* Gzip compression on the fake. */
static inline struct wd_comp_session *
world(unsigned int devices, unsigned int queues, enum wd_mode mode)
{
	const struct wd_fake_config config = {
		.devices = devices, .mode = mode,
	};
	struct wd_comp_params params = fake_params(WD_COMP_COMPRESS,
						   WD_COMP_GZIP);

	params.queues = queues;
	fake_start(&config);
	return session_new(&params);
}

/* One-shot there and judged by zlib; the device has to work by itself. */
static inline int oneshot(struct wd_comp_session *s, uint32_t direction,
			  uint32_t format, size_t bytes)
{
	size_t packed = wd_comp_bound(bytes), used = 0;
	struct ask ask;
	int ret;

	ask_init(&ask, direction, format, bytes, 77);
	packed = ask.req.dst_bytes;
	ret = wd_comp_oneshot(s, ask.req.src, ask.req.src_bytes, ask.req.dst,
			      &packed, &used);
	if (!ret) {
		ask.answers = 1;
		ask.sum = ask_sum(&ask);
		ask.req.result = 0;
		ask.req.consumed = used;
		ask.req.produced = packed;
		ask_check(&ask);
	}
	free(ask.plain);
	free(ask.packed);
	free(ask.req.dst);
	return ret;
}

static inline void session_end(struct wd_comp_session *s)
{
	wd_comp_session_free(s);
	assert_int_equal(wd_fake_stop(), 0);
}

/* cmocka knows only its own process; a child says where it failed and ends. */
#define CHILD_CHECK(condition)						\
	do {								\
		if (!(condition)) {					\
			fprintf(stderr, "child, line %d: %s\n",		\
				__LINE__, #condition);			\
			_exit(1);					\
		}							\
	} while (0)

#endif /* SESSION_ASYNC_SUPPORT_H */
