#!/usr/bin/env python3
"""layers.py ROOT: what the compiler does not check about our own files.

Which layer may include which (the table of docs/architecture.md as data), no include cycles between
the units of a folder, third-party headers only in the layer that owns them, files of a size that one
can read, no unfinished business, nothing that names a machine.  Prints every fault as path:line: what;
exits with 1 when there is one.
"""
import os
import re
import sys

MOST_LINES = 400

# layer: what it may include besides itself: layers, or single units of them.  docs/architecture.md
# shows the same table.
SEES = {
    "base": "",
    "json": "base",
    "log": "base",
    "metrics": "base",
    "eio": "base json",
    "sio": "base json",
    "http": "base",
    "rooms": "base",
    "auth": "base json",
    "policy": "base json rooms auth",
    "schema": "base json",
    "catalogue": "base json sio rooms schema",
    "codegen": "base json schema catalogue",
    "emits": "base json",
    "fetch": "base json auth/keys",
    "session": "base json log metrics eio sio",
    "dispatch": "base json log metrics eio sio rooms auth policy catalogue session",
    "loop": "base log metrics",
    "net": "base log metrics eio http session loop policy",
    "host": "base json log metrics dispatch loop rooms schema session sio roomd",
    "config": "base json auth policy catalogue session/settings dispatch/settings net/settings host/settings",
    "pages": "base json metrics",
    "app": "*",
    "cli": "base json rooms auth policy catalogue codegen fetch config host app roomd",
}

# first part of a third-party header's name: the layers that may include it.
OWNERS = {
    "uv.h": "loop net app",
    "libwebsockets.h": "net",
    "openssl": "auth net",
    "cjose": "auth",
    "yaml-cpp": "config",
    "nlohmann": "json",
    "re2": "schema",
    "prometheus": "metrics",
    "systemd": "app",
    "CLI": "cli",
    "libpsl.h": "policy",
    "libpq-fe.h": "",
    "zlib.h": "net",
    "liburing.h": "net",
    "curl": "fetch",
}
# What any layer may include: the language's library and POSIX.
SYSTEM = re.compile(r"^([a-z_]+|(sys|net|netinet|arpa|linux)/[a-z_]+\.h|[a-z_]+\.h)$")
THIRD_PARTY_H = {name for name in OWNERS if name.endswith(".h")}
# ... and what a plugin may: the interface, its own files, and libraries of its own.
PLUGIN_SEES = {"rest": "base json emits", "webhook": "base json rooms sio"}  # a folder of plugins/: layers that are linked into it
PLUGIN_LIBRARIES = {"nlohmann", "curl", "openssl", "libpq-fe.h", "yaml-cpp", "uv.h"}

# What keys of the configuration set in a layer, and a member of it that has a value of its own.
SETTINGS = re.compile(r"^daemon/\w+/settings\.hpp$")
DEFAULT = re.compile(r"^    [\w:<>]+ \w+ *(=|\{[^}])")

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^">]+)[">]')
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
MACHINE = re.compile(r"(?<![\w.])/(work|farm|home/\w+|root)/|\bregistry\.npmjs\.|deb\.debian\.org")
SOURCE = (".c", ".h", ".cpp", ".hpp", ".cc")
TEXT = SOURCE + (".py", ".mjs", ".js", ".json", ".sh", ".build", ".txt", ".md", ".yaml", ".yml", ".service", ".socket", ".sql", ".html")
SKIPPED = re.compile(r"^(build[^/]*|\.git|\.cache)(/|$)|(^|/)(node_modules|results|__pycache__)(/|$)")
TAKEN_OVER = re.compile(r"^tests/(bench|plugins/frozen)")  # written elsewhere; not held to our sizes
THIS = "tests/lint/layers.py"


def files(root):
    for folder, folders, names in os.walk(root):
        here = os.path.relpath(folder, root)
        here = "" if here == "." else here + "/"
        folders[:] = [f for f in folders if not SKIPPED.search(here + f)]
        for name in sorted(names):
            yield here + name


def fault_of_include(path, quote, header):
    """Why `path` may not include `header`, or None."""
    parts = path.split("/")
    first = header.split("/")[0]
    if parts[0] == "daemon" and len(parts) > 2:
        layer = parts[1]
        if layer not in SEES:
            return f"layer '{layer}' is not in the table of {THIS}"
        if quote == '"' or first in SEES or first == "roomd":
            if "/" not in header:
                return f'"{header}": write "folder/file.hpp"'
            sees = SEES[layer].split()
            if sees == ["*"] or first == layer or first in sees or os.path.splitext(header)[0] in sees:
                return None
            if any(one.startswith(first + "/") for one in sees):
                return f"{layer} must not see {header}"
            return f"{layer} must not see {first}"
        if first in OWNERS:
            if layer in OWNERS[first].split():
                return None
            return f"<{header}> belongs to {OWNERS[first] or 'plugins'}, not to {layer}"
        if SYSTEM.match(header) and header not in THIRD_PARTY_H:
            return None
        return f"<{header}>: no layer owns it; name its owner in {THIS}"
    if parts[0] == "plugins":
        if first in PLUGIN_SEES.get(parts[1], "").split():
            return None
        if first in SEES and quote == '"' and not os.path.exists(os.path.join(os.path.dirname(path), header)):
            return f'a plugin sees include/roomd only, not "{header}"'
        if quote == "<" and first != "roomd" and first not in PLUGIN_LIBRARIES and not SYSTEM.match(header):
            return f"<{header}>: not known as a library of plugins"
        return None
    if path.endswith(".hpp") and parts[0] == "include" and first == "roomd":
        return None
    if path == "include/roomd/plugin.h" and header not in ("stddef.h", "stdint.h"):
        return f"plugin.h includes only <stddef.h> and <stdint.h>, not {header}"
    if parts[0] == "include" and (quote == '"' or not SYSTEM.match(header) or header in THIRD_PARTY_H):
        return f"a public header includes only the language's library, not {header}"
    return None


