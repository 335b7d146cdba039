#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# summary: tasks and processors that are stuck are reported
# kernel: debug
# kmod: kernel
# expects: hung-task lockup stall
# timeout: 120
. /lib/tap.sh

provoke()
{
	echo "$1" >/sys/module/provoke/parameters/what
}

ok "the module is loaded" insmod /lib/kmod/provoke.ko
echo 2 >/proc/sys/kernel/hung_task_timeout_secs
logs "a task that sleeps for too long" "blocked for more than" provoke hang
echo 120 >/proc/sys/kernel/hung_task_timeout_secs

echo 1 >/proc/sys/kernel/watchdog_thresh
echo 3 >/sys/module/rcupdate/parameters/rcu_cpu_stall_timeout
logs "a processor that does nothing else" "soft lockup" provoke lockup
