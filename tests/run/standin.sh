#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# AM-QADF's shapes: entry points in .symtab alone, behind vtables, and in pybind11's records.
. "${top_srcdir:-.}/tests/run/init.sh"
plan 40

libraries=$top_builddir/tests/.libs
catalogue=$top_srcdir/kernels/am_qadf_native.kernels

# same_run COMMAND...: the command prints and returns under recoat what it does without.
same_run() {
	"$@" >plain.out 2>plain.err
	plain=$?
	rm -rf rec
	recoat record -o rec -- "$@" >under.out 2>under.err
	under=$?
	recoat report --json rec >rec.json
	[ -s plain.out ] && diff plain.out under.out && [ "$plain" = "$under" ]
}

same_load() { same_run "$targets/standin_load" "$libraries/standin_$1.so" && [ "$plain" = 7 ]; }

# kernels: what was called, a line a kernel: name, calls, sum of N, calls left by an exception.
kernels() {
	/usr/bin/python3 -c 'import json
for k in sorted(json.load(open("rec.json"))["kernels"], key=lambda k: k["kernel"]):
	if k["calls"]:
		print(k["kernel"], k["calls"], k["size_total"], k["unwound"])'
}
# found TEXT: that is what kernels prints.
found() { kernels | diff - "$1"; }
# by MECHANISM: every kernel that was called was caught so.
by() { json rec.json "{k['mechanism'] for k in d['kernels'] if k['calls']} == {'$1'}"; }
# refused KERNEL REASON
refused() { json rec.json "('$1', '$2') in [(n['kernel'], n['reason']) for n in d['not_hooked']]"; }

# ---- Not OpenVDB 10: that is only in the stand-in's names. ----

lacking="the module imports nothing that matches the entry\'s \'needs\'"
same_run "$targets/standin_main"
ok "executable without OpenVDB: refused, with the reason" refused signal_mapping.idw "$lacking"
echo processing.moving_average 1 100 0 >average.expected
ok "executable without OpenVDB: only what takes no grid is caught" found average.expected
same_load stripped
ok "stripped module without OpenVDB: refused, with the reason" refused signal_mapping.idw "$lacking"
ok "stripped module without OpenVDB: nothing is caught" found /dev/null
mkdir any
sed '/^needs/d' "$catalogue" >any/any.kernels
RECOAT_KERNEL_PATH=$work/any

# ---- An executable: every call is direct. ----

cat >main.expected <<'KERNELS'
correction.distortions 1 2 0
correction.filter_bilateral 1 0 0
correction.filter_gaussian 1 0 0
correction.filter_median 1 0 0
io.read_grid 2 0 1
io.write_grid 1 0 0
processing.moving_average 1 100 0
quality.assess 1 2 0
signal_mapping.idw 4 120 1
signal_mapping.kde 5 200 1
signal_mapping.linear 3 60 1
signal_mapping.nearest 2 20 1
signal_mapping.rbf 6 300 1
synchronization.align 3 0 0
synchronization.grids_spatial 1 3 0
synchronization.grids_temporal 1 3 0
synchronization.temporal 1 3 0
voxel_fusion.fuse 1 3 0
voxel_fusion.fuse_weighted 3 9 1
voxelization.copy 1 0 0
voxelization.hatching_arrays 1 6 0
voxelization.hatching_paths 1 9 0
voxelization.hatching_vectors 1 8 0
voxelization.stl 1 0 0
KERNELS
ok "executable: runs as without" same_run "$targets/standin_main"
ok "executable: every call is seen, with its N" found main.expected
ok "executable: in its code, by .symtab" by 'inline (symtab)'

pool=$targets/standin_pool
[ -x "$targets/.libs/standin_pool" ] && pool=$targets/.libs/standin_pool
ok "executable with threads that block all signals: runs as without" same_run "$pool"
ok "executable with threads that block all signals: every call is seen" found main.expected
RECOAT_CPU=0 same_run "$pool"
ok "the same without CPU samples" found main.expected

# ---- Modules. ----

grep '^signal_mapping' main.expected >stripped.expected
{
	echo correction.filter_median 1 0 0
	cat stripped.expected
	echo voxel_fusion.fuse 1 2 0
	echo voxel_fusion.fuse_weighted 1 2 0
} >unstripped.expected
ok "unstripped module: runs as without" same_load unstripped
ok "unstripped module: every call is seen" found unstripped.expected
ok "unstripped module: in its code, by .symtab" by 'inline (symtab)'
ok "stripped module: runs as without" same_load stripped
ok "stripped module: the mappers are seen" found stripped.expected
ok "stripped module: in their code, by RTTI" by 'inline (rtti)'
pool_load() {
	RECOAT_CPU=0 same_run "$targets/standin_load" "$libraries/libstandin_pool.so" "$libraries/standin_unstripped.so"
}
ok "behind threads that block all signals, without CPU samples: runs as without" pool_load
ok "behind threads that block all signals, without CPU samples: every call is seen" found unstripped.expected

mkdir slots offsets
sed 's/^abi = .*/&\nhook = slot/' any/any.kernels >slots/slots.kernels
RECOAT_KERNEL_PATH=$work/slots
ok "by vtables alone: runs as without" same_load stripped
ok "by vtables alone: the mappers are seen" found stripped.expected
ok "by vtables alone: no code is touched" by 'vtable (rtti)'

