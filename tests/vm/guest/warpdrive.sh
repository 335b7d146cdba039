# shellcheck shell=sh disable=SC3043 # busybox has local
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What tests of the kernel modules share; sourced behind tap.sh.

zip=hisi_zip-0
sysfs=/sys/class/uacce/$zip

# Ends a test where the device would have one interrupt vector only.
needs_vectors()
{
	[ "$ARCH" = arm64 ] || [ "$IOMMU" = intel ] ||
		skip_all "several interrupt vectors need an IOMMU that remaps them"
}

# load [PARAMETER...]: of hisi_zip
load()
{
	insmod /lib/kmod/uacce.ko && insmod /lib/kmod/hisi_qm.ko &&
		insmod /lib/kmod/hisi_zip.ko "$@"
}

# An algorithm that the kernel is testing keeps its module for so long.
unload()
{
	wait_for 20 rmmod hisi_zip && rmmod hisi_qm && rmmod uacce
}

# The kernel tests algorithms when they appear, and then has queues.
is_settled()
{
	[ -c "/dev/$zip" ] && ! grep -q '^selftest *: *unknown' /proc/crypto
}

# load_settled [PARAMETER...]: points; queues can be counted from here on
load_settled()
{
	ok "load the modules" load "$@"
	ok "there is a file" wait_for 30 is_settled
}

# available: queues that nobody has
available()
{
	cat "$sysfs/available_instances"
}

# The kernel's own crypto takes and gives queues, and a process' end takes time.
has_available()
{
	[ "$(available)" = "$1" ]
}

# requests: that the device has executed so far
requests()
{
	host emu status | sed -n 's/^requests: \([0-9]*\) done.*/\1/p'
}

# write TEXT FILE
write()
{
	echo "$1" >"$2"
}

# count NAME: of a function's counters in debugfs
count()
{
	sed -n "s/^$1  *//p" "/sys/kernel/debug/hisi_qm/$pf/counters"
}

# finished: requests of the kernel that the device, not software, has executed
finished()
{
	sed -n 's/^crypto\.finished = //p' "/sys/kernel/debug/hisi_qm/$pf/engine"
}

# crypto_begin SECONDS: requests of the kernel until then, beside what follows
crypto_begin()
{
	echo "$1" >/sys/module/acomp_test/parameters/seconds
	cat /proc/acomp_test >/tmp/crypto &
	crypto=$!
}

# crypto_end: waits for them; points
crypto_end()
{
	wait "$crypto"
	tap cat /tmp/crypto
}

# link_error FUNCTION ERROR: as the port above it reports it
link_error()
{
	host qmp "{\"execute\": \"human-monitor-command\", \"arguments\": {\"command-line\":
		\"pcie_aer_inject_error port-$1 $2\"}}" | grep OK
}

# recovered N: so many times the kernel was through with an error of a link
recovered()
{
	[ "$(dmesg | grep -c 'AER: device recovery successful')" -ge "$1" ]
}

# at_once N COMMAND...: as many processes, none of which may fail
at_once()
{
	local n="$1" pids="" pid status=0
	shift

	while [ "$n" -gt 0 ]; do
		"$@" &
		pids="$pids $!"
		n=$((n - 1))
	done
	for pid in $pids; do
		wait "$pid" || status=1
	done
	return $status
}

# users N MODE: processes with a queue each; "$users" are their numbers. Neither
# this nor ended() works by way of ok(), whose commands have a shell of their own.
users()
{
	local n="$1"

	users="" started=$1
	: >/tmp/users
	while [ "$n" -gt 0 ]; do
		wd_load "$2" "$zip" 1000 >>/tmp/users 2>&1 &
		users="$users $!"
		n=$((n - 1))
	done
}

# at_work: all of them have come so far that they use their queues
at_work()
{
	[ "$(grep -c -e 'load: busy$' -e holds -e sleeps /tmp/users)" -ge "$started" ]
}

# ended: waits for all of them; "$endings" has the statuses that there were
ended()
{
	local pid status

	endings=""
	for pid in $users; do
		wait "$pid"
		status=$?
		case " $endings " in
		*" $status "*) ;;
		*) endings="$endings $status" ;;
		esac
	done
	endings=${endings# }
}
