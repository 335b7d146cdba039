/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * DOC: PCI configuration space of one function
 *
 * What a guest finds in 4096 bytes: identity, BARs, the PCI Express, MSI and
 * power management capabilities, the AER, ARI and SR-IOV extended ones. A VF
 * looks like an ordinary function with ids and BARs of its own, as VFIO
 * presents it (a VF on the bus reads ones there).
 *
 * No threads, no I/O, no allocation; the caller serialises all calls on one
 * object. Whatever is written, the object stays consistent.
 */
#ifndef PCI_CONFIG_H
#define PCI_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PCI_CONFIG_BYTES	4096
#define PCI_CONFIG_MSI_MAX	32

/* Where the capabilities are; a VF has only the first two of these. */
#define PCI_CONFIG_CAP_EXP	0x40
#define PCI_CONFIG_CAP_MSI	0x80
#define PCI_CONFIG_CAP_PM	0xb0
#define PCI_CONFIG_EXT_AER	0x100
#define PCI_CONFIG_EXT_SRIOV	0x200

/** struct pci_config_params - what distinguishes one function from another
 * @is_vf: a VF; no power management, AER or SR-IOV
 * @device_id: device id, and subsystem id
 * @revision: revision id
 * @bar2_bytes: size of BAR 2, a power of two; 0 if there is none
 * @bar4_bytes: size of BAR 4, likewise
 * @msi_vectors: messages that can be asked for, a power of two up to 32
 * @total_vfs: PF: VFs in the SR-IOV capability; 0 if there is none
 * @vf_device_id: device id of these
 * @vf_bar2_bytes: size of BAR 2 of each
 * @vf_bar4_bytes: size of BAR 4 of each; 0 if there is none
 */
struct pci_config_params {
	bool is_vf;
	uint16_t device_id;
	uint8_t revision;
	uint64_t bar2_bytes;
	uint64_t bar4_bytes;
	unsigned int msi_vectors;
	unsigned int total_vfs;
	uint16_t vf_device_id;
	uint64_t vf_bar2_bytes;
	uint64_t vf_bar4_bytes;
};

/** struct pci_config - configuration space; fields are pci_config.c's
 * @params: as given
 * @bytes: what is read
 * @writable: bits that take what is written
 * @clearable: bits that a written 1 clears
 */
struct pci_config {
	struct pci_config_params params;
	uint8_t bytes[PCI_CONFIG_BYTES];
	uint8_t writable[PCI_CONFIG_BYTES];
	uint8_t clearable[PCI_CONFIG_BYTES];
};

/** pci_config_init() - a function as it is after power on */
void pci_config_init(struct pci_config *cfg,
		     const struct pci_config_params *params);

/** pci_config_reset() - everything as after power on; for FLR too */
void pci_config_reset(struct pci_config *cfg);

/**
 * pci_config_read() - a read by the guest
 * @cfg: configuration space
 * @offset: any alignment
 * @buf: @len bytes
 * @len: any
 *
 * Return: 0, -EINVAL if the range leaves the 4096 bytes.
 */
int pci_config_read(const struct pci_config *cfg, uint64_t offset, void *buf,
		    size_t len);

/**
 * pci_config_write() - a write by the guest
 * @cfg: configuration space
 * @offset: any alignment
 * @buf: @len bytes
 * @len: any
 * @deliver: set to the messages (bit i: message i) that were pending and are
 *	to be delivered now; they are pending no more
 * @flr: set to whether the guest asks for a function level reset, which is the
 *	caller's to carry out, with pci_config_reset()
 *
 * Return: 0, -EINVAL if the range leaves the 4096 bytes; @deliver is 0 and
 * @flr false then.
 */
int pci_config_write(struct pci_config *cfg, uint64_t offset, const void *buf,
		     size_t len, uint32_t *deliver, bool *flr);

/** pci_config_bus_master() - may the function access memory and send messages?
 *
 * Not with Bus Master Enable off, nor in a power state other than D0.
 */
bool pci_config_bus_master(const struct pci_config *cfg);

/**
 * pci_config_msi_message() - the message that carries an interrupt
 * @cfg: configuration space
 * @vector: number of the interrupt, below 32 or not
 *
 * A guest may enable fewer messages than the function asks for. Then
 * interrupts share messages: the low bits of the number count, as these are
 * what a function changes in the message's data (PCI Local Bus 3.0, 6.8.3).
 * With MSI not enabled here, all messages that the function has are assumed:
 * a client that is no virtual machine need not set the bit, SET_IRQS is enough.
 *
 * Return: number of the message, below @msi_vectors.
 */
unsigned int pci_config_msi_message(const struct pci_config *cfg,
				    unsigned int vector);

/**
 * pci_config_msi_raise() - an interrupt wants to be sent
 * @cfg: configuration space
 * @vector: number of the interrupt; pci_config_msi_message() is applied to it
 *
 * Return: true if the message is to be delivered now; false if it is masked
 * and has been marked as pending.
 */
bool pci_config_msi_raise(struct pci_config *cfg, unsigned int vector);

#endif /* PCI_CONFIG_H */
