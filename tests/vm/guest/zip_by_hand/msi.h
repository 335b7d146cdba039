/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Interrupts without anybody who handles them. A message signalled interrupt is
 * nothing but a store by the device, and the address it goes to is ours to
 * choose: a word of the arena, which is polled.
 */
#ifndef MSI_H
#define MSI_H

#include <stdbool.h>
#include <stdint.h>

#include "function.h"

/* All vectors of the function; otherwise the reason is in fn->why_not. */
void msi_by_hand_on(struct function *fn);

void msi_by_hand_off(struct function *fn);

bool msi_by_hand_wait(struct function *fn, unsigned int vector, uint64_t us);

#endif /* MSI_H */
