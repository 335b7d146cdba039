#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# summary: what the tests of a V3 PF show, with the other generations, VFs and isolation
# iommu: none virtio intel
# device v1: --revision v1
# device v2: --revision v2
# device isolation: --isolation
# device vf: --function vf
# device vf-v2: --function vf --revision v2
# device vf-isolation: --function vf --isolation
# modules: vfio-pci, vfio_iommu_type1 allow_unsafe_interrupts=1
# programs: zip_by_hand
# timeout: 90
. /lib/tap.sh

for command in bars mailbox queue irq; do
	# shellcheck disable=SC2086 # options
	tap zip_by_hand $DEVICE $command
done
case $DEVICE in
*isolation*)
	# shellcheck disable=SC2086
	tap zip_by_hand $DEVICE isolation
	;;
esac
