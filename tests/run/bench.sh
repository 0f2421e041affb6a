#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# recoat bench: runs of amqadf and of other commands, and what is left behind.
. "${top_srcdir:-.}/tests/run/init.sh"
plan 26

RECOAT_PLUGIN_PATH=$top_builddir/plugins/.libs
TMPDIR=$work/scratch
export RECOAT_PLUGIN_PATH TMPDIR
mkdir scratch

ok_refused 2 'no kernel and no --command' bench
ok_refused 2 'no sizes given' bench signal_mapping.idw
ok_refused 2 'found kernel no.such, expected one of' bench no.such --sizes 1k
ok_refused 2 '--sizes: found "many", expected numbers' bench signal_mapping.idw --sizes many
ok_refused 2 '--plugins: found "a++b", expected chains' bench signal_mapping.idw --plugins a++b
ok_refused 2 '--iterations: found "0", expected a whole number from 1' bench --iterations 0 --command true
ok_refused 2 'expected both {size} in it and --sizes, or neither' bench --command true --sizes 10
ok_refused 2 '--threads: found no chain with parallel' bench --command true --threads 1,2
ok_refused 2 'expected neither a kernel' bench --load file signal_mapping.idw
ok_refused 1 'none:0: unable to open' bench --load none
ok_refused 1 'expected profile' bench --command true --heap all
ok_refused 1 '--command: found "a | b", expected words and quotes' bench --command 'a | b'
ok_refused 1 'sh: exit status 3, expected 0: Oh' bench --command 'sh -c "echo Oh >&2; exit 3"'
ok_refused 1 'kernel x.y: found no call of it' bench x.y --command true
ok_refused 1 'no nosuch.so' bench --plugins nosuch --command true

ok "two kernels, two sizes, two chains" exits 0 bench --sizes 50,100 --plugins none,parallel:threshold=0 \
	--iterations 2 --warm-up 1 --grid 6 --save saved signal_mapping.idw quality.assess
ok "are eight cells with two runs each" json saved \
	'[(c["state"], len(c["time_ns"])) for c in d["cells"]] == [("measured", 2)] * 8'
ok "of the sizes asked for" json saved \
	'[c["problem_size"] for c in d["cells"] if c["kernel"] == "signal_mapping.idw"] == [50, 50, 100, 100]'
ok "each served by its chain" json saved \
	'[c["served_by"] for c in d["cells"][:4]] == ["original", "parallel"] * 2'
ok "and nothing is left behind" sh -c 'test -z "$(ls scratch)"'
unsaved() {
	exits 1 bench --sizes 50 --plugins none --iterations 1 --warm-up 0 --grid 6 --csv --save none/saved quality.assess &&
		grep -q ',measured,1,' out && [ "$(cat err)" = "recoat: none/saved: cannot be written: No such file or directory" ]
}
ok "what cannot be saved is shown all the same" unsaved
ok "what was saved is shown again" sh -c '
	"$1/recoat" bench --load saved --json | cmp - saved &&
	[ "$("$1/recoat" bench --load saved --csv | grep -c ",measured,2,")" = 8 ]' - "$top_builddir"
ok "and run again" sh -c '
	"$1/recoat" bench --config saved --sizes 20 --iterations 1 quality.assess --json >again' \
	- "$top_builddir"
ok "with what the options replaced" json again \
	'[(c["kernel"], c["size"], len(c["time_ns"])) for c in d["cells"]] == [("quality.assess", 20, 1)] * 2'
ok "a command is a program with a size" sh -c '
	"$1/recoat" bench --command "sleep {size}" --sizes 1,2 --iterations 1 --warm-up 0 \
		--time-budget 0.7 --json >slow &&
	/usr/bin/python3 -c "
import json
cells = json.load(open(\"slow\"))[\"cells\"]
assert cells[0][\"kernel\"] == \"program\" and cells[0][\"median_ns\"] >= 1e9
assert cells[1][\"state\"] == \"missing\" and cells[1][\"note\"]"' - "$top_builddir"

# interrupted: SIGINT ends the command and the bench, and the scratch directory goes.
interrupted() {
	"$top_builddir/recoat" bench --command 'sleep 60' >out 2>err &
	pid=$!
	until ls scratch/*/recording/sleep-* >/dev/null 2>&1; do sleep 0.05; done
	kill -TERM $pid
	wait $pid
	found=$?
	cat err
	[ $found = 1 ] && grep -q 'sleep: interrupted' err && [ -z "$(ls scratch)" ]
}
ok "a signal ends it and leaves nothing" interrupted
