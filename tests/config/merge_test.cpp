#include "config/merge.hpp"

#include <initializer_list>
#include <string>

#include <doctest/doctest.h>

using namespace roomd::config;

namespace {

struct Merged {
    Item root;
    std::string faults;
};

// a.yaml, b.yaml, c.yaml ... merged in this order.
Merged merged(std::initializer_list<std::string_view> texts) {
    Faults faults;
    Source source{{}, faults};
    Bounds left;
    Merged out;
    for (const std::string_view text : texts) {
        const std::size_t file = source.files.size();
        source.files.push_back({std::string(1, static_cast<char>('a' + file)) + ".yaml", "/"});
        auto root = parse_part(text, source.files.back().path, file, left, faults);
        REQUIRE_MESSAGE(root.has_value(), faults.text());
        if (file == 0)
            out.root = *std::move(root);
        else
            merge(source, out.root, *std::move(root));
    }
    out.faults = faults.text();
    return out;
}

// "map[list[..] text]" and so on, with the file of each scalar.
std::string shape(const Item &item) {
    std::string out;
    switch (item.kind) {
    case Item::Kind::null: return "null";
    case Item::Kind::scalar: return item.text + '@' + static_cast<char>('a' + item.mark.file);
    case Item::Kind::list:
        for (const Item &element : item.items)
            out += (out.empty() ? "" : " ") + shape(element);
        return '[' + out + ']';
    case Item::Kind::map:
        for (const Entry &entry : item.entries)
            out += (out.empty() ? "" : " ") + entry.key + ':' + shape(entry.value);
        return '{' + out + '}';
    }
    return out;
}

std::string shape(std::initializer_list<std::string_view> texts) {
    const Merged out = merged(texts);
    CHECK(out.faults == "");
    return shape(out.root);
}

} // namespace

TEST_CASE("maps merge at any depth, in the order of the files") {
    CHECK(
        shape({"log: { level: info }\ndrain: 5s\n", "log: { format: json }\n",
               "rooms: { library: { join: never } }\n", "rooms: { library: { allow: all } }\n"}) ==
        "{log:{level:info@a format:json@b} drain:5s@a rooms:{library:{join:never@c allow:all@d}}}");
}

TEST_CASE("the lists that grow by further files append in the order of the files") {
    CHECK(shape({"listen: [a]\nportals: [a]\nkeys: [a]\n",
                 "keys: [b]\nlisten: [b, c]\nauth: { issuers: [b] }\nplugins: { load: [b] }\n",
                 "auth: { issuers: [c] }\nplugins: { load: [c] }\nportals: [c]\n"}) ==
          "{listen:[a@a b@b c@b] portals:[a@a c@c] keys:[a@a b@b] auth:{issuers:[b@b c@c]} "
          "plugins:{load:[b@b c@c]}}");
}

TEST_CASE("a scalar that stands in two files is a fault that names both places") {
    const Merged out = merged({"log:\n  level: info\ndrain: 5s\n", "log: {}\n",
                               "drain: 5s\nlog: { format: text, level: info }\n"});
    CHECK(out.faults == "c.yaml:1:1: duplicate \"drain\"\n"
                        "  the first is at a.yaml:3:8; keep one of the two\n"
                        "c.yaml:2:22: duplicate \"log.level\"\n"
                        "  the first is at a.yaml:2:10; keep one of the two");
    CHECK(shape(out.root) == "{log:{level:info@a format:text@c} drain:5s@a}");
}

TEST_CASE("any other list that stands in two files is a fault, and so is another kind of value") {
    for (const char *text : {"namespaces: [/a]", "cors: { methods: [GET] }", "issuers: [a]",
                             "rooms: { a: { keys: [x] } }"})
        CHECK_MESSAGE(merged({text, text}).faults.find(": duplicate ") != std::string::npos, text);
    CHECK(merged({"log: { level: info }", "log: info"}).faults ==
          "b.yaml:1:1: duplicate \"log\"\n"
          "  the first is at a.yaml:1:6; keep one of the two");
    CHECK(merged({"keys: {}", "keys: [a]"}).faults.starts_with("b.yaml:1:1: duplicate \"keys\""));
    CHECK(merged({"drain:", "drain: 5s"}).faults.starts_with("b.yaml:1:1: duplicate \"drain\""));
}

TEST_CASE("a section whose keys are all commented out takes nothing and refuses nothing") {
    CHECK(shape({"plugins:\nkeys:\nlog: { level: info }\n", "plugins: { load: [b] }\nkeys: [b]\n",
                 "plugins:\nkeys:\nlog:\n", "# nothing\n", ""}) ==
          "{plugins:{load:[b@b]} keys:[b@b] log:{level:info@a}}");
}

TEST_CASE("a further file that is not a map is a fault at its place") {
    CHECK(merged({"drain: 5s", "\n- a\n"}).faults ==
          "b.yaml:2:1: the configuration must be a map, not a list");
    CHECK(merged({"drain: 5s", "text"}).faults ==
          "b.yaml:1:1: the configuration must be a map, not a single value");
}

TEST_CASE("files with very many keys merge in no time") {
    std::string a = "rooms:\n", b = a;
    for (int i = 0; i < 12000; ++i) {
        a += "  a" + std::to_string(i) + ": {}\n";
        b += "  b" + std::to_string(i) + ": {}\n";
    }
    const Merged out = merged({a, b});
    CHECK(out.faults == "");
    CHECK(out.root.find("rooms")->entries.size() == 24000);
}
