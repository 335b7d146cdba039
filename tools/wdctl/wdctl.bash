# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Completion of wdctl for bash.

_wdctl_devices()
{
	wdctl list 2>/dev/null | awk 'NR > 1 { print $1 }'
}

# The options of a subcommand are in its help, and nowhere else.
_wdctl_options()
{
	wdctl "$1" --help 2>/dev/null | grep -o -e '--[a-z-]*' | sort -u
}

_wdctl()
{
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
	local words=

	# "=" is a word of its own for bash.
	if [ "$before" = = ] && [ "$COMP_CWORD" -gt 2 ]; then
		before=${COMP_WORDS[COMP_CWORD - 2]}
	elif [ "$word" = = ]; then
		word=
	fi
	if [ "$COMP_CWORD" = 1 ]; then
		words='list show doctor selftest bench vfs isolate watch --help --version'
	elif [ "$before" = --format ]; then
		words='gzip zlib deflate'
	elif [ "$before" = --file ] || [ "$before" = --svg ]; then
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		return
	elif [[ $word == -* ]]; then
		words=$(_wdctl_options "${COMP_WORDS[1]}")
	elif [ "${COMP_WORDS[1]}" != list ]; then
		words=$(_wdctl_devices)
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}

complete -F _wdctl wdctl
