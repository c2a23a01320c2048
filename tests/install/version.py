#!/usr/bin/env python3
"""version.py SOURCE VERSION: the version of meson.build is the newest one of both changelogs."""
import re
import sys

source, version = sys.argv[1:]


def newest(name, pattern):
    with open(f"{source}/{name}", encoding="utf-8") as text:
        return re.search(pattern, text.read(), re.MULTILINE)[1]


faults = [f"{name}: the newest version is {found}, in meson.build it is {version}"
          for name, found in (("debian/changelog", newest("debian/changelog", r"^roomd \(([^)~]+)-\d+(?:~\w+)?\) ")),
                              ("CHANGELOG.md", newest("CHANGELOG.md", r"^## \[?(\d[^],\s]*)")))
          if found != version]
sys.exit("\n".join(faults) or None)
