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

browser_checks=65
plan $((17 + browser_checks))

recoat record -o amqadf -- "$top_builddir/.libs/amqadf" pipeline --points 2000 >under.out 2>&1
ok "a page is made" make_page amqadf
ok "and nothing is left beside it" sh -c '! ls | grep part'
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
	[ $found = 1 ] && [ ! -s out ] && [ "$(wc -l <err)" = 1 ] && [ ! -e "$1" ] && [ ! -e "$1.part" ]
}
ok "a place that is not there is refused" refused_page none/page.html
ok "so is a disk that is full" sh -c "trap '' XFSZ; ulimit -f 40
	'$top_builddir/recoat' report --html full.html amqadf 2>err
	[ \$? = 1 ] && grep -q 'full.html: cannot be written' err && ! ls | grep full"
ok "a page stays as it was when the next one fails" sh -c "cp amqadf.html old.html
	trap '' XFSZ; ulimit -f 40
	! '$top_builddir/recoat' report --html amqadf.html amqadf && cmp amqadf.html old.html"

in_browser $browser_checks html_page.py amqadf.html amqadf.json
