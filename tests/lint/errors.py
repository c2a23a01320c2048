#!/usr/bin/env python3
"""errors.py ROOT: docs/errors.md names every code that a user can meet, and none that is not there.

Codes are read from the sources where an error is made: a status and a code in braces, the code
among the arguments of a function that makes one, or JSON text.  Those of the page stand in the first cell
of a row of a table: | `code` | ... |.  Numbers of Engine.IO, reasons of closing and exit codes are compared
with the lists that the sources hold.  Prints every difference; exits with 1 when there is one.
"""
import os
import re
import sys

PAGE = "docs/errors.md"
SOURCES = ("daemon", "plugins", "include/roomd")

# Functions that make an error; its code is the first argument that is a word in quotes.
MAKERS = ("complain", "denied", "fail", "failure", "fault", "invalid", "refusal", "refuse", "refuse_for_now", "refused", "too_big",
          "unavailable", "wrong",
          "Trouble")
CODE = r'"([a-z]+(?:_[a-z]+)*)"'
PLACES = (
    re.compile(r"\{\s*\d{3},\s*" + CODE),                       # Problem{422, "no_target"
    re.compile(r"\b(?:Rejection|Refusal \w+) ?\{\s*" + CODE),  # Rejection{"portal_role", "your role .."
    re.compile(r"\breturn \{" + CODE + r", pointer"),            # Refusal of a template
    re.compile(r"\bsay\([^;]*?\d{3}(?: : \d{3})?, " + CODE),    # say(429, "over_budget"
    re.compile(r"\bcode == " + CODE),                           # what.code == "not_sent"
    re.compile(r'\\?"code\\?":\\?"([a-z_]+)\\?"'),              # R"({"code":"overloaded"
    re.compile(r"\bcode = " + CODE),                            # out.code = "not_sent"
    re.compile(r"\btext\(\"code\", " + CODE),                  # json::Object().text("code", "slowed_down")
)
CALL = re.compile(r"\b(?:" + "|".join(MAKERS) + r")\(")
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')

# Where functions of these names tell faults of the configuration or of the system, by place and not by code.
LEFT_OUT = ("daemon/config/", "daemon/schema/checker.cpp", "daemon/net/address.cpp")


def arguments(text, at):
    """The text from `at`, behind an open bracket, to its end."""
    depth, end = 1, at
    quoted = False
    while end < len(text) and depth:
        c = text[end]
        if c == "\\" and quoted:
            end += 1
        elif c == '"':
            quoted = not quoted
        elif not quoted:
            depth += (c in "({[") - (c in ")}]")
        end += 1
    return text[at:end]


def codes(text):
    """Codes of errors that are made in a source, each with where."""
    for place in PLACES:
        for found in place.finditer(text):
            yield found[1], found.start()
    for call in CALL.finditer(text):
        first = LITERAL.search(arguments(text, call.end()))
        if first and re.fullmatch(CODE, first[0]):
            yield first[1], call.start()


def made(root):
    """code: one place where it is made."""
    out = {}
    for top in SOURCES:
        for folder, _, names in os.walk(os.path.join(root, top)):
            for name in sorted(names):
                if not name.endswith((".cpp", ".hpp", ".c", ".h")):
                    continue
                path = os.path.join(folder, name)
                if os.path.relpath(path, root).startswith(LEFT_OUT):
                    continue
                with open(path, encoding="utf-8") as source:
                    text = source.read()
                for code, at in codes(text):
                    where = f"{os.path.relpath(path, root)}:{text.count(chr(10), 0, at) + 1}"
                    out.setdefault(code, where)
    return out


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8") as source:
        return source.read()


def first_cells(text):
    return [re.findall(r"`([^`]+)`", row) for row in re.findall(r"^\|([^|]*)\|", text, re.M)]


def section(page, heading):
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", page, re.M | re.S)
    return found[1] if found else ""


def different(what, page, source):
    for one in source:
        if one not in page:
            yield f"{PAGE}: {what} {one} is missing"
    for one in page:
        if one not in source:
            yield f"{PAGE}: {what} {one} is not in the sources"


def check(root):
    page = read(root, PAGE)
    exists = made(root)
    cells = first_cells(page[page.index("\n## "):])  # without the table of what one sees
    told = {code for cell in cells for code in cell if re.fullmatch(r"[a-z]+(_[a-z]+)*", code)}
    for code in sorted(set(exists) - told):
        yield f"{exists[code]}: code \"{code}\" is not in {PAGE}"
    for code in sorted(told - set(exists)):
        yield f"{PAGE}: code \"{code}\" is made nowhere"
    refusals = re.findall(r"case Refusal::\w+: return \"([^\"]+)\"", read(root, "daemon/eio/refusal.cpp"))
    rows = re.findall(r"^\| `(\d)` ([^|]+?) \|", section(page, "Opening a connection"), re.M)
    yield from different("Engine.IO", [" ".join(row) for row in rows],
                         [f"{number} {text}" for number, text in enumerate(refusals)])
    reasons = re.findall(r"return \"([^\"]+)\"", read(root, "daemon/session/close_reason.cpp"))
    closed = [cell[0] for cell in first_cells(section(page, "Closed connections")) if cell]
    yield from different("reason", closed, [reason for reason in reasons if reason != "unknown"])
    exits = re.findall(r"exit_\w+ = (\d)", read(root, "daemon/app/exit_code.hpp"))
    shown = [cell[0] for cell in first_cells(section(page, "The command line")) if cell and cell[0].isdigit()]
    yield from different("exit code", shown, exits)


def main(root):
    if len(sys.argv) > 2:  # errors.py ROOT list
        print("\n".join(f"{code}  {where}" for code, where in sorted(made(root).items())))
        return False
    faults = list(check(root))
    print("\n".join(faults + [f"{len(made(root))} codes, {len(faults)} faults"]))
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "."))
