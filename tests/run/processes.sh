#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Children and threads: each process has a recording of its own, and nothing is lost.
. "${top_srcdir:-.}/tests/run/init.sh"
plan 14

"$targets/forks" /bin/true >native.out
recoat record -o forks -- "$targets/forks" /bin/true >under.out 2>err
status=$?
recoat report --json forks >forks.json

ok "fork, exec, vfork: output as without" diff native.out under.out
ok "exit status as without" test "$status" = 5
ok "parent, forked child and exec'd child are there" json forks.json \
	"sorted((p['program'].split('/')[-1], p['forked']) for p in d['processes']) ==
		[('forks', False), ('forks', True), ('true', False)]"
ok "a forked child counts its own blocks only" json forks.json \
	"[(s['allocations'], s['bytes']) for s in d['allocation_sites']
		if s['function'] == 'allocate'] == [(12, 170000)]"
ok "every process ended by itself" json forks.json \
	"all(p['ended_cleanly'] for p in d['processes'])"

RECOAT_FOLLOW=0 recoat record -o alone -- "$targets/forks" /bin/true >under.out 2>err
recoat report --json alone >alone.json
ok "RECOAT_FOLLOW=0: output as without" diff native.out under.out
ok "RECOAT_FOLLOW=0: one process" json alone.json "len(d['processes']) == 1"

recoat record -o threads -- "$targets/threads" 2>err
ok "1,600 threads: exit status" test $? = 0
recoat report --json threads >threads.json
ok "1,600 threads: every block is counted" json threads.json \
	"[(s['allocations'], s['live_bytes']) for s in d['allocation_sites']
		if s['function'] == 'work'] == [(4800, 800000)]"
ok "1,600 threads: few files" sh -c 'test "$(find threads -type f | wc -l)" -lt 60'

# The shell's own children, in a directory that it leaves.
recoat record -o shell -- sh -c 'cd / && ls >/dev/null; (exit 3); /bin/true' 2>err
ok "a shell's children record into the run's directory" sh -c \
	"'$top_builddir/recoat' report --json shell >shell.json"
ok "all of them" json shell.json \
	"{p['program'].split('/')[-1] for p in d['processes']} >= {'ls', 'true'}"

# A program that the loader was told to run is not taken for the loader.
run_by_loader() {
	RECOAT_OUTPUT=$work/loader /lib64/ld-linux-x86-64.so.2 --preload "$shim" \
		"$targets/heap_known"
	recoat report --json loader >loader.json &&
		json loader.json "d['processes'][0]['program'].endswith('/heap_known')"
}
ok "run by the loader: the program is told" run_by_loader

# With the library alone and a relative path, a child that changes the directory first.
one_recording() {
	mkdir -p below && RECOAT_OUTPUT=relative LD_PRELOAD=$shim sh -c 'cd below && /bin/true; :'
	test ! -e below/relative && recoat report --json relative >relative.json &&
		json relative.json "{p['program'].split('/')[-1] for p in d['processes']} >= {'true'}"
}
ok "a relative RECOAT_OUTPUT is one place for all children" one_recording
