#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# summary: kernel compression on the engine: self-tests, every shape of request
# iommu: none virtio intel
# device: --revision v3
# device v2: --revision v2
# kmod: warpdrive acomp_test
# matrix: full
# timeout: 240
. /lib/tap.sh

# selftest_of DRIVER: what /proc/crypto says about it
selftest_of()
{
	awk -v driver="$1" '$1 == "driver" { found = $3 == driver }
		$1 == "selftest" && found { print $3 }' /proc/crypto
}

# tested DRIVER: newer kernels test behind the module's back
tested()
{
	[ "$(selftest_of "$1")" = passed ]
}

# counter NAME: of the device's kernel compression
counter()
{
	sed -n "s/^crypto\.$1 = //p" /sys/kernel/debug/hisi_qm/*/engine
}

# try DRIVER REFERENCE
try()
{
	wait_for 20 tested "$1"
	is "$1 passes the kernel's self-test" "$(selftest_of "$1")" passed
	ok "module for $1" insmod /lib/kmod/acomp_test.ko "driver=$1" "reference=$2"
	tap cat /proc/acomp_test
	rmmod acomp_test
}

[ "$ARCH" = arm64 ] || [ "$IOMMU" = intel ] ||
	skip_all "several interrupt vectors need an IOMMU that remaps them"
for module in uacce hisi_qm hisi_zip; do
	ok "load $module" insmod "/lib/kmod/$module.ko"
done
[ "$VARIANT" = v2 ] || try hisi-deflate-acomp hisi-deflate-soft
try hisi-zlib-acomp hisi-zlib-soft
try hisi-gzip-acomp hisi-gzip-soft
ok "the device has done most of it" [ "$(counter finished)" -gt 2000 ]
# Input that is no stream, given on purpose.
ok "it has failed at little" [ "$(counter failed)" -lt 50 ]
for module in hisi_zip hisi_qm uacce; do
	ok "unload $module" rmmod "$module"
done
is "no algorithm is left" "$(grep -c hisi /proc/crypto)" 0
