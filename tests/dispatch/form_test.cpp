#include "dispatch/form.hpp"
#include "support/dispatch_defaults.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace roomd;
using dispatch::Emit;
using dispatch::Status;

namespace {

Emit emit(std::vector<std::string_view> rooms = {"library:1"}) {
    Emit out;
    out.event = "news";
    out.args.json = "[1]";
    out.rooms = std::move(rooms);
    return out;
}

std::string code(const Emit &emit) {
    dispatch::Options options = test::dispatch_defaults();
    options.max_emit = 100;
    options.namespaces = {{"/desk", true}};
    const auto said = dispatch::check_form(options, dispatch::Namespaces(options), emit);
    CHECK((said.status == Status::ok) == said.code.empty());
    return said.code;
}

} // namespace

TEST_CASE("an emit has one target") {
    CHECK(code(emit()).empty());
    CHECK(code(emit({})) == "no_target");
    Emit two = emit();
    two.all = true;
    CHECK(code(two) == "two_targets");
    two.rooms.clear();
    CHECK(code(two).empty());
    two.to = base::ClientId{1};
    CHECK(code(two) == "two_targets");
}

TEST_CASE("an emit's names and sizes are those that can be") {
    CHECK(code(emit({"library:1", "a b"})) == "room_invalid");
    CHECK(code(emit(std::vector<std::string_view>(1001, "a"))) == "too_many_rooms");
    Emit other = emit();
    other.event = "connect";
    CHECK(code(other) == "event_invalid");
    other = emit();
    other.args.json = "1";
    CHECK(code(other) == "data_invalid");
    const std::string large = "[\"" + std::string(100, 'x') + "\"]";
    other.args.json = large;
    CHECK(code(other) == "emit_too_big");
}

TEST_CASE("an emit to many names a namespace that there is; one client has its own") {
    Emit other = emit();
    other.nsp = "/desk";
    CHECK(code(other).empty());
    other.nsp = "/nowhere";
    CHECK(code(other) == "namespace_unknown");
    other.rooms.clear();
    other.to = base::ClientId{1};
    CHECK(code(other).empty());
}
