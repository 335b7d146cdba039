# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The layers of "./build.sh check". Each is a function layer_<name>, run in a
# shell of its own with "set -e"; what it prints is shown only if it failed.
# count_passed and count_failed make up the figures at the end.

# name, build profiles it needs, what it does
layers_table()
{
	cat <<'EOF'
unit !nocheck|unit tests, release build with gcc
abi !nocheck|golden bytes, layouts, names, symbols
wdzip !nocheck|the tool against gzip, pigz and libdeflate-gzip
wdctl !nocheck|the tool on machines made of files, whole and broken
zlib !nocheck pkg.warpdrive.zlib|zlib's, Python's, Perl's tests, git and others on the zlib drop-in
install !nocheck|cmake --install, then programs built with pkg-config and CMake
docs !nocheck pkg.warpdrive.ci|examples, manual pages, spelling, links, scripts
clang !nocheck pkg.warpdrive.ci|build with clang, unit and ABI tests
asan !nocheck pkg.warpdrive.ci|tests with AddressSanitizer and UBSan
tsan !nocheck pkg.warpdrive.ci|tests with ThreadSanitizer
valgrind !nocheck pkg.warpdrive.ci|unit tests under valgrind
coverage !nocheck pkg.warpdrive.ci|line coverage, at least 90 % in each part
fuzz !nocheck pkg.warpdrive.ci|the fuzzers, some thousand inputs or FUZZ_SECONDS each
chroot !nocheck pkg.warpdrive.chroot|a clean clone on fresh Debian 12 and 13
vm pkg.warpdrive.vm|Debian's kernels in virtual machines, with the emulated device
compat pkg.warpdrive.vm|the kernel modules compiled against Debian's kernels, and checked
package pkg.warpdrive.vm pkg.warpdrive.package|the Debian packages: built, installed, upgraded, purged, used
EOF
}

# Everything but these, which need root, network and time.
layers_default()
{
	layers_table | sed 's/ .*//' | grep -v -x -e chroot -e vm -e compat \
		-e package
}

layers_describe()
{
	printf '  %-10s %s\n' all "every layer but chroot, vm, compat and package"
	layers_table | sed 's/^\([a-z]*\) [^|]*|/\1|/' |
		awk -F '|' '{ printf "  %-10s %s\n", $1, $2 }'
}

layer_exists()
{
	layers_table | grep -q "^$1 "
}

layer_profiles()
{
	layers_table | sed -n "s/^$1 \([^|]*\)|.*/\1/p"
}

count_passed()
{
	echo "passed $1" >>"$counts"
}

count_failed()
{
	echo "failed $1" >>"$counts"
}

count_sum()
{
	awk -v what="$1" '$1 == what { sum += $2 } END { print sum + 0 }' "$counts"
}

# step NAME COMMAND...: one test.
step()
{
	local name=$1

	shift
	if quiet "$name" "$@"; then
		count_passed 1
	else
		count_failed 1
	fi
}

# step, as many at once as there are processors; "wait" ends them.
background_step()
{
	while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do
		wait -n || true
	done
	step "$@" &
}

layers_run()
{
	local layer status before_passed before_failed began profiles
	local passed failed

	counts=$logs/counts
	mkdir -p "$logs"
	: >"$counts"
	for layer; do
		read -r -a profiles <<<"$(layer_profiles "$layer")"
		packages_install "${profiles[@]}" || {
			count_failed 1
			continue
		}
		before_passed=$(count_sum passed)
		before_failed=$(count_sum failed)
		began=$SECONDS
		set +e
		(
			set -e
			"layer_$layer"
		) >"$logs/layer-$layer.log" 2>&1
		status=$?
		set -e
		# A layer that ran nothing, or ended early, has not passed.
		[ "$(count_sum passed)-$(count_sum failed)" != \
			"$before_passed-$before_failed" ] || status=1
		[ "$status" = 0 ] || [ "$(count_sum failed)" != "$before_failed" ] ||
			count_failed 1
		passed=$(($(count_sum passed) - before_passed))
		failed=$(($(count_sum failed) - before_failed))
		if [ "$failed" != 0 ]; then
			# Everything but what went well.
			grep -v -E -e '^(ok |\[ RUN      \]|\[       OK \])' \
				-e '^\[[0-9]+/[0-9]+\] (Building|Linking)' \
				-e '^ +Start +[0-9]+: |^ *[0-9]+/[0-9]+ Test .* Passed ' \
				"$logs/layer-$layer.log" || true
		else
			grep -E '^(note|skipped) ' "$logs/layer-$layer.log" || true
		fi
		printf '%-10s %5d passed, %d failed  %4d s\n' "$layer" "$passed" \
			"$failed" $((SECONDS - began))
	done
	echo "$(count_sum passed) passed, $(count_sum failed) failed"
	[ "$(count_sum failed)" = 0 ]
}

