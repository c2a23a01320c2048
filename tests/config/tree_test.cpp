#include "config/tree.hpp"

#include "reading.hpp"

#include <doctest/doctest.h>

using namespace roomd::config;
using roomd::test::tree_of;

namespace {

std::string yaml_faults(std::string_view yaml) {
    Faults faults;
    parse_yaml(yaml, "t.yaml", faults);
    return faults.text();
}

std::string nested(std::size_t depth, char open, char close) {
    return std::string(depth, open) + std::string(depth, close);
}

} // namespace

TEST_CASE("values have their kind and their place") {
    const Item root = tree_of("a: 1\nb: [x, 'y']\nc:\n  d: {e: ~}\n");
    CHECK(root.kind == Item::Kind::map);
    CHECK(root.find("a")->text == "1");
    CHECK(root.find("a")->mark.line == 1);
    CHECK(root.find("a")->mark.column == 4);
    CHECK_FALSE(root.find("a")->quoted);
    CHECK(root.find("b")->items[1].quoted);
    CHECK(root.find("b")->items[1].mark.column == 8);
    CHECK(root.find("c")->find("d")->find("e")->kind == Item::Kind::null);
    CHECK(root.entries[2].mark.line == 3);
    CHECK(root.find("none") == nullptr);
}

TEST_CASE("columns count characters, not bytes") {
    const Item root = tree_of("{zürich: 1, b: 2}");
    CHECK(root.entries[1].mark.column == 13);
}

TEST_CASE("columns are right where values stand back and forth on one line") {
    const Item root = tree_of("{ä: [1, ü], b: {é: 'ö', c: 2}, d: 3}");
    CHECK(root.find("ä")->items[1].mark.column == 9);
    CHECK(root.find("b")->find("c")->mark.column == 28);
    CHECK(root.entries[2].mark.column == 32);
    CHECK(root.find("d")->mark.column == 35);
}

TEST_CASE("duplicate keys are faults, and each is named") {
    CHECK(yaml_faults("a: 1\nb: 2\na: 3\nb: 4\n") ==
          "t.yaml:3:1: duplicate key \"a\"\n  the first is at line 1; keep one of the two\n"
          "t.yaml:4:1: duplicate key \"b\"\n  the first is at line 2; keep one of the two");
    CHECK(yaml_faults("x: {a: 1, 'a': 2}") ==
          "t.yaml:1:11: duplicate key \"a\"\n  the first is at line 1; keep one of the two");
}

TEST_CASE("merges, tags and keys that are not text are faults") {
    CHECK(yaml_faults("a: &x {b: 1}\nc:\n  <<: *x\n") ==
          "t.yaml:3:3: \"<<\" merges are not supported\n  write the keys out");
    CHECK(yaml_faults("a: !!binary aGk=\n") ==
          "t.yaml:1:4: tags are not supported\n  remove what begins with \"!\"");
    CHECK(yaml_faults("a: !mine {b: 1}\n") ==
          "t.yaml:1:4: tags are not supported\n  remove what begins with \"!\"");
    for (const std::string &key :
         {std::string(501, 'k'), std::string("a\\nb"), std::string("\\x7f")})
        CHECK(yaml_faults("? \"" + key + "\"\n: 1\n") ==
              "t.yaml:1:3: a key must be one line of at most 500 bytes");
    CHECK(yaml_faults("? " + std::string(500, 'k') + "\n: 1\n") == "");
    CHECK(yaml_faults("? [a]\n: 1\n") == "t.yaml:1:3: a key must be text\n  quote it");
}

TEST_CASE("what is not YAML says where it stops to be") {
    CHECK(yaml_faults("a: [1, 2\nb: 3\n").starts_with("t.yaml:2:2: not YAML: "));
    CHECK(yaml_faults("a: *nobody\n").starts_with("t.yaml:1:4: not YAML: "));
    CHECK(yaml_faults("a: 1\n\tb: 2\n").find("\n  look here and above") != std::string::npos);
}

TEST_CASE("a quote that is never closed swallows no keys") {
    for (const char *open :
         {"a: 'open\n", "a: \"open\n", "a: 'open", "a: 'open\nb: 2\n\n", "a: \"x\\\n"})
        CHECK_MESSAGE(yaml_faults(open).ends_with(
                          ": not YAML: illegal EOF in scalar\n  a quote is not closed"),
                      open);
    CHECK(tree_of("a: |\n  text\n").find("a")->text == "text\n");
    CHECK(tree_of("a: |\n  text").find("a")->text == "text\n");
    CHECK(tree_of("a: one\n  two\n").find("a")->text == "one two");
}

