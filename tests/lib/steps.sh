# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# For scripts that are a list of tests: source it, call "try" for each, and end
# with "summary".

steps_passed=0
steps_failed=0

# try NAME COMMAND...: the output is shown if the command fails.
try()
{
	steps_name=$1
	shift
	if steps_output=$("$@" 2>&1); then
		echo "ok $steps_name"
		steps_passed=$((steps_passed + 1))
	else
		echo "$steps_output"
		echo "FAILED $steps_name: $*"
		steps_failed=$((steps_failed + 1))
		return 1
	fi
}

summary()
{
	echo "$steps_passed passed, $steps_failed failed"
	[ "$steps_failed" = 0 ]
}
