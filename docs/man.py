#!/usr/bin/env python3
"""man.py VERSION DIRS roomd.8 OUT ROOMD OPERATIONS.md | roomd.yaml.5 OUT CONFIGURATION.md | roomd-plugin.7 OUT PLUGINS.md

DIRS: the folders of the configuration, the plugins and the browser's client, separated by colons.

Manual pages from what there is already: the command line tells itself (`roomd help --json`), the rest is the
Markdown of this folder.  Knows as much Markdown as stands there.
"""
import json
import os
import re
import subprocess
import sys

ABOUT = {
    "roomd.8": "rooms for Socket.IO clients, fed by plugins",
    "roomd.yaml.5": "configuration of roomd",
    "roomd-plugin.7": "plugins of roomd, and how to write one",
}
SEE = {
    "roomd.8": "roomd.yaml(5), roomd-plugin(7), systemctl(1)",
    "roomd.yaml.5": "roomd(8), roomd-plugin(7)",
    "roomd-plugin.7": "roomd(8), roomd.yaml(5)",
}
FILES = [
    ("{conf}/roomd.yaml", "the configuration, unless --config or $ROOMD_CONFIG names another"),
    ("/run/roomd/admin.sock", "the admin socket of the packaged daemon"),
    ("$XDG_RUNTIME_DIR/roomd-admin.sock", "the admin socket of `roomd dev`"),
    ("{plugins}", "the plugins"),
    ("{client}", "the browser's client that is served"),
]


# ---- troff ------------------------------------------------------------------------------------

