#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kernels of libamqadf against their swaps in plugins/parallel.so and against NumPy and SciPy.

    bench/kernels.py BUILD [--rounds N] [--only WORD,...] [--peers] [--option NAME=VALUE ...]

The plugin is opened as the host opens it, by ctypes, and each contestant is called in turn, round
after round, so that what else runs on the machine meets all of them. Printed are medians with
minimum and maximum; outputs are compared bit by bit. --peers needs numpy and scipy.
"""
import argparse
import ctypes as c
import random
import statistics
import sys
import time

FLOATS = c.POINTER(c.c_float)
HOST_LOG = c.CFUNCTYPE(None, c.c_void_p, c.c_char_p)
HOST_COUNTER = c.CFUNCTYPE(c.c_void_p, c.c_void_p, c.c_char_p)
HOST_COUNT = c.CFUNCTYPE(None, c.c_void_p, c.c_int64)
FUNCTION = c.c_void_p


class Points(c.Structure):
    _fields_ = [("count", c.c_uint64), ("xyz", FLOATS), ("values", FLOATS)]


class Grid(c.Structure):
    _fields_ = [("n", c.c_uint64 * 3), ("origin", c.c_double * 3), ("voxel_size", c.c_double),
                ("values", FLOATS)]


class Stamps(c.Structure):
    _fields_ = [("count", c.c_uint64), ("seconds", c.POINTER(c.c_double))]


class Host(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("abi", c.c_uint32), ("log", HOST_LOG),
                ("counter", HOST_COUNTER), ("count", HOST_COUNT)]


class Option(c.Structure):
    _fields_ = [("name", c.c_char_p), ("summary", c.c_char_p), ("type", c.c_uint32),
                ("reserved", c.c_uint32), ("standard", c.c_char_p), ("minimum", c.c_double),
                ("maximum", c.c_double), ("choices", c.c_char_p)]


class Value(c.Structure):
    _fields_ = [("given", c.c_uint32), ("boolean", c.c_uint32), ("integer", c.c_int64),
                ("size", c.c_uint64), ("real", c.c_double), ("choice", c.c_uint32),
                ("reserved", c.c_uint32), ("text", c.c_char_p)]


class Swap(c.Structure):
    _fields_ = [("kernel", c.c_char_p), ("abi", c.c_char_p), ("function", FUNCTION),
                ("next", c.POINTER(FUNCTION)), ("original", c.POINTER(FUNCTION))]


class PluginStruct(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("abi", c.c_uint32), ("abi_needed", c.c_uint32),
                ("reserved", c.c_uint32), ("name", c.c_char_p), ("version", c.c_char_p),
                ("summary", c.c_char_p), ("options", c.POINTER(Option)),
                ("option_count", c.c_uint32), ("swap_count", c.c_uint32),
                ("swaps", c.POINTER(Swap)),
                ("init", c.CFUNCTYPE(c.c_char_p, c.POINTER(Host), c.POINTER(Value)))]


SYMBOLS = {
    "signal_mapping.nearest": "amqadf_map_nearest",
    "signal_mapping.linear": "amqadf_map_linear",
    "signal_mapping.idw": "amqadf_map_idw",
    "signal_mapping.kde": "amqadf_map_kde",
    "signal_mapping.rbf": "amqadf_map_rbf",
    "voxel_fusion.fuse": "amqadf_fuse",
    "voxel_fusion.fuse_weighted": "amqadf_fuse_weighted",
    "quality.assess": "amqadf_quality",
    "analytics.statistics": "amqadf_statistics",
    "correction.filter_gaussian": "amqadf_filter_gaussian",
    "correction.filter_median": "amqadf_filter_median",
    "correction.filter_bilateral": "amqadf_filter_bilateral",
    "synchronization.temporal": "amqadf_sync_temporal",
}


class Plugin:
    """The plugin, its `next` pointers led to the reference."""

    def __init__(self, build, reference):
        self.struct = PluginStruct.in_dll(c.CDLL(f"{build}/plugins/.libs/parallel.so"),
                                          "recoat_plugin")
        self.host = Host(c.sizeof(Host), 1, HOST_LOG(lambda host, line: None),
                         HOST_COUNTER(lambda host, name: 0), HOST_COUNT(lambda counter, by: None))
        self.functions = {}
        for swap in self.struct.swaps[:self.struct.swap_count]:
            symbol = SYMBOLS[swap.kernel.decode()]
            swap.next[0] = c.cast(getattr(reference, symbol), FUNCTION)
            self.functions[symbol] = c.CFUNCTYPE(c.c_int)(swap.function)

    def configure(self, given):
        options = self.struct.options[:self.struct.option_count]
        self.values = (Value * len(options))()
        for option, value in zip(options, self.values):
            text = given.get(option.name.decode(), option.standard.decode())
            value.text = text.encode()
            if option.choices:
                value.choice = option.choices.decode().split(",").index(text)
            elif text.lstrip("-").isdigit():
                value.integer = int(text)
        refusal = self.struct.init(c.byref(self.host), self.values)
        if refusal:
            sys.exit(f"kernels.py: {refusal.decode()}")


def floats(values):
    return (c.c_float * len(values))(*values)


def make_points(count, size, seed=1):
    rng = random.Random(seed)
    xyz = floats([rng.random() * size for _ in range(3 * count)])
    values = floats([1.0 + rng.random() for _ in range(count)])
    points = Points(count, c.cast(xyz, FLOATS), c.cast(values, FLOATS))
    points.keep = (xyz, values)
    return points


def make_grid(size, seed=None):
    count = size ** 3
    if seed is None:
        values = floats([1.0]) * 1 if count == 1 else (c.c_float * count)(*([1.0] * count))
    else:
        rng = random.Random(seed)
        values = floats([1.0 + rng.random() for _ in range(count)])
    grid = Grid((size, size, size), (0, 0, 0), 1.0, c.cast(values, FLOATS))
    grid.keep, grid.bytes = values, 4 * count
    return grid


def list_of(items, kind):
    return (c.POINTER(kind) * len(items))(*[c.pointer(item) for item in items])


class Case:
    """One kernel, one size: the arguments, and what the call writes to."""

    def __init__(self, name, symbol, arguments, output, peer=None):
        self.name, self.symbol, self.arguments = name, symbol, arguments
        self.output, self.peer = output, peer
        self.before = bytes(output.keep) if isinstance(output, Grid) else None

    def call(self, function):
        if self.before:
            c.memmove(self.output.values, self.before, len(self.before))
        start = time.perf_counter()
        status = function(*self.arguments)
        took = time.perf_counter() - start
        if status:
            sys.exit(f"kernels.py: {self.name}: status {status}")
        return took, bytes(self.output.keep if self.before else self.output)


def mapping_cases():
    ref, f, i = c.byref, c.c_float, c.c_int
    for count, size in ((1000, 68), (5000, 50), (100000, 64)):
        points, grid = make_points(count, size), make_grid(size)
        name = f"{count // 1000}k, {size}^3"
        yield Case(f"nearest {name}", "amqadf_map_nearest", (ref(points), ref(grid)), grid)
        yield Case(f"linear {name}", "amqadf_map_linear", (ref(points), ref(grid)), grid)
        if count < 100000:
            yield Case(f"idw k=10 {name}", "amqadf_map_idw",
                       (ref(points), ref(grid), f(2), i(10)), grid)
    for count, size, bandwidth in ((1000, 32, 1), (5000, 50, 1), (5000, 50, 10)):
        points, grid = make_points(count, size), make_grid(size)
        yield Case(f"kde h={bandwidth} {count // 1000}k, {size}^3", "amqadf_map_kde",
                   (ref(points), ref(grid), f(bandwidth), i(0)), grid)
    for count, size, kernel, word in ((200, 32, 0, "gaussian"), (1000, 50, 0, "gaussian"),
                                      (400, 50, 1, "multiquadric"), (400, 50, 2, "thin plate")):
        points, grid = make_points(count, size), make_grid(size)
        yield Case(f"rbf {word} {count}, {size}^3", "amqadf_map_rbf",
                   (ref(points), ref(grid), i(kernel), f(0.01)), grid)


def grid_cases():
    ref, f, i, n = c.byref, c.c_float, c.c_int, c.c_uint64
    for size in (32, 64, 128):
        grids = [make_grid(size, seed) for seed in range(4)]
        out, many = make_grid(size), list_of(grids, Grid)
        first = grids[0]
        for strategy, word in enumerate(("average", "max", "min", "median")):
            if size == 64 or word in ("average", "median"):
                yield Case(f"fuse {word} 4 x {size}^3", "amqadf_fuse",
                           (many, n(4), i(strategy), ref(out)), out, peer=f"fuse {word}")
        weights = floats([0.4, 0.3, 0.2, 0.1])
        yield Case(f"fuse_weighted 4 x {size}^3", "amqadf_fuse_weighted",
                   (many, n(4), weights, n(4), ref(out)), out)
        quality, report = (c.c_double * 7)(), (c.c_double * 11)()
        yield Case(f"quality 4 x {size}^3", "amqadf_quality",
                   (ref(out), many, n(4), quality, None), quality)
        yield Case(f"statistics {size}^3", "amqadf_statistics", (ref(first), report), report)
        if size == 128:
            continue
        yield Case(f"gaussian sigma=1 {size}^3", "amqadf_filter_gaussian",
                   (ref(first), ref(out), f(1)), out, peer="gaussian")
        for side in (3, 5):
            yield Case(f"median {side} {size}^3", "amqadf_filter_median",
                       (ref(first), ref(out), i(side)), out, peer=f"median {side}")
        yield Case(f"bilateral sigma=1 {size}^3", "amqadf_filter_bilateral",
                   (ref(first), ref(out), f(1), f(0.1)), out)
        rng = random.Random(5)
        seconds = [(c.c_double * 500)(*[10 * rng.random() for _ in range(500)]) for _ in range(2)]
        stamps = (Stamps * 2)(*[Stamps(500, c.cast(s, c.POINTER(c.c_double))) for s in seconds])
        yield Case(f"sync_temporal 2 x {size}^3, 10 bins", "amqadf_sync_temporal",
                   (many, stamps, n(2), c.c_double(1.0), ref(out)), out)


def spread(times):
    return f"{statistics.median(times) * 1e3:10.2f} ({min(times) * 1e3:.2f} to {max(times) * 1e3:.2f})"


def ratio(slow, fast):
    ratios = [a / b for a, b in zip(slow, fast)]
    return f"{statistics.median(ratios):7.1f} ({min(ratios):.1f} to {max(ratios):.1f})"


def run_kernels(plugin, reference, arguments):
    print("ms: median (minimum to maximum); times faster: median of the rounds' ratios")
    for make in (mapping_cases, grid_cases):
        for case in make():
            if not wanted(arguments, case.name):
                continue
            times = {"reference": [], 1: [], 2: []}
            outputs = set()
            for _ in range(arguments.rounds):
                took, output = case.call(getattr(reference, case.symbol))
                times["reference"].append(took)
                outputs.add(output)
                for threads in (1, 2):
                    plugin.configure({**arguments.options, "threads": str(threads)})
                    took, output = case.call(plugin.functions[case.symbol])
                    times[threads].append(took)
                    outputs.add(output)
            print(f"{case.name:32} reference {spread(times['reference'])}  "
                  f"1 thread {spread(times[1])} {ratio(times['reference'], times[1])}x  "
                  f"2 threads {spread(times[2])} {ratio(times['reference'], times[2])}x  "
                  f"{'same bits' if len(outputs) == 1 else 'DIFFERENT'}", flush=True)


def peer_cases():
    """Kernels beside what a user would write: name, ours, theirs."""
    import numpy
    from scipy import ndimage
    from scipy.spatial import cKDTree

    def array_of(floats_, shape):
        return numpy.frombuffer(floats_, dtype=numpy.float32).reshape(shape)

    points, grid = make_points(100000, 128), make_grid(128)
    xyz, values = array_of(points.keep[0], (-1, 3)), array_of(points.keep[1], -1)

    def idw():
        tree = cKDTree(xyz)
        at = numpy.indices((128, 128, 128), dtype=numpy.float64).reshape(3, -1).T
        distance, index = tree.query(at, k=10, workers=-1)
        weights = 1.0 / numpy.maximum(distance, 1e-12) ** 2
        return (weights * values[index]).sum(axis=1) / weights.sum(axis=1)

    yield (Case("idw k=10 100k, 128^3", "amqadf_map_idw",
                (c.byref(points), c.byref(grid), c.c_float(2), c.c_int(10)), grid),
           "cKDTree(workers=-1) + NumPy", idw)
    for case in grid_cases():
        if not case.peer or "64^3" not in case.name:
            continue
        grids = [array_of(make_grid(64, seed).keep, (64, 64, 64)) for seed in range(4)]
        theirs = {
            "fuse average": lambda g=grids: numpy.nanmean(g, axis=0),
            "fuse max": lambda g=grids: numpy.fmax.reduce(g),
            "fuse min": lambda g=grids: numpy.fmin.reduce(g),
            "fuse median": lambda g=grids: numpy.nanmedian(g, axis=0),
            "gaussian": lambda g=grids: ndimage.gaussian_filter(g[0], 1.0, truncate=3.0),
            "median 3": lambda g=grids: ndimage.median_filter(g[0], 3),
            "median 5": lambda g=grids: ndimage.median_filter(g[0], 5),
        }[case.peer]
        word = "scipy.ndimage" if case.peer.split()[0] in ("gaussian", "median") else "NumPy"
        yield case, word, theirs


def run_peers(plugin, arguments):
    plugin.configure(arguments.options)
    for case, word, theirs in peer_cases():
        if not wanted(arguments, case.name):
            continue
        ours, peer = [], []
        for _ in range(arguments.rounds):
            ours.append(case.call(plugin.functions[case.symbol])[0])
            start = time.perf_counter()
            theirs()
            peer.append(time.perf_counter() - start)
        print(f"{case.name:32} {word} {spread(peer)}  parallel {spread(ours)} "
              f"{ratio(peer, ours)}x", flush=True)


def wanted(arguments, name):
    return not arguments.only or any(word in name for word in arguments.only.split(","))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", help="cases whose names have one of these words")
    parser.add_argument("--peers", action="store_true", help="against NumPy and SciPy")
    parser.add_argument("--option", action="append", default=[], help="of the plugin: NAME=VALUE")
    arguments = parser.parse_args()
    arguments.options = dict(option.split("=", 1) for option in arguments.option)
    reference = c.CDLL(f"{arguments.build}/.libs/libamqadf.so")
    plugin = Plugin(arguments.build, reference)
    if arguments.peers:
        run_peers(plugin, arguments)
    else:
        run_kernels(plugin, reference, arguments)


if __name__ == "__main__":
    main()
