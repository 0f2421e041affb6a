#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# AM-QADF's shapes: entry points in .symtab alone, behind vtables, and in pybind11's records.
. "${top_srcdir:-.}/tests/run/init.sh"
plan 5

libraries=$top_builddir/tests/.libs

# same_run COMMAND...: the command prints and returns under recoat what it does without.
same_run() {
	"$@" >plain.out 2>plain.err
	plain=$?
	rm -rf rec
	recoat record -o rec -- "$@" >under.out 2>under.err
	under=$?
	diff plain.out under.out && [ "$plain" = "$under" ]
}

same_load() { same_run "$targets/standin_load" "$libraries/standin_$1.so" && [ "$plain" = 7 ]; }

ok "executable: runs as without" same_run "$targets/standin_main"
for shape in unstripped stripped twice nortti; do
	ok "$shape module: runs as without" same_load $shape
done
