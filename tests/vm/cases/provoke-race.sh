#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# summary: a data race is reported
# kernel: kcsan
# kmod: kernel
# expects: kcsan
. /lib/tap.sh

provoke()
{
	echo "$1" >/sys/module/provoke/parameters/what
}

ok "the module is loaded" insmod /lib/kmod/provoke.ko
logs "a counter with two writers" "KCSAN: data-race in *race" provoke race
