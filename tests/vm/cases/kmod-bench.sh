#!/bin/sh
# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# summary: what queues and requests cost here (rounds=N, -v shows it): a base for comparison
# kernel: stock
# iommu: none virtio intel
# device: --revision v3
# product: wd_load
# kmod: warpdrive acomp_test
# matrix: full
# timeout: 300
. /lib/tap.sh
# shellcheck source=tests/vm/guest/warpdrive.sh
. /lib/warpdrive.sh

needs_vectors
load_settled uacce_mode=2
wd_load cost "$zip" "$(setting rounds 200)" >/tmp/cost
is "all went well" $? 0
note "$(cat /tmp/cost)"
for format in deflate zlib; do
	ok "acomp_test" insmod /lib/kmod/acomp_test.ko bench=1 \
		"driver=hisi-$format-acomp" "reference=hisi-$format-soft"
	cat /proc/acomp_test >/tmp/cost
	ok "kernel requests, $format" grep -q 'tested: a page takes' /tmp/cost
	note "kernel requests, $format"
	grep '^#' /tmp/cost
	ok "unload acomp_test" rmmod acomp_test
done
ok "unload" unload
