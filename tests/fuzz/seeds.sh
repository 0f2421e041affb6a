#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# seeds.sh DIR: make small recordings in the build directory and write them to DIR as seeds.
set -e
seeds=$1
top_srcdir=$(cd "$(dirname "$0")/../.." && pwd)
RECOAT_LIBRARY=$PWD/.libs/librecoat.so
RECOAT_KERNEL_PATH=$top_srcdir/kernels:$top_srcdir/tests/targets
RECOAT_PLUGIN_PATH=$PWD/plugins/.libs
LD_LIBRARY_PATH=$PWD/.libs:$PWD/tests/.libs
export RECOAT_LIBRARY RECOAT_KERNEL_PATH RECOAT_PLUGIN_PATH LD_LIBRARY_PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$seeds"

record() {
	name=$1
	shift
	./recoat record -o "$work/$name" "$@" >/dev/null 2>&1 || :
	./recoat pack -o "$work/$name.packed" "$work/$name" && mv "$work/$name.packed/symbols" "$work/$name"
	number=0
	for trace in "$work/$name"/*/; do
		/usr/bin/python3 "$top_srcdir/tests/fuzz/seed.py" "$trace" "$seeds/$name-$number"
		number=$((number + 1))
	done
}

mkdir -p "$work/example"
tests/unit/analyzer_example "$work/example"
for trace in "$work"/example/ "$work"/example/*/; do
	[ ! -f "$trace/metadata" ] ||
		/usr/bin/python3 "$top_srcdir/tests/fuzz/seed.py" "$trace" "$seeds/example"
done
record heap -- tests/targets/heap_known
record trace --heap trace -- tests/targets/heap_known
record sample --heap sample:100 -- tests/targets/heap_known
record spans -- tests/targets/.libs/spans
RECOAT_SPANS=aggregate record sums -- tests/targets/.libs/spans
record counters -p parallel -- .libs/amqadf pipeline --points 20 --grid 4
record forks -- tests/targets/forks
record threads --heap trace -- tests/targets/lifetimes
record snapshots -- tests/targets/snapshots steps
record killed -- sh -c 'kill -9 $$'
