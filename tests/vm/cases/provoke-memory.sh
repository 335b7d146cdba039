#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# summary: wrong accesses to memory are reported, each of them
# kernel: kasan
# kmod: kernel
# expects: kasan
# append: kasan_multi_shot
. /lib/tap.sh

provoke()
{
	echo "$1" >/sys/module/provoke/parameters/what
}

ok "the module is loaded" insmod /lib/kmod/provoke.ko
logs "a write behind an object" "KASAN: slab-out-of-bounds" provoke out-of-bounds
logs "a write to a freed object" "KASAN: slab-use-after-free" provoke use-after-free
logs "an object freed twice" "KASAN: double-free" provoke double-free
