/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the tests of queues share: requests, a log book, a device by hand. */
#ifndef QUEUE_SUPPORT_H
#define QUEUE_SUPPORT_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>
#include <zlib.h>

#include <hisi_qm_hw.h>
#include <hisi_zip_hw.h>
#include <misc/uacce/hisi_qm.h>
#include <warpdrive/wd_comp.h>

#include "wd_backend.h"
#include "wd_fake.h"
#include "wd_queue_private.h"

/* Most bytes of a job's input. */
#define JOB_BYTES	200

/* A compression request with its buffers; the answer names it by its trailer. */
struct job {
	struct wd_comp_msg msg;
	uint8_t src[JOB_BYTES];
	uint8_t dst[2 * JOB_BYTES + 64];
};

/* Every seed has another length or another content. */
static inline void job_init(struct job *job, uint32_t seed)
{
	uint32_t i, word = seed * 2654435761u + 1;

	memset(job, 0, sizeof(*job));
	job->msg.src_bytes = 4 + seed % (JOB_BYTES - 4);
	for (i = 0; i < job->msg.src_bytes; i++) {
		word = word * 1664525 + 1013904223;
		job->src[i] = word >> 24;
	}
	memcpy(job->src, &seed, sizeof(seed));
	job->msg.src = job->src;
	job->msg.dst = job->dst;
	job->msg.dst_bytes = sizeof(job->dst);
	job->msg.format = WD_COMP_ZLIB;
	job->msg.window = WD_COMP_WINDOW_32K;
	job->msg.consumed = UINT32_MAX;
	job->msg.result = -1;
}

/* That the answer in @job is the one of its own input. */
static inline void job_check(const struct job *job)
{
	uint32_t sum = adler32(adler32(0, NULL, 0), job->src,
			       job->msg.src_bytes);
	const uint8_t *tail;

	assert_int_equal(job->msg.result, 0);
	assert_int_equal(job->msg.consumed, job->msg.src_bytes);
	assert_in_range(job->msg.produced, 6, sizeof(job->dst));
	tail = job->dst + job->msg.produced - 4;
	assert_int_equal((uint32_t)tail[0] << 24 | tail[1] << 16 |
			 tail[2] << 8 | tail[3], sum);
}

static inline struct job *jobs_new(unsigned int n)
{
	struct job *jobs = calloc(n, sizeof(*jobs));
	unsigned int i;

	assert_non_null(jobs);
	for (i = 0; i < n; i++)
		job_init(&jobs[i], i);
	return jobs;
}

/* Without a deadline: a wait that nothing ends is for the limit of ctest. */
static inline struct wd_queue queue_wanted(void)
{
	return (struct wd_queue){
		.algorithm = "zlib",
		.op_type = WD_COMP_COMPRESS,
		.numa_node = WD_NUMA_ANY,
		.timeout_ms = WD_TIMEOUT_INFINITE,
	};
}

static inline void fake_start(const struct wd_fake_config *config)
{
	assert_int_equal(wd_fake_start(config), 0);
}

static inline struct wd_queue queue_open(void)
{
	struct wd_queue q = queue_wanted();

	assert_int_equal(wd_request_queue(&q), 0);
	assert_non_null(q.state);
	return q;
}

static inline struct wd_queue_info queue_info(struct wd_queue *q)
{
	struct wd_queue_info info;

	assert_int_equal(wd_queue_get_info(q, &info), 0);
	return info;
}

/* A wd_queue that moved is another one, so it goes by pointer here. */
static inline void queue_close(struct wd_queue *q)
{
	wd_release_queue(q);
	assert_null(q->state);
}

static inline void send_jobs(struct wd_queue *q, struct job *jobs,
			     unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		assert_int_equal(wd_send(q, &jobs[i].msg), 0);
}

static inline void *recv_one(struct wd_queue *q)
{
	void *req = NULL;

	assert_int_equal(wd_recv(q, &req), 0);
	assert_non_null(req);
	return req;
}

static inline void recv_nothing(struct wd_queue *q, int error)
{
	void *const untouched = &error;
	void *req = untouched;

	assert_int_equal(wd_recv(q, &req), error);
	assert_ptr_equal(req, untouched);
	assert_int_equal(wd_recv_burst(q, &req, 1),
			 error == -EAGAIN ? 0 : error);
	assert_ptr_equal(req, untouched);
}

