#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The plugin verify over OpenVDB's grids: what can be wrong with one, and with a call.
. "${top_srcdir:-.}/tests/run/init.sh"
[ -x "$targets/vdb_native" ] || skip_all "OpenVDB 10 is not installed"
plan 21

RECOAT_PLUGIN_PATH=$top_builddir/tests/.libs:$top_builddir/plugins/.libs
export RECOAT_PLUGIN_PATH

# run_under PLUGINS NAME: its output in NAME.out, its report in NAME.json.
run_under() {
	recoat record -p "$1" -o "$2" -- "$targets/vdb_native" >"$2.out" 2>"$2.err"
	[ $? = 7 ] && recoat report --json "$2" >"$2.json"
}
verify() { json "$1.json" "(lambda p: $2)([p for p in d['plugins'] if p['plugin'] == 'verify'][0])"; }

native() { "$targets/vdb_native" >native.out; [ $? = 7 ] && [ "$(wc -l <native.out)" -gt 10 ]; }
ok "the kernels run by themselves" native

ok "right results are passed on" run_under verify right
ok "as they are" cmp native.out right.out
ok "every call is verified, and none is wrong" verify right \
	"p['counters'] == {'verified': p['calls']} and p['calls'] == 13 and not p['mismatches']"

ok "wrong results are passed on" run_under verify,wrong_vdb wrong
ok "if only reported" sh -c '! cmp native.out wrong.out'
ok "every kernel but the right one is caught" verify wrong \
	"{m['kernel'] for m in p['mismatches']} == {'signal_mapping.idw', 'signal_mapping.nearest',
	 'voxel_fusion.fuse', 'voxel_fusion.fuse_weighted', 'quality.assess',
	 'correction.filter_median', 'voxelization.hatching_vectors', 'voxelization.copy',
	 'processing.moving_average'}"
# first KERNEL EXPRESSION: over the mismatch of the kernel, called `m`, and its words, `w`.
first() {
	verify wrong "(lambda m: (lambda w: $2)(m['first']))([m for m in p['mismatches'] if m['kernel'] == '$1'][0])"
}
ok "a value, with N, how far off, and where" first signal_mapping.idw \
	"w == 'grid: value at (100, 1, 2) is 12345, expected 14' and m['first_size'] == 2 and
	 m['max_absolute'] == 12331 and m['calls'] == 1 and m['differing'] == 1"
ok "an active state" first signal_mapping.nearest \
	"w == 'grid: active state at (100, 1, 2) is 0, expected 1' and m['differing'] == 1"
ok "a transform" first voxel_fusion.fuse "w.startswith('transform') and m['calls'] == 1"
ok "an exception that was not thrown" first voxel_fusion.fuse_weighted \
	"w.startswith('threw \'nothing\', expected \'St16invalid_argument: ')"
ok "a figure" first quality.assess "w.startswith('b[0] is ') and m['differing'] == 1"
ok "voxels for a tile" first correction.filter_median "w == 'result: node at (0, 0, 0) is 1, expected 0' and m['calls'] == 2"
ok "directions, which are changed besides the result" first voxelization.hatching_vectors \
	"w == 'direction: node at (96, 0, 0) is 1, expected 0'"
ok "a leaf too many, and the two nodes above it" first voxelization.copy \
	"w == 'grid: node at (4096, 4096, 4096) is 1, expected 0' and m['differing'] == 3"

run_under verify:on_mismatch=original,wrong_vdb mended
ok "with on_mismatch=original nothing is wrong" cmp native.out mended.out
ok "though it was seen" verify mended "len(p['mismatches']) == 9"

# Behind a vtable.
mkdir slot
sed -n '/^.signal_mapping.nearest/,/^$/p' "$top_srcdir/kernels/am_qadf_native.kernels" |
	sed 's/^symbol.*/hook = slot/' >slot/slot.kernels
RECOAT_KERNEL_PATH=$work/slot
# Without those of the catalogue that may be installed.
RECOAT_KERNELS=signal_mapping.nearest
export RECOAT_KERNELS
run_under verify:on_mismatch=original,wrong_vdb behind
ok "a wrong result behind a vtable is seen" verify behind \
	"[k['mechanism'] for k in d['kernels'] if k['calls']] == ['vtable (rtti)'] * 3 and
	 [m['kernel'] for m in p['mismatches']] == ['signal_mapping.nearest']"
ok "and put right" cmp native.out behind.out

# These kernels bear AM-QADF's names and compute something else: of those that it tries, parallel finds
# out, and leaves them. Others it would serve.
mkdir tried
for kernel in signal_mapping.idw voxel_fusion.fuse_weighted correction.filter_gaussian; do
	sed -n "/^.$kernel]/,/^$/p" "$top_srcdir/kernels/am_qadf_native.kernels"
done >tried/tried.kernels
RECOAT_KERNEL_PATH=$work/tried
RECOAT_KERNELS=signal_mapping.idw,voxel_fusion.fuse_weighted,correction.filter_gaussian
ok "parallel before kernels that compute something else" run_under parallel:threshold=0 strange
strange() {
	cmp native.out strange.out && json strange.json "(lambda p: p['counters']['declined'] >= 3 and
		sorted(t['text'].split(':')[0] for t in p['log']) ==
		['correction.filter_gaussian', 'signal_mapping.idw', 'voxel_fusion.fuse_weighted'])(
		[p for p in d['plugins'] if p['plugin'] == 'parallel'][0])"
}
ok "serves none of those that it tries" strange
