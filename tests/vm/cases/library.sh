#!/bin/sh
# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# summary: wdzip and the library's queues through the device's file, against gzip
# iommu: none virtio intel
# device: --revision v3
# device v2: --revision v2
# device isolation: --revision v3 --isolation
# product: wdzip wd_load
# kmod: warpdrive
# timeout: 120
. /lib/tap.sh
# shellcheck source=tests/vm/guest/warpdrive.sh
. /lib/warpdrive.sh

needs_vectors

# trip FILE OPTION...: by wdzip and back by gzip, and the other way round
trip()
{
	local file=$1
	shift

	wdzip --device="$zip" -c "$@" "$file" >/tmp/packed.gz &&
		gzip -dc /tmp/packed.gz | cmp - "$file" &&
		wdzip --device="$zip" -dc /tmp/packed.gz | cmp - "$file" &&
		gzip -c "$file" | wdzip --device="$zip" -dc | cmp - "$file"
}

load_settled uacce_mode=2
[ "$IOMMU" = none ] && wanted=noiommu || wanted=dma
is "its mode" "$(cat "$sysfs/mode")" "$wanted"
free=$(available)

: >/tmp/empty
printf x >/tmp/byte
head -c 3000000 /dev/urandom >/tmp/noise
head -c 9000000 /dev/zero >/tmp/zeros
for file in /bin/busybox /bin/wdzip /tmp/empty /tmp/byte /tmp/noise /tmp/zeros; do
	ok "$file there and back" trip "$file"
done
ok "on four queues" trip /bin/busybox --queues=4
before=$(requests)
ok "processes at once" at_once 12 wd_load once "$zip" 3
ok "that was the device" [ "$(requests)" -ge $((before + 12 * 3 * 64)) ]
ok "all queues" wd_load all "$zip" 1
ok "all queues are free again" wait_for 20 has_available "$free"
host emu slow 700000
users 2 sleep
ok "two sleep" wait_for 60 at_work
ended
is "an answer that takes long wakes them" "$endings" 0
host emu slow 0
ok "unload" unload
