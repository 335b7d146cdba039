#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# summary: undefined arithmetic, broken lists and counts, warnings are reported
# kernel: debug
# kmod: kernel
# expects: ubsan list refcount warning
. /lib/tap.sh

provoke()
{
	echo "$1" >/sys/module/provoke/parameters/what
}

ok "the module is loaded" insmod /lib/kmod/provoke.ko
logs "an index out of bounds" "UBSAN: array-index-out-of-bounds" provoke bounds
logs "a shift that is too far" "UBSAN: shift-out-of-bounds" provoke shift
logs "a broken list" "list_del corruption" provoke list
logs "a count below zero" "refcount_t: " provoke refcount
logs "a warning" "a warning on purpose" provoke warning
