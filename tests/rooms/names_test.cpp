#include "rooms/names.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace roomd;
using namespace std::string_view_literals;

TEST_CASE("every character of the alphabet may stand in an id, and no other byte") {
    const std::string_view alphabet =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.@+~-";
    for (int byte = 0; byte < 256; ++byte) {
        const char c = static_cast<char>(byte);
        CAPTURE(byte);
        CHECK(rooms::is_id(std::string{'a', c, 'b'}) ==
              (alphabet.find(c) != std::string_view::npos));
    }
}

TEST_CASE("an id has 1 to 128 characters") {
    CHECK_FALSE(rooms::is_id(""));
    CHECK(rooms::is_id("a"));
    CHECK(rooms::is_id(std::string(128, 'a')));
    CHECK_FALSE(rooms::is_id(std::string(129, 'a')));
}

TEST_CASE("an id does not end at a NUL") {
    CHECK_FALSE(rooms::is_id("library123\0"sv));
    CHECK_FALSE(rooms::is_id("library123\0x"sv));
    CHECK_FALSE(rooms::is_id("\0"sv));
}

TEST_CASE("a room is a kind and an id, or a plain id") {
    CHECK(rooms::is_room("library:library123"));
    CHECK(rooms::is_room("user:ann@example.org"));
    CHECK(rooms::is_room("lobby"));
    CHECK(rooms::is_room("front_desk:" + std::string(128, 'x')));
    CHECK(rooms::is_room(std::string(64, 'k') + ":x"));
}

TEST_CASE("a room with an empty, overlong or second part is refused") {
    for (const std::string &name :
         {std::string{}, std::string{":"}, std::string{"library:"}, std::string{":x"},
          std::string{"library:a:b"}, std::string{"library::a"}, std::string(65, 'k') + ":x",
          "library:" + std::string(129, 'x'), std::string(129, 'x')}) {
        CAPTURE(name);
        CHECK_FALSE(rooms::is_room(name));
    }
}

TEST_CASE("a namespace begins with a slash, is short, and holds no space, star or control byte") {
    for (const auto good : {"/", "/chat", "/tenant-7?x=1", "/\xC3\xA9", "/a/b", "//"})
        CHECK(rooms::is_namespace(good));
    CHECK(rooms::is_namespace("/" + std::string(rooms::max_namespace - 1, 'x')));
    CHECK_FALSE(rooms::is_namespace("/" + std::string(rooms::max_namespace, 'x')));
    for (const auto bad : {"", "chat", "/a b", "/a\n", "/a\x1e", "/\x7f", "/a*"})
        CHECK_FALSE(rooms::is_namespace(bad));
    CHECK_FALSE(rooms::is_namespace(std::string_view("/a\0b", 4)));
}

TEST_CASE("a room's name splits at its colon") {
    CHECK(rooms::split("library:library123").kind == "library");
    CHECK(rooms::split("library:library123").id == "library123");
    CHECK(rooms::split("lobby").kind.empty());
    CHECK(rooms::split("lobby").id == "lobby");
}
