#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# summary: the modules are loaded and unloaded 20 times (rounds=N), devices come and go
# iommu: none virtio intel
# device: --revision v3
# device v2: --revision v2
# kmod: warpdrive
# timeout: 240
. /lib/tap.sh

[ "$ARCH" = arm64 ] || [ "$IOMMU" = intel ] ||
	skip_all "several interrupt vectors need an IOMMU that remaps them"

pf=$(pci_find 19e5:a250)
driver=/sys/bus/pci/devices/$pf/driver

# bound: the driver has the device, and users have a file
bound()
{
	[ -e "$driver" ] && [ -c /dev/hisi_zip-0 ]
}

load()
{
	insmod /lib/kmod/uacce.ko && insmod /lib/kmod/hisi_qm.ko &&
		insmod /lib/kmod/hisi_zip.ko uacce_mode=2
}

# versions: one, which all three have
versions()
{
	cat /sys/module/uacce/version /sys/module/hisi_qm/version \
		/sys/module/hisi_zip/version | sort -u
}

# An algorithm that the kernel is testing keeps its module for so long.
unload()
{
	wait_for 20 rmmod hisi_zip && rmmod hisi_qm && rmmod uacce
}

# left: what an unloaded module should have taken with it
left()
{
	ls -d /dev/hisi_zip-* /sys/class/uacce /sys/kernel/debug/hisi_qm "$driver" 2>/dev/null
	grep hisi /proc/crypto /proc/interrupts
}

before=$(dmesg | wc -l)
for round in $(seq "$(setting rounds 20)"); do
	ok "load $round" load
	ok "the device is there $round" wait_for 10 bound
	like "they have one version $round" "$(versions)" "[0-9]*.[0-9]*.[0-9]"
	ok "unload $round" unload
	is "nothing is left $round" "$(left)" ""
done
# Levels up to warning; what it has to say about modules of others, without an
# IOMMU and about a slow emulation is no complaint.
is "the kernel complains of nothing" "$(dmesg -r | tail -n "+$((before + 1))" |
	grep '^<[0-4]>' | grep -v -e 'taints kernel' -e 'no IOMMU: whoever' \
	-e 'hrtimer: interrupt took')" ""
