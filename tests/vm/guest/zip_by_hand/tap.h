/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Test results as TAP lines without numbers: the case's script has those. */
#ifndef TAP_H
#define TAP_H

#include <stdbool.h>
#include <stdint.h>

#define TAP_PRINTF(n) __attribute__((format(printf, n, n + 1)))

/* Return: @ok. */
bool tap_check(bool ok, const char *fmt, ...) TAP_PRINTF(2);

/* On failure both values are shown. Return: whether they are equal. */
bool tap_equal(uint64_t got, uint64_t want, const char *fmt, ...) TAP_PRINTF(3);

/* @what was not tested, for the reason in words. */
void tap_skip(const char *what, const char *fmt, ...) TAP_PRINTF(2);

void tap_note(const char *fmt, ...) TAP_PRINTF(1);

/* What stands in the way of the whole command is a failure; ends the program. */
void tap_die(const char *fmt, ...) TAP_PRINTF(1) __attribute__((noreturn));

/* Print the plan. Return: 0, or 1 after any failure or without any result. */
int tap_status(void);

#endif /* TAP_H */
