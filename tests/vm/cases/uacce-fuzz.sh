#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# summary: calls on a device's file in any order, from many processes, for 20 s (seconds=N)
# iommu: none virtio intel
# device: --revision v3
# programs: uacce_fuzz
# kmod: warpdrive
# timeout: 120
. /lib/tap.sh

[ "$ARCH" = arm64 ] || [ "$IOMMU" = intel ] ||
	skip_all "several interrupt vectors need an IOMMU that remaps them"

for module in uacce hisi_qm; do
	ok "load $module" insmod "/lib/kmod/$module.ko"
done
ok "load hisi_zip" insmod /lib/kmod/hisi_zip.ko uacce_mode=2
ok "there is a file" wait_for 10 test -c /dev/hisi_zip-0
tap uacce_fuzz hisi_zip-0 "$(setting seconds 20)"
for module in hisi_zip hisi_qm uacce; do
	ok "unload $module" rmmod "$module"
done
