/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The beginning and the end of the process. */
#include "wdz_config.h"
#include "wdz_count.h"
#include "wdz_engine.h"
#include "wdz_real.h"

/* A program may wipe its environment later on; servers do. */
__attribute__((constructor)) static void start(void)
{
	wdz_real_load();
	/* A child is to count from zero; else the first session is soon enough. */
	if (wdz_config()->counters && !wdz_engine_watch_fork())
		wdz_trace("no memory to watch for fork()");
}

/*
 * The sessions stay: other destructors may still have use for streams, and the
 * kernel takes the queues back with the process.
 */
__attribute__((destructor)) static void stop(void)
{
	wdz_count_report();
}
