#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Kernels called through the PLT, by pointer and after dlopen; left in every way there is.
. "${top_srcdir:-.}/tests/run/init.sh"
plan 19

RECOAT_KERNEL_PATH=$top_srcdir/tests/targets
export RECOAT_KERNEL_PATH
libraries=$top_builddir/tests/.libs

# kernel FILE NAME EXPRESSION: over the kernel's row, called `k`.
kernel() {
	json "$1" "(lambda k: $3)([k for k in d['kernels'] if k['kernel'] == '$2'][0])" ||
		{ json "$1" "[k for k in d['kernels'] if k['kernel'] == '$2']"; false; }
}
same_output() { "$@" >loads.out && recoat record -o same -- "$@" >under.out 2>/dev/null; diff loads.out under.out; }

target=$targets/spans
[ -x "$targets/.libs/spans" ] && target=$targets/.libs/spans
thrower=$targets/throws
[ -x "$targets/.libs/throws" ] && thrower=$targets/.libs/throws

"$target" >native.out
recoat record -o rec -- "$target" >under.out 2>err
status=$?
recoat report --json rec >spans.json
ok "output as without" diff native.out under.out
ok "exit status as without" test "$status" = 3
ok "direct, by pointer and nested calls are seen" kernel spans.json demo.sum "k['calls'] == 7"
ok "problem sizes are read" kernel spans.json demo.sum \
	"(k['size_min'], k['size_max'], k['size_total']) == (3, 4, 27)"
ok "a nested span is a child of the outer" json spans.json \
	"[n['calls'] for n in d['spans'] if n['parent'] is not None
		and d['kernels'][n['kernel']]['kernel'] == 'demo.sum'] == [5]"
ok "exclusive time leaves nested spans out" kernel spans.json demo.repeat \
	"0 < k['exclusive_ns'] < k['inclusive_ns']"
ok "a pattern finds its kernel" kernel spans.json demo.pair "k['calls'] == 2"
ok "a size of register arguments" kernel spans.json demo.arguments "k['size_total'] == 7"
ok "longjmp and cancellation end their spans" kernel spans.json demo.call \
	"(k['calls'], k['unwound']) == (4, 2)"
ok "a kernel has its own heap figures" kernel spans.json demo.allocate \
	"(k['allocations'], k['bytes'], k['peak_bytes']) == (12, 11080, 10080)"

recoat record -o throw -- "$thrower" >under.out 2>err
status=$?
recoat report --json throw >throw.json
ok "exceptions pass" test "$status" = 2
ok "and end the spans they leave" kernel throw.json demo.call \
	"(k['calls'], k['unwound']) == (6, 4)"

ok "late modules: output as without" same_output "$targets/loads" "$libraries/libdemo.so" \
	"$libraries/use_demo.so"
recoat report --json same >same.json
ok "late modules: dlsym and the other module's PLT" kernel same.json demo.sum "k['calls'] == 2"

recoat record -o some --kernels 'demo.re*' -- "$target" >/dev/null 2>&1
recoat report --json some >some.json
ok "--kernels limits what is caught" json some.json \
	"{k['kernel'] for k in d['kernels']} == {'demo.repeat'}"

# By the pointers that the loader wrote, without a change of code.
mkdir slots && sed 's/^abi = .*/&\nhook = slot/' "$RECOAT_KERNEL_PATH/demo.kernels" >slots/demo.kernels
by_slots() {
	RECOAT_KERNEL_PATH=slots recoat record -o slots.rec -- "$target" >under.out 2>err
	recoat report --json slots.rec >slots.json && diff native.out under.out &&
		kernel slots.json demo.sum "(k['calls'], k['mechanism']) == (7, 'got (dynsym)')"
}
ok "by slots alone: direct, by pointer and nested calls are seen" by_slots

# The child finds the catalogue where it was when its parent was started.
mkdir -p catalogue below && cp "$RECOAT_KERNEL_PATH/demo.kernels" catalogue
elsewhere() {
	RECOAT_KERNEL_PATH=catalogue recoat record -o below.rec -- sh -c 'cd below && "$1"' sh "$target" \
		>under.out 2>err
	recoat report --json below.rec >below.json && kernel below.json demo.sum "k['calls'] == 7"
}
ok "a relative RECOAT_KERNEL_PATH is one place for all children" elsewhere

cat >wrong.kernels <<'CATALOGUE'
[demo.sum]
operation = analytics
abi = demo
symbol = demo_sum
size = arg0->u64[1]->u64[100000000] + 1/0
CATALOGUE
RECOAT_KERNEL_PATH=$work
recoat record -o wrong -- "$target" >under.out 2>err
status=$?
recoat report --json wrong >wrong.json
ok "a wrong size expression does no harm" diff native.out under.out
ok "and leaves the size unknown" kernel wrong.json demo.sum \
	"(k['calls'], k['size_calls']) == (7, 0)"
