#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# summary: mistakes with locks are reported
# kernel: debug
# kmod: kernel
# expects: lockdep atomic rcu
. /lib/tap.sh

provoke()
{
	echo "$1" >/sys/module/provoke/parameters/what
}

ok "the module is loaded" insmod /lib/kmod/provoke.ko
logs "RCU's pointer without its lock" "suspicious RCU usage" provoke rcu
logs "an allocation that sleeps under a spinlock" "sleeping function called" \
	provoke atomic-sleep
# The last one: lockdep stops with its first report.
logs "locks taken in two orders" "possible circular locking" provoke lock-order
