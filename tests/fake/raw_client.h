/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A user driver in a few lines, for tests of backends: it writes requests by
 * hand, so that what is tested does not depend on the real one. One thread may
 * send and one may take.
 */
#ifndef RAW_CLIENT_H
#define RAW_CLIENT_H

#include "hisi_qm_hw.h"
#include "hisi_zip_hw.h"
#include "wd_backend.h"

/**
 * struct raw_client - an open queue that compresses to zlib format
 * @ops: its backend
 * @ch: its channel
 * @dus: its rings
 * @qn: its number
 * @depth: entries of both rings
 * @version: number in the interface's name
 * @sent: requests written
 * @taken: answers taken
 */
struct raw_client {
	const struct wd_backend_ops *ops;
	struct wd_channel *ch;
	void *dus;
	unsigned int qn;
	unsigned int depth;
	unsigned int version;
	unsigned int sent;
	unsigned int taken;
};

/* From lookup to start. 0 or the error of the step that failed. */
int raw_client_open(struct raw_client *c, const struct wd_backend_ops *ops,
		    const char *name);
void raw_client_close(struct raw_client *c);

struct hisi_zip_sqe *raw_client_sqe(struct raw_client *c, unsigned int slot);

/* Ring a doorbell: HISI_QM_DB_SQ or HISI_QM_DB_CQ. */
void raw_client_ring(struct raw_client *c, uint64_t cmd, unsigned int index,
		     bool c_flag);

/* Write the next request, and ring for it, too. Addresses are the device's. */
void raw_client_fill(struct raw_client *c, uint64_t src, uint32_t len,
		     uint64_t dst, uint32_t room);
void raw_client_send(struct raw_client *c, const void *src, uint32_t len,
		     void *dst, uint32_t room);

/* The slot of the next answer, or -1. */
int raw_client_take(struct raw_client *c);

/* Acknowledge what was taken, and arm for the next if @on. */
void raw_client_arm(struct raw_client *c, bool on);

/* As a user driver waits. The slot, or the error of the wait operation. */
int raw_client_take_wait(struct raw_client *c);

/* Is what the device made of @src what zlib makes @src of? */
bool raw_client_is_right(const struct hisi_zip_sqe *sqe, const void *src,
			 uint32_t len, const void *dst);

#endif /* RAW_CLIENT_H */
