# shellcheck shell=sh disable=SC3043 # busybox has local
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What a test prints its results with; see tests/vm/README.md.

tap_points=0
tap_last=ok
trap tap_exit EXIT

# The plan comes last and only if the test came that far by its own will. A
# point that failed gives a status of 1, also to a script that ends with it.
tap_exit()
{
	local status=$?

	trap - EXIT
	if [ "$status" = 1 ] && [ "$tap_last" != ok ]; then
		status=0
	fi
	if [ "$status" = 0 ]; then
		echo "1..$tap_points"
	else
		echo "Bail out! the test ended with status $status"
	fi
	exit "$status"
}

# tap_point RESULT TEXT
tap_point()
{
	tap_points=$((tap_points + 1))
	tap_last=$1
	echo "$1 $tap_points - $2"
}

note()
{
	echo "$*" | sed 's/^/# /'
}

# ok NAME COMMAND...
ok()
{
	local name="$1" output status
	shift

	output=$("$@" 2>&1)
	status=$?
	if [ "$status" = 0 ]; then
		tap_point ok "$name"
		return
	fi
	tap_point "not ok" "$name"
	note "$* ended with status $status"
	[ -z "$output" ] || note "$output"
	return 1
}

# not_ok NAME COMMAND...
not_ok()
{
	local name="$1" output
	shift

	if ! output=$("$@" 2>&1); then
		tap_point ok "$name"
		return
	fi
	tap_point "not ok" "$name"
	note "$* ended with status 0"
	[ -z "$output" ] || note "$output"
	return 1
}

# is NAME GOT WANTED
is()
{
	if [ "$2" = "$3" ]; then
		tap_point ok "$1"
		return
	fi
	tap_point "not ok" "$1"
	note "got    $2"
	note "wanted $3"
	return 1
}

# like NAME GOT PATTERN
like()
{
	# shellcheck disable=SC2254 # a pattern is meant
	case $2 in
	$3)
		tap_point ok "$1"
		return
		;;
	esac
	tap_point "not ok" "$1"
	note "got    $2"
	note "wanted $3"
	return 1
}

# logs NAME PATTERN COMMAND...: the kernel's log gets it while the command runs.
logs()
{
	local name="$1" pattern="$2" before
	shift 2

	before=$(dmesg | wc -l)
	"$@"
	like "$name" "$(dmesg | tail -n "+$((before + 1))")" "*$pattern*"
}

# skip NAME REASON
skip()
{
	tap_point ok "$1 # SKIP $2"
}

# skip_all REASON
skip_all()
{
	trap - EXIT
	echo "1..0 # SKIP $*"
	exit 0
}

# tap COMMAND...: points of a program become points of this test. Lines are
# shown as they come: what a program printed before it hung is worth most.
tap()
{
	local points planned status

	rm -f /tmp/tap.status /tmp/tap.count
	{
		"$@" 2>&1
		echo $? >/tmp/tap.status
	} | awk -v first="$((tap_points + 1))" '
		/^(ok|not ok)([ \t]|$)/ {
			result = /^ok/ ? "ok" : "not ok"
			sub(/^(not )?ok[ \t]*[0-9]*[ \t]*(- )?/, "")
			print result " " first + points " - " $0
			points++
			fflush()
			next
		}
		/^1\.\.[0-9]+/ {
			planned = substr($1, 4)
			if (planned != 0) next
			sub(/^1\.\.0[ \t]*/, "")
			print "ok " first + points " - nothing to run " $0
			points++
			planned = 1
			next
		}
		/^Bail out!/ { bailed = 1; print "# " $0; fflush(); next }
		{ print /^#/ ? $0 : "# " $0; fflush() }
		END {
			if (planned == "") planned = "none"
			print points + 0, planned, bailed + 0 >"/tmp/tap.count"
		}'
	read -r points planned _ </tmp/tap.count
	status=$(cat /tmp/tap.status 2>/dev/null)
	tap_points=$((tap_points + points))
	tap_last=ok
	if [ "${status:-none}" = 0 ] && [ "$planned" = "$points" ] &&
		[ "$points" != 0 ]; then
		return 0
	fi
	tap_point "not ok" "$1 ran to its end"
	note "$*: status ${status:-none}, $points points, plan ${planned:-none}"
	return 1
}

# wait_for SECONDS COMMAND...
wait_for()
{
	local deadline=$(($(date +%s) + $1))
	shift

	until "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -lt "$deadline" ] || return 1
		sleep 0.1
	done
}

# setting NAME DEFAULT: what --append NAME=VALUE says
setting()
{
	local word

	for word in $(cat /proc/cmdline); do
		[ "${word%%=*}" != "$1" ] || {
			echo "${word#*=}"
			return
		}
	done
	echo "$2"
}

# pci_find VENDOR:DEVICE
pci_find()
{
	local function

	for function in /sys/bus/pci/devices/*; do
		[ "$(cat "$function/vendor"):$(cat "$function/device")" = \
			"0x${1%:*}:0x${1#*:}" ] && echo "${function##*/}"
	done
	return 0
}
