/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Of struct vfu_device, for the parts of the server only. */
#ifndef VFU_DEVICE_PORT_H
#define VFU_DEVICE_PORT_H

#include "vfu_device.h"
#include "vfu_loop.h"

/**
 * struct vfu_device_port - where a function's memory and interrupts are
 * @arg: handed to all of them
 * @dma_read: as in struct hisi_qm_model_host
 * @dma_write: likewise
 * @raise_irq: send an interrupt; must not wait
 */
struct vfu_device_port {
	void *arg;
	int (*dma_read)(void *arg, uint64_t address, void *buf, size_t bytes);
	int (*dma_write)(void *arg, uint64_t address, const void *buf,
			 size_t bytes);
	void (*raise_irq)(void *arg, unsigned int vector);
};

/* Without one (NULL) accesses fail and interrupts get lost. No request of the
 * function may be out.
 */
void vfu_device_set_port(struct vfu_device *dev, unsigned int func,
			 const struct vfu_device_port *port);

/* Waits of the loop's thread go on serving it; NULL: there is none. */
void vfu_device_set_loop(struct vfu_device *dev, struct vfu_loop *loop);

/**
 * vfu_device_try_write() - a register write that does not wait
 *
 * Return: false if the model is not free. The loop is woken when it is, and
 * until vfu_device_caught_up() no new request begins.
 */
bool vfu_device_try_write(struct vfu_device *dev, unsigned int func,
			  unsigned int bar, uint64_t offset, const void *buf,
			  unsigned int bytes);
void vfu_device_caught_up(struct vfu_device *dev);

/*
 * Around the wait for a client's answer, in any thread. If it is the one in the
 * model, other threads may read registers meanwhile; only then true is returned
 * and vfu_device_wait_end() is to follow. A worker at a request's data is not in
 * the model.
 */
bool vfu_device_wait_begin(struct vfu_device *dev);
void vfu_device_wait_end(struct vfu_device *dev);

void vfu_device_trace(const struct vfu_device *dev,
		      const struct vfu_trace *event);
void vfu_device_count_irq(struct vfu_device *dev, bool is_dropped);
void vfu_device_count_message(struct vfu_device *dev);

#endif /* VFU_DEVICE_PORT_H */
