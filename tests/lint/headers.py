#!/usr/bin/env python3
"""headers.py ROOT COMPILER...: every header of daemon/ and include/ compiles alone and twice."""
import concurrent.futures
import glob
import os
import subprocess
import sys

root, compiler = sys.argv[1], [w for w in sys.argv[2:] if os.path.basename(w) != "ccache"]
os.chdir(root)
headers = sorted(glob.glob("daemon/*/*.hpp") + glob.glob("include/roomd/*.h*"))


def alone(header):
    text = f'#include "{header}"\n#include "{header}"\n'
    words = [*compiler, "-x", "c++", "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror"]
    words += ["-D_GNU_SOURCE", "-I.", "-Idaemon", "-Iinclude", "-"]
    run = subprocess.run(words, input=text, capture_output=True, text=True)
    return header, run.returncode == 0, run.stderr


bad = 0
with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    for header, good, text in pool.map(alone, headers):
        if not good:
            bad += 1
            print(f"-- {header} does not compile alone\n{text}")
print(f"{len(headers)} headers, {bad} do not compile alone")
sys.exit(bad > 0 or not headers)
