#!/bin/sh
# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# summary: kernel compression goes on while its device goes, comes, hangs and dies
# iommu: none virtio intel
# device: --revision v3
# device v2: --revision v2
# allows: pcie
# kmod: warpdrive acomp_test
# matrix: full
# timeout: 500
. /lib/tap.sh

[ "$ARCH" = arm64 ] || [ "$IOMMU" = intel ] ||
	skip_all "several interrupt vectors need an IOMMU that remaps them"

driver=hisi-zlib-acomp
pf=$(pci_find 19e5:a250)
device=/sys/bus/pci/devices/$pf

# counter NAME: of the device's kernel compression
counter()
{
	sed -n "s/^crypto\\.$1 = //p" "/sys/kernel/debug/hisi_qm/$pf/engine"
}

# begin SECONDS: many transforms are busy from now on
begin()
{
	echo "$1" >/sys/module/acomp_test/parameters/seconds
	cat /proc/acomp_test >/tmp/busy &
	sleep 2
}

# end WHAT: none of them may have noticed
end()
{
	wait
	tap cat /tmp/busy
	note "$1: transforms $(counter transforms), finished $(counter finished), failed $(counter failed), stuck $(stuck)"
}

# stuck: queues without an answer until now
stuck()
{
	dmesg | grep -c "a queue does not answer"
}

# works: the device does what it is there for
works()
{
	before=$(counter finished)
	begin 3
	end "check"
	[ "$(counter finished)" -gt "${before:-0}" ]
}

write()
{
	echo "$1" >"$2"
}

rebind()
{
	ok "unbind" write "$pf" /sys/bus/pci/drivers/hisi_zip/unbind
	sleep 1
	ok "bind" write "$pf" /sys/bus/pci/drivers/hisi_zip/bind
}

for module in uacce hisi_qm hisi_zip; do
	ok "load $module" insmod "/lib/kmod/$module.ko"
done
ok "acomp_test" insmod /lib/kmod/acomp_test.ko "driver=$driver" reference=hisi-zlib-soft
not_ok "a module with transforms stays" rmmod hisi_zip

begin 15
rebind
end "unbind and bind"
works
ok "transforms use it again" [ "$(counter transforms)" -ge 1 ]

begin 6
ok "remove" write 1 "$device/remove"
sleep 1
ok "rescan" write 1 /sys/bus/pci/rescan
end "remove and rescan"
works
ok "transforms use the new one" [ "$(counter transforms)" -ge 1 ]

begin 6
for i in 1 2 3; do
	ok "function level reset $i" write 1 "$device/reset"
	sleep 1
done
end "function level reset"
works
ok "it works after resets" [ "$(counter transforms)" -ge 1 ]

host emu inject shuffle-cqe on 8
begin 4
host emu inject shuffle-cqe off
end "completions in another order"

host emu inject drop-doorbells on 5
begin 2
end "lost doorbells"
host emu inject wrong-cqe on 3
begin 2
end "wrong completions"
ok "the device is in use all the same" [ "$(counter transforms)" -ge 1 ]
ok "lost requests have been noticed" [ "$(stuck)" -ge 3 ]

host emu inject dma on 20
begin 4
end "accesses to memory fail"
host emu inject dma off
rebind
works
ok "it works when bound again" [ "$(counter transforms)" -ge 1 ]

begin 4
host emu ras zip 4
end "error of the engine"
rebind
works
ok "it works when bound again" [ "$(counter transforms)" -ge 1 ]

begin 4
host emu remove
end "device is gone"
ok "unload acomp_test" rmmod acomp_test
for module in hisi_zip hisi_qm uacce; do
	ok "unload $module" rmmod "$module"
done