# run_ctest PRESET NAME ARG...: the tests of a build that the arguments select.
run_ctest()
{
	local preset=$1 name=$2 junit sum passed failed status=0
	shift 2

	junit=$top/build/logs/$name.xml
	rm -f "$junit"
	quiet "$name" ctest --test-dir "build/$preset" -j "$jobs" \
		--output-on-failure --no-tests=error --output-junit "$junit" \
		--test-output-size-passed 4194304 \
		--test-output-size-failed 4194304 "$@" || status=$?
	sum=$(awk -f tests/lib/junit.awk "$junit")
	read -r passed failed <<<"$sum"
	# It also fails if there is nothing to run.
	[ "$status" = 0 ] || [ "$failed" != 0 ] || failed=1
	count_passed "$passed"
	count_failed "$failed"
	tail -n +2 <<<"$sum"
}

layer_unit()
{
	build_release
	run_ctest release unit -L '^unit$'
}

layer_abi()
{
	build_release
	run_ctest release abi -L '^abi$'
}

layer_wdzip()
{
	build_release
	run_ctest release wdzip -L '^wdzip$'
}

layer_wdctl()
{
	build_release
	run_ctest release wdctl -L '^wdctl$'
}

# Its notes say what was left out and what fails without the drop-in, too.
layer_zlib()
{
	build_release
	run_steps tests/zlib/run --build build/release --jobs "$jobs"
}

layer_install()
{
	build_release
	run_steps tests/install/run build/release
}

layer_docs()
{
	build_release
	run_ctest release docs -L '^docs$'
	run_steps tests/lib/text-check
}

layer_clang()
{
	build_preset clang
	run_ctest clang clang -L '^(unit|abi)$'
}

layer_asan()
{
	build_preset asan
	ASAN_OPTIONS=abort_on_error=0:detect_leaks=1 \
		UBSAN_OPTIONS=print_stacktrace=1 \
		run_ctest asan asan -L '^(unit|wdzip|wdctl)$' -LE '^slow$'
}

layer_tsan()
{
	build_preset tsan
	TSAN_OPTIONS=halt_on_error=1 run_ctest tsan tsan \
		-L '^(unit|wdzip|wdctl)$' -LE '^slow$'
}

layer_valgrind()
{
	local program

	build_release
	# Some cases look at what valgrind replaces; they say so and leave it out.
	export WD_UNDER_VALGRIND=1
	# One thread runs at a time: unfair, one that polls keeps the others out for
	# minutes. The longest program takes two on an idle machine.
	for program in build/release/tests/unit/test_*; do
		[ -x "$program" ] && [ -f "$program" ] || continue
		background_step "valgrind-${program##*/}" timeout -k 10 900 \
			valgrind -q --leak-check=full \
			--errors-for-leak-kinds=definite --error-exitcode=99 \
			--child-silent-after-fork=yes --fair-sched=yes \
			--suppressions=tests/lib/valgrind.supp "$program"
	done
	wait
	sed -n 's/^.*# SKIP /skipped /p' "$logs"/valgrind-*.log
}

