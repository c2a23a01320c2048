#include "config/yaml_text.hpp"

#include "reading.hpp"

#include <doctest/doctest.h>

using namespace roomd::config;
using roomd::test::tree_of;

namespace {

std::string again(std::string_view yaml) {
    return one_line(tree_of(yaml));
}

bool same(const Item &a, const Item &b) {
    if (a.kind != b.kind || a.text != b.text || a.items.size() != b.items.size() ||
        a.entries.size() != b.entries.size())
        return false;
    for (std::size_t i = 0; i < a.items.size(); ++i)
        if (!same(a.items[i], b.items[i])) return false;
    for (std::size_t i = 0; i < a.entries.size(); ++i)
        if (a.entries[i].key != b.entries[i].key || !same(a.entries[i].value, b.entries[i].value))
            return false;
    return true;
}

} // namespace

TEST_CASE("a value is written as it was where it is plain to all, else in quotes") {
    for (const char *same : {"25s",
                             "1MiB",
                             "/socket.io/",
                             "127.0.0.1:3001",
                             "true",
                             "42",
                             "-2.5",
                             "0660",
                             "https://a.example.com",
                             "[a, [b, c], {d: e}]",
                             "{}",
                             "[]",
                             "null",
                             "\"42\"",
                             "\"true\"",
                             "\"\"",
                             "\"*\"",
                             "\"a b\"",
                             "\"- a\"",
                             "\"a: b\"",
                             "\"a#\"",
                             "\"${env:A}\"",
                             "\"a:\"",
                             "\"[::1]:3001\"",
                             "\"<hidden>\"",
                             "\"---\"",
                             "\"~\"",
                             "\"1:30\"",
                             "\"@a\""})
        CHECK(again(same) == same);
    CHECK(again("'text'") == "text");
    CHECK(again("~") == "null");
    CHECK(again("{'on': 1, a: 'on'}") == "{\"on\": 1, a: \"on\"}");
    CHECK(again("\"a\\\"\\\\\\n\\t\\e\\x9b\\u00e9\\L\"") ==
          "\"a\\\"\\\\\\n\\x09\\x1b\\x9bé\xe2\x80\xa8\"");
}

TEST_CASE("what is written reads back as the same tree") {
    const Item root = tree_of("a: {b: [1, '2', ~, {c: \"x\\ny\\x1b\"}], 'd: e': {}, f: []}\n"
                              "'': |\n  one\n  two\ng: [[a, b], []]\n'1': [{a: 1}, {}, 2]\n");
    CHECK(same(tree_of(one_line(root)), root));
    CHECK(same(tree_of(in_lines(root, {{"t.yaml", "/"}})), root));
}

TEST_CASE("lines tell the place of each value, and a file's name cannot forge a line") {
    Item root = tree_of("a: 1\nb:\n  - {c: 2, d: [3]}\n");
    root.entries[0].value.mark = {};
    CHECK(in_lines(root, {{"t\n.yaml", "/"}}) == "a: 1  # default\nb:\n"
                                                 "  - c: 2  # t?.yaml:3\n"
                                                 "    d: [3]  # t?.yaml:3\n");
}
