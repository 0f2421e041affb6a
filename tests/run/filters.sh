#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Parts of a recording by threads and time, on tests/targets/phases.c, and what is not known of them.
. "${top_srcdir:-.}/tests/run/init.sh"
plan 22

RECOAT_KERNEL_PATH=$top_srcdir/tests/targets
export RECOAT_KERNEL_PATH
target=$targets/phases
[ -x "$targets/.libs/phases" ] && target=$targets/.libs/phases
recoat record --heap trace -o trace -- "$target" >/dev/null 2>&1
recoat record -o profile -- "$target" >/dev/null 2>&1
recoat record --spans aggregate -o sums -- "$target" >/dev/null 2>&1
# Again while snapshots are rare, as they are where files are stored slowly.
for try in 1 2 3 4 5; do
	rm -rf steps && recoat record -o steps -- "$targets/snapshots" steps >/dev/null 2>&1
	recoat report --json steps >steps.json
	json steps.json "len(d['processes'][0]['heap_snapshots']) > 9" >enough && break
done

# moments RUN: shell assignments of the threads and of times between the three phases, in us after
# the first event, by the spans that the trace viewer would be given.
moments() {
	recoat export --format chrome "$1" | /usr/bin/python3 -c '
import json, sys
spans = sorted((e["ts"] + e["dur"], e["tid"]) for e in json.load(sys.stdin)["traceEvents"]
               if e["ph"] == "X" and e["name"] == "demo.sum")
assert [t for _, t in spans] == [spans[0][1]] * 5 + [spans[5][1]] * 7 + [spans[0][1]] * 2, spans
print("main=%d second=%d" % (spans[0][1], spans[5][1]))
print("a=%.0fus b=%.0fus" % ((spans[4][0] + spans[5][0]) / 2, (spans[11][0] + spans[12][0]) / 2))'
}
moments trace >trace.moments && . ./trace.moments
# calls N OPTION...: of demo.sum in the trace, in the text and as JSON.
calls() {
	expected=$1
	shift
	recoat report --json "$@" trace >part.json && recoat report "$@" trace >text && cat text &&
		json part.json "[k['calls'] for k in d['kernels'] if k['kernel'] == 'demo.sum'] == [$expected]" &&
		grep -qE "^demo.sum +analytics +original +$expected " text
}
# blocks FUNCTION ALLOCATIONS LIVE OPTION...
blocks() {
	function=$1 allocations=$2 live=$3
	shift 3
	recoat report --json "$@" trace >part.json && json part.json \
		"(lambda s: (sum(r['allocations'] for r in s), sum(r['live_bytes'] for r in s)))(
			[r for r in d['allocation_sites'] if r['function'] == '$function']) == ($allocations, $live)"
}

ok "the phases are told apart" test -s trace.moments
ok "calls of a thread" calls 7 --thread "$second"
ok "calls of a thread by the name that it had at its end" calls 7 --thread second
ok "or at that of the process" calls 5 --thread main --until "$b"
ok "calls of another" calls 7 --thread "$main"
ok "calls of both" calls 14 --thread "$main" --thread "$second"
ok "calls up to a moment" calls 5 --until "$a"
ok "calls from a moment on" calls 2 --since "$b"
ok "calls between two" calls 7 --since "$a" --until "$b"
ok "calls of a thread up to a moment" calls 5 --thread "$main" --until "$b"
no_time() { blocks first 10 0 && blocks second 20 0 && blocks third 4 400; }
ok "without a filter, all blocks are there" no_time
by_thread() { blocks second 20 0 --thread "$second" && blocks first 0 0 --thread "$second" &&
	blocks first 10 0 --thread "$main"; }
ok "blocks of a thread" by_thread
by_time() { blocks first 10 10000 --until "$b" && blocks first 0 0 --since "$a" &&
	blocks third 4 400 --since "$b" && blocks second 0 0 --since "$b"; }
ok "blocks of a part of the time, live at its end" by_time
peak() { recoat report --json --until "$a" trace >part.json && json part.json \
	"d['processes'][0]['heap_peak_bytes'] == d['heap']['at_peak_bytes'] >= 10000"; }
