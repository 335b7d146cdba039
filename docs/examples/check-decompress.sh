#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# usage: check-decompress.sh COMMAND...
#
# COMMAND decompresses what gzip made from stdin to stdout, and refuses what is
# truncated or damaged.
set -eu

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

{
	seq 1 150000
	head -c 1000000 /dev/urandom
} > "$dir/plain"
gzip -c < "$dir/plain" > "$dir/good.gz"
"$@" < "$dir/good.gz" | cmp - "$dir/plain"

head -c 500000 "$dir/good.gz" > "$dir/short.gz"
if "$@" < "$dir/short.gz" > "$dir/out" 2> "$dir/message"; then
	echo "truncated input was accepted"
	exit 1
fi
cat "$dir/message"

# The CRC is in the eight last bytes.
bytes=$(wc -c < "$dir/good.gz")
{
	head -c $((bytes - 8)) "$dir/good.gz"
	printf 'wrongsum'
} > "$dir/bad.gz"
if "$@" < "$dir/bad.gz" > "$dir/out" 2> "$dir/message"; then
	echo "a wrong check value was accepted"
	exit 1
fi
cat "$dir/message"
