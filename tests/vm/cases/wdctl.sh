#!/bin/sh
# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# summary: wdctl on the modules: the doctor names what is wrong, and its command mends it
# iommu: none virtio intel
# device: --revision v3
# product: wdctl
# kmod: warpdrive
# timeout: 180
. /lib/tap.sh
# shellcheck source=tests/vm/guest/warpdrive.sh
. /lib/warpdrive.sh

needs_vectors
pf=$(pci_find 19e5:a250)

# wrong KEY: of the first thing that is wrong, by the doctor
wrong()
{
	wdctl doctor --json 2>/dev/null | tr -d '\n' |
		sed -n 's/^.*"wrong": {\([^}]*\)}.*$/\1/p' |
		sed -n "s/^.*\"$1\": *\"\([^\"]*\)\".*\$/\1/p"
}

# mend: what the doctor says, as root
mend()
{
	eval "$(wrong mend | sed 's/sudo //g')"
}

# state: in a word
state()
{
	wdctl list | awk -v name="$1" '$1 == name { print $3 }'
}

# hold N: so many processes with a queue each, in $holders
hold()
{
	holders=
	n=0
	while [ $n -lt "$1" ]; do
		sleep 1000 <>"/dev/$zip" 2>/dev/null &
		holders="$holders $!"
		n=$((n + 1))
	done
}

is_isolated()
{
	[ "$(cat "$sysfs/isolate")" = 1 ]
}

is "no module" "$(wrong cause)" package-missing
ok "mode 0" load uacce_mode=0
is "mode 0" "$(wrong cause)" mode-off
is "has no queues" "$(state "$pf")" no-queues
ok "unload" unload

ok "mode 1" load uacce_mode=1
if [ "$IOMMU" = none ]; then
	is "mode 1 without an IOMMU" "$(wrong cause)" no-iommu
else
	is "mode 1 with an IOMMU that cannot isolate" "$(wrong cause)" \
		mode-not-isolating
fi
ok "unload" unload

load_settled uacce_mode=2
is "mode 2 is ready" "$(state $zip)" ready
like "the driver's version is shown" "$(wdctl list --json | tr -d '\n')" \
	"*\"driver_version\": *\"$(cat /sys/module/hisi_zip/version)\"*"
ok "the doctor finds nothing" wdctl doctor
ok "self test" wdctl selftest "$zip"
ok "benchmark" wdctl bench -t 10 -s 4k "$zip"

ok "a threshold" wdctl isolate "$zip" 5
is "is the kernel's" "$(cat "$sysfs/isolate_strategy")" 5

ok "an error that nothing here can mend" host emu ras qm 2
ok "isolates" wait_for 10 is_isolated
is "isolated" "$(wrong cause)" isolated
ok "the machine's way" host emu reset
ok "is mended" mend
ok "the device is back" wait_for 30 is_settled
is "and good" "$(wrong cause)" ""

echo "$pf" >/sys/bus/pci/drivers/hisi_zip/unbind
is "no driver" "$(wrong cause)" driver-not-bound
ok "is mended" mend
ok "the device is back" wait_for 30 is_settled
is "and good" "$(wrong cause)" ""

mv "/dev/$zip" "/dev/away"
is "no device file" "$(wrong cause)" node-missing
: >"/dev/$zip"
is "another file in its place" "$(wrong cause)" node-wrong
mv "/dev/away" "/dev/$zip"

hold "$(available)"
ok "all queues are held" wait_for 20 has_available 0
is "no free queue" "$(wrong cause)" no-free-queue
is "busy" "$(state $zip)" busy
ok "who has them is shown" sh -c "wdctl show $zip | grep -q 'held by *sleep'"
# shellcheck disable=SC2086 # numbers
kill $holders
ok "queues come back" wait_for 20 sh -c "! wdctl doctor | grep -q '^WRONG'"
ok "unload" unload
