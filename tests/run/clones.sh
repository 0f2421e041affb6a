#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Children and threads that are made otherwise than by fork and pthread_create.
. "${top_srcdir:-.}/tests/run/init.sh"
plan 7

"$targets/clones" >native.out
native=$?
for level in profile trace; do
	recoat record --heap $level -o $level -- "$targets/clones" >under.out 2>err
	status=$?
	recoat report --json $level >$level.json
	ok "$level: output and status as without" sh -c \
		"diff native.out under.out && test '$native $status' = '0 0'"
	ok "$level: the children of _Fork and clone have recordings of their own" json $level.json \
		"sorted(p['forked'] for p in d['processes']) == [False, False, True, True]"
	# 1,000 twice and again in a thread; 2,000; 3,000; 4,000.
	ok "$level: every block is counted once" json $level.json \
		"sum(s['allocations'] for s in d['allocation_sites'] if s['function'] == 'allocate') == 12000
			and all(p['lost_frees'] == 0 for p in d['processes'])"
done
ok "each ended by itself" json profile.json "all(p['ended_cleanly'] for p in d['processes'])"
