#!/bin/sh
# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# summary: a device with an error is reset by the firmware's method, if that works and not too often
# arch: amd64
# iommu: intel
# device: --revision v3
# device v2: --revision v2
# firmware: reset
# product: wd_load
# kmod: warpdrive acomp_test
# matrix: full
# timeout: 200
. /lib/tap.sh
# shellcheck source=tests/vm/guest/warpdrive.sh
. /lib/warpdrive.sh

pf=$(pci_find 19e5:a250)
device=/sys/bus/pci/devices/$pf
driver=/sys/bus/pci/drivers/hisi_zip
debug=/sys/kernel/debug/hisi_qm/$pf

calls()
{
	host firmware calls
}

runs()
{
	grep -q '^state *running$' "$debug/state" && [ "$(count resets)" = "$1" ]
}

is_out()
{
	grep -q '^state *down, failed' "$debug/state" && [ "$(count failed_resets)" = "$1" ]
}

# serves NAME: processes and the kernel, by the device
serves()
{
	local before

	is "$1: in service" "$(cat "$sysfs/dev_state" "$sysfs/isolate" | tr '\n' ' ')" "0 0 "
	ok "$1: requests of a process" wd_load once "$zip" 2
	before=$(finished)
	cat /proc/acomp_test >/tmp/crypto
	tap cat /tmp/crypto
	ok "$1: requests of the kernel" [ "$(finished)" -gt "$before" ]
}

# resets N ERROR: the N-th error, and the device is back by itself
resets()
{
	# shellcheck disable=SC2086 # two words
	ok "error $1, $2" host emu ras $2
	ok "error $1: it is back" wait_for 20 runs "$1"
}

load_settled uacce_mode=2
is "probe begins with a reset" "$(calls)" 1
ok "acomp_test" insmod /lib/kmod/acomp_test.ko driver=hisi-zlib-acomp reference=hisi-zlib-soft
echo 2 >/sys/module/acomp_test/parameters/seconds
free=$(available)
serves "at first"

number=0
for error in "qm 2" "zip 1" "zip 4"; do
	number=$((number + 1))
	users 2 hold
	ok "$error: users" wait_for 60 at_work
	holders=$users
	users 4 busy
	ok "$error: more users" wait_for 60 at_work
	resets $number "$error"
	ended
	is "$error: users are told" "$endings" 10 || note "$(cat /tmp/users)"
	# shellcheck disable=SC2086 # a list
	kill -9 $holders
	is "$error: the method was called" "$(calls)" $((number + 1))
	serves "after $error"
done

ok "the method fails from now on" host firmware fails 3
ok "error 4" host emu ras qm 2
ok "error 4: out of service" wait_for 20 is_out 1
like "error 4: the step" "$(dmesg | grep "hisi_zip $pf: method")" "*method ZRST of the firmware failed in step 3"
not_ok "error 4: refused" wd_load once "$zip" 1
ok "the method works again" host firmware works
ok "error 4: a reset by hand" write 1 "$device/reset"
serves "after error 4"

for number in 5 6 7 8; do
	resets $number "qm 2"
done
serves "after 8 errors"
before=$(calls)
ok "error 9" host emu ras qm 2
ok "error 9: out of service" wait_for 20 is_out 2
like "error 9: why" "$(dmesg | grep "hisi_zip $pf: stays out of service" | tail -n 1)" \
	"*it failed more than 8 times in 10 minutes; reset it*"
is "error 9: the method is not called" "$(calls)" "$before"
not_ok "error 9: refused" wd_load once "$zip" 1
ok "error 9: a reset by hand" write 1 "$device/reset"
serves "after error 9"

ok "error 10" host emu ras qm 2
ok "error 10: out of service" wait_for 20 is_out 3
ok "unbind" write "$pf" $driver/unbind
ok "bind" write "$pf" $driver/bind
ok "there is a file" wait_for 30 is_settled
serves "bound again"
resets 1 "zip 1"
serves "after an error"

ok "all queues are free again" wait_for 20 has_available "$free"
ok "unload acomp_test" rmmod acomp_test
ok "unload" unload
