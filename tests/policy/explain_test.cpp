#include "make.hpp"

#include <doctest/doctest.h>

using namespace roomd::policy;
using namespace roomd::test;

namespace {
const RoomRules verified_library = rules({{{in("role", {"student", "staff"})}},
                                          {{contains("libraryIds", "{id}"), is("verified", true)}}},
                                         Join::request);
} // namespace

TEST_CASE("the rule that admits is told") {
    CHECK(explain(verified_library, "7", R"({"role":"staff"})").text ==
          "admitted: rule 1: claim \"role\" must be one of \"student\", \"staff\"");
    CHECK(explain(verified_library, "7", R"({"libraryIds":["7"],"verified":true})").text ==
          "admitted: rule 2: claim \"libraryIds\" must hold \"7\" and claim \"verified\" must be "
          "true");
}

TEST_CASE("of each rule it is told why it does not admit") {
    CHECK(explain(verified_library, "7", R"({"role":"owner","libraryIds":["7"],"verified":"true"})")
              .text ==
          "refused: no rule holds\n"
          "  rule 1: claim \"role\" is \"owner\", must be one of \"student\", \"staff\"\n"
          "  rule 2: claim \"verified\" is \"true\", must be true");
    CHECK(explain(verified_library, "7", R"({"role":{},"libraryIds":[1,2,3,4,5,6]})").text ==
          "refused: no rule holds\n"
          "  rule 1: claim \"role\" has no value that can be compared, must be one of "
          "\"student\", \"staff\"\n"
          "  rule 2: claim \"libraryIds\" is \"1\", \"2\", \"3\", \"4\", \"5\" and 1 more, must "
          "hold \"7\"");
    CHECK(explain(rules({{{exists("email", true)}}, {{exists("banned", false)}}, {}}), "7",
                  R"({"banned":false})")
              .text == "refused: no rule holds\n"
                       "  rule 1: claim \"email\" is absent, must be present with a value\n"
                       "  rule 2: claim \"banned\" is false, must be absent\n"
                       "  rule 3: it has no condition");
}

TEST_CASE("what is decided before the rules is told too") {
    RoomRules kind = verified_library;
    CHECK(explain(kind, "a b", "{}").text ==
          "refused: \"a b\" is not a valid id: a room id is 1 to 255 visible ASCII characters "
          "other than \" * < > ` { }");
    CHECK(explain(kind, "7", "").text ==
          "refused: the client has no claims, and no rule admits one without");
    CHECK(explain(rules({}), "7", "{}").text ==
          "refused: there is no rule; only a plugin can admit");
    kind.allow_all = true;
    CHECK(explain(kind, "7", "").text == "admitted: everyone is (allow: all)");
    kind.join = Join::never;
    CHECK(explain(kind, "7", "").text == "refused: only plugins move clients (join: never)");
}

TEST_CASE("nothing of a claim reaches the terminal as a control character") {
    const auto text = explain(verified_library, "7", R"({"role":"\u001b[2J\n"})").text;
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(text.find("\"?[2J?\"") != std::string::npos);
}
