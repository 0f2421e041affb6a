#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Exported files are what their tools read, and their sums are those of the report.
. "${top_srcdir:-.}/tests/run/init.sh"
plan 35

RECOAT_KERNEL_PATH=$top_srcdir/tests/targets
export RECOAT_KERNEL_PATH
target=$targets/spans
[ -x "$targets/.libs/spans" ] && target=$targets/.libs/spans
recoat record -o heap -- "$targets/heap_known" >/dev/null 2>&1
recoat record -o cpu -- "$targets/cpu" shares >/dev/null 2>&1
recoat record -o spans -- "$target" >/dev/null 2>&1
recoat record -o forks -- "$targets/forks" /bin/true >/dev/null 2>&1
often=$targets/often
[ -x "$targets/.libs/often" ] && often=$targets/.libs/often
for mode in auto aggregate; do
	recoat record --spans $mode --cpu 0 -o $mode -- "$often" often >/dev/null 2>&1
done
recoat record --spans aggregate --cpu 0 -o turns -- "$often" threads >/dev/null 2>&1
# As recordings were before span_period events: their 32 bytes taken out of the sums.
cp -r aggregate old
/usr/bin/python3 "$top_srcdir/tests/run/without_periods.py" old/*/sums-*
for run in heap cpu spans forks auto aggregate turns old; do recoat report --json $run >$run.json; done

# totals RUN FORMAT VALUE...
totals() {
	run=$1 format=$2
	shift 2
	for value; do
		case $format in
		chrome | massif) recoat export --format "$format" -o out "$run" ;;
		*) recoat export --format "$format" --value "$value" -o out "$run" ;;
		esac || return 1
		/usr/bin/python3 "$top_srcdir/tests/run/export_totals.py" "$run.json" "$format" \
			"$value" out || return 1
	done
}
for format in folded flamegraph speedscope pprof callgrind csv json; do
	ok "$format: sums of memory" totals heap $format bytes allocations peak leaked temporary
	ok "$format: sums of CPU time" totals cpu $format cpu samples
	ok "$format: sums of kernels' time" totals spans $format time calls
done
ok "chrome: every span, and all their time" totals spans chrome calls time
for run in auto aggregate turns old; do
	ok "chrome, $run: what was summed up is told, and nothing twice" totals $run chrome calls time
done
has_phases() {
	recoat export --format chrome -o out "$1" && json out \
		"{e['ph'] for e in d['traceEvents'] if e.get('cat') == 'summed up'} == $2"
}
ok "chrome: it has a begin and an end" has_phases aggregate "{'b', 'e'}"
ok "chrome: or a mark, where that was not recorded" has_phases old "{'i'}"
ok "massif: the peak" totals heap massif peak
ok "several processes are summed up" totals forks folded bytes allocations

by_callgrind_annotate() {
	command -v callgrind_annotate >/dev/null || return 0
	recoat export --format callgrind --value bytes -o cg heap && callgrind_annotate --auto=no cg >text &&
		cat text && grep -qE '^ *100,000 .*heap_known.c:grow' text
}
ok "callgrind_annotate finds the function that allocated" by_callgrind_annotate
by_ms_print() {
	command -v ms_print >/dev/null || return 0
	recoat export --format massif -o ms heap && ms_print ms >text && cat text &&
		grep -q '(100,000B) 0x[0-9A-F]*: grow (heap_known.c:17)' text
}
ok "ms_print finds it in the tree of the peak" by_ms_print
by_pprof() {
	go version >/dev/null 2>&1 || return 0
	recoat export --format pprof --value leaked -o pp heap &&
		HOME=$work PPROF_TMPDIR=$work go tool pprof -sample_index=leaked -top pp >text &&
		cat text && grep -qE '10000B .* grow$' text
}
ok "pprof itself finds it, where it is installed" by_pprof

# refused STATUS TEXT ARGUMENT...: one line with that text, and nothing is left behind.
listed() { ls -A | grep -vx 'before\|after\|message\|ok.out'; }
refused() {
	want=$1 like=$2
	shift 2
	listed >before
	recoat export "$@" 2>message
	status=$?
	cat message
	listed >after
	[ $status = "$want" ] && [ "$(wc -l <message)" = 1 ] && grep -q "$like" message &&
		diff before after
}
bad_options() {
	refused 2 'found "flame", expected folded' --format flame heap &&
		refused 2 'found "speed", expected cpu' --format folded --value speed heap &&
		refused 2 'no --format' heap &&
		refused 2 'no choice of values' --format massif --value cpu heap &&
		refused 1 'no process 1 in' --format chrome --process 1 heap
}
ok "bad options are refused in one line" bad_options
keeps_old() {
	echo old >kept && ! recoat export --format folded -o kept nothing 2>/dev/null &&
		[ "$(cat kept)" = old ] &&
		refused 1 'no/such/place/x: cannot be written' --format csv -o no/such/place/x heap &&
		refused 1 'cpu: a directory' --format csv -o cpu heap
}
ok "a file is written as a whole or stays as it was" keeps_old
