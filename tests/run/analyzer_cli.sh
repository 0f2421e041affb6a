#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The command line: exit statuses, signals, and one clear line for every kind of bad input.
. "${top_srcdir:-.}/tests/run/init.sh"
plan 45

ok_refused 2 'no command given'
ok_refused 2 'unknown command foo' foo
ok_refused 2 'unknown option --foo' --foo
ok_refused 2 'unknown option --foo' report --foo
ok_refused 2 'unknown option -x' record -x
ok_refused 2 'needs a value' record -o
ok_refused 2 'no command given' record -o x --
ok_refused 2 'expected time, cpu or memory' report --tree space
ok_refused 2 'expected a number' report --limit many
ok_refused 2 'expected a percentage' report --least 101
ok_refused 2 'expected one of them' report --json --html page.html
ok_refused 2 'expected the title of a column' report --sort name
ok_refused 2 'expected the title of a column' report --sort kernels:leaked
ok_refused 2 'expected kernels' list threads
ok_refused 2 'expected one' dump

ok "what is wrong is shown without colours of its own" is_refused 2 'found "?[31m", expected kernels' list "$(printf '\033[31m')"
ok "and in one line" is_refused 1 'two?lines: No such file' report "$(printf 'two\nlines')"

ok_refused 127 'nonexistent: program not found' record -- nonexistent
ok_refused 127 './nonexistent: program not found' record -- ./nonexistent
touch plain
ok_refused 126 'not executable' record -- ./plain
ok_refused 125 'expected profile, trace, sample:BYTES or off' record --heap full -- true
ok_refused 125 'expected a glob that matches one of: ' record --kernels 'zzz*' -- true
ok_refused 125 'cannot be created' record -o none/new -- true
touch file
ok_refused 125 'not a directory' record -o file -- true
mkdir full && touch full/file
ok_refused 125 'holds other files' record -o full -- true
mkdir catalogues && echo 'symbol = x' >catalogues/bad.kernels
RECOAT_KERNEL_PATH=$work/catalogues
ok_refused 125 'catalogues/bad.kernels:1: ' record -- true
ok_refused 1 'catalogues/bad.kernels:1: ' list kernels
RECOAT_KERNEL_PATH=$top_srcdir/kernels
RECOAT_HEAP=full; export RECOAT_HEAP
ok_refused 125 'expected profile, trace, sample:BYTES or off' record -- true
unset RECOAT_HEAP
if echo 'int main(void) { return 0; }' >static.c && ${CC:-cc} -static -o static static.c 2>/dev/null; then
	ok_refused 125 'statically linked' record -- ./static
	printf '#!%s/static\n' "$work" >script && chmod +x script
	ok_refused 125 'statically linked' record -- ./script
else
	skip "a static program" "no static libc here"
	skip "a script for a static program" "no static libc here"
fi

ok_refused 1 'no recording in the current directory' report
ok_refused 1 'expected a recording' report nonexistent
mkdir empty
ok_refused 1 'an empty directory' report empty
ok_refused 1 'not a recording' report full
ok_refused 1 'not a recording' dump full

# Exit statuses, signals and output are the command's own.
status_is() {
	status=$1
	shift
	"$@" >out 2>err
	found=$?
	cat out err
	echo "exit status $found"
	[ $found = "$status" ]
}
ok "an exit status is passed on" status_is 7 recoat record -o r1 -- sh -c 'exit 7'
ok "a signal is passed on" status_is 143 recoat record -o r2 -- sh -c 'kill -TERM $$'
ok "so is SIGKILL" status_is 137 recoat record -o r3 -- sh -c 'kill -KILL $$'
ok "the place is told" grep -q '^recoat: recording in r3$' err
ok "a second recording in one place is refused" status_is 125 recoat record -o r1 -- true
ok "standard input is passed on" sh -c '[ "$(echo text | "$1" record -o r4 -- cat 2>/dev/null)" = text ]' \
	sh "$top_builddir/recoat"
"$top_builddir/recoat" record -o r5 -- sh -c 'trap "exit 3" TERM; : >ready; while :; do sleep 0.1; done' 2>/dev/null &
pid=$!
while [ ! -e ready ]; do sleep 0.1; done
kill -TERM $pid
wait $pid
found=$?
ok "SIGTERM is forwarded" [ $found = 3 ]
recoat record -- true 2>err
ok "the default place is taken, and the newest is reported" \
	sh -c 'ls -d recoat-true-* && "$1" report | grep -q "recoat-true-"' sh "$top_builddir/recoat"
recoat report --json r1 >report.json
ok "JSON is well formed" json report.json 'd["schema"] == "recoat-report-1"'
ok "help goes to standard output" sh -c '"$1" --help | grep -q record && "$1" help report | grep -q json' \
	sh "$top_builddir/recoat"