build_id=$(readelf -n "$libraries/standin_unstripped.so" | sed -n 's/.*Build ID: //p')
address=$(nm "$libraries/standin_unstripped.so" | sed -n 's/ [tT] .*10GridFusion4fuseE[^.]*$//p')
offset() { printf '[fuse]\nabi = x\noffset = %s+0x%s\n' "$1" "$2" >offsets/o.kernels; }
offset "$build_id" "$address"
RECOAT_KERNEL_PATH=$work/offsets
RECOAT_KERNELS=fuse
export RECOAT_KERNELS
ok "by build id and address: runs as without" same_load unstripped
echo fuse 1 0 0 >offset.expected
ok "by build id and address: the call is seen" found offset.expected
offset "$(echo "$build_id" | tr 0-9a-f 1-9a-f0)" "$address"
same_load unstripped
ok "another build id means another module" json rec.json "not d['kernels']"
unset RECOAT_KERNELS
RECOAT_KERNEL_PATH=$work/any

# ---- Modules that lack something. ----

same_load short && [ "$(wc -l <plain.out)" = 4 ]
ok "a vtable without the slot: refused, with the reason" refused signal_mapping.idw \
	'its vtable has at most 2 slots, expected one of number 2'
ok "a vtable without the slot: nothing is caught" found /dev/null
ok "two vtables: runs as without" same_load twice
ok "two vtables: refused, with the reason" refused signal_mapping.idw \
	'several vtables of this type differ in the slot'
grep -v idw stripped.expected >twice.expected
ok "two vtables: the others are seen" found twice.expected
ok "no RTTI: runs as without" same_load nortti
ok "no RTTI: nothing is caught" found /dev/null

# ---- pybind11's records. ----

if [ ! -e "$libraries/standin_native.so" ]; then
	for _ in 1 2 3 4 5 6 7 8 9; do
		skip "Python module" "pybind11 is not installed"
	done
	exit 0
fi
cat >work.py <<'PYTHON'
import sys
import standin_native as native
mapper, grid = native.signal_mapping.IDWMapper(), native.cube(2, 1.0)
points = [native.signal_mapping.Point(1, 2, i) for i in range(30)]
for _ in range(3):
    mapper.map(grid, points, [1.5] * 30)
try:
    mapper.map(grid, points, [1.5])
except ValueError as error:
    print(error)
fusion, grids = native.fusion.GridFusion(), [grid, native.cube(3, 2.0), native.cube(4, 3.0)]
print(grid.sum(), fusion.fuse(grids).sum(), fusion.fuse_weighted(grids, [1, 2, 3]).sum())
print(native.correction.SpatialNoiseFilter().apply_median_filter(grid, 3).sum())
up, down = [0, 1, 2, 3, 4, 5], [9, 8, 7, 6, 5, 4]
hatched = native.voxelization.HatchingVoxelizer().voxelize_vectors_from_arrays(
    up, up, up, down, up, down, up, down, up, 0.5, [2, 3], 4, [6, 7], [1, 2, 3], [9, 7, 8])
print(hatched["power"].sum())
sys.exit(7)
PYTHON
PYTHONPATH=$libraries
PYTHONDONTWRITEBYTECODE=1
export PYTHONPATH PYTHONDONTWRITEBYTECODE
cat >python.expected <<'KERNELS'
correction.filter_median 1 0 0
signal_mapping.idw 4 120 1
voxel_fusion.fuse 1 3 0
voxel_fusion.fuse_weighted 2 6 0
voxelization.hatching_arrays 1 6 0
KERNELS
ok "Python module: runs as without" same_run /usr/bin/python3 work.py
ok "Python module: the calls are seen, also fuse's own of fuse_weighted" found python.expected
ok "Python module: in their code, by RTTI and pybind11's records" json rec.json \
	"{k['mechanism'] for k in d['kernels'] if k['calls']} == {'inline (rtti)', 'inline (pybind)'}"

cat >>slots/slots.kernels <<'CATALOGUE'
[virtual]
abi = x
pybind = IDWMapper.map
[lambda]
abi = x
pybind = FloatGrid.sum
[module.cube]
abi = x
pybind = standin_native.cube
hook = slot
CATALOGUE
echo module.cube 3 0 0 | cat - python.expected | sort >slots.expected
RECOAT_KERNEL_PATH=$work/slots
ok "Python module, by slots alone: runs as without" same_run /usr/bin/python3 work.py
sed -i 's/\(fuse_weighted\) 2 6/\1 1 3/' slots.expected
ok "Python module, by slots alone: what goes through them is seen" found slots.expected
ok "Python module, by slots alone: no code is touched" json rec.json \
	"{k['mechanism'] for k in d['kernels'] if k['calls']} == {'vtable (rtti)', 'record (pybind)'}"
ok "a virtual method: refused, with the way to name it" refused virtual \
	"it is virtual: name its class by \'rtti\' with \'slot = 2\'"
ok "a lambda: refused, with the reason" refused lambda \
	"its record holds no address of the module\'s code; it may be bound to a lambda"
RECOAT_KERNEL_PATH=$top_srcdir/kernels
same_run /usr/bin/python3 work.py
ok "a method bound without OpenVDB: refused, with the reason" refused voxel_fusion.fuse "$lacking"
