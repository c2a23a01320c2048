#include "policy/proxies.hpp"

#include <arpa/inet.h>

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace roomd;
using policy::Proxies;

namespace {

Proxies trusting(const std::vector<std::string> &texts) {
    std::vector<Proxies::Net> nets;
    for (const auto &text : texts) {
        const auto net = Proxies::parse(text);
        REQUIRE_MESSAGE(net.ok(), text);
        nets.push_back(*net);
    }
    return Proxies(std::move(nets));
}

std::string shown(const std::optional<policy::Address> &address) {
    if (!address) return "nobody";
    char out[INET6_ADDRSTRLEN] = "";
    inet_ntop(AF_INET6, address->data(), out, sizeof out);
    const std::string text = out;
    return text.starts_with("::ffff:") ? text.substr(7) : text;
}

} // namespace

TEST_CASE("an address is an address, with a port or without, and nothing else") {
    const auto read = [](std::string_view text) { return shown(policy::parse_address(text)); };
    CHECK(read("192.0.2.1") == "192.0.2.1");
    CHECK(read("192.0.2.1:80") == "192.0.2.1");
    CHECK(read("2001:db8::1") == "2001:db8::1");
    CHECK(read("[2001:db8::1]") == "2001:db8::1");
    CHECK(read("[2001:db8::1]:443") == "2001:db8::1");
    CHECK(read("::ffff:192.0.2.1") == "192.0.2.1");
    for (const std::string_view bad :
         {"", " ", "unknown", "_hidden", "example.com", "192.0.2", "192.0.2.1.", "0300.0.0.1",
          "192.0.2.1:", "192.0.2.1:x", "192.0.2.1:65536", "[192.0.2.1]:80", "[2001:db8::1",
          "[2001:db8::1]x", "[2001:db8::1]:", "fe80::1%eth0", "\"192.0.2.1\"", "1", "0x7f000001"})
        CHECK_MESSAGE(read(bad) == "nobody", bad);
    CHECK(read(std::string_view("192.0.2.1\0", 10)) == "nobody");
    CHECK(read(std::string(1 << 20, '1')) == "nobody");
}

TEST_CASE("nets are trusted to the bit") {
    const Proxies proxies =
        trusting({"10.0.0.0/8", "192.0.2.16/28", "198.51.100.7", "2001:db8:0:8000::/49"});
    const auto trusts = [&](std::string_view text) {
        return proxies.trusts(*policy::parse_address(text));
    };
    CHECK(trusts("10.0.0.0"));
    CHECK(trusts("10.255.255.255"));
    CHECK(trusts("::ffff:10.1.2.3"));
    CHECK_FALSE(trusts("11.0.0.0"));
    CHECK_FALSE(trusts("9.255.255.255"));
    CHECK(trusts("192.0.2.31"));
    CHECK_FALSE(trusts("192.0.2.32"));
    CHECK_FALSE(trusts("192.0.2.15"));
    CHECK(trusts("198.51.100.7"));
    CHECK_FALSE(trusts("198.51.100.6"));
    CHECK(trusts("2001:db8:0:8000::1"));
    CHECK(trusts("2001:db8:0:ffff::1"));
    CHECK_FALSE(trusts("2001:db8:0:7fff::1"));
    CHECK_FALSE(trusts("::a00:1")); // 10.0.0.1 without the mapping is another address
    CHECK_FALSE(proxies.trusts_unix());
    CHECK(trusting({"unix"}).trusts_unix());
    CHECK_FALSE(trusting({"unix"}).trusts(policy::Address{}));
    CHECK_FALSE(Proxies().any());
}

TEST_CASE("an invalid network is refused") {
    for (const std::string bad : {"", "localhost", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/x", "/8",
                                  "2001:db8::/129", "10.0.0.1/8", "0.0.0.0/0", "::/0", "*",
                                  "10.0.0.0-10.0.0.9", "10.0.0.1:80", "Unix", "unix:/run/a"})
        CHECK_MESSAGE(!Proxies::parse(bad).ok(), bad);
    CHECK(std::string(Proxies::parse("10.0.0.1/8").error()).find("beyond the prefix length") !=
          std::string::npos);
}

TEST_CASE("the client is the first from the right that is not a proxy of ours") {
    const Proxies proxies = trusting({"10.0.0.0/8", "unix"});
    const auto client = [&](std::string_view chain) { return shown(proxies.client(chain)); };
    CHECK(client("203.0.113.9") == "203.0.113.9");
    CHECK(client("203.0.113.9, 10.0.0.2") == "203.0.113.9");
    CHECK(client("203.0.113.9,10.0.0.2 ,\t10.0.0.3") == "203.0.113.9");
    CHECK(client("203.0.113.9:5100") == "203.0.113.9");
    CHECK(client("2001:db8::1, 10.0.0.2") == "2001:db8::1");
    // What a client writes itself stands left of what the proxy saw.
    CHECK(client("127.0.0.1, 203.0.113.9") == "203.0.113.9");
    CHECK(client("10.0.0.9, 127.0.0.1, 203.0.113.9, 10.0.0.2") == "203.0.113.9");
    CHECK(client("unknown, 203.0.113.9") == "203.0.113.9");
    // All are ours: the farthest.
    CHECK(client("10.0.0.9, 10.0.0.2") == "10.0.0.9");
    // Nobody is named.
    CHECK(client("") == "nobody");
    CHECK(client(",") == "nobody");
    CHECK(client("203.0.113.9,") == "nobody");
    CHECK(client("unknown") == "nobody");
    CHECK(client("203.0.113.9, unknown, 10.0.0.2") == "nobody");
    CHECK(client("for=203.0.113.9") == "nobody");
    std::string ours;
    for (int i = 0; i < 1000; ++i)
        ours += "10.0.0.1,";
    CHECK(client(ours + "10.0.0.1") == "10.0.0.1");
}
