#!/usr/bin/env python3
"""tally.py meson TESTLOG.json | tap REPORT: prints "passed failed skipped", single tests counted.

A doctest executable counts its test cases; any other meson test counts as one.  What failed goes to
standard error, with its output.
"""
import json
import re
import sys

CASES = re.compile(r"test cases:\s*(\d+)\s*\|\s*(\d+) passed\s*\|\s*(\d+) failed\s*\|\s*(\d+) skipped")
MOST = 20000  # bytes of one failing test's output


def shown(text):
    return text if len(text) <= MOST else text[: MOST // 4] + "\n[...]\n" + text[-3 * MOST // 4 :]


def meson(path):
    passed = failed = skipped = 0
    try:
        with open(path, encoding="utf-8", errors="replace") as log:
            tests = [json.loads(line) for line in log if line.strip()]
    except OSError:
        print("no test ran:", path, file=sys.stderr)
        return 0, 1, 0
    for test in tests:
        result = test["result"]
        cases = CASES.search(re.sub(r"\x1b\[[0-9;]*m", "", test.get("stdout") or ""))
        if result in ("OK", "EXPECTEDFAIL"):
            passed += int(cases[2]) if cases else 1
            skipped += int(cases[4]) if cases else 0
        elif result == "SKIP":
            skipped += 1
        else:
            passed += int(cases[2]) if cases else 0
            failed += max(1, int(cases[3])) if cases else 1
            print(f"---- {test['name']}: {result}", file=sys.stderr)
            print(shown((test.get("stdout") or "") + (test.get("stderr") or "")), file=sys.stderr)
    return passed, failed, skipped


def failures(text):
    """Each failed test of a TAP report with its diagnosis, without the suites that merely hold it."""
    for found in re.finditer(r"^( *)not ok \d+ - (.*)\n((?:\1  .*\n|\n)*)", text, re.M):
        if "failureType: 'subtestsFailed'" not in found[3]:
            yield found[2], found[3]


def tap(path):
    with open(path, encoding="utf-8", errors="replace") as report:
        text = report.read()
    for name, diagnosis in failures(text):
        print(f"---- {name}", shown(diagnosis), sep="\n", file=sys.stderr)
    counts = []
    for word in ("pass", "fail", "cancelled", "skipped"):
        found = re.findall(rf"^# {word} (\d+)$", text, re.M)
        counts.append(int(found[-1]) if found else 0)
    passed, failed, cancelled, skipped = counts
    if passed + failed + cancelled + skipped == 0:
        failed = 1  # the runner itself failed
    return passed, failed + cancelled, skipped


print(*{"meson": meson, "tap": tap}[sys.argv[1]](sys.argv[2]))
