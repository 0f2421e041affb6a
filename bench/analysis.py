#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measure how fast recordings are read, with peers beside recoat in the same alternating run.

    bench/analysis.py BUILD [--rounds N] [--pairs N] [--calls N]

BUILD is a directory in which recoat was built. Each workload is recorded once under recoat and
once under each peer; then every round runs each reader once, in turn. Printed are events a
second of CPU time, start and report included, as medians with minimum and maximum, and the most
memory that a reader took. A malloc, a free and a call of a kernel are an event each; uftrace
writes two records a call.

  recoat report     of RECOAT_HEAP=trace, and of spans
  heaptrack_print   of heaptrack's data, interpreted in advance and not compressed
  babeltrace2       of recoat's recording, every event decoded and none printed
  uftrace report
"""
import argparse
import glob
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from typing import NamedTuple

import peers
import run
import workloads


class Reader(NamedTuple):
    name: str
    command: list
    events: int


def record(variant, command, out):
    """Run a workload under a variant. Returns the folder with what was recorded."""
    os.makedirs(out)
    env = {**peers.clean_environment(), **variant.environment(out)}
    subprocess.run(variant.prefix(out) + command, env=env, check=True, cwd=out,
                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    return out


def read(reader, limit):
    """CPU seconds of one reader."""
    with subprocess.Popen(reader.command, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as process:
        status, cpu = run.wait(process, limit)
    if status:
        raise run.Failed(f"exit status {status}")
    return cpu


def peak_memory(reader):
    """Resident bytes at most. A child of ours would begin with what Python takes."""
    if not shutil.which("time"):
        return "time(1) is not here"
    errors = subprocess.run(["time", "--format=%M", *reader.command], check=True,
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True).stderr
    return f"{int(errors.split()[-1]) * 1024 / 1e6:7.1f} MB"


def events_of(build, recording):
    """Allocations and frees, or spans: what the recording is about."""
    report = subprocess.run([f"{build}/recoat", "report", "--json", recording], check=True,
                            stdout=subprocess.PIPE, text=True).stdout
    return json.loads(report)["events"]


def ours(build, recording):
    events = events_of(build, recording)
    found = [Reader("recoat report", [f"{build}/recoat", "report", recording], events)]
    if shutil.which("babeltrace2"):
        found.append(Reader("babeltrace2", ["babeltrace2", "--output-format=dummy",
                                            *glob.glob(f"{recording}/*/")], events))
    return found


def heaptrack_reader(command, out, events, limit):
    library = peers.find("heaptrack")
    interpreter = glob.glob("/usr/lib/heaptrack/libexec/heaptrack_interpret")
    if not library or not interpreter or not shutil.which("heaptrack_print"):
        print(f"bench: heaptrack: not here (Debian has it in {peers.PEERS['heaptrack'][1]})")
        return []
    record(peers.heaptrack("heaptrack", library)[0], command, out)
    try:
        with open(f"{out}/heaptrack.raw", "rb") as raw, open(f"{out}/data", "wb") as data:
            subprocess.run(interpreter, stdin=raw, stdout=data, stderr=subprocess.DEVNULL,
                           check=True, timeout=limit)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as failure:
        print(f"bench: heaptrack, left out: {failure}")
        return []
    return [Reader("heaptrack_print", ["heaptrack_print", "-f", f"{out}/data"], events)]


def uftrace_reader(command, out, events):
    program = peers.find("uftrace")
    if not program:
        print("bench: uftrace: not here")
        return []
    record(peers.uftrace("uftrace", program)[0], command, out)
    return [Reader("uftrace report", [program, "report", "-d", f"{out}/uftrace"], events)]


def measure(title, readers, options):
    times = run.rounds_of(readers_as_variants(readers), options.rounds,
                          lambda v: read(v.reader, options.limit))
    print(f"\n{title}, {readers[0].events} events, rounds: {options.rounds}")
    for reader in readers:
        if not times.get(reader.name):
            continue
        rates = [reader.events / seconds / 1e6 for seconds in times[reader.name]]
        ratio = statistics.median(first / other for first, other in
                                  zip(times[reader.name], times[readers[0].name]))
        print(f"  {reader.name:16} {run.spread(rates):28} million events/s"
              f"   {peak_memory(reader)}   time / recoat's {ratio:6.2f}")


class Timed(NamedTuple):
    """A reader where run.py expects a variant."""
    name: str
    reader: Reader
    slower: int = 1


def readers_as_variants(readers):
    return [Timed(reader.name, reader) for reader in readers]


def heap(options, work, title, command):
    folder = tempfile.mkdtemp(dir=work)
    recoat = peers.recoat(options.build, RECOAT_HEAP="trace", RECOAT_CPU="0",
                          RECOAT_KERNELS="none")
    recording = record(recoat, command, f"{folder}/recoat") + "/rec"
    readers = ours(options.build, recording)
    readers += heaptrack_reader(command, f"{folder}/heaptrack", readers[0].events,
                                options.limit)
    measure(f"heap trace of {title}", readers, options)
    shutil.rmtree(folder)


def spans(options, work):
    command = [f"{work}/spans", str(options.calls)]
    recoat = peers.recoat(options.build, RECOAT_HEAP="off", RECOAT_CPU="0", RECOAT_SPANS="all")
    recording = record(recoat, command, f"{work}/s/recoat") + "/rec"
    readers = ours(options.build, recording)
    readers += uftrace_reader(command, f"{work}/s/uftrace", readers[0].events)
    measure("calls of a kernel", readers, options)


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", help="directory in which recoat was built")
    parser.add_argument("--rounds", type=int, default=7, metavar="N", help="default: 7")
    parser.add_argument("--pairs", type=int, default=5000000, metavar="N",
                        help="malloc+free pairs of the heap's microbenchmark (default: 5000000)")
    parser.add_argument("--calls", type=int, default=5000000, metavar="N",
                        help="calls of the spans' microbenchmark (default: 5000000)")
    parser.add_argument("--limit", type=float, default=60, metavar="SECONDS",
                        help="a reader that takes longer is left out (default: 60)")
    options = parser.parse_args()
    run.check_build(parser, options)
    return options


def main():
    sys.stdout.reconfigure(line_buffering=True)
    options = parse_options()
    work = tempfile.mkdtemp(prefix="recoat-bench-")
    try:
        workloads.compile_all(work)
        heap(options, work, "pairs", [f"{work}/pairs", str(options.pairs), "64"])
        heap(options, work, "pairs on two threads",
             [f"{work}/pairs", str(options.pairs), "64", "2"])
        heap(options, work, "C++ containers", [f"{work}/containers"])
        spans(options, work)
    except subprocess.CalledProcessError as failure:
        sys.exit(f"bench: {' '.join(failure.cmd)}: exit status {failure.returncode}")
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
