/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Counters of the process, and what is said about decisions. */
#ifndef WDZ_COUNT_H
#define WDZ_COUNT_H

#include <stdint.h>

/*
 * F(name, text): device counts the streams that came there, software those that
 * began there; moved are those that left the device for software. Bytes count where
 * they were worked on.
 */
#define WDZ_COUNTERS(F) \
	F(DEFLATE_DEVICE, "deflate.device.streams") \
	F(DEFLATE_DEVICE_IN, "deflate.device.in") \
	F(DEFLATE_DEVICE_OUT, "deflate.device.out") \
	F(DEFLATE_SOFT, "deflate.software.streams") \
	F(DEFLATE_SOFT_IN, "deflate.software.in") \
	F(DEFLATE_SOFT_OUT, "deflate.software.out") \
	F(DEFLATE_MOVED, "deflate.moved") \
	F(INFLATE_DEVICE, "inflate.device.streams") \
	F(INFLATE_DEVICE_IN, "inflate.device.in") \
	F(INFLATE_DEVICE_OUT, "inflate.device.out") \
	F(INFLATE_SOFT, "inflate.software.streams") \
	F(INFLATE_SOFT_IN, "inflate.software.in") \
	F(INFLATE_SOFT_OUT, "inflate.software.out") \
	F(INFLATE_MOVED, "inflate.moved") \
	F(DEVICE_ERRORS, "device.errors") \
	F(VERIFY_ERRORS, "verify.errors")

#define WDZ_COUNTER_ID(name, text) WDZ_COUNT_##name,
enum wdz_counter {
	WDZ_COUNTERS(WDZ_COUNTER_ID)
	WDZ_COUNTERS_NR,
};
#undef WDZ_COUNTER_ID

extern uint64_t wdz_counters[WDZ_COUNTERS_NR];

static inline void wdz_count(enum wdz_counter counter, uint64_t n)
{
	__atomic_fetch_add(&wdz_counters[counter], n, __ATOMIC_RELAXED);
}

static inline uint64_t wdz_counter(enum wdz_counter counter)
{
	return __atomic_load_n(&wdz_counters[counter], __ATOMIC_RELAXED);
}

/* Forget what a parent has counted. */
void wdz_count_clear(void);

/* Write the line of the process, if one is wanted and anything was counted. */
void wdz_count_report(void);

/* One line on standard error, if that is wanted. */
void wdz_trace(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif /* WDZ_COUNT_H */