TEST_CASE("a file is one document") {
    CHECK(yaml_faults("") == "t.yaml: the file is empty\n  set at least auth.mode");
    CHECK(yaml_faults("# only prose\n") == yaml_faults(""));
    CHECK(yaml_faults("---\na: 1\n") == "");
    CHECK(yaml_faults("a: 1\n---\nb: 2\n") ==
          "t.yaml:3:1: a second document begins here\n"
          "  a configuration is one document; remove the line \"---\"");
}

TEST_CASE("bytes that are not text are refused before they are parsed") {
    CHECK(yaml_faults("a: 1\nb: \"\xc3\xa4\xff\"\n")
              .starts_with("t.yaml:2:6: the file is not UTF-8 here\n  save it as UTF-8"));
    CHECK(yaml_faults("a: \xc3").starts_with("t.yaml:1:4: the file is not UTF-8 here"));
    CHECK(yaml_faults(std::string_view("\xff\xfe"
                                       "a\0:\0",
                                       6)) ==
          "t.yaml:1:1: the file is not UTF-8 here\n  it is UTF-16: save it as UTF-8");
    CHECK(yaml_faults(std::string_view("a\0:\0 \0", 6))
              .starts_with("t.yaml:1:2: the file holds a control character\n"));
    CHECK(yaml_faults("a: 1\nb: \x1b[2J\n")
              .starts_with("t.yaml:2:4: the file holds a control character\n"));
    CHECK(yaml_faults("a: 1 #" + std::string(largest_yaml, 'x')) ==
          "t.yaml: the file is larger than 1 MiB");
}

TEST_CASE("nesting is bounded, in brackets, braces, dashes and maps") {
    CHECK(yaml_faults(nested(32, '[', ']')) == "");
    const std::string what = "lists and maps are nested more than 32 deep";
    CHECK(yaml_faults(nested(33, '[', ']')) == "t.yaml:1:33: " + what);
    CHECK(yaml_faults(nested(500000, '[', ']')) == "t.yaml:1:33: " + what);
    CHECK(yaml_faults(std::string(500000, '{')).ends_with(what));
    std::string dashes;
    for (int i = 0; i < 100000; ++i)
        dashes += "- ";
    CHECK(yaml_faults(dashes) == "t.yaml:1:65: " + what);
    std::string maps;
    for (std::size_t i = 0; i < 1000; ++i)
        maps += std::string(i, ' ') + "a:\n";
    CHECK(yaml_faults(maps) == "t.yaml:33:33: " + what);
}

TEST_CASE("aliases are written out while that stays small") {
    const Item root = tree_of("a: &x {b: 1}\nc: *x\n");
    CHECK(root.find("c")->find("b")->text == "1");

    std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n";
    for (char c = 'b'; c <= 'i'; ++c) {
        const std::string alias = std::string("*") + static_cast<char>(c - 1);
        bomb += std::string(1, c) + ": &" + c + " [";
        for (int i = 0; i < 9; ++i)
            bomb += (i ? "," : "") + alias;
        bomb += "]\n";
    }
    const std::string out = yaml_faults(bomb);
    CHECK_MESSAGE(out.find("aliases repeat too much\n  write the values out") != std::string::npos,
                  out);
}

TEST_CASE("aliases cannot make a tree deeper than the bound, nor a circle") {
    std::string deep = "a: &a " + nested(20, '[', ']') + "\nb: " + std::string(20, '[') + "*a" +
                       std::string(20, ']') + "\n";
    CHECK(yaml_faults(deep) == "t.yaml:2:24: lists and maps are nested more than 32 deep");
    CHECK(yaml_faults("a: &a [*a]\n") ==
          "t.yaml:1:8: the alias is inside what it repeats\n  write the value out");
}

TEST_CASE("a file of very many values is refused") {
    std::string many = "[";
    for (int i = 0; i < 200000; ++i)
        many += "1,";
    many += "1]";
    CHECK(yaml_faults(many).ends_with("the file has too many values"));
}
