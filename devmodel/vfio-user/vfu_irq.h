/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The messages (MSI) of a function on their way to the client: an eventfd for
 * each, as SET_IRQS gives them. Serialised by the caller.
 */
#ifndef VFU_IRQ_H
#define VFU_IRQ_H

#include <stdbool.h>

#include "pci_config.h"
#include "vfu_connection.h"

struct vfu_irqs {
	unsigned int count;
	int fds[PCI_CONFIG_MSI_MAX];	/* -1: none */
};

void vfu_irqs_init(struct vfu_irqs *irqs, unsigned int count);
/* Closes all. */
void vfu_irqs_clear(struct vfu_irqs *irqs);

/* Return: false if nobody wants it. */
bool vfu_irqs_send(struct vfu_irqs *irqs, unsigned int message);

/**
 * vfu_irqs_set() - carries out SET_IRQS
 *
 * As <linux/vfio.h> defines it, with two differences: descriptors come beside
 * the message, none of them takes away what was set; and sets may be extended
 * although NORESIZE is told, as a client that passes few descriptors a message
 * needs several of them.
 *
 * Return: 0, -EINVAL, -ENOTTY (mask and unmask, which MSI does in configuration
 * space).
 */
int vfu_irqs_set(struct vfu_irqs *irqs, const struct vfu_message *message);

#endif /* VFU_IRQ_H */
