#!/bin/sh
# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# summary: processes are killed with requests in flight, 40 times (kills=N)
# iommu: none virtio intel
# device: --revision v3
# device v2: --revision v2
# product: wd_load wdzip
# kmod: warpdrive
# timeout: 120
. /lib/tap.sh
# shellcheck source=tests/vm/guest/warpdrive.sh
. /lib/warpdrive.sh

needs_vectors
load_settled uacce_mode=2
free=$(available)
kills=$(setting kills 40)

# One in eight works for hours, and is killed at any time; others have all in
# flight that a queue takes, and nobody who takes the answers.
victim()
{
	if [ $(($1 % 8)) = 0 ]; then
		wdzip --device="$zip" -c </dev/zero >/dev/null 2>&1 &
	elif [ $(($1 % 2)) = 0 ]; then
		wd_load busy "$zip" 1000 >/dev/null &
	else
		wd_load hold "$zip" 0 >/dev/null &
	fi
}

round=0
while [ $round -lt "$kills" ]; do
	pids=""
	for _ in 1 2 3 4; do
		victim $round
		pids="$pids $!"
		round=$((round + 1))
	done
	sleep "0.$((round * 7 % 10))$((round % 10))"
	# shellcheck disable=SC2086 # a list
	kill -9 $pids
	# shellcheck disable=SC2086
	wait $pids
done 2>/dev/null
note "$round processes killed"
ok "all $free queues are free again" wait_for 20 has_available "$free"
ok "and work" at_once 4 wd_load once "$zip" 2
ok "all of them" wd_load all "$zip" 1
pf=$(pci_find 19e5:a250)
is "no queue had an error" "$(count queue_errors)" 0
is "none was made up" "$(count bogus_errors)" 0
is "no mailbox command failed" "$(count mailbox_errors)" 0
ok "unload" unload
