#!/bin/sh
# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# summary: who may use queues, and what each uacce_mode gives
# iommu: none virtio intel
# device: --revision v3
# programs: uacce_rights
# kmod: warpdrive
# timeout: 60
. /lib/tap.sh
# shellcheck source=tests/vm/guest/warpdrive.sh
. /lib/warpdrive.sh

needs_vectors

# Bit 6: taint at the request of user space.
tainted()
{
	[ $(($(cat /proc/sys/kernel/tainted) & 64)) != 0 ]
}

ok "mode 0" load uacce_mode=0
sleep 1
not_ok "has no file" [ -e "/dev/$zip" ]
not_ok "and does not taint" tainted
ok "unload" unload

# Kernels here have no isolating mode for this device.
logs "mode 1 names the parameter" uacce_mode=2 load uacce_mode=1
sleep 1
not_ok "has no file" [ -e "/dev/$zip" ]
not_ok "and does not taint" tainted
ok "unload" unload

load_settled uacce_mode=2
mode=$(cat "$sysfs/mode")
if [ "$IOMMU" = none ]; then
	is "mode 2 without an IOMMU" "$mode" noiommu
	ok "taints the kernel" tainted
else
	is "mode 2 with an IOMMU" "$mode" dma
	not_ok "does not taint" tainted
fi
is "a new file is root's" "$(stat -c '%a %u' "/dev/$zip")" "600 0"
tap uacce_rights "/dev/$zip" "$mode"
ok "unload" unload