ok "the peak is that of the part" peak
same_wall() { recoat report --json trace >all.json && json all.json "d['filter'] is None" &&
	recoat report --json --until "$a" trace >part.json &&
	json part.json "d['wall_ns'] == $(json all.json "d['wall_ns']") and
		d['filter']['threads'] is None and d['filter']['since_ns'] is None and
		d['filter']['until_ns'] == ${a%us} * 1000"; }
ok "JSON says which part it is, of a run as long as before" same_wall

profile() (
	moments profile >profile.moments && . ./profile.moments &&
		recoat report --since "$a" --until "$b" profile >text && cat text &&
		grep -q '^only  *from .* to ' text && grep -q '^not here .*--heap trace' text &&
		grep -q '^heap  *not known of a part; of the whole run, peak' text &&
		sed -n '/^ALLOCATION SITES/,/^$/p' text | grep -qx 'not known of a part' &&
		sed -n '/^FUNCTIONS/,/^$/p' text | grep -qE '^(not known of a part|none recorded)$' &&
		grep -qE '^demo.sum +analytics +original +7 ' text &&
		recoat report --json --since "$a" profile >part.json &&
		json part.json "d['heap'] is None and d['allocation_sites'] is None" &&
		recoat report --tree memory --since "$a" profile | grep -qx 'not known of a part'
)
ok "a profile says what is not known of a part" profile
summed() {
	recoat report --until 100ms sums >text && cat text &&
		grep -q '^not here  *14 calls of kernels in all of the run that were summed up' text &&
		! grep -q '^demo.sum ' text && recoat report --json --until 100ms sums >part.json &&
		json part.json "d['filter']['summed_calls_left_out'] == 14"
}
ok "calls that were summed up are left out, and told" summed
# From between the first two snapshots to between the last two.
between() { /usr/bin/python3 -c 'import json, sys
s = [s["ns"] for s in json.load(open("steps.json"))["processes"][0]["heap_snapshots"]]
a, b = int(sys.argv[1]), int(sys.argv[2])
print((s[a] + s[b]) // 2, "ns", sep="")' "$@"; }
growth() {
	recoat report --since "$(between 0 1)" --until "$(between -1 -2)" --limit 0 steps >text && cat text &&
		/usr/bin/python3 - <<-'EOT'
			import json, re
			part = json.load(open("steps.json"))["processes"][0]["heap_snapshots"][1:-1]
			rows, on = [], False
			for line in open("text"):
			    on = (on or line.startswith("GROWTH of the heap")) and line != "\n"
			    found = re.match(r" *(-?[\d.]+) (\S+) +([\d.]+) (\S+) +([\d.]+) (\S+)  (\w+)", line)
			    if on and found:
			        unit = {"B": 1, "KiB": 1024, "MiB": 1 << 20}
			        g = found.groups()
			        rows.append([float(g[i]) * unit[g[i + 1]] for i in (0, 2, 4)])
			live = [sum(h[1] for h in s["held"]) for s in (part[0], part[-1])]
			total = [sum(r[i] for r in rows) for i in range(3)]
			print(rows, live)
			assert len(rows) >= 2
			assert all(abs(r[2] - r[1] - r[0]) <= 0.02 * max(r[1:]) for r in rows), rows
			assert all(abs(total[i + 1] - live[i]) <= 0.01 * live[i] for i in range(2)), (total, live)
		EOT
}
ok "snapshots tell how the heap grew in a part" growth
timeline() (
	recoat report --timeline --since "$a" --until "$b" --limit 4 trace >text && cat text &&
		[ "$(sed -n '/^TIMELINE/,/^process/p' text | grep -cE '^ *[0-9.]+ (ms|s) ')" = 4 ] &&
		. ./profile.moments && recoat report --timeline --thread "$main" profile >text && cat text &&
		! grep -q '^process .*live heap' text && ! grep -q '^SNAPSHOTS' text
)
ok "the timeline is that of the part" timeline

exported() {
	recoat export --format folded --value calls --thread "$second" trace >folded && cat folded &&
		[ "$(awk '{n += $NF} END {print n}' folded)" = 7 ] &&
		recoat export --format folded --value allocations --since "$a" --until "$b" trace >folded &&
		[ "$(grep ';second' folded | awk '{n += $NF} END {print n}')" = 20 ] && ! grep ';first' folded &&
		recoat export --format chrome --since "$a" --until "$b" trace >chrome &&
		[ "$(grep -c '"ph": "X"' chrome)" = 7 ]
}
ok "exports are of the part" exported

# refused STATUS TEXT COMMAND...: one line.
refused() {
	status=$1 like=$2
	shift 2
	recoat "$@" >out 2>message
	[ $? = "$status" ] && [ ! -s out ] && cat message && [ "$(wc -l <message)" = 1 ] && grep -q -- "$like" message
}
bad() {
	refused 1 "found \"nobody\", expected one of $second (second), $main (main)\$" report --thread nobody trace &&
		refused 2 'since: found "soon", expected a time' report --since soon trace &&
		refused 2 'thread: found ""' report --thread '' trace &&
		refused 1 'since: found .*, expected a time before' report --since "$b" --until "$a" trace &&
		refused 1 'until: found "1000s", but the recording is' report --until 1000s trace &&
		refused 2 'a page is of all of the recording' report --html page --until 1s trace &&
		refused 1 'call paths of the heap are sums' export --format folded --value bytes --until 0.1 \
			profile && [ ! -e page ]
}
ok "what cannot be is refused in one line" bad
other() {
	refused 2 'format massif is of a whole process' export --format massif --since 0.1 trace &&
		recoat record --heap off -o cpu -- "$targets/cpu" shares >/dev/null 2>&1 &&
		refused 1 'CPU samples are sums' export --format folded --value cpu --since 0.01 cpu &&
		recoat report --tree cpu --since 0.01 cpu | grep -qx 'not known of a part'
}
ok "so are exports of what is not known of a part" other
