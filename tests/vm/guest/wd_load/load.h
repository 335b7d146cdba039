/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * wd_load: queues of the library under load, for tests that take the device
 * away meanwhile. One queue a process.
 */
#ifndef WD_LOAD_H
#define WD_LOAD_H

#include <stdint.h>

#include <warpdrive/wd_comp.h>

#define LOAD_BYTES	4096
#define LOAD_ROOM	8192
#define LOAD_REQUESTS	64

/* Exit status. */
enum {
	LOAD_DONE = 0,		/* all was as it should be */
	LOAD_WRONG = 1,		/* an answer was wrong, or an error unexpected */
	LOAD_REFUSED = 3,	/* there was no queue */
	LOAD_STOPPED = 10,	/* the queue ended by -EIO */
	LOAD_GONE = 11,		/* the queue ended by -ENODEV */
};

/**
 * struct load - a queue with requests
 * @q: queue
 * @msgs: requests
 * @at: reserved memory, a source and a destination for each
 * @packed: what the first answer was like; all have the same input
 * @packed_bytes: its size, 0 before
 */
struct load {
	struct wd_queue q;
	struct wd_comp_msg msgs[LOAD_REQUESTS];
	uint8_t *at;
	uint8_t packed[LOAD_ROOM];
	uint32_t packed_bytes;
};

/** load_open() - request the queue and its memory; 0 or a negative errno */
int load_open(struct load *load, const char *device);

void load_close(struct load *load);

/** load_send() - all requests; how many were taken, or a negative errno */
int load_send(struct load *load, unsigned int first);

/** load_check() - an answer is right, and the same as all before */
int load_check(struct load *load, const struct wd_comp_msg *msg);

/** load_round() - all requests there and back; 0 or a negative errno */
int load_round(struct load *load);

/** load_end() - an exit status from a negative errno, said on standard output */
int load_end(const char *what, int error);

/** load_now() - a clock in seconds */
double load_now(void);

/* What the program does, by its first argument; a number is the second. */
int mode_once(const char *device, unsigned int rounds);
int mode_busy(const char *device, unsigned int seconds);
int mode_hold(const char *device, unsigned int unused);
int mode_sleep(const char *device, unsigned int unused);
int mode_all(const char *device, unsigned int rounds);
int mode_cost(const char *device, unsigned int rounds);

#endif /* WD_LOAD_H */
