#include "codegen/python.hpp"
#include "small.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace roomd;
using namespace roomd::codegen;
using test::has;

namespace {

std::string python_of(const std::vector<catalogue::EventConf> &events) {
    Source source;
    source.events = events;
    std::string why;
    const auto out = python_emitter(test::contract_of(source), why);
    REQUIRE_MESSAGE(out.has_value(), why);
    return *out;
}

} // namespace

TEST_CASE("an event R or Events hides no class of the module itself") {
    const std::string text = python_of({test::small_event("R", R"({"type":"string"})"),
                                        test::small_event("events", R"({"type":"null"})")});
    CHECK(has(text, "\n_R = TypeVar(\"_R\", covariant=True)\n"));
    CHECK(has(text, "\n    R = str\n"));
    CHECK(has(text, "    class _RCall(Protocol[_R]):"));
    CHECK(has(text, "    class _EventsCall(Protocol[_R]):"));
    CHECK(has(text, "\nclass _Events(Generic[_R]):\n"));
}

TEST_CASE("two types that differ in their capitals have a schema each") {
    const std::string text = python_of({test::small_event("a:b", R"({"type":"string"})"),
                                        test::small_event("ab", R"({"type":"null"})")});
    CHECK(has(text, "\n_SCHEMA_OF_AB: Any = {\"type\": \"string\"}\n"));
    CHECK(has(text, "\n_SCHEMA_OF_Ab: Any = {\"type\": \"null\"}\n"));
}

TEST_CASE("a type within another hides nothing that the module imports") {
    const std::string text = python_of({test::small_event("typed", R"({"type":"object","properties":
        {"dict":{"type":"object","properties":{"a":{"type":"string"}}}}})")});
    CHECK(has(text, "    TypedDict_ = TypedDict(\"TypedDict_\", {"));
    CHECK(has(text, "\"dict\": \"NotRequired[TypedDict_]\""));
}
