#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# babeltrace2 reads our recordings, and finds event by event what our own reader finds.
. "${top_srcdir:-.}/tests/run/init.sh"
command -v babeltrace2 >/dev/null || skip_all "no babeltrace2 here"
plan 11

# events_of DIR: as babeltrace2 tells them, without times and packet contexts, sorted.
events_of() {
	babeltrace2 --no-delta "$1" 2>bt.err |
		sed 's/^\[[^]]*\] \([a-z_]*\): { tid = [0-9]*, shard = [0-9]* }, /\1: /' | sort
}
same_events() {
	events_of "$1" >theirs && recoat dump "$1" | sort >ours && cat bt.err &&
		! grep -q . bt.err && test -s ours && diff theirs ours
}
RECOAT_KERNEL_PATH=$top_srcdir/tests/targets
target=$targets/spans
[ -x "$targets/.libs/spans" ] && target=$targets/.libs/spans

recoat record -o spans -- "$target" >/dev/null 2>&1
ok "spans, a heap and a thread" same_events spans
recoat record --heap trace -o trace -- "$target" >/dev/null 2>&1
ok "spans and a heap trace" same_events trace
recoat record --heap trace -o ttrace -- "$targets/threads" >/dev/null 2>&1
ok "heap traces of 1,600 threads" same_events ttrace
recoat record --heap trace -o ktrace -- "$targets/endings" kill >/dev/null 2>&1
ok "the heap trace of a killed process" same_events ktrace
recoat record -o python -- /usr/bin/python3 -c 'import json; json.dumps([{"a": n} for n in range(999)])' \
	>/dev/null 2>&1
ok "python3" same_events python
recoat record -o forks -- "$targets/forks" /bin/true >/dev/null 2>&1
ok "three processes" same_events forks
recoat record -o kill -- "$targets/endings" kill >/dev/null 2>&1
ok "a killed process" same_events kill
recoat record -o threads -- "$targets/threads" >/dev/null 2>&1
ok "1,600 threads" same_events threads
recoat record -o snapshots -- "$targets/snapshots" steps >/dev/null 2>&1
snapshots() { same_events snapshots && grep -q '^heap_live' ours; }
ok "snapshots of the heap" snapshots
recoat record -o gcc -- gcc -O1 -c "$top_srcdir/tests/targets/demo.c" -o demo.o >/dev/null 2>&1
ok "gcc, with more than one packet of call paths" same_events gcc

# counted RUN...: the report rests on as many events as babeltrace2 counts.
counted() {
	for run; do
		recoat report --json "$run" >report.json && babeltrace2 "$run" 2>bt.err >all &&
			json report.json "d['events'] == $(wc -l <all) > 0" || return 1
	done
}
ok "the report counts as many events" counted spans trace ttrace ktrace python forks kill threads snapshots gcc
