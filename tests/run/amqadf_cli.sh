#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The program amqadf: what a user types, and what is printed, written and refused.
. "${top_srcdir:-.}/tests/run/init.sh"

amqadf() { "$top_builddir/amqadf" "$@"; }

# status N COMMAND...: the command ends with this status.
status() {
	wanted=$1
	shift
	"$@"
	[ $? -eq "$wanted" ]
}

# complains N TEXT COMMAND...: nothing on stdout, one line with TEXT on stderr, status N.
complains() {
	wanted=$1 text=$2
	shift 2
	"$@" >out 2>err
	found=$?
	cat out err
	[ $found -eq "$wanted" ] && [ ! -s out ] && [ "$(wc -l <err)" -eq 1 ] &&
		grep -q '^amqadf: ' err && grep -qF -e "$text" err
}

prints() { text=$1; shift; "$@" >out && cat out && grep -q -e "$text" out; }
no_leftovers() { [ ! -e big.csv ] && ! ls | grep '\.tmp$'; }
same_twice() { amqadf "$@" >first && amqadf "$@" >second && cmp first second; }
quiet() { amqadf "$@" >/dev/null 2>err && [ ! -s err ]; }

plan 32

ok "the version is printed" prints '^amqadf ' amqadf --version
ok "help goes to stdout" prints pipeline amqadf --help
for command in generate map fuse filter quality stats pipeline; do
	ok "$command has help" prints "^Usage: amqadf $command" amqadf "$command" --help
done
ok "no command is a misuse" status 2 amqadf
ok "an unknown command is a misuse" complains 2 "found 'frob'" amqadf frob
ok "an unknown option is a misuse" complains 2 "'--frob'" amqadf map --frob
ok "a missing value is a misuse" complains 2 "without a value" amqadf generate --points
ok "a bad number is a misuse" complains 2 "found '1e3'" amqadf generate --points 1e3 -o x.csv

ok "points are generated as text" amqadf generate --points 500 --layers 5 -o p.csv
ok "text has a line of names and one a point" [ "$(wc -l <p.csv)" -eq 501 ]
ok "points are generated as npy" amqadf generate --points 500 --layers 5 -o p.npy
ok "mapping text" amqadf map --method idw --grid 8 -o idw1.npy p.csv
ok "mapping npy" amqadf map --method idw --grid 8 -o idw2.npy p.npy
ok "both give the same grid" cmp idw1.npy idw2.npy

all_methods() {
	for method in nearest linear kde rbf; do
		amqadf map --method $method --grid 8x9x4 -o $method.npy p.csv || return
	done
}
ok "every method maps" all_methods
all_filters() {
	for method in gaussian median bilateral; do
		amqadf filter --method $method -o f_$method.npy nearest.npy || return
	done
}
ok "every filter filters" all_filters
ok "grids are fused" amqadf fuse --strategy median -o fused.npy kde.npy rbf.npy nearest.npy
ok "quality is printed" prints '^quality 0\.' amqadf quality fused.npy kde.npy rbf.npy

ok "grids of two shapes are refused by name" \
	complains 1 "amqadf: kde.npy: found 8x9x4 voxels, expected" \
	amqadf fuse -o no.npy idw1.npy kde.npy
printf 'x,y,z,value\n1,2,3,4\n1,2,x,4\n' >bad.csv
ok "a bad line is named" complains 1 "amqadf: bad.csv:3: found 'x'" amqadf map -o no.npy bad.csv
head -c 200 idw1.npy >cut.npy
ok "a truncated grid is refused" complains 1 "amqadf: cut.npy: found" amqadf stats cut.npy
ok "what fails writes nothing" [ ! -e no.npy ]
# A limit stands for a full disk. It is not /dev/full: were that replaced, all would lose it.
limited() { (trap '' XFSZ && ulimit -f 1 && amqadf "$@"); }
ok "what does not fit on the disk is a failure" complains 1 "amqadf: big.csv: cannot be written" \
	limited generate --points 10000 --layers 1 -o big.csv

ok "the pipeline prints the same every time" same_twice pipeline --points 2000 --grid 10
ok "the pipeline is quiet off a terminal" quiet pipeline --grid 8 -o fused.npy p.csv
ok "no temporary or partial file is left" no_leftovers
