#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# summary: requests through rings, every byte compared; files, with gzip as the judge
# iommu: none virtio intel
# device:
# modules: vfio-pci, vfio_iommu_type1 allow_unsafe_interrupts=1
# programs: zip_by_hand
. /lib/tap.sh

# shellcheck disable=SC2086 # options
tap zip_by_hand $DEVICE queue

head -c 1000000 /bin/busybox >/tmp/file
# shellcheck disable=SC2086
tap zip_by_hand $DEVICE file compress /tmp/file /tmp/ours.gz
ok "gzip takes what the device made" gzip -t /tmp/ours.gz
gunzip -c /tmp/ours.gz >/tmp/back
ok "and finds the same bytes" cmp /tmp/file /tmp/back

gzip -c /tmp/file >/tmp/theirs.gz
# shellcheck disable=SC2086
tap zip_by_hand $DEVICE file decompress /tmp/theirs.gz /tmp/back
ok "the device finds the bytes that gzip packed" cmp /tmp/file /tmp/back
