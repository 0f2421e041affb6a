# SPDX-License-Identifier: Apache-2.0
"""export_totals.py REPORT.json FORMAT VALUE FILE

Read an exported file with a reader that shares nothing with the one that wrote it, check what its
format demands, and compare its sum with that of the report.
"""
import csv
import gzip
import json
import re
import sys
import xml.etree.ElementTree

HEAP = ["bytes", "allocations", "peak", "leaked", "temporary"]
COLUMNS = {v: HEAP for v in HEAP} | {v: ["cpu", "samples"] for v in ("cpu", "samples")} \
    | {v: ["time", "calls"] for v in ("time", "calls")}


def expected(report, value):
    heap, cpu, spans = report["heap"], report["cpu"], report["spans"]
    return {
        "bytes": heap["bytes"], "allocations": heap["allocations"], "peak": heap["at_peak_bytes"],
        "leaked": heap["live_bytes"], "temporary": heap["temporary"],
        "cpu": cpu["cpu_sampled_ns"], "samples": cpu["cpu_samples"],
        "time": sum(s["exclusive_ns"] for s in spans), "calls": sum(s["calls"] for s in spans),
    }[value]


def folded(path, value):
    total = 0
    for line in open(path, encoding="utf-8"):
        # flamegraph.pl splits at the last blank; what is before it are frames and semicolons.
        match = re.fullmatch(r"([^;\n]+(?:;[^;\n]+)*) (\d+)\n", line)
        assert match, line
        total += int(match[2])
    return total


def flamegraph(path, value):
    root = xml.etree.ElementTree.parse(path).getroot()
    svg = "{http://www.w3.org/2000/svg}"
    assert root.tag == svg + "svg"
    boxes = root.findall(svg + "g")
    text = open(path, encoding="utf-8").read().replace("http://www.w3.org/2000/svg", "")
    assert "http" not in text and "href" not in text, "something from elsewhere"
    # No box reaches out of the one below it.
    rows = {}
    for box in boxes:
        rect = box.find(svg + "rect")
        x, y, width = (float(rect.get(key)) for key in ("x", "y", "width"))
        rows.setdefault(y, []).append((x, x + width))
    below = None
    for y in sorted(rows):
        spans = sorted(rows[y])
        assert all(a[1] <= b[0] + .02 for a, b in zip(spans, spans[1:])), spans
        assert below is None or all(any(x >= a - .02 and end <= b + .02 for a, b in below)
                                    for x, end in spans), spans
        below = spans
    return int(boxes[0].get("data-v"))


# What speedscope takes of its own file format, in our words.
FRAME = {"type": "object", "required": ["name"], "additionalProperties": False,
         "properties": {"name": {"type": "string"}, "file": {"type": "string"},
                        "line": {"type": "number"}, "col": {"type": "number"}}}
SAMPLED = {"type": "object", "additionalProperties": False,
           "required": ["type", "name", "unit", "startValue", "endValue", "samples", "weights"],
           "properties": {
               "type": {"const": "sampled"}, "name": {"type": "string"},
               "unit": {"enum": ["none", "nanoseconds", "microseconds", "milliseconds", "seconds",
                                 "bytes"]},
               "startValue": {"type": "number"}, "endValue": {"type": "number"},
               "samples": {"type": "array", "items": {"type": "array",
                                                      "items": {"type": "integer"}}},
               "weights": {"type": "array", "items": {"type": "number", "minimum": 0}}}}
SPEEDSCOPE = {"type": "object", "required": ["$schema", "shared", "profiles"],
              "properties": {
                  "$schema": {"const": "https://www.speedscope.app/file-format-schema.json"},
                  "shared": {"type": "object", "required": ["frames"],
                             "properties": {"frames": {"type": "array", "items": FRAME}}},
                  "profiles": {"type": "array", "minItems": 1, "items": SAMPLED},
                  "name": {"type": "string"}, "exporter": {"type": "string"},
                  "activeProfileIndex": {"type": "integer", "minimum": 0}}}


def speedscope(path, value):
    document = json.load(open(path, encoding="utf-8"))
    try:
        import jsonschema
        jsonschema.validate(document, SPEEDSCOPE)
    except ImportError:
        print("no jsonschema here: its form is not checked")
    frames = len(document["shared"]["frames"])
    for profile in document["profiles"]:
        assert len(profile["samples"]) == len(profile["weights"])
        assert all(0 <= f < frames for s in profile["samples"] for f in s)
        assert profile["endValue"] == sum(profile["weights"])
    assert document["activeProfileIndex"] == COLUMNS[value].index(value)
    return sum(document["profiles"][document["activeProfileIndex"]]["weights"])


