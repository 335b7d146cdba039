#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# summary: a thread's end by a bad pointer and by BUG() is reported
# kernel: debug
# kmod: kernel
# expects: oops bug
# allows: kasan warning
. /lib/tap.sh

provoke()
{
	echo "$1" >/sys/module/provoke/parameters/what
}

ok "the module is loaded" insmod /lib/kmod/provoke.ko
logs "a write through NULL" "NULL pointer dereference" provoke oops
logs "a BUG()" "kernel BUG at " provoke bug
