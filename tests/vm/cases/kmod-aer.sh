#!/bin/sh
# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# summary: errors of the PCIe link: those that end nothing, and a reset of the link
# iommu: none virtio intel
# device: --revision v3
# device v2: --revision v2
# product: wd_load
# kmod: warpdrive acomp_test
# expects: pcie
# matrix: full
# timeout: 150
. /lib/tap.sh
# shellcheck source=tests/vm/guest/warpdrive.sh
. /lib/warpdrive.sh

needs_vectors
pf=$(pci_find 19e5:a250)
debug=/sys/kernel/debug/hisi_qm/$pf

serves()
{
	is "$1: in service" "$(cat "$sysfs/dev_state" "$sysfs/isolate" | tr '\n' ' ')" "0 0 "
	is "$1: it runs" "$(sed -n 's/^state *//p' "$debug/state")" running
	ok "$1: requests" wd_load once "$zip" 2
}

load_settled uacce_mode=2
ok "acomp_test" insmod /lib/kmod/acomp_test.ko driver=hisi-zlib-acomp reference=hisi-zlib-soft
free=$(available)

# The link works, and so does the device: nobody notices.
users 2 busy
ok "users" wait_for 60 at_work
crypto_begin 5
ok "a completion is late" link_error pf COMP_TIME
ok "the kernel is through with it" wait_for 20 recovered 1
crypto_end
is "no reset" "$(count resets)" 0
# shellcheck disable=SC2086 # a list
ok "users are still there" kill -0 $users
# shellcheck disable=SC2086 # a list
kill -9 $users
ended
serves "after a late completion"

times=1
for error in DLP SDN; do
	users 2 hold
	ok "$error: users" wait_for 60 at_work
	holders=$users
	users 4 busy
	ok "$error: more users" wait_for 60 at_work
	crypto_begin 5
	ok "$error" link_error pf $error
	ended
	is "$error: users are told" "$endings" 10 || note "$(cat /tmp/users)"
	times=$((times + 1))
	ok "$error: the kernel is through with it" wait_for 30 recovered $times
	# shellcheck disable=SC2086 # a list
	kill -9 $holders
	crypto_end
	serves "after $error"
	is "$error: resets" "$(count resets)" $((times - 1))
	is "$error: none failed" "$(count failed_resets)" 0
done

# Nothing here resets a device alone. What the error has shut in it, opens the
# machine's way; then it comes back with its link.
ok "an error of the device" host emu ras qm 2
ok "isolated" wait_for 10 grep -q '^state *down, failed, isolated$' "$debug/state"
ok "the machine's way" host emu reset
ok "an error of the link, too" link_error pf DLP
ok "the kernel is through with both" wait_for 30 recovered $((times + 1))
serves "after both"
is "after both: none failed but the first" "$(count failed_resets)" 1

ok "all queues are free again" wait_for 20 has_available "$free"
ok "unload acomp_test" rmmod acomp_test
ok "unload" unload
