# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Building, and running things that should be quiet as long as they succeed.

jobs=${JOBS:-$(nproc)}
logs=$top/build/logs

# quiet LOG COMMAND...: the output goes to build/logs/LOG.log, and is shown if the
# command fails.
quiet()
{
	local log=$logs/$1.log status=0

	shift
	mkdir -p "$logs"
	"$@" >"$log" 2>&1 || status=$?
	if [ "$status" != 0 ]; then
		echo "failed with status $status: $*"
		cat "$log"
	fi
	return "$status"
}

# build_preset PRESET [CMAKE_OPTION...]
build_preset()
{
	quiet "configure-$1" cmake --preset "$@" &&
		quiet "build-$1" cmake --build "build/$1" -j "$jobs"
}

# The same folder serves the demo, which needs no test's dependencies.
build_release()
{
	build_preset release -DWD_BUILD_TESTS=ON -DWD_BUILD_BENCH=ON
}

build_demo()
{
	build_preset release -DWD_BUILD_TESTS=OFF -DWD_BUILD_BENCH=OFF
}
