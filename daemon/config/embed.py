#!/usr/bin/env python3
"""Writes a text file as the C++ function config::dev_yaml()."""
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    lines = file.read().splitlines(keepends=True)
with open(sys.argv[2], "w", encoding="utf-8") as out:
    out.write('#include "config/load.hpp"\n\n')
    out.write("std::string_view roomd::config::dev_yaml() noexcept {\n    return\n")
    for line in lines:
        text = line.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        out.write('        "%s"\n' % text)
    out.write("        ;\n}\n")
