#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The one entry point: ./build.sh help
set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$top"
export LC_ALL=C.UTF-8

# shellcheck source=tests/lib/packages.sh
. tests/lib/packages.sh
# shellcheck source=tests/lib/build.sh
. tests/lib/build.sh
# shellcheck source=tests/lib/layers.sh
. tests/lib/layers.sh

usage()
{
	cat <<EOF
usage: ./build.sh demo             build, then compress and restore a file
       ./build.sh check [LAYER...] run the tests; no name means all
       ./build.sh bench [ARG...]   measure; the figures also go to build/bench.json
       ./build.sh clean            remove build/
       ./build.sh help

What is missing of the packages in debian/control is installed first, as root or
with sudo. With nothing missing no network is needed.

layers:
EOF
	layers_describe
	cat <<EOF

environment:
  FUZZ_SECONDS   time of each fuzzer, which then looks for new inputs; by default
                 they run some thousand
  JOBS           processes at once, one a processor by default
EOF
}

demo()
{
	local dir=build/demo wdzip=build/release/tools/wdzip/wdzip input

	packages_install
	build_demo
	mkdir -p "$dir"
	# A real file of some size that every machine that got here has.
	input=$(realpath "$(gcc -print-prog-name=cc1)")
	cp -f "$input" "$dir/input"
	rm -f "$dir/input.gz" "$dir/restored"

	echo
	echo "input is a copy of $input"
	echo "\$ wdzip --device emu -k -v input"
	"$wdzip" --device emu -k -v "$dir/input" 2>&1
	"$wdzip" --device emu -d -c "$dir/input.gz" >"$dir/restored"
	(cd "$dir" && stat -c '  %9s bytes  %n' input input.gz restored)
	cmp "$dir/input" "$dir/restored"
	echo "  wdzip -d     gives the same bytes back"
	gzip -t "$dir/input.gz"
	echo "  gzip -t      accepts the file"
	gzip -d -c "$dir/input.gz" | cmp "$dir/input" -
	echo "  gzip -d      gives the same bytes back"
	echo
	echo "demo: passed"
}

check()
{
	local layer layers=()

	[ $# -gt 0 ] || set -- all
	for layer; do
		if [ "$layer" = all ]; then
			mapfile -t -O ${#layers[@]} layers < <(layers_default)
			continue
		fi
		layers+=("$layer")
		if ! layer_exists "$layer"; then
			echo "build.sh: there is no layer '$layer', see ./build.sh help" >&2
			return 2
		fi
	done
	layers_run "${layers[@]}"
}

bench()
{
	packages_install '!nocheck' pkg.warpdrive.bench
	build_release
	tests/bench/run build/release "$@"
}

command=${1:-help}
[ $# -eq 0 ] || shift
case $command in
demo | check | bench)
	"$command" "$@"
	;;
clean)
	rm -rf build
	;;
help | -h | --help)
	usage
	;;
*)
	usage >&2
	exit 2
	;;
esac
