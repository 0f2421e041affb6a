#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The figures of tests/targets/heap_known.c, which can be read off its source.
. "${top_srcdir:-.}/tests/run/init.sh"
plan 10

recoat record -o rec -- "$targets/heap_known" 2>err
status=$?
recoat report --json rec >report.json

# site FUNCTION EXPRESSION: over the sums of the function's rows, one a line, called `s`.
site() {
	json report.json "(lambda s: $2)({k: sum(r[k] for r in d['allocation_sites']
		if r['function'] == '$1') for k in ('allocations', 'bytes', 'frees', 'live_bytes',
		'temporary', 'at_peak_bytes')})"
}
off_records_no_heap() {
	recoat record --heap off -o off -- "$targets/heap_known"
	recoat report --json off >off.json &&
		json off.json "d['heap']['allocations'] == 0 and not d['processes'][0]['heap_recorded']"
}

ok "exit status passes through" test "$status" = 7
ok "grow: 100 blocks, 10 leaked" site grow \
	"(s['allocations'], s['bytes'], s['live_bytes']) == (100, 100000, 10000)"
ok "grow holds 100,000 bytes at the peak" site grow "s['at_peak_bytes'] == 100000"
ok "churn: 50 temporary blocks" site churn \
	"(s['allocations'], s['bytes'], s['temporary'], s['live_bytes']) == (50, 3200, 50, 0)"
ok "realloc frees the old block and counts the new" site reallocate \
	"(s['allocations'], s['frees'], s['bytes'], s['live_bytes']) == (3, 2, 700, 400)"
ok "every allocation function is counted" site others \
	"(s['allocations'], s['bytes'], s['live_bytes']) == (9, 2800, 0)"
ok "file and line are told" json report.json \
	"[(s['file'].split('/')[-1], s['line']) for s in d['allocation_sites']
		if s['function'] == 'grow'] == [('heap_known.c', 17)]"
ok "sites add up to the whole" json report.json \
	"all(sum(s[k] for s in d['allocation_sites']) == d['heap'][k]
		for k in ('allocations', 'bytes', 'frees', 'live_bytes', 'at_peak_bytes'))"
ok "at the peak, sites add up to the peak" json report.json \
	"d['heap']['at_peak_bytes'] == d['processes'][0]['heap_peak_bytes']"
ok "off records no heap" off_records_no_heap
