#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What a user does with a catalogue of her own: functions of system libraries, in whatever calls them.
. "${top_srcdir:-.}/tests/run/init.sh"
python=/usr/bin/python3
$python -c 'import ctypes, zlib; ctypes.CDLL("libz.so.1")' 2>/dev/null ||
	skip_all "no python3 with zlib and ctypes here"
plan 6

mkdir mine && cat >mine/mine.kernels <<'CATALOGUE'
[zlib.deflate]
operation = compression
abi = zlib-1
symbol = deflate
module = libz.so*
size = arg0->u32[2]

[zlib.crc32]
abi = zlib-1
symbol = crc32
module = libz.so*
size = u32(arg2)
CATALOGUE
RECOAT_KERNEL_PATH=$work/mine
export RECOAT_KERNEL_PATH

cat >work.py <<'PYTHON'
import ctypes, zlib
print(len(zlib.compress(b"x" * 10**6)))
library = ctypes.CDLL("libz.so.1")
library.crc32.restype = ctypes.c_ulong
print(library.crc32(0, b"hello", 5), library.crc32(0, b"hello", 2))
PYTHON
$python work.py >native.out
recoat record -o rec -- $python work.py >under.out 2>err
recoat report --json rec >rec.json
kernel() { json rec.json "[(k['calls'], k['size_total']) for k in d['kernels']
	if k['kernel'] == '$1'] == [$2]" || ! json rec.json "d['kernels'], d['not_hooked']"; }
ok "output as without" diff native.out under.out
ok "deflate, called by an extension module, with its N" kernel zlib.deflate '(1, 1000000)'
ok "crc32, called by ctypes, with its N" kernel zlib.crc32 '(2, 7)'

# in_process: what would be caught in one that runs already.
in_process() {
	$python -c 'import time, zlib; print("there", flush=True); time.sleep(60)' >there &
	for _ in $(seq 200); do ! grep -q there there || break; sleep 0.05; done
	recoat list kernels --json --in $! >in.json
	kill $!
	json in.json "sorted((k['kernel'], k['found']) for k in d) ==
		[('zlib.crc32', 'dynsym'), ('zlib.deflate', 'dynsym')] or d"
}
ok "list --in PID finds them in a process" in_process

# Of a sample of the stacks that were known again, the report tells how many were unwound again.
sampled() {
	recoat record -o many -- "$targets/snapshots" steps >/dev/null 2>&1
	recoat report many >text && grep '^paths' text &&
		grep -E '^paths .* [1-9][0-9]* others unwound again to verify, 0 disagreed$' text
}
ok "a sample of stacks is verified, and the report says so" sampled
# sites NAME UNWINDER: the program's allocation sites.
sites() {
	RECOAT_UNWIND=$2 recoat record --cpu 0 -o "$1" -- "$targets/heap_known" 2>err
	recoat report --json "$1" >"$1.json" && /usr/bin/python3 -c 'import json, sys
for s in sorted(json.load(open(sys.argv[1]))["allocation_sites"], key=str):
	print(s["function"], s["line"], s["allocations"], s["bytes"], s["at_peak_bytes"])' "$1.json" >"$1.sites"
}
same_paths() {
	sites own cache && sites theirs libunwind && [ -s own.sites ] && diff own.sites theirs.sites
}
ok "RECOAT_UNWIND=libunwind finds the same sites" same_paths
