#include "codegen/php.hpp"
#include "small.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace roomd;
using namespace roomd::codegen;

namespace {

std::string php_of(const catalogue::EventConf &event) {
    Source source;
    source.events = {event};
    std::string why;
    const auto out = php_emitter(test::contract_of(source), why);
    REQUIRE_MESSAGE(out.has_value(), why);
    return *out;
}

} // namespace

TEST_CASE("a name that would end PHP is in a comment that it does not end") {
    CHECK(php_of(test::small_event("?><*/"))
              .find("\n    /* \"?><* /\" has no letters to name a method after: emit() sends it. */"
                    "\n") != std::string::npos);
}

TEST_CASE("each argument ahead of the data is a variable of its own") {
    catalogue::EventConf event = test::small_event("a", R"({"type":"object"})");
    const auto parameters = [&](const std::vector<std::string> &arguments) {
        event.arguments = arguments;
        const std::string text = php_of(event);
        const std::size_t from = text.find("function a(") + 11;
        return text.substr(from, text.find(", array $data", from) - from);
    };
    CHECK(parameters({"library_id", "libraryId"}) == "mixed $libraryId, mixed $argument2");
    CHECK(parameters({"argument2", "::"}) == "mixed $argument2, mixed $argument3");
    CHECK(parameters({"::", "argument1"}) == "mixed $argument2, mixed $argument1");
    CHECK(parameters({"data", "2fa"}) == "mixed $argument1, mixed $argument2");
}

// A list in brackets would number the members of the data anew that have numbers as names.
TEST_CASE("the arguments ahead of the data join it, and its members keep their names") {
    catalogue::EventConf event = test::small_event("a", R"({"type":"object"})");
    event.arguments = {"b", "c"};
    CHECK(php_of(event).find("$this->emit('a', ['b' => $b, 'c' => $c] + $data, ...$options);") !=
          std::string::npos);
}

TEST_CASE("PHP takes 3.0 where the schema wants an integer") {
    catalogue::EventConf event =
        test::small_event("a", R"({"type":"object","properties":{"b":{"type":"integer"},
                                   "c":{"type":["string","integer"]}}})");
    event.arguments = {"b", "c"};
    CHECK(php_of(event).find("function a(int|float $b, int|float|string $c, array $data") !=
          std::string::npos);
}
