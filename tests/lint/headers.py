#!/usr/bin/env python3
"""headers.py ROOT COMPILER...: every header of daemon/, plugins/ and include/ compiles alone and twice.

The first include of a source has nothing before it: clang-tidy, which reads every source without a
precompiled header, has shown that one, and what it includes first in turn.  The others are compiled
here.  Twice: it has #pragma once, or guards.
"""
import concurrent.futures
import glob
import os
import re
import subprocess
import sys

root, compiler = sys.argv[1], [w for w in sys.argv[2:] if os.path.basename(w) != "ccache"]
os.chdir(root)
headers = sorted(glob.glob("daemon/*/*.hpp") + glob.glob("plugins/*/*.hpp") + glob.glob("include/roomd/*.h*"))


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def first_include(source):
    found = re.search(r"^#include (\S+)", read(source), re.M)
    return found and found.group(1).strip('"<>')


by_name = {header.split("/", 1)[1]: header for header in headers}
shown = {first_include(source) for source in glob.glob("daemon/**/*.cpp", recursive=True)
         + glob.glob("plugins/**/*.cpp", recursive=True)}
more = list(shown)
while more:
    header = by_name.get(more.pop())
    inner = header and first_include(header)
    if inner and inner not in shown:
        shown.add(inner)
        more.append(inner)


def alone(header):
    words = [*compiler, "-x", "c++", "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror"]
    words += ["-D_GNU_SOURCE", "-I.", "-Idaemon", "-Iplugins", "-Iinclude", "-I/usr/include/postgresql", "-"]
    run = subprocess.run(words, input=f'#include "{header}"\n', capture_output=True, text=True)
    return header, run.returncode == 0, run.stderr


bad = 0
for one in headers:
    if not re.search(r"^#pragma once$|^#ifndef \w+_H$", read(one), re.M):
        bad += 1
        print(f"-- {one} has no #pragma once")
rest = [one for one in headers if one.split("/", 1)[1] not in shown]
with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    for name, good, text in pool.map(alone, rest):
        if not good:
            bad += 1
            print(f"-- {name} does not compile alone\n{text}")
print(f"{len(headers)} headers, {len(rest)} compiled here, {bad} faults")
sys.exit(bad > 0 or not headers)
