#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# summary: every fault that can be injected looks as the specification says, and ends
# iommu: none virtio intel
# device:
# device v1: --revision v1
# device v2: --revision v2
# device vf: --function vf
# modules: vfio-pci, vfio_iommu_type1 allow_unsafe_interrupts=1
# programs: zip_by_hand
. /lib/tap.sh

# shellcheck disable=SC2086 # options
tap zip_by_hand $DEVICE fault all
