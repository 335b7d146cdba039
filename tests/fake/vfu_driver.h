/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A driver by hand on a vfio-user client: what hisi-qm 4 and 5 make a driver
 * do, in the words the specification gives, with everything in the client's
 * memory.
 */
#ifndef VFU_DRIVER_H
#define VFU_DRIVER_H

#include "vfu_client.h"

#define VFU_DRIVER_RAM		0x1000000u
#define VFU_DRIVER_BASE		0x140000000ULL
#define VFU_DRIVER_DEPTH	16u

/* Where things are in memory. */
#define VFU_DRIVER_SRC		0x0400000u
#define VFU_DRIVER_DST		0x0800000u

struct vfu_driver {
	struct vfu_client *client;
	unsigned int revision;
	unsigned int head;
	unsigned int phase;
	unsigned int tail;
};

/* Config space: memory and bus master on, MSI enabled for all vectors. */
void vfu_driver_enable(struct vfu_client *client);
/* PF: memory initialised, @count queues from @base on for function @func. */
void vfu_driver_init_device(struct vfu_client *client);
void vfu_driver_give_queues(struct vfu_client *client, unsigned int revision,
			    unsigned int func, unsigned int base,
			    unsigned int count);
/* One 16-byte write, then polls. Return: status. */
unsigned int vfu_driver_mailbox(struct vfu_client *client, uint16_t command,
				uint16_t queue, uint64_t address);
/* Event queues and tables, then queue @qn 0 for requests of type @alg. */
void vfu_driver_start(struct vfu_driver *driver, struct vfu_client *client,
		      unsigned int revision, unsigned int alg);
/* A stateless zlib request from SRC to DST; rings the doorbell. */
void vfu_driver_send(struct vfu_driver *driver, uint32_t bytes,
		     uint32_t room);
/* Return: true if the next completion is there; it is taken. */
bool vfu_driver_poll(struct vfu_driver *driver);
/* Until it is there; false after a long time. */
bool vfu_driver_wait(struct vfu_driver *driver);
/* Arms the completion queue for an event and its interrupt. */
void vfu_driver_arm(struct vfu_driver *driver);
/* Word @dw of the element in @slot. */
uint32_t vfu_driver_answer(const struct vfu_driver *driver, unsigned int slot,
			   unsigned int dw);

#endif /* VFU_DRIVER_H */