static inline uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ULL + ts.tv_nsec / 1000000;
}

/* What this thread used of a processor, whatever others do to the machine. */
static inline uint64_t thread_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000ULL + ts.tv_nsec / 1000;
}

static inline void nap_ms(unsigned int ms)
{
	const struct timespec ts = {
		.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L,
	};

	nanosleep(&ts, NULL);
}

/* What the library said since log_start(). */
static struct log_book {
	unsigned int lines[WD_LOG_DEBUG + 1];
	char last[512];
	char all[8192];
} log_book __attribute__((unused));

static inline void log_line(void *arg, enum wd_log_level level,
			    const char *text)
{
	struct log_book *book = arg;
	size_t used = strlen(book->all);

	book->lines[level]++;
	snprintf(book->last, sizeof(book->last), "%s", text);
	snprintf(book->all + used, sizeof(book->all) - used, "%s\n", text);
}

static inline void log_start(void)
{
	memset(&log_book, 0, sizeof(log_book));
	wd_log_set(log_line, &log_book, WD_LOG_DEBUG);
}

static inline void log_stop(void)
{
	wd_log_set(NULL, NULL, WD_LOG_ERROR);
}

/*
 * A device by hand: one queue of "hisi_zip-0", whose answers are what the test
 * says, whose registers are memory and whose rings only the test writes.
 */
struct hand {
	struct wd_channel ch;
	struct wd_device_info info;
	struct hisi_qp_info shape;
	int shape_ret;
	int fd_ret;
	uint16_t qn;
	uint8_t *dus;
	uint8_t *mmio;
	unsigned int mapped;
	unsigned int open;
	int wait_ret;
	unsigned int waits;
	unsigned int puts;
	unsigned int cq_tail;
	unsigned int phase;
};

static struct hand *the_hand __attribute__((unused));

static inline int hand_enumerate(int (*add)(void *,
					    const struct wd_device_info *),
				 void *arg)
{
	return add(arg, &the_hand->info);
}

static inline void hand_close(struct wd_channel *ch, bool is_child)
{
	(void)ch;
	(void)is_child;
	the_hand->open--;
}

static inline int hand_ioctl(struct wd_channel *ch, unsigned long cmd,
			     void *arg)
{
	(void)ch;
	if (cmd == UACCE_CMD_QM_SET_QP_CTX) {
		((struct hisi_qp_ctx *)arg)->id = the_hand->qn;
		return 0;
	}
	if (cmd == UACCE_CMD_QM_SET_QP_INFO) {
		memcpy(arg, &the_hand->shape, sizeof(the_hand->shape));
		return the_hand->shape_ret;
	}
	if (cmd == UACCE_CMD_PUT_Q) {
		the_hand->puts++;
		return 0;
	}
	return -EINVAL;
}

static inline int hand_map(struct wd_channel *ch, enum uacce_qfrt region,
			   size_t bytes, void **addr)
{
	void *mem;

	(void)ch;
	mem = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (mem == MAP_FAILED)
		return -errno;
	if (region == UACCE_QFRT_DUS)
		the_hand->dus = mem;
	else if (region == UACCE_QFRT_MMIO)
		the_hand->mmio = mem;
	the_hand->mapped++;
	*addr = mem;
	return 0;
}

static inline void hand_unmap(struct wd_channel *ch, enum uacce_qfrt region,
			      void *addr, size_t bytes)
{
	(void)ch;
	(void)region;
	assert_int_equal(munmap(addr, bytes), 0);
	the_hand->mapped--;
}

static inline int hand_wait(struct wd_channel *ch, int timeout_ms)
{
	(void)ch;
	__atomic_fetch_add(&the_hand->waits, 1, __ATOMIC_RELAXED);
	if (!the_hand->wait_ret && timeout_ms)
		nap_ms(1);
	return the_hand->wait_ret;
}

static inline int hand_open(const struct wd_device_info *info,
			    struct wd_channel **ch);

