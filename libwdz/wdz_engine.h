/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Sessions on the device. To open one takes longer than to compress a web page,
 * so those that a stream is done with wait here for the next one.
 */
#ifndef WDZ_ENGINE_H
#define WDZ_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include <warpdrive/wd_comp.h>

/**
 * struct wdz_engine - a session, of one stream at a time
 * @next: while it waits
 * @session: what does the work
 * @direction: enum wd_comp_direction
 * @format: enum wd_comp_format of the session
 * @level: compression: 1 to 9
 * @generation: number of the process, as forks count, that made it
 * @is_emulated: it is the device model
 */
struct wdz_engine {
	struct wdz_engine *next;
	struct wd_comp_session *session;
	uint32_t direction;
	uint32_t format;
	uint32_t level;
	uint32_t generation;
	bool is_emulated;
};

/*
 * wdz_engine_get() - a session with no stream under way
 * @want: direction, format and level count
 *
 * Raw deflate is also made by devices without it: the format may then be
 * WD_COMP_ZLIB instead, for compression only.
 *
 * Return: NULL if there is no device, or all of its queues are taken.
 */
struct wdz_engine *wdz_engine_get(const struct wdz_engine *want);

/*
 * wdz_engine_put() - done with a session
 * @engine: NULL is ignored
 * @is_healthy: it may serve another stream
 */
void wdz_engine_put(struct wdz_engine *engine, bool is_healthy);

/* Is a session for this at hand? Only a guess by the time it is asked for. */
bool wdz_engine_waits(const struct wdz_engine *want);

/* Close all sessions that wait, and ask for devices again at once. */
void wdz_engines_close(void);

/* From now on fork() is looked after. False if there is no memory for that. */
bool wdz_engine_watch_fork(void);

#endif /* WDZ_ENGINE_H */
