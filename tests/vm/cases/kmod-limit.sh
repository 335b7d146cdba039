#!/bin/sh
# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# summary: a device that fails again and again is not reset any more, and comes back by hand
# iommu: none virtio intel
# device: --revision v3
# device v2: --revision v2
# product: wd_load
# kmod: warpdrive
# matrix: full
# timeout: 120
. /lib/tap.sh
# shellcheck source=tests/vm/guest/warpdrive.sh
. /lib/warpdrive.sh

needs_vectors
pf=$(pci_find 19e5:a250)
device=/sys/bus/pci/devices/$pf
driver=/sys/bus/pci/drivers/hisi_zip
state=/sys/kernel/debug/hisi_qm/$pf/state

# fails N: the failure, with how many resets there have been tried then
fails()
{
	ok "error $1" host emu ras qm 2
	ok "error $1: out of service" wait_for 10 has_failed "$1"
	not_ok "error $1: refused" wd_load once "$zip" 1
}

# A reset that failed is counted before its message.
has_failed()
{
	grep -q '^state *down, failed' "$state" && [ "$(count failed_resets)" = "$1" ] &&
		[ "$(dmesg | grep -c "hisi_zip $pf: stays out of service")" -ge "$1" ]
}

# by_hand NAME
by_hand()
{
	ok "$1: the machine's way" host emu reset
	ok "$1: a reset by hand" write 1 "$device/reset"
	is "$1: in service" "$(cat "$sysfs/dev_state" "$sysfs/isolate" | tr '\n' ' ')" "0 0 "
	ok "$1: requests" wd_load once "$zip" 2
}

# last_words: why it stays out of service
last_words()
{
	dmesg | sed -n "s/.*hisi_zip $pf: stays out of service: //p" | tail -n 1
}

load_settled uacce_mode=2
free=$(available)

# There is no firmware that could reset it here: each of these fails for that.
for i in 1 2 3 4 5 6 7 8; do
	fails "$i"
	like "error $i: why" "$(last_words)" "this machine's firmware has no method ZRST*"
	by_hand "error $i"
done
for i in 9 10; do
	fails "$i"
	like "error $i: why" "$(last_words)" "it failed more than 8 times in 10 minutes; reset it*"
	is "error $i: resets" "$(count resets)" "$i"
	is "error $i: isolated" "$(cat "$sysfs/isolate")" 1
	by_hand "error $i"
done

# Who binds the driver again begins anew.
ok "unbind" write "$pf" $driver/unbind
ok "bind" write "$pf" $driver/bind
ok "there is a file" wait_for 30 is_settled
ok "an error after that" host emu ras qm 2
ok "out of service" wait_for 10 grep -q '^state *down, failed' "$state"
ok "one reset" wait_for 10 sh -c "grep -q '^failed_resets *1$' ${state%/*}/counters"
like "why" "$(last_words)" "this machine's firmware has no method ZRST*"
by_hand "after that"
ok "all queues are free again" wait_for 20 has_available "$free"
ok "unload" unload
