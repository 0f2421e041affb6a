#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# RECOAT_SPANS: what is counted is the same in all modes; and spans on other stacks, and jumps.
. "${top_srcdir:-.}/tests/run/init.sh"
plan 25

RECOAT_KERNEL_PATH=$top_srcdir/tests/targets
export RECOAT_KERNEL_PATH
target=$targets/often
[ -x "$targets/.libs/often" ] && target=$targets/.libs/often

# kernel FILE NAME EXPRESSION: over the kernel's row, called `k`.
kernel() { json "$1" "(lambda k: $3)([k for k in d['kernels'] if k['kernel'] == '$2'][0])"; }
# Events of one name in a recording.
events() { recoat dump "$1" | grep -c "^$2:"; }

"$target" often >native.out
for mode in all auto aggregate; do
	recoat record --spans "$mode" --cpu 0 -o "$mode" -- "$target" often >under.out 2>err
	ok "$mode: output as without" diff native.out under.out
	recoat report --json "$mode" >"$mode.json"
	ok "$mode: calls and sizes are exact" kernel "$mode.json" demo.sum \
		"(k['calls'], k['size_calls'], k['size_total'], k['size_min'], k['size_max']) ==
			(400000, 400000, 1300000, 3, 4)"
	ok "$mode: nested calls are children" json "$mode.json" \
		"sorted(n['calls'] for n in d['spans'] if n['parent'] is None) == [100000] * 3 and
			[n['calls'] for n in d['spans'] if n['parent'] is not None] == [200000] and
			all(d['spans'][n['parent']]['exclusive_ns'] == d['spans'][n['parent']]['inclusive_ns']
				- n['inclusive_ns'] for n in d['spans'] if n['parent'] is not None)"
	ok "$mode: histograms count every call" kernel "$mode.json" demo.sum \
		"sum(n for _, n in k['time_histogram']) == 400000 and
			k['size_histogram'] == [[3, 100000 + 200000], [7, 100000]]"
done
ok "all: nothing was summed up" kernel all.json demo.sum "k['summed_calls'] == 0"
ok "auto: what is called often was summed up" kernel auto.json demo.sum \
	"0 < k['summed_calls'] < 400000"
ok "aggregate: everything was" kernel aggregate.json demo.repeat "k['summed_calls'] == 100000"
ok "auto writes a bounded number of spans" test "$(events auto 'span\(_costs\)\?')" -lt 250000
ok "aggregate writes none" test "$(events aggregate 'span\(_costs\)\?')" = 0
recoat report auto >auto.txt
ok "the report says so" grep -q 'were summed up as they ended' auto.txt

recoat record --spans off -o off -- "$target" often >under.out 2>err
recoat report --json off >off.json
off() { diff native.out under.out && kernel off.json demo.sum "k['calls'] == 0"; }
ok "off: the same output, and no spans" off
wrong() { ! recoat record --spans some -o wrong -- true 2>err && grep -q 'found "some"' err; }
ok "a mode that there is not is refused" wrong

recoat record --spans aggregate -o killed -- "$target" killed >/dev/null 2>&1
recoat report --json killed >killed.json
ok "a killed process loses no sums" kernel killed.json demo.sum "k['calls'] == 100000"

recoat record --spans all -o coroutines -- "$target" coroutines >/dev/null 2>&1
recoat report --json coroutines >coroutines.json
# The coroutine's tenth call has not ended, and no span was taken for one that was left.
coroutines() {
	kernel coroutines.json demo.call "(k['calls'], k['unwound']) == (29, 0)" &&
		kernel coroutines.json demo.sum "k['calls'] == 20"
}
ok "spans of coroutines" coroutines
recoat record --spans aggregate --heap off --cpu 0 -o jumps -- "$target" jumps >/dev/null 2>&1
recoat report --json jumps >jumps.json
ok "a thread that left the runtime by siglongjmp is recorded on" kernel jumps.json demo.pair \
	"k['calls'] == 1000"

"$target" faults >native.out 2>/dev/null
native=$?
recoat record -o faults -- "$target" faults >under.out 2>/dev/null
status=$?
ok "the program's own faults: output as without" diff native.out under.out
ok "and the same end" test "$status" = "$native"
