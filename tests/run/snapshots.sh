#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Snapshots of the heap are what tests/targets/snapshots.c had live at one moment each.
. "${top_srcdir:-.}/tests/run/init.sh"
plan 11

# look JSON CODE: run it with `processes`: lists of snapshots, each {function: (bytes, blocks)}.
cat >look.py <<'EOT'
import json, sys
d = json.load(open(sys.argv[1]))
NAMES = "a b c fill left right passed_on".split()
def name(node):
    while d["call_paths"][node]["parent"] is not None:
        for call in d["frames"][d["call_paths"][node]["frame"]]["calls"]:
            if call["function"] in NAMES:
                return call["function"]
        node = d["call_paths"][node]["parent"]
    return "?"
def read(snapshot):
    held = {}
    for node, size, blocks in snapshot["held"]:
        was = held.get(name(node), (0, 0))
        held[name(node)] = was[0] + size, was[1] + blocks
    if snapshot["rest_call_paths"]:
        held["rest"] = snapshot["rest_bytes"], snapshot["rest_blocks"]
    for i, key in enumerate(("live_bytes", "live_blocks")):
        assert sum(h[i] for h in held.values()) == snapshot[key], (held, snapshot[key])
    return held
processes = [[read(s) for s in p["heap_snapshots"]] for p in d["processes"]]

# What is live after each event of steps().
def moments():
    ring, held = {}, {f: [0, 0] for f in "abc"}
    def count(f, size, n):
        held[f][0] += size * n
        held[f][1] += n
        return {f: tuple(h) for f, h in held.items() if h[1]}
    for i in range(10000):
        place, f, size = i * 7 % 64, "abc"[i % 3], 16 + i % 1000
        if place in ring:
            yield count(*ring[place], -1)
        ring[place] = f, size
        yield count(f, size, 1)
# Each snapshot is one of those moments, a later one than the one before.
def follow(snapshots):
    ahead = moments()
    for s in snapshots:
        assert any(m == s for m in ahead), s
exec(sys.argv[2])
EOT
look() { /usr/bin/python3 look.py "$@"; }

# run NAME MODE [OPTION...]
run() {
	name=$1 mode=$2
	shift 2
	recoat record "$@" -o "$name" -- "$targets/snapshots" "$mode" >out 2>err
	status=$?
	recoat report --json "$name" >"$name.json"
}
# The same, again while snapshots are rare, as they are where files are stored slowly.
run_enough() {
	for try in 1 2 3 4 5; do
		rm -rf "$1" && run "$@"
		json "$1.json" "all(len(p['heap_snapshots']) > 4 for p in d['processes'])" >enough && break
	done
}
is_kept() { ls rec/*/ | grep -c '^snapshot-' >n && [ "$(cat n)" -ge 3 ] && ! ls -A rec/*/ | grep '^\.n'; }
shown() {
	recoat report --timeline rec >text && cat text &&
		grep -q '^SNAPSHOTS of the heap: [0-9]* of [0-9]*, ' text &&
		grep -qE ' [0-9.]+ KiB +64 +.*a .*[0-9]%' text
}
estimated() { recoat report --timeline sampled | grep '^SNAPSHOTS of the heap, estimated'; }
off_has_none() { json traced.json "d['processes'][0]['heap_snapshots'] == []" &&
	! recoat report --timeline traced | grep SNAPSHOTS; }

run_enough rec steps
ok "the program is not disturbed" test "$status" = 7
ok "snapshots are there" is_kept
ok "each is one moment of the program, in order" look rec.json 'print(len(processes[0]), processes)
assert len(processes[0]) >= 3
follow(processes[0])'
ok "the timeline shows who held the heap" shown
run_enough threads threads
ok "no thread is disturbed" test "$status" = 7
ok "with threads, too, a snapshot is one moment" look threads.json 's = processes[0]
print(len(s), s)
assert any("right" in h for h in s)
none = (0, 0)
for at in (h for h in s if "right" in h):
    # One block a thread by their order, and one for the event at hand.
    assert abs(at.get("left", none)[1] - at.get("right", none)[1]) <= 2 * 4, at
    assert at.get("passed_on", none)[1] <= 16 + 2, at
    assert at["fill"] == (8 * 4096, 4096) or "rest" in at, at'
run_enough fork fork
ok "the exit status of a fork passes through" test "$status" = 7
ok "a forked child counts its own blocks" look fork.json 'print(processes)
assert len(processes) == 2 and len(processes[1]) >= 3
follow(processes[1])'
run_enough sampled steps --heap sample:1000
ok "with sampling they are estimates" estimated
run traced steps --heap trace
ok "a heap trace has none" off_has_none
damaged() {
	cp -r rec damaged && set -- damaged/*/snapshot-* &&
		truncate -s -28 "$1" && ! recoat report damaged 2>message && cat message &&
		[ "$(wc -l <message)" = 1 ] && grep -q 'snapshot-.*truncated' message
}
ok "a damaged snapshot is refused in one line" damaged
