#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# summary: registers at rest, capabilities, memory initialisation, the function table
# iommu: none virtio intel
# device:
# modules: vfio-pci, vfio_iommu_type1 allow_unsafe_interrupts=1
# programs: zip_by_hand
. /lib/tap.sh

# shellcheck disable=SC2086 # options
tap zip_by_hand $DEVICE bars
