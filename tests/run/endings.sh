#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# However a program ends, what it did before is in the recording.
. "${top_srcdir:-.}/tests/run/init.sh"
plan 17

sites="[s['allocations'] for s in d['allocation_sites'] if s['function'] == 'allocate']"

# ending HOW STATUS ALLOCATIONS CLEANLY
ending() {
	"$targets/endings" "$1" >/dev/null 2>&1
	native=$?
	recoat record -o "rec-$1" -- "$targets/endings" "$1" >/dev/null 2>err
	under=$?
	recoat report --json "rec-$1" >report.json
	ok "$1: exit status $2" test "$native $under" = "$2 $2"
	ok "$1: all $3 allocations are there" json report.json "$sites == [$3]"
	ok "$1: the report says whether it ended by itself" json report.json \
		"d['processes'][0]['ended_cleanly'] is $4"
}
ending _exit 9 40 True
ending abort 134 40 False
ending kill 137 40 False
ending segv 139 40 False
ending close 0 80 True

# Killed in the middle of work: everything up to the last event, and babeltrace2 agrees.
mid_run() {
	recoat record -o mid -- /usr/bin/python3 -c '
import os, signal
rows = [{"n": n, "s": str(n)} for n in range(30000)]
os.kill(os.getpid(), signal.SIGKILL)' 2>err
	test $? = 137 && recoat report --json mid >mid.json &&
		json mid.json "d['heap']['allocations'] > 100 and d['heap']['live_bytes'] > 1000000"
}
ok "python3 killed in mid-run" mid_run
ok "the text report says so" sh -c "'$top_builddir/recoat' report mid | grep -i 'killed\|cut\|did not end'"
