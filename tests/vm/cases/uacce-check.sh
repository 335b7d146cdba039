#!/bin/sh
# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# summary: what user space may and may not do with a device's file
# iommu: none virtio intel
# device: --revision v3
# device isolation: --revision v3 --isolation
# device v2: --revision v2
# programs: uacce_check
# product: wd_load
# kmod: warpdrive
# timeout: 120
. /lib/tap.sh
# shellcheck source=tests/vm/guest/warpdrive.sh
. /lib/warpdrive.sh

needs_vectors
pf=$(pci_find 19e5:a250)

# What a process must not reach: masks of interrupts. The mailbox shows by what
# works afterwards.
masks()
{
	grep -e '_INT_MASK' "/sys/kernel/debug/hisi_qm/$pf/registers"
}

load_settled uacce_mode=2
mode=$(cat "$sysfs/mode")
if [ "$IOMMU" = none ]; then
	is "processes are not isolated" "$mode" noiommu
	# Bit 6: taint at the request of user space.
	is "and the kernel is tainted" $(($(cat /proc/sys/kernel/tainted) & 64)) 64
else
	not_ok "processes are isolated" [ "$mode" = noiommu ]
fi
before=$(masks)
ok "there are masks" [ -n "$before" ]
tap uacce_check "$zip"
is "masks are what they were" "$(masks)" "$before"
ok "queues can be had, and interrupts come" wd_load sleep "$zip" 0
ok "unload" unload
not_ok "the file is gone" [ -e "/dev/$zip" ]
