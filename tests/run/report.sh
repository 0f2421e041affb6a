#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Filters and columns of the report, on tests/targets/spans.c.
. "${top_srcdir:-.}/tests/run/init.sh"
plan 13

RECOAT_KERNEL_PATH=$top_srcdir/tests/targets
export RECOAT_KERNEL_PATH
target=$targets/spans
[ -x "$targets/.libs/spans" ] && target=$targets/.libs/spans
recoat record -o rec -- "$target" >/dev/null 2>&1
recoat record -o heap -- "$targets/heap_known" >/dev/null 2>&1

# table TITLE: the lines of the table below it, without the rule.
table() { sed -n "/^$1/,/^\$/p" text | sed '1d; /^$/d; /^---/d; /^[*~]/d'; }
columns() {
	recoat report --columns calls,kernel rec >text && table KERNELS >rows && cat rows &&
		head -1 rows | grep -qx 'calls  kernel' && grep -qx ' *7  demo.sum' rows
}
ok "columns are chosen and put in order" columns
filtered() {
	recoat report --columns kernel,calls --kernel 'demo.[rs]*' rec >text && table KERNELS | sort >rows
	cat rows && printf '%s\n' 'demo.repeat      1' 'demo.sum         7' 'kernel       calls' | diff - rows
}
ok "kernels are filtered by a glob" filtered
no_such() {
	recoat report --kernel 'no.*' rec >text && table KERNELS >rows && cat rows &&
		echo 'none: no kernel that was called is no.*' | diff - rows
}
ok "a glob that no kernel matches is told" no_such
terminal() { /usr/bin/python3 "$top_srcdir/tests/run/terminal.py" "$@"; }
narrow() {
	for width in 60 80; do
		terminal "$width" "$top_builddir/recoat" report rec >text && sed -n '/^KERNELS/,/^$/p' text >rows &&
			cat rows && grep -qE '^kernel .* calls ' rows && ! grep -q '^kernel .* peak' rows &&
			sed 1d rows | awk -v width="$width" 'length > width { exit 1 }' &&
			grep -qE '^\.\.\. [0-9]+ more columns, no room' rows || return 1
	done
	terminal 200 "$top_builddir/recoat" report rec >text && grep -q '^kernel .* peak$' text &&
		! grep 'no room' text
}
ok "a terminal gets the columns that it has room for" narrow
operations() {
	recoat report rec >text && table OPERATIONS >rows && cat rows &&
		grep -qE ' 8 +2  analytics$' rows && grep -qE ' 8 +4  other$' rows &&
		grep -qE '100.0% +16 +6  total$' rows
}
ok "operations sum up their kernels" operations
depth() {
	recoat report --tree memory --min 0 --depth 1 heap >text && table MEMORY >rows && cat rows &&
		grep -q '  main ' rows && ! grep -q 'grow' rows &&
		recoat report --tree memory --min 0 --depth 2 heap | grep -q '|-- grow '
}
ok "a tree is cut at a depth" depth
least() { recoat report --tree memory --min 50 heap >text && grep 'grow' text && ! grep 'churn' text; }
ok "small branches are left out" least
over_time() { recoat report --timeline heap >text && cat text &&
	grep -qE '^process [0-9]+: live heap lowest .* on average .* highest 97.7 KiB$' text; }
ok "the heap over time has a lowest, an average and a highest" over_time

# first TITLE: the first words of the rows below it.
first() { table "$1" | awk '{print $1}' | sed 1d | grep -vx 'total\|<-' | tr '\n' ' '; }
sorted() {
	recoat report --sort calls rec >text && cat text && first 'KERNELS by calls' >order &&
		grep -q '^demo.sum demo.call ' order && grep -q '^OPERATIONS by calls' text &&
		recoat report --sort operation rec >text && first 'KERNELS by operation' >order && cat order &&
		[ "$(sed 's/demo.\(sum\|repeat\) /x /g' order | cut -c1-4)" = 'x x ' ]
}
ok "tables are sorted by a column that they have" sorted
one() {
	recoat report --sort kernels:kernel rec >text && cat text && first 'KERNELS by kernel' >order &&
		grep -q '^demo.allocate demo.arguments demo.call demo.pair demo.repeat demo.sum $' order &&
		grep -q '^OPERATIONS by time' text
}
ok "one table is sorted by its name" one
limited() {
	recoat report --sort kernels:kernel --limit 2 rec >text && cat text &&
		[ "$(first 'KERNELS by kernel')" = 'demo.allocate demo.arguments ... ' ] &&
		recoat report --sort sites:function --limit 1 heap >text && cat text &&
		sed -n '/^ALLOCATION SITES by function/,/^$/p' text | grep -q ' churn ' && grep -q '^\.\.\. [0-9]* more' text
}
ok "the limit is that of the order" limited
latest() {
	recoat report --sort sites:function --sort peak heap >text && cat text &&
		grep -q '^ALLOCATION SITES by peak' text && recoat report --tree memory --sort leaked heap |
		grep -q 'in order of leaked'
}
ok "the latest order of a table counts, and is that of its tree" latest

refused() {
	! recoat report "$2" "$3" rec >out 2>message && cat message && [ ! -s out ] &&
		[ "$(wc -l <message)" = 1 ] && grep -q "$1" message
}
bad() {
	refused 'found "call", expected titles' --columns kernel,call &&
		refused 'found "kernel", expected titles' --columns kernel,kernel &&
		refused 'found "", expected titles' --columns '' &&
		refused 'depth: found "-1"' --depth -1
}
ok "bad values are refused in one line" bad