def fields(message):
    """The fields of a protocol buffer: (number, an integer or bytes)."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            value |= (message[at] & 0x7f) << shift
            shift += 7
            at += 1
            if not message[at - 1] & 0x80:
                return value
    while at < len(message):
        key = varint()
        assert key & 7 in (0, 2), key
        content = varint()
        if key & 7:
            at += content
            assert at <= len(message)
            content = message[at - content:at]
        yield key >> 3, content


def packed(message):
    result = []
    while message:
        length = next(i for i, byte in enumerate(message) if not byte & 0x80) + 1
        value = sum((byte & 0x7f) << 7 * i for i, byte in enumerate(message[:length]))
        result.append(value - (1 << 64) if value >> 63 else value)
        message = message[length:]
    return result


def pprof(path, value):
    profile = {}
    for number, content in fields(gzip.open(path).read()):
        profile.setdefault(number, []).append(content)
    strings = [s.decode() for s in profile[6]]
    assert strings[0] == "" and len(set(strings)) == len(strings)
    types = [strings[dict(fields(t))[1]] for t in profile[1]]
    assert types == COLUMNS[value], types
    assert strings[profile[14][0]] == value
    functions = {dict(fields(f))[1]: strings[dict(fields(f))[2]] for f in profile[5]}
    mappings = {dict(fields(m))[1] for m in profile.get(3, [])}
    locations = {}
    for location in map(lambda l: dict(fields(l)), profile[4]):
        assert location.get(2, 0) in mappings | {0}
        locations[location[1]] = functions[dict(fields(location[4]))[1]]
    total = 0
    for sample in map(lambda s: dict(fields(s)), profile.get(2, [])):
        assert all(l in locations for l in packed(sample[1]))
        total += packed(sample[2])[types.index(value)]
    return total


def callgrind(path, value):
    total, summary, events, skip = 0, None, None, False
    for line in open(path, encoding="utf-8"):
        if line.startswith("events:"):
            events = line.split()[1:]
        elif line.startswith("summary:"):
            summary = [int(n) for n in line.split()[1:]]
        elif re.match(r"\d", line):
            numbers = [int(n) for n in line.split()]
            assert len(numbers) == len(events) + 1, line
            total += 0 if skip else numbers[1 + events.index(value)]
        skip = line.startswith("calls=")
    assert summary[events.index(value)] == total
    return total


def table(path, value):
    rows = list(csv.DictReader(open(path, encoding="utf-8", newline="")))
    total = sum(int(row["self_" + value]) for row in rows)
    assert int(rows[0]["total_" + value]) == total
    below = [0] * len(rows)
    for i in range(len(rows) - 1, -1, -1):
        below[i] += int(rows[i]["self_" + value])
        assert below[i] == int(rows[i]["total_" + value])
        if i:
            below[int(rows[i]["caller"])] += below[i]
    return total


def tree(path, value):
    document = json.load(open(path, encoding="utf-8"))
    assert document["schema"] == "recoat-export-1"
    column = [c["name"] for c in document["columns"]].index(value)
    paths = document["call_paths"]
    assert all(p["caller"] < i for i, p in enumerate(paths) if i)
    assert all(0 <= p["function"] < len(document["functions"]) for p in paths)
    assert paths[0]["total"][column] == sum(p["self"][column] for p in paths)
    return paths[0]["total"][column]


def chrome(path, value):
    """Times and calls of kernels: spans at depth 0 have all the time, and no two of them overlap."""
    events = json.load(open(path, encoding="utf-8"))["traceEvents"]
    spans = [e for e in events if e["ph"] == "X"]
    assert {e["ph"] for e in events} <= {"X", "M", "C", "b", "e", "i"}
    assert all(e["ts"] >= 0 for e in events if e["ph"] != "M")
    lanes = {}
    for e in spans:
        lanes.setdefault((e["pid"], e["tid"]), []).append(e)
    for lane in lanes.values():
        ends = []
        for e in sorted(lane, key=lambda e: (e["ts"], e["args"]["depth"])):
            del ends[e["args"]["depth"]:]
            assert len(ends) == e["args"]["depth"], "a span without the one around it"
            end = e["ts"] + e["dur"]
            assert all(end <= outer + .002 for outer in ends), "a span that outlasts the one around it"
            ends.append(end)
    spans = [e for e in spans if not e["args"].get("also_summed_up")]
    sums = summed_up(events)
    if value == "calls":
        return len(spans) + sum(s["calls"] for s in sums)
    return sum(round(e["dur"] * 1000) for e in spans if e["args"]["depth"] == 0) \
        + sum(s["total_ns"] for s in sums if s["depth"] == 0)


def summed_up(events):
    """What is told of calls that were summed up: blocks from begin to end, or marks without a time."""
    begins = [e for e in events if e["ph"] == "b"]
    ends = {e["id"]: e for e in events if e["ph"] == "e"}
    assert len({e["id"] for e in begins}) == len(begins) == len(ends)
    for e in begins:
        end = ends[e["id"]]
        assert all(e[k] == end[k] for k in ("pid", "tid", "cat", "name")) and e["ts"] <= end["ts"]
        assert e["args"]["total_ns"] <= (end["ts"] - e["ts"]) * 1000 + 1 or "latest_thread" in e["args"]
    marks = [e for e in events if e["ph"] == "i"]
    assert all(e["args"]["when"] == "not recorded" for e in marks)
    for e in begins + marks:
        assert e["name"].startswith(f"{e['args']['calls']:,} calls of {e['args']['kernel']} summed up, total "), e
    return [e["args"] for e in begins + marks]


def massif(path, value):
    """The tree of the peak, whose callers add up to no more than the place that they called."""
    peak, stack = None, []
    lines = open(path, encoding="utf-8").read().split("\n")
    for i, line in enumerate(lines):
        match = re.match(r"( *)n(\d+): (\d+) ", line)
        if not match:
            assert not stack or not any(left for _, left in stack), line
            stack = []
            continue
        depth, children, size = len(match[1]), int(match[2]), int(match[3])
        while len(stack) > depth:
            assert not stack.pop()[1], "fewer callers than announced: " + line
        assert len(stack) == depth, line
        if depth:
            room, left = stack[-1]
            assert size <= room and left > 0, line
            stack[-1] = (room - size, left - 1)
        stack.append((size, children))
        if lines[i - 1] == "heap_tree=peak":
            peak = size
    return peak


def main(report, form, value, path):
    read = {"csv": table, "json": tree}.get(form) or globals()[form]
    want, found = expected(json.load(open(report)), value), read(path, value)
    print(form, value, "found", found, "expected", want)
    return 0 if found == want else 1


sys.exit(main(*sys.argv[1:]))
