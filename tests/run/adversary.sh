#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Stacks that are hard to know again: the cache of verified stacks is right on every one.
. "${top_srcdir:-.}/tests/run/init.sh"
plan 6

one=$top_builddir/tests/.libs/call_back_one.so
two=$top_builddir/tests/.libs/call_back_two.so
"$targets/adversary" 3000 "$one" "$two" >native.out

RECOAT_UNWIND=verify recoat record -o rec -- "$targets/adversary" 3000 "$one" "$two" >out 2>err
status=$?
recoat report --json rec >rec.json
counts="[p['call_path_counts'] for p in d['processes'] if not p['forked']][0]"
blocks=$(sed 's/ .*//' native.out)

ok "output and status as without" sh -c "test $status = 0 && diff native.out out"
ok "thousands of stacks were unwound twice" json rec.json "$counts['verified'] > 5000"
ok "and never was the cache wrong" json rec.json \
	"all(p['call_path_counts']['disagreements'] == 0 for p in d['processes'])"
ok "no call path was lost" json rec.json "$counts['incomplete'] == 0"
ok "every block is counted" json rec.json \
	"sum(s['allocations'] for s in d['allocation_sites'] if s['function'] == 'leaf') >= $blocks"
ok "and given back" json rec.json \
	"sum(s['live_bytes'] for s in d['allocation_sites'] if s['function'] == 'leaf') == 0"
