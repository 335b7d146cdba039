/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * User interface of a queue behind the HiSilicon Queue Manager, beside the
 * calls of every accelerator queue in <misc/uacce/uacce.h>.
 */
#ifndef _UAPI_MISC_UACCE_HISI_QM_H
#define _UAPI_MISC_UACCE_HISI_QM_H

#include <linux/ioctl.h>
#include <linux/types.h>

/**
 * struct hisi_qp_ctx - what a queue is for
 * @id: out: number of the queue pair within its function
 * @qc_type: in: algorithm type; ZIP: 0 compress, 1 decompress
 */
struct hisi_qp_ctx {
	__u16 id;
	__u16 qc_type;
};

/**
 * struct hisi_qp_info - the shape of the rings in the DUS region
 * @sqe_size: out: bytes of a submission queue element
 * @sq_depth: out: entries of the submission queue, which is at offset 0
 * @cq_depth: out: entries (of 16 bytes) of the completion queue, which follows
 *	the submission queue directly
 * @reserved: out: 0
 */
struct hisi_qp_info {
	__u32 sqe_size;
	__u16 sq_depth;
	__u16 cq_depth;
	__u64 reserved;
};

/* Takes effect at the next UACCE_CMD_START_Q. */
#define UACCE_CMD_QM_SET_QP_CTX		_IOWR('H', 10, struct hisi_qp_ctx)

/* Drivers without it have 1024 entries in both queues. */
#define UACCE_CMD_QM_SET_QP_INFO	_IOWR('H', 11, struct hisi_qp_info)

/*
 * The last eight bytes of the DUS region. Cleared when the queue is allocated;
 * on an error or a reset the kernel sets TX before it stops the queue and RX
 * after. A queue with a set flag never comes back.
 */
#define HISI_QM_DUS_RX_STOP_FROM_END	8
#define HISI_QM_DUS_TX_STOP_FROM_END	4

#endif /* _UAPI_MISC_UACCE_HISI_QM_H */
