#!/bin/sh
# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# summary: the kernel's queues are back after many resets (resets=N), and after an error and a reset
# iommu: none virtio intel
# device: --revision v3
# device v2: --revision v2
# product: wd_load
# kmod: warpdrive acomp_test
# allows: pcie
# matrix: full
# timeout: 150
. /lib/tap.sh
# shellcheck source=tests/vm/guest/warpdrive.sh
. /lib/warpdrive.sh

needs_vectors
pf=$(pci_find 19e5:a250)
device=/sys/bus/pci/devices/$pf
debug=/sys/kernel/debug/hisi_qm/$pf

# crypto WHAT: it is the device that works, not software in its place
crypto()
{
	local before

	before=$(finished)
	cat /proc/acomp_test >/tmp/crypto
	tap cat /tmp/crypto
	ok "$1: requests of the kernel" [ "$(finished)" -gt "$before" ]
	ok "$1: requests of a process" wd_load once "$zip" 2
}

# reported NAME: whether errors of the engine are, as its register has it
reported()
{
	sed -n 's/^zip\.ras_nfe_enb = //p' "$debug/engine"
}

load_settled uacce_mode=2
ok "acomp_test" insmod /lib/kmod/acomp_test.ko driver=hisi-zlib-acomp reference=hisi-zlib-soft
echo 2 >/sys/module/acomp_test/parameters/seconds
crypto "at first"
classes=$(reported)
ok "errors are reported" [ -n "$classes" ]

resets=$(setting resets 20)
failed=0
for _ in $(seq "$resets"); do
	write 1 "$device/reset" || failed=$((failed + 1))
done
is "$resets resets" "$failed" 0
crypto "after them"

bus=$(dirname "$(readlink -f "$device")")/reset_subordinate
if [ ! -e "$bus" ]; then
	skip "a reset of the whole bus" "kernels have reset_subordinate from 6.13 on"
elif why=$(write 1 "$bus" 2>&1); then
	ok "a reset of the whole bus" true
	crypto "after it"
elif [ "$why" != "${why%Inappropriate ioctl for device}" ]; then
	skip "a reset of the whole bus" "the kernel knows none for this port, as it is a hotplug slot"
else
	is "a reset of the whole bus" "$why" ""
fi

# There is no firmware to reset it here, so such an error ends its service.
for error in "qm 2" "zip 1"; do
	# shellcheck disable=SC2086 # two words
	ok "error $error" host emu ras $error
	ok "error $error: out of service" wait_for 10 grep -q 'down, failed' "$debug/state"
	ok "error $error: the machine's way" host emu reset
	ok "error $error: a reset by hand" write 1 "$device/reset"
	is "error $error: in service" "$(cat "$sysfs/dev_state" "$sysfs/isolate" | tr '\n' ' ')" "0 0 "
	is "error $error: errors are reported" "$(reported)" "$classes"
	crypto "error $error"
done
ok "unload acomp_test" rmmod acomp_test
ok "unload" unload
