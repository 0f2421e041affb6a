#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""seed.py TRACE FILE: one process's trace as input of the fuzzer, packets cut to their content and
programs at places where nobody looks for their names."""
import os
import re
import struct
import sys

NAMES = ("metadata process process.live spans-0 spans-0.live heap-total heap-0-0 heap-1-0 snapshot-0 "
         "snapshot-1 cpu-0-0 mappings-0 trace-0 trace-0.live trace-1 symbols spans-1 cpu-1-0 sums-0-0 counters-0").split()
HEAD = 64


def packets(stream):
    """The stream with no padding behind what its packets hold."""
    result = b""
    while len(stream) >= HEAD:
        content, size = struct.unpack_from("<QQ", stream, 24)
        length = (content // 8 + 7) // 8 * 8
        if size:
            length = min(length, size // 8)
        result += stream[:32] + struct.pack("<Q", length * 8) + stream[40:length]
        if not size:
            break
        stream = stream[size // 8:]
    return result


def clocks(metadata):
    """Of the metadata what the reader looks at."""
    blocks = re.findall(rb"^(?:env|clock) \{.*?\};$", metadata, re.S | re.M)
    return b"\n".join([metadata.split(b"\n", 1)[0]] + blocks)


def main(trace, output):
    with open(output, "wb") as seed:
        for number, name in enumerate(NAMES):
            path = os.path.join(trace, name)
            if name == "symbols":
                path = os.path.join(trace, "..", name)
            if not os.path.exists(path):
                continue
            with open(path, "rb") as file:
                content = file.read()
            if name == "metadata":
                content = clocks(content)
            elif name != "symbols":
                content = re.sub(rb"([0-9a-f]{40}\0)/", rb"\1.", packets(content))
            seed.write(struct.pack("<BI", number, len(content)) + content)


main(*sys.argv[1:])
