#include "http/body.hpp"

#include "vectors/vectors.hpp"

#include <doctest/doctest.h>
#include <string>

using namespace roomd;
using http::Body;
using Step = Body::Step;

namespace {

constexpr std::string_view post = "POST / HTTP/1.1\r\nHost: a\r\n";
constexpr std::uint64_t body_of_the_vectors = 8192;

Body framed(std::string_view field) {
    const std::string bytes = std::string(post) + std::string(field) + "\r\n\r\n";
    http::Head head;
    REQUIRE(head.read(bytes, {}) == http::Head::Step::done);
    return Body(head);
}

Body chunks() {
    return framed("Transfer-Encoding: chunked");
}

// What a body made of bytes that come in pieces of a size; all that was read, and its payload.
struct Read {
    Step step = Step::more;
    std::size_t used = 0;
    std::string payload;
    bool operator==(const Read &) const = default;
};

Read read(Body body, std::string_view bytes, std::size_t piece = SIZE_MAX) {
    Read out;
    for (std::size_t at = 0; at < bytes.size() && out.step == Step::more; at += piece) {
        const auto part = bytes.substr(at, piece);
        std::size_t used = 0;
        out.step = body.read(part, used, &out.payload);
        out.used += used;
        REQUIRE(used <= part.size());
        if (out.step == Step::more) REQUIRE(used == part.size());
        if (piece >= bytes.size()) break;
    }
    CHECK(body.got() == out.payload.size());
    CHECK(body.done() == (out.step == Step::done));
    return out;
}

Step step(std::string_view bytes) {
    return read(chunks(), bytes).step;
}

} // namespace

TEST_CASE("every chunked body of the vectors has its result, whole and in any pieces") {
    const std::pair<const char *, Step> cases[] = {{"whole", Step::done},
                                                   {"more", Step::more},
                                                   {"malformed", Step::malformed},
                                                   {"too_large", Step::too_large}};
    for (const auto &kind : cases) {
        for (const auto &example : test::vectors(std::string("http_body/") + kind.first)) {
            INFO(kind.first << '/' << example.name);
            Body body = chunks();
            body.limit(body_of_the_vectors);
            const Read whole = read(body, example.bytes);
            CHECK(whole.step == kind.second);
            for (const std::size_t piece : {1, 2, 3, 5, 7})
                CHECK(read(body, example.bytes, piece) == whole);
        }
    }
}

TEST_CASE("chunks are joined, and what follows is not read") {
    const std::string body = "3;a=b\r\nabc\r\n00000A\r\n0123456789\r\n0\r\nX: y\r\n\r\n";
    const Read got = read(chunks(), body + "GET /");
    CHECK(got == Read{Step::done, body.size(), "abc0123456789"});
}

TEST_CASE("a body by its length ends where the length says") {
    const Read got = read(framed("Content-Length: 3"), "abcGET /");
    CHECK(got.step == Step::done);
    CHECK(got.payload == "abc");
    CHECK(got.used == 3);
    CHECK(read(framed("Content-Length: 3"), "abcGET /", 2) == Read{Step::done, 3, "abc"});
    CHECK(read(framed("Content-Length: 3"), "ab") == Read{Step::more, 2, "ab"});
}

TEST_CASE("no body is complete before anything was read") {
    for (Body body : {Body(), framed("Content-Length: 0"), framed("X: y")}) {
        CHECK(body.done());
        std::size_t used = 1;
        std::string out;
        CHECK(body.read("GET /", used, &out) == Step::done);
        CHECK(used == 0);
        CHECK(out.empty());
    }
}

TEST_CASE("a payload may be dropped, and is counted") {
    Body body = chunks();
    std::size_t used = 0;
    CHECK(body.read("3\r\nabc\r\n2\r\nd", used, nullptr) == Step::more);
    CHECK(used == 12);
    CHECK(body.got() == 4);
}

