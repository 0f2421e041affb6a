#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Totals are those that heaptrack finds of the same program, to the byte.
. "${top_srcdir:-.}/tests/run/init.sh"
command -v heaptrack >/dev/null || skip_all "no heaptrack here"
plan 6

data() {
	case $1 in
	*.zst) zstd -dc "$1" ;;
	*) gzip -dc "$1" ;;
	esac
}
# same LEVEL MORE BYTES COMMAND...: heaptrack sees MORE allocations, of BYTES, less.
same() {
	level=$1 more=$2 bytes=$3
	shift 3
	rm -rf theirs* ours
	heaptrack -o "$work/theirs" "$@" >theirs.out 2>&1 </dev/null
	recoat record --heap "$level" -o ours -- "$@" >/dev/null 2>&1 </dev/null
	recoat report --json ours >ours.json && data theirs.[gz]* >theirs.data &&
		/usr/bin/python3 "$top_srcdir/tests/run/heaptrack_totals.py" ours.json "$more" "$bytes" <theirs.data
}

ok "10,000 steps of malloc, calloc, realloc and free" same profile 0 0 "$targets/snapshots" steps
ok "the same as a trace" same trace 0 0 "$targets/snapshots" steps
# heaptrack does not see memalign(64, 500) and pvalloc(700).
ok "all ways to allocate, but for two that heaptrack does not see" same profile 2 1200 "$targets/heap_known"
ok "sort" same profile 0 0 sort "$top_srcdir/tests/targets/snapshots.c"
if command -v sqlite3 >/dev/null; then
	query="create table t(a, b);
		with recursive c(i) as (select 1 union all select i + 1 from c where i < 2000)
			insert into t select i, hex(i * i) from c;
		create index x on t(b);
		select count(*), sum(length(b)) from t where b like '%9%';"
	ok "sqlite3" same profile 0 0 sqlite3 :memory: "$query"
	ok "sqlite3 as a trace" same trace 0 0 sqlite3 :memory: "$query"
else
	skip "sqlite3" "no sqlite3 here"
	skip "sqlite3 as a trace" "no sqlite3 here"
fi
