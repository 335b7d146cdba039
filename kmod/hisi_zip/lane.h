/* SPDX-License-Identifier: GPL-2.0-only */
/* A queue of the device in the service of one transform's direction. */
#ifndef WD_HISI_ZIP_LANE_H
#define WD_HISI_ZIP_LANE_H

#include <linux/types.h>

struct acomp_req;
struct hisi_qm;
struct seq_file;
struct zip_format;
struct zip_lane;

/**
 * typedef zip_lane_done_t - a request is finished
 * @req: request
 * @error: 0 (then &acomp_req.dlen is set), -ENOSPC, -EINVAL, or -EIO: the
 *	device did not do it
 *
 * Context: see hisi_qp_done_t; must not sleep.
 */
typedef void (*zip_lane_done_t)(struct acomp_req *req, int error);

/**
 * zip_lane_alloc() - take a queue
 * @qm: function
 * @format: of all requests
 * @alg: HISI_ZIP_ALG_*
 * @done: called for each request
 *
 * Return: lane, or an ERR_PTR().
 */
struct zip_lane *zip_lane_alloc(struct hisi_qm *qm,
				const struct zip_format *format, u8 alg,
				zip_lane_done_t done);

/** zip_lane_free() - wait for what is under way, give the queue back */
void zip_lane_free(struct zip_lane *lane);

/**
 * zip_lane_send() - hand a request to the hardware
 * @lane: lane; any number of threads
 * @req: source and destination are scatterlists with as many bytes as it says
 * @header: bytes in front of the stream: of the source's header, when the lane
 *	decompresses, to be written, when it compresses
 *
 * Return: 0, or an error that means: not this way. All slots are used, or the
 * queue is full or dead, or the request is none for the hardware.
 */
int zip_lane_send(struct zip_lane *lane, struct acomp_req *req, u32 header);

/**
 * zip_lane_is_stuck() - requests are under way, and for long none has been
 * answered: the device has failed without telling
 */
bool zip_lane_is_stuck(struct zip_lane *lane);

/** struct zip_lane_counters - since the lane was taken */
struct zip_lane_counters {
	u64 finished;
	u64 refused;
	u64 failed;
};

void zip_lane_count(struct zip_lane *lane, struct zip_lane_counters *sum);

#endif /* WD_HISI_ZIP_LANE_H */
