#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Nothing that allocates or maps is missed; see tests/targets/coverage.cc.
. "${top_srcdir:-.}/tests/run/init.sh"
plan 18

recoat record -o rec -- "$targets/coverage" >out 2>err
status=$?
recoat report --json rec >report.json

# site LIST FUNCTION EXPRESSION: over the sums of the function's rows in that list, called `s`.
site() {
	json report.json "(lambda s: $3)((lambda rows: {k: sum(r[k] for r in rows if r['function'] == '$2')
		for k in rows[0] if isinstance(rows[0][k], int)})(d['$1']))"
}
# leaks FUNCTION=BYTES...: each has one block of so many bytes, and it is live at the end.
leaks() {
	for one; do
		site allocation_sites "${one%=*}" \
			"(s['allocations'], s['bytes'], s['live_bytes']) == (1, ${one#*=}, ${one#*=})" ||
			{ echo "$one"; return 1; }
	done
}
maps() { site mappings "$1" "(s['mappings'], s['bytes'], s['live_bytes']) == tuple(4096 * n if i else n
	for i, n in enumerate(($2)))"; }
# through FUNCTION: what is live of call paths through it, which may go on in libc, is one block.
through() {
	json report.json "(lambda up: 100000 < sum(n['live_bytes'] for n in d['call_paths']
		if n.get('live_bytes') and '$1' in up(up, n)) < 210000)(lambda up, n:
		[] if n['parent'] is None else [c['function'] for c in d['frames'][n['frame']]['calls']]
		+ up(up, d['call_paths'][n['parent']]))"
}
both_through() { through cov_asprintf && through cov_getline; }
no_output() { ! grep . out; }
plain() { "$targets/coverage"; [ $? = 7 ]; }

ok "it behaves as it does alone" plain
ok "and the same when recorded" test "$status" = 7
ok "nothing is printed" no_output
ok "the malloc family" leaks cov_malloc=100001 cov_calloc=100002 cov_realloc=100003 \
	cov_reallocarray=100004 cov_posix_memalign=100012
ok "aligned blocks" leaks cov_aligned_alloc=100032 cov_memalign=100005 cov_valloc=100006 \
	cov_pvalloc=100007
ok "C++ new" leaks cov_new=100008 cov_new_array=100009 cov_new_nothrow=100010 \
	cov_new_array_nothrow=100011
ok "C++ new with alignment" leaks cov_new_aligned=100096 cov_new_array_aligned=100160 \
	cov_new_aligned_nothrow=100224 cov_new_array_aligned_nothrow=100288
ok "C++ delete" site allocation_sites cov_delete \
	"(s['allocations'], s['frees'], s['live_bytes']) == (5, 5, 0)"
ok "strings" leaks cov_strdup=100015 cov_strndup=100002
ok "asprintf and getline" both_through
ok "realloc, step by step" site allocation_sites cov_grow \
	"(s['allocations'], s['bytes'], s['live_bytes']) == (3, 150026, 100013)"
ok "what a thread frees when it ends" site allocation_sites cov_thread \
	"(s['allocations'], s['bytes'], s['live_bytes']) == (1, 70000, 0)"
ok "blocks from before the start are nobody's" leaks cov_early=100014
both_kinds() {
	maps cov_mmap64 1,10,10 &&
		json report.json "[(r['kind'], r['live_bytes']) for r in d['mappings']
			if r['function'] == 'cov_mmap_file'] == [('file', 8192)]"
}
ok "anonymous mappings and those of files" both_kinds
moved() {
	# The mapping of 20 pages, by map(), is the line of its own; 30 pages and the 4 of the
	# fixed one were mapped by mremap.
	maps cov_mremap 1,30,30 && maps cov_mremap_fixed 1,4,4
}
ok "mremap" moved
# map(): 100 stay; 20 of which 5 stay; 4 and 4, mapped over and moved; 10 times 8; 1.
ok "munmap, whole and in part" maps map 15,209,105
# Each: calls, bytes, and what stays of them.
both_breaks() {
	site mappings cov_sbrk "(s['mappings'], s['bytes'], s['live_bytes']) == (2, 5300, 5000)" &&
		site mappings cov_brk "(s['mappings'], s['bytes'], s['live_bytes']) == (2, 13000, 6000)" &&
		json report.json "{r['function'] for r in d['mappings'] if r['kind'] == 'break'} ==
			{'cov_sbrk', 'cov_brk'}"
}
ok "brk and sbrk" both_breaks
apart() {
	leaks cov_large=8388608 &&
		json report.json "not any(r['function'] == 'cov_large' for r in d['mappings'])" &&
		json report.json "d['processes'][0]['mapped_bytes'] ==
			sum(r['live_bytes'] for r in d['mappings'])" &&
		recoat report rec | grep -q '^MAPPINGS'
}
ok "the heap and mappings are kept apart" apart
