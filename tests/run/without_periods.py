# SPDX-License-Identifier: Apache-2.0
"""Take the span_period events out of sums-* files: without_periods.py FILE..."""
import struct
import sys

HEAD, CONTENT_BITS = 64, 24  # Bytes of a packet's head; where it says how much content there is.
SIZES = {3: 168, 4: 24, 5: 32}  # span_total, span_histogram, span_period.

for path in sys.argv[1:]:
    packet = open(path, "rb").read()
    end = struct.unpack_from("<Q", packet, CONTENT_BITS)[0] // 8
    at, kept, taken = HEAD, b"", 0
    while at < end:
        size = SIZES[packet[at]]
        if packet[at] == 5:
            taken += 1
        else:
            kept += packet[at:at + size]
        at += size
    assert taken, path
    head = bytearray(packet[:HEAD])
    struct.pack_into("<Q", head, CONTENT_BITS, 8 * (HEAD + len(kept)))
    open(path, "wb").write((bytes(head) + kept).ljust(len(packet), b"\0"))
