#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Functions whose first instructions were moved: exceptions pass, and gdb sees who called whom.
. "${top_srcdir:-.}/tests/run/init.sh"
plan 14

mkdir kernels
cat >kernels/thrown.kernels <<'CATALOGUE'
[thrown.inner]
abi = t
symbol = _ZL12thrown_innerl
hook = inline
size = arg0
[thrown.outer]
abi = t
symbol = _ZL12thrown_outerl
hook = inline
CATALOGUE
RECOAT_KERNEL_PATH=$work/kernels
export RECOAT_KERNEL_PATH
target=$targets/thrown

# ---- Exceptions: of twelve calls every second one throws, and two of those are caught between. ----

"$target" >native.out
native=$?
# same NAME OPTION...: it prints and returns under recoat what it does without.
same() {
	name=$1
	shift
	recoat record -o "$name.rec" "$@" -- "$target" >under.out 2>err
	under=$?
	recoat report --json "$name.rec" >"$name.json"
	diff native.out under.out && [ "$native $under" = '7 7' ]
}
calls() {
	json "$1.json" "[(k['kernel'], k['mechanism'], k['calls'], k['unwound'])
		for k in d['kernels']] == $2" || ! json "$1.json" "d['kernels'] or 'none'"
}
both="('thrown.inner', 'inline (symtab)', 12, 6), ('thrown.outer', 'inline (symtab)', 12, 4)"
ok "through two hooks: runs as without" same two
ok "through two hooks: spans end where they are left" calls two "[$both]"
ok "through one hook: runs as without" same one --kernels thrown.inner
ok "through one hook: spans end where they are left" calls one "[${both%%), *})]"
ok "without spans: runs as without" same off --spans off
ok "summed up: runs as without" same sums --spans aggregate
ok "summed up: spans end where they are left" calls sums "[$both]"

# ---- A debugger. ----

# debug COMMAND...: by gdb; frames gets the functions of each backtrace, a line each.
debug() {
	: >commands
	for command in "$@"; do echo "$command" >>commands; done
	RECOAT_OUTPUT=$work/gdb.rec RECOAT_CPU=0 timeout 120 gdb -nx -batch \
		-iex 'set debuginfod enabled off' -iex 'set auto-load no' \
		-ex 'set startup-with-shell off' -ex 'set breakpoint pending on' \
		-ex "set environment LD_PRELOAD $shim" -x commands "$target" >gdb.out 2>&1
	awk '/^#0 / { if (line) print line; line = "" }
		/^#[0-9]/ { name = $3 == "in" ? $4 : $2; sub(/\(.*/, "", name)
			line = line (line ? " " : "") name }
		END { if (line) print line }' gdb.out >frames
}
# seen LINE: one of the backtraces.
seen() { grep -Fx -e "$1" frames || { cat frames gdb.out; false; }; }

debug 'run'
if ! grep -q 'exited with code 07' gdb.out; then
	for n in 1 2 3 4 5 6 7; do skip "gdb" "there is none that can start a program"; done
	exit 0
fi
debug 'break thrown_leaf' 'run' 'backtrace' 'continue 2' 'backtrace'
ok "gdb: through two thunks" seen \
	'thrown_leaf thrown_inner recoat_thunk thrown_outer recoat_thunk main'
ok "gdb: each time" test "$(grep -c thunk frames)" = 2
debug 'break main' 'run' 'break recoat_moved' 'continue' 'backtrace' 'tbreak *($pc + 16)' \
	'continue' 'backtrace' 'stepi' 'backtrace' 'stepi' 'backtrace' 'stepi' 'backtrace'
ok "gdb: on the way to the thunk" seen 'recoat_moved main'
ok "gdb: in moved instructions" seen 'recoat_moved recoat_thunk main'
ok "gdb: in each of them" test "$(grep -c '^recoat_moved recoat_thunk main$' frames)" -ge 3
debug 'catch throw' 'run' 'backtrace'
ok "gdb: where an exception is thrown" seen \
	'__cxa_throw thrown_leaf thrown_inner recoat_thunk thrown_outer recoat_thunk main'
debug 'catch catch' 'run' 'backtrace'
ok "gdb: where it is caught" seen '__cxa_begin_catch thrown_outer recoat_thunk main'
