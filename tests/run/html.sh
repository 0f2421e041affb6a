#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The page of a report: what is in it, how large it grows, and, in a browser, that it works.
. "${top_srcdir:-.}/tests/run/init.sh"

# both EXPRESSION: over the page's data, called `p`, and the report as JSON, called `d`.
both() { page_json "$page.html" "$page.json" "$1"; }

# make_page DIR: DIR.html and DIR.json.
make_page() {
	page=$1
	recoat report --json "$1" >"$1.json" && recoat report --html "$1.html" "$1"
}

browser_checks=90
plan $((37 + browser_checks))

recoat record -o amqadf -- "$top_builddir/.libs/amqadf" pipeline --points 2000 >under.out 2>&1
ok "a page is made" make_page amqadf
ok "and nothing is left beside it" sh -c '! ls | grep "amqadf.html."'
ok "it names no other place" sh -c '! grep -iE "(src|href|url) *[=(] *.?(https?:|//)" amqadf.html'
ok "it allows itself no request" grep -q "default-src 'none'" amqadf.html
ok "totals are those of --json" both \
	"all(p[k] == d[k] for k in ['wall_ns', 'events', 'heap', 'cpu', 'heap_estimated'])"
ok "kernels are those of --json, but for their histograms" both \
	"p['kernels'] == [{n: v for n, v in k.items() if not n.endswith('_histogram')} for k in d['kernels']]"
ok "trees add up to the totals" both \
	"p['trees']['memory']['bytes'][0] == d['heap']['bytes'] and
	p['trees']['memory']['count'][0] == d['heap']['allocations'] and
	p['trees']['cpu']['cpu'][0] == d['cpu']['cpu_sampled_ns'] and
	p['trees']['time']['time'][0] == sum(k['exclusive_ns'] for k in d['kernels'])"
ok "each call of a kernel is on its thread's lane" both \
	"sum(sum(t['count']) for t in p['threads']) == sum(k['calls'] for k in d['kernels'])"
ok "and lasts as long" both \
	"sum(sum(t['busy']) for t in p['threads']) == sum(k['exclusive_ns'] for k in d['kernels'])"

# ---- Calls that were summed up. ----

often=$targets/often
[ -x "$targets/.libs/often" ] && often=$targets/.libs/often
sum_up() { RECOAT_KERNEL_PATH=$top_srcdir/tests/targets recoat record --cpu 0 "$@" >under.out 2>&1; }
sum_up --spans auto -o auto -- "$often" often
ok "a page of calls that were summed up" make_page auto
all_calls() { both "sum(sum(t['count']) - sum(t['sampled']) + sum(s['calls'] for s in t['sums'])
	for t in p['threads']) == sum(k['calls'] for k in d['kernels'])"; }
all_time() { both "sum(sum(b - s for b, s, depth in zip(t['busy'], t['sampled_busy'], t['depth']) if not depth) +
	sum(s['time_ns'] for s in t['sums'] if not s['depth']) for t in p['threads']) ==
	sum(k['exclusive_ns'] for k in d['kernels']) == p['trees']['time']['time'][0]"; }
within() { both "all(0 <= s['begin_ns'] and s['begin_ns'] + s['length_ns'] <= p['wall_ns'] and
	s['time_ns'] <= s['length_ns'] for t in p['threads'] for s in t['sums'])"; }
ok "single ones and those summed up are all calls" all_calls
ok "and have all their time" all_time
ok "it says when the first of them began and the last ended" within
ok "nested ones stand for themselves" both "sorted((s['calls'] > 0, s['depth'],
	p['kernels'][s['kernel']]['kernel'], s['outer'] is not None and p['kernels'][s['outer']]['kernel'])
	for t in p['threads'] for s in t['sums'] if s['depth'])	in ([], [(True, 1, 'demo.sum', 'demo.repeat')])"
sum_up --spans aggregate -o turns -- "$often" threads
ok "a page of threads, one after the other" make_page turns
ok "all their calls" all_calls
ok "all their time" all_time
ok "of several threads, which is told" both \
	"[(s['calls'], s['handed_on']) for t in p['threads'] for s in t['sums']] == [(300000, True)]"
