#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# summary: calls on a device's file in any order, from many processes, for 20 s (seconds=N)
# iommu: none virtio intel
# device: --revision v3
# programs: uacce_fuzz
# kmod: warpdrive
# timeout: 120
. /lib/tap.sh
# shellcheck source=tests/vm/guest/warpdrive.sh
. /lib/warpdrive.sh

needs_vectors
load_settled uacce_mode=2
tap uacce_fuzz "$zip" "$(setting seconds 20)"
ok "unload" unload
