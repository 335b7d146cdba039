#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# usage: check-man.sh MAN_DIR HEADER...
#
# Every public function has a page under its own name that names it and shows
# its prototype; structures are shown as they are; every link and cross
# reference leads somewhere; mandoc has nothing to warn of. Exit code 77 if mandoc is not installed.
set -u

man=$1
shift
failed=0

fail()
{
	echo "$*" >&2
	failed=1
}

if ! command -v mandoc >/dev/null; then
	echo "skipped: mandoc is not installed (apt-get install mandoc)"
	exit 77
fi

# The page that NAME.3 is or links to.
page_of()
{
	target=$(sed -n '1s,^\.so man3/,,p' "$man/$1.3")
	echo "$man/${target:-$1.3}"
}

# What the preprocessor leaves of the headers, one declaration a line.
declarations=$(cat "$@" | sed -e 's,/\*.*\*/,,' -e '/\/\*/,/\*\//d' -e '/^#/d' |
	tr '\n\t' '  ' | tr ';' '\n' | tr -s ' ')

# A prototype without blanks, as far as they do not matter.
squeeze()
{
	tr '\n' ' ' | tr -s ' ' | sed -e 's/ *\([(),*;]\) */\1/g'
}

# The definition of a structure without comments.
structure()
{
	name=$1
	shift
	cat "$@" | sed -n "/^struct $name {/,/^};/p" | sed 's,[ \t]*/\*.*\*/,,'
}

functions=$(echo "$declarations" | grep -v typedef |
	sed -n 's/^[^{}=]*[ *]\(wd_[a-z0-9_]*\)(.*$/\1/p')
[ -n "$functions" ] || fail "no functions found in $*"

for f in $functions; do
	if [ ! -f "$man/$f.3" ]; then
		fail "$f: no manual page"
		continue
	fi
	page=$(page_of "$f")
	if [ ! -f "$page" ]; then
		fail "$f.3: links to $page, which does not exist"
		continue
	fi
	grep -q "^\.Nm $f\( ,\)\{0,1\}$" "$page" ||
		fail "$f: not in NAME of $page"
	want=$(echo "$declarations" | grep "[ *]$f(" | sed 's/^ *//' | squeeze)
	mandoc -T ascii -O width=400 "$page" | sed 's,.\x08,,g' | squeeze |
		grep -qF "$want;" || fail "$f: $page does not show $want"
done

for page in "$man"/*.3; do
	name=$(basename "$page" .3)
	if [ "$name" = wd_comp_msg ]; then
		continue	# a structure
	fi
	echo "$functions" | grep -qx "$name" || fail "$page: no such function"
done

for page in "$man"/*.[37]; do
	if grep -q '^\.so ' "$page"; then
		continue	# what it links to is in the list itself
	fi
	mandoc -T lint -W warning "$page" || failed=1
	# shellcheck disable=SC2013 # names are words
	for name in $(sed -n 's/^struct \([a-z_]*\) {$/\1/p' "$page"); do
		[ "$(structure "$name" "$page")" = "$(structure "$name" "$@")" ] ||
			fail "$page: struct $name is another one in the header"
	done
	# shellcheck disable=SC2013 # names are words
	for ref in $(sed -n 's/^\.Xr \(w[a-z_]*\) 3.*$/\1/p' "$page"); do
		[ -f "$man/$ref.3" ] || fail "$page: no page $ref(3)"
	done
done

[ $failed = 0 ] && echo "$(echo "$functions" | wc -l) functions documented"
exit $failed
