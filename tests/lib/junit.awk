# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# ctest's JUnit file -> "<passed> <failed>", then one line for each skipped test.
# A program that reports its cases (CMocka's "[       OK ]", or lines "ok ...")
# counts as that many tests, any other as one; a failed program counts as one
# failure beside the cases that passed in it.

/<testcase / {
	name = $0
	sub(/.*<testcase name="/, "", name)
	sub(/".*/, "", name)
	cases = 0
	is_failed = /status="fail"/
	is_skipped = /status="(notrun|disabled)"/
}

# TAP's way to say that a case was left out, and why.
/^(.*<system-out>)?ok [0-9]+ # SKIP / {
	line = $0
	sub(/.*# SKIP */, "", line)
	skipped[++skips] = name ": " line
	next
}

/\[       OK \]/ || /^(.*<system-out>)?ok / { cases++ }

# CMocka says that a case was left out, twice; why, the case said before.
/^(.*<system-out>)?# SKIP / {
	reason = $0
	sub(/.*# SKIP */, "", reason)
}

/\[  SKIPPED \]/ {
	line = $0
	sub(/.*\[  SKIPPED \] */, "", line)
	if (line !~ /test\(s\)|^[0-9]/ && !seen[name, line]++)
		skipped[++skips] = name ": " line (reason ? ": " reason : "")
	reason = ""
}

/^\t*<failure / { is_failed = 1 }

/<\/testcase>/ {
	if (is_skipped)
		skipped[++skips] = name
	else if (is_failed) {
		failed++
		passed += cases
	} else
		passed += cases ? cases : 1
}

END {
	print passed + 0, failed + 0
	for (i = 1; i <= skips; i++)
		print "skipped " skipped[i]
}
