#!/usr/bin/env python3
"""What `./dev run` builds is the daemon and all plugins that are installed, and nothing of the tests."""
import json
import os
import subprocess
import sys

ninja, build = sys.argv[1:]


def told(tool):
    out = subprocess.run([ninja, "-C", build, "-t", tool, "shipped"], check=True, capture_output=True, text=True)
    return [line.strip(" |") for line in out.stdout.splitlines()]


with open(os.path.join(build, "meson-info/intro-installed.json"), encoding="utf-8") as file:
    installed = [os.path.relpath(path, build) for path in json.load(file)]
binaries = [path for path in installed if path == "roomd" or path.endswith(".so")]
assert "roomd" in binaries and len(binaries) > 1, installed
built = told("query")
faults = [f"shipped does not build {name}" for name in binaries if name not in built]
faults += [f"shipped builds {path}, of the tests" for path in told("inputs") if "tests/" in path]
print("\n".join(faults[:10]))
sys.exit(bool(faults))
