# SPDX-License-Identifier: Apache-2.0
"""The ways to run a workload: plain, under recoat, under each peer that is on this machine."""
import contextlib
import glob
import os
import shutil
import subprocess
import sys
import tempfile
import time
from typing import Callable, NamedTuple

HERE = os.path.dirname(os.path.abspath(__file__))
LIBRARIES = ("/usr/lib", "/usr/lib/x86_64-linux-gnu", "/usr/local/lib")

# kind -> (where it is looked for, Debian's package)
PEERS = {
    "heaptrack": ("heaptrack/libheaptrack_preload.so", "libheaptrack"),
    "jemalloc": ("libjemalloc.so.2", "libjemalloc2"),
    "gperftools": ("libtcmalloc.so.4", "libgoogle-perftools4"),
    "lttng": ("liblttng-ust-libc-wrapper.so*", "lttng-tools and liblttng-ust1"),
    "uftrace": (None, "uftrace"),
}


class Variant(NamedTuple):
    """A way to run a workload. `environment` and `prefix` get the folder for the recording."""
    name: str
    environment: Callable = lambda out: {}
    prefix: Callable = lambda out: []
    around: Callable = lambda out: contextlib.nullcontext()
    base: str = "plain"   # what its added time is counted from
    slower: int = 1       # microbenchmarks make so many times fewer calls
    library: str = ""     # what is preloaded


def clean_environment():
    ours = ("RECOAT_", "LD_PRELOAD", "MALLOC_CONF", "HEAPPROFILE", "DUMP_HEAPTRACK", "LTTNG_")
    return {k: v for k, v in os.environ.items() if not k.startswith(ours)}


def preloaded(name, library, settings=lambda out: {}, **more):
    return Variant(name, lambda out: {"LD_PRELOAD": library, **settings(out)}, library=library,
                   **more)


def recoat(build, name="recoat", **changes):
    return preloaded(name, f"{build}/.libs/librecoat.so",
                     lambda out: {"RECOAT_OUTPUT": f"{out}/rec", "RECOAT_KERNEL_PATH": HERE,
                                  **changes})


def heaptrack(name, library):
    """The preloaded half alone, writing raw data to a file: its best case."""
    return [preloaded(name, library,
                      lambda out: {"DUMP_HEAPTRACK_OUTPUT": f"{out}/heaptrack.raw"})]


def jemalloc(name, library):
    """Every allocation, and the same allocator without profiling to count from."""
    bare = f"{name}, not profiling"
    if subprocess.run(["true"], env={"LD_PRELOAD": library, "MALLOC_CONF": "prof:true"},
                      stderr=subprocess.PIPE, check=False).stderr:
        print(f"bench: {name}: {library}: built without profiling")
        return [preloaded(bare, library)]
    conf = "prof:true,lg_prof_sample:0,prof_final:true,prof_prefix:"
    return [preloaded(bare, library),
            preloaded(name, library, lambda out: {"MALLOC_CONF": f"{conf}{out}/heap"},
                      base=bare, slower=10)]


def gperftools(name, library):
    bare = f"{name}, not profiling"
    return [preloaded(bare, library),
            preloaded(name, library, lambda out: {"HEAPPROFILE": f"{out}/heap"}, base=bare,
                      slower=20)]


def lttng_command(*arguments):
    return subprocess.run(["lttng", "--no-sessiond", *arguments], check=True,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


@contextlib.contextmanager
def lttng_session(out, events="lttng_ust_*"):
    session = f"bench-{os.getpid()}"
    lttng_command("create", session, f"--output={out}/lttng")
    try:
        lttng_command("enable-channel", "-u", "-s", session, "--subbuf-size=4M",
                      "--num-subbuf=8", "all")
        lttng_command("enable-event", "-u", "-s", session, "-c", "all", events)
        lttng_command("start", session)
        yield
    finally:
        lttng_command("destroy", session)


@contextlib.contextmanager
def lttng_daemon():
    """A session daemon of our own, which listens on loopback only, unless one runs."""
    folder = tempfile.mkdtemp(prefix="recoat-bench-")
    pidfile = f"{folder}/pid"
    started = shutil.which("lttng-sessiond") and subprocess.run(
        ["lttng-sessiond", "--daemonize", "--no-kernel", f"--pidfile={pidfile}"], check=False,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
    try:
        yield
    finally:
        if started:
            with open(pidfile, encoding="ascii") as file:
                os.kill(int(file.read()), 15)
            time.sleep(1)
        shutil.rmtree(folder, ignore_errors=True)


def lttng(name, library):
    """The libc wrapper. It records no call paths."""
    def waits(_):
        return {"LTTNG_UST_REGISTER_TIMEOUT": "-1"}
    return [preloaded(f"{name}, no session", library, waits),
            preloaded(name, library, waits, around=lttng_session)]


def tracepoints():
    """A pair of tracepoints in the kernel itself, for a program that has them."""
    return Variant("LTTng tracepoint pair",
                   lambda out: {"LTTNG_UST_REGISTER_TIMEOUT": "-1"},
                   around=lambda out: lttng_session(out, "bench:*"))


def uftrace(name, program):
    return [Variant(name, prefix=lambda out: [program, "record", "--force", "-d",
                                              f"{out}/uftrace"])]


def find(kind):
    pattern = PEERS[kind][0]
    if kind == "lttng" and not shutil.which("lttng-sessiond"):
        return None
    if not pattern:
        return shutil.which(kind)
    found = [path for folder in LIBRARIES for path in sorted(glob.glob(f"{folder}/{pattern}"))]
    return found[0] if found else None


def parse(given):
    """NAME=PATH of --peer: (name, kind, path). heaptrack-new is of the kind heaptrack."""
    name, _, path = given.partition("=")
    kind = name.split("-")[0]
    if kind not in PEERS or not path:
        sys.exit(f"bench: --peer {given}: expected NAME=PATH, where NAME is or begins with "
                 f"one of {', '.join(PEERS)}")
    if not os.path.exists(path):
        sys.exit(f"bench: --peer {given}: {path}: not found")
    return name, kind, os.path.abspath(path)


def variants(kinds, given):
    """Variants of every peer of these kinds: Debian's, then those given."""
    found = []
    for kind in kinds:
        path = find(kind)
        if path:
            found += globals()[kind](kind, path)
        else:
            print(f"bench: {kind}: not here (Debian has it in {PEERS[kind][1]})")
    for name, kind, path in map(parse, given):
        if kind in kinds:
            found += globals()[kind](name, path)
    return found
