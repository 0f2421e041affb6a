# SPDX-License-Identifier: Apache-2.0
"""Objects, dictionaries, strings and lists, made and dropped."""
import json


class Part:
    def __init__(self, number):
        self.name = f"part-{number}"
        self.layers = [number % 7, number % 11, number * 0.5]


def batch(start):
    parts = {p.name: p for p in map(Part, range(start, start + 2000))}
    text = json.dumps({name: part.layers for name, part in parts.items()})
    return sum(len(name) for name in json.loads(text)), len(text)


totals = [0, 0]
for start in range(0, 160000, 2000):
    names, size = batch(start)
    totals[0] += names
    totals[1] += size
print(*totals)
