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
