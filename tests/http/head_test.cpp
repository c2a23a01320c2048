#include "http/head.hpp"

#include "http/allocations.hpp"
#include "vectors/vectors.hpp"

#include <doctest/doctest.h>
#include <string>

using namespace roomd;
using http::Head;
using http::HeadLimits;
using http::Method;

namespace {

constexpr HeadLimits head_of_the_vectors = {.bytes = 8192, .fields = 64};

std::string verdict(Head &head, std::string_view bytes, const HeadLimits &limits) {
    switch (head.read(bytes, limits)) {
    case Head::Step::more: return "more";
    case Head::Step::done: return "taken";
    case Head::Step::refused: break;
    }
    return std::to_string(head.refusal().status);
}

// A head that has to be taken.
void read(Head &head, std::string_view bytes) {
    INFO(bytes);
    REQUIRE(head.read(bytes, {}) == Head::Step::done);
    REQUIRE(head.size() <= bytes.size());
}

std::string get(std::string_view fields) {
    return "GET / HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}

std::string aim(std::string_view target) {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n\r\n";
}

std::string refusal(std::string_view bytes) {
    Head head;
    INFO(bytes);
    REQUIRE(head.read(bytes, {}) == Head::Step::refused);
    return std::to_string(head.refusal().status) + ' ' + std::string(head.refusal().code) + ": " +
           std::string(head.refusal().message);
}

} // namespace

TEST_CASE("every head of the vectors has its result, and no beginning of it has another") {
    for (const char *expected : {"taken", "more", "400", "414", "417", "431", "501", "505"}) {
        for (const auto &example : test::vectors(std::string("http_head/") + expected)) {
            INFO(expected << '/' << example.name);
            const std::string &bytes = example.bytes;
            Head head;
            CHECK(verdict(head, bytes, head_of_the_vectors) == expected);
            const std::size_t size = head.size();
            bool known = false;
            for (std::size_t n = 0; n <= bytes.size(); ++n) {
                const auto now =
                    verdict(head, std::string_view(bytes).substr(0, n), head_of_the_vectors);
                INFO(n << " bytes: " << now);
                REQUIRE((now == expected || (now == "more" && !known)));
                known = known || now != "more";
                if (now == "taken") REQUIRE((head.size() == size && n >= size));
            }
        }
    }
}

TEST_CASE("reading allocates nothing") {
    for (const char *folder : {"http_head/taken", "http_head/400", "http_head/431"}) {
        for (const auto &example : test::vectors(folder)) {
            Head head;
            const std::size_t before = test::allocations();
            head.read(example.bytes, head_of_the_vectors);
            CHECK(test::allocations() == before);
        }
    }
}

TEST_CASE("a browser's head is parsed") {
    const std::string bytes = test::vector("http_head/taken/browser_upgrade");
    Head head;
    read(head, bytes);
    CHECK(head.size() == bytes.size());
    CHECK(head.method() == Method::get);
    CHECK(head.minor() == 1);
    CHECK(head.path() == "/socket.io/");
    CHECK(head.query() == "EIO=4&transport=websocket&sid=abcdefghijklmnop");
    CHECK(head.target() == std::string(head.path()) + '?' + std::string(head.query()));
    CHECK(head.plain_path());
    CHECK(head.count() == 16);
    CHECK(head[0].name == "Host");
    CHECK(head[15].value == "websocket");
    CHECK(head.find("sec-websocket-key") == "dGhlIHNhbXBsZSBub25jZQ==");
    CHECK(head.lists("connection", "upgrade"));
    CHECK(head.wants_upgrade());
    CHECK(head.keep_alive());
    CHECK_FALSE(head.has_body());
}

TEST_CASE("a head that is read leaves nothing for the next one") {
    Head head;
    read(head, "POST http://a/%2e?q HTTP/1.0\r\nHost: a\r\nContent-Length: 3\r\n\r\n");
    CHECK(head.read("GET", {}) == Head::Step::more);
    CHECK(head.method() == Method::other);
    CHECK(head.minor() == 1);
    CHECK(head.plain_path());
    CHECK_FALSE(head.length());
    read(head, "GET / HTTP/1.1\r\nHost: b\r\nExpect: 100-continue\r\n"
               "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
    read(head, get(""));
    CHECK(head.method() == Method::get);
    CHECK(head.minor() == 1);
    CHECK(head.query().empty());
    CHECK(head.plain_path());
    CHECK(head.count() == 1);
    CHECK(head.keep_alive());
    CHECK_FALSE(head.expects_continue());
    CHECK_FALSE(head.has_body());
    CHECK_FALSE(head.length());
}

TEST_CASE("methods are words in capitals; any other word is another method") {
    const std::pair<const char *, Method> cases[] = {
        {"GET", Method::get},         {"HEAD", Method::head},   {"POST", Method::post},
        {"PUT", Method::put},         {"PATCH", Method::patch}, {"DELETE", Method::del},
        {"OPTIONS", Method::options}, {"TRACE", Method::trace}, {"get", Method::other},
        {"GETS", Method::other},      {"BREW", Method::other}};
    for (const auto &[word, method] : cases) {
        Head head;
        read(head, std::string(word) + " / HTTP/1.1\r\nHost: a\r\n\r\n");
        CHECK(head.method() == method);
        CHECK(http::name(method) == (method == Method::other ? "" : word));
    }
    CHECK(http::name(Method::connect) == "CONNECT");
}

TEST_CASE("bytes that cannot begin a request are refused at the first one") {
    for (const char c : std::string_view(" \n\0\x16\x80{/", 7)) {
        Head head;
        CHECK(verdict(head, std::string_view(&c, 1), {}) == "400");
    }
    CHECK(refusal("PROXY ") == "400 bad_request: the PROXY protocol is not supported");
    CHECK(refusal("PRI ") == "505 bad_version: HTTP/2 is not supported");
    CHECK(refusal("CONNECT ") == "501 unknown_method: CONNECT is for proxies, and this is not one");
    CHECK(refusal("GET x") == "400 bad_request: the target is neither a path nor an http URL");
}

TEST_CASE("a version is two digits, and the first of them 1") {
    const auto with = [](std::string_view version) {
        Head head;
        return verdict(head, "GET / HTTP/" + std::string(version) + "\r\nHost: a\r\n\r\n", {});
    };
    for (const char *version : {"1.1", "1.0"})
        CHECK(with(version) == "taken");
    for (const char *version : {"0.9", "1.2", "1.9", "2.0", "3.0", "9.1"})
        CHECK_MESSAGE(with(version) == "505", version);
    for (const char *version :
         {"", "1", "1.", "1.x", "1./", "x.1", "/.1", "1,1", "1.1 ", "1.10", "11.1", "01.1"})
        CHECK_MESSAGE(with(version) == "400", version);
}

TEST_CASE("a folded header is named as such") {
    CHECK(refusal(get("X: a\r\n b\r\n")) == "400 bad_header: folded headers are not accepted");
    CHECK(refusal("GET / HTTP/1.1\r\n\tHost: a\r\n\r\n") ==
          "400 bad_header: folded headers are not accepted");
}

TEST_CASE("a target is a path, or a URL with the host that Host names") {
    const struct {
        const char *target, *path, *query;
    } cases[] = {{"/", "/", ""},
                 {"/a/b?c?d", "/a/b", "c?d"},
                 {"/?", "/", ""},
                 {"//metrics", "//metrics", ""},
                 {"http://a", "/", ""},
                 {"HTTP://A/x?y", "/x", "y"},
                 {"https://a?y=/z", "/", "y=/z"}};
    for (const auto &[target, path, query] : cases) {
        Head head;
        const std::string bytes = aim(target);
        read(head, bytes);
        CHECK(head.target() == target);
        CHECK(head.path() == path);
        CHECK(head.query() == query);
    }
    CHECK(refusal(aim("http://b/")) == "400 bad_host: Host and the target name different hosts");
    for (const char *target :
         {"http://a@b/", "http://a,b/", "http:///", "http://", "http:/a", "ftp://a/"})
        CHECK_MESSAGE(refusal(aim(target)) ==
                          "400 bad_request: the target is neither a path nor an http URL",
                      target);
    Head head;
    read(head, "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(head.path() == "*");
    read(head, "GET http://a/x HTTP/1.0\r\n\r\n");
    CHECK(head.path() == "/x");
}

TEST_CASE("a path with percent-encoding or a dot segment is not plain") {
    const auto plain = [](std::string_view target) {
        Head head;
        const std::string bytes = aim(target);
        read(head, bytes);
        return head.plain_path();
    };
    for (const char *target :
         {"/", "/a.b", "/.a", "/..a/b", "/a./b", "/...", "//a", "/a?b=%2e/../c"})
        CHECK_MESSAGE(plain(target), target);
    for (const char *target : {"/%61", "/.", "/..", "/./a", "/../a", "/a/.", "/a/..", "/a/../b",
                               "/.a/./b", "/socket.io/..%2fmetrics", "http://a/.."})
        CHECK_MESSAGE(!plain(target), target);
}

TEST_CASE("dot segments are those that were sent, not those that decoding would make") {
    const auto dotted = [](std::string_view target) {
        Head head;
        const std::string bytes = aim(target);
        read(head, bytes);
        return head.dotted_path();
    };
    for (const char *target : {"/..", "/a/./b", "/a%2Fb/..", "http://a/.."})
        CHECK_MESSAGE(dotted(target), target);
    for (const char *target : {"/a", "/a%2F..", "/%2e%2e/a", "/a..%7Cb", "/a?b=/../"})
        CHECK_MESSAGE(!dotted(target), target);
}

TEST_CASE("a target may have what RFC 3986 allows and what browsers send unencoded") {
    for (int c = 0; c < 256; ++c) {
        const bool common = c > ' ' && c < 0x7F &&
                            std::string_view("\"#<>").find(char(c)) == std::string_view::npos;
        const bool in_path =
            common && std::string_view("\\^`{|}").find(char(c)) == std::string_view::npos;
        INFO(c);
        Head head;
        CHECK(verdict(head, aim(std::string("/a") + char(c)), {}) == (in_path ? "taken" : "400"));
        CHECK(verdict(head, aim(std::string("/?a") + char(c)), {}) == (common ? "taken" : "400"));
        const std::string behind = std::string("GET /") + char(c) + "HTTP/1.1\r\nHost: a\r\n\r\n";
        CHECK(verdict(head, behind, {}) == (c == ' ' ? "taken" : "400"));
    }
}

TEST_CASE("the bound counts all of a head, and is told apart for the request line") {
    const std::string bytes = get("X: 0123456789\r\n");
    const auto at = [&](std::size_t bound) {
        Head head;
        return verdict(head, bytes, {.bytes = bound});
    };
    CHECK(at(bytes.size()) == "taken");
    CHECK(at(bytes.size() - 1) == "431");
    CHECK(at(16) == "431"); // "GET / HTTP/1.1\r\n"
    CHECK(at(15) == "414");
    CHECK(at(0) == "414");
    Head head;
    CHECK(verdict(head, bytes.substr(0, 20), {.bytes = 21}) == "more");
    CHECK(verdict(head, bytes.substr(0, 21), {.bytes = 21}) == "431"); // no byte more will help
}

TEST_CASE("there are at most as many fields as configured, and as there is room for") {
    const auto with = [](std::size_t count, std::size_t most) {
        std::string fields;
        for (std::size_t i = 1; i < count; ++i)
            fields += "X: y\r\n";
        Head head;
        return verdict(head, get(fields), {.fields = most});
    };
    CHECK(with(100, 100) == "taken");
    CHECK(with(101, 100) == "431");
    CHECK(with(Head::most_fields, 10000) == "taken");
    CHECK(with(Head::most_fields + 1, 10000) == "431");
}

TEST_CASE("a value comes without the white space around it, and may be empty") {
    Head head;
    const std::string bytes = get("A: \t b c\t \r\nB:\r\nC:\t\r\nD:d\r\n");
    read(head, bytes);
    CHECK(head.find("a") == "b c");
    CHECK(head.find("b") == "");
    CHECK(head.find("c") == "");
    CHECK(head.find("d") == "d");
    CHECK_FALSE(head.find("e"));
}

TEST_CASE("every byte but controls may be in a value, every token byte in a name") {
    for (int c = 0; c < 256; ++c) {
        INFO(c);
        Head head;
        const bool control = (c < ' ' && c != '\t') || c == 0x7F;
        CHECK(verdict(head, get(std::string("X: a") + char(c) + "b\r\n"), {}) ==
              (control ? "400" : "taken"));
        if (c == ':') continue; // ends the name
        const bool token =
            (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
            (c != 0 && std::string_view("!#$%&'*+-.^_`|~").find(char(c)) != std::string_view::npos);
        CHECK(verdict(head, get(std::string("X") + char(c) + "Y: b\r\n"), {}) ==
              (token ? "taken" : "400"));
    }
}

TEST_CASE("the head gives the framing that its fields say") {
    Head head;
    read(head, get("Content-Length: 42\r\nConnection: close\r\nExpect: 100-continue\r\n"));
    CHECK(head.length() == 42);
    CHECK(head.has_body());
    CHECK_FALSE(head.keep_alive());
    CHECK(head.expects_continue());
    read(head, get("Content-Length: 0\r\n"));
    CHECK_FALSE(head.has_body());
    read(head, get("Transfer-Encoding: chunked\r\n"));
    CHECK(head.chunked());
    CHECK(head.has_body());
    CHECK(refusal(get("Transfer-Encoding: gzip\r\n")) ==
          "501 unknown_coding: the only Transfer-Encoding is chunked");
    CHECK(refusal("GET / HTTP/1.1\r\n\r\n") == "400 bad_host: the Host header is missing");
}

TEST_CASE("fields of one name are one list, in order") {
    Head head;
    const std::string bytes =
        get("X-Forwarded-For: 1.1.1.1\r\nOther: x\r\nx-forwarded-for: 2.2.2.2 , 3.3.3.3\r\n");
    read(head, bytes);
    CHECK(head.joined("x-forwarded-for") == "1.1.1.1, 2.2.2.2 , 3.3.3.3");
    CHECK_FALSE(head.joined("x-real-ip"));
    CHECK(head.lists("x-forwarded-for", "3.3.3.3"));
    CHECK_FALSE(head.lists("x-forwarded-for", "2.2.2"));
    CHECK_FALSE(head.lists("other", "1.1.1.1"));
}

TEST_CASE("a body is encoded when one of its codings is another than identity") {
    const auto encoded = [](const std::string &fields) {
        Head head;
        const std::string bytes = get(fields);
        read(head, bytes);
        return head.encoded();
    };
    for (const char *plain :
         {"", "Content-Encoding: identity\r\n", "content-encoding: IDENTITY\r\n",
          "Content-Encoding:\r\n", "Content-Encoding: identity, identity\r\n"})
        CHECK_FALSE_MESSAGE(encoded(plain), plain);
    for (const char *other :
         {"Content-Encoding: gzip\r\n", "Content-Encoding: identity, br\r\n",
          "Content-Encoding: identity\r\nContent-Encoding: gzip\r\n",
          "Content-Encoding: gzip, identity\r\n", "Content-Encoding: identity;q=1\r\n"})
        CHECK_MESSAGE(encoded(other), other);
}

TEST_CASE("a refused head has the fields before the fault") {
    const std::string bytes = get("Origin: http://a\r\nX : y\r\n"); // the fields view into them
    Head head;
    CHECK(head.read(bytes, {}) == Head::Step::refused);
    CHECK(head.find("origin") == "http://a");
}

TEST_CASE("what follows a head is not its own") {
    Head head;
    const std::string one = get("");
    read(head, one + one);
    CHECK(head.size() == one.size());
    read(head, "\r\n" + one + "rest");
    CHECK(head.size() == one.size() + 2);
}
