#!/bin/sh
# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# summary: each allocation of probe, open, mmap and start fails once
# kernel: kasan
# iommu: none virtio intel
# device: --revision v3
# programs: fail_nth
# product: wd_load
# kmod: warpdrive
# allows: warning trace
# matrix: full
# timeout: 600
. /lib/tap.sh
# shellcheck source=tests/vm/guest/warpdrive.sh
. /lib/warpdrive.sh

needs_vectors
pf=$(pci_find 19e5:a250)
load_settled uacce_mode=2
free=$(available)
# The kernel itself warns (remove_proc_entry) when an interrupt goes whose file in
# /proc could not be made: so warnings are allowed, reports of memory are not.
# Allocations that may sleep and single pages do not fail otherwise.
for kind in failslab fail_page_alloc; do
	ok "$kind" write N "/sys/kernel/debug/$kind/ignore-gfp-wait"
	# What fails is told by the calls; the stack of each is not needed.
	write 0 "/sys/kernel/debug/$kind/verbose"
done
write 0 /sys/kernel/debug/fail_usercopy/verbose
write 0 /sys/kernel/debug/fail_page_alloc/min-order
tap fail_nth queue "/dev/$zip"
ok "all queues are free again" wait_for 20 has_available "$free"
tap fail_nth probe /sys/bus/pci/drivers/hisi_zip "$pf"
ok "there is a file" wait_for 30 is_settled
is "all queues are free" "$(available)" "$free"
ok "requests" wd_load once "$zip" 1
ok "unload" unload
