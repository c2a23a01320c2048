#!/usr/bin/env python3
"""targets.py BUILD_DIR SUITE: what ninja has to build for the tests of a meson suite, one a line."""
import json
import os
import sys

build, suite = sys.argv[1:]


def told(what):
    with open(os.path.join(build, "meson-info", f"intro-{what}.json"), encoding="utf-8") as file:
        return json.load(file)


files = {target["id"]: target["filename"] for target in told("targets")}
needed = {path for test in told("tests") if f"roomd:{suite}" in test["suite"]
          for target in test["depends"] for path in files[target]}
print(*sorted(os.path.relpath(path, build) for path in needed), sep="\n")
sys.exit(not needed)
