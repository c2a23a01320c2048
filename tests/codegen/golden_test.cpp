#include "codegen/asyncapi.hpp"
#include "codegen/php.hpp"
#include "codegen/python.hpp"
#include "codegen/text.hpp"
#include "codegen/typescript.hpp"
#include "policy/verbs.hpp"
#include "small.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include <doctest/doctest.h>

using namespace roomd;
using namespace roomd::codegen;

namespace {

// A file of tests/vectors/codegen.  With ROOMD_WRITE in the environment it is written first.
void same_as(const std::string &name, const std::string &text) {
    const std::string path = ROOMD_VECTORS "/codegen/" + name;
    if (std::getenv("ROOMD_WRITE") != nullptr) std::ofstream(path, std::ios::binary) << text;
    std::ifstream file(path, std::ios::binary);
    CHECK_MESSAGE(text == std::string(std::istreambuf_iterator<char>(file), {}), path);
}

std::string refusal(const Source &source,
                    std::optional<std::string> (*print)(const Contract &, std::string &)) {
    std::string why;
    const auto contract = make_contract(source, why);
    if (contract) CHECK_FALSE(print(*contract, why).has_value());
    return why;
}

} // namespace

TEST_CASE("a small catalogue in each language") {
    const Source source = test::small_source();
    const Contract contract = test::contract_of(source);
    std::string why;
    const auto text = [&](auto print) {
        const auto out = print(contract, why);
        REQUIRE_MESSAGE(out.has_value(), why);
        return *out;
    };
    same_as("realtime.ts", text(typescript_emitter));
    same_as("realtime.py", text(python_emitter));
    same_as("realtime.php", text(php_emitter));
    same_as("events.ts", socket_types(contract, "0123456789abcdef"));
    same_as("asyncapi.json", asyncapi(contract, "0123456789abcdef"));
}

TEST_CASE("a catalogue without events is a module without calls") {
    Source source;
    source.digest = "0123456789abcdef";
    const Contract contract = test::contract_of(source);
    std::string why;
    CHECK(typescript_emitter(contract, why)->find("({\n});\n") != std::string::npos);
    CHECK(python_emitter(contract, why)->find("class _Events(Generic[_R]):\n    pass\n") !=
          std::string::npos);
    CHECK(php_emitter(contract, why).has_value());
}

TEST_CASE("the order of events changes nothing") {
    Source source = test::small_source();
    std::swap(source.events[0], source.events[1]);
    std::string why;
    const Source small = test::small_source();
    CHECK(typescript_emitter(test::contract_of(source), why) ==
          typescript_emitter(test::contract_of(small), why));
}

TEST_CASE("two events that would get one name are refused by both names") {
    Source source;
    source.events = {test::small_event("seat:map"), test::small_event("seatMap")};
    CHECK(refusal(source, typescript_emitter) ==
          "the events \"seat:map\" and \"seatMap\" would both get the call seatMap: rename one of "
          "them");
    CHECK(refusal(source, python_emitter).find("the call seat_map:") != std::string::npos);
    // PHP takes no notice of capitals, and has a second method for each event.
    source.events = {test::small_event("seatmap"), test::small_event("seat:map")};
    CHECK(refusal(source, php_emitter).find("would both get the call seatmap") !=
          std::string::npos);
    source.events = {test::small_event("a"), test::small_event("a:confirmed")};
    CHECK(refusal(source, php_emitter).find("would both get the call aconfirmed") !=
          std::string::npos);
}

TEST_CASE("two schemas that would get one name are refused by both names") {
    Source source;
    source.events = {test::small_event("a", R"({"type":"string"})"),
                     test::small_event("b", R"({"type":"null"})")};
    source.events[0].schema_source = "one/price.json";
    source.events[1].schema_source = "two/price.json";
    CHECK(refusal(source, typescript_emitter) ==
          "the schemas \"one/price.json\" and \"two/price.json\" would both get the type Price: "
          "rename one of them");
    source.events[1].schema = " { \"type\" : \"string\" }";
    std::string why;
    CHECK(make_contract(source, why).has_value());
}

TEST_CASE("an event whose name has no letters has data, and no call") {
    Source source;
    source.events = {test::small_event("\xE6\x8F\x90\xE9\x86\x92")};
    const Contract contract = test::contract_of(source);
    std::string why;
    const std::string text = *typescript_emitter(contract, why);
    CHECK(text.find("\"\xE6\x8F\x90\xE9\x86\x92\": unknown;") != std::string::npos);
    CHECK(text.find("has no letters to name a call after") != std::string::npos);
    CHECK(text.find("export const {") == std::string::npos);
}

TEST_CASE("what a schema says ends no comment and no text") {
    Source source;
    source.events = {test::small_event(
        "it's \"so\"", R"({"title":"*/ evil() /*\nmore","type":"object","required":["a'b\\"],
        "properties":{"a'b\\":{"enum":["x'*/","${y}"]},"__proto__":{}}})")};
    const Contract contract = test::contract_of(source);
    std::string why;
    const std::string ts = *typescript_emitter(contract, why);
    CHECK(ts.find("/** * / evil() /* more */") != std::string::npos);
    CHECK(ts.find("[\"__proto__\"]: {}") != std::string::npos);
    const std::string php = *php_emitter(contract, why);
    CHECK(php.find("'it\\'s \"so\"'") != std::string::npos);
    CHECK(php.find("array{'a\\'b\\\\': 'x\\'* /'|'${y}'") != std::string::npos);
}

TEST_CASE("the digest is read from a file of the same command only") {
    const std::string text = heading("// ", "catalogue types", "0123456789abcdef") + "more";
    CHECK(read_digest(text, "catalogue types") == "0123456789abcdef");
    CHECK(read_digest(text, "catalogue emitter ts").empty());
    CHECK(read_digest("Digest of the catalogue: 0123456789abcdef", "catalogue types").empty());
    CHECK(read_digest("", "catalogue types").empty());
    const std::string emitter = emitter_heading("# ", "catalogue emitter ts", test::small_source());
    CHECK(read_digest(emitter, "catalogue emitter ts") == "0123456789abcdef");
    CHECK(read_names_digest(emitter) == "fedcba9876543210");
    CHECK(read_names_digest(text).empty());
}

TEST_CASE("a schema's file gives its type another name, and the order of events does not") {
    const Source small = test::small_source();
    Source other = test::small_source();
    std::swap(other.events[0], other.events[1]);
    CHECK(type_names(small.events) == type_names(other.events));
    CHECK(type_names(small.events) == R"({"price:set":"Price"})");
    other.events[1].schema_source = "schemas/cost.json";
    CHECK(type_names(other.events) == R"({"price:set":"Cost"})");
}

TEST_CASE("what portals see is more than the catalogue") {
    const Source small = test::small_source();
    Source other = test::small_source();
    other.kinds = {"shop", "user"};
    CHECK(whole_canonical(small) != whole_canonical(other));
    other = test::small_source();
    other.client_events.clear();
    CHECK(whole_canonical(small) != whole_canonical(other));
    other = test::small_source();
    other.events[0].schema_source = "schemas/cost.json";
    CHECK(whole_canonical(small) != whole_canonical(other));
    CHECK(whole_canonical(small) == whole_canonical(test::small_source()));
}

TEST_CASE("portals are told the types of every event that roomd sends of itself") {
    const Source source = test::small_source();
    const Contract contract = test::contract_of(source);
    const std::string types = socket_types(contract, "0123456789abcdef");
    for (const std::string_view notice : policy::client_notices) {
        CAPTURE(notice);
        CHECK(types.find('"' + std::string(notice) + "\": (") != types.npos);
    }
}
