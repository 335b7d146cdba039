/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where a stream pays. What either side costs is measured on the streams that
 * the program has anyway, by kind of work, and on the device by size too: it has
 * a price for every request.
 */
#ifndef WDZ_CHOICE_H
#define WDZ_CHOICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Levels of one kind cost about the same. */
enum wdz_kind {
	WDZ_KIND_FAST,		/* levels 1 to 3 */
	WDZ_KIND_MIDDLE,	/* 4 to 6 */
	WDZ_KIND_SMALL,		/* 7 to 9 */
	WDZ_KIND_INFLATE,
	WDZ_KINDS,
};

enum wdz_kind wdz_kind_of(int level);

/*
 * wdz_choice_threshold() - from how much input on the device is worth it
 * @kind: work
 * @is_warm: a session is at hand
 *
 * Return: bytes, 0 for always, SIZE_MAX for never.
 */
size_t wdz_choice_threshold(enum wdz_kind kind, bool is_warm);

/*
 * wdz_choice_is_probe() - is it this stream's turn to measure the other side?
 * @bytes: input that is known of
 */
bool wdz_choice_is_probe(enum wdz_kind kind, size_t bytes);

/* Start of a measurement, 0 if there is to be none. */
uint64_t wdz_choice_begin(size_t bytes);

/* End of it: so many bytes were worked on. */
void wdz_choice_device(enum wdz_kind kind, size_t bytes, uint64_t begin);
void wdz_choice_soft(enum wdz_kind kind, size_t bytes, uint64_t begin);

/* What one side took, as if measured. */
void wdz_choice_device_took(enum wdz_kind kind, size_t bytes, uint64_t ns);
void wdz_choice_soft_took(enum wdz_kind kind, size_t bytes, uint64_t ns);

/* Forget all measurements. */
void wdz_choice_clear(void);

#endif /* WDZ_CHOICE_H */
