#!/usr/bin/env python3
"""tidy.py BUILD_DIR JOBS [shallow|deep] < FILES: clang-tidy over the named sources, as .clang-tidy says.

Where BUILD_DIR compiles in units, the units that hold them are looked at, which takes half the time.
What is unchanged since it last passed, headers and configuration too, is not looked at again: what
it depends on is asked of the compiler, and the hash of all that is kept in BUILD_DIR.
"""
import concurrent.futures
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys

build, jobs = sys.argv[1], int(sys.argv[2])
depth = sys.argv[3] if len(sys.argv) > 3 else "deep"
analyzer = ["-Xclang", "-analyzer-config", "-Xclang", f"mode={depth}"]
sources = {os.path.abspath(line.strip()) for line in sys.stdin if line.strip()}


def parts(path):
    """The sources that a file of the build stands for: itself, or what a unit includes."""
    if not re.search(r"-unity\d+\.cpp$", path):
        return {path}
    with open(path, encoding="utf-8") as unit:
        return {os.path.normpath(name) for name in re.findall(r"#include<(.*)>", unit.read())}


with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as database:
    commands = {os.path.abspath(os.path.join(c["directory"], c["file"])): c for c in json.load(database)}
held = {path: parts(path) for path in commands}
# What a plugin or layer and its test compile is read once.
asked, seen = [], set()
for path in sorted(commands, key=lambda path: commands[path]["output"].startswith("tests/")):
    if held[path] & sources - seen:
        asked.append(path)
        seen |= held[path] & sources
# A unit may include what the build makes.
made = {part for path in asked for part in held[path] if not os.path.exists(part)}
if made:
    subprocess.run(["ninja", "-C", build, *(os.path.relpath(part, build) for part in made)], check=True, stdout=subprocess.DEVNULL)
with open(".clang-tidy", "rb") as settings:
    base = settings.read() + depth.encode()
cache = os.path.join(build, "tidy-passed")
os.makedirs(cache, exist_ok=True)


def fingerprint(command):
    """Hash of the preprocessed source, i.e. of everything that clang-tidy would read."""
    words = [w for w in shlex.split(command["command"]) if w != "ccache"]
    for option in ("-o", "-MF", "-MQ", "-MT"):
        while option in words:
            at = words.index(option)
            del words[at : at + 2]
    words = [w for w in words if w not in ("-c", "-MD", "-MMD")]
    run = subprocess.run([*words, "-E", "-P", "-C"], cwd=command["directory"], capture_output=True)
    return hashlib.sha256(base + run.stdout).hexdigest() if run.returncode == 0 else None


def check(path):
    mark = fingerprint(commands[path])
    if mark and os.path.exists(os.path.join(cache, mark)):
        return path, True, ""
    # In a unit our sources are included, which the analyzer would pass over.
    unit = path not in sources
    words = [*analyzer, "-Xclang", "-analyzer-opt-analyze-headers"] if unit else analyzer
    checks = ["--checks=-bugprone-suspicious-include"] if unit else []
    run = subprocess.run(["clang-tidy-14", "--quiet", "-p", build, *checks, *(f"--extra-arg={word}" for word in words), path],
                         capture_output=True, text=True)
    if run.returncode == 0 and mark:
        with open(os.path.join(cache, mark), "w", encoding="utf-8"):
            pass
    return path, run.returncode == 0, run.stdout + ("" if run.stdout.strip() else run.stderr)


failed = 0
with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
    for path, good, text in pool.map(check, asked):
        if not good:
            failed += 1
            print(f"-- {os.path.relpath(path)}\n{text.strip()}")
print(f"{len(seen)} of {len(sources)} files in {len(asked)} readings, {failed} with findings")
sys.exit(failed > 0)
