#!/usr/bin/env python3
"""man.py ROOMD CONFIGURATION.md PAGE...: the manual pages render without a warning, and tell all.

Every command and option of `roomd help --json` stands in roomd(8), every key of the table in roomd.yaml(5).
Without groff only the latter is looked at.
"""
import json
import os
import re
import shutil
import subprocess
import sys

roomd, configuration, *pages = sys.argv[1:]
faults = []


def plain(path):
    """A page without what makes it bold."""
    with open(path, encoding="ascii") as text:
        page = re.sub(r"\\f[BIPR]", "", text.read())
    for escape, meant in (("\\&", ""), ("\\-", "-"), ("\\(aq", "'"), ("\\(ga", "`"), ("\\(ti", "~"), ("\\(ha", "^"), ("\\(dq", '"'), ("\\e", "\\")):
        page = page.replace(escape, meant)
    return page


def render(path):
    # -ww: every warning there is.  Fonts and line breaks as a terminal of 80 columns has them.
    run = subprocess.run(["groff", "-ww", "-man", "-Tutf8", "-rLL=78n", path], capture_output=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
    if run.returncode or run.stderr:
        faults.append(f"{path}: {run.stderr.decode()}")
    if len(run.stdout) < 2000:
        faults.append(f"{path}: renders to {len(run.stdout)} bytes only")
    left = re.search(rb"\*\*\w|```|\]\([\w./-]+\.(md|hpp)", run.stdout)
    if left:
        faults.append(f"{path}: {left[0].decode()} is left of the Markdown")


def commands(command):
    yield command
    for below in command["commands"]:
        yield from commands(below)


by_name = {os.path.basename(page): page for page in pages}
told = json.loads(subprocess.run([roomd, "help", "--json"], check=True, capture_output=True).stdout)["data"]
manual = plain(by_name["roomd.8"])
checked = 0
for command in commands(told):
    if command["commands"]:
        continue
    found = re.search(r'\.SS "' + re.escape(command["path"]) + r'"\n(.*?)\n\.S[SH]', manual, re.S)
    if not found:
        faults.append(f"roomd.8: {command['path']} is missing")
        continue
    for option in command["options"]:
        if "--help" not in option["names"] and not re.search(r"^.*" + re.escape(", ".join(option["names"])) + r"\b", found[1], re.M):
            faults.append(f"roomd.8: {command['path']} {option['names']} is missing")
        checked += 1

with open(configuration, encoding="utf-8") as text:
    keys = re.findall(r"^\| `([\w.\[\]*]+)` \|", text.read(), re.M)
manual = plain(by_name["roomd.yaml.5"])
for key in keys:
    if not re.search(r"^\.TP\n" + re.escape(key) + r"$", manual, re.M):
        faults.append(f"roomd.yaml.5: {key} is missing")

if shutil.which("groff"):
    for page in pages:
        render(page)
print("\n".join(faults))
print(f"{len(pages)} pages, {checked} options, {len(keys)} keys, {len(faults)} faults" + ("" if shutil.which("groff") else "; no groff here"))
sys.exit(bool(faults) or checked < 30 or len(keys) < 50)
