#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Programs that nobody here wrote print the same and exit the same under `recoat record`.
. "${top_srcdir:-.}/tests/run/init.sh"
plan 23

cat >unit.c <<'SOURCE'
#include <stdio.h>
int main(void) { printf("%d\n", 42); return undeclared; }
SOURCE
printf 'a.txt\nb.txt\n' >list

# same NAME PROGRAM ARGUMENT...: natively, under record, and with LD_PRELOAD alone.
same() {
	name=$1
	shift
	if ! command -v "$1" >/dev/null; then
		for how in record preload report; do skip "$name: $how" "no $1 here"; done
		return
	fi
	"$@" <list >native.out 2>native.err
	native=$?
	recoat record -o "rec-$name" -- "$@" <list >under.out 2>under.err
	under=$?
	sed -i '/^recoat: recording in /d' under.err
	ok "$name: record" same_run
	RECOAT_OUTPUT="$work/bare-$name" LD_PRELOAD=$shim "$@" <list >under.out 2>under.err
	under=$?
	ok "$name: preload alone" same_run
	ok "$name: the report reads" recoat report "rec-$name"
}
same_run() {
	echo "exit status $native natively, $under under recoat" &&
		[ "$native" = "$under" ] && diff native.out under.out && diff native.err under.err
}

same python3 /usr/bin/python3 -c 'import json, sys
d = {str(n): list(range(n % 7)) for n in range(5000)}
print(len(json.dumps(d))); print(sys.stdin.read(), file=sys.stderr); sys.exit(3)'
same sqlite3 sqlite3 :memory: 'CREATE TABLE t (a); INSERT INTO t VALUES (1), (2);
	SELECT sum(a) FROM t; SELECT * FROM nowhere;'
same gcc gcc -O2 -c unit.c -o unit.o
same git git -C "$top_srcdir" log --oneline -3
same perl perl -e 'my %h = map { $_ => 1 } 1 .. 5000; print scalar(keys %h), <STDIN>; exit 4'
same node node -e 'console.log([3, 1, 2].sort().join()); console.error("x"); process.exit(5)'
same amqadf "$top_builddir/.libs/amqadf" pipeline --points 200

# A limit on the size of files is the target's to run into, not ours.
limited() {
	sh -c "ulimit -f $1; RECOAT_OUTPUT=$work/limit-$1 LD_PRELOAD=$shim exec /usr/bin/python3 -c '
print(sum(len(str(n)) for n in range(20000)))'" >limited.out 2>limited.err
	status=$?
	cat limited.err
	test $status = 0 && test "$(cat limited.out)" = 88890
}
ok "ulimit -f 1: runs on" limited 1
ok "ulimit -f 200: runs on" limited 200
