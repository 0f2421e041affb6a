#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the fuzzer is given, and that it builds: see docs/fuzzing.md.
. "${top_srcdir:-.}/tests/run/init.sh"
plan 4

# The first clang that has libFuzzer.
find_clang() {
	echo 'int LLVMFuzzerTestOneInput(void) { return 0; }' >probe.c
	for clang in $FUZZ_CC clang clang-19 clang-18 clang-17 clang-16 clang-15 clang-14; do
		"$clang" -fsanitize=fuzzer,address,undefined -o probe probe.c 2>/dev/null && return
	done
	return 1
}
make_seeds() { (cd "$top_builddir" && "$top_srcdir/tests/fuzz/seeds.sh" "$work/seeds"); }

ok "seeds are made" make_seeds
ok "all are good recordings" "$top_builddir/tests/fuzz/regressions" seeds/*
if find_clang; then
	ok "the fuzzer builds" make -C "$top_builddir" FUZZ_CC="$clang" fuzzer
	ok "and reads them" "$top_builddir/tests/fuzz/fuzzer" -runs=50 -max_len=32768 seeds
else
	skip "the fuzzer builds" "no clang with libFuzzer"
	skip "and reads them" "no clang with libFuzzer"
fi
