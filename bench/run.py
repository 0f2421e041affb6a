#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measure what recoat adds to a malloc+free pair and to a call of a kernel.

    bench/run.py BUILD [--rounds N]

BUILD is a directory in which recoat was built; the workloads are compiled here. Every round
runs each variant once, in turn, so that drift of the machine meets all alike. Printed are
medians with minimum and maximum, in nanoseconds a pair or a call, what was added to the
plain program in the same round, and the ratio of the peer's added time to ours.
"""
import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
HEAPTRACK = ("/usr/lib/heaptrack/libheaptrack_preload.so",
             "/usr/local/lib/heaptrack/libheaptrack_preload.so")


def build(work):
    def cc(*arguments):
        subprocess.run(["gcc", "-O2", "-std=gnu11", *arguments], check=True, cwd=HERE)

    cc("pairs.c", "-o", f"{work}/pairs", "-pthread")
    cc("-shared", "-fPIC", "kernel.c", "-o", f"{work}/libkernel.so")
    cc("spans.c", "-o", f"{work}/spans", f"-L{work}", "-lkernel", f"-Wl,-rpath,{work}")


def environment(**changes):
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("RECOAT_", "LD_PRELOAD"))}
    return {**clean, **changes}


def recoat(build_dir, work, **changes):
    return environment(LD_PRELOAD=f"{build_dir}/.libs/librecoat.so", RECOAT_OUTPUT=f"{work}/rec",
                       RECOAT_KERNEL_PATH=HERE, **changes)


def heaptrack(work):
    """The preloaded half of heaptrack alone, writing raw data to a file: its best case."""
    for library in HEAPTRACK:
        if os.path.exists(library):
            return environment(LD_PRELOAD=library, DUMP_HEAPTRACK_OUTPUT=f"{work}/heaptrack.raw")
    return None


def once(command, env, work):
    shutil.rmtree(f"{work}/rec", ignore_errors=True)
    done = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, text=True)
    return float(done.stdout.split()[0])


def measure(title, command, variants, rounds, work):
    """variants: name -> environment or None; the first is the plain program."""
    variants = {name: env for name, env in variants.items() if env}
    times = {name: [] for name in variants}
    for _ in range(rounds):
        for name, env in variants.items():
            times[name].append(once(command, env, work))
    plain, *others = variants
    added = {name: [t - p for t, p in zip(times[name], times[plain])] for name in others}
    print(f"\n{title}: {' '.join(os.path.basename(word) for word in command)}, {rounds} rounds")
    for name in variants:
        t = times[name]
        line = f"  {name:34} {statistics.median(t):8.1f} ns  ({min(t):.1f} to {max(t):.1f})"
        if name in added:
            a = added[name]
            line += f"   added {statistics.median(a):8.1f}  ({min(a):.1f} to {max(a):.1f})"
        print(line)
    if "heaptrack" in added and "recoat" in added:
        ratios = [h / r for h, r in zip(added["heaptrack"], added["recoat"])]
        print(f"  heaptrack's added time / recoat's: {statistics.median(ratios):.2f}"
              f"  ({min(ratios):.2f} to {max(ratios):.2f})")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", help="directory in which recoat was built")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    build_dir = os.path.abspath(options.build)
    if not os.path.exists(f"{build_dir}/.libs/librecoat.so"):
        sys.exit(f"bench: {build_dir}/.libs/librecoat.so: not found, expected a build of recoat")
    work = tempfile.mkdtemp(prefix="recoat-bench-")
    try:
        build(work)
        heap = {"plain": environment(), "recoat": recoat(build_dir, work),
                "recoat, RECOAT_HEAP=sample:512K":
                    recoat(build_dir, work, RECOAT_HEAP="sample:512K"),
                "recoat, RECOAT_HEAP=trace": recoat(build_dir, work, RECOAT_HEAP="trace"),
                "recoat, RECOAT_HEAP=off": recoat(build_dir, work, RECOAT_HEAP="off"),
                "heaptrack": heaptrack(work)}
        for burst, what in ((64, "paths in runs of 64"), (1, "another path each time")):
            measure(f"malloc+free, {what}", [f"{work}/pairs", "1000000", str(burst)], heap,
                    options.rounds, work)
        measure("a span", [f"{work}/spans", "300000"],
                {"plain": environment(), "recoat": recoat(build_dir, work),
                 "recoat, RECOAT_KERNELS=none": recoat(build_dir, work, RECOAT_KERNELS="none")},
                options.rounds, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
