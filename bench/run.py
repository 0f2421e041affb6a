#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measure what recoat costs, with peers beside it in the same alternating run.

    bench/run.py BUILD [--only PART[,PART...]] [--rounds N] [--peer NAME=PATH]...

BUILD is a directory in which recoat was built; the workloads are compiled here. Every round
runs each variant once, in turn, so that drift of the machine meets all alike; differences and
ratios are taken within a round. Printed are medians with minimum and maximum. Peers that take
microseconds a pair run in the first three rounds only.

  heap          nanoseconds that a malloc+free pair takes: deep call paths, one and two threads
  spans         nanoseconds that a call of a named function takes
  instructions  the same pairs counted in instructions, by valgrind
  programs      CPU and wall time of real programs, size of the recording, same output or not

Peers are looked for where Debian's packages put them. --peer adds others, such as a build of
your own: heaptrack-new=/opt/lib/heaptrack/libheaptrack_preload.so. What a peer writes is raw
data in a folder that is removed; no peer's own analysis is run.
"""
import argparse
import functools
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from typing import NamedTuple

import peers
import workloads

PARTS = ("heap", "spans", "instructions", "programs")
HEAP_PEERS = ("heaptrack", "jemalloc", "gperftools", "lttng")
SLOW_ROUNDS = 3
LONGER = 5
LOADER = "/lib64/ld-linux-x86-64.so.2"


class Run(NamedTuple):
    status: int
    output: bytes
    cpu: float     # seconds, user + system, of the process and what it waited for
    wall: float
    stored: int    # bytes of the recording


class Failed(Exception):
    pass


def stored_bytes(folder):
    return sum(os.lstat(os.path.join(at, name)).st_size
               for at, _, names in os.walk(folder) for name in names)


def wait(process, limit):
    """Exit status and resources; a process that takes longer than `limit` seconds is killed."""
    late = threading.Timer(limit, process.kill)
    late.start()
    _, status, used = os.wait4(process.pid, 0)
    in_time = late.is_alive()
    late.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    if not in_time:
        raise Failed(f"did not end in {limit:g} s")
    return process.returncode, used.ru_utime + used.ru_stime


def execute(variant, command, work, limit, environment=None, stdin=os.devnull):
    out = f"{work}/out"
    shutil.rmtree(out, ignore_errors=True)
    os.mkdir(out)
    env = {**peers.clean_environment(), **(environment or {}), **variant.environment(out)}
    with variant.around(out), open(stdin, "rb") as source, \
            open(f"{work}/stdout", "wb") as output, open(f"{work}/stderr", "wb") as errors:
        start = time.monotonic()
        with subprocess.Popen(variant.prefix(out) + command, env=env, cwd=out, stdin=source,
                              stdout=output, stderr=errors) as process:
            status, cpu = wait(process, limit)
        wall = time.monotonic() - start
    with open(f"{work}/stdout", "rb") as output:
        return Run(status, output.read(), cpu, wall, stored_bytes(out))


def rounds_of(variants, count, once):
    """Alternate: `once(variant)` of each, `count` times. A variant that fails is left out."""
    results = {variant.name: [] for variant in variants}
    for number in range(count):
        for variant in variants:
            if variant.name not in results or (variant.slower > 1 and number >= SLOW_ROUNDS):
                continue
            try:
                results[variant.name].append(once(variant))
            except Failed as failure:
                print(f"  {variant.name}: {failure}, left out")
                del results[variant.name]
        if sys.stderr.isatty():
            print(f"  round {number + 1} of {count}", end="\r", file=sys.stderr)
    return results


def spread(values, form="8.1f"):
    short = form.lstrip("0123456789")
    return (f"{statistics.median(values):{form}}  "
            f"({min(values):{short}} to {max(values):{short}})")


def differences(times, variants):
    """Time added to the base in the same round, for each variant that has its base."""
    return {v.name: [t - b for t, b in zip(times[v.name], times[v.base])] for v in variants
            if v.name in times and v.base in times and v.name != "plain"}


def print_added(title, times, variants, unit):
    added = differences(times, variants)
    ours = added.get("recoat")
    print(f"\n{title}")
    for name, taken in times.items():
        line = f"  {name:28} {spread(taken):30} {unit}"
        if name in added:
            line += f"   added {spread(added[name]):30}"
        if ours and added.get(name) and name != "recoat":
            line += f"   / recoat's {spread([a / o for a, o in zip(added[name], ours)], '6.2f')}"
        print(line)


def print_scaling(title, both):
    """By the wall clock, which needs two idle cores, and by CPU time, which sees no sleeping."""
    print(f"\n{title}; pairs a second with two / with one; CPU time a pair with two / with one")
    for name, taken in both.items():
        wall = [one[0] / two[0] for one, two in taken]
        cpu = [two[1] / one[1] for one, two in taken]
        print(f"  {name:28} {spread(wall, '6.2f'):25} CPU {spread(cpu, '6.2f')}")


def first_number(run):
    try:
        return float(run.output.split()[0])
    except (IndexError, ValueError):
        raise Failed(f"exit status {run.status} and no figure") from None


class Bench:
    def __init__(self, options, work):
        self.options, self.work = options, work

    def variants(self, kinds):
        kinds = [kind for kind in kinds if kind not in self.options.without]
        return peers.variants(kinds, self.options.peer)

    def pairs(self, variant, burst, threads=1, times=1):
        """Nanoseconds a pair, by the wall clock and of CPU time."""
        count = times * self.options.pairs // variant.slower
        run = execute(variant, [f"{self.work}/pairs", str(count), str(burst), str(threads)],
                      self.work, self.options.limit)
        return first_number(run), run.cpu * 1e9 / count

    def heap(self):
        build, rounds = self.options.build, self.options.rounds
        variants = [peers.Variant("plain"), peers.recoat(build),
                    peers.recoat(build, "recoat, trace", RECOAT_HEAP="trace"),
                    peers.recoat(build, "recoat, sample:512K", RECOAT_HEAP="sample:512K"),
                    peers.recoat(build, "recoat, heap off", RECOAT_HEAP="off"),
                    *self.variants(HEAP_PEERS)]
        with peers.lttng_daemon():
            for burst, what in ((64, "paths in runs of 64"), (1, "another path each time")):
                times = rounds_of(variants, rounds, lambda v, b=burst: self.pairs(v, b)[0])
                print_added(f"malloc+free, {what}, rounds: {rounds}", times, variants, "ns")
            self.threads(variants)

    def threads(self, variants):
        """In longer runs: it takes the system a while to move a new thread to an idle core."""
        def once(variant):
            return [self.pairs(variant, 64, threads, LONGER) for threads in (1, 2)]

        rounds = self.options.rounds
        print_scaling(f"two threads, rounds: {rounds}", rounds_of(variants, rounds, once))

    def spans(self):
        build, rounds = self.options.build, self.options.rounds
        variants = [peers.Variant("plain"),
                    *(peers.recoat(build, f"recoat, {mode}", RECOAT_SPANS=mode)
                      for mode in ("all", "auto", "aggregate", "off")),
                    peers.recoat(build, "recoat, no kernels", RECOAT_KERNELS="none"),
                    *self.variants(["uftrace"])]
        traced = peers.tracepoints()
        if os.path.exists(f"{self.work}/spans-lttng") and shutil.which("lttng-sessiond"):
            variants.append(traced)
        stored = {}

        def once(variant, size):
            program = "spans-lttng" if variant is traced else "spans"
            run = execute(variant, [f"{self.work}/{program}", "1000000", size], self.work,
                          self.options.limit)
            stored[variant.name] = run.stored
            return first_number(run)

        with peers.lttng_daemon():
            for size, where in (("direct", "in a register"), ("behind", "behind a pointer")):
                times = rounds_of(variants, rounds, functools.partial(once, size=size))
                print_added(f"a call of a kernel through the PLT, its size {where}, rounds: "
                            f"{rounds}", times, variants, "ns")
        for name in times:
            print(f"  {name:28} {stored[name] / 1e6:8.1f} bytes of recording a call")

    def counted(self, variant, pairs):
        """Instructions of a whole run. The loader preloads, lest valgrind's own launcher do."""
        preload = ["--preload", variant.library] if variant.library else []
        env = variant.environment(f"{self.work}/out")
        env.pop("LD_PRELOAD", None)
        run = execute(variant._replace(environment=lambda out: env),
                      ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", LOADER,
                       *preload, f"{self.work}/pairs", str(pairs), "64"],
                      self.work, 10 * self.options.limit)
        with open(f"{self.work}/stderr", encoding="utf-8", errors="replace") as errors:
            found = re.search(r"Collected : (\d+)", errors.read())
        if run.status or not found:
            raise Failed(f"valgrind's exit status is {run.status}")
        return int(found.group(1))

    def instructions(self):
        if not shutil.which("valgrind"):
            print("bench: valgrind: not here")
            return
        variants = [peers.Variant("plain"), peers.recoat(self.options.build),
                    peers.recoat(self.options.build, "recoat, heap off", RECOAT_HEAP="off"),
                    *self.variants(["heaptrack", "jemalloc", "lttng"])]
        variants = [v for v in variants if v.around is not peers.lttng_session]

        def once(variant):
            few, many = 200000 // variant.slower, 600000 // variant.slower
            return (self.counted(variant, many) - self.counted(variant, few)) / (many - few)

        print_added("instructions a malloc+free pair, paths in runs of 64: difference of two runs",
                    rounds_of(variants, 1, once), variants, "instructions")

    def programs(self):
        rounds = self.options.rounds
        variants = [peers.Variant("plain"), peers.recoat(self.options.build),
                    *self.variants(HEAP_PEERS)]
        with peers.lttng_daemon():
            for workload in workloads.programs(self.work):
                results = rounds_of(variants, rounds, lambda v, w=workload: execute(
                    v, w.command, self.work, self.options.limit, w.environment, w.stdin))
                print_program(workload.name, results, variants, rounds)


