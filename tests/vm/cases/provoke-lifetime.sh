#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# summary: objects that go while they are in use are reported
# kernel: kasan
# kmod: kernel
# expects: debug-objects dma-api slab
# allows: warning bug
. /lib/tap.sh

provoke()
{
	echo "$1" >/sys/module/provoke/parameters/what
}

ok "the module is loaded" insmod /lib/kmod/provoke.ko
logs "a pending timer is freed" "ODEBUG: free active" provoke debug-object
logs "an unmap of what is not mapped" "DMA-API: *not allocated" provoke dma
logs "a cache with objects is destroyed" "Objects remaining" provoke busy-cache
