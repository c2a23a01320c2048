#!/usr/bin/env python3
"""lockfile.py DIR: every package-lock.json below DIR names versions and hashes, but no registry."""
import json
import os
import sys

bad = []
for folder, folders, files in os.walk(sys.argv[1]):
    folders[:] = [f for f in folders if f != "node_modules"]
    for name in files:
        if name != "package-lock.json":
            continue
        path = os.path.join(folder, name)
        with open(path, encoding="utf-8") as lock:
            for package, entry in json.load(lock).get("packages", {}).items():
                if "resolved" in entry:
                    bad.append(f"{path}: {package}: has 'resolved'")
                if package and "integrity" not in entry:
                    bad.append(f"{path}: {package}: has no 'integrity'")
print("\n".join(bad))
sys.exit(bool(bad))
