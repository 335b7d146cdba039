#!/bin/sh
# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# summary: virtual functions beside their PF: queues of their own, resets of either
# iommu: none virtio intel
# device: --revision v3 --vfs 2
# device v2: --revision v2 --vfs 2
# functions: pf vf1 vf2
# product: wd_load
# kmod: warpdrive
# expects: pcie
# timeout: 120
. /lib/tap.sh
# shellcheck source=tests/vm/guest/warpdrive.sh
. /lib/warpdrive.sh

needs_vectors
driver=/sys/bus/pci/drivers/hisi_zip
pf=$(pci_find 19e5:a250)
vfs=$(pci_find 19e5:a251)
vf=${vfs%%[!0-9a-f:.]*}

# bind FUNCTION
bind()
{
	write "$1" $driver/bind
}

# all_serve WHAT: each file there is
all_serve()
{
	for node in /dev/hisi_zip-*; do
		ok "$1: ${node##*/}" wd_load once "${node##*/}" 2
	done
}

is "two VFs" "$(echo "$vfs" | wc -l)" 2
write 0 /sys/bus/pci/drivers_autoprobe
ok "load" load uacce_mode=2
ok "bind the PF" bind "$pf"
not_ok "a VF without queues is refused" bind "$vf"
ok "queues for the VFs" host emu vfs 2
for function in $vfs; do
	ok "bind $function" bind "$function"
done
ok "they have files" wait_for 20 test -c /dev/hisi_zip-2
ok "settled" wait_for 30 is_settled
is "three files" "$(find /dev -name 'hisi_zip-*' | wc -l)" 3
all_serve "at first"

zip=hisi_zip-1
users 3 busy
ok "users of a VF" wait_for 60 at_work
ok "function level reset of the VF" write 1 "/sys/bus/pci/devices/$vf/reset"
ended
is "users are told" "$endings" 10
all_serve "after a VF's reset"

# As on a host, where it is the link of its PF, too. Requests that a VF loses are
# an error of the device, which only its PF could deal with: there are none.
users 2 hold
ok "users who wait" wait_for 60 at_work
ok "an error of the VF's link" link_error vf1 DLP
ok "the kernel is through with it" wait_for 30 recovered 1
# shellcheck disable=SC2086 # a list
kill -9 $users
ended
all_serve "after the error of the link"
is "the VF is in service" "$(cat "/sys/class/uacce/$zip/dev_state" "/sys/class/uacce/$zip/isolate" | tr '\n' ' ')" "0 0 "

ok "unbind the VF" write "$vf" $driver/unbind
ok "bind it again" bind "$vf"
ok "it has a file" wait_for 20 sh -c '[ "$(find /dev -name "hisi_zip-*" | wc -l)" = 3 ]'
all_serve "with the VF bound again"
ok "unload" unload
