#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# probe.sh NAME PROBE.c OUT COMPILER FLAG...
# A probe is a source that compiles with -DPROBE_NEW or without it, depending on
# what the kernel offers; OUT gets "#define COMPAT_<NAME> 1" or "0". If both
# compile, or none, something else than the feature is wrong, and guessing would
# build a wrong module: then the build ends here.
set -eu

name=$1 source=$2 out=$3
shift 3

compiles()
{
	"$@" -Werror -Wno-unused -fsyntax-only "$source" >"$out.log" 2>&1
}

new=0 old=0
if compiles "$@" -DPROBE_NEW; then new=1; else mv "$out.log" "$out.new.log"; fi
if compiles "$@"; then old=1; else mv "$out.log" "$out.old.log"; fi
case $new$old in
10 | 01)
	rm -f "$out.log" "$out.new.log" "$out.old.log"
	echo "#define COMPAT_$name $new" >"$out"
	;;
*)
	echo "warpdrive: cannot tell whether this kernel has $name:" \
		"$([ "$new" = 1 ] && echo both || echo neither) of the two forms in $source compiles" >&2
	head -n 15 "$out.new.log" "$out.old.log" 2>/dev/null >&2 || :
	rm -f "$out.log" "$out.new.log" "$out.old.log"
	exit 1
	;;
esac
