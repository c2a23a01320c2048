"""wrong.py INCLUDE COMPILER..: what is wrong with a plugin is said by the first error, shortly."""
import subprocess
import sys

PLUGIN = """#include <roomd/plugin.hpp>
class Wrong {
public:
    Wrong(roomd::Host &host, std::string_view) { %s }
    %s
    roomd::Handle handle;
};
ROOMD_PLUGIN(Wrong, "wrong", "1.0")
"""
# in the constructor, in the class, what the first error says
CASES = [
    ('handle = host.on_event("/", "x", [](int) {});', "", "on_event() takes fn(const roomd::Event &, roomd::Ack &)"),
    ('handle = host.on_event("/", "x", [](const auto &, auto &) { return 1; });', "", "roomd::Next or nothing"),
    ('handle = host.on_connect("/", [](const roomd::Connect &, roomd::Verdict) {});', "", "on_connect() takes fn("),
    ('handle = host.every(10, [](int) {});', "", "every() and after() take fn()"),
    ('host.describe(1, [](const roomd::Described &) {});', "", "describe() takes fn(roomd_status, const roomd::Described &)"),
    ("(void)host;", "static void check(std::string_view) {}", "check() is public, static, and takes"),
    ("(void)host;", "void reload() {}", "reload() is public and takes (std::string_view)"),
]
MOST_LINES = 30


def main(include, *compiler):
    failed = False
    for start, member, wanted in CASES:
        run = subprocess.run([*compiler, "-std=c++20", "-fsyntax-only", "-I", include, "-x", "c++", "-"],
                             input=PLUGIN % (start, member), capture_output=True, text=True)
        said = run.stderr.splitlines()
        errors = [line for line in said if "error:" in line]
        if run.returncode == 0 or len(errors) != 1 or wanted not in errors[0] or len(said) > MOST_LINES:
            failed = True
            print(f"{start or member}: wanted one error with {wanted!r} in {MOST_LINES} lines, got {len(said)}:", *said[:40], sep="\n")
    right = PLUGIN % ('handle = host.on_event("/", "x", [](const auto &, auto &) { return roomd::Next::pass; });', "")
    run = subprocess.run([*compiler, "-std=c++20", "-fsyntax-only", "-I", include, "-x", "c++", "-"], input=right, capture_output=True, text=True)
    if run.returncode != 0:
        failed = True
        print("a right plugin is refused:", run.stderr)
    return failed


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
