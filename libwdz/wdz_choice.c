/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "wdz_choice.h"
#include "wdz_config.h"

/* Sizes of requests by powers of two, from 2^SIZE_FIRST on. */
#define SIZE_FIRST	10
#define SIZES		14

/* Below that a call is not worth two looks at the clock. */
#define TIMED_BYTES	4096

/* What counts is the latest so many bytes, or requests. */
#define MEMORY_BYTES	(64.0 * 1024 * 1024)
#define MEMORY_REQUESTS	64

/* So many requests of a size, and bytes in software, make a measurement. */
#define ENOUGH_REQUESTS	4
#define ENOUGH_BYTES	(128.0 * 1024)

/* One stream of so many tries the other side. */
#define PROBE_EVERY	64

/*
 * As long as nothing was measured. To open a session of the built-in device
 * takes as long as zlib takes for some 100 KiB (tests/bench/bench_zlib.c).
 */
static const struct {
	size_t warm, cold;
} defaults[WDZ_KINDS] = {
	[WDZ_KIND_FAST] = { 64 << 10, 512 << 10 },
	[WDZ_KIND_MIDDLE] = { 32 << 10, 256 << 10 },
	[WDZ_KIND_SMALL] = { 16 << 10, 128 << 10 },
	[WDZ_KIND_INFLATE] = { 128 << 10, 1 << 20 },
};

struct cost {
	double ns, bytes;
	unsigned int nr;
};

/* Protects the measurements; who does not get it at once goes without. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct cost device[WDZ_KINDS][SIZES], soft[WDZ_KINDS];

/* Derived from them; 0 as long as the default holds. */
static size_t thresholds[WDZ_KINDS];
static uint32_t streams;

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

enum wdz_kind wdz_kind_of(int level)
{
	if (level < 0)
		return WDZ_KIND_MIDDLE;
	if (level <= 3)
		return WDZ_KIND_FAST;
	return level <= 6 ? WDZ_KIND_MIDDLE : WDZ_KIND_SMALL;
}

static unsigned int size_of(size_t bytes)
{
	unsigned int size = 0;

	for (bytes >>= SIZE_FIRST + 1; bytes && size < SIZES - 1; bytes >>= 1)
		size++;
	return size;
}

/* Locked. Is the device the better one for requests of this size? */
static bool is_better(enum wdz_kind kind, unsigned int size)
{
	const struct cost *d = &device[kind][size], *s = &soft[kind];

	if (d->nr < ENOUGH_REQUESTS || s->bytes < ENOUGH_BYTES)
		return (size_t)1 << (SIZE_FIRST + size) >= defaults[kind].warm;
	return d->ns / d->bytes < s->ns / s->bytes;
}

/* Locked. The least size from which on all are better there. */
static void derive(enum wdz_kind kind)
{
	size_t bytes = SIZE_MAX;
	unsigned int size;

	for (size = SIZES; size-- && is_better(kind, size);)
		bytes = (size_t)1 << (SIZE_FIRST + size);
	__atomic_store_n(&thresholds[kind], bytes, __ATOMIC_RELAXED);
}

static void age(struct cost *cost, double factor)
{
	cost->ns *= factor;
	cost->bytes *= factor;
}

void wdz_choice_device_took(enum wdz_kind kind, size_t bytes, uint64_t ns)
{
	struct cost *cost = &device[kind][size_of(bytes)];

	if (!bytes || pthread_mutex_trylock(&lock))
		return;
	if (cost->nr == MEMORY_REQUESTS)
		age(cost, 1 - 1.0 / MEMORY_REQUESTS);
	else
		cost->nr++;
	cost->ns += ns;
	cost->bytes += bytes;
	derive(kind);
	pthread_mutex_unlock(&lock);
}

void wdz_choice_soft_took(enum wdz_kind kind, size_t bytes, uint64_t ns)
{
	struct cost *cost = &soft[kind];

	if (!bytes || pthread_mutex_trylock(&lock))
		return;
	if (cost->bytes > MEMORY_BYTES)
		age(cost, 0.5);
	cost->ns += ns;
	cost->bytes += bytes;
	derive(kind);
	pthread_mutex_unlock(&lock);
}

uint64_t wdz_choice_begin(size_t bytes)
{
	const struct wdz_config *config = wdz_config();

	if (bytes < TIMED_BYTES || config->use != WDZ_USE_AUTO ||
	    config->threshold)
		return 0;
	return now_ns();
}

void wdz_choice_device(enum wdz_kind kind, size_t bytes, uint64_t begin)
{
	if (begin)
		wdz_choice_device_took(kind, bytes, now_ns() - begin);
}

void wdz_choice_soft(enum wdz_kind kind, size_t bytes, uint64_t begin)
{
	if (begin)
		wdz_choice_soft_took(kind, bytes, now_ns() - begin);
}

size_t wdz_choice_threshold(enum wdz_kind kind, bool is_warm)
{
	const struct wdz_config *config = wdz_config();
	size_t bytes;

	if (config->use == WDZ_USE_OFF)
		return SIZE_MAX;
	if (config->use == WDZ_USE_FORCE)
		return 0;
	if (config->threshold)
		return config->threshold;
	bytes = __atomic_load_n(&thresholds[kind], __ATOMIC_RELAXED);
	if (!bytes)
		bytes = defaults[kind].warm;
	if (!is_warm && bytes < defaults[kind].cold)
		bytes = defaults[kind].cold;
	return bytes;
}

bool wdz_choice_is_probe(enum wdz_kind kind, size_t bytes)
{
	const struct wdz_config *config = wdz_config();
	size_t near = defaults[kind].warm / 4;

	if (config->use != WDZ_USE_AUTO || config->threshold || bytes < near)
		return false;
	return __atomic_add_fetch(&streams, 1, __ATOMIC_RELAXED) %
	       PROBE_EVERY == 0;
}

void wdz_choice_clear(void)
{
	pthread_mutex_lock(&lock);
	memset(device, 0, sizeof(device));
	memset(soft, 0, sizeof(soft));
	memset(thresholds, 0, sizeof(thresholds));
	pthread_mutex_unlock(&lock);
}
