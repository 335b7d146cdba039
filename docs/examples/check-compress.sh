#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# usage: check-compress.sh [--files] PROGRAM
#
# PROGRAM compresses from stdin to stdout, or from its first argument to its
# second one with --files. gzip has to get an empty, a small and a large input
# back.
set -eu

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

: > "$dir/empty"
printf 'a' > "$dir/one"
# 3 MiB that compress, with stretches that do not.
{
	seq 1 150000
	head -c 1000000 /dev/urandom
	seq 1 150000
} > "$dir/large"

files=
if [ "$1" = --files ]; then
	files=yes
	shift
fi

run()
{
	if [ "$files" ]; then
		"$1" "$2" "$3"
	else
		"$1" < "$2" > "$3"
	fi
}

for input in empty one large; do
	run "$1" "$dir/$input" "$dir/$input.gz"
	gzip -t "$dir/$input.gz"
	gzip -dc < "$dir/$input.gz" | cmp - "$dir/$input"
	echo "$input: $(wc -c < "$dir/$input") -> $(wc -c < "$dir/$input.gz")"
done
[ "$(wc -c < "$dir/large.gz")" -lt "$(wc -c < "$dir/large")" ]