static const struct wd_backend_ops hand_ops __attribute__((unused)) = {
	.name = "hand",
	.enumerate = hand_enumerate,
	.open = hand_open,
	.close = hand_close,
	.ioctl = hand_ioctl,
	.map = hand_map,
	.unmap = hand_unmap,
	.wait = hand_wait,
};

static inline int hand_open(const struct wd_device_info *info,
			    struct wd_channel **ch)
{
	the_hand->ch.ops = &hand_ops;
	the_hand->ch.info = *info;
	the_hand->open++;
	*ch = &the_hand->ch;
	return 0;
}

static inline void hand_init(struct hand *hand, const char *api, uint16_t qn,
			     unsigned int sq_depth, unsigned int cq_depth)
{
	size_t page = sysconf(_SC_PAGESIZE);
	size_t rings = sq_depth * (size_t)HISI_ZIP_SQE_BYTES +
		       cq_depth * sizeof(struct hisi_qm_cqe);

	memset(hand, 0, sizeof(*hand));
	hand->qn = qn;
	hand->phase = HISI_QM_CQE_PHASE;
	hand->shape = (struct hisi_qp_info){
		.sqe_size = HISI_ZIP_SQE_BYTES,
		.sq_depth = sq_depth, .cq_depth = cq_depth,
	};
	hand->info = (struct wd_device_info){
		.name = "hisi_zip-0",
		.algorithms = "zlib\ngzip\ndeflate",
		.mode = WD_MODE_SVA,
		.numa_node = WD_NUMA_ANY,
		.available_instances = 1,
		.region_mmio_bytes = 2 * page,
		.region_dus_bytes = (rings + page - 1) / page * page + page,
	};
	snprintf(hand->info.api, sizeof(hand->info.api), "%s", api);
	the_hand = hand;
	wd_backend_register(&hand_ops, true);
}

static inline void hand_stop(struct hand *hand)
{
	wd_backend_register(NULL, false);
	assert_int_equal(hand->open, 0);
	assert_int_equal(hand->mapped, 0);
}

static inline struct hisi_zip_sqe *hand_sqe(struct hand *hand,
					    unsigned int slot)
{
	return (struct hisi_zip_sqe *)hand->dus + slot;
}

/* Write the next CQE; everything but the phase is the caller's. */
static inline void hand_cqe(struct hand *hand, uint16_t sq_head,
			    uint16_t sq_num)
{
	struct hisi_qm_cqe *cq = (void *)hand_sqe(hand, hand->shape.sq_depth);
	struct hisi_qm_cqe *cqe = &cq[hand->cq_tail];

	/* What software has no business to look at. */
	cqe->reserved0 = 0xdeadbeef;
	cqe->cmd_id = 0xabcd;
	cqe->reserved1 = 0xffff;
	cqe->reserved2 = 0xffff;
	cqe->sq_head = sq_head;
	cqe->sq_num = sq_num;
	cqe->w7 = 0xfffe | hand->phase;
	if (++hand->cq_tail == hand->shape.cq_depth) {
		hand->cq_tail = 0;
		hand->phase ^= HISI_QM_CQE_PHASE;
	}
}

/* Complete the request in a slot: half as much out as in. */
static inline void hand_complete(struct hand *hand, uint16_t slot)
{
	struct hisi_zip_sqe *sqe = hand_sqe(hand, slot);

	sqe->consumed = sqe->input_data_length;
	sqe->produced = sqe->input_data_length / 2;
	sqe->dw3 = 0;
	hand_cqe(hand, slot, hand->qn);
}

static inline uint32_t *hand_flag(struct hand *hand, unsigned int from_end)
{
	return (uint32_t *)(hand->dus + hand->info.region_dus_bytes - from_end);
}

static inline uint64_t hand_doorbell(struct hand *hand, uint32_t offset)
{
	uint64_t value;

	memcpy(&value, hand->mmio + offset, sizeof(value));
	return value;
}

/* A test that fails must not take those after it along. */
static inline int queue_teardown(void **state)
{
	(void)state;
	log_stop();
	wd_fake_instant_stop();
	wd_fake_stop();
	wd_backend_register(NULL, false);
	return 0;
}

#define queue_test(fn)	cmocka_unit_test_teardown(fn, queue_teardown)

#endif /* QUEUE_SUPPORT_H */