layer_coverage()
{
	local part counters

	build_preset coverage
	# There already, and for everybody: some tests give up their rights.
	find build/coverage -name '*.gcno' | while read -r counters; do
		install -m 666 /dev/null "${counters%.gcno}.gcda"
	done
	run_ctest coverage coverage-tests -L '^(unit|abi|wdzip)$' -LE '^slow$'
	find build/coverage -name '*.gcda' -empty -delete
	# A process that ends while its threads run leaves counters that do not
	# fit each other, and gcov then finds branches taken less than never. Only
	# lines are looked at here.
	quiet gcovr gcovr --root . --object-directory build/coverage \
		--gcov-ignore-parse-errors --exclude 'tests/' \
		--json build/coverage/coverage.json
	for part in libwarpdrive libwdz drivers-user devmodel/core devmodel/vfio-user; do
		step "coverage-${part//\//-}" gcovr --root . \
			--add-tracefile build/coverage/coverage.json \
			--filter "$part/" --print-summary --fail-under-line 90
		echo "note coverage of $part: $(sed -n 's/^lines: //p' \
			"$logs/coverage-${part//\//-}.log")"
	done
}

layer_fuzz()
{
	local target

	build_preset fuzz
	mkdir -p build/fuzz/found
	for target in build/fuzz/tests/fuzz/fuzz_*; do
		[ -x "$target" ] && [ -f "$target" ] || continue
		background_step "${target##*/}" fuzz_one "$target"
	done
	wait
	grep -h '^stat::number_of_executed_units' "$logs"/fuzz_*.log |
		awk '{ sum += $2 } END { print "note fuzzers ran " sum " inputs" }'
}

# A check starts from the same seeds and the same random numbers each time; threads
# and addresses may still make it go on differently. Who gives it time is looking
# for what is new, and goes on where he was. The seeds stay as they are.
#
# Inputs may be long from the first: some fuzzers take none that is shorter than a
# request, and libFuzzer alone would come to that length only after many more.
fuzz_one()
{
	local name=${1##*/} seeds corpus how found

	seeds=tests/fuzz/corpus/${name#fuzz_}
	if [ ! -d "$seeds" ]; then
		seeds=
	fi
	if [ -n "${FUZZ_SECONDS:-}" ]; then
		how=(-max_total_time="$FUZZ_SECONDS")
		corpus=build/fuzz/corpus/$name
	else
		how=(-runs="$(fuzz_runs "$name")" -seed=1)
		corpus=build/fuzz/same/$name
		rm -rf "$corpus"
	fi
	mkdir -p "$corpus"
	"$1" "${how[@]}" -len_control=0 -timeout=20 -rss_limit_mb=2048 \
		-print_final_stats=1 -verbosity=0 \
		-artifact_prefix="build/fuzz/found/$name-" \
		"$corpus" ${seeds:+"$seeds"} || return
	# Each has hundreds of ways to go; one that refuses its inputs at the door
	# keeps none of them, or a few.
	found=$(find "$corpus" -type f | wc -l)
	if [ -z "${FUZZ_SECONDS:-}" ] && [ "$found" -lt 20 ]; then
		echo "only $found inputs came further than others: is it fuzzing anything?"
		return 1
	fi
}

# Two zlibs that compress take the longest for an input.
fuzz_runs()
{
	case $1 in
	fuzz_zlib_deflate) echo 4000 ;;
	*) echo 10000 ;;
	esac
}

layer_chroot()
{
	run_steps tests/fresh/run
}

# Its table and what it left out are notes.
layer_vm()
{
	run_steps tests/vm/run --matrix stock --jobs 2 |
		sed -e 's/^# \(arch  \|amd64  \|arm64  \)/note \1/' \
			-e 's/^# \(skipped \)/\1/'
}

layer_compat()
{
	run_steps tests/compat/run
}

# Its table is a note.
layer_package()
{
	run_steps tests/package/run | sed -e 's/^# note /note /' \
		-e 's/^# \([a-z0-9-]*:[a-z0-9]* .*[0-9] .*\)/note \1/'
}

# A program whose last line is "N passed, M failed".
run_steps()
{
	local output last

	output=$("$@" 2>&1) || true
	last=${output##*$'\n'}
	echo "$output"
	if [[ ! $last =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
		echo "$1 ended early"
		count_failed 1
		return
	fi
	count_passed "${BASH_REMATCH[1]}"
	count_failed "${BASH_REMATCH[2]}"
}
