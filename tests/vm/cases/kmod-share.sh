#!/bin/sh
# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# summary: kernel compression leaves queues to processes (user_q_num)
# iommu: none virtio intel
# device: --revision v3
# product: wd_load
# kmod: warpdrive acomp_test
# matrix: full
# timeout: 90
. /lib/tap.sh
# shellcheck source=tests/vm/guest/warpdrive.sh
. /lib/warpdrive.sh

needs_vectors
pf=$(pci_find 19e5:a250)

transforms()
{
	sed -n 's/^crypto\.transforms = //p' "/sys/kernel/debug/hisi_qm/$pf/engine"
}

# share NAME QUEUES TRANSFORMS PARAMETER...: 40 transforms would like two queues
# each; so many of them get theirs, and so many queues are left
share()
{
	local name="$1" left="$2" got="$3"
	shift 3

	load_settled uacce_mode=2 "$@"
	ok "$name: acomp_test" insmod /lib/kmod/acomp_test.ko driver=hisi-zlib-acomp reference=hisi-zlib-soft
	echo 60 >/sys/module/acomp_test/parameters/seconds
	cat /proc/acomp_test >/tmp/busy &
	ok "$name: transforms have $got pairs of queues" wait_for 50 eval "[ \"\$(transforms)\" = $got ]"
	is "$name: queues for processes" "$(available)" "$left"
	[ "$left" = 0 ] || ok "$name: which work" wd_load once "$zip" 2
	echo 0 >/sys/module/acomp_test/parameters/seconds
	wait
	tap cat /tmp/busy
	ok "$name: unload acomp_test" rmmod acomp_test
	ok "$name: unload" unload
}

share "as a rule" 16 24 pf_q_num=64
share "half of few" 8 4 pf_q_num=16
share "none" 0 8 pf_q_num=16 user_q_num=0
