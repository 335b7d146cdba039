/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A queue pair of any device behind the Queue Manager, for user drivers. */
#ifndef HISI_QM_QUEUE_H
#define HISI_QM_QUEUE_H

#include "hisi_qm_ring.h"
#include "wd_driver.h"

/**
 * struct hisi_qm_queue - a queue pair
 * @base: what the library sees
 * @ring: the rings
 * @dus: the DUS region
 * @dus_bytes: its size
 * @mmio: the MMIO region, NULL if the backend has none
 * @mmio_bytes: its size
 * @version: generation of the QM: 1, 2, 3, ...
 * @reported: that the device broke the protocol is in the log
 *
 * Drivers embed it as the first member of their own structure.
 */
struct hisi_qm_queue {
	struct wd_driver_queue base;
	struct hisi_qm_ring ring;
	void *dus;
	size_t dus_bytes;
	void *mmio;
	size_t mmio_bytes;
	unsigned int version;
	bool reported;
};

/* Generation of the QM by the name of its interface; 0 if it is not known. */
unsigned int hisi_qm_api_version(const char *api);

/*
 * hisi_qm_queue_open() - map, configure and start a queue pair
 * @q: zeroed memory; base.drv is the caller's to set
 * @ch: open channel
 * @qc_type: algorithm type of the device
 * @sqe_bytes: what the driver takes an entry of the SQ to be
 * @memory: as in struct wd_driver
 *
 * Return: 0; -ENOTSUP (shapes that this driver does not know); or -errno.
 */
int hisi_qm_queue_open(struct hisi_qm_queue *q, struct wd_channel *ch,
		       uint16_t qc_type, uint32_t sqe_bytes,
		       const struct wd_memory *memory);
void hisi_qm_queue_close(struct hisi_qm_queue *q, bool is_child);

/* The slow half of a send or receive that found the queue stopped. */
int hisi_qm_queue_dead(struct hisi_qm_queue *q) __attribute__((cold));

/* The operations of struct wd_driver that are the same for every device. */
int hisi_qm_queue_arm(struct wd_driver_queue *dq);
int hisi_qm_queue_wait(struct wd_driver_queue *dq, bool any,
		       uint32_t timeout_ms);
unsigned int hisi_qm_queue_reclaim(struct wd_driver_queue *dq, void **reqs,
				   unsigned int n);
void hisi_qm_queue_stats(struct wd_driver_queue *dq,
			 struct wd_queue_info *info);

#endif /* HISI_QM_QUEUE_H */
