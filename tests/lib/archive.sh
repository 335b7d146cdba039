# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Archives of other suites, found from this machine's own apt configuration.

# Lines "URI RELEASE COMPONENT" of this machine's archives. What the archive
# calls itself comes first: sources.list may say "stable".
archive_targets()
{
	local found

	found=$(apt-get indextargets --format \
		'$(REPO_URI) $(CODENAME) $(COMPONENT)' 'Identifier: Packages' |
		sort -u)
	if [ -z "$found" ]; then
		# Without lists, which images for containers leave out.
		found=$(apt-get indextargets --no-release-info --format \
			'$(REPO_URI) $(RELEASE) $(COMPONENT)' \
			'Identifier: Packages' | sort -u)
	fi
	echo "$found"
}

# archive_sources SUITE: sources.list lines of this machine for another suite.
archive_sources()
{
	local uri release component host_suite

	host_suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
	archive_targets | while read -r uri release component; do
		if [ -n "$host_suite" ] && [ "$component" = main ] &&
			[[ $release == "$host_suite" || $release == "$host_suite"-* ]]
		then
			echo "deb $uri $1${release#"$host_suite"} main"
		fi
	done
}

# How this machine reaches its archives, as lines of apt.conf.
archive_apt_conf()
{
	apt-config dump | grep -E '^Acquire::(http|https|Retries|Check-)' || :
}
