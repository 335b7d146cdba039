/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * DOC: the part of a PF driver that VFs depend on
 *
 * A VF works once somebody has initialised the device through the PF and given
 * the VF queues in the virtual function table (VFT). Where no guest has the PF,
 * or its guest cannot enable VFs as QEMU hides SR-IOV, the emulator does it,
 * through the same registers as a driver.
 */
#ifndef PF_SETUP_H
#define PF_SETUP_H

#include "hisi_qm_model.h"

struct vfu_device;

/** Queues that the PF keeps for itself (hisi-qm 1.5). */
#define PF_SETUP_QUEUES	64

/** pf_setup_own_queues() - fewer, if the device has not many more than these */
unsigned int pf_setup_own_queues(unsigned int device_queues);

/**
 * pf_setup_device() - what a PF driver does at probe (hisi-qm 5.1, 5.9; hisi-zip
 * 7.2.5), without starting queues of its own
 * @dev: as after power on
 * @revision: HISI_QM_REV_V1, _V2 or _V3
 *
 * Return: 0, -ETIMEDOUT if the memory initialisation does not finish, -EBUSY if
 * the VFT port is not ready.
 */
int pf_setup_device(struct vfu_device *dev, unsigned int revision);

/**
 * pf_setup_vfs() - give the queues that the PF does not have to VFs
 * @dev: device whose PF has its entry in the VFT
 * @revision: its generation
 * @max_vfs: VFs that it can have; those beyond @vfs lose their queues
 * @vfs: VFs to be served; on V1 one at most
 *
 * The VFT port is left as it was found, so a PF driver that is not using it at
 * the moment notices nothing.
 *
 * Return: 0, -EINVAL if there are not that many VFs, -ENODEV if the PF has no
 * entry, -ENOSPC if there are fewer queues than VFs, -EBUSY if the VFT port is
 * in use.
 */
int pf_setup_vfs(struct vfu_device *dev, unsigned int revision,
		 unsigned int max_vfs, unsigned int vfs);

/** struct pf_setup_share - queues of one VF, as in the VFT */
struct pf_setup_share {
	unsigned int base;
	unsigned int count;
};

/**
 * pf_setup_divide() - how queues are divided among VFs (hisi-qm 1.5)
 * @first: number of the first queue that is not the PF's
 * @queues: how many there are from there on, @vfs at least
 * @most: most that one function can have
 * @vfs: VFs
 * @shares: filled in: @vfs elements, that of VF i at i - 1
 */
void pf_setup_divide(unsigned int first, unsigned int queues, unsigned int most,
		     unsigned int vfs, struct pf_setup_share *shares);

#endif /* PF_SETUP_H */