def escape(text):
    """Text as troff takes it, wherever in a line it comes to stand."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
    text = text.replace("^", "\\(ha").replace("~", "\\(ti")
    text = "".join(c if ord(c) < 128 else "\\[u%04X]" % ord(c) for c in text)
    return "\\&" + text if text.startswith((".", "\\(aq")) else text


INLINE = re.compile(r"`` (.+?) ``|`([^`]+)`|\*\*(.+?)\*\*|(?<!\w)\*([^*\s](?:[^*]*[^*\s])?)\*(?!\w)|\[([^\]]+)\]\(([^)]+)\)")


def inline(text):
    out, at = "", 0
    for found in INLINE.finditer(text):
        out += escape(text[at:found.start()])
        double, code, bold, slanted, label, where = found.groups()
        if double or code or bold:
            out += "\\fB" + escape(double or code or bold.replace("`", "")) + "\\fP"
        elif slanted:
            out += "\\fI" + escape(slanted) + "\\fP"
        else:
            out += inline(label) + ("" if re.sub("`", "", label) in where else " (" + escape(where) + ")")
        at = found.end()
    out += escape(text[at:])
    return "\\&" + out if out.startswith(".") else out


def heading(macro, text):
    return [f'.{macro} "' + inline(text).replace('"', '\\(dq') + '"']


def listing(lines):
    body = [escape(line) if line else "" for line in lines]
    return [".PP", ".RS 4", ".EX", *body, ".EE", ".RE"]


# ---- Markdown ---------------------------------------------------------------------------------

def cells(row):
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", row.strip().strip("|"))]


def table(rows):
    """The first cell as a term; the last one that says what it is, then the others with their headings."""
    head, out = cells(rows[0]), []
    for row in (cells(row) for row in rows[2:]):
        said = [(name, cell) for name, cell in zip(head[1:], row[1:]) if cell not in ("", "\N{EN DASH}")]
        if len(head) > 2:
            main = [cell for name, cell in said if name == "What"]
            more = [f"{name}: {cell}" for name, cell in said if name != "What"]
            text = " ".join(main + (["(" + "; ".join(more) + ")"] if main and more else more and ["; ".join(more)]))
        else:
            text = " ".join(cell for name, cell in said)
        out += [".TP", inline(row[0]) or "\\&", inline(text) or "\\&"]
    return out


def markdown(text, headings=("SH", "SS")):
    """The lines of a page; its title is left out."""
    lines, out, at = text.split("\n"), [], 0
    while at < len(lines):
        line = lines[at]
        fence = re.match(r"\s*```", line)
        item = re.match(r"(\s*)(?:[-*]|(\d+\.)) (.*)", line)
        if fence:
            end = next(i for i in range(at + 1, len(lines)) if lines[i].strip().startswith("```"))
            out += listing(lines[at + 1:end])
            at = end + 1
        elif line.startswith("#"):
            level, title = line.split(" ", 1)
            if len(level) > 1:
                out += heading(headings[min(len(level) - 2, 1)], title.upper() if len(level) == 2 else title)
            at += 1
        elif line.startswith("|"):
            end = next((i for i in range(at, len(lines)) if not lines[i].startswith("|")), len(lines))
            out += table(lines[at:end])
            out.append(".PP")
            at = end
        elif item:
            words, at = [item[3]], at + 1
            while at < len(lines) and lines[at].startswith(" ") and not re.match(r"\s*(?:[-*]|\d+\.) ", lines[at]):
                words.append(lines[at].strip())
                at += 1
            out += [f'.IP "{item[2] or chr(92) + "(bu"}" 4', inline(" ".join(words))]
        elif not line.strip():
            at += 1
        else:
            words = []
            while at < len(lines) and lines[at].strip() and not re.match(r"\s*```|#|\||\s*(?:[-*]|\d+\.) ", lines[at]):
                words.append(lines[at].strip())
                at += 1
            out += [".PP", inline(" ".join(words))]
    return [line for i, line in enumerate(out)
            if not (line == ".PP" and (i + 1 == len(out) or out[i + 1].startswith((".PP", ".SH", ".SS"))))]


def section(text, title):
    """What stands under one heading, up to the next of its kind or above."""
    lines = text.split("\n")
    start = next(i for i, line in enumerate(lines) if re.fullmatch(r"#+ " + re.escape(title), line))
    level = len(lines[start].split(" ")[0])
    end = next((i for i in range(start + 1, len(lines)) if re.match(r"#{1,%d} " % level, lines[i])), len(lines))
    return lines[start + 1:end]


def without(text, title):
    lines = section(text, title)
    return text.replace("\n".join(lines), "").replace(f"## {title}\n", "")


# ---- the command line -------------------------------------------------------------------------

def usage(command):
    words = ["\\fB" + escape(command["path"]) + "\\fP"]
    for option in command["options"]:
        if "--help" in option["names"]:
            continue
        said = "\\fB" + escape(option["names"][0]) + "\\fP"
        said += " \\fI" + escape(option["value"]) + "\\fP" if option["value"] else ""
        words.append(f"[{said}]" + ("..." if option["many"] and option["value"] else ""))
    for argument in command["arguments"]:
        said = "\\fI" + escape("|".join(argument["choices"]) or argument["value"]) + "\\fP"
        words.append(said if argument["required"] else f"[{said}]")
    return " ".join(words)


def command_lines(command):
    out = heading("SS", command["path"])
    out += [inline(command["what"]) + ".", ".PP", usage(command)]
    for option in command["arguments"] + command["options"]:
        if "--help" in option["names"]:
            continue
        names = ", ".join("\\fB" + escape(name) + "\\fP" for name in option["names"] if name.startswith("-"))
        value = "\\fI" + escape(option["value"]) + "\\fP" if option["value"] else ""
        text = inline(option["what"]) + (f" (default: {escape(option['initial'])})" if option["initial"] else "")
        out += [".TP", " ".join(filter(None, [names, value])), text]
    for paragraph in filter(None, command["more"].split("\n")):
        if paragraph.startswith("  "):
            out += listing([paragraph.strip()])
        else:
            out += [".PP", inline(paragraph)]
    return out


def leaves(command):
    for below in command["commands"]:
        yield from leaves(below) if below["commands"] else [below]


def roomd_8(tree, operations, dirs):
    commands = list(leaves(tree))
    out = [".SH SYNOPSIS"]
    for command in commands:
        out += [usage(command), ".br"]
    out = out[:-1] + [".SH DESCRIPTION", inline(tree["what"]) + ".  Its configuration is described in \\fBroomd.yaml\\fP(5)."]
    out += [".PP", "Every command has \\fB\\-\\-help\\fP."]
    out += [".SH COMMANDS"]
    for command in commands:
        out += command_lines(command)
    out += [".SH EXIT STATUS"] + [inline(tree["more"])]
    out += markdown("\n".join(["## The admin socket"] + section(operations, "The admin socket")))
    out += markdown(re.sub(r"\A# [^#]*", "", without(operations, "Command line")))
    out += [".SH FILES"]
    for name, what in FILES:
        name = name.format(**dict(zip(("conf", "plugins", "client"), dirs)))
        out += [".TP", "\\fI" + escape(name) + "\\fP", inline(what)]
    return out


# Pages that are manual pages too.
PAGES = {"configuration": "roomd.yaml(5)", "plugins": "roomd-plugin(7)", "operations": "roomd(8)"}


def read(path):
    with open(path, encoding="utf-8") as text:
        return re.sub(r"\[?\b(configuration|plugins|operations)\.md\b\]?(\([^)]*\))?", lambda m: PAGES[m[1]], text.read())


def main(version, dirs, page, target, *sources):
    name, part = page.rsplit(".", 1)
    if page == "roomd.8":
        told = subprocess.run([os.path.abspath(sources[0]), "help", "--json"], check=True, capture_output=True, text=True).stdout
        body = roomd_8(json.loads(told)["data"], read(sources[1]), dirs.split(":"))
    else:
        body = markdown(read(sources[0]))
        if not body[0].startswith(".SH"):
            body.insert(0, ".SH DESCRIPTION")
    lines = ['.\\" Made by docs/man.py; do not edit.',
             f'.TH "{escape(name.upper())}" "{part}" "" "roomd {escape(version)}" "roomd"',
             ".nr HY 0", ".nh", ".ad l", ".SH NAME", f"{escape(name)} \\- {escape(ABOUT[page])}", *body,
             ".SH SEE ALSO", re.sub(r"([\w.-]+)\((\d)\)", lambda m: f"\\fB{escape(m[1])}\\fP({m[2]})", SEE[page])]
    with open(target, "w", encoding="ascii") as out:
        out.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
