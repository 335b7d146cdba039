# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Completion of wdzip for bash.

# The options are in the help, and nowhere else; of the levels it has the ends.
_wdzip_options()
{
	wdzip --help 2>/dev/null |
		sed -nE 's/^ +(-[[:alnum:]])?,? *(--[a-z-]+).*/\1 \2/p'
	echo -{1..9}
}

_wdzip_devices()
{
	echo auto emu
	ls /sys/class/uacce 2>/dev/null
}

# What the words before the current one say of the files: all options have been
# given, they are to be decompressed, they have a suffix of their own.
_wdzip_look_back()
{
	local i

	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--)
			ended=1
			return
			;;
		--decompress | --uncompress | --list | --test)
			unpack=1
			;;
		esac
		# Behind p and S there are values.
		[[ ! ${COMP_WORDS[i]} =~ ^-[^-pS]*[dlt] ]] || unpack=1
		if [[ ${COMP_WORDS[i]} =~ ^(--suffix$|-[^-pS]*S)(.*) ]]; then
			suffix=${BASH_REMATCH[2]:-${COMP_WORDS[i + 1]}}
			[ "$suffix" != = ] || suffix=${COMP_WORDS[i + 2]-}
		fi
	done
}

# Folders, and what has a suffix that can be taken off.
_wdzip_packed()
{
	local name

	while IFS= read -r name; do
		if [ -d "${name/#\~\//$HOME/}" ] ||
		   [[ ${name,,} == *[!/]@([._-]z|[.-]gz|.zz|.t[ag]z|.deflate) ]] ||
		   [[ $suffix && ${name,,} == *[!/]"${suffix,,}" ]]; then
			printf '%s\n' "$name"
		fi
	done
}

_wdzip_files()
{
	# So that bash quotes names, and puts a slash behind folders.
	compopt -o filenames 2>/dev/null
	mapfile -t COMPREPLY < <(compgen -f -- "$1" |
		if [ "$unpack" ]; then _wdzip_packed; else cat; fi)
}

_wdzip()
{
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
	local words='' ended='' unpack='' suffix=''

	_wdzip_look_back
	# "=" is a word of its own for bash.
	if [ "$before" = = ] && [ "$COMP_CWORD" -gt 2 ]; then
		before=${COMP_WORDS[COMP_CWORD - 2]}
	elif [ "$word" = = ]; then
		word=
	fi
	if [ "$ended" ]; then
		_wdzip_files "$word"
		return
	elif [ "$before" = --device ]; then
		words=$(_wdzip_devices)
	elif [ "$before" = --format ]; then
		words='gzip zlib deflate'
	elif [[ $before =~ ^(--queues|-[^-pS]*p)$ ]]; then
		words=$(echo {1..64})
	elif [[ $before =~ ^(--suffix|-[^-pS]*S)$ ]]; then
		words=
	elif [[ $word == -* ]]; then
		words=$(_wdzip_options)
	else
		_wdzip_files "$word"
		return
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}

complete -F _wdzip wdzip
