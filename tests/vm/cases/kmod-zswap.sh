#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# summary: zswap compresses on the engine under memory pressure
# iommu: none virtio intel
# device: --revision v3
# modules: brd rd_nr=1 rd_size=262144, zsmalloc
# kmod: warpdrive
# timeout: 300
. /lib/tap.sh

[ "$ARCH" = arm64 ] || [ "$IOMMU" = intel ] ||
	skip_all "several interrupt vectors need an IOMMU that remaps them"

zswap=/sys/module/zswap/parameters
pf=$(pci_find 19e5:a250)

# counter NAME: of the device's kernel compression
counter()
{
	sed -n "s/^crypto\\.$1 = //p" "/sys/kernel/debug/hisi_qm/$pf/engine"
}

write()
{
	echo "$1" >"$2"
}

# numbers SEED: 48 MiB that can be compressed
numbers()
{
	awk -v seed="$1" 'BEGIN {
		for (i = 0; i < 1500000; i++)
			printf("%d is a number, %d another\n", i, i * seed % 65521) }'
}

# in_group COMMAND...: with little memory
in_group()
{
	sh -c 'echo $$ >/sys/fs/cgroup/tight/cgroup.procs; exec "$@"' sh "$@"
}

for module in uacce hisi_qm hisi_zip; do
	ok "load $module" insmod "/lib/kmod/$module.ko"
done
ok "zswap's compressor" write deflate "$zswap/compressor"
[ ! -e "$zswap/zpool" ] || ok "zswap's memory" write zsmalloc "$zswap/zpool"
ok "zswap is on" write Y "$zswap/enabled"
is "it is the engine's" "$(cat "$zswap/compressor")" deflate
ok "swap space" mkswap /dev/ram0
ok "swap" swapon /dev/ram0
mkdir -p /sys/fs/cgroup
ok "cgroups" mount -t cgroup2 none /sys/fs/cgroup
write +memory /sys/fs/cgroup/cgroup.subtree_control
mkdir /sys/fs/cgroup/tight
write 24M /sys/fs/cgroup/tight/memory.max
mkdir /tmp/data
mount -t tmpfs none /tmp/data

for i in 3 5; do
	numbers "$i" >/tmp/data.md5in
	sum=$(md5sum </tmp/data.md5in)
	rm /tmp/data.md5in
	[ "$i" = 5 ] && write 1 "/sys/bus/pci/devices/$pf/reset"
	in_group sh -c "awk -v seed=$i 'BEGIN {
		for (i = 0; i < 1500000; i++)
			printf(\"%d is a number, %d another\n\", i, i * seed % 65521) }' >/tmp/data/$i"
	note "stored pages: $(cat /sys/kernel/debug/zswap/stored_pages), finished: $(counter finished)"
	is "data $i comes back" "$(in_group md5sum /tmp/data/$i | cut -d' ' -f1)  -" "$sum"
done
ok "zswap has used the engine" [ "$(counter finished)" -gt 1000 ]
not_ok "in use, it stays" rmmod hisi_zip
write 1 "/sys/bus/pci/devices/$pf/remove"
is "data 3 comes back without the device" \
	"$(in_group md5sum /tmp/data/3 | cut -d' ' -f1)" \
	"$(numbers 3 | md5sum | cut -d' ' -f1)"
