#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# summary: what user space may and may not do with a device's file
# iommu: none virtio intel
# device: --revision v3
# device isolation: --revision v3 --isolation
# device v2: --revision v2
# programs: uacce_check
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

mode=$(cat /sys/class/uacce/hisi_zip-0/mode)
if [ "$IOMMU" = none ]; then
	is "processes are not isolated" "$mode" noiommu
	# Bit 6: taint at the request of user space.
	is "and the kernel is tainted" $(($(cat /proc/sys/kernel/tainted) & 64)) 64
else
	not_ok "processes are isolated" [ "$mode" = noiommu ]
fi
tap uacce_check hisi_zip-0
for module in hisi_zip hisi_qm uacce; do
	ok "unload $module" rmmod "$module"
done
not_ok "the file is gone" [ -e /dev/hisi_zip-0 ]