TEST_CASE("a body that announces too much is refused before any of it is read") {
    Body body = framed("Content-Length: 11");
    CHECK(body.announces_more_than(10));
    CHECK_FALSE(body.announces_more_than(11));
    CHECK_FALSE(chunks().announces_more_than(0));
    body.limit(10);
    std::size_t used = 1;
    std::string out;
    CHECK(body.read("abc", used, &out) == Step::too_large);
    CHECK(used == 0);
    body.limit(11);
    CHECK(body.read("abc", used, &out) == Step::more);
    CHECK(body.announces_more_than(10));
    CHECK(body.read("defghijk...", used, &out) == Step::done);
    CHECK(out == "abcdefghijk");
}

TEST_CASE("a chunk that exceeds the limit is refused before its data is read") {
    Body body = chunks();
    body.limit(5);
    std::size_t used = 0;
    std::string out;
    CHECK(body.read("3\r\nabc\r\n3\r\ndef\r\n", used, &out) == Step::too_large);
    CHECK(used == 10);
    CHECK(out == "abc");
    CHECK(body.read("\ndef\r\n", used, &out) == Step::too_large);
    body.limit(6);
    CHECK(body.read("\ndef\r\n0\r\n\r\n", used, &out) == Step::done);
    CHECK(out == "abcdef");
}

TEST_CASE("what is malformed stays malformed") {
    Body body = chunks();
    std::size_t used = 0;
    CHECK(body.read("0\r\n\rX", used, nullptr) == Step::malformed);
    CHECK(used == 4);
    CHECK_FALSE(body.done());
    CHECK(body.read("\n", used, nullptr) == Step::malformed);
    CHECK(used == 0);
}

TEST_CASE("a chunk's size has at most eight digits") {
    CHECK(step("00000003\r\nabc\r\n0\r\n\r\n") == Step::done);
    CHECK(step("000000003") == Step::malformed);
    CHECK(step("\r") == Step::malformed);
    CHECK(step(";") == Step::malformed);
    CHECK(step("g") == Step::malformed);
    CHECK(step("fFaA0909\r\n") == Step::more);
}

TEST_CASE("no line of the chunks ends otherwise than in CR LF") {
    const std::string body = "3;a=b\r\nabc\r\n0\r\nX: y\r\n\r\n";
    CHECK(step(body) == Step::done);
    for (std::size_t at = 0; at < body.size(); ++at) {
        if (body[at] != '\r' && body[at] != '\n') continue;
        for (const char other : {'\r', '\n', ' ', '\0'}) {
            std::string changed = body;
            changed[at] = other;
            INFO(at);
            CHECK(step(changed) == (other == body[at] ? Step::done : Step::malformed));
        }
        const Step without = at + 1 == body.size() ? Step::more : Step::malformed;
        CHECK(step(body.substr(0, at) + body.substr(at + 1)) == without);
    }
}

TEST_CASE("an extension is a word, or two with a sign between") {
    for (const char *good : {";a", ";a=b", ";a;b", ";a=b;c=d"})
        CHECK_MESSAGE(step("0" + std::string(good) + "\r\n\r\n") == Step::done, good);
    for (const char *bad : {";", ";;a", ";=a", ";a=", ";a==b", ";a=b=c", ";a b", "; a", " ;a",
                            ";a=;b", ";a=\"b\"", ";\t"})
        CHECK_MESSAGE(step("0" + std::string(bad) + "\r\n\r\n") == Step::malformed, bad);
}

TEST_CASE("extensions have 256 bytes in all, trailers a kibibyte") {
    const auto extended = [](std::size_t first, std::size_t second) { // each ends in a CR
        return step("1;" + std::string(first - 1, 'e') + "\r\na\r\n1;" +
                    std::string(second - 1, 'e') + "\r\na\r\n0\r\n\r\n");
    };
    CHECK(extended(128, 128) == Step::done);
    CHECK(extended(128, 129) == Step::malformed);
    const auto trailing = [](std::size_t size) {
        return step("0\r\nA: " + std::string(size - 5, 't') + "\r\n\r\n");
    };
    CHECK(trailing(1024) == Step::done);
    CHECK(trailing(1025) == Step::malformed);
    std::string many;
    while (many.size() < 1024)
        many += "A: b\r\n";
    CHECK(step("0\r\n" + many + "\r\n") == Step::malformed);
    // What extensions took is not taken from the trailers.
    CHECK(step("0;" + std::string(200, 'e') + "\r\nA: " + std::string(1019, 't') + "\r\n\r\n") ==
          Step::done);
}