def print_program(title, results, variants, rounds):
    plain = results["plain"]
    print(f"\n{title}, rounds: {rounds}; plain {spread([run.cpu for run in plain], '.3f')} s"
          " of CPU")
    for variant in variants[1:]:
        runs, base = results.get(variant.name), results.get(variant.base)
        if not runs or not base:
            continue
        cpu = [run.cpu / before.cpu for run, before in zip(runs, base)]
        wall = [run.wall / before.wall for run, before in zip(runs, base)]
        same = all((run.status, run.output) == (plain[0].status, plain[0].output) for run in runs)
        print(f"  {variant.name:28} CPU x {spread(cpu, '6.2f'):25} wall x {spread(wall, '6.2f'):25}"
              f" {runs[-1].stored / 1e6:8.2f} MB   output {'same' if same else 'DIFFERS'}")


def check_build(parser, options):
    options.build = os.path.abspath(options.build)
    if options.rounds < 1:
        parser.error(f"--rounds {options.rounds}: expected 1 or more")
    if not os.path.exists(f"{options.build}/.libs/librecoat.so"):
        parser.error(f"{options.build}/.libs/librecoat.so: not found, expected a build of recoat")


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", help="directory in which recoat was built")
    parser.add_argument("--only", default=",".join(PARTS), metavar="PART[,PART]",
                        help=f"of {', '.join(PARTS)}; all of them if not given")
    parser.add_argument("--rounds", type=int, default=7, metavar="N", help="default: 7")
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=PATH",
                        help="one more peer: its library to preload, or uftrace's program")
    parser.add_argument("--without", default="", metavar="KIND[,KIND]",
                        help=f"peers to leave out, of {', '.join(peers.PEERS)}")
    parser.add_argument("--pairs", type=int, default=2000000, metavar="N",
                        help="malloc+free pairs a run; slow peers make fewer (default: 2000000)")
    parser.add_argument("--limit", type=float, default=60, metavar="SECONDS",
                        help="a variant that takes longer is left out (default: 60)")
    options = parser.parse_args()
    check_build(parser, options)
    options.only = options.only.split(",")
    for part in options.only:
        if part not in PARTS:
            parser.error(f"--only {part}: expected one of {', '.join(PARTS)}")
    options.without = options.without.split(",") if options.without else []
    for kind in options.without:
        if kind not in peers.PEERS:
            parser.error(f"--without {kind}: expected one of {', '.join(peers.PEERS)}")
    for given in options.peer:
        peers.parse(given)
    return options


def main():
    sys.stdout.reconfigure(line_buffering=True)
    options = parse_options()
    work = tempfile.mkdtemp(prefix="recoat-bench-")
    try:
        workloads.compile_all(work)
        bench = Bench(options, work)
        for part in PARTS:
            if part in options.only:
                getattr(bench, part)()
    except subprocess.CalledProcessError as failure:
        sys.exit(f"bench: {' '.join(failure.cmd)}: exit status {failure.returncode}"
                 f"{': ' + failure.stderr.strip() if failure.stderr else ''}")
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
