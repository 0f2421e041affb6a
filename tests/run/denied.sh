#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Where code cannot be decoded or changed: a reason for each function, nothing that is half patched,
# and the program runs as without.
. "${top_srcdir:-.}/tests/run/init.sh"

cc=${CC:-cc}
$cc -O2 -fPIC -shared -o refuse.so "$top_srcdir/tests/targets/refuse.c" &&
	${CXX:-c++} -O2 -fPIC -shared -fvisibility=hidden -o shapes.so \
		"$top_srcdir/tests/targets/locate.cc" || skip_all "no compiler"
plan 18

mkdir kernels
cat >kernels/test.kernels <<'CATALOGUE'
[t.guarded]
abi = t
symbol = guarded_sum
[t.static]
abi = t
symbol = _ZL10locate_suml
[t.area]
abi = t
rtti = N6shapes6SquareE
slot = 2
CATALOGUE
RECOAT_KERNEL_PATH=$work/kernels
export RECOAT_KERNEL_PATH
"$targets/guarded" native.code >guarded.out
"$targets/load_often" "$work/shapes.so" 1 >shapes.out

# calls NAME EXPECTED: of the kernels that were called, by mechanism.
calls() {
	json "$1.json" "{k['kernel']: (k['mechanism'], k['calls']) for k in d['kernels']
		if k['calls']} == $2" || ! json "$1.json" "(d['kernels'], d['not_hooked'])"
}
# reason NAME KERNEL TEXT: it was refused so.
reason() {
	json "$1.json" "any(n['kernel'] == '$2' and '$3' in n['reason'] for n in d['not_hooked'])" ||
		! json "$1.json" "d['not_hooked'] or 'none'"
}

# ---- No decoder. ----

zydis=$(grep -ao 'libZydis\.so[.0-9]*' "$shim" | head -1)
# without NAME: run shapes.so with what stands for Zydis in the directory `instead`.
without() {
	LD_LIBRARY_PATH=$work/instead:$LD_LIBRARY_PATH recoat record -o "$1.rec" -- \
		"$targets/load_often" "$work/shapes.so" 1 >under.out 2>err
	status=$?
	recoat report --json "$1.rec" >"$1.json"
	diff shapes.out under.out && test "$status" = 0
}
mkdir instead
: >"instead/$zydis"
ok "Zydis cannot be opened: output as without" without absent
ok "Zydis cannot be opened: a static function is refused, with the reason" \
	reason absent t.static "$zydis, which decodes instructions, cannot be opened"
ok "Zydis cannot be opened: a virtual one is caught by its slot" \
	calls absent "{'t.area': ('vtable (rtti)', 3)}"
ok "Zydis cannot be opened: and not elsewhere, with the reason" \
	reason absent t.area "caught by slots only: $zydis, which decodes"
echo 'int nothing;' | $cc -shared -fPIC -x c -o "instead/$zydis" -
ok "something else of that name: output as without" without foreign
ok "something else of that name: refused, with the reason" reason foreign t.static "$zydis, which"
rm "instead/$zydis"
ok "with Zydis both are caught" without present
ok "with Zydis both are caught by their code" calls present \
	"{'t.area': ('inline (rtti)', 3), 't.static': ('inline (symtab)', 3)}"

# ---- No change of code. ----

mprotect=10,5 mremap=25,-1 mmap=9,-1 mmap_code=9,5 # Of code: read and execute.
# guarded NAME REFUSED: run it, with these system calls refused.
guarded() {
	name=$1
	REFUSE=$2 RECOAT_OUTPUT=$work/$name.rec LD_PRELOAD=$work/refuse.so:$shim \
		"$targets/guarded" under.code >under.out 2>err
	status=$?
	recoat report --json "$name.rec" >"$name.json" 2>/dev/null
	diff guarded.out under.out && test "$status" = 7
}
# whole NAME: the function was caught, with a jump, or its code is what it was. Without memory for
# what is recorded, a recording may lack calls, or there is none.
whole() {
	if cmp -s native.code under.code; then
		! [ -s "$1.json" ] || calls "$1" '{}'
	else
		grep -q '^e9' under.code && json "$1.json" \
			"[k['mechanism'] for k in d['kernels']] == ['inline (symtab)']"
	fi
}
refused() { guarded "$1" "$2" && cmp native.code under.code && reason "$1" t.guarded "$3"; }
ok "mprotect: refused, with the reason, and runs as without" refused mprotect $mprotect,0 \
	'the system does not allow new code (mprotect)'
ok "mremap: refused, with the reason, and runs as without" refused mremap $mremap,0 \
	'the system does not allow its page to be replaced (mremap)'
ok "mmap of code: refused, with the reason, and runs as without" refused mmap $mmap_code,0 \
	'no memory near enough for a jump'

# one_by_one CALL LAST: only the first is refused, then only the second ... At the last all is well.
one_by_one() {
	for which in $(seq "$2"); do
		echo "refused: $1,$which"
		guarded "step-$1-$which" "$1,$which" && whole "step-$1-$which" || return 1
	done
	! cmp native.code under.code
}
ok "each mprotect in turn: all or nothing" one_by_one $mprotect 8
ok "each mremap in turn: all or nothing" one_by_one $mremap 8
ok "each mmap in turn: all or nothing" one_by_one $mmap 60

# ---- No change of slots. ----

printf '[t.area]\nabi = t\nrtti = N6shapes6SquareE\nslot = 2\nhook = slot\n' >kernels/test.kernels
# slots NAME REFUSED
slots() {
	name=$1
	REFUSE=$2 RECOAT_OUTPUT=$work/$name.rec LD_PRELOAD=$work/refuse.so:$shim \
		"$targets/load_often" "$work/shapes.so" 1 >under.out 2>err
	status=$?
	recoat report --json "$name.rec" >"$name.json"
	diff shapes.out under.out && test "$status" = 0
}
unwritable() { slots "$1" "$2" && reason "$1" t.area 'its slot cannot be written' && calls "$1" '{}'; }
ok "slots cannot be made writable: refused, with the reason" unwritable writable 10,3,0
ok "slots cannot be protected again: refused, with the reason" unwritable protected 10,1,0
ok "slots can be changed: all is well" slots nothing 10,0,0
ok "slots can be changed: calls are caught" calls nothing "{'t.area': ('vtable (rtti)', 3)}"
