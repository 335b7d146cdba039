#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# summary: lost memory is found by the scan after the test
# kernel: kasan
# kmod: kernel
# expects: kmemleak
. /lib/tap.sh

provoke()
{
	echo "$1" >/sys/module/provoke/parameters/what
}

ok "the module is loaded" insmod /lib/kmod/provoke.ko
ok "objects are lost" provoke leak
