# SPDX-License-Identifier: Apache-2.0
"""Programs to run: compiled from this folder, or found on this machine."""
import os
import shutil
import subprocess
from typing import NamedTuple

HERE = os.path.dirname(os.path.abspath(__file__))
LTTNG_HEADER = "/usr/include/x86_64-linux-gnu/lttng/tracepoint.h"
PYTHON = "/usr/bin/python3"


class Workload(NamedTuple):
    name: str
    command: list
    environment: dict = {}
    stdin: str = os.devnull


def compile_all(work):
    def build(compiler, *arguments):
        subprocess.run([compiler, "-O2", *arguments], check=True, cwd=HERE)

    build("gcc", "-std=gnu11", "pairs.c", "-o", f"{work}/pairs", "-pthread")
    build("gcc", "-shared", "-fPIC", "kernel.c", "-o", f"{work}/libkernel.so")
    build("gcc", "spans.c", "-o", f"{work}/spans", f"-L{work}", "-lkernel", f"-Wl,-rpath,{work}")
    if os.path.exists(LTTNG_HEADER):
        build("gcc", "-shared", "-fPIC", "-I.", "kernel_lttng.c", "-o", f"{work}/libtraced.so",
              "-llttng-ust", "-ldl")
        build("gcc", "spans.c", "-o", f"{work}/spans-lttng", f"-L{work}", "-ltraced",
              f"-Wl,-rpath,{work}")
    build("g++", "containers.cc", "-o", f"{work}/containers")


def compiler_proper(work):
    """The C compiler proper on one of our own tests, preprocessed in advance."""
    cc1 = subprocess.run(["gcc", "-print-prog-name=cc1"], check=True, stdout=subprocess.PIPE,
                         text=True).stdout.strip()
    top = os.path.dirname(HERE)
    source = f"{work}/source.i"
    subprocess.run(["gcc", "-E", f"-I{top}", f"-I{top}/include", f"{top}/tests/unit/kernels_map.c",
                    "-o", source], check=True)
    return Workload("cc1", [cc1, "-quiet", "-O2", "-fpreprocessed", source, "-o", "-"])


def programs(work):
    """Every workload whose program is here; a line for those that are not."""
    python = [PYTHON, f"{HERE}/objects.py"]
    wanted = [Workload("C++ containers", [f"{work}/containers"]),
              Workload("sqlite3", ["sqlite3", ":memory:"], stdin=f"{HERE}/query.sql"),
              compiler_proper(work),
              Workload("python3", python),
              Workload("python3, PYTHONMALLOC=malloc", python, {"PYTHONMALLOC": "malloc"}),
              Workload("perl", ["perl", f"{HERE}/words.pl"]),
              Workload("node", ["node", f"{HERE}/objects.js"])]
    found = [workload for workload in wanted if shutil.which(workload.command[0])]
    for workload in wanted:
        if workload not in found:
            print(f"bench: {workload.command[0]}: not here")
    return found
