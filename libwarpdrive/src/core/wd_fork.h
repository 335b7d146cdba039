/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A queue belongs to the process that requested it. The mappings of a queue do
 * not exist in a forked child, so a call there must notice before it touches
 * them, at the price of one load: a page that the kernel clears in the child
 * (MADV_WIPEONFORK) holds a number that differs in every process.
 */
#ifndef WD_FORK_H
#define WD_FORK_H

#include <stdbool.h>
#include <stdint.h>

extern const uint32_t *wd_fork_page;

/* Prepare the page. 0 or -errno. To be called before a cookie is taken. */
int wd_fork_init(void);

/* The number of this process; never 0 after wd_fork_init(). */
static inline uint32_t wd_fork_current(void)
{
	return __atomic_load_n(wd_fork_page, __ATOMIC_RELAXED);
}

#endif /* WD_FORK_H */
