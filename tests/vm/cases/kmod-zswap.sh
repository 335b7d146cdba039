#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# summary: zswap compresses on the engine under memory pressure
# iommu: none virtio intel
# device: --revision v3
# modules: brd rd_nr=1 rd_size=262144 or zram, zsmalloc
# kmod: warpdrive
# matrix: full
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

# contents SEED: 20 MiB of which each page shrinks to less than a half
contents()
{
	for block in 1 2 3 4 5 6 7 8 9 10; do
		echo "$1 $block"
		cat /tmp/block
	done
}

# sum FILE: as read with little memory
sum()
{
	in_group md5sum "$1" | cut -d' ' -f1
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
disk=/dev/ram0
if [ ! -b $disk ]; then
	disk=/dev/zram0
	ok "room for swap" write 256M /sys/block/zram0/disksize
fi
ok "swap space" mkswap $disk
ok "swap" swapon $disk
mkdir -p /sys/fs/cgroup
ok "cgroups" mount -t cgroup2 none /sys/fs/cgroup
write +memory /sys/fs/cgroup/cgroup.subtree_control
mkdir /sys/fs/cgroup/tight
# What zswap holds counts, too.
write 14M /sys/fs/cgroup/tight/memory.max
mkdir /tmp/data
mount -t tmpfs none /tmp/data

hexdump -v -e '16/1 "%02x" "\n"' /bin/busybox | head -c 2097152 >/tmp/block

for i in 3 5; do
	wanted=$(contents "$i" | md5sum | cut -d' ' -f1)
	[ "$i" = 3 ] || ok "reset" write 1 "/sys/bus/pci/devices/$pf/reset"
	contents "$i" | in_group tee "/tmp/data/$i" >/dev/null
	note "$(cat /sys/kernel/debug/zswap/stored_pages) pages stored, $(counter finished) requests finished"
	is "data $i comes back" "$(sum "/tmp/data/$i")" "$wanted"
	[ "$i" = 5 ] || rm "/tmp/data/$i"
done
ok "zswap has used the engine" [ "$(counter finished)" -gt 1000 ]
not_ok "in use, it stays" rmmod hisi_zip
ok "the device goes" write 1 "/sys/bus/pci/devices/$pf/remove"
is "data comes back without it" "$(sum /tmp/data/5)" "$wanted"
