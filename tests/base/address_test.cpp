#include "base/address.hpp"

#include <doctest/doctest.h>
#include <string>

using roomd::base::Address;
using roomd::base::address_from;

TEST_CASE("an address is read and written") {
    for (const char *text : {"192.0.2.7", "127.0.0.1", "2001:db8::7", "::1"})
        CHECK(address_from(text).text() == text);
    CHECK(address_from("192.0.2.7").kind == Address::Kind::v4);
    CHECK(address_from("::1").kind == Address::Kind::v6);
    CHECK(Address{}.text() == "unix");
}

TEST_CASE("loopback is 127.0.0.0/8 and ::1") {
    CHECK(address_from("127.1.2.3").loopback());
    CHECK(address_from("::1").loopback());
    CHECK_FALSE(address_from("128.0.0.1").loopback());
    CHECK_FALSE(address_from("::2").loopback());
    CHECK_FALSE(Address{}.loopback());
}
