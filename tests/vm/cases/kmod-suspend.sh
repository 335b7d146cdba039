#!/bin/sh
# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# summary: suspend to idle with queues open: told, and in service again afterwards
# iommu: none intel
# device: --revision v3
# device v2: --revision v2
# product: wd_load
# kmod: warpdrive
# timeout: 90
. /lib/tap.sh
# shellcheck source=tests/vm/guest/warpdrive.sh
. /lib/warpdrive.sh

# Not with virtio-iommu: its driver has nothing for suspend, and waits for ever
# for its first answer afterwards, whichever device wants a mapping.

needs_vectors
[ -w /sys/power/pm_test ] || skip_all "this kernel has no CONFIG_PM_SLEEP_DEBUG"
pf=$(pci_find 19e5:a250)
load_settled uacce_mode=2
free=$(available)

is_out()
{
	grep -q '^state *down, failed' "/sys/kernel/debug/hisi_qm/$pf/state"
}

users 3 hold
ok "users" wait_for 60 at_work
holders=$users
users 2 busy
ok "more users" wait_for 60 at_work
# Devices are suspended, and resumed after some seconds.
write devices /sys/power/pm_test
ok "suspend to idle" write freeze /sys/power/state
ended
is "users are told" "$endings" 10
# shellcheck disable=SC2086 # a list
kill -9 $holders
is "the device runs" "$(sed -n 's/^state *//p' "/sys/kernel/debug/hisi_qm/$pf/state")" running
ok "requests" wd_load once "$zip" 2
ok "once more" write freeze /sys/power/state
ok "requests" wd_load once "$zip" 2

# An error at the last moment: its reset is the resume's, and finds no firmware.
reset=/sys/bus/pci/devices/$pf/reset
ok "an error" host emu ras qm 2
ok "and a suspend" write freeze /sys/power/state
ok "out of service" wait_for 10 is_out
ok "the machine's way" host emu reset
ok "a reset by hand" write 1 "$reset"
ok "requests" wd_load once "$zip" 2
ok "all queues are free again" wait_for 20 has_available "$free"
ok "unload" unload
