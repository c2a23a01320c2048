#!/usr/bin/env python3
"""The binary interface may only grow: abi_1.txt may gain lines and lose or change none.

    abi.py members PLUGIN_H            writes what abi_test.c asks about
    abi.py compare ABI_TEST ABI_1_TXT  checks what it says
"""
import re
import subprocess
import sys


def members(header):
    text = re.sub(r"/\*.*?\*/", "", open(header).read(), flags=re.S)
    out = []
    for match in re.finditer(r"typedef struct (\w+)\s*\{(.*?)\}\s*\w+;", text, re.S):
        name, body = match.groups()
        out.append(f"SIZE({name});")
        for part in body.split(";"):
            part = part.strip()
            if not part:
                continue
            pointer = re.search(r"\(\*(\w+)\)\s*\(", part)
            if pointer:
                out.append(f"AT({name}, {pointer.group(1)});")
                continue
            for one in part.split(","):
                word = re.search(r"(\w+)\s*(\[[^]]*\])?\s*$", one.strip())
                out.append(f"AT({name}, {word.group(1)});")
    for match in re.finditer(r"typedef enum \w+\s*\{(.*?)\}", text, re.S):
        out += [f"NUMBER({name});" for name in re.findall(r"(ROOMD_\w+)\s*=", match.group(1))]
    out += [f"NUMBER({name});" for name in re.findall(r"#define (ROOMD_\w+)\s+\d+u", text)
            if name != "ROOMD_ABI_MINOR"]
    return out


def compare(program, golden):
    now = subprocess.run([program], check=True, capture_output=True, text=True).stdout.splitlines()
    was = open(golden).read().splitlines()
    grown = [line for line in now if line not in was]
    lost = [line for line in was if line not in now]
    # A struct that begins with its size may get longer; its members stay where they were.
    longer = {re.match(r"(\w+) size (\d+)$", line).group(1): int(line.split()[-1])
              for line in grown if re.match(r"\w+ size \d+$", line)}
    frozen = ("roomd_str", "roomd_bytes", "roomd_field", "roomd_args")
    bad = [line for line in lost
           if not (re.match(r"\w+ size \d+$", line)
                   and line.split()[0] not in frozen
                   and longer.get(line.split()[0], 0) > int(line.split()[-1]))]
    for line in bad:
        print(f"changed or gone: {line}")
    new = [line for line in grown if line.split()[0] not in longer or "size" not in line]
    for line in new:
        print(f"not in {golden}: {line}")
    if new and not bad:
        print("additions are fine: count ROOMD_ABI_MINOR up and add these lines to the file")
    return 1 if bad or new else 0


if __name__ == "__main__":
    if sys.argv[1] == "members":
        print("\n".join(members(sys.argv[2])))
    else:
        sys.exit(compare(sys.argv[2], sys.argv[3]))
