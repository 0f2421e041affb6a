# SPDX-License-Identifier: Apache-2.0
# heaptrack_totals.py REPORT ALLOCATIONS BYTES: heaptrack's data, uncompressed on standard input, has
# the totals of REPORT, of `recoat report --json`, less so many allocations of so many bytes in all,
# which were freed. heaptrack's own library brings libstdc++, whose pool for exceptions is no
# block of the program's.
import json
import sys

strings, frames, traces, blocks = [""], [None], [None], []
calls = total = freed = live = peak = 0


def is_foreign(trace):
    while trace:
        frame, trace = traces[trace]
        if frame and "libstdc++" in strings[frames[frame]]:
            return True
    return False


# s LENGTH TEXT; i ADDRESS MODULE ...; t FRAME CALLER; a SIZE TRACE; + and - with a number of an `a`.
for line in sys.stdin.buffer:
    what, *words = line.decode("utf-8", "replace").rstrip("\n").split(" ")
    if what == "s":
        strings.append(" ".join(words[1:]))
    elif what == "i":
        frames.append(int(words[1], 16))
    elif what == "t":
        traces.append((int(words[0], 16), int(words[1], 16)))
    elif what == "a":
        size, trace = (int(word, 16) for word in words[:2])
        blocks.append(None if is_foreign(trace) else size)
    elif what in ("+", "-"):
        size = blocks[int(words[0], 16)]
        if size is None:
            continue
        if what == "+":
            calls, total, live = calls + 1, total + size, live + size
            peak = max(peak, live)
        else:
            freed, live = freed + 1, live - size

report = json.load(open(sys.argv[1]))
more, more_bytes = int(sys.argv[2]), int(sys.argv[3])
heap, process = report["heap"], report["processes"][0]
theirs = dict(allocations=calls + more, bytes=total + more_bytes, frees=freed + more, leaked=live, peak=peak)
ours = dict(allocations=heap["allocations"], bytes=heap["bytes"], frees=heap["frees"],
            leaked=heap["live_bytes"], peak=process["heap_peak_bytes"])
print("heaptrack", theirs, "recoat", ours)
sys.exit(0 if theirs == ours and calls else 1)
