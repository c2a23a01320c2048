#include "rooms/names.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace roomd;
using namespace std::string_view_literals;

TEST_CASE("every character of the alphabet may stand in an id, and no other byte") {
    const std::string_view of_kinds =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.@+~-";
    const std::string_view only_of_ids = "!#$%&'(),/:;=?[\\]^|";
    for (int byte = 0; byte < 256; ++byte) {
        const char c = static_cast<char>(byte);
        CAPTURE(byte);
        const bool both = of_kinds.find(c) != std::string_view::npos;
        CHECK(rooms::is_kind(std::string{'a', c, 'b'}) == both);
        CHECK(rooms::is_id(std::string{'a', c, 'b'}) ==
              (both || only_of_ids.find(c) != std::string_view::npos));
    }
}

TEST_CASE("users as others call them are ids, and rooms with a kind before them") {
    for (const std::string_view id : {"auth0|5f7c8ec7c33c6c004bbafe82",
                                      "google-oauth2|103547991597142817347",
                                      "CORP\\ann",
                                      "urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66",
                                      "6e8bc430-9c3a-11d9-9669-0800200c9a66",
                                      "ann@example.org",
                                      "o'brien+news@example.org",
                                      "ann_gmail.com#EXT#@corp.onmicrosoft.com",
                                      "ann-of-green-gables",
                                      "https://orcid.org/0000-0002-1825-0097",
                                      "did:web:a.org%3A3000",
                                      "S-1-5-21-1004336348",
                                      "c3ViamVjdA==",
                                      "uid=ann,ou=staff,dc=example,dc=org",
                                      "HOST$",
                                      "samlp|okta|ann@example.org",
                                      "arn:aws:iam::1234:user/ann",
                                      "~",
                                      ":",
                                      "::"}) {
        CAPTURE(id);
        CHECK(rooms::is_id(id));
        const std::string room = "user:" + std::string(id);
        CHECK(rooms::is_room(room));
        CHECK(rooms::split(room).kind == "user");
        CHECK(rooms::split(room).id == id);
    }
}

TEST_CASE("an id has 1 to 255 characters") {
    CHECK_FALSE(rooms::is_id(""));
    CHECK(rooms::is_id("a"));
    CHECK(rooms::is_id(std::string(255, 'a')));
    CHECK_FALSE(rooms::is_id(std::string(256, 'a')));
}

TEST_CASE("the rule in words ends as its sentence does") {
    CHECK(rooms::id_in_words.starts_with("1 to 255 visible"));
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
    CHECK(rooms::is_room("front_desk:" + std::string(255, 'x')));
    CHECK(rooms::is_room(std::string(64, 'k') + ":x"));
}

TEST_CASE("a room with an empty or overlong part, or one that is not a kind, is refused") {
    for (const std::string &name :
         {std::string{}, std::string{":"}, std::string{"library:"}, std::string{":x"},
          std::string{"auth0|1:x"}, std::string{"a/b:x"}, std::string(65, 'k') + ":x",
          "library:" + std::string(256, 'x'), std::string(256, 'x')}) {
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

TEST_CASE("a pattern is of rooms, or of namespaces, where some name is one of its") {
    for (const char *good : {"*", "library:*", "library:l*", "lobby*", "library:1", "lobby"})
        CHECK_MESSAGE(rooms::can_be_rooms(good), good);
    for (const char *bad : {"", "a b*", "a:b c*", ":*", "a b:*", "a*b", "**"})
        CHECK_FALSE_MESSAGE(rooms::can_be_rooms(bad), bad);
    for (const char *good : {"*", "/*", "/desk", "/tenant-*"})
        CHECK_MESSAGE(rooms::can_be_namespaces(good), good);
    for (const char *bad : {"", "desk", "desk*", "/a b*", "/a*b", "/**"})
        CHECK_FALSE_MESSAGE(rooms::can_be_namespaces(bad), bad);
}

TEST_CASE("a room's name splits at its first colon") {
    CHECK(rooms::split("library:library123").kind == "library");
    CHECK(rooms::split("library:library123").id == "library123");
    CHECK(rooms::split("user:urn:x:1").kind == "user");
    CHECK(rooms::split("user:urn:x:1").id == "urn:x:1");
    CHECK(rooms::split("lobby").kind.empty());
    CHECK(rooms::split("lobby").id == "lobby");
}
