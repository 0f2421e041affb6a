#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The plugin verify: finds wrong results, leaves right ones alone, and can put wrong ones right.
. "${top_srcdir:-.}/tests/run/init.sh"
command -v cc >/dev/null || skip_all "no C compiler here"
plan 21

mkdir plugins
RECOAT_PLUGIN_PATH=$work/plugins:$top_builddir/plugins/.libs
export RECOAT_PLUGIN_PATH
cc -shared -fPIC -I"$top_srcdir/include" -o plugins/wrong.so "$top_srcdir/tests/targets/wrong_plugin.c"
amqadf=$top_builddir/amqadf
[ -x "$top_builddir/.libs/amqadf" ] && amqadf=$top_builddir/.libs/amqadf

# plugin FILE NAME EXPRESSION: over the plugin's entry, called `p`.
plugin() { json "$1" "(lambda p: $3)([p for p in d['plugins'] if p['plugin'] == '$2'][0])"; }
# work_through PLUGINS DIR: all kernels, under these plugins; results in DIR.
work_through() {
	mkdir "$2"
	recoat record -p "$1" -o "$2.map" -- "$amqadf" map --method nearest --grid 8 \
		-o "$2/grid.npy" points.csv >"$2/map.out" 2>"$2/err"
	recoat record -p "$1" -o "$2.pipeline" -- "$amqadf" pipeline --points 400 \
		>"$2/pipeline.out" 2>"$2/err"
}
native() {
	mkdir native
	"$amqadf" map --method nearest --grid 8 -o native/grid.npy points.csv >native/map.out &&
		"$amqadf" pipeline --points 400 >native/pipeline.out
}
same() { for file in grid.npy map.out pipeline.out; do cmp "native/$file" "$1/$file" || return; done; }

"$amqadf" generate --points 200 --layers 4 -o points.csv
ok "the kernels run by themselves" native

work_through verify right
recoat report --json right.map >right.map.json
recoat report --json right.pipeline >right.json
ok "right results stay as they are" same right
ok "and every call is verified" plugin right.json verify \
	"p['counters'] == {'verified': p['calls']} and p['calls'] > 20 and not p['mismatches']"
ok "of all kernels that the pipeline calls" json right.json \
	"{k['kernel'] for k in d['kernels'] if k['implementation'] == 'verify' and k['calls']} ==
	 {k['kernel'] for k in d['kernels'] if k['implementation'] == 'original' and k['calls']} and
	 len({k['kernel'] for k in d['kernels']}) >= 13"
ok "files too, which leaves no file behind" sh -c "test \"\$(ls right)\" = 'err
grid.npy
map.out
pipeline.out'"
ok "and they are read and written twice" plugin right.map.json verify \
	"p['counters']['verified'] == p['calls'] and 'skipped' not in p['counters']"

work_through verify,wrong wrong
recoat report --json wrong.map >wrong.map.json
recoat report --json wrong.pipeline >wrong.json
ok "wrong results are passed on if only reported" sh -c '! cmp native/grid.npy wrong/grid.npy'
ok "mismatches of grids, reports and what is read" json wrong.json \
	"{m['kernel'] for p in d['plugins'] for m in p['mismatches']} ==
	 {'signal_mapping.nearest', 'voxel_fusion.fuse', 'quality.assess', 'analytics.statistics'}"
ok "and of files" json wrong.map.json \
	"{'io.read_points', 'io.write_grid'} <= {m['kernel'] for p in d['plugins'] for m in p['mismatches']}"
ok "say how many values, how far off, and for which N" plugin wrong.map.json verify \
	"[(m['calls'], m['values'], m['differing'], round(m['max_absolute']), m['first_size'])
	  for m in p['mismatches'] if m['kernel'] == 'io.read_points'] == [(1, 802, 1, 1000, 200)]"
ok "the report says so" sh -c "'$top_builddir/recoat' report wrong.map | grep '^MISMATCH signal_mapping.nearest (amqadf-c), found by verify: 1 calls, 1 of '"

work_through verify:on_mismatch=original,wrong mended
ok "with on_mismatch=original nothing is wrong" same mended
recoat record -p verify:tolerance=1:absolute=1e6,wrong -o tolerant -- "$amqadf" map \
	--method nearest --grid 8 -o x.npy points.csv >out 2>err
recoat report --json tolerant >tolerant.json
ok "what is within tolerance is no mismatch" json tolerant.json \
	"{m['kernel'] for p in d['plugins'] for m in p['mismatches']} <= {'signal_mapping.nearest', 'io.write_grid', 'analytics.statistics'}"
recoat record -p verify:rate=0.25 -o rate -- "$amqadf" pipeline --points 400 >out 2>err
recoat report --json rate >rate.json
ok "rate= verifies a share of the calls, the first of each kernel among them" plugin rate.json verify \
	"p['calls'] == p['counters']['verified'] + p['counters']['passed_on'] and
	 p['counters']['verified'] < p['calls'] / 1.5"
fifo() {
	mkfifo pipe
	cat points.csv >pipe &
	recoat record -p verify -o fifo -- "$amqadf" map --method nearest --grid 8 -o y.npy pipe >out 2>err &&
		cmp y.npy native/grid.npy && recoat report --json fifo >fifo.json &&
		plugin fifo.json verify "p['counters']['skipped'] == 1"
}
ok "a pipe is read once" fifo

# Call number n of a kernel is verified where n * rate passes a whole number, which calls it twice.
exactly() {
	json "$1" "(lambda calls: calls and all(calls[kernel, 'original'] - n == -int(-$2 * n // 1)
		for (kernel, by), n in calls.items() if by == 'verify'))(
		{(k['kernel'], k['implementation']): k['calls'] for k in d['kernels'] if k['calls']})" ||
		json "$1" "[(k['kernel'], k['implementation'], k['calls']) for k in d['kernels']]"
}
ok "rate=0.25 verifies one call in four, rounded up" exactly rate.json 0.25
recoat record -p verify:rate=0 -o none -- "$amqadf" pipeline --points 400 >out 2>err
recoat report --json none >none.json
ok "rate=0 verifies none" plugin none.json verify "p['counters'] == {'passed_on': p['calls']} and p['calls'] > 20"

# on_mismatch=original where kernels are caught in their code, and where pointers lead to them.
for hook in inline slot; do
	mechanism=$(test $hook = slot && echo got || echo inline)
	mkdir "$hook"
	for file in "$top_srcdir"/kernels/*.kernels; do
		sed "/^abi/a hook = $hook" "$file" >"$hook/${file##*/}"
	done
	RECOAT_KERNEL_PATH=$work/$hook
	work_through verify:on_mismatch=original,wrong "mended-$hook"
	ok "$hook: with on_mismatch=original nothing is wrong" same "mended-$hook"
	recoat report --json "mended-$hook.pipeline" >"$hook.json"
	ok "$hook: though it was" json "$hook.json" \
		"{m['kernel'] for p in d['plugins'] for m in p['mismatches']} ==
		 {'signal_mapping.nearest', 'voxel_fusion.fuse', 'quality.assess', 'analytics.statistics'} and
		 {k['mechanism'].split()[0] for k in d['kernels'] if k['calls']} == {'$mechanism'}"
done
