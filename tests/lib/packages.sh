# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Dependencies: debian/control is the only list, dpkg knows what is there.

# Package names (alternatives separated by "|"), one dependency a line, whose
# build profiles are among the arguments; those without a profile always.
# debhelper is for making packages, which build.sh does not do.
packages_wanted()
{
	awk -v profiles=" $* " '
	/^#/ { next }
	/^[^ \t]/ { in_field = /^Build-Depends:/; sub(/^Build-Depends:/, "") }
	in_field { field = field $0 }
	END {
		count = split(field, entry, ",")
		for (i = 1; i <= count; i++) {
			wanted = entry[i] !~ /</
			rest = entry[i]
			while (match(rest, /<[^>]*>/)) {
				profile = substr(rest, RSTART + 1, RLENGTH - 2)
				if (index(profiles, " " profile " "))
					wanted = 1
				rest = substr(rest, RSTART + RLENGTH)
			}
			gsub(/[ \t]|<[^>]*>|\([^)]*\)|\[[^]]*\]/, "", entry[i])
			if (wanted && entry[i] != "" && entry[i] !~ /^debhelper/)
				print entry[i]
		}
	}' "$top/debian/control"
	# What Debian takes for granted.
	printf '%s\n' gcc libc6-dev
	case " $* " in
	*nocheck*) echo g++ ;;
	esac
}

is_installed()
{
	[ "$(dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null |
		head -n 1)" = installed ]
}

# The first alternative of every dependency that no alternative satisfies.
packages_missing()
{
	local line name

	packages_wanted "$@" | while read -r line; do
		for name in ${line//|/ }; do
			is_installed "$name" && continue 2
		done
		echo "${line%%|*}"
	done
}

# Installs what is missing for the profiles given; no network if nothing is.
packages_install()
{
	local missing sudo=()

	if ! command -v dpkg-query >/dev/null; then
		echo "build.sh: not a Debian system, so the tools of debian/control" \
			"are taken to be there" >&2
		return
	fi
	mapfile -t missing < <(packages_missing "$@")
	[ ${#missing[@]} -gt 0 ] || return 0

	if [ "$(id -u)" != 0 ]; then
		if ! command -v sudo >/dev/null; then
			echo "build.sh: these packages are missing, and without root" \
				"or sudo they cannot be installed:" >&2
			echo "    apt-get install ${missing[*]}" >&2
			return 1
		fi
		sudo=(sudo)
	fi
	echo "installing ${missing[*]}"
	mkdir -p "$top/build/logs"
	if ! { "${sudo[@]}" apt-get update &&
		"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install \
			--no-install-recommends -y "${missing[@]}"; } \
		>"$top/build/logs/apt.log" 2>&1; then
		tail -n 30 "$top/build/logs/apt.log" >&2
		echo "build.sh: apt-get failed, see build/logs/apt.log" >&2
		return 1
	fi
}
