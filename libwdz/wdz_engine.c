/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "wdz_config.h"
#include "wdz_count.h"
#include "wdz_device.h"
#include "wdz_engine.h"

/* Queues are few, and other processes want some: no more than that wait. */
#define WAITING_MAX	16

/*
 * How long nobody asks again after there was no device, or no free queue. A
 * stream that is refused costs no more than a look at the clock.
 */
#define PAUSE_NS	1000000000LL

#define DIRECTIONS	(WD_COMP_DECOMPRESS + 1)
#define FORMATS		(WD_COMP_GZIP + 1)

/* Protects everything below. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct wdz_engine *waiting;
static unsigned int nr_waiting;
static struct wdz_engine *orphans;
static uint32_t generation;
static int64_t not_before_ns[DIRECTIONS][FORMATS];

/* The lock is not taken before fork() is watched: a child would find it taken. */
static pthread_once_t watched = PTHREAD_ONCE_INIT;
static bool is_watched;

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

static void close_list(struct wdz_engine *engine)
{
	struct wdz_engine *next;

	for (; engine; engine = next) {
		next = engine->next;
		wdz_device()->session_free(engine->session);
		free(engine);
	}
}

static void before_fork(void)
{
	pthread_mutex_lock(&lock);
}

static void after_fork_parent(void)
{
	pthread_mutex_unlock(&lock);
}

/*
 * The sessions are the parent's. To free the child's copies is more than may be
 * done between fork() and exec(); whoever comes here next does it.
 */
static void after_fork_child(void)
{
	struct wdz_engine **end = &orphans;

	while (*end)
		end = &(*end)->next;
	*end = waiting;
	waiting = NULL;
	nr_waiting = 0;
	generation++;
	memset(not_before_ns, 0, sizeof(not_before_ns));
	pthread_mutex_unlock(&lock);
	wdz_count_clear();
}

static void watch(void)
{
	bool is_done = !pthread_atfork(before_fork, after_fork_parent,
				       after_fork_child);

	__atomic_store_n(&is_watched, is_done, __ATOMIC_RELEASE);
}

bool wdz_engine_watch_fork(void)
{
	pthread_once(&watched, watch);
	return __atomic_load_n(&is_watched, __ATOMIC_ACQUIRE);
}

static bool fits(const struct wdz_engine *engine, const struct wdz_engine *want)
{
	if (engine->direction != want->direction)
		return false;
	if (want->direction == WD_COMP_DECOMPRESS)
		return engine->format == want->format;
	return engine->level == want->level;
}

static struct wdz_engine **find(const struct wdz_engine *want)
{
	struct wdz_engine **at = &waiting;

	while (*at && !fits(*at, want))
		at = &(*at)->next;
	return at;
}

/* What waits for @want, and whether it is worth while to ask for a new one. */
static struct wdz_engine *take(const struct wdz_engine *want, bool *may_open,
			       uint32_t *current)
{
	struct wdz_engine *engine, *dead, **at;
	int64_t not_before;

	pthread_mutex_lock(&lock);
	dead = orphans;
	orphans = NULL;
	at = find(want);
	engine = *at;
	if (engine) {
		*at = engine->next;
		nr_waiting--;
	}
	not_before = not_before_ns[want->direction][want->format];
	*may_open = !not_before || now_ns() >= not_before;
	*current = generation;
	pthread_mutex_unlock(&lock);
	close_list(dead);
	return engine;
}

/* Free the queue that waits longest. Return: was there one? */
static bool make_room(void)
{
	struct wdz_engine **last = &waiting, *engine;
	bool was_one;

	pthread_mutex_lock(&lock);
	while (*last && (*last)->next)
		last = &(*last)->next;
	engine = *last;
	was_one = engine;
	if (was_one) {
		*last = NULL;
		nr_waiting--;
	}
	pthread_mutex_unlock(&lock);
	close_list(engine);
	return was_one;
}

static int open_session(struct wdz_engine *engine, uint32_t format)
{
	struct wd_comp_params params;
	int ret;

	wdz_device()->params_init(&params, engine->direction, format);
	params.level = engine->level;
	if (*wdz_config()->device)
		params.device = wdz_config()->device;
	engine->format = format;
	do {
		ret = wdz_device()->session_alloc(&params, &engine->session);
	} while (ret == -EBUSY && make_room());
	return ret;
}

static void note_failure(const struct wdz_engine *want, int error)
{
	wdz_trace("no session on the device: error %d", -error);
	pthread_mutex_lock(&lock);
	not_before_ns[want->direction][want->format] = now_ns() + PAUSE_NS;
	pthread_mutex_unlock(&lock);
}

static struct wdz_engine *open_engine(const struct wdz_engine *want,
				      uint32_t current)
{
	struct wd_queue_info info;
	struct wdz_engine *engine;
	int ret;

	engine = malloc(sizeof(*engine));
	if (!engine)
		return NULL;
	*engine = *want;
	engine->generation = current;
	ret = open_session(engine, want->format);
	if (ret == -ENODEV && want->format == WD_COMP_DEFLATE &&
	    want->direction == WD_COMP_COMPRESS)
		ret = open_session(engine, WD_COMP_ZLIB);
	if (ret) {
		note_failure(want, ret);
		free(engine);
		return NULL;
	}
	engine->is_emulated =
		!wdz_device()->session_get_info(engine->session, &info) &&
		info.device.emulated;
	return engine;
}

struct wdz_engine *wdz_engine_get(const struct wdz_engine *want)
{
	struct wdz_engine *engine;
	uint32_t current;
	bool may_open;

	if (!wdz_engine_watch_fork())
		return NULL;
	engine = take(want, &may_open, &current);
	if (!engine && may_open && wdz_device())
		engine = open_engine(want, current);
	return engine;
}

bool wdz_engine_waits(const struct wdz_engine *want)
{
	bool waits;

	if (!__atomic_load_n(&is_watched, __ATOMIC_ACQUIRE))
		return false;
	pthread_mutex_lock(&lock);
	waits = *find(want);
	pthread_mutex_unlock(&lock);
	return waits;
}

/* Put the latest first, let go of the one that waits longest. */
static struct wdz_engine *add(struct wdz_engine *engine)
{
	struct wdz_engine **last = &waiting, *dropped;

	if (engine->generation != generation)
		return engine;
	engine->next = waiting;
	waiting = engine;
	if (++nr_waiting <= WAITING_MAX)
		return NULL;
	while ((*last)->next)
		last = &(*last)->next;
	dropped = *last;
	*last = NULL;
	nr_waiting--;
	return dropped;
}

void wdz_engine_put(struct wdz_engine *engine, bool is_healthy)
{
	if (!engine)
		return;
	engine->next = NULL;
	if (is_healthy && !wdz_device()->stream_reset(engine->session)) {
		pthread_mutex_lock(&lock);
		engine = add(engine);
		pthread_mutex_unlock(&lock);
	}
	close_list(engine);
}

void wdz_engines_close(void)
{
	struct wdz_engine *list;

	pthread_mutex_lock(&lock);
	list = waiting;
	waiting = NULL;
	nr_waiting = 0;
	memset(not_before_ns, 0, sizeof(not_before_ns));
	pthread_mutex_unlock(&lock);
	close_list(list);
}
