#!/bin/sh
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

[ "$ARCH" = arm64 ] || [ "$IOMMU" = intel ] ||
	skip_all "several interrupt vectors need an IOMMU that remaps them"

zip=hisi_zip-0

available()
{
	cat "/sys/class/uacce/$zip/available_instances"
}

# requests: that the device has executed
requests()
{
	host emu status | sed -n 's/^requests: \([0-9]*\) done.*/\1/p'
}

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

# at_once N COMMAND...: as many processes, none of which may fail
at_once()
{
	local n=$1 pids="" pid status=0
	shift

	while [ "$n" -gt 0 ]; do
		"$@" &
		pids="$pids $!"
		n=$((n - 1))
	done
	for pid in $pids; do
		wait "$pid" || status=1
	done
	return $status
}

for module in uacce hisi_qm; do
	ok "load $module" insmod "/lib/kmod/$module.ko"
done
ok "load hisi_zip" insmod /lib/kmod/hisi_zip.ko uacce_mode=2
ok "there is a file" wait_for 10 test -c "/dev/$zip"
mode=$(cat "/sys/class/uacce/$zip/mode")
[ "$IOMMU" = none ] && wanted=noiommu || wanted=dma
is "its mode" "$mode" "$wanted"
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
is "all queues are free again" "$(available)" "$free"
ok "an answer that takes long wakes its process" \
	sh -c "host emu slow 300000 && wd_load sleep $zip 0; s=\$?; host emu slow 0; exit \$s"
for module in hisi_zip hisi_qm; do
	ok "unload $module" wait_for 20 rmmod "$module"
done
