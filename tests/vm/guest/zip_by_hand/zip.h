/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The ZIP engine; section numbers are those of its specification (hisi-zip). */
#ifndef ZIP_H
#define ZIP_H

#include <stdbool.h>
#include <stdint.h>

#include <hisi_zip_hw.h>

#include "dma.h"
#include "qm.h"

/* A request; what is not said is 0. The lengths are without header. */
struct zip_request {
	unsigned int format;		/* HISI_ZIP_REQ_* */
	uint32_t flags;			/* of DW7 */
	bool is_sgl;			/* @src and @dst are scatter lists */
	uint64_t src;
	uint32_t src_bytes;
	uint64_t dst;
	uint32_t dst_bytes;
	uint64_t stream;		/* address of the context buffer */
	const struct hisi_zip_sqe *before;	/* of the same stream */
	uint32_t tag;
};

/* 7.2.5 and 7.2.2: what a PF driver writes before anything can work. */
void zip_device_init(const struct qm *qm);
void zip_errors_init(const struct qm *qm);

/* Into the next element of the queue's SQ, without a doorbell. */
void zip_put(struct qp *qp, const struct zip_request *request);

/*
 * Put, ring, wait, give back. False: no completion, or of another slot. @answer
 * is the element as the device left it.
 */
bool zip_run(struct qp *qp, const struct zip_request *request,
	     struct hisi_zip_sqe *answer);

/* Where the revision keeps its tag (7.3). */
uint32_t zip_tag(const struct qm *qm, const struct hisi_zip_sqe *sqe);

static inline unsigned int zip_status(const struct hisi_zip_sqe *sqe)
{
	return sqe->dw3 & HISI_ZIP_DW3_STATUS_MASK;
}

/* How long a request may take in an emulated guest on a busy machine. */
#define ZIP_TIMEOUT_US	20000000

#endif /* ZIP_H */
