#!/usr/bin/env python3
"""headers.py ROOT COMPILER...: every header of daemon/, plugins/ and include/ compiles alone and twice.

One that is the first include of a source which the build compiles has shown it there; the others are
compiled here.  Twice: it has #pragma once, or guards.
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


shown = {first_include(source) for source in glob.glob("daemon/**/*.cpp", recursive=True)
         + glob.glob("plugins/**/*.cpp", recursive=True)}


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
