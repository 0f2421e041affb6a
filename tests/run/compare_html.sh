#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The pages of a comparison and of a benchmark: their data are those of --json, and they work in a browser.
. "${top_srcdir:-.}/tests/run/init.sh"

browser_checks=87
plan $((23 + browser_checks))

RECOAT_PLUGIN_PATH=$top_builddir/plugins/.libs
export RECOAT_PLUGIN_PATH
for run in 1 2 3 4; do
	recoat record -o "a$run" -- "$top_builddir/.libs/amqadf" pipeline --points 300 >under.out 2>&1
	recoat record -o "b$run" -p parallel -- "$top_builddir/.libs/amqadf" pipeline --points 300 >under.out 2>&1
done

sides='a1 a2 a3 a4 -- b1 b2 b3 b4'
recoat compare --json $sides >compare.json
ok "a page of a comparison" exits 0 compare --html compare.html $sides
ok "prints nothing" test ! -s out
ok "its rows are those of --json" page_json compare.html compare.json \
	"p['comparisons'] == [{k: v for k, v in d.items() if k != 'schema'}] and len(d['rows']) > 10"
ok "it names no other place" sh -c '! grep -iE "(src|href|url) *[=(] *.?(https?:|//)" compare.html'
ok "and allows itself no request" grep -q "default-src 'none'" compare.html
for tree in time cpu memory; do
	recoat compare --tree $tree --folded $sides >folded
	/usr/bin/python3 -c 'import json
lines = [line.rsplit(" ", 2) for line in open("folded")]
print(json.dumps({"lines": len(lines), "sum": [sum(int(line[at]) for line in lines) for at in (1, 2)]}))' >folded.json
	ok "its tree of $tree adds up to the folded paths" page_json compare.html folded.json \
		"[abs(p['trees']['$tree'][side][0] - d['sum'][i]) <= d['lines']
		for i, side in enumerate(('before', 'after'))] == [True, True] and (d['lines'] > 1 or '$tree' == 'cpu')"
done
ok "limits hold for a page, too" exits 3 compare --html limit.html --fail-if-larger 1 $sides

recoat compare --methods --json c=a1,a2,a3,a4 '</script>p=b1,b2,b3,b4' >methods.json
ok "a page of sets" exits 0 compare --methods --html methods.html c=a1,a2,a3,a4 '</script>p=b1,b2,b3,b4'
ok "its rows are those of --json" page_json methods.html methods.json "p['comparisons'] == d['methods']"
ok "no name of a set ends the script" sh -c '[ "$(grep -o "</script>" methods.html | wc -l)" = 2 ]'
recoat compare --methods --html methods.html c=a1,a2,a3,a4 p=b1,b2,b3,b4
recoat compare --methods --json c=a1,a2,a3,a4 p=b1,b2,b3,b4 >methods.json

ok_refused 2 'found --tree or --json' compare --html refused --json a1 b1
ok_refused 2 'found --tree or --json' compare --html refused --tree cpu a1 b1
ok_refused 1 'none/refused: cannot be written: No such file' compare --html none/refused a1 b1
ok_refused 1 'none/refused: cannot be written: No such file' compare --methods --html none/refused x=a1 y=b1

# A benchmark with a crossing between 2000 and 4000, and a size that was not run.
/usr/bin/python3 - >made.json <<-'EOT'
	import json
	chains = [("none", 0)] + [(f"parallel:threads={n}", n) for n in (1, 2, 4)]
	cells = []
	for size in (1000, 2000, 4000, 8000, 16000):
	    for chain, threads in chains:
	        time = 1.8e6 + 500 * size / threads if threads else 1000 * size
	        runs = [] if size == 16000 else [time * (1 + 0.01 * i) for i in range(5)]
	        cells.append({"kernel": "signal_mapping.idw", "chain": chain, "size": size, "problem_size": size,
	                      "time_ns": runs, "peak_bytes": [1e6 + size] * len(runs), "served_by": "made up",
	                      "note": None if runs else "not run: would take longer"})
	print(json.dumps({"schema": "recoat-bench-1", "host": "nowhere", "date": "never", "recoat_version": "0",
	    "config": {"kernels": ["signal_mapping.idw"], "sizes": [1000, 2000, 4000, 8000, 16000],
	    "plugins": ["none", "parallel"], "threads": [1, 2, 4], "iterations": 5, "warm_up": 1,
	    "time_budget_s": 30, "grid": "32", "heap": "profile"}, "cells": cells}))
EOT
recoat bench --load made.json --json >bench.json
ok "a page of a benchmark" exits 0 bench --load made.json --html bench.html
ok "its figures are those of --json" page_json bench.html bench.json \
	"p['bench'] == {**d, 'cells': [{k: v for k, v in c.items() if k not in ('time_ns', 'peak_bytes')}
	for c in d['cells']]}"
ok "a crossing is found, estimates are marked" json bench.json \
	"any(c['advantage'] == 'from' and 2000 < c['size'] < 4000 for c in d['crossings']) and
	[c['state'] for c in d['cells'][-4:]] == ['estimated'] * 4"
ok "speedup and efficiency are against the fewest threads" json bench.json \
	"[(c['speedup'], c['efficiency']) for c in d['cells'][:2]] == [(None, None), (1, 1)] and
	all(abs(c['speedup'] / c['threads'] - c['efficiency']) < 1e-9 for c in d['cells'][2:4])"
ok_refused 2 'found --csv or --json' bench --load made.json --html refused --csv
ok_refused 1 'none/refused: cannot be written: No such file' bench --load made.json --html none/refused
ok "where it is refused, nothing is written" sh -c '! ls | grep refused'

in_browser $browser_checks compare_html_pages.py compare.html compare.json methods.html methods.json \
	bench.html bench.json
