#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# summary: a PF gives queues to a VF beside it, and neither disturbs the other
# iommu: none virtio intel
# device: --vfs 1
# device v1: --revision v1 --vfs 1
# device v2: --revision v2 --vfs 1
# device isolation: --isolation --vfs 1
# functions: pf vf1
# modules: vfio-pci, vfio_iommu_type1 allow_unsafe_interrupts=1
# programs: zip_by_hand
. /lib/tap.sh

# shellcheck disable=SC2086 # options
tap zip_by_hand $DEVICE vf
