#include "dispatch/joins.hpp"

#include "rules_fixture.hpp"
#include "support/dispatch_defaults.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

using namespace roomd;
using namespace roomd::test;
using policy::Join;

namespace {

// Rooms as these tests wish them.
struct Wished final : dispatch::Whereabouts {
    std::vector<std::string> mine, refused;
    std::map<std::string, std::size_t, std::less<>> others;

    bool in(std::string_view room) const override {
        return std::find(mine.begin(), mine.end(), room) != mine.end();
    }
    std::size_t rooms() const override { return mine.size(); }
    std::size_t rooms_of_kind(std::string_view kind) const override {
        return static_cast<std::size_t>(
            std::count_if(mine.begin(), mine.end(), [&](const std::string &room) {
                return room.starts_with(std::string(kind) + ':');
            }));
    }
    std::size_t members(std::string_view room) const override {
        const auto found = others.find(room);
        return (found == others.end() ? 0 : found->second) + (in(room) ? 1u : 0u);
    }
    void enter(std::string_view room) override { mine.emplace_back(room); }
    void refuse(std::string_view kind, const policy::Unfit &unfit) override {
        refused.push_back(std::string(kind) + ": " + unfit.claim);
    }
};

dispatch::RoomKind automatic(std::string name, std::string_view claim) {
    return kind(std::move(name), Join::automatic,
                {rule(claim, policy::Condition::Kind::contains, {"{id}"})});
}

struct Limits {
    dispatch::Options options = test::dispatch_defaults();
    Wished where;

    Limits() {
        options.kinds = {RouterFixture::open("library", Join::request), automatic("desk", "desks"),
                         automatic("shelf", "shelves"), RouterFixture::open("staff", Join::never)};
    }
    dispatch::RoomKind &library() { return options.kinds[0]; }
    const dispatch::RoomKind &staff() { return options.kinds[3]; }
    std::string limit(std::string_view room) {
        const auto *why = dispatch::over_limit(options, library(), room, where);
        return why == nullptr ? "" : why->message;
    }
    Texts entered(std::string_view claims) {
        dispatch::enter_automatic_rooms(options, claims, where);
        return where.mine;
    }
};

} // namespace

TEST_CASE_FIXTURE(Limits, "the rooms of a client are limited, and so are those of each kind") {
    options.rooms_per_client = 3;
    where.mine = {"library:1", "desk:1"};
    CHECK(limit("library:2").empty());
    library().rules.max_per_client = 1;
    CHECK(limit("library:2") == dispatch::too_many_of_kind.message);
    where.mine.emplace_back("desk:2");
    CHECK(limit("library:2") == dispatch::too_many_rooms.message);
}

TEST_CASE_FIXTURE(Limits, "the members of a room are limited") {
    library().rules.max_members = 2;
    where.others = {{"library:1", 2}, {"library:2", 1}};
    CHECK(limit("library:1") == dispatch::room_full.message);
    CHECK(limit("library:2").empty());
}

TEST_CASE_FIXTURE(Limits, "a wish is refused where nobody may ask, and at a limit") {
    CHECK(dispatch::refuse_wish(options, library(), "library:1", where) == nullptr);
    CHECK(dispatch::refuse_wish(options, staff(), "staff:1", where) == &dispatch::room_denied);
    options.rooms_per_client = 1;
    where.mine = {"library:1"};
    CHECK(dispatch::refuse_wish(options, library(), "library:2", where) ==
          &dispatch::too_many_rooms);
    CHECK(dispatch::refuse_wish(options, library(), "library:1", where) == nullptr); // is in it
}

TEST_CASE_FIXTURE(Limits, "automatic rooms are entered in the order of kinds and claims") {
    CHECK(entered(R"({"shelves":["x"],"desks":["b","a"],"library":"1"})") ==
          Texts{"desk:b", "desk:a", "shelf:x"});
}

TEST_CASE_FIXTURE(Limits, "a claim that gives no room is told once for each kind") {
    CHECK(entered(R"({"desks":["a b","c","d e"],"shelves":"x y"})") == Texts{"desk:c"});
    CHECK(where.refused == Texts{"desk: desks", "shelf: shelves"});
}

TEST_CASE_FIXTURE(Limits, "automatic rooms stop at the limits, and a full one is passed over") {
    options.kinds[1].rules.max_per_client = 1;
    options.kinds[2].rules.max_members = 1;
    options.rooms_per_client = 3;
    where.others = {{"shelf:1", 1}};
    CHECK(entered(R"({"desks":["a","b"],"shelves":[1,2,3,4]})") ==
          Texts{"desk:a", "shelf:2", "shelf:3"});
}

TEST_CASE_FIXTURE(Limits, "a room that the client is in already counts once") {
    where.mine = {"desk:a"};
    options.kinds[1].rules.max_per_client = 2;
    CHECK(entered(R"({"desks":["a","b","c"]})") == Texts{"desk:a", "desk:b"});
}
