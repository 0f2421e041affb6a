#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Wherever a process is killed, also in the middle of what the runtime stores: everybody can read
# what it leaves.
. "${top_srcdir:-.}/tests/run/init.sh"
cc=${CC:-cc}
$cc -O2 -fPIC -shared -o refuse.so "$top_srcdir/tests/targets/refuse.c" || skip_all "no compiler"
command -v babeltrace2 >/dev/null || skip_all "babeltrace2 is not installed"
plan 3

RECOAT_KERNEL_PATH=$top_srcdir/tests/targets
export RECOAT_KERNEL_PATH
# killed WHICH VARIABLE=VALUE... COMMAND...: at this system call of the runtime's.
killed() {
	rm -rf rec
	which=$1
	shift
	env RECOAT_OUTPUT="$work/rec" LD_PRELOAD="$work/refuse.so:$shim" KILL="$which" "$@" >/dev/null 2>err
	status=$?
}
# readable: by both readers, once there is a recording; a report may still lack what it tells of.
readable() {
	ls rec/*/metadata >/dev/null 2>&1 || return 0
	babeltrace2 rec >/dev/null 2>babeltrace.err && recoat report rec >report.out 2>report.err && return
	echo "killed at system call $which:" && tail -1 babeltrace.err && cat report.err
	ls -l rec/*
	return 1
}
# everywhere VARIABLE=VALUE... COMMAND...: killed at each system call of the first, then at more and
# more distant ones, as the same come again.
everywhere() {
	at=1
	while killed $at "$@" && test $status = 137; do
		readable || return 1
		at=$((at + 1 + at / 60))
	done
	echo "system calls: $at" && test $status = 0 && test $at -gt 100
}
real() { if [ -x "$targets/.libs/$1" ]; then echo "$targets/.libs/$1"; else echo "$targets/$1"; fi; }
often=$(real often)
ok "spans: killed at one system call after the other" everywhere RECOAT_SPANS=all "$often" threads
ok "sums of spans: killed at one system call after the other" everywhere RECOAT_SPANS=aggregate RECOAT_HEAP=off "$often" threads
ok "heap trace: killed at one system call after the other" everywhere RECOAT_HEAP=trace /usr/bin/python3 -c 'print()'
