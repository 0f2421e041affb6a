#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The plugin parallel before the C kernels of a whole pipeline: same output, calls served.
. "${top_srcdir:-.}/tests/run/init.sh"
plan 12

RECOAT_PLUGIN_PATH=$top_builddir/plugins/.libs
export RECOAT_PLUGIN_PATH
amqadf=$top_builddir/amqadf
[ -x "$top_builddir/.libs/amqadf" ] && amqadf=$top_builddir/.libs/amqadf

pipeline() { "$@" "$amqadf" pipeline --points 2000 --grid 20 --output grid.npy; }

pipeline env >native.out && mv grid.npy native.npy

# same PLUGIN: run the pipeline with it; output and grid must be the native ones.
same() {
	rm -rf recording
	pipeline recoat record -p "$1" -o recording -- >under.out 2>err &&
		cmp native.out under.out && cmp native.npy grid.npy
}

counter() {
	recoat report --json recording >report.json &&
		json report.json "[p for p in d['plugins'] if p['plugin'] == 'parallel'][0]['counters']$1"
}

ok "the plugin gives the same output" same parallel:threshold=0
ok "it served all thirteen kernels" counter "['served'] >= 13"
no_original_is_idle() { recoat report recording >report && grep -q parallel report && ! grep 'caught, but.*signal_mapping' report; }
ok "an original that it replaced is not called idle" no_original_is_idle
ok "and declined none" counter ".get('declined', 0) == 0"
ok "so do several threads, however small the work" same parallel:threshold=0:threads=3:grain=0
ok "so does the lowest level" same parallel:threshold=0:simd=sse2
ok "so does one thread" same parallel:threshold=0:threads=1
ok "a threshold leaves small calls alone" same parallel:threshold=1000000000000
ok "which are counted" counter "['declined'] >= 13"
# verify calls both and compares.
ok "verify finds no difference" same verify:rate=1,parallel:threshold=0

refused() {
	recoat record -p "$1" -o refused -- "$amqadf" pipeline --points 200 --grid 5 >/dev/null 2>err
	grep -q "$2" err
}
ok "a wrong number of threads is refused" refused parallel:threads=many "expected auto or a number"
ok "so is a level that there is not" refused parallel:simd=mmx simd
