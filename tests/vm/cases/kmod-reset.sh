#!/bin/sh
# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# summary: resets, errors and removals with processes and crypto at work: all are told
# iommu: none virtio intel
# device: --revision v3
# device v2: --revision v2
# product: wd_load
# kmod: warpdrive acomp_test
# allows: pcie
# matrix: full
# timeout: 200
. /lib/tap.sh
# shellcheck source=tests/vm/guest/warpdrive.sh
. /lib/warpdrive.sh

needs_vectors
pf=$(pci_find 19e5:a250)
device=/sys/bus/pci/devices/$pf
driver=/sys/bus/pci/drivers/hisi_zip

# node: the name changes when a device comes back while files of it are open
node()
{
	set -- /dev/hisi_zip-*
	zip=${1##*/} sysfs=/sys/class/uacce/${1##*/}
	[ -c "$1" ]
}

# disturb NAME STATUS COMMAND...: what users end with
disturb()
{
	local name="$1" status="$2"
	shift 2

	users 2 hold
	ok "$name: users" wait_for 60 at_work
	holders=$users
	users 6 busy
	ok "$name: more users" wait_for 60 at_work
	# Last, as crypto takes every queue that is left.
	crypto_begin 4
	ok "$name" "$@"
	ended
	is "$name: users are told" "$endings" "$status" || note "$(cat /tmp/users)"
	# shellcheck disable=SC2086 # a list
	kill -9 $holders
	crypto_end
}

serves()
{
	ok "$1: there is a file" wait_for 20 node
	node
	ok "$1: requests" wd_load once "$zip" 2
	is "$1: it is in service" "$(cat "$sysfs/dev_state" "$sysfs/isolate" | tr '\n' ' ')" "0 0 "
}

rebind()
{
	write "$pf" $driver/unbind && write "$pf" $driver/bind
}

load_settled uacce_mode=2
ok "acomp_test" insmod /lib/kmod/acomp_test.ko driver=hisi-zlib-acomp reference=hisi-zlib-soft
free=$(available)

disturb "function level reset" 10 write 1 "$device/reset"
serves "after the reset"
for i in 1 2 3 4 5; do
	ok "reset $i" write 1 "$device/reset"
done
serves "after resets"

disturb "unbind and bind" 11 rebind
serves "after unbind and bind"

disturb "remove" 11 write 1 "$device/remove"
ok "rescan" write 1 /sys/bus/pci/rescan
serves "after remove and rescan"

logs "a corrected error is reported" "hisi_zip $pf" host emu ras qm 3
sleep 1
serves "after a corrected error"

# There is no firmware to reset it here, so such an error ends its service.
for error in "qm 2" "zip 1"; do
	# shellcheck disable=SC2086 # two words
	disturb "error $error" 10 host emu ras $error
	ok "$error: out of service" wait_for 10 grep -q failed "/sys/kernel/debug/hisi_qm/$pf/state"
	is "$error: isolated" "$(cat "$sysfs/isolate")" 1
	is "$error: no queue" "$(available)" 0
	not_ok "$error: refused" wd_load once "$zip" 1
	ok "$error: the machine's way" host emu reset
	ok "$error: bound again" rebind
	serves "after error $error"
done

wait
ok "all queues are free again" wait_for 20 has_available "$free"
ok "unload acomp_test" rmmod acomp_test
ok "unload" unload
