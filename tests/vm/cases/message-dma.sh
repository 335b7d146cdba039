#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# summary: the same work when every access to memory is a message through QEMU
# iommu: none virtio intel
# device:
# ram: private
# modules: vfio-pci, vfio_iommu_type1 allow_unsafe_interrupts=1
# programs: zip_by_hand
# timeout: 90
. /lib/tap.sh

for command in mailbox queue irq "fault unmapped"; do
	# shellcheck disable=SC2086 # options
	tap zip_by_hand $DEVICE $command
done
