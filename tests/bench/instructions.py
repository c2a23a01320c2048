#!/usr/bin/env python3
"""instructions.py PROGRAM [--write]: how many instructions the hot paths take, and whether they grew.

Counts under callgrind, which is the same on every machine of one compiler and takes no notice of
load: each scenario at two sizes, so that what is done once falls out.  Fails when one has grown by
more than 5 % over tests/bench/instructions.json; --write writes that file, for the commit that
means the growth (or the gain).
"""
import json
import os
import re
import subprocess
import sys

BASELINE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "instructions.json")
ALLOWED = 1.05
# Code that libraries choose by the processor counts differently: the plain one everywhere.
PLAIN = {"MALLOC_CONF": "", "OPENSSL_ia32cap": "0", "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX512BW,-AVX2,-AVX,-ERMS,-FSRM,-EVEX"}
# scenario: sizes, and what one more of it is divided by.
SCENARIOS = {"handshake": (200, 400, 1), "emit": (20, 120, 1000)}


def instructions(program, scenario, times):
    run = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, scenario, str(times)],
                         capture_output=True, text=True, check=True, env={**os.environ, **PLAIN})
    return int(re.search(r"Collected : (\d+)", run.stderr)[1])


def main(program, *options):
    if not any(os.access(os.path.join(folder, "valgrind"), os.X_OK) for folder in os.environ["PATH"].split(":")):
        print("valgrind is not installed")
        return 77  # skipped
    found = {}
    for scenario, (few, many, parts) in SCENARIOS.items():
        each = (instructions(program, scenario, many) - instructions(program, scenario, few)) / (many - few)
        found[scenario] = round(each / parts)
    if "--write" in options:
        with open(BASELINE, "w") as out:
            out.write(json.dumps(found, indent=2) + "\n")
    with open(BASELINE) as source:
        wanted = json.load(source)
    grown = [name for name in SCENARIOS if found[name] > wanted[name] * ALLOWED]
    for name in SCENARIOS:
        print(f"{name}: {found[name]} instructions, {wanted[name]} in the baseline{': grown by more than 5 %' if name in grown else ''}")
    return 1 if grown else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
