#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Arguments and results in every kind of register come through, and so does what a call keeps.
. "${top_srcdir:-.}/tests/run/init.sh"
plan 6

# A catalogue of its own: `large` has 40 words on the stack, so less would be seen.
mkdir catalogue && cp "$top_srcdir/tests/targets/registers.kernels" catalogue
RECOAT_KERNEL_PATH=$work/catalogue
export RECOAT_KERNEL_PATH
target=$targets/registers
[ -x "$targets/.libs/registers" ] && target=$targets/.libs/registers

"$target" >native.out
ok "nothing goes wrong without us" test "$(awk '{ n += $2 } END { print NR, n }' native.out)" = "7 0"
for mode in all auto aggregate off; do
	RECOAT_SPANS=$mode recoat record -o "$mode" -- "$target" >under.out 2>err
	ok "nothing with spans $mode" diff native.out under.out
done
recoat report --json all >all.json
ok "and calls were caught" json all.json \
	"min(k['calls'] for k in d['kernels'] if k['kernel'] != 'registers.vectors') == 30000"
