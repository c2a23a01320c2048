#include "http/proxy_header.hpp"

#include "vectors/vectors.hpp"

#include <doctest/doctest.h>
#include <string>

using namespace roomd;
using http::ProxyHeader;
using http::read_proxy_header;
using HeaderStep = ProxyHeader::Step;

namespace {

// Each byte more changes nothing of what is known already.
void check_pieces(std::string_view bytes, const ProxyHeader &whole) {
    for (std::size_t size = 0; size <= bytes.size(); ++size) {
        const ProxyHeader part = read_proxy_header(bytes.substr(0, size));
        if (whole.step == HeaderStep::done && size >= whole.size)
            CHECK(part.size == whole.size);
        else if (whole.step != HeaderStep::malformed)
            CHECK(part.step == HeaderStep::more);
        else
            CHECK(part.step != HeaderStep::done);
    }
}

} // namespace

TEST_CASE("a proxy's header names the client, in lines and in binary") {
    for (const auto &[folder, client] : {std::pair{"proxy_header/named", "203.0.113.9"},
                                         std::pair{"proxy_header/named_v6", "2001:db8::9"}})
        for (const auto &[file, bytes] : test::vectors(folder)) {
            const auto &name = file; // clang 14 captures no part of a pair
            CAPTURE(name);
            const ProxyHeader header = read_proxy_header(bytes);
            REQUIRE(header.step == HeaderStep::done);
            REQUIRE(header.client);
            CHECK(header.client->text() == client);
            CHECK(http::begins_as_proxy_header(bytes));
            const std::size_t behind = bytes.find("GET ");
            CHECK(header.size == std::min(behind, bytes.size()));
            check_pieces(bytes, header);
        }
}

TEST_CASE("a header that names nobody is whole all the same") {
    for (const auto &[file, bytes] : test::vectors("proxy_header/nameless")) {
        const auto &name = file; // clang 14 captures no part of a pair
        CAPTURE(name);
        const ProxyHeader header = read_proxy_header(bytes);
        CHECK(header.step == HeaderStep::done);
        CHECK(header.size == bytes.size());
        CHECK_FALSE(header.client);
        check_pieces(bytes, header);
    }
}

TEST_CASE("an incomplete header is waited for") {
    for (const auto &[file, bytes] : test::vectors("proxy_header/more")) {
        const auto &name = file; // clang 14 captures no part of a pair
        CAPTURE(name);
        CHECK(read_proxy_header(bytes).step == HeaderStep::more);
    }
}

TEST_CASE("a malformed header is told with its reason") {
    for (const auto &[file, bytes] : test::vectors("proxy_header/malformed")) {
        const auto &name = file; // clang 14 captures no part of a pair
        CAPTURE(name);
        const ProxyHeader header = read_proxy_header(bytes);
        REQUIRE(header.step == HeaderStep::malformed);
        CHECK(header.why != nullptr);
        CHECK_FALSE(header.client);
        check_pieces(bytes, header);
    }
}

TEST_CASE("a checksum covers every byte of the header but itself") {
    const std::string good = test::vector("proxy_header/named/v2_crc32c");
    for (std::size_t i = 16; i < good.size(); ++i) {
        CAPTURE(i);
        std::string bad = good;
        bad[i] = static_cast<char>(bad[i] ^ 1);
        const bool lengths = i >= 28 && i < 31; // of the checksum's field: it may be none then
        CHECK((lengths || read_proxy_header(bad).step == HeaderStep::malformed));
    }
}

TEST_CASE("no request and no TLS begins as a proxy's header") {
    CHECK_FALSE(http::begins_as_proxy_header("GET / HTTP/1.1\r\n"));
    CHECK_FALSE(http::begins_as_proxy_header("\r\n\r\nGET / HTTP/1.1\r\n"));
    CHECK_FALSE(http::begins_as_proxy_header("\x16\x03\x01"));
    CHECK_FALSE(http::begins_as_proxy_header("PROXYING / HTTP/1.1\r\n"));
    CHECK_FALSE(http::begins_as_proxy_header(""));
}
