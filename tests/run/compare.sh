#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# recoat compare on recordings of a program whose work is known.
. "${top_srcdir:-.}/tests/run/init.sh"
plan 25

RECOAT_KERNEL_PATH=$top_srcdir/tests/targets
for run in 1 2 3 4; do
	recoat record -o "a$run" -- "$targets/spans" >out 2>&1
	recoat record -o "b$run" -- "$targets/heap_known" >out 2>&1
done

ok_refused 2 'found 1 recordings, expected two' compare a1
ok_refused 2 'found 3 recordings, expected two' compare a1 a2 a3
ok_refused 2 'found 1 recordings before -- and 0 behind' compare a1 --
ok_refused 2 '--fail-if-slower: found "much", expected a percentage' compare --fail-if-slower much a1 b1
ok_refused 2 '--fail-if-larger: found "-1", expected a percentage' compare a1 -- b1 --fail-if-larger -1
ok_refused 2 '--folded: expected --tree' compare --folded a1 b1
ok_refused 2 'expected none of them' compare --tree time --json a1 b1
ok_refused 2 'found 1 sets, expected two' compare --methods x=a1
ok_refused 2 'expected time, cpu or memory' compare --tree space a1 b1
ok_refused 1 'found "a1", expected NAME=DIR' compare --methods a1 b=b1
ok_refused 1 'found "x=a1,", expected NAME=DIR' compare --methods x=a1, b=b1
ok_refused 1 'none: No such file' compare a1 none

ok "what takes more memory passes the limit" exits 3 compare --fail-if-larger 10 b1 a1
ok "and is named" grep -q '^recoat: program: larger by more than 10%$' err
# What sleeps takes a second at least, whatever else the machine does.
for run in 1 2 3 4; do
	recoat record -o "s$run" -- sleep 1 2>/dev/null &
done
wait
ok "so does what takes longer" exits 3 compare --fail-if-slower 10 a1 a2 a3 a4 -- s1 s2 s3 s4
ok "and is named" grep -q '^recoat: program: slower by more than 10%$' err
ok "what takes the same does not" exits 0 compare --fail-if-larger 0% a1 a2 a3 a4 -- a4 a3 a2 a1
ok "nothing can be judged by one run a side" exits 4 compare --fail-if-slower 10 b1 b2

recoat compare --json a1 a2 a3 a4 -- b1 b2 b3 b4 >out.json
ok "kernels that vanished are told" json out.json \
	'd["schema"] == "recoat-compare-1" and {r["presence"] for r in d["rows"]
	if r["kind"] == "kernel"} == {"vanished"}'
ok "the samples are the runs" json out.json \
	'[r["time"]["before_samples"] for r in d["rows"] if r["kind"] == "program"] == [4]'
ok "allocations are those of the reports" sh -c '
	"$1/recoat" report --json a1 >a.json && /usr/bin/python3 -c "
import json
report, compare = json.load(open(\"a.json\")), json.load(open(\"out.json\"))
assert report[\"heap\"][\"allocations\"] == compare[\"rows\"][0][\"allocations\"][\"before\"]"' \
	- "$top_builddir"

recoat compare --tree memory --folded a1 b1 >folded
ok "folded paths have two values" sh -c 'test -s folded && ! grep -vE "^.+ [0-9]+ [0-9]+$" folded'
ok "which add up to the bytes of both" sh -c '"$1/recoat" compare --json a1 b1 >one.json
	/usr/bin/python3 -c "
import json
bytes = json.load(open(\"one.json\"))[\"rows\"][0][\"bytes\"]
lines = [line.rsplit(\" \", 2) for line in open(\"folded\")]
for at, side in ((1, \"before\"), (2, \"after\")):
    whole = sum(int(line[at]) for line in lines)
    assert abs(whole - bytes[side]) <= 0.01 * bytes[side], (whole, bytes[side])"' \
	- "$top_builddir"
NO_COLOR= recoat compare a1 b1 >plain
ok "there is no colour where there is no terminal" sh -c '! grep -q "$(printf "\033")" plain'
coloured() {
	for environment; do
		env -u NO_COLOR TERM=xterm "$environment" /usr/bin/python3 "$top_srcdir/tests/run/terminal.py" 120 \
			"$top_builddir/recoat" compare a1 a2 a3 a4 -- b1 b2 b3 b4 >shown
		grep -qE 'larger|smaller' shown || return 2
		grep -q "$(printf '\033')" shown || return 1
	done
}
plain() { coloured "$@"; [ $? = 1 ]; }
on_terminals() { coloured A=1 NO_COLOR= && plain NO_COLOR=1 && plain TERM=dumb; }
ok "there is on one, but for NO_COLOR and dumb ones" on_terminals
