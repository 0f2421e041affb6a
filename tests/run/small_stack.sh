#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Where a program's thread has little stack, what we do in it needs little too.
. "${top_srcdir:-.}/tests/run/init.sh"
plan 4

RECOAT_KERNEL_PATH=$top_srcdir/tests/targets
export RECOAT_KERNEL_PATH
"$targets/small_stack" "$top_builddir/tests/.libs/libdemo.so" >native.out
native=$?
recoat record --cpu 0 -o rec -- "$targets/small_stack" "$top_builddir/tests/.libs/libdemo.so" \
	>under.out 2>err
status=$?
recoat report --json rec >rec.json
ok "output as without" diff native.out under.out
ok "exit status as without" test "$native $status" = '0 0'
ok "what it loads is searched, and the kernel is caught" json rec.json \
	"[(k['kernel'], k['calls']) for k in d['kernels'] if k['calls']] == [('demo.sum', 1)]"
ok "a child that it forks is recorded" json rec.json \
	"[p['forked'] for p in d['processes']].count(True) == 1 and
		any(s['function'] == 'allocate' for s in d['allocation_sites'])"
