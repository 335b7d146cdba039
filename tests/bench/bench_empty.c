/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A library with nothing in it: what it costs to preload one at all. */
int bench_empty(void);

int bench_empty(void)
{
	return 0;
}