def lines_of(path):
    with open(path, encoding="utf-8", errors="replace") as text:
        return text.read().split("\n")


def check(root, path):
    lines = lines_of(os.path.join(root, path))
    source = path.endswith(SOURCE)
    if source and path.startswith(("daemon/", "include/", "plugins/", "tests/")) and not TAKEN_OVER.match(path):
        # plugin.h is one contract in one file, most of it words.
        if len(lines) - 1 > MOST_LINES and path != "include/roomd/plugin.h":
            yield f"{path}:{MOST_LINES + 1}: {len(lines) - 1} lines, at most {MOST_LINES}: split by owner of state"
        if path.endswith(".hpp") and "#pragma once" not in lines:
            yield f"{path}:1: no #pragma once"
        if SETTINGS.match(path):
            for number, line in enumerate(lines, 1):
                if DEFAULT.match(line):
                    yield f"{path}:{number}: the default is in the key table alone: write {{}}"
    for number, line in enumerate(lines, 1):
        if path != THIS and UNFINISHED.search(line):
            yield f"{path}:{number}: {UNFINISHED.search(line)[0]}: finish it or file it"
        if path != THIS and MACHINE.search(line):
            yield f"{path}:{number}: names a machine or a registry"
        include = INCLUDE.match(line) if source else None
        why = include and fault_of_include(path, include[1], include[2])
        if why:
            yield f"{path}:{number}: {why}"


def fault_of_picture(path):
    """Where docs/architecture.md tells another story than the table."""
    with open(path, encoding="utf-8") as page:
        rows = re.findall(r"^\| `(\w+)` \| .* \| ?([\w/ *]*) \|$|^\| `(\w+)` \| .* \|( *)\|$", page.read(), re.M)
    told = {row[0] or row[2]: row[1].split() for row in rows}
    for layer, sees in SEES.items():
        if told.get(layer) != sees.split():
            yield f"{path}:1: {layer} sees '{sees}', the page says {told.get(layer)}"


def faults_of_ways(path, paths):
    """Units that docs/architecture.md names, as `layer/unit`, and that are not there (any more)."""
    present = {os.path.splitext(one)[0] for one in paths}
    with open(path, encoding="utf-8") as page:
        for number, line in enumerate(page, 1):
            for layer, unit in re.findall(r"`(\w+)/(\w+)", line):
                if layer in SEES and f"daemon/{layer}/{unit}" not in present:
                    yield f"{path}:{number}: there is no unit {layer}/{unit}"


def units_of(folder, texts):
    """{unit: [(file, line, other unit of the folder)]}.  NAME.hpp and NAME.cpp are the unit NAME."""
    units = {}
    for path, lines in texts.items():
        unit, extension = os.path.splitext(os.path.basename(path))
        if os.path.dirname(path) == folder and extension in SOURCE:
            units.setdefault(unit, []).append((path, lines))
    prefix = os.path.basename(folder) + "/"
    graph = {unit: [] for unit in units}
    for unit, sources in units.items():
        for path, lines in sources:
            for number, line in enumerate(lines, 1):
                include = INCLUDE.match(line)
                if not include or include[1] != '"':
                    continue
                other = os.path.splitext(include[2].removeprefix(prefix))[0]
                if other != unit and other in units:
                    graph[unit].append((path, number, other))
    return graph


def cycles(graph):
    """The shortest cycle through each unit that is in one, each cycle once, as [(file, line, unit)]."""
    found = {}
    for start in sorted(graph):
        ways = [[step] for step in graph[start]]
        reached = set()
        while ways:
            way = ways.pop(0)
            unit = way[-1][2]
            if unit == start:
                found.setdefault(frozenset(step[2] for step in way), way)
                break
            if unit not in reached:
                reached.add(unit)
                ways += [way + [step] for step in graph[unit]]
    return list(found.values())


def faults_of_cycles(texts):
    """`texts`: the lines of each source by its path."""
    folders = sorted({os.path.dirname(path) for path in texts if path.startswith(("daemon/", "plugins/"))})
    for folder in folders:
        for way in cycles(units_of(folder, texts)):
            path, line, _ = way[0]
            units = [way[-1][2]] + [unit for _, _, unit in way]
            yield f"{path}:{line}: units of {folder} include each other: " + " -> ".join(units)


def main(root):
    os.chdir(root)
    paths = [p for p in files(".") if p.endswith(TEXT) or p in ("dev", ".ci/run")]
    faults = [fault for path in paths for fault in check(".", path)]
    faults += fault_of_picture("docs/architecture.md")
    faults += faults_of_ways("docs/architecture.md", paths)
    faults += faults_of_cycles({path: lines_of(path) for path in paths if path.endswith(SOURCE)})
    for fault in faults:
        print(fault)
    print(f"{len(paths)} files, {len(faults)} faults")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "."))