cp -r turns untimed
/usr/bin/python3 "$top_srcdir/tests/run/without_periods.py" untimed/*/sums-*
ok "a page of an older recording, which does not say when" make_page untimed
ok "has them in the tables alone" both "not p['threads'] and
	sum(k['summed_calls'] for k in p['kernels']) == sum(k['calls'] for k in d['kernels']) == 300000"

# ---- Memory, plugins, several processes. ----

RECOAT_PLUGIN_PATH=$top_builddir/plugins/.libs
export RECOAT_PLUGIN_PATH
RECOAT_KERNEL_PATH=$top_srcdir/tests/targets:$top_srcdir/kernels recoat record -p verify,parallel -o rich -- \
	sh -c '"$1" pipeline --points 2000; "$2" often; "$3"; "$3" threads
		/usr/bin/python3 -c "import mmap; m = mmap.mmap(-1, 3 << 20)"' sh \
	"$top_builddir/.libs/amqadf" "$often" "$targets/snapshots" >under.out 2>&1
ok "a page of several programs" make_page rich
ok "mappings are those of --json" both "len(p['mappings']) > 1 and
	[{n: v for n, v in m.items() if n != 'callers'} for m in p['mappings']] == d['mappings']"
ok "plugins are those of --json" both \
	"{x['plugin'] for x in p['plugins']} == {'verify', 'parallel'} and p['plugins'] == d['plugins']"
ok "snapshots are those of --json" both "len(p['snapshots']) > 20 and
	[(s['process'], s['ns'], s['live_bytes'], s['live_blocks']) for s in p['snapshots']] ==
	[(i, s['ns'], s['live_bytes'], s['live_blocks']) for i, x in enumerate(d['processes']) for s in x['heap_snapshots']]"
# What a, b and c of tests/targets/snapshots.c held in each snapshot: on the page, and as --json has it.
holders() {
	/usr/bin/python3 -c 'import json, re, sys
page = re.search(r"<script type=\"application/json\" id=\"data\">(.*?)</script>", open(sys.argv[1]).read(), re.S)[1]
p, d = json.loads(page), json.load(open(sys.argv[2]))
def by_name(pairs):
    held = {}
    for name, size in pairs:
        if name in ("a", "b", "c"):
            held[name] = held.get(name, 0) + size
    return held
def name(node):
    frame = d["call_paths"][node]["frame"]
    return frame is not None and d["frames"][frame]["calls"][0]["function"]
tree = p["trees"]["memory"]
on_page = [by_name((p["names"][tree["name"][n]], b) for n, b in zip(s["node"], s["bytes"])) for s in p["snapshots"]]
in_json = [by_name((name(n), b) for n, b, _ in s["held"]) for x in d["processes"] for s in x["heap_snapshots"]]
print(on_page, in_json)
sys.exit(on_page != in_json or not any(len(held) == 3 for held in on_page))' rich.html rich.json
}
ok "who held them is on the tree of memory" holders
ok "and no more than was live" both "all(sum(s['bytes']) <= s['live_bytes'] for s in p['snapshots'])"
recoat record --heap trace -o traced -- "$targets/lifetimes" >under.out 2>&1
ok "a page of a heap trace" make_page traced
ok "sizes and lifetimes are those of --json" both "len(p['allocation_sites']) == len(d['allocation_sites']) > 2 and
	[(s['sizes'], s['lifetimes_ms']) for s in p['allocation_sites']] ==
	[(s['sizes'], s['lifetimes_ms']) for s in d['allocation_sites']]"

# Text that would end the script, and more processes than a page shows.
recoat record -o many -- sh -c ': "</script><script>document.title=1</script><!--"
	for i in 1 2 3 4 5 6 7 8 9 10 11 12; do for j in 1 2 3 4 5 6 7 8 9 10 11 12; do
		/bin/true; done; done' >under.out 2>&1
ok "a page of many processes" make_page many
ok "it is smaller than 5 MiB" test "$(wc -c <many.html)" -lt 5242880
ok "what it leaves out is told" both \
	"len(p['processes']) == 128 and p['process_count'] == len(d['processes']) and
	['processes' in s for s in p['left_out']] == [True]"
ok "no text of a recording ends the script" sh -c '[ "$(grep -o "</script>" many.html | wc -l)" = 2 ]'
ok "nor is it changed" both "'</script><script>' in p['processes'][0]['command']"

# refused_page FILE: refused in one line, and no file left.
refused_page() {
	"$top_builddir/recoat" report --html "$1" amqadf >out 2>err
	found=$?
	cat out err
	[ $found = 1 ] && [ ! -s out ] && [ "$(wc -l <err)" = 1 ] && [ ! -e "$1" ] &&
		grep -q "^recoat: $1: cannot be written: " err
}
ok "a place that is not there is refused" refused_page none/page.html
ok "so is a disk that is full" sh -c "trap '' XFSZ; ulimit -f 40
	'$top_builddir/recoat' report --html full.html amqadf 2>err
	[ \$? = 1 ] && grep -q 'full.html: cannot be written: File too large' err && ! ls | grep full"
ok "a page stays as it was when the next one fails" sh -c "cp amqadf.html old.html
	trap '' XFSZ; ulimit -f 40
	! '$top_builddir/recoat' report --html amqadf.html amqadf && cmp amqadf.html old.html"
# Written to as it is: a page in the place of a device would be a disaster.
piped() {
	mkfifo pipe
	timeout 60 cat pipe >piped.html &
	timeout 60 "$top_builddir/recoat" report --html pipe amqadf && wait $! && [ -p pipe ] && cmp piped.html amqadf.html
}
ok "a pipe stays a pipe" piped

in_browser $browser_checks html_page.py amqadf.html amqadf.json rich.html rich.json traced.html turns.html \
	untimed.html
