#!/bin/sh
# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# summary: errors of a link whose other device nobody drives: the kernel gives up
# iommu: none virtio intel
# device: --revision v3
# beside: pci-testdev
# product: wd_load
# kmod: warpdrive
# expects: pcie
# matrix: full
# timeout: 240
. /lib/tap.sh
# shellcheck source=tests/vm/guest/warpdrive.sh
. /lib/warpdrive.sh

needs_vectors
pf=$(pci_find 19e5:a250)
neighbour=$(pci_find 1b36:0005)

# given_up N: so many times the kernel was through with an error
given_up()
{
	[ "$(dmesg | grep -c 'AER: device recovery failed')" -ge "$1" ]
}

ends()
{
	dmesg | grep -q "hisi_zip $pf: stays out of service: PCI could not recover its link; remove it and rescan"
}

is "they share the port" "${neighbour%.*}" "${pf%.*}"
load_settled uacce_mode=2

# The link works, and so does the device.
users 2 busy
ok "users" wait_for 60 at_work
ok "a completion is late" link_error pf COMP_TIME
ok "the kernel gives up" wait_for 20 given_up 1
# shellcheck disable=SC2086 # a list
ok "users are still there" kill -0 $users
# shellcheck disable=SC2086 # a list
kill -9 $users
ended
ok "the device serves" wd_load once "$zip" 2
is "in service" "$(cat "$sysfs/dev_state" "$sysfs/isolate" | tr '\n' ' ')" "0 0 "

users 2 busy
ok "more users" wait_for 60 at_work
ok "the link fails" link_error pf DLP
ended
is "users are told" "$endings" 10 || note "$(cat /tmp/users)"
ok "the kernel gives up on it" wait_for 20 given_up 2
# Older kernels tell nobody that they have.
ok "the log says what to do" wait_for 150 ends
is "out of service" "$(cat "$sysfs/dev_state" "$sysfs/isolate" | tr '\n' ' ')" "-1 1 "
not_ok "no queues" wd_load once "$zip" 2

ok "remove it" write 1 "/sys/bus/pci/devices/$pf/remove"
ok "rescan the bus" write 1 /sys/bus/pci/rescan
ok "it is there" wait_for 30 is_settled
ok "it serves again" wd_load once "$zip" 2
ok "unload" unload
