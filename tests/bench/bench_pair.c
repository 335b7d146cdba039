/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One thread sends in bursts of 16, another receives, on a device that
 * completes at once; nanoseconds a request:
 *
 *  ours   wd_send_burst() and wd_recv_burst()
 *  usual  the same queue, each side of every request under a spinlock, with a
 *         full barrier a send
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>

#include <warpdrive/wd_comp.h>

#include "bench.h"
#include "wd_fake.h"

#define BURST		16
#define REQUESTS	(BURST * 4096)
#define POOL		2048
#define ROUNDS		15
#define IDLE_MAX	1000

struct side {
	struct wd_queue *q;
	unsigned int burst;
	pthread_spinlock_t *lock;
};

static struct wd_comp_msg msgs[POOL];
static uint8_t buffer[4096];

static void side_lock(const struct side *side)
{
	if (side->lock)
		pthread_spin_lock(side->lock);
}

static void side_unlock(const struct side *side)
{
	if (!side->lock)
		return;
	__sync_synchronize();
	pthread_spin_unlock(side->lock);
}

static void *receive(void *arg)
{
	const struct side *side = arg;
	void *reqs[BURST];
	unsigned int got = 0, idle = 0;
	int ret;

	while (got < REQUESTS) {
		side_lock(side);
		ret = wd_recv_burst(side->q, reqs, side->burst);
		side_unlock(side);
		if (ret < 0)
			bench_fail("wd_recv_burst", ret);
		got += ret;
		/* Where both threads share a processor the other one is to run. */
		idle = ret ? 0 : idle + 1;
		if (idle == IDLE_MAX) {
			idle = 0;
			sched_yield();
		}
	}
	return NULL;
}

static void send_all(const struct side *side)
{
	void *reqs[BURST];
	unsigned int sent = 0, i;
	int ret;

	while (sent < REQUESTS) {
		for (i = 0; i < side->burst; i++)
			reqs[i] = &msgs[(sent + i) % POOL];
		side_lock(side);
		ret = wd_send_burst(side->q, reqs, side->burst);
		side_unlock(side);
		if (ret > 0)
			sent += ret;
		else if (ret != -EBUSY)
			bench_fail("wd_send_burst", ret);
		else
			sched_yield();
	}
}

static double run(struct side *sender, struct side *receiver)
{
	pthread_t thread;
	uint64_t start;

	start = bench_now_ns();
	if (pthread_create(&thread, NULL, receive, receiver))
		bench_fail("pthread_create", -EAGAIN);
	send_all(sender);
	pthread_join(thread, NULL);
	return (double)(bench_now_ns() - start) / REQUESTS;
}

int main(void)
{
	static struct bench_series ours, usual;
	struct wd_queue q = { .algorithm = "gzip", .numa_node = WD_NUMA_ANY };
	struct side side = { .q = &q, .burst = BURST };
	struct side sender = { .q = &q, .burst = 1 }, receiver = sender;
	pthread_spinlock_t locks[2];
	int i, ret;

	for (i = 0; i < POOL; i++)
		msgs[i] = (struct wd_comp_msg){
			.src = buffer, .dst = buffer,
			.src_bytes = sizeof(buffer), .dst_bytes = sizeof(buffer),
			.format = WD_COMP_GZIP,
		};
	if (wd_fake_instant_start(NULL))
		bench_fail("wd_fake_instant_start", -EIO);
	ret = wd_request_queue(&q);
	if (ret)
		bench_fail("wd_request_queue", ret);
	for (i = 0; i < 2; i++)
		pthread_spin_init(&locks[i], PTHREAD_PROCESS_PRIVATE);
	sender.lock = &locks[0];
	receiver.lock = &locks[1];
	for (i = 0; i < ROUNDS; i++) {
		bench_add(&ours, run(&side, &side));
		bench_add(&usual, run(&sender, &receiver));
	}
	bench_print("ring.pair.ours_ns", bench_median(&ours));
	bench_print("ring.pair.usual_ns", bench_median(&usual));
	wd_release_queue(&q);
	return wd_fake_instant_stop();
}
